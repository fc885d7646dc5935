"""The T-SQL that is compiled for SQL Server gives what the DuckDB build gives, row by row.

It is executed on DuckDB, translated by translation.py. That shows that both texts say the same; it
does not show SQL Server itself.
"""

from __future__ import annotations

import datetime
import hashlib
import random

import duckdb
import pytest

from tests.conftest import DbtRun
from tests.quality.extract import together, with_changes, with_rows
from tests.quality.rule_cases import CASES, DUPLICATES, MISSING_KEYS, OVERLAPS, overlap
from tests.tsql.compiled import Compiled
from tests.tsql.translation import MACROS, to_duckdb
from tests.warehouse.engine import Engine, demo_tables
from tests.warehouse.histories import extract

Tables = dict[str, list[dict[str, str | None]]]
# Read as codes and words whatever their case; other text is the hospital's own.
CODES = {
    "sex", "payer_category", "encounter_class", "admission_type", "discharge_disposition",
    "readmission_indicator", "icd10_code", "procedure_code", "code_system", "claim_status",
    "paid_by",
}  # fmt: skip


# Rows that name another one in another case: orphans, and where those are flagged, kept as such.
OTHER_CASE = [
    ("encounters", {"patient_id": "p1"}),
    ("encounters", {"provider_id": "pr1"}),
    ("providers", {"department_id": "d1"}),
    ("charges", {"encounter_id": "e1"}),
]


@pytest.fixture(scope="module")
def t_sql(demo_build: DbtRun, compile_for) -> Compiled:
    """The demo compiled for SQL Server."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return compile_for("sqlserver", "demo")


@pytest.fixture(scope="module")
def duckdb_engine(demo_build: DbtRun) -> Engine:
    """All models as DuckDB SQL."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return Engine(demo_build)


@pytest.fixture(scope="module")
def t_sql_engine(demo_build: DbtRun, t_sql: Compiled) -> Engine:
    """All models as translated T-SQL."""
    return translated(demo_build, t_sql)


def translated(build: DbtRun, t_sql: Compiled, old: str = "", new: str = "") -> Engine:
    """All models as translated T-SQL, with one piece of text replaced by another."""
    engine = Engine(
        build, sql_of=lambda node: t_sql.in_duckdb(t_sql.sql_of(node).replace(old, new))
    )
    for macro in MACROS:
        engine.connection.execute(macro)
    return engine


def unequal(
    first: Engine,
    second: Engine,
    schemas: tuple[str, ...] = ("staging", "intermediate", "quarantine", "marts"),
) -> dict[str, int]:
    """Rows of each model that one engine has and the other has not."""
    found = {}
    for relation in first.relations:
        if not relation.startswith(schemas):
            continue
        one, other = (
            engine.connection.sql(f"select * from emr.{relation}").to_arrow_table()
            for engine in (first, second)
        )
        connection = first.connection
        connection.register("one", one)
        connection.register("other", other.select(one.column_names))
        count = connection.execute(
            "select count(*) from ((from one except all from other) "
            "union all (from other except all from one))"
        ).fetchall()[0][0]
        if count:
            found[relation] = count
    return found


def random_tables(seed: int, patients: int = 2000) -> Tables:
    """An extract of random patient histories."""
    return extract(random.Random(seed).choice, patients)


def test_on_the_demo(duckdb_engine, t_sql_engine):
    for engine in (duckdb_engine, t_sql_engine):
        engine.build(demo_tables())
    assert len(duckdb_engine.relations) > 80
    assert unequal(duckdb_engine, t_sql_engine) == {}


@pytest.mark.parametrize("seed", [11, 12])
def test_on_thousands_of_random_histories(duckdb_engine, t_sql_engine, seed):
    for engine in (duckdb_engine, t_sql_engine):
        engine.build(random_tables(seed))
    assert unequal(duckdb_engine, t_sql_engine) == {}


@pytest.mark.parametrize("collation", ["binary", "nocase"])
def test_on_rows_that_break_each_rule(demo_build, t_sql, duckdb_engine, collation):
    """Both reject the same rows for the same reason, whatever the server's collation."""
    extracts = [with_changes(table, **changes) for table, changes, _ in CASES]
    extracts += [with_changes(table, **{key: blank}) for table, key, blank in MISSING_KEYS]
    extracts += [with_rows(table, row) for table, row, _ in DUPLICATES.values()]
    extracts += [overlap(first, second) for first, second, _ in OVERLAPS.values()]
    extracts += [with_changes(table, **changes) for table, changes in OTHER_CASE]
    t_sql_engine = translated(demo_build, t_sql)
    t_sql_engine.connection.execute(f"set default_collation = '{collation}'")
    for engine in (duckdb_engine, t_sql_engine):
        engine.build(together(extracts))
    rejected = duckdb_engine.rows("select sum(failed_rows) as n from emr.quarantine.summary")
    assert rejected[0]["n"] > len(CASES) / 2
    assert unequal(duckdb_engine, t_sql_engine) == {}


def test_keys_that_a_collation_takes_for_one_are_seen(demo_build, t_sql, duckdb_engine):
    """Without a collation of their own, keys in another case would find their rows."""
    tables = together([with_changes(table, **changes) for table, changes in OTHER_CASE])
    duckdb_engine.build(tables)
    engine = translated(demo_build, t_sql, "collate latin1_general_100_bin2_utf8")
    engine.connection.execute("set default_collation = 'nocase'")
    engine.build(tables)
    assert "intermediate.int_checked_encounters" in unequal(duckdb_engine, engine)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("datediff(minute,", "datediff(hour,", id="unit of a difference"),
        pytest.param("hashbytes('MD5'", "hashbytes('SHA1'", id="hash of a key"),
        pytest.param("dateadd(day, 1 -", "dateadd(day, 2 -", id="start of a month"),
        pytest.param("nullif(trim(", "concat('', trim(", id="empty string"),
    ],
)
def test_a_difference_is_seen(demo_build, t_sql, duckdb_engine, old, new):
    assert any(old in sql for sql in t_sql.files.values())
    tables = random_tables(13, patients=200)
    tables["encounters"][0]["discharged_at"] = ""
    duckdb_engine.build(tables)
    try:
        other = translated(demo_build, t_sql, old, new)
        other.build(tables)
    except duckdb.Error:
        return
    assert unequal(duckdb_engine, other)


@pytest.mark.parametrize(
    ("columns", "change"),
    [
        pytest.param(None, lambda value: value and f"{value}   ", id="trailing blanks"),
        pytest.param(None, lambda value: value and f"  {value}", id="leading blanks"),
        pytest.param(None, lambda value: value or "", id="empty string"),
        pytest.param(None, lambda value: value or "   ", id="blank string"),
        pytest.param(CODES, lambda value: value and value.lower(), id="codes in lower case"),
        pytest.param(CODES, lambda value: value and value.upper(), id="codes in upper case"),
    ],
)
def test_how_a_value_is_written_changes_nothing(duckdb_engine, t_sql_engine, columns, change):
    """SQL Server compares text without regard to case and trailing blanks; DuckDB regards both."""
    tables = random_tables(14, patients=300)
    duckdb_engine.build(tables)
    written = {
        table: [
            {
                name: change(row.get(name)) if columns is None or name in columns else row.get(name)
                for name in t_sql_engine.raw_tables[table]
            }
            for row in rows
        ]
        for table, rows in tables.items()
    }
    t_sql_engine.build(written)
    found = unequal(duckdb_engine, t_sql_engine, schemas=("intermediate", "marts"))
    # it holds the category as delivered, before it is looked up whatever its case
    found.pop("intermediate.int_checked_payers", None)
    assert found == {}


def test_a_collation_without_case_changes_nothing(demo_build, t_sql, duckdb_engine):
    """SQL Server's usual collations ignore case; the answers do not hang on it."""
    tables = random_tables(15)
    duckdb_engine.build(tables)
    engine = translated(demo_build, t_sql)
    engine.connection.execute("set default_collation = 'nocase'")
    assert engine.rows("select 'a' = 'A' as is_equal") == [{"is_equal": True}]
    engine.build(tables)
    assert unequal(duckdb_engine, engine) == {}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("cast(7 as decimal(9, 2)) / 2", 3.5),
        ("len('ab  ')", 2),
        ("try_cast('' as int)", 0),
        ("try_cast('' as date)", datetime.date(1900, 1, 1)),
        ("try_cast('' as decimal(9, 2))", None),
        ("try_cast(nullif(trim('  '), '') as int)", None),
        ("try_cast('x' as int)", None),
        ("try_cast('2024-03-14 24:00:00' as datetime2)", None),
        ("concat('a', null, 'b')", "ab"),
        ("cast('2024-02-29' as varchar(7))", "2024-02"),
        ("datediff(day, '2024-02-28 23:59', '2024-03-01 00:00')", 2),
        ("datediff(minute, '2024-01-01 10:00:59', '2024-01-01 10:01:00')", 1),
        ("datediff(minute, '2024-01-01 10:01:00', '2024-01-01 10:01:59')", 0),
        ("datediff(month, '2024-01-31', '2024-02-01')", 1),
        ("cast(dateadd(month, 1, cast('2024-01-31' as date)) as date)", datetime.date(2024, 2, 29)),
        ("cast(1 as float) / 3", 1 / 3),
        (
            "cast(substring(hashbytes('MD5', 'E1'), 1, 8) as bigint)"
            " & cast(9223372036854775807 as bigint)",
            int.from_bytes(hashlib.md5(b"E1").digest()[:8]) & (2**63 - 1),
        ),
    ],
)
def test_what_t_sql_means(t_sql_engine, expression, expected):
    """SQL Server's documented result, which DuckDB's own reading of the same words may not be."""
    sql = to_duckdb(f"select {expression} as result", {})
    assert t_sql_engine.rows(sql) == [{"result": expected}]
