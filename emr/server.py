"""A connection to the SQL Server that dbt's profile names, and ways to send many rows to it."""

from __future__ import annotations

import importlib
import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from emr.project import ROOT, UserError

# Rows per round trip of pyodbc, which keeps each round trip's parameters in memory.
PYODBC_ROWS = 10_000


class BulkCopyError(UserError):
    """The bulk copy did not get through where the connection did: another way may."""


class Server(Protocol):
    """What loading needs of a server. What the server rejects is a UserError."""

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one T-SQL batch by itself and return the rows of its last result, if any."""

    def bulk_insert(self, table: str, rows: pa.RecordBatchReader, batch_rows: int) -> None:
        """Append rows to a table, columns by position, so many rows at a time."""

    def close(self) -> None:
        """End the connection; what holds its locks ends with it."""


class _Driver:
    """SQL Server through a Python driver's connection."""

    def __init__(self, connection: Any, errors: tuple[type[Exception], ...]) -> None:
        self._connection = connection
        self._errors = errors

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one T-SQL batch by itself and return the rows of its last result, if any."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            rows: list[tuple[Any, ...]] = []
            while True:
                if cursor.description is not None:
                    rows = [tuple(row) for row in cursor.fetchall()]
                if not cursor.nextset():
                    return rows

    def close(self) -> None:
        """End the connection; what holds its locks ends with it."""
        self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()
        except self._errors as error:
            raise UserError(f"SQL Server returned an error: {_last_line(error)}") from error


class BulkCopy(_Driver):
    """SQL Server through mssql-python, rows by TDS bulk load."""

    def bulk_insert(self, table: str, rows: pa.RecordBatchReader, batch_rows: int) -> None:
        """Append rows to a table, columns by position, so many rows at a time."""
        with self._cursor() as cursor:
            try:
                # one call a table: it logs in by itself
                cursor.bulkcopy_arrow(
                    table, rows, batch_size=batch_rows, timeout=0, table_lock=True, keep_nulls=True
                )
            except BaseException as error:
                # its Rust core raises where it meets what it did not expect
                is_panic = type(error).__name__ == "PanicException"
                if not is_panic and not isinstance(error, self._errors):
                    raise
                raise BulkCopyError(
                    f"The bulk copy into {table} failed: {_last_line(error)}"
                ) from error


class FastExecuteMany(_Driver):
    """SQL Server through pyodbc, rows as arrays of parameters."""

    def bulk_insert(self, table: str, rows: pa.RecordBatchReader, batch_rows: int) -> None:
        """Append rows to a table, columns by position, so many rows at a time."""
        with self._cursor() as cursor:
            cursor.fast_executemany = True
            marks = ", ".join("?" * len(rows.schema))
            statement = f"insert into {table} with (tablock) values ({marks})"
            for batch in rows:
                for start in range(0, batch.num_rows, min(batch_rows, PYODBC_ROWS)):
                    part = batch.slice(start, min(batch_rows, PYODBC_ROWS))
                    values = list(zip(*(c.to_pylist() for c in part.columns), strict=True))
                    cursor.executemany(statement, values)


def connect(target: str = "sqlserver", bulk_copy: bool = True) -> Server:
    """Connect as dbt would with this target of profiles.yml.

    Args:
        target: the target's name.
        bulk_copy: use mssql-python's bulk copy, where it is made for this platform and the profile
            does not ask for pyodbc; else pyodbc with fast_executemany.

    Raises:
        UserError: no such target, no driver, or a server that rejects the login.
    """
    try:
        backend = importlib.import_module("dbt.adapters.sqlserver.sqlserver_backend")
    except ImportError as error:
        raise UserError(
            "The SQL Server driver is not installed: pip install --require-hashes -r "
            "requirements/sqlserver.txt"
        ) from error
    credentials = _credentials(target)
    try:
        if bulk_copy and credentials.backend.value == "mssql-python" and _has_bulk_copy():
            driver: Any = importlib.import_module("mssql_python")
            # a pool would keep the session, and with it the lock of a load, beyond close()
            driver.pooling(enabled=False)
            text = backend.build_mssql_python_connection_string(credentials)
            # the bulk copy raises errors of Python's own beside the driver's
            errors = (driver.Error, RuntimeError, TypeError, ValueError)
            return BulkCopy(driver.connect(text, autocommit=True), errors)
        driver = importlib.import_module("pyodbc")
        driver.pooling = False
        credentials.driver = credentials.driver or "ODBC Driver 18 for SQL Server"
        text = backend.build_pyodbc_connection_string(credentials)
        attributes = backend.get_pyodbc_attrs_before_credentials(credentials)
        connection = driver.connect(text, attrs_before=attributes, autocommit=True)
        return FastExecuteMany(connection, (driver.Error,))
    except ImportError as error:
        raise UserError(f"The driver {error.name} is not installed.") from error
    except Exception as error:  # the drivers, their parsers and the adapter each have their own
        raise UserError(
            f"Cannot connect to the database {credentials.database} on {credentials.host}: "
            f"{_last_line(error)}"
        ) from error


def _has_bulk_copy() -> bool:
    """Whether mssql-python's bulk copy is there for this platform."""
    try:
        importlib.import_module("mssql_py_core")
        return hasattr(importlib.import_module("mssql_python").Cursor, "bulkcopy_arrow")
    except (ImportError, OSError):
        return False


def _credentials(target: str) -> Any:
    """The credentials of a target of profiles.yml, with the environment's values in place."""
    from dbt.config.runtime import load_profile
    from dbt.flags import set_from_args
    from dbt_common.context import set_invocation_context
    from dbt_common.exceptions import DbtBaseException

    folder = Path(os.environ.get("DBT_PROFILES_DIR", ROOT))
    set_invocation_context(os.environ)
    set_from_args(Namespace(PROFILES_DIR=str(folder), PROJECT_DIR=str(ROOT)), None)
    try:
        return load_profile(str(ROOT), {}, target_override=target).credentials
    except DbtBaseException as error:
        raise UserError(
            f"profiles.yml has no usable target {target}: {_last_line(error)}"
        ) from error


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
