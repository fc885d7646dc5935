"""Satisfaction surveys: who is asked, who answers, and how they rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.contract import MISSING
from generator.history.encounters import DIED, LEFT_WITHOUT_BEING_SEEN, READMISSION, Encounters
from generator.plan import INPATIENT, MINUTES_PER_DAY, Plan, day_number
from generator.randomness import Streams, normal_of
from generator.validation import CLASSES, by_age

ITEMS = (
    "recommend",
    "nurse_communication",
    "doctor_communication",
    "responsiveness",
    "care_coordination",
)
ADULT_AGE = 18


@dataclass
class Surveys:
    """Surveys sent; MISSING where not returned or not answered."""

    encounter: np.ndarray
    sent: np.ndarray
    returned: np.ndarray
    mode: np.ndarray
    rating: np.ndarray
    items: dict[str, np.ndarray]  # 1 to 4
    discharge_information: np.ndarray  # 0 or 1


def ask(plan: Plan, streams: Streams, e: Encounters) -> Surveys:
    """Send surveys after encounters that ended, and draw the answers."""
    settings = plan.scenario.surveys
    asked_share = np.array([settings.sent_share[name] for name in CLASSES])[e.encounter_class]
    asked_share = np.where(
        e.age < ADULT_AGE, asked_share * settings.sent_share_children, asked_share
    )
    leaves = (e.disposition != DIED) & (e.disposition != LEFT_WITHOUT_BEING_SEEN)
    asked_share = np.where(leaves & (e.diagnosis >= 0), asked_share, 0.0)
    after = np.round(streams.skewed("survey sent", e.key, settings.sent_after_days))
    sent = e.discharged // MINUTES_PER_DAY + np.maximum(1, after).astype(np.int64)
    point = streams.even("survey", e.key, e.department, e.encounter_class, e.arrived)
    rows = np.flatnonzero(
        (point < asked_share) & (e.discharged < plan.end) & (sent <= plan.last_day)
    )
    key, sent = e.key[rows], sent[rows]
    answer_share = by_age(settings.response)[e.age[rows]]
    later = np.round(streams.skewed("survey returned", key, settings.returned_after_days))
    returned = sent + np.maximum(1, later).astype(np.int64)
    answers = (streams.even("answers", key, e.department[rows], e.arrived[rows]) < answer_share) & (
        returned <= plan.last_day
    )
    latent, month, stretch = _latent_rating(plan, streams, e, rows, answers)
    rating = _whole(
        np.clip(latent, 0, 10), np.where(answers, stretch, -1), np.where(answers, month, -1)
    )
    items = {}
    for name in ITEMS:
        own = latent / 2.6 + 0.45 * streams.normal(name, key)
        value = np.clip(np.round(own), 1, 4).astype(np.int64)
        skipped = streams.happens(f"{name} skipped", key, settings.missing_item_share)
        items[name] = np.where(answers & ~skipped, value, MISSING)
    informed = streams.happens("informed", key, np.clip(0.5 + latent / 22, 0, 0.98))
    no_stay = e.encounter_class[rows] != INPATIENT
    return Surveys(
        encounter=rows,
        sent=sent,
        returned=np.where(answers, returned, MISSING),
        mode=streams.pick("mode", key, list(settings.modes.values())),
        rating=np.where(answers, rating, MISSING),
        items=items,
        discharge_information=np.where(answers & ~no_stay, informed.astype(np.int64), MISSING),
    )


def _latent_rating(
    plan: Plan, streams: Streams, e: Encounters, rows: np.ndarray, answers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratings before they are rounded and held between 0 and 10, with what belongs together.

    The second array numbers department, stretch between two shifts and month, in that order, the
    third department and stretch.
    """
    settings = plan.scenario.surveys
    department = e.department[rows]
    day = e.discharged[rows] // MINUTES_PER_DAY
    shift = np.zeros(len(rows))
    # How many of the scenario's dates have passed: of every month, and every stretch of a month
    # between them, the draws are exactly even, so that only what the scenario shifts moves.
    stretch = np.zeros(len(rows), dtype=np.int64)
    for item in settings.shifts:
        passed = day >= day_number(item.from_)
        shift += item.change * (passed & (department == plan.department_position[item.department]))
        stretch += passed
    first, last = _month_of(np.array([plan.first_day, plan.last_day]))
    periods = int(last - first) + 1
    month = _month_of(day) - first
    department_stretch = department * (len(settings.shifts) + 1) + stretch
    stretches = len(plan.departments) * (len(settings.shifts) + 1)
    cell = department_stretch * periods + month
    cells = stretches * periods
    waited = np.maximum(0, np.where(e.seen[rows] == MISSING, 0, e.seen[rows] - e.arrived[rows]))
    moved = (
        settings.per_hour_waited * np.minimum(waited / 60, 6)
        + settings.per_night * e.nights[rows]
        + settings.readmitted * (e.why[rows] == READMISSION)
        + settings.age_65_or_more * (e.age[rows] >= 65)
    )
    # The department's mean is the scenario's: what moves ratings moves them around it.
    moved -= np.where(answers, _mean_by(cell[answers], moved[answers], cell, cells), 0)
    point = streams.even("rating", e.key[rows], cell, answers, block=0)
    luck = settings.monthly_spread * streams.normal("rating month", department * periods + month)
    luck -= _mean_by(department_stretch[answers], luck[answers], department_stretch, stretches)
    latent = plan.rating[department] + shift + luck + moved + settings.spread * normal_of(point)
    return latent, cell, department_stretch


def _month_of(day: np.ndarray) -> np.ndarray:
    """Calendar months since January 1970."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _mean_by(group: np.ndarray, values: np.ndarray, wanted: np.ndarray, groups: int) -> np.ndarray:
    """The mean of each group, for the groups wanted."""
    count = np.maximum(1, np.bincount(group, minlength=groups))
    return np.asarray((np.bincount(group, weights=values, minlength=groups) / count)[wanted])


def _whole(values: np.ndarray, group: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Round so that what one value loses the next of its group gains: groups keep their mean.

    `within` orders the values of a group; neighbors in that order keep their mean nearly.
    """
    order = np.lexsort((within, group))
    total = np.cumsum(values[order])
    new = np.concatenate([[True], group[order][1:] != group[order][:-1]])[: len(order)]
    before = (total - values[order])[new][np.cumsum(new) - 1] if len(order) else total
    running = np.floor(total - before + 0.5)
    start = np.where(new, 0.0, np.concatenate([[0.0], running[:-1]])[: len(order)])
    result = np.empty(len(values), dtype=np.int64)
    result[order] = (running - start).astype(np.int64)
    return np.clip(result, 0, 10)
