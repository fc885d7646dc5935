"""Sites, departments, clinicians and plans: the tables that no patient adds to."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator import clinical
from generator.contract import WHOLE, build, labels
from generator.names import Pools
from generator.plan import Plan
from generator.randomness import Streams
from generator.tables.clinicians import clinician_ids, clinician_numbers


def fixed_tables(plan: Plan, streams: Streams, pools: Pools) -> dict[str, pa.Table]:
    """Sites, departments, clinicians and plans: the tables that no patient adds to."""
    scenario = plan.scenario
    departments = plan.departments
    owner = np.repeat(np.arange(len(departments)), plan.providers)
    place = clinical.places(owner)
    number = clinician_numbers(owner, place)
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
            provider_id=clinician_ids(number),
            provider_name=pa.array(_names(streams, pools, number)),
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


def _names(streams: Streams, pools: Pools, number: np.ndarray) -> list[str]:
    """Names of clinicians by their numbers."""
    woman = streams.happens("clinician sex", number, 0.5)
    size = len(pools.last)
    first = np.where(
        woman,
        np.array(pools.women)[streams.position("clinician first", number, size)],
        np.array(pools.men)[streams.position("clinician first", number, size)],
    )
    last = np.array(pools.last)[streams.position("clinician last", number, size)]
    return [f"Dr. {one} {two}" for one, two in zip(first, last, strict=True)]
