"""Who is readmitted after an inpatient stay, when, and to which department."""

from __future__ import annotations

import numpy as np

from generator.history.arrivals import minute_of_day
from generator.history.encounters import (
    AGAINST_ADVICE,
    NO_DIAGNOSIS,
    READMISSION,
    TRANSFERRED,
    Encounters,
)
from generator.history.state import COMES_BACK, STAYS_AWAY, UNDECIDED, State
from generator.plan import INPATIENT, MINUTES_PER_DAY, SCHEDULED, UNSCHEDULED
from generator.randomness import choose_row, systematic
from generator.validation import parse_ages

# Earlier stays count for the risk of readmission for so long.
LOOK_BACK_MINUTES = 365 * MINUTES_PER_DAY


def readmit(state: State, e: Encounters, candidates: np.ndarray) -> np.ndarray:
    """Send patients back by their risk; returns which encounters a readmission follows."""
    plan, streams = state.plan, state.streams
    settings = plan.scenario.readmission
    rows = np.flatnonzero(candidates)
    in_target = _in_target_group(state, e, rows)
    back, stratum = _comes_back(state, e, rows, in_target)
    within = np.where(in_target, settings.target.within_days, settings.within_days)
    rows, stratum, within = rows[back], stratum[back], within[back]
    key, home = e.key[rows], e.department[rows]
    # Early or late is shared evenly too, so that the rate of a window follows from the risk.
    point = streams.even("readmitted when", key, stratum, stratum * 0)
    days = 1 + np.floor(within * point**settings.earliness).astype(np.int64)
    department = _other_department(state, e, rows)
    planned = streams.even("planned readmission", key, home) < settings.planned_share
    same = plan.same_diagnosis[plan.profile_of[department], e.diagnosis[rows]]
    same = np.where(
        streams.happens("same diagnosis", key, settings.same_diagnosis_share) & ~planned,
        same,
        NO_DIAGNOSIS,
    )
    day = e.discharged[rows] // MINUTES_PER_DAY + days
    weekday = (day + 3) % 7
    day = day + np.where(planned & (weekday >= 5), 7 - weekday, 0)
    pattern = np.where(planned, SCHEDULED, UNSCHEDULED)
    clock = minute_of_day(plan, streams, "readmission", key, pattern)
    arrived = day * MINUTES_PER_DAY + clock
    state.schedule(e, rows, arrived, department, INPATIENT, planned, READMISSION, same)
    result = np.zeros(len(e), dtype=bool)
    result[rows] = True
    return result


def _comes_back(
    state: State, e: Encounters, rows: np.ndarray, in_target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Who comes back, and the stratum in which that was shared evenly.

    The target is one of patients: their first stay in the group decides, in a stratum of its own,
    who comes back. Who does not has no readmission after a later stay either.
    """
    plan = state.plan
    patient = e.patient[rows]
    decides = in_target & (state.target_decision[patient] == UNDECIDED)
    # Those whose return would be known before the data end are a stratum of their own too.
    target_days = plan.scenario.readmission.target.within_days
    is_known = e.discharged[rows] // MINUTES_PER_DAY + target_days <= plan.last_day
    stratum = np.where(decides, len(plan.departments) + is_known, e.department[rows])
    risk = _risk(state, e, rows, decides)
    risk = np.where(in_target & (state.target_decision[patient] == STAYS_AWAY), 0.0, risk)
    back = systematic(risk, stratum, e.discharged[rows], state.readmission_carry)
    decision = np.where(back, COMES_BACK, STAYS_AWAY)
    state.target_decision[patient[decides]] = decision[decides]
    return back, stratum


def _in_target_group(state: State, e: Encounters, rows: np.ndarray) -> np.ndarray:
    """Stays of patients with the target's condition, coded so, at its ages.

    Stays that end against advice or in another hospital are left to their risks.
    """
    plan, target = state.plan, state.plan.scenario.readmission.target
    column = plan.condition_position[target.condition]
    first, last = parse_ages(target.ages)
    coded = state.people.code[e.patient[rows], column] == plan.code_of(target.code)
    for condition, with_all, _ in plan.combined:
        if condition == column:
            coded &= ~e.has[rows][:, with_all].all(axis=1)
    coded &= plan.diagnoses.implies[e.diagnosis[rows]] != column
    age = e.age[rows]
    leaves_home = ~np.isin(e.disposition[rows], (AGAINST_ADVICE, TRANSFERRED))
    return np.asarray(e.has[rows, column] & coded & (age >= first) & (age <= last) & leaves_home)


def _risk(state: State, e: Encounters, rows: np.ndarray, in_target: np.ndarray) -> np.ndarray:
    """Chance to come back as an inpatient, by the scenario's log-odds.

    The log-odds of the target group are moved together so that their mean chance is the
    target's: the group keeps its differences, but not its level.
    """
    plan = state.plan
    settings = plan.scenario.readmission
    recent = state.stay_ends[e.patient[rows]] > (e.arrived[rows] - LOOK_BACK_MINUTES)[:, None]
    log_odds = (
        settings.base
        + plan.readmission[e.department[rows]]
        + e.has[rows] @ plan.condition_readmission
        + settings.age_65_or_more * (e.age[rows] >= 65)
        + settings.elective * e.is_elective[rows]
        + settings.each_earlier_stay * recent.sum(axis=1)
        + settings.each_doubling_of_nights * np.log2(np.maximum(e.nights[rows], 1))
        + settings.left_against_advice * (e.disposition[rows] == AGAINST_ADVICE)
    )
    if in_target.any():
        group = log_odds[in_target]
        log_odds[in_target] = group + _shift_to(group, settings.target.share_of_patients)
    return np.asarray(np.minimum(_share_of(log_odds), settings.most_likely))


def _share_of(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _shift_to(log_odds: np.ndarray, share: float) -> float:
    """What to add to log-odds so that their mean share is the one given."""
    low, high = -12.0, 12.0
    for _ in range(40):
        middle = (low + high) / 2
        if _share_of(log_odds + middle).mean() < share:
            low = middle
        else:
            high = middle
    return low


def _other_department(state: State, e: Encounters, rows: np.ndarray) -> np.ndarray:
    """Where a readmission goes: mostly the same department."""
    plan, streams = state.plan, state.streams
    key, home = e.key[rows], e.department[rows]
    settings = plan.scenario.readmission
    targets = np.array([plan.department_position[d] for d in settings.other_departments])
    weights = np.array(list(settings.other_departments.values()), dtype=float)
    sex, age = state.people.sex[e.patient[rows]], e.age[rows]
    fits = np.stack([plan.treats(np.full(len(rows), t), sex, age) for t in targets], axis=1)
    chosen = choose_row(weights * fits, streams.uniform("readmitted where", key))
    stays = streams.even("readmitted same", key, home) < settings.same_department_share
    other = np.append(targets, 0)[chosen]
    return np.asarray(np.where(stays | (chosen == len(targets)), home, other))
