"""Marts of a few rows, from which the figures of January 2024 can be computed on paper."""

from __future__ import annotations

from datetime import date

from measures.selection import Selection
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
