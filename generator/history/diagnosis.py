"""Which principal diagnosis a visit has, and which department treats it."""

from __future__ import annotations

import numpy as np

from generator.history.arrivals import month_of_year
from generator.history.encounters import NO_DIAGNOSIS, Visits
from generator.history.pregnancy import fits_pregnancy
from generator.history.state import State
from generator.plan import INPATIENT, Plan
from generator.randomness import choose_row
from generator.validation import CLASSES


def diagnose(state: State, visits: Visits, age: np.ndarray) -> None:
    """Choose principal diagnoses; whoever the department does not treat goes to another."""
    plan, people = state.plan, state.people
    sex = people.sex[visits.patient]
    wrong = ~plan.treats(visits.department, sex, age)
    point = state.streams.even(
        "diagnosis",
        visits.key,
        visits.department,
        visits.encounter_class,
        visits.is_elective,
        month_of_year(visits.arrived),
    )
    for target in (None, *plan.fallback):
        if target is not None:
            treats = plan.treats(np.full(len(sex), target), sex, age)
            moves = wrong & treats
            visits.department[moves] = target
            wrong &= ~moves
        open_ = np.flatnonzero((visits.diagnosis == NO_DIAGNOSIS) & ~wrong)
        for any_way in (False, True):
            left = open_[visits.diagnosis[open_] == NO_DIAGNOSIS]
            _choose(state, visits, left, age, point, any_way=any_way)
        wrong |= visits.diagnosis == NO_DIAGNOSIS
        if not wrong.any():
            break
    rows = np.flatnonzero(visits.diagnosis != NO_DIAGNOSIS)
    items = visits.diagnosis[rows]
    inpatient = visits.encounter_class[rows] == INPATIENT
    visits.is_elective[rows] = plan.diagnoses.is_elective[items] & inpatient
    implied = plan.diagnoses.implies[items]
    shows = implied >= 0
    people.has[visits.patient[rows[shows]], implied[shows]] = True


def _choose(
    state: State,
    visits: Visits,
    rows: np.ndarray,
    age: np.ndarray,
    point: np.ndarray,
    *,
    any_way: bool,
) -> None:
    """Draw diagnoses for some visits; `any_way` lets elective and unscheduled be exchanged."""
    plan, table = state.plan, state.plan.diagnoses
    group = plan.profile_of[visits.department[rows]] * len(CLASSES)
    group += visits.encounter_class[rows]
    for number in np.unique(group):
        profile, encounter_class = divmod(int(number), len(CLASSES))
        items = plan.profile_items[profile]
        items = items[table.in_class[items, encounter_class]]
        if len(items) == 0:
            continue
        here = rows[group == number]
        patient, arrived = visits.patient[here], visits.arrived[here]
        weight = _weights_of_patients(state, patient, age[here], items)
        if encounter_class == INPATIENT and not any_way:
            weight *= table.is_elective[items] == visits.is_elective[here, None]
        _weigh_conditions(plan, weight, state.people.has[patient], items, arrived)
        weight *= ~state.done_once[np.ix_(patient, table.code[items])]
        if (table.pregnancy[plan.profile_items[profile]] > 0).any():
            weight *= fits_pregnancy(state, patient, arrived, items)
        chosen = choose_row(weight, point[here])
        found = chosen < len(items)
        visits.diagnosis[here[found]] = items[chosen[found]]


def _weights_of_patients(
    state: State, patient: np.ndarray, age: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """Weights of diagnoses, shape (n, items): 0 where sex, age or being born now rules one out."""
    table, people = state.plan.diagnoses, state.people
    weight = table.weight[items] * table.sexes.T[np.ix_(people.sex[patient], items)]
    years = age[:, None]
    weight *= (years >= table.min_age[items]) & (years <= table.max_age[items])
    born_now = people.is_newborn[patient] & (state.visit_count[patient] == 1)
    weight *= table.is_newborn[items] == born_now[:, None]
    return np.asarray(weight)


def _weigh_conditions(
    plan: Plan, weight: np.ndarray, has: np.ndarray, items: np.ndarray, arrived: np.ndarray
) -> None:
    """Change weights by lasting conditions, and by the season of those.

    Few diagnoses ask for conditions or a season: only their columns change.
    """
    table = plan.diagnoses
    for column in np.flatnonzero(table.excluded_by[items].any(axis=1)):
        rivals = table.excluded_by[items[column]]
        weight[:, column] *= ~has[:, rivals].any(axis=1)
    for column in np.flatnonzero(table.needs[items].any(axis=1)):
        weight[:, column] *= has[:, table.needs[items[column]]].any(axis=1)
    for column in np.flatnonzero(table.likes[items] >= 0):
        liked = has[:, table.likes[items[column]]]
        weight[:, column] *= np.where(liked, plan.catalogue.boost, 1.0)
    _weigh_season(plan, weight, has, items, arrived)


def _weigh_season(
    plan: Plan, weight: np.ndarray, has: np.ndarray, items: np.ndarray, arrived: np.ndarray
) -> None:
    """In its months a seasonal condition also shows in more of those who did not know of it.

    The visits of those who knew have their season already.
    """
    implied = plan.diagnoses.implies[items]
    seasonal = np.flatnonzero((implied >= 0) & plan.is_seasonal[implied])
    if len(seasonal) == 0:
        return
    unknown = ~has[:, plan.is_seasonal].any(axis=1)
    factor = np.array(plan.scenario.chronic_season.months)[month_of_year(arrived)]
    weight[:, seasonal] *= np.where(unknown, factor, 1.0)[:, None]
