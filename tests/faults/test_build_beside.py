"""Whatever stops a build, readers see all of the old warehouse or all of the new one.

A short build stands in for dbt here, so that it can be stopped often; test_real_builds.py stops the
real one a few times.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from emr import beside as beside_module
from emr.beside import beside
from emr.export import export_marts
from emr.project import UserError, parquet_folder, warehouse_path

TABLES = tuple(f"mart_{number}" for number in range(12))
ROWS = 2_000
KILLS = 60


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published warehouse of version 1, and the environment that names it."""
    path = tmp_path / "warehouse" / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    build(1)
    return path


def build(version: int) -> None:
    """Build the marts of a version beside what is published, table by table."""
    with beside("duckdb"):
        with duckdb.connect(str(warehouse_path())) as connection:
            connection.execute("create schema if not exists marts")
            for table in TABLES:
                connection.execute(
                    f"create or replace table marts.{table} as "
                    f"select {version} as version, range as id from range({ROWS})"
                )
        export_marts(parquet_folder(warehouse_path()))


def versions(warehouse: Path) -> set[tuple[int, int]]:
    """Version and rows of each mart that a reader sees; one pair when all are of one build.

    Parquet files may be away, where an exchange was stopped, but are never of another build.
    """
    files = list(parquet_folder(warehouse).glob("*"))
    assert len(files) in (0, len(TABLES))
    marts = [f"marts.{table}" for table in TABLES] + [f"'{path}'" for path in files]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            connection.execute(f"select max(version), count(*) from {mart}").fetchall()[0]
            for mart in marts
        }


def assert_complete(warehouse: Path) -> None:
    """Nothing is left of builds, and all Parquet files are there."""
    assert {path.stem for path in parquet_folder(warehouse).iterdir()} == set(TABLES)
    assert not list((warehouse.parent / "building").iterdir())


def test_a_build_is_published_as_a_whole(warehouse):
    build(2)
    assert versions(warehouse) == {(2, ROWS)}
    assert_complete(warehouse)


def test_a_failed_build_leaves_what_was_published_and_what_it_made(warehouse):
    with pytest.raises(ZeroDivisionError):
        fail_after_the_first_mart()
    # what a build leaves that was killed for want of memory
    (warehouse.parent / "building" / "emr.duckdb.tmp").mkdir()
    (warehouse.parent / "building" / "emr.duckdb.tmp" / "duckdb_temp_storage_0.tmp").touch()
    assert versions(warehouse) == {(1, ROWS)}
    with duckdb.connect(str(warehouse.parent / "building" / "emr.duckdb")) as connection:
        assert connection.execute("from marts.mart_0").fetchall() == [(2,)]
    build(3)
    assert versions(warehouse) == {(3, ROWS)}


def fail_after_the_first_mart() -> None:
    """A build of version 2 that ends in an error."""
    with beside("duckdb"):
        with duckdb.connect(str(warehouse_path())) as connection:
            connection.execute("create or replace table marts.mart_0 as select 2 as version")
        raise ZeroDivisionError


def test_killed_at_any_moment_all_marts_are_old_or_all_are_new(warehouse):
    """At least fifty moments, from before the copy to after the exchange."""
    context = multiprocessing.get_context("fork")
    started = time.monotonic()
    build(2)
    usual_seconds = time.monotonic() - started
    draw = random.Random(7)
    published, seen = 2, {"old": 0, "new": 0}
    for version in range(3, KILLS + 3):
        process = context.Process(target=build, args=(version,))
        process.start()
        process.join(draw.uniform(0, usual_seconds * 1.3))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        found = versions(warehouse)
        assert found in ({(published, ROWS)}, {(version, ROWS)})
        seen["new" if found == {(version, ROWS)} else "old"] += 1
        published = next(iter(found))[0]
    assert seen["old"] > 5
    build(1000)
    assert versions(warehouse) == {(1000, ROWS)}
    assert_complete(warehouse)


@pytest.mark.parametrize("step", ["copy", "checkpoint", "rename", "replace", "rmtree"])
def test_killed_at_each_step_of_the_exchange(warehouse, step):
    """Killed right before and right after it; then a build fails, and the next one does not."""
    context = multiprocessing.get_context("fork")
    for version, when in enumerate(("before", "after"), start=2):
        process = context.Process(target=build_and_die, args=(version, step, when))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        [(published, _)] = versions(warehouse)
        with pytest.raises(ZeroDivisionError):
            fail_after_the_first_mart()
        assert versions(warehouse) == {(published, ROWS)}
        assert parquet_folder(warehouse).exists()
    build(4)
    assert versions(warehouse) == {(4, ROWS)}
    assert_complete(warehouse)


def test_parquet_files_of_a_build_that_failed_are_never_published(warehouse):
    """Not even where there are none, and a build was killed while it removed what was left."""
    shutil.rmtree(parquet_folder(warehouse))
    with pytest.raises(ZeroDivisionError):
        export_and_fail()
    building = warehouse.parent / "building"
    assert parquet_folder(building / warehouse.name).exists()
    context = multiprocessing.get_context("fork")
    for step in ("rmtree", "unlink"):
        process = context.Process(target=build_and_die, args=(2, step, "after"))
        process.start()
        process.join()
        with pytest.raises(ZeroDivisionError):
            fail_after_the_first_mart()
        assert not parquet_folder(warehouse).exists()
    build(3)
    assert versions(warehouse) == {(3, ROWS)}
    assert_complete(warehouse)


def export_and_fail() -> None:
    """A build that writes its Parquet files and ends in an error."""
    with beside("duckdb"):
        export_marts(parquet_folder(warehouse_path()))
        raise ZeroDivisionError


@pytest.mark.parametrize("held", ["emr-marts", "emr.duckdb"])
def test_a_file_that_windows_does_not_let_go_is_named_and_nothing_is_replaced(
    warehouse, held, monkeypatch
):
    method = "rename" if held == "emr-marts" else "replace"
    original = getattr(Path, method)

    def rejected(self: Path, target: Path) -> Path:
        if self.name == held:
            raise PermissionError(13, "in use", str(self))
        return original(self, target)

    monkeypatch.setattr(Path, method, rejected)
    monkeypatch.setattr(beside_module, "PATIENCE_SECONDS", 0)
    with pytest.raises(UserError, match=f"{held} is open in another program"):
        build(2)
    assert versions(warehouse) == {(1, ROWS)}
    assert parquet_folder(warehouse).exists()


def test_a_file_that_is_held_for_a_moment_is_waited_for(warehouse, monkeypatch):
    original, rejections = Path.replace, []

    def rejected_twice(self: Path, target: Path) -> Path:
        if self.name == "emr.duckdb" and len(rejections) < 2:
            rejections.append(self)
            raise PermissionError(13, "in use", str(self))
        return original(self, target)

    monkeypatch.setattr(Path, "replace", rejected_twice)
    build(2)
    assert len(rejections) == 2
    assert versions(warehouse) == {(2, ROWS)}
    assert_complete(warehouse)


def build_and_die(version: int, step: str, when: str) -> None:
    """Build, and be killed before or after one call."""

    def dying(original):
        def call(*arguments, **options):
            if when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(*arguments, **options)
            os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    if step in ("copy", "rmtree"):
        setattr(shutil, step, dying(getattr(shutil, step)))
    elif step == "checkpoint":
        beside_module._finish = dying(beside_module._finish)
    else:
        original = dying(getattr(Path, step))
        setattr(Path, step, lambda self, *a, **k: original(self, *a, **k))
    build(version)


def test_a_second_build_at_the_same_time_is_rejected(warehouse):
    with beside("duckdb"):
        completed = subprocess.run(
            [sys.executable, "-c", "from tests.faults.test_build_beside import build; build(2)"],
            env={**os.environ, "EMR_WAREHOUSE": str(warehouse)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (
            "Another build of emr.duckdb is running: wait until it has finished."
            in completed.stderr
        )
        with duckdb.connect(str(warehouse_path())) as connection:
            connection.execute("select 1")
    assert versions(warehouse) == {(1, ROWS)}
    build(2)
    assert versions(warehouse) == {(2, ROWS)}


def test_readers_read_while_it_is_built_and_keep_what_they_opened(warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as reader:
        build(2)
        assert reader.execute("select max(version) from marts.mart_11").fetchall() == [(1,)]
    assert versions(warehouse) == {(2, ROWS)}


def test_a_warehouse_that_another_program_writes_is_left_alone(warehouse):
    code = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); "
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(UserError, match=r"emr\.duckdb is open for writing in another program"):
            build(2)
        writer.stdin.close()
    build(2)
    assert versions(warehouse) == {(2, ROWS)}


def test_what_another_program_left_in_the_log_is_kept(warehouse):
    code = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('create schema history'); "
        "connection.execute('create table history.kept as select 1 as a'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(warehouse)], check=False)
    assert warehouse.with_name("emr.duckdb.wal").exists()
    build(2)
    assert not warehouse.with_name("emr.duckdb.wal").exists()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("from history.kept").fetchall() == [(1,)]


def test_what_another_program_writes_during_a_build_is_not_lost(warehouse):
    with pytest.raises(UserError, match="Another program changed"):
        build_while_another_program_writes(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("from history.kept").fetchall() == [(1,)]
    build(3)
    assert versions(warehouse) == {(3, ROWS)}


def test_a_program_that_has_it_open_at_the_end_of_a_build_keeps_what_it_writes(warehouse):
    code = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); "
        "print('open', flush=True); sys.stdin.readline(); "
        "connection.execute('create schema history'); "
        "connection.execute('create table history.kept as select 1 as a')"
    )
    opened = []
    with pytest.raises(UserError, match="is open for writing in another program"):
        build_until_another_program_opens_it(warehouse, code, opened)
    [writer] = opened
    writer.communicate("go on\n")
    assert writer.returncode == 0
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("from history.kept").fetchall() == [(1,)]
    build(3)
    assert versions(warehouse) == {(3, ROWS)}


def build_until_another_program_opens_it(warehouse: Path, code: str, opened: list) -> None:
    """A build in the middle of which another program opens the published file and keeps it."""
    with beside("duckdb"):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(warehouse)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout.readline() == "open\n"
        opened.append(writer)


def build_while_another_program_writes(warehouse: Path) -> None:
    """A build of version 2, in the middle of which somebody commits to the published file."""
    code = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('create schema history'); "
        "connection.execute('create table history.kept as select 1 as a')"
    )
    with beside("duckdb"):
        with duckdb.connect(str(warehouse_path())) as connection:
            connection.execute("create or replace table marts.mart_0 as select 2 as version")
        subprocess.run([sys.executable, "-c", code, str(warehouse)], check=True)


@pytest.mark.parametrize("room", [0.5, 1.2])
def test_a_full_disk_changes_nothing(warehouse, room):
    """No file may grow beyond a size, as on a disk without room: for the copy, or for the build."""
    limit = int(warehouse.stat().st_size * room)

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    completed = subprocess.run(
        [sys.executable, "-c", "from tests.faults.test_build_beside import build; build(2)"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )
    assert completed.returncode != 0
    if room < 1:
        assert (
            "is full: a build needs as much free space as the warehouse takes." in completed.stderr
        )
    assert versions(warehouse) == {(1, ROWS)}
    build(2)
    assert versions(warehouse) == {(2, ROWS)}


def test_who_could_not_read_the_warehouse_still_cannot(warehouse):
    warehouse.chmod(0o600)
    build(2)
    for path in (warehouse, *parquet_folder(warehouse).iterdir()):
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_lock_file_is_the_only_trace(warehouse):
    assert {path.name for path in warehouse.parent.iterdir()} <= {
        "emr.duckdb",
        "emr-marts",
        "building",
        "building.lock",
    }
