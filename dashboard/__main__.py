"""`python -m dashboard serve` opens the dashboard; `python -m dashboard report` writes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from dashboard.marts import NoMartsError
from measures.theme import INK, SERIES
from pipeline.marts import DIALECTS
from pipeline.project import ROOT, UserError

TARGETS = click.Choice(list(DIALECTS))
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Show the marts in a browser, or write them as one page."""


@main.command("serve")
@click.option("--target", type=TARGETS, default="duckdb", show_default=True)
@click.option("--port", type=int, default=8501, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser.", show_default=True)
def serve_command(target: str, port: int, browser: bool) -> None:
    """Serve the dashboard on this machine until you press Ctrl+C."""
    settings = {**SETTINGS, "server.port": port, "server.headless": str(not browser).lower()}
    options = [f"--{name}={value}" for name, value in settings.items()]
    click.echo(f"http://127.0.0.1:{port}   (Ctrl+C ends it)")
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "app.py")]
    environment = {**os.environ, "EMR_DASHBOARD_TARGET": target}
    try:
        completed = subprocess.run([*command, *options], cwd=ROOT, env=environment, check=False)
    except KeyboardInterrupt:
        return
    if completed.returncode == 1:
        raise UserError(f"Streamlit did not start: is port {port} taken?")


@main.command("report")
@click.option("--target", type=TARGETS, default="duckdb", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="report.html", show_default=True)
@click.option("--choose", multiple=True, help='A value of a slicer, such as "Department=ER".')
def report_command(target: str, out: Path, choose: tuple[str, ...]) -> None:
    """Write all pages as one HTML file that needs no server and no internet."""
    # what the server does not need
    from dashboard.snapshot import write_snapshot

    chosen: dict[str, list[str]] = {}
    for text in choose:
        name, _, value = text.partition("=")
        chosen.setdefault(name, []).append(value)
    try:
        size = write_snapshot(target, out, chosen)
    except NoMartsError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"  {out}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(prog_name="python -m dashboard")
