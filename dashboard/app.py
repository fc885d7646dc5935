"""The pages in the browser: the script that Streamlit runs for each reader and each change."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st
from PIL import Image

from dashboard import marts
from dashboard.cards import Card, cards_of, count_in_words
from dashboard.charts import specification
from dashboard.choice import Choice, Reading, address_name
from dashboard.figures import Ask, Figures, figures_of, rests_on
from dashboard.layout import Row, rows_of
from dashboard.marts import Marts
from dashboard.multiples import multiples_of
from dashboard.tables import table_html
from measures.catalogue import catalogue
from measures.pages import Page, Visual, all_pages, page_slicers
from measures.query import Selection
from measures.theme import SERIES
from pipeline.marts import project_variables

TARGET = os.environ.get("EMR_DASHBOARD_TARGET", "duckdb")
# An answer is kept until the next build, and so many of them.
MOST_ANSWERS = 2_000
MOST_IN_A_ROW = 4
STYLES = [Path(__file__).with_name(name) for name in ("style.css", "tables.css")]


# Arguments that begin with an underscore are no part of what an answer is kept by; `build` is.
@st.cache_data(max_entries=MOST_ANSWERS, show_spinner=False)
def _answer(
    build: str,
    _marts: Marts,
    names: Sequence[str],
    selection: Selection,
    by: Sequence[str],
) -> pd.DataFrame:
    del build
    return marts.answer(_marts, names, selection, by)


@st.cache_data(max_entries=4, show_spinner=False)
def _reading(build: str, _marts: Marts) -> tuple[Reading, dict[str, list[str]]]:
    """What selections are made from, and the values of each slicer."""
    del build
    slicers = all_pages().slicers
    reading = Reading(slicers, marts.calendar(_marts, slicers), marts.seeds(), project_variables())
    return reading, {slicer.name: marts.values(_marts, slicer.field) for slicer in slicers}


def main() -> None:
    """Build the page that the address names."""
    # an icon of Streamlit's own set would be fetched from the internet
    icon = Image.new("RGB", (32, 32), SERIES[0])
    st.set_page_config(page_title="EMR Analytics", page_icon=icon, layout="wide")
    styles = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    st.html(f"<style>{styles}</style>")
    places = {page.name: page for page in all_pages().pages}
    # the choice belongs to all pages, and so is made here and not on one of them
    state = State()
    pages = [
        st.Page(
            partial(show, page, state),
            title=page.title,
            url_path=page.name,
            default=number == 0,
        )
        for number, page in enumerate(places.values())
    ]
    current = st.navigation(pages)
    page = places.get(current.url_path, next(iter(places.values())))
    with Marts(TARGET) as asked:
        try:
            state.build = marts.published(TARGET)
            state.reading, values = _reading(state.build.identity, asked)
            state.choice = Choice(chosen(page, values))
            state.ask = partial(_answer, state.build.identity, asked)
        except marts.NoMartsError as error:
            state.complaint = str(error)
        current.run()


@dataclass
class State:
    """What a page needs to know: the choice and the marts, or why they do not answer."""

    build: marts.Build | None = None
    reading: Reading | None = None
    choice: Choice | None = None
    ask: Ask | None = None
    complaint: str = ""


def show(page: Page, state: State) -> None:
    """One page: title, state of the marts, and its visuals."""
    st.title(page.title)
    st.markdown(page.says)
    try:
        if state.complaint:
            raise marts.NoMartsError(state.complaint)
        notes(state.build, state.reading)
        body(page, state.choice, state.reading, state.ask)
        for other in all_pages().pages:
            if other.name == page.continues_with:
                st.header(other.title)
                st.markdown(other.says)
                body(other, state.choice, state.reading, state.ask)
    except marts.NoMartsError as error:
        st.error(str(error), icon=":material/info:")


def chosen(page: Page, values: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The slicers in the sidebar; each stands in the address, so that a view can be shared."""
    result = {}
    slicers = page_slicers(page, all_pages())
    with st.sidebar:
        for slicer in all_pages().slicers:
            if slicer.field == page.drill_through:
                name = st.selectbox(
                    f"{slicer.name} of this page",
                    values[slicer.name],
                    key=f"{address_name(slicer.name)}_of_the_page",
                    bind="query-params",
                    persist_state="session",
                )
                result[slicer.name] = (name,)
                continue
            if slicer not in slicers:
                continue
            first = [value for value in slicer.starts_with if value in values[slicer.name]]
            result[slicer.name] = tuple(
                st.multiselect(
                    slicer.name,
                    values[slicer.name],
                    default=first,
                    placeholder="All",
                    # what somebody types and confirms is one value, not all that are like it
                    filter_mode="prefix",
                    select_all=False,
                    key=address_name(slicer.name),
                    bind="query-params",
                    persist_state="session",
                )
            )
        if not slicers:
            st.caption("This page shows the whole hospital and all of the data.")
    return result


def notes(build: marts.Build, reading: Reading) -> None:
    """How old the figures are, and what the reader must know of them."""
    smallest = int(reading.variables["smallest_cell"])
    age = datetime.now() - build.built_at
    st.caption(
        f"Marts built {build.built_at:%d %B %Y, %H:%M}, with data to "
        f"{reading.calendar[-1].day:%d %B %Y}. Counts of 1 to {smallest - 1}, and figures that "
        "rest on them, are hidden; subtracting can still tell some."
    )
    if age > marts.STALE_AFTER:
        st.warning(
            f"These figures are {age.days} days old: the last build that went through is of "
            f"{build.built_at:%d %B %Y}.",
            icon=":material/schedule:",
        )
    if TARGET == "duckdb" and marts.is_building():
        st.info("A build is under way: these are the figures of the one before.")


def body(page: Page, choice: Choice, reading: Reading, ask: Ask) -> None:
    """The visuals of a page, sliders first: what they change depends on them."""
    places: dict[str, st.delta_generator.DeltaGenerator] = {}
    place(rows_of(page.visuals), st.container(), places)
    parameters = {
        visual.parameter: slider(visual, places[visual.title], reading)
        for visual in page.visuals
        if visual.kind == "slider"
    }
    found = figures_of(page, page.visuals, Choice(choice.chosen, parameters), reading, ask)
    for visual in page.visuals:
        if visual.title in found:
            with places[visual.title]:
                show_visual(page, found[visual.title], reading)


def place(rows: Sequence[Row | Visual], parent, places: dict) -> None:
    """A container for each visual, side by side where the page has them so."""
    for row in rows:
        if isinstance(row, Visual):
            places[row.title] = parent.container(border=True)
            continue
        columns = parent.columns([width for width, _ in row])
        for column, (_, inner) in zip(columns, row, strict=True):
            place(inner, column, places)


def slider(visual: Visual, container, reading: Reading) -> float:
    """A what-if slider, in per cent; the figure that measures take."""
    parameter = catalogue()[visual.parameter]
    default = float(reading.variables[parameter.variable])
    return (
        container.slider(
            visual.title,
            min_value=0,
            max_value=round(100 * parameter.highest),
            value=round(100 * default),
            format="%d%%",
            key=address_name(visual.parameter),
            help=" ".join(parameter.description.split()),
            bind="query-params",
            persist_state="session",
        )
        / 100
    )


def show_visual(page: Page, figures: Figures, reading: Reading) -> None:
    """Title with definitions, the visual itself, how many it rests on, its figures as CSV."""
    visual = figures.visual
    smallest = int(reading.variables["smallest_cell"])
    st.subheader(visual.title, help=definitions(visual), anchor=False)
    if visual.kind == "cards":
        show_cards(cards_of(figures, smallest), is_row=visual.at[2] > 3)
    elif visual.kind in ("table", "matrix"):
        st.html(table_html(figures, int(reading.variables["fewest_returned_surveys"])))
    elif visual.small_multiples:
        show_multiples(figures)
    else:
        st.vega_lite_chart(specification(figures), theme=None, alt=visual.alt)
    counts = [count_in_words(name, figures.counts.get(name), smallest) for name in rests_on(visual)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if counts and visual.kind != "cards":
            st.caption(f"n = {', '.join(counts)}")
        if figures.too_few:
            st.caption(f"No data, or too few to show: {plain(', '.join(figures.too_few))}.")
        st.download_button(
            "CSV",
            figures.csv,
            file_name=f"{page.name}-{address_name(visual.title)}.csv",
            mime="text/csv",
            key=f"csv {page.name} {visual.title}",
            help=f"The figures of “{visual.title}” for this choice",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )


def plain(text: str) -> str:
    """What a hospital wrote, as it stands: no Markdown, no picture from elsewhere."""
    return re.sub(r"([^\w\s,])", r"\\\1", text)


def definitions(visual: Visual) -> str:
    """What each measure of a visual is."""
    return "\n\n".join(
        f"**{name}**: {' '.join(catalogue()[name].description.split())}"
        for name in visual.measures()
    )


def show_cards(cards: Sequence[Card], is_row: bool) -> None:
    """Headline figures beside each other, or below each other in a narrow place."""
    places: list = []
    while len(places) < len(cards):
        count = min(MOST_IN_A_ROW, len(cards) - len(places)) if is_row else 1
        # places of one width, however many stand in the last row
        places += st.columns(min(MOST_IN_A_ROW, len(cards)) if is_row else 1)[:count]
    for card, where in zip(cards, places, strict=True):
        first = card.changes[0] if card.changes else None
        where.metric(
            card.name,
            card.value,
            delta=first.text if first else None,
            delta_arrow={"up": "up", "down": "down", "none": "off", None: "off"}[
                first.direction if first else None
            ],
            delta_color={True: "blue", False: "orange", None: "gray"}[
                first.is_better if first else None
            ],
            delta_description=first.against if first else None,
            help=card.definition,
        )
        lines = [f"{change.text} {change.against}" for change in card.changes[1:]]
        lines += [card.rests_on] if card.rests_on else []
        if lines:
            where.caption("  \n".join(lines))


def show_multiples(figures: Figures) -> None:
    """A chart for each value, two beside each other; without enough to draw, only its name."""
    multiples, without = multiples_of(figures)
    columns = st.columns(2)
    for number, multiple in enumerate(multiples):
        with columns[number % 2]:
            st.markdown(f"**{plain(multiple.value)}**, {multiple.words}")
            st.vega_lite_chart(
                specification(multiple.figures, height=150),
                theme=None,
                alt=f"{figures.visual.alt} {multiple.value}: {multiple.words}.",
            )
    if without or not multiples:
        st.caption(f"Too few a month for a control chart: {plain(', '.join(without)) or 'all'}.")


main()
