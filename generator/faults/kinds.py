"""Every way in which a row is broken: the rule that it breaks, the column, and the value there.

Every kind of bad input that the extract contract names is here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from generator.faults.values import (
    Tables,
    has,
    has_next_stay,
    into_next_stay,
    is_adjudicated,
    long_after,
    negative,
    plus_thousand,
    shifted,
)

MISSING_KEY = "missing key"
DUPLICATE_KEY = "duplicate key"
ORPHAN = "orphan"
UNPARSEABLE = "unparseable value"
IMPOSSIBLE_DATE = "impossible date"
OUT_OF_ORDER = "dates out of order"
OUTSIDE_ENCOUNTER = "outside its encounter"
BEYOND_END = "beyond the end of the extract"
UNKNOWN_CODE = "unknown code"
MALFORMED_ICD = "malformed ICD-10-CM code"
UNKNOWN_ICD = "unknown ICD-10-CM code"
IMPOSSIBLE_VITAL = "impossible vital sign"
NEGATIVE_MONEY = "negative money"
INCONSISTENT_MONEY = "inconsistent money"
OUT_OF_RANGE = "rating out of range"
OVERLAPPING = "overlapping inpatient stays"

RULES = (
    MISSING_KEY, DUPLICATE_KEY, ORPHAN, UNPARSEABLE, IMPOSSIBLE_DATE, OUT_OF_ORDER,
    OUTSIDE_ENCOUNTER, BEYOND_END, UNKNOWN_CODE, MALFORMED_ICD, UNKNOWN_ICD, IMPOSSIBLE_VITAL,
    NEGATIVE_MONEY, INCONSISTENT_MONEY, OUT_OF_RANGE, OVERLAPPING,
)  # fmt: skip
# Found and reported, but the row is kept.
KEPT = (OVERLAPPING,)

LATE = "2999-12-31"
NO_DATE = "2023-02-30"
NO_TIME = "2023-02-30 25:61:00"


@dataclass(frozen=True)
class Fault:
    """One way to break a row: a column gets a value, a constant or one made from the row.

    `where` says which rows can be broken so; `weight` makes up for few of them.
    """

    rule: str
    column: str
    value: str | Callable[[Tables, pa.Table], pa.Array]
    where: Callable[[Tables, pa.Table], pa.Array] | None = None
    weight: float = 1.0


FAULTS: dict[str, list[Fault]] = {
    "patients": [
        Fault(MISSING_KEY, "patient_id", ""),
        Fault(DUPLICATE_KEY, "patient_id", ""),
        Fault(UNPARSEABLE, "birth_date", NO_DATE),
        Fault(IMPOSSIBLE_DATE, "birth_date", "1801-01-01"),
        Fault(UNKNOWN_CODE, "sex", "Q"),
        Fault(OUT_OF_ORDER, "death_date", shifted("death_date", -400, "birth_date")),
    ],
    "encounters": [
        Fault(MISSING_KEY, "encounter_id", ""),
        Fault(DUPLICATE_KEY, "encounter_id", ""),
        Fault(ORPHAN, "patient_id", "P-NOBODY"),
        Fault(ORPHAN, "department_id", "D-NOWHERE"),
        Fault(ORPHAN, "payer_id", "PY-NOBODY"),
        Fault(UNPARSEABLE, "arrived_at", NO_TIME),
        Fault(OUT_OF_ORDER, "discharged_at", shifted("discharged_at", -3, "arrived_at"),
              has("discharged_at")),
        Fault(BEYOND_END, "discharged_at", f"{LATE} 12:00:00", has("discharged_at")),
        Fault(UNKNOWN_CODE, "encounter_class", "telepathy"),
        Fault(UNKNOWN_CODE, "discharge_disposition", "9Z", has("discharge_disposition")),
        Fault(OVERLAPPING, "discharged_at", into_next_stay, has_next_stay, weight=30.0),
    ],
    "diagnoses": [
        Fault(MISSING_KEY, "sequence", ""),
        Fault(DUPLICATE_KEY, "sequence", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(MALFORMED_ICD, "icd10_code", "1E.19"),
        Fault(UNKNOWN_ICD, "icd10_code", "U99.9"),
    ],
    "procedures": [
        Fault(MISSING_KEY, "sequence", ""),
        Fault(DUPLICATE_KEY, "sequence", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(UNKNOWN_CODE, "code_system", "XYZ"),
        Fault(UNPARSEABLE, "performed_at", NO_TIME),
        Fault(OUTSIDE_ENCOUNTER, "performed_at", long_after("performed_at")),
    ],
    "vitals": [
        Fault(MISSING_KEY, "vital_id", ""),
        Fault(DUPLICATE_KEY, "vital_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(UNPARSEABLE, "systolic_bp", "high"),
        Fault(IMPOSSIBLE_VITAL, "systolic_bp", "999"),
        Fault(IMPOSSIBLE_VITAL, "heart_rate", "-5"),
        Fault(IMPOSSIBLE_VITAL, "glucose", "99999"),
        Fault(OUTSIDE_ENCOUNTER, "measured_at", long_after("measured_at")),
    ],
    "charges": [
        Fault(MISSING_KEY, "charge_id", ""),
        Fault(DUPLICATE_KEY, "charge_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(UNPARSEABLE, "charge_amount", "12,34,x"),
        Fault(NEGATIVE_MONEY, "charge_amount", negative("charge_amount")),
        Fault(OUTSIDE_ENCOUNTER, "service_date", long_after("service_date")),
    ],
    "claims": [
        Fault(MISSING_KEY, "claim_id", ""),
        Fault(DUPLICATE_KEY, "claim_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(ORPHAN, "payer_id", "PY-NOBODY"),
        Fault(UNKNOWN_CODE, "claim_status", "lost"),
        Fault(OUT_OF_ORDER, "adjudicated_on", shifted("adjudicated_on", -30, "submitted_on"),
              is_adjudicated),
        Fault(NEGATIVE_MONEY, "billed_amount", negative("billed_amount")),
        Fault(INCONSISTENT_MONEY, "allowed_amount", plus_thousand, is_adjudicated),
    ],
    "payments": [
        Fault(MISSING_KEY, "payment_id", ""),
        Fault(DUPLICATE_KEY, "payment_id", ""),
        Fault(ORPHAN, "claim_id", "CL-NONE"),
        Fault(BEYOND_END, "posted_on", LATE),
        Fault(UNKNOWN_CODE, "paid_by", "tooth fairy"),
        Fault(UNPARSEABLE, "amount", "n/a"),
    ],
    "surveys": [
        Fault(MISSING_KEY, "survey_id", ""),
        Fault(DUPLICATE_KEY, "survey_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(OUT_OF_RANGE, "overall_rating", "11", has("overall_rating")),
        Fault(OUT_OF_RANGE, "nurse_communication", "5", has("nurse_communication")),
        Fault(OUT_OF_ORDER, "returned_on", shifted("returned_on", -10, "sent_on"),
              has("returned_on")),
    ],
}  # fmt: skip
