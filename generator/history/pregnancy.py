"""Pregnancy: which diagnoses fit a woman's state, and the delivery that prenatal care leads to."""

from __future__ import annotations

import numpy as np

from generator.history.arrivals import minute_of_day
from generator.history.encounters import DELIVERY, Encounters
from generator.history.state import GIVES_BIRTH, State
from generator.plan import INPATIENT, MINUTES_PER_DAY, UNSCHEDULED, Plan
from generator.randomness import choose_row

# Beside GIVES_BIRTH in Plan.diagnoses.pregnancy.
PREGNANT, AFTER_BIRTH = 1, 3
# How long after a delivery a woman counts as postpartum, until the next pregnancy shows, and until
# the next delivery.
POSTPARTUM_DAYS, NEXT_PREGNANCY_DAYS, NEXT_DELIVERY_DAYS = 42, 150, 330


def fits_pregnancy(
    state: State, patient: np.ndarray, arrived: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """Whether diagnoses fit the pregnancy of patients, or that there is none: shape (n, items)."""
    kind = state.plan.diagnoses.pregnancy[items]
    weeks = state.plan.diagnoses.gestation_weeks[items]
    since = (arrived - state.delivered_on[patient])[:, None] // MINUTES_PER_DAY
    expects = (arrived < state.expects_until[patient])[:, None]
    # A pregnancy of so many weeks began after the last one ended.
    pregnant = (since > np.maximum(weeks * 7 + 28, NEXT_PREGNANCY_DAYS)) & ~expects
    delivery = (since > NEXT_DELIVERY_DAYS) & ~expects
    postpartum = since <= POSTPARTUM_DAYS
    # Other diagnoses, surgery of the womb above all, wait until the child is born.
    return np.select(
        [kind == PREGNANT, kind == GIVES_BIRTH, kind == AFTER_BIRTH],
        [pregnant, delivery, postpartum],
        ~expects,
    )


def deliver(state: State, e: Encounters, candidates: np.ndarray) -> None:
    """Prenatal care leads to a delivery at term."""
    plan, streams = state.plan, state.streams
    item = np.where(e.diagnosis >= 0, e.diagnosis, 0)
    expects = candidates & (e.diagnosis >= 0) & (plan.diagnoses.pregnancy[item] == PREGNANT)
    rows = np.flatnonzero(expects)
    clock = minute_of_day(plan, streams, "delivery", e.key[rows], np.full(len(rows), UNSCHEDULED))
    items = _deliveries(plan)
    # The delivery is of a later week than the visit, and as many weeks later.
    weeks = plan.diagnoses.gestation_weeks
    later = weeks[items] > weeks[item[rows], None]
    chosen = choose_row(
        plan.diagnoses.weight[items] * later, streams.uniform("delivers how", e.key[rows])
    )
    born = chosen < len(items)
    rows, delivery, clock = rows[born], items[chosen[born]], clock[born]
    days = 7 * (weeks[delivery] - weeks[item[rows]])
    days += (streams.uniform("term", e.key[rows]) * 7).astype(np.int64) - 3
    arrived = (e.discharged[rows] // MINUTES_PER_DAY + np.maximum(1, days)) * MINUTES_PER_DAY
    arrived += clock
    state.expects_until[e.patient[rows]] = arrived
    state.schedule(e, rows, arrived, e.department[rows], INPATIENT, False, DELIVERY, delivery)


def _deliveries(plan: Plan) -> np.ndarray:
    """The unscheduled deliveries of the first department that has any."""
    is_delivery = plan.diagnoses.pregnancy == GIVES_BIRTH
    profile = next(items for items in plan.profile_items if is_delivery[items].any())
    return np.asarray(profile[is_delivery[profile] & ~plan.diagnoses.is_elective[profile]])
