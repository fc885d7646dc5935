"""T-SQL that was compiled for SQL Server, as DuckDB SQL with T-SQL's meaning.

sqlglot translates words and types. What would keep its text and change its meaning is rewritten
here: whole numbers divide to whole numbers, len ignores trailing blanks, a cast of an empty string
is 0 or 1900-01-01, a cast to varchar(n) cuts off, float has 64 bits, like knows sets of characters.
"""

from __future__ import annotations

import re

from sqlglot import exp

from tests.tsql.semantics import Catalog, annotated, family, is_whole_number

MACROS = (
    # The first eight bytes of an MD5 digest as a number, as SQL Server casts them to bigint.
    "create or replace macro first_eight_bytes(text_value) as "
    "cast(concat('0x', substring(md5(text_value), 1, 16)) as ubigint)",
    "create or replace macro length_without_trailing_blanks(text_value) as "
    "length(rtrim(text_value))",
    "create or replace macro datalength(text_value) as strlen(text_value)",
)
# What SQL Server makes of an empty or blank string; of decimal it makes nothing.
BLANK_AS = {
    exp.DataType.Type.INT: "0",
    exp.DataType.Type.BIGINT: "0",
    exp.DataType.Type.FLOAT: "0",
    exp.DataType.Type.DATE: "date '1900-01-01'",
    exp.DataType.Type.DATETIME2: "timestamp '1900-01-01'",
}

DATES = {exp.DataType.Type.DATE, exp.DataType.Type.DATETIME2}
WHOLE_TIME = "%Y-%m-%d %H:%M:%S.%f"


def to_duckdb(sql: str, catalog: Catalog) -> str:
    """One T-SQL query as DuckDB SQL.

    Args:
        sql: the query without database names.
        catalog: the columns and types of every table that it reads.
    """
    tree = annotated(sql, catalog)
    # Inner expressions first: what is rewritten around them holds them rewritten, too.
    for node in reversed(list(tree.dfs())):
        new = rewritten(node)
        if new is not node:
            new.type = node.type
            tree = new if node is tree else tree
            node.replace(new)
    return tree.sql("duckdb")


def rewritten(node: exp.Expression) -> exp.Expression:
    """The node, or what stands for it on DuckDB."""
    if isinstance(node, exp.TryCast) and family(node.this) == "text" and node.to.this in BLANK_AS:
        target = exp.TryCast(this=node.this.copy(), to=double_for_float(node.to)).sql("duckdb")
        text = node.this.sql("duckdb")
        # DuckDB takes 24:00:00 for the next day; SQL Server rejects it.
        midnight = (
            f"when regexp_matches({text}, '[ T]24:') then null" if node.to.this in DATES else ""
        )
        return exp.maybe_parse(
            f"case when trim({text}) = '' then {BLANK_AS[node.to.this]} {midnight} "
            f"else {target} end",
            dialect="duckdb",
        )
    if is_cast_to_varchar(node) and has_type(node.this, exp.DataType.Type.DATETIME2):
        # SQL Server writes all digits of the precision.
        return exp.func(
            "strftime", node.this.copy(), exp.Literal.string(WHOLE_TIME), dialect="duckdb"
        )
    if is_cast_to_varchar(node) and node.to.expressions:
        # DuckDB keeps what is longer than the type; SQL Server cuts it off.
        return exp.func("left", node.copy(), node.to.expressions[0].this)
    if isinstance(node, exp.Like) and "[" in node.expression.name:
        pattern = exp.Literal.string(regular_expression(node.expression.name))
        match = exp.Anonymous(this="regexp_full_match", expressions=[node.this.copy(), pattern])
        return exp.Not(this=match) if node.args.get("negate") else match
    if isinstance(node, exp.Collate):
        # By bytes, as C does; no other collation is asked for.
        assert "bin2" in node.expression.name.lower()
        return exp.Collate(this=node.this.copy(), expression=exp.to_identifier("C"))
    if isinstance(node, exp.DataType):
        return double_for_float(node)
    if isinstance(node, exp.Length):
        inner = node.this.this if isinstance(node.this, exp.Cast) else node.this
        return exp.Anonymous(this="length_without_trailing_blanks", expressions=[inner])
    if isinstance(node, exp.Div) and is_whole_number(node.left) and is_whole_number(node.right):
        return exp.IntDiv(this=node.left, expression=node.right)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Substring):
        digest = node.this.this
        if isinstance(digest, (exp.MD5, exp.MD5Digest)) and is_whole_number(node):
            return exp.Anonymous(this="first_eight_bytes", expressions=[digest.this])
    return node


def regular_expression(pattern: str) -> str:
    """A pattern of like, with sets of characters in brackets, as a regular expression."""
    parts = re.findall(r"\[[^\]]*\]|.", pattern, flags=re.DOTALL)
    wild = {"%": ".*", "_": "."}
    escaped = (p if p.startswith("[") else wild.get(p) or re.escape(p) for p in parts)
    return "(?s)" + "".join(escaped)


def is_cast_to_varchar(node: exp.Expression) -> bool:
    """Whether a node makes text of something."""
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.VARCHAR


def has_type(node: exp.Expression, kind: exp.DataType.Type) -> bool:
    """Whether an annotated node is of a type, whatever its precision."""
    return node.type is not None and node.type.this == kind


def double_for_float(data_type: exp.DataType) -> exp.DataType:
    """T-SQL's float has 64 bits; DuckDB calls that double."""
    return exp.DataType.build("double") if data_type.is_type("float") else data_type
