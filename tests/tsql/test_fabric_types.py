"""Fabric Warehouse has fewer data types than SQL Server: only those appear in casts and tables."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

# https://learn.microsoft.com/en-us/fabric/data-warehouse/data-types
FABRIC_TYPES = {
    "BIT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "FLOAT", "DOUBLE", "DATE", "TIME", "DATETIME2",
    "CHAR", "VARCHAR", "VARBINARY", "UUID",
}  # fmt: skip
MOST_FRACTIONAL_SECOND_DIGITS = 6


def unknown_types(sql: str) -> set[str]:
    """Types in the casts of a query that Fabric does not store, as sqlglot names them."""
    found = set()
    for cast in sqlglot.parse_one(sql, read="tsql").find_all(exp.Cast):
        # sqlglot's own reading of len(x).
        if isinstance(cast.parent, exp.Length):
            continue
        name = cast.to.this.value
        digits = int(cast.to.expressions[0].name) if cast.to.expressions else 7
        if name not in FABRIC_TYPES or (
            name in ("DATETIME2", "TIME") and digits > MOST_FRACTIONAL_SECOND_DIGITS
        ):
            found.add(cast.to.sql("tsql"))
    return found


def test_every_type_is_one_that_fabric_stores(compiled):
    found = {path: unknown_types(sql) for path, sql in compiled.files.items()}
    tables = {
        f"{schema}.{table}": unknown_types(
            "select " + ", ".join(f"cast(null as {t}) as {c}" for c, t in columns.items())
        )
        for schema, tables in compiled.tables.items()
        for table, columns in tables.items()
    }
    assert not {place: types for place, types in (found | tables).items() if types}


@pytest.mark.parametrize(
    "data_type",
    ["nvarchar(50)", "nchar(5)", "datetime", "smalldatetime", "datetime2", "datetime2(7)", "money",
     "tinyint", "datetimeoffset", "xml", "text", "image", "sql_variant"],
)  # fmt: skip
def test_another_type_is_caught(data_type):
    assert unknown_types(f"select cast(a as {data_type}) as b, cast(c as varchar(5)) as d from t")


@pytest.mark.parametrize("data_type", ["varchar(50)", "datetime2(6)", "decimal(18, 2)", "bigint"])
def test_fabric_types_pass(data_type):
    assert not unknown_types(f"select cast(a as {data_type}) as b from t")
