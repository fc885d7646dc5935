"""Plays the visits of a cohort, in rounds: each patient's next visit in each round.

Every patient has planned visits, drawn at once over the whole period so that seasons hold. What
happens next depends on what happened: a readmission, a transfer to the other site, a return to the
emergency room, a delivery after prenatal care, a death.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from generator.contract import VISITS_PER_PATIENT
from generator.history.afterwards import let_follow
from generator.history.course import take_course
from generator.history.diagnosis import diagnose
from generator.history.discharge import end_encounters
from generator.history.encounters import NO_DIAGNOSIS, Encounters, Visits
from generator.history.planned import Planned, plan_visits
from generator.history.state import State
from generator.people import NEVER, People
from generator.plan import INPATIENT, MINUTES_PER_DAY, Plan, age_in_years
from generator.randomness import Streams


def play_history(plan: Plan, streams: Streams, people: People) -> Encounters:
    """All encounters of a cohort that begin within the period.

    Sets what the history decides about people: conditions that show, deaths, newborns' birth days.
    """
    state = State(plan, streams, people)
    rounds = list(_rounds(state, plan_visits(plan, streams, people)))
    columns = {
        name: np.concatenate([getattr(part, name) for part in rounds])
        for name in Encounters.__dataclass_fields__
    }
    order = np.argsort(columns["key"], kind="stable")
    return Encounters(**{name: values[order] for name, values in columns.items()})


def _rounds(state: State, planned: Planned) -> Iterator[Encounters]:
    visits = _next_visits(state, planned)
    yield _take_place(state, visits)
    while len(visits.patient) > 0:
        visits = _next_visits(state, planned)
        yield _take_place(state, visits)


def _next_visits(state: State, planned: Planned) -> Visits:
    """The next visit of every patient who has one; what follows goes before what is planned."""
    people, follow = state.people, state.follow
    at = _next_planned(state, planned)
    follows = follow.arrived < NEVER
    arrived = np.where(follows, follow.arrived, at)
    alive = (arrived // MINUTES_PER_DAY) < people.death_day
    full = state.visit_count >= VISITS_PER_PATIENT - 1
    comes = np.flatnonzero((arrived < state.plan.end) & alive & ~full)
    follows = follows[comes]
    position = np.minimum(planned.next[comes], len(planned.visits.key) - 1)
    planned.next[comes[~follows]] += 1
    state.visit_count[comes] += 1

    def values(name: str) -> np.ndarray:
        derived, drawn = getattr(follow, name)[comes], getattr(planned.visits, name)[position]
        return np.asarray(np.where(follows, derived, drawn))

    visits = Visits(
        patient=comes,
        key=people.number[comes] * VISITS_PER_PATIENT + state.visit_count[comes],
        department=values("department"),
        encounter_class=values("encounter_class"),
        is_elective=values("is_elective"),
        arrived=arrived[comes],
        why=values("why"),
        diagnosis=values("diagnosis"),
    )
    # Whoever does not come now does not come at all.
    gone = np.ones(len(people.number), dtype=bool)
    gone[comes] = False
    planned.next[gone] = planned.last[gone]
    follow.arrived[:] = NEVER
    return visits


def _next_planned(state: State, planned: Planned) -> np.ndarray:
    """When each patient's next planned visit is, NEVER for none; skips what comes too soon."""
    settings = state.plan.scenario
    ready = state.free_from + settings.visits.fewest_days_between * MINUTES_PER_DAY
    after_stay = settings.readmission.within_days * MINUTES_PER_DAY
    while True:
        more = planned.next < planned.last
        column = np.minimum(planned.next, len(planned.visits.key) - 1)
        at = np.where(more, planned.visits.arrived[column], NEVER)
        # Who comes back soon after a stay is decided by the risk of readmission alone.
        soon = at < state.last_inpatient_end + after_stay
        by_chance = planned.visits.encounter_class[column] == INPATIENT
        late = more & ((at < ready) | (soon & by_chance))
        if not late.any():
            return at
        planned.next += late


def _take_place(state: State, visits: Visits) -> Encounters:
    plan, streams, people = state.plan, state.streams, state.people
    age = age_in_years(people.birth_day[visits.patient], visits.arrived // MINUTES_PER_DAY)
    diagnose(state, visits, age)
    # Whom no department of the scenario treats does not come.
    treated = visits.diagnosis != NO_DIAGNOSIS
    visits = Visits(**{name: values[treated] for name, values in vars(visits).items()})
    encounters = take_course(plan, streams, visits, age[treated], people.has[visits.patient])
    end_encounters(plan, streams, people, encounters)
    state.remember(encounters)
    let_follow(state, encounters)
    return encounters
