"""The tables of diagnoses, procedures and vital signs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator import clinical
from generator.contract import build, identifiers, labels, line_ids, times, whole_numbers
from generator.plan import Plan

# The birth itself and health status codes: whether they were present on admission is not asked.
POA_EXEMPT = ("Z", "V", "W", "X", "Y")


def diagnoses_table(plan: Plan, spelled: np.ndarray, rows: clinical.CodedDiagnoses) -> pa.Table:
    """One row per coded diagnosis; `spelled` are the digits of the encounters."""
    exempt = np.array([code.startswith(POA_EXEMPT) for code in plan.codes])[rows.code]
    present = np.where(exempt, -1, rows.is_present_on_admission.astype(np.int64))
    own = spelled[rows.encounter]
    return build(
        "diagnoses",
        encounter_id=identifiers("E", own),
        sequence=whole_numbers(rows.sequence),
        icd10_code=labels(plan.codes, rows.code),
        present_on_admission=labels(("N", "Y"), present),
    )


def procedures_table(
    plan: Plan, spelled: np.ndarray, rows: clinical.Procedures, provider_id: pa.Array
) -> pa.Table:
    """One row per procedure; whoever attends the encounter performs it."""
    systems = [plan.catalogue.procedures[name].system for name in rows.names]
    own = spelled[rows.encounter]
    return build(
        "procedures",
        encounter_id=identifiers("E", own),
        sequence=whole_numbers(rows.sequence),
        procedure_code=labels(rows.names, rows.code),
        code_system=labels(systems, rows.code),
        performed_at=times(rows.performed),
        provider_id=provider_id.take(pa.array(rows.encounter)),
    )


def vitals_table(spelled: np.ndarray, rows: clinical.Vitals) -> pa.Table:
    """One row per set of vital signs."""
    own = spelled[rows.encounter]
    return build(
        "vitals",
        vital_id=line_ids("V", own, rows.place),
        encounter_id=identifiers("E", own),
        measured_at=times(rows.measured),
        systolic_bp=whole_numbers(rows.systolic),
        diastolic_bp=whole_numbers(rows.diastolic),
        heart_rate=whole_numbers(rows.heart_rate),
        glucose=whole_numbers(rows.glucose),
    )
