"""The command line: `python -m pipeline build` and its steps."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from pipeline.attach import attach
from pipeline.beside import beside
from pipeline.dbt import BuildResult, run_with_progress
from pipeline.export import export_marts
from pipeline.files import Delivered
from pipeline.load import load
from pipeline.marts import DIALECTS
from pipeline.packages import install_packages
from pipeline.project import ROOT, UserError, parquet_folder, warehouse_path
from pipeline.server import BulkCopyError, Server, connect
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
    report_raw(attach(source, data))


@main.command("load")
@click.option("--source", type=click.Choice(SOURCES[1:]), required=True)
@click.option("--data", type=DATA_FOLDER, required=True, help="Folder of the files.")
@click.option("--target", type=click.Choice(["sqlserver"]), default="sqlserver", show_default=True)
def load_command(source: str, data: Path, target: str) -> None:
    """Check a folder of files and load them into the raw tables of SQL Server."""
    report_raw(load_with_progress(source, data, target))


@main.command("summary")
@click.option("--target", type=click.Choice(TARGETS[:2]), default="duckdb", show_default=True)
def summary_command(target: str) -> None:
    """Print what the marts hold."""
    show_summary(console, target)


@main.command("export")
@click.option("--out", type=DATA_FOLDER, required=True, help="Folder to write to.")
def export_command(out: Path) -> None:
    """Write the marts, and nothing else of the DuckDB warehouse, as Parquet files."""
    console.print(f"  {len(export_marts(out))} tables in {out}", markup=False)


@main.command("build")
@click.option("--source", type=click.Choice(SOURCES), default="demo", show_default=True)
@click.option("--data", type=DATA_FOLDER, help="Folder of the files, for extract and mimic.")
@click.option("--target", type=click.Choice(TARGETS), default="duckdb", show_default=True)
@click.option("--offline", is_flag=True, help="Do not ask the dbt hub: use the bundled package.")
@click.option("--full-refresh", is_flag=True, help="Build the large facts whole, too.")
def build_command(
    source: str, data: Path | None, target: str, offline: bool, full_refresh: bool
) -> None:
    """Do everything: packages, profile, raw data, dbt build, dbt docs, Parquet files, summary."""
    if source == "demo" and data is not None:
        raise UserError("The demo brings its own data: leave DATA out, or set SOURCE=extract.")
    if source != "demo" and target == "duckdb" and data is None:
        raise UserError(f"SOURCE={source} needs the folder of your files: add DATA=path/to/folder.")
    if target == "fabric" and data is not None:
        raise UserError(
            "Fabric loads the raw tables from OneLake (docs/sql-server.md): leave DATA out."
        )
    with step("Packages"):
        console.print(f"  {install_packages(offline)}")
    with step("Profile"):
        console.print(f"  {make_profile()}")
    variables = {"emr_source": source, "macros_checksum": macros_checksum()}
    common = ["--target", target, "--vars", json.dumps(variables)]
    whole = ["--full-refresh"] if full_refresh else []
    with beside(target):
        if data is not None:
            with step("Raw data"):
                report_raw(deliver(source, data, target))
        with step("dbt build"):
            report_build(run_with_progress(["build", *common, *whole], console, "models and tests"))
        if target == "duckdb":
            # what was built is compiled already
            document([*common, "--no-compile"])
            with step("Parquet files"):
                marts = export_marts(parquet_folder(warehouse_path()))
                console.print(f"  {len(marts)} marts")
    if target != "duckdb":
        # of the published marts, not of those in the building schema
        document(common)
    if target != "fabric":
        console.print()
        show_summary(console, target)
    console.print(next_steps(target))


def deliver(source: str, data: Path, target: str) -> list[Delivered]:
    """Make a folder of files the raw tables of a target."""
    if target == "duckdb":
        return attach(source, data)
    return load_with_progress(source, data, target)


def document(options: list[str]) -> None:
    """Write the documentation of what was built."""
    with step("dbt docs"):
        report_build(run_with_progress(["docs", "generate", *options], console, "documentation"))


def macros_checksum(root: Path = ROOT) -> str:
    """What dbt does not tell the models: another text whenever a file in macros/ is another."""
    digest = hashlib.sha256()
    for path in sorted((root / "macros").glob("*.sql")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


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


def load_with_progress(source: str, data: Path, target: str) -> list[Delivered]:
    """Load a folder of files; by pyodbc where the bulk copy does not get through."""
    try:
        return _load_with_progress(source, data, connect(target))
    except BulkCopyError as error:
        console.print(f"  {error.message} Once more with pyodbc.", markup=False)
        return _load_with_progress(source, data, connect(target, bulk_copy=False))


def _load_with_progress(source: str, data: Path, server: Server) -> list[Delivered]:
    """Load with a progress bar per table and end the connection."""
    try:
        with Progress(
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        ) as progress:
            tasks: dict[str, TaskID] = {}

            def show(table: str, done: int, rows: int) -> None:
                if table not in tasks:
                    tasks[table] = progress.add_task(table, total=rows)
                progress.update(tasks[table], completed=done)

            return load(source, data, server, show)
    finally:
        server.close()


def report_raw(tables: list[Delivered]) -> None:
    """Print rows per raw table, and columns that nothing reads."""
    for delivered in tables:
        ignored = (
            f" (not read: {', '.join(delivered.ignored_columns)})"
            if delivered.ignored_columns
            else ""
        )
        console.print(
            f"  {delivered.table.name:<20}{delivered.rows:>12,} rows{ignored}", markup=False
        )


def report_build(result: BuildResult) -> None:
    """Print what became of a dbt run; end the program with dbt's exit code if it failed."""
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(result.nodes.items()))
    if counts:
        console.print(f"  {counts}: {f'{result.failed} failed' if result.failed else 'all good'}")
    if result.returncode == 0:
        return
    for message in result.errors[:MOST_ERRORS_SHOWN]:
        console.print(f"  {message}", style="red", markup=False)
    console.print(
        "  The build stopped; what was built before stays as it was. The whole story is in "
        "logs/dbt.log."
    )
    raise SystemExit(result.returncode)


def next_steps(target: str) -> str:
    """Where to look now."""
    tables = "schema marts of your database"
    if target == "duckdb":
        warehouse = warehouse_path()
        tables = (
            f"{_shown(warehouse)}, schema marts; as Parquet {_shown(parquet_folder(warehouse))}/"
        )
    lines = [
        "",
        "[bold]Next[/bold]",
        f"  Tables:         {tables}",
        "  Documentation:  dbt docs serve --host 127.0.0.1   (in the environment .venv)",
        *(["  Dashboard:      make dashboard"] if target in DIALECTS else []),
        "  Power BI, SQL Server, own data: README.md",
    ]
    return "\n".join(lines)


def _shown(path: Path) -> str:
    """A path as from the project's folder."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
