"""Figures in a real browser are those of the marts: cards, tables, CSV."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from tests.dashboard.conftest import LAST_YEAR, one


def test_headline_figures_are_those_of_the_marts(reader, marts):
    reader.open()
    encounters = one(
        marts,
        "select count(*) from marts.fct_encounters as facts inner join marts.dim_date as days "
        f"on facts.arrival_date_key = days.date_key {LAST_YEAR}",
    )
    assert reader.card("Encounter volume", "Encounters") == f"{encounters:,}"
    rate = one(
        marts,
        "select avg(is_readmitted_30_days) from marts.fct_readmissions as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        f"{LAST_YEAR}",
    )
    assert reader.card("30-day readmission rate", "30-day readmission rate") == f"{rate:.1%}"
    before = one(
        marts,
        "select avg(is_readmitted_30_days) from marts.fct_readmissions as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        "where days.calendar_year = 2023",
    )
    change = f"{100 * (rate - before):+.1f} points"
    assert change in reader.visual("30-day readmission rate").inner_text()
    rating = one(
        marts,
        "select avg(overall_rating) from marts.fct_satisfaction as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        f"{LAST_YEAR} and is_survey_eligible = 1",
    )
    assert reader.card("Overall rating (0–10)", "Overall rating") == f"{rating:.2f}"


# Page, visual, card, how it is printed, and the figure by an own query for Cardiology's last year.
FIGURES = [
    (
        "revenue-and-coverage",
        "Net revenue and days in A/R",
        "Net revenue",
        "${:,.0f}",
        "select sum(allowed_amount) from marts.fct_revenue as facts {arrival}",
    ),
    (
        "revenue-and-coverage",
        "Net revenue and days in A/R",
        "Denial rate",
        "{:.1%}",
        "select avg(is_denied) from marts.fct_revenue as facts {arrival} and is_adjudicated = 1",
    ),
    (
        "departments-and-satisfaction",
        "Ratings, top-box scores and response rate",
        "Overall rating (top-box %)",
        "{:.1%}",
        "select avg(case when overall_rating >= 9 then 1 when overall_rating >= 0 then 0 end) "
        "from marts.fct_satisfaction as facts {discharge} and is_survey_eligible = 1",
    ),
    (
        "departments-and-satisfaction",
        "Ratings, top-box scores and response rate",
        "Surveys returned",
        "{:,.0f}",
        "select count(*) from marts.fct_satisfaction as facts {discharge} "
        "and is_survey_eligible = 1 and returned_date_key is not null and is_returned = 1",
    ),
    (
        "operations",
        "Volume, LOS, occupancy and wait times",
        "Occupancy",
        "{:.1%}",
        "select sum(facts.midnight_census) / sum(facts.staffed_beds) "
        "from marts.fct_daily_census as facts {day} and facts.staffed_beds > 0",
    ),
    (
        "operations",
        "Volume, LOS, occupancy and wait times",
        "Average length of stay (ALOS)",
        "{:.1f}",
        "select avg(length_of_stay_days) from marts.fct_encounters as facts {discharge} "
        "and encounter_class = 'inpatient' and discharged_at is not null",
    ),
    (
        "department",
        "Volume, LOS and occupancy",
        "Encounters",
        "{:,.0f}",
        "select count(*) from marts.fct_encounters as facts {arrival}",
    ),
    (
        "data-quality",
        "Denominators for the current selection",
        "Patients",
        "{:,.0f}",
        "select count(distinct patient_key) from marts.fct_encounters as facts {arrival}",
    ),
    (
        "data-quality",
        "Rows received, rejected, flagged",
        "Rows received",
        "{:,.0f}",
        "select sum(delivered_rows) from (select distinct table_name, delivered_rows "
        "from marts.rpt_data_quality)",
    ),
]
CHOSEN = (
    "inner join marts.dim_date as days on facts.{key} = days.date_key "
    "inner join marts.dim_department as departments "
    "on facts.department_key = departments.department_key "
    f"{LAST_YEAR} and departments.department_name = 'Cardiology'"
)
KEYS = {"arrival": "arrival_date_key", "discharge": "discharge_date_key", "day": "date_key"}


@pytest.mark.parametrize(
    ("page", "visual", "name", "printed", "sql"),
    FIGURES,
    ids=[f"{figure[0]} {figure[2]}" for figure in FIGURES],
)
def test_figures_of_a_choice_are_those_of_the_marts(
    reader, marts, page, visual, name, printed, sql
):
    reader.open(f"{page}?department=Cardiology&department_of_the_page=Cardiology")
    joins = {word: CHOSEN.format(key=key) for word, key in KEYS.items()}
    expected = one(marts, sql.format(**joins))
    assert expected > 0
    assert reader.card(visual, name) == printed.format(expected)


def test_findings_are_those_of_the_report(reader, marts):
    reader.open()
    table = reader.table("Key findings (full data period)")
    expected = marts.execute(
        "select finding_id, measure, is_confirmed from marts.rpt_findings "
        "order by finding_id, check_number"
    ).fetchall()
    assert [(row[0], row[3], row[-1]) for row in table] == [
        (finding, measure, "Yes" if holds else "No") for finding, measure, holds in expected
    ]


def test_figures_come_as_csv_with_small_cells_empty(reader, marts):
    reader.open("readmissions")
    visual = reader.visual("O/E ratio (95% CI)")
    with reader.page.expect_download() as download:
        visual.get_by_role("button", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    table = pd.read_csv(io.StringIO(text)).set_index("Department name")
    expected = marts.execute(
        "select department_name, sum(is_index_admission_30_days), sum(is_readmitted_30_days) "
        "from marts.fct_readmissions as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        "inner join marts.dim_department as departments using (department_key) "
        f"{LAST_YEAR} group by 1"
    ).fetchall()
    hidden = 0
    for name, index_admissions, readmitted in expected:
        if not index_admissions:
            continue
        assert table.loc[name, "Index admissions (30-day)"] == index_admissions
        if 0 < readmitted < 11:
            hidden += 1
            assert pd.isna(table.loc[name, "30-day readmissions"])
        else:
            assert table.loc[name, "30-day readmissions"] == readmitted
    assert hidden
