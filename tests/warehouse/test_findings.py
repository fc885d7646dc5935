"""The findings table says what it measures, and a demo that does not show a finding fails."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from tests.conftest import run_dbt


def test_the_demo_shows_every_finding(demo):
    rows = demo.execute("select finding_id, value, is_confirmed from marts.rpt_findings").fetchall()
    assert {finding for finding, _, _ in rows} == {f"F{number}" for number in range(1, 10)}
    assert all(value is not None and holds == 1 for _, value, holds in rows)


def test_a_finding_that_does_not_hold_fails_the_build_of_the_demo(demo_warehouse, tmp_path):
    folder = tmp_path / "changed"
    folder.mkdir()
    shutil.copyfile(demo_warehouse, folder / "emr.duckdb")
    with duckdb.connect(str(folder / "emr.duckdb")) as connection:
        # one check just below its value, one exactly on it, one that nothing can measure
        connection.execute(
            "update reference.finding_checks set highest_expected = 0.30, lowest_expected = 0.10 "
            "where finding_id = 'F1'"
        )
        connection.execute(
            "update reference.finding_checks set lowest_expected = 2, highest_expected = 2 "
            "where finding_id = 'F7'"
        )
        connection.execute("delete from reference.finding_departments where finding_id = 'F5'")
    run = run_dbt(folder, "build", "--select", "rpt_findings", "--exclude", "test_type:unit")
    assert run.returncode != 0
    assert "assert_every_finding_holds" in run.output
    with duckdb.connect(str(folder / "emr.duckdb"), read_only=True) as connection:
        holds = {
            (finding, check): value
            for finding, check, value in connection.execute(
                "select finding_id, check_number, is_confirmed from marts.rpt_findings"
            ).fetchall()
        }
    assert holds["F1", 1] == 0
    assert holds["F7", 1] == 1
    assert holds["F5", 1] is None
    assert holds["F5", 3] is None
    assert holds["F9", 1] == 1


def test_two_departments_of_one_name_are_one_in_the_recommendations(demo_warehouse, tmp_path):
    """The demo has General Medicine at two sites; a finding names departments, not sites."""
    folder = tmp_path / "named"
    folder.mkdir()
    shutil.copyfile(demo_warehouse, folder / "emr.duckdb")
    with duckdb.connect(str(folder / "emr.duckdb")) as connection:
        connection.execute(
            "insert into reference.finding_departments values "
            "('F3', 'General Medicine'), ('F5', 'General Medicine'), ('F7', 'General Medicine')"
        )
    selection = ("--select", "tag:measures", "rpt_recommendations", "--exclude", "test_type:unit")
    run = run_dbt(folder, "build", *selection)
    assert run.returncode == 0, run.output[-4000:]
    with duckdb.connect(str(folder / "emr.duckdb"), read_only=True) as connection:
        [[readmissions]] = connection.execute(
            "select value_before from marts.rpt_recommendations where recommendation_id = 'R4' "
            "and scope = 'General Medicine' and measure like 'Readmissions%'"
        ).fetchall()
        [[counted]] = connection.execute(
            "select sum(is_readmitted_30_days) / (select count(distinct date_key) / 365.25 "
            "from marts.fct_daily_census) from marts.fct_readmissions "
            "join marts.dim_department using (department_key) "
            "where department_name = 'General Medicine'"
        ).fetchall()
    assert float(readmissions) == pytest.approx(counted, abs=1e-4)
