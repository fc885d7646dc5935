"""A folder of files becomes SQL Server's raw tables: all of them whole, or none."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from emr.files import Delivered
from emr.load import load
from emr.project import UserError
from emr.raw_tables import raw_table
from emr.sources import Column, Source, Table, read_source
from tests.emr.stand_in import Database, KilledError, StandIn
from tests.emr.test_attach import write_extract

EXTRACT = read_source("extract")
SOME_TABLES = ("facilities", "departments", "payers")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """An extract."""
    return write_extract(tmp_path / "first")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The next night's extract: more rows in one table, a long value in another."""
    lines = "".join(f"P{n},Plan {n},Private\n" for n in range(250))
    return write_extract(
        tmp_path / "second",
        payers=f"payer_id,payer_name,payer_category\n{lines}",
        facilities=f"facility_id,facility_name,city,state,zip_code\nF1,{'ü' * 300},,,\n",
    )


def run(folder: Path, server: StandIn, *progress) -> StandIn:
    """A load by a program that ends."""
    try:
        load("extract", folder, server, *progress)
    finally:
        server.close()
    return server


def test_every_table_is_loaded_and_nothing_else_is_left(first):
    database = Database()
    run(first, StandIn(database))
    assert database.contents() == {
        f"raw.{table.name}": [tuple(f"{name}-1" for name in table.column_names)]
        for table in EXTRACT.tables
    }


def test_the_next_load_replaces_the_tables(first, second):
    database = Database()
    run(first, StandIn(database))
    run(second, StandIn(database))
    contents = database.contents()
    assert len(contents) == len(EXTRACT.tables)
    assert len(contents["raw.payers"]) == 250
    assert contents["raw.facilities"] == [("F1", "ü" * 300, None, None, None)]


def test_an_extract_without_facilities_gets_its_one_site(tmp_path):
    database = Database()
    run(write_extract(tmp_path / "in", facilities=None), StandIn(database))
    assert [row[:2] for row in database.contents()["raw.facilities"]] == [
        ("facility_id-1", "Main site")
    ]


def test_progress_counts_every_row_of_every_table(second):
    told: dict[str, list[int]] = {}
    run(
        second,
        StandIn(Database()),
        lambda name, done, rows: told.setdefault(name, [rows]).append(done),
    )
    assert set(told) == {table.name for table in EXTRACT.tables}
    assert all(done[0] == done[-1] for done in told.values())


def test_killed_at_any_call_it_leaves_all_old_or_all_new_tables(first, second, monkeypatch):
    """And the next load succeeds without hand work."""
    some = Source(EXTRACT.schema, tuple(t for t in EXTRACT.tables if t.name in SOME_TABLES))
    monkeypatch.setattr("emr.load.read_source", lambda _: some)
    calls = run(second, StandIn(Database()))
    old, new = Database(), Database()
    run(first, StandIn(old))
    run(second, StandIn(new))
    outcomes = set()
    for dies_at in range(1, calls.calls + 1):
        database = Database()
        run(first, StandIn(database))
        with pytest.raises(KilledError):
            run(second, StandIn(database, dies_at))
        seen = {
            name: rows
            for name, rows in database.contents().items()
            if not name.endswith("__loading")
        }
        assert seen in (old.contents(), new.contents()), f"killed at call {dies_at}"
        outcomes.add(seen == new.contents())
        run(second, StandIn(database))
        assert database.contents() == new.contents(), f"after being killed at call {dies_at}"
    assert outcomes == {False}, "only after the commit, which is the last call, are tables new"


def test_a_rejected_load_leaves_nothing_behind(first, second):
    database = Database()
    run(first, StandIn(database))
    before = database.contents()

    def lose_a_row(batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.slice(0, 249) if batch.num_rows == 250 else batch

    with pytest.raises(UserError, match=r"payers was not loaded completely \(249 of 250 rows\)"):
        run(second, StandIn(database, damage=lose_a_row))
    assert database.contents() == before


def test_a_changed_value_is_seen(first):
    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [pa.array(["other"]), *batch.columns[1:]]
        return pa.record_batch(columns, names=batch.schema.names)

    with pytest.raises(UserError, match="1 of 1 rows, different values"):
        run(first, StandIn(Database(), damage=change))


def test_two_loads_at_once_are_rejected(first):
    database = Database()
    other = StandIn(database)
    database.locked_by = other
    with pytest.raises(UserError, match="Another load is running"):
        run(first, StandIn(database))


def test_a_database_that_cannot_keep_every_character_is_rejected(first):
    with pytest.raises(UserError, match="Latin1_General_CI_AS"):
        run(first, StandIn(Database(collation="Latin1_General_CI_AS")))


def test_a_wrong_folder_is_rejected_before_the_server_is_asked(tmp_path):
    server = StandIn(Database())
    with pytest.raises(UserError, match="no column payer_category"):
        run(
            write_extract(tmp_path / "in", payers="payer_id,payer_name\nP1,Plan\n"),
            server,
        )
    assert server.calls == 0


@pytest.mark.parametrize(
    ("values", "contract", "server_type", "loaded"),
    [
        # text, as CSV delivers it, stays text in a column as long as the contract says …
        ("(values ('a'), (null))", "varchar(50)", "varchar(50)", ["a", None]),
        ("(values ('2024-02-30'))", "date", "varchar(255)", ["2024-02-30"]),
        ("(values ('1,5'))", "int", "varchar(255)", ["1,5"]),
        ("(values ('x'))", None, "varchar(255)", ["x"]),
        # … or longer, in bytes
        (f"(values ('{'ü' * 30}'))", "varchar(50)", "varchar(60)", ["ü" * 30]),
        (f"(values ('{'x' * 9000}'))", "varchar(50)", "varchar(max)", ["x" * 9000]),
        # typed values take the contract's type where all of them fit
        ("(values (date '2024-02-29'))", "date", "date", None),
        ("(values (timestamp '2024-02-29 10:00:00.5'))", "timestamp", "datetime2(6)", None),
        ("(values (date '2024-02-29'))", "timestamp", "datetime2(6)", None),
        ("(values (7::bigint), (null))", "int", "int", [7, None]),
        ("(values (1234567.89::double))", "decimal(18,2)", "decimal(18, 2)", None),
        ("(values (0.1::double), (2e9::double))", "decimal(18,2)", "decimal(18, 2)", None),
        ("(values (null::date))", "date", "date", [None]),
        # and stay text where one does not
        ("(values (1234567.891::double))", "decimal(18,2)", "varchar(255)", ["1234567.891"]),
        ("(values (3.7::double))", "int", "varchar(255)", ["3.7"]),
        (
            "(values (timestamp '2024-02-29 10:30:00'))",
            "date",
            "varchar(255)",
            ["2024-02-29 10:30:00"],
        ),
        ("(values (3000000000), (1))", "int", "varchar(255)", ["3000000000", "1"]),
        ("(values (date '0044-03-15 (BC)'))", "date", "varchar(255)", ["0044-03-15 (BC)"]),
        # a key that is a number elsewhere is text here
        ("(values (17))", "varchar(50)", "varchar(50)", ["17"]),
        ("(values (true))", "int", "int", [1]),
    ],
)
def test_the_type_of_a_column(values, contract, server_type, loaded):
    table = Table("t", (Column("c", contract, None),))
    delivered = Delivered(table, f"select c from {values} as v(c)", 1, ())
    with duckdb.connect() as connection:
        made = raw_table("raw", delivered, connection)
        assert made.columns[0].server_type == server_type
        if loaded is not None:
            rows = connection.execute(made.select()).fetchall()
            assert [value for (value,) in rows] == loaded


def test_identifiers_are_masked(first):
    server = StandIn(Database())
    run(first, server)
    masked = {
        line.split("]")[0].strip(" [")
        for sql in server.statements
        if sql.startswith("create table")
        for line in sql.splitlines()
        if "masked with (function = 'default()')" in line
    }
    assert masked == {
        "first_name", "last_name", "birth_date", "address_line", "city", "zip_code", "phone",
        "email", "provider_name",
    }  # fmt: skip


def test_microsoft_reads_the_statements(first, second, microsoft_messages):
    database = Database()
    run(first, StandIn(database))
    server = StandIn(database)
    run(second, server)
    assert len(server.statements) > 4 * len(EXTRACT.tables)
    scripts = {f"{n} {sql[:30]}": sql for n, sql in enumerate(server.statements)}
    assert microsoft_messages(scripts, names=False) == []
