"""The semantic model: marts, measures and roles as a tabular model in the shape of TMSL.

A column exists because its mart has it, a relationship because dbt tests it. What is hidden, left
out or joined by which column stands in measures/model.yml, a measure in measures/subjects/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from measures.catalogue import Model, Table, catalogue, semantic_model
from measures.dax import title
from powerbi.connection import connections
from powerbi.key_figures import measures_table, slider
from powerbi.marts import ArtifactError, Column, Mart
from powerbi.names import Json, is_dimension, tag
from powerbi.roles import roles

COMPATIBILITY_LEVEL = 1601

# A decimal with more digits than Power BI's fixed decimal number holds is a floating-point number.
FIXED_DECIMAL_DIGITS = 4
DATA_CATEGORIES = {"state": "StateOrProvince"}
YES_NO = 'each if _ = null then null else if _ = 1 then "Yes" else "No"'


def build_database(marts: Mapping[str, Mart], variables: Mapping[str, float]) -> Json:
    """The database that TMDL is written of.

    Args:
        marts: by name, as dbt's artifacts have them.
        variables: of dbt_project.yml: the defaults of what-if parameters, the smallest cell.

    Returns:
        `compatibilityLevel` and `model`, as TMSL has them.

    Raises:
        ArtifactError: measures/model.yml and the marts do not agree.
    """
    spec = semantic_model()
    _check_agreement(spec, marts)
    parameters = [m for m in catalogue().values() if m.kind == "parameter"]
    measures = measures_table(variables)
    permissions = roles(spec)
    dax = "\n".join(
        [
            *(measure["expression"] for measure in measures["measures"]),
            *(p["filterExpression"] for role in permissions for p in role["tablePermissions"]),
        ]
    )
    relationships = _relationships(spec, marts, dax)
    tables = {
        mart: kept_columns(marts[mart], table, spec, relationships, dax)
        for mart, table in spec.tables.items()
    }
    return {
        "compatibilityLevel": COMPATIBILITY_LEVEL,
        "model": {
            "culture": "en-US",
            "defaultPowerBIDataSourceVersion": "powerBI_V3",
            "discourageImplicitMeasures": True,
            "sourceQueryCulture": "en-US",
            "dataAccessOptions": {"legacyRedirects": True, "returnErrorValuesAsNull": True},
            "annotations": [{"name": "__PBI_TimeIntelligenceEnabled", "value": "0"}],
            "tables": [
                measures,
                *(_table(spec.tables[mart], marts[mart], kept) for mart, kept in tables.items()),
                *(slider(parameter) for parameter in parameters),
            ],
            "relationships": relationships,
            "expressions": connections(),
            "roles": permissions,
        },
    }


def _check_agreement(spec: Model, marts: Mapping[str, Mart]) -> None:
    """Every mart and column is in the model or left out by name, and nothing else is named."""
    decided = {*spec.tables, *spec.left_out.tables}
    if decided != set(marts):
        raise ArtifactError(
            f"measures/model.yml and the marts differ by {', '.join(sorted(decided ^ set(marts)))}."
        )
    for name, table in spec.tables.items():
        named = {
            *table.shown,
            *table.hidden,
            *table.yes_no,
            *table.sort_by,
            *table.sort_by.values(),
            *table.dimensions.values(),
            *(column for columns in table.hierarchies.values() for column in columns),
            *filter(None, (table.key, table.date)),
        }
        unknown = {c for c in named if c not in marts[name].columns or c in spec.left_out.columns}
        if unknown:
            raise ArtifactError(
                f"measures/model.yml names what {name} has not: {', '.join(sorted(unknown))}."
            )
        for dimension, column in table.dimensions.items():
            if marts[name].refers_to.get(column) != (dimension, spec.tables[dimension].key):
                raise ArtifactError(f"No dbt test relates {name}.{column} to {dimension}.")


# --- tables ---------------------------------------------------------------------------------------


def kept_columns(
    mart: Mart, table: Table, spec: Model, relationships: list[Json], dax: str
) -> list[Column]:
    """The columns of a mart that a reader sees, or that something in the model needs.

    Args:
        mart: its columns.
        table: what the model makes of it.
        spec: the semantic model.
        relationships: of the model.
        dax: all expressions of the model.
    """
    joined = {
        r[f"{end}Column"]
        for r in relationships
        for end in ("from", "to")
        if r[f"{end}Table"] == table.name
    }
    structure = {*table.sort_by.values(), *(c for cs in table.hierarchies.values() for c in cs)}
    return [
        column
        for column in mart.columns.values()
        # what a measure counts is there, though no reader sees it
        if _names(dax, table.name, title(column.name, table))
        or (
            column.name not in spec.left_out.columns
            and (
                not _is_hidden(column, table, mart)
                or column.name in structure
                or title(column.name, table) in joined
            )
        )
    ]


def _names(dax: str, table: str, column: str) -> bool:
    """Whether an expression names a column."""
    return f"'{table}'[{column}]" in dax or f"{table}[{column}]" in dax


def _table(table: Table, mart: Mart, columns: list[Column]) -> Json:
    result: Json = {
        "name": table.name,
        "description": mart.description,
        "lineageTag": tag(mart.name),
    }
    if table.key == "date_key":
        result["dataCategory"] = "Time"
    if mart.name.startswith("bridge_"):
        result["isHidden"] = True
    result["columns"] = [_column(column, table, mart) for column in columns]
    if table.hierarchies:
        result["hierarchies"] = [
            {
                "name": name,
                "lineageTag": tag(mart.name, "hierarchy", name),
                "levels": [
                    {
                        "name": title(level, table),
                        "lineageTag": tag(mart.name, "hierarchy", name, level),
                        "column": title(level, table),
                    }
                    for level in levels
                ],
            }
            for name, levels in table.hierarchies.items()
        ]
    result["partitions"] = [
        {
            "name": table.name,
            "mode": "import",
            "source": {"type": "m", "expression": _query(table, mart, columns)},
        }
    ]
    return result


def _column(column: Column, table: Table, mart: Mart) -> Json:
    data_type = "string" if column.name in table.yes_no else model_type(column.data_type)
    is_hidden = _is_hidden(column, table, mart)
    result: Json = {
        "name": title(column.name, table),
        "description": _description(column, table),
        "dataType": data_type,
        "lineageTag": tag(mart.name, column.name),
        "summarizeBy": "none",
        "sourceColumn": column.name,
    }
    if is_hidden:
        result["isHidden"] = True
    # a marked date table's key is the date itself
    is_key_of_dates = table.key == "date_key" and column.data_type == "date"
    if is_key_of_dates or (column.name == table.key and table.key != "date_key"):
        result["isKey"] = True
    if is_hidden and column.name not in table.sort_by.values():
        result["isAvailableInMdx"] = False
    format_string = {
        "int64": "0",
        "dateTime": "yyyy-mm-dd",
        "decimal": "#,0.00",
        "double": "0.0000",
    }
    if data_type in format_string:
        result["formatString"] = format_string[data_type]
    if column.name in DATA_CATEGORIES:
        result["dataCategory"] = DATA_CATEGORIES[column.name]
    if column.name in table.sort_by:
        result["sortByColumn"] = title(table.sort_by[column.name], table)
    result["annotations"] = [{"name": "SummarizationSetBy", "value": "User"}]
    return result


def _description(column: Column, table: Table) -> str:
    """What a column is; a flag is described by the words that stand in it here."""
    if column.name not in table.yes_no:
        return column.description
    return re.sub(r"^1 ", "Yes ", re.sub(r", 0 ", ", No ", column.description))


def _is_hidden(column: Column, table: Table, mart: Mart) -> bool:
    if is_dimension(table):
        return column.name.endswith("_key") or column.name in table.hidden
    return mart.name.startswith("bridge_") or column.name not in table.shown


def model_type(data_type: str) -> str:
    """The model's type for a declared SQL type.

    Raises:
        ArtifactError: the type has none.
    """
    scale = re.fullmatch(r"decimal\(\d+,\s*(\d+)\)", data_type)
    if scale:
        return "decimal" if int(scale[1]) <= FIXED_DECIMAL_DIGITS else "double"
    name = data_type.partition("(")[0]
    types = {
        "bigint": "int64",
        "int": "int64",
        "varchar": "string",
        "date": "dateTime",
        "timestamp": "dateTime",
    }
    if name not in types:
        raise ArtifactError(f"Power BI has no type for {data_type}.")
    return types[name]


def _query(table: Table, mart: Mart, columns: list[Column]) -> str:
    """The M query of a table: its mart, the columns kept, flags as Yes and No."""
    names = ", ".join(f'"{column.name}"' for column in columns)
    steps = [
        f'    Source = Mart("{mart.name}"),',
        f"    Kept = Table.SelectColumns(Source, {{{names}}})",
    ]
    last = "Kept"
    if table.yes_no:
        flags = ", ".join(f'{{"{flag}", {YES_NO}, type text}}' for flag in table.yes_no)
        steps[-1] += ","
        steps.append(f"    Labeled = Table.TransformColumns(Kept, {{{flags}}})")
        last = "Labeled"
    return "\n".join(["let", *steps, "in", f"    {last}"])


# --- relationships --------------------------------------------------------------------------------


def _relationships(spec: Model, marts: Mapping[str, Mart], dax: str) -> list[Json]:
    """What dbt tests, between tables and columns of the model.

    Of several to one dimension one is active; the others are there if a measure activates them.
    """
    result = []
    for name, table in spec.tables.items():
        for column, (to, field) in sorted(marts[name].refers_to.items()):
            if to not in spec.tables or column in spec.left_out.columns:
                continue
            # facts meet in dimensions only
            if not is_dimension(spec.tables[to]) or is_dimension(table):
                continue
            active = table.date if to == "dim_date" else table.dimensions.get(to)
            relationship: Json = {
                "name": tag("relationship", name, column),
                "fromTable": table.name,
                "fromColumn": title(column, table),
                "toTable": spec.tables[to].name,
                "toColumn": title(field, spec.tables[to]),
            }
            if active is not None and column != active:
                activated = (
                    rf"USERELATIONSHIP\(\s*'?{table.name}'?\[{re.escape(title(column, table))}\]"
                )
                if not re.search(activated, dax):
                    continue
                relationship["isActive"] = False
            result.append(relationship)
    return result
