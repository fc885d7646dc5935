"""Asking the published marts, of DuckDB or SQL Server, without being in a build's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import duckdb
import yaml

from emr.project import ROOT, UserError, warehouse_path
from emr.server import connect
from measures.query import Dialect

# The rows of a query that any engine understands.
Query = Callable[[str], list[tuple]]

DIALECTS: dict[str, Dialect] = {"duckdb": "duckdb", "sqlserver": "tsql"}


@cache
def project_variables() -> dict[str, float]:
    """The variables of dbt_project.yml: assumptions of the measures, the smallest cell."""
    return yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


@contextmanager
def open_marts(target: str) -> Iterator[Query]:
    """A way to ask the marts of a target, read-only on DuckDB."""
    if target != "duckdb":
        server = connect(target)
        try:
            yield server.execute
        finally:
            server.close()
        return
    warehouse = warehouse_path()
    if not warehouse.exists():
        raise UserError(f"There is no warehouse {warehouse}: run the build first.")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()
