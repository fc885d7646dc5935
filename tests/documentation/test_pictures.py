"""The committed pictures show the models and the star schema as they are."""

from __future__ import annotations

import html
import importlib.util
import re
from pathlib import Path

import pytest

from tests.conftest import DbtRun


@pytest.fixture(scope="module")
def draw(project_root: Path):
    """The script that draws the pictures."""
    spec = importlib.util.spec_from_file_location(
        "draw", project_root / "docs" / "pictures" / "draw.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(svg: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Nodes and arrows of a picture, from the titles that Graphviz writes."""
    titles = {html.unescape(t) for t in re.findall(r"<g id=[^>]*>\s*<title>([^<]*)</title>", svg)}
    arrows = {tuple(t.split("->")) for t in titles if "->" in t}
    return {t for t in titles if "->" not in t} - {"model graph", "star schema"}, arrows


@pytest.mark.parametrize("picture", ["model_graph", "star_schema"])
def test_a_picture_shows_what_is(draw, demo_build: DbtRun, project_root, picture):
    nodes, edges = getattr(draw, picture)(demo_build.manifest())
    path = project_root / "docs" / "pictures" / f"{picture.replace('_', '-')}.svg"
    drawn_nodes, drawn_edges = shown(path.read_text(encoding="utf-8"))
    again = "draw it again: python docs/pictures/draw.py"
    assert drawn_nodes == set(nodes), again
    # the star schema has invisible arrows, which Graphviz leaves out of the picture
    assert drawn_edges == edges, again


def test_the_pictures_of_the_report_show_what_is(project_root):
    folder = project_root / "docs" / "pictures"
    spec = importlib.util.spec_from_file_location("draw_report", folder / "draw_report.py")
    draw_report = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw_report)
    drawn = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("power-bi-*.svg")}
    assert drawn == draw_report.pictures(), "draw them again: python docs/pictures/draw_report.py"
