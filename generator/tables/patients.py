"""The table of patients: names, addresses, phones, emails."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.contract import (
    MISSING,
    build,
    days,
    digits,
    identifiers,
    labels,
    patient_ids,
    times,
    whole_numbers,
)
from generator.history.encounters import Encounters
from generator.names import Pools
from generator.people import NEVER, People
from generator.plan import SEXES, Plan
from generator.randomness import Streams, choose


def patients_table(
    plan: Plan, streams: Streams, pools: Pools, people: People, e: Encounters
) -> pa.Table:
    """One row per patient; the last change is that of the last encounter, or the death."""
    settings, number = plan.scenario.people, people.number
    first_name, last_name = _names(streams, pools, people)
    areas = plan.scenario.catchment
    area = choose([a.share for a in areas], streams.uniform("area", number))
    died = people.death_day <= plan.last_day
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
        address_line=_address_lines(streams, pools, number),
        city=labels([a.city for a in areas], area),
        state=labels([a.state for a in areas], area),
        zip_code=_zip_codes(plan, streams, number, area),
        phone=_phones(plan, streams, number, area),
        email=_emails(plan, streams, number, first_name, last_name),
        updated_at=times(_last_changes(plan, people, e, died)),
    )


def _names(streams: Streams, pools: Pools, people: People) -> tuple[pa.Array, pa.Array]:
    """First names by sex, and last names."""
    number, size = people.number, len(pools.last)
    first = pa.array(streams.position("first name", number, size))
    woman = np.where(people.sex >= 2, streams.happens("name of sex", number, 0.5), people.sex == 0)
    women, men = pa.array(pools.women), pa.array(pools.men)
    first_name = pc.if_else(pa.array(woman), women.take(first), men.take(first))
    last = pa.array(streams.position("last name", number, size))
    return first_name, pa.array(pools.last).take(last)


def _mixed(streams: Streams, stream: str, number: np.ndarray, mix: dict[str, float]) -> pa.Array:
    return labels(list(mix), streams.pick(stream, number, list(mix.values())))


def _address_lines(streams: Streams, pools: Pools, number: np.ndarray) -> pa.Array:
    house = whole_numbers(1 + streams.position("house", number, 9899), pa.int64()).cast(pa.string())
    at = pa.array(streams.position("street", number, len(pools.last)))
    return pc.binary_join_element_wise(house, pa.array(pools.streets).take(at), " ")


def _zip_codes(plan: Plan, streams: Streams, number: np.ndarray, area: np.ndarray) -> pa.Array:
    areas = plan.scenario.catchment
    sizes = np.array([len(a.zip_codes) for a in areas])
    starts = np.cumsum(sizes) - sizes
    zips = [code for a in areas for code in a.zip_codes]
    zip_at = starts[area] + (streams.uniform("zip", number) * sizes[area]).astype(np.int64)
    return labels(zips, zip_at)


def _phones(plan: Plan, streams: Streams, number: np.ndarray, area: np.ndarray) -> pa.Array:
    """Numbers of the range that is kept for fiction, null for a share."""
    area_code = labels([a.area_code for a in plan.scenario.catchment], area)
    line = identifiers("555-01", digits(streams.position("phone", number, 100), 2))
    phone = pc.binary_join_element_wise(area_code, line, "-")
    without = streams.happens("no phone", number, plan.scenario.people.no_phone_share)
    return pc.if_else(pa.array(without), None, phone)


def _emails(
    plan: Plan, streams: Streams, number: np.ndarray, first_name: pa.Array, last_name: pa.Array
) -> pa.Array:
    """Addresses made of the name and the patient's number, null for a share."""
    settings = plan.scenario.people
    domains = pa.array(settings.email_domains)
    email = pc.binary_join_element_wise(
        pc.utf8_lower(first_name),
        ".",
        pc.utf8_lower(last_name),
        pa.array(number).cast(pa.string()),
        "@",
        domains.take(pa.array(streams.position("domain", number, len(domains)))),
        "",
    )
    without = streams.happens("no email", number, settings.no_email_share)
    return pc.if_else(pa.array(without), None, email)


def _last_changes(plan: Plan, people: People, e: Encounters, died: np.ndarray) -> np.ndarray:
    """Minute of each record's last change: the end of the last encounter, or the death's noon."""
    updated = np.full(len(people.number), plan.start)
    updated[e.patient] = np.minimum(e.discharged, plan.end - 1)  # the last one of each patient
    updated = np.where(died, np.maximum(updated, people.death_day * 1440 + 720), updated)
    return np.asarray(np.minimum(updated, plan.end - 1))
