"""Showing the pages: in a browser on this machine, or as one HTML file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from dashboard.marts import NoMartsError
from emr.project import ROOT, UserError
from measures.theme import INK, SERIES

# Streamlit's settings: on this machine alone, nothing sent to anybody, nothing asked on the first
# start, no button that publishes to a cloud.
SETTINGS = {
    "server.address": "127.0.0.1",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": SERIES[0],
    "theme.textColor": INK,
    "theme.headingFontSizes": '["1.9rem", "1.5rem", "1.05rem", "1rem", "1rem", "1rem"]',
    "theme.metricValueFontSize": "1.8rem",
}


def serve(target: str, port: int, browser: bool) -> None:
    """Serve the dashboard on this machine until Ctrl+C.

    Args:
        target: whose marts, `duckdb` or `sqlserver`.
        port: of the loopback address.
        browser: whether to open one.

    Raises:
        UserError: the port is taken.
    """
    settings = {**SETTINGS, "server.port": port, "server.headless": str(not browser).lower()}
    options = [f"--{name}={value}" for name, value in settings.items()]
    click.echo(f"http://127.0.0.1:{port}   (Ctrl+C stops it)")
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "app.py")]
    environment = {**os.environ, "EMR_DASHBOARD_TARGET": target}
    try:
        completed = subprocess.run([*command, *options], cwd=ROOT, env=environment, check=False)
    except KeyboardInterrupt:
        return
    if completed.returncode == 1:
        raise UserError(f"Streamlit did not start: is port {port} in use?")


def report(target: str, out: Path, choose: Sequence[str]) -> int:
    """Write all pages as one HTML file that needs no server and no internet.

    Args:
        target: whose marts, `duckdb` or `sqlserver`.
        out: the file.
        choose: values of slicers, such as `Department=ER`.

    Returns:
        The size of the file in bytes.

    Raises:
        UserError: there are no marts, or the file cannot be written.
    """
    # what the server does not need
    from dashboard.snapshot import write_snapshot

    chosen: dict[str, list[str]] = {}
    for text in choose:
        name, _, value = text.partition("=")
        chosen.setdefault(name, []).append(value)
    try:
        return write_snapshot(target, out, chosen)
    except NoMartsError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from error
