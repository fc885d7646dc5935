"""Random patient histories that crowd around the bounds of the rules.

One builder for two uses: hypothesis picks (and shrinks what fails), or a random generator picks
(and makes thousands of patients at once). `pick(options)` gives one of the options.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

Pick = Callable[[Sequence[Any]], Any]
Row = dict[str, str | None]

DEPARTMENTS = {"D1": "F1", "D2": "F1", "D3": "F2"}
BEDS = {"D1": "10", "D2": "0", "D3": ""}
PAYERS = {"P1": "Private", "P2": "Medicare", "P3": "Uninsured"}
# From one encounter's end to the next one's start, in days: around every window.
GAPS = (
    -2,
    -1,
    0,
    0,
    0,
    1,
    1,
    2,
    3,
    6,
    7,
    8,
    29,
    30,
    31,
    59,
    60,
    61,
    90,
    91,
    181,
    184,
    364,
    365,
    366,
)
NIGHTS = (0, 1, 2, 3, 4, 6, 7, 13, 14)
MINUTES = (0, 1, 479, 480, 600, 601, 1438, 1439)
CLASSES = ("inpatient",) * 5 + ("emergency",) * 3 + ("observation", "outpatient")
DISPOSITIONS = ("01",) * 5 + ("02", "07", "20", "06", "03", "09", "1", "66", "81", "", "LWBS")
ADMISSION_TYPES = ("elective", "urgent", "emergency", "trauma", "newborn", "")
SOURCES = ("Physician Referral", "Emergency Room", "EMERGENCY ROOM", "Transfer from Hospital", "")
DIAGNOSES = (
    "E11.9", "E119", "E11.65", "E11.22", "I50.9", "I21.4", "I25.2", "I63.9", "J44.9", "N18.3",
    "N18.6", "Z99.2", "K70.30", "K72.10", "B18.2", "C50.911", "C78.7", "F03.90", "M05.9", "B20",
    "K25.9", "G81.90", "I13.11", "I13.0", "F32.9", "Z51.11", "Z51.89", "S72.001A", "M17.11",
    "A41.9", "Z00.0", "I10",
)  # fmt: skip
PROCEDURES = ("50360", "27447", "93458", "71046", "27236", "96413")
FIRST_DAYS = (datetime.date(2023, 1, 1), datetime.date(2023, 2, 27), datetime.date(2023, 8, 31))
AGES = (0, 17, 18, 40, 44, 64, 65, 80, 91)


def text(moment: datetime.datetime | datetime.date | None) -> str | None:
    """A raw field."""
    return None if moment is None else str(moment)


def history(pick: Pick, number: int, tables: dict[str, list[Row]]) -> None:
    """Add one patient with up to seven encounters, their codes, claims and payments."""
    patient_id = f"P{number:06d}"
    day = pick(FIRST_DAYS)
    born = day.replace(year=day.year - pick(AGES)) + datetime.timedelta(days=pick((-1, 0, 1, 200)))
    # later visits may lie up to twelve days before the first
    born = min(born, day - datetime.timedelta(days=14))
    tables["patients"].append(
        {"patient_id": patient_id, "birth_date": text(born), "sex": "F", "zip_code": "02139"}
    )
    for visit in range(pick((1, 1, 2, 3, 4, 5, 7))):
        day = encounter(pick, f"{patient_id}-{visit}", patient_id, day, tables)
        day += datetime.timedelta(days=pick(GAPS))


def encounter(
    pick: Pick, key: str, patient_id: str, day: datetime.date, tables: dict[str, list[Row]]
) -> datetime.date:
    """Add an encounter that arrives on `day` with all that hangs on it.

    Returns:
        The day on which it ended.
    """
    midnight = datetime.datetime.combine(day, datetime.time())
    arrived = midnight + datetime.timedelta(minutes=pick(MINUTES))
    kind = pick(CLASSES)
    stays = kind in ("inpatient", "observation")
    admitted = arrived + datetime.timedelta(minutes=pick((0, 0, 90, 600))) if stays else None
    last_day = midnight + datetime.timedelta(days=pick(NIGHTS) if stays else pick((0, 0, 1)))
    ends = max(last_day + datetime.timedelta(minutes=pick(MINUTES)), admitted or arrived)
    left = pick((None, None, -1, 0, 95)) if stays else None
    is_open = pick((False,) * 19 + (True,))
    tables["encounters"].append(
        {
            "encounter_id": key,
            "patient_id": patient_id,
            "department_id": pick(("D1", "D1", "D2", "D3", None)),
            "payer_id": pick(tuple(PAYERS)),
            "encounter_class": kind,
            "admission_type": pick(ADMISSION_TYPES),
            "admission_source": pick(SOURCES),
            "arrived_at": text(arrived),
            "admitted_at": text(admitted) if pick((True, True, False)) else None,
            "emergency_departed_at": (
                text(admitted + datetime.timedelta(minutes=left)) if left is not None else None
            ),
            "discharged_at": None if is_open else text(ends),
            "discharge_disposition": None if is_open else pick(DISPOSITIONS),
            "readmission_indicator": pick(("Y", "N", None)),
        }
    )
    for sequence in range(1, 1 + pick((0, 1, 1, 2, 3, 4))):
        tables["diagnoses"].append(
            {
                "encounter_id": key,
                "sequence": str(sequence),
                "icd10_code": pick(DIAGNOSES),
                "present_on_admission": "Y",
            }
        )
    for sequence in range(1, 1 + pick((0, 0, 1, 2))):
        tables["procedures"].append(
            {
                "encounter_id": key,
                "sequence": str(sequence),
                "procedure_code": pick(PROCEDURES),
                "code_system": "CPT",
                "performed_at": text(arrived),
            }
        )
    for claim in range(pick((0, 1, 1, 2))):
        claim_of(pick, f"{key}-C{claim}", key, ends.date(), tables)
    return ends.date()


def claim_of(
    pick: Pick, claim_id: str, encounter_id: str, ended: datetime.date, tables: dict[str, list[Row]]
) -> None:
    """Add a claim whose parts add up, and payments that may not."""
    submitted = ended + datetime.timedelta(days=pick((0, 3, 30)))
    status = pick(("paid", "paid", "denied", "pending"))
    billed = pick((10000, 123456, 99999))
    contractual = billed * pick((0, 40)) // 100 if status == "paid" else 0
    denied = {"paid": pick((0, 0, 1234)), "denied": billed, "pending": 0}[status]
    allowed = billed - contractual - denied
    own = allowed * pick((0, 10, 100)) // 100
    adjudicated = submitted + datetime.timedelta(days=pick((5, 29, 30, 31, 60, 90, 120)))
    pending = status == "pending"

    def money(cents: int) -> str:
        return f"{cents / 100:.2f}"

    tables["claims"].append(
        {
            "claim_id": claim_id,
            "encounter_id": encounter_id,
            "payer_id": "P1",
            "submitted_on": text(submitted),
            "adjudicated_on": None if pending else text(adjudicated),
            "claim_status": status,
            "billed_amount": money(billed),
            "contractual_adjustment": None if pending else money(contractual),
            "allowed_amount": None if pending else money(allowed),
            "denied_amount": None if pending else money(denied),
            "patient_responsibility": None if pending else money(own),
        }
    )
    for payment in range(0 if pending else pick((0, 1, 1, 2, 3))):
        tables["payments"].append(
            {
                "payment_id": f"{claim_id}-{payment}",
                "claim_id": claim_id,
                "posted_on": text(adjudicated + datetime.timedelta(days=pick((0, 1, 45)))),
                "paid_by": pick(("payer", "patient")),
                "amount": money(pick((allowed - own, own, 100, -100))),
            }
        )


def extract(pick: Pick, patients: int) -> dict[str, list[Row]]:
    """An extract of so many patients."""
    tables: dict[str, list[Row]] = {
        "facilities": [{"facility_id": f} for f in ("F1", "F2")],
        "departments": [
            {
                "department_id": key,
                "department_name": key,
                "facility_id": site,
                "staffed_beds": BEDS[key],
            }
            for key, site in DEPARTMENTS.items()
        ],
        "payers": [
            {"payer_id": key, "payer_name": key, "payer_category": kind}
            for key, kind in PAYERS.items()
        ],
        **{n: [] for n in ("patients", "encounters", "diagnoses", "procedures", "claims")},
        "payments": [],
    }
    for number in range(patients):
        history(pick, number, tables)
    return tables
