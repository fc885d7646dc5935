"""The rules by which a measure's SQL is translated to DAX, one by one."""

from __future__ import annotations

import re

import pytest

from measures import dax_text
from measures.catalogue import CatalogueError, Measure, catalogue
from measures.dax import shown_dax, unsuppressed, value_dax
from measures.dax_text import written


def measure(sql: str, of: str | None = "fct_encounters", **more: object) -> Measure:
    """A measure of one SQL expression."""
    entry = {"name": "New", "folder": "Tests", "says": "New.", "kind": "figure", "n": "none"}
    return Measure(**{**entry, "format": "ratio", "of": of, "sql": sql, **more})


def compiled(sql: str, of: str | None = "fct_encounters", **more: object) -> str:
    """The DAX of an expression, on one line."""
    return re.sub(r"([({]) ", r"\1", " ".join(value_dax(measure(sql, of, **more)).split())).replace(
        " )", ")"
    )


INPATIENT = 'KEEPFILTERS(Encounters[Encounter class] = "inpatient")'


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        # aggregates of the mart's columns, under the names that the model gives them
        ("sum(wait_minutes)", "SUM(Encounters[Wait (minutes)])"),
        ("min(wait_minutes)", "MIN(Encounters[Wait (minutes)])"),
        ("max(wait_minutes)", "MAX(Encounters[Wait (minutes)])"),
        ("mean(wait_minutes)", "AVERAGE(Encounters[Wait (minutes)])"),
        ("count(*)", "COUNTROWS(Encounters)"),
        # of numbers and of text
        ("count(wait_minutes)", "COUNTA(Encounters[Wait (minutes)])"),
        ("count(admission_type)", "COUNTA(Encounters[Admission type])"),
        ("count(distinct patient_key)", "DISTINCTCOUNT(Encounters[Patient key])"),
        # a condition in an aggregate is a filter beside the reader's own
        (
            "sum(case when encounter_class = 'inpatient' then wait_minutes end)",
            f"CALCULATE(SUM(Encounters[Wait (minutes)]), {INPATIENT})",
        ),
        (
            "mean(case when encounter_class = 'inpatient' then wait_minutes end)",
            f"CALCULATE(AVERAGE(Encounters[Wait (minutes)]), {INPATIENT})",
        ),
        (
            "count(case when encounter_class = 'inpatient' then 1 end)",
            f"CALCULATE(COUNTROWS(Encounters), {INPATIENT})",
        ),
        (
            "count(distinct case when encounter_class = 'inpatient' then patient_key end)",
            f"CALCULATE(DISTINCTCOUNT(Encounters[Patient key]), {INPATIENT})",
        ),
        # each condition is a filter of its own
        (
            "sum(case when encounter_class = 'inpatient' and wait_minutes > 30 then a end)",
            f"CALCULATE(SUM(Encounters[A]), {INPATIENT}, "
            "KEEPFILTERS(Encounters[Wait (minutes)] > 30))",
        ),
        (
            "sum(case when admission_type in ('a', 'b') then wait_minutes end)",
            "CALCULATE(SUM(Encounters[Wait (minutes)]), "
            'KEEPFILTERS(Encounters[Admission type] IN {"a", "b"}))',
        ),
        (
            "sum(case when wait_minutes is not null then is_surgery end)",
            "CALCULATE(SUM(Encounters[Is surgery]), "
            "KEEPFILTERS(NOT ISBLANK(Encounters[Wait (minutes)])))",
        ),
        (
            "sum(case when wait_minutes is null then is_surgery end)",
            "CALCULATE(SUM(Encounters[Is surgery]), "
            "KEEPFILTERS(ISBLANK(Encounters[Wait (minutes)])))",
        ),
        # a column of a dimension; flags of a dimension are Yes and No
        (
            "sum(case when dim_age_group.age_group = 'Adult' then is_surgery end)",
            "CALCULATE(SUM(Encounters[Is surgery]), "
            "KEEPFILTERS('Age group'[Age group] = \"Adult\"))",
        ),
        (
            "sum(case when dim_payer.is_insured = 0 then is_surgery end)",
            'CALCULATE(SUM(Encounters[Is surgery]), KEEPFILTERS(Payer[Insured] = "No"))',
        ),
        (
            "sum(case when dim_payer.is_insured = 1 then is_surgery end)",
            'CALCULATE(SUM(Encounters[Is surgery]), KEEPFILTERS(Payer[Insured] = "Yes"))',
        ),
        # a quote in a text
        (
            "sum(case when admission_type = 'a \"b\"' then is_surgery end)",
            "CALCULATE(SUM(Encounters[Is surgery]), "
            'KEEPFILTERS(Encounters[Admission type] = "a ""b"""))',
        ),
        # arithmetic and conditions
        ("sum(a) + sum(b) * 2", "SUM(Encounters[A]) + SUM(Encounters[B]) * 2"),
        ("(sum(a) - sum(b)) * 2", "(SUM(Encounters[A]) - SUM(Encounters[B])) * 2"),
        # by 0 it is blank
        ("divide(sum(a), sum(b))", "DIVIDE(SUM(Encounters[A]), SUM(Encounters[B]))"),
        ("(sum(a) + sum(b)) / 2", "DIVIDE(SUM(Encounters[A]) + SUM(Encounters[B]), 2)"),
        ("1 / (9 * sum(a))", "1 / (9 * SUM(Encounters[A]))"),
        ("power(sum(a), 3)", "POWER(SUM(Encounters[A]), 3)"),
        ("sqrt(sum(a))", "SQRT(SUM(Encounters[A]))"),
        ("nullif(sum(a), 0)", "IF(SUM(Encounters[A]) <> 0, SUM(Encounters[A]))"),
        (
            "case when count(*) = 1 then sum(a) end",
            "IF(COUNTROWS(Encounters) = 1, SUM(Encounters[A]))",
        ),
        (
            "case when sum(a) > 10 then 10 when sum(a) < 1 then 1 else sum(a) end",
            "IF(SUM(Encounters[A]) > 10, 10, IF(SUM(Encounters[A]) < 1, 1, SUM(Encounters[A])))",
        ),
        (
            "case when count(*) = 1 and count(distinct a) <= 2 or sum(b) <> 3 then 1 end",
            "IF(COUNTROWS(Encounters) = 1 && DISTINCTCOUNT(Encounters[A]) <= 2 "
            "|| SUM(Encounters[B]) <> 3, 1)",
        ),
        # other measures: a count before small cells are hidden, a figure as it is
        ("[Encounters] * 2", "[Encounters (unsuppressed)] * 2"),
        ("[Net revenue] * 2", "[Net revenue] * 2"),
        # a sum of flags is 0 if there are none, a count of rows by a condition is blank
        (
            "divide([ED arrivals], [Encounters])",
            "DIVIDE([ED arrivals (unsuppressed)], [Encounters (unsuppressed)])",
        ),
        (
            "divide([Uninsured patients], [Patients])",
            "DIVIDE([Uninsured patients (unsuppressed)] + 0, [Patients (unsuppressed)])",
        ),
        # filters taken away: of a dimension, of one column, of several dimensions at once
        (
            "every(dim_payer, [Encounters])",
            "CALCULATE([Encounters (unsuppressed)], REMOVEFILTERS(Payer))",
        ),
        (
            "every(dim_patient.latest_payer_category, [Encounters])",
            "CALCULATE([Encounters (unsuppressed)], REMOVEFILTERS(Patient[Latest payer category]))",
        ),
        (
            "every(dim_payer, every(dim_age_group, count(*)))",
            "CALCULATE(COUNTROWS(Encounters), REMOVEFILTERS(Payer), REMOVEFILTERS('Age group'))",
        ),
    ],
)
def test_each_expression_has_its_dax(sql, expected):
    assert compiled(sql) == expected


def test_tables_of_several_words_are_quoted():
    assert compiled("count(*)", of="fct_readmissions") == "COUNTROWS('Inpatient stays')"
    assert compiled("sum(date_key)", of="dim_date") == "SUM('Date'[Date key])"


def test_another_date_is_a_relationship():
    assert compiled("count(*)", date="discharge_date_key") == (
        "CALCULATE(COUNTROWS(Encounters), "
        "USERELATIONSHIP(Encounters[Discharge date key], 'Date'[Date key]))"
    )
    # the one by which the mart counts is active already
    assert compiled("count(*)", date="arrival_date_key") == "COUNTROWS(Encounters)"


def test_only_the_latest_rows_count_where_a_measure_says_so():
    """The latest value is found outside the filter, where the reader's own filters hold."""
    found = compiled("sum(outstanding_amount)", "rpt_receivables", latest="month_end_date_key")
    assert found == (
        "VAR Latest = MAX(Receivables[Month end date key]) RETURN "
        "CALCULATE(SUM(Receivables[Outstanding amount]), "
        "KEEPFILTERS(Receivables[Month end date key] = Latest))"
    )


def test_an_earlier_period_must_be_covered_by_the_data():
    period, year = (
        value_dax(catalogue()[f"Encounters, prior {name}"]) for name in ("period", "year")
    )
    for text in (period, year):
        # a comparison is between numbers as shown
        assert "[Encounters]," in text
        assert "[Days in period with data] = Days" in text
    assert "EDATE(FirstDay, -Months)" in period
    assert "EDATE(FirstDay, -12)" in year


def test_a_change_is_blank_unless_both_values_are_known():
    assert value_dax(catalogue()["Encounters vs. prior year"]).splitlines() == [
        "VAR CurrentValue = [Encounters]",
        "VAR EarlierValue = [Encounters, prior year]",
        "RETURN",
        "    IF(",
        "        NOT ISBLANK(CurrentValue) && NOT ISBLANK(EarlierValue),",
        "        DIVIDE(CurrentValue - EarlierValue, EarlierValue)",
        "    )",
    ]
    rate = value_dax(catalogue()["30-day readmission rate vs. prior year"])
    assert "100 * (CurrentValue - EarlierValue)" in rate


@pytest.mark.parametrize(
    "sql",
    [
        "median(wait_minutes)",
        "sum(wait_minutes * 2)",
        "sum(case when a = 1 then b else 0 end)",
        "sum(case when a + b = 1 then b end)",
        "coalesce(sum(a), 0)",
        "[No such measure]",
    ],
)
def test_what_is_not_translated_is_said(sql):
    with pytest.raises(CatalogueError, match="New"):
        compiled(sql)


def test_an_aggregate_needs_a_mart():
    with pytest.raises(CatalogueError, match="is of no mart"):
        compiled("sum(a)", of=None)


def test_its_own_dax_needs_a_reason_and_few_have_one():
    assert compiled("sum(a)", dax="1 + 1", dax_reason="a test") == "1 + 1"
    with pytest.raises(ValueError, match="dax_reason"):
        measure("sum(a)", dax="1 + 1")
    own = {name for name, entry in catalogue().items() if entry.dax}
    assert own == {"Selected months", "Staffing index"}


# --- small cells ----------------------------------------------------------------------------------


def test_a_count_hides_itself():
    assert shown_dax(catalogue()["Encounters"], {}).splitlines() == [
        "VAR Number = [Encounters (unsuppressed)]",
        "RETURN",
        "    IF(",
        "        (Number = 0 || Number >= [Minimum cell size]),",
        "        Number",
        "    )",
    ]


def test_a_rate_hides_with_its_denominator_its_part_and_the_rest():
    text = shown_dax(catalogue()["30-day unplanned readmission rate"], {})
    assert text.splitlines()[:4] == [
        "VAR Whole = [Index admissions (30-day) (unsuppressed)]",
        "VAR Part = [30-day unplanned readmissions (unsuppressed)]",
        "VAR Rest = Whole - Part",
        "VAR Revealed1 = [30-day planned readmissions (unsuppressed)]",
    ]
    assert "        Whole >= [Minimum cell size]\n" in text
    assert "&& (Rest = 0 || Rest >= [Minimum cell size])" in text


def test_what_counts_no_people_is_shown():
    assert shown_dax(catalogue()["Rows flagged"], {}) == "SUM('Data quality'[Flagged rows])"


def test_a_slider_begins_at_its_variable():
    slider = catalogue()["Satisfaction improvement"]
    assert shown_dax(slider, {"higher_satisfaction": 0.1}) == (
        "SELECTEDVALUE('Satisfaction improvement (values)'[Value], 0.1)"
    )


# --- writing --------------------------------------------------------------------------------------


def test_long_expressions_are_broken_and_short_ones_not():
    for name, entry in catalogue().items():
        if entry.kind != "parameter" and entry.dax is None:
            assert all(len(line) <= dax_text.WIDTH for line in value_dax(entry).splitlines()), name
    assert written(dax_text.Call("SUM", ("A[B]",))) == "SUM(A[B])"
    long = written(dax_text.Operation("a" * 60, "+", "b" * 60))
    assert long == f"{'a' * 60}\n    + {'b' * 60}"


def test_the_hidden_number_behind_a_count_has_a_name_of_its_own():
    assert unsuppressed("Encounters") not in catalogue()
