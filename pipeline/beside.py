"""Building beside what is published: readers see one whole build, and then the next.

On DuckDB a build works on a copy of the warehouse file, in the folder `building` next to it, and
the copy takes the file's place in one step when everything is built and tested. On SQL Server the
marts are built in a schema of their own and change places with the published ones in one
transaction. Whatever stops a build before that, a failed test, a full disk, a power cut, the
published marts are as they were, and the next build begins anew.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from pipeline.project import ROOT, UserError, warehouse_path
from pipeline.server import Server, connect

PUBLISHED_SCHEMA = "marts"
BUILDING_SCHEMA = "marts_building"
# Where the published marts pass through while the two sets change places.
LEAVING_SCHEMA = "marts_leaving"
SERVER_LOCK = "emr_analytics build"
# A query that reads the marts holds them; the exchange waits for it, but not for ever.
LONGEST_WAIT_MS = 600_000
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def beside(target: str) -> AbstractContextManager[None]:
    """The place to build for a target: what is built in the block is published when it ends well.

    Raises:
        UserError: another build is running, or what is published cannot be read or replaced.
    """
    places = {"duckdb": _in_another_file, "sqlserver": _in_another_schema}
    return places[target]() if target in places else nullcontext()


# --- DuckDB ---------------------------------------------------------------------------------------


@contextmanager
def _in_another_file() -> Iterator[None]:
    published = warehouse_path()
    building = published.parent / "building" / published.name
    try:
        building.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(published.with_name("building.lock"), timeout=0):
            _copy(published, building)
            with _environment(EMR_WAREHOUSE=str(building)):
                yield
            _put_in_place(building, published)
    except Timeout as error:
        raise UserError(
            f"Another build of {published.name} is running: wait until it has ended."
        ) from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise UserError(
                f"The disk of {published.parent} is full: a build needs as much room as the "
                "warehouse has. What was built before stays as it was."
            ) from error
        raise UserError(f"{error.filename or published}: {error.strerror or error}.") from error


def _copy(published: Path, building: Path) -> None:
    """A copy of the warehouse as its last commit left it, while nobody writes to it."""
    for leftover in building.parent.glob(f"{building.name}*"):
        leftover.unlink()
    if not published.exists():
        return
    try:
        reader = duckdb.connect(str(published), read_only=True)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise UserError(
                f"{published.name} is open for writing in another program: close it there and try "
                "again."
            ) from error
        raise UserError(f"{published} cannot be opened: {str(error).splitlines()[0]}") from error
    with reader:
        for path in (published, _log_of(published)):
            if path.exists():
                # with its permissions, which keep out who may not read the EMR
                shutil.copy(path, building.with_name(path.name))


def _put_in_place(building: Path, published: Path) -> None:
    with duckdb.connect(str(building)) as connection:
        connection.execute("checkpoint")
    try:
        # A log is there only if something else than this program wrote and was stopped; the copy
        # has what it held.
        _log_of(published).unlink(missing_ok=True)
        building.replace(published)
    except PermissionError as error:  # Windows, where an open file stays
        raise UserError(
            f"{published.name} is open in another program: close it there and build again."
        ) from error


def _log_of(warehouse: Path) -> Path:
    """DuckDB's log of commits that are not in the file yet."""
    return warehouse.with_name(f"{warehouse.name}.wal")


# --- SQL Server -----------------------------------------------------------------------------------


@contextmanager
def _in_another_schema() -> Iterator[None]:
    server = connect("sqlserver")
    try:
        [[result]] = server.execute(
            f"declare @result int; exec @result = sp_getapplock @Resource = '{SERVER_LOCK}', "
            "@LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0; select @result"
        )
        if result < 0:
            raise UserError("Another build is running on this database: wait until it has ended.")
        with _environment(EMR_MARTS_SCHEMA=BUILDING_SCHEMA):
            yield
        publish(server, _marts_of_the_project())
    finally:
        server.close()


def publish(server: Server, marts: list[str]) -> None:
    """The marts that were built take the place of the published ones, all of them or none.

    What was published stays in the building schema, where the next build finds the large facts to
    write only what changed. Tables and views that are not the project's stay where they are.
    """
    tables = {
        schema: {
            name
            for (name,) in server.execute(
                "select cast(table_name as varchar(128)) from information_schema.tables "
                f"where table_schema = '{schema}' and table_type = 'BASE TABLE'"
            )
        }
        for schema in (PUBLISHED_SCHEMA, BUILDING_SCHEMA)
    }
    missing = sorted(set(marts) - tables[BUILDING_SCHEMA])
    if missing:
        raise UserError(
            f"The build left no table {BUILDING_SCHEMA}.{missing[0]}: nothing was changed."
        )
    published = tables[PUBLISHED_SCHEMA] & set(marts)
    server.execute(exchange_statement(sorted(published), sorted(marts)))


def exchange_statement(published: list[str], built: list[str]) -> str:
    """The T-SQL batch that exchanges two sets of tables in one transaction."""

    def move(names: list[str], source: str, to: str) -> list[str]:
        return [f"alter schema [{to}] transfer [{source}].[{name}];" for name in names]

    return "\n".join(
        [
            "set xact_abort on;",
            f"set lock_timeout {LONGEST_WAIT_MS};",
            "begin transaction;",
            *move(published, PUBLISHED_SCHEMA, LEAVING_SCHEMA),
            *move(built, BUILDING_SCHEMA, PUBLISHED_SCHEMA),
            *move(published, LEAVING_SCHEMA, BUILDING_SCHEMA),
            "commit transaction;",
        ]
    )


def _marts_of_the_project() -> list[str]:
    """The tables of the build that has just run, from the manifest that it wrote."""
    manifest = json.loads((ROOT / "target" / "manifest.json").read_text(encoding="utf-8"))
    return [
        node["alias"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == BUILDING_SCHEMA
    ]


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set environment variables for this program and those that it starts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
