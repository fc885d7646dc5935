"""The rules of Microsoft's best-practice analyzer, over a model in the shape of TMSL.

The identifiers are those of BestPracticeRules/BPARules.json in microsoft/Analysis-Services, 71 of
them. A rule gives the names of the objects that break it. What needs statistics of loaded data is
in NOT_EVALUATED with what stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.powerbi.fields import NUMERIC, text_of
from tests.powerbi.tabular import (
    END,
    Tabular,
    aggregates,
    duplicates,
    full_name,
    has_control_character,
    has_strange_space,
    is_activated,
    is_both_ways,
    is_calculated,
    is_column,
    is_hidden,
    is_many_to_many,
    is_marked,
    is_unused,
    many_to_many_under_security,
    needs_mdx,
    pivoted,
    redundant,
    type_of,
)

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


def _names(test: Callable[[str], bool]) -> Callable[[Tabular], list[str]]:
    return lambda t: [thing["name"] for thing in t.named() if test(thing["name"])]


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
            c.get("isAvailableInMdx", True) and is_hidden(b, c) and not needs_mdx(t, b, c)
        )
    ),
    "AVOID_BI-DIRECTIONAL_RELATIONSHIPS_AGAINST_HIGH-CARDINALITY_COLUMNS": _relationships(
        lambda t, r: is_both_ways(r)
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
    "MODEL_SHOULD_HAVE_A_DATE_TABLE": lambda t: [] if any(map(is_marked, t.tables)) else ["Model"],
    "DATE/CALENDAR_TABLES_SHOULD_BE_MARKED_AS_A_DATE_TABLE": _tables(
        lambda t, b: re.search("date|calendar", b["name"], re.IGNORECASE) and not is_marked(b)
    ),
    "REMOVE_AUTO-DATE_TABLE": _tables(
        lambda t, b: b["name"].startswith(("DateTableTemplate_", "LocalDateTable_"))
    ),
    "AVOID_EXCESSIVE_BI-DIRECTIONAL_OR_MANY-TO-MANY_RELATIONSHIPS": lambda t: (
        ["Model"]
        if sum(is_both_ways(r) + is_many_to_many(r) for r in t.relationships)
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
        many_to_many_under_security
    ),
    "UNPIVOT_PIVOTED_(MONTH)_DATA": _tables(pivoted),
    "MANY-TO-MANY_RELATIONSHIPS_SHOULD_BE_SINGLE-DIRECTION": _relationships(
        lambda t, r: is_many_to_many(r) and is_both_ways(r)
    ),
    "REDUCE_USAGE_OF_CALCULATED_TABLES": _tables(lambda t, b: is_calculated(b)),
    "REMOVE_REDUNDANT_COLUMNS_IN_RELATED_TABLES": _columns(redundant),
    "MEASURES_USING_TIME_INTELLIGENCE_AND_MODEL_IS_USING_DIRECT_QUERY": _tables(
        lambda t, b: any(p["mode"] == "directQuery" for p in b["partitions"])
    ),
    "REDUCE_NUMBER_OF_CALCULATED_COLUMNS": _columns(lambda t, b, c: "expression" in c),
    "CHECK_IF_BI-DIRECTIONAL_AND_MANY-TO-MANY_RELATIONSHIPS_ARE_VALID": _relationships(
        lambda t, r: is_many_to_many(r) or is_both_ways(r)
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
        if measure in t.expressions and not is_column(t, table.strip("'"), measure)
    ],
    "AVOID_DUPLICATE_MEASURES": duplicates,
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
        lambda t, r: not r.get("isActive", True) and not is_activated(t, r)
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
        lambda t, r: len({type_of(t, r[f"{end}Table"], r[f"{end}Column"]) for end in END}) > 1
    ),
    "AVOID_INVALID_NAME_CHARACTERS": _names(has_control_character),
    "AVOID_INVALID_DESCRIPTION_CHARACTERS": lambda t: [
        thing["name"] for thing in t.named() if has_control_character(thing.get("description", ""))
    ],
    "SET_ISAVAILABLEINMDX_TO_TRUE_ON_NECESSARY_COLUMNS": _columns(
        lambda t, b, c: not c.get("isAvailableInMdx", True) and needs_mdx(t, b, c)
    ),
    # maintenance
    "UNNECESSARY_COLUMNS": _columns(is_unused),
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
    "SPECIAL_CHARS_IN_OBJECT_NAMES": _names(has_strange_space),
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
        lambda t, b, c: c["dataType"] in NUMERIC and not c.get("isHidden") and aggregates(t, b, c)
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
