"""Loading on a real server: every value arrives, and a load that is killed changes nothing."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from emr.load import load
from emr.server import Server, connect
from emr.sources import read_source
from tests.conftest import PROJECT_ROOT
from tests.emr.test_attach import write_extract

DEMO = PROJECT_ROOT / "seeds" / "emr"
KILLS = 20


def rows_of(server: Server, table: str) -> list[tuple]:
    """All rows of a raw table, in any order."""
    return sorted(server.execute(f"select * from raw.{table}"), key=repr)


def rows_in(path: Path, columns: tuple[str, ...]) -> list[tuple]:
    """All rows of a CSV file; an empty field is a missing one."""
    with path.open(encoding="utf-8", newline="") as file:
        found = [tuple(row[name] or None for name in columns) for row in csv.DictReader(file)]
    return sorted(found, key=repr)


def test_the_demo_arrives_value_by_value(server):
    load("extract", DEMO, server)
    for table in read_source("extract").tables:
        assert rows_of(server, table.name) == rows_in(
            DEMO / f"{table.name}.csv", table.column_names
        ), table.name


def test_difficult_text_arrives(server, tmp_path):
    names = [
        "Zoë Müller-Łukasz", "李小龍", "O'Brien", 'say "hi"', "a,b", "two\nlines", "tab\there",
        "  blanks  ", "=1+1", "🏥 hospital", "x" * 9000, "\\N", "NULL",
    ]  # fmt: skip
    columns = next(t for t in read_source("extract").tables if t.name == "payers").column_names
    folder = write_extract(tmp_path / "in", payers=None)
    with (folder / "payers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([f"P{n}", name, "Private"] for n, name in enumerate(names))
    load("extract", folder, server)
    assert rows_of(server, "payers") == rows_in(folder / "payers.csv", columns)


def test_typed_values_arrive(server, tmp_path):
    folder = write_extract(tmp_path / "in", vitals=None)
    columns = next(t for t in read_source("extract").tables if t.name == "vitals").column_names
    values = {name: pa.array(["1", None]) for name in columns}
    values["systolic_bp"] = pa.array([120, None], pa.int64())
    values["measured_at"] = pa.array([1_700_000_000_123_456, None], pa.timestamp("us"))
    pq.write_table(pa.table(values), folder / "vitals.parquet")
    load("extract", folder, server)
    types = dict(
        server.execute(
            "select column_name, data_type from information_schema.columns "
            "where table_schema = 'raw' and table_name = 'vitals'"
        )
    )
    assert (types["systolic_bp"], types["measured_at"]) == ("int", "datetime2")
    [(text, number)] = server.execute(
        "select convert(varchar(26), measured_at, 121), systolic_bp from raw.vitals "
        "where systolic_bp is not null"
    )
    assert (text, number) == ("2023-11-14 22:13:20.123456", 120)


def test_a_load_that_is_killed_changes_nothing(server, pipeline, tmp_path):
    small = write_extract(tmp_path / "small")
    load("extract", small, server)
    before = {t.name: rows_of(server, t.name) for t in read_source("extract").tables}
    server.close()  # its lock is free with it
    arguments = ("load", "--source", "extract", "--data", DEMO)
    started = time.monotonic()
    whole = pipeline(*arguments)
    assert whole.wait() == 0, whole.stdout.read()
    seconds = time.monotonic() - started
    chance = random.Random(5)
    for _ in range(KILLS):
        again = pipeline("load", "--source", "extract", "--data", small)
        assert again.wait() == 0, again.stdout.read()
        killed = pipeline(*arguments)
        time.sleep(chance.uniform(0.1, 0.95) * seconds)
        killed.kill()
        if killed.wait() == 0:
            continue  # it was faster
        observer = connect()
        assert {name: rows_of(observer, name) for name in before} == before
        observer.close()
