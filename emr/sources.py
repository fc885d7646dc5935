"""The tables and columns that a source must bring, from the project's dbt sources files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from emr.project import UserError, sources_files


@dataclass(frozen=True)
class Column:
    """A raw column.

    Attributes:
        name: as staging reads it.
        data_type: what staging makes of it; None where the source states none (text).
        mask: SQL Server's masking function for a column that identifies a person, else None.
    """

    name: str
    data_type: str | None
    mask: str | None


@dataclass(frozen=True)
class Table:
    """A raw table: its name and the columns that staging reads, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns by name."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Source:
    """The raw tables of a source and the schema that they live in."""

    schema: str
    tables: tuple[Table, ...]


@cache
def read_source(source: str) -> Source:
    """The raw tables of a source that files can be read from, such as `extract`.

    Raises:
        UserError: there is no such source.
    """
    files = sources_files()
    if source not in files:
        raise UserError(f"There is no source {source}: choose {', '.join(files)}.")
    declared = yaml.safe_load(files[source].read_text(encoding="utf-8"))["sources"][0]
    return Source(
        declared["schema"],
        tuple(
            Table(
                table["name"],
                tuple(
                    Column(column["name"], column.get("data_type"), column.get("masked_with"))
                    for column in table["columns"]
                ),
            )
            for table in declared["tables"]
        ),
    )
