"""How an encounter ends: who dies in it, and where the others go."""

from __future__ import annotations

import numpy as np

from generator.contract import MISSING
from generator.history.encounters import DIED, Encounters
from generator.people import People
from generator.plan import EMERGENCY, INPATIENT, MINUTES_PER_DAY, OBSERVATION, Plan
from generator.randomness import Streams, choose
from generator.validation import DISPOSITIONS, OLDEST_AGE, band_of_age, by_age


def end_encounters(plan: Plan, streams: Streams, people: People, e: Encounters) -> None:
    """Decide who dies, and where the others go."""
    was_seen = e.diagnosis >= 0
    share = _death_shares(plan, e, was_seen)
    # The other site's bed is for the living: a transferred patient arrives.
    dies = streams.even("dies", e.key, e.encounter_class, share) < np.minimum(share, 0.6)
    start = np.where(e.admitted == MISSING, np.maximum(e.seen, e.arrived), e.admitted)
    part = streams.uniform("dies when", e.key)
    last = start + np.maximum(60, part * (e.discharged - start)).astype(np.int64)
    e.discharged[:] = np.where(dies, last, e.discharged)
    e.nights[:] = np.where(
        dies & (e.encounter_class == INPATIENT),
        e.discharged // MINUTES_PER_DAY - start // MINUTES_PER_DAY,
        e.nights,
    )
    _send_home_or_on(plan, streams, e, was_seen & ~dies)
    e.disposition[dies] = DIED
    people.death_day[e.patient[dies]] = e.discharged[dies] // MINUTES_PER_DAY


def _death_shares(plan: Plan, e: Encounters, was_seen: np.ndarray) -> np.ndarray:
    """Chance to die in the encounter: by class and age, times the illness's severity."""
    mortality = plan.scenario.mortality
    by_class = (
        by_age(mortality.inpatient),
        by_age(mortality.emergency),
        by_age(mortality.observation),
        np.zeros(OLDEST_AGE + 1),
    )
    share = np.stack(by_class)[e.encounter_class, e.age]
    return np.asarray(share * np.where(was_seen, plan.diagnoses.severity[e.diagnosis], 0.0))


def _send_home_or_on(plan: Plan, streams: Streams, e: Encounters, leaves: np.ndarray) -> None:
    """Draw dispositions by class and age; a department may have a mix of its own for stays."""
    settings = plan.scenario.dispositions
    point = streams.even("disposition", e.key, e.department, e.encounter_class, e.age)
    by_class = {
        INPATIENT: settings.inpatient,
        EMERGENCY: settings.emergency,
        OBSERVATION: settings.observation,
    }
    for kind, bands in by_class.items():
        band_at = band_of_age(bands)[e.age]
        for position, mix in enumerate(bands.values()):
            here = leaves & (e.encounter_class == kind) & (band_at == position)
            codes = np.array([DISPOSITIONS.index(code) for code in mix])
            e.disposition[here] = codes[choose(list(mix.values()), point[here])]
    for position, department in enumerate(plan.departments):
        if department.dispositions:
            mix = department.dispositions
            here = leaves & (e.encounter_class == INPATIENT) & (e.department == position)
            codes = np.array([DISPOSITIONS.index(code) for code in mix])
            e.disposition[here] = codes[choose(list(mix.values()), point[here])]
