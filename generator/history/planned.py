"""Visits that nothing but chance and season cause: how many, where, of which class, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.contract import VISITS_PER_PATIENT
from generator.history.arrivals import draw_arrivals
from generator.history.encounters import NO_DIAGNOSIS, Visits
from generator.people import NEVER, People
from generator.plan import INPATIENT, MINUTES_PER_DAY, Plan, age_in_years
from generator.randomness import Streams, choose, choose_row


@dataclass
class Planned:
    """Planned visits, sorted by patient and time.

    Attributes:
        visits: of all patients; `arrived` is NEVER for those before a birth.
        next: position of each patient's next visit.
        last: position after each patient's last visit.
    """

    visits: Visits
    next: np.ndarray
    last: np.ndarray


def plan_visits(plan: Plan, streams: Streams, people: People) -> Planned:
    """Draw the planned visits of a cohort, and with them the days of birth of newborns."""
    n = len(people.number)
    further = _further_visits(plan, streams, people)
    last = np.cumsum(further + 1)
    owner = np.repeat(np.arange(n), further + 1)
    place = np.arange(len(owner)) - np.repeat(last - further - 1, further + 1)
    key = people.number[owner] * VISITS_PER_PATIENT + place
    is_first = place == 0
    birth = is_first & people.is_newborn[owner]
    department = _departments(plan, streams, people, owner, key, is_first)
    encounter_class = _classes(plan, streams, key, department, is_first)
    encounter_class[birth] = INPATIENT
    is_elective = (
        (encounter_class == INPATIENT)
        & ~birth
        & (streams.even("elective", key, department) < plan.elective_share[department])
    )
    arrived = draw_arrivals(
        plan, streams, people, owner, key, department, encounter_class, is_elective
    )
    born = np.full(n, -NEVER)
    born[owner[birth]] = arrived[birth]
    people.birth_day = np.where(
        people.is_newborn, born // MINUTES_PER_DAY, people.birth_day
    ).astype(np.int64)
    arrived = np.where(arrived < born[owner], NEVER, arrived)
    order = np.lexsort((arrived, owner))
    visits = Visits(
        patient=owner[order],
        key=key[order],
        department=department[order],
        encounter_class=encounter_class[order],
        is_elective=is_elective[order],
        arrived=arrived[order],
        why=np.zeros(len(owner), dtype=np.int64),
        diagnosis=np.full(len(owner), NO_DIAGNOSIS),
    )
    return Planned(visits, last - further - 1, last)


def _further_visits(plan: Plan, streams: Streams, people: People) -> np.ndarray:
    """How many visits each patient has after the first."""
    settings = plan.scenario.visits
    burden = people.has.sum(axis=1)
    return _poisson(
        settings.further_mean + settings.further_per_condition * burden,
        streams.even("further visits", people.number, people.home, burden),
        settings.most_further,
    )


def _poisson(mean: np.ndarray, uniform: np.ndarray, most: int) -> np.ndarray:
    """Poisson numbers by inversion, at most `most`."""
    count = np.zeros(len(mean), dtype=np.int64)
    term = np.exp(-mean)
    total = term.copy()
    for k in range(1, most + 1):
        count += uniform >= total
        term = term * mean / k
        total += term
    return count


def _departments(
    plan: Plan,
    streams: Streams,
    people: People,
    owner: np.ndarray,
    key: np.ndarray,
    is_first: np.ndarray,
) -> np.ndarray:
    """Home for the first visit and for a share of the others, else any that treats them."""
    home = people.home[owner]
    age = age_in_years(people.birth_day[owner], np.full(len(owner), plan.first_day))
    weights = np.empty((len(owner), len(plan.departments)))
    for position, department in enumerate(plan.departments):
        fits = plan.treats(np.full(len(owner), position), people.sex[owner], age)
        if department.assigned_conditions:
            fits &= people.has[owner][:, plan.assigned[position]].any(axis=1)
        weights[:, position] = department.share_of_visits * fits
    other = choose_row(weights, streams.even("department", key, home))
    stays_home = is_first | (
        streams.even("same department", key, home) < plan.scenario.visits.same_department_share
    )
    return np.where(stays_home | (other == len(plan.departments)), home, other)


def _classes(
    plan: Plan,
    streams: Streams,
    key: np.ndarray,
    department: np.ndarray,
    is_first: np.ndarray,
) -> np.ndarray:
    """Class of each visit, by the mix of its department."""
    encounter_class = np.zeros(len(key), dtype=np.int64)
    point = streams.even("class", key, department, is_first)
    for position in range(len(plan.departments)):
        here = department == position
        encounter_class[here] = choose(plan.class_mix[position], point[here])
    return encounter_class
