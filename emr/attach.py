"""Making a source's files the raw tables of the DuckDB warehouse, in place."""

from __future__ import annotations

from pathlib import Path

import duckdb

from emr.files import Delivered, read_folder
from emr.project import UserError, warehouse_path
from emr.sources import read_source


def attach(source: str, folder: Path) -> list[Delivered]:
    """Check a folder of files and make each a view in the warehouse's raw schema.

    Everything is checked and read once before anything is changed, and all views change together:
    after an error the warehouse is as it was.

    Args:
        source: that files can be read from, such as `extract`.
        folder: the folder of files.

    Returns:
        One entry per raw table.

    Raises:
        UserError: anything about the files or the warehouse that the user can fix.
    """
    declared = read_source(source)
    with duckdb.connect() as reader:
        tables = read_folder(declared, folder, reader)
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
        _replace_views(connection, declared.schema, tables)
    return tables


def _replace_views(
    connection: duckdb.DuckDBPyConnection, schema: str, tables: list[Delivered]
) -> None:
    try:
        connection.execute("begin transaction")
        connection.execute(f"create schema if not exists {schema}")
        for delivered in tables:
            view = f'{schema}."{delivered.table.name}"'
            connection.execute(f"create or replace view {view} as {delivered.select}")
        connection.execute("commit")
    except duckdb.Error as error:
        connection.execute("rollback")
        raise UserError(
            f"The raw views of schema {schema} cannot be made: {str(error).splitlines()[0]}"
        ) from error
