"""What a reader in a role sees: the model's row-level security as a filter context."""

from __future__ import annotations

from dataclasses import replace

from tests.powerbi.dax_context import Context, Filter
from tests.powerbi.dax_engine import Engine
from tests.powerbi.dax_parser import Call, ColumnRef, parse
from tests.powerbi.dax_values import sql


def role_context(engine: Engine, role: dict, user: str) -> Context:
    """The context of a reader in a role."""
    context = Context(user=user)
    filters = []
    for permission in role["tablePermissions"]:
        tree = parse(permission["filterExpression"])
        if tree == Call("FALSE", ()):
            column = engine.tables[permission["name"]]["columns"][0]["name"]
            filters.append(Filter(permission["name"], column, "1 = 0"))
        else:
            filters.append(_rows_kept(engine, permission["name"], tree, context))
    return replace(context, filters=tuple(filters))


def _rows_kept(engine: Engine, table: str, tree: object, context: Context) -> Filter:
    """The rows of a table for which a condition holds, judged one by one.

    CALCULATE and CALCULATETABLE turn the row into filters on all of the table's columns.
    """
    columns = [column["name"] for column in engine.tables[table]["columns"]]
    listed = ", ".join(engine.name(ColumnRef(table, column)) for column in columns)
    kept, dropped = set(), set()
    for values in engine.connection.execute(f'select {listed} from "{table}"').fetchall():
        row = tuple(
            Filter(table, column, f"{{column}} is not distinct from {sql(value)}")
            for column, value in zip(columns, values, strict=True)
        )
        inside = replace(context, row=(table, dict(zip(columns, values, strict=True)), row))
        (kept if engine.value(tree, inside) else dropped).add(values[0])
    # a filter is of one column here: the first must tell the rows apart
    assert not kept & dropped
    values = ", ".join(sql(value) for value in sorted(kept, key=str)) or "null"
    return Filter(table, columns[0], f"{{column}} in ({values})")
