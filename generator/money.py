"""What an encounter costs and who pays: charge lines, claims, payments. Amounts in whole cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.clinical import Procedures, line_keys, places
from generator.contract import MISSING
from generator.history.encounters import Encounters
from generator.people import People
from generator.plan import MINUTES_PER_DAY, Plan
from generator.randomness import Streams
from generator.validation import CATEGORIES, CLASSES, Skewed

PAID, DENIED, PENDING = range(3)
STATUSES = ("paid", "denied", "pending")
PAYER, PATIENT = range(2)
NO_CODE = -1


@dataclass
class Charges:
    """Charge lines in the order of encounter and day."""

    encounter: np.ndarray
    place: np.ndarray
    day: np.ndarray
    category: np.ndarray  # position in `categories`
    code: np.ndarray  # position in Procedures.names, or NO_CODE
    quantity: np.ndarray
    cents: np.ndarray
    categories: list[str]


@dataclass
class Claims:
    """A claim per encounter that has ended and was charged; MISSING while not decided."""

    encounter: np.ndarray
    plan: np.ndarray
    submitted: np.ndarray
    decided: np.ndarray
    status: np.ndarray
    billed: np.ndarray
    contractual: np.ndarray
    allowed: np.ndarray
    denied: np.ndarray
    reason: np.ndarray
    patient_owes: np.ndarray


@dataclass
class Payments:
    """Postings; `claim` is a position in Claims."""

    claim: np.ndarray
    place: np.ndarray
    posted: np.ndarray
    paid_by: np.ndarray
    cents: np.ndarray


def charge(plan: Plan, streams: Streams, e: Encounters, procedures: Procedures) -> Charges:
    """Lines for every procedure, and those that the scenario's rules add."""
    settings = plan.scenario.charges
    catalogue = plan.catalogue
    categories = sorted(
        {item.category for item in catalogue.procedures.values()}
        | {rule.category for rule in settings.rules}
    )
    position = {name: i for i, name in enumerate(categories)}
    items = [catalogue.procedures[name] for name in procedures.names]
    price = np.array([item.price for item in items])[procedures.code]
    by_hour = np.isin(procedures.names, catalogue.charged_by_the_hour)[procedures.code]
    hours = np.maximum(
        1,
        np.round((e.discharged[procedures.encounter] - procedures.performed) / 60),
    )
    lines = [
        (
            procedures.encounter,
            procedures.performed // MINUTES_PER_DAY,
            np.array([position[item.category] for item in items])[procedures.code],
            procedures.code,
            np.where(by_hour, hours, 1).astype(np.int64),
            price,
            np.full(len(price), settings.procedure_spread),
        )
    ]
    operated = np.zeros(len(e), dtype=bool)
    operated[procedures.encounter[procedures.is_surgery[procedures.code]]] = True
    burden = e.has.sum(axis=1)
    first_day = np.where(e.admitted == MISSING, e.arrived, e.admitted) // MINUTES_PER_DAY
    for number, rule in enumerate(settings.rules):
        may = (e.diagnosis >= 0) & np.isin(
            e.encounter_class, [CLASSES.index(c) for c in rule.classes]
        )
        if rule.departments is not None:
            may &= np.isin(e.department, [plan.department_position[d] for d in rule.departments])
        if rule.surgery_only:
            may &= operated
        if rule.icu_only:
            may &= e.intensive_care
        rows = np.flatnonzero(may)
        count = np.ones(len(rows), dtype=np.int64)
        if rule.every_days:
            days = np.maximum(1, e.nights[rows])
            days = days if rule.days is None else np.minimum(days, rule.days)
            count = (days + rule.every_days - 1) // rule.every_days
        encounter = np.repeat(rows, count)
        place = places(encounter)
        key = line_keys(e, encounter, place)
        taken = streams.happens(f"charge {number}", key, rule.share)
        encounter, place = encounter[taken], place[taken]
        amount = np.full(len(encounter), rule.amount)
        if rule.category in settings.per_condition_categories:
            amount *= 1 + settings.per_condition * burden[encounter]
        lines.append(
            (
                encounter,
                first_day[encounter] + place * max(1, rule.every_days),
                np.full(len(encounter), position[rule.category]),
                np.full(len(encounter), NO_CODE),
                np.ones(len(encounter), dtype=np.int64),
                amount,
                np.full(len(encounter), rule.spread),
            )
        )
    encounter, day, category, code, quantity, price, spread = (
        np.concatenate(column) for column in zip(*lines, strict=True)
    )
    known = day <= plan.last_day
    day = np.minimum(day, np.minimum(e.discharged[encounter] // MINUTES_PER_DAY, plan.last_day))
    order = np.flatnonzero(known)
    order = order[np.lexsort((code[order], category[order], day[order], encounter[order]))]
    encounter = encounter[order]
    place = places(encounter)
    price, spread, quantity = price[order], spread[order], quantity[order]
    level = plan.price_level[e.department[encounter]]
    luck = streams.normal("price", line_keys(e, encounter, place))
    dollars = quantity * price * level * np.exp(spread * luck - spread**2 / 2)
    return Charges(
        encounter=encounter,
        place=place,
        day=day[order],
        category=category[order],
        code=code[order],
        quantity=quantity,
        cents=np.maximum(1, np.round(dollars * 100)).astype(np.int64),
        categories=categories,
    )


def plan_at_arrival(people: People, e: Encounters) -> np.ndarray:
    """The insurance plan that covers the patient on the day of arrival."""
    changed = e.arrived // MINUTES_PER_DAY >= people.plan_changes_on[e.patient]
    return np.asarray(np.where(changed, people.next_plan[e.patient], people.plan[e.patient]))


def claim(
    plan: Plan, streams: Streams, people: People, e: Encounters, charges: Charges
) -> tuple[Claims, Payments]:
    """Claims as each category of payer decides them, and payments over time."""
    settings = plan.scenario.claims
    billed = np.bincount(charges.encounter, weights=charges.cents, minlength=len(e))
    billed = np.round(billed).astype(np.int64)
    submitted = e.discharged // MINUTES_PER_DAY + _days(
        streams, "submitted", e.key, settings.submission_days
    )
    rows = np.flatnonzero((billed > 0) & (e.discharged < plan.end) & (submitted <= plan.last_day))
    key, billed, submitted = e.key[rows], billed[rows], submitted[rows]
    insurance = plan_at_arrival(people, e)[rows]
    category = plan.plan_category[insurance]
    rules = [settings.by_category[name] for name in CATEGORIES]

    def rule(name: str) -> np.ndarray:
        return np.asarray(np.array([getattr(item, name) for item in rules])[category])

    median = np.array([item.decision_days.median for item in rules])[category]
    spread = np.array([item.decision_days.spread for item in rules])[category]
    luck = streams.normal("decided", key)
    decided = submitted + np.maximum(1, np.round(median * np.exp(spread * luck))).astype(np.int64)
    is_decided = decided <= plan.last_day
    level = rule("allowed_share") * np.exp(rule("allowed_spread") * streams.normal("allowed", key))
    allowable = np.round(billed * np.minimum(level, 0.95)).astype(np.int64)
    is_denied = streams.even("denied", key, category, e.department[rows]) < rule("denied_share")
    in_part = streams.happens("denied in part", key, settings.denied_in_part_share)
    part = 0.1 + 0.6 * streams.uniform("denied part", key)
    denied = np.where(
        is_denied, np.where(in_part, np.round(allowable * part), allowable), 0
    ).astype(np.int64)
    allowed = allowable - denied
    owes = rule("patient_share")
    # What patients owe differs (deductibles), but its mean is the share of the scenario.
    differs = np.where((owes > 0) & (owes < 1), 2 * streams.uniform("owes", key), 1.0)
    patient_owes = np.round(allowed * np.minimum(1, owes * differs)).astype(np.int64)
    wholly = is_denied & (allowed == 0)
    reasons = list(settings.denial_reasons.values())
    blank = np.where(is_decided, 0, MISSING)

    def decided_only(values: np.ndarray) -> np.ndarray:
        return np.where(is_decided, values, blank)

    claims = Claims(
        encounter=rows,
        plan=insurance,
        submitted=submitted,
        decided=np.where(is_decided, decided, MISSING),
        status=np.where(is_decided, np.where(wholly, DENIED, PAID), PENDING),
        billed=billed,
        contractual=decided_only(billed - allowable),
        allowed=decided_only(allowed),
        denied=decided_only(denied),
        reason=np.where(is_decided & is_denied, streams.pick("reason", key, reasons), -1),
        patient_owes=decided_only(patient_owes),
    )
    return claims, _pay(plan, streams, claims, key, decided, rule("patient_pays_share"))


def _pay(
    plan: Plan,
    streams: Streams,
    claims: Claims,
    key: np.ndarray,
    decided: np.ndarray,
    patient_pays_share: np.ndarray,
) -> Payments:
    settings = plan.scenario.payments
    is_decided = claims.decided != MISSING
    owed = np.where(is_decided, claims.patient_owes, 0)
    due = np.where(is_decided, claims.allowed, 0) - owed
    posted = decided + _days(streams, "payer pays", key, settings.payer_days)
    underpaid = streams.happens("underpaid", key, settings.underpaid_share)
    due = np.where(underpaid, np.round(due * (1 - settings.underpaid_by)), due).astype(np.int64)
    parts: list[tuple[np.ndarray, np.ndarray, int, np.ndarray]] = []
    in_two = streams.happens("second part", key, settings.second_part_share)
    first = np.where(in_two, due * 2 // 3, due)
    everyone = np.arange(len(key))
    parts.append((everyone, posted, PAYER, first))
    parts.append((everyone[in_two], posted[in_two] + 21, PAYER, (due - first)[in_two]))
    # Taken back, and posted again corrected.
    taken_back = everyone[streams.happens("reversed", key, settings.reversed_share)]
    parts.append((taken_back, posted[taken_back] + 30, PAYER, -first[taken_back]))
    parts.append((taken_back, posted[taken_back] + 37, PAYER, first[taken_back]))
    pays = np.flatnonzero(streams.happens("patient pays", key, patient_pays_share) & (owed > 0))
    above = owed[pays] > settings.installments_above * 100
    several = 1 + (streams.uniform("installments", key[pays]) * settings.most_installments)
    count = np.where(above, several.astype(np.int64), 1)
    start = posted[pays] + _days(streams, "patient pays on", key[pays], settings.patient_days)
    for place in range(settings.most_installments):
        those = count > place
        share = owed[pays] // count
        amount = np.where(place == count - 1, owed[pays] - share * (count - 1), share)
        parts.append((pays[those], start[those] + 30 * place, PATIENT, amount[those]))
    claim_ = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    paid_by = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    cents = np.concatenate([part[3] for part in parts]).astype(np.int64)
    sequence = np.concatenate([np.full(len(part[0]), i) for i, part in enumerate(parts)])
    kept = np.flatnonzero((cents != 0) & (day <= plan.last_day))
    kept = kept[np.lexsort((sequence[kept], day[kept], claim_[kept]))]
    return Payments(claim_[kept], places(claim_[kept]), day[kept], paid_by[kept], cents[kept])


def _days(streams: Streams, stream: str, key: np.ndarray, shape: Skewed) -> np.ndarray:
    return np.maximum(1, np.round(streams.skewed(stream, key, shape))).astype(np.int64)
