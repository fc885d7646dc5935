"""Extracts as files."""

from __future__ import annotations

import csv
from pathlib import Path

from emr.sources import read_source
from tests.quality.extract import Tables


def write_extract(folder: Path, tables: Tables) -> Path:
    """One CSV file per table of the contract, with all of its columns."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in read_source("extract").tables:
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=table.column_names)
            writer.writeheader()
            writer.writerows(tables[table.name])
    return folder
