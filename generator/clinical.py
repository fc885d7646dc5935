"""What is recorded of an encounter: coded diagnoses, procedures, vital signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.catalogue import VisitKind
from generator.contract import LINES_PER_ENCOUNTER, MISSING
from generator.history.encounters import Encounters
from generator.people import People
from generator.plan import EMERGENCY, INPATIENT, MINUTES_PER_DAY, OBSERVATION, Plan
from generator.randomness import Streams
from generator.validation import CLASSES, by_age

HOURS = 60


@dataclass
class CodedDiagnoses:
    """Diagnosis rows; `encounter` is a position in Encounters."""

    encounter: np.ndarray
    sequence: np.ndarray
    code: np.ndarray  # position in Plan.codes
    is_present_on_admission: np.ndarray


@dataclass
class Procedures:
    """Procedure rows, in the order of encounter and time."""

    encounter: np.ndarray
    sequence: np.ndarray
    code: np.ndarray  # position in `names`
    performed: np.ndarray
    names: list[str]
    is_surgery: np.ndarray  # by position in `names`


@dataclass
class Vitals:
    """Measurement sets; MISSING where a value was not taken."""

    encounter: np.ndarray
    place: np.ndarray
    measured: np.ndarray
    systolic: np.ndarray
    diastolic: np.ndarray
    heart_rate: np.ndarray
    glucose: np.ndarray


def line_keys(e: Encounters, encounter: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Number a line within its encounter."""
    return np.asarray(e.key[encounter] * LINES_PER_ENCOUNTER + place)


def places(group: np.ndarray) -> np.ndarray:
    """Position of each row within its group, from 0; equal groups stand together."""
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    new = np.concatenate([[True], group[1:] != group[:-1]])
    start = np.maximum.accumulate(np.where(new, np.arange(len(group)), 0))
    return np.arange(len(group)) - start


def code_diagnoses(
    plan: Plan, streams: Streams, people: People, e: Encounters, procedures: Procedures
) -> CodedDiagnoses:
    """Principal diagnosis, what always goes with it, lasting conditions, complications."""
    seen = np.flatnonzero(e.diagnosis >= 0)
    item = e.diagnosis[seen]
    parts = [(seen, plan.diagnoses.code[item], np.zeros(len(seen)), True)]
    counts = np.array([len(codes) for codes in plan.also])[item]
    with_more = np.repeat(seen, counts)
    if len(with_more):
        codes = np.concatenate([plan.also[i] for i in item])
        parts.append((with_more, codes, np.ones(len(with_more)), True))
    encounter, condition = _recorded_conditions(plan, streams, e)
    code = people.code[e.patient[encounter], condition]
    for target, with_all, combined in plan.combined:
        fits = (condition == target) & e.has[encounter][:, with_all].all(axis=1)
        code = np.where(fits, combined, code)
    parts.append((encounter, code, 2 + condition / 100, True))
    parts += _complications(plan, streams, e, procedures)
    encounter = np.concatenate([part[0] for part in parts])
    code = np.concatenate([part[1] for part in parts])
    rank = np.concatenate([part[2] for part in parts])
    present = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    # A code stands once in an encounter, at its first place.
    order = np.lexsort((rank, code, encounter))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (encounter[order][1:] != encounter[order][:-1]) | (
        code[order][1:] != code[order][:-1]
    )
    kept = order[first]
    kept = kept[np.lexsort((rank[kept], encounter[kept]))]
    place = places(encounter[kept])
    fits = place < plan.scenario.coding.most_diagnoses
    kept, place = kept[fits], place[fits]
    return CodedDiagnoses(encounter[kept], place + 1, code[kept], present[kept])


def _recorded_conditions(
    plan: Plan, streams: Streams, e: Encounters
) -> tuple[np.ndarray, np.ndarray]:
    encounter, condition = np.nonzero(e.has & (e.diagnosis >= 0)[:, None])
    # What the principal diagnosis says need not be said again.
    new = plan.diagnoses.implies[e.diagnosis[encounter]] != condition
    encounter, condition = encounter[new], condition[new]
    shares = plan.scenario.coding.recorded_share
    share = np.array([shares[name] for name in CLASSES])[e.encounter_class[encounter]]
    share = np.where(plan.is_cancer[condition], 1.0, share)
    key = e.key[encounter] * len(plan.conditions) + condition
    point = streams.even(
        "recorded", key, condition, e.encounter_class[encounter], e.arrived[encounter]
    )
    recorded = point < share
    return encounter[recorded], condition[recorded]


def _complications(
    plan: Plan, streams: Streams, e: Encounters, procedures: Procedures
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, bool]]:
    operated = np.zeros(len(e), dtype=bool)
    operated[procedures.encounter[procedures.is_surgery[procedures.code]]] = True
    stays = (e.encounter_class == INPATIENT) & (e.diagnosis >= 0) & (e.nights > 0)
    parts = []
    for place, (code, share, min_age, after_surgery) in enumerate(plan.complications):
        may = stays & (e.age >= min_age) & (operated | (not after_surgery))
        rows = np.flatnonzero(may)
        rows = rows[streams.happens(f"complication {place}", e.key[rows], share)]
        parts.append((rows, np.full(len(rows), code), np.full(len(rows), 3 + place / 100), False))
    return parts


def perform_procedures(plan: Plan, streams: Streams, e: Encounters) -> Procedures:
    """The visit itself, and what the diagnosis calls for."""
    catalogue = plan.catalogue
    names = list(catalogue.procedures)
    position = {name: i for i, name in enumerate(names)}
    is_surgery = np.array([catalogue.procedures[name].surgery for name in names])
    seen = e.diagnosis >= 0
    stays_through_er = e.through_er
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    seen_at: dict[VisitKind, np.ndarray] = {
        "emergency": np.flatnonzero(seen & (e.encounter_class == EMERGENCY)),
        "admission": np.flatnonzero(seen & stays_through_er),
        "outpatient": np.flatnonzero(seen & (e.encounter_class == len(CLASSES) - 1)),
        "observation": np.flatnonzero(seen & (e.encounter_class == OBSERVATION)),
    }
    for kind, rows in seen_at.items():
        mix = catalogue.visit_procedures[kind]
        codes = np.array([position[name] for name in mix])
        chosen = codes[streams.pick(f"visit {kind}", e.key[rows], list(mix.values()))]
        parts.append((rows, chosen, np.maximum(e.seen[rows], e.arrived[rows])))
    performed_from = np.where(e.admitted == MISSING, e.seen, e.admitted)
    for number, item in enumerate(plan.diagnoses.items):
        rows = np.flatnonzero(e.diagnosis == number)
        if len(rows) == 0:
            continue
        for place, (name, share) in enumerate(item.procedures.items()):
            key = e.key[rows] * LINES_PER_ENCOUNTER + place
            done = rows[streams.happens("procedure", key, share)]
            operates = is_surgery[position[name]]
            window = np.minimum(e.discharged[done] - performed_from[done], 36 * HOURS)
            first = 90 if operates else 5
            point = streams.uniform("performed", e.key[done] * LINES_PER_ENCOUNTER + place) ** 2
            at = performed_from[done] + np.minimum(first, window // 2)
            at = at + (point * np.maximum(0, window - first - 30)).astype(np.int64)
            parts.append((done, np.full(len(done), position[name]), at))
    encounter = np.concatenate([part[0] for part in parts])
    code = np.concatenate([part[1] for part in parts])
    performed = np.concatenate([part[2] for part in parts])
    known = performed < plan.end
    encounter, code, performed = encounter[known], code[known], performed[known]
    order = np.lexsort((code, performed, encounter))
    encounter = encounter[order]
    return Procedures(
        encounter, places(encounter) + 1, code[order], performed[order], names, is_surgery
    )


def measure_vitals(plan: Plan, streams: Streams, people: People, e: Encounters) -> Vitals:
    """A set on arrival and one every so many days; illness shows and wears off."""
    settings = plan.scenario.vitals
    seen = np.flatnonzero(e.diagnosis >= 0)
    last = np.minimum(e.discharged[seen], plan.end)
    days = np.maximum(0, last - e.seen[seen]) // MINUTES_PER_DAY
    sets = np.minimum(1 + days // settings.every_days, settings.most_sets)
    encounter = np.repeat(seen, sets)
    place = places(encounter)
    measured = e.seen[encounter] + place * settings.every_days * MINUTES_PER_DAY
    key = line_keys(e, encounter, place)
    person = people.number[e.patient[encounter]]
    left = settings.recovery**place
    age = e.age[encounter]
    items = plan.diagnoses.items

    def value(name: str, resting: np.ndarray, per_condition: np.ndarray) -> np.ndarray:
        acute = np.array([getattr(item.vitals, name) for item in items])
        return np.asarray(
            resting
            + e.has[encounter] @ per_condition
            + acute[e.diagnosis[encounter]] * left
            + getattr(settings.between_patients, name) * streams.normal(f"own {name}", person)
            + getattr(settings.within_patient, name) * streams.normal(name, key)
        )

    systolic = value("systolic", by_age(settings.systolic)[age], plan.condition_systolic)
    systolic = np.clip(systolic, 60, 250)
    diastolic = settings.diastolic_share * systolic + 4 * streams.normal("diastolic", key)
    heart_rate = value("heart_rate", by_age(settings.heart_rate)[age], plan.condition_heart_rate)
    glucose = value("glucose", by_age(settings.glucose)[age], plan.condition_glucose)
    measured_share = np.array([settings.glucose_measured_share[name] for name in CLASSES])
    has_glucose = streams.happens(
        "glucose taken", key, measured_share[e.encounter_class[encounter]]
    )
    known = measured < plan.end
    glucose = np.where(has_glucose, np.clip(np.round(glucose), 35, 650), MISSING)
    return Vitals(
        encounter[known],
        place[known],
        measured[known],
        np.round(systolic).astype(np.int64)[known],
        np.round(np.clip(diastolic, 30, systolic - 10)).astype(np.int64)[known],
        np.round(np.clip(heart_rate, 35, 220)).astype(np.int64)[known],
        glucose.astype(np.int64)[known],
    )
