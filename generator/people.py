"""The patients of a cohort: who they are, what they have, who covers them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.plan import SEXES, Plan
from generator.randomness import Streams, choose, choose_row
from generator.validation import CATEGORIES, parse_ages


@dataclass
class People:
    """A cohort, one position per patient.

    Attributes:
        number: patient number from 1, the key of all draws.
        home: department of the first visit.
        sex: position in SEXES.
        birth_day: days since 1970-01-01; of newborns set by their first encounter.
        is_newborn: born during the period.
        has: lasting conditions, shape (n, conditions).
        code: diagnosis code by which each condition is recorded, shape (n, conditions).
        plan: insurance plan, and `next_plan` from `plan_changes_on` on.
        death_day: set by the history; a day after the end of the data while alive.
    """

    number: np.ndarray
    home: np.ndarray
    sex: np.ndarray
    birth_day: np.ndarray
    is_newborn: np.ndarray
    has: np.ndarray
    code: np.ndarray
    plan: np.ndarray
    next_plan: np.ndarray
    plan_changes_on: np.ndarray
    death_day: np.ndarray


NEVER = np.iinfo(np.int64).max // 4


def draw_people(plan: Plan, streams: Streams, number: np.ndarray) -> People:
    """Draw the patients of a cohort by their numbers, shape (n,)."""
    scenario = plan.scenario
    home = choose(
        [d.share_of_patients for d in plan.departments], streams.even("home", number, number * 0)
    )
    sex = _sexes(plan, streams, number, home)
    age, is_newborn = _ages(plan, streams, number, home)
    first = np.datetime64(scenario.period.first_day.isoformat())
    month = first.astype("datetime64[M]")
    anniversary = (month - 12 * age).astype("datetime64[D]") + (first - month.astype(first.dtype))
    birth_day = anniversary.astype(np.int64) - 1
    birth_day -= (streams.uniform("birthday", number) * 365).astype(np.int64)
    has = _conditions(plan, streams, number, home, sex, np.where(is_newborn, 0, age))
    current, following, changes_on = _coverage(plan, streams, number, age)
    return People(
        number=number,
        home=home,
        sex=sex,
        birth_day=birth_day,
        is_newborn=is_newborn,
        has=has,
        code=_codes(plan, streams, number),
        plan=current,
        next_plan=following,
        plan_changes_on=changes_on,
        death_day=np.full(len(number), NEVER),
    )


def _sexes(plan: Plan, streams: Streams, number: np.ndarray, home: np.ndarray) -> np.ndarray:
    people = plan.scenario.people
    known = 1 - people.sex_x_share - people.sex_unknown_share
    mix = [
        known * people.women_share,
        known * (1 - people.women_share),
        people.sex_x_share,
        people.sex_unknown_share,
    ]
    weights = np.where(plan.treats_sex[home], mix, 0.0)
    only = np.array([d.patients.sex for d in plan.departments])[home]
    for position, sex in enumerate(SEXES):
        weights[only == sex] = np.arange(len(SEXES)) == position
    return choose_row(weights, streams.even("sex", number, home))


def _ages(
    plan: Plan, streams: Streams, number: np.ndarray, home: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Age in completed years on the first day, and who is born only later."""
    age = np.zeros(len(number), dtype=np.int64)
    point = streams.even("age", number, home)
    within = streams.uniform("age", number)
    newborn_share = np.array([d.newborn_share for d in plan.departments])
    is_newborn = streams.even("newborn", number, home) < newborn_share[home]
    for position, department in enumerate(plan.departments):
        here = home == position
        bands = [parse_ages(band) for band in department.ages]
        chosen = choose(list(department.ages.values()), point[here])
        first = np.array([band[0] for band in bands])[chosen]
        last = np.array([band[1] for band in bands])[chosen]
        age[here] = first + (within[here] * (last - first + 1)).astype(np.int64)
    return np.where(is_newborn, 0, age), is_newborn


def _conditions(
    plan: Plan,
    streams: Streams,
    number: np.ndarray,
    home: np.ndarray,
    sex: np.ndarray,
    age: np.ndarray,
) -> np.ndarray:
    catalogue = plan.catalogue
    has = np.zeros((len(number), len(plan.conditions)), dtype=bool)
    for position, department in enumerate(plan.departments):
        if department.assigned_conditions:
            here = np.flatnonzero(home == position)
            names = [c for c in department.assigned_conditions if c in plan.condition_position]
            columns = np.array([plan.condition_position[c] for c in names])
            weights = np.array([department.assigned_conditions[c] for c in names])
            possible = plan.prevalence[columns[:, None], sex[here], age[here]].T > 0
            chosen = choose_row(
                weights * possible, streams.even("assigned", number[here], sex[here])
            )
            found = chosen < len(columns)
            has[here[found], columns[chosen[found]]] = True
    for column, name in enumerate(plan.conditions):
        share = plan.prevalence[column, sex, age]
        condition = catalogue.conditions[name]
        if condition.requires:
            family = plan.condition_mask(catalogue.members(condition.requires))
            share = np.where(has[:, family].any(axis=1), share, 0.0)
        if condition.group:
            rivals = plan.condition_mask(catalogue.members(condition.group))
            share = np.where(has[:, rivals].any(axis=1), 0.0, share)
        has[:, column] |= streams.even(f"condition {name}", number, home, age) < share
    return has


def _codes(plan: Plan, streams: Streams, number: np.ndarray) -> np.ndarray:
    codes = np.empty((len(number), len(plan.conditions)), dtype=np.int32)
    for column, (variants, weights) in enumerate(plan.variants):
        if len(variants) == 1:
            codes[:, column] = variants[0]
        else:
            codes[:, column] = variants[streams.pick(f"variant {column}", number, weights)]
    return codes


def _coverage(
    plan: Plan, streams: Streams, number: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Plan at first, plan later, and the day of the change."""
    changes = streams.happens("plan changes", number, plan.scenario.coverage.change_share)
    span = plan.last_day - plan.first_day + 1
    day = plan.first_day + (streams.uniform("plan changes on", number) * span).astype(np.int64)
    return (
        _plans(plan, streams, number, age, "plan"),
        _plans(plan, streams, number, age, "next plan"),
        np.where(changes, day, NEVER),
    )


def _plans(
    plan: Plan, streams: Streams, number: np.ndarray, age: np.ndarray, stream: str
) -> np.ndarray:
    band = plan.coverage_band[age]
    point = streams.even(stream, number, band, age)
    inside = streams.uniform(stream, number)
    result = np.zeros(len(number), dtype=np.int64)
    for position, mix in enumerate(plan.coverage_mix):
        here = band == position
        category = choose(mix, point[here])
        rows = np.flatnonzero(here)
        for wanted in range(len(CATEGORIES)):
            plans = np.flatnonzero(plan.plan_category == wanted)
            those = rows[category == wanted]
            if len(those):
                weights = [plan.plans[p].share for p in plans]
                result[those] = plans[choose(weights, inside[those])]
    return result
