"""A stand-in for SQL Server, on DuckDB, that understands what loading says to it.

It shows what a load leaves behind wherever it is stopped; whether SQL Server understands the same
statements is shown by Microsoft's parser and by tests/server/.
"""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa


class KilledError(BaseException):
    """The program was ended; nothing that it still tries reaches the server."""


class Database:
    """What outlives a connection: the tables, and who loads."""

    def __init__(self, collation: str = "Latin1_General_100_CI_AS_SC_UTF8") -> None:
        self.collation = collation
        self.duckdb = duckdb.connect()
        self.locked_by: StandIn | None = None

    def contents(self) -> dict[str, list[tuple]]:
        """All tables with their rows."""
        names = self.duckdb.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by 1"
        ).fetchall()
        return {
            name: sorted(self.duckdb.execute(f"from {name}").fetchall(), key=repr)
            for (name,) in names
        }


class StandIn:
    """A connection.

    Args:
        database: what it connects to.
        dies_at: number of the call, from 1, at which the program is killed; 0 is never.
        damage: what happens to a batch on its way.
    """

    def __init__(self, database: Database, dies_at: int = 0, damage=lambda batch: batch) -> None:
        self.database = database
        self.connection = database.duckdb.cursor()
        self.dies_at = dies_at
        self.damage = damage
        self.calls = 0
        self.statements: list[str] = []

    def _call(self) -> None:
        self.calls += 1
        if self.dies_at and self.calls >= self.dies_at:
            self.close()
            raise KilledError

    def execute(self, sql: str) -> list[tuple]:
        """One of the statements that loading makes."""
        self._call()
        self.statements.append(sql)
        if "databasepropertyex" in sql:
            return [(self.database.collation,)]
        if "sp_getapplock" in sql:
            if self.database.locked_by not in (None, self):
                return [(-1,)]
            self.database.locked_by = self
            return [(0,)]
        if sql.startswith("set xact_abort"):
            return []
        if found := re.match(r"if schema_id\('(\w+)'\) is null", sql):
            return self._run(f"create schema if not exists {found[1]}")
        if "from sys.tables" in sql:
            schema = re.search(r"schema_id\('(\w+)'\)", sql)[1]
            return self._run(
                f"select table_name from information_schema.tables where table_schema = '{schema}' "
                "and ends_with(table_name, '__loading')"
            )
        if found := re.match(r"exec sp_rename '(\w+)\.(\w+)', '(\w+)', 'OBJECT'", sql):
            return self._run(f"alter table {found[1]}.{found[2]} rename to {found[3]}")
        return self._run(duckdb_text(sql))

    def _run(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def bulk_insert(self, table: str, rows: pa.RecordBatchReader, batch_rows: int) -> None:
        """Append batches, each for itself."""
        for batch in rows:
            assert batch.num_rows <= batch_rows
            self._call()
            damaged = pa.Table.from_batches([self.damage(batch)])
            self.connection.register("batch", damaged)
            self.connection.execute(f"insert into {duckdb_text(table)} from batch")
            self.connection.unregister("batch")

    def close(self) -> None:
        """What is open is rolled back, what is locked is free."""
        self.connection.close()
        if self.database.locked_by is self:
            self.database.locked_by = None


def duckdb_text(sql: str) -> str:
    """A statement of loading as DuckDB reads it."""
    for pattern, replacement in (
        (r" masked with \(function = '[^']*'\)", ""),
        (r"\) with \(data_compression = page\)", ")"),
        (r"datetime2\(6\)", "timestamp"),
        (r"varchar\(max\)", "varchar"),
        (r"count_big\(", "count("),
        (r"\bchar\((\d+)\)", r"chr(\1)"),
        (r"convert\(varchar\(10\), (\S+), 23\)", r"strftime(\1, '%Y-%m-%d')"),
        (r"convert\(varchar\(26\), (\S+), 121\)", r"strftime(\1, '%Y-%m-%d %H:%M:%S.%f')"),
        (
            r"cast\(substring\(hashbytes\('MD5', (.*)\), 1, 4\) as bigint\)",
            r"cast('0x' || left(md5(\1), 8) as bigint)",
        ),
        (r"sum\((.*)\), 0\)", r"cast(sum(\1) as bigint), 0)"),
        (r"\[(\w+)\]", r'"\1"'),
    ):
        sql = re.sub(pattern, replacement, sql)
    return sql
