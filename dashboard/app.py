"""The pages in the browser: the script that Streamlit runs for each reader and each change."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import pandas as pd
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from dashboard import marts
from dashboard.cards import Card, Direction, cards_of, count_in_words
from dashboard.charts import specification
from dashboard.choice import Choice, Reading, address_name, day_in_words, time_in_words
from dashboard.figures import Figures, default_of, figures_of, given, rests_on
from dashboard.layout import Row, rows_of, sections_of
from dashboard.marts import Marts
from dashboard.multiples import WITHOUT_CHART, multiples_of
from dashboard.tables import table_html
from measures.catalogue import catalogue
from measures.pages import Page, Slicer, Visual, all_pages, page_slicers
from measures.selection import Selection
from measures.theme import SERIES

TARGET = os.environ.get("EMR_DASHBOARD_TARGET", "duckdb")
# An answer is kept until the next build, and so many of them.
MOST_ANSWERS = 2_000
ARROWS: Mapping[Direction, Literal["up", "down", "off"]] = {
    "up": "up",
    "down": "down",
    "none": "off",
}
# Of a change by whether it is good.
COLORS: Mapping[bool | None, Literal["blue", "orange", "gray"]] = {
    True: "blue",
    False: "orange",
    None: "gray",
}
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
def _reading(build: str) -> tuple[Reading, dict[str, list[str]]]:
    del build
    with Marts(TARGET) as asked:
        return marts.reading(asked)


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
            partial(show, page, state), title=page.title, url_path=page.name, default=not number
        )
        for number, page in enumerate(places.values())
    ]
    current = st.navigation(pages)
    page = places.get(current.url_path, next(iter(places.values())))
    try:
        build = marts.published(TARGET)
        reading, values = _reading(build.identity)
        state.answered = Answered(build, reading, *chosen(page, values))
    except marts.NoMartsError as error:
        state.complaint = str(error)
    current.run()


@dataclass(frozen=True)
class Answered:
    """What a page needs to know of marts that answer.

    Attributes:
        build: whose marts they are.
        reading: what selections are made from.
        choice: of the slicers.
        unknown: what the URL asks for and the marts do not have, in words.
    """

    build: marts.Build
    reading: Reading
    choice: Choice
    unknown: Sequence[str]


@dataclass
class State:
    """What the marts answered, or why they do not."""

    answered: Answered | None = None
    complaint: str = ""


def show(page: Page, state: State) -> None:
    """One page: title, choice, state of the marts, and its visuals."""
    answered, about = state.answered, ""
    if page.drill_through and answered:
        (slicer,) = (s for s in all_pages().slicers if s.field == page.drill_through)
        about = f": {', '.join(answered.choice.chosen[slicer.name])}"
    st.title(f"{page.title}{plain(about)}")
    st.markdown(page.says)
    if answered is None:
        st.error(plain(state.complaint), icon=":material/info:")
        return
    notes(page, answered)
    sections = sections_of(page)
    drawn = [
        open_section(section, bool(number), answered.reading)
        for number, section in enumerate(sections)
    ]
    try:
        # everything is asked before anything is drawn, so that the marts are held for a moment
        with Marts(TARGET) as asked:
            ask = partial(_answer, answered.build.identity, asked)
            found = [
                figures_of(
                    section,
                    section.visuals,
                    Choice(answered.choice.chosen, parameters),
                    answered.reading,
                    ask,
                )
                for section, (_, parameters) in zip(sections, drawn, strict=True)
            ]
        if marts.published(TARGET).identity != answered.build.identity:
            # a build was published in this moment: a page is of one build
            st.rerun()
    except marts.NoMartsError as error:
        st.error(plain(str(error)), icon=":material/info:")
        return
    for section, (places, _), figures in zip(sections, drawn, found, strict=True):
        for title, one in figures.items():
            with places[title]:
                show_visual(section, one, answered)


def chosen(page: Page, values: dict[str, list[str]]) -> tuple[Choice, list[str]]:
    """The slicers in the sidebar; each stands in the address, so that a view can be shared.

    Returns:
        The choice, and what the address asks for and the marts do not have.
    """
    result: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    slicers = page_slicers(page, all_pages())

    def asked_in_address(key: str, slicer: Slicer) -> list[str]:
        asked = [value for value in st.query_params.get_all(key) if value]
        missing = [value for value in asked if value not in values[slicer.name]]
        unknown.extend(f"{slicer.name} “{value}”" for value in missing)
        return asked

    with st.sidebar:
        for slicer in all_pages().slicers:
            key = address_name(slicer.name)
            if slicer.field == page.drill_through:
                of_the_page = f"{key}_of_the_page"
                is_asked = asked_in_address(of_the_page, slicer)
                elsewhere = st.session_state.get(key, [])
                if len(elsewhere) == 1 and not is_asked:
                    # the one that the reader looked at on the other pages
                    st.session_state.setdefault(of_the_page, elsewhere[0])
                name = st.selectbox(
                    f"{slicer.name} of this page",
                    values[slicer.name],
                    key=of_the_page,
                    bind="query-params",
                )
                result[slicer.name] = (name,)
            elif slicer in slicers:
                asked_in_address(key, slicer)
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
                        key=key,
                        bind="query-params",
                        persist_state="session",
                    )
                )
    return Choice(result), unknown


def notes(page: Page, answered: Answered) -> None:
    """What is chosen, how old the figures are, and what the reader must know of them."""
    build, reading = answered.build, answered.reading
    st.markdown(f"**{plain(reading.in_words(page, answered.choice))}**")
    smallest = int(reading.variables["smallest_cell"])
    st.caption(
        f"Data through {day_in_words(reading.last_day)}, "
        f"marts built {time_in_words(build.built_at)}. "
        f"Counts of 1 to {smallest - 1}, and measures with such denominators, are hidden; some can "
        "still be found by subtraction."
    )
    if answered.unknown:
        asked = plain(", ".join(answered.unknown))
        st.warning(
            f"The URL asks for {asked}, which is not in these marts.",
            icon=":material/link_off:",
        )
    age = datetime.now() - build.built_at
    if age > marts.STALE_AFTER:
        st.warning(
            f"The last successful build is {age.total_seconds() / 3600:,.0f} hours old "
            f"({day_in_words(build.built_at)}).",
            icon=":material/schedule:",
        )
    if TARGET == "duckdb" and marts.is_building():
        st.info("A build is in progress: these figures are from the previous one.")


def open_section(
    page: Page, has_heading: bool, reading: Reading
) -> tuple[dict[str, DeltaGenerator], dict[str, float]]:
    """The places of a page's visuals by title, and the values of its sliders by parameter."""
    if has_heading:
        st.header(page.title)
        st.markdown(page.says)
    places: dict[str, DeltaGenerator] = {}
    place(rows_of(page.visuals), st.container(), places)
    parameters = {
        given(visual.parameter): slider(visual, places[visual.title], reading)
        for visual in page.visuals
        if visual.kind == "slider"
    }
    return places, parameters


def place(
    rows: Sequence[Row | Visual], parent: DeltaGenerator, places: dict[str, DeltaGenerator]
) -> None:
    """A container for each visual, side by side where the page has them so."""
    for row in rows:
        if isinstance(row, Visual):
            places[row.title] = parent.container(border=True)
            continue
        columns = parent.columns([width for width, _ in row])
        for column, (_, inner) in zip(columns, row, strict=True):
            place(inner, column, places)


def slider(visual: Visual, container: DeltaGenerator, reading: Reading) -> float:
    """A what-if slider, in per cent; the figure that measures take."""
    name = given(visual.parameter)
    parameter = catalogue()[name]
    if parameter.highest is None:
        raise ValueError(f"{name} is not a parameter")
    percent = container.slider(
        visual.title,
        min_value=0,
        max_value=round(100 * parameter.highest),
        value=round(100 * default_of(visual, reading)),
        format="%d%%",
        key=address_name(name),
        help=parameter.says,
        bind="query-params",
        persist_state="session",
    )
    return percent / 100


def show_visual(page: Page, figures: Figures, answered: Answered) -> None:
    """Title with definitions, the visual itself, its denominators, its figures as CSV."""
    visual, reading = figures.visual, answered.reading
    smallest = int(reading.variables["smallest_cell"])
    st.subheader(visual.title, help=definitions(visual), anchor=False)
    if visual.kind == "cards":
        show_cards(cards_of(figures, smallest), most_in_a_row=max(visual.at[2] // 3, 1))
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
            st.caption(f"No data, or too few to show: {plain(figures.unseen())}.")
        for limit in figures.limits():
            st.caption(limit)
        st.download_button(
            "CSV",
            # with the mark by which spreadsheets know letters such as é
            lambda: figures.csv().encode("utf-8-sig"),
            file_name=file_name(page, visual, answered),
            mime="text/csv",
            key=f"csv {page.name} {visual.title}",
            help=f"The figures of “{visual.title}” for this selection",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )


def file_name(page: Page, visual: Visual, answered: Answered) -> str:
    """A name that tells the figures, the choice and the last day of the data."""
    values = [value for values in answered.choice.chosen.values() for value in values]
    words = "-".join(address_name(word) for word in [page.name, visual.title, *values])
    return f"{words[:120]}-{answered.reading.last_day:%Y-%m-%d}.csv"


def plain(text: str) -> str:
    """What a hospital wrote, as it stands: no Markdown, no picture from elsewhere."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def definitions(visual: Visual) -> str:
    """What each measure of a visual is."""
    return "\n\n".join(f"**{name}**: {catalogue()[name].says}" for name in visual.measures())


def show_cards(cards: Sequence[Card], most_in_a_row: int) -> None:
    """Headline figures beside each other, as many as have room."""
    places: list[DeltaGenerator] = []
    while len(places) < len(cards):
        # places of one width, however many stand in the last row
        places += st.columns(min(most_in_a_row, len(cards)))
    for card, where in zip(cards, places, strict=False):
        first = card.changes[0] if card.changes else None
        where.metric(
            card.name,
            card.value,
            delta=first.text if first else None,
            delta_arrow=ARROWS[first.direction if first else "none"],
            delta_color=COLORS[first.is_better if first else None],
            delta_description=first.against if first else None,
            help=card.definition,
        )
        lines = [f"{change.text} {change.against}" for change in card.changes[1:]]
        lines += card.notes
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
        st.caption(f"{WITHOUT_CHART}: {plain(', '.join(without)) or 'all'}.")


main()
