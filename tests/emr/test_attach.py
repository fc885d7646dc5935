"""A folder of files becomes raw tables, or one sentence says why not."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from emr.attach import attach
from emr.project import UserError
from emr.sources import read_source

EXTRACT = read_source("extract")


def write_extract(folder: Path, **changed: str | None) -> Path:
    """A smallest whole extract: one row per table; `changed` replaces or leaves out files."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in EXTRACT.tables:
        text = ",".join(table.column_names) + "\n"
        text += ",".join(f"{name}-1" for name in table.column_names) + "\n"
        text = changed.get(table.name, text)
        if text is not None:
            (folder / f"{table.name}.csv").write_text(text, encoding="utf-8")
    return folder


def payers(
    row: str = "P1,Plan,Private\n", header: str = "payer_id,payer_name,payer_category"
) -> str:
    """The text of payers.csv."""
    return f"{header}\n{row}"


@pytest.fixture(autouse=True)
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse of this test."""
    path = tmp_path / "warehouse" / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    return path


@pytest.fixture
def raw(warehouse: Path) -> Callable[[str], list[tuple]]:
    """Rows of a query on the warehouse."""

    def query(sql: str) -> list[tuple]:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return query


def rejection(folder: Path, source: str = "extract") -> str:
    """The sentence with which a folder is rejected."""
    with pytest.raises(UserError) as error:
        attach(source, folder)
    message = error.value.message
    assert "\n" not in message
    assert message.endswith((".", ". "))
    return message


def test_every_table_is_there_with_the_columns_of_the_contract(tmp_path, raw):
    attached = attach("extract", write_extract(tmp_path / "in"))
    assert {d.table.name: d.rows for d in attached} == {t.name: 1 for t in EXTRACT.tables}
    for table in EXTRACT.tables:
        values = tuple(f"{name}-1" for name in table.column_names)
        assert raw(f"select * from raw.{table.name}") == [values]


def test_path_with_spaces_quotes_and_umlauts(tmp_path, raw):
    attach("extract", write_extract(tmp_path / "Klinik's Daten äöü" / "1. Quartal"))
    assert raw("select count(*) from raw.payers") == [(1,)]


def test_columns_in_another_order_and_further_columns(tmp_path, raw):
    text = payers("x,Private,P1,Plan\n", "note,payer_category,payer_id,payer_name")
    attached = attach("extract", write_extract(tmp_path / "in", payers=text))
    assert raw("select * from raw.payers") == [("P1", "Plan", "Private")]
    assert next(t.ignored_columns for t in attached if t.table.name == "payers") == ("note",)


def test_byte_order_mark_quotes_commas_and_line_breaks(tmp_path, raw):
    text = "\ufeff" + payers('P1,"Plan ""A"", gold\nand silver",Private\nP2,,\n')
    attach("extract", write_extract(tmp_path / "in", payers=text))
    assert raw("select * from raw.payers order by 1") == [
        ("P1", 'Plan "A", gold\nand silver', "Private"),
        ("P2", None, None),
    ]


def test_text_that_looks_like_a_number_stays_text(tmp_path, raw):
    attach("extract", write_extract(tmp_path / "in", payers=payers("007,1e5,Private\n")))
    assert raw("select payer_id, payer_name from raw.payers") == [("007", "1e5")]


@pytest.mark.parametrize("form", ["csv.gz", "parquet", "csv parts", "parquet parts"])
def test_forms_of_a_table(tmp_path, raw, form):
    folder = write_extract(tmp_path / "in", payers=None)
    first, second = payers("P1,Plan,Private\n"), payers("P2,Other,Medicare\n")
    if form == "csv.gz":
        both = first + second.split("\n", 1)[1]
        (folder / "payers.csv.gz").write_bytes(gzip.compress(both.encode()))
    elif form == "csv parts":
        (folder / "payers").mkdir()
        (folder / "payers" / "part-0.csv").write_text(first, encoding="utf-8")
        (folder / "payers" / "part-1.csv").write_text(second, encoding="utf-8")
    else:
        names = (
            ["payers.parquet"] if form == "parquet" else ["payers/a.parquet", "payers/b.parquet"]
        )
        (folder / "payers").mkdir(exist_ok=True)
        rows = [("P1", "Plan", "Private"), ("P2", "Other", "Medicare")]
        chunks = [rows] if len(names) == 1 else [rows[:1], rows[1:]]
        for name, chunk in zip(names, chunks, strict=True):
            values = ", ".join(str(row) for row in chunk)
            duckdb.execute(
                f"copy (select * from (values {values}) as t(payer_id, payer_name, payer_category))"
                f" to '{folder / name}' (format parquet)"
            )
        if form == "parquet":
            (folder / "payers").rmdir()
    attach("extract", folder)
    assert raw("select payer_id from raw.payers order by 1") == [("P1",), ("P2",)]


def test_a_single_site_extract_may_leave_facilities_out(tmp_path, raw):
    attach("extract", write_extract(tmp_path / "in", facilities=None))
    assert raw("select facility_id, facility_name, city from raw.facilities") == [
        ("facility_id-1", "Main site", None)
    ]


def test_departments_without_a_site_get_the_main_site(tmp_path, raw):
    text = "department_id,department_name,service_line,facility_id,staffed_beds\nD1,ER,M,,5\n"
    attach("extract", write_extract(tmp_path / "in", facilities=None, departments=text))
    assert raw("select facility_id from raw.facilities") == [("MAIN",)]


def test_several_sites_need_facilities(tmp_path):
    header = "department_id,department_name,service_line,facility_id,staffed_beds"
    text = f"{header}\nD1,ER,M,A,5\nD2,ER,M,B,5\n"
    folder = write_extract(tmp_path / "in", facilities=None, departments=text)
    assert "facilities.csv" in rejection(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (payers(header="payer_id,payer_nmae,payer_category"), ["payers.csv", "name", "nmae"]),
        (payers(header="payer_id,payer_name"), ["payers.csv", "payer_category"]),
        (payers("1,a,b,1\n", "payer_id,payer_name,payer_category,payer_id"), ["payer_id", "twice"]),
        ("", ["payers.csv", "empty"]),
        ("\n", ["payers.csv", "empty"]),
        (payers("P1,Plan,Private\nP2,Plan\n"), ["payers.csv", "line 3"]),
        (payers("P1,Plan,Private\nP2,a,b,c,d\n"), ["payers.csv", "line 3"]),
        (payers("a;b;c\n", "payer_id;payer_name;payer_category"), ["payers.csv", "semicolons"]),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_named(tmp_path, text, words):
    message = rejection(write_extract(tmp_path / "in", payers=text))
    assert all(word in message for word in words), message


def test_all_missing_files_are_named_at_once(tmp_path):
    message = rejection(write_extract(tmp_path / "in", payers=None, claims=None))
    assert "payers.csv" in message
    assert "claims.csv" in message


def test_a_missing_folder_is_named(tmp_path):
    assert "nowhere" in rejection(tmp_path / "nowhere")


def test_two_forms_of_one_table_are_rejected(tmp_path):
    folder = write_extract(tmp_path / "in")
    shutil.copyfile(folder / "payers.csv", folder / "payers.parquet")
    message = rejection(folder)
    assert "payers.csv" in message
    assert "payers.parquet" in message


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("payers.csv", payers("P1,Plän,Private\n").encode("latin-1"), "UTF-8"),
        ("payers.csv", payers().encode("utf-16"), "UTF-8"),
        ("payers.csv.gz", gzip.compress(payers().encode())[:-12], "gzip"),
        ("payers.csv.gz", b"no gzip at all", "gzip"),
        ("payers.parquet", b"PAR1 no parquet at all", "Parquet"),
    ],
    ids=["latin-1", "utf-16", "truncated gzip", "no gzip", "no parquet"],
)
def test_unreadable_files(tmp_path, name, content, word):
    folder = write_extract(tmp_path / "in", payers=None)
    (folder / name).write_bytes(content)
    message = rejection(folder)
    assert name in message
    assert word in message


def test_an_encoding_fault_deep_in_a_file_is_found(tmp_path):
    rows = "".join(f"P{n},Plan,Private\n" for n in range(200_000))
    folder = write_extract(tmp_path / "in", payers=None)
    (folder / "payers.csv").write_bytes(payers(rows).encode() + "P,Plän,x\n".encode("latin-1"))
    message = rejection(folder)
    assert "payers.csv" in message
    assert "UTF-8" in message


def test_after_an_error_the_warehouse_is_as_it_was(tmp_path, raw):
    attach("extract", write_extract(tmp_path / "good"))
    rejection(write_extract(tmp_path / "bad", surveys="survey_id\nS1\n"))
    for table in EXTRACT.tables:
        assert raw(f"select count(*) from raw.{table.name}") == [(1,)]


def test_a_locked_warehouse_is_named(tmp_path, warehouse):
    attach("extract", write_extract(tmp_path / "in"))
    program = (
        "import duckdb, sys, time\n"
        f"connection = duckdb.connect({str(warehouse)!r})\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        assert "open in another program" in rejection(tmp_path / "in")
        other.communicate("")
