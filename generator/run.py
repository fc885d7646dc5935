"""Generating an extract: in memory, or to files with any number of patients in bounded memory.

Patients are drawn in cohorts of a fixed size, so that the result depends neither on how many
processes work nor on how the work is cut.
"""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from generator.contract import SCHEMAS, TABLES
from generator.faults.inject import Manifest, inject
from generator.names import Pools, draw_pools
from generator.plan import Plan
from generator.randomness import Streams
from generator.scenario import Scenario
from generator.tables.cohort import cohort_tables
from generator.tables.hospital import fixed_tables

# Patients that share the range of even draws. Changing it changes every result.
COHORT_PATIENTS = 10_000
# Patients per file: above it, a table is a folder of parts.
PART_PATIENTS = 50_000
FORMATS = ("csv", "parquet")

Tables = dict[str, pa.Table]


class OutputError(ValueError):
    """An output folder that cannot be used; the text is one sentence for the user."""


@dataclass(frozen=True)
class Job:
    """What one run generates; the same job gives the same bytes."""

    scenario: Scenario
    patients: int
    seed: int
    fault_share: float = 0.0


class _Run:
    """A job with all its look-ups, made once per process."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.plan = Plan(job.scenario, job.patients)
        self.streams = Streams(job.seed)
        self.pools: Pools = draw_pools(self.streams.integer("names"), job.scenario.people.name_pool)

    def part(self, first: int, last: int) -> tuple[Tables, Manifest]:
        """The tables of patients `first` to `last`; fixed tables with the first patient."""
        cohorts = [
            cohort_tables(
                self.plan,
                self.streams,
                self.pools,
                np.arange(start, min(start + COHORT_PATIENTS, last + 1), dtype=np.int64),
            )
            for start in range(first, last + 1, COHORT_PATIENTS)
        ]
        tables = {name: pa.concat_tables([c[name] for c in cohorts]) for name in cohorts[0]}
        if first == 1:
            tables |= fixed_tables(self.plan, self.streams, self.pools)
        return inject(tables, self.streams, self.job.fault_share)


def generate(scenario: Scenario, patients: int, seed: int, fault_share: float = 0.0) -> Tables:
    """Generate an extract in memory.

    Args:
        scenario: what the hospital is like, from `load_scenario`.
        patients: number of persons, at least 1.
        seed: any integer from 0; the same arguments give the same tables.
        fault_share: share of rows to break on purpose, 0 to 0.5.

    Returns:
        The thirteen tables of the extract contract, by name, in the contract's order.
    """
    tables, _ = _Run(Job(scenario, patients, seed, fault_share)).part(1, patients)
    return {name: tables[name] for name in TABLES}


def write_extract(
    job: Job,
    folder: Path,
    form: str,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write an extract to a folder: all of it, or nothing.

    Files are written beside the folder and put in its place at the end, so that an interrupted run
    leaves what was there before.

    Args:
        job: what to generate.
        folder: where to; it may be new, empty, or hold an earlier extract.
        form: `csv` or `parquet`.
        workers: processes, at least 1.
        progress: called with the patients and rows of each part when it is written.

    Returns:
        Rows written.

    Raises:
        OutputError: the folder contains other files, or cannot be written.
    """
    folder = folder.resolve()
    _reject_foreign_files(folder)
    beside = folder.with_name(f".{folder.name}.being-written")
    try:
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir(parents=True)
        rows = 0
        manifests: list[tuple[int, pa.Table]] = []
        for first, last, written, manifest in _parts(job, beside, form, workers):
            rows += written
            manifests.append((first, manifest))
            if progress:
                progress(last - first + 1, written)
        if job.fault_share > 0:
            ordered = [manifest for _, manifest in sorted(manifests, key=lambda item: item[0])]
            _write_table(pa.concat_tables(ordered), beside / f"{MANIFEST}.csv", "csv")
        _put_in_place(beside, folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return rows


MANIFEST = "injected_faults"


def _parts(
    job: Job, folder: Path, form: str, workers: int
) -> Iterator[tuple[int, int, int, pa.Table]]:
    """Write all parts, in this process or in several; first and last patient, rows, faults."""
    bounds = [
        (first, min(first + PART_PATIENTS - 1, job.patients))
        for first in range(1, job.patients + 1, PART_PATIENTS)
    ]
    if len(bounds) == 1 or workers == 1:
        run = _Run(job)
        for first, last in bounds:
            yield first, last, *_write_part(run, first, last, folder, form)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(bounds)), context, initializer=_start_worker, initargs=(job,)
    ) as pool:
        waiting = {
            pool.submit(_write_in_worker, first, last, folder, form): (first, last)
            for first, last in bounds
        }
        try:
            for done in as_completed(waiting):
                yield *waiting[done], *done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_worker_run: _Run | None = None


def _start_worker(job: Job) -> None:
    global _worker_run
    _worker_run = _Run(job)


def _write_in_worker(first: int, last: int, folder: Path, form: str) -> tuple[int, pa.Table]:
    assert _worker_run is not None
    return _write_part(_worker_run, first, last, folder, form)


def _write_part(run: _Run, first: int, last: int, folder: Path, form: str) -> tuple[int, pa.Table]:
    tables, manifest = run.part(first, last)
    single = run.job.patients <= PART_PATIENTS
    for name, table in tables.items():
        if single or name not in _GROWING:
            path = folder / f"{name}.{form}"
        else:
            path = folder / name / f"part-{(first - 1) // PART_PATIENTS + 1:05}.{form}"
            path.parent.mkdir(exist_ok=True)
        _write_table(table, path, form)
    return sum(table.num_rows for table in tables.values()), manifest


_GROWING = {
    "patients", "encounters", "diagnoses", "procedures", "vitals", "charges", "claims",
    "payments", "surveys",
}  # fmt: skip


def _write_table(table: pa.Table, path: Path, form: str) -> None:
    if form == "parquet":
        # Parquet has no seconds: times become milliseconds.
        pa.parquet.write_table(table, path, coerce_timestamps="ms", compression="zstd")
        return
    try:
        _write_csv(table, path, "none")
    except pa.ArrowInvalid:  # a value that needs quotes
        _write_csv(table, path, "needed")


def _write_csv(table: pa.Table, path: Path, quoting: str) -> None:
    options = pa.csv.WriteOptions(include_header=False, quoting_style=quoting)
    with path.open("wb") as file:
        file.write((",".join(table.schema.names) + "\n").encode())
        pa.csv.write_csv(table, file, options)


def _reject_foreign_files(folder: Path) -> None:
    if folder.is_file():
        raise OutputError(f"{folder} is a file: give a folder.")
    if not folder.is_dir():
        return
    known = {MANIFEST, *SCHEMAS}
    foreign = sorted(path.name for path in folder.iterdir() if path.name.split(".")[0] not in known)
    if foreign:
        raise OutputError(
            f"{folder} contains other files ({foreign[0]}): give a new folder, or one with an "
            "earlier extract to replace."
        )


def _put_in_place(beside: Path, folder: Path) -> None:
    before = folder.with_name(f".{folder.name}.before")
    if before.exists():
        shutil.rmtree(before)
    if folder.exists():
        folder.rename(before)
    beside.rename(folder)
    shutil.rmtree(before, ignore_errors=True)
