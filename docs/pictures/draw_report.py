#!/usr/bin/env python3
"""Draw the pages of the Power BI report from its files: place, title, kind and fields of visuals.

Run as `python docs/pictures/draw_report.py`. The pictures show no figures: those need Power BI.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent.parent / "powerbi" / "EMR Analytics.Report" / "definition" / "pages"
# What a reader calls Power BI's kinds of visual.
KINDS = {
    "actionButton": "button",
    "cardVisual": "cards",
    "clusteredBarChart": "bar chart",
    "clusteredColumnChart": "column chart",
    "lineChart": "line chart",
    "pivotTable": "matrix",
    "scatterChart": "scatter chart",
    "slicer": "slicer",
    "tableEx": "table",
    "textbox": "text",
}
# What it calls the roles of fields; those of cards and tables need no word.
ROLES = {
    "Category": "by",
    "Series": "a color for each",
    "Rows": "a row for each",
    "Columns": "a column for each",
    "Tooltips": "on hover",
    "X": "across",
    "Y": "shown",
}
INK, PALE, LINE, BACK = "#1F2933", "#DCE6EE", "#C5CCD3", "#F4F6F8"
LETTER = 6.3


def pages() -> list[str]:
    """The names of the pages in their order."""
    return json.loads((PAGES / "pages.json").read_text(encoding="utf-8"))["pageOrder"]


def page_svg(name: str) -> str:
    """The picture of a page."""
    page = json.loads((PAGES / name / "page.json").read_text(encoding="utf-8"))
    visuals = sorted(
        (
            json.loads(path.read_text(encoding="utf-8"))
            for path in (PAGES / name / "visuals").glob("*/visual.json")
        ),
        key=lambda visual: visual["position"]["tabOrder"],
    )
    width, height = page["width"], page["height"]
    heading = f"Layout of the page {page['displayName']}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img" font-family="Segoe UI, Helvetica,'
            ' Arial, sans-serif">',
            f"<title>{escape(heading)}</title>",
            f'<rect width="{width}" height="{height}" fill="{BACK}"/>',
            *(_visual(visual, order) for order, visual in enumerate(visuals, start=1)),
            "</svg>\n",
        ]
    )


def title_of(visual: dict) -> str:
    """The title of a visual, as its file has it."""
    (title,) = visual["visual"]["visualContainerObjects"]["title"]
    return _literal(title["properties"].get("text"))


def alt_text_of(visual: dict) -> str:
    """The alternative text of a visual."""
    (general,) = visual["visual"]["visualContainerObjects"]["general"]
    return _literal(general["properties"]["altText"])


def fields_of(visual: dict) -> list[tuple[str, list[str]]]:
    """The fields of a visual by role."""
    state = visual["visual"].get("query", {}).get("queryState", {})
    return [
        (role, [projection["nativeQueryRef"] for projection in content["projections"]])
        for role, content in state.items()
    ]


def _literal(value: dict | None) -> str:
    if value is None:
        return ""
    return value["expr"]["Literal"]["Value"].strip("'").replace("''", "'")


def _visual(visual: dict, order: int) -> str:
    place = visual["position"]
    x, y, width, height = (place[name] for name in ("x", "y", "width", "height"))
    kind = visual["visual"]["visualType"]
    parts = [f"<g><title>{escape(f'{order}. {alt_text_of(visual)}')}</title>"]
    if kind == "textbox":
        parts += _heading(visual, x, y)
        return "\n".join([*parts, "</g>"])
    parts.append(
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="white"'
        f' stroke="{LINE}"/>'
    )
    if kind == "actionButton":
        parts.append(_text(x + width / 2 - 6, y + height / 2 + 5, "←", 16))
        return "\n".join([*parts, "</g>"])
    parts.append(_text(x + 10, y + 18, _cut(title_of(visual), width - 20), 12, bold=True))
    if height < 70:
        ((_, (field,)),) = fields_of(visual)
        parts.append(_text(x + 10, y + 40, f"{field}  ▾", 11))
        parts.append(_text(x + width - 10, y + 40, f"{order} · {KINDS[kind]}", 10, anchor="end"))
        return "\n".join([*parts, "</g>"])
    baseline = y + 36
    for line in _lines(visual, width):
        parts.append(_text(x + 10, baseline, line, 11))
        baseline += 15
    bottom = y + height - 8
    parts.append(_sketch(kind, x + 10, baseline, width - 20, bottom - 18 - baseline))
    parts.append(_text(x + width - 10, bottom, f"{order} · {KINDS[kind]}", 10, anchor="end"))
    return "\n".join([*parts, "</g>"])


def _heading(visual: dict, x: float, y: float) -> list[str]:
    (general,) = visual["visual"]["objects"]["general"]
    (paragraph,) = general["properties"]["paragraphs"]
    title, says = (run["value"] for run in paragraph["textRuns"])
    return [
        f'<text x="{x + 4:.1f}" y="{y + 28:.1f}" fill="{INK}">'
        f'<tspan font-size="21" font-weight="600">{escape(title)}</tspan>'
        f'<tspan font-size="15" dx="16">{escape(says.strip())}</tspan></text>'
    ]


def _lines(visual: dict, width: float) -> list[str]:
    """What stands in a visual's box: its fields, role by role."""
    lines = []
    for role, names in fields_of(visual):
        word = ROLES.get(role)
        text = ", ".join(names)
        lines += textwrap.wrap(f"{word}: {text}" if word else text, int((width - 24) / LETTER))
    return lines


def _sketch(kind: str, x: float, y: float, width: float, height: float) -> str:
    """A pale drawing of a kind of visual, below its fields."""
    if height < 24:
        return ""
    if kind == "clusteredBarChart":
        step = height / 5
        return "".join(
            _box(x, y + i * step, width * share, step * 0.6)
            for i, share in enumerate((0.95, 0.8, 0.6, 0.45, 0.3))
        )
    if kind == "clusteredColumnChart":
        step = width / 5
        return "".join(
            _box(x + i * step, y + height * (1 - share), step * 0.6, height * share)
            for i, share in enumerate((0.4, 0.6, 0.5, 0.75, 0.9))
        )
    if kind == "lineChart":
        heights = (0.7, 0.55, 0.62, 0.4, 0.5, 0.25, 0.38, 0.15)
        points = " ".join(
            f"{x + width * i / 7:.1f},{y + height * share:.1f}" for i, share in enumerate(heights)
        )
        return f'<polyline points="{points}" fill="none" stroke="{PALE}" stroke-width="6"/>'
    if kind == "scatterChart":
        points = ((0.1, 0.2), (0.3, 0.35), (0.45, 0.3), (0.6, 0.6), (0.75, 0.5), (0.9, 0.8))
        return "".join(
            f'<circle cx="{x + width * a:.1f}" cy="{y + height * b:.1f}" r="8" fill="{PALE}"/>'
            for a, b in points
        )
    if kind in ("tableEx", "pivotTable"):
        rows = int(height // 24) + 1
        return "".join(_box(x, y + 24 * i, width, 1.5) for i in range(rows))
    if kind == "slicer":
        middle = y + height / 2
        return _box(x, middle, width, 3) + (
            f'<circle cx="{x + width * 0.3:.1f}" cy="{middle + 1.5:.1f}" r="8" fill="{PALE}"/>'
        )
    return ""


def _box(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{PALE}"/>'
    )


def _text(
    x: float, y: float, text: str, size: int, bold: bool = False, anchor: str = "start"
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{INK}"{weight}'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )


def _cut(text: str, width: float) -> str:
    """A title that fits its box; what is cut off ends in dots."""
    letters = int(width / 7)
    return text if len(text) <= letters else textwrap.shorten(text, letters, placeholder=" …")


def pictures() -> dict[str, str]:
    """The pictures of all pages by the name of their file."""
    return {f"power-bi-{name}.svg": page_svg(name) for name in pages()}


def main() -> None:
    """Draw every page."""
    for path in HERE.glob("power-bi-*.svg"):
        path.unlink()
    for name, svg in pictures().items():
        (HERE / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
