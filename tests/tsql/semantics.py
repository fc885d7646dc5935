"""What SQL Server rejects or changes silently although the text parses and every name resolves.

Microsoft's model of a database knows names, not types or groups. These checks read the compiled
SQL with sqlglot, with the type of every column: raw tables first, then each model in the order of
the project's graph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

# Schema, table, column, type.
Catalog = dict[str, dict[str, dict[str, str]]]

TEXT = exp.DataType.TEXT_TYPES
WHOLE_NUMBERS = exp.DataType.INTEGER_TYPES | {exp.DataType.Type.BIT}
NUMBERS = exp.DataType.NUMERIC_TYPES | WHOLE_NUMBERS
DATES = exp.DataType.TEMPORAL_TYPES
RANKINGS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.Lag, exp.Lead)
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def annotated(sql: str, catalog: Catalog) -> exp.Query:
    """The query with every column's table and every expression's type.

    Args:
        sql: one T-SQL query without database names.
        catalog: the columns of every table that it reads.
    """
    tree = sqlglot.parse_one(sql, read="tsql")
    # of the whole catalog every call would normalize each name anew
    schema = MappingSchema(named_tables(sql, catalog), dialect="tsql")
    tree = qualify(
        tree,
        schema=schema,
        dialect="tsql",
        quote_identifiers=False,
        validate_qualify_columns=False,
    )
    return annotate_types(tree, schema=schema, dialect="tsql")


def named_tables(sql: str, catalog: Catalog) -> Catalog:
    """The part of a catalog whose tables a query names."""
    words = set(re.findall(r"\w+", sql.lower()))
    named = {
        schema: {name: columns for name, columns in tables.items() if name in words}
        for schema, tables in catalog.items()
    }
    return {schema: tables for schema, tables in named.items() if tables}


def column_types(query: exp.Query) -> dict[str, str]:
    """Name and T-SQL type of each column of an annotated query."""
    return {column.alias_or_name: column.type.sql("tsql").lower() for column in query.selects}


def violations(query: exp.Query) -> list[str]:
    """One sentence for each thing in an annotated query that breaks a rule below."""
    return [message for rule in RULES for message in rule(query)]


def family(expression: exp.Expression) -> str | None:
    """`text`, `number` or `date`; nothing for a null, or where the type is not known."""
    kind = expression.type.this if expression.type is not None else None
    for name, types in (("text", TEXT), ("number", NUMBERS), ("date", DATES)):
        if kind in types:
            return name
    return None


def is_whole_number(expression: exp.Expression) -> bool:
    """Whether T-SQL calculates with the expression as an integer."""
    return expression.type is not None and expression.type.this in WHOLE_NUMBERS


def shown(expression: exp.Expression) -> str:
    """The expression as T-SQL, short enough for a message."""
    text = expression.sql("tsql")
    return text if len(text) <= 100 else f"{text[:97]}..."


def own_nodes(select: exp.Select, kinds: type | tuple[type, ...]) -> Iterator[exp.Expression]:
    """Nodes of the select itself, not of a query inside it."""
    for node in select.find_all(kinds):
        if node is not select and node.parent_select is select:
            yield node


def columns_outside_the_group(query: exp.Query) -> Iterator[str]:
    """A column that is neither grouped nor inside an aggregate (error 8120)."""
    for select in query.find_all(exp.Select):
        group = select.args.get("group")
        aggregates = [a for a in own_nodes(select, exp.AggFunc) if not is_window_function(a)]
        if group is None and not aggregates:
            continue
        grouped = {expression.sql("tsql") for expression in group.expressions} if group else set()
        having, order = select.args.get("having"), select.args.get("order")
        for root in (*select.selects, *(part for part in (having, order) if part)):
            yield from ungrouped_columns(root, grouped, select)


def ungrouped_columns(node: exp.Expression, grouped: set[str], select: exp.Select) -> Iterator[str]:
    """The columns below a node that no aggregate and no grouped expression holds."""
    if node.sql("tsql") in grouped or isinstance(node, exp.Query):
        return
    if isinstance(node, exp.AggFunc) and not is_window_function(node):
        return
    if isinstance(node, exp.Column):
        if node.table:
            yield f"{shown(node)} is neither grouped nor aggregated"
        return
    for child in node.iter_expressions():
        yield from ungrouped_columns(child, grouped, select)


def is_window_function(node: exp.Expression) -> bool:
    """Whether an aggregate stands before `over (…)`."""
    return isinstance(node.parent, exp.Window) and node.parent.this is node


def aggregates_over_queries(query: exp.Query) -> Iterator[str]:
    """An aggregate of an aggregate or of a subquery (error 130)."""
    for aggregate in query.find_all(exp.AggFunc):
        inner = [*aggregate.find_all(exp.Query), *aggregate.find_all(exp.AggFunc)]
        inner = [node for node in inner if node is not aggregate]
        if inner and not is_window_function(aggregate):
            yield f"{shown(aggregate)} aggregates over a query or an aggregate"


def misplaced_windows(query: exp.Query) -> Iterator[str]:
    """A window function where T-SQL allows none, without its order, or over distinct values."""
    for window in query.find_all(exp.Window):
        clause = window.find_ancestor(exp.Where, exp.Group, exp.Having, exp.Join, exp.Select)
        if not isinstance(clause, exp.Select):
            yield f"{shown(window)} stands in {clause.key} (error 4108)"
        if isinstance(window.this, RANKINGS) and not window.args.get("order"):
            yield f"{shown(window)} has no order by (error 4112)"
        if window.this.find(exp.Distinct):
            yield f"{shown(window)} counts distinct values over a window (error 10759)"


def unequal_branches(query: exp.Query) -> Iterator[str]:
    """A UNION whose branches differ in number (error 205) or kind (error 245) of columns."""
    for union in query.find_all(exp.SetOperation):
        if isinstance(union.parent, exp.SetOperation):
            continue
        branches = [branch.selects for branch in branches_of(union)]
        if len({len(columns) for columns in branches}) > 1:
            yield f"a union has {' and '.join(str(len(columns)) for columns in branches)} columns"
            continue
        for columns in zip(*branches, strict=True):
            if mixed(list(columns)):
                yield f"a union puts {' and '.join(shown(c) for c in columns)} in one column"


def branches_of(query: exp.Query) -> Iterator[exp.Select]:
    """The selects that a UNION puts under each other."""
    query = query.unnest()
    if isinstance(query, exp.SetOperation):
        yield from branches_of(query.left)
        yield from branches_of(query.right)
    else:
        yield query


def mixed(expressions: list[exp.Expression]) -> bool:
    """Whether text, numbers and dates meet; T-SQL would convert, and fail on the first bad row."""
    return len({family(e) for e in expressions} - {None}) > 1


def mixed_types(query: exp.Query) -> Iterator[str]:
    """Text compared or combined with a number or a date (error 245)."""
    for node in query.find_all(*COMPARISONS, exp.In, exp.Between, exp.Case, exp.Coalesce, exp.Add):
        for operands in combined(node):
            # 'yyyy-mm-dd' beside a date is read the same in every language of the server.
            if any(family(operand) == "date" for operand in operands):
                operands = [o for o in operands if not (isinstance(o, exp.Literal) and o.is_string)]
            if mixed(operands):
                yield f"{shown(node)} mixes text, numbers or dates"


def combined(node: exp.Expression) -> Iterator[list[exp.Expression]]:
    """The expressions that a node brings to one type."""
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        results = [branch.args["true"] for branch in node.args["ifs"]]
        yield [*results, *([default] if default is not None else [])]
        if node.this is not None:
            yield [node.this, *(branch.this for branch in node.args["ifs"])]
    elif isinstance(node, exp.Coalesce):
        yield [node.this, *node.expressions]
    elif isinstance(node, exp.In):
        inner = node.args.get("query")
        yield [node.this, *(inner.this.selects if inner else node.expressions)]
    elif isinstance(node, exp.Between):
        yield [node.this, node.args["low"], node.args["high"]]
    else:
        yield [node.left, node.right]


def integer_arithmetic(query: exp.Query) -> Iterator[str]:
    """A division or an average that drops what is behind the point."""
    for division in query.find_all(exp.Div):
        if is_whole_number(division.left) and is_whole_number(division.right):
            yield f"{shown(division)} is an integer division"
    for average in query.find_all(exp.Avg):
        if is_whole_number(average.this):
            yield f"{shown(average)} is the average of an integer, and one itself"


RULES: tuple[Callable[[exp.Query], Iterator[str]], ...] = (
    columns_outside_the_group,
    aggregates_over_queries,
    misplaced_windows,
    unequal_branches,
    mixed_types,
    integer_arithmetic,
)
