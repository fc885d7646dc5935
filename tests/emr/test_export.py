"""The marts as Parquet files, in a folder that somebody names."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from emr.export import export_marts
from emr.project import UserError


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with two marts and a table that is none, readable by its owner alone."""
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with duckdb.connect(str(path)) as connection:
        for schema, table in (("marts", "dim_a"), ("marts", "fct_b"), ("raw", "patients")):
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{table} as select 1 as a")
    path.chmod(0o600)
    return path


def test_marts_and_nothing_else_are_written_for_whom_may_read_the_warehouse(warehouse, tmp_path):
    folder = tmp_path / "it's here" / "marts"
    files = export_marts(folder)
    assert {path.name for path in files} == {"dim_a.parquet", "fct_b.parquet"}
    assert set(folder.iterdir()) == set(files)
    for path in files:
        assert path.stat().st_mode & 0o777 == warehouse.stat().st_mode & 0o777
        assert duckdb.execute("select a from read_parquet(?)", [str(path)]).fetchall() == [(1,)]


@pytest.mark.usefixtures("warehouse")
def test_an_export_replaces_the_one_before_and_leaves_what_is_not_its_own(tmp_path):
    folder = tmp_path / "marts"
    folder.mkdir()
    for name in ("dim_a.parquet", "fct_gone.parquet", "budget.parquet", "notes.txt"):
        (folder / name).write_text("old")
    export_marts(folder)
    found = {path.name for path in folder.iterdir()}
    assert found == {"dim_a.parquet", "fct_b.parquet", "budget.parquet", "notes.txt"}
    assert (folder / "dim_a.parquet").read_bytes() != b"old"


def test_an_export_that_fails_leaves_the_one_before(warehouse, tmp_path):
    folder = tmp_path / "marts"
    before = {path: path.read_bytes() for path in export_marts(folder)}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table marts.dim_c as select interval 1 day as a")
        connection.execute("create view marts.fct_a as select error('broken') as a")
    with pytest.raises(UserError, match="cannot be written"):
        export_marts(folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_no_warehouse_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("EMR_WAREHOUSE", str(tmp_path / "none.duckdb"))
    with pytest.raises(UserError, match="run the build first"):
        export_marts(tmp_path / "marts")
