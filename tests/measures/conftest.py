"""Measures over marts that are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import duckdb
import pytest
import yaml
from sqlglot import exp

from measures.catalogue import catalogue, semantic_model
from measures.expressions import is_reference, parsed
from measures.query import statement
from measures.selection import Selection
from tests.conftest import PROJECT_ROOT

Marts = Mapping[str, list[dict]]


@pytest.fixture(scope="session")
def variables() -> dict:
    """The variables of dbt_project.yml."""
    return yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


def columns_used() -> dict[str, set[str]]:
    """By mart, the columns that the measures and the joins name."""
    found: dict[str, set[str]] = {name: set() for name in semantic_model().tables}
    for name, table in semantic_model().tables.items():
        found[name] |= {*filter(None, (table.key, table.date)), *table.dimensions.values()}
    for measure in catalogue().values():
        if not measure.of:
            continue
        found[measure.of] |= set(filter(None, (measure.date, measure.latest)))
        for column in parsed(measure.sql).find_all(exp.Column):
            is_dimension = column.name in semantic_model().tables
            if not is_reference(column) and not is_dimension:
                found[column.table or measure.of].add(column.name)
    return found


def days(first: date, last: date) -> list[dict]:
    """The rows of the calendar."""
    count = (last - first).days + 1
    return [
        {"date_key": int(f"{day:%Y%m%d}"), "month_number": day.month, "year_month_sort": day.month}
        for day in (first + timedelta(days=i) for i in range(count))
    ]


def connect(marts: Marts) -> duckdb.DuckDBPyConnection:
    """A database with these rows; columns that no row has are empty, marts without rows too."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    for name, used in columns_used().items():
        rows = marts.get(name, [])
        columns = sorted(used | {column for row in rows for column in row})
        types = {c: "varchar" if _is_text(c, rows) else "decimal(18, 6)" for c in columns}
        declared = ", ".join(f"{column} {data_type}" for column, data_type in types.items())
        connection.execute(f"create table marts.{name} ({declared or 'none int'})")
        for row in rows:
            values = [row.get(column) for column in columns]
            marks = ", ".join("?" for _ in columns)
            connection.execute(f"insert into marts.{name} values ({marks})", values)
    return connection


def _is_text(column: str, rows: list[dict]) -> bool:
    return any(isinstance(row.get(column), str) for row in rows) or column.endswith(
        ("_class", "_band", "_group", "_stage", "_bucket", "_category", "reason_30_days", "metric")
    )


@pytest.fixture
def ask(variables) -> Callable[..., dict]:
    """`ask(marts, names, selection)` gives the values of measures by name."""

    def values(
        marts: Marts, names: list[str], selection: Selection | None = None, smallest_cell: int = 1
    ) -> dict:
        text = statement(
            names, selection or Selection(), {**variables, "smallest_cell": smallest_cell}
        )
        with connect(marts) as connection:
            row = connection.execute(text).fetchall()[0]
        return dict(zip(names, row, strict=True))

    return values
