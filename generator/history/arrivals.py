"""When patients arrive: the day by season and weekday, the minute by the hours of the scenario."""

from __future__ import annotations

import numpy as np

from generator.people import People
from generator.plan import MINUTES_PER_DAY, OUTPATIENT, SCHEDULED, UNSCHEDULED, Plan
from generator.randomness import Streams, choose


def draw_arrivals(
    plan: Plan,
    streams: Streams,
    people: People,
    owner: np.ndarray,
    key: np.ndarray,
    department: np.ndarray,
    encounter_class: np.ndarray,
    is_elective: np.ndarray,
) -> np.ndarray:
    """Minutes of arrival of visits that nothing but chance and season cause."""
    pattern = np.where(is_elective | (encounter_class == OUTPATIENT), SCHEDULED, UNSCHEDULED)
    seasonal = people.has[owner][:, plan.is_seasonal].any(axis=1).astype(np.int64)
    # Seasons must show in few patients too: the whole of a stratum shares the days.
    point = streams.even(
        "arrival day", key, department, seasonal, encounter_class, pattern, block=len(key)
    )
    day = np.empty(len(key), dtype=np.int64)
    for position in range(len(plan.departments)):
        for season in (0, 1):
            for kind in (UNSCHEDULED, SCHEDULED):
                here = (department == position) & (seasonal == season) & (pattern == kind)
                edges = plan.day_edges[position, season, kind]
                day[here] = np.searchsorted(edges, point[here], side="right")
    return np.asarray(
        (plan.first_day + day) * MINUTES_PER_DAY
        + minute_of_day(plan, streams, "arrival", key, pattern)
    )


def minute_of_day(
    plan: Plan, streams: Streams, stream: str, key: np.ndarray, pattern: np.ndarray
) -> np.ndarray:
    """Minute of the day of an arrival, by its pattern: scheduled or unscheduled."""
    hour = np.empty(len(key), dtype=np.int64)
    point = streams.uniform(f"{stream} hour", key)
    for kind, weights in enumerate(plan.hour_weights):
        here = pattern == kind
        hour[here] = choose(weights, point[here])
    return hour * 60 + (streams.uniform(f"{stream} minute", key) * 60).astype(np.int64)


def month_of_year(arrived: np.ndarray) -> np.ndarray:
    """Calendar month of an arrival, 0 to 11."""
    day = (arrived // MINUTES_PER_DAY).astype("datetime64[D]")
    return day.astype("datetime64[M]").astype(np.int64) % 12
