"""The build command as a user runs it; whole builds of a clone are in tests/faults/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from emr.attach import attach
from emr.summary import cells
from tests.conftest import DbtRun, fresh_clone
from tests.emr.test_attach import write_extract


def pipeline(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run `python -m emr …` in a copy of the project."""
    return subprocess.run(
        [sys.executable, "-m", "emr", *arguments],
        cwd=project,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project as a fresh clone has it."""
    return fresh_clone(tmp_path / "a fresh clone")


def assert_one_sentence(completed: subprocess.CompletedProcess, *words: str) -> None:
    """The program ended with code 2 and one clear sentence."""
    text = completed.stdout + completed.stderr
    assert completed.returncode == 2, text
    assert "Traceback" not in text
    for word in words:
        assert word in text


def test_build_of_the_demo_files_as_an_extract_gives_the_same_marts(
    dbt, demo_build: DbtRun, project_root, tmp_path, monkeypatch
):
    assert demo_build.returncode == 0
    data = tmp_path / "my data"
    data.mkdir()
    for path in (project_root / "seeds" / "emr").glob("*.csv"):
        shutil.copyfile(path, data / path.name)
    warehouse = tmp_path / "dbt" / "emr.duckdb"
    warehouse.parent.mkdir()
    monkeypatch.setenv("EMR_WAREHOUSE", str(warehouse))
    attach("extract", data)
    # its tests have run on the demo, and run on an extract in tests/faults/
    without_tests = ("--exclude", "resource_type:test", "resource_type:unit_test")
    completed = dbt("build", *without_tests, emr_source="extract")
    assert completed.returncode == 0, completed.output[-4000:]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"attach '{demo_build.warehouse}' as demo (read_only)")
        tables = [
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables "
                "where table_catalog = 'demo' and table_schema = 'marts'"
            ).fetchall()
        ]
        assert tables
        for table in tables:
            ours, theirs = f"emr.marts.{table}", f"demo.marts.{table}"
            # the version of a row holds which source it comes from
            columns = "columns(lambda name: name <> 'source_version')"
            for one, other in ((ours, theirs), (theirs, ours)):
                difference = connection.execute(
                    f"select count(*) from (select {columns} from {one} "
                    f"except all select {columns} from {other})"
                ).fetchone()[0]
                assert difference == 0, table


def test_missing_data_option_is_one_sentence(project_root):
    assert_one_sentence(pipeline(project_root, "build", "--source", "extract"), "DATA=")


def test_missing_folder_is_one_sentence(project_root, tmp_path):
    completed = pipeline(
        project_root, "attach", "--source", "extract", "--data", str(tmp_path / "nowhere"),
        EMR_WAREHOUSE=str(tmp_path / "emr.duckdb"),
    )  # fmt: skip
    assert_one_sentence(completed, "nowhere")
    assert not (tmp_path / "emr.duckdb").exists()


def test_wrong_header_stops_the_build_and_changes_nothing(clone, tmp_path):
    folder = write_extract(tmp_path / "in", payers="payer_id,payer_nmae,payer_category\nP1,a,b\n")
    completed = pipeline(clone, "build", "--offline", "--source", "extract", "--data", str(folder))
    assert_one_sentence(completed, "payers.csv", "payer_name")
    assert not (clone / "target").exists()


def test_plain_dbt_says_which_raw_table_is_missing(dbt):
    run = dbt("build", emr_source="extract")
    assert run.returncode != 0
    assert "there is no table raw." in run.output


def test_an_unknown_source_is_named(dbt):
    run = dbt("parse", emr_source="nonsense")
    assert run.returncode != 0
    assert "must be one of: demo, extract, mimic" in run.output


@pytest.mark.skipif(os.name == "nt", reason="make is not for Windows: docs/installing.md")
def test_make_without_a_fitting_python_says_so(clone, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "make", "echo"):
        (tools / tool).symlink_to(shutil.which(tool))
    completed = subprocess.run(
        [shutil.which("make"), "build"],
        cwd=clone,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 2
    assert "No Python 3.11, 3.12 or 3.13 found" in completed.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize(
    ("name", "value", "count", "expected"),
    [
        ("Denial rate", 0.1234, 1100, ("12.3%", "1,100")),
        ("Denial rate", 0.0, 11, ("0.0%", "11")),
        ("Denial rate", None, 30, ("-", "30")),
        ("Denial rate", None, 10, ("-", "<11")),
        ("Denial rate", None, 1, ("-", "<11")),
        ("Denial rate", None, 0, ("no data", "0")),
        ("Denial rate", None, None, ("no data", "0")),
        ("Encounters", 4321, 4321, ("4,321", "")),
        ("Encounters", None, 3, ("-", "")),
        ("Net revenue", 1234567.8, 4321, ("$1,234,568", "4,321")),
        ("Days in A/R", 70.04, None, ("70.0", "")),
        ("Days in A/R", None, None, ("no data", "")),
    ],
)
def test_small_cells_are_not_printed(name, value, count, expected):
    assert cells(name, value, count, smallest_cell=11) == expected
