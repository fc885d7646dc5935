"""The scripts that set a server up are T-SQL and give each role what its work needs, no more."""

from __future__ import annotations

import re

import pytest

from emr.beside import BUILDING_SCHEMA, LEAVING_SCHEMA, PUBLISHED_SCHEMA
from tests.conftest import PROJECT_ROOT
from tests.server.test_rights_on_server import PLAY

SCRIPTS = sorted((PROJECT_ROOT / "sqlserver").glob("*.sql"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Where marts are built and published: tables move between these schemas.
MARTS = {PUBLISHED_SCHEMA, BUILDING_SCHEMA, LEAVING_SCHEMA}
EVERYTHING = {"alter", "delete", "insert", "select", "update"}


def batches(path) -> list[str]:
    """What sqlcmd would send, one batch at a time, with a value for each variable."""
    text = re.sub(r"\$\((\w+)\)", r"\1", path.read_text(encoding="utf-8"))
    return [part for part in re.split(r"(?mi)^go\s*$", text) if COMMENT.sub("", part).strip()]


@pytest.fixture(scope="module")
def rights() -> dict[str, dict[str, set[str]]]:
    """Rights of each role: by schema, and on the database under an empty name."""
    found: dict[str, dict[str, set[str]]] = {}
    text = COMMENT.sub("", (PROJECT_ROOT / "sqlserver" / "security.sql").read_text("utf-8"))
    for what, where, role in re.findall(
        r"grant ([\w, ]+?)(?: on (?:schema::)?([\w.]+))? to (\w+);", text
    ):
        found.setdefault(role, {})[where] = set(what.split(", "))
    return found


def test_the_scripts_are_t_sql(microsoft_messages):
    assert [path.stem for path in SCRIPTS] == ["create-database", "nightly-job", "security"]
    scripts = {
        f"{path.name} {number}": batch
        for path in SCRIPTS
        for number, batch in enumerate(batches(path), start=1)
    }
    assert len(scripts) > 15
    scripts["how tests/server/ plays a role"] = PLAY.format(role="analyst", statement="select 1")
    assert microsoft_messages(scripts, names=False) == []


def test_reports_read_marts_and_nothing_else(rights):
    assert rights["bi_reader"] == {"marts": {"select"}}


def test_analysts_read_intermediate_and_quarantine_too(rights):
    read = {"select"}
    assert rights["analyst"] == {"marts": read, "intermediate": read, "quarantine": read}


def test_the_loader_writes_raw_and_nothing_else(rights):
    assert rights["loader"] == {
        "": {"create table", "unmask"},
        "raw": {"alter", "select", "insert"},
        "raw_mimic": {"alter", "select", "insert"},
    }


def test_the_builder_reads_raw_and_writes_every_schema_that_dbt_does(rights, compile_for):
    used = {"scratch"}
    for source in ("demo", "extract", "mimic"):
        used |= {node["schema"] for node in compile_for("sqlserver", source).built.values()}
    builder = dict(rights["builder"])
    assert builder.pop("") == {"create table", "create view", "view definition", "unmask"}
    # which only db_owner may read otherwise, and the adapter reads before it drops a table
    assert builder.pop("sys.sql_expression_dependencies") == {"select"}
    assert {schema for schema, what in builder.items() if what == {"control"}} == MARTS
    assert {schema for schema, what in builder.items() if what == EVERYTHING} == used - MARTS
    assert {schema for schema, what in builder.items() if what == {"select"}} == {
        "raw",
        "raw_mimic",
    }


def test_every_granted_schema_is_made(rights):
    made = set(
        re.findall(
            r"create schema (\w+)", (PROJECT_ROOT / "sqlserver" / "security.sql").read_text("utf-8")
        )
    )
    assert {
        schema for role in rights.values() for schema in role if schema and "." not in schema
    } == made
