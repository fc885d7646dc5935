"""What is behind the pages: choices, layout, words, files."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pandas as pd
import pytest

from dashboard.cards import cards_of
from dashboard.charts import specification
from dashboard.choice import Choice, Day, Reading
from dashboard.figures import Figures, not_followed
from dashboard.layout import rows_of
from dashboard.multiples import multiples_of
from dashboard.tables import table_html
from measures.catalogue import catalogue
from measures.formats import FORMS, text
from measures.pages import Page, Visual, all_pages
from measures.selection import Selection

PAGES = {page.name: page for page in all_pages().pages}
VISUALS = [(page.name, visual) for page in PAGES.values() for visual in page.visuals]
SEEDS = {
    "finding_departments": [
        {"finding_id": "F7", "department_name": "ER"},
        {"finding_id": "F7", "department_name": "Oncology"},
    ],
    "finding_months": [{"finding_id": "F3", "month_number": "2"}],
}


def calendar() -> list[Day]:
    """Two years, the second of which is the last twelve months."""
    first = date(2023, 1, 1)
    days = [first + timedelta(days=i) for i in range(731)]
    return [
        Day(
            day,
            {
                "rolling_year": "Last 12 months" if day.year == 2024 else "12 months before",
                "year_month_name": f"{day:%b %Y}",
            },
        )
        for day in days
    ]


@pytest.fixture
def reading() -> Reading:
    variables = {"finding_shift_date": "2024-08-01", "smallest_cell": 11}
    return Reading(all_pages().slicers, calendar(), date(2024, 12, 30), SEEDS, variables)


def visual(**fields) -> Visual:
    given = {"title": "t", "alt": "a", "kind": "table", "at": (0, 0, 12, 12), **fields}
    return Visual.model_validate(given)


def page(**fields) -> Page:
    return Page(name="p", title="P", says="s", visuals=[], **fields)


@pytest.mark.parametrize(
    ("chosen", "fields", "expected"),
    [
        ({}, {}, Selection()),
        # days that follow each other are a period
        (
            {"Period": ("Last 12 months",)},
            {},
            Selection(date(2024, 1, 1), date(2024, 12, 31)),
        ),
        ({"Period": ("12 months before", "Last 12 months")}, {}, Selection()),
        ({"Month": ("Feb 2024", "Mar 2024")}, {}, Selection(date(2024, 2, 1), date(2024, 3, 31))),
        # others are months, which have no period before them
        (
            {"Month": ("Feb 2024", "Jul 2024")},
            {},
            Selection(chosen={"dim_date.year_month_name": ("Feb 2024", "Jul 2024")}),
        ),
        # no day at all
        (
            {"Period": ("Last 12 months",), "Month": ("Feb 2023",)},
            {},
            Selection(chosen={"dim_date.year_month_name": ()}),
        ),
        ({"Period": ("Last 12 months",)}, {"ignores": ["Period"]}, Selection()),
        (
            {"Department": ("ER",)},
            {},
            Selection(chosen={"dim_department.department_name": ("ER",)}),
        ),
        # a filter of the visual and a slicer of the page both hold
        (
            {"Department": ("ER", "Surgery")},
            {"filters": {"dim_department.department_name": "F7"}},
            Selection(chosen={"dim_department.department_name": ("ER",)}),
        ),
        (
            {},
            {"filters": {"dim_date.month_number": "F3"}},
            Selection(chosen={"dim_date.month_number": (2,)}),
        ),
        ({}, {"since": "finding_shift_date"}, Selection(date(2024, 8, 1), date(2024, 12, 31))),
    ],
)  # fmt: skip
def test_what_a_choice_selects(reading, chosen, fields, expected):
    assert reading.selection(page(), visual(**fields), Choice(chosen)) == expected


def test_a_page_of_the_whole_hospital_follows_no_slicer(reading):
    chosen = Choice({"Department": ("ER",), "Period": ("Last 12 months",)})
    assert reading.selection(page(whole_hospital=True), visual(), chosen) == Selection()


@pytest.mark.parametrize("name", PAGES)
def test_every_visual_has_a_place_once_and_no_row_is_crowded(name):
    def seen(rows: list, depth: int = 0) -> list[str]:
        found = []
        for row in rows:
            if isinstance(row, Visual):
                found.append(row.title)
            else:
                assert 2 <= len(row) <= 3
                for width, stack in row:
                    assert 0 < width <= 12
                    found += seen(stack, depth + 1)
        return found

    titles = seen(rows_of(PAGES[name].visuals))
    assert sorted(titles) == sorted(v.title for v in PAGES[name].visuals)


def test_visuals_that_overlap_are_an_error():
    two = [visual(title="one", at=(0, 0, 6, 6)), visual(title="two", at=(3, 3, 6, 6))]
    with pytest.raises(ValueError, match="overlaps"):
        rows_of(two)


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("count", 8413.0, "8,413"),
        ("rate", 0.14271, "14.3%"),
        ("money", 1234567.8, "$1,234,568"),
        ("points", 2.96, "+3.0 points"),
        ("points", -0.04, "0.0 points"),
        ("change", -0.25, "-25.0%"),
        ("change", 0.0, "0.0%"),
        ("change_hundredths", 0.004, "0.00"),
        ("change_tenths", -0.26, "-0.3"),
        ("yes_no", 1.0, "Yes"),
        ("yes_no", 0.0, "No"),
        ("rate", None, "–"),
    ],
)
def test_a_figure_in_words(form, value, expected):
    assert text(form, value) == expected


def test_every_format_has_words():
    formats = {measure.format for measure in catalogue().values()}
    assert formats <= set(FORMS)


def cards(row: dict, names: list[str], counts: dict | None = None):
    shown = visual(kind="cards", values=names)
    return cards_of(Figures(shown, pd.DataFrame([row]), counts or {}), smallest_cell=11)


def test_a_card_says_whether_a_change_is_good():
    name = "30-day readmission rate"
    change = f"{name} vs. prior period"
    (card,) = cards(
        {name: 0.143, change: 3.0}, [name, change], {"Index admissions (30-day)": 1381.0}
    )
    assert (card.value, card.notes) == ("14.3%", ("1,381 index admissions (30-day)",))
    assert [(c.text, c.against, c.direction, c.is_better) for c in card.changes] == [
        ("+3.0 points", "vs. prior period (worse)", "up", False)
    ]
    (card,) = cards({name: 0.143, change: 0.01}, [name, change])
    assert [(c.direction, c.is_better) for c in card.changes] == [("none", None)]
    (card,) = cards({"Encounters": 20, "Encounters vs. prior period": -0.5}, [
        "Encounters", "Encounters vs. prior period",
    ])  # fmt: skip
    assert [(c.direction, c.is_better) for c in card.changes] == [("down", None)]


def test_a_card_of_few_says_so():
    (card,) = cards({"Denial rate": None}, ["Denial rate"], {"Adjudicated claims": None})
    assert (card.value, card.notes) == ("–", ("fewer than 11 adjudicated claims, or none",))
    (card,) = cards({"Denial rate": None}, ["Denial rate"], {"Adjudicated claims": 300.0})
    assert card.notes == ("300 adjudicated claims", "numerator or remainder too small to show")
    (card,) = cards({"Encounters": None}, ["Encounters"])
    assert (card.value, card.notes) == ("–", ("fewer than 11",))


def test_a_year_is_compared_once_where_the_period_before_is_the_year_before():
    name = "30-day readmission rate"
    names = [name, f"{name} vs. prior period", f"{name} vs. prior year"]
    (card,) = cards(dict(zip(names, (0.143, 3.0, 3.0), strict=True)), names)
    assert len(card.changes) == 1
    (card,) = cards(dict(zip(names, (0.143, 3.0, -1.0), strict=True)), names)
    assert [c.is_better for c in card.changes] == [False, True]


def test_what_a_figure_does_not_follow_is_said(reading):
    chosen = Choice({"Department": ("ER",), "Payer": ("Private",), "Period": ("Last 12 months",)})
    shown = visual(kind="cards", values=["Encounters per day", "Occupancy"])
    assert not_followed(page(), shown, chosen, reading) == {
        "Encounters per day": [],
        "Occupancy": ["Payer"],
    }
    assert not_followed(page(), shown, Choice({"Department": ("ER",)}), reading) == {}
    assert not_followed(page(whole_hospital=True), shown, chosen, reading) == {}
    table = visual(values=["dim_department.department_name", "Encounters", "Occupancy"])
    rows = pd.DataFrame({field: [] for field in table.values})
    limits = not_followed(
        page(), table.model_copy(update={"ignores": ("Period",)}), chosen, reading
    )
    figures = Figures(table, rows, {}, (), limits)
    assert figures.limits() == ["Not filtered by: Period", "Occupancy is not filtered by: Payer"]


def test_a_choice_in_words_has_its_days(reading):
    chosen = Choice({"Period": ("Last 12 months",), "Department": ("ER", "Surgery")})
    assert reading.in_words(page(), chosen) == (
        "January 1, 2024 to December 31, 2024. Period: Last 12 months; Month: all; "
        "Department: ER, Surgery; Age group: all; Payer: all"
    )


def test_of_many_lines_the_largest_are_drawn_and_all_are_in_the_csv():
    shown = visual(
        kind="line",
        x="dim_date.year_month_name",
        y=["Encounters per day"],
        series="dim_department.department_name",
    )
    names = [f"Ward {number:02}" for number in range(30)]
    rows = pd.DataFrame(
        {
            "dim_date.year_month_name": ["Jan 2024"] * 30,
            "dim_date.year_month_sort": [202401] * 30,
            "dim_department.department_name": names,
            "Encounters per day": range(30),
        }
    )
    figures = Figures(shown, rows, {})
    made = specification(figures, is_checked=True)
    assert len(made["data"]["values"]) == 10
    assert figures.limits() == ["The 10 largest are shown; all are in the CSV"]
    assert figures.csv().count("Ward") == 30


def test_a_csv_holds_no_formula():
    shown = visual(values=["dim_department.department_name", "Overall rating"])
    rows = pd.DataFrame(
        {"dim_department.department_name": ["=1+1", "A-1"], "Overall rating": [-8.0, 8.0]}
    )
    assert Figures(shown, rows, {}).csv().splitlines()[1:] == ["'=1+1,-8.0", "A-1,8.0"]


def test_a_table_is_text_and_escapes_what_a_hospital_wrote():
    shown = visual(
        values=["dim_department.department_name", "Overall rating responses", "Overall rating"],
        gray_if_few="Overall rating responses",
    )
    rows = pd.DataFrame(
        {
            "dim_department.department_name": ["<b>A&E</b>", "ER"],
            "Overall rating responses": [12, 300],
            "Overall rating": [8.0, None],
        }
    )
    html = table_html(Figures(shown, rows, {}), fewest=25)
    assert "&lt;b&gt;A&amp;E&lt;/b&gt;" in html
    assert html.count('<tr class="few">') == 1
    assert '<td class="number">–</td>' in html
    assert 'tabindex="0"' in html


def test_of_many_values_without_a_figure_the_first_are_named():
    months = [f"month {number}" for number in range(1, 11)]
    few = Figures(visual(), pd.DataFrame(), {}, too_few=months[:2])
    many = Figures(visual(), pd.DataFrame(), {}, too_few=months)
    assert few.unseen() == "month 1, month 2"
    assert many.unseen().startswith("month 1, month 2, ")
    assert many.unseen().endswith("month 8 and 2 more")


def test_what_begins_rows_in_the_same_way_is_said_once():
    texts = ["rpt_findings.finding_id", "rpt_findings.statement", "rpt_findings.unit"]
    shown = visual(values=[*texts, "Measured value"])
    rows = pd.DataFrame(
        {
            "rpt_findings.finding_id": ["F1", "F1", "F2"],
            # the same statement of another finding is said again
            "rpt_findings.statement": ["Same", "Same", "Same"],
            "rpt_findings.unit": ["count", "ratio", "ratio"],
            "Measured value": [2.0, 2.0, 2.0],
        }
    )
    html = table_html(Figures(shown, rows, {}), fewest=25)
    cells = re.findall(r"<td([^>]*)>([^<]*)</td>", html)
    assert cells == [
        (' rowspan="2"', "F1"),
        (' rowspan="2"', "Same"),
        ("", "count"),
        (' class="number"', "2"),
        ("", "ratio"),
        (' class="number"', "2.00"),
        ("", "F2"),
        ("", "Same"),
        ("", "ratio"),
        (' class="number"', "2.00"),
    ]


def test_a_control_chart_shows_limits_and_signals():
    (shown,) = (
        v for name, v in VISUALS if name == "readmissions" and v.small_multiples is not None
    )
    rows = pd.DataFrame(
        {
            "dim_date.year_month_name": ["Jan 2024", "Feb 2024"] * 2,
            "dim_date.year_month_sort": [202401, 202402] * 2,
            "dim_department.department_name": ["ER", "ER", "Surgery", "Surgery"],
            "Control chart: value": [0.2, 0.4, None, None],
            "Control chart: center line": [0.25, 0.25, None, None],
            "Control chart: lower limit": [0.1, 0.1, None, None],
            "Control chart: upper limit": [0.35, 0.35, None, None],
            "Special-cause signals": [0, 1, 0, 0],
            "Index admissions (30-day)": [90, 80, None, None],
        }
    )
    multiples, without = multiples_of(Figures(shown, rows, {}))
    assert [(m.value, m.words) for m in multiples] == [("ER", "1 month with a signal")]
    assert without == ["Surgery"]
    made = specification(multiples[0].figures, is_checked=True)
    assert json.dumps(made).count('"data":') == 1
    assert "datasets" not in made
    layers = made["layer"]
    dashed = [layer for layer in layers if layer["mark"].get("strokeDash") == [5, 4]]
    assert len(dashed) == 2
    assert [layer["mark"]["shape"] for layer in layers if "shape" in layer["mark"]] == ["diamond"]
