"""On SQL Server two sets of marts change places in one transaction.

A table of names stands in for the server: the statements do to it what `alter schema` does to
tables. Microsoft's parser reads the statements themselves.
"""

from __future__ import annotations

import re

import pytest

from emr.beside import ATTEMPTS, exchange_statement, publish
from emr.project import UserError
from tests.tsql.functions import forbidden_constructs

MARTS = ["dim_date", "fct_encounters", "rpt_findings"]


class StandIn:
    """A database that knows its tables by schema and name, and which build each is of."""

    def __init__(self, **schemas: dict[str, str]) -> None:
        self.tables = {"marts": {}, "marts_building": {}, "marts_leaving": {}, **schemas}
        self.fails_at: str | None = None
        self.failures = 0

    def execute(self, sql: str) -> list[tuple]:
        listed = re.search(r"table_schema = '(\w+)'", sql)
        if listed:
            return [(name,) for name in self.tables[listed[1]]]
        before = {schema: dict(tables) for schema, tables in self.tables.items()}
        for statement in filter(None, (s.strip() for s in sql.split(";"))):
            if self.fails_at and self.fails_at in statement and self.failures:
                self.failures -= 1
                # xact_abort: an error takes all of it back
                self.tables = before
                raise UserError("SQL Server rejected")
            self._do(statement)
        return []

    def _do(self, statement: str) -> None:
        moved = re.fullmatch(r"alter schema \[(\w+)\] transfer \[(\w+)\]\.\[(\w+)\]", statement)
        if moved:
            to, source, name = moved.groups()
            assert name not in self.tables[to], "there is a table of that name already"
            self.tables[to][name] = self.tables[source].pop(name)
        else:
            assert statement.startswith(("set ", "begin transaction", "commit transaction"))


def built(version: str, names: list[str] = MARTS) -> dict[str, str]:
    """Marts of one build."""
    return dict.fromkeys(names, version)


def test_the_first_build_is_published():
    server = StandIn(marts_building=built("first"))
    publish(server, MARTS)
    assert server.tables == {
        "marts": built("first"),
        "marts_building": {},
        "marts_leaving": {},
    }


def test_the_two_sets_change_places():
    server = StandIn(marts=built("old"), marts_building=built("new"))
    publish(server, MARTS)
    assert server.tables["marts"] == built("new")
    assert server.tables["marts_building"] == built("old")


def test_a_table_that_is_not_the_projects_stays_where_it_is():
    own = {"my_own": "mine"}
    server = StandIn(marts=built("old") | own, marts_building=built("new"))
    publish(server, MARTS)
    assert server.tables["marts"] == built("new") | own
    publish(server, MARTS)
    assert server.tables["marts"] == built("old") | own


def test_a_build_that_left_a_mart_out_is_not_published():
    server = StandIn(marts=built("old"), marts_building=built("new", MARTS[:2]))
    with pytest.raises(UserError, match=r"no table marts_building\.rpt_findings"):
        publish(server, MARTS)
    assert server.tables["marts"] == built("old")


def test_a_manifest_of_another_build_is_not_published():
    server = StandIn(marts=built("old"), marts_building=built("new"))
    with pytest.raises(UserError, match="no mart"):
        publish(server, [])
    assert server.tables["marts"] == built("old")


@pytest.mark.parametrize("name", MARTS)
@pytest.mark.parametrize("schema", ["marts_leaving", "marts", "marts_building"])
def test_an_error_at_any_table_leaves_the_old_marts(name, schema):
    server = StandIn(marts=built("old"), marts_building=built("new"))
    server.fails_at = f"alter schema [{schema}] transfer [{origin(schema)}].[{name}]"
    server.failures = ATTEMPTS
    with pytest.raises(UserError):
        publish(server, MARTS)
    assert server.tables["marts"] == built("old")
    # a reader who is in the way for a while
    server.failures = ATTEMPTS - 1
    publish(server, MARTS)
    assert server.tables["marts"] == built("new")


def origin(schema: str) -> str:
    """Where tables come from that move into a schema."""
    return {
        "marts_leaving": "marts",
        "marts": "marts_building",
        "marts_building": "marts_leaving",
    }[schema]


def test_the_statements_are_t_sql(microsoft_messages):
    statement = exchange_statement(MARTS, MARTS)
    assert not forbidden_constructs(statement)
    assert microsoft_messages({"exchange": statement}, names=False) == []
    assert microsoft_messages({"wrong": statement.replace("transfer", "take")}, names=False)
