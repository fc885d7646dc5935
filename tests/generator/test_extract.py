"""What the generator writes: the contract, the same bytes again, references and money that hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from generator.contract import SCHEMAS
from tests.generator.conftest import extract, run_generator

SEEDS = (2024, 1, 77)


def digests(folder: Path) -> dict[str, str]:
    """Relative path and digest of every file in a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_committed_demo_is_what_the_generator_writes(tmp_path, project_root):
    run_generator(tmp_path / "extract", PYTHONHASHSEED="1", TZ="Asia/Tokyo")
    committed = project_root / "seeds" / "emr"
    assert digests(tmp_path / "extract") == digests(committed)
    assert sum(path.stat().st_size for path in committed.iterdir()) < 10_000_000


def test_parquet_holds_the_same_as_csv(tmp_path):
    run_generator(tmp_path / "a", "--patients", "200", "--seed", "7")
    run_generator(tmp_path / "b", "--patients", "200", "--seed", "7", "--format", "parquet")
    for table in SCHEMAS:
        as_csv = pd.read_csv(tmp_path / "a" / f"{table}.csv", dtype=str, keep_default_na=False)
        as_parquet = pd.read_parquet(tmp_path / "b" / f"{table}.parquet", dtype_backend="pyarrow")
        for column in as_parquet:
            values = as_parquet[column]
            if str(values.dtype).startswith("timestamp"):
                values = values.dt.floor("s").dt.strftime("%Y-%m-%d %H:%M:%S").str[:19]
            assert values.astype("string").fillna("").tolist() == as_csv[column].tolist(), column


def test_another_seed_gives_other_people():
    assert not extract(1, 100)["patients"].equals(extract(2, 100)["patients"])


@pytest.mark.parametrize("seed", SEEDS)
def test_keys_are_unique_and_references_are_there(seed):
    tables = extract(seed)
    for table, key in {
        "patients": ["patient_id"],
        "encounters": ["encounter_id"],
        "diagnoses": ["encounter_id", "sequence"],
        "procedures": ["encounter_id", "sequence"],
        "vitals": ["vital_id"],
        "charges": ["charge_id"],
        "claims": ["claim_id"],
        "payments": ["payment_id"],
        "surveys": ["survey_id"],
        "providers": ["provider_id"],
    }.items():
        assert not tables[table].duplicated(key).any(), table
        assert tables[table][key].notna().all(axis=None), table
    for table, column, parent in [
        ("departments", "facility_id", "facilities"),
        ("providers", "department_id", "departments"),
        ("encounters", "patient_id", "patients"),
        ("encounters", "department_id", "departments"),
        ("encounters", "provider_id", "providers"),
        ("encounters", "payer_id", "payers"),
        ("diagnoses", "encounter_id", "encounters"),
        ("procedures", "encounter_id", "encounters"),
        ("procedures", "provider_id", "providers"),
        ("vitals", "encounter_id", "encounters"),
        ("charges", "encounter_id", "encounters"),
        ("claims", "encounter_id", "encounters"),
        ("claims", "payer_id", "payers"),
        ("payments", "claim_id", "claims"),
        ("surveys", "encounter_id", "encounters"),
    ]:
        assert set(tables[table][column]) <= set(tables[parent][column]), (table, column)


@pytest.mark.parametrize("seed", SEEDS)
def test_money_adds_up(seed):
    tables = extract(seed)
    claims = tables["claims"]
    charged = tables["charges"].groupby("encounter_id")["charge_amount"].sum()
    assert (charged.reindex(claims["encounter_id"]).to_numpy() == claims["billed_amount"]).all()
    decided = claims[claims["claim_status"] != "pending"]
    parts = decided[["contractual_adjustment", "allowed_amount", "denied_amount"]].sum(axis=1)
    assert (parts == decided["billed_amount"]).all()
    assert (decided["patient_responsibility"] <= decided["allowed_amount"]).all()
    pending = claims[claims["claim_status"] == "pending"]
    assert pending[["allowed_amount", "adjudicated_on", "denied_amount"]].isna().all(axis=None)
    assert (decided["denial_reason"].notna() == (decided["denied_amount"] > 0)).all()
    wholly = decided["claim_status"] == "denied"
    assert (decided.loc[wholly, "allowed_amount"] == 0).all()
    assert (decided["denied_amount"] > 0).sum() > wholly.sum() > 0
    paid = tables["payments"].groupby("claim_id")["amount"].sum()
    allowed = decided.set_index("claim_id")["allowed_amount"].reindex(paid.index)
    assert (paid <= allowed).all()
    # Reversals are rows of their own; no claim is paid less than nothing.
    assert (tables["payments"]["amount"] < 0).any()
    assert (paid >= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_dated_after_the_end_and_what_is_unfinished_is_open(seed):
    tables = extract(seed)
    end = pd.Timestamp("2024-12-31 23:59:59")
    for table, frame in tables.items():
        for column in frame.columns:
            if column.endswith(("_at", "_on", "_date")):
                dates = pd.to_datetime(frame[column])
                assert dates.dropna().le(end).all(), (table, column)
    e = tables["encounters"]
    is_open = e["discharged_at"].isna()
    assert 0 < is_open.sum() < 60
    assert e.loc[is_open, "discharge_disposition"].isna().all()
    assert not tables["claims"]["encounter_id"].isin(e.loc[is_open, "encounter_id"]).any()
    assert (tables["claims"]["claim_status"] == "pending").sum() > 0
