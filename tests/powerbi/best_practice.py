"""The rules of Microsoft's best-practice analyzer, over a model in the shape of TMSL.

The identifiers are those of BestPracticeRules/BPARules.json in microsoft/Analysis-Services, 71 of
them. A rule gives the names of the objects that break it. What needs statistics of loaded data is
in NOT_EVALUATED with what stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.powerbi.fields import NUMERIC, text_of

NOT_EVALUATED = {
    "FIX_REFERENTIAL_INTEGRITY_VIOLATIONS": (
        "needs statistics of loaded data; every relationship is a dbt test"
    ),
    "LARGE_TABLES_SHOULD_BE_PARTITIONED": (
        "needs statistics of loaded data; docs/power-bi.md has the incremental refresh policy"
    ),
    "REDUCE_USAGE_OF_LONG-LENGTH_COLUMNS_WITH_HIGH_CARDINALITY": (
        "needs statistics of loaded data; facts hold keys, numbers and short codes"
    ),
}


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


def _columns(test: Callable[[Tabular, Mapping, Mapping], bool]) -> Callable[[Tabular], list[str]]:
    return lambda t: [full_name(table, c) for table, c in t.columns if test(t, table, c)]


def _tables(test: Callable[[Tabular, Mapping], bool]) -> Callable[[Tabular], list[str]]:
    return lambda t: [table["name"] for table in t.tables if test(t, table)]


def _measures(test: Callable[[Tabular, Mapping], bool]) -> Callable[[Tabular], list[str]]:
    return lambda t: [m["name"] for m in t.measures if test(t, m)]


def _dax(pattern: str) -> Callable[[Tabular], list[str]]:
    """Measures, and tables with a role's filter, whose DAX has a pattern."""
    expression = re.compile(pattern, re.IGNORECASE)
    return lambda t: [
        name for name, text in [*t.expressions.items(), *t.filters] if expression.search(text)
    ]


def _relationships(test: Callable[[Tabular, Mapping], bool]) -> Callable[[Tabular], list[str]]:
    return lambda t: [
        f"{r['fromTable']}[{r['fromColumn']}] -> {r['toTable']}"
        for r in t.relationships
        if test(t, r)
    ]


def _nothing_of(kind: str) -> Callable[[Tabular], list[str]]:
    """The model has no object of a kind, such as a perspective, so that none breaks the rule."""
    return lambda t: [thing["name"] for thing in t.model.get(kind, [])]


def _is_many_to_many(relationship: Mapping) -> bool:
    return relationship.get("toCardinality", "one") == "many"


def _is_both_ways(relationship: Mapping) -> bool:
    return relationship.get("crossFilteringBehavior") == "bothDirections"


def _refers(text: str, table: str, column: str) -> bool:
    """Whether DAX names a column."""
    return f"{table}[{column}]" in text or f"'{table}'[{column}]" in text


def _is_key_of_dates(column: Mapping) -> bool:
    return bool(column.get("isKey")) and column["dataType"] == "dateTime"


def _is_marked(table: Mapping) -> bool:
    return table.get("dataCategory") == "Time" and any(map(_is_key_of_dates, table["columns"]))


def _is_calculated(table: Mapping) -> bool:
    return any(p["source"]["type"] == "calculated" for p in table["partitions"])


def _aggregates(t: Tabular, table: Mapping, column: Mapping) -> bool:
    """Whether a measure counts or adds up a column."""
    functions = "COUNT|COUNTBLANK|SUM|AVERAGE|VALUES|DISTINCT|DISTINCTCOUNT|MIN|MAX|COUNTA|AVERAGEA"
    named = rf"'?{re.escape(table['name'])}'?\[{re.escape(column['name'])}\]"
    return bool(re.search(rf"(?i)\b({functions}|MAXA|MINA)\s*\(\s*{named}\s*\)", t.dax))


def _is_activated(t: Tabular, r: Mapping) -> bool:
    one = rf"'?{re.escape(r['fromTable'])}'?\[{re.escape(r['fromColumn'])}\]"
    other = rf"'?{re.escape(r['toTable'])}'?\[{re.escape(r['toColumn'])}\]"
    return bool(re.search(rf"(?i)USERELATIONSHIP\s*\(\s*{one}\s*,\s*{other}", t.dax))


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text)


def _duplicates(t: Tabular) -> list[str]:
    seen: dict[str, str] = {}
    return [
        name
        for name, text in t.expressions.items()
        if seen.setdefault(_compact(text), name) != name
    ]


def _redundant(t: Tabular, table: Mapping, column: Mapping) -> bool:
    """Whether a table that this one is joined to has a column of the same name."""
    if (table["name"], column["name"]) in t.related:
        return False
    joined = {r["toTable"] for r in t.relationships if r["fromTable"] == table["name"]}
    return any(other["name"] in joined and c["name"] == column["name"] for other, c in t.columns)


def _pivoted(_: Tabular, table: Mapping) -> bool:
    numbers = [c["name"].upper() for c in table["columns"] if c["dataType"] in NUMERIC]
    return all(
        any(month in name for name in numbers)
        for month in ("JAN", "FEB", "MAR", "APR", "MAY", "JUN")
    )


def _has_strange_space(text: str) -> bool:
    return any(character in text for character in "\t\n\r")


def _has_control_character(text: str) -> bool:
    return any(not c.isprintable() and not c.isspace() for c in text)


def _names(test: Callable[[str], bool]) -> Callable[[Tabular], list[str]]:
    return lambda t: [thing["name"] for thing in t.named() if test(thing["name"])]


def _many_to_many_under_security(t: Tabular, table: Mapping) -> bool:
    secured = {name for name, _ in t.filters}
    return table["name"] in secured and any(
        _is_many_to_many(r) and table["name"] in (r["fromTable"], r["toTable"])
        for r in t.relationships
    )


def _is_unused(t: Tabular, table: Mapping, column: Mapping) -> bool:
    here = (table["name"], column["name"])
    return (
        is_hidden(table, column)
        and here not in t.related | t.in_structure
        and not _refers(t.dax, *here)
    )


def _needs_mdx(t: Tabular, table: Mapping, column: Mapping) -> bool:
    here = (table["name"], column["name"])
    return here in t.in_structure or "sortByColumn" in column


TRANSFORMATIONS = (
    "Table.Combine(",
    "Table.Join(",
    "Table.NestedJoin(",
    "Table.AddColumn(",
    "Table.Group(",
    "Table.Sort(",
    "Table.Pivot(",
    "Table.Unpivot(",
    "Table.UnpivotOtherColumns(",
    "Table.Distinct(",
    "Value.NativeQuery",
    "OleDb.Query",
    "Odbc.Query",
)

RULES: dict[str, Callable[[Tabular], list[str]]] = {
    # performance
    "AVOID_FLOATING_POINT_DATA_TYPES": _columns(lambda t, b, c: c["dataType"] == "double"),
    "ISAVAILABLEINMDX_FALSE_NONATTRIBUTE_COLUMNS": _columns(
        lambda t, b, c: (
            c.get("isAvailableInMdx", True) and is_hidden(b, c) and not _needs_mdx(t, b, c)
        )
    ),
    "AVOID_BI-DIRECTIONAL_RELATIONSHIPS_AGAINST_HIGH-CARDINALITY_COLUMNS": _relationships(
        lambda t, r: _is_both_ways(r)
    ),
    "SPLIT_DATE_AND_TIME": _columns(
        lambda t, b, c: c["dataType"] == "dateTime" and re.search(r"_at$", c["sourceColumn"])
    ),
    "REDUCE_USAGE_OF_CALCULATED_COLUMNS_THAT_USE_THE_RELATED_FUNCTION": _columns(
        lambda t, b, c: "RELATED" in text_of(c.get("expression", "")).upper()
    ),
    "SNOWFLAKE_SCHEMA_ARCHITECTURE": _tables(
        lambda t, b: all(any(r[f"{end}Table"] == b["name"] for r in t.relationships) for end in END)
    ),
    "MODEL_SHOULD_HAVE_A_DATE_TABLE": lambda t: [] if any(map(_is_marked, t.tables)) else ["Model"],
    "DATE/CALENDAR_TABLES_SHOULD_BE_MARKED_AS_A_DATE_TABLE": _tables(
        lambda t, b: re.search("date|calendar", b["name"], re.IGNORECASE) and not _is_marked(b)
    ),
    "REMOVE_AUTO-DATE_TABLE": _tables(
        lambda t, b: b["name"].startswith(("DateTableTemplate_", "LocalDateTable_"))
    ),
    "AVOID_EXCESSIVE_BI-DIRECTIONAL_OR_MANY-TO-MANY_RELATIONSHIPS": lambda t: (
        ["Model"]
        if sum(_is_both_ways(r) + _is_many_to_many(r) for r in t.relationships)
        > 0.3 * len(t.relationships)
        else []
    ),
    "LIMIT_ROW_LEVEL_SECURITY_(RLS)_LOGIC": lambda t: [
        table
        for table, text in t.filters
        if re.search(r"(?i)(RIGHT|LEFT|UPPER|LOWER|FIND)\s*\(", text)
    ],
    "MODEL_USING_DIRECT_QUERY_AND_NO_AGGREGATIONS": _tables(
        lambda t, b: any(p["mode"] == "directQuery" for p in b["partitions"])
    ),
    "MINIMIZE_POWER_QUERY_TRANSFORMATIONS": lambda t: [
        name for name, query in t.queries() if any(step in query for step in TRANSFORMATIONS)
    ],
    "AVOID_USING_MANY-TO-MANY_RELATIONSHIPS_ON_TABLES_USED_FOR_DYNAMIC_ROW_LEVEL_SECURITY": _tables(
        _many_to_many_under_security
    ),
    "UNPIVOT_PIVOTED_(MONTH)_DATA": _tables(_pivoted),
    "MANY-TO-MANY_RELATIONSHIPS_SHOULD_BE_SINGLE-DIRECTION": _relationships(
        lambda t, r: _is_many_to_many(r) and _is_both_ways(r)
    ),
    "REDUCE_USAGE_OF_CALCULATED_TABLES": _tables(lambda t, b: _is_calculated(b)),
    "REMOVE_REDUNDANT_COLUMNS_IN_RELATED_TABLES": _columns(_redundant),
    "MEASURES_USING_TIME_INTELLIGENCE_AND_MODEL_IS_USING_DIRECT_QUERY": _tables(
        lambda t, b: any(p["mode"] == "directQuery" for p in b["partitions"])
    ),
    "REDUCE_NUMBER_OF_CALCULATED_COLUMNS": _columns(lambda t, b, c: "expression" in c),
    "CHECK_IF_BI-DIRECTIONAL_AND_MANY-TO-MANY_RELATIONSHIPS_ARE_VALID": _relationships(
        lambda t, r: _is_many_to_many(r) or _is_both_ways(r)
    ),
    "CHECK_IF_DYNAMIC_ROW_LEVEL_SECURITY_(RLS)_IS_NECESSARY": lambda t: [
        table for table, text in t.filters if re.search(r"(?i)USER(PRINCIPAL)?NAME\(", text)
    ],
    # DAX
    "DAX_COLUMNS_FULLY_QUALIFIED": lambda t: [
        f"{name}: [{column}]"
        for name, text in t.expressions.items()
        for column in re.findall(r"(?<![\w'])\[([^\]]+)\]", text)
        if column not in t.expressions
    ],
    "DAX_MEASURES_UNQUALIFIED": lambda t: [
        f"{name}: {table}[{measure}]"
        for name, text in t.expressions.items()
        for table, measure in re.findall(r"('[^']+'|\w+)\[([^\]]+)\]", text)
        if measure in t.expressions and not _is_column(t, table.strip("'"), measure)
    ],
    "AVOID_DUPLICATE_MEASURES": _duplicates,
    "USE_THE_TREATAS_FUNCTION_INSTEAD_OF_INTERSECT": _dax(r"INTERSECT\s*\("),
    "USE_THE_DIVIDE_FUNCTION_FOR_DIVISION": _dax(r"[\])]\s*/(?!/)(?!\*)"),
    "AVOID_USING_THE_IFERROR_FUNCTION": _dax(r"IFERROR\s*\("),
    "MEASURES_SHOULD_NOT_BE_DIRECT_REFERENCES_OF_OTHER_MEASURES": _measures(
        lambda t, m: text_of(m["expression"]).strip("[]") in t.expressions
    ),
    "FILTER_COLUMN_VALUES": _dax(
        r"CALCULATE(TABLE)?\s*\(\s*[^,]+,\s*FILTER\s*\(\s*'*[\w ]+'*\s*,\s*'*[\w ]+'*\["
    ),
    "FILTER_MEASURE_VALUES_BY_COLUMNS": _dax(
        r"CALCULATE(TABLE)?\s*\(\s*[^,]+,\s*FILTER\s*\(\s*'*[\w ]+'*\s*,\s*\["
    ),
    "INACTIVE_RELATIONSHIPS_THAT_ARE_NEVER_ACTIVATED": _relationships(
        lambda t, r: not r.get("isActive", True) and not _is_activated(t, r)
    ),
    "AVOID_USING_'1-(X/Y)'_SYNTAX": _dax(
        r"[0-9]+\s*[-+]\s*(\(*\s*SUM\s*\(\s*'*[\w ]+'*\s*\[[\w ]+\]\s*\)\s*/|DIVIDE\s*\()"
    ),
    "EVALUATEANDLOG_SHOULD_NOT_BE_USED_IN_PRODUCTION_MODELS": _dax(r"EVALUATEANDLOG\s*\("),
    # errors
    "DATA_COLUMNS_MUST_HAVE_A_SOURCE_COLUMN": _columns(lambda t, b, c: not c.get("sourceColumn")),
    "EXPRESSION_RELIANT_OBJECTS_MUST_HAVE_AN_EXPRESSION": _measures(
        lambda t, m: not text_of(m["expression"]).strip()
    ),
    "AVOID_STRUCTURED_DATA_SOURCES_WITH_PROVIDER_PARTITIONS": _nothing_of("dataSources"),
    "AVOID_THE_USERELATIONSHIP_FUNCTION_AND_RLS_AGAINST_THE_SAME_TABLE": lambda t: [
        table
        for table, _ in t.filters
        if re.search(rf"(?i)USERELATIONSHIP\s*\([^)]*\],\s*'?{re.escape(table)}'?\[", t.dax)
    ],
    "RELATIONSHIP_COLUMNS_SAME_DATA_TYPE": _relationships(
        lambda t, r: len({_type_of(t, r[f"{end}Table"], r[f"{end}Column"]) for end in END}) > 1
    ),
    "AVOID_INVALID_NAME_CHARACTERS": _names(_has_control_character),
    "AVOID_INVALID_DESCRIPTION_CHARACTERS": lambda t: [
        thing["name"] for thing in t.named() if _has_control_character(thing.get("description", ""))
    ],
    "SET_ISAVAILABLEINMDX_TO_TRUE_ON_NECESSARY_COLUMNS": _columns(
        lambda t, b, c: not c.get("isAvailableInMdx", True) and _needs_mdx(t, b, c)
    ),
    # maintenance
    "UNNECESSARY_COLUMNS": _columns(_is_unused),
    "UNNECESSARY_MEASURES": _measures(
        lambda t, m: bool(m.get("isHidden")) and f"[{m['name']}]" not in t.dax
    ),
    "REMOVE_DATA_SOURCES_NOT_REFERENCED_BY_ANY_PARTITIONS": _nothing_of("dataSources"),
    "REMOVE_ROLES_WITH_NO_MEMBERS": lambda t: [
        role["name"] for role in t.model["roles"] if not role.get("members")
    ],
    "ENSURE_TABLES_HAVE_RELATIONSHIPS": _tables(
        lambda t, b: not any(b["name"] in (r["fromTable"], r["toTable"]) for r in t.relationships)
    ),
    "OBJECTS_WITH_NO_DESCRIPTION": lambda t: [
        *_tables(lambda t, b: not b.get("isHidden") and not b.get("description"))(t),
        *_columns(lambda t, b, c: not c.get("isHidden") and not c.get("description"))(t),
        *_measures(lambda t, m: not m.get("isHidden") and not m.get("description"))(t),
    ],
    "PERSPECTIVES_WITH_NO_OBJECTS": _nothing_of("perspectives"),
    "CALCULATION_GROUPS_WITH_NO_CALCULATION_ITEMS": _tables(
        lambda t, b: "calculationGroup" in b and not b["calculationGroup"].get("calculationItems")
    ),
    # names
    "PARTITION_NAME_SHOULD_MATCH_TABLE_NAME_FOR_SINGLE_PARTITION_TABLES": _tables(
        lambda t, b: len(b["partitions"]) == 1 and b["partitions"][0]["name"] != b["name"]
    ),
    "SPECIAL_CHARS_IN_OBJECT_NAMES": _names(_has_strange_space),
    "TRIM_OBJECT_NAMES": _names(lambda name: name != name.strip(" ")),
    "OBJECTS_SHOULD_NOT_START_OR_END_WITH_A_SPACE": _names(lambda name: name != name.strip(" ")),
    "FIRST_LETTER_OF_OBJECTS_MUST_BE_CAPITALIZED": lambda t: [
        thing["name"]
        for table in t.tables
        for thing in (table, *table.get("measures", []), *table.get("hierarchies", []))
        if thing["name"][0] != thing["name"][0].upper()
    ],
    # formats
    "FORMAT_FLAG_COLUMNS_AS_YES/NO_VALUE_STRINGS": _columns(
        lambda t, b, c: (
            not is_hidden(b, c)
            and (
                (c["name"].startswith("Is") and c["dataType"] == "int64")
                or (c["name"].endswith(" Flag") and c["dataType"] != "string")
            )
        )
    ),
    "DATECOLUMN_FORMATSTRING": _columns(
        lambda t, b, c: (
            "date" in c["name"].lower()
            and c["dataType"] == "dateTime"
            and c.get("formatString") != "mm/dd/yyyy"
        )
    ),
    "MONTHCOLUMN_FORMATSTRING": _columns(
        lambda t, b, c: (
            "month" in c["name"].lower()
            and c["dataType"] == "dateTime"
            and c.get("formatString") != "MMMM yyyy"
        )
    ),
    "PROVIDE_FORMAT_STRING_FOR_MEASURES": _measures(
        lambda t, m: (
            not m.get("isHidden")
            and not m.get("formatString")
            and not m.get("formatStringDefinition")
        )
    ),
    "NUMERIC_COLUMN_SUMMARIZE_BY": _columns(
        lambda t, b, c: (
            c["dataType"] in NUMERIC and c.get("summarizeBy") != "none" and not is_hidden(b, c)
        )
    ),
    "PERCENTAGE_FORMATTING": _measures(
        lambda t, m: (
            "%" in m.get("formatString", "") and m["formatString"] != "#,0.0%;-#,0.0%;#,0.0%"
        )
    ),
    "INTEGER_FORMATTING": _measures(
        lambda t, m: (
            not re.search("[$%]", m.get("formatString", ""))
            and m.get("formatString") not in ("#,0", "#,0.0")
        )
    ),
    "RELATIONSHIP_COLUMNS_SHOULD_BE_OF_INTEGER_DATA_TYPE": _columns(
        lambda t, b, c: (b["name"], c["name"]) in t.related and c["dataType"] != "int64"
    ),
    "ADD_DATA_CATEGORY_FOR_COLUMNS": _columns(
        lambda t, b, c: (
            not c.get("dataCategory")
            and (
                (c["dataType"] == "string" and re.search("(?i)country|continent|city", c["name"]))
                or c["name"].lower() in ("latitude", "longitude")
            )
        )
    ),
    "HIDE_FOREIGN_KEYS": _columns(
        lambda t, b, c: (
            not c.get("isHidden")
            and any(
                (r["fromTable"], r["fromColumn"]) == (b["name"], c["name"]) for r in t.relationships
            )
        )
    ),
    "MARK_PRIMARY_KEYS": _columns(
        lambda t, b, c: (
            b.get("dataCategory") != "Time"
            and not c.get("isKey")
            and any(
                (r["toTable"], r["toColumn"]) == (b["name"], c["name"]) for r in t.relationships
            )
        )
    ),
    "HIDE_FACT_TABLE_COLUMNS": _columns(
        lambda t, b, c: c["dataType"] in NUMERIC and not c.get("isHidden") and _aggregates(t, b, c)
    ),
    "MONTH_(AS_A_STRING)_MUST_BE_SORTED": _columns(
        lambda t, b, c: (
            "MONTH" in c["name"].upper()
            and "MONTHS" not in c["name"].upper()
            and c["dataType"] == "string"
            and not c.get("sortByColumn")
        )
    ),
}


def _is_column(t: Tabular, table: str, name: str) -> bool:
    return any(b["name"] == table and c["name"] == name for b, c in t.columns)


def _type_of(t: Tabular, table: str, name: str) -> str | None:
    return next(
        (c["dataType"] for b, c in t.columns if (b["name"], c["name"]) == (table, name)), None
    )
