"""A build on a server gives the marts that DuckDB gives, and nightly runs equal full ones."""

from __future__ import annotations

import csv
import random
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from emr.server import Server
from tests.conftest import PROJECT_ROOT, DbtRun

DEMO = PROJECT_ROOT / "seeds" / "emr"
NIGHTLY = ("fct_encounters", "fct_diagnoses", "fct_procedures", "fct_vitals", "fct_charges")


def mart(server: Server, name: str, columns: list[str]) -> list[tuple]:
    """The rows of a mart, columns in the order given."""
    rows = server.execute(f"select {', '.join(columns)} from marts.{name}")
    return sorted((tuple(map(plain, row)) for row in rows), key=repr)


def plain(value: object) -> object:
    """A value without what differs between drivers: the zeros behind a number."""
    if isinstance(value, (Decimal, float)):
        return round(float(value), 6)
    return value


def build(pipeline, *arguments: str | Path) -> None:
    """Build on the server; everything must be good."""
    run = pipeline("build", "--target", "sqlserver", *arguments)
    output, _ = run.communicate()
    assert run.returncode == 0, output[-4000:]
    assert "Findings" in output


@pytest.fixture(scope="module")
def expected(demo_build: DbtRun):
    """The demo as DuckDB built it."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    with duckdb.connect(str(demo_build.warehouse), read_only=True) as connection:
        yield connection


def test_the_marts_are_those_of_duckdb(server, pipeline, expected):
    build(pipeline, "--source", "extract", "--data", DEMO)
    names = [
        name
        for (name,) in expected.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    ]
    assert len(names) > 25
    for name in names:
        described = expected.execute(f"describe marts.{name}").fetchall()
        columns = [row[0] for row in described if row[0] != "source_version"]
        rows = expected.execute(f"select {', '.join(columns)} from marts.{name}").fetchall()
        wanted = sorted((tuple(map(plain, row)) for row in rows), key=repr)
        assert mart(server, name, columns) == wanted, name


def test_a_nightly_run_equals_a_full_build(server, pipeline, tmp_path):
    folder = tmp_path / "extract"
    shutil.copytree(DEMO, folder)
    change(folder)
    build(pipeline, "--source", "extract", "--data", folder)
    columns = {
        name: [
            column
            for (column,) in server.execute(
                "select column_name from information_schema.columns "
                f"where table_schema = 'marts' and table_name = '{name}' order by ordinal_position"
            )
        ]
        for name in NIGHTLY
    }
    nightly = {name: mart(server, name, columns[name]) for name in NIGHTLY}
    build(pipeline, "--source", "extract", "--data", folder, "--full-refresh")
    for name in NIGHTLY:
        assert mart(server, name, columns[name]) == nightly[name], name


def change(folder: Path) -> None:
    """Arrivals, corrections and deletions, as a source would deliver them the next night."""
    chance = random.Random(1)
    tables = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    encounters = tables["encounters"]
    gone = {row["encounter_id"] for row in chance.sample(encounters, 20)}
    claims = {row["claim_id"] for row in tables["claims"] if row["encounter_id"] in gone}
    for name, rows in tables.items():
        tables[name] = [
            row
            for row in rows
            if row.get("encounter_id") not in gone and row.get("claim_id") not in claims
        ]
    for row in chance.sample(tables["encounters"], 20):
        row["department_id"] = "D02" if row["department_id"] == "D01" else "D01"
        row["updated_at"] = "2025-06-01 00:00:00"
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
