"""A small hospital whose every identifier is a marker, and the clone that builds it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from generator import generate, load_scenario

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
    """A clone of the project in which builds run."""

    project: Path

    @property
    def warehouse(self) -> Path:
        """The published warehouse."""
        return self.project / "warehouse" / "emr.duckdb"

    def command(self, *arguments: str) -> list[str]:
        """The build of the demo, or of what the arguments name."""
        return [sys.executable, "-m", "emr", "build", "--offline", *arguments]

    def build(self, *arguments: str) -> subprocess.CompletedProcess:
        """Build and wait for the end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.project,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )


def extract(data: Path) -> tuple[str, ...]:
    """The arguments that build an extract."""
    return ("--source", "extract", "--data", str(data))
