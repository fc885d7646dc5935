"""The SQL of measures as trees, and pieces that queries are made of."""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp


@cache
def parsed(sql: str) -> exp.Expr:
    """A measure's SQL as a tree, which nobody may change; `[Name]` is a quoted identifier."""
    return sqlglot.parse_one(sql, dialect="tsql")


def is_reference(node: exp.Expr) -> bool:
    """Whether a node names another measure."""
    return isinstance(node, exp.Column) and not node.table and node.this.quoted


def divided(numerator: exp.Expr, denominator: exp.Expr) -> exp.Expr:
    """A quotient, null if the denominator is 0."""
    return exp.Paren(
        this=exp.Div(
            this=exp.Paren(this=numerator),
            expression=exp.func("nullif", denominator, exp.Literal.number(0)),
            typed=False,
            safe=False,
        )
    )


def or_zero(value: exp.Expr) -> exp.Expr:
    """A value, 0 if it is null."""
    return exp.func("coalesce", value.copy(), exp.Literal.number(0))
