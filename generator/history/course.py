"""How an encounter goes: through the emergency room or not, when seen, admitted and discharged."""

from __future__ import annotations

import numpy as np

from generator.contract import MISSING
from generator.history.encounters import (
    HOME,
    LEFT_WITHOUT_BEING_SEEN,
    NO_DIAGNOSIS,
    PLANNED,
    TRANSFER,
    Encounters,
    Visits,
)
from generator.plan import EMERGENCY, INPATIENT, MINUTES_PER_DAY, OBSERVATION, OUTPATIENT, Plan
from generator.randomness import Streams, choose, normal_of


def take_course(
    plan: Plan, streams: Streams, visits: Visits, age: np.ndarray, has: np.ndarray
) -> Encounters:
    """Turn diagnosed visits into encounters that all end at home, or unseen."""
    key, kind, item = visits.key, visits.encounter_class, visits.diagnosis
    stays = (kind == INPATIENT) | (kind == OBSERVATION)
    through_er = _goes_through_er(plan, streams, visits, stays)
    seen, admitted = _beginnings(plan, streams, visits, through_er)
    nights = _nights(plan, streams, visits, has)
    left_unseen = (
        (kind == EMERGENCY)
        & (visits.why == PLANNED)
        & (
            streams.even("left unseen", key, visits.department)
            < plan.scenario.emergency.left_without_being_seen_share
        )
    )
    discharged = _ends(plan, streams, visits, left_unseen, seen, admitted, nights)
    discharged = np.maximum(discharged, np.where(stays, admitted + 180, discharged))
    severity_care = plan.diagnoses.intensive_care[item]
    icu = (kind == INPATIENT) & (streams.even("intensive care", key, item) < severity_care)
    return Encounters(
        patient=visits.patient,
        key=key,
        department=visits.department,
        encounter_class=kind,
        is_elective=visits.is_elective,
        diagnosis=np.where(left_unseen, NO_DIAGNOSIS, item),
        why=visits.why,
        through_er=through_er,
        arrived=visits.arrived,
        seen=np.where(left_unseen, MISSING, seen),
        admitted=np.where(stays, admitted, MISSING),
        discharged=discharged,
        nights=np.where(kind == INPATIENT, nights, 0),
        disposition=np.where(left_unseen, LEFT_WITHOUT_BEING_SEEN, HOME),
        intensive_care=icu,
        age=age,
        returned_within_flag=np.zeros(len(key), dtype=bool),
        has=has.copy(),
    )


def _goes_through_er(plan: Plan, streams: Streams, visits: Visits, stays: np.ndarray) -> np.ndarray:
    """Whose stay begins in the emergency room."""
    department = visits.department
    return np.asarray(
        stays
        & ~visits.is_elective
        & ~plan.diagnoses.is_newborn[visits.diagnosis]
        & (visits.why != TRANSFER)
        & (streams.even("through ER", visits.key, department) < plan.through_er_share[department])
    )


def _beginnings(
    plan: Plan, streams: Streams, visits: Visits, through_er: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """When patients are first seen, and when a stay is admitted."""
    scenario, key, kind = plan.scenario, visits.key, visits.encounter_class
    er = scenario.emergency
    born_now = plan.diagnoses.is_newborn[visits.diagnosis]
    hour = visits.arrived % MINUTES_PER_DAY // 60
    er_wait = streams.skewed("wait", key, er.wait_minutes) * np.array(er.wait_by_hour)[hour]
    clinic_wait = streams.skewed("clinic wait", key, scenario.outpatient.wait_minutes)
    ward = streams.skewed("to the ward", key, scenario.stays.admission_minutes)
    boarding = streams.skewed("admission", key, er.admission_minutes)
    wait = np.select(
        [(kind == EMERGENCY) | through_er, kind == OUTPATIENT], [er_wait, clinic_wait], ward / 2
    )
    seen = visits.arrived + np.maximum(1, wait).astype(np.int64)
    admitted = np.where(
        through_er, seen + boarding.astype(np.int64), visits.arrived + ward.astype(np.int64)
    )
    admitted = np.where(born_now, visits.arrived, np.maximum(admitted, seen))
    return np.where(born_now, visits.arrived, seen), admitted


def _nights(plan: Plan, streams: Streams, visits: Visits, has: np.ndarray) -> np.ndarray:
    """Nights of an inpatient stay: department, diagnosis and comorbidity set the mean."""
    key, department = visits.key, visits.department
    mean = plan.mean_nights[department] * plan.diagnoses.stay[visits.diagnosis]
    mean = mean * (1 + has @ plan.longer_stay)
    spread = plan.nights_spread[department]
    point = streams.even("nights", key, department, mean)
    drawn = mean * np.exp(spread * normal_of(point) - spread**2 / 2)
    whole = np.floor(drawn + streams.uniform("last night", key)).astype(np.int64)
    return np.asarray(np.clip(whole, 0, plan.scenario.stays.most_nights))


def _ends(
    plan: Plan,
    streams: Streams,
    visits: Visits,
    left_unseen: np.ndarray,
    seen: np.ndarray,
    admitted: np.ndarray,
    nights: np.ndarray,
) -> np.ndarray:
    """When encounters end, unless the patient dies."""
    scenario, key, kind = plan.scenario, visits.key, visits.encounter_class
    treated = streams.skewed("treatment", key, scenario.emergency.treatment_minutes)
    clinic = streams.skewed("clinic", key, scenario.outpatient.visit_minutes)
    hours = streams.skewed("observation", key, scenario.stays.observation_hours)
    patience = streams.skewed("patience", key, scenario.emergency.patience_minutes)
    leaves_at = choose(scenario.stays.discharge_hours, streams.uniform("leaves hour", key)) * 60
    leaves_at = leaves_at + (streams.uniform("leaves minute", key) * 60).astype(np.int64)
    last_day = admitted // MINUTES_PER_DAY + nights
    return np.select(
        [left_unseen, kind == INPATIENT, kind == OBSERVATION, kind == OUTPATIENT],
        [
            visits.arrived + 15 + patience.astype(np.int64),
            last_day * MINUTES_PER_DAY + leaves_at,
            admitted + np.maximum(240, hours * 60).astype(np.int64),
            seen + np.maximum(10, clinic).astype(np.int64),
        ],
        seen + np.maximum(15, treated).astype(np.int64),
    )
