"""The table of encounters."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator import money
from generator.contract import MISSING, build, identifiers, labels, patient_ids, times
from generator.history.encounters import TRANSFER, Encounters
from generator.people import People
from generator.plan import EMERGENCY, INPATIENT, OBSERVATION, OUTPATIENT, Plan
from generator.randomness import Streams
from generator.validation import CLASSES, DISPOSITIONS

ADMISSION_TYPES = ("elective", "urgent", "emergency", "trauma", "newborn")
ADMISSION_SOURCES = (
    "Emergency Room",
    "Physician Referral",
    "Transfer from Hospital",
    "Walk-in or Self Referral",
    "Ambulance",
    "Born in this Hospital",
)


def encounters_table(
    plan: Plan,
    streams: Streams,
    people: People,
    e: Encounters,
    spelled: np.ndarray,
    provider_id: pa.Array,
    touched: np.ndarray,
) -> pa.Table:
    """One row per encounter; `touched` is the minute of the last thing that belongs to it."""
    is_open = e.discharged >= plan.end
    kind = e.encounter_class
    stays = (kind == INPATIENT) | (kind == OBSERVATION)
    missed = streams.happens("flag missed", e.key, plan.scenario.emr_readmission_flag.missed_share)
    flagged = (e.returned_within_flag & ~missed).astype(np.int64)
    after = 30 + streams.position("updated", e.key, 600)
    updated = np.where(is_open, plan.end - 1, np.minimum(touched + after, plan.end - 1))
    return build(
        "encounters",
        encounter_id=identifiers("E", spelled),
        patient_id=patient_ids(people.number[e.patient]),
        department_id=labels([d.id for d in plan.departments], e.department),
        provider_id=provider_id,
        payer_id=labels([p.id for p in plan.plans], money.plan_at_arrival(people, e)),
        encounter_class=labels(CLASSES, kind),
        admission_type=labels(ADMISSION_TYPES, _admission_types(plan, e)),
        admission_source=labels(ADMISSION_SOURCES, _admission_sources(plan, streams, e)),
        arrived_at=times(e.arrived),
        first_seen_at=times(np.where(e.seen >= plan.end, MISSING, e.seen)),
        admitted_at=times(np.where(stays & (e.admitted < plan.end), e.admitted, MISSING)),
        emergency_departed_at=times(_emergency_departure(plan, streams, e)),
        discharged_at=times(np.where(is_open, MISSING, e.discharged)),
        discharge_disposition=labels(DISPOSITIONS, np.where(is_open, -1, e.disposition)),
        readmission_indicator=labels(("N", "Y"), flagged),
        updated_at=times(updated),
    )


def _admission_types(plan: Plan, e: Encounters) -> np.ndarray:
    """Position in ADMISSION_TYPES."""
    kind, item = e.encounter_class, e.diagnosis
    coded = item >= 0
    return np.select(
        [
            coded & plan.diagnoses.is_newborn[item],
            coded & plan.diagnoses.is_trauma[item],
            e.is_elective | (kind == OUTPATIENT),
            (kind == EMERGENCY) | e.through_er,
        ],
        [4, 3, 0, 2],
        1,
    )


def _admission_sources(plan: Plan, streams: Streams, e: Encounters) -> np.ndarray:
    """Position in ADMISSION_SOURCES."""
    kind, item = e.encounter_class, e.diagnosis
    ambulance = streams.happens("ambulance", e.key, plan.scenario.emergency.ambulance_share)
    return np.select(
        [
            (item >= 0) & plan.diagnoses.is_newborn[item],
            e.why == TRANSFER,
            e.through_er,
            (kind == EMERGENCY) & ambulance,
            kind == EMERGENCY,
        ],
        [5, 2, 0, 4, 3],
        1,
    )


def _emergency_departure(plan: Plan, streams: Streams, e: Encounters) -> np.ndarray:
    """When those admitted through the emergency room left it for the ward, in minutes."""
    boarding = streams.skewed("boarding", e.key, plan.scenario.emergency.boarding_minutes)
    left = np.minimum(e.admitted + np.maximum(1, boarding).astype(np.int64), e.discharged - 30)
    return np.where(e.through_er & (e.admitted != MISSING) & (left < plan.end), left, MISSING)
