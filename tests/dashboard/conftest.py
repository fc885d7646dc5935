"""The dashboard of the demo, served to a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, sync_playwright

from measures.pages import all_pages
from tests.conftest import PROJECT_ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
# Streamlit asks below the address of a page, too, whether its server is there.
PROBES = ("/_stcore/health", "/_stcore/host-config")
LONGEST_WAIT_MS = 60_000
CHARTS = ("bar", "column", "line", "scatter")
# A page stands when nothing has changed for so long.
QUIET_MS = 400
LAST_YEAR = "where days.rolling_year = 'Last 12 months'"
NOTICE_CHANGES = """
window.lastChange = performance.now();
new MutationObserver(() => { window.lastChange = performance.now(); }).observe(
    document, {subtree: true, childList: true, attributes: true, characterData: true}
);
"""
# The server has answered, nothing is of an earlier answer, every chart is drawn, all is quiet.
STANDS = """([fewestCharts, quiet]) => {
    const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
    return document.querySelector('[data-testid=stApp]').dataset.testScriptState == 'notRunning'
        && !document.querySelector('[data-stale=true]')
        && charts.length >= fewestCharts
        && charts.every(chart => chart.querySelector('.marks'))
        && performance.now() - window.lastChange > quiet;
}"""


@pytest.fixture(scope="session")
def warehouse(demo_warehouse: Path, tmp_path_factory) -> Path:
    """A copy of the demo's warehouse, as a build would leave it."""
    path = tmp_path_factory.mktemp("dashboard") / "emr.duckdb"
    shutil.copyfile(demo_warehouse, path)
    return path


@pytest.fixture
def marts(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same marts, to ask them in another way."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def serve(warehouse: Path) -> tuple[subprocess.Popen, str]:
    """Start the dashboard on a free port of this machine; returns its process and address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "emr", "dashboard", "--no-browser", "--port", str(port)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "EMR_WAREHOUSE": str(warehouse)},
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health"):
                return process, address
        except OSError:
            assert process.poll() is None, "the dashboard ended"
            time.sleep(0.1)
    stop(process)
    raise TimeoutError(address)


def stop(process: subprocess.Popen) -> None:
    """End the dashboard and what it started."""
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()


@pytest.fixture(scope="session")
def address(warehouse: Path) -> Iterator[str]:
    """Where the dashboard is served."""
    process, address = serve(warehouse)
    yield address
    stop(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Reader:
    """Somebody in front of the browser.

    Attributes:
        page: of the browser.
        complaints: errors of the console and of scripts.
        requests: addresses that were asked for.
    """

    def __init__(self, browser: Browser, address: str, width: int, height: int) -> None:
        self.address = address
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        self.page.set_default_timeout(LONGEST_WAIT_MS)
        self.page.add_init_script(NOTICE_CHANGES)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._note(request))

    def _hear(self, message: ConsoleMessage) -> None:
        is_probe = message.location.get("url", "").endswith(PROBES)
        if message.type == "error" and not is_probe:
            self.complaints.append(message.text)

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)

    def open(self, path: str = "") -> None:
        """Go to a page and wait until it stands."""
        self.page.goto(f"{self.address}/{path}")
        self.page.wait_for_selector(
            "[data-testid=stMain] [data-testid=stCaptionContainer], [data-testid=stAlert]"
        )
        self.wait()

    def wait(self) -> None:
        """Wait until the server has answered and everything is drawn."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_function(STANDS, arg=[self._fewest_charts(), QUIET_MS], polling=50)

    def _fewest_charts(self) -> int:
        """How many charts the page must draw; of those for each department it may be none."""
        if self.page.locator("[data-testid=stAlertContentError]").count():
            return 0
        title = self.page.locator("h1").inner_text().split(":")[0]
        (page,) = (page for page in all_pages().pages if page.title == title)
        return sum(visual.kind in CHARTS and not visual.small_multiples for visual in page.visuals)

    def seconds_of(self, action: Callable[[], object]) -> float:
        """From an action that changes figures until the last change of the page."""
        before = self.page.locator("[data-testid=stMain]").inner_text()
        started = self.page.evaluate("performance.now()")
        action()
        self.page.wait_for_function(
            "before => document.querySelector('[data-testid=stMain]').innerText != before",
            arg=before,
            polling=20,
        )
        self.wait()
        return (self.page.evaluate("window.lastChange") - started) / 1000

    def visual(self, title: str):
        """The innermost bordered container with this title."""
        heading = self.page.get_by_role("heading", name=title, exact=False, level=3)
        return self.page.locator("[data-testid=stVerticalBlock]").filter(has=heading).last

    def card(self, title: str, name: str) -> str:
        """The value of a card."""
        metric = self.visual(title).locator("[data-testid=stMetric]").filter(has_text=name).first
        return metric.locator("[data-testid=stMetricValue]").inner_text().strip()

    def table(self, title: str) -> list[list[str]]:
        """The cells of a table, without its headings; one that goes over rows is in each."""
        result: list[list[str]] = []
        going_on: dict[int, tuple[int, str]] = {}
        for row in self.visual(title).locator("tbody tr").all():
            cells = [(c.get_attribute("rowspan"), c.inner_text()) for c in row.locator("td").all()]
            read: list[str] = []
            while cells or going_on.get(len(read), (0, ""))[0]:
                rows, text = going_on.get(len(read), (0, ""))
                if not rows:
                    span, text = cells.pop(0)
                    rows = int(span or 1)
                going_on[len(read)] = rows - 1, text
                read.append(text)
            result.append(read)
        return result


@pytest.fixture
def reader(chromium: Browser, address: str) -> Iterator[Reader]:
    """A reader at a laptop."""
    somebody = Reader(chromium, address, width=1280, height=900)
    yield somebody
    somebody.page.close()


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


def one(marts: duckdb.DuckDBPyConnection, sql: str) -> float:
    """The one figure that a query gives."""
    return marts.execute(sql).fetchall()[0][0]
