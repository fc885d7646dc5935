"""Where things are, and the one kind of error that a user sees."""

from __future__ import annotations

import os
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
SOURCES_FILES = {
    "extract": ROOT / "models" / "staging" / "emr" / "_emr__sources.yml",
    "mimic": ROOT / "models" / "staging" / "mimic" / "_mimic__sources.yml",
}


class UserError(click.ClickException):
    """Something that the user can mend, in one sentence; exit code 2."""

    exit_code = 2


def warehouse_path() -> Path:
    """The DuckDB file that the profile names: EMR_WAREHOUSE, relative to the project."""
    return ROOT / os.environ.get("EMR_WAREHOUSE", "warehouse/emr.duckdb")


def parquet_folder(warehouse: Path) -> Path:
    """The folder of a DuckDB warehouse's marts as Parquet files."""
    return warehouse.with_name(f"{warehouse.stem}-marts")
