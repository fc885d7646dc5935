"""Clinical coherence: nobody has, gets or is what a hospital would not believe."""

from __future__ import annotations

import pandas as pd
import pytest
import simple_icd_10_cm as icd10cm

from generator.catalogue import load_catalogue
from tests.generator.conftest import extract
from tests.generator.findings import encounters_of

SEEDS = (2024, 3, 4, 5)

pytestmark = pytest.mark.parametrize("seed", SEEDS)


def coded(seed: int) -> pd.DataFrame:
    """Diagnosis rows with their encounter."""
    tables = extract(seed)
    return tables["diagnoses"].merge(encounters_of(tables), on="encounter_id")


def test_codes_are_billable_codes_of_the_current_year(seed):
    codes = set(extract(seed)["diagnoses"]["icd10_code"])
    assert not {c for c in codes if not icd10cm.is_valid_item(c) or not icd10cm.is_leaf(c)}


def test_diagnoses_fit_the_sex(seed):
    rows = coded(seed)
    male = rows["icd10_code"].str.startswith(("C61", "N40"))
    female = rows["icd10_code"].str.startswith(("C50", "O", "N80", "N93", "D25", "Z34", "Z39"))
    assert male.any()
    assert set(rows.loc[male, "sex"]) == {"M"}
    assert set(rows.loc[female, "sex"]) == {"F"}


def test_pregnancies_are_of_women_of_that_age_and_in_order(seed):
    rows = coded(seed)
    pregnant = rows[rows["icd10_code"].str.startswith(("O", "Z34", "Z3A", "Z37", "Z39"))]
    assert pregnant["age"].between(15, 49).all()
    births = rows[rows["icd10_code"].str.startswith("Z37")].sort_values(
        ["patient_id", "arrived_at"]
    )
    apart = births.groupby("patient_id")["arrived_at"].diff().dropna()
    assert (apart >= pd.Timedelta(days=250)).all()
    weeks = rows[rows["icd10_code"].str.startswith("Z3A")].copy()
    weeks["began"] = weeks["arrived_at"] - pd.to_timedelta(
        weeks["icd10_code"].str[4:].astype(int) * 7, unit="D"
    )
    # All visits of one pregnancy agree on when it began, within three weeks.
    weeks = weeks.sort_values(["patient_id", "began"])
    step = weeks.groupby("patient_id")["began"].diff().dropna()
    assert ((step < pd.Timedelta(days=22)) | (step > pd.Timedelta(days=200))).all()


def test_children_are_in_pediatrics_and_pediatrics_has_only_children(seed):
    e = encounters_of(extract(seed))
    of_children = e[e["age"] < 15]["department_name"]
    assert set(of_children) == {"Pediatrics"}
    assert e.loc[e["department_name"] == "Pediatrics", "age"].max() < 18


def test_newborns_begin_with_their_birth(seed):
    tables = extract(seed)
    e = encounters_of(tables).sort_values("arrived_at")
    born = e[e["admission_type"] == "newborn"]
    assert len(born) > 30
    first = e.groupby("patient_id")["arrived_at"].first()
    assert (first.reindex(born["patient_id"]).to_numpy() == born["arrived_at"]).all()
    assert (born["arrived_at"].dt.strftime("%Y-%m-%d") == born["birth_date"].astype(str)).all()


def test_nobody_is_treated_before_birth_or_after_death(seed):
    tables = extract(seed)
    e = tables["encounters"].merge(tables["patients"], on="patient_id")
    arrived = pd.to_datetime(e["arrived_at"]).dt.normalize()
    assert (arrived >= pd.to_datetime(e["birth_date"])).all()
    died = pd.to_datetime(e["death_date"])
    assert not (arrived > died).any()
    in_hospital = e["discharge_disposition"] == "20"
    assert in_hospital.any()
    discharged = pd.to_datetime(e["discharged_at"]).dt.normalize()
    assert (discharged[in_hospital] == died[in_hospital]).all()
    assert (died.notna() & ~in_hospital).any()


def test_encounters_of_a_patient_do_not_overlap(seed):
    e = encounters_of(extract(seed)).sort_values(["patient_id", "arrived_at"])
    before = e.groupby("patient_id")["discharged_at"].shift()
    assert not (e["arrived_at"] < before).any()


def test_times_of_an_encounter_are_in_order(seed):
    e = encounters_of(extract(seed))
    assert (
        e["first_seen_at"].dropna() > e.loc[e["first_seen_at"].notna(), "arrived_at"]
    ).mean() > 0.9
    for earlier, later in [
        ("arrived_at", "first_seen_at"),
        ("first_seen_at", "admitted_at"),
        ("admitted_at", "discharged_at"),
        ("arrived_at", "discharged_at"),
    ]:
        assert not (e[later] < e[earlier]).any(), (earlier, later)


def test_transfers_arrive_at_the_other_site_within_a_day(seed):
    e = encounters_of(extract(seed)).sort_values(["patient_id", "arrived_at"])
    e["before_facility"] = e.groupby("patient_id")["facility_id"].shift()
    e["before_end"] = e.groupby("patient_id")["discharged_at"].shift()
    e["before_disposition"] = e.groupby("patient_id")["discharge_disposition"].shift()
    came = e[e["admission_source"] == "Transfer from Hospital"]
    assert len(came) > 5
    assert (came["before_disposition"] == "02").all()
    assert (came["before_facility"] != came["facility_id"]).all()
    assert (came["arrived_at"] - came["before_end"] < pd.Timedelta(days=1)).all()


def test_events_lie_within_their_encounter(seed):
    tables = extract(seed)
    e = tables["encounters"][["encounter_id", "arrived_at", "discharged_at"]]
    for table, column in [("procedures", "performed_at"), ("vitals", "measured_at")]:
        rows = tables[table].merge(e, on="encounter_id")
        assert (rows[column] >= rows["arrived_at"]).all(), table
        assert not (rows[column] > rows["discharged_at"]).any(), table
    rows = tables["charges"].merge(e, on="encounter_id")
    day = pd.to_datetime(rows["service_date"])
    assert (day >= rows["arrived_at"].dt.normalize()).all()
    assert not (day > rows["discharged_at"].dt.normalize()).any()


def test_procedures_fit_the_principal_diagnosis(seed):
    tables = extract(seed)
    catalogue = load_catalogue()
    allowed: dict[str, set[str]] = {}
    for items in catalogue.profiles.values():
        for item in items:
            allowed.setdefault(item.code, set()).update(item.procedures)
    visits = {code for mix in catalogue.visit_procedures.values() for code in mix}
    principal = tables["diagnoses"].query("sequence == 1").set_index("encounter_id")["icd10_code"]
    rows = tables["procedures"]
    code_of = rows["encounter_id"].map(principal)
    wrong = [
        (code, done)
        for code, done in zip(code_of, rows["procedure_code"], strict=True)
        if done not in visits and done not in allowed[code]
    ]
    assert not wrong


def test_once_in_a_life_happens_once(seed):
    rows = coded(seed)
    once = {
        (item.code, kind)
        for items in load_catalogue().profiles.values()
        for item in items
        if item.once
        for kind in item.classes
    }
    principal = rows[rows["sequence"] == 1].sort_values(["patient_id", "arrived_at"])
    pairs = zip(principal["icd10_code"], principal["encounter_class"], strict=True)
    done = pd.Series([pair in once for pair in pairs], index=principal.index)
    assert done.any()
    # After it, the patient does not come with that diagnosis again.
    person = [principal["patient_id"], principal["icd10_code"]]
    earlier = done.groupby(person).cumsum() - done
    assert not (earlier > 0).any()


def test_who_left_without_being_seen_has_no_record_of_care(seed):
    tables = extract(seed)
    e = tables["encounters"]
    left = e[e["discharge_disposition"] == "LWBS"]
    assert len(left) > 10
    assert left["first_seen_at"].isna().all()
    for table in ("diagnoses", "procedures", "vitals", "charges", "claims", "surveys"):
        assert not tables[table]["encounter_id"].isin(left["encounter_id"]).any(), table


def test_an_encounter_was_updated_after_all_that_belongs_to_it(seed):
    tables = extract(seed)
    encounters = tables["encounters"].set_index("encounter_id")
    updated = pd.to_datetime(encounters["updated_at"])
    claims = tables["claims"].set_index("claim_id")["encounter_id"]
    payments = tables["payments"]
    payments = payments.assign(encounter_id=payments["claim_id"].map(claims))
    for rows, columns in (
        (tables["charges"], ["service_date"]),
        (tables["claims"], ["submitted_on", "adjudicated_on"]),
        (payments, ["posted_on"]),
        (tables["surveys"], ["sent_on", "returned_on"]),
    ):
        for column in columns:
            happened = pd.to_datetime(rows[column])
            assert (
                happened.isna() | (rows["encounter_id"].map(updated).dt.normalize() >= happened)
            ).all(), column
