"""The command line `emr` (or `python -m emr`)."""

from __future__ import annotations

import hashlib
import importlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import click
import duckdb
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from emr.attach import attach
from emr.beside import beside
from emr.dbt import BuildResult, run_with_progress
from emr.export import export_marts
from emr.files import Delivered, read_folder
from emr.load import load
from emr.marts import DIALECTS
from emr.packages import install_packages
from emr.project import ROOT, UserError, parquet_folder, sources_files, warehouse_path
from emr.server import BulkCopyError, Server, connect
from emr.sources import read_source
from emr.summary import show_summary

SOURCES = ("demo", *sources_files())
TARGETS = ("duckdb", "sqlserver", "fabric")
# Targets whose marts can be read from here.
READABLE = tuple(DIALECTS)
FOLDER = click.Path(path_type=Path)
MOST_ERRORS_SHOWN = 10
HIGHEST_PORT = 65_535

console = Console(highlight=False, soft_wrap=True)


class Commands(click.Group):
    """The commands in the order in which a person meets them, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Names in the order of their definition."""
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Hospital analytics from EMR data: build the warehouse, view it, share it."""


@main.command("check", short_help="Check a folder of files without building.")
@click.option("--data", type=FOLDER, required=True, help="Folder with the files.")
@click.option(
    "--source",
    type=click.Choice(SOURCES[1:]),
    default="extract",
    show_default=True,
    help="Format of the files.",
)
def check_command(data: Path, source: str) -> None:
    """Check a folder of files without building anything: tables, rows, columns.

    Every field is read once. The check stops at the first error, with one sentence.
    """
    declared = read_source(source)
    with duckdb.connect() as reader:
        tables = read_folder(declared, data, reader)
    report_raw(tables)
    rows = sum(delivered.rows for delivered in tables)
    console.print(
        f"  {rows:,} rows in {len(tables)} tables can be read. `emr build` checks each row."
    )


@main.command("build", short_help="Build the warehouse: demo, your extract, MIMIC-IV.")
@click.option(
    "--source",
    type=click.Choice(SOURCES),
    default="demo",
    show_default=True,
    help="The demo, your own extract, or another source system.",
)
@click.option("--data", type=FOLDER, help="Folder with the files; not for the demo.")
@click.option(
    "--target",
    type=click.Choice(TARGETS),
    default="duckdb",
    show_default=True,
    help="Database engine: embedded (duckdb) or a server.",
)
@click.option("--offline", is_flag=True, help="Do not contact the dbt hub for packages.")
@click.option("--full-refresh", is_flag=True, help="Also rebuild the large facts.")
def build_command(
    source: str, data: Path | None, target: str, offline: bool, full_refresh: bool
) -> None:
    """Build and test the warehouse, its documentation and Parquet files.

    Readers see the last good build until the new one is complete and tested.
    """
    if source == "demo" and data is not None:
        raise UserError(
            "The demo has its own data: omit --data, or choose --source extract "
            "(with make: DATA, SOURCE=extract)."
        )
    if source != "demo" and target == "duckdb" and data is None:
        raise UserError(
            f"The source {source} needs the folder of your files: add --data path/to/folder "
            "(with make: DATA=path/to/folder)."
        )
    if target == "fabric" and data is not None:
        raise UserError(
            "Fabric loads the raw tables from OneLake (docs/sql-server.md): omit --data."
        )
    with step("Packages"):
        console.print(f"  {install_packages(offline)}")
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


@main.command("dashboard")
@click.option("--target", type=click.Choice(READABLE), default="duckdb", show_default=True)
@click.option("--port", type=click.IntRange(1, HIGHEST_PORT), default=8501, show_default=True)
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open a browser.")
def dashboard_command(target: str, port: int, browser: bool) -> None:
    """Open the dashboard in a browser; Ctrl+C stops it."""
    pages().serve(target, port, browser)


@main.command("report")
@click.option("--target", type=click.Choice(READABLE), default="duckdb", show_default=True)
@click.option("--out", type=FOLDER, default="report.html", show_default=True)
@click.option("--choose", multiple=True, help='A value of a slicer, such as "Department=ER".')
def report_command(target: str, out: Path, choose: tuple[str, ...]) -> None:
    """Write the dashboard as one HTML file, to e-mail or archive."""
    size = pages().report(target, out, choose)
    console.print(f"  {out}, {size / 1e6:.1f} MB", markup=False)


@main.command("load")
@click.option("--source", type=click.Choice(SOURCES[1:]), default="extract", show_default=True)
@click.option("--data", type=FOLDER, required=True, help="Folder with the files.")
@click.option("--target", type=click.Choice(["sqlserver"]), default="sqlserver", show_default=True)
def load_command(source: str, data: Path, target: str) -> None:
    """Copy a folder of files into the raw tables of SQL Server."""
    report_raw(load_with_progress(source, data, target))


@main.command("export")
@click.option("--out", type=FOLDER, required=True, help="Folder to write to.")
def export_command(out: Path) -> None:
    """Write the marts, and nothing else, as Parquet files."""
    console.print(f"  {len(export_marts(out))} tables in {out}", markup=False)


@main.command("summary", short_help="Print what the marts hold.")
@click.option("--target", type=click.Choice(READABLE), default="duckdb", show_default=True)
def summary_command(target: str) -> None:
    """Print what the marts hold: tables, data quality, headline figures."""
    show_summary(console, target)


@main.command("powerbi", short_help="Write the Power BI project.")
@click.option("--out", type=FOLDER, default=ROOT / "powerbi", help="Folder of the project.")
def powerbi_command(out: Path) -> None:
    """Write the Power BI project from the last build and the measures."""
    # what a build does not need
    from emr.generate import write_power_bi

    console.print(f"  {write_power_bi(ROOT / 'target', out)} files in {out}", markup=False)


@main.command("attach")
@click.option("--source", type=click.Choice(SOURCES[1:]), default="extract", show_default=True)
@click.option("--data", type=FOLDER, required=True, help="Folder with the files.")
def attach_command(source: str, data: Path) -> None:
    """Use a folder of files as raw tables of DuckDB, for plain dbt."""
    report_raw(attach(source, data))


@main.command("deps")
@click.option("--offline", is_flag=True, help="Do not contact the dbt hub for packages.")
def deps_command(offline: bool) -> None:
    """Install the dbt package dbt_utils, or a bundled stand-in."""
    console.print(install_packages(offline))


@main.command("generate")
@click.option("--check", is_flag=True, help="Write nothing; list stale files.")
def generate_command(check: bool) -> None:
    """For developers: write all generated files of the project."""
    # what a build does not need
    from emr.generate import STEPS
    from measures.catalogue import CatalogueError

    is_stale = False
    for generated in STEPS:
        try:
            found = (generated.stale if check else generated.write)(ROOT / "target")
        except CatalogueError as error:
            raise UserError(str(error)) from error
        is_stale = is_stale or bool(found)
        console.print(
            f"  {generated.name}: {len(found)} {'stale' if check else 'written'}", markup=False
        )
        for path in found:
            console.print(f"    {path.as_posix()}", markup=False)
    if check and is_stale:
        raise UserError("Generated files are stale: run make generate.")


def pages() -> ModuleType:
    """The dashboard, whose packages are installed apart.

    Raises:
        UserError: they are not installed.
    """
    try:
        return importlib.import_module("dashboard.show")
    except ModuleNotFoundError as error:
        raise UserError(
            f"The dashboard needs {error.name}: run `make dashboard`, or install "
            "requirements/dashboard.txt."
        ) from error


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
    """A checksum of macros/, which dbt does not give to the models."""
    digest = hashlib.sha256()
    for path in sorted((root / "macros").glob("*.sql")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


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
        console.print(f"  {error.message} Retrying with pyodbc.", markup=False)
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
        "  The build stopped; the previous build stays in place. Details are in logs/dbt.log."
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
