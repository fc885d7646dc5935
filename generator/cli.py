"""The command line: `python -m generator`."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from generator.run import FORMATS, Job, OutputError, write_extract
from generator.scenario import DEMO, load_scenario
from generator.validation import ScenarioError

MOST_PATIENTS = 10_000_000

EXAMPLES = """
\b
Examples:
  python -m generator                                  the demo hospital, in extract/
  python -m generator --patients 100000 --format parquet --out /data/large
  python -m generator --seed 7 --out another           different patients, same hospital
  python -m generator --scenario mine.yaml             your own hospital
  python -m generator --faults 0.02 --out dirty        with failed rows, and a list of them
"""


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog=EXAMPLES,
)
@click.option(
    "--patients",
    type=click.IntRange(1, MOST_PATIENTS),
    help="Number of patients.  [default: the scenario's, 4000 in the demo]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Same seed, same files.  [default: the scenario's, 2024 in the demo]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="extract",
    help="Folder to write; an earlier extract in it is replaced.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv")
@click.option(
    "--scenario",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Scenario file (docs/generator.md).  [default: the demo hospital]",
)
@click.option(
    "--faults",
    type=click.FloatRange(0, 0.5),
    default=0.0,
    help="Fraction of rows to break on purpose, listed in injected_faults.csv.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    help="Number of processes; it does not change the result.",
)
@click.option("--quiet", is_flag=True, help="Print errors only.")
def main(
    patients: int | None,
    seed: int | None,
    out: Path,
    form: str,
    scenario: Path | None,
    faults: float,
    workers: int,
    quiet: bool,
) -> None:
    """Write a synthetic EMR extract: thirteen tables in the shape of docs/own-data.md.

    The patients are invented. The same arguments give identical files on any machine.
    """
    try:
        chosen = load_scenario(scenario or DEMO)
        job = Job(
            chosen,
            chosen.defaults.patients if patients is None else patients,
            chosen.defaults.seed if seed is None else seed,
            faults,
        )
        console = Console(quiet=quiet, stderr=True)
        started = time.monotonic()
        with Progress(
            TextColumn("Patients"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=quiet,
        ) as bar:
            task = bar.add_task("", total=job.patients, rate="")
            total = 0

            def written(patients: int, rows: int) -> None:
                nonlocal total
                total += rows
                rate = total / max(time.monotonic() - started, 0.001)
                bar.update(task, advance=patients, rate=f"{rate:,.0f} rows/s")

            rows = write_extract(job, out, form, workers, written)
        console.print(f"{rows:,} rows of {job.patients:,} patients in {out}", highlight=False)
    except (ScenarioError, OutputError) as error:
        raise _Stop(str(error)) from error


class _Stop(click.ClickException):
    """An error that the user can fix, in one sentence."""

    exit_code = 2
