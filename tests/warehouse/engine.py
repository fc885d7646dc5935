"""The compiled models run on an extract in memory, without dbt: fast enough for random extracts."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from tests.conftest import PROJECT_ROOT, DbtRun

RAW_SCHEMA = "raw_demo"
REFERENCE_SCHEMA = "reference"
# What a first run of the snapshots holds: each row valid from its own date, or from now.
SNAPSHOTS = {
    "patient_coverage_history": "known_since_at as dbt_valid_from",
    "department_beds_history": "cast('2020-01-01' as timestamp) as dbt_valid_from",
}


def demo_tables() -> dict[str, list[dict[str, str | None]]]:
    """The committed demo extract, as rows of text."""
    tables = {}
    for path in (PROJECT_ROOT / "seeds" / "emr").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = [
                {column: value or None for column, value in row.items()}
                for row in csv.DictReader(file)
            ]
    return tables


@dataclass(frozen=True)
class Nightly:
    """What a nightly run does in place of a full build.

    Attributes:
        sql_of: the DuckDB query of the rows to write of an incremental model's node.
        statements: the DuckDB statements that put them, from the schema nightly, into the fact.
    """

    sql_of: Callable[[dict], str]
    statements: Callable[[dict], list[str]]


class Engine:
    """Builds chosen models, and all that they need, over any raw tables.

    Args:
        build: a built demo, for its compiled SQL and its reference tables.
        models: names of the models that will be asked for; all if none are named.
        sql_of: the DuckDB query of a model's node; the compiled one if not given.
        nightly: how incremental models are built when the engine is asked for a nightly run.

    Attributes:
        relations: schema.name of every model, each after what it reads.
    """

    def __init__(
        self,
        build: DbtRun,
        models: list[str] | None = None,
        sql_of: Callable[[dict], str] | None = None,
        nightly: Nightly | None = None,
    ) -> None:
        manifest = build.manifest()
        self._nodes = manifest["nodes"]
        self._sql_of = sql_of or self.compiled(build.target_path)
        self._nightly = nightly
        self._steps: list[tuple[str, str, str]] = []
        self._nightly_steps: dict[str, list[str]] = {}
        self.relations: list[str] = []
        done: set[str] = set()
        for key, node in self._nodes.items():
            if node["resource_type"] == "model" and (models is None or node["name"] in models):
                self._add(key, done)
        self.raw_tables = {
            node["name"]: list(node["config"]["column_types"])
            for node in self._nodes.values()
            if node["resource_type"] == "seed" and node["schema"] == RAW_SCHEMA
        }
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as emr")
        self.connection.execute("use emr")
        schemas = {"nightly", *(node["schema"] for node in self._nodes.values())}
        for schema in sorted(schemas):
            self.connection.execute(f"create schema if not exists emr.{schema}")
        self.connection.execute(f"attach '{build.warehouse}' as built (read_only)")
        for node in self._nodes.values():
            if node["resource_type"] == "seed" and node["schema"] == REFERENCE_SCHEMA:
                table = f"{REFERENCE_SCHEMA}.{node['name']}"
                self.connection.execute(f"create table emr.{table} as from built.{table}")
        self.connection.execute("detach built")

    @staticmethod
    def compiled(target: Path) -> Callable[[dict], str]:
        """What dbt compiled for DuckDB into a target folder."""
        root = target / "compiled" / "emr_analytics"
        return lambda node: (root / node["original_file_path"]).read_text(encoding="utf-8")

    def _add(self, key: str, done: set[str]) -> None:
        if key in done or key.startswith("seed."):
            return
        done.add(key)
        node = self._nodes[key]
        for parent in node["depends_on"]["nodes"]:
            self._add(parent, done)
        relation = f"emr.{node['schema']}.{node['alias']}"
        if node["resource_type"] == "snapshot":
            parent = self._nodes[node["depends_on"]["nodes"][0]]
            sql = (
                f"select *, {SNAPSHOTS[node['name']]}, cast(null as timestamp) as dbt_valid_to "
                f"from emr.{parent['schema']}.{parent['name']}"
            )
        else:
            sql = re.sub(r'"emr"\.', "emr.", self._sql_of(node))
            self.relations.append(f"{node['schema']}.{node['alias']}")
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        if self._nightly is not None and node["config"]["materialized"] == "incremental":
            rows = re.sub(r'"emr"\.', "emr.", self._nightly.sql_of(node))
            new = f"emr.nightly.{node['name']}"
            statements = [re.sub(r'"emr"\.', "emr.", s) for s in self._nightly.statements(node)]
            self._nightly_steps[relation] = [
                f"create or replace table {new} as {rows}",
                *statements,
            ]
        self._steps.append((kind, relation, sql))

    def build(
        self, tables: dict[str, list[dict[str, str | None]]], is_nightly: bool = False
    ) -> None:
        """Build everything over raw tables given as lists of rows; a missing table is empty.

        A nightly run writes into the incremental models that an earlier build left.
        """
        for name, columns in self.raw_tables.items():
            rows = tables.get(name, [])
            arrow = pa.table(
                {c: pa.array([row.get(c) for row in rows], pa.string()) for c in columns}
            )
            self.connection.register("delivered", arrow)
            self.connection.execute(
                f"create or replace table emr.{RAW_SCHEMA}.{name} as from delivered"
            )
            self.connection.unregister("delivered")
        for kind, relation, sql in self._steps:
            whole = [f"create or replace {kind} {relation} as {sql}"]
            for statement in self._nightly_steps.get(relation, whole) if is_nightly else whole:
                self.connection.execute(statement)

    def rows(self, sql: str) -> list[dict]:
        """The rows of a query, as dictionaries."""
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
