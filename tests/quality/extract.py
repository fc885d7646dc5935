"""A hospital with one row of everything, all of them right, to break one value at a time."""

from __future__ import annotations

import re
from copy import deepcopy

Row = dict[str, str | None]
Tables = dict[str, list[Row]]

ONE_OF_EVERYTHING: Tables = {
    "facilities": [{"facility_id": "F1", "facility_name": "Main"}],
    "departments": [
        {"department_id": "D1", "department_name": "Medicine", "facility_id": "F1",
         "staffed_beds": "20"},
    ],
    "providers": [
        {"provider_id": "PR1", "provider_name": "Ann Example", "department_id": "D1"},
    ],
    "payers": [{"payer_id": "PY1", "payer_name": "Plan", "payer_category": "Medicare"}],
    "patients": [
        {"patient_id": "P1", "first_name": "Jo", "last_name": "Example", "sex": "F",
         "birth_date": "1950-05-05", "zip_code": "02115", "updated_at": "2024-05-01 10:00:00"},
    ],
    "encounters": [
        {"encounter_id": "E1", "patient_id": "P1", "department_id": "D1", "provider_id": "PR1",
         "payer_id": "PY1", "encounter_class": "inpatient", "admission_type": "urgent",
         "arrived_at": "2024-03-10 09:00:00", "first_seen_at": "2024-03-10 09:30:00",
         "admitted_at": "2024-03-10 12:00:00", "emergency_departed_at": "2024-03-10 13:00:00",
         "discharged_at": "2024-03-14 11:00:00", "discharge_disposition": "01",
         "readmission_indicator": "N", "updated_at": "2024-06-30 08:00:00"},
    ],
    "diagnoses": [
        {"encounter_id": "E1", "sequence": "1", "icd10_code": "E11.9",
         "present_on_admission": "Y"},
    ],
    "procedures": [
        {"encounter_id": "E1", "sequence": "1", "procedure_code": "71046", "code_system": "CPT",
         "performed_at": "2024-03-11 10:00:00", "provider_id": "PR1"},
    ],
    "vitals": [
        {"vital_id": "V1", "encounter_id": "E1", "measured_at": "2024-03-10 10:00:00",
         "systolic_bp": "130", "diastolic_bp": "80", "heart_rate": "72", "glucose": "110"},
    ],
    "charges": [
        {"charge_id": "CH1", "encounter_id": "E1", "service_date": "2024-03-11",
         "revenue_category": "Laboratory", "quantity": "1", "charge_amount": "1000.00"},
    ],
    "claims": [
        {"claim_id": "CL1", "encounter_id": "E1", "payer_id": "PY1", "submitted_on": "2024-03-20",
         "adjudicated_on": "2024-04-10", "claim_status": "paid", "billed_amount": "1000.00",
         "contractual_adjustment": "400.00", "allowed_amount": "500.00",
         "denied_amount": "100.00", "patient_responsibility": "50.00"},
    ],
    "payments": [
        {"payment_id": "PM1", "claim_id": "CL1", "posted_on": "2024-04-15", "paid_by": "payer",
         "amount": "450.00"},
    ],
    "surveys": [
        {"survey_id": "S1", "encounter_id": "E1", "sent_on": "2024-03-20",
         "returned_on": "2024-04-01", "mode": "mail", "overall_rating": "9", "recommend": "4",
         "nurse_communication": "4", "doctor_communication": "3", "responsiveness": "3",
         "discharge_information": "1", "care_coordination": "4"},
    ],
}  # fmt: skip
IDS = (
    "facility_id", "department_id", "provider_id", "payer_id", "patient_id", "encounter_id",
    "vital_id", "charge_id", "claim_id", "payment_id", "survey_id",
)  # fmt: skip


def with_changes(table: str, **changes: str | None) -> Tables:
    """The extract with other values in the row of one table."""
    tables = deepcopy(ONE_OF_EVERYTHING)
    tables[table][0] |= changes
    return tables


def with_rows(table: str, *rows: Row) -> Tables:
    """The extract with further rows in one table, each like its row but for some values."""
    tables = deepcopy(ONE_OF_EVERYTHING)
    tables[table] += [tables[table][0] | row for row in rows]
    return tables


def together(extracts: list[Tables]) -> Tables:
    """Many small extracts as one: the ids of extract 7 end in -7."""
    tables: Tables = {name: [] for name in ONE_OF_EVERYTHING}
    for number, extract in enumerate(extracts):
        for name, rows in extract.items():
            tables[name] += [
                {
                    column: re.sub(r"(\b[A-Za-z]+\d+\b)", rf"\1-{number}", value)
                    if column in IDS and value
                    else value
                    for column, value in row.items()
                }
                for row in rows
            ]
    return tables
