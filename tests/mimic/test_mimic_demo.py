"""The marts on the real MIMIC-IV demo against figures computed from its files in plain Python."""

from __future__ import annotations

import csv
import datetime
import gzip
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from tests.mimic.conftest import WHOLE_BUILD, attach_and_run

OBSERVATION = {
    "AMBULATORY OBSERVATION",
    "DIRECT OBSERVATION",
    "EU OBSERVATION",
    "OBSERVATION ADMIT",
}


def rows(hosp: Path, table: str) -> list[dict[str, str]]:
    """A file of MIMIC-IV."""
    with gzip.open(hosp / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def time(text: str) -> datetime.datetime:
    """A time of MIMIC-IV."""
    return datetime.datetime.fromisoformat(text)


@pytest.fixture(scope="session")
def mimic_warehouse(mimic_hosp: Path, shared_folder: Path) -> Path:
    """The marts of the MIMIC-IV demo, built once with all dbt tests of data."""
    folder = shared_folder / "mimic"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            built = attach_and_run(folder, mimic_hosp, *WHOLE_BUILD)
            assert built.returncode == 0, built.output[-4000:]
            (folder / "done").touch()
    return folder / "emr.duckdb"


@pytest.fixture
def mimic(mimic_warehouse: Path):
    """A read-only connection to the marts of the MIMIC-IV demo."""
    with duckdb.connect(str(mimic_warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def admissions(mimic_hosp: Path) -> list[dict[str, str]]:
    """The admissions of the demo."""
    return rows(mimic_hosp, "admissions")


def one(connection: duckdb.DuckDBPyConnection, sql: str):
    """The single value of a query."""
    return connection.execute(sql).fetchone()[0]


def test_known_figures(mimic, admissions):
    assert len(admissions) == one(mimic, "select count(*) from marts.fct_encounters") == 275
    patients = {row["subject_id"] for row in admissions}
    assert len(patients) == 100
    assert one(mimic, "select count(distinct patient_key) from marts.fct_encounters") == 100
    assert one(mimic, "select count(*) from marts.dim_patient where patient_key <> -1") == 100
    deaths = one(mimic, "select sum(is_in_hospital_death) from marts.fct_encounters")
    assert deaths == sum(int(row["hospital_expire_flag"]) for row in admissions) == 15


def returns_by_second_route(admissions: list[dict[str, str]], window: int) -> tuple[int, int]:
    """Admissions discharged alive, and how many of them return within the window, no exclusions.

    The next admission of the patient, of any kind, begins at most `window` days after discharge,
    counted in elapsed time.
    """
    alive = returned = 0
    by_patient: dict[str, list[dict[str, str]]] = {}
    for row in admissions:
        by_patient.setdefault(row["subject_id"], []).append(row)
    for stays in by_patient.values():
        stays.sort(key=lambda row: time(row["admittime"]))
        for row, following in zip(stays, [*stays[1:], None], strict=True):
            if row["hospital_expire_flag"] == "1":
                continue
            alive += 1
            if following is not None:
                gap = time(following["admittime"]) - time(row["dischtime"])
                returned += gap <= datetime.timedelta(days=window)
    return alive, returned


@pytest.mark.parametrize(("window", "known"), [(30, 53), (60, 71)])
def test_known_returns_counting_every_admission(mimic, admissions, window, known):
    assert returns_by_second_route(admissions, window) == (260, known)
    alive, returned = mimic.execute(
        f"""
        with ordered as (
            select is_in_hospital_death, discharged_at,
                lead(admitted_at) over (partition by patient_key order by admitted_at) as next_at
            from marts.fct_encounters
        )
        select count(*), count(*) filter (next_at <= discharged_at + interval {window} day)
        from ordered where is_in_hospital_death = 0
        """
    ).fetchone()
    assert (alive, returned) == (260, known)


def test_classes_and_dispositions(mimic, admissions):
    observation = sum(row["admission_type"] in OBSERVATION for row in admissions)
    classes = dict(
        mimic.execute(
            "select encounter_class, count(*) from marts.fct_encounters group by 1"
        ).fetchall()
    )
    assert classes == {"observation": observation, "inpatient": 275 - observation}
    expected = Counter(
        "DIED" if row["hospital_expire_flag"] == "1" else row["discharge_location"]
        for row in admissions
    )
    codes = dict(
        mimic.execute(
            "select d.discharge_disposition_code, count(*) from marts.fct_encounters "
            "inner join marts.dim_discharge_disposition as d using (discharge_disposition_key) "
            "group by 1"
        ).fetchall()
    )
    for location, code in {
        "DIED": "20", "HOME": "01", "HOME HEALTH CARE": "06", "SKILLED NURSING FACILITY": "03",
        "REHAB": "62", "AGAINST ADVICE": "07", "HOSPICE": "50", "ACUTE HOSPITAL": "02", "": None,
    }.items():  # fmt: skip
        assert codes[code] == expected[location], location


def test_arrival_is_the_registration_in_the_emergency_department(mimic, admissions):
    expected = {
        row["hadm_id"]: min(time(row["edregtime"] or row["admittime"]), time(row["admittime"]))
        for row in admissions
    }
    actual = dict(
        mimic.execute("select encounter_id, arrived_at from marts.fct_encounters").fetchall()
    )
    assert actual == expected


def test_age_is_the_years_since_the_anchor(mimic, mimic_hosp, admissions):
    anchors = {
        row["subject_id"]: int(row["anchor_year"]) - int(row["anchor_age"])
        for row in rows(mimic_hosp, "patients")
    }
    expected = {}
    for row in admissions:
        arrival = min(time(row["edregtime"] or row["admittime"]), time(row["admittime"]))
        expected[row["hadm_id"]] = min(90, arrival.year - anchors[row["subject_id"]])
    actual = dict(
        mimic.execute(
            "select encounter_id, age_at_arrival_years from marts.fct_encounters"
        ).fetchall()
    )
    assert actual == expected


def test_department_is_the_last_service(mimic, mimic_hosp):
    last: dict[str, tuple[str, str]] = {}
    for row in rows(mimic_hosp, "services"):
        last[row["hadm_id"]] = max(
            last.get(row["hadm_id"], ("", "")), (row["transfertime"], row["curr_service"])
        )
    actual = dict(
        mimic.execute(
            "select encounter_id, department_id from marts.fct_encounters "
            "inner join marts.dim_department using (department_key)"
        ).fetchall()
    )
    assert actual == {hadm: service for hadm, (_, service) in last.items()}


def test_payers(mimic, admissions):
    actual = dict(
        mimic.execute(
            "select payer_id, count(*) from marts.fct_encounters "
            "inner join marts.dim_payer using (payer_key) group by 1"
        ).fetchall()
    )
    assert actual == {k.upper(): n for k, n in Counter(r["insurance"] for r in admissions).items()}


def test_diagnoses_keep_their_code_system(mimic, mimic_hosp):
    expected = Counter(row["icd_version"] for row in rows(mimic_hosp, "diagnoses_icd"))
    actual = dict(
        mimic.execute(
            "select code_system, count(*) from marts.fct_diagnoses "
            "inner join marts.dim_diagnosis using (diagnosis_key) group by 1"
        ).fetchall()
    )
    assert actual == {"ICD-10-CM": expected["10"], "ICD-9-CM": expected["9"]}
    undescribed = one(
        mimic, "select count(*) from marts.dim_diagnosis where short_description = 'No description'"
    )
    assert undescribed == 0


def test_procedures(mimic, mimic_hosp):
    assert one(mimic, "select count(*) from marts.fct_procedures") == len(
        rows(mimic_hosp, "hcpcsevents")
    )


def test_glucose_of_blood_within_admissions(mimic, mimic_hosp):
    expected = sorted(
        int(float(row["valuenum"]) + 0.5)
        for row in rows(mimic_hosp, "labevents")
        if row["itemid"] in {"50931", "50809"} and row["hadm_id"] and row["valuenum"]
    )
    actual = [
        value
        for (value,) in mimic.execute(
            "select glucose_mg_dl from marts.fct_vitals where glucose_mg_dl is not null order by 1"
        ).fetchall()
    ]
    assert actual == expected


def test_blood_pressure_of_days_within_admissions(mimic, mimic_hosp, admissions):
    days = [
        (
            row["subject_id"],
            min(row["edregtime"] or row["admittime"], row["admittime"])[:10],
            row["dischtime"][:10],
        )
        for row in admissions
    ]
    expected = sorted(
        tuple(int(part) for part in row["result_value"].split("/"))
        for row in rows(mimic_hosp, "omr")
        if row["result_name"].startswith("Blood Pressure")
        and any(s == row["subject_id"] and a <= row["chartdate"] <= b for s, a, b in days)
    )
    actual = mimic.execute(
        "select systolic_bp_mmhg, diastolic_bp_mmhg from marts.fct_vitals "
        "where systolic_bp_mmhg is not null order by all"
    ).fetchall()
    assert expected
    assert actual == expected


def test_what_mimic_does_not_have_is_empty(mimic):
    for fact in ("fct_charges", "fct_revenue", "fct_satisfaction"):
        assert one(mimic, f"select count(*) from marts.{fact}") == 0


def test_the_calendar_follows_the_shifted_dates(mimic):
    first, last = mimic.execute(
        "select min(calendar_year), max(calendar_year) from marts.dim_date"
    ).fetchone()
    assert 2110 <= first < last <= 2210
