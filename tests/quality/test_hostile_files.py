"""Files as no export should write them: each is read right, or rejected in one clear sentence.

What single values bring about is in test_rules.py; the last test here sends any values through all
rules.
"""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emr.dbt import without_stack_trace
from emr.files import read_folder
from emr.project import UserError
from emr.sources import Source, read_source
from tests.conftest import DbtRun
from tests.quality.extract import ONE_OF_EVERYTHING, Row
from tests.warehouse.engine import Engine

EXTRACT = read_source("extract")
# Its payers alone: a file is read the same, whatever lies beside it.
PAYERS = Source(EXTRACT.schema, tuple(t for t in EXTRACT.tables if t.name == "payers"))
HEADER = "payer_id,payer_name,payer_category"
PLAN = "PY1,Plan,Medicare"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an extract."""
    path = tmp_path / "extract"
    path.mkdir()
    return path


def payers(folder: Path) -> list[Row]:
    """The rows of payers as they are read."""
    with duckdb.connect() as connection:
        [delivered] = read_folder(PAYERS, folder, connection)
        cursor = connection.execute(delivered.select)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def rejection(folder: Path) -> str:
    """The sentence that rejects a folder."""
    with pytest.raises(UserError) as caught:
        payers(folder)
    return caught.value.message


def row(**changes: str | None) -> Row:
    """The row of payers with other values."""
    return {"payer_id": "PY1", "payer_name": "Plan", "payer_category": "Medicare"} | changes


READ = {
    "windows line ends": (f"{HEADER}\r\n{PLAN}\r\n", row()),
    "no line end at the end": (f"{HEADER}\n{PLAN}", row()),
    "byte order mark": (f"\ufeff{HEADER}\n{PLAN}\n", row()),
    "quoted header": ('"payer_id","payer_name","payer_category"\n' + PLAN + "\n", row()),
    "blanks around the names": (f"payer_id , payer_name, payer_category\n{PLAN}\n", row()),
    "names in upper case": (f"{HEADER.upper()}\n{PLAN}\n", row()),
    "columns in another order": (
        "payer_category,payer_id,payer_name\nMedicare,PY1,Plan\n", row()),
    "further columns": (
        "comment,payer_id,payer_name,payer_category,x\n?,PY1,Plan,Medicare,!\n", row()),
    "a comma in quotes": (f'{HEADER}\nPY1,"Plan, best",Medicare\n', row(payer_name="Plan, best")),
    "quotes in quotes": (f'{HEADER}\nPY1,"The ""Plan""",Medicare\n', row(payer_name='The "Plan"')),
    "a line break in quotes": (
        f'{HEADER}\nPY1,"Plan\nbest",Medicare\n', row(payer_name="Plan\nbest")),
    "a blank line at the end": (f"{HEADER}\n{PLAN}\n\n", row()),
    "an empty field in quotes": (f'{HEADER}\nPY1,"",Medicare\n', row(payer_name=None)),
    "letters of many languages": (
        f"{HEADER}\nPY1,Ünïté 健康 🏥,Medicare\n", row(payer_name="Ünïté 健康 🏥")),
    "a formula": (
        f"{HEADER}\nPY1,=cmd|'/c calc'!A1,Medicare\n", row(payer_name="=cmd|'/c calc'!A1")),
    "a field of ten million bytes": (
        f"{HEADER}\nPY1,{'x' * 10_000_000},Medicare\n", row(payer_name="x" * 10_000_000)),
    "SQL": (f"{HEADER}\nPY1,'; drop table payers; --,Medicare\n",
            row(payer_name="'; drop table payers; --")),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_right(folder, name):
    text, expected = READ[name]
    (folder / "payers.csv").write_text(text, encoding="utf-8", newline="")
    assert payers(folder) == [expected]


REFUSED = {
    "empty": (b"", "payers.csv is empty: its first line must name the columns."),
    "blank lines alone": (b"\n\n", "payers.csv is empty: its first line must name the columns."),
    "semicolons": (
        b"payer_id;payer_name;payer_category\nPY1;Plan;Medicare\n",
        "payers.csv is separated by semicolons: save it with commas."),
    "tabs": (
        b"payer_id\tpayer_name\tpayer_category\nPY1\tPlan\tMedicare\n",
        "payers.csv is separated by tabs: save it with commas."),
    "UTF-16": (
        f"{HEADER}\n{PLAN}\n".encode("utf-16"),
        "payers.csv is UTF-16 text: save it as UTF-8."),
    "UTF-16 without a mark": (
        f"{HEADER}\n{PLAN}\n".encode("utf-16-le"),
        "payers.csv, line 1 contains a null byte: the file is damaged or is not text; copy or "
        "export it again."),
    "Windows-1252": (
        f"{HEADER}\nPY0,First,Medicaid\nPY1,Unité,Medicare\n".encode("cp1252"),
        "payers.csv, line 3, column payer_name is not UTF-8 text (it looks like Windows-1252): "
        "save it as UTF-8."),
    "bytes of no encoding": (
        f"{HEADER}\nPY1,Plan,".encode() + b"\x81\xff\n",
        "payers.csv, line 2, column payer_category is not UTF-8 text: save it as UTF-8."),
    "a zero byte": (
        f"{HEADER}\n{PLAN}\nPY2,Pl\0an,Medicare\n".encode(),
        "payers.csv, line 3, column payer_name contains a null byte: the file is damaged or is not "
        "text; copy or export it again."),
    "a column twice": (
        b"payer_id,payer_name,payer_category,payer_name\nPY1,Plan,Medicare,Plan\n",
        "payers.csv has the column payer_name twice: rename or drop one."),
    "a column twice but for its case": (
        b"payer_id,payer_name,payer_category,Payer_Name\nPY1,Plan,Medicare,Plan\n",
        "payers.csv has the column payer_name twice: rename or drop one."),
    "a missing column": (
        b"payer_id,payer_nam,payer_category\nPY1,Plan,Medicare\n",
        "payers.csv has no column payer_name (is it payer_nam?): add or rename it; "
        "docs/own-data.md lists every column."),
    "a field too few": (
        f"{HEADER}\n{PLAN}\nPY2,Plan\n".encode(),
        "payers.csv, line 3 cannot be read (3 fields expected, 2 found): every line must "
        "have as many fields as the header, and fields with commas or line breaks must be in "
        "double quotes."),
    "a field too many": (
        f"{HEADER}\nPY1,Plan, best,Medicare\n".encode(),
        "payers.csv, line 2 cannot be read (3 fields expected, 4 found): every line must "
        "have as many fields as the header, and fields with commas or line breaks must be in "
        "double quotes."),
    "a field longer than any may be": (
        f"{HEADER}\nPY1,{'x' * 21_000_000},Medicare\n".encode(),
        "payers.csv, line 2 cannot be read (longer than 20 million bytes): every line must "
        "have as many fields as the header, and fields with commas or line breaks must be in "
        "double quotes."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_rejected_in_one_sentence(folder, name):
    content, sentence = REFUSED[name]
    (folder / "payers.csv").write_bytes(content)
    assert rejection(folder) == sentence


def test_an_unfinished_quote_is_rejected(folder):
    (folder / "payers.csv").write_text(f'{HEADER}\n{PLAN}\nPY2,"Plan,Medicare\n', encoding="utf-8")
    assert rejection(folder).startswith("payers.csv, line 3 cannot be read (")


def test_departments_that_stand_in_for_facilities_are_checked_first(folder):
    """A hospital without facilities.csv gets one facility, for its departments without one."""
    parts = tuple(t for t in EXTRACT.tables if t.name in ("facilities", "departments"))
    (folder / "departments.csv").write_text(
        f"{','.join(parts[1].column_names)}\nD1,ER\n", encoding="utf-8"
    )
    with pytest.raises(UserError) as caught, duckdb.connect() as connection:
        read_folder(Source(EXTRACT.schema, parts), folder, connection)
    assert caught.value.message.startswith("departments.csv, line 2 cannot be read (")


def test_a_table_without_rows_is_read(folder):
    (folder / "payers.csv").write_text(f"{HEADER}\n", encoding="utf-8")
    assert payers(folder) == []


def test_the_line_of_a_file_is_not_shown_when_dbt_cannot_read_it(folder):
    """The files are read again by each dbt run; who changes one meanwhile gets DuckDB's message."""
    (folder / "payers.csv").write_text(f'{HEADER}\nPY1,"Ann\nExample",Plan,x\n', encoding="utf-8")
    with pytest.raises(duckdb.Error) as caught, duckdb.connect() as connection:
        connection.execute(
            f"from read_csv('{folder}/payers.csv', auto_detect = false, "
            "columns = {a: 'varchar', b: 'varchar', c: 'varchar'}, header = true)"
        )
    assert "Ann" in str(caught.value)
    message = without_stack_trace(f"Database Error in model stg\n{caught.value}")
    assert "Ann" not in message
    assert "Example" not in message
    assert "Line: 2" in message


@pytest.mark.parametrize("kept", [0, 1, 10, 40])
def test_a_truncated_archive_is_rejected(folder, kept):
    packed = gzip.compress(f"{HEADER}\n{PLAN}\n".encode())
    (folder / "payers.csv.gz").write_bytes(packed[:kept])
    assert rejection(folder) in (
        "payers.csv.gz is not a complete gzip file: copy or export it again.",
        "payers.csv.gz is empty: its first line must name the columns.",
    )


def test_an_archive_with_a_flipped_bit_is_rejected(folder):
    packed = bytearray(gzip.compress(f"{HEADER}\n{PLAN}\n".encode()))
    packed[-6] ^= 1
    (folder / "payers.csv.gz").write_bytes(bytes(packed))
    assert (
        rejection(folder) == "payers.csv.gz is not a complete gzip file: copy or export it again."
    )


# --- fuzzing --------------------------------------------------------------------------------------

# Signs that mean something to CSV, to numbers, dates, SQL or a terminal, and some that do not.
SIGNS = st.sampled_from([*"\",;\n\r\t '\\|=-+@0159:.TeE%[]{}()", "é", "\u00a0", "\ufeff", "🏥"])
VALUES = st.one_of(
    st.text(SIGNS, max_size=12),
    st.sampled_from(
        ["", " ", "null", "NaN", "1e5", "-0", "0001-01-01", "9999-12-31", "2023-02-29",
         "2024-02-29 23:59:60", "01.02.2024", "E1", "P1", "[bold]", "{{ 1 }}", "\x1b[31m"]
    ),
)  # fmt: skip


@given(content=st.one_of(st.binary(max_size=200), st.text(SIGNS, max_size=200).map(str.encode)))
@example(content=b"\x1f\x8b")
@example(content=b'payer_id,payer_name,payer_category\n"')
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_bytes_of_any_kind_are_rows_or_one_sentence(folder, content):
    for name in ("payers.csv", "payers.csv.gz"):
        for path in folder.glob("payers.csv*"):
            path.unlink()
        (folder / name).write_bytes(content)
        sentence = None
        try:
            payers(folder)
        except UserError as error:
            sentence = error.message
        assert sentence is None or (sentence.startswith("payers.csv") and "\n" not in sentence)


@given(rows=st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=8))
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_stands_in_the_fields_every_row_is_read(folder, rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.split(","))
    writer.writerows(rows)
    (folder / "payers.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    read = [tuple(value or "" for value in row.values()) for row in payers(folder)]
    assert read == rows


@pytest.fixture(scope="module")
def engine(demo_build: DbtRun) -> Engine:
    """The quarantine alone, ready to run in memory."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return Engine(demo_build, ["quarantine_failed_rows"])


@st.composite
def broken_extracts(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Extracts of a few rows per table, each with a few values of any kind."""
    tables = {}
    for name, (right,) in ONE_OF_EVERYTHING.items():
        columns = next(t.column_names for t in EXTRACT.tables if t.name == name)
        tables[name] = []
        for number in range(draw(st.integers(0, 3))):
            row = {column: right.get(column) for column in columns}
            if number and draw(st.booleans()):
                row[columns[0]] = f"{row[columns[0]]}{number}"
            for column in draw(st.lists(st.sampled_from(columns), max_size=3)):
                row[column] = draw(VALUES) or None
            tables[name].append(row)
    return tables


@given(tables=broken_extracts())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_row_is_lost_between_raw_and_quarantine(engine, tables):
    engine.build(tables)
    for name, rows in tables.items():
        schema = "staging" if name in ("patients", "providers") else "intermediate"
        [counted] = engine.rows(
            f"select count(*) as delivered, "
            f"count(*) filter (where rejected_by_rule is null) as accepted, "
            f"(select count(*) from emr.quarantine.failed_rows where table_name = '{name}' "
            f"and severity <> 'flag') as rejected "
            f"from emr.{schema}.int_checked_{name}"
        )
        assert counted["delivered"] == len(rows)
        assert counted["delivered"] == counted["accepted"] + counted["rejected"]
