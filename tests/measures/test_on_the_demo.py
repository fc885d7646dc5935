"""The measures on the demo against the marts that answer the same question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from measures.query import statement
from measures.selection import Selection

DEPARTMENT = "dim_department.department_name"


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    """The rows of a query, decimals as floating-point numbers."""
    return [
        tuple(float(v) if isinstance(v, Decimal) else v for v in row)
        for row in connection.execute(query).fetchall()
    ]


def figures(connection, variables, names, by=(), selection=None) -> dict:
    """Measures by the values of `by`, small cells shown, so that the reports' rules do not bear."""
    shown = {**variables, "smallest_cell": 1}
    found = connection.execute(statement(names, selection or Selection(), shown, by)).fetchall()
    return {row[: len(by)]: row[len(by) :] for row in found}


@pytest.mark.parametrize(
    ("names", "by", "counted"),
    [
        (
            ["Net revenue", "Adjudicated claims", "Denial rate", "Denied amount (% of billed)"],
            ["dim_payer.payer_category"],
            """
            select
                payer_category, sum(case when is_adjudicated = 1 then allowed_amount end),
                sum(is_adjudicated), avg(case when is_adjudicated = 1 then is_denied end),
                sum(denied_amount) / sum(case when is_adjudicated = 1 then billed_amount end)
            from marts.fct_revenue join marts.dim_payer using (payer_key)
            group by payer_category having sum(is_adjudicated) > 0
            """,
        ),
        (
            ["Payer mix (% of encounters)"],
            ["dim_payer.payer_category"],
            """
            select payer_category, count(*) / sum(count(*)) over ()
            from marts.fct_encounters join marts.dim_payer using (payer_key) group by payer_category
            """,
        ),
        (
            ["Payer mix (% of patients, latest payer)"],
            ["dim_patient.latest_payer_category"],
            """
            select latest_payer_category, count(*) / sum(count(*)) over () from marts.dim_patient
            where latest_payer_category is not null group by latest_payer_category
            """,
        ),
        (
            ["Net revenue per patient", "Patients"],
            ["dim_department.department_key", "dim_age_group.age_group"],
            """
            select
                department_key, age_group,
                sum(net_revenue_amount) / count(distinct patient_key), count(distinct patient_key)
            from marts.fct_encounters join marts.dim_age_group using (age_group_key)
            group by all
            """,
        ),
        (
            ["Days in A/R"],
            ["dim_date.year_month_sort"],
            """
            select
                month_end_date_key // 100, outstanding_amount / average_daily_net_revenue_amount
            from marts.rpt_receivables where average_daily_net_revenue_amount > 0
            """,
        ),
        (
            [
                "Overall rating", "Overall rating responses", "Overall rating (top-box %)",
                "Communication composite (top-box %)", "Survey response rate", "Surveys sent",
            ],
            ["dim_department.department_key"],
            """
            select
                department_key, avg(overall_rating), count(overall_rating),
                avg(is_overall_rating_top_box),
                (avg(is_nurse_communication_top_box) + avg(is_doctor_communication_top_box)) / 2,
                avg(is_returned), count(*)
            from marts.fct_satisfaction where is_survey_eligible = 1 group by department_key
            """,
        ),
        (
            ["Chronic-condition encounters"],
            ["dim_diagnosis.chronic_condition"],
            """
            select chronic_condition, count(distinct encounter_key)
            from marts.fct_diagnoses join marts.dim_diagnosis using (diagnosis_key)
            where chronic_condition <> 'None' group by chronic_condition
            """,
        ),
    ],
)  # fmt: skip
def test_measures_are_what_a_plain_query_counts(demo, variables, names, by, counted):
    found = figures(demo, variables, names, by)
    compared = 0
    for row in rows(demo, counted):
        key, expected = row[: len(by)], row[len(by) :]
        for name, value, own in zip(names, found[key], expected, strict=True):
            if own is not None:
                compared += 1
                assert (value or 0) == pytest.approx(own, rel=1e-5, abs=1e-9), (key, name)
    assert compared > len(names)


def test_sliders_at_their_defaults_are_the_recommendations(demo, variables):
    changes = {
        (recommendation, scope, measure): values
        for recommendation, scope, measure, *values in rows(
            demo,
            "select recommendation_id, scope, measure, value_before, value_after, value_change "
            "from marts.rpt_recommendations",
        )
    }

    def value(name: str, **chosen) -> float:
        selection = Selection(
            chosen={column.replace("__", "."): values for column, values in chosen.items()}
        )
        return figures(demo, variables, [name], (), selection)[()][0]

    def saved(key: tuple) -> float:
        return -changes[key][2]

    readmissions = "Readmissions within 30 days per year"
    amount = "Allowed amount of readmissions per year"
    chronic = ("R1", "Chronic patients")
    # equal to the last of the four decimals that the table keeps
    exact = {"abs": 0.5e-4 + 1e-8, "rel": 0}
    assert value("Readmissions avoided per year, chronic patients") == pytest.approx(
        saved((*chronic, readmissions)), **exact
    )
    assert value("Bed days saved per year, chronic patients") == pytest.approx(
        saved((*chronic, "Bed-days of readmissions per year")), **exact
    )
    assert value(
        "Avoidable readmission cost (allowed) per year, chronic patients"
    ) == pytest.approx(saved((*chronic, amount)), **exact)
    for department in ("ER", "Oncology"):
        chosen = {"dim_department__department_name": [department]}
        assert value("Readmissions avoided per year", **chosen) == pytest.approx(
            saved(("R4", department, readmissions)), **exact
        )
        assert value("Avoidable readmission cost (allowed) per year", **chosen) == pytest.approx(
            saved(("R4", department, amount)), **exact
        )
    for department in ("Cardiology", "Oncology", "Pediatrics"):
        chosen = {
            "dim_department__department_name": [department],
            "dim_date__month_number": [2, 3, 6, 7],
        }
        assert value("Projected occupancy", **chosen) == pytest.approx(
            changes[("R2", department, "Occupancy in peak months")][1], **exact
        )
        assert value("Projected door-to-provider time", **chosen) == pytest.approx(
            changes[("R2", department, "Mean door-to-provider time in peak months")][1], **exact
        )
    since = date.fromisoformat(variables["finding_shift_date"])
    for names, measure in (
        (["Overall rating", "Projected overall rating"], "Overall rating"),
        (
            ["Overall rating (top-box %)", "Projected overall rating (top-box %)"],
            "Top-box rate",
        ),
    ):
        recent = Selection(since, date(2099, 12, 31), {DEPARTMENT: ["Orthopedics"]})
        row = figures(demo, variables, names, (), recent)[()]
        assert row == pytest.approx(changes[("R3", "Orthopedics", measure)][:2], **exact)
    assert value("Uninsured rate") == pytest.approx(
        changes[("R5", "All patients", "Uninsured rate")][0], **exact
    )
    assert value("Projected uninsured rate") == pytest.approx(
        changes[("R5", "All patients", "Uninsured rate")][1], **exact
    )
    assert value("Additional net revenue per year") == pytest.approx(
        -saved(("R5", "All patients", "Net revenue per year")), **exact
    )


def test_a_split_by_month_gives_a_row_for_each(demo, variables):
    found = figures(demo, variables, ["Encounters"], ["dim_date.year_month_sort"])
    total = demo.execute("select count(*) from marts.fct_encounters").fetchall()[0][0]
    assert len(found) == 24
    assert sum(count for (count,) in found.values()) == total
