"""How the marts lie on SQL Server."""

from __future__ import annotations

import re

import pytest


@pytest.fixture(scope="module")
def marts(compile_for) -> dict[str, dict]:
    """The marts by name, as dbt would build them on SQL Server."""
    models = compile_for("sqlserver", "demo").models.values()
    return {node["name"]: node for node in models if node["schema"] == "marts"}


def test_facts_are_columnstore_and_nothing_else_is(marts):
    assert {name: node["config"]["as_columnstore"] for name, node in marts.items()} == {
        name: name.startswith("fct_") for name in marts
    }


def test_dimensions_have_a_clustered_key(marts):
    for name, node in marts.items():
        if name.startswith("dim_"):
            key = next(iter(node["columns"]))
            assert key.endswith("_key")
            assert node["config"]["indexes"] == [
                {"columns": [key], "type": "clustered", "unique": True, "data_compression": "page"}
            ], name


def test_every_text_has_a_length_and_every_amount_its_digits(marts):
    for node in marts.values():
        for column in node["columns"].values():
            data_type = column["data_type"]
            assert data_type not in ("varchar", "varchar(max)", "decimal", "numeric"), column
            if column["name"].endswith("_amount"):
                assert data_type.startswith("decimal(18,"), (node["name"], column["name"])


def test_the_nightly_facts_are_tidied_up(compile_for, microsoft_messages, project_root):
    facts = [
        node
        for node in compile_for("sqlserver", "demo").models.values()
        if node["config"]["materialized"] == "incremental"
    ]
    assert len(facts) == 5
    for node in facts:
        assert [hook["sql"] for hook in node["config"]["post-hook"]] == ["{{ tidy_up_fact(this) }}"]
    text = (project_root / "macros" / "physical_design.sql").read_text(encoding="utf-8")
    sql = re.search(r"sqlserver__tidy_up_fact\(relation\) -%}(.*?){%-? endmacro", text, re.DOTALL)
    script = re.sub(r"{{.*?}}", "marts.fct_charges", sql[1])
    assert microsoft_messages({"tidy up": script}, names=False) == []
