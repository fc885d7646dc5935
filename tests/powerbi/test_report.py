"""What a reader of the report meets: places, order of tabs, titles, texts, colors, choices."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
from sqlglot import exp

from measures.catalogue import NO_PEOPLE, catalogue, semantic_model
from measures.expressions import is_reference, parsed
from measures.pages import all_pages, is_column, page_slicers
from powerbi.project import NAME
from powerbi.theme import THEME
from tests.powerbi.conftest import PROJECT

PAGES = PROJECT / f"{NAME}.Report" / "definition" / "pages"
PAGE_NAMES = [page.name for page in all_pages().pages]
WHITE = "#FFFFFF"


def page_of(name: str) -> dict:
    return json.loads((PAGES / name / "page.json").read_text(encoding="utf-8"))


def visuals_of(name: str) -> list[dict]:
    """The visuals of a page in the order of tabs."""
    paths = (PAGES / name / "visuals").glob("*/visual.json")
    visuals = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return sorted(visuals, key=lambda visual: visual["position"]["tabOrder"])


def property_of(visual: dict, group: str, name: str) -> str:
    """A text among the properties of a visual's frame."""
    (content,) = visual["visual"]["visualContainerObjects"][group]
    return content["properties"][name]["expr"]["Literal"]["Value"].strip("'").replace("''", "'")


def fields_of(visual: dict) -> set[str]:
    state = visual["visual"].get("query", {}).get("queryState", {})
    return {p["queryRef"] for role in state.values() for p in role["projections"]}


def test_the_pages_are_those_of_the_dashboard():
    order = json.loads((PAGES / "pages.json").read_text(encoding="utf-8"))["pageOrder"]
    assert order == PAGE_NAMES
    assert [page_of(name)["displayName"] for name in order][:6] == [
        "Executive summary",
        "Readmissions",
        "Departments and satisfaction",
        "Revenue and coverage",
        "Operations",
        "Data quality",
    ]


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_visuals_are_on_the_page_and_none_covers_another(name):
    page = page_of(name)
    boxes = []
    for visual in visuals_of(name):
        place = visual["position"]
        left, top = place["x"], place["y"]
        right, bottom = left + place["width"], top + place["height"]
        assert 0 <= left < right <= page["width"], visual["name"]
        assert 0 <= top < bottom <= page["height"], visual["name"]
        boxes.append((visual["name"], left, top, right, bottom))
    for (one, l1, t1, r1, b1), (other, l2, t2, r2, b2) in combinations(boxes, 2):
        assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1, (one, other)


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_tabs_go_from_top_left_to_bottom_right(name):
    visuals = visuals_of(name)
    orders = [visual["position"]["tabOrder"] for visual in visuals]
    assert len(set(orders)) == len(orders)
    places = [(v["position"]["y"], v["position"]["x"]) for v in visuals if v["name"] != "back"]
    assert places == sorted(places)


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_every_visual_has_a_title_and_an_alternative_text(name):
    titles = []
    for visual in visuals_of(name):
        alt = property_of(visual, "general", "altText")
        assert len(alt) > 20, visual["name"]
        if visual["visual"]["visualType"] in ("textbox", "actionButton"):
            continue
        title = property_of(visual, "title", "text")
        assert property_of(visual, "title", "show") == "true"
        assert title not in ("", alt)
        titles.append(title)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_every_measure_is_explained_on_hover(name):
    shown = set()
    for visual in visuals_of(name):
        state = visual["visual"].get("query", {}).get("queryState", {})
        for role, content in state.items():
            for projection in content["projections"]:
                if role == "Tooltips" or "Measure" not in projection["field"]:
                    continue
                measure = catalogue()[projection["nativeQueryRef"]]
                assert measure.says in property_of(visual, "visualHeaderTooltip", "text")
                shown.add(measure.name)
    assert shown


def test_charts_and_tables_say_how_many_they_rest_on():
    """A figure about people has a count beside it: on hover in a chart, in a column of a table."""
    without = []
    for page in all_pages().pages:
        for visual in page.visuals:
            shown = {*visual.measures(), *(t for t in visual.tooltips if not is_column(t))}
            about_people = [
                name for name in visual.measures() if catalogue()[name].n not in (None, NO_PEOPLE)
            ]
            has_count = any(catalogue()[name].kind == "count" for name in shown)
            if about_people and not has_count and visual.kind != "cards":
                without.append((page.name, visual.title))
    assert not without


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_choices_hold_on_every_page(name):
    specification = all_pages()
    slicers = {v["name"]: v for v in visuals_of(name) if "syncGroup" in v["visual"]}
    (page,) = (page for page in specification.pages if page.name == name)
    groups = {visual["visual"]["syncGroup"]["groupName"] for visual in slicers.values()}
    if page.whole_hospital:
        assert not groups
        return
    expected = {slicer.name for slicer in specification.slicers}
    if page.drill_through:
        expected.remove("Department")
    assert groups == expected >= {"Period", "Age group", "Payer"}
    for interaction in page_of(name).get("visualInteractions", []):
        assert interaction["source"] in slicers
        assert interaction["target"] in {visual["name"] for visual in visuals_of(name)}


def marts_behind(name: str, seen: set[str]) -> set[str]:
    """The marts that a measure is computed from, through others and through what it rests on."""
    if name in seen or name == NO_PEOPLE:
        return set()
    seen.add(name)
    measure = catalogue()[name]
    found = {measure.of} if measure.of else set()
    others = [*filter(None, (measure.n, measure.part)), *measure.reveals]
    if measure.kind != "parameter":
        columns = list(parsed(measure.sql).find_all(exp.Column))
        others += [column.name for column in columns if is_reference(column)]
        found |= {column.table for column in columns if column.table in semantic_model().tables}
    return found.union(*(marts_behind(other, seen) for other in others))


def test_exposures_are_what_the_pages_read(artifacts):
    manifest = json.loads((artifacts / "manifest.json").read_text(encoding="utf-8"))
    exposed = {
        exposure["name"]: {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]}
        for exposure in manifest["exposures"].values()
    }
    read = {}
    for page in all_pages().pages:
        fields = [slicer.field for slicer in page_slicers(page, all_pages())]
        fields += filter(None, [page.drill_through])
        for visual in page.visuals:
            fields += [*visual.values, *visual.y, *visual.rows, *visual.columns, *visual.filters]
            fields += [*visual.tooltips, *(["dim_date.calendar_date"] if visual.since else [])]
            fields += filter(
                None, [visual.x, visual.against, visual.series, visual.small_multiples]
            )
        marts = [{f.partition(".")[0]} if is_column(f) else marts_behind(f, set()) for f in fields]
        read[page.name.replace("-", "_")] = set().union(*marts)
    assert exposed == read


def test_a_department_is_drilled_into():
    page = page_of("department")
    assert page["type"] == page["pageBinding"]["type"] == "Drillthrough"
    (parameter,) = page["pageBinding"]["parameters"]
    (drill,) = page["filterConfig"]["filters"]
    assert parameter["boundFilter"] == drill["name"]
    assert drill["field"]["Column"]["Property"] == "Department name"
    sources = [
        name
        for name in PAGE_NAMES
        if any("Department.Department name" in fields_of(v) for v in visuals_of(name))
    ]
    assert len(sources) >= 4


def test_a_department_with_few_answers_is_gray(variables):
    (ratings,) = (
        visual
        for visual in visuals_of("departments-and-satisfaction")
        if visual["name"].startswith("patient-experience")
    )
    text = json.dumps(ratings["visual"]["objects"]["values"])
    assert f'"{variables["fewest_returned_surveys"]}D"' in text


def test_every_resource_that_the_report_names_is_there():
    folder = PROJECT / f"{NAME}.Report"
    report = json.loads((folder / "definition" / "report.json").read_text(encoding="utf-8"))
    declared = {
        (package["type"], item["name"]): folder / "StaticResources" / package["name"] / item["path"]
        for package in report["resourcePackages"]
        for item in package["items"]
    }
    for resource in report["themeCollection"].values():
        assert (resource["type"], resource["name"]) in declared
    for (_, name), path in declared.items():
        assert json.loads(path.read_text(encoding="utf-8"))["name"] == name
    files = {path for path in (folder / "StaticResources").rglob("*") if path.is_file()}
    assert files == set(declared.values())


# --- colors --------------------------------------------------------------------------------------


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colors, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_guideline():
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)


def test_colors_are_read_on_white():
    folder = PROJECT / f"{NAME}.Report" / "StaticResources" / "RegisteredResources"
    theme = json.loads((folder / THEME).read_text(encoding="utf-8"))
    colors = [*theme["dataColors"], theme["good"], theme["bad"], theme["neutral"]]
    assert min(contrast(color, WHITE) for color in colors) >= 4.5
    texts = [text["color"] for text in theme["textClasses"].values()]
    assert min(contrast(color, "#F4F6F8") for color in texts) >= 7
    sizes = [text["fontSize"] for text in theme["textClasses"].values()]
    assert min(sizes) >= 10


# --- what the model does not hold -----------------------------------------------------------------


def test_no_column_of_the_model_names_a_person(engine, model):
    """Keys of the marts are numbers made up; no text has a value for each row."""
    telling = {"id", "at", "birth", "zip", "zip3", "phone", "email", "street", "mrn"}
    rows_of_reports = {"finding_id", "recommendation_id", "is_insured_at_latest_encounter"}
    for table in model["tables"]:
        for column in table["columns"]:
            source = column["sourceColumn"]
            words = set(source.removesuffix("_key").split("_"))
            is_key = source.endswith("_key")
            assert is_key or source in rows_of_reports or not words & telling, source
            is_catalogue = table["name"] in ("Diagnosis", "Procedure", "Report readers", "Date")
            if column["dataType"] != "string" or is_catalogue:
                continue
            values, rows = engine.connection.execute(
                f'select count(distinct "{column["name"]}"), count(*) from "{table["name"]}"'
            ).fetchall()[0]
            assert values < 100 or values < rows / 100 or rows < 300, (table["name"], source)


def test_the_project_is_where_the_readme_says():
    assert (PROJECT / f"{NAME}.pbip").is_file()
    assert Path(PROJECT).name == "powerbi"
