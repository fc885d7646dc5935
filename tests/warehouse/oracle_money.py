"""What is owed, in plain Python from the raw rows: by claim, and in all by day."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal

Tables = dict[str, list[dict[str, str | None]]]
DAY = datetime.timedelta(days=1)

parsed = datetime.date.fromisoformat


def event_days(tables: Tables, encounters: list[dict]) -> tuple[datetime.date, datetime.date]:
    """The first and the last day on which anything happened."""
    events = [
        e[k].date() for e in encounters for k in ("arrived", "admitted", "discharged") if e[k]
    ]
    events += [
        parsed(c[k]) for c in tables["claims"] for k in ("submitted_on", "adjudicated_on") if c[k]
    ]
    events += [parsed(p["posted_on"]) for p in tables["payments"]]
    return min(events), max(events)


def claims_of(tables: Tables, encounters: list[dict], last: datetime.date) -> dict[str, dict]:
    """By claim id, what is owed on the last day and for how long."""
    discharged = {e["id"]: e["discharged"] for e in encounters}
    payments_of: dict[str, list[dict]] = defaultdict(list)
    for payment in tables["payments"]:
        payments_of[payment["claim_id"]].append(payment)
    claims = {}
    for claim in tables["claims"]:
        posted = payments_of[claim["claim_id"]]
        by = {
            who: sum((Decimal(p["amount"]) for p in posted if p["paid_by"] == who), Decimal(0))
            for who in ("payer", "patient")
        }
        allowed = money(claim["allowed_amount"])
        owed = None if allowed is None else allowed - by["payer"] - by["patient"]
        ended = discharged[claim["encounter_id"]]
        since = ended.date() if ended else parsed(claim["submitted_on"])
        age_days = (last - since).days if owed is not None and owed > 0 else None
        positive = [parsed(p["posted_on"]) for p in posted if Decimal(p["amount"]) > 0]
        claims[claim["claim_id"]] = {
            "outstanding_amount": owed,
            "days_outstanding": age_days,
            "aging_bucket": None if age_days is None else bucket(age_days),
            "payer_paid_amount": by["payer"],
            "patient_paid_amount": by["patient"],
            "days_to_payment": (
                (min(positive) - parsed(claim["submitted_on"])).days if positive else None
            ),
        }
    return claims


def receivables_by_day(
    tables: Tables, first: datetime.date, last: datetime.date
) -> dict[datetime.date, dict]:
    """By last day of a month, and on the last day of all, what is owed in all."""
    receivables = {}
    for n in range((last - first).days + 1):
        day = first + datetime.timedelta(days=n)
        if not (day == last or (day + DAY).day == 1):
            continue
        settled = [
            (parsed(c["adjudicated_on"]), Decimal(c["allowed_amount"]))
            for c in tables["claims"]
            if c["adjudicated_on"] and parsed(c["adjudicated_on"]) <= day
        ]
        paid = sum(
            (Decimal(p["amount"]) for p in tables["payments"] if parsed(p["posted_on"]) <= day),
            Decimal(0),
        )
        recent = sum((a for on, a in settled if (day - on).days < 90), Decimal(0))
        receivables[day] = {
            "outstanding_amount": sum((a for _, a in settled), Decimal(0)) - paid,
            "average_daily_net_revenue_amount": recent / 90 if n >= 89 else None,
        }
    return receivables


def money(field: str | None) -> Decimal | None:
    """A raw amount."""
    return None if field is None else Decimal(field)


def bucket(age_days: int) -> str:
    """The age of what is owed, as the reports group it."""
    for limit, name in ((30, "0-30"), (60, "31-60"), (90, "61-90"), (120, "91-120")):
        if age_days <= limit:
            return name
    return "121+"
