"""Which words the SQL that is compiled for SQL Server and Fabric may use.

A T-SQL parser accepts a call of any function, so a function that only DuckDB knows passes it. This
list holds what SQL Server 2019 and Fabric Warehouse both know and the project uses; a new function
is looked up in Microsoft's documentation and added here.
"""

from __future__ import annotations

import re

ALLOWED_FUNCTIONS = {
    # aggregates and windows
    "avg",
    "count",
    "count_big",
    "lag",
    "lead",
    "max",
    "min",
    "rank",
    "row_number",
    "sum",
    # conversion and nulls
    "cast",
    "coalesce",
    "nullif",
    "try_cast",
    # dates
    "dateadd",
    "datediff",
    "day",
    "month",
    "year",
    # numbers
    "abs",
    "floor",
    "power",
    "sign",
    "sqrt",
    # text
    "charindex",
    "concat",
    "datalength",
    "hashbytes",
    "len",
    "lower",
    "replace",
    "substring",
    "translate",
    "trim",
    "upper",
    # types with a length
    "datetime2",
    "decimal",
    "varchar",
}

# Words that may stand before an opening parenthesis without being a function.
KEYWORDS = {
    "and", "as", "between", "by", "end", "from", "in", "join", "not", "on", "or", "over", "select",
    "then", "when", "where", "else", "exists", "union", "all", "having", "case", "with",
}  # fmt: skip

# Text that is not T-SQL although a lenient engine accepts it.
FORBIDDEN = {
    "||": r"\|\|",
    "::": r"::",
    "limit": r"\blimit\b",
    "qualify": r"\bqualify\b",
    "using (": r"\busing\s*\(",
    "group by a number": r"\bgroup\s+by\s+\d",
    "filter (where": r"\bfilter\s*\(",
    "true or false": r"\b(true|false)\b",
    "interval": r"\binterval\b",
    "natural join": r"\bnatural\b",
    "recursive": r"\brecursive\b",
    "leftover Jinja": r"\{\{|\{%",
}


def without_text_and_comments(sql: str) -> str:
    """The SQL with comments removed and string literals and quoted names emptied."""
    sql = re.sub(r"/\*.*?\*/", " ", sql, flags=re.DOTALL)
    sql = re.sub(r"--[^\n]*", " ", sql)
    sql = re.sub(r"'(?:[^']|'')*'", "''", sql)
    return re.sub(r'"[^"]*"', "name", sql)


def unknown_functions(sql: str) -> set[str]:
    """Names that are called like a function and are not on the list."""
    called = re.findall(r"\b([a-z_][a-z0-9_]*)\s*\(", without_text_and_comments(sql).lower())
    return set(called) - ALLOWED_FUNCTIONS - KEYWORDS


def forbidden_constructs(sql: str) -> set[str]:
    """Constructs in the SQL that SQL Server does not know."""
    bare = without_text_and_comments(sql).lower()
    return {name for name, pattern in FORBIDDEN.items() if re.search(pattern, bare)}
