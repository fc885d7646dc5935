"""DAX evaluated over the marts: enough of Power BI's semantics to check every measure.

The tables hold what the model's M queries give: the model's names, flags as Yes and No, fixed
decimal numbers. A filter context is a list of filters on columns; a table is filtered by those on
itself and on the dimensions that an active relationship leads to. Written from the DAX reference,
and independent of the SQL twins that it is compared with.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field, replace

import duckdb
from dateutil.relativedelta import relativedelta

from tests.powerbi.dax_context import Context, Filter, removes
from tests.powerbi.dax_parser import (
    Call,
    ColumnRef,
    DaxError,
    Let,
    Listed,
    Literal,
    MeasureRef,
    NameRef,
    Operation,
    parse,
)
from tests.powerbi.dax_values import arithmetic, compare, sql

COMPARISONS = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass
class Engine:
    """A model over a DuckDB connection that holds its tables."""

    connection: duckdb.DuckDBPyConnection
    model: dict
    measures: dict[str, object] = field(default_factory=dict)
    seen: dict = field(default_factory=dict)

    def __post_init__(self):
        """Read all measures."""
        self.tables = {table["name"]: table for table in self.model["tables"]}
        self.measures = {
            measure["name"]: parse(measure["expression"])
            for table in self.model["tables"]
            for measure in table.get("measures", [])
        }
        self.date_table = next(
            table["name"] for table in self.model["tables"] if table.get("dataCategory") == "Time"
        )

    # --- scalars ----------------------------------------------------------------------------------

    def measure(self, name: str, context: Context) -> object:
        """The value of a measure: a number, or None for blank."""
        context = replace(context, variables=())
        key = (name, context)
        if key not in self.seen:
            if name not in self.measures:
                raise DaxError(f"there is no measure [{name}]")
            self.seen[key] = self.value(self.measures[name], context)
        return self.seen[key]

    def value(self, tree: object, context: Context) -> object:
        """The value of a scalar expression."""
        if isinstance(tree, Literal):
            return tree.value
        if isinstance(tree, MeasureRef):
            return self.measure(tree.name, context)
        if isinstance(tree, NameRef):
            return context.variable(tree.name)
        if isinstance(tree, ColumnRef):
            if context.row is None or context.row[0] != tree.table:
                raise DaxError(f"no row gives {tree.table}[{tree.column}] a value")
            self.name(tree)
            return context.row[1][tree.column]
        if isinstance(tree, Let):
            for name, expression in tree.variables:
                value = self.value(expression, context)
                context = replace(context, variables=(*context.variables, (name, value)))
            return self.value(tree.result, context)
        if isinstance(tree, Operation):
            return self.operation(tree, context)
        if isinstance(tree, Call):
            return self.call(tree, context)
        raise DaxError(f"{tree} is no scalar")

    def operation(self, tree: Operation, context: Context) -> object:
        if tree.operator == "IN":
            value = self.value(tree.operands[0], context)
            return value in self.values_in(tree.operands[1], context)
        left = self.value(tree.operands[0], context)
        if tree.operator == "NEGATIVE":
            return None if left is None else -left
        if tree.operator == "&&":
            return bool(left) and bool(self.value(tree.operands[1], context))
        if tree.operator == "||":
            return bool(left) or bool(self.value(tree.operands[1], context))
        right = self.value(tree.operands[1], context)
        if tree.operator in COMPARISONS:
            return compare(tree.operator, left, right)
        return arithmetic(tree.operator, left, right)

    def call(self, tree: Call, context: Context) -> object:
        name, arguments = tree.function, tree.arguments
        handler = getattr(self, f"call_{name.lower()}", None)
        if handler is None:
            raise DaxError(f"{name} is not understood")
        return handler(context, *arguments)

    def call_true(self, _context):
        return True

    def call_false(self, _context):
        return False

    def call_not(self, context, inner):
        return not self.value(inner, context)

    def call_isblank(self, context, inner):
        return self.value(inner, context) is None

    def call_if(self, context, condition, then, otherwise=None):
        if self.value(condition, context):
            return self.value(then, context)
        return None if otherwise is None else self.value(otherwise, context)

    def call_divide(self, context, numerator, denominator):
        top, bottom = self.value(numerator, context), self.value(denominator, context)
        return top / bottom if top is not None and bottom else None

    def call_power(self, context, base, exponent):
        return (self.value(base, context) or 0) ** (self.value(exponent, context) or 0)

    def call_sqrt(self, context, number):
        return math.sqrt(self.value(number, context) or 0)

    def call_day(self, context, day):
        day = self.value(day, context)
        return None if day is None else day.day

    def call_coalesce(self, context, *alternatives):
        values = (self.value(alternative, context) for alternative in alternatives)
        return next((value for value in values if value is not None), None)

    def call_date(self, context, year, month, day):
        return datetime.date(*(int(self.value(part, context)) for part in (year, month, day)))

    def call_edate(self, context, day, months):
        day = self.value(day, context)
        if day is None:
            return None
        return day + relativedelta(months=self.value(months, context))

    def call_datediff(self, context, first, last, unit):
        first, last = self.value(first, context), self.value(last, context)
        if first is None or last is None:
            return None
        if unit == NameRef("DAY"):
            return (last - first).days
        if unit == NameRef("MONTH"):
            return (last.year - first.year) * 12 + last.month - first.month
        raise DaxError(f"unit {unit} is not understood")

    def call_userprincipalname(self, context):
        return context.user

    def call_selectedvalue(self, context, column, otherwise):
        values = self.values_in(Call("VALUES", (column,)), context)
        return next(iter(values)) if len(values) == 1 else self.value(otherwise, context)

    # --- aggregates -------------------------------------------------------------------------------

    def aggregate(self, sql: str, column: ColumnRef, context: Context) -> object:
        text = self.query(column.table, [sql.format(column=self.name(column))], context)
        return self.fetch(text)

    def call_sum(self, context, column):
        return self.aggregate("sum({column})", column, context)

    def call_average(self, context, column):
        return self.aggregate("avg({column})", column, context)

    def call_min(self, context, column):
        return self.aggregate("min({column})", column, context)

    def call_max(self, context, column):
        return self.aggregate("max({column})", column, context)

    def call_count(self, context, column):
        return self.aggregate("nullif(count({column}), 0)", column, context)

    call_counta = call_count

    def call_distinctcount(self, context, column):
        # blank is a value, too
        blanks = "max(case when {column} is null then 1 else 0 end)"
        return self.aggregate(f"nullif(count(distinct {{column}}) + {blanks}, 0)", column, context)

    def call_countrows(self, context, table):
        if isinstance(table, Call):
            return len(self.values_in(table, context)) or None
        return self.fetch(self.query(table.name, ["nullif(count(*), 0)"], context))

    def call_calculate(self, context, expression, *filters):
        return self.value(expression, self.filtered(context, filters))

    # --- tables -----------------------------------------------------------------------------------

    def values_in(self, tree: object, context: Context) -> set:
        """The values of a list, or of a table of one column."""
        if isinstance(tree, Listed):
            return {self.value(item, context) for item in tree.values}
        if isinstance(tree, Call) and tree.function == "VALUES":
            (column,) = tree.arguments
            text = self.query(column.table, [f"distinct {self.name(column)}"], context)
            return {value for (value,) in self.connection.execute(text).fetchall()}
        if isinstance(tree, Call) and tree.function == "SUMMARIZE":
            table, column = tree.arguments
            text = self.query(
                table.name, [f"distinct {self.name(column)}"], context, {column.table}
            )
            return {value for (value,) in self.connection.execute(text).fetchall()}
        if isinstance(tree, Call) and tree.function == "CALCULATETABLE":
            return self.values_in(tree.arguments[0], self.filtered(context, tree.arguments[1:]))
        raise DaxError(f"{tree} is no table of one column")

    # --- filters ----------------------------------------------------------------------------------

    def filtered(self, context: Context, arguments: tuple) -> Context:
        """A context with the filter arguments of CALCULATE."""
        result = replace(context, row=None)
        if context.row:
            result = replace(result, filters=(*result.filters, *context.row[2]))
        for argument in arguments:
            is_call = isinstance(argument, Call)
            if is_call and argument.function == "USERELATIONSHIP":
                own, other = argument.arguments
                self.relationship(own, other)
                active = (own.table, other.table, own.column)
                result = replace(result, active=(*result.active, active))
            elif is_call and argument.function == "REMOVEFILTERS":
                result = replace(
                    result,
                    filters=tuple(
                        f
                        for f in result.filters
                        if not any(removes(removed, f) for removed in argument.arguments)
                    ),
                )
            elif is_call and argument.function == "KEEPFILTERS":
                added = self.condition(argument.arguments[0], context)
                result = replace(result, filters=(*result.filters, added))
            elif is_call and argument.function == "DATESBETWEEN":
                column, first, last = argument.arguments
                first, last = self.value(first, context), self.value(last, context)
                added = Filter(
                    column.table, column.column, f"{{column}} between {sql(first)} and {sql(last)}"
                )
                # a filter on the date of a marked date table takes the table's other filters away
                rest = tuple(f for f in result.filters if f.table != self.date_table)
                result = replace(result, filters=(*rest, added))
            else:
                added = self.condition(argument, context)
                rest = tuple(
                    f for f in result.filters if (f.table, f.column) != (added.table, added.column)
                )
                result = replace(result, filters=(*rest, added))
        return result

    def condition(self, tree: object, context: Context) -> Filter:
        """A predicate on one column."""
        if isinstance(tree, Call) and tree.function == "NOT":
            (inner,) = tree.arguments
            if isinstance(inner, Call) and inner.function == "ISBLANK":
                (column,) = inner.arguments
                return Filter(column.table, column.column, "{column} is not null")
        if isinstance(tree, Operation) and isinstance(tree.operands[0], ColumnRef):
            column = tree.operands[0]
            if tree.operator == "IN":
                values = self.values_in(tree.operands[1], context)
                listed = ", ".join(sql(value) for value in sorted(values, key=str)) or "null"
                return Filter(column.table, column.column, f"{{column}} in ({listed})")
            if tree.operator in COMPARISONS:
                value = self.value(tree.operands[1], context)
                return Filter(
                    column.table,
                    column.column,
                    f"{{column}} {COMPARISONS[tree.operator]} {sql(value)}",
                )
        raise DaxError(f"{tree} is no predicate on a column")

    # --- SQL --------------------------------------------------------------------------------------

    def name(self, column: ColumnRef) -> str:
        """A column in SQL.

        Raises:
            DaxError: the model has no such column.
        """
        columns = {c["name"] for c in self.tables.get(column.table, {}).get("columns", [])}
        if column.column not in columns:
            raise DaxError(f"there is no column {column.table}[{column.column}]")
        return f'"{column.table}"."{column.column}"'

    def relationship(self, own: ColumnRef, other: ColumnRef) -> dict:
        """The relationship between two columns.

        Raises:
            DaxError: there is none.
        """
        for relationship in self.model["relationships"]:
            ends = (
                ColumnRef(relationship["fromTable"], relationship["fromColumn"]),
                ColumnRef(relationship["toTable"], relationship["toColumn"]),
            )
            if ends == (own, other):
                return relationship
        raise DaxError(f"no relationship joins {own} and {other}")

    def active_relationships(self, table: str, context: Context) -> dict[str, dict]:
        """By dimension, the relationship by which its filters reach a table."""
        found = {}
        for relationship in self.model["relationships"]:
            if relationship["fromTable"] != table:
                continue
            dimension = relationship["toTable"]
            chosen = [c for t, d, c in context.active if (t, d) == (table, dimension)]
            if chosen:
                is_active = relationship["fromColumn"] == chosen[-1]
            else:
                is_active = relationship.get("isActive", True)
            if is_active:
                if dimension in found:
                    raise DaxError(f"{table} and {dimension} are joined twice")
                found[dimension] = relationship
        return found

    def query(
        self, table: str, select: list[str], context: Context, related: set[str] = frozenset()
    ) -> str:
        """A query of the rows of a table that the context leaves."""
        if table not in self.tables:
            raise DaxError(f"there is no table {table}")
        joined = self.active_relationships(table, context)
        conditions, dimensions = [], set(related)
        for f in context.filters:
            if f.table == table or f.table in joined:
                column = self.name(ColumnRef(f.table, f.column))
                conditions.append(f.condition.format(column=column))
                dimensions |= {f.table} - {table}
        text = f'select {", ".join(select)} from "{table}"'
        for dimension in sorted(dimensions):
            r = joined[dimension]
            text += (
                f' left join "{dimension}" on "{table}"."{r["fromColumn"]}"'
                f' = "{dimension}"."{r["toColumn"]}"'
            )
        return text + (f" where {' and '.join(conditions)}" if conditions else "")

    def fetch(self, text: str) -> object:
        value = self.connection.execute(text).fetchall()[0][0]
        return (
            float(value) if isinstance(value, int | float) or hasattr(value, "quantize") else value
        )
