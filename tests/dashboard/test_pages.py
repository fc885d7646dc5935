"""The pages in a real browser, and the report: they stand and anyone can use them."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from dashboard.layout import sections_of
from dashboard.snapshot import write_snapshot
from measures.pages import all_pages
from tests.conftest import PROJECT_ROOT
from tests.dashboard.conftest import Reader, go_with_tab, serve, stop

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


def test_a_build_is_not_in_the_way_of_a_reader_nor_a_reader_in_its(reader, warehouse):
    """While a page stands open, a plain `dbt build` can take the file for writing."""
    reader.open()
    with duckdb.connect(str(warehouse)) as writer:
        writer.execute("create table if not exists marts.nothing (a int)")
        writer.execute("drop table marts.nothing")
        # a choice that nobody has asked for yet, and so is not remembered
        reader.open("operations?age_group=Child&payer=Medicaid")
        text = reader.page.locator("[data-testid=stAlert]").inner_text()
        assert "The marts are being written or replaced right now" in text
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
