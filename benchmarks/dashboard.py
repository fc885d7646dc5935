"""Seconds and memory of the dashboard in a browser, on the demo and on a million encounters.

    python -m benchmarks.dashboard WAREHOUSE [WAREHOUSE …]

Each is a DuckDB warehouse that was built: the demo's, and one that `python -m benchmarks.warehouse
--keep FOLDER` left. For each the dashboard is started, its pages are opened in Chromium one after
the other, and slicers are changed; it prints the seconds until everything is drawn, the ratio to
the first warehouse of the run, and the most memory that the server took. Chromium and the packages
of the tests must be installed.
"""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import click
import duckdb
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from measures.pages import all_pages
from tests.dashboard.conftest import CHROMIUM, Reader, serve, stop

DEPARTMENTS = ("ER", "Oncology", "Cardiology", "Orthopedics", "Surgery")


def peak_megabytes(process_id: int) -> float:
    """The most memory that a process and those that it started took, added up; Linux tells."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text(encoding="utf-8")
            session = int((status.parent / "stat").read_text(encoding="utf-8").split()[5])
        except (OSError, IndexError):
            continue
        peak = re.search(r"VmHWM:\s+(\d+) kB", text)
        if session == process_id and peak:
            total += int(peak[1])
    return total / 1024


def measure(warehouse: Path) -> dict[str, float]:
    """Seconds of each kind of step, and megabytes."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        encounters = connection.execute("select count(*) from marts.fct_encounters").fetchall()
    found: dict[str, float] = {"encounters": encounters[0][0]}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        started = time.perf_counter()
        process, address = serve(warehouse)
        try:
            starting_seconds = time.perf_counter() - started
            reader = Reader(browser, address, 1280, 900)
            reader.open()
            drawing_seconds = reader.page.evaluate("window.lastChange") / 1000
            found["first page after start"] = starting_seconds + drawing_seconds
            for number, page in enumerate(all_pages().pages):
                reader.open(page.name if number else "")
                found[f"page {page.title}"] = reader.page.evaluate("window.lastChange") / 1000
            changes = []
            for page in all_pages().pages:
                if page.whole_hospital or page.drill_through:
                    continue
                reader.open(page.name if page != all_pages().pages[0] else "")
                for department in DEPARTMENTS:
                    changes.append((page.title, change_department(reader, department)))
            for title in dict.fromkeys(title for title, _ in changes):
                seconds = [s for t, s in changes if t == title]
                found[f"slicer change, {title}"] = statistics.median(seconds)
            found["slicer change, slowest"] = max(seconds for _, seconds in changes)
            found["server, MB"] = peak_megabytes(process.pid)
        finally:
            stop(process)
            browser.close()
    return found


def change_department(reader: Reader, name: str) -> float:
    """Choose one more department; seconds until the page stands again."""
    box = reader.page.locator("[data-testid=stSidebar]").get_by_label("Department").first
    box.focus()
    reader.page.keyboard.type(name)
    reader.page.wait_for_timeout(300)
    seconds = reader.seconds_of(lambda: reader.page.keyboard.press("Enter"))
    reader.page.keyboard.press("Escape")
    return seconds


@click.command()
@click.argument("warehouses", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
def main(warehouses: tuple[Path, ...]) -> None:
    """Measure and print."""
    results = [measure(path.resolve()) for path in warehouses]
    table = Table()
    table.add_column("seconds until it is drawn")
    for result in results:
        table.add_column(f"{result['encounters']:,.0f} encounters", justify="right")
    table.add_column("ratio", justify="right")
    for name in results[0]:
        if name == "encounters":
            continue
        first, last = results[0][name], results[-1][name]
        table.add_row(name, *(f"{r[name]:,.2f}" for r in results), f"{last / first:.1f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
