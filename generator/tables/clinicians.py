"""Clinicians: their numbers, ids and names, and whom a patient sees."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator.contract import digits, identifiers
from generator.history.encounters import Encounters
from generator.people import People
from generator.plan import Plan
from generator.randomness import Streams

PROVIDERS_PER_DEPARTMENT = 100_000


def clinician_numbers(department: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Number clinicians by department and place in it."""
    return np.asarray((department + 1) * PROVIDERS_PER_DEPARTMENT + place)


def clinician_ids(number: np.ndarray) -> pa.Array:
    """Spell clinicians' numbers: DR0100000."""
    return identifiers("DR", digits(number, 7))


def attending(plan: Plan, streams: Streams, people: People, e: Encounters) -> np.ndarray:
    """A patient mostly sees the same clinician of a department."""
    person = people.number[e.patient]
    usual = streams.uniform("usual clinician", person * 100 + e.department)
    other = streams.uniform("other clinician", e.key)
    point = np.where(streams.happens("sees usual clinician", e.key, 0.6), usual, other)
    return clinician_numbers(e.department, (point * plan.providers[e.department]).astype(np.int64))
