"""MIMIC-IV's mapping rules on a hand-made folder, so that every clone proves them.

Four patients, seven admissions, each there for one rule; no row of it is MIMIC's.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import duckdb
import pytest

from tests.mimic.conftest import WHOLE_BUILD, attach_and_run

# An admission whose fields that no rule varies have plain values.
ADMISSION = {
    "deathtime": "",
    "admission_type": "EW EMER.",
    "admit_provider_id": "P1",
    "admission_location": "EMERGENCY ROOM",
    "discharge_location": "HOME",
    "insurance": "Medicare",
    "language": "?",
    "marital_status": "",
    "race": "WHITE",
    "edregtime": "",
    "edouttime": "",
    "hospital_expire_flag": "0",
}

FILES: dict[str, list[dict[str, str]]] = {
    "patients": [
        {"subject_id": "1", "gender": "F", "anchor_age": "60", "anchor_year": "2150", "dod": ""},
        {"subject_id": "2", "gender": "M", "anchor_age": "91", "anchor_year": "2150", "dod": ""},
        {"subject_id": "3", "gender": "M", "anchor_age": "40", "anchor_year": "2150",
         "dod": "2150-07-01"},
        {"subject_id": "4", "gender": "F", "anchor_age": "30", "anchor_year": "2150", "dod": ""},
    ],
    "admissions": [
        # Arrives in the emergency department an hour before admission.
        ADMISSION | {"subject_id": "1", "hadm_id": "11", "admittime": "2150-01-10 10:00:00",
                     "dischtime": "2150-01-15 12:00:00", "edregtime": "2150-01-10 09:00:00",
                     "race": "HISPANIC/LATINO - CUBAN"},
        # Registered after the admission: arrival is the admission. Observation, blank discharge.
        ADMISSION | {"subject_id": "1", "hadm_id": "12", "admittime": "2150-02-01 08:00:00",
                     "dischtime": "2150-02-02 08:00:00", "edregtime": "2150-02-01 09:00:00",
                     "admission_type": "EU OBSERVATION", "discharge_location": "",
                     "insurance": "Medicaid", "race": "BLACK/AFRICAN AMERICAN"},
        # Day of the second admission is also a day of the first: blood pressure goes to the later.
        ADMISSION | {"subject_id": "2", "hadm_id": "21", "admittime": "2150-03-01 08:00:00",
                     "dischtime": "2150-03-05 08:00:00", "admission_type": "ELECTIVE",
                     "admission_location": "INFORMATION NOT AVAILABLE",
                     "discharge_location": "ACUTE HOSPITAL"},
        ADMISSION | {"subject_id": "2", "hadm_id": "22", "admittime": "2150-03-05 18:00:00",
                     "dischtime": "2150-03-09 08:00:00", "admission_type": "DIRECT OBSERVATION",
                     "insurance": "Other", "discharge_location": "SKILLED NURSING FACILITY"},
        # Dies, though the location says otherwise.
        ADMISSION | {"subject_id": "3", "hadm_id": "31", "admittime": "2150-06-20 08:00:00",
                     "dischtime": "2150-07-01 08:00:00", "discharge_location": "REHAB",
                     "hospital_expire_flag": "1"},
        ADMISSION | {"subject_id": "4", "hadm_id": "41", "admittime": "2150-08-01 08:00:00",
                     "dischtime": "2150-08-02 08:00:00",
                     "admission_type": "AMBULATORY OBSERVATION", "race": "UNKNOWN"},
        ADMISSION | {"subject_id": "4", "hadm_id": "42", "admittime": "2150-09-01 08:00:00",
                     "dischtime": "2150-09-02 08:00:00", "admission_type": "OBSERVATION ADMIT",
                     "race": "UNKNOWN"},
    ],
    "services": [
        {"hadm_id": "11", "transfertime": "2150-01-10 10:00:00", "curr_service": "MED"},
        {"hadm_id": "11", "transfertime": "2150-01-12 10:00:00", "curr_service": "CMED"},
        {"hadm_id": "12", "transfertime": "2150-02-01 10:00:00", "curr_service": "MED"},
        {"hadm_id": "21", "transfertime": "2150-03-01 10:00:00", "curr_service": "ORTHO"},
        {"hadm_id": "22", "transfertime": "2150-03-05 20:00:00", "curr_service": "ORTHO"},
        {"hadm_id": "31", "transfertime": "2150-06-20 10:00:00", "curr_service": "OMED"},
    ],
    "transfers": [
        # No service: the last ward that has a department, not the lounge after it.
        {"hadm_id": "41", "intime": "2150-08-01 08:00:00", "careunit": "Emergency Department"},
        {"hadm_id": "41", "intime": "2150-08-01 12:00:00", "careunit": "Psychiatry"},
        {"hadm_id": "41", "intime": "2150-08-02 07:00:00", "careunit": "Discharge Lounge"},
        {"hadm_id": "42", "intime": "2150-09-01 08:00:00", "careunit": "Emergency Department"},
        # A service wins over a later ward.
        {"hadm_id": "11", "intime": "2150-01-14 08:00:00", "careunit": "Psychiatry"},
    ],
    "diagnoses_icd": [
        {"hadm_id": "11", "seq_num": "1", "icd_code": "E1165", "icd_version": "10"},
        {"hadm_id": "11", "seq_num": "2", "icd_code": "I10", "icd_version": "10"},
        {"hadm_id": "21", "seq_num": "1", "icd_code": "82021", "icd_version": "9"},
        {"hadm_id": "21", "seq_num": "2", "icd_code": "E8859", "icd_version": "9"},
        {"hadm_id": "21", "seq_num": "3", "icd_code": "E887", "icd_version": "9"},
        {"hadm_id": "21", "seq_num": "4", "icd_code": "V1582", "icd_version": "9"},
    ],
    "d_icd_diagnoses": [
        {"icd_code": "E1165", "icd_version": "10", "long_title": "Diabetes with hyperglycemia"},
        {"icd_code": "I10", "icd_version": "10", "long_title": "Essential hypertension"},
        {"icd_code": "82021", "icd_version": "9", "long_title": "Closed fracture of femur"},
        {"icd_code": "E8859", "icd_version": "9", "long_title": "Fall on the same level"},
        {"icd_code": "E887", "icd_version": "9", "long_title": "Fracture, cause unspecified"},
    ],
    "hcpcsevents": [
        {"hadm_id": "21", "chartdate": "2150-03-02", "hcpcs_cd": "27236", "seq_num": "1"},
        {"hadm_id": "22", "chartdate": "2150-03-05", "hcpcs_cd": "G0378", "seq_num": "1"},
    ],
    "omr": [
        {"subject_id": "1", "chartdate": "2150-01-10", "seq_num": "1",
         "result_name": "Blood Pressure", "result_value": "150/90"},
        {"subject_id": "1", "chartdate": "2150-01-12", "seq_num": "1",
         "result_name": "Blood Pressure Standing", "result_value": "140/85"},
        # Outside any encounter, not readable, of another kind.
        {"subject_id": "1", "chartdate": "2150-05-01", "seq_num": "1",
         "result_name": "Blood Pressure", "result_value": "120/80"},
        {"subject_id": "1", "chartdate": "2150-01-11", "seq_num": "1",
         "result_name": "Blood Pressure", "result_value": "rejected"},
        {"subject_id": "1", "chartdate": "2150-01-11", "seq_num": "1",
         "result_name": "Weight (Lbs)", "result_value": "150"},
        {"subject_id": "2", "chartdate": "2150-03-05", "seq_num": "1",
         "result_name": "Blood Pressure", "result_value": "130/70"},
    ],
    "labevents": [
        {"labevent_id": "1", "hadm_id": "11", "itemid": "50931", "valuenum": "180.5"},
        # Another unit, no number, no admission, another analyte.
        {"labevent_id": "2", "hadm_id": "11", "itemid": "50931", "valuenum": "9.9",
         "valueuom": "mmol/L"},
        {"labevent_id": "3", "hadm_id": "11", "itemid": "50931", "valuenum": ""},
        {"labevent_id": "4", "hadm_id": "", "itemid": "50931", "valuenum": "100"},
        {"labevent_id": "5", "hadm_id": "11", "itemid": "50912", "valuenum": "1"},
    ],
}  # fmt: skip
for result in FILES["labevents"]:
    result.setdefault("valueuom", "mg/dL")
    result["charttime"] = "2150-01-11 06:00:00"


def write_files(folder: Path, files: dict[str, list[dict[str, str]]]) -> None:
    """The tables as MIMIC-IV delivers them: gzipped CSV."""
    folder.mkdir()
    for name, rows in files.items():
        with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory):
    """A connection to the marts of the hand-made folder."""
    folder = tmp_path_factory.mktemp("mimic-small")
    write_files(folder / "hosp", FILES)
    built = attach_and_run(folder, folder / "hosp", *WHOLE_BUILD)
    assert built.returncode == 0, built.output[-4000:]
    with duckdb.connect(str(folder / "emr.duckdb"), read_only=True) as connection:
        yield connection


def by_key(connection: duckdb.DuckDBPyConnection, sql: str) -> dict:
    """A query's first column to its second."""
    return dict(connection.execute(sql).fetchall())


def test_the_four_observation_types_are_not_inpatient(small):
    assert by_key(small, "select encounter_id, encounter_class from marts.fct_encounters") == {
        "11": "inpatient",
        "12": "observation",
        "21": "inpatient",
        "22": "observation",
        "31": "inpatient",
        "41": "observation",
        "42": "observation",
    }


def test_arrival_is_the_registration_only_where_it_precedes_the_admission(small):
    arrivals = by_key(
        small, "select encounter_id, cast(arrived_at as varchar) from marts.fct_encounters"
    )
    assert arrivals["11"] == "2150-01-10 09:00:00"
    assert arrivals["12"] == "2150-02-01 08:00:00"


def test_department_is_the_last_service_else_the_last_ward(small):
    departments = by_key(
        small,
        "select encounter_id, department_name from marts.fct_encounters "
        "inner join marts.dim_department using (department_key)",
    )
    assert departments["11"] == "Cardiology"
    assert departments["41"] == "Psychiatry"
    assert departments["42"] == "Emergency Medicine"


def test_dispositions(small):
    codes = by_key(
        small,
        "select encounter_id, discharge_disposition_code from marts.fct_encounters "
        "left join marts.dim_discharge_disposition using (discharge_disposition_key)",
    )
    assert codes["11"] == "01"
    assert codes["12"] is None
    assert codes["21"] == "02"
    assert codes["22"] == "03"
    assert codes["31"] == "20"


def test_race_is_that_of_the_latest_admission_and_ethnicity_split_from_it(small):
    races = {
        patient: values
        for patient, *values in small.execute(
            "select patient_id, race, ethnicity from staging.stg_mimic__patients"
        ).fetchall()
    }
    assert races["1"] == ["Black or African American", "Not Hispanic or Latino"]
    assert races["4"] == [None, None]


def test_age_follows_the_anchor_and_is_pooled_over_89(small):
    ages = by_key(small, "select encounter_id, age_at_arrival_years from marts.fct_encounters")
    assert (ages["11"], ages["21"], ages["31"]) == (60, 90, 40)


def test_codes_are_dotted_by_their_version(small):
    codes = by_key(
        small, "select diagnosis_code, code_system from staging.stg_mimic__diagnoses order by 1"
    )
    assert codes == {
        "E11.65": "ICD-10-CM",
        "I10": "ICD-10-CM",
        "820.21": "ICD-9-CM",
        "E885.9": "ICD-9-CM",
        "E887": "ICD-9-CM",
        "V15.82": "ICD-9-CM",
    }


def test_a_code_without_a_title_is_kept(small):
    titles = by_key(small, "select diagnosis_code, short_description from marts.dim_diagnosis")
    assert titles["V15.82"] == "No description"
    assert titles["E885.9"] == "Fall on the same level"


def test_procedures_are_cpt_or_hcpcs_by_their_first_character(small):
    systems = by_key(small, "select procedure_code, code_system from staging.stg_mimic__procedures")
    assert systems == {"27236": "CPT", "G0378": "HCPCS"}


def test_measurements_that_belong_to_an_encounter(small):
    measurements = small.execute(
        "select encounter_id, cast(measured_at as varchar), systolic_bp_mmhg, diastolic_bp_mmhg, "
        "glucose_mg_dl from marts.fct_vitals inner join marts.fct_encounters using (encounter_key) "
        "order by 1, 2"
    ).fetchall()
    assert measurements == [
        ("11", "2150-01-10 09:00:00", 150, 90, None),
        ("11", "2150-01-11 06:00:00", None, None, 181),
        ("11", "2150-01-12 00:00:00", 140, 85, None),
        ("22", "2150-03-05 18:00:00", 130, 70, None),
    ]


def test_values_without_a_mapping_stop_the_build(tmp_path):
    files = {name: [dict(row) for row in rows] for name, rows in FILES.items()}
    for table, column in [
        ("admissions", "admission_type"),
        ("admissions", "admission_location"),
        ("admissions", "discharge_location"),
        ("admissions", "race"),
        ("services", "curr_service"),
    ]:
        files[table][0][column] = "NOT KNOWN TO THIS PROJECT"
    write_files(tmp_path / "hosp", files)
    tests = "+test_name:every_value_is_mapped"
    run = attach_and_run(tmp_path / "run", tmp_path / "hosp", "build", "--select", tests)
    assert run.returncode == 1
    assert run.output.count("Failure in test source_every_value_is_mapped_mimic_") == 5
    assert run.output.count("Got 1 result,") == 5
