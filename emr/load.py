"""Loading a source's files into the raw tables of SQL Server: beside, checked, then in one swap.

Every table is loaded under another name, its rows and a checksum over all values are compared with
the files, and only when all tables are right do they take the place of the previous ones, in one
transaction. Whatever stops a load before that leaves the previous tables as they were; what it left
behind is removed by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from emr.files import Delivered, read_folder
from emr.project import UserError
from emr.raw_tables import LOADING, RawTable, raw_table
from emr.server import Server
from emr.sources import read_source

# Rows per batch and commit.
BATCH_ROWS = 100_000
LOCK = "emr_analytics load"

# Told of each table's name, its rows so far, and its rows in all.
Progress = Callable[[str, int, int], None]


def load(
    source: str, folder: Path, server: Server, progress: Progress = lambda *_: None
) -> list[Delivered]:
    """Make a folder of files the raw tables of a SQL Server database.

    Args:
        source: that files can be read from, such as `extract`.
        folder: the folder of files.
        server: where to load.
        progress: told after each batch.

    Returns:
        One entry per raw table.

    Raises:
        UserError: anything about the files or the server that the user can fix.
    """
    declared = read_source(source)
    with duckdb.connect() as reader:
        delivered = read_folder(declared, folder, reader)
        tables = [raw_table(declared.schema, table, reader) for table in delivered]
        _prepare(server, declared.schema)
        try:
            for table in tables:
                _load_beside(table, server, reader, progress)
        except Exception:
            # as well as it can: where the connection is gone, the next load does it
            with suppress(UserError):
                _drop_leftovers(server, declared.schema)
            raise
        _swap(tables, server)
    return delivered


def _prepare(server: Server, schema: str) -> None:
    """One load at a time, into a database that keeps every character."""
    collation = str(
        server.execute("select cast(databasepropertyex(db_name(), 'Collation') as varchar(128))")[
            0
        ][0]
    )
    if not collation.upper().endswith("_UTF8"):
        raise UserError(
            f"The database has the collation {collation}, which cannot store every character: "
            "create it with collate Latin1_General_100_CI_AS_SC_UTF8 (docs/sql-server.md)."
        )
    result = server.execute(
        f"declare @result int; exec @result = sp_getapplock @Resource = '{LOCK}', "
        "@LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0; select @result"
    )[0][0]
    if result < 0:
        raise UserError("Another load is running on this database: wait until it has finished.")
    server.execute(f"if schema_id('{schema}') is null exec('create schema [{schema}]')")
    _drop_leftovers(server, schema)


def _drop_leftovers(server: Server, schema: str) -> None:
    """Remove what a load that was stopped left behind."""
    names = server.execute(
        "select cast(name as varchar(128)) from sys.tables "
        f"where schema_id = schema_id('{schema}') and right(name, {len(LOADING)}) = '{LOADING}'"
    )
    for (name,) in names:
        server.execute(f"drop table [{schema}].[{name}]")


def _load_beside(
    table: RawTable, server: Server, reader: duckdb.DuckDBPyConnection, progress: Progress
) -> None:
    """Load a table under its loading name and compare what arrived with the files."""
    server.execute(table.create())
    rows = reader.sql(table.select()).to_arrow_reader(BATCH_ROWS)
    told = pa.RecordBatchReader.from_batches(rows.schema, _told(table, rows, progress))
    server.bulk_insert(table.loading_place, told, BATCH_ROWS)
    [arrived] = server.execute(table.server_checksum())
    [sent] = reader.execute(table.file_checksum()).fetchall()
    if arrived != sent:
        raise UserError(
            f"Table {table.name} was not loaded completely ({arrived[0]:,} of {sent[0]:,} rows"
            f"{', different values' if arrived[0] == sent[0] else ''}): nothing was changed. If "
            "the files were replaced during the load, load again."
        )


def _told(
    table: RawTable, rows: pa.RecordBatchReader, progress: Progress
) -> Iterator[pa.RecordBatch]:
    """The batches of a table, told of when the next one is asked for."""
    done = 0
    progress(table.name, done, table.rows)
    for batch in rows:
        yield batch
        done += batch.num_rows
        progress(table.name, done, table.rows)


def _swap(tables: list[RawTable], server: Server) -> None:
    """All new tables take the place of the previous ones, or none does."""
    server.execute("set xact_abort on")
    server.execute("begin transaction")
    for table in tables:
        server.execute(f"drop table if exists {table.place}")
        server.execute(
            f"exec sp_rename '{table.schema}.{table.loading_name}', '{table.name}', 'OBJECT'"
        )
    server.execute("commit transaction")
