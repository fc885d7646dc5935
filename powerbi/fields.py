"""Fields, filters and literals as PBIR writes them."""

from __future__ import annotations

from collections.abc import Sequence

from measures.catalogue import catalogue, earlier_period, semantic_model
from measures.dax import slider_table, title
from measures.pages import Visual, is_column
from powerbi.marts import ArtifactError
from powerbi.names import MEASURES, Json, tag


def field_name(field: str) -> tuple[str, str, bool]:
    """Table and name in the model of a field of pages.yml, and whether it is a measure.

    Raises:
        ArtifactError: there is no such field.
    """
    if not is_column(field):
        if field not in catalogue():
            raise ArtifactError(f"pages.yml: there is no measure {field}")
        return MEASURES, field, True
    mart, _, column = field.rpartition(".")
    table = semantic_model().tables.get(mart)
    if table is not None:
        return table.name, title(column, table), False
    parameters = {slider_table(m) for m in catalogue().values() if m.kind == "parameter"}
    if mart in parameters:
        return mart, column, False
    raise ArtifactError(f"pages.yml: there is no table {mart}")


def field_expression(field: str) -> Json:
    """A field as PBIR names it."""
    entity, name, is_measure = field_name(field)
    return {
        "Measure" if is_measure else "Column": {
            "Expression": {"SourceRef": {"Entity": entity}},
            "Property": name,
        }
    }


def projection(field: str, is_axis: bool) -> Json:
    """A field in a role of a visual."""
    entity, name, _ = field_name(field)
    result: Json = {
        "field": field_expression(field),
        "queryRef": f"{entity}.{name}",
        "nativeQueryRef": name,
    }
    if name in catalogue() and catalogue()[name].change_of:
        # under the figure of a card, in place of a long name
        result["displayName"] = f"vs. {earlier_period(catalogue()[name])}"
    if is_axis:
        result["active"] = True
    return result


def categorical(visual: Visual, column: str, values: Sequence[str | int]) -> Json:
    """The filter that leaves these values of a column."""
    return {
        "name": tag("filter", visual.title, column).replace("-", "")[:20],
        "field": field_expression(column),
        "type": "Categorical",
        "filter": in_condition(column, values),
        "howCreated": "User",
    }


def filter_since(visual: Visual, first_day: str) -> Json:
    """The filter that leaves days from the first one (yyyy-mm-dd) on."""
    column = "dim_date.calendar_date"
    entity, name, _ = field_name(column)
    condition = {
        "Comparison": {
            # greater than or equal
            "ComparisonKind": 2,
            "Left": {
                "Column": {"Expression": {"SourceRef": {"Source": "t"}}, "Property": name},
            },
            "Right": {"Literal": {"Value": f"datetime'{first_day}T00:00:00'"}},
        }
    }
    return {
        "name": tag("filter", visual.title, column).replace("-", "")[:20],
        "field": field_expression(column),
        "type": "Advanced",
        "filter": {
            "Version": 2,
            "From": [{"Name": "t", "Entity": entity, "Type": 0}],
            "Where": [{"Condition": condition}],
        },
        "howCreated": "User",
    }


def in_condition(column: str, values: Sequence[str | int]) -> Json:
    """The condition that a column has one of these values."""
    entity, name, _ = field_name(column)
    return {
        "Version": 2,
        "From": [{"Name": "t", "Entity": entity, "Type": 0}],
        "Where": [
            {
                "Condition": {
                    "In": {
                        "Expressions": [
                            {
                                "Column": {
                                    "Expression": {"SourceRef": {"Source": "t"}},
                                    "Property": name,
                                }
                            }
                        ],
                        "Values": [[{"Literal": {"Value": _value(value)}}] for value in values],
                    }
                }
            }
        ],
    }


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return f"{value}L"
    return "'" + value.replace("'", "''") + "'"


def text(value: str) -> Json:
    """A property that is a text."""
    return literal(_value(value))


def literal(value: str) -> Json:
    """A property as Power BI writes a literal: `true`, `1D`, `'text'`."""
    return {"expr": {"Literal": {"Value": value}}}
