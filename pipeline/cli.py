"""The command line: `python -m pipeline build` and its steps."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from pipeline.attach import Attached, attach
from pipeline.dbt import BuildResult, run_with_progress
from pipeline.packages import install_packages
from pipeline.project import ROOT, UserError
from pipeline.summary import show_summary

SOURCES = ("demo", "extract", "mimic")
TARGETS = ("duckdb", "sqlserver", "fabric")
DATA_FOLDER = click.Path(path_type=Path)
MOST_ERRORS_SHOWN = 10

console = Console(highlight=False, soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    r"""Build the warehouse from the demo, your own extract, or MIMIC-IV.

    \b
    python -m pipeline build
    python -m pipeline build --source extract --data path/to/folder
    python -m pipeline build --source mimic --data path/to/mimic-iv/hosp
    """


@main.command("deps")
@click.option("--offline", is_flag=True, help="Do not ask the dbt hub: use the bundled package.")
def deps_command(offline: bool) -> None:
    """Make the dbt package dbt_utils present."""
    console.print(install_packages(offline))


@main.command("profile")
def profile_command() -> None:
    """Make profiles.yml from profiles.example.yml, if there is none."""
    console.print(make_profile())


@main.command("attach")
@click.option("--source", type=click.Choice(SOURCES[1:]), required=True)
@click.option("--data", type=DATA_FOLDER, required=True, help="Folder of the files.")
def attach_command(source: str, data: Path) -> None:
    """Check a folder of files and make them the raw tables of the DuckDB warehouse."""
    report_attached(attach(source, data))


@main.command("summary")
def summary_command() -> None:
    """Print what the DuckDB warehouse holds."""
    show_summary(console)


@main.command("build")
@click.option("--source", type=click.Choice(SOURCES), default="demo", show_default=True)
@click.option("--data", type=DATA_FOLDER, help="Folder of the files, for extract and mimic.")
@click.option("--target", type=click.Choice(TARGETS), default="duckdb", show_default=True)
@click.option("--offline", is_flag=True, help="Do not ask the dbt hub: use the bundled package.")
def build_command(source: str, data: Path | None, target: str, offline: bool) -> None:
    """Do everything: packages, profile, raw data, dbt build, dbt docs, summary."""
    if source == "demo" and data is not None:
        raise UserError("The demo brings its own data: leave DATA out, or set SOURCE=extract.")
    if source != "demo" and target == "duckdb" and data is None:
        raise UserError(f"SOURCE={source} needs the folder of your files: add DATA=path/to/folder.")
    if source != "demo" and target != "duckdb" and data is not None:
        raise UserError(
            f"With TARGET={target} the raw tables are loaded into the server first: leave DATA out."
        )
    with step("Packages"):
        console.print(f"  {install_packages(offline)}")
    with step("Profile"):
        console.print(f"  {make_profile()}")
    if source != "demo" and data is not None:
        with step("Raw data"):
            report_attached(attach(source, data))
    common = ["--target", target, "--vars", json.dumps({"emr_source": source})]
    with step("dbt build"):
        report_build(run_with_progress(["build", *common], console, "models and tests"))
    with step("dbt docs"):
        report_build(run_with_progress(["docs", "generate", *common], console, "documentation"))
    if target == "duckdb":
        console.print()
        show_summary(console)
    console.print(next_steps(target))


def make_profile(root: Path = ROOT) -> str:
    """Copy the example profile where there is none, and say so in one line."""
    profile = root / "profiles.yml"
    if profile.exists():
        return "profiles.yml is there"
    shutil.copyfile(root / "profiles.example.yml", profile)
    return "profiles.yml made from profiles.example.yml"


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print a heading, and the seconds that the step took when it ended well."""
    console.print(f"[bold]{title}[/bold]")
    started = time.monotonic()
    yield
    console.print(f"  [dim]{time.monotonic() - started:.1f} s[/dim]")


def report_attached(attached: list[Attached]) -> None:
    """Print rows per raw table, and columns that nothing reads."""
    for table in attached:
        ignored = (
            f" (not read: {', '.join(table.ignored_columns)})" if table.ignored_columns else ""
        )
        console.print(f"  {table.table:<20}{table.rows:>12,} rows{ignored}", markup=False)


def report_build(result: BuildResult) -> None:
    """Print what became of a dbt run; end the program with dbt's exit code if it failed."""
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(result.nodes.items()))
    if counts:
        console.print(f"  {counts}: {f'{result.failed} failed' if result.failed else 'all good'}")
    if result.returncode == 0:
        return
    for message in result.errors[:MOST_ERRORS_SHOWN]:
        console.print(f"  {message}", style="red", markup=False)
    console.print("  The build stopped; the whole story is in logs/dbt.log.")
    raise SystemExit(result.returncode)


def next_steps(target: str) -> str:
    """Where to look now."""
    lines = ["", "[bold]Next[/bold]"]
    if target == "duckdb":
        lines.append("  Tables:         warehouse/emr.duckdb, schema marts")
    lines += [
        "  Documentation:  dbt docs serve --host 127.0.0.1   (in the environment .venv)",
        "  Power BI, SQL Server, own data: README.md",
    ]
    return "\n".join(lines)
