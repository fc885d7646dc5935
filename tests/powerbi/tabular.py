"""A model in the shape of TMSL: its objects, what refers to what, and what is true of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.powerbi.fields import NUMERIC, text_of


@dataclass(frozen=True)
class Tabular:
    """A model, its tables and what refers to what."""

    model: Mapping

    @property
    def tables(self) -> list[Mapping]:
        return self.model["tables"]

    @property
    def relationships(self) -> list[Mapping]:
        return self.model["relationships"]

    @cached_property
    def columns(self) -> list[tuple[Mapping, Mapping]]:
        """Pairs of table and column."""
        return [(table, column) for table in self.tables for column in table["columns"]]

    @cached_property
    def measures(self) -> list[Mapping]:
        return [measure for table in self.tables for measure in table.get("measures", [])]

    @cached_property
    def expressions(self) -> dict[str, str]:
        """The DAX of each measure by name."""
        return {m["name"]: text_of(m["expression"]) for m in self.measures}

    @cached_property
    def filters(self) -> list[tuple[str, str]]:
        """Table and DAX of every filter of a role."""
        return [
            (permission["name"], text_of(permission["filterExpression"]))
            for role in self.model["roles"]
            for permission in role["tablePermissions"]
        ]

    @cached_property
    def dax(self) -> str:
        """All DAX of the model."""
        return "\n".join([*self.expressions.values(), *(text for _, text in self.filters)])

    @cached_property
    def related(self) -> set[tuple[str, str]]:
        """Columns of either end of a relationship."""
        return {(r[f"{end}Table"], r[f"{end}Column"]) for r in self.relationships for end in END}

    @cached_property
    def in_structure(self) -> set[tuple[str, str]]:
        """Columns that others are sorted by, and columns of hierarchies."""
        sorting = {
            (table["name"], column["sortByColumn"])
            for table, column in self.columns
            if "sortByColumn" in column
        }
        return sorting | {
            (table["name"], level["column"])
            for table in self.tables
            for hierarchy in table.get("hierarchies", [])
            for level in hierarchy["levels"]
        }

    def queries(self) -> Iterator[tuple[str, str]]:
        """Name and M query of every partition."""
        for table in self.tables:
            for partition in table["partitions"]:
                yield partition["name"], text_of(partition["source"]["expression"])

    def named(self) -> Iterator[Mapping]:
        """Every object that a reader may see."""
        for table in self.tables:
            yield table
            yield from table["columns"]
            for kind in ("measures", "hierarchies", "partitions"):
                yield from table.get(kind, [])


END = ("from", "to")


def is_hidden(table: Mapping, thing: Mapping) -> bool:
    """Whether a reader does not see it."""
    return bool(thing.get("isHidden") or table.get("isHidden"))


def full_name(table: Mapping, column: Mapping) -> str:
    """A column as DAX writes it."""
    return f"'{table['name']}'[{column['name']}]"


def is_many_to_many(relationship: Mapping) -> bool:
    return relationship.get("toCardinality", "one") == "many"


def is_both_ways(relationship: Mapping) -> bool:
    return relationship.get("crossFilteringBehavior") == "bothDirections"


def refers(text: str, table: str, column: str) -> bool:
    """Whether DAX names a column."""
    return f"{table}[{column}]" in text or f"'{table}'[{column}]" in text


def is_key_of_dates(column: Mapping) -> bool:
    return bool(column.get("isKey")) and column["dataType"] == "dateTime"


def is_marked(table: Mapping) -> bool:
    return table.get("dataCategory") == "Time" and any(map(is_key_of_dates, table["columns"]))


def is_calculated(table: Mapping) -> bool:
    return any(p["source"]["type"] == "calculated" for p in table["partitions"])


def aggregates(t: Tabular, table: Mapping, column: Mapping) -> bool:
    """Whether a measure counts or adds up a column."""
    functions = "COUNT|COUNTBLANK|SUM|AVERAGE|VALUES|DISTINCT|DISTINCTCOUNT|MIN|MAX|COUNTA|AVERAGEA"
    named = rf"'?{re.escape(table['name'])}'?\[{re.escape(column['name'])}\]"
    return bool(re.search(rf"(?i)\b({functions}|MAXA|MINA)\s*\(\s*{named}\s*\)", t.dax))


def is_activated(t: Tabular, r: Mapping) -> bool:
    one = rf"'?{re.escape(r['fromTable'])}'?\[{re.escape(r['fromColumn'])}\]"
    other = rf"'?{re.escape(r['toTable'])}'?\[{re.escape(r['toColumn'])}\]"
    return bool(re.search(rf"(?i)USERELATIONSHIP\s*\(\s*{one}\s*,\s*{other}", t.dax))


def compact(text: str) -> str:
    return re.sub(r"\s", "", text)


def duplicates(t: Tabular) -> list[str]:
    seen: dict[str, str] = {}
    return [
        name for name, text in t.expressions.items() if seen.setdefault(compact(text), name) != name
    ]


def redundant(t: Tabular, table: Mapping, column: Mapping) -> bool:
    """Whether a table that this one is joined to has a column of the same name."""
    if (table["name"], column["name"]) in t.related:
        return False
    joined = {r["toTable"] for r in t.relationships if r["fromTable"] == table["name"]}
    return any(other["name"] in joined and c["name"] == column["name"] for other, c in t.columns)


def pivoted(_: Tabular, table: Mapping) -> bool:
    numbers = [c["name"].upper() for c in table["columns"] if c["dataType"] in NUMERIC]
    return all(
        any(month in name for name in numbers)
        for month in ("JAN", "FEB", "MAR", "APR", "MAY", "JUN")
    )


def has_strange_space(text: str) -> bool:
    return any(character in text for character in "\t\n\r")


def has_control_character(text: str) -> bool:
    return any(not c.isprintable() and not c.isspace() for c in text)


def many_to_many_under_security(t: Tabular, table: Mapping) -> bool:
    secured = {name for name, _ in t.filters}
    return table["name"] in secured and any(
        is_many_to_many(r) and table["name"] in (r["fromTable"], r["toTable"])
        for r in t.relationships
    )


def is_unused(t: Tabular, table: Mapping, column: Mapping) -> bool:
    here = (table["name"], column["name"])
    return (
        is_hidden(table, column)
        and here not in t.related | t.in_structure
        and not refers(t.dax, *here)
    )


def needs_mdx(t: Tabular, table: Mapping, column: Mapping) -> bool:
    here = (table["name"], column["name"])
    return here in t.in_structure or "sortByColumn" in column


def is_column(t: Tabular, table: str, name: str) -> bool:
    return any(b["name"] == table and c["name"] == name for b, c in t.columns)


def type_of(t: Tabular, table: str, name: str) -> str | None:
    return next(
        (c["dataType"] for b, c in t.columns if (b["name"], c["name"]) == (table, name)), None
    )
