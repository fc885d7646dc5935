"""What is behind the pages: choices, layout, words, files, sentences where marts do not answer."""

from __future__ import annotations

import json
import os
import re
import time
from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest

from dashboard import marts
from dashboard.cards import cards_of
from dashboard.charts import specification
from dashboard.choice import Choice, Day, Reading
from dashboard.figures import Figures, figures_of, not_followed, split_by
from dashboard.layout import rows_of
from dashboard.multiples import multiples_of
from dashboard.snapshot import write_snapshot
from dashboard.tables import table_html
from emr.project import UserError
from measures.catalogue import catalogue
from measures.formats import FORMS, text
from measures.pages import Page, Visual, all_pages
from measures.query import Selection

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


# --- the demo -------------------------------------------------------------------------------------


@pytest.fixture
def of_the_demo(demo_warehouse, monkeypatch) -> Reading:
    monkeypatch.setenv("EMR_WAREHOUSE", str(demo_warehouse))
    with marts.Marts("duckdb") as asked:
        return marts.reading(asked)[0]


def ask(names, selection, by) -> pd.DataFrame:
    with marts.Marts("duckdb") as asked:
        return marts.answer(asked, names, selection, by)


@pytest.mark.parametrize("name", PAGES)
def test_every_visual_of_the_demo_has_figures_and_a_chart(of_the_demo, name):
    chosen = Choice({"Period": ("Last 12 months",)})
    if PAGES[name].drill_through:
        chosen = Choice({"Department": ("ER",)})
    found = figures_of(PAGES[name], PAGES[name].visuals, chosen, of_the_demo, ask)
    for title, figures in found.items():
        assert len(figures.rows), title
        assert not figures.rows.duplicated(split_by(figures.visual) or None).any(), title
        assert figures.csv().count("\n") == len(figures.rows) + 1, title
        if figures.visual.kind in ("bar", "column", "line", "scatter"):
            values = specification(figures, is_checked=True)["data"]["values"]
            assert len(values) > 1 or figures.visual.kind == "scatter", title


PER_GROUP = [
    (
        "operations",
        "Occupancy by department",
        "select departments.department_name, sum(facts.midnight_census) / sum(facts.staffed_beds) "
        "from marts.fct_daily_census as facts inner join marts.dim_date using (date_key) "
        "inner join marts.dim_department as departments using (department_key) "
        "where facts.staffed_beds > 0 and rolling_year = 'Last 12 months' group by 1",
    ),
    (
        "executive-summary",
        "Encounters per day by month",
        "select year_month_name, count(*) / count(distinct date_key) from marts.fct_encounters "
        "inner join marts.dim_date on arrival_date_key = date_key group by 1",
    ),
    (
        "revenue-and-coverage",
        "Net revenue per patient by department and age group",
        "select department_name || age_group, sum(net_revenue_amount) / count(distinct patient_key)"
        " from marts.fct_encounters inner join marts.dim_date on arrival_date_key = date_key "
        "inner join marts.dim_department using (department_key) "
        "inner join marts.dim_age_group using (age_group_key) "
        "where rolling_year = 'Last 12 months' group by 1",
    ),
]


@pytest.mark.parametrize(("name", "title", "sql"), PER_GROUP, ids=[row[1] for row in PER_GROUP])
def test_a_chart_draws_what_a_query_gives(of_the_demo, demo, name, title, sql):
    chosen = Choice({"Period": ("Last 12 months",)})
    figures = figures_of(PAGES[name], PAGES[name].visuals, chosen, of_the_demo, ask)[title]
    made = specification(figures)
    encoding = made.get("layer", [made])[0]["encoding"]
    # bars lie: their length is along x
    group, value = ("y", "x") if figures.visual.kind == "bar" else ("x", "y")
    fields = [encoding[group]["field"]]
    fields += [encoding["color"]["field"]] if "color" in encoding else []
    drawn = {
        "".join(row[field] for field in fields): row[encoding[value]["field"]]
        for row in made["data"]["values"]
    }
    expected = dict(demo.execute(sql).fetchall())
    assert len(drawn) > 5
    assert drawn == {group: pytest.approx(expected[group]) for group in drawn}
    if len(fields) == 1:
        assert drawn.keys() == expected.keys()
    if name == "operations":
        assert encoding[group]["sort"] == sorted(drawn, key=drawn.get, reverse=True)


def test_control_charts_of_the_demo_have_limits(of_the_demo):
    """Otherwise nobody would see one."""
    one = PAGES["operations"]
    chosen = Choice({"Period": ("Last 12 months",)})
    (shown,) = (v for v in one.visuals if v.small_multiples)
    multiples, _ = multiples_of(figures_of(one, [shown], chosen, of_the_demo, ask)[shown.title])
    assert len(multiples) > 5
    assert any("with a signal" in multiple.words for multiple in multiples)
    for multiple in multiples:
        assert multiple.figures.rows["Control chart: upper limit"].notna().sum() > 20


def test_a_point_that_lacks_one_of_its_figures_is_named(of_the_demo):
    one = PAGES["departments-and-satisfaction"]
    (shown,) = (v for v in one.visuals if v.kind == "scatter")
    chosen = Choice({"Period": ("Last 12 months",)})
    figures = figures_of(one, [shown], chosen, of_the_demo, ask)[shown.title]
    drawn = figures.rows.dropna(subset=["Overall rating", "30-day readmission rate"])
    names = "dim_department.department_name"
    assert not set(figures.too_few) & set(drawn[names])
    lacking = set(figures.rows[names]) - set(drawn[names])
    assert len(lacking) > 1
    assert lacking <= set(figures.too_few)


def test_asking_together_gives_what_asking_alone_gives(of_the_demo):
    one = PAGES["readmissions"]
    whole = figures_of(one, one.visuals, Choice(), of_the_demo, ask)
    for shown in one.visuals:
        alone = figures_of(one, [shown], Choice(), of_the_demo, ask)
        assert whole[shown.title].csv() == alone[shown.title].csv()


@pytest.mark.usefixtures("of_the_demo")
def test_a_snapshot_is_one_file_with_the_figures_of_the_choice(demo, tmp_path):
    path = tmp_path / "report.html"
    size = write_snapshot("duckdb", path, {"Department": ["ER"]})
    html = path.read_text(encoding="utf-8")
    assert size == len(html.encode("utf-8")) < 3_000_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    outside = {url for url in re.findall(r"https?://[^\"' <)]+", html) if "www.w3.org" not in url}
    assert not outside
    assert "<script" not in html
    assert "Department: ER;" in html
    for name, one in PAGES.items():
        assert (f'<section id="{name}"' in html) == (one.drill_through is None)
    encounters = demo.execute(
        "select count(*) from marts.fct_encounters "
        "inner join marts.dim_date on arrival_date_key = date_key "
        "inner join marts.dim_department using (department_key) "
        "where rolling_year = 'Last 12 months' and department_name = 'ER'"
    ).fetchall()[0][0]
    assert f"{encounters:,}" in html
    charts = [v for n, v in VISUALS if PAGES[n].drill_through is None and v.kind == "line"]
    assert html.count("<svg") >= len(charts)
    with pytest.raises(UserError, match="Department has no value Ward 9: choose"):
        write_snapshot("duckdb", path, {"Department": ["Ward 9"]})
    with pytest.raises(UserError, match="There is no slicer Ward"):
        write_snapshot("duckdb", path, {"Ward": ["9"]})


# --- marts that do not answer ---------------------------------------------------------------------


def test_marts_that_are_not_there_are_said_to_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("EMR_WAREHOUSE", str(tmp_path / "emr.duckdb"))
    with pytest.raises(marts.NoMartsError, match=r"There are no marts yet .*: run `make build`"):
        marts.published("duckdb")
    (tmp_path / "building").mkdir()
    (tmp_path / "building" / "emr.duckdb").touch()
    with pytest.raises(marts.NoMartsError, match="The first build is in progress"):
        marts.published("duckdb")


def test_marts_of_another_version_are_said_to_be_old(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_date (date_key int)")
    with (
        marts.Marts("duckdb") as asked,
        pytest.raises(marts.NoMartsError, match="older than this dashboard"),
    ):
        marts.calendar(asked, all_pages().slicers)


def test_a_warehouse_without_encounters_is_one_sentence(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        columns = "date_key int, rolling_year varchar, year_month_name varchar"
        connection.execute(f"create table marts.dim_date ({columns})")
        connection.execute("create table marts.fct_encounters (arrival_date_key int)")
    with (
        marts.Marts("duckdb") as asked,
        pytest.raises(marts.NoMartsError, match="The marts hold no encounters"),
    ):
        marts.reading(asked)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "SQL Server returned an error: Invalid object name 'marts.dim_date'.",
            "older than this dashboard",
        ),
        (
            "SQL Server returned an error: Lock request time out period exceeded.",
            "written or replaced",
        ),
        (
            "SQL Server returned an error: Login failed for user 'emr_bi'.",
            "cannot be read: SQL Server returned",
        ),
    ],
)
def test_what_sql_server_says_is_one_sentence(monkeypatch, message, sentence):
    def reject(_target: str):
        raise UserError(message)

    monkeypatch.setattr(marts, "open_marts", reject)
    with marts.Marts("sqlserver") as asked, pytest.raises(marts.NoMartsError, match=sentence):
        asked.rows("select 1")


def test_a_file_that_is_no_warehouse_is_not_said_to_be_written(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    path.write_text("something else " * 1000, encoding="utf-8")
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    with marts.Marts("duckdb") as asked, pytest.raises(marts.NoMartsError, match="cannot be read"):
        asked.rows("select 1")


def test_a_build_is_another_one_when_the_file_is_replaced(tmp_path, monkeypatch):
    path = tmp_path / "emr.duckdb"
    monkeypatch.setenv("EMR_WAREHOUSE", str(path))
    for part in ("one", "two"):
        duckdb.connect(str(tmp_path / part)).close()
    (tmp_path / "one").rename(path)
    first = marts.published("duckdb")
    (tmp_path / "two").replace(path)
    assert marts.published("duckdb").identity != first.identity


def test_a_build_is_under_way_while_it_writes(tmp_path, monkeypatch):
    monkeypatch.setenv("EMR_WAREHOUSE", str(tmp_path / "emr.duckdb"))
    assert not marts.is_building()
    (tmp_path / "building").mkdir()
    left = tmp_path / "building" / "emr.duckdb"
    left.touch()
    assert marts.is_building()
    hour_ago = time.time() - 3600
    os.utime(left, (hour_ago, hour_ago))
    assert not marts.is_building()
