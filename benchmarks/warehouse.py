"""Speed and memory of the dbt models on DuckDB, against the physical floor.

    python -m benchmarks.warehouse              about five minutes on two cores
    python -m benchmarks.warehouse --quick      100,000 encounters only

It generates extracts of 100,000 and 1,000,000 encounters, builds every model over them without
tests, and prints time, peak memory, the slowest models, and the ratio to the floor: reading every
column of the raw Parquet once and writing the marts' tables once, in the same run. Then it builds
again, as a night in which nothing changed.
"""

from __future__ import annotations

import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import duckdb

from emr.project import ROOT

# Encounters per patient in the demo's scenario.
ENCOUNTERS_PER_PATIENT = 2.1
SLOWEST = 12
NIGHTLY_FACTS = ("fct_encounters", "fct_diagnoses", "fct_procedures", "fct_vitals", "fct_charges")


def run(arguments: list[str], warehouse: Path) -> None:
    """Run a command of this Python on a warehouse file, showing its output only where it fails."""
    completed = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "EMR_WAREHOUSE": str(warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        raise SystemExit(completed.stdout[-3000:] + completed.stderr[-3000:])


def floor_seconds(data: Path, warehouse: Path, folder: Path) -> tuple[float, float]:
    """Seconds to read every raw column once, and to write every mart once."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set preserve_insertion_order = false")
        started = time.perf_counter()
        for table in sorted(data.iterdir()):
            files = table / "*.parquet" if table.is_dir() else table
            connection.execute(f"select bit_xor(hash(raw)) from read_parquet('{files}') as raw")
        reading = time.perf_counter() - started
        connection.execute(f"attach '{warehouse}' as built (read_only)")
        connection.execute(f"attach '{folder / 'copy.duckdb'}' as copy")
        marts = connection.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'built' and table_schema = 'marts'"
        ).fetchall()
        started = time.perf_counter()
        for (name,) in marts:
            connection.execute(f"create table copy.{name} as from built.marts.{name}")
        connection.execute("checkpoint copy")
        writing = time.perf_counter() - started
    (folder / "copy.duckdb").unlink()
    return reading, writing


def build(encounters: int, folder: Path) -> float:
    """Build the models over an extract of so many encounters and print the figures.

    Returns:
        Seconds of the models, from the first one's start to the last one's end.
    """
    data, warehouse = folder / "extract", folder / "emr.duckdb"
    patients = str(round(encounters / ENCOUNTERS_PER_PATIENT))
    arguments = ["generator", "--patients", patients, "--format", "parquet", "--quiet"]
    run([*arguments, "--out", str(data)], warehouse)
    run(["emr", "attach", "--source", "extract", "--data", str(data)], warehouse)
    variables = ["--vars", json.dumps({"emr_source": "extract"})]
    common = [*variables, "--target-path", str(folder / "target")]
    run(["dbt.cli.main", "seed", *common], warehouse)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    untested = ["--exclude-resource-type", "test", "unit_test", "seed"]
    run(["dbt.cli.main", "build", *untested, *common], warehouse)
    results = run_results(folder)
    memory = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024**2
    timings = [
        (step["started_at"], step["completed_at"])
        for result in results["results"]
        for step in result["timing"]
        if step["name"] == "execute"
    ]
    seconds = results["elapsed_time"]
    reading, writing = floor_seconds(data, warehouse, folder)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select count(*) from marts.fct_encounters").fetchone()[0]
    click.echo(
        f"{rows:>9,} encounters: {seconds:6.1f} s for {len(timings)} models and snapshots, "
        f"at most {memory:.2f} GB"
    )
    click.echo(
        f"          floor {reading + writing:.1f} s (reading {reading:.1f}, writing "
        f"{writing:.1f}): {seconds / (reading + writing):.1f} times the floor"
    )
    slowest = sorted(results["results"], key=lambda r: r["execution_time"], reverse=True)
    for result in slowest[:SLOWEST]:
        name = result["unique_id"].split(".")[2]
        click.echo(f"          {result['execution_time']:6.2f} s  {name}")
    run(["dbt.cli.main", "build", *untested, *common], warehouse)
    whole, nightly = (seconds_of_nightly_facts(r) for r in (results, run_results(folder)))
    click.echo(
        f"          a night in which nothing changed: the five large facts in {nightly:.1f} s, "
        f"whole in {whole:.1f} s"
    )
    return seconds


def run_results(folder: Path) -> dict:
    """What dbt wrote about its last run."""
    return json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))


def seconds_of_nightly_facts(results: dict) -> float:
    """Seconds of the facts of which a nightly run writes only what changed."""
    return sum(
        result["execution_time"]
        for result in results["results"]
        if result["unique_id"].split(".")[2] in NIGHTLY_FACTS
    )


@click.command()
@click.option("--quick", is_flag=True, help="100,000 encounters only.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Leave the last warehouse in this folder, for `python -m benchmarks.dashboard`.",
)
def main(quick: bool, keep: Path | None) -> None:
    """Print the figures."""
    sizes = [100_000] if quick else [100_000, 1_000_000]
    timed = {}
    for encounters in sizes:
        with tempfile.TemporaryDirectory() as name:
            timed[encounters] = build(encounters, Path(name))
            if keep and encounters == sizes[-1]:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.move(Path(name) / "emr.duckdb", keep / "emr.duckdb")
    if len(sizes) > 1:
        first, last = sizes[0], sizes[-1]
        exponent = math.log(timed[last] / timed[first]) / math.log(last / first)
        click.echo(f"time grows with the power {exponent:.2f} of the encounters")


if __name__ == "__main__":
    main()
