"""The thirteen tables of the extract contract: columns, order and types, and how ids read."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

MONEY = pa.decimal128(18, 2)
TEXT = pa.string()
WHOLE = pa.int32()
DAY = pa.date32()
TIME = pa.timestamp("s")

# Marks a missing number, day or minute in the working frames.
MISSING = np.iinfo(np.int64).min

# An encounter number is its patient's number times this, plus the number of the visit from 1;
# a line number (charge, payment, ...) likewise within its encounter.
VISITS_PER_PATIENT = 100
LINES_PER_ENCOUNTER = 1000


def _table(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


SCHEMAS: dict[str, pa.Schema] = {
    "facilities": _table(
        facility_id=TEXT, facility_name=TEXT, city=TEXT, state=TEXT, zip_code=TEXT
    ),
    "departments": _table(
        department_id=TEXT,
        department_name=TEXT,
        service_line=TEXT,
        facility_id=TEXT,
        staffed_beds=WHOLE,
    ),
    "providers": _table(provider_id=TEXT, provider_name=TEXT, specialty=TEXT, department_id=TEXT),
    "payers": _table(payer_id=TEXT, payer_name=TEXT, payer_category=TEXT),
    "patients": _table(
        patient_id=TEXT,
        first_name=TEXT,
        last_name=TEXT,
        birth_date=DAY,
        death_date=DAY,
        sex=TEXT,
        race=TEXT,
        ethnicity=TEXT,
        address_line=TEXT,
        city=TEXT,
        state=TEXT,
        zip_code=TEXT,
        phone=TEXT,
        email=TEXT,
        updated_at=TIME,
    ),
    "encounters": _table(
        encounter_id=TEXT,
        patient_id=TEXT,
        department_id=TEXT,
        provider_id=TEXT,
        payer_id=TEXT,
        encounter_class=TEXT,
        admission_type=TEXT,
        admission_source=TEXT,
        arrived_at=TIME,
        first_seen_at=TIME,
        admitted_at=TIME,
        emergency_departed_at=TIME,
        discharged_at=TIME,
        discharge_disposition=TEXT,
        readmission_indicator=TEXT,
        updated_at=TIME,
    ),
    "diagnoses": _table(
        encounter_id=TEXT, sequence=WHOLE, icd10_code=TEXT, present_on_admission=TEXT
    ),
    "procedures": _table(
        encounter_id=TEXT,
        sequence=WHOLE,
        procedure_code=TEXT,
        code_system=TEXT,
        performed_at=TIME,
        provider_id=TEXT,
    ),
    "vitals": _table(
        vital_id=TEXT,
        encounter_id=TEXT,
        measured_at=TIME,
        systolic_bp=WHOLE,
        diastolic_bp=WHOLE,
        heart_rate=WHOLE,
        glucose=WHOLE,
    ),
    "charges": _table(
        charge_id=TEXT,
        encounter_id=TEXT,
        service_date=DAY,
        revenue_category=TEXT,
        procedure_code=TEXT,
        quantity=WHOLE,
        charge_amount=MONEY,
    ),
    "claims": _table(
        claim_id=TEXT,
        encounter_id=TEXT,
        payer_id=TEXT,
        submitted_on=DAY,
        adjudicated_on=DAY,
        claim_status=TEXT,
        billed_amount=MONEY,
        contractual_adjustment=MONEY,
        allowed_amount=MONEY,
        denied_amount=MONEY,
        denial_reason=TEXT,
        patient_responsibility=MONEY,
    ),
    "payments": _table(payment_id=TEXT, claim_id=TEXT, posted_on=DAY, paid_by=TEXT, amount=MONEY),
    "surveys": _table(
        survey_id=TEXT,
        encounter_id=TEXT,
        sent_on=DAY,
        returned_on=DAY,
        mode=TEXT,
        overall_rating=WHOLE,
        recommend=WHOLE,
        nurse_communication=WHOLE,
        doctor_communication=WHOLE,
        responsiveness=WHOLE,
        discharge_information=WHOLE,
        care_coordination=WHOLE,
    ),
}
TABLES = tuple(SCHEMAS)


def build(table: str, **columns: pa.Array) -> pa.Table:
    """Assemble a table of the contract; every column must be given and have the right type."""
    schema = SCHEMAS[table]
    return pa.table([columns[name] for name in schema.names], schema=schema)


def digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Spell numbers from 0 with zeros in front: ASCII bytes, shape (n, width)."""
    text = np.empty((len(numbers), width), dtype=np.uint8)
    left = numbers
    for end in range(width, 0, -4):
        start = max(end - 4, 0)
        text[:, start:end] = _FOUR_DIGITS[left % 10_000][:, start - end :]
        left = left // 10_000
    return text


# How the digits of 0 to 9999 read, four bytes each.
_FOUR_DIGITS = np.array([list(f"{n:04}".encode()) for n in range(10_000)], dtype=np.uint8)


def identifiers(prefix: str, *parts: np.ndarray) -> pa.Array:
    """Join a prefix and digits to ids: parts of shape (n, width) each."""
    size = len(prefix) + sum(part.shape[1] for part in parts)
    text = np.empty((len(parts[0]), size), dtype=np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    at = len(prefix)
    for part in parts:
        text[:, at : at + part.shape[1]] = part
        at += part.shape[1]
    offsets = np.arange(len(text) + 1, dtype=np.int32) * np.int32(size)
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), pa.py_buffer(text))


def patient_ids(numbers: np.ndarray) -> pa.Array:
    """Spell patient numbers: P00000001."""
    return identifiers("P", digits(numbers, 8))


def labels(names: list[str] | tuple[str, ...], codes: np.ndarray) -> pa.Array:
    """Spell positions in a list; a negative position becomes null."""
    missing = codes < 0
    positions = pa.array(codes, mask=missing) if missing.any() else pa.array(codes)
    return pa.array(names, type=TEXT).take(positions)


def whole_numbers(values: np.ndarray, kind: pa.DataType = WHOLE) -> pa.Array:
    """Convert integers; MISSING becomes null."""
    missing = values == MISSING
    if not missing.any():
        return pa.array(values.astype(kind.to_pandas_dtype(), copy=False))
    return pa.array(np.where(missing, 0, values), mask=missing).cast(kind)


def days(values: np.ndarray) -> pa.Array:
    """Convert days since 1970-01-01; MISSING becomes null."""
    return whole_numbers(values, WHOLE).cast(DAY)


def times(minutes: np.ndarray) -> pa.Array:
    """Convert local minutes since 1970-01-01 00:00; MISSING becomes null."""
    missing = minutes == MISSING
    return pa.array(np.where(missing, 0, minutes) * 60, mask=missing).cast(TIME)


def money(cents: np.ndarray) -> pa.Array:
    """Convert integer cents to exact decimals; MISSING becomes null."""
    missing = cents == MISSING
    wide = np.empty((len(cents), 2), dtype=np.int64)
    wide[:, 0] = np.where(missing, 0, cents)
    wide[:, 1] = wide[:, 0] >> 63  # the sign, extended to 128 bits
    valid = pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(cents), [valid, pa.py_buffer(wide)])
