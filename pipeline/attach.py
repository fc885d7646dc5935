"""Making a source's files the raw tables of the DuckDB warehouse, in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.contract import Table, read_source
from pipeline.files import Delivery, count_rows, find_deliveries
from pipeline.project import UserError, warehouse_path

# A single-site extract may leave facilities out.
OPTIONAL_TABLES = {"extract": frozenset({"facilities"}), "mimic": frozenset()}


@dataclass(frozen=True)
class Attached:
    """What became a raw table: rows, and columns of the file that nothing reads."""

    table: str
    rows: int
    ignored_columns: tuple[str, ...]


def attach(source: str, folder: Path) -> list[Attached]:
    """Check a folder of files and make each a view in the warehouse's raw schema.

    Everything is checked and read once before anything is changed, and all views change together:
    after an error the warehouse is as it was.

    Args:
        source: `extract` or `mimic`.
        folder: the folder of files.

    Returns:
        One entry per raw table.

    Raises:
        UserError: anything about the files or the warehouse that the user can mend.
    """
    declared = read_source(source)
    deliveries = find_deliveries(declared, folder, OPTIONAL_TABLES[source])
    warehouse = warehouse_path()
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(warehouse))
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise UserError(
                f"{warehouse.name} is open in another program: close it there and try again."
            ) from error
        raise UserError(f"{warehouse} cannot be opened: {str(error).splitlines()[0]}") from error
    with connection:
        attached = [
            Attached(
                delivery.table.name,
                count_rows(connection, delivery),
                tuple(
                    name
                    for name in delivery.header
                    if name.lower() not in {column.lower() for column in delivery.table.columns}
                ),
            )
            for delivery in deliveries
        ]
        selects = {d.table.name: _select(d) for d in deliveries}
        if source == "extract" and "facilities" not in selects:
            table = next(t for t in declared.tables if t.name == "facilities")
            departments = next(d for d in deliveries if d.table.name == "departments")
            selects["facilities"] = _default_facility(connection, table, departments)
            attached.append(Attached("facilities", 1, ()))
        _replace_views(connection, declared.schema, selects)
    return attached


def _select(delivery: Delivery) -> str:
    columns = ", ".join(f'"{column}"' for column in delivery.table.columns)
    return f"select {columns} from {delivery.relation()}"


def _default_facility(
    connection: duckdb.DuckDBPyConnection, table: Table, departments: Delivery
) -> str:
    """The one site of an extract without facilities: the one that its departments name."""
    named = [
        row[0]
        for row in connection.execute(
            "select distinct trim(cast(facility_id as varchar)) as facility_id "
            f"from {departments.relation()} "
            "where trim(cast(facility_id as varchar)) <> '' order by 1"
        ).fetchall()
    ]
    if len(named) > 1:
        raise UserError(
            f"departments names {len(named)} sites ({', '.join(named[:3])}, …) but there is no "
            "facilities file: add facilities.csv with one row per site."
        )
    values = {"facility_id": named[0] if named else "MAIN", "facility_name": "Main site"}
    literals = {
        column: "'" + values[column].replace("'", "''") + "'" if column in values else "null"
        for column in table.columns
    }
    columns = ", ".join(f'cast({value} as varchar) as "{c}"' for c, value in literals.items())
    return f"select {columns}"


def _replace_views(
    connection: duckdb.DuckDBPyConnection, schema: str, selects: dict[str, str]
) -> None:
    try:
        connection.execute("begin transaction")
        connection.execute(f"create schema if not exists {schema}")
        for table, select in selects.items():
            connection.execute(f'create or replace view {schema}."{table}" as {select}')
        connection.execute("commit")
    except duckdb.Error as error:
        connection.execute("rollback")
        raise UserError(
            f"The raw views of schema {schema} cannot be made: {str(error).splitlines()[0]}"
        ) from error
