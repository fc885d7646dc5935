"""The SQL of measures over the marts, for a selection of what to look at.

A query aggregates each mart once per date, and combines the aggregates: the 30-day readmission rate
by department is two sums over fct_readmissions, divided. Small cells are hidden as in Power BI.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import sqlglot
from sqlglot import exp

from measures.catalogue import DAYS, CatalogueError, Measure, Shift, catalogue, semantic_model
from measures.expressions import divided, is_reference, or_zero, parsed
from measures.selection import DATE, Selection
from measures.small_cells import Limit, limits

Dialect = Literal["duckdb", "tsql"]
AGGREGATES = (exp.Sum, exp.Count, exp.Min, exp.Max)
SHIFTS: tuple[Shift, ...] = ("previous_period", "previous_year")
DOUBLE = exp.DataType.build("double")


@dataclass(frozen=True)
class Scope:
    """The rows of one mart that aggregates are taken over."""

    mart: str
    date: str | None
    latest: str | None
    shift: Shift | None
    # dimensions, or columns of them, whose filters are taken away
    every: frozenset[str]


@dataclass(frozen=True)
class Context:
    """How a name in an expression is to be read."""

    shift: Shift | None = None
    every: frozenset[str] = frozenset()


class Query:
    """Builds one statement; `statement` below is how to use it."""

    def __init__(self, selection: Selection, by: Sequence[str], defaults: Mapping[str, float]):
        self.selection = selection
        self.by = list(by)
        self.defaults = defaults
        # the aggregates of each scope, and under which name its subquery gives them
        self.scopes: dict[Scope, dict[exp.Expr, str]] = {}

    def statement(self, names: Iterable[str]) -> exp.Expr:
        """The query: a column per `by`, named as it, and a column per measure, named as it."""
        values = {name: self._column(_measure(name)) for name in names}
        subqueries = {f"scope_{i}": scope for i, scope in enumerate(self.scopes)}
        query = exp.Select()
        for alias, scope in subqueries.items():
            query = query.with_(alias, as_=self._subquery(scope), copy=False)
        whole = [alias for alias, scope in subqueries.items() if self._groups(scope) == self.by]
        if self.by and not whole:
            raise CatalogueError(f"nothing of {', '.join(values)} can be split by {self.by}")
        if self.by:
            rows = " union ".join(
                f"select {', '.join(self._group_names(self.by))} from {alias}" for alias in whole
            )
            query = query.with_("groups_found", as_=sqlglot.parse_one(rows), copy=False)
            query = query.from_("groups_found", copy=False)
        for alias, scope in subqueries.items():
            query = self._joined(query, alias, self._groups(scope))
        for position, column in enumerate(self.by):
            group = exp.column(f"group_{position}", table="groups_found")
            query = query.select(exp.alias_(group, column, quoted=True), copy=False)
        for name, value in values.items():
            query = query.select(exp.alias_(value, name, quoted=True), copy=False)
        return query

    # --- values -----------------------------------------------------------------------------------

    def _column(self, measure: Measure) -> exp.Expr:
        """A measure as the statement gives it."""
        return self._shown(measure, Context())

    def _shown(self, measure: Measure, context: Context) -> exp.Expr:
        """A measure as a reader sees it: null where it would show a small cell."""
        value = self._value(measure, context)
        hidden = [self._is_small(limit, context) for limit in limits(measure)]
        return exp.Case().when(exp.not_(exp.or_(*hidden)), value.copy()) if hidden else value

    def _is_small(self, limit: Limit, context: Context) -> exp.Expr:
        """Whether a number is smaller than may be shown."""
        number = or_zero(self._value(_measure(limit.of), context))
        if limit.less:
            less = or_zero(self._value(_measure(limit.less), context))
            number = exp.Paren(this=exp.Sub(this=number, expression=less))
        if not limit.shows_none:
            return exp.LT(this=number, expression=self._smallest_cell())
        return exp.Between(
            this=number,
            low=exp.Literal.number(1),
            high=self._smallest_cell(less=1),
        )

    # --- what a text for dbt names instead of its value -------------------------------------------

    def _smallest_cell(self, less: int = 0) -> exp.Expr:
        return exp.Literal.number(int(self.defaults["smallest_cell"]) - less)

    def _variable(self, name: str) -> exp.Expr:
        return exp.Literal.number(float(self.defaults[name]))

    @staticmethod
    def _mart(name: str) -> exp.Table:
        return exp.to_table(f"marts.{name}", alias=name)

    def _value(self, measure: Measure, context: Context) -> exp.Expr:
        """A measure's number, small or not, as an expression over the subqueries."""
        if measure.kind == "parameter":
            chosen = self.selection.parameters.get(measure.name)
            number = (
                self._variable(str(measure.variable))
                if chosen is None
                else exp.Literal.number(float(chosen))
            )
            return exp.Cast(this=number, to=DOUBLE.copy())
        return exp.Paren(this=self._resolved(parsed(measure.sql), measure, context))

    def _resolved(self, node: exp.Expr, measure: Measure, context: Context) -> exp.Expr:
        function = node.name.lower() if isinstance(node, exp.Anonymous) else None
        for shift in SHIFTS:
            if function == shift:
                return self._before(node.expressions[0], shift, measure)
        if function == "every":
            taken_away, inner = node.expressions
            every = context.every | {taken_away.sql()}
            return self._resolved(inner, measure, replace(context, every=every))
        if function == "mean":
            (of,) = node.expressions
            total, count = exp.Sum(this=of.copy()), exp.Count(this=of.copy())
            return divided(
                self._aggregate(total, measure, context), self._aggregate(count, measure, context)
            )
        if function == "divide":
            return divided(*(self._resolved(e, measure, context) for e in node.expressions))
        if isinstance(node, AGGREGATES):
            return self._aggregate(node, measure, context)
        if is_reference(node):
            other = _measure(node.name)
            shown = other.kind == "figure" or measure.shift is not None
            return self._shown(other, context) if shown else self._value(other, context)
        # built from its resolved parts: a copy of the whole would copy each part once a level
        return type(node)(
            **{key: self._resolved_part(c, measure, context) for key, c in node.args.items()}
        )

    def _resolved_part(self, part: object, measure: Measure, context: Context) -> object:
        """An argument of a node, resolved where it is an expression or a list of them."""
        if isinstance(part, exp.Expr):
            return self._resolved(part, measure, context)
        if isinstance(part, list):
            return [self._resolved_part(inner, measure, context) for inner in part]
        return part

    def _before(self, inner: exp.Expr, shift: Shift, measure: Measure) -> exp.Expr:
        """The value in an earlier period, null where the data do not cover both periods whole."""
        period = self.selection.before(shift)
        if period is None:
            return exp.null()
        if period == self.selection.before("previous_period"):
            # of twelve months the year before is the period before: the same rows, taken once
            shift = "previous_period"
        context = Context(shift=shift)
        first_day, last_day = self.selection.first_date, self.selection.last_date
        if first_day is None or last_day is None:
            return exp.null()
        is_covered = [
            exp.EQ(
                this=self._value(_measure(DAYS), in_period),
                expression=exp.Literal.number((last - first).days + 1),
            )
            for (first, last), in_period in (
                (period, context),
                ((first_day, last_day), Context()),
            )
        ]
        return exp.Case().when(exp.and_(*is_covered), self._resolved(inner, measure, context))

    def _aggregate(self, node: exp.Expr, measure: Measure, context: Context) -> exp.Expr:
        """A column of the subquery that takes this aggregate."""
        if measure.of is None:
            raise CatalogueError(f"{measure.name} aggregates, but is of no mart")
        table = semantic_model().tables[measure.of]
        scope = Scope(
            measure.of, measure.date or table.date, measure.latest, context.shift, context.every
        )
        own = node.copy()
        for column in list(own.find_all(exp.Column)):
            if not column.table:
                column.set("table", exp.to_identifier(measure.of))
        columns = self.scopes.setdefault(scope, {})
        name = columns.setdefault(own, f"value_{len(columns)}")
        return exp.column(name, table=f"scope_{list(self.scopes).index(scope)}")

    # --- rows -------------------------------------------------------------------------------------

    def _subquery(self, scope: Scope) -> exp.Expr:
        """The aggregates of a scope, a row for each group."""
        aggregates = list(self.scopes[scope])
        groups = [self._own_column(column, scope) for column in self._groups(scope)]
        conditions = self._conditions(scope)
        needed = {
            column.table
            for expression in (*aggregates, *groups, *conditions)
            for column in expression.find_all(exp.Column)
        }
        query = exp.select(
            *(
                exp.alias_(g, f"group_{self.by.index(column)}")
                for g, column in zip(groups, self._groups(scope), strict=True)
            ),
            *(
                exp.alias_(exp.Cast(this=aggregate, to=DOUBLE.copy()), name)
                for aggregate, name in zip(aggregates, self.scopes[scope].values(), strict=True)
            ),
        ).from_(self._mart(scope.mart))
        for dimension in sorted(needed - {"", scope.mart}):
            key = str(semantic_model().tables[dimension].key)
            query = query.join(
                self._mart(dimension),
                on=exp.column(str(self._joined_by(dimension, scope)), table=scope.mart).eq(
                    exp.column(key, table=dimension)
                ),
            )
        query = query.where(*conditions).group_by(*(g.copy() for g in groups))
        return self._only_latest(query, scope, groups) if scope.latest else query

    def _only_latest(
        self, query: exp.Select, scope: Scope, groups: Sequence[exp.Expr]
    ) -> exp.Select:
        """The query over the rows with the group's latest value of a column."""
        column = exp.column(str(scope.latest), table=scope.mart)
        latest = query.copy()
        latest.set(
            "expressions",
            [exp.alias_(g.copy(), f"latest_group_{i}") for i, g in enumerate(groups)]
            + [exp.alias_(exp.Max(this=column.copy()), "latest")],
        )
        on = exp.and_(
            column.eq(exp.column("latest", table="latest_rows")),
            *(
                g.copy().eq(exp.column(f"latest_group_{i}", table="latest_rows"))
                for i, g in enumerate(groups)
            ),
        )
        return query.join(latest.subquery("latest_rows"), on=on)

    def _conditions(self, scope: Scope) -> list[exp.Expr]:
        """Which rows of a mart the selection leaves."""
        conditions: list[exp.Expr] = []
        if scope.date:
            conditions += self._in_period(exp.column(scope.date, table=scope.mart), scope)
        for column in self.selection.chosen:
            is_before = scope.shift and column.startswith(f"{DATE}.")
            if not is_before and self._applies(column, scope):
                conditions.append(self._is_chosen(column, scope))
        return conditions

    def _in_period(self, day: exp.Column, scope: Scope) -> list[exp.Expr]:
        first, last = self.selection.first_date, self.selection.last_date
        if scope.shift:
            first, last = self.selection.before(scope.shift) or (first, last)
        conditions: list[exp.Expr] = []
        if first:
            conditions.append(day >= exp.Literal.number(f"{first:%Y%m%d}"))
        if last:
            conditions.append(day <= exp.Literal.number(f"{last:%Y%m%d}"))
        return conditions

    def _is_chosen(self, column: str, scope: Scope) -> exp.Expr:
        values = self.selection.chosen[column]
        if not values:
            return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
        return self._own_column(column, scope).isin(*(exp.convert(value) for value in values))

    def _groups(self, scope: Scope) -> list[str]:
        """The columns of `by` that a scope is split by."""
        return [column for column in self.by if self._applies(column, scope)]

    def _applies(self, column: str, scope: Scope) -> bool:
        """Whether a column of a dimension, or of the mart itself, bears on a scope."""
        table, _, _ = column.partition(".")
        if column in scope.every or table in scope.every:
            return False
        return table == scope.mart or self._joined_by(table, scope) is not None

    @staticmethod
    def _joined_by(dimension: str, scope: Scope) -> str | None:
        if dimension == DATE:
            return scope.date
        return semantic_model().tables[scope.mart].dimensions.get(dimension)

    @staticmethod
    def _own_column(column: str, scope: Scope) -> exp.Column:
        """A column as its subquery names it: the key of a date is in the mart already."""
        table, _, name = column.partition(".")
        if column == f"{DATE}.date_key":
            table, name = scope.mart, str(scope.date)
        return exp.column(name, table=table)

    def _joined(self, query: exp.Select, alias: str, groups: list[str]) -> exp.Select:
        if not self.by:
            if not query.args.get("from_") and not query.args.get("from"):
                return query.from_(alias, copy=False)
            return query.join(alias, join_type="cross", copy=False)
        if not groups:
            return query.join(alias, join_type="cross", copy=False)
        pairs = []
        for column in groups:
            name = f"group_{self.by.index(column)}"
            found, own = exp.column(name, table="groups_found"), exp.column(name, table=alias)
            pairs.append(
                exp.Paren(
                    this=exp.or_(
                        found.eq(own),
                        exp.and_(found.copy().is_(exp.null()), own.copy().is_(exp.null())),
                    )
                )
            )
        return query.join(alias, on=exp.and_(*pairs), join_type="left", copy=False)

    def _group_names(self, columns: list[str]) -> list[str]:
        return [f"group_{self.by.index(column)}" for column in columns]


def statement(
    names: Iterable[str],
    selection: Selection,
    defaults: Mapping[str, float],
    by: Sequence[str] = (),
    dialect: Dialect = "duckdb",
) -> str:
    """The SQL that gives measures for a selection.

    Args:
        names: of the measures.
        selection: what to look at.
        defaults: the variables of dbt_project.yml, which hold defaults and the smallest cell.
        by: columns of dimensions, or of the measures' own mart, to split by.
        dialect: of the engine.

    Returns:
        One select statement: a column per entry of `by`, then one per measure, all floating point.

    Raises:
        CatalogueError: there is no such measure, or it cannot be split so.
    """
    return Query(selection, by, defaults).statement(names).sql(dialect=dialect)


@cache
def follows(name: str, column: str) -> bool:
    """Whether a measure changes where values of a dimension's column are chosen.

    Occupancy does not follow a payer: beds and midnights know departments only.
    """
    query = Query(Selection(), (), defaultdict(float))
    query._value(_measure(name), Context())
    return any(query._applies(column, scope) for scope in query.scopes)


def _measure(name: str) -> Measure:
    try:
        return catalogue()[name]
    except KeyError:
        raise CatalogueError(f"there is no measure {name}") from None
