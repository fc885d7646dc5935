"""What a raw table is on SQL Server: types of its columns, its statements, its checksum.

Raw holds what was delivered, so CSV stays text, in columns as long as the contract says and longer
where a value is: nothing is cut off, and a value that no date or number can be made of is still
there for staging to reject. Parquet brings types: a column takes the contract's type if every
value fits it, and is text otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from emr.files import Delivered
from emr.sources import Column

# Types of the contract that a typed column may take, as DuckDB and as SQL Server write them, and
# the T-SQL and DuckDB text of a value that checksums compare.
TYPED = {
    "date": ("date", "date", "convert(varchar(10), {}, 23)", "strftime({}, '%Y-%m-%d')"),
    "timestamp": (
        "timestamp",
        "datetime2(6)",
        "convert(varchar(26), {}, 121)",
        "strftime({}, '%Y-%m-%d %H:%M:%S.%f')",
    ),
    "int": ("int", "int", "cast({} as varchar(11))", "cast({} as varchar)"),
    "decimal(18,2)": (
        "decimal(18, 2)",
        "decimal(18, 2)",
        "cast({} as varchar(20))",
        "cast({} as varchar)",
    ),
}
# Length of a text column for which the contract states another type, or none.
UNSTATED_LENGTH = 255
LONGEST_VARCHAR = 8000
LOADING = "__loading"
# Between the values of a row, and in place of a missing one, when a row is made one text.
SEPARATOR, NOTHING = 31, 30


@dataclass(frozen=True)
class RawColumn:
    """A column of a raw table.

    Attributes:
        name: as the contract has it.
        server_type: its type on SQL Server.
        value: the DuckDB expression of its value as that type.
        server_text: the T-SQL expression of its value as text.
        file_text: the DuckDB expression of its value as the same text.
        mask: SQL Server's masking function, if it has one.
    """

    name: str
    server_type: str
    value: str
    server_text: str
    file_text: str
    mask: str | None


@dataclass(frozen=True)
class RawTable:
    """A raw table on SQL Server and the files that fill it."""

    schema: str
    name: str
    rows: int
    columns: tuple[RawColumn, ...]
    source: str

    @property
    def place(self) -> str:
        """Where readers find it."""
        return f"[{self.schema}].[{self.name}]"

    @property
    def loading_name(self) -> str:
        """Its name while it is being loaded, beside the one that readers see."""
        return self.name + LOADING

    @property
    def loading_place(self) -> str:
        """Where it is loaded."""
        return f"[{self.schema}].[{self.loading_name}]"

    def select(self) -> str:
        """The DuckDB query of what is loaded."""
        values = ", ".join(f'{column.value} as "{column.name}"' for column in self.columns)
        return f"select {values} from ({self.source})"

    def create(self) -> str:
        """The T-SQL that makes the table to load into, empty."""
        columns = ",\n    ".join(
            f"[{column.name}] {column.server_type}"
            + (f" masked with (function = '{column.mask}')" if column.mask else "")
            + " null"
            for column in self.columns
        )
        return (
            f"create table {self.loading_place} (\n    {columns}\n) with (data_compression = page)"
        )

    def server_checksum(self) -> str:
        """The T-SQL query of the rows and the checksum of what was loaded."""
        texts = [
            f"coalesce(cast({column.server_text.format(f'[{column.name}]')} as varchar(max)), "
            f"char({NOTHING}))"
            for column in self.columns
        ]
        # concat needs two values; the last separator makes sure of them
        row = f", char({SEPARATOR}), ".join([*texts, "''"])
        digest = f"substring(hashbytes('MD5', concat({row})), 1, 4)"
        return (
            f"select count_big(*), coalesce(sum(cast({digest} as bigint)), 0) "
            f"from {self.loading_place}"
        )

    def file_checksum(self) -> str:
        """The DuckDB query of the rows and the checksum of what the files hold."""
        texts = [
            f"coalesce({column.file_text.format(f'{chr(34)}{column.name}{chr(34)}')}, "
            f"chr({NOTHING}))"
            for column in self.columns
        ]
        row = f" || chr({SEPARATOR}) || ".join([*texts, "''"])
        digest = f"cast('0x' || left(md5({row}), 8) as bigint)"
        return f"select count(*), cast(coalesce(sum({digest}), 0) as bigint) from ({self.select()})"


def raw_table(schema: str, delivered: Delivered, connection: duckdb.DuckDBPyConnection) -> RawTable:
    """Decide the types of a raw table from the contract and from what was delivered.

    Args:
        schema: the raw schema of the source.
        delivered: the files of the table.
        connection: any DuckDB connection, to read with.
    """
    described = connection.execute(f"describe {delivered.select}").fetchall()
    types = dict(zip(delivered.table.column_names, (row[1] for row in described), strict=True))
    measures = [_measure(column, types[column.name]) for column in delivered.table.columns]
    [measured] = connection.execute(
        f"select {', '.join(measures)} from ({delivered.select})"
    ).fetchall()
    columns = tuple(
        _raw_column(column, types[column.name], number or 0)
        for column, number in zip(delivered.table.columns, measured, strict=True)
    )
    return RawTable(schema, delivered.table.name, delivered.rows, columns, delivered.select)


def _typed(column: Column, delivered_type: str) -> tuple[str, str, str, str] | None:
    """The contract's type, where the delivered column has a type at all and the contract too."""
    if delivered_type == "VARCHAR" or column.data_type is None:
        return None
    return TYPED.get(column.data_type.replace(" ", ""))


def _measure(column: Column, delivered_type: str) -> str:
    """What decides the type: the longest text in bytes, or minus the values that do not fit."""
    name = f'"{column.name}"'
    longest = f"max(strlen(cast({name} as varchar)))"
    typed = _typed(column, delivered_type)
    if typed is None:
        return longest
    fits = f"cast(try_cast({name} as {typed[0]}) as {delivered_type}) = {name}"
    if typed[0] in ("date", "timestamp"):
        fits += f" and year(try_cast({name} as {typed[0]})) between 1 and 9999"
    lost = f"count(*) filter (where {name} is not null and not coalesce({fits}, false))"
    return f"case when {lost} = 0 then null else {longest} end"


def _raw_column(column: Column, delivered_type: str, longest: int) -> RawColumn:
    typed = _typed(column, delivered_type)
    name = f'"{column.name}"'
    if typed is not None and longest == 0:
        duckdb_type, server_type, server_text, file_text = typed
        value = f"cast({name} as {duckdb_type})"
        return RawColumn(column.name, server_type, value, server_text, file_text, column.mask)
    length = max(_stated_length(column), longest)
    server_type = f"varchar({length})" if length <= LONGEST_VARCHAR else "varchar(max)"
    return RawColumn(column.name, server_type, f"cast({name} as varchar)", "{}", "{}", column.mask)


def _stated_length(column: Column) -> int:
    stated = column.data_type or ""
    if stated.startswith("varchar(") and stated.endswith(")"):
        return int(stated.removeprefix("varchar(").removesuffix(")"))
    return UNSTATED_LENGTH
