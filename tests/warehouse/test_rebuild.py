"""A second build changes nothing in any mart, and a build leaves data in every mart."""

from __future__ import annotations

import shutil

import duckdb

from tests.conftest import run_dbt


def contents(warehouse) -> dict[str, tuple[int, int]]:
    """Rows and an order-independent checksum of every mart."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall()
        ]
        return {
            table: connection.execute(
                f"select count(*), coalesce(sum(hash(t)::hugeint), 0) from marts.{table} as t"
            ).fetchone()
            for table in tables
        }


def test_a_second_build_is_a_no_op_in_content(demo_warehouse, tmp_path):
    folder = tmp_path / "again"
    folder.mkdir()
    shutil.copyfile(demo_warehouse, folder / "emr.duckdb")
    before = contents(folder / "emr.duckdb")
    built = run_dbt(folder, "run")
    assert built.returncode == 0, built.output[-4000:]
    assert contents(built.warehouse) == before


def test_every_mart_of_the_demo_holds_data(demo_warehouse):
    # a dimension always has its unknown member, so one row is none; a report may have one
    empty = [
        table
        for table, (rows, _) in contents(demo_warehouse).items()
        if rows < (1 if table.startswith("rpt_") else 2)
    ]
    assert not empty
