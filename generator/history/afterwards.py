"""What follows an encounter: a transfer, a readmission, a return, a delivery, a death at home."""

from __future__ import annotations

import numpy as np

from generator.history.arrivals import minute_of_day
from generator.history.encounters import (
    DIED,
    EMERGENCY_RETURN,
    HOME,
    HOSPICE,
    LEFT_WITHOUT_BEING_SEEN,
    NO_DIAGNOSIS,
    PLANNED,
    TRANSFER,
    TRANSFERRED,
    Encounters,
)
from generator.history.pregnancy import deliver
from generator.history.readmission import readmit
from generator.history.state import State
from generator.plan import EMERGENCY, INPATIENT, MINUTES_PER_DAY, UNSCHEDULED
from generator.randomness import Streams
from generator.validation import Skewed, by_age


def let_follow(state: State, e: Encounters) -> None:
    """Schedule what follows encounters that just ended."""
    leaves_alive = (e.disposition != DIED) & (e.disposition != LEFT_WITHOUT_BEING_SEEN)
    inpatient = leaves_alive & (e.encounter_class == INPATIENT)
    transferred = _transfer(state, e, inpatient & (e.disposition == TRANSFERRED))
    hospice = np.isin(e.disposition, HOSPICE)
    returns = readmit(state, e, inpatient & ~transferred & ~hospice)
    _return_to_emergency(
        state, e, (e.encounter_class == EMERGENCY) & (e.disposition == HOME) & (e.why == PLANNED)
    )
    deliver(state, e, leaves_alive)
    rows = np.flatnonzero(inpatient)
    ends = state.stay_ends[e.patient[rows]]
    state.stay_ends[e.patient[rows]] = np.column_stack([ends[:, 1:], e.discharged[rows]])
    _die_later(state, e, inpatient & ~transferred & ~returns, hospice)


def _transfer(state: State, e: Encounters, candidates: np.ndarray) -> np.ndarray:
    """Send patients on to our other site, where it treats the illness."""
    plan, streams = state.plan, state.streams
    settings = plan.scenario.transfers
    wanted = candidates & (
        streams.even("to other site", e.key, e.department) < settings.to_other_site_share
    )
    moved = np.zeros(len(e), dtype=bool)
    for target in range(len(plan.departments)):
        other_site = plan.facility[e.department] != plan.facility[target]
        rows = np.flatnonzero(wanted & ~moved & other_site)
        if len(rows) == 0:
            continue
        item = plan.same_diagnosis[plan.profile_of[target], e.diagnosis[rows]]
        sex = state.people.sex[e.patient[rows]]
        fits = (item >= 0) & plan.treats(np.full(len(rows), target), sex, e.age[rows])
        rows, item = rows[fits], item[fits]
        hours = streams.skewed("transfer", e.key[rows], settings.hours)
        arrived = e.discharged[rows] + (hours * 60).astype(np.int64)
        state.schedule(e, rows, arrived, target, INPATIENT, False, TRANSFER, item)
        moved[rows] = True
    return moved


def _return_to_emergency(state: State, e: Encounters, candidates: np.ndarray) -> None:
    """Bring some whom the emergency room sent home back to it, or into a bed."""
    plan, streams = state.plan, state.streams
    settings = plan.scenario.emergency.return_
    rows = np.flatnonzero(candidates)
    key = e.key[rows]
    back = streams.even("back in ER", key, e.department[rows]) < settings.share
    rows, key = rows[back], key[back]
    days = 1 + (
        streams.uniform("back when", key) ** settings.earliness * settings.within_days
    ).astype(int)
    admitted = streams.happens("back and admitted", key, settings.inpatient_share)
    day = e.discharged[rows] // MINUTES_PER_DAY + days
    clock = minute_of_day(plan, streams, "back", key, np.full(len(key), UNSCHEDULED))
    arrived = day * MINUTES_PER_DAY + clock
    kind = np.where(admitted, INPATIENT, EMERGENCY)
    department = e.department[rows]
    state.schedule(e, rows, arrived, department, kind, False, EMERGENCY_RETURN, NO_DIAGNOSIS)


def _die_later(state: State, e: Encounters, stayed: np.ndarray, hospice: np.ndarray) -> None:
    """Deaths after discharge: after hospice, and of those who do not come back."""
    streams = state.streams
    mortality = state.plan.scenario.mortality
    share = by_age(mortality.after_stay_share)[e.age]
    later = stayed & ~hospice & streams.happens("dies later", e.key, share)
    for mask, days in (
        (hospice, mortality.hospice_days),
        (later, mortality.after_stay_days),
    ):
        rows = np.flatnonzero(mask)
        after = _skewed_days(streams, "dies later on", e.key[rows], days)
        state.people.death_day[e.patient[rows]] = e.discharged[rows] // MINUTES_PER_DAY + after


def _skewed_days(streams: Streams, stream: str, key: np.ndarray, shape: Skewed) -> np.ndarray:
    return np.maximum(1, np.round(streams.skewed(stream, key, shape))).astype(np.int64)
