"""The SQL twins against figures that were computed by hand from a few rows."""

from __future__ import annotations

from datetime import date

import pytest

from measures.catalogue import catalogue
from measures.query import Selection
from tests.measures.conftest import days

JANUARY = Selection(date(2024, 1, 1), date(2024, 1, 31))
ER, SURGERY = 1, 2
ADULT, SENIOR = 1, 2
PRIVATE, SELF_PAY, UNKNOWN = 1, 2, -1
ASTHMA, FRACTURE = 1, 2


def encounter(patient: int, department: int, arrival: int, **columns) -> dict:
    return {
        "patient_key": patient,
        "department_key": department,
        "arrival_date_key": arrival,
        "age_group_key": ADULT,
        "payer_key": PRIVATE,
        "encounter_class": "emergency",
        "is_emergency_arrival": 1,
        "is_left_without_being_seen": 0,
        **columns,
    }


def inpatient(patient: int, arrival: int, discharge: int | None, **columns) -> dict:
    return encounter(
        patient,
        SURGERY,
        arrival,
        encounter_class="inpatient",
        admission_date_key=arrival,
        discharge_date_key=discharge,
        **columns,
    )


def stay(patient: int, discharge: int, **columns) -> dict:
    return {
        "patient_key": patient,
        "department_key": SURGERY,
        "age_group_key": ADULT,
        "payer_key": PRIVATE,
        "discharge_date_key": discharge,
        **columns,
    }


def claim(patient: int, arrival: int, **columns) -> dict:
    return {
        "patient_key": patient,
        "department_key": ER,
        "age_group_key": ADULT,
        "payer_key": PRIVATE,
        "arrival_date_key": arrival,
        "is_adjudicated": 1,
        "is_denied": 0,
        **columns,
    }


def survey(discharge: int, **columns) -> dict:
    return {"discharge_date_key": discharge, "is_survey_eligible": 1, "is_returned": 1, **columns}


MARTS = {
    "dim_date": days(date(2023, 1, 1), date(2024, 12, 31)),
    "dim_department": [
        {"department_key": ER, "department_name": "ER"},
        {"department_key": SURGERY, "department_name": "Surgery"},
    ],
    "dim_age_group": [
        {"age_group_key": ADULT, "age_group": "Adult"},
        {"age_group_key": SENIOR, "age_group": "Senior"},
    ],
    "dim_diagnosis": [
        {"diagnosis_key": ASTHMA, "chronic_condition": "Asthma"},
        {"diagnosis_key": FRACTURE, "chronic_condition": "None"},
    ],
    "dim_payer": [
        {"payer_key": PRIVATE, "payer_category": "Private", "is_insured": 1},
        {"payer_key": SELF_PAY, "payer_category": "Uninsured", "is_insured": 0},
        {"payer_key": UNKNOWN, "payer_category": "Unknown", "is_insured": None},
    ],
    "dim_patient": [
        {"patient_key": 1, "is_insured_at_latest_encounter": 1, "latest_payer_category": "Private"},
        {"patient_key": 2, "is_insured_at_latest_encounter": 1, "latest_payer_category": "Private"},
        {"patient_key": 3, "is_insured_at_latest_encounter": 0, "latest_payer_category": "Self"},
        {"patient_key": 4, "is_insured_at_latest_encounter": None, "latest_payer_category": "?"},
    ],
    "fct_encounters": [
        encounter(
            1,
            ER,
            20240105,
            wait_minutes=10,
            is_emergency_return_72_hours=1,
            is_emergency_return_30_days=1,
            total_charge_amount=100,
        ),
        encounter(
            2,
            ER,
            20240110,
            wait_minutes=30,
            is_emergency_return_72_hours=0,
            is_emergency_return_30_days=1,
            total_charge_amount=200,
            payer_key=SELF_PAY,
        ),
        encounter(3, ER, 20240115, is_left_without_being_seen=1),
        inpatient(
            1,
            20240106,
            20240110,
            length_of_stay_days=4,
            wait_minutes=5,
            boarding_minutes=60,
            is_in_hospital_death=0,
            total_charge_amount=1000,
        ),
        # discharged in February
        inpatient(
            4,
            20240120,
            20240203,
            length_of_stay_days=14,
            boarding_minutes=90,
            is_emergency_arrival=0,
            is_in_hospital_death=1,
        ),
        # arrived in December
        inpatient(2, 20231220, 20240102, length_of_stay_days=13, is_in_hospital_death=1),
        # still there
        inpatient(3, 20231225, None),
    ],
    "fct_daily_census": [
        {
            "department_key": SURGERY,
            "date_key": day["date_key"],
            "midnight_census": 3 if day["date_key"] <= 20240110 else 1,
            "staffed_beds": 4,
        }
        for day in days(date(2024, 1, 1), date(2024, 1, 31))
    ]
    # no beds, so that its census is not in the occupancy
    + [{"department_key": ER, "date_key": 20240101, "midnight_census": 2, "staffed_beds": None}],
    "fct_readmissions": [
        # readmitted on day 20
        stay(
            1,
            20240102,
            is_index_admission_7_days=1,
            is_readmitted_7_days=0,
            is_index_admission_30_days=1,
            is_readmitted_30_days=1,
            is_readmitted_unplanned_30_days=1,
            is_hwr_index_admission_30_days=1,
            is_hwr_readmitted_30_days=1,
            is_index_admission_60_days=1,
            is_readmitted_60_days=1,
            has_type_2_diabetes=1,
            has_chronic_condition=1,
            expected_probability_30_days=0.3,
            readmission_length_of_stay_days=6,
            readmission_net_revenue_amount=900,
            lace_band="High",
            lace_index=12,
        ),
        # the same patient again, planned
        stay(
            1,
            20240125,
            is_index_admission_30_days=1,
            is_readmitted_30_days=1,
            is_readmitted_unplanned_30_days=0,
            is_hwr_index_admission_30_days=1,
            is_hwr_readmitted_30_days=0,
            is_index_admission_60_days=1,
            is_readmitted_60_days=0,
            has_type_2_diabetes=1,
            has_chronic_condition=0,
            expected_probability_30_days=0.1,
            readmission_length_of_stay_days=2,
            readmission_net_revenue_amount=None,
            lace_band="Low",
            lace_index=3,
        ),
        # a senior with diabetes: no adult
        stay(
            2,
            20240110,
            age_group_key=SENIOR,
            is_index_admission_30_days=1,
            is_readmitted_30_days=0,
            is_readmitted_unplanned_30_days=0,
            is_hwr_index_admission_30_days=0,
            is_index_admission_60_days=1,
            is_readmitted_60_days=1,
            has_type_2_diabetes=1,
            has_chronic_condition=1,
            expected_probability_30_days=0.2,
            lace_band="Moderate",
            lace_index=6,
        ),
        # an adult with diabetes who was not readmitted
        stay(
            3,
            20240111,
            is_index_admission_30_days=1,
            is_readmitted_30_days=0,
            is_readmitted_unplanned_30_days=0,
            is_index_admission_60_days=1,
            is_readmitted_60_days=0,
            has_type_2_diabetes=1,
            has_chronic_condition=1,
            expected_probability_30_days=0.4,
            lace_band="Moderate",
            lace_index=7,
        ),
        # died
        stay(
            4,
            20240131,
            is_index_admission_30_days=0,
            index_exclusion_reason_30_days="died in hospital",
            lace_band="High",
            lace_index=10,
        ),
        # the day after the period
        stay(4, 20240201, is_index_admission_30_days=1, is_readmitted_30_days=1),
    ],
    "fct_revenue": [
        claim(
            1,
            20240105,
            submission_date_key=20240131,
            adjudication_date_key=20240220,
            billed_amount=1000,
            allowed_amount=400,
            contractual_adjustment_amount=600,
            denied_amount=0,
            patient_responsibility_amount=100,
            payer_paid_amount=250,
            patient_paid_amount=50,
            outstanding_amount=100,
            aging_bucket="121+",
            days_to_payment=20,
        ),
        claim(
            2,
            20240110,
            payer_key=SELF_PAY,
            submission_date_key=20240101,
            adjudication_date_key=20240120,
            is_denied=1,
            billed_amount=500,
            allowed_amount=100,
            contractual_adjustment_amount=150,
            denied_amount=250,
            patient_responsibility_amount=100,
            payer_paid_amount=0,
            patient_paid_amount=0,
            outstanding_amount=100,
            aging_bucket="0-30",
        ),
        # pending: billed, but not net revenue
        claim(3, 20240115, is_adjudicated=0, is_denied=None, billed_amount=300),
        # adjudicated in January, arrived and submitted before
        claim(
            1,
            20231220,
            submission_date_key=20231231,
            adjudication_date_key=20240105,
            billed_amount=10,
            allowed_amount=7,
        ),
    ],
    "fct_charges": [
        {"service_date_key": 20240105, "charge_amount": 60, "department_key": ER},
        {"service_date_key": 20240201, "charge_amount": 40, "department_key": ER},
    ],
    "fct_satisfaction": [
        survey(
            20240110,
            returned_date_key=20240131,
            overall_rating=9,
            is_overall_rating_top_box=1,
            recommend=4,
            is_recommend_top_box=1,
            nurse_communication=4,
            is_nurse_communication_top_box=1,
            doctor_communication=3,
            is_doctor_communication_top_box=0,
        ),
        survey(
            20240112,
            # after the period
            returned_date_key=20240201,
            overall_rating=6,
            is_overall_rating_top_box=0,
            recommend=None,
            nurse_communication=2,
            is_nurse_communication_top_box=0,
            doctor_communication=4,
            is_doctor_communication_top_box=1,
        ),
        survey(
            20240113,
            returned_date_key=20240120,
            doctor_communication=4,
            is_doctor_communication_top_box=1,
        ),
        survey(20240115, is_returned=0),
        # not eligible: counts nowhere
        survey(
            20240116,
            returned_date_key=20240120,
            is_survey_eligible=0,
            overall_rating=1,
            is_overall_rating_top_box=0,
        ),
    ],
    "fct_diagnoses": [
        {"arrival_date_key": 20240105, "encounter_key": 1, "diagnosis_key": ASTHMA},
        # the same visit once more, and with a code that is no chronic condition
        {"arrival_date_key": 20240105, "encounter_key": 1, "diagnosis_key": ASTHMA},
        {"arrival_date_key": 20240105, "encounter_key": 1, "diagnosis_key": FRACTURE},
        {"arrival_date_key": 20240106, "encounter_key": 2, "diagnosis_key": FRACTURE},
        {"arrival_date_key": 20240201, "encounter_key": 3, "diagnosis_key": ASTHMA},
    ],
    "fct_procedures": [
        {"procedure_date_key": 20240105, "is_surgery": 1},
        {"procedure_date_key": 20240106, "is_surgery": 0},
    ],
    "fct_vitals": [
        {"measurement_date_key": 20240105, "blood_pressure_stage": "Crisis"},
        {"measurement_date_key": 20240105, "blood_pressure_stage": "Stage 2"},
        {"measurement_date_key": 20240105, "blood_pressure_stage": "Normal"},
        {"measurement_date_key": 20240105, "blood_pressure_stage": None},
    ],
    "rpt_receivables": [
        {
            "month_end_date_key": 20231231,
            "outstanding_amount": 900,
            "average_daily_net_revenue_amount": 10,
        },
        {
            "month_end_date_key": 20240131,
            "outstanding_amount": 800,
            "average_daily_net_revenue_amount": 16,
        },
    ],
    "rpt_data_quality": [
        {
            "table_name": "claims",
            "rule_number": 1,
            "delivered_rows": 100,
            "rejected_rows": 3,
            "flagged_rows": 0,
        },
        {
            "table_name": "claims",
            "rule_number": 2,
            "delivered_rows": 100,
            "rejected_rows": 1,
            "flagged_rows": 2,
        },
        {
            "table_name": "payers",
            "rule_number": 1,
            "delivered_rows": 60,
            "rejected_rows": 0,
            "flagged_rows": 0,
        },
    ],
    "rpt_findings": [
        {"finding_id": "F1", "is_confirmed": 1, "value": 0.33},
        {"finding_id": "F2", "is_confirmed": 0},
        {"finding_id": "F3", "is_confirmed": None},
    ],
    "rpt_readmission_flag_agreement": [{"window_days": 30, "cohens_kappa": 0.9}],
}

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
    """What is missing is another window or question of a template, a comparison or a parameter."""
    missing = {
        name
        for name, measure in catalogue().items()
        if name not in EXPECTED
        and measure.kind != "parameter"
        and measure.shift is None
        and measure.format_by is None
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


@pytest.mark.parametrize(
    ("first", "last", "before", "year_before"),
    [
        # whole months: as many months
        ((2024, 3, 1), (2024, 3, 31), ((2024, 2, 1), (2024, 2, 29)), ((2023, 3, 1), (2023, 3, 31))),
        ((2024, 1, 1), (2024, 12, 31), ((2023, 1, 1), (2023, 12, 31)), None),
        ((2024, 2, 1), (2024, 2, 29), ((2024, 1, 1), (2024, 1, 31)), ((2023, 2, 1), (2023, 2, 28))),
        ((2025, 2, 1), (2025, 2, 28), ((2025, 1, 1), (2025, 1, 31)), ((2024, 2, 1), (2024, 2, 29))),
        # other periods: as many days
        ((2024, 3, 2), (2024, 3, 31), ((2024, 2, 1), (2024, 3, 1)), ((2023, 3, 2), (2023, 3, 31))),
        ((2024, 3, 5), (2024, 3, 5), ((2024, 3, 4), (2024, 3, 4)), ((2023, 3, 5), (2023, 3, 5))),
        ((2024, 2, 29), (2024, 2, 29), ((2024, 2, 28),) * 2, ((2023, 2, 28), (2023, 2, 28))),
    ],
)
def test_the_period_before(first, last, before, year_before):
    selection = Selection(date(*first), date(*last))
    assert selection.before("previous_period") == tuple(date(*day) for day in before)
    expected = tuple(date(*day) for day in year_before or before)
    assert selection.before("previous_year") == expected


def test_a_choice_of_months_has_no_period_before():
    some = Selection(date(2024, 1, 1), date(2024, 12, 31), {"dim_date.month_number": [2, 3]})
    assert some.before("previous_period") is None
    assert Selection().before("previous_year") is None


def test_a_change_is_empty_where_the_data_do_not_cover_the_period_before(ask):
    names = ["Encounters vs. prior period", "Overall rating vs. prior period"]
    assert ask(MARTS, names, JANUARY) == dict.fromkeys(names)


def test_a_period_that_the_data_cover_in_part_is_not_compared(ask):
    """Ten days against thirty would look like a fall."""
    marts = {**MARTS, "fct_encounters": [encounter(i, ER, 20240110) for i in range(4)]}
    census = [{"date_key": day["date_key"]} for day in days(date(2024, 1, 1), date(2024, 1, 20))]
    marts["fct_daily_census"] = census
    names = ["Encounters vs. prior period", "Encounters, prior period"]
    running = Selection(date(2024, 1, 11), date(2024, 1, 21))
    assert ask(marts, names, running) == dict.fromkeys(names)
    ended = Selection(date(2024, 1, 11), date(2024, 1, 20))
    assert ask(marts, names, ended) == dict(zip(names, (-1, 4), strict=True))


def test_changes_are_shares_of_counts_and_differences_of_shares(ask):
    marts = {
        **MARTS,
        "fct_encounters": [
            *(encounter(i, ER, 20240110, is_left_without_being_seen=i % 2) for i in range(4)),
            *(encounter(i, ER, 20240115) for i in range(4)),
        ],
    }
    second_half = Selection(date(2024, 1, 15), date(2024, 1, 16))
    found = ask(
        marts,
        [
            "Encounters vs. prior period",
            "Encounters, prior period",
            "LWBS rate vs. prior period",
        ],
        Selection(date(2024, 1, 13), date(2024, 1, 18)),
    )
    # 7 to 12 January before
    assert list(found.values()) == [0, 4, -50]
    assert ask(marts, ["Encounters, prior period"], second_half) == {"Encounters, prior period": 0}
