"""A small hospital whose every identifier is a marker, built as a user would build it."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import generate, load_scenario
from tests.conftest import PROJECT_ROOT

PATIENTS = 150
# What stands in each field that identifies a person. The word zqxmark occurs nowhere else.
MARKERS = {
    "patients": {
        "first_name": "ZqxmarkFirst",
        "last_name": "ZqxmarkLast",
        "birth_date": "1931-07-19",
        "address_line": "7 Zqxmark Street",
        "city": "Zqxmark City",
        "zip_code": "98765-4321",
        "phone": "555-ZQXMARK",
        "email": "zqxmark@example.org",
    },
    "providers": {"provider_name": "Dr. Zqxmark"},
}
# Marks a medical record number, in front of what the generator made.
RECORD_NUMBER = "ZQXMARKMRN"


def write_marked_extract(folder: Path, seed: int, broken: bool = False) -> Path:
    """An extract of CSV files in which every identifier is a marker.

    Some birth dates cannot be read and some codes are unknown, so that quarantine has something to
    tell; where `broken`, so much is wrong that a build must stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in generate(load_scenario(), PATIENTS, seed).items():
        rows = table.to_pylist()
        for number, row in enumerate(rows):
            row |= MARKERS.get(name, {})
            if "patient_id" in row:
                row["patient_id"] = RECORD_NUMBER + row["patient_id"]
            if name == "patients" and number < 3:
                row |= [
                    {"birth_date": "ZQXMARK 1931"},
                    {"birth_date": "19.07.1931"},
                    {"sex": "Q", "phone": "ZQXMARK" * 20},
                ][number]
            if name == "surveys" and number < 3:
                row["encounter_id"] = f"{RECORD_NUMBER}-{number}"
            if broken and name == "encounters" and number % 2:
                row["patient_id"] = f"{RECORD_NUMBER}-nobody"
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=table.column_names)
            writer.writeheader()
            writer.writerows(rows)
    return folder


@dataclass(frozen=True)
class Hospital:
    """A clone of the project in which builds run, and what the first of them said."""

    project: Path
    first_build: subprocess.CompletedProcess

    @property
    def warehouse(self) -> Path:
        """The published warehouse."""
        return self.project / "warehouse" / "emr.duckdb"

    def command(self, data: Path) -> list[str]:
        """The build of an extract."""
        return [
            *(sys.executable, "-m", "pipeline", "build", "--offline"),
            *("--source", "extract", "--data", str(data)),
        ]

    def build(self, data: Path, **environment: str) -> subprocess.CompletedProcess:
        """Build an extract and wait for the end."""
        return subprocess.run(
            self.command(data),
            cwd=self.project,
            env={**os.environ, "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """A clone with one build of the marked extract."""
    project = tmp_path_factory.mktemp("hospital") / "project"
    shutil.copytree(
        PROJECT_ROOT,
        project,
        ignore=lambda path, names: (
            [n for n in names if n.startswith(".") or n in ("target", "logs", "warehouse", "tests")]
            if Path(path) == PROJECT_ROOT
            else ["__pycache__"]
        ),
    )
    shutil.copytree(PROJECT_ROOT / "tests" / "dbt", project / "tests" / "dbt")
    data = write_marked_extract(project.parent / "first", seed=1)
    return Hospital(project, Hospital(project, None).build(data))
