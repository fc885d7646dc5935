"""How a visual of each kind is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from measures.pages import Visual
from measures.theme import GREY
from powerbi.fields import field_expression, literal, text
from powerbi.names import MEASURES, Json


def formatting(visual: Visual, variables: Mapping[str, float]) -> Json:
    """The objects of a visual that are not as Power BI would draw them."""
    if visual.kind == "slider":
        return {"data": [{"properties": {"mode": text("Single")}}]}
    if visual.kind in ("bar", "column"):
        return {"labels": [{"properties": {"show": literal("true")}}]}
    if visual.kind == "cards":
        is_row = visual.at[2] > 3
        count = len(visual.values)
        return {
            # 8,413 and not 8K
            "value": [
                {
                    "properties": {"labelDisplayUnits": literal("1D")},
                    "selector": {"id": "default"},
                }
            ],
            "layout": [
                {
                    "properties": {
                        "orientation": literal("0D" if is_row else "1D"),
                        "columnCount": literal(f"{count if is_row else 1}L"),
                        "rowCount": literal(f"{1 if is_row else count}L"),
                        "maxTiles": literal(f"{count}L"),
                    }
                }
            ],
        }
    if visual.kind == "line":
        return _limits(visual)
    if visual.kind == "matrix":
        off = {"rowSubtotals": literal("false"), "columnSubtotals": literal("false")}
        return {"subTotals": [{"properties": off}]}
    if visual.kind == "table":
        # a total would give away the one row that is hidden
        return {
            "total": [{"properties": {"totals": literal("false")}}],
            **_gray_if_few(visual, variables["fewest_returned_surveys"]),
        }
    return {}


def _limits(visual: Visual) -> Json:
    """The lines of a control chart that are no data: gray, the limits dashed."""
    lines = [name for name in visual.y if name.startswith("Control chart: ")][1:]
    if not lines:
        return {}
    gray = {"solid": {"color": text(GREY)}}
    return {
        "dataPoint": [
            {"properties": {"fill": gray}, "selector": {"metadata": f"{MEASURES}.{name}"}}
            for name in lines
        ],
        "lineStyles": [
            {
                "properties": {"lineStyle": text("dashed"), "showMarker": literal("false")},
                "selector": {"metadata": f"{MEASURES}.{name}"},
            }
            for name in lines
            if name.endswith("limit")
        ],
    }


def _gray_if_few(visual: Visual, few_answers: float) -> Json:
    """The color of a table's figures that rest on few answers."""
    if not visual.gray_if_few:
        return {}
    few = {
        "Comparison": {
            # less than
            "ComparisonKind": 3,
            "Left": field_expression(visual.gray_if_few),
            "Right": {"Literal": {"Value": f"{few_answers}D"}},
        }
    }
    cases = [{"Condition": few, "Value": {"Literal": {"Value": f"'{GREY}'"}}}]
    color = {"solid": {"color": {"expr": {"Conditional": {"Cases": cases}}}}}
    return {
        "values": [
            {
                "properties": {"fontColor": color},
                "selector": {
                    "data": [{"dataViewWildcard": {"matchingOption": 1}}],
                    "metadata": f"{MEASURES}.{name}",
                },
            }
            for name in visual.measures()
            if name != visual.gray_if_few
        ]
    }
