"""A cohort while its visits are played: its people, and what their later visits depend on."""

from __future__ import annotations

import numpy as np

from generator.history.encounters import NO_DIAGNOSIS, Encounters, Visits
from generator.people import NEVER, People
from generator.plan import INPATIENT, MINUTES_PER_DAY, Plan
from generator.randomness import Streams

# Whether a patient of the readmission target comes back.
UNDECIDED, COMES_BACK, STAYS_AWAY = range(3)
GIVES_BIRTH = 2  # in Plan.diagnoses.pregnancy


class State:
    """What is known of each patient so far, one position per patient; times are minutes.

    Attributes:
        visit_count: visits so far.
        free_from: end of the last visit.
        last_inpatient_end: end of the last inpatient stay.
        stay_ends: ends of the last three stays that count for the risk of readmission.
        delivered_on: the last delivery.
        expects_until: when the child of the present pregnancy is born.
        target_decision: whether the readmission target's patients come back.
        readmission_carry: what the even draws of readmissions carry over, by stratum.
        done_once: diagnoses treated that occur once in a life, shape (n, codes).
        follow: the visit that follows from the last one; `arrived` is NEVER for none.
    """

    def __init__(self, plan: Plan, streams: Streams, people: People) -> None:
        self.plan = plan
        self.streams = streams
        self.people = people
        n = len(people.number)
        self.visit_count = np.zeros(n, dtype=np.int64)
        self.free_from = np.full(n, -NEVER)
        self.last_inpatient_end = np.full(n, -NEVER)
        self.stay_ends = np.full((n, 3), -NEVER)
        self.delivered_on = np.full(n, -NEVER)
        self.expects_until = np.full(n, -NEVER)
        self.target_decision = np.full(n, UNDECIDED)
        strata = np.arange(len(plan.departments) + 2) + people.number[0] * 100
        self.readmission_carry = streams.uniform("readmission carry", strata)
        self.done_once = np.zeros((n, len(plan.codes)), dtype=bool)
        self.follow = Visits(
            patient=np.arange(n),
            key=np.zeros(n, dtype=np.int64),
            department=np.zeros(n, dtype=np.int64),
            encounter_class=np.zeros(n, dtype=np.int64),
            is_elective=np.zeros(n, dtype=bool),
            arrived=np.full(n, NEVER),
            why=np.zeros(n, dtype=np.int64),
            diagnosis=np.full(n, NO_DIAGNOSIS),
        )

    def remember(self, e: Encounters) -> None:
        """Keep what later visits depend on, and flag stays soon after another, as the EMR does."""
        plan, patient = self.plan, e.patient
        self.free_from[patient] = e.discharged
        inpatient = e.encounter_class == INPATIENT
        flag = plan.scenario.emr_readmission_flag
        since = e.arrived - self.last_inpatient_end[patient]
        e.returned_within_flag[:] = inpatient & (since <= flag.within_days * MINUTES_PER_DAY)
        stayed = patient[inpatient]
        self.last_inpatient_end[stayed] = e.discharged[inpatient]
        seen = e.diagnosis >= 0
        once = seen & plan.diagnoses.once[e.diagnosis]
        self.done_once[patient[once], plan.diagnoses.code[e.diagnosis[once]]] = True
        kind = np.where(seen, plan.diagnoses.pregnancy[e.diagnosis], 0)
        delivers = kind == GIVES_BIRTH
        self.delivered_on[patient[delivers]] = e.arrived[delivers]

    def schedule(
        self,
        e: Encounters,
        rows: np.ndarray,
        arrived: np.ndarray,
        department: np.ndarray | int,
        encounter_class: np.ndarray | int,
        is_elective: np.ndarray | bool,
        why: int,
        diagnosis: np.ndarray | int,
    ) -> None:
        """Let a visit follow from some encounters, in place of one that would have followed."""
        patient = e.patient[rows]
        self.follow.arrived[patient] = arrived
        self.follow.department[patient] = department
        self.follow.encounter_class[patient] = encounter_class
        self.follow.is_elective[patient] = is_elective
        self.follow.why[patient] = why
        self.follow.diagnosis[patient] = diagnosis
