"""The marts as dbt's artifacts describe them, the model that is built of them, and a DAX engine."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from powerbi.marts import Mart, read_marts
from powerbi.model import build_database
from tests.conftest import PROJECT_ROOT, DbtRun
from tests.powerbi.dax_engine import Engine

PROJECT = PROJECT_ROOT / "powerbi"
# What the model's types hold, in DuckDB.
TYPES = {
    "int64": "bigint",
    "decimal": "decimal(19, 4)",
    "double": "double",
    "string": "varchar",
    "dateTime": "date",
}


@pytest.fixture(scope="session")
def artifacts(demo_build: DbtRun) -> Path:
    """A folder with the manifest and the catalog of the built demo."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return demo_build.target_path


@pytest.fixture(scope="session")
def marts(artifacts: Path) -> dict[str, Mart]:
    """The marts by name."""
    return read_marts(artifacts)


@pytest.fixture(scope="session")
def variables() -> dict:
    """The variables of dbt_project.yml."""
    return yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


@pytest.fixture(scope="session")
def model(marts, variables) -> dict:
    """The model that make generate writes, in the shape of TMSL."""
    return build_database(marts, variables)["model"]


def load_model(connection: duckdb.DuckDBPyConnection, model: dict) -> Engine:
    """A DAX engine over the marts of a connection: each table as its M query gives it."""
    for table in model["tables"]:
        (partition,) = table["partitions"]
        query = partition["source"]["expression"]
        mart = re.search(r'Mart\("(\w+)"\)', query)
        if mart:
            kept = re.search(r"Table\.SelectColumns\(Source, \{(.*?)\}\)", query)[1]
            names = re.findall(r'"(\w+)"', kept)
            assert names == [column["sourceColumn"] for column in table["columns"]]
            columns = ", ".join(_column(column, query) for column in table["columns"])
            rows = f"select {columns} from marts.{mart[1]}"
        elif steps := re.search(r"\{0\.\.(\d+)\}", query):
            rows = f'select i / 100.0 as "Value" from range({int(steps[1]) + 1}) as t(i)'
        else:
            rows = 'select cast(null as bigint) as "No column" where false'
        connection.execute(f'create or replace temp table "{table["name"]}" as {rows}')
    return Engine(connection, model)


def _column(column: dict, query: str) -> str:
    source, name = column["sourceColumn"], column["name"]
    if f'{{"{source}", each if' in query:
        text = f"case {source} when 1 then 'Yes' when 0 then 'No' end"
    else:
        text = f"cast({source} as {TYPES[column['dataType']]})"
    return f'{text} as "{name}"'


@pytest.fixture(scope="session")
def engine(demo_warehouse: Path, model: dict):
    """A DAX engine over the built demo."""
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        yield load_model(connection, model)
