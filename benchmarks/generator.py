"""Speed and memory of the generator, as ratios within one run.

    python -m benchmarks.generator              about five minutes on two cores
    python -m benchmarks.generator --quick      without the million patients

It compares the generator, with as many processes as there are cores, with
- a plain script that draws the same columns with Faker, row by row;
- writing the same finished tables with pyarrow, in one process, and nothing else;
and measures how time grows with the number of patients, and how much memory a million needs.
"""

from __future__ import annotations

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
import pyarrow as pa
from faker import Faker

from generator import generate, load_scenario
from generator.contract import SCHEMAS
from generator.run import _write_table

COMPARED_PATIENTS = 100_000
FAKER_ROWS = 4_000


def faker_rows_per_second(shares: dict[str, float]) -> float:
    """Rows per second of a plain Faker script, in the generator's mix of tables."""
    faker = Faker("en_US")
    Faker.seed(1)
    codes = ["E11.9", "I10", "J18.9", "I50.9", "M17.11"]

    def value(name: str, kind: pa.DataType) -> object:
        if name == "first_name":
            return faker.first_name()
        if name == "last_name":
            return faker.last_name()
        if name == "address_line":
            return faker.street_address()
        if name == "city":
            return faker.city()
        if name == "phone":
            return faker.phone_number()
        if name == "email":
            return faker.email()
        if name == "icd10_code":
            return faker.random_element(codes)
        if name.endswith("_id"):
            return faker.numerify("E#########")
        if pa.types.is_timestamp(kind):
            return faker.date_time_between("-2y")
        if pa.types.is_date(kind):
            return faker.date_between("-2y")
        if pa.types.is_decimal(kind):
            return faker.pydecimal(left_digits=5, right_digits=2, positive=True)
        if pa.types.is_integer(kind):
            return faker.random_int(0, 200)
        return faker.random_element(["one", "two", "three"])

    done = 0
    started = time.perf_counter()
    for table, share in shares.items():
        for _ in range(max(1, round(share * FAKER_ROWS))):
            row = {field.name: value(field.name, field.type) for field in SCHEMAS[table]}
            done += len(row) > 0
    return done / (time.perf_counter() - started)


def run_seconds(patients: int, form: str, folder: Path) -> tuple[float, float]:
    """Seconds of a whole run as a command, and the memory of all its processes in GB at most."""
    out = folder / "extract"
    started = time.perf_counter()
    subprocess.run(
        [
            sys.executable, "-c",
            "import resource, sys\n"
            "from generator.cli import main\n"
            "try:\n    main()\n"
            "finally:\n"
            "    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "    each = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
            "    open(sys.argv[-1] + '.memory', 'w').write(f'{own} {each}')\n",
            "--patients", str(patients), "--format", form, "--quiet", "--out", str(out),
        ],
        check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    own, each = map(int, Path(f"{out}.memory").read_text(encoding="utf-8").split())
    shutil.rmtree(out)
    return seconds, (own + each * (os.cpu_count() or 1)) / 1024**2


@click.command()
@click.option("--quick", is_flag=True, help="Without the million patients.")
def main(quick: bool) -> None:
    """Print the figures."""
    tables = generate(load_scenario(), COMPARED_PATIENTS, 1)
    rows = sum(table.num_rows for table in tables.values())
    growing = {n: t.num_rows / rows for n, t in tables.items() if t.num_rows > 1000}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writing = {}
        for form in ("csv", "parquet"):
            started = time.perf_counter()
            for table_name, table in tables.items():
                _write_table(table, folder / f"{table_name}.{form}", form)
            writing[form] = time.perf_counter() - started
        del tables
        plain = faker_rows_per_second(growing)
        click.echo(f"{COMPARED_PATIENTS:,} patients, {rows:,} rows")
        click.echo(f"plain Faker script: {plain:,.0f} rows/s")
        for form in ("csv", "parquet"):
            seconds, _ = run_seconds(COMPARED_PATIENTS, form, folder)
            click.echo(
                f"{form}: {seconds:.1f} s, {rows / seconds:,.0f} rows/s = "
                f"{rows / seconds / plain:,.0f} times the Faker script; "
                f"{seconds / writing[form]:.1f} times writing alone ({writing[form]:.1f} s)"
            )
        sizes = [10_000, 100_000] if quick else [10_000, 100_000, 1_000_000]
        timed = {}
        for patients in sizes:
            timed[patients], memory = run_seconds(patients, "parquet", folder)
            click.echo(
                f"{patients:>9,} patients: {timed[patients]:6.1f} s, at most {memory:.2f} GB"
            )
        first, last = sizes[0], sizes[-1]
        exponent = math.log(timed[last] / timed[first]) / math.log(last / first)
        click.echo(f"time grows with the power {exponent:.2f} of the patients")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    click.echo(f"(this benchmark itself: {peak:.2f} GB)")


if __name__ == "__main__":
    main()
