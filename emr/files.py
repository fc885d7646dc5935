"""Finding and checking the files of a source, before anything is changed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from emr.csv_text import read_header
from emr.project import UserError
from emr.sources import Source, Table

# How a table may be delivered: one file, or a folder of parts of one kind.
ENDINGS = (".csv", ".csv.gz", ".parquet")
LONGEST_LINE_BYTES = 20_000_000
# A single-site extract may leave facilities out.
OPTIONAL_TABLES = frozenset({"facilities"})


@dataclass(frozen=True)
class Delivery:
    """The files of one table, all of one kind, with their header for CSV."""

    table: Table
    paths: tuple[Path, ...]
    header: tuple[str, ...]

    @property
    def is_parquet(self) -> bool:
        """Parquet, else CSV."""
        return self.paths[0].name.lower().endswith(".parquet")

    def relation(self) -> str:
        """The DuckDB table function that reads the files in place, CSV as text."""
        files = ", ".join(_literal(str(path)) for path in self.paths)
        if self.is_parquet:
            return f"read_parquet([{files}], union_by_name = true)"
        columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in self.header)
        return (
            f"read_csv([{files}], auto_detect = false, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = '', max_line_size = {LONGEST_LINE_BYTES}, "
            f"columns = {{{columns}}})"
        )

    def select(self) -> str:
        """The DuckDB query of the table's columns, in order."""
        columns = ", ".join(f"{_quoted(n)} as {_quoted(n)}" for n in self.table.column_names)
        return f"select {columns} from {self.relation()}"


@dataclass(frozen=True)
class Delivered:
    """A raw table that a folder of files holds, checked and read once.

    Attributes:
        table: what it must have.
        select: the DuckDB query of its rows, with the table's columns in order.
        rows: how many.
        ignored_columns: columns of the file that nothing reads.
    """

    table: Table
    select: str
    rows: int
    ignored_columns: tuple[str, ...]


def read_folder(
    source: Source, folder: Path, connection: duckdb.DuckDBPyConnection
) -> list[Delivered]:
    """Check a folder of files and read every field of it once.

    Args:
        source: the tables that it must hold.
        folder: the folder.
        connection: any DuckDB connection, to read with.

    Returns:
        One entry per table of the source, in its order.

    Raises:
        UserError: anything about the files that the user can fix.
    """
    deliveries = {delivery.table.name: delivery for delivery in _find_deliveries(source, folder)}
    delivered = []
    for table in source.tables:
        if table.name in deliveries:
            delivery = deliveries[table.name]
            rows = _count_rows(connection, delivery)
            known = {name.lower() for name in table.column_names}
            ignored = tuple(name for name in delivery.header if name.lower() not in known)
            delivered.append(Delivered(table, delivery.select(), rows, ignored))
        else:
            departments = deliveries["departments"]
            _count_rows(connection, departments)
            select = _default_facility(connection, table, departments)
            delivered.append(Delivered(table, select, 1, ()))
    return delivered


def _find_deliveries(source: Source, folder: Path) -> list[Delivery]:
    """The files of every table of a source in a folder, headers checked."""
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}: set DATA to the folder with your files.")
    found = {table.name: _files_of(table, folder) for table in source.tables}
    missing = [name for name, paths in found.items() if not paths and name not in OPTIONAL_TABLES]
    if missing:
        names = ", ".join(f"{name}.csv (or .csv.gz, .parquet)" for name in missing)
        raise UserError(
            f"{folder} has no file for {len(missing)} of {len(found)} tables: add {names}."
        )
    return [
        _checked(Delivery(table, found[table.name], _header(found[table.name])))
        for table in source.tables
        if found[table.name]
    ]


def _default_facility(
    connection: duckdb.DuckDBPyConnection, table: Table, departments: Delivery
) -> str:
    """The one site of an extract without facilities: the one that its departments name."""
    named = [
        row[0]
        for row in connection.execute(
            "select distinct trim(cast(facility_id as varchar)) as facility_id "
            f"from {departments.relation()} "
            "where trim(cast(facility_id as varchar)) <> '' order by 1"
        ).fetchall()
    ]
    if len(named) > 1:
        raise UserError(
            f"departments refers to {len(named)} sites ({', '.join(named[:3])}, …) but there is no "
            "facilities file: add facilities.csv with one row per site."
        )
    values = {"facility_id": named[0] if named else "MAIN", "facility_name": "Main site"}
    literals = {
        name: _literal(values[name]) if name in values else "null" for name in table.column_names
    }
    columns = ", ".join(f'cast({value} as varchar) as "{c}"' for c, value in literals.items())
    return f"select {columns}"


def _count_rows(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> int:
    """Read every field of a delivery and count its rows."""
    fields = ", ".join(f"count({_quoted(name)})" for name in delivery.header)
    try:
        [(rows, *_)] = connection.execute(
            f"select count(*), {fields} from {delivery.relation()}"
        ).fetchall()
        return int(rows)
    except duckdb.Error as error:
        raise UserError(_reading_fault(delivery, str(error))) from error


def _files_of(table: Table, folder: Path) -> tuple[Path, ...]:
    candidates = [folder / f"{table.name}{ending}" for ending in ENDINGS]
    paths = [path for path in candidates if path.is_file()]
    parts_folder = folder / table.name
    if parts_folder.is_dir():
        paths += sorted(
            path
            for path in parts_folder.iterdir()
            if path.is_file() and path.name.lower().endswith(ENDINGS)
        )
    kinds = {next(e for e in reversed(ENDINGS) if p.name.lower().endswith(e)) for p in paths}
    in_folder = {path.parent == parts_folder for path in paths}
    if len(kinds) > 1 or len(in_folder) > 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in paths)
        raise UserError(
            f"Table {table.name} is present more than once ({names}): keep one of them."
        )
    return tuple(path.resolve() for path in paths)


def _header(paths: tuple[Path, ...]) -> tuple[str, ...]:
    headers = {path: _header_of(path) for path in paths}
    first = headers[paths[0]]
    for path, header in headers.items():
        if header != first and not path.name.lower().endswith(".parquet"):
            raise UserError(
                f"{path.name} has different columns than {paths[0].name}: all parts of a table "
                "need the same header."
            )
    return first


def _header_of(path: Path) -> tuple[str, ...]:
    if path.name.lower().endswith(".parquet"):
        return _parquet_columns(path)
    return read_header(path)


def _parquet_columns(path: Path) -> tuple[str, ...]:
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(
                "select name from parquet_schema(?) where num_children is null", [str(path)]
            ).fetchall()
        except duckdb.Error as error:
            raise UserError(
                f"{path.name} is not a complete Parquet file: copy or export it again."
            ) from error
    return tuple(name for (name,) in rows)


def _checked(delivery: Delivery) -> Delivery:
    name = delivery.paths[0].name
    names = [column.lower() for column in delivery.header]
    repeated = sorted({column for column in names if names.count(column) > 1})
    if repeated:
        raise UserError(f"{name} has the column {repeated[0]} twice: rename or drop one.")
    for column in delivery.table.column_names:
        if column.lower() not in names:
            near = difflib.get_close_matches(column, delivery.header, n=1)
            hint = f" (is it {near[0]}?)" if near else ""
            raise UserError(
                f"{name} has no column {column}{hint}: add or rename it; docs/own-data.md lists "
                "every column."
            )
    return delivery


def _reading_fault(delivery: Delivery, message: str) -> str:
    """One sentence from DuckDB's message about a file."""
    file = next((p.name for p in delivery.paths if str(p) in message), delivery.paths[0].name)
    found = re.search(r"CSV Error on Line: (\d+)", message)
    line = f", line {found[1]}" if found else ""
    if "unicode" in message.lower() or "utf-8" in message.lower():
        return f"{file}{line} is not UTF-8 text: save it as UTF-8."
    if "gzip" in message.lower():
        return f"{file} is not a complete gzip file: copy or export it again."
    if delivery.is_parquet:
        return f"{file} is not a complete Parquet file: copy or export it again."
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    cause = f"{counts[1]} fields expected, {counts[2]} found" if counts else "not well-formed CSV"
    if "maximum line size" in message.lower():
        cause = f"longer than {LONGEST_LINE_BYTES // 10**6} million bytes"
    return (
        f"{file}{line} cannot be read ({cause}): every line must have as many fields as the "
        "header, and fields with commas or line breaks must be in double quotes."
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
