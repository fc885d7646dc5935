"""fct_readmissions against a second calculation in plain Python, from the raw CSV files.

Written from the published definitions, patient by patient with ordinary loops, so that it shares
nothing with the SQL but the definitions.
"""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import pandas as pd
import pytest

WINDOWS = (7, 30, 60, 90)
DIED = {"20", "40", "41", "42"}
TRANSFER = {"02", "05", "43", "66", "82", "85", "88", "94"}
AGAINST_ADVICE = {"07"}


def stay_key(encounter_id: str) -> int:
    """The first 63 bits of the MD5 of the source key."""
    return int.from_bytes(hashlib.md5(encounter_id.encode()).digest()[:8], "big") & (2**63 - 1)


def read(folder: Path, table: str) -> pd.DataFrame:
    """A raw table as text, with empty strings for what is missing."""
    return pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)


def stitched(encounters: list[dict]) -> list[list[dict]]:
    """A patient's inpatient encounters, grouped into acute stays."""
    stays: list[list[dict]] = []
    latest: dict | None = None
    for this in sorted(encounters, key=lambda e: (e["admitted"], e["discharged"], e["id"])):
        joins = False
        if latest is not None:
            gap = (this["admitted"].date() - latest["discharged"].date()).days
            other_site = this["facility"] != latest["facility"]
            joins = (
                this["admitted"] < latest["discharged"]
                or (gap <= 1 and (latest["disposition"] in TRANSFER or other_site))
                or (
                    gap == 0
                    and not other_site
                    and this["category"] is not None
                    and this["category"] == latest["category"]
                )
            )
        if joins:
            stays[-1].append(this)
        else:
            stays.append([this])
        if latest is None or (this["discharged"], this["admitted"], this["id"]) > (
            latest["discharged"],
            latest["admitted"],
            latest["id"],
        ):
            latest = this
    return stays


def expected_stays(folder: Path) -> dict[int, dict]:
    """Every acute stay of an extract with its index flags and readmissions."""
    encounters = read(folder, "encounters")
    facility = read(folder, "departments").set_index("department_id")["facility_id"].to_dict()
    diagnoses = read(folder, "diagnoses")
    principal = diagnoses[diagnoses["sequence"] == "1"].set_index("encounter_id")["icd10_code"]
    category = {key: code.replace(".", "")[:3] for key, code in principal.items()}
    data_end = pd.to_datetime(encounters["arrived_at"]).max().date()

    by_patient: dict[str, list[dict]] = {}
    for row in encounters.to_dict("records"):
        if row["encounter_class"] != "inpatient" or not row["discharged_at"]:
            continue
        by_patient.setdefault(row["patient_id"], []).append(
            {
                "id": row["encounter_id"],
                "admitted": datetime.datetime.fromisoformat(row["admitted_at"]),
                "discharged": datetime.datetime.fromisoformat(row["discharged_at"]),
                "disposition": row["discharge_disposition"],
                "facility": facility[row["department_id"]],
                "category": category.get(row["encounter_id"]),
            }
        )

    result: dict[int, dict] = {}
    for patient_encounters in by_patient.values():
        stays = stitched(patient_encounters)
        for position, stay in enumerate(stays):
            last = max(stay, key=lambda e: (e["discharged"], e["admitted"], e["id"]))
            following = stays[position + 1][0] if position + 1 < len(stays) else None
            gap = (
                (following["admitted"].date() - last["discharged"].date()).days
                if following
                else None
            )
            expected = {
                "encounter_count": len(stay),
                "length_of_stay_days": max(
                    1, (last["discharged"].date() - stay[0]["admitted"].date()).days
                ),
            }
            for window in WINDOWS:
                reason = None
                if last["disposition"] in DIED:
                    reason = "Died"
                elif last["disposition"] in AGAINST_ADVICE:
                    reason = "Left against medical advice"
                elif last["disposition"] in TRANSFER:
                    reason = "Transferred to another acute hospital"
                elif (data_end - last["discharged"].date()).days < window:
                    reason = "Follow-up incomplete"
                expected[f"index_exclusion_reason_{window}_days"] = reason
                expected[f"is_readmitted_{window}_days"] = (
                    None if reason else int(gap is not None and gap <= window)
                )
            result[stay_key(stay[0]["id"])] = expected
    return result


@pytest.fixture(scope="module")
def oracle(project_root: Path) -> dict[int, dict]:
    """The expected stays of the committed demo."""
    return expected_stays(project_root / "seeds" / "emr")


def test_every_stay_of_the_demo_agrees_with_the_oracle(demo, oracle):
    columns = list(next(iter(oracle.values())))
    rows = demo.execute(
        f"select stay_key, {', '.join(columns)} from marts.fct_readmissions"
    ).fetchall()
    actual = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}
    assert len(actual) == len(oracle)
    different = {
        key: (actual.get(key), oracle[key]) for key in oracle if actual.get(key) != oracle[key]
    }
    assert not different, list(different.items())[:3]


def test_the_demo_exercises_every_branch(oracle):
    """An oracle on data without transfers or exclusions would prove nothing."""
    reasons = {stay["index_exclusion_reason_30_days"] for stay in oracle.values()}
    assert reasons == {
        None,
        "Died",
        "Left against medical advice",
        "Transferred to another acute hospital",
        "Follow-up incomplete",
    }
    assert any(stay["encounter_count"] > 1 for stay in oracle.values())
    assert {stay["is_readmitted_30_days"] for stay in oracle.values()} == {None, 0, 1}
