"""The thirteen tables of the extract contract, from the arrays of a cohort."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator import clinical, money, surveys
from generator.contract import (
    MISSING,
    WHOLE,
    build,
    days,
    digits,
    identifiers,
    labels,
    patient_ids,
    times,
    whole_numbers,
)
from generator.contract import money as dollars
from generator.history import TRANSFER, Encounters, History
from generator.names import Pools
from generator.people import NEVER, People, draw_people
from generator.plan import (
    EMERGENCY,
    INPATIENT,
    MINUTES_PER_DAY,
    OBSERVATION,
    OUTPATIENT,
    SEXES,
    Plan,
)
from generator.randomness import Streams, choose
from generator.validation import CLASSES, DISPOSITIONS

PROVIDERS_PER_DEPARTMENT = 100_000
ADMISSION_TYPES = ("elective", "urgent", "emergency", "trauma", "newborn")
ADMISSION_SOURCES = (
    "Emergency Room",
    "Physician Referral",
    "Transfer from Hospital",
    "Walk-in or Self Referral",
    "Ambulance",
    "Born in this Hospital",
)
# The birth itself and health status codes: whether they were present on admission is not asked.
POA_EXEMPT = ("Z", "V", "W", "X", "Y")


def fixed_tables(plan: Plan, streams: Streams, pools: Pools) -> dict[str, pa.Table]:
    """Sites, departments, clinicians and plans: the tables that no patient adds to."""
    scenario = plan.scenario
    departments = plan.departments
    owner = np.repeat(np.arange(len(departments)), plan.providers)
    place = clinical.places(owner)
    number = _provider_numbers(owner, place)
    woman = streams.happens("clinician sex", number, 0.5)
    size = len(pools.last)
    first = np.where(
        woman,
        np.array(pools.women)[_index(streams, "clinician first", number, size)],
        np.array(pools.men)[_index(streams, "clinician first", number, size)],
    )
    last = np.array(pools.last)[_index(streams, "clinician last", number, size)]
    names = [f"Dr. {one} {two}" for one, two in zip(first, last, strict=True)]
    return {
        "facilities": build(
            "facilities",
            facility_id=pa.array([f.id for f in scenario.facilities]),
            facility_name=pa.array([f.name for f in scenario.facilities]),
            city=pa.array([f.city for f in scenario.facilities]),
            state=pa.array([f.state for f in scenario.facilities]),
            zip_code=pa.array([f.zip_code for f in scenario.facilities]),
        ),
        "departments": build(
            "departments",
            department_id=pa.array([d.id for d in departments]),
            department_name=pa.array([d.name for d in departments]),
            service_line=pa.array([d.service_line for d in departments]),
            facility_id=pa.array([d.facility for d in departments]),
            staffed_beds=pa.array(plan.beds, type=WHOLE),
        ),
        "providers": build(
            "providers",
            provider_id=_provider_ids(number),
            provider_name=pa.array(names),
            specialty=labels([d.specialty for d in departments], owner),
            department_id=labels([d.id for d in departments], owner),
        ),
        "payers": build(
            "payers",
            payer_id=pa.array([p.id for p in plan.plans]),
            payer_name=pa.array([p.name for p in plan.plans]),
            payer_category=pa.array([p.category for p in plan.plans]),
        ),
    }


def cohort_tables(
    plan: Plan, streams: Streams, pools: Pools, number: np.ndarray
) -> dict[str, pa.Table]:
    """The nine other tables for a cohort of patients by number, shape (n,)."""
    people = draw_people(plan, streams, number)
    e = History(plan, streams, people).play()
    procedures = clinical.perform_procedures(plan, streams, e)
    diagnoses = clinical.code_diagnoses(plan, streams, people, e, procedures)
    vitals = clinical.measure_vitals(plan, streams, people, e)
    charges = money.charge(plan, streams, e, procedures)
    claims, payments = money.claim(plan, streams, people, e, charges)
    answers = surveys.ask(plan, streams, e)
    provider_id = _provider_ids(_attending(plan, streams, people, e))
    spelled = digits(e.key, 10)
    touched = _last_touched(e, claims, payments, answers)
    return {
        "patients": _patients(plan, streams, pools, people, e),
        "encounters": _encounters(plan, streams, people, e, spelled, provider_id, touched),
        "diagnoses": _diagnoses(plan, spelled, diagnoses),
        "procedures": _procedures(plan, spelled, procedures, provider_id),
        "vitals": _vitals(spelled, vitals),
        "charges": _charges(spelled, charges, procedures.names),
        "claims": _claims(plan, spelled, claims),
        "payments": _payments(spelled[claims.encounter], payments),
        "surveys": _surveys(plan, spelled, answers),
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


def _index(streams: Streams, stream: str, keys: np.ndarray, size: int) -> np.ndarray:
    return (streams.uniform(stream, keys) * size).astype(np.int64)


def _provider_numbers(department: np.ndarray, place: np.ndarray) -> np.ndarray:
    return np.asarray((department + 1) * PROVIDERS_PER_DEPARTMENT + place)


def _provider_ids(number: np.ndarray) -> pa.Array:
    return identifiers("DR", digits(number, 7))


def _attending(plan: Plan, streams: Streams, people: People, e: Encounters) -> np.ndarray:
    """A patient mostly sees the same clinician of a department."""
    person = people.number[e.patient]
    usual = streams.uniform("usual clinician", person * 100 + e.department)
    other = streams.uniform("other clinician", e.key)
    point = np.where(streams.happens("sees usual clinician", e.key, 0.6), usual, other)
    return _provider_numbers(e.department, (point * plan.providers[e.department]).astype(np.int64))


def _patients(
    plan: Plan, streams: Streams, pools: Pools, people: People, e: Encounters
) -> pa.Table:
    settings, number = plan.scenario.people, people.number
    size = len(pools.last)
    first = _index(streams, "first name", number, size)
    woman = np.where(people.sex >= 2, streams.happens("name of sex", number, 0.5), people.sex == 0)
    women, men = pa.array(pools.women), pa.array(pools.men)
    first_name = pc.if_else(pa.array(woman), women.take(pa.array(first)), men.take(pa.array(first)))
    last_name = pa.array(pools.last).take(pa.array(_index(streams, "last name", number, size)))
    areas = plan.scenario.catchment
    area = choose([a.share for a in areas], streams.uniform("area", number))
    sizes = np.array([len(a.zip_codes) for a in areas])
    starts = np.cumsum(sizes) - sizes
    zips = [code for a in areas for code in a.zip_codes]
    zip_at = starts[area] + (streams.uniform("zip", number) * sizes[area]).astype(np.int64)
    house = whole_numbers(1 + _index(streams, "house", number, 9899), pa.int64()).cast(pa.string())
    street = pa.array(pools.streets).take(pa.array(_index(streams, "street", number, size)))
    line = identifiers("555-01", digits(_index(streams, "phone", number, 100), 2))
    phone = pc.binary_join_element_wise(labels([a.area_code for a in areas], area), line, "-")
    phone = pc.if_else(
        pa.array(streams.happens("no phone", number, settings.no_phone_share)), None, phone
    )
    domains = pa.array(settings.email_domains)
    email = pc.binary_join_element_wise(
        pc.utf8_lower(first_name),
        ".",
        pc.utf8_lower(last_name),
        number_text(number),
        "@",
        domains.take(pa.array(_index(streams, "domain", number, len(domains)))),
        "",
    )
    email = pc.if_else(
        pa.array(streams.happens("no email", number, settings.no_email_share)), None, email
    )
    died = people.death_day <= plan.last_day
    updated = np.full(len(number), plan.start)
    updated[e.patient] = np.minimum(e.discharged, plan.end - 1)  # the last one of each patient
    updated = np.where(died, np.maximum(updated, people.death_day * 1440 + 720), updated)
    # Who was to be born in the period but is not seen is not in the records.
    known = people.birth_day > -NEVER // 2880
    return build(
        "patients",
        patient_id=patient_ids(number),
        first_name=first_name,
        last_name=last_name,
        birth_date=days(np.where(known, people.birth_day, MISSING)),
        death_date=days(np.where(died, people.death_day, MISSING)),
        sex=labels(SEXES, people.sex),
        race=_mixed(streams, "race", number, settings.race),
        ethnicity=_mixed(streams, "ethnicity", number, settings.ethnicity),
        address_line=pc.binary_join_element_wise(house, street, " "),
        city=labels([a.city for a in areas], area),
        state=labels([a.state for a in areas], area),
        zip_code=labels(zips, zip_at),
        phone=phone,
        email=email,
        updated_at=times(np.minimum(updated, plan.end - 1)),
    )


def number_text(number: np.ndarray) -> pa.Array:
    """Whole numbers as text."""
    return pa.array(number).cast(pa.string())


def _mixed(streams: Streams, stream: str, number: np.ndarray, mix: dict[str, float]) -> pa.Array:
    return labels(list(mix), streams.pick(stream, number, list(mix.values())))


def _encounters(
    plan: Plan,
    streams: Streams,
    people: People,
    e: Encounters,
    spelled: np.ndarray,
    provider_id: pa.Array,
    touched: np.ndarray,
) -> pa.Table:
    is_open = e.discharged >= plan.end
    kind = e.encounter_class
    stays = (kind == INPATIENT) | (kind == OBSERVATION)
    item = e.diagnosis
    coded = item >= 0
    admission_type = np.select(
        [
            coded & plan.diagnoses.is_newborn[item],
            coded & plan.diagnoses.is_trauma[item],
            e.is_elective | (kind == OUTPATIENT),
            (kind == EMERGENCY) | e.through_er,
        ],
        [4, 3, 0, 2],
        1,
    )
    ambulance = streams.happens("ambulance", e.key, plan.scenario.emergency.ambulance_share)
    source = np.select(
        [
            coded & plan.diagnoses.is_newborn[item],
            e.why == TRANSFER,
            e.through_er,
            (kind == EMERGENCY) & ambulance,
            kind == EMERGENCY,
        ],
        [5, 2, 0, 4, 3],
        1,
    )
    missed = streams.happens("flag missed", e.key, plan.scenario.emr_readmission_flag.missed_share)
    flagged = (e.returned_within_flag & ~missed).astype(np.int64)
    after = 30 + _index(streams, "updated", e.key, 600)
    updated = np.where(is_open, plan.end - 1, np.minimum(touched + after, plan.end - 1))
    return build(
        "encounters",
        encounter_id=identifiers("E", spelled),
        patient_id=patient_ids(people.number[e.patient]),
        department_id=labels([d.id for d in plan.departments], e.department),
        provider_id=provider_id,
        payer_id=labels([p.id for p in plan.plans], money.plan_at_arrival(people, e)),
        encounter_class=labels(CLASSES, kind),
        admission_type=labels(ADMISSION_TYPES, admission_type),
        admission_source=labels(ADMISSION_SOURCES, source),
        arrived_at=times(e.arrived),
        first_seen_at=times(np.where(e.seen >= plan.end, MISSING, e.seen)),
        admitted_at=times(np.where(stays & (e.admitted < plan.end), e.admitted, MISSING)),
        emergency_departed_at=times(_emergency_departure(plan, streams, e)),
        discharged_at=times(np.where(is_open, MISSING, e.discharged)),
        discharge_disposition=labels(DISPOSITIONS, np.where(is_open, -1, e.disposition)),
        readmission_indicator=labels(("N", "Y"), flagged),
        updated_at=times(updated),
    )


def _emergency_departure(plan: Plan, streams: Streams, e: Encounters) -> np.ndarray:
    """When those admitted through the emergency room left it for the ward, in minutes."""
    boarding = streams.skewed("boarding", e.key, plan.scenario.emergency.boarding_minutes)
    left = np.minimum(e.admitted + np.maximum(1, boarding).astype(np.int64), e.discharged - 30)
    return np.where(e.through_er & (e.admitted != MISSING) & (left < plan.end), left, MISSING)


def _diagnoses(plan: Plan, spelled: np.ndarray, rows: clinical.CodedDiagnoses) -> pa.Table:
    exempt = np.array([code.startswith(POA_EXEMPT) for code in plan.codes])[rows.code]
    present = np.where(exempt, -1, rows.is_present_on_admission.astype(np.int64))
    own = spelled[rows.encounter]
    return build(
        "diagnoses",
        encounter_id=identifiers("E", own),
        sequence=whole_numbers(rows.sequence),
        icd10_code=labels(plan.codes, rows.code),
        present_on_admission=labels(("N", "Y"), present),
    )


def _procedures(
    plan: Plan, spelled: np.ndarray, rows: clinical.Procedures, provider_id: pa.Array
) -> pa.Table:
    systems = [plan.catalogue.procedures[name].system for name in rows.names]
    own = spelled[rows.encounter]
    return build(
        "procedures",
        encounter_id=identifiers("E", own),
        sequence=whole_numbers(rows.sequence),
        procedure_code=labels(rows.names, rows.code),
        code_system=labels(systems, rows.code),
        performed_at=times(rows.performed),
        provider_id=provider_id.take(pa.array(rows.encounter)),
    )


def _line_ids(prefix: str, own: np.ndarray, place: np.ndarray) -> pa.Array:
    """Number the lines of an encounter: its digits and three more."""
    return identifiers(prefix, own, digits(place + 1, 3))


def _vitals(spelled: np.ndarray, rows: clinical.Vitals) -> pa.Table:
    own = spelled[rows.encounter]
    return build(
        "vitals",
        vital_id=_line_ids("V", own, rows.place),
        encounter_id=identifiers("E", own),
        measured_at=times(rows.measured),
        systolic_bp=whole_numbers(rows.systolic),
        diastolic_bp=whole_numbers(rows.diastolic),
        heart_rate=whole_numbers(rows.heart_rate),
        glucose=whole_numbers(rows.glucose),
    )


def _charges(spelled: np.ndarray, rows: money.Charges, names: list[str]) -> pa.Table:
    own = spelled[rows.encounter]
    return build(
        "charges",
        charge_id=_line_ids("C", own, rows.place),
        encounter_id=identifiers("E", own),
        service_date=days(rows.day),
        revenue_category=labels(rows.categories, rows.category),
        procedure_code=labels(names, rows.code),
        quantity=whole_numbers(rows.quantity),
        charge_amount=dollars(rows.cents),
    )


def _claims(plan: Plan, spelled: np.ndarray, rows: money.Claims) -> pa.Table:
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


def _payments(spelled_claims: np.ndarray, rows: money.Payments) -> pa.Table:
    own = spelled_claims[rows.claim]
    return build(
        "payments",
        payment_id=_line_ids("PM", own, rows.place),
        claim_id=identifiers("CL", own),
        posted_on=days(rows.posted),
        paid_by=labels(("payer", "patient"), rows.paid_by),
        amount=dollars(rows.cents),
    )


def _surveys(plan: Plan, spelled: np.ndarray, rows: surveys.Surveys) -> pa.Table:
    own = spelled[rows.encounter]
    return build(
        "surveys",
        survey_id=identifiers("S", own),
        encounter_id=identifiers("E", own),
        sent_on=days(rows.sent),
        returned_on=days(rows.returned),
        mode=labels(list(plan.scenario.surveys.modes), rows.mode),
        overall_rating=whole_numbers(rows.rating),
        discharge_information=whole_numbers(rows.discharge_information),
        **{name: whole_numbers(values) for name, values in rows.items.items()},
    )
