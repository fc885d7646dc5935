"""All pages as one HTML file: no server, no script, no internet; it prints a page after a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

import vl_convert
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from dashboard import marts
from dashboard.cards import Card, cards_of, count_in_words
from dashboard.charts import specification
from dashboard.choice import Choice, Reading, day_in_words, time_in_words
from dashboard.figures import Ask, Figures, default_of, figures_of, rests_on
from dashboard.layout import Row, rows_of
from dashboard.multiples import WITHOUT_CHART, multiples_of
from dashboard.tables import table_html
from emr.project import UserError
from measures.catalogue import catalogue
from measures.pages import Page, Visual, all_pages
from measures.theme import BACKGROUND, BAD, GOOD, INK, LINE, NEUTRAL, SERIES

TEMPLATE = "report.html.jinja"
TABLE_STYLE = Path(__file__).with_name("tables.css")
Width = Literal["whole", "part", "multiple"]
# Of a chart alone in its row, of one of two, and of one of many.
WIDTHS: Mapping[Width, int] = {"whole": 900, "part": 420, "multiple": 380}


class ChartShown(TypedDict):
    """A chart; one of many has a title of its own."""

    svg: Markup
    title: NotRequired[str]


class VisualShown(TypedDict):
    """A visual; the template shows what its kind has."""

    title: str
    alt: str
    kind: str
    assumed: NotRequired[str]
    cards: NotRequired[list[Card]]
    table: NotRequired[Markup]
    charts: NotRequired[list[ChartShown]]
    without: NotRequired[list[str]]
    unseen: NotRequired[str]
    counts: NotRequired[str]
    limits: NotRequired[list[str]]
    definitions: NotRequired[dict[str, str]]


class ColumnShown(TypedDict):
    """A column of a row, with what stands below each other in it."""

    width: int
    rows: list[RowShown]


class RowShown(TypedDict):
    """A visual alone, or columns."""

    visual: NotRequired[VisualShown]
    columns: NotRequired[list[ColumnShown]]


class PageShown(TypedDict):
    """A page."""

    name: str
    title: str
    says: str
    whole_hospital: bool
    rows: list[RowShown]


def write_snapshot(target: str, path: Path, chosen: Mapping[str, Sequence[str]]) -> int:
    """Write the file, in place of one that is there when it is whole.

    Args:
        target: `duckdb` or `sqlserver`.
        path: of the file.
        chosen: values by slicer; a slicer that is not named is as when the dashboard opens.

    Returns:
        Its size in bytes.

    Raises:
        NoMartsError: the marts do not answer.
        UserError: a slicer or a value is chosen that there is not.
    """
    build = marts.published(target)
    with marts.Marts(target) as asked:
        reading, known = marts.reading(asked)
        choice = _choice(reading, known, chosen)
        pages = [
            _page(page, choice, reading, partial(marts.answer, asked))
            for page in all_pages().pages
            if not page.drill_through
        ]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template(TEMPLATE).render(
        without_chart=WITHOUT_CHART,
        pages=pages,
        chosen=reading.in_words(all_pages().pages[0], choice),
        built_at=time_in_words(build.built_at),
        made_at=time_in_words(datetime.now()),
        last_day=day_in_words(reading.last_day),
        smallest_cell=int(reading.variables["smallest_cell"]),
        table_style=Markup(TABLE_STYLE.read_text(encoding="utf-8")),
        colors={
            "ink": INK,
            "line": LINE,
            "background": BACKGROUND,
            "good": GOOD,
            "bad": BAD,
            "neutral": NEUTRAL,
            "series": SERIES[0],
        },
    )
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(html, encoding="utf-8")
    unfinished.replace(path)
    return len(html.encode("utf-8"))


def _choice(
    reading: Reading, known: Mapping[str, Sequence[str]], chosen: Mapping[str, Sequence[str]]
) -> Choice:
    result = {}
    for slicer in reading.slicers:
        default = [value for value in slicer.starts_with if value in known[slicer.name]]
        result[slicer.name] = tuple(chosen.get(slicer.name, default))
        for value in result[slicer.name]:
            if value not in known[slicer.name]:
                listed = ", ".join(known[slicer.name])
                raise UserError(f"{slicer.name} has no value {value}: choose {listed}.")
    for name in set(chosen) - set(known):
        raise UserError(f"There is no slicer {name}: choose {', '.join(known)}.")
    return Choice(result)


def _page(page: Page, choice: Choice, reading: Reading, ask: Ask) -> PageShown:
    """What the template shows of a page."""
    found = figures_of(page, page.visuals, choice, reading, ask)
    return {
        "name": page.name,
        "title": page.title,
        "says": page.says,
        "whole_hospital": page.whole_hospital,
        "rows": [_row(row, found, reading, "whole") for row in rows_of(page.visuals)],
    }


def _row(
    row: Row | Visual, found: Mapping[str, Figures], reading: Reading, width: Width
) -> RowShown:
    if not isinstance(row, Visual):
        return {
            "columns": [
                {"width": size, "rows": [_row(inner, found, reading, "part") for inner in stack]}
                for size, stack in row
            ]
        }
    shown: VisualShown = {"title": row.title, "alt": row.alt, "kind": row.kind}
    if row.kind == "slider":
        shown["assumed"] = f"{default_of(row, reading):.0%}"
    else:
        _add_figures(shown, found[row.title], reading, width)
    return {"visual": shown}


def _add_figures(shown: VisualShown, figures: Figures, reading: Reading, width: Width) -> None:
    visual = figures.visual
    smallest = int(reading.variables["smallest_cell"])
    shown["definitions"] = {name: catalogue()[name].says for name in visual.measures()}
    if visual.kind == "cards":
        shown["cards"] = cards_of(figures, smallest)
        return
    counts = [count_in_words(name, figures.counts.get(name), smallest) for name in rests_on(visual)]
    shown["counts"] = ", ".join(counts)
    shown["limits"] = figures.limits()
    if visual.kind in ("table", "matrix"):
        shown["table"] = table_html(figures, int(reading.variables["fewest_returned_surveys"]))
    elif visual.small_multiples:
        multiples, shown["without"] = multiples_of(figures)
        shown["charts"] = [
            {
                "title": f"{multiple.value}, {multiple.words}",
                "svg": _svg(
                    specification(multiple.figures, WIDTHS["multiple"], height=150),
                    f"{visual.alt} {multiple.value}: {multiple.words}.",
                ),
            }
            for multiple in multiples
        ]
    else:
        shown["unseen"] = figures.unseen()
        shown["charts"] = [{"svg": _svg(specification(figures, WIDTHS[width]), visual.alt)}]


def _svg(chart: Mapping[str, object], words: str) -> Markup:
    """A chart as SVG text, with its description in words."""
    described = {**chart, "description": " ".join(words.split())}
    return Markup(vl_convert.vegalite_to_svg(described))
