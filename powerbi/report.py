"""The report: the pages of measures/pages.yml as PBIR, Power BI's file per visual."""

from __future__ import annotations

import re
from collections.abc import Mapping

from measures.catalogue import catalogue, earlier_period, semantic_model
from measures.dax import SLIDER_COLUMN, slider_table, title
from measures.pages import (
    Page,
    Pages,
    Slicer,
    Visual,
    all_pages,
    filter_values,
    is_column,
    page_slicers,
)
from measures.theme import BACKGROUND, BAD, GOOD, GREY, INK, LINE, NEUTRAL, PAPER, SERIES
from powerbi.marts import ArtifactError
from powerbi.model import MEASURES, tag

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
THEME = "EMR-Analytics.json"
# The name of one that ships with Power BI, which takes its place; a project holds a file of it.
BASE_THEME = "CY24SU10"
BASE_THEME_FILE = f"BaseThemes/{BASE_THEME}.json"
VERSIONS = {"visual": "2.2.0", "report": "3.0.0", "page": "2.0.0"}
PAGE_WIDTH, PAGE_HEIGHT = 1280, 720
MARGIN, GAP = 16, 8
# The heading and the slicers above the grid.
HEADING_HEIGHT, SLICER_HEIGHT = 48, 60
GRID_TOP = MARGIN + HEADING_HEIGHT + SLICER_HEIGHT + GAP
COLUMNS = ROWS = 12

KINDS = {
    "cards": "cardVisual",
    "table": "tableEx",
    "matrix": "pivotTable",
    "line": "lineChart",
    "bar": "clusteredBarChart",
    "column": "clusteredColumnChart",
    "scatter": "scatterChart",
    "slider": "slicer",
}


def report_files(
    seeds: Mapping[str, list[dict]], variables: Mapping[str, float]
) -> dict[str, dict]:
    """All JSON files of the report by their path in its folder.

    Args:
        seeds: the rows of the reference seeds `finding_departments` and `finding_months`, for
            filters that name a finding.
        variables: of dbt_project.yml, where sliders begin.

    Raises:
        ArtifactError: pages.yml names a field that there is not.
    """
    specification = all_pages()
    files = {
        "definition.pbir": {
            "$schema": SCHEMAS.replace("/definition", "/definitionProperties/1.0.0/schema.json"),
            "version": "4.0",
            "datasetReference": {"byPath": {"path": "../EMR Analytics.SemanticModel"}},
        },
        "definition/version.json": {
            "$schema": f"{SCHEMAS}/versionMetadata/1.0.0/schema.json",
            "version": "2.0.0",
        },
        "definition/report.json": _report(),
        "definition/pages/pages.json": {
            "$schema": f"{SCHEMAS}/pagesMetadata/1.0.0/schema.json",
            "pageOrder": [page.name for page in specification.pages],
            "activePageName": specification.pages[0].name,
        },
        f"StaticResources/RegisteredResources/{THEME}": theme(THEME),
        f"StaticResources/SharedResources/{BASE_THEME_FILE}": theme(BASE_THEME),
    }
    for page in specification.pages:
        folder = f"definition/pages/{page.name}"
        files[f"{folder}/page.json"] = _page(page, specification)
        for visual in _visuals(page, specification, seeds, variables):
            files[f"{folder}/visuals/{visual['name']}/visual.json"] = visual
    return files


# --- pages ----------------------------------------------------------------------------------------


def _report() -> dict:
    return {
        "$schema": f"{SCHEMAS}/report/3.0.0/schema.json",
        "themeCollection": {
            "baseTheme": {
                "name": BASE_THEME,
                "reportVersionAtImport": VERSIONS,
                "type": "SharedResources",
            },
            "customTheme": {
                "name": THEME,
                "reportVersionAtImport": VERSIONS,
                "type": "RegisteredResources",
            },
        },
        "resourcePackages": [
            {
                "name": "SharedResources",
                "type": "SharedResources",
                "items": [{"name": BASE_THEME, "path": BASE_THEME_FILE, "type": "BaseTheme"}],
            },
            {
                "name": "RegisteredResources",
                "type": "RegisteredResources",
                "items": [{"name": THEME, "path": THEME, "type": "CustomTheme"}],
            },
        ],
        "settings": {
            "useStylableVisualContainerHeader": True,
            "defaultDrillFilterOtherVisuals": True,
            "allowChangeFilterTypes": True,
            "useEnhancedTooltips": True,
            "exportDataMode": "AllowSummarized",
        },
    }


def _page(page: Page, specification: Pages) -> dict:
    result = {
        "$schema": f"{SCHEMAS}/page/2.0.0/schema.json",
        "name": page.name,
        "displayName": page.title,
        "displayOption": "FitToPage",
        "height": PAGE_HEIGHT,
        "width": PAGE_WIDTH,
    }
    slicers = {slicer.name: slicer_name(slicer) for slicer in page_slicers(page, specification)}
    interactions = [
        {"source": slicers[ignored], "target": visual_name(visual), "type": "NoFilter"}
        for visual in page.visuals
        for ignored in visual.ignores
        if ignored in slicers
    ]
    if interactions:
        result["visualInteractions"] = interactions
    if page.drill_through:
        filter_name = f"{page.name}-filter"
        field = field_expression(page.drill_through)
        result["filterConfig"] = {
            "filters": [
                {
                    "name": filter_name,
                    "field": field,
                    "type": "Categorical",
                    "howCreated": "Drillthrough",
                }
            ]
        }
        result["pageBinding"] = {
            "name": f"{page.name}-binding",
            "type": "Drillthrough",
            # the slicers are the same on every page; a period that came along as a filter of the
            # page would bear on the visuals that show all years
            "acceptsFilterContext": "None",
            "parameters": [
                {"name": f"{page.name}-value", "boundFilter": filter_name, "fieldExpr": field}
            ],
        }
        result["type"] = "Drillthrough"
        result["visibility"] = "HiddenInViewMode"
    return result


def slicer_name(slicer: Slicer) -> str:
    """The name of a slicer's file; the same on every page, where it is another visual."""
    return f"slicer-{_slug(slicer.name)}"


def visual_name(visual: Visual) -> str:
    """The name of a visual's file: its title in plain letters."""
    return _slug(visual.title)[:50].strip("-")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


# --- visuals --------------------------------------------------------------------------------------


def _visuals(
    page: Page,
    specification: Pages,
    seeds: Mapping[str, list[dict]],
    variables: Mapping[str, float],
) -> list[dict]:
    """Heading, slicers and visuals of a page, in tab order."""
    slicers = page_slicers(page, specification)
    width = (PAGE_WIDTH - 2 * MARGIN - GAP * (len(slicers) - 1)) / max(len(slicers), 1)
    visuals = [_heading(page, int(variables["smallest_cell"]))]
    if page.drill_through:
        visuals.append(_back_button())
    for i, slicer in enumerate(slicers):
        box = (MARGIN + i * (width + GAP), MARGIN + HEADING_HEIGHT, width, SLICER_HEIGHT)
        visuals.append(_slicer(slicer, box))
    visuals += [_visual(visual, seeds, variables) for visual in page.visuals]
    for order, visual in enumerate(visuals):
        # PBIR orders tabs upwards, and draws higher z above
        visual["position"] |= {"z": 1000 * order, "tabOrder": 1000 * order}
    names = [visual["name"] for visual in visuals]
    if len(set(names)) < len(names):
        raise ArtifactError(f"pages.yml: two visuals of {page.name} have the same title")
    return visuals


def box_on_grid(at: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    """Left, top, width and height in pixels of a place on the grid."""
    column, row, columns, rows = at
    cell_width = (PAGE_WIDTH - 2 * MARGIN + GAP) / COLUMNS
    cell_height = (PAGE_HEIGHT - MARGIN - GRID_TOP + GAP) / ROWS
    return (
        MARGIN + column * cell_width,
        GRID_TOP + row * cell_height,
        columns * cell_width - GAP,
        rows * cell_height - GAP,
    )


def _container(name: str, box: tuple[float, float, float, float], visual: dict) -> dict:
    left, top, width, height = (round(number, 2) for number in box)
    return {
        "$schema": f"{SCHEMAS}/visualContainer/2.2.0/schema.json",
        "name": name,
        "position": {"x": left, "y": top, "z": 0, "width": width, "height": height},
        "visual": visual,
    }


def _heading(page: Page, smallest_cell: int) -> dict:
    says = f"{page.says} Blank or missing: fewer than {smallest_cell}, or no data."
    visual = {
        "visualType": "textbox",
        "objects": {
            "general": [
                {
                    "properties": {
                        "paragraphs": [
                            {
                                "textRuns": [
                                    {
                                        "value": page.title,
                                        "textStyle": {"fontWeight": "bold", "fontSize": "16pt"},
                                    },
                                    {
                                        "value": f"   {says}",
                                        "textStyle": {"fontSize": "12pt"},
                                    },
                                ]
                            }
                        ]
                    }
                }
            ]
        },
        "visualContainerObjects": {
            "general": [{"properties": {"altText": _text(f"{page.title}. {says}")}}],
            "title": [{"properties": {"show": _literal("false")}}],
        },
        "drillFilterOtherVisuals": True,
    }
    left = MARGIN + (48 if page.drill_through else 0)
    return _container(
        "heading", (left, MARGIN, PAGE_WIDTH - MARGIN - left, HEADING_HEIGHT - 4), visual
    )


def _back_button() -> dict:
    visual = {
        "visualType": "actionButton",
        "objects": {
            "icon": [
                {"properties": {"shapeType": _text("back")}, "selector": {"id": "default"}},
            ]
        },
        "visualContainerObjects": {
            "general": [{"properties": {"altText": _text("Back to the page that you came from.")}}],
            "title": [
                {"properties": {"show": _literal("false"), "text": _text("Back")}},
            ],
            "visualLink": [
                {"properties": {"show": _literal("true"), "type": _text("Back")}},
            ],
        },
        "drillFilterOtherVisuals": True,
    }
    return _container("back", (MARGIN, MARGIN, 40, 40), visual)


def _slicer(slicer: Slicer, box: tuple[float, float, float, float]) -> dict:
    visual = {
        "visualType": "slicer",
        "query": {"queryState": {"Values": {"projections": [_projection(slicer.field, True)]}}},
        "objects": {
            "data": [{"properties": {"mode": _text("Dropdown")}}],
            "selection": [{"properties": {"selectAllCheckboxEnabled": _literal("true")}}],
            "header": [{"properties": {"show": _literal("false")}}],
        },
        "visualContainerObjects": _chrome(
            slicer.name, f"Choose what all pages show by {slicer.name.lower()}.", None
        ),
        "syncGroup": {
            "groupName": slicer.name,
            "fieldChanges": True,
            "filterChanges": True,
        },
        "drillFilterOtherVisuals": True,
    }
    if slicer.starts_with:
        chosen = _in_condition(slicer.field, slicer.starts_with)
        visual["objects"]["general"] = [{"properties": {"filter": {"filter": chosen}}}]
    return _container(slicer_name(slicer), box, visual)


def _visual(
    visual: Visual, seeds: Mapping[str, list[dict]], variables: Mapping[str, float]
) -> dict:
    heading = visual.title
    if visual.parameter:
        # a slider that nobody has moved shows no value
        default = variables[catalogue()[visual.parameter].variable]
        heading += f": {default:.0%} until you move it"
    state = {
        role: {"projections": [_projection(f, is_axis) for f in fields]}
        for role, fields, is_axis in _roles(visual)
        if fields
    }
    content = {
        "visualType": KINDS[visual.kind],
        "query": {"queryState": state},
        "objects": _formatting(visual, variables),
        "visualContainerObjects": _chrome(heading, visual.alt, _definitions(visual)),
        "drillFilterOtherVisuals": True,
    }
    sort = visual.sort
    if not sort and visual.x and visual.kind != "scatter":
        sort = {visual.x: "ascending"}
    if sort:
        content["query"]["sortDefinition"] = {
            "sort": [
                {"field": field_expression(field), "direction": direction.capitalize()}
                for field, direction in sort.items()
            ],
            "isDefaultSort": False,
        }
    if not content["objects"]:
        del content["objects"]
    result = _container(visual_name(visual), box_on_grid(visual.at), content)
    filters = [
        _filter(visual, column, filter_values(column, values, seeds))
        for column, values in visual.filters.items()
    ]
    if visual.since:
        filters.append(_filter_since(visual, str(variables[visual.since])))
    if filters:
        result["filterConfig"] = {"filters": filters}
    return result


def _roles(visual: Visual) -> list[tuple[str, list[str], bool]]:
    """Role, fields and whether the role is an axis, for each role of a visual's kind."""
    tooltips = ("Tooltips", visual.tooltips, False)
    if visual.kind == "cards":
        return [("Data", visual.values, False)]
    if visual.kind == "table":
        return [("Values", visual.values, False)]
    if visual.kind == "matrix":
        return [
            ("Rows", visual.rows, True),
            ("Columns", visual.columns, True),
            ("Values", visual.values, False),
        ]
    if visual.kind == "slider":
        parameter = catalogue()[visual.parameter]
        return [("Values", [f"{slider_table(parameter)}.{SLIDER_COLUMN}"], True)]
    if visual.kind == "scatter":
        return [
            ("Category", _fields(visual.x), True),
            ("X", _fields(visual.against), False),
            ("Y", visual.y, False),
            tooltips,
        ]
    return [
        ("Category", _fields(visual.x), True),
        ("Series", _fields(visual.series), False),
        ("Y", visual.y, False),
        ("Rows", _fields(visual.small_multiples), False),
        tooltips,
    ]


def _fields(field: str | None) -> list[str]:
    return [field] if field else []


def _definitions(visual: Visual) -> str:
    """The tooltip of a visual's header: what each of its measures is."""
    return " ".join(f"{name}: {catalogue()[name].says}" for name in visual.measures())


def _chrome(heading: str, alt: str, definitions: str | None) -> dict:
    """Title, alternative text and the tooltip with definitions."""
    result = {
        "title": [{"properties": {"show": _literal("true"), "text": _text(heading)}}],
        "general": [{"properties": {"altText": _text(" ".join(alt.split()))}}],
    }
    if definitions:
        result["visualHeader"] = [
            {"properties": {"show": _literal("true"), "showTooltipButton": _literal("true")}}
        ]
        result["visualHeaderTooltip"] = [{"properties": {"text": _text(definitions)}}]
    return result


def _formatting(visual: Visual, variables: Mapping[str, float]) -> dict:
    if visual.kind == "slider":
        return {"data": [{"properties": {"mode": _text("Single")}}]}
    if visual.kind in ("bar", "column"):
        return {"labels": [{"properties": {"show": _literal("true")}}]}
    if visual.kind == "cards":
        is_row = visual.at[2] > 3
        count = len(visual.values)
        return {
            # 8,413 and not 8K
            "value": [
                {
                    "properties": {"labelDisplayUnits": _literal("1D")},
                    "selector": {"id": "default"},
                }
            ],
            "layout": [
                {
                    "properties": {
                        "orientation": _literal("0D" if is_row else "1D"),
                        "columnCount": _literal(f"{count if is_row else 1}L"),
                        "rowCount": _literal(f"{1 if is_row else count}L"),
                        "maxTiles": _literal(f"{count}L"),
                    }
                }
            ],
        }
    if visual.kind == "line":
        return _limits(visual)
    if visual.kind == "matrix":
        off = {"rowSubtotals": _literal("false"), "columnSubtotals": _literal("false")}
        return {"subTotals": [{"properties": off}]}
    if visual.kind == "table":
        # a total would give away the one row that is hidden
        return {
            "total": [{"properties": {"totals": _literal("false")}}],
            **_gray_if_few(visual, variables["fewest_returned_surveys"]),
        }
    return {}


def _limits(visual: Visual) -> dict:
    """The lines of a control chart that are no data: gray, the limits dashed."""
    lines = [name for name in visual.y if name.startswith("Control chart: ")][1:]
    if not lines:
        return {}
    gray = {"solid": {"color": _text(GREY)}}
    return {
        "dataPoint": [
            {"properties": {"fill": gray}, "selector": {"metadata": f"{MEASURES}.{name}"}}
            for name in lines
        ],
        "lineStyles": [
            {
                "properties": {"lineStyle": _text("dashed"), "showMarker": _literal("false")},
                "selector": {"metadata": f"{MEASURES}.{name}"},
            }
            for name in lines
            if name.endswith("limit")
        ],
    }


def _gray_if_few(visual: Visual, few_answers: float) -> dict:
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


# --- fields and filters ---------------------------------------------------------------------------


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


def field_expression(field: str) -> dict:
    """A field as PBIR names it."""
    entity, name, is_measure = field_name(field)
    return {
        "Measure" if is_measure else "Column": {
            "Expression": {"SourceRef": {"Entity": entity}},
            "Property": name,
        }
    }


def _projection(field: str, is_axis: bool) -> dict:
    entity, name, _ = field_name(field)
    result = {
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


def _filter(visual: Visual, column: str, values: list[str | int]) -> dict:
    return {
        "name": tag("filter", visual.title, column).replace("-", "")[:20],
        "field": field_expression(column),
        "type": "Categorical",
        "filter": _in_condition(column, values),
        "howCreated": "User",
    }


def _filter_since(visual: Visual, first_day: str) -> dict:
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


def _in_condition(column: str, values: list[str | int]) -> dict:
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


def _text(text: str) -> dict:
    return _literal(_value(text))


def _literal(value: str) -> dict:
    return {"expr": {"Literal": {"Value": value}}}


# --- theme ----------------------------------------------------------------------------------------


def theme(name: str) -> dict:
    """The report's theme: colors with contrast, text that is large enough."""
    return {
        # Power BI wants the name of the resource
        "name": name,
        "dataColors": list(SERIES),
        "background": PAPER,
        "foreground": INK,
        "tableAccent": SERIES[0],
        "good": GOOD,
        "neutral": NEUTRAL,
        "bad": BAD,
        "hyperlink": SERIES[0],
        "textClasses": {
            "title": {"fontFace": "Segoe UI Semibold", "fontSize": 12, "color": INK},
            "label": {"fontFace": "Segoe UI", "fontSize": 10, "color": INK},
            "callout": {"fontFace": "Segoe UI Semibold", "fontSize": 20, "color": INK},
            "header": {"fontFace": "Segoe UI Semibold", "fontSize": 12, "color": INK},
        },
        "visualStyles": {
            "*": {
                "*": {
                    "background": [{"show": True, "color": {"solid": {"color": PAPER}}}],
                    "border": [{"show": True, "color": {"solid": {"color": LINE}}, "radius": 4}],
                }
            },
            "page": {
                "*": {
                    "background": [{"color": {"solid": {"color": BACKGROUND}}, "transparency": 0}],
                    "outspace": [{"color": {"solid": {"color": BACKGROUND}}}],
                }
            },
        },
    }
