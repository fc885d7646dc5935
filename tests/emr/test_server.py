"""What the drivers are told, and what becomes of their errors."""

from __future__ import annotations

import pyarrow as pa
import pytest

from emr.cli import load_with_progress
from emr.project import UserError
from emr.server import PYODBC_ROWS, BulkCopy, BulkCopyError, FastExecuteMany, connect
from emr.sources import read_source
from tests.emr.stand_in import Database, StandIn
from tests.emr.test_attach import write_extract


class DriverError(Exception):
    """A driver's error."""


class PanicException(BaseException):
    """What Rust's Python bindings make of a panic of the bulk copy's core."""


class Cursor:
    """A cursor that keeps what it is told, and fails with what it is given."""

    def __init__(self, log: list, error: BaseException | None) -> None:
        self.log = log
        self.error = error
        self.description = None
        self.fast_executemany = False

    def _told(self, *what: object) -> None:
        if self.error is not None:
            raise self.error
        self.log.append(what)

    def execute(self, sql: str) -> None:
        self._told(sql)
        self.description = [("n",)]

    def fetchall(self) -> list[tuple]:
        return [(1,)]

    def nextset(self) -> bool:
        return False

    def executemany(self, sql: str, rows: list[tuple]) -> None:
        self._told(sql, self.fast_executemany, rows)

    def bulkcopy_arrow(self, table: str, rows: pa.RecordBatchReader, **options: object) -> None:
        self._told(table, rows.read_all().num_rows, options)

    def close(self) -> None:
        self.log.append("closed")


class Connection:
    """A connection whose cursors share a log."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.log: list = []
        self.error = error

    def cursor(self) -> Cursor:
        return Cursor(self.log, self.error)


def reader(*sizes: int) -> pa.RecordBatchReader:
    """Batches of so many rows of a number and a text."""
    batches = [
        pa.record_batch({"n": list(range(rows)), "s": pa.nulls(rows, pa.string())})
        for rows in sizes
    ]
    return pa.RecordBatchReader.from_batches(batches[0].schema, batches)


def test_rows_of_a_query():
    assert BulkCopy(Connection(), (DriverError,)).execute("select 1 as n") == [(1,)]


def test_bulk_copy_sends_a_table_in_one_call():
    connection = Connection()
    BulkCopy(connection, ()).bulk_insert("[raw].[t]", reader(3, 2), 3)
    [(table, rows, options), closed] = connection.log
    assert (table, rows, options["batch_size"]) == ("[raw].[t]", 5, 3)
    assert options["table_lock"]
    assert options["timeout"] == 0
    assert closed == "closed"


def test_pyodbc_sends_arrays_of_parameters_in_parts():
    connection = Connection()
    FastExecuteMany(connection, ()).bulk_insert("[raw].[t]", reader(PYODBC_ROWS + 1), 100_000)
    *sent, closed = connection.log
    assert [(sql, fast, len(rows)) for sql, fast, rows in sent] == [
        ("insert into [raw].[t] with (tablock) values (?, ?)", True, PYODBC_ROWS),
        ("insert into [raw].[t] with (tablock) values (?, ?)", True, 1),
    ]
    assert sent[1][2] == [(PYODBC_ROWS, None)]
    assert closed == "closed"


@pytest.mark.parametrize(
    "error", [DriverError("\n[SQL Server] the log is full\n"), PanicException("the log is full")]
)
def test_an_error_of_the_bulk_copy_becomes_one_sentence(error):
    with pytest.raises(BulkCopyError, match=r"failed: .*the log is full") as raised:
        BulkCopy(Connection(error), (DriverError,)).bulk_insert("t", reader(1), 1)
    assert "\n" not in raised.value.message


def test_an_error_of_the_server_becomes_one_sentence():
    with pytest.raises(UserError, match=r"returned an error: .*not found"):
        BulkCopy(Connection(DriverError("\nnot found")), (DriverError,)).execute("select 1")


def test_where_the_bulk_copy_does_not_get_through_pyodbc_loads(monkeypatch, tmp_path):
    database = Database()

    class Unreachable(StandIn):
        def bulk_insert(self, *_: object) -> None:
            raise BulkCopyError("The bulk copy into t failed: no login.")

    monkeypatch.setattr(
        "emr.cli.connect",
        lambda _, bulk_copy=True: Unreachable(database) if bulk_copy else StandIn(database),
    )
    load_with_progress("extract", write_extract(tmp_path / "in"), "sqlserver")
    assert len(database.contents()) == len(read_source("extract").tables)


def test_other_errors_stay_what_they_are():
    with pytest.raises(KeyboardInterrupt):
        BulkCopy(Connection(KeyboardInterrupt()), (DriverError,)).execute("select 1")


def test_a_server_that_is_not_there_is_one_sentence(monkeypatch, tmp_path, project_root):
    pytest.importorskip("mssql_python")
    text = (project_root / "profiles.yml").read_text(encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("EMR_SQL_SERVER", "127.0.0.1")
    monkeypatch.setenv("EMR_SQL_PORT", "9")
    monkeypatch.setenv("EMR_SQL_USER", "nobody")
    with pytest.raises(UserError, match=r"Cannot connect .* on 127.0.0.1: .*Empty value .*pwd"):
        connect()
    monkeypatch.setenv("DBT_ENV_SECRET_EMR_SQL_PASSWORD", "none")
    with pytest.raises(UserError, match=r"Cannot connect to the database") as raised:
        connect()
    assert "\n" not in raised.value.message


def test_a_profile_without_the_target_is_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "profiles.yml").write_text(
        "emr_analytics: {outputs: {duckdb: {type: duckdb, path: x}}, target: duckdb}", "utf-8"
    )
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    with pytest.raises(UserError, match="no usable target sqlserver"):
        connect()
