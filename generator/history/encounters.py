"""Encounters and visits of a cohort as arrays, and the words for why a visit takes place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.validation import DISPOSITIONS

# Why a visit takes place.
PLANNED, READMISSION, TRANSFER, EMERGENCY_RETURN, DELIVERY = range(5)
NO_DIAGNOSIS = -1
DIED, LEFT_WITHOUT_BEING_SEEN = DISPOSITIONS.index("20"), DISPOSITIONS.index("LWBS")
HOME, TRANSFERRED = DISPOSITIONS.index("01"), DISPOSITIONS.index("02")
AGAINST_ADVICE = DISPOSITIONS.index("07")
HOSPICE = (DISPOSITIONS.index("50"), DISPOSITIONS.index("51"))


@dataclass
class Encounters:
    """Encounters of a cohort, one position each, in the order of patient and visit.

    Times are local minutes since 1970-01-01; `discharged` is what will have happened, also where it
    lies after the end of the data. MISSING stands for what never happens.
    """

    patient: np.ndarray  # position in People
    key: np.ndarray  # patient number and visit number in one
    department: np.ndarray
    encounter_class: np.ndarray
    is_elective: np.ndarray
    diagnosis: np.ndarray  # position in Plan.diagnoses, or NO_DIAGNOSIS
    why: np.ndarray
    through_er: np.ndarray
    arrived: np.ndarray
    seen: np.ndarray
    admitted: np.ndarray
    discharged: np.ndarray
    nights: np.ndarray
    disposition: np.ndarray  # position in DISPOSITIONS
    intensive_care: np.ndarray
    age: np.ndarray  # years at arrival
    returned_within_flag: np.ndarray  # an inpatient stay soon after another, as the EMR sees it
    has: np.ndarray  # lasting conditions at that time, shape (n, conditions)

    def __len__(self) -> int:
        """Number of encounters."""
        return len(self.key)


@dataclass
class Visits:
    """Visits of one round, before they take place; one per patient."""

    patient: np.ndarray
    key: np.ndarray
    department: np.ndarray
    encounter_class: np.ndarray
    is_elective: np.ndarray
    arrived: np.ndarray
    why: np.ndarray
    diagnosis: np.ndarray  # given, or NO_DIAGNOSIS
