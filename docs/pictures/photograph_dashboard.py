#!/usr/bin/env python3
"""Take pictures of the dashboard's pages, in Chromium, from the warehouse that is there.

Run as `python docs/pictures/photograph_dashboard.py` in the environment of the tests, after
`make build`, with Chromium installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from measures.pages import all_pages  # noqa: E402
from pipeline.project import warehouse_path  # noqa: E402
from tests.dashboard.conftest import CHROMIUM, Reader, serve, stop  # noqa: E402

WIDTH = 1280
# The top of a page; a picture of all of it would be too small to read.
HEIGHT = 1500
# Few colours: a page is paper, ink and some bars.
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
                # charts come after the text
                reader.page.wait_for_timeout(2000)
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
