"""Storage and memory that SQL Server needs per encounter, calculated from measured bytes per row.

    python -m benchmarks.storage                about two minutes on two cores

It generates a CSV extract of 100,000 encounters and builds every model over it on DuckDB. Rowstore
tables (raw, dimensions, reports) are then sized by SQL Server's documented row format from the
measured bytes of their columns, columnstore tables (intermediate, facts, history) by the table as
Parquet. No SQL Server is asked: the figures are for choosing a machine, not a measurement of one.
"""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from benchmarks.warehouse import ENCOUNTERS_PER_PATIENT, run

MEASURED_ENCOUNTERS = 100_000
SCALES = (1_000_000, 10_000_000, 100_000_000)
# Decimal: so, bytes per encounter are MB per million encounters.
GB = 10**9

# Microsoft, "Estimate the size of a heap": the leaf level of a clustered index is the same, and its
# upper levels are less than one percent.
PAGE_BYTES = 8192
PAGE_BYTES_FOR_ROWS = 8096
ROW_HEADER_BYTES = 4
SLOT_BYTES = 2
COUNT_BYTES = 2  # in front of the null bitmap, and of the ends of the variable columns
VARIABLE_COLUMN_BYTES = 2
# Microsoft, "Transaction locking and row versioning guide", space used in data rows: up to 14 bytes
# a row once read_committed_snapshot is on, and sqlserver/create-database.sql turns it on.
ROW_VERSION_BYTES = 14

# Microsoft, "Data types (Transact-SQL)": bytes of SQL Server's type, by DuckDB's name of it. Marts
# have their contract's types in both engines; TIMESTAMP is datetime2(6), DOUBLE is float.
FIXED_BYTES = {"BIGINT": 8, "INTEGER": 4, "DATE": 3, "TIMESTAMP": 8, "DOUBLE": 8}
# Digits that a decimal may have, and its bytes.
DECIMAL_BYTES = ((9, 5), (19, 9), (28, 13), (38, 17))

# SQL Server compresses up to 2**20 rows of a table together.
ROW_GROUP_ROWS = 1_048_576

# Of the sqlserver target in profiles.yml: that many tables are built at the same time.
DBT_THREADS = 4
# A rule of thumb: as much again as is ever used at one time, for tempdb (sorts, hash joins, row
# versions) and growth. Backups are not in it.
DISK_FACTOR = 2
# A rule of thumb: less leaves columnstore builds, which need a grant per thread, too little.
SMALLEST_MEMORY_GB = 16


@dataclass(frozen=True)
class Group:
    """Tables of a schema, by the beginnings of their names, that are stored in the same way."""

    title: str
    schema: str
    prefixes: tuple[str, ...]
    is_columnstore: bool


# as_columnstore in dbt_project.yml; where nothing sets it, for snapshots too, the adapter's default
# is columnstore. Reference seeds, 3,000 rows however many encounters, are left out.
RAW = Group("raw", "raw", ("",), False)
INTERMEDIATE = Group("intermediate", "intermediate", ("int_",), True)
FACTS = Group("facts", "marts", ("fct_",), True)
DIMENSIONS = Group("dimensions and reports", "marts", ("dim_", "rpt_"), False)
HISTORY = Group("history", "history", ("",), True)
GROUPS = (RAW, INTERMEDIATE, FACTS, DIMENSIONS, HISTORY)


@dataclass(frozen=True)
class Table:
    """A table of the measured warehouse.

    Attributes:
        group: what it belongs to.
        name: its name.
        rows: how many.
        row_pages_bytes: of its rows in uncompressed pages.
        stored_bytes: of its rows as they are kept; the same for rowstore.
    """

    group: Group
    name: str
    rows: int
    row_pages_bytes: float
    stored_bytes: float

    @property
    def building_bytes(self) -> float:
        """Used while dbt builds it beside the old one: the adapter fills a heap, then indexes it.

        The heap goes when the index is complete (full_refresh_build: heap_then_index).
        """
        return self.row_pages_bytes + self.stored_bytes


def build(folder: Path) -> Path:
    """Generate an extract as CSV and build every model over it, all in a folder.

    Returns:
        The warehouse file.
    """
    data, warehouse = folder / "extract", folder / "emr.duckdb"
    patients = str(round(MEASURED_ENCOUNTERS / ENCOUNTERS_PER_PATIENT))
    arguments = ["generator", "--patients", patients, "--format", "csv", "--quiet"]
    run([*arguments, "--out", str(data)], warehouse)
    run(["emr", "attach", "--source", "extract", "--data", str(data)], warehouse)
    common = ["--vars", json.dumps({"emr_source": "extract"})]
    common += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    run(["dbt.cli.main", "seed", *common], warehouse)
    untested = ["--exclude-resource-type", "test", "unit_test", "seed"]
    run(["dbt.cli.main", "build", *untested, *common], warehouse)
    return warehouse


def fixed_bytes(data_type: str) -> int:
    """Bytes of a column of fixed length on SQL Server."""
    if not data_type.startswith("DECIMAL"):
        return FIXED_BYTES[data_type]
    digits = int(data_type.removeprefix("DECIMAL(").partition(",")[0])
    return next(size for most, size in DECIMAL_BYTES if digits <= most)


def page_bytes_per_row(data_types: list[str], text_bytes: float) -> float:
    """Bytes that a row takes of rowstore pages, before compression.

    Args:
        data_types: of its columns, as DuckDB calls them.
        text_bytes: average of all its texts together; a missing one has none.
    """
    texts = data_types.count("VARCHAR")
    row: float = ROW_HEADER_BYTES + ROW_VERSION_BYTES
    row += sum(fixed_bytes(data_type) for data_type in data_types if data_type != "VARCHAR")
    row += COUNT_BYTES + math.ceil(len(data_types) / 8)
    if texts:
        row += COUNT_BYTES + VARIABLE_COLUMN_BYTES * texts + text_bytes
    return PAGE_BYTES / math.floor(PAGE_BYTES_FOR_ROWS / (row + SLOT_BYTES))


def parquet_bytes(connection: duckdb.DuckDBPyConnection, relation: str, folder: Path) -> int:
    """Bytes of a table's columns as Parquet, the stand-in for columnstore.

    Both keep each column of a row group by itself, as numbers into a dictionary where values
    repeat, and shorten runs of equal ones.
    """
    file = folder / "columns.parquet"
    connection.execute(
        f"copy (from {relation}) to '{file}' "
        f"(format parquet, compression snappy, row_group_size {ROW_GROUP_ROWS})"
    )
    [(size,)] = connection.execute(
        f"select coalesce(sum(total_compressed_size), 0)::bigint from parquet_metadata('{file}')"
    ).fetchall()
    return int(size)


def measure(connection: duckdb.DuckDBPyConnection, group: Group, name: str, folder: Path) -> Table:
    """Measure a table of the warehouse."""
    relation = f'{group.schema}."{name}"'
    columns = connection.execute(
        f"select column_name, column_type from (describe {relation})"
    ).fetchall()
    texts = [
        f'coalesce(sum(strlen("{column}")), 0)' for column, kind in columns if kind == "VARCHAR"
    ]
    [(rows, text_bytes)] = connection.execute(
        f"select count(*), {' + '.join(texts) or '0'} from {relation}"
    ).fetchall()
    data_types = [kind for _, kind in columns]
    row_pages = rows * page_bytes_per_row(data_types, text_bytes / max(rows, 1))
    stored = parquet_bytes(connection, relation, folder) if group.is_columnstore else row_pages
    return Table(group, name, rows, row_pages, stored)


def measure_all(warehouse: Path, folder: Path) -> list[Table]:
    """Measure every table of every group; raw ones are views of the CSV files, all columns text."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set threads = 2")
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall()
        return [
            measure(connection, group, name, folder)
            for group in GROUPS
            for schema, name in names
            if schema == group.schema and name.startswith(group.prefixes)
        ]


def in_group(tables: list[Table], group: Group) -> list[Table]:
    """The tables of a group."""
    return [table for table in tables if table.group == group]


def stored_bytes(tables: list[Table]) -> float:
    """Bytes of tables as they are kept."""
    return sum(table.stored_bytes for table in tables)


def print_groups(tables: list[Table], encounters: int) -> None:
    """Print what each group of tables takes."""
    click.echo(
        f"\n{'':<23} {'stored as':<11} {'rows per':>9} {'bytes':>8} {'MB per million':>15}\n"
        f"{'':<23} {'':<11} {'encounter':>9} {'per row':>8} {'encounters':>15}"
    )
    for group in GROUPS:
        members = in_group(tables, group)
        rows, size = sum(table.rows for table in members), stored_bytes(members)
        form = "columnstore" if group.is_columnstore else "rowstore"
        click.echo(
            f"{group.title:<23} {form:<11} {rows / encounters:>9.2f} {size / rows:>8.1f} "
            f"{size / encounters:>15,.0f}"
        )
    rows, size = sum(table.rows for table in tables), stored_bytes(tables)
    click.echo(
        f"{'total':<23} {'':<11} {rows / encounters:>9.2f} {size / rows:>8.1f} "
        f"{size / encounters:>15,.0f}"
    )


def memory_gb(in_memory: float) -> int:
    """Memory that holds so many bytes, in a size that servers are sold with."""
    return max(SMALLEST_MEMORY_GB, int(2 ** math.ceil(math.log2(in_memory / GB))))


def round_up(gigabytes: float) -> int:
    """Up to two leading digits, as more would say more than is known."""
    unit = int(10 ** max(0, math.floor(math.log10(gigabytes)) - 1))
    return math.ceil(gigabytes / unit) * unit


def print_scales(tables: list[Table], encounters: int) -> None:
    """Print what a server needs for each number of encounters.

    Every table is taken to grow with the encounters. A few do not (calendar, departments); they are
    too small to matter.
    """
    models = [table for table in tables if table.group != RAW]
    # The marts are there twice: published, and in the schema where the next build begins.
    marts = stored_bytes(in_group(tables, FACTS) + in_group(tables, DIMENSIONS))
    data = stored_bytes(tables) + marts
    # All raw tables are loaded beside the old ones before they take their places.
    loading = data + stored_bytes(in_group(tables, RAW))
    # At worst the largest tables are built at the same time, each beside the old one.
    building = data + sum(sorted(table.building_bytes for table in models)[-DBT_THREADS:])
    # Loads and builds are minimally logged (recovery simple, tablock). A nightly run deletes and
    # inserts the changed rows of a fact in one transaction: at worst all rows of the largest, each
    # logged with about its own bytes.
    log = max(table.row_pages_bytes for table in in_group(tables, FACTS))
    disk = DISK_FACTOR * (max(loading, building) + log)
    in_memory = marts + max(table.stored_bytes for table in in_group(tables, INTERMEDIATE))
    click.echo(
        f"\n{'encounters':>11} {'data':>8} {'with a load':>12} {'with a rebuild':>15} {'log':>7} "
        f"{'disk':>9} {'memory':>8}"
    )
    for scale in SCALES:
        times = scale / encounters
        load_gb, build_gb, log_gb = (size * times / GB for size in (loading, building, log))
        click.echo(
            f"{scale:>11,} {data * times / GB:>5.1f} GB {load_gb:>9.1f} GB {build_gb:>12.1f} GB "
            f"{log_gb:>4.1f} GB {round_up(disk * times / GB):>6,} GB "
            f"{memory_gb(in_memory * times):>5,} GB"
        )


@click.command()
def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = measure_all(build(folder), folder)
    encounters = next(table.rows for table in tables if table.name == "fct_encounters")
    click.echo(
        "Calculated, not measured on SQL Server: from bytes per row of "
        f"{encounters:,} encounters on DuckDB.\n"
        "rowstore: SQL Server's row format before page compression, which typically takes off "
        "half;\n"
        "columnstore: the same table as Parquet (Snappy, dictionaries), a stand-in for it."
    )
    print_groups(tables, encounters)
    print_scales(tables, encounters)
    click.echo(
        "data: the marts twice, published and where the next build begins;\n"
        f"with a load: raw twice; with a rebuild: the {DBT_THREADS} largest models again, as heap "
        "and as columnstore;\n"
        "log: all rows of the largest fact, uncompressed;\n"
        f"disk: {DISK_FACTOR} times the most at one time with the log, for tempdb and growth;\n"
        "memory: facts, dimensions, reports and the largest intermediate table fit, at least "
        f"{SMALLEST_MEMORY_GB} GB."
    )


if __name__ == "__main__":
    main()
