"""The tables and columns that a source must bring, from the project's dbt sources files."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from pipeline.project import SOURCES_FILES


@dataclass(frozen=True)
class Table:
    """A raw table: its name and the columns that staging reads, in order."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """The raw tables of a source and the schema that they live in."""

    schema: str
    tables: tuple[Table, ...]


def read_source(source: str) -> Source:
    """The raw tables of `extract` or `mimic`."""
    declared = yaml.safe_load(SOURCES_FILES[source].read_text(encoding="utf-8"))["sources"][0]
    return Source(
        declared["schema"],
        tuple(
            Table(table["name"], tuple(column["name"] for column in table["columns"]))
            for table in declared["tables"]
        ),
    )
