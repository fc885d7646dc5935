"""The project compiled for a T-SQL target, and the database that it would make there."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.conftest import PROJECT_ROOT
from tests.tsql.semantics import Catalog, annotated, column_types
from tests.tsql.translation import to_duckdb

# The database in front of a name, as either adapter quotes it: DacFx never resolves it.
DATABASE = re.compile(r'("emr_analytics"|\[emr_analytics\])\.')
# What both adapters make of a contract's type that T-SQL lacks, or knows as something else.
ADAPTER_TYPES = {"timestamp": "datetime2(6)"}
# A raw column whose type nothing declares.
RAW_TEXT = "varchar(255)"
SNAPSHOT_COLUMNS = {
    "dbt_scd_id": "varchar(50)",
    "dbt_updated_at": "datetime2(6)",
    "dbt_valid_from": "datetime2(6)",
    "dbt_valid_to": "datetime2(6)",
}


def server_type(data_type: str) -> str:
    """The type that the adapters make of a declared one."""
    return ADAPTER_TYPES.get(data_type, data_type)


def seed_columns(node: dict) -> dict[str, str]:
    """Columns and types of a seed."""
    path = PROJECT_ROOT / node["original_file_path"]
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    declared = node["config"]["column_types"]
    return {name: declared.get(name, RAW_TEXT) for name in header}


def source_columns(node: dict) -> dict[str, str]:
    """Columns and types of a raw table that a hospital loads."""
    columns = node["columns"].values()
    return {column["name"]: server_type(column["data_type"] or RAW_TEXT) for column in columns}


LOADED = {"seed": seed_columns, "source": source_columns}


@dataclass(frozen=True)
class Compiled:
    """What `dbt compile` wrote for one target and one source.

    Attributes:
        target: `sqlserver` or `fabric`.
        target_path: dbt's target folder.
    """

    target: str
    target_path: Path

    @cached_property
    def _nodes(self) -> dict[str, dict]:
        """Nodes and sources of the manifest."""
        text = (self.target_path / "manifest.json").read_text(encoding="utf-8")
        manifest = json.loads(text)
        return manifest["nodes"] | manifest["sources"]

    @cached_property
    def files(self) -> dict[str, str]:
        """The SQL of every model, test and analysis, by its path in the project."""
        root = self.target_path / "compiled" / "emr_analytics"
        return {
            path.relative_to(root).as_posix(): DATABASE.sub("", path.read_text(encoding="utf-8"))
            for path in sorted(root.rglob("*.sql"))
            if path.is_file()
        }

    @cached_property
    def models(self) -> dict[str, dict]:
        """Models and snapshots by their key, each after what it reads."""
        ordered: dict[str, dict] = {}

        def add(key: str) -> None:
            if key not in ordered and self._nodes[key]["resource_type"] in ("model", "snapshot"):
                for parent in self._nodes[key]["depends_on"]["nodes"]:
                    add(parent)
                ordered[key] = self._nodes[key]

        for key in self._nodes:
            add(key)
        return ordered

    @cached_property
    def built(self) -> dict[str, dict]:
        """Everything that dbt makes a table or a view of, seeds included."""
        kinds = ("model", "seed", "snapshot")
        return {key: node for key, node in self._nodes.items() if node["resource_type"] in kinds}

    def sql_of(self, node: dict) -> str:
        """The query of a model or a snapshot."""
        if node["resource_type"] == "model":
            return self.files[node["original_file_path"]]
        parent = self._nodes[node["depends_on"]["nodes"][0]]
        added = ", ".join(f"cast(null as {t}) as {c}" for c, t in SNAPSHOT_COLUMNS.items())
        return f"select *, {added} from {parent['schema']}.{parent['name']}"

    @cached_property
    def tables(self) -> Catalog:
        """Columns and types of the tables that are loaded: seeds, or a hospital's raw tables."""
        catalog: Catalog = {}
        for node in self._nodes.values():
            if node["resource_type"] in LOADED:
                columns = LOADED[node["resource_type"]](node)
                catalog.setdefault(node["schema"], {})[node["name"]] = columns
        return catalog

    @cached_property
    def catalog(self) -> Catalog:
        """Columns and types of every table, model and snapshot."""
        catalog = {schema: dict(tables) for schema, tables in self.tables.items()}
        for node in self.models.values():
            columns = column_types(annotated(self.sql_of(node), catalog))
            catalog.setdefault(node["schema"], {})[node["alias"]] = columns
        return catalog

    @cached_property
    def _in_duckdb(self) -> dict[str, str]:
        """Queries that were translated."""
        return {}

    def in_duckdb(self, sql: str) -> str:
        """A query over its tables as DuckDB SQL with T-SQL's meaning; each is translated once."""
        if sql not in self._in_duckdb:
            self._in_duckdb[sql] = to_duckdb(sql, self.catalog)
        return self._in_duckdb[sql]

    @cached_property
    def scripts(self) -> dict[str, str]:
        """Statements that make the whole database, by the path of the file they come from.

        Models, snapshots and tests are views, as the adapter makes them; analyses are procedures,
        because they end in an ORDER BY, which a view may not have.
        """
        schemas = {*self.tables, *(node["schema"] for node in self.models.values()), "checks"}
        scripts = {f"schema {name}": f"create schema {name}" for name in sorted(schemas)}
        for schema, tables in self.tables.items():
            for table, columns in tables.items():
                listed = ", ".join(f"{name} {data_type}" for name, data_type in columns.items())
                scripts[f"table {schema}.{table}"] = f"create table {schema}.{table} ({listed})"
        made = set()
        for node in self.models.values():
            view = f"create view {node['schema']}.{node['alias']} as\n"
            scripts[node["original_file_path"] + f" {node['name']}"] = view + self.sql_of(node)
            made.add(node["original_file_path"])
        for number, path in enumerate(sorted(set(self.files) - made)):
            kind = "procedure" if path.startswith("analyses/") else "view"
            scripts[path] = f"create {kind} checks.check_{number} as\n{self.files[path]}"
        return scripts
