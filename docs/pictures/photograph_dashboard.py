"""Take pictures of the dashboard's pages, in Chromium, from the warehouse that is there.

    python -m docs.pictures.photograph_dashboard

in the environment of the tests, after `make build`, with Chromium installed.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from emr.project import warehouse_path
from measures.pages import all_pages
from tests.dashboard.conftest import CHROMIUM, Reader, serve, stop

HERE = Path(__file__).resolve().parent
WIDTH = 1280
# The top of a page; a picture of all of it would be too small to read.
HEIGHT = 1500
# Few colors: a page is paper, ink and some bars.
COLOURS = 128


def main() -> None:
    """Write a picture of each page."""
    process, address = serve(warehouse_path())
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for number, page in enumerate(all_pages().pages):
                reader = Reader(browser, address, WIDTH, HEIGHT)
                reader.open(page.name if number else "")
                path = HERE / f"dashboard-{page.name}.png"
                reader.page.screenshot(path=path)
                Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)
                print(path.name)
                reader.page.close()
            browser.close()
    finally:
        stop(process)


if __name__ == "__main__":
    main()
