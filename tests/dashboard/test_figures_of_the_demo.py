"""The figures of every page of the demo, its charts, and the report as one file."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from dashboard import marts
from dashboard.charts import specification
from dashboard.choice import Choice, Reading
from dashboard.figures import figures_of, split_by
from dashboard.multiples import multiples_of
from dashboard.snapshot import write_snapshot
from emr.project import UserError
from measures.pages import all_pages

PAGES = {page.name: page for page in all_pages().pages}
VISUALS = [(page.name, visual) for page in PAGES.values() for visual in page.visuals]


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
