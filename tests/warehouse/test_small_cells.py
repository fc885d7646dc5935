"""No report shows a number of people, stays or answers from one to ten, nor gives one away."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from tests.conftest import DbtRun
from tests.warehouse.engine import Engine, demo_tables

SMALLEST_CELL = 11
# Whole numbers that count neither people nor what happened to them.
NOT_COUNTS = {
    "department_key", "month_start_date_key", "month_end_date_key", "calendar_year",
    "month_number", "days_covered", "baseline_months", "window_days", "check_number",
    "rank_in_age_group", "rule_number",
}  # fmt: skip
# Rows of files, which are no people; two of them may well be all that is wrong with a delivery.
OF_FILES = {"rpt_data_quality"}
# Hospitals by how many of the demo's patients go there; the whole demo is the last.
HOSPITALS = [60, 150, 300, 600, 1200, 4000]

Query = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def engine(demo_build: DbtRun) -> Engine:
    """All compiled models, ready to run in memory."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    models = [
        node["name"]
        for node in demo_build.manifest()["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith("rpt_")
    ]
    return Engine(demo_build, models)


@pytest.fixture(scope="module", params=HOSPITALS, ids=lambda patients: f"{patients} patients")
def query(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Query]:
    """A hospital's warehouse, to be asked."""
    tables = demo_tables()
    drawn = random.Random(request.param).sample(tables["patients"], request.param)
    patients = {row["patient_id"] for row in drawn}
    encounters = {
        row["encounter_id"] for row in tables["encounters"] if row["patient_id"] in patients
    }
    for name, rows in tables.items():
        if name == "patients":
            tables[name] = drawn
        elif rows and "encounter_id" in rows[0]:
            tables[name] = [row for row in rows if row["encounter_id"] in encounters]
    claims = {row["claim_id"] for row in tables["claims"]}
    tables["payments"] = [row for row in tables["payments"] if row["claim_id"] in claims]
    engine.build(tables)
    cursor = engine.connection.cursor()
    cursor.execute("use emr")
    return lambda sql: cursor.execute(sql).df()


@pytest.fixture
def reports(query: Query) -> dict[str, pd.DataFrame]:
    """The reports of the hospital."""
    names = query(
        "select table_name from information_schema.tables "
        "where table_schema = 'marts' and table_name like 'rpt_%'"
    )["table_name"]
    return {name: query(f"from marts.{name}") for name in names}


def is_small(count: float) -> bool:
    """From one to ten."""
    return bool(1 <= count < SMALLEST_CELL)


def counts(query: Query, name: str) -> list[str]:
    """The columns that count something: whole numbers, but for flags."""
    columns = query(
        "select column_name from information_schema.columns where table_schema = 'marts' "
        f"and table_name = '{name}' and data_type in ('INTEGER', 'BIGINT')"
    )["column_name"]
    return [c for c in columns if c not in NOT_COUNTS and not c.startswith(("is_", "holds"))]


def test_no_count_is_a_small_cell(query, reports):
    checked = set()
    for name, report in reports.items():
        for column in counts(query, name) if name not in OF_FILES else []:
            checked.add((name, column))
            small = report[column].between(1, SMALLEST_CELL - 1)
            assert not small.any(), f"{name}.{column}: {report[small].iloc[0].to_dict()}"
    assert {name for name, _ in checked} == {
        "rpt_control_charts",
        "rpt_readmission_flag_agreement",
    }


def test_no_rate_gives_a_small_cell_away(reports):
    """A rate times what it is a rate of is no number from one to ten."""
    rates = {
        "rpt_readmission_flag_agreement": [
            ("flag_sensitivity", "readmission_stays"),
            ("flag_positive_predictive_value", "flagged_stays"),
        ],
    }
    for name, pairs in rates.items():
        for rate, of in pairs:
            report = reports[name].dropna(subset=[rate, of])
            counted = (report[rate].astype(float) * report[of].astype(float)).round()
            assert not counted.between(1, SMALLEST_CELL - 1).any(), (name, rate)
    flags = reports["rpt_readmission_flag_agreement"].dropna(subset=["flagged_readmission_stays"])
    for sum_of in ("flagged_stays", "readmission_stays"):
        for _, row in flags.dropna(subset=[sum_of]).iterrows():
            assert not is_small(row[sum_of] - row["flagged_readmission_stays"])
            assert not is_small(row["stays"] - row[sum_of])
    charts = reports["rpt_control_charts"].dropna(subset=["value", "n"])
    charts = charts[charts["chart_type"] == "p"]
    counted = (charts["value"].astype(float) * charts["n"]).round()
    assert not counted.between(1, SMALLEST_CELL - 1).any()


def test_center_lines_give_no_hidden_month_away(query, reports):
    charts = reports["rpt_control_charts"].merge(
        query(
            """
            select
                metric, department_key, month_start_date_key, numerator, denominator,
                row_number() over (
                    partition by metric, department_key order by month_start_date_key
                ) as position
            from emr.intermediate.int_monthly_metrics
            join marts.dim_department using (department_id)
            join (
                select date_key as month_start_date_key, calendar_date as month_start_date
                from marts.dim_date
            ) using (month_start_date)
            """
        ),
        on=["metric", "department_key", "month_start_date_key"],
    )
    assert len(charts) == len(reports["rpt_control_charts"])
    baseline = charts[(charts["position"] <= 12) & charts["center_line"].notna()]
    for key, months in baseline.groupby(["metric", "department_key"]):
        hidden = months[months["value"].isna()]
        assert len(hidden) not in (1, 2), key
        if key[0] == "30-day readmission rate":
            for part in (months, hidden):
                assert not is_small(part["numerator"].sum()), key
                assert not is_small((part["denominator"] - part["numerator"]).sum()), key


def test_signals_tell_no_hidden_count(reports):
    charts = reports["rpt_control_charts"]
    counts_people = (charts["chart_type"] == "p") | (charts["metric"] == "Encounters per day")
    hidden = charts[counts_people & charts["value"].isna()]
    for signal in ("is_below_center_line", "is_outside_limits", "is_shift", "is_trend"):
        assert hidden[signal].isna().all()
        assert charts[charts["value"].notna()][signal].notna().all()


def test_no_chronic_condition_lies_within_another(query):
    """The difference would be a number of visits that nobody shows."""
    coded = query(
        "select distinct chronic_condition, encounter_key from marts.fct_diagnoses "
        "join marts.dim_diagnosis using (diagnosis_key) where chronic_condition <> 'None'"
    )
    visits = {name: set(rows["encounter_key"]) for name, rows in coded.groupby("chronic_condition")}
    assert len(visits) > 3
    for name, other in itertools.permutations(visits, 2):
        # by chance few visits may
        assert len(visits[name]) < 50 or not visits[name] <= visits[other], (name, other)


def test_something_is_hidden_and_something_is_shown(reports, query):
    """None of these checks passes because a report has no rows, or shows all."""
    shown = reports["rpt_control_charts"]["n"].notna()
    patients = query("select count(distinct patient_key) as n from marts.fct_encounters")["n"][0]
    assert shown.any() or patients < 300
    assert not shown.all() or patients > 1000
