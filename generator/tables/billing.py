"""The tables of charges, claims and payments."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator import money
from generator.contract import build, days, identifiers, labels, line_ids, whole_numbers
from generator.contract import money as dollars
from generator.plan import Plan


def charges_table(spelled: np.ndarray, rows: money.Charges, names: list[str]) -> pa.Table:
    """One row per charge line; `names` are the procedures that its codes stand for."""
    own = spelled[rows.encounter]
    return build(
        "charges",
        charge_id=line_ids("C", own, rows.place),
        encounter_id=identifiers("E", own),
        service_date=days(rows.day),
        revenue_category=labels(rows.categories, rows.category),
        procedure_code=labels(names, rows.code),
        quantity=whole_numbers(rows.quantity),
        charge_amount=dollars(rows.cents),
    )


def claims_table(plan: Plan, spelled: np.ndarray, rows: money.Claims) -> pa.Table:
    """One row per claim."""
    own = spelled[rows.encounter]
    return build(
        "claims",
        claim_id=identifiers("CL", own),
        encounter_id=identifiers("E", own),
        payer_id=labels([p.id for p in plan.plans], rows.plan),
        submitted_on=days(rows.submitted),
        adjudicated_on=days(rows.decided),
        claim_status=labels(money.STATUSES, rows.status),
        billed_amount=dollars(rows.billed),
        contractual_adjustment=dollars(rows.contractual),
        allowed_amount=dollars(rows.allowed),
        denied_amount=dollars(rows.denied),
        denial_reason=labels(list(plan.scenario.claims.denial_reasons), rows.reason),
        patient_responsibility=dollars(rows.patient_owes),
    )


def payments_table(spelled_claims: np.ndarray, rows: money.Payments) -> pa.Table:
    """One row per posted payment; `spelled_claims` are the digits of the claims."""
    own = spelled_claims[rows.claim]
    return build(
        "payments",
        payment_id=line_ids("PM", own, rows.place),
        claim_id=identifiers("CL", own),
        posted_on=days(rows.posted),
        paid_by=labels(("payer", "patient"), rows.paid_by),
        amount=dollars(rows.cents),
    )
