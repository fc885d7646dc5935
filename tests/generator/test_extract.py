"""What the generator writes: the contract, the same bytes again, and money that adds up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import simple_icd_10_cm as icd10cm

from generator.__main__ import contract_columns


def run(out: Path, root: Path, *arguments: str, **environment: str) -> None:
    """Call the generator as a user does."""
    subprocess.run(
        [sys.executable, "-m", "generator", "--out", str(out), *arguments],
        cwd=root,
        env={**os.environ, **environment},
        check=True,
    )


@pytest.fixture(scope="module")
def demo_files(tmp_path_factory, project_root) -> Path:
    """What the generator writes by default."""
    out = tmp_path_factory.mktemp("extract")
    run(out, project_root, PYTHONHASHSEED="1", TZ="Asia/Tokyo")
    return out


@pytest.fixture(scope="module")
def tables(project_root) -> dict[str, pd.DataFrame]:
    """The committed demo as text."""
    return {
        table: pd.read_csv(
            project_root / "seeds" / "emr" / f"{table}.csv", dtype=str, keep_default_na=False
        )
        for table in contract_columns()
    }


def cents(column: pd.Series) -> pd.Series:
    """Money as whole cents; empty as 0."""
    return column.map(lambda text: int(text.replace(".", "")) if text else 0)


def test_the_committed_demo_is_what_the_generator_writes(demo_files, project_root):
    committed = project_root / "seeds" / "emr"
    names = sorted(path.name for path in demo_files.iterdir())
    assert names == sorted(path.name for path in committed.iterdir())
    different = [n for n in names if (demo_files / n).read_bytes() != (committed / n).read_bytes()]
    assert not different
    assert sum((demo_files / name).stat().st_size for name in names) < 10_000_000


def test_parquet_holds_the_same_as_csv(tmp_path, project_root):
    run(tmp_path / "a", project_root, "--patients", "50", "--seed", "7")
    run(tmp_path / "b", project_root, "--patients", "50", "--seed", "7", "--format", "parquet")
    for table, columns in contract_columns().items():
        as_csv = pd.read_csv(tmp_path / "a" / f"{table}.csv", dtype=str)
        as_parquet = pd.read_parquet(tmp_path / "b" / f"{table}.parquet")
        assert list(as_csv.columns) == list(as_parquet.columns) == columns
        assert as_csv.fillna("").equals(as_parquet.astype(object).fillna("").astype(as_csv.dtypes))


def test_another_seed_gives_other_people(tmp_path, project_root):
    run(tmp_path / "a", project_root, "--patients", "20", "--seed", "1")
    run(tmp_path / "b", project_root, "--patients", "20", "--seed", "2")
    first, second = ((tmp_path / x / "patients.csv").read_bytes() for x in "ab")
    assert first != second


def test_every_reference_is_there(tables):
    for table, column, parent in [
        ("encounters", "patient_id", "patients"),
        ("encounters", "department_id", "departments"),
        ("encounters", "provider_id", "providers"),
        ("encounters", "payer_id", "payers"),
        ("diagnoses", "encounter_id", "encounters"),
        ("procedures", "encounter_id", "encounters"),
        ("vitals", "encounter_id", "encounters"),
        ("charges", "encounter_id", "encounters"),
        ("claims", "encounter_id", "encounters"),
        ("payments", "claim_id", "claims"),
        ("surveys", "encounter_id", "encounters"),
    ]:
        assert set(tables[table][column]) <= set(tables[parent][column]), (table, column)


def test_charges_equal_billed_and_amounts_add_up(tables):
    charges = tables["charges"].assign(cents=cents(tables["charges"]["charge_amount"]))
    claims = tables["claims"]
    charged = charges.groupby("encounter_id")["cents"].sum().reindex(claims["encounter_id"])
    assert (charged.to_numpy() == cents(claims["billed_amount"]).to_numpy()).all()
    decided = claims[claims["claim_status"] != "pending"]
    parts = ["contractual_adjustment", "allowed_amount", "denied_amount"]
    total = sum(cents(decided[part]) for part in parts)
    assert (total == cents(decided["billed_amount"])).all()
    payments = tables["payments"].assign(cents=cents(tables["payments"]["amount"]))
    paid = payments.groupby("claim_id")["cents"].sum()
    allowed = cents(claims.set_index("claim_id")["allowed_amount"])
    assert (paid <= allowed.reindex(paid.index)).all()


def test_every_diagnosis_is_a_code_of_the_current_year(tables):
    codes = set(tables["diagnoses"]["icd10_code"])
    assert not {code for code in codes if not icd10cm.is_valid_item(code)}


def test_stays_do_not_overlap_and_nobody_is_treated_after_death(tables):
    encounters = tables["encounters"].sort_values(["patient_id", "arrived_at"])
    previous = encounters.groupby("patient_id")["discharged_at"].shift()
    assert not (encounters["arrived_at"] < previous.fillna("")).any()
    death = tables["patients"].set_index("patient_id")["death_date"]
    died = encounters["patient_id"].map(death)
    assert not ((died != "") & (encounters["arrived_at"].str[:10] > died)).any()


@pytest.mark.parametrize("arguments", [["--patients", "0"], ["--format", "xml"]])
def test_wrong_arguments_are_one_sentence(project_root, arguments):
    completed = subprocess.run(
        [sys.executable, "-m", "generator", *arguments],
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 2
    assert "Traceback" not in completed.stderr
