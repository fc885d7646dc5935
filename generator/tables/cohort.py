"""A whole cohort: its patients drawn, their history played, and the nine tables of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator import clinical, money, surveys
from generator.contract import MISSING, digits
from generator.history.encounters import Encounters
from generator.history.play import play_history
from generator.names import Pools
from generator.people import draw_people
from generator.plan import MINUTES_PER_DAY, Plan
from generator.randomness import Streams
from generator.tables.billing import charges_table, claims_table, payments_table
from generator.tables.care import diagnoses_table, procedures_table, vitals_table
from generator.tables.clinicians import attending, clinician_ids
from generator.tables.encounters import encounters_table
from generator.tables.patients import patients_table
from generator.tables.surveys import surveys_table


def cohort_tables(
    plan: Plan, streams: Streams, pools: Pools, number: np.ndarray
) -> dict[str, pa.Table]:
    """The nine tables that grow with the patients, for a cohort by number, shape (n,)."""
    people = draw_people(plan, streams, number)
    e = play_history(plan, streams, people)
    procedures = clinical.perform_procedures(plan, streams, e)
    diagnoses = clinical.code_diagnoses(plan, streams, people, e, procedures)
    vitals = clinical.measure_vitals(plan, streams, people, e)
    charges = money.charge(plan, streams, e, procedures)
    claims, payments = money.claim(plan, streams, people, e, charges)
    answers = surveys.ask(plan, streams, e)
    provider_id = clinician_ids(attending(plan, streams, people, e))
    spelled = digits(e.key, 10)
    touched = _last_touched(e, claims, payments, answers)
    return {
        "patients": patients_table(plan, streams, pools, people, e),
        "encounters": encounters_table(plan, streams, people, e, spelled, provider_id, touched),
        "diagnoses": diagnoses_table(plan, spelled, diagnoses),
        "procedures": procedures_table(plan, spelled, procedures, provider_id),
        "vitals": vitals_table(spelled, vitals),
        "charges": charges_table(spelled, charges, procedures.names),
        "claims": claims_table(plan, spelled, claims),
        "payments": payments_table(spelled[claims.encounter], payments),
        "surveys": surveys_table(plan, spelled, answers),
    }


def _last_touched(
    e: Encounters, claims: money.Claims, payments: money.Payments, answers: surveys.Surveys
) -> np.ndarray:
    """When the last thing happened that belongs to each encounter, in minutes."""
    last = e.discharged.copy()
    for encounter, day in (
        (claims.encounter, claims.submitted),
        (claims.encounter, claims.decided),
        (claims.encounter[payments.claim], payments.posted),
        (answers.encounter, answers.sent),
        (answers.encounter, answers.returned),
    ):
        happened = day != MISSING
        np.maximum.at(last, encounter[happened], (day[happened] + 1) * MINUTES_PER_DAY - 1)
    return last
