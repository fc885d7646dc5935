"""Groups, types, unions and divisions are as SQL Server asks; each rule catches its mistake."""

from __future__ import annotations

import pytest

from tests.tsql.compiled import server_type
from tests.tsql.semantics import annotated, column_types, violations

CATALOG = {
    "raw": {
        "t": {"a": "int", "b": "int", "d": "date", "s": "varchar(10)", "m": "decimal(18, 2)"},
        "u": {"a": "int", "s": "varchar(5)"},
    }
}


def test_the_whole_project_keeps_the_rules(compiled):
    found = {
        path: violations(annotated(sql, compiled.catalog)) for path, sql in compiled.files.items()
    }
    assert len(found) > 400
    assert not {path: messages for path, messages in found.items() if messages}


def test_the_type_of_every_column_is_known(compiled):
    unknown = [
        f"{schema}.{table}.{column}"
        for schema, tables in compiled.catalog.items()
        for table, columns in tables.items()
        for column, data_type in columns.items()
        if data_type in ("unknown", "null")
    ]
    assert not unknown


def test_the_contract_states_the_type_that_the_server_makes(compiled):
    """With an enforced contract the adapters compare types coarsely; this compares them exactly."""
    different = {}
    for node in compiled.models.values():
        if not node["config"].get("contract", {}).get("enforced"):
            continue
        made = compiled.catalog[node["schema"]][node["name"]]
        types = {name: server_type(c["data_type"]) for name, c in node["columns"].items()}
        casts = ", ".join(f"cast(null as {t}) as {c}" for c, t in types.items())
        declared = column_types(annotated(f"select {casts}", {}))
        assert set(made) == set(declared), node["name"]
        different |= {
            f"{node['name']}.{column}": (data_type, declared[column])
            for column, data_type in made.items()
            if data_type != declared[column]
        }
    assert not different


@pytest.mark.parametrize(
    ("sql", "mistake"),
    [
        ("select a, b, count(*) as n from raw.t group by a", "neither grouped"),
        ("select a, count(*) as n from raw.t", "neither grouped"),
        ("select a, case when b > 1 then sum(m) end as x from raw.t group by a", "neither grouped"),
        ("select sum(sum(m)) over (partition by b) as x from raw.t group by a", "neither grouped"),
        ("select a, max(b) as x from raw.t group by a having d > '2020-01-01'", "neither grouped"),
        ("select sum((select max(u.a) as x from raw.u as u)) as x from raw.t", "aggregates over"),
        (
            "select sum(case when s in (select u.s from raw.u as u) then 1 else 0 end) as x "
            "from raw.t",
            "aggregates over",
        ),
        ("select a from raw.t where row_number() over (order by a) = 1", "4108"),
        ("select row_number() over (partition by a) as x from raw.t", "4112"),
        ("select count(distinct a) over (partition by b) as x from raw.t", "10759"),
        ("select a, s from raw.t union all select a from raw.u", "a union has 2 and 1"),
        ("select a from raw.t union all select s from raw.u", "a union puts"),
        (
            "select null as x union all select s from raw.u union all select a from raw.u",
            "a union puts",
        ),
        ("select a / b as x from raw.t", "integer division"),
        ("select count(*) / 2 as x from raw.t", "integer division"),
        ("select avg(a) as x from raw.t", "average of an integer"),
        ("select a from raw.t where s = 1", "mixes"),
        ("select a from raw.t where s in (1, 2)", "mixes"),
        ("select a from raw.t where a in (select s from raw.u)", "mixes"),
        ("select t.a from raw.t as t inner join raw.u as u on t.s = u.a", "mixes"),
        ("select a from raw.t where d between '2020-01-01' and s", "mixes"),
        ("select case when a = 1 then 'x' else 2 end as x from raw.t", "mixes"),
        ("select case s when 1 then 2 end as x from raw.t", "mixes"),
        ("select coalesce(s, 0) as x from raw.t", "mixes"),
        ("select s + a as x from raw.t", "mixes"),
    ],
)
def test_a_mistake_is_caught(sql, mistake):
    found = violations(annotated(sql, CATALOG))
    assert any(mistake in message for message in found), found


@pytest.mark.parametrize(
    "sql",
    [
        "select a + 1 as x, count(*) as n from raw.t group by a + 1",
        "select sum(sum(m)) over (partition by b) as x from raw.t group by a, b",
        "select max(a) as x from raw.t where d between '2020-01-01' and '2020-12-31'",
        "select m / b as x, cast(a as decimal(18, 2)) / b as y from raw.t",
        "select avg(cast(a as decimal(18, 2))) as x from raw.t",
        "select a, null as x from raw.t union all select null as a, s as x from raw.u",
        "select case when a = 1 then s end as x, coalesce(m, 0) as y from raw.t",
    ],
)
def test_what_is_allowed_passes(sql):
    assert violations(annotated(sql, CATALOG)) == []
