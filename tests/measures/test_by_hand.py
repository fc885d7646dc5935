"""The SQL twins against figures that were computed by hand from a few rows."""

from __future__ import annotations

import pytest

from measures.catalogue import catalogue
from measures.selection import Selection
from tests.measures.marts_by_hand import JANUARY, MARTS, stay

# Byar's limits of 2 observed and 1.0 expected, worked out on paper:
# 2 x (1 - 1/18 - 1.96 / (3 x 1.41421))^3 = 2 x 0.482468^3
# 3 x (1 - 1/27 + 1.96 / (3 x 1.73205))^3 = 3 x 1.340165^3
EXPECTED = {
    "Encounters": 5,
    "Patients": 4,
    "Inpatients": 2,
    "Inpatients (bed-based denominator)": 2,
    "Days in period with data": 31,
    "Years in period with data": 31 / 365.25,
    "Encounters per day": 5 / 31,
    "Admissions": 2,
    "Discharges": 2,
    "Average length of stay (ALOS)": (4 + 13) / 2,
    "Average daily census (ADC)": (10 * 3 + 21 * 1 + 2) / 31,
    "Occupancy": (10 * 3 + 21 * 1) / (31 * 4),
    "ED arrivals": 4,
    "Left without being seen (LWBS)": 1,
    "LWBS rate": 1 / 4,
    "Encounters with a recorded wait": 3,
    "Mean door-to-provider time": (10 + 30 + 5) / 3,
    "Boarded patients": 2,
    "Mean boarding time": 75,
    "ED discharges with 72-hour follow-up": 2,
    "72-hour ED revisits": 1,
    "72-hour ED revisit rate": 1 / 2,
    "30-day ED revisit rate": 1,
    "Inpatient deaths": 1,
    "Inpatient mortality rate": 1 / 2,
    "Chronic-condition encounters": 1,
    "Chronic-condition encounters per day": 1 / 31,
    "Coded diagnoses": 4,
    "Surgeries": 1,
    "BP readings": 3,
    "Elevated BP readings (stage 2+)": 2,
    "Elevated BP rate (stage 2+)": 2 / 3,
    "Inpatient stays": 5,
    "Index admissions (7-day)": 1,
    "7-day readmission rate": 0,
    "Index admissions (30-day)": 4,
    "30-day readmissions": 2,
    "30-day readmission rate": 2 / 4,
    "30-day unplanned readmissions": 1,
    "30-day unplanned readmission rate": 1 / 4,
    "HWR-like index admissions (30-day)": 2,
    "30-day HWR-like readmission rate": 1 / 2,
    "Expected 30-day readmissions": 1.0,
    "Readmission O/E ratio": 2.0,
    "Readmission O/E ratio, lower 95% limit": 0.224615,
    "Readmission O/E ratio, upper 95% limit": 7.220981,
    "Patients with an index admission (30-day)": 3,
    "Patients readmitted within 30 days": 1,
    "Patient-level 30-day readmission rate": 1 / 3,
    "Repeat index admissions (30-day)": 1,
    "Repeat 30-day readmissions": 1,
    "30-day planned readmissions": 1,
    "Adults with type 2 diabetes": 2,
    "Adults with type 2 diabetes readmitted within 60 days": 1,
    "60-day readmission rate, adults with type 2 diabetes": 1 / 2,
    "Excluded admissions (30-day)": 1,
    "Stays with a high LACE index": 2,
    "High LACE rate": 2 / 5,
    "Mean LACE index": (12 + 3 + 6 + 7 + 10) / 5,
    "Charges": 1300,
    "Charge lines": 1,
    "Charges by service date": 60,
    "Claims": 3,
    "Billed amount": 1800,
    "Adjudicated claims": 2,
    "Net revenue": 500,
    "Net revenue per patient": 500 / 4,
    "Net revenue per encounter": 100,
    "Claims by submission date": 2,
    "Claims by adjudication date": 2,
    "Net revenue by adjudication date": 100 + 7,
    "Contractual adjustments": 750,
    "Denied claims": 1,
    "Denial rate": 1 / 2,
    "Denied amount (% of billed)": 250 / 1500,
    "Payments": 300,
    "Net collection rate": 300 / 500,
    "Patient responsibility (% of net revenue)": 200 / 500,
    "A/R balance": 200,
    "% of A/R over 90 days": 1 / 2,
    "Paid claims": 1,
    "Mean days to payment": 20,
    "Days in A/R": 50,
    "Payer mix (% of encounters)": 1,
    "Insured patients": 2,
    "Uninsured patients": 1,
    "Uninsured rate": 1 / 3,
    "Surveys sent": 4,
    "Surveys returned": 3,
    "Surveys by return date": 2,
    "Survey response rate": 3 / 4,
    "Overall rating responses": 2,
    "Overall rating": 7.5,
    "Overall rating (top-box %)": 1 / 2,
    "Would recommend responses": 1,
    "Would recommend (top-box %)": 1,
    "Nurse communication (top-box %)": 1 / 2,
    "Doctor communication (top-box %)": 2 / 3,
    "Communication composite (top-box %)": (1 / 2 + 2 / 3) / 2,
    "Rows received": 160,
    "Rows rejected": 4,
    "Rows flagged": 2,
    "Rejection rate": 4 / 160,
    "Findings checked": 2,
    "Findings confirmed": 1,
    "Confirmed": 0,
    "Source readmission flag agreement (kappa)": 0.9,
    "30-day readmissions, chronic patients": 1,
    "30-day readmissions per year, chronic patients": 1 * 365.25 / 31,
    "Readmission bed days per year, chronic patients": 6 * 365.25 / 31,
    "Readmission cost (allowed) per year, chronic patients": 900 * 365.25 / 31,
    "Readmissions avoided per year, chronic patients": 1 * 365.25 / 31 * 0.1,
    "Bed days saved per year, chronic patients": 6 * 365.25 / 31 * 0.1,
    "Avoidable readmission cost (allowed) per year, chronic patients": 900 * 365.25 / 31 * 0.1,
    "30-day readmissions per year": 2 * 365.25 / 31,
    "Readmission bed days per year": (6 + 2) * 365.25 / 31,
    "Readmission cost (allowed) per year": 2 * 900 * 365.25 / 31,
    "Readmissions avoided per year": 2 * 365.25 / 31 * 0.05,
    "Bed days saved per year": (6 + 2) * 365.25 / 31 * 0.05,
    # the mean of the amounts known, for both
    "Avoidable readmission cost (allowed) per year": 2 * 900 * 365.25 / 31 * 0.05,
    "Selected months": 1,
    "Staffing index": 1 + 0.05 * 11,
    "Projected occupancy": 51 / 124 / 1.55,
    "Projected door-to-provider time": 15 / 1.55,
    "Projected overall rating": 8.25,
    "Projected overall rating (top-box %)": 0.55,
    "Newly insured patients": 0.2,
    "Projected uninsured rate": 0.8 / 3,
    "Net revenue, insured patients": 400,
    "Net revenue, uninsured patients": 100,
    "Net revenue per year": (400 + 100) * 365.25 / 31,
    "Additional net revenue per year": 0.2 * 365.25 / 31 * (400 / 2 - 100 / 1),
}


def test_figures_of_a_month_are_those_computed_by_hand(ask):
    found = ask(MARTS, list(EXPECTED), JANUARY)
    wrong = {
        name: (found[name], expected)
        for name, expected in EXPECTED.items()
        if found[name] != pytest.approx(expected, abs=1e-5)
    }
    assert not wrong


def test_every_kind_of_measure_has_a_figure_by_hand():
    """What is missing divides two of them, or is another window or question of a template."""
    missing = {
        name
        for name, measure in catalogue().items()
        if name not in EXPECTED
        and measure.kind != "parameter"
        and measure.shift is None
        and measure.format_by is None
        and not {measure.numerator, measure.denominator} <= set(EXPECTED)
        and measure.of != "rpt_control_charts"
        and not any(window in name for window in ("7-day", "30-day", "60-day", "90-day"))
    }
    questions = ("Would rec", "Nurse", "Doctor", "Responsiveness", "Discharge inf", "Care ")
    assert {name for name in missing if not name.startswith(questions)} == {
        "Payer mix (% of net revenue)",
        "Payer mix (% of patients, latest payer)",
    }


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        # a department has its own stays; claims and encounters are of the other
        ("dim_department.department_name", "ER", {"Encounters": 3, "Inpatient stays": 0}),
        ("dim_age_group.age_group", "Senior", {"Inpatient stays": 1, "Encounters": 0}),
        (
            "dim_payer.payer_category",
            "Uninsured",
            {"Net revenue": 100, "Payer mix (% of net revenue)": 0.2, "Encounters": 1},
        ),
        # nobody filters a mart that a dimension does not reach
        (
            "dim_payer.payer_category",
            "Uninsured",
            {"Days in period with data": 31, "Occupancy": 51 / 124},
        ),
        (
            "dim_patient.latest_payer_category",
            "Self",
            {"Payer mix (% of patients, latest payer)": 1 / 4},
        ),
        ("dim_department.department_name", None, {"Encounters": 0, "Inpatient stays": 0}),
    ],
)
def test_a_choice_filters_what_it_reaches(ask, column, value, expected):
    chosen = {column: [] if value is None else [value]}
    selection = Selection(JANUARY.first_date, JANUARY.last_date, chosen)
    found = ask(MARTS, list(expected), selection)
    assert {name: found[name] or 0 for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("readmissions", "lower", "upper"),
    # Byar's limits of a count, by hand from the formula (Breslow & Day 1987)
    [(0, 0.0, 3.67), (1, 0.01, 5.56), (10, 4.79, 18.39), (20, 12.21, 30.89)],
)
def test_limits_of_observed_to_expected_are_byars(ask, readmissions, lower, upper):
    index_admissions = [
        stay(
            patient,
            20240115,
            is_index_admission_30_days=1,
            is_readmitted_30_days=int(patient < readmissions),
            expected_probability_30_days=0.25,
        )
        for patient in range(40)
    ]
    names = [f"Readmission O/E ratio, {side} 95% limit" for side in ("lower", "upper")]
    found = ask({**MARTS, "fct_readmissions": index_admissions}, names, JANUARY)
    assert [found[name] * 10 for name in names] == pytest.approx([lower, upper], abs=0.005)


def test_sliders_stand_in_for_the_defaults(ask):
    name = "Readmissions avoided per year"
    moved = Selection(
        JANUARY.first_date,
        JANUARY.last_date,
        parameters={"Readmission reduction, better discharge": 0.5},
    )
    assert ask(MARTS, [name], moved)[name] == pytest.approx(2 * 365.25 / 31 * 0.5)


def test_what_rises_stops_at_the_top_of_its_scale(ask):
    names = ["Projected overall rating", "Projected overall rating (top-box %)"]
    moved = Selection(
        JANUARY.first_date, JANUARY.last_date, parameters={"Satisfaction improvement": 1.5}
    )
    assert list(ask(MARTS, names, moved).values()) == [10, 1]
    insured = Selection(
        JANUARY.first_date, JANUARY.last_date, parameters={"Increase in insured patients": 1.0}
    )
    assert ask(MARTS, ["Newly insured patients"], insured) == {"Newly insured patients": 1}
