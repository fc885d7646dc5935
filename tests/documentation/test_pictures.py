"""The committed picture of the star schema shows it as it is."""

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
    return {t for t in titles if "->" not in t} - {"star schema"}, arrows


def test_the_star_schema_shows_what_is(draw, demo_build: DbtRun, project_root):
    nodes, edges = draw.star_schema(demo_build.manifest())
    path = project_root / "docs" / "pictures" / "star-schema.svg"
    drawn_nodes, drawn_edges = shown(path.read_text(encoding="utf-8"))
    again = "draw it again: python docs/pictures/draw.py"
    assert drawn_nodes == set(nodes), again
    # the star schema has invisible arrows, which Graphviz leaves out of the picture
    assert drawn_edges == edges, again
