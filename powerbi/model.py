"""The semantic model: marts, measures and roles as a tabular model in the shape of TMSL.

A column exists because its mart has it, a relationship because dbt tests it. What is hidden, left
out or joined by which column stands in measures/model.yml, a measure in measures/subjects/.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from measures.catalogue import Measure, Model, Table, catalogue, semantic_model
from measures.dax import (
    SLIDER_COLUMN,
    SMALLEST_CELL,
    shown_dax,
    slider_table,
    title,
    unsuppressed,
    value_dax,
)
from measures.formats import FORMS
from powerbi.marts import ArtifactError, Column, Mart

COMPATIBILITY_LEVEL = 1601
# Power BI rejects a table named Measures.
MEASURES = "Key figures"
# Identities that stay the same from one run to the next.
NAMESPACE = uuid.UUID("1b0a3f0e-5d0c-4c55-9a53-0c8d3fb1f7b6")

# A decimal with more digits than Power BI's fixed decimal number holds is a floating-point number.
FIXED_DECIMAL_DIGITS = 4
DATA_CATEGORIES = {"state": "StateOrProvince"}
YES_NO = 'each if _ = null then null else if _ = 1 then "Yes" else "No"'


def tag(*path: str) -> str:
    """The lineage tag of an object: an identity made of its names in the marts."""
    return str(uuid.uuid5(NAMESPACE, "/".join(path)))


def build_database(marts: Mapping[str, Mart], variables: Mapping[str, float]) -> dict:
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
    measures = _measures_table(variables)
    roles = _roles(spec)
    dax = "\n".join(
        [
            *(measure["expression"] for measure in measures["measures"]),
            *(p["filterExpression"] for role in roles for p in role["tablePermissions"]),
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
                *(_parameter_table(parameter) for parameter in parameters),
            ],
            "relationships": relationships,
            "expressions": _connections(),
            "roles": roles,
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
    mart: Mart, table: Table, spec: Model, relationships: list[dict], dax: str
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
        if column.name not in spec.left_out.columns
        and (
            not _is_hidden(column, table, mart)
            or column.name in structure
            or title(column.name, table) in joined
            or _names(dax, table.name, title(column.name, table))
        )
    ]


def _names(dax: str, table: str, column: str) -> bool:
    """Whether an expression names a column."""
    return f"'{table}'[{column}]" in dax or f"{table}[{column}]" in dax


def is_dimension(table: Table) -> bool:
    """Whether facts are joined to a table."""
    return table.key is not None


def _table(table: Table, mart: Mart, columns: list[Column]) -> dict:
    result = {
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


def _column(column: Column, table: Table, mart: Mart) -> dict:
    data_type = "string" if column.name in table.yes_no else model_type(column.data_type)
    is_hidden = _is_hidden(column, table, mart)
    result = {
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
        steps.append(f"    Labelled = Table.TransformColumns(Kept, {{{flags}}})")
        last = "Labelled"
    return "\n".join(["let", *steps, "in", f"    {last}"])


def _parameter_table(parameter: Measure) -> dict:
    steps = round(100 * parameter.highest)
    name = slider_table(parameter)
    return {
        "name": name,
        "description": f"The values of the slider: {parameter.says}",
        "lineageTag": tag("parameter", parameter.name),
        "columns": [
            {
                "name": SLIDER_COLUMN,
                "description": "A value that the slider can take.",
                "dataType": "decimal",
                "lineageTag": tag("parameter", parameter.name, "value"),
                "summarizeBy": "none",
                "sourceColumn": SLIDER_COLUMN,
                "formatString": "0%",
                "extendedProperties": [
                    {"name": "ParameterMetadata", "type": "json", "value": {"version": 0}}
                ],
                "annotations": [{"name": "SummarizationSetBy", "value": "User"}],
            }
        ],
        "partitions": [
            {
                "name": name,
                "mode": "import",
                "source": {
                    "type": "m",
                    "expression": (
                        "let\n"
                        f"    Values = List.Transform({{0..{steps}}}, each _ / 100)\n"
                        "in\n"
                        "    Table.FromColumns({Values}, type table [Value = Currency.Type])"
                    ),
                },
            }
        ],
    }


# --- measures -------------------------------------------------------------------------------------


def _measures_table(variables: Mapping[str, float]) -> dict:
    smallest_cell = {
        "name": SMALLEST_CELL,
        "description": "Counts of people below this are not shown, except 0.",
        "expression": str(int(variables["smallest_cell"])),
        "formatString": "0",
        "displayFolder": "Small numbers",
        "isHidden": True,
        "lineageTag": tag("measure", SMALLEST_CELL),
    }
    measures = [
        entry for measure in catalogue().values() for entry in _measure_entries(measure, variables)
    ]
    return {
        "name": MEASURES,
        "description": "All measures, by folder. It has no rows.",
        "lineageTag": tag(MEASURES),
        "columns": [
            {
                "name": "No column",
                "description": "A table needs a column.",
                "dataType": "int64",
                "lineageTag": tag(MEASURES, "column"),
                "summarizeBy": "none",
                "sourceColumn": "No column",
                "isHidden": True,
                "isAvailableInMdx": False,
                "formatString": "0",
                "annotations": [{"name": "SummarizationSetBy", "value": "User"}],
            }
        ],
        "measures": sorted([smallest_cell, *measures], key=lambda m: m["name"].lower()),
        "partitions": [
            {
                "name": MEASURES,
                "mode": "import",
                "source": {
                    "type": "m",
                    "expression": '#table(type table [#"No column" = Int64.Type], {})',
                },
            }
        ],
    }


def _measure_entries(measure: Measure, variables: Mapping[str, float]) -> list[dict]:
    """A measure, and of a count the number behind it that others are computed from."""
    entry = {
        "name": measure.name,
        "description": measure.says,
        "expression": shown_dax(measure, variables),
        **_measure_format(measure),
        "displayFolder": measure.folder,
        "lineageTag": tag("measure", measure.name),
    }
    if measure.kind != "count":
        return [entry]
    behind = {
        **entry,
        "name": unsuppressed(measure.name),
        "description": f"{entry['description']} Not suppressed; used by other measures.",
        "expression": value_dax(measure),
        "displayFolder": "Small numbers",
        "isHidden": True,
        "lineageTag": tag("measure", measure.name, "unsuppressed"),
    }
    return [entry, behind]


def _measure_format(measure: Measure) -> dict:
    """How a measure is printed: one format, or one for each value of a column."""
    if not measure.format_by:
        return {"formatString": FORMS[measure.format].dax}
    mart, _, name = measure.format_by.partition(".")
    table = semantic_model().tables[mart]
    column = f"'{table.name}'[{title(name, table)}]"
    lines = [
        f"    {_dax_text(value)}, {_dax_text(FORMS[form].dax)},"
        for value, form in semantic_model().formats[measure.format_by].items()
    ]
    expression = "\n".join(
        [
            "SWITCH(",
            f"    SELECTEDVALUE({column}),",
            *lines,
            f"    {_dax_text(FORMS[measure.format].dax)}",
            ")",
        ]
    )
    return {"formatStringDefinition": {"expression": expression}}


def _dax_text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


# --- relationships --------------------------------------------------------------------------------


def _relationships(spec: Model, marts: Mapping[str, Mart], dax: str) -> list[dict]:
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
            relationship = {
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


# --- connection -----------------------------------------------------------------------------------


def _connections() -> list[dict]:
    """The parameters that a reader sets, and the one function that reads a mart."""
    parameters = {
        "Connection": (
            "SQL Server",
            "Where the marts are read from.",
            ', List={"SQL Server", "Parquet files"}, DefaultValue="SQL Server"',
        ),
        "ServerName": (
            "localhost",
            "SQL Server that holds the marts, or a Fabric SQL endpoint.",
            "",
        ),
        "DatabaseName": ("emr_analytics", "Database that holds the marts.", ""),
        "SchemaName": ("marts", "Schema of the marts.", ""),
        "ParquetFolder": (
            r"C:\emr-analytics\warehouse\emr-marts",
            "Folder of the Parquet files that `make build` writes.",
            "",
        ),
    }
    expressions = [
        {
            "name": name,
            "description": description,
            "expression": (
                f'"{value}" meta [IsParameterQuery=true, Type="Text", '
                f"IsParameterQueryRequired=true{more}]"
            ),
            "lineageTag": tag("expression", name),
            "annotations": [{"name": "PBI_ResultType", "value": "Text"}],
        }
        for name, (value, description, more) in parameters.items()
    ]
    function = {
        "name": "Mart",
        "description": "A mart by its name, from where Connection says.",
        "expression": (
            "(name as text) as table =>\n"
            '    if Connection = "Parquet files" then\n'
            # one folder is one source: the service rejects a path that an argument is part of
            "        Parquet.Document(\n"
            "            Table.SelectRows(Folder.Files(ParquetFolder),"
            ' each [Name] = name & ".parquet"){0}[Content]\n'
            "        )\n"
            "    else\n"
            "        Sql.Database(ServerName, DatabaseName)"
            "{[Schema = SchemaName, Item = name]}[Data]"
        ),
        "lineageTag": tag("expression", "Mart"),
        "annotations": [{"name": "PBI_ResultType", "value": "Function"}],
    }
    return [*expressions, function]


# --- security -------------------------------------------------------------------------------------


def _roles(spec: Model) -> list[dict]:
    """Two roles: readers see their departments, or all departments of their facilities."""
    readers = spec.tables["bridge_reader_department"].name
    department = spec.tables["dim_department"].name
    own = f"'{readers}'[User name] = USERPRINCIPALNAME()"
    # of the whole hospital: no department's reader sees them
    whole_hospital = [
        table.name
        for name, table in spec.tables.items()
        if not is_dimension(table)
        and "dim_department" not in table.dimensions
        and not name.startswith("bridge_")
        and name != "rpt_data_quality"
    ]
    return [
        {
            "name": name,
            "description": description,
            "modelPermission": "read",
            "tablePermissions": [
                {
                    "name": department,
                    "filterExpression": (
                        f"{department}[{column}]\n"
                        "    IN CALCULATETABLE(\n"
                        f"        VALUES('{readers}'[{column}]),\n"
                        f"        {own},\n"
                        # a filter of a role is judged row by row, and the row would filter readers
                        f"        REMOVEFILTERS({department})\n"
                        "    )"
                    ),
                },
                {"name": readers, "filterExpression": own},
                *(
                    {"name": table, "filterExpression": "FALSE()"}
                    for table in sorted(whole_hospital)
                ),
            ],
        }
        for name, description, column in (
            (
                "Own departments",
                "A reader sees the departments of report_readers.",
                "Department key",
            ),
            (
                "Own facilities",
                "A reader sees all departments of these facilities.",
                "Facility name",
            ),
        )
    ]
