"""The analyses that measures/tables.yml lists: what their text names."""

from __future__ import annotations

import re

import pytest
import sqlglot

from measures.tables import GENERATED, Table, files, sql, tables


@pytest.fixture(params=tables(), ids=lambda table: table.name)
def table(request) -> Table:
    return request.param


def test_the_inputs_of_a_table_are_visible(table):
    text = sql(table)
    assert "marts." not in text
    assert "{{ ref('fct_" in text


def test_a_table_names_the_smallest_cell_and_does_not_hold_it(table):
    assert "{{ var('smallest_cell') }}" in sql(table)
    assert not re.search(r"(<|between 1 and) 1[01]\b", sql(table))


def test_a_table_has_its_columns_in_order_in_sql_of_either_engine(table):
    text = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql(table))
    text = text.replace("{{ type_double() }}", "float")
    text = re.sub(r"\{\{ var\(.*?\}\}", "11", text)
    for dialect in ("duckdb", "tsql"):
        read = sqlglot.parse_one(text, dialect=dialect)
        (final,) = (part for part in read.ctes if part.alias == "final")
        assert final.this.named_selects == table.columns


def test_files_say_that_they_are_generated():
    for text in files().values():
        assert GENERATED in text.split("\nwith ")[0]
