"""Slicers and sliders in a real browser: what a choice changes, and what it cannot show."""

from __future__ import annotations

import pytest

from tests.dashboard.conftest import LAST_YEAR, Reader, go_with_tab, one


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
