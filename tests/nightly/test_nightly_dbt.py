"""The nightly run as dbt does it, on a built demo whose raw tables changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.conftest import run_dbt
from tests.nightly.text import FACTS
from tests.warehouse.test_rebuild import contents

CHANGES = (
    # corrections, stated
    "update raw_demo.encounters set department_id = 'D02', updated_at = '2025-06-01 00:00:00' "
    "where encounter_id in (select min(encounter_id) from raw_demo.encounters)",
    "update raw_demo.patients set birth_date = '1950-01-01', updated_at = '2025-06-01 00:00:00' "
    "where patient_id in (select max(patient_id) from raw_demo.patients)",
    # deletions
    "delete from raw_demo.charges where encounter_id like '%7'",
    "update raw_demo.encounters set updated_at = '2025-06-02 00:00:00' "
    "where encounter_id like '%7'",
    # an arrival, late
    "insert into raw_demo.encounters select * replace (encounter_id || 'X' as encounter_id) "
    "from raw_demo.encounters where encounter_id in (select min(encounter_id) "
    "from raw_demo.encounters)",
)


def built_again(folder: Path, *options: str) -> dict[str, tuple[int, int]]:
    """Rows and checksums of the marts after another run."""
    run = run_dbt(folder, "run", *options)
    assert run.returncode == 0, run.output[-4000:]
    return contents(run.warehouse)


def test_a_night_equals_a_full_build_and_a_new_column_asks_for_one(demo_warehouse, tmp_path):
    shutil.copyfile(demo_warehouse, tmp_path / "emr.duckdb")
    before = contents(tmp_path / "emr.duckdb")
    with duckdb.connect(str(tmp_path / "emr.duckdb")) as connection:
        for change in CHANGES:
            connection.execute(change)
        kept = "select count(*) from marts.fct_charges where rowid < 20000"
        [[rows]] = connection.execute(kept).fetchall()
    night = built_again(tmp_path)
    assert all(night[fact] != before[fact] for fact in FACTS)
    with duckdb.connect(str(tmp_path / "emr.duckdb")) as connection:
        # rows of old encounters are where they were: the fact was not made anew
        assert 0 < connection.execute(kept).fetchall()[0][0] < rows
        connection.execute("alter table marts.fct_vitals drop column glucose_mg_dl")
    assert built_again(tmp_path) == night, "a table without a column is built whole"
    assert built_again(tmp_path, "--full-refresh") == night
