"""Real builds of a fresh clone: what they tell, and what is left when they are killed.

One history, because a build takes a minute: the demo is built (the one that all tests look at);
builds of a hospital's extract are killed; one ends while somebody reads; another is stopped by
failed rows.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from emr.project import parquet_folder
from tests.conftest import PROJECT_ROOT
from tests.faults.conftest import Hospital, extract, write_marked_extract

# Each takes up to a whole build. EMR_KILLS asks for more.
KILLS = int(os.environ.get("EMR_KILLS", "1"))
# What no one outside of raw and staging may see, in lower case: the markers, the birth date in both
# ways that it is written, the ZIP code beyond its three digits (but in a longer number).
SECRETS = (r"zqxmark", r"1931-07-19", r"19\.07\.1931", r"\b98765\b")
RECORD_NUMBER = "zqxmarkmrn"


def fingerprint(warehouse: Path) -> dict[str, tuple]:
    """Every mart's rows and a sum over all their values."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        return {
            name: connection.execute(
                f"select count(*), cast(sum(hash(t)) as varchar) from marts.{name} as t"
            ).fetchall()[0]
            for (name,) in tables
        }


def secrets_in(text: str, allowed: str = "") -> list[str]:
    """The secrets that a text holds, record numbers left out where they are allowed."""
    text = text.lower()
    if allowed:
        text = text.replace(allowed, "")
    return [secret for secret in SECRETS if re.search(secret, text)]


def texts_of(warehouse: Path, schema: str) -> dict[str, str]:
    """All values of each column of a schema as one text."""
    found = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table, column in connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = ?",
            [schema],
        ).fetchall():
            values = connection.execute(
                f'select string_agg(distinct cast("{column}" as varchar), chr(10)) '
                f"from {schema}.{table}"
            ).fetchall()[0][0]
            found[f"{table}.{column}"] = values or ""
    return found


@pytest.fixture(scope="module")
def demo_of_a_clone(demo_build, demo_clone, tmp_path_factory) -> Hospital:
    """A clone with its first build, of the demo."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    project = tmp_path_factory.mktemp("hospital") / demo_clone.name
    return Hospital(Path(shutil.copytree(demo_clone, project)))


@dataclass(frozen=True)
class Night:
    """A clone after a night of its hospital, and what was seen meanwhile.

    Attributes:
        marts: the published marts before and after each build that was to be killed, and its exit
            code.
        read: what one reader saw of the marts before the last build and after it.
        last_build: the build that nobody killed.
    """

    hospital: Hospital
    marts: list[tuple[dict, dict, int]]
    read: list[list[tuple]]
    last_build: subprocess.CompletedProcess


def assert_nothing_runs_in(folder: Path) -> None:
    """Every program that a build had started in a folder is gone, after a moment."""
    for _ in range(50):
        running = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                running += [process] if (process / "cwd").resolve() == folder.resolve() else []
            except OSError:
                continue
        if not running:
            return
        time.sleep(0.1)
    pytest.fail(f"still running: {[(p / 'cmdline').read_text() for p in running]}")


@pytest.fixture(scope="module")
def night(demo_build, demo_of_a_clone, tmp_path_factory) -> Night:
    """The extract is built until nobody kills the build."""
    hospital = demo_of_a_clone
    # of all its steps
    usual_seconds = sum(map(float, re.findall(r"^  ([\d.]+) s$", demo_build.output, re.MULTILINE)))
    assert usual_seconds > 10
    data = extract(write_marked_extract(tmp_path_factory.mktemp("files") / "extract", seed=1))
    draw = random.Random(11)
    marts = []
    for _ in range(KILLS):
        before = fingerprint(hospital.warehouse)
        process = subprocess.Popen(
            hospital.command(*data),
            cwd=hospital.project,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(draw.uniform(0, 0.8) * usual_seconds)
        except subprocess.TimeoutExpired:
            # the program alone, as who is short of memory does: dbt ends with it
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert_nothing_runs_in(hospital.project)
        marts.append((before, fingerprint(hospital.warehouse), process.returncode))
    with duckdb.connect(str(hospital.warehouse), read_only=True) as reader:
        ask = "select count(*), sum(hash(t)) from marts.fct_encounters as t"
        read = [reader.execute(ask).fetchall()]
        last_build = hospital.build(*data)
        read.append(reader.execute(ask).fetchall())
    return Night(hospital, marts, read, last_build)


@pytest.fixture(scope="module")
def built(night: Night) -> Hospital:
    """The clone with the hospital's marts."""
    completed = night.last_build
    assert completed.returncode == 0, completed.stdout[-4000:] + completed.stderr[-4000:]
    return night.hospital


def test_the_first_build_of_a_clone_ends_with_figures(demo_build, demo_of_a_clone):
    hospital = demo_of_a_clone
    assert "all good" in demo_build.output
    assert "30-day readmission rate" in demo_build.output
    assert "fct_encounters" in demo_build.output
    assert hospital.warehouse.exists()
    assert (parquet_folder(hospital.warehouse) / "fct_encounters.parquet").exists()
    assert (hospital.project / "target" / "catalog.json").exists()


def test_killed_at_random_moments_readers_see_the_old_marts(night):
    assert len(night.marts) == KILLS
    assert any(code == -signal.SIGKILL for *_, code in night.marts)
    marts = {path.stem for path in (PROJECT_ROOT / "models" / "marts").rglob("*.sql")}
    for before, after, code in night.marts:
        assert before.keys() == marts
        # one that had ended before was all right
        assert code in (0, -signal.SIGKILL)
        assert code == 0 or after == before


def test_the_next_build_succeeds_while_somebody_reads(night, built):
    before, after = night.read
    assert before == after, "who reads sees the marts of the beginning until the end"
    of_the_demo, of_the_extract = night.marts[0][0], fingerprint(built.warehouse)
    assert of_the_extract.keys() == of_the_demo.keys()
    assert of_the_extract["fct_encounters"] != of_the_demo["fct_encounters"]


def test_the_markers_are_in_raw_and_staging(built):
    raw = "\n".join(texts_of(built.warehouse, "raw").values()).lower()
    assert set(secrets_in(raw)) == set(SECRETS)


@pytest.mark.parametrize("schema", ["marts", "reference"])
def test_no_identifier_is_in_what_analysts_and_dashboards_read(built, schema):
    assert not {c: s for c, t in texts_of(built.warehouse, schema).items() if (s := secrets_in(t))}


@pytest.mark.parametrize("schema", ["intermediate", "quarantine", "history"])
def test_no_identifier_but_the_record_number_goes_beyond_staging(built, schema):
    texts = texts_of(built.warehouse, schema)
    assert not {c: s for c, t in texts.items() if (s := secrets_in(t, RECORD_NUMBER))}


def test_quarantine_tells_patterns_of_what_identifies(built):
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select column_name, offending_value from quarantine.failed_rows "
            "where table_name = 'patients' and rule_name <> 'orphan' order by 1, 2"
        ).fetchall()
    assert ("birth_date", "99.99.9999") in found
    assert ("birth_date", "AAAAAAA 9999") in found
    assert ("phone", "A" * 50) in found


def published_files(project: Path) -> list[Path]:
    """Everything that a build writes beside the warehouse, and what Power BI and pages get."""
    folders = ("target", "logs", "powerbi", "dashboard", "docs")
    return [p for f in folders for p in (project / f).rglob("*") if p.is_file()]


def test_no_identifier_is_in_documentation_logs_artifacts_or_on_the_screen(night, built):
    files = published_files(built.project)
    names = {path.name for path in files}
    assert {"manifest.json", "catalog.json", "run_results.json", "dbt.log", "index.html"} <= names
    for path in files:
        assert not secrets_in(path.read_bytes().decode("utf-8", errors="replace")), path
    assert not secrets_in(night.last_build.stdout + night.last_build.stderr)


def test_a_stopped_build_says_why_without_an_identifier_and_changes_nothing(built, tmp_path):
    before = fingerprint(built.warehouse)
    data = write_marked_extract(tmp_path / "broken", seed=2, broken=True)
    completed = built.build(*extract(data))
    assert completed.returncode == 1
    assert "the previous build stays in place" in completed.stdout
    assert "orphan in patient_id" in completed.stdout
    assert "Traceback" not in completed.stdout + completed.stderr
    assert fingerprint(built.warehouse) == before
    assert not secrets_in(completed.stdout + completed.stderr)
    for path in published_files(built.project):
        assert not secrets_in(path.read_bytes().decode("utf-8", errors="replace")), path
    building = built.warehouse.parent / "building" / "emr.duckdb"
    with duckdb.connect(str(building), read_only=True) as connection:
        [(rejected,)] = connection.execute(
            "select count(*) from intermediate.int_checked_encounters "
            "where rejected_by_rule = 'patient_id orphan'"
        ).fetchall()
    assert rejected > 50
