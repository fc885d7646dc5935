"""The reports against pandas, from the facts of the demo."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

SMALLEST_CELL = 11
# How far a figure of four decimals, rounded once, may be from the exact one.
LAST_DECIMAL = 0.5e-4 + 1e-8


@pytest.fixture
def table(demo: duckdb.DuckDBPyConnection):
    """A mart of the demo as a frame, decimals as floats."""

    def frame(name: str) -> pd.DataFrame:
        found = demo.execute(f"select * from marts.{name}").df()
        return found.apply(lambda c: pd.to_numeric(c) if c.dtype == object and _numbers(c) else c)

    return frame


def _numbers(column: pd.Series) -> bool:
    return not column.dropna().map(lambda value: isinstance(value, str)).any()


def shown(count: float) -> float:
    """A count as the reports show it: nothing from one to ten."""
    return count if count == 0 or count >= SMALLEST_CELL else float("nan")


def same(found: float, expected: float, tolerance: float = 0) -> bool:
    """Equal, or both not there."""
    if pd.isna(found) or pd.isna(expected):
        return bool(pd.isna(found) and pd.isna(expected))
    return bool(abs(found - expected) <= tolerance)


def test_recommendations(table):
    report = table("rpt_recommendations").set_index(["recommendation_id", "scope", "measure"])
    stays, days = table("fct_readmissions"), table("dim_date").set_index("date_key")
    encounters = table("fct_encounters")
    first, last = encounters["arrival_date_key"].min(), encounters["arrival_date_key"].max()
    period = days.loc[[first, last], "calendar_date"]
    years = ((period.iloc[1] - period.iloc[0]).days + 1) / 365.25
    by_key = stays.set_index("stay_key")
    names = table("dim_department").set_index("department_key")["department_name"]
    scopes = {
        ("R1", "Chronic patients"): (stays["has_chronic_condition"] == 1, 0.10),
        ("R4", "ER"): (stays["department_key"].map(names) == "ER", 0.05),
        ("R4", "Oncology"): (stays["department_key"].map(names) == "Oncology", 0.05),
    }
    for key, (scope, share) in scopes.items():
        readmitted = stays[scope & (stays["is_readmitted_30_days"] == 1)]
        back = by_key.loc[readmitted["readmission_stay_key"]]
        for measure, before in {
            "Readmissions within 30 days per year": len(back),
            "Bed-days of readmissions per year": back["length_of_stay_days"].sum(),
            "Allowed amount of readmissions per year": back["net_revenue_amount"].mean()
            * len(back),
        }.items():
            row = report.loc[(*key, measure)]
            assert row["value_before"] == pytest.approx(before / years, abs=LAST_DECIMAL, rel=0)
            assert row["value_after"] == pytest.approx(
                before / years * (1 - share), abs=LAST_DECIMAL, rel=0
            )
            assert row["value_change"] == pytest.approx(
                -before / years * share, abs=LAST_DECIMAL, rel=0
            )
    for department in ("Cardiology", "Oncology", "Pediatrics"):
        census = table("fct_daily_census")
        peak = census[
            (census["department_key"].map(names) == department)
            & census["date_key"].map(days["month_number"]).isin([2, 3, 6, 7])
        ]
        row = report.loc[("R2", department, "Occupancy in peak months")]
        assert row["value_before"] == pytest.approx(
            peak["midnight_census"].sum() / peak["staffed_beds"].sum(), abs=LAST_DECIMAL, rel=0
        )
        # 5% of eight months' staffing over four months is 10% more
        assert row["value_after"] == pytest.approx(
            row["value_before"] / 1.10, abs=2 * LAST_DECIMAL, rel=0
        )
    rating = report.loc[("R3", "Orthopedics", "Overall rating")]
    assert rating["value_after"] == pytest.approx(
        min(10, rating["value_before"] * 1.10), abs=3 * LAST_DECIMAL, rel=0
    )
    mix = table("dim_patient")["is_insured_at_latest_encounter"].value_counts()
    share = report.loc[("R5", "All patients", "Uninsured rate")]
    assert share["value_before"] == pytest.approx(mix[0] / mix.sum(), abs=LAST_DECIMAL, rel=0)
    newly = min(mix[1] * 0.10, mix[0])
    assert share["value_after"] == pytest.approx(
        (mix[0] - newly) / mix.sum(), abs=LAST_DECIMAL, rel=0
    )
    claims = table("fct_revenue").merge(table("dim_payer"), on="payer_key")
    revenue = claims.groupby("is_insured")["allowed_amount"].sum()
    money = report.loc[("R5", "All patients", "Net revenue per year")]
    gain = newly * (revenue[1] / mix[1] - revenue[0] / mix[0]) / years
    assert money["value_change"] == pytest.approx(gain, abs=LAST_DECIMAL, rel=0)


def test_figures_of_the_control_charts(table):
    encounters, stays = table("fct_encounters"), table("fct_readmissions")
    surveys, census = table("fct_satisfaction"), table("fct_daily_census")

    def by_month(rows: pd.DataFrame, date_key: str, column: str) -> pd.DataFrame:
        start = rows[date_key] // 100 * 100 + 1
        return rows.groupby(["department_key", start])[column].agg(["mean", "count"])

    index = stays[stays["is_index_admission_30_days"] == 1]
    rated = surveys[(surveys["is_survey_eligible"] == 1) & surveys["overall_rating"].notna()]
    inpatient = encounters[encounters["encounter_class"] == "inpatient"]
    expected = {
        "30-day readmission rate": by_month(index, "discharge_date_key", "is_readmitted_30_days"),
        "Overall rating": by_month(rated, "discharge_date_key", "overall_rating"),
        "Length of stay, days": by_month(
            inpatient.dropna(subset=["length_of_stay_days"]),
            "discharge_date_key",
            "length_of_stay_days",
        ),
        "Net revenue per encounter": by_month(
            encounters.dropna(subset=["net_revenue_amount"]),
            "arrival_date_key",
            "net_revenue_amount",
        ),
        "Encounters per day": by_month(census, "date_key", "arrivals"),
    }
    report = table("rpt_control_charts")
    assert set(report["metric"]) == set(expected)
    for metric, figures in expected.items():
        charted = report[report["metric"] == metric].set_index(
            ["department_key", "month_start_date_key"]
        )
        if metric not in ("Overall rating", "Encounters per day"):
            figures = figures[figures["count"] >= SMALLEST_CELL]
        assert set(charted.index) == set(figures.index), metric
        is_rate = metric == "30-day readmission rate"
        for key, row in charted.iterrows():
            mean, count = figures.loc[key, ["mean", "count"]]
            assert same(row["n"], shown(count)), (metric, key)
            counted = round(mean * count)
            hidden = shown(count)
            if is_rate:
                hidden += shown(counted) + shown(count - counted)
            if metric == "Encounters per day":
                hidden += shown(counted)
            assert same(row["value"], mean + 0 * hidden, abs(mean) * 1e-4 + 1e-4), (metric, key)
            assert row["chart_type"] == ("p" if is_rate else "XmR")
