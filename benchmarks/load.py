"""Rows per second into SQL Server: the loader against `dbt seed`, on the same server in one run.

    python -m benchmarks.load                 a few minutes; the server is EMR_SQL_SERVER's

`dbt seed` loads the demo's largest table into raw_demo; only its own seconds count. The loader
loads the whole demo, and a generated extract as CSV and as Parquet, into raw, with all that it
does: it reads and checks the files, sends the rows by bulk copy, compares checksums and swaps the
tables. Both replace what is there: give them a database of their own. The goal is 50 times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from emr.load import load
from emr.project import ROOT
from emr.server import connect

SEEDS = ("charges",)
DEMO = ROOT / "seeds" / "emr"
GOAL = 50


def run(*arguments: str) -> None:
    """Run a module of this Python, showing its output only where it fails."""
    completed = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        raise SystemExit(completed.stdout[-3000:] + completed.stderr[-3000:])


def seed_rows_per_second(folder: Path) -> float:
    """Rows per second of `dbt seed`, without its start."""
    target = str(folder / "target")
    run("dbt.cli.main", "seed", "--target", "sqlserver", "--target-path", target, "-s", *SEEDS)
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))
    seconds = sum(float(result["execution_time"]) for result in results["results"])
    rows = 0
    for name in SEEDS:
        with (DEMO / f"{name}.csv").open(encoding="utf-8") as file:
            rows += sum(1 for _ in file) - 1
    click.echo(f"dbt seed  {rows:>12,} rows in {seconds:7.1f} s: {rows / seconds:>10,.0f} rows/s")
    return rows / seconds


def load_rows_per_second(data: Path) -> float:
    """Rows per second of a load, from the first look at the files to the swap."""
    server = connect()
    try:
        started = time.perf_counter()
        rows = sum(table.rows for table in load("extract", data, server))
        seconds = time.perf_counter() - started
    finally:
        server.close()
    click.echo(
        f"load {data.name:<8}{rows:>9,} rows in {seconds:7.1f} s: {rows / seconds:>10,.0f} rows/s"
    )
    return rows / seconds


@click.command()
@click.option("--patients", default=10_000, show_default=True, help="Size of the extract to load.")
def main(patients: int) -> None:
    """Print the figures."""
    if "EMR_SQL_SERVER" not in os.environ:
        raise click.UsageError("EMR_SQL_SERVER is not set (docs/sql-server.md).")
    with tempfile.TemporaryDirectory() as name:
        seeded = seed_rows_per_second(Path(name))
        folders = [DEMO]
        for form in ("csv", "parquet"):
            folders.append(Path(name) / form)
            size = ("--patients", str(patients), "--format", form)
            run("generator", *size, "--quiet", "--out", str(folders[-1]))
        for data in folders:
            ratio = load_rows_per_second(data) / seeded
            met = "met" if ratio >= GOAL else "not met"
            click.echo(f"          {ratio:.1f} times dbt seed: goal of {GOAL} {met}")


if __name__ == "__main__":
    main()
