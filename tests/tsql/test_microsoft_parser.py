"""Microsoft's own parser and model accept the whole project, and reject each kind of mistake."""

from __future__ import annotations

import pytest

RAW = {
    "schema": "create schema raw",
    "charges": "create table raw.charges (charge_id varchar(50), charge_amount decimal(18, 2))",
    "lines": "create table raw.lines (charge_id varchar(50))",
}


def test_every_script_is_t_sql_and_every_name_is_known(compiled, microsoft_messages):
    assert len(compiled.scripts) > 500
    assert microsoft_messages(compiled.scripts) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("select charge_id from raw.charges limit 5", "Incorrect syntax", id="limit"),
        pytest.param(
            "select charge_id || 'x' as c from raw.charges", "Incorrect syntax", id="two bars"
        ),
        pytest.param(
            "select charge_amount > 5 as c from raw.charges", "Incorrect syntax", id="boolean value"
        ),
        pytest.param(
            "select {{ charge_id }} as c from raw.charges", "Incorrect syntax", id="leftover Jinja"
        ),
        pytest.param(
            "select charge_id from raw.charges order by charge_id", "ORDER BY", id="order in a view"
        ),
        pytest.param(
            "select charge_id is distinct from 'x' as c from raw.charges",
            "Incorrect syntax",
            id="newer than 2019",
        ),
        pytest.param(
            "select c.charge_id from raw.nothing as c", "[raw].[nothing]", id="unknown table"
        ),
        pytest.param("select amount from raw.charges", "[amount]", id="unknown column"),
        pytest.param("select c.charge_id from raw.charges as d", "[c]", id="unknown alias"),
        pytest.param(
            "select charge_id from raw.charges as a cross join raw.lines as b",
            "ambiguous",
            id="ambiguous column",
        ),
        pytest.param(
            "select charge_id, charge_amount as charge_id from raw.charges",
            "already has an element",
            id="column twice",
        ),
        pytest.param("select count(*) from raw.charges", "name", id="unnamed column"),
        pytest.param(
            "select charge_id as c, count(*) as n from raw.charges group by c",
            "[c]",
            id="group by an alias",
        ),
    ],
)
def test_a_mistake_is_caught(microsoft_messages, query, expected):
    messages = microsoft_messages({**RAW, "mistake": f"create view raw.mistake as {query}"})
    assert any(expected in message["message"] for message in messages), messages


def test_a_syntax_error_has_its_place(microsoft_messages):
    query = "create view raw.mistake as\nselect charge_id\nfrom raw.charges limit 5"
    assert [(m["script"], m["line"], m["column"]) for m in microsoft_messages({"x": query})] == [
        ("x", 3, 18)
    ]
