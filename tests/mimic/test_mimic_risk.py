"""Risk and operations on the real MIMIC-IV demo, by a second route in Python."""

from __future__ import annotations

import datetime
from collections import defaultdict
from pathlib import Path

import polars as pl
import pycomorb
import pytest

from tests.mimic.test_mimic_demo import OBSERVATION, rows, time
from tests.mimic.test_mimic_demo import admissions as admissions
from tests.mimic.test_mimic_demo import mimic as mimic
from tests.mimic.test_mimic_demo import mimic_warehouse as mimic_warehouse
from tests.warehouse.oracle import days, six_months_before

AGE_YEARS = 20  # young enough that the package adds no points for age
URGENT = {"EW EMER.", "DIRECT EMER.", "URGENT", "OBSERVATION ADMIT", "EU OBSERVATION",
          "DIRECT OBSERVATION"}  # fmt: skip


def arrival(row: dict[str, str]) -> datetime.datetime:
    """Registration in the emergency department, or admission where that is earlier."""
    return min(time(row["edregtime"] or row["admittime"]), time(row["admittime"]))


@pytest.fixture(scope="module")
def of_patient(admissions) -> dict[str, list[dict[str, str]]]:
    """Each patient's admissions by arrival."""
    found = defaultdict(list)
    for row in sorted(admissions, key=arrival):
        found[row["subject_id"]].append(row)
    return found


def test_charlson_agrees_with_the_package(mimic, mimic_hosp: Path, of_patient):
    coded = defaultdict(list)
    for row in rows(mimic_hosp, "diagnoses_icd"):
        version = "ICD-10" if row["icd_version"] == "10" else "ICD-9"
        coded[row["hadm_id"]].append((row["icd_code"].strip(), version))
    records = [
        (this["hadm_id"], code, version, AGE_YEARS)
        for found in of_patient.values()
        for this in found
        for other in found
        if other is this
        or (arrival(other) < arrival(this) and days(arrival(other), arrival(this)) <= 365)
        for code, version in coded[other["hadm_id"]]
    ]
    scored = pycomorb.comorbidity(
        score="charlson",
        df=pl.DataFrame(records, schema=["id", "code", "version", "age"], orient="row"),
        icd_version="icd9_10",
        icd_version_col="version",
        implementation="quan",
        weights="charlson",
    )
    expected = dict(zip(scored["id"], scored["Charlson Age-Comorbidity Score"], strict=True))
    actual = dict(
        mimic.execute("select encounter_id, charlson_index from marts.fct_encounters").fetchall()
    )
    assert {k: v for k, v in actual.items() if k in expected} == expected
    assert all(actual[key] == 0 for key in actual.keys() - expected.keys())
    assert max(expected.values()) >= 8


def test_lace_parts_that_hang_on_the_visits(mimic, of_patient):
    expected = {}
    for found in of_patient.values():
        for this in found:
            nights = days(time(this["admittime"]), time(this["dischtime"]))
            start = six_months_before(time(this["admittime"]).date())
            visits = [
                other
                for other in found
                if (other["edouttime"] or other["admission_location"] == "EMERGENCY ROOM")
                and arrival(other) < arrival(this)
                and arrival(other).date() >= start
            ]
            length = [0, 1, 2, 3, 4, 4, 4][nights] if nights < 7 else 5 if nights < 14 else 7
            acuity = 3 if this["admission_type"] in URGENT else 0
            expected[this["hadm_id"]] = (length, acuity, min(4, len(visits)))
    actual = {
        key: parts
        for key, count, *parts in mimic.execute(
            "select encounter_id, encounter_count, lace_length_of_stay_points, "
            "lace_acuity_points, lace_emergency_visit_points "
            "from marts.fct_readmissions inner join marts.fct_encounters "
            "on first_encounter_key = encounter_key"
        ).fetchall()
        if count == 1
    }
    assert len(actual) > 150
    assert {key: tuple(parts) for key, parts in actual.items()} == {
        key: expected[key] for key in actual
    }
    assert {parts[2] for parts in actual.values()} > {0, 1, 2}


def test_boarding_is_the_time_from_admission_to_the_ward(mimic, admissions):
    expected = {}
    for row in admissions:
        minutes = None
        if row["edouttime"]:
            whole = [time(row[k]).replace(second=0) for k in ("admittime", "edouttime")]
            minutes = int((whole[1] - whole[0]).total_seconds() // 60)
        expected[row["hadm_id"]] = minutes if minutes is not None and minutes >= 0 else None
    actual = dict(
        mimic.execute("select encounter_id, boarding_minutes from marts.fct_encounters").fetchall()
    )
    assert actual == expected
    assert sum(value is not None for value in actual.values()) > 50


def test_midnights_in_hospital_are_the_census(mimic, admissions):
    nights = sum(
        days(time(row["admittime"]), time(row["dischtime"]))
        for row in admissions
        if row["admission_type"] not in OBSERVATION
    )
    counted, last = mimic.execute(
        "select sum(midnight_census), max(date_key) from marts.fct_daily_census"
    ).fetchone()
    # the census ends with the last arrival: nights of stays that go on after it are not in it
    after = sum(
        max(0, days(max(time(row["admittime"]), end), time(row["dischtime"])))
        for row in admissions
        if row["admission_type"] not in OBSERVATION
        for end in [datetime.datetime.strptime(str(last), "%Y%m%d") + datetime.timedelta(days=1)]
        if time(row["dischtime"]) >= end
    )
    assert counted == nights - after
