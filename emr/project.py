"""Where things are, and the one kind of error that a user sees."""

from __future__ import annotations

import os
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
# The folder of a hospital's own extract, which the demo shares, is named for the contract's shape.
EXTRACT_FOLDER = "emr"


class UserError(click.ClickException):
    """Something that the user can fix, in one sentence; exit code 2."""

    exit_code = 2


def sources_files(root: Path = ROOT) -> dict[str, Path]:
    """The sources file of every source system that files can be read from, by `emr_source`.

    A source system is a folder in models/staging/ with a file `_<folder>__sources.yml`.
    """
    found = sorted((root / "models" / "staging").glob("*/_*__sources.yml"))
    return {
        "extract" if path.parent.name == EXTRACT_FOLDER else path.parent.name: path
        for path in found
    }


def warehouse_path() -> Path:
    """The DuckDB file that the profile names: EMR_WAREHOUSE, relative to the project."""
    return ROOT / os.environ.get("EMR_WAREHOUSE", "warehouse/emr.duckdb")


def parquet_folder(warehouse: Path) -> Path:
    """The folder of a DuckDB warehouse's marts as Parquet files."""
    return warehouse.with_name(f"{warehouse.stem}-marts")
