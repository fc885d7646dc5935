"""Runs: the same bytes whatever works on it, whole or not at all, errors in one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pyarrow.csv
import pyarrow.parquet
import pytest

from generator import generate, load_scenario, run
from generator.contract import SCHEMAS, TABLES
from generator.run import Job, OutputError, write_extract
from tests.conftest import PROJECT_ROOT
from tests.generator.conftest import run_generator
from tests.generator.test_extract import digests


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 400 patients in cohorts of 200, so that a small run has several."""
    monkeypatch.setattr(run, "COHORT_PATIENTS", 200)
    monkeypatch.setattr(run, "PART_PATIENTS", 400)


def test_tables_in_memory():
    tables = generate(load_scenario(), patients=30, seed=5)
    assert tuple(tables) == TABLES
    for name, table in tables.items():
        assert table.schema == SCHEMAS[name]
    assert tables["patients"].num_rows == 30


def test_the_size_of_parts_does_not_matter(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "COHORT_PATIENTS", 200)
    job = Job(load_scenario(), 1000, 3)
    read = {}
    for size in (200, 400, 5000):
        monkeypatch.setattr(run, "PART_PATIENTS", size)
        write_extract(job, tmp_path / str(size), "parquet", workers=1)
        read[size] = {
            name: pyarrow.parquet.read_table(
                [*(tmp_path / str(size)).glob(f"{name}.parquet")]
                or sorted((tmp_path / str(size) / name).iterdir())
            )
            for name in TABLES
        }
    assert (tmp_path / "200" / "charges" / "part-00005.parquet").exists()
    assert (tmp_path / "5000" / "charges.parquet").exists()
    for size in (200, 400):
        for name in TABLES:
            assert read[size][name].equals(read[5000][name]), (size, name)


def test_the_number_of_workers_does_not_matter(tmp_path):
    arguments = ["--patients", "60000", "--seed", "3", "--format", "parquet", "--faults", "0.001"]
    run_generator(tmp_path / "one", *arguments, "--workers", "1")
    run_generator(tmp_path / "two", *arguments, "--workers", "2")
    one = digests(tmp_path / "one")
    assert one == digests(tmp_path / "two")
    assert {"injected_faults.csv", "departments.parquet", "charges/part-00002.parquet"} <= set(one)


@pytest.mark.usefixtures("small_parts")
def test_more_patients_keep_the_first_cohorts():
    few = generate(load_scenario(), 400, 9)["encounters"].to_pandas()
    many = generate(load_scenario(), 600, 9)["encounters"].to_pandas()
    # Staff grows with the number of patients; what happens to a patient does not change.
    columns = [c for c in few if c != "provider_id"]
    assert many[columns].head(len(few)).equals(few[columns])


def test_an_earlier_extract_is_replaced_whole(tmp_path):
    job = Job(load_scenario(), 50, 1)
    write_extract(job, tmp_path / "out", "csv", 1)
    write_extract(Job(load_scenario(), 40, 1), tmp_path / "out", "parquet", 1)
    assert {p.suffix for p in (tmp_path / "out").iterdir()} == {".parquet"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_other_files_are_not_touched(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("ten years", encoding="utf-8")
    with pytest.raises(OutputError, match=r"thesis\.docx"):
        write_extract(Job(load_scenario(), 50, 1), tmp_path / "out", "csv", 1)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thesis.docx"]


def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch):
    write_extract(Job(load_scenario(), 50, 1), tmp_path / "out", "csv", 1)
    before = digests(tmp_path / "out")

    def fails(table, path, form):
        if path.name == "payments.csv":
            raise OSError(28, "No space left on device")
        real(table, path, form)

    real = run._write_table
    monkeypatch.setattr(run, "_write_table", fails)
    with pytest.raises(OutputError, match="No space left"):
        write_extract(Job(load_scenario(), 60, 2), tmp_path / "out", "csv", 1)
    assert digests(tmp_path / "out") == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("moment", [0.9, 1.6, 2.4])
def test_a_killed_run_leaves_what_was_there_and_can_be_run_again(tmp_path, moment):
    out = tmp_path / "out"
    run_generator(out, "--patients", "100")
    before = digests(out)
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "--patients", "300000", "--out", str(out), "--quiet"],
        cwd=PROJECT_ROOT,
        start_new_session=True,
    )
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert digests(out) == before
    run_generator(out, "--patients", "100", "--seed", "8")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert digests(out) != before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--patients", "0"], "1<=x<=10000000"),
        (["--patients", "many"], "not a valid integer"),
        (["--format", "xml"], "'csv', 'parquet'"),
        (["--faults", "2"], "0<=x<=0.5"),
        (["--seed", "-1"], "x>=0"),
    ],
)
def test_wrong_arguments_are_one_sentence(tmp_path, arguments, words):
    completed = run_generator(tmp_path / "out", *arguments, check=False)
    assert completed.returncode == 2
    assert words in completed.stderr
    assert "Traceback" not in completed.stderr


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    completed = run_generator(tmp_path / "out", check=False)
    assert completed.returncode == 2
    assert "Traceback" not in completed.stderr


def test_help_shows_examples_and_progress_shows_a_rate(tmp_path):
    completed = run_generator(tmp_path, "--help")
    assert "--faults 0.02" in completed.stdout
    shown = subprocess.run(
        [sys.executable, "-m", "generator", "--patients", "50", "--out", str(tmp_path / "out")],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "50/50" in shown.stderr
    assert "rows/s" in shown.stderr
    quiet = run_generator(tmp_path / "out", "--patients", "50")
    assert (quiet.stdout, quiet.stderr) == ("", "")


def test_values_with_commas_are_quoted(tmp_path):
    scenario = load_scenario()
    facility = scenario.facilities[0].model_copy(update={"name": 'Big, "Good" Hospital'})
    scenario = scenario.model_copy(update={"facilities": [facility, scenario.facilities[1]]})
    write_extract(Job(scenario, 20, 1), tmp_path / "out", "csv", 1)
    table = pyarrow.csv.read_csv(tmp_path / "out" / "facilities.csv")
    assert table["facility_name"][0].as_py() == 'Big, "Good" Hospital'


def test_one_patient_is_enough():
    for seed in range(5):
        tables = generate(load_scenario(), 1, seed)
        assert tables["patients"].num_rows == 1
        assert set(tables["encounters"]["patient_id"].to_pylist()) <= {"P00000001"}
