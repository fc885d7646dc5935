"""No report shows a number of people, stays or answers from one to ten, nor gives one away."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

SMALLEST_CELL = 11
# Whole numbers that count neither people nor what happened to them.
NOT_COUNTS = {
    "department_key", "month_start_date_key", "month_end_date_key", "calendar_year",
    "month_number", "days_covered", "baseline_months", "window_days", "check_number",
    "rank_in_age_group", "rule_number",
}  # fmt: skip
# Rows of files, which are no people; two of them may well be all that is wrong with a delivery.
OF_FILES = {"rpt_data_quality"}


@pytest.fixture
def reports(demo: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """The reports of the demo."""
    names = demo.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'marts' and table_name like 'rpt_%'"
    ).fetchall()
    return {name: demo.execute(f"select * from marts.{name}").df() for (name,) in names}


def counts(report: pd.DataFrame) -> list[str]:
    """The columns that count something: whole numbers, but for flags."""
    return [
        column
        for column in report.columns
        if pd.api.types.is_integer_dtype(report[column].dropna().convert_dtypes())
        and column not in NOT_COUNTS
        and not column.startswith(("is_", "holds"))
    ]


def test_no_count_is_a_small_cell(reports):
    checked = set()
    for name, report in reports.items():
        for column in counts(report) if name not in OF_FILES else []:
            checked.add((name, column))
            small = report[column].between(1, SMALLEST_CELL - 1)
            assert not small.any(), f"{name}.{column}: {report[small].iloc[0].to_dict()}"
    assert len(checked) > 15


def test_no_rate_gives_a_small_cell_away(reports):
    """A rate times what it is a rate of is no number from one to ten."""
    rates = {
        "rpt_department_readmissions": [
            ("readmission_rate_30_days", "index_stays"),
            ("patients_readmitted_rate_30_days", "index_patients"),
            ("unplanned_readmission_rate_30_days", "index_stays"),
            ("observed_to_expected", "expected_readmissions"),
        ],
        "rpt_payer_mix": [("denial_rate", "adjudicated_claims")],
        "rpt_department_months": [
            ("left_without_being_seen_share", "emergency_arrivals"),
            ("encounters_per_day", "days_covered"),
        ],
        "rpt_chronic_condition_months": [("encounters_per_day", "days_covered")],
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
    charts = reports["rpt_control_charts"].dropna(subset=["value", "n"])
    charts = charts[charts["chart_type"] == "p"]
    counted = (charts["value"].astype(float) * charts["n"]).round()
    assert not counted.between(1, SMALLEST_CELL - 1).any()


def test_no_total_gives_a_hidden_row_away(demo, reports):
    """What is hidden is hidden at least twice, or a subtraction would find it."""
    report = reports["rpt_department_readmissions"]
    departments = report[report["is_total"] == 0]
    assert departments["readmitted_stays"].isna().sum() != 1
    [(patients,)] = demo.execute(
        "select count(distinct patient_key) from marts.fct_encounters"
    ).fetchall()
    shown = reports["rpt_payer_mix"]["patients"]
    # a category without patients is empty, too
    assert shown.sum() == patients or shown.isna().sum() > 1
