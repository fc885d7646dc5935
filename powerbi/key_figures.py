"""The measures as a table of the model, and the tables of the sliders."""

from __future__ import annotations

from collections.abc import Mapping

from measures.catalogue import Measure, catalogue, semantic_model
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
from powerbi.names import MEASURES, Json, tag


def measures_table(variables: Mapping[str, float]) -> Json:
    """The table of all measures, which has no rows."""
    smallest_cell = {
        "name": SMALLEST_CELL,
        "description": "Counts below this are suppressed, except 0.",
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


def _measure_entries(measure: Measure, variables: Mapping[str, float]) -> list[Json]:
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


def _measure_format(measure: Measure) -> Json:
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


def slider(parameter: Measure) -> Json:
    """The table with the values of a slider, from 0 to its highest in steps of 1%."""
    steps = round(100 * (parameter.highest or 0))
    name = slider_table(parameter)
    return {
        "name": name,
        "description": f"Values of the slider: {parameter.says}",
        "lineageTag": tag("parameter", parameter.name),
        "columns": [
            {
                "name": SLIDER_COLUMN,
                "description": "A value of the slider.",
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
