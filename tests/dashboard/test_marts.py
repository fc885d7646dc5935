"""Marts that do not answer are said to be so in one sentence; a build is told from another."""

from __future__ import annotations

import os
import time

import duckdb
import pytest

from dashboard import marts
from emr.project import UserError
from measures.pages import all_pages


def test_marts_that_are_not_there_are_said_to_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("EMR_WAREHOUSE", str(tmp_path / "emr.duckdb"))
    with pytest.raises(marts.NoMartsError, match=r"There are no marts yet .*: run `make build`"):
        marts.published("duckdb")
    (tmp_path / "building").mkdir()
    (tmp_path / "building" / "emr.duckdb").touch()
    with pytest.raises(marts.NoMartsError, match="The first build is in progress"):
        marts.published("duckdb")


def test_marts_of_another_version_are_said_to_be_old(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_date (date_key int)")
    with (
        marts.Marts("duckdb") as asked,
        pytest.raises(marts.NoMartsError, match="older than this dashboard"),
    ):
        marts.calendar(asked, all_pages().slicers)


def test_a_warehouse_without_encounters_is_one_sentence(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        columns = "date_key int, rolling_year varchar, year_month_name varchar"
        connection.execute(f"create table marts.dim_date ({columns})")
        connection.execute("create table marts.fct_encounters (arrival_date_key int)")
    with (
        marts.Marts("duckdb") as asked,
        pytest.raises(marts.NoMartsError, match="The marts hold no encounters"),
    ):
        marts.reading(asked)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "SQL Server returned an error: Invalid object name 'marts.dim_date'.",
            "older than this dashboard",
        ),
        (
            "SQL Server returned an error: Lock request time out period exceeded.",
            "written or replaced",
        ),
        (
            "SQL Server returned an error: Login failed for user 'emr_bi'.",
            "cannot be read: SQL Server returned",
        ),
    ],
)
def test_what_sql_server_says_is_one_sentence(monkeypatch, message, sentence):
    def reject(_target: str):
        raise UserError(message)

    monkeypatch.setattr(marts, "open_marts", reject)
    with marts.Marts("sqlserver") as asked, pytest.raises(marts.NoMartsError, match=sentence):
        asked.rows("select 1")


def test_a_file_that_is_no_warehouse_is_not_said_to_be_written(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    path.write_text("something else " * 1000, encoding="utf-8")
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with marts.Marts("duckdb") as asked, pytest.raises(marts.NoMartsError, match="cannot be read"):
        asked.rows("select 1")


def test_a_build_is_another_one_when_the_file_is_replaced(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    for part in ("one", "two"):
        duckdb.connect(str(tmp_path / part)).close()
    (tmp_path / "one").rename(path)
    first = marts.published("duckdb")
    (tmp_path / "two").replace(path)
    assert marts.published("duckdb").identity != first.identity


def test_a_build_is_under_way_while_it_writes(tmp_path, monkeypatch):
    monkeypatch.setenv("EMR_WAREHOUSE", str(tmp_path / "emr.duckdb"))
    assert not marts.is_building()
    (tmp_path / "building").mkdir()
    left = tmp_path / "building" / "emr.duckdb"
    left.touch()
    assert marts.is_building()
    hour_ago = time.time() - 3600
    os.utime(left, (hour_ago, hour_ago))
    assert not marts.is_building()
