"""Building beside what is published: readers see one whole build, and then the next.

On DuckDB a build works on a copy of the warehouse file, in the folder `building` next to it, and
the copy takes the file's place in one step when everything is built and tested; the folder of
Parquet files beside it is exchanged around that step. On SQL Server the marts are built in a schema
of their own and change places with the published ones in one transaction. Whatever stops a build
before that, a failed test, a full disk, a power cut, the published marts are as they were, and the
next build begins anew. Parquet files are away, not older or newer than the warehouse, where a build
was killed in the moment of the exchange; the next one brings them back first.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from emr.project import ROOT, UserError, parquet_folder, warehouse_path
from emr.server import Server, connect

PUBLISHED_SCHEMA = "marts"
BUILDING_SCHEMA = "marts_building"
# Where the published marts pass through while the two sets change places.
LEAVING_SCHEMA = "marts_leaving"
SERVER_LOCK = "emr_analytics build"
# A query that reads a mart holds it. The exchange waits so long for each, then lets all go, so that
# readers get through, and tries again so often.
LONGEST_WAIT_MS = 30_000
ATTEMPTS = 10
# On Windows, for a file that somebody reads.
PATIENCE_SECONDS = 10
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
            copied = _copy(published, building)
            with _environment(EMR_WAREHOUSE=str(building)):
                yield
            _finish(building)
            with _no_writer(published):
                if _state(published) != copied:
                    raise UserError(
                        f"Another program changed {published.name} during the build: nothing was "
                        "replaced. Build again, and let no other program write to it meanwhile."
                    )
                _replace(building, published)
    except Timeout as error:
        raise UserError(
            f"Another build of {published.name} is running: wait until it has finished."
        ) from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise UserError(
                f"The disk of {published.parent} is full: a build needs as much free space as "
                "the warehouse takes. The previous build stays in place."
            ) from error
        raise UserError(f"{error.filename or published}: {error.strerror or error}.") from error


def _copy(published: Path, building: Path) -> tuple[int, int] | None:
    """A copy of the warehouse with all that was ever committed to it; its state when copied."""
    _end_exchange(building, published)
    # the warehouse last: without it, Parquet files there are those of a build that was published
    for pattern in (parquet_folder(building).name, _leaving(building).name, f"{building.name}*"):
        for leftover in building.parent.glob(pattern):
            # what DuckDB wrote for want of memory stands in a folder
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    if not published.exists():
        return None
    if published.with_name(f"{published.name}.wal").exists():
        # Another program wrote and was stopped: what it committed goes into the file.
        with _opened(published, read_only=False) as connection:
            connection.execute("checkpoint")
    with _no_writer(published):
        # with its permissions, which keep out who may not read the EMR
        shutil.copy(published, building)
        return _state(published)


def _opened(published: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection to the warehouse that readers use."""
    try:
        return duckdb.connect(str(published), read_only=read_only)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise UserError(
                f"{published.name} is open for writing in another program: close it there and try "
                "again."
            ) from error
        raise UserError(f"{published} cannot be opened: {str(error).splitlines()[0]}") from error


@contextmanager
def _no_writer(published: Path) -> Iterator[None]:
    """Nobody can open the warehouse for writing within the block: a reader holds it."""
    with ExitStack() as stack:
        if published.exists():
            reader = stack.enter_context(_opened(published, read_only=True))
            if os.name == "nt":
                # Windows replaces no file that is open, by whomever
                reader.close()
        yield


def _state(warehouse: Path) -> tuple[int, int] | None:
    """What changes with every commit: the size and the time of change of the file and its log."""
    found = [
        path.stat()
        for path in (warehouse, warehouse.with_name(f"{warehouse.name}.wal"))
        if path.exists()
    ]
    return (sum(s.st_size for s in found), max(s.st_mtime_ns for s in found)) if found else None


def _finish(building: Path) -> None:
    """All that was built into the file itself."""
    try:
        with duckdb.connect(str(building)) as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise UserError(
            f"{building} cannot be finished: {str(error).splitlines()[0]}. The previous build "
            "stays in place."
        ) from error


def _replace(building: Path, published: Path) -> None:
    """The warehouse in one step; its Parquet files are away meanwhile, so that none is of another.

    Raises:
        UserError: on Windows, where an open file stays, one is open; nothing is replaced.
    """
    folder, leaving = parquet_folder(published), _leaving(building)
    try:
        if folder.exists():
            _patiently(lambda: folder.rename(leaving))
        _patiently(lambda: building.replace(published))
    except PermissionError as error:
        raise UserError(
            f"{Path(error.filename).name} is open in another program: close it there and build "
            "again."
        ) from error
    finally:
        _end_exchange(building, published)
    if leaving.exists():
        shutil.rmtree(leaving)


def _patiently(move: Callable[[], object]) -> None:
    """Do it once what is open is let go: a dashboard holds the file for a moment."""
    for _ in range(PATIENCE_SECONDS * 10):
        try:
            move()
            return
        except PermissionError:
            time.sleep(0.1)
    move()


def _leaving(building: Path) -> Path:
    """Where the published Parquet files wait until the warehouse is replaced."""
    return building.with_name(f"{building.stem}-marts-leaving")


def _end_exchange(building: Path, published: Path) -> None:
    """Parquet files of the published warehouse at their place, wherever an exchange was stopped."""
    # the warehouse has been replaced if it is no longer where it was built
    source = _leaving(building) if building.exists() else parquet_folder(building)
    if source.exists() and not parquet_folder(published).exists():
        source.rename(parquet_folder(published))


# --- SQL Server -----------------------------------------------------------------------------------


@contextmanager
def _in_another_schema() -> Iterator[None]:
    server = connect("sqlserver")
    # dbt writes one target folder, whatever it builds
    checkout = FileLock(ROOT / "warehouse" / "building.lock", timeout=0)
    try:
        checkout.acquire()
        [[result]] = server.execute(
            f"declare @result int; exec @result = sp_getapplock @Resource = '{SERVER_LOCK}', "
            "@LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0; select @result"
        )
        if result < 0:
            raise UserError(
                "Another build is running on this database: wait until it has finished."
            )
        with _environment(EMR_MARTS_SCHEMA=BUILDING_SCHEMA):
            yield
        publish(server, _marts_of_the_project())
    except Timeout as error:
        raise UserError(
            "Another build of this folder is running: wait until it has finished."
        ) from error
    finally:
        checkout.release()
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
    if not marts:
        raise UserError(f"The build has no marts in {BUILDING_SCHEMA}: nothing was changed.")
    if missing:
        raise UserError(
            f"The build left no table {BUILDING_SCHEMA}.{missing[0]}: nothing was changed."
        )
    exchange = exchange_statement(sorted(tables[PUBLISHED_SCHEMA] & set(marts)), sorted(marts))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            server.execute(exchange)
            return
        except UserError:
            if attempt == ATTEMPTS:
                raise


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
