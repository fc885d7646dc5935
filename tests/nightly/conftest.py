"""The nightly run as text for both engines, and engines that run it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from filelock import FileLock

from tests.conftest import DbtRun
from tests.nightly.text import FACTS, compile_nightly, statements_file
from tests.tsql.compiled import Compiled
from tests.tsql.conftest import compile_for  # noqa: F401 (a fixture)
from tests.tsql.translation import MACROS
from tests.warehouse.engine import Engine, Nightly


@pytest.fixture(scope="session")
def nightly_text(shared_folder) -> Callable[[str], DbtRun]:
    """The nightly run, compiled once per target."""

    def compile_once(target: str) -> DbtRun:
        folder = shared_folder / f"nightly-{target}"
        with FileLock(f"{folder}.lock"):
            if not (folder / "done").exists():
                compile_nightly(folder, target)
                (folder / "done").touch()
        return DbtRun(0, "", folder / "target", folder / "emr.duckdb")

    return compile_once


@pytest.fixture(scope="session")
def t_sql(nightly_text) -> Compiled:
    """The nightly run for SQL Server."""
    return Compiled("sqlserver", nightly_text("sqlserver").target_path)


def duckdb_nightly(run: DbtRun) -> Nightly:
    """The nightly run as dbt compiled it for DuckDB."""
    root = run.target_path / "compiled" / "emr_analytics"

    def statements(node: dict) -> list[str]:
        text = (root / statements_file(node["name"])).read_text(encoding="utf-8")
        return [part for part in text.split(";") if part.strip()]

    return Nightly(Engine.compiled(run.target_path), statements)


def t_sql_nightly(text: Compiled) -> Nightly:
    """The nightly run as dbt compiled it for SQL Server, translated."""

    def statements(node: dict) -> list[str]:
        script = text.files[statements_file(node["name"])]
        parts = [part.strip() for part in script.split(";") if part.strip()]
        abort, begin, delete, insert, commit = parts
        assert abort.endswith("set xact_abort on")
        assert begin == "begin transaction"
        assert commit == "commit transaction"
        fact, condition = re.fullmatch(
            r"delete built from (\S+) as built where (.*)", delete, re.DOTALL
        ).groups()
        keys = f"select built.encounter_key from {fact} as built where {condition}"
        found = text.in_duckdb(keys)
        rows = re.sub(r"(?is)^select built.encounter_key.*? from", "select built.rowid from", found)
        assert rows != found
        return [f"delete from {fact} where rowid in ({rows})", insert]

    return Nightly(lambda node: text.in_duckdb(text.sql_of(node)), statements)


@pytest.fixture(scope="module", params=["duckdb", "t-sql"])
def engines(request, demo_build, nightly_text) -> tuple[Engine, Engine]:
    """One engine for nightly runs, one for full rebuilds."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    if request.param == "duckdb":
        run = nightly_text("duckdb")
        return (
            Engine(demo_build, list(FACTS), nightly=duckdb_nightly(run)),
            Engine(demo_build, list(FACTS)),
        )
    full = request.getfixturevalue("compile_for")("sqlserver", "demo")
    nightly = Engine(
        demo_build,
        list(FACTS),
        sql_of=lambda node: full.in_duckdb(full.sql_of(node)),
        nightly=t_sql_nightly(request.getfixturevalue("t_sql")),
    )
    for macro in MACROS:
        nightly.connection.execute(macro)
    return nightly, Engine(demo_build, list(FACTS))
