"""The pages in a real browser: they stand, anyone can use them, figures are those of the marts."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from playwright.sync_api import Locator

from dashboard.layout import sections_of
from dashboard.snapshot import write_snapshot
from measures.pages import all_pages
from tests.conftest import PROJECT_ROOT
from tests.dashboard.conftest import Reader, serve, stop

AXE = PROJECT_ROOT / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {page.name: page for page in all_pages().pages}
FIRST = next(iter(PAGES))
# Texts that lie and are not whole within their chart; the box of one that is turned is too large.
CUT_TEXTS = """[...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')].flatMap(svg => {
    const chart = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter(text => {
        const box = text.getBoundingClientRect();
        const isTurned = text.getAttribute('transform')?.includes('rotate');
        const isSeen = box.width && text.getAttribute('opacity') != '0';
        return isSeen && !isTurned && (box.right > chart.right + 1 || box.left < chart.left - 1);
    }).map(text => text.textContent);
})"""
LAST_YEAR = "where days.rolling_year = 'Last 12 months'"


def path_of(name: str) -> str:
    return "" if name == FIRST else name


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that judges accessibility."""
    if not AXE.exists():
        pytest.skip("axe is not installed: npm ci --prefix tests/node (in the environment .venv)")
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_and_anyone_can_read_it(chromium, address, axe, name, width):
    reader = Reader(chromium, address, width, height=900)
    reader.open(path_of(name))
    assert not reader.complaints
    assert reader.page.locator("[data-testid=stException], [data-testid=stAlert]").count() == 0
    assert reader.page.locator("h1").inner_text().split(":")[0] == PAGES[name].title
    headings = reader.page.locator("h3").all_inner_texts()
    visuals = [visual for section in sections_of(PAGES[name]) for visual in section.visuals]
    shown = [visual.title for visual in visuals if visual.kind != "slider"]
    assert [t for t in shown if not any(h.strip().startswith(t) for h in headings)] == []
    assert {url.split("/")[2] for url in reader.requests if "://" in url} == {
        address.removeprefix("http://")
    }
    reader.page.add_script_tag(content=axe)
    found = reader.page.evaluate(f"axe.run(document, {{runOnly: {STANDARDS}}})")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 15
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert reader.page.evaluate(overflow) <= 0
    # no figure runs out of its card
    assert (
        reader.page.evaluate(
            "[...document.querySelectorAll('[data-testid=stMetric]')]"
            ".filter(card => card.scrollWidth > card.clientWidth + 1).map(card => card.innerText)"
        )
        == []
    )
    # no figure runs out of its chart
    assert reader.page.evaluate(CUT_TEXTS) == []
    reader.page.close()


def test_axe_finds_what_is_wrong(reader, axe):
    reader.open()
    reader.page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    reader.page.add_script_tag(content=axe)
    found = reader.page.evaluate(f"axe.run(document, {{runOnly: {STANDARDS}}})")
    assert "color-contrast" in {violation["id"] for violation in found["violations"]}


def one(marts: duckdb.DuckDBPyConnection, sql: str) -> float:
    return marts.execute(sql).fetchall()[0][0]


def test_headline_figures_are_those_of_the_marts(reader, marts):
    reader.open()
    encounters = one(
        marts,
        "select count(*) from marts.fct_encounters as facts inner join marts.dim_date as days "
        f"on facts.arrival_date_key = days.date_key {LAST_YEAR}",
    )
    assert reader.card("Encounter volume", "Encounters") == f"{encounters:,}"
    rate = one(
        marts,
        "select avg(is_readmitted_30_days) from marts.fct_readmissions as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        f"{LAST_YEAR}",
    )
    assert reader.card("30-day readmission rate", "30-day readmission rate") == f"{rate:.1%}"
    before = one(
        marts,
        "select avg(is_readmitted_30_days) from marts.fct_readmissions as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        "where days.calendar_year = 2023",
    )
    change = f"{100 * (rate - before):+.1f} points"
    assert change in reader.visual("30-day readmission rate").inner_text()
    rating = one(
        marts,
        "select avg(overall_rating) from marts.fct_satisfaction as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        f"{LAST_YEAR} and is_survey_eligible = 1",
    )
    assert reader.card("Overall rating (0–10)", "Overall rating") == f"{rating:.2f}"


# Page, visual, card, how it is printed, and the figure by an own query for Cardiology's last year.
FIGURES = [
    (
        "revenue-and-coverage",
        "Net revenue and days in A/R",
        "Net revenue",
        "${:,.0f}",
        "select sum(allowed_amount) from marts.fct_revenue as facts {arrival}",
    ),
    (
        "revenue-and-coverage",
        "Net revenue and days in A/R",
        "Denial rate",
        "{:.1%}",
        "select avg(is_denied) from marts.fct_revenue as facts {arrival} and is_adjudicated = 1",
    ),
    (
        "departments-and-satisfaction",
        "Ratings, top-box scores and response rate",
        "Overall rating (top-box %)",
        "{:.1%}",
        "select avg(case when overall_rating >= 9 then 1 when overall_rating >= 0 then 0 end) "
        "from marts.fct_satisfaction as facts {discharge} and is_survey_eligible = 1",
    ),
    (
        "departments-and-satisfaction",
        "Ratings, top-box scores and response rate",
        "Surveys returned",
        "{:,.0f}",
        "select count(*) from marts.fct_satisfaction as facts {discharge} "
        "and is_survey_eligible = 1 and returned_date_key is not null and is_returned = 1",
    ),
    (
        "operations",
        "Volume, LOS, occupancy and wait times",
        "Occupancy",
        "{:.1%}",
        "select sum(facts.midnight_census) / sum(facts.staffed_beds) "
        "from marts.fct_daily_census as facts {day} and facts.staffed_beds > 0",
    ),
    (
        "operations",
        "Volume, LOS, occupancy and wait times",
        "Average length of stay (ALOS)",
        "{:.1f}",
        "select avg(length_of_stay_days) from marts.fct_encounters as facts {discharge} "
        "and encounter_class = 'inpatient' and discharged_at is not null",
    ),
    (
        "department",
        "Volume, LOS and occupancy",
        "Encounters",
        "{:,.0f}",
        "select count(*) from marts.fct_encounters as facts {arrival}",
    ),
    (
        "data-quality",
        "Denominators for the current selection",
        "Patients",
        "{:,.0f}",
        "select count(distinct patient_key) from marts.fct_encounters as facts {arrival}",
    ),
    (
        "data-quality",
        "Rows received, rejected, flagged",
        "Rows received",
        "{:,.0f}",
        "select sum(delivered_rows) from (select distinct table_name, delivered_rows "
        "from marts.rpt_data_quality)",
    ),
]
CHOSEN = (
    "inner join marts.dim_date as days on facts.{key} = days.date_key "
    "inner join marts.dim_department as departments "
    "on facts.department_key = departments.department_key "
    f"{LAST_YEAR} and departments.department_name = 'Cardiology'"
)
KEYS = {"arrival": "arrival_date_key", "discharge": "discharge_date_key", "day": "date_key"}


@pytest.mark.parametrize(
    ("page", "visual", "name", "printed", "sql"),
    FIGURES,
    ids=[f"{figure[0]} {figure[2]}" for figure in FIGURES],
)
def test_figures_of_a_choice_are_those_of_the_marts(
    reader, marts, page, visual, name, printed, sql
):
    reader.open(f"{page}?department=Cardiology&department_of_the_page=Cardiology")
    joins = {word: CHOSEN.format(key=key) for word, key in KEYS.items()}
    expected = one(marts, sql.format(**joins))
    assert expected > 0
    assert reader.card(visual, name) == printed.format(expected)


def test_findings_are_those_of_the_report(reader, marts):
    reader.open()
    table = reader.table("Key findings (full data period)")
    expected = marts.execute(
        "select finding_id, measure, is_confirmed from marts.rpt_findings "
        "order by finding_id, check_number"
    ).fetchall()
    assert [(row[0], row[3], row[-1]) for row in table] == [
        (finding, measure, "Yes" if holds else "No") for finding, measure, holds in expected
    ]


def go_with_tab(reader: Reader, place: Locator) -> None:
    """Press Tab until a place has the focus; all on the way can be seen."""
    for _ in range(80):
        reader.page.keyboard.press("Tab")
        is_seen = reader.page.evaluate(
            "(({left, right, width}) => !width || (right > 0 && left < innerWidth))"
            "(document.activeElement.getBoundingClientRect())"
        )
        assert is_seen, reader.page.evaluate("document.activeElement.outerHTML")
        if place.evaluate("place => place == document.activeElement"):
            return
    pytest.fail(f"Tab never comes to {place}")


def choose(reader: Reader, slicer: str, value: str) -> None:
    """Choose a value of a slicer with the keyboard alone."""
    sidebar = reader.page.locator("[data-testid=stSidebar]")
    go_with_tab(reader, sidebar.get_by_label(slicer, exact=True).first)
    reader.page.keyboard.type(value)
    reader.page.wait_for_timeout(300)
    reader.page.keyboard.press("Enter")
    reader.page.keyboard.press("Escape")
    reader.wait()


def test_a_slicer_changes_the_figures_and_the_address(reader, marts, chromium, address):
    reader.open("operations")
    choose(reader, "Department", "Oncology")
    expected = one(
        marts,
        "select count(*) * 1.0 / 366 from marts.fct_encounters as facts "
        "inner join marts.dim_date as days on facts.arrival_date_key = days.date_key "
        "inner join marts.dim_department as departments "
        "on facts.department_key = departments.department_key "
        f"{LAST_YEAR} and departments.department_name = 'Oncology'",
    )
    title = "Volume, LOS, occupancy and wait times"
    assert reader.card(title, "Encounters per day") == f"{expected:,.1f}"
    assert [row[0] for row in reader.table("Wait times and LOS by department")] == ["Oncology"]
    assert "department=Oncology" in reader.page.url
    # the address shows the same to somebody else, and another page keeps the choice
    other = Reader(chromium, address, 1280, 900)
    other.open(reader.page.url.removeprefix(f"{address}/"))
    assert other.card(title, "Encounters per day") == f"{expected:,.1f}"
    other.page.get_by_role("link", name="Readmissions").click()
    other.page.wait_for_function("document.querySelector('h1')?.innerText == 'Readmissions'")
    other.wait()
    table = other.table("O/E ratio (95% CI)")
    assert [row[0] for row in table] == ["Oncology"]
    assert "department=Oncology" in other.page.url
    assert not other.complaints
    other.page.close()


@pytest.mark.parametrize(
    ("slicer", "value", "condition", "in_address"),
    [
        (
            "Period",
            "12 months before",
            "rolling_year = '12 months before'",
            "period=12+months+before",
        ),
        ("Month", "Mar 2024", "year_month_name = 'Mar 2024'", "month=Mar+2024"),
        ("Age group", "Senior", "age_group = 'Senior'", "age_group=Senior"),
        ("Payer", "Medicare", "payer_category = 'Medicare'", "payer=Medicare"),
    ],
)
def test_each_slicer_chooses_with_the_keyboard(reader, marts, slicer, value, condition, in_address):
    # a value more of the period is beside the one that the page begins with
    period = "true" if slicer == "Period" else "rolling_year = 'Last 12 months'"
    expected = one(
        marts,
        "select count(*) from marts.fct_encounters as facts "
        "inner join marts.dim_date as days on facts.arrival_date_key = days.date_key "
        "inner join marts.dim_age_group using (age_group_key) "
        "inner join marts.dim_payer using (payer_key) "
        f"where ({period}) and ({condition} or '{slicer}' = 'Period' "
        "and rolling_year = 'Last 12 months')",
    )
    reader.open("data-quality")
    choose(reader, slicer, value)
    title = "Denominators for the current selection"
    assert expected > 100
    assert reader.card(title, "Encounters") == f"{expected:,}"
    assert in_address in reader.page.url.replace("%20", "+")
    assert not reader.complaints


def test_a_choice_of_nobody_and_of_few_is_said_and_not_shown(reader, marts):
    reader.open("readmissions?department=Pediatrics&age_group=Senior")
    assert reader.card("Readmission rate by window", "30-day readmission rate") == "–"
    text = reader.page.locator("[data-testid=stMain]").inner_text()
    assert "No data for this selection, or too few to show" in text
    assert not reader.complaints
    # a month, a department, an age group and a payer: one patient
    month, department, age_group, payer, count = marts.execute(
        "select days.year_month_name, departments.department_name, ages.age_group, "
        "payers.payer_category, count(distinct patient_key) as patients "
        "from marts.fct_encounters as facts "
        "inner join marts.dim_date as days on facts.arrival_date_key = days.date_key "
        "inner join marts.dim_department as departments using (department_key) "
        "inner join marts.dim_age_group as ages using (age_group_key) "
        "inner join marts.dim_payer as payers using (payer_key) "
        f"{LAST_YEAR} group by all having patients = 1 order by all limit 1"
    ).fetchall()[0]
    assert count == 1
    choice = f"month={month}&department={department}&age_group={age_group}&payer={payer}"
    reader.open(f"operations?{choice.replace(' ', '+')}")
    title = "Volume, LOS, occupancy and wait times"
    for name in ("Encounters per day", "Mean door-to-provider time", "LWBS rate"):
        assert reader.card(title, name) == "–"
    assert "fewer than 11" in reader.visual(title).inner_text()
    assert not reader.complaints


def test_what_the_marts_do_not_have_is_said(reader):
    reader.open("operations?department=Nowhere&payer=Medicaid")
    text = reader.page.locator("[data-testid=stAlert]").inner_text()
    assert "The URL asks for Department “Nowhere”, which is not in these marts." in text
    title = "Volume, LOS, occupancy and wait times"
    assert reader.visual(title).inner_text().count("not filtered by: Payer") == 1


def test_one_department_is_the_one_that_was_looked_at(reader):
    reader.open("operations?department=Surgery")
    reader.page.get_by_role("link", name="Department detail").click()
    reader.page.wait_for_function("document.querySelector('h1')?.innerText.includes(': Surgery')")
    reader.wait()
    assert "Department: Surgery" in reader.page.locator("[data-testid=stMain]").inner_text()
    assert not reader.complaints


def test_what_a_hospital_calls_a_department_is_read_as_it_stands(
    demo_warehouse, chromium, tmp_path
):
    """No Markdown, no HTML, no picture from elsewhere, in text, tables, charts and slicers."""
    name = "![x](http://pictures.invalid/x.png) *A* <img src='http://pictures.invalid/y.png'> $1$"
    path = tmp_path / "emr.duckdb"
    shutil.copyfile(demo_warehouse, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.dim_department set department_name = ? where department_name = 'ER'",
            [name],
        )
    process, address = serve(path)
    try:
        reader = Reader(chromium, address, 1280, 900)
        for page in ("readmissions", "operations", f"department?department_of_the_page={name}"):
            reader.open(page.replace(" ", "+").replace("$", "%24"))
            assert name in reader.page.locator("[data-testid=stMain]").inner_text()
        assert not reader.page.locator("img").count()
        assert {url.split("/")[2] for url in reader.requests if "://" in url} == {
            address.removeprefix("http://")
        }
    finally:
        stop(process)


def test_on_a_telephone_nothing_that_the_keyboard_reaches_is_out_of_sight(chromium, address):
    reader = Reader(chromium, address, 390, 900)
    reader.open("operations")
    go_with_tab(reader, reader.page.get_by_role("button", name="CSV").last)
    reader.page.close()


def test_a_slider_changes_what_it_promises_and_the_address(reader, marts):
    reader.open("recommendations")
    title = "R5: Insurance coverage (full data period)"
    before = reader.card(title, "Newly insured patients")
    insured = one(
        marts,
        "select count(distinct patient_key) from marts.fct_encounters "
        "inner join marts.dim_patient using (patient_key) "
        "where latest_payer_category <> 'Uninsured'",
    )
    assert float(before) == pytest.approx(0.1 * insured, abs=0.06)
    go_with_tab(reader, reader.page.get_by_role("slider", name="Increase in insured patients"))
    reader.page.keyboard.press("ArrowLeft")
    reader.wait()
    after = reader.card(title, "Newly insured patients")
    # 9% in place of 10%
    assert float(after) == pytest.approx(0.9 * float(before), abs=0.06)
    assert "increase_in_insured_patients=9" in reader.page.url


def test_figures_come_as_csv_with_small_cells_empty(reader, marts):
    reader.open("readmissions")
    visual = reader.visual("O/E ratio (95% CI)")
    with reader.page.expect_download() as download:
        visual.get_by_role("button", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    table = pd.read_csv(io.StringIO(text)).set_index("Department name")
    expected = marts.execute(
        "select department_name, sum(is_index_admission_30_days), sum(is_readmitted_30_days) "
        "from marts.fct_readmissions as facts "
        "inner join marts.dim_date as days on facts.discharge_date_key = days.date_key "
        "inner join marts.dim_department as departments using (department_key) "
        f"{LAST_YEAR} group by 1"
    ).fetchall()
    hidden = 0
    for name, index_admissions, readmitted in expected:
        if not index_admissions:
            continue
        assert table.loc[name, "Index admissions (30-day)"] == index_admissions
        if 0 < readmitted < 11:
            hidden += 1
            assert pd.isna(table.loc[name, "30-day readmissions"])
        else:
            assert table.loc[name, "30-day readmissions"] == readmitted
    assert hidden


def test_a_build_is_not_in_the_way_of_a_reader_nor_a_reader_in_its(reader, warehouse):
    """While a page stands open, a plain `dbt build` can take the file for writing."""
    reader.open()
    with duckdb.connect(str(warehouse)) as writer:
        writer.execute("create table if not exists marts.nothing (a int)")
        writer.execute("drop table marts.nothing")
        # a choice that nobody has asked for yet, and so is not remembered
        reader.open("operations?age_group=Child&payer=Medicaid")
        text = reader.page.locator("[data-testid=stAlert]").inner_text()
        assert "The marts are being written or replaced at this moment" in text
    reader.open()
    assert reader.page.locator("[data-testid=stAlert]").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_snapshot_opens_offline_and_anyone_can_read_it(
    chromium, warehouse, axe, tmp_path, monkeypatch, width
):
    monkeypatch.setenv("EMR_WAREHOUSE", str(warehouse))
    path = tmp_path / "report.html"
    write_snapshot("duckdb", path, {})
    page = chromium.new_page(viewport={"width": width, "height": 900}, offline=True)
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert complaints == []
    assert page.locator("svg").count() > 10
    page.add_script_tag(content=axe)
    found = page.evaluate(f"axe.run(document, {{runOnly: {STANDARDS}}})")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    page.emulate_media(media="print")
    # of the paper between its margins, in CSS pixels: nothing is cut at the side
    page.set_viewport_size({"width": 688, "height": 900})
    wide = "v => v.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"
    assert page.locator(".visual, .emr-table").evaluate_all(wide) == []
    page.close()
