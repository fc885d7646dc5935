"""The report: the pages of measures/pages.yml as PBIR, Power BI's file per visual."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from measures.catalogue import catalogue
from measures.dax import SLIDER_COLUMN, slider_table
from measures.pages import Page, Pages, Slicer, Visual, all_pages, filter_values, page_slicers
from powerbi.fields import (
    categorical,
    field_expression,
    filter_since,
    in_condition,
    literal,
    projection,
    text,
)
from powerbi.formatting import formatting
from powerbi.marts import ArtifactError
from powerbi.names import Json
from powerbi.theme import BASE_THEME, BASE_THEME_FILE, SCHEMAS, THEME, report_settings, theme

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
    seeds: Mapping[str, list[dict[str, str]]], variables: Mapping[str, float]
) -> dict[str, Json]:
    """All JSON files of the report by their path in its folder.

    Args:
        seeds: the rows of the reference seeds `finding_departments` and `finding_months`, for
            filters that name a finding.
        variables: of dbt_project.yml, where sliders begin.

    Raises:
        ArtifactError: pages.yml names a field that there is not.
    """
    specification = all_pages()
    files: dict[str, Json] = {
        "definition.pbir": {
            "$schema": SCHEMAS.replace("/definition", "/definitionProperties/1.0.0/schema.json"),
            "version": "4.0",
            "datasetReference": {"byPath": {"path": "../EMR Analytics.SemanticModel"}},
        },
        "definition/version.json": {
            "$schema": f"{SCHEMAS}/versionMetadata/1.0.0/schema.json",
            "version": "2.0.0",
        },
        "definition/report.json": report_settings(),
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


def _page(page: Page, specification: Pages) -> Json:
    result: Json = {
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
    seeds: Mapping[str, list[dict[str, str]]],
    variables: Mapping[str, float],
) -> list[Json]:
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


def _container(name: str, box: tuple[float, float, float, float], visual: Json) -> Json:
    left, top, width, height = (round(number, 2) for number in box)
    return {
        "$schema": f"{SCHEMAS}/visualContainer/2.2.0/schema.json",
        "name": name,
        "position": {"x": left, "y": top, "z": 0, "width": width, "height": height},
        "visual": visual,
    }


def _heading(page: Page, smallest_cell: int) -> Json:
    says = f"{page.says} Blank or missing: fewer than {smallest_cell}, or no data."
    visual: Json = {
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
            "general": [{"properties": {"altText": text(f"{page.title}. {says}")}}],
            "title": [{"properties": {"show": literal("false")}}],
        },
        "drillFilterOtherVisuals": True,
    }
    left = MARGIN + (48 if page.drill_through else 0)
    return _container(
        "heading", (left, MARGIN, PAGE_WIDTH - MARGIN - left, HEADING_HEIGHT - 4), visual
    )


def _back_button() -> Json:
    visual: Json = {
        "visualType": "actionButton",
        "objects": {
            "icon": [
                {"properties": {"shapeType": text("back")}, "selector": {"id": "default"}},
            ]
        },
        "visualContainerObjects": {
            "general": [{"properties": {"altText": text("Back to the previous page.")}}],
            "title": [
                {"properties": {"show": literal("false"), "text": text("Back")}},
            ],
            "visualLink": [
                {"properties": {"show": literal("true"), "type": text("Back")}},
            ],
        },
        "drillFilterOtherVisuals": True,
    }
    return _container("back", (MARGIN, MARGIN, 40, 40), visual)


def _slicer(slicer: Slicer, box: tuple[float, float, float, float]) -> Json:
    visual: Json = {
        "visualType": "slicer",
        "query": {"queryState": {"Values": {"projections": [projection(slicer.field, True)]}}},
        "objects": {
            "data": [{"properties": {"mode": text("Dropdown")}}],
            "selection": [{"properties": {"selectAllCheckboxEnabled": literal("true")}}],
            "header": [{"properties": {"show": literal("false")}}],
        },
        "visualContainerObjects": _chrome(
            slicer.name, f"Filter all pages by {slicer.name.lower()}.", None
        ),
        "syncGroup": {
            "groupName": slicer.name,
            "fieldChanges": True,
            "filterChanges": True,
        },
        "drillFilterOtherVisuals": True,
    }
    if slicer.starts_with:
        chosen = in_condition(slicer.field, slicer.starts_with)
        visual["objects"]["general"] = [{"properties": {"filter": {"filter": chosen}}}]
    return _container(slicer_name(slicer), box, visual)


def _visual(
    visual: Visual, seeds: Mapping[str, list[dict[str, str]]], variables: Mapping[str, float]
) -> Json:
    heading = visual.title
    if visual.parameter:
        # a slider that nobody has moved shows no value
        default = variables[str(catalogue()[visual.parameter].variable)]
        heading += f": {default:.0%} until you move it"
    state = {
        role: {"projections": [projection(f, is_axis) for f in fields]}
        for role, fields, is_axis in _roles(visual)
        if fields
    }
    content: Json = {
        "visualType": KINDS[visual.kind],
        "query": {"queryState": state},
        "objects": formatting(visual, variables),
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
        categorical(visual, column, filter_values(column, values, seeds))
        for column, values in visual.filters.items()
    ]
    if visual.since:
        filters.append(filter_since(visual, str(variables[visual.since])))
    if filters:
        result["filterConfig"] = {"filters": filters}
    return result


def _roles(visual: Visual) -> list[tuple[str, Sequence[str], bool]]:
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
        parameter = catalogue()[str(visual.parameter)]
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


def _chrome(heading: str, alt: str, definitions: str | None) -> Json:
    """Title, alternative text and the tooltip with definitions."""
    result: Json = {
        "title": [{"properties": {"show": literal("true"), "text": text(heading)}}],
        "general": [{"properties": {"altText": text(" ".join(alt.split()))}}],
    }
    if definitions:
        result["visualHeader"] = [
            {"properties": {"show": literal("true"), "showTooltipButton": literal("true")}}
        ]
        result["visualHeaderTooltip"] = [{"properties": {"text": text(definitions)}}]
    return result
