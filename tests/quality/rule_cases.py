"""Changes to the extract with one row of everything, and the rule that each breaks, if any."""

from __future__ import annotations

from tests.quality.extract import Tables, with_rows

# The end of the extract, by the last change of an encounter, is 2024-06-30; encounter E1 lasts from
# 2024-03-10 to 2024-03-14, and events may lie three days outside of it.
CASES = [
    # unparseable value: one way only to write a date, a time, a number
    ("patients", {"birth_date": "05/05/1950"}, "unparseable value"),
    ("patients", {"birth_date": "1950-5-5"}, "unparseable value"),
    ("patients", {"birth_date": "2023-02-29"}, "unparseable value"),
    ("patients", {"birth_date": "1952-02-29"}, None),
    ("patients", {"birth_date": "1950-05-05 00:00:00"}, None),
    ("patients", {"birth_date": " 1950-05-05 "}, None),
    ("patients", {"updated_at": "yesterday"}, "unparseable value"),
    ("encounters", {"arrived_at": "2024-03-10T09:00:00"}, None),
    ("encounters", {"arrived_at": "2024-03-10 09:00"}, None),
    ("encounters", {"arrived_at": "2024-03-10 9:00"}, "unparseable value"),
    ("encounters", {"arrived_at": "2024-03-10 09:00:00.123456"}, None),
    ("encounters", {"arrived_at": "2024-03-10 09:00:00+01:00"}, "unparseable value"),
    ("encounters", {"arrived_at": "2024-03-10T09:00:00Z"}, "unparseable value"),
    ("encounters", {"arrived_at": "2024-03-10 09:00 AM"}, "unparseable value"),
    ("encounters", {"discharged_at": "2024-03-14 24:00:00"}, "unparseable value"),
    ("encounters", {"discharged_at": "20240314"}, "unparseable value"),
    ("encounters", {"discharged_at": "14.03.2024 11:00"}, "unparseable value"),
    ("vitals", {"systolic_bp": "130.0"}, None),
    ("vitals", {"systolic_bp": "+130"}, None),
    ("vitals", {"systolic_bp": "130.5"}, "unparseable value"),
    ("vitals", {"systolic_bp": "1e2"}, "unparseable value"),
    ("vitals", {"systolic_bp": "0x82"}, "unparseable value"),
    ("vitals", {"systolic_bp": "99999999999"}, "unparseable value"),
    ("charges", {"charge_amount": "1,000.00"}, "unparseable value"),
    ("charges", {"charge_amount": "1.000,00"}, "unparseable value"),
    ("charges", {"charge_amount": "$1000"}, "unparseable value"),
    ("charges", {"charge_amount": "1000"}, None),
    ("charges", {"charge_amount": ".5"}, None),
    ("charges", {"charge_amount": "-"}, "unparseable value"),
    ("charges", {"charge_amount": "NaN"}, "unparseable value"),
    ("charges", {"charge_amount": "=cmd|'/c calc'!A1"}, "unparseable value"),
    ("diagnoses", {"sequence": "first"}, "unparseable value"),
    # text that is longer than the contract allows: fifty bytes for a key
    ("charges", {"revenue_category": "x" * 100}, None),
    ("charges", {"revenue_category": "x" * 101}, "unparseable value"),
    ("charges", {"revenue_category": "é" * 51}, "unparseable value"),
    ("facilities", {"facility_name": "x" * 201}, "unparseable value"),
    # missing value
    *(
        (table, {column: None}, "missing value")
        for table, column in (
            ("encounters", "arrived_at"), ("encounters", "encounter_class"),
            ("diagnoses", "icd10_code"), ("procedures", "procedure_code"),
            ("vitals", "measured_at"), ("charges", "charge_amount"), ("claims", "claim_status"),
            ("claims", "submitted_on"), ("claims", "billed_amount"),
            ("claims", "contractual_adjustment"), ("claims", "allowed_amount"),
            ("claims", "denied_amount"), ("claims", "patient_responsibility"),
            ("payments", "posted_on"), ("payments", "paid_by"), ("payments", "amount"),
            ("surveys", "sent_on"),
        )
    ),
    ("claims", {"claim_status": "pending", "adjudicated_on": None, "allowed_amount": None,
                "contractual_adjustment": None, "denied_amount": None,
                "patient_responsibility": None}, None),
    # orphan: a blank is one only where the row needs its parent
    ("departments", {"facility_id": "F9"}, "orphan"),
    ("departments", {"facility_id": None}, None),
    ("providers", {"department_id": "D9"}, "orphan"),
    ("encounters", {"patient_id": "P9"}, "orphan"),
    ("encounters", {"patient_id": None}, "orphan"),
    ("encounters", {"patient_id": " P1 "}, None),
    ("encounters", {"department_id": "D9"}, "orphan"),
    ("encounters", {"department_id": None}, None),
    ("encounters", {"payer_id": "PY9"}, "orphan"),
    ("encounters", {"payer_id": None}, None),
    ("encounters", {"provider_id": "PR9"}, "orphan"),
    ("procedures", {"provider_id": "PR9"}, "orphan"),
    ("diagnoses", {"encounter_id": "E9"}, "orphan"),
    ("vitals", {"encounter_id": None}, "orphan"),
    ("claims", {"payer_id": "PY9"}, "orphan"),
    ("claims", {"payer_id": None}, None),
    ("payments", {"claim_id": "CL9"}, "orphan"),
    ("surveys", {"encounter_id": "E9"}, "orphan"),
    # dates out of order
    ("patients", {"death_date": "1950-05-04"}, "dates out of order"),
    ("patients", {"death_date": "1950-05-05"}, "arrival after death"),
    ("patients", {"death_date": "2024-03-10"}, None),
    ("patients", {"death_date": "2024-03-09"}, "arrival after death"),
    ("patients", {"birth_date": "2024-03-10"}, None),
    ("patients", {"birth_date": "2024-03-11"}, "dates out of order"),
    ("encounters", {"first_seen_at": "2024-03-10 08:59:59"}, "dates out of order"),
    ("encounters", {"first_seen_at": "2024-03-10 09:00:00"}, None),
    ("encounters", {"admitted_at": "2024-03-10 08:59:00"}, "dates out of order"),
    ("encounters", {"discharged_at": "2024-03-10 11:59:00"}, "dates out of order"),
    ("encounters", {"discharged_at": "2024-03-10 12:00:00"}, None),
    ("encounters", {"admitted_at": None, "discharged_at": "2024-03-10 08:59:00"},
     "dates out of order"),
    ("encounters", {"emergency_departed_at": "2024-03-10 08:59:00"}, "dates out of order"),
    ("claims", {"submitted_on": "2024-03-09"}, "dates out of order"),
    ("claims", {"submitted_on": "2024-03-10"}, None),
    ("claims", {"adjudicated_on": "2024-03-19"}, "dates out of order"),
    ("claims", {"adjudicated_on": "2024-03-20"}, None),
    ("surveys", {"sent_on": "2024-03-09"}, "dates out of order"),
    ("surveys", {"returned_on": "2024-03-19"}, "dates out of order"),
    ("surveys", {"returned_on": "2024-03-20"}, None),
    # impossible date, beyond the end of the extract
    ("patients", {"birth_date": "1879-12-31"}, "impossible date"),
    ("patients", {"birth_date": "1880-01-01"}, None),
    ("patients", {"birth_date": "0001-01-01"}, "impossible date"),
    ("patients", {"updated_at": "9999-12-31 00:00:00"}, "impossible date"),
    ("encounters", {"discharged_at": "2024-06-30 23:59:59"}, None),
    ("encounters", {"discharged_at": "2024-07-01 00:00:00"}, "beyond the end of the extract"),
    ("encounters", {"discharged_at": "9999-12-31 00:00:00"}, "beyond the end of the extract"),
    ("payments", {"posted_on": "2024-06-30"}, None),
    ("payments", {"posted_on": "2024-07-01"}, "beyond the end of the extract"),
    # outside its encounter
    ("vitals", {"measured_at": "2024-03-07 00:00:00"}, None),
    ("vitals", {"measured_at": "2024-03-06 23:59:59"}, "outside its encounter"),
    ("vitals", {"measured_at": "2024-03-17 23:59:59"}, None),
    ("vitals", {"measured_at": "2024-03-18 00:00:00"}, "outside its encounter"),
    ("procedures", {"performed_at": "2024-03-18 00:00:00"}, "outside its encounter"),
    ("procedures", {"performed_at": None}, None),
    ("charges", {"service_date": "2024-03-06"}, "outside its encounter"),
    ("charges", {"service_date": "2024-03-17"}, None),
    # unknown code, in whatever case and with blanks around it
    ("patients", {"sex": "Female"}, "unknown code"),
    ("patients", {"sex": " f "}, None),
    ("patients", {"sex": None}, None),
    ("payers", {"payer_category": "Charity"}, "unknown code"),
    ("payers", {"payer_category": "MEDICARE"}, None),
    ("encounters", {"encounter_class": "IMP"}, "unknown code"),
    ("encounters", {"encounter_class": "Inpatient "}, None),
    ("encounters", {"admission_type": "routine"}, "unknown code"),
    ("encounters", {"readmission_indicator": "maybe"}, "unknown code"),
    ("encounters", {"discharge_disposition": "9Z"}, "unknown code"),
    ("encounters", {"discharge_disposition": "1"}, None),
    ("encounters", {"discharge_disposition": None}, None),
    ("procedures", {"code_system": "ICD-10-PCS"}, "unknown code"),
    ("claims", {"claim_status": "lost"}, "unknown code"),
    ("payments", {"paid_by": "bank"}, "unknown code"),
    ("diagnoses", {"present_on_admission": "P"}, "unknown code"),
    # diagnosis codes: with or without the dot, in lower case; the category must exist
    ("diagnoses", {"icd10_code": "e119 "}, None),
    ("diagnoses", {"icd10_code": "C7A.010"}, None),
    ("diagnoses", {"icd10_code": "S72.001A"}, None),
    ("diagnoses", {"icd10_code": "S72.001AB"}, "malformed ICD-10-CM code"),
    ("diagnoses", {"icd10_code": "E1"}, "malformed ICD-10-CM code"),
    ("diagnoses", {"icd10_code": "250.00"}, "malformed ICD-10-CM code"),
    ("diagnoses", {"icd10_code": "E11-9"}, "malformed ICD-10-CM code"),
    ("diagnoses", {"icd10_code": "U99.9"}, "unknown ICD-10-CM code"),
    ("diagnoses", {"icd10_code": "N18.3"}, None),
    # vital signs: what was ever measured in a living person
    ("vitals", {"systolic_bp": "29", "diastolic_bp": "20"}, "impossible vital sign"),
    ("vitals", {"systolic_bp": "30", "diastolic_bp": "20"}, None),
    ("vitals", {"systolic_bp": "370"}, None),
    ("vitals", {"systolic_bp": "371"}, "impossible vital sign"),
    ("vitals", {"diastolic_bp": "9"}, "impossible vital sign"),
    ("vitals", {"diastolic_bp": "130"}, None),
    ("vitals", {"diastolic_bp": "131"}, "impossible vital sign"),
    ("vitals", {"heart_rate": "9"}, "impossible vital sign"),
    ("vitals", {"heart_rate": "480"}, None),
    ("vitals", {"heart_rate": "481"}, "impossible vital sign"),
    ("vitals", {"glucose": "0"}, "impossible vital sign"),
    ("vitals", {"glucose": "2656"}, None),
    ("vitals", {"glucose": "2657"}, "impossible vital sign"),
    ("vitals", {"systolic_bp": None, "diastolic_bp": None, "heart_rate": None}, None),
    # money
    ("departments", {"staffed_beds": "-1"}, "impossible number"),
    ("departments", {"staffed_beds": "0"}, None),
    ("charges", {"charge_amount": "-0.01"}, "negative money"),
    ("charges", {"charge_amount": "0"}, None),
    ("claims", {"billed_amount": "-1000.00"}, "negative money"),
    ("claims", {"denied_amount": "-100.00", "billed_amount": "800.00"}, "negative money"),
    ("claims", {"allowed_amount": "500.01"}, "inconsistent money"),
    ("claims", {"patient_responsibility": "500.00"}, None),
    ("claims", {"patient_responsibility": "500.01"}, "inconsistent money"),
    ("payments", {"amount": "-450.00"}, None),
    # ratings
    ("surveys", {"overall_rating": "0"}, None),
    ("surveys", {"overall_rating": "10"}, None),
    ("surveys", {"overall_rating": "11"}, "rating out of range"),
    ("surveys", {"recommend": "0"}, "rating out of range"),
    ("surveys", {"nurse_communication": "5"}, "rating out of range"),
    ("surveys", {"discharge_information": "2"}, "rating out of range"),
    ("surveys", {"care_coordination": None}, None),
]  # fmt: skip
# A blank key leaves nothing to name the row by: these are counted.
MISSING_KEYS = [
    (table, key, blank)
    for table, key in (
        ("facilities", "facility_id"), ("departments", "department_id"),
        ("providers", "provider_id"), ("payers", "payer_id"), ("patients", "patient_id"),
        ("encounters", "encounter_id"), ("diagnoses", "encounter_id"), ("diagnoses", "sequence"),
        ("procedures", "sequence"), ("vitals", "vital_id"), ("charges", "charge_id"),
        ("claims", "claim_id"), ("payments", "payment_id"), ("surveys", "survey_id"),
    )
    for blank in (None, "  ")
]  # fmt: skip
# Kept all the same, unless quality_severity says otherwise: table, rule and column.
FLAGGED = {
    ("providers", "orphan", "department_id"),
    ("encounters", "orphan", "provider_id"),
    ("procedures", "orphan", "provider_id"),
    ("payers", "unknown code", "payer_category"),
    ("encounters", "dates out of order", "emergency_departed_at"),
    ("encounters", "dates out of order", "first_seen_at"),
    ("encounters", "arrival after death", "arrived_at"),
}


def overlap(first: dict, second: dict) -> Tables:
    """Two inpatient stays of one patient."""
    tables = with_rows(
        "encounters",
        {"encounter_id": "E2", "first_seen_at": None, "emergency_departed_at": None, **second},
    )
    tables["encounters"][0] |= first
    return tables


OVERLAPS = {
    "begins before the other ends": (
        {}, {"arrived_at": "2024-03-14 10:00:00", "admitted_at": "2024-03-14 10:59:59",
             "discharged_at": "2024-03-20 10:00:00"}, "E1"),
    "begins when the other ends": (
        {}, {"arrived_at": "2024-03-14 10:00:00", "admitted_at": "2024-03-14 11:00:00",
             "discharged_at": "2024-03-20 10:00:00"}, None),
    "a transfer explains it": (
        {"discharge_disposition": "02"},
        {"arrived_at": "2024-03-14 10:00:00", "admitted_at": "2024-03-14 10:30:00",
         "discharged_at": "2024-03-20 10:00:00"}, None),
    "lies within the other": (
        {}, {"arrived_at": "2024-03-11 10:00:00", "admitted_at": "2024-03-11 10:00:00",
             "discharged_at": "2024-03-12 10:00:00"}, "E1"),
    "the other is no inpatient": (
        {"encounter_class": "observation"},
        {"arrived_at": "2024-03-11 10:00:00", "admitted_at": "2024-03-11 10:00:00",
         "discharged_at": "2024-03-12 10:00:00"}, None),
    "the other is rejected": (
        {"department_id": "D9"},
        {"arrived_at": "2024-03-11 10:00:00", "admitted_at": "2024-03-11 10:00:00",
         "discharged_at": "2024-03-12 10:00:00"}, None),
    "the other has not ended": (
        {"discharged_at": None, "discharge_disposition": None},
        {"arrived_at": "2024-03-11 10:00:00", "admitted_at": "2024-03-11 10:00:00",
         "discharged_at": "2024-03-12 10:00:00"}, None),
}  # fmt: skip


DUPLICATES = {
    "a copy": ("charges", {}, 1),
    "another amount": ("charges", {"charge_amount": "7"}, 1),
    "two copies": ("payments", {}, 1),
    "a later version of the patient": (
        "patients", {"sex": "M", "updated_at": "2024-06-30 09:00:00"}, 1),
    "a broken row beside it": ("vitals", {"heart_rate": "999"}, 0),
    "the same line of another key": ("diagnoses", {"sequence": "2"}, 0),
    "the same line twice": ("diagnoses", {"icd10_code": "I10"}, 1),
    "a key in another case": ("encounters", {"encounter_id": "e1"}, 1),
}  # fmt: skip
