"""What the dashboard asks the marts, when they were built, and a sentence where they do not answer.

A connection is opened for what a page asks and has no answer yet, read-only, and closed before the
page is drawn: who held it longer would keep a plain `dbt build` from writing on DuckDB, and on
Windows any build from replacing the file. One page asks at a time: DuckDB shares what is open of a
path within a program, so that a page could be answered from a file that another one still held when
it was replaced.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd

from dashboard.choice import Day, Reading
from emr.marts import DIALECTS, Query, open_marts, project_variables
from emr.project import ROOT, UserError, warehouse_path
from measures.catalogue import semantic_model
from measures.pages import Slicer, all_pages
from measures.query import statement
from measures.selection import DATE, Selection

# After so many hours without a build, a page says that its figures are old: a nightly build may be
# late once.
STALE_AFTER = timedelta(hours=36)
# A build writes at least so often; what it left behind is older.
WRITES_EVERY = timedelta(minutes=2)
SEEDS = ("finding_departments", "finding_months")
BUILT_ON_SERVER = (
    "select convert(varchar(33), max(tables.modify_date), 126) as identity_of_build, "
    "datediff(second, max(tables.modify_date), getdate()) as age_seconds "
    "from sys.tables as tables "
    "inner join sys.schemas as schemas on tables.schema_id = schemas.schema_id "
    "where schemas.name = 'marts'"
)


LONGEST_WAIT_MS = 5_000
WRITING = "The marts are being written or replaced right now: reload this page in a minute."
OLDER = (
    "The marts are older than this dashboard and lack what it shows: run `make build`, then reload "
    "this page."
)
# By what DuckDB or SQL Server says, in small letters.
SENTENCES = {
    "could not set lock": WRITING,
    "being used by another process": WRITING,
    "lock request time out": WRITING,
    "catalog error": OLDER,
    "binder error": OLDER,
    "invalid object name": OLDER,
    "invalid column name": OLDER,
}
_ASKING = threading.Lock()


class NoMartsError(Exception):
    """The marts do not answer; the message is the sentence that a reader sees."""


@dataclass(frozen=True)
class Build:
    """The build whose marts are published.

    Attributes:
        identity: another one for each build.
        built_at: when it was published, local time.
    """

    identity: str
    built_at: datetime


def published(target: str) -> Build:
    """The build whose marts answer now.

    Raises:
        NoMartsError: there is none, or the server does not answer.
    """
    if target == "duckdb":
        path = warehouse_path()
        try:
            state = path.stat()
        except FileNotFoundError as error:
            if is_building():
                raise NoMartsError(
                    "The first build is in progress: this page shows its marts when it is done. "
                    "Reload it then."
                ) from error
            raise NoMartsError(
                f"There are no marts yet ({path.name}): run `make build`, then reload this page."
            ) from error
        built_at = datetime.fromtimestamp(state.st_mtime)
        return Build(f"{state.st_ino} {state.st_mtime_ns} {state.st_size}", built_at)
    with Marts(target) as marts:
        [[identity, age_seconds]] = marts.rows(BUILT_ON_SERVER)
    if identity is None:
        raise NoMartsError(
            "There are no marts in this database yet: run `make build TARGET=sqlserver`, then "
            "reload this page."
        )
    # the server's clock is its own; each build makes tables anew, so that the latest one tells it
    return Build(identity, datetime.now() - timedelta(seconds=age_seconds))


def is_building() -> bool:
    """Whether a build of the DuckDB warehouse seems to be under way: it wrote a moment ago."""
    path = warehouse_path()
    written = [p.stat().st_mtime for p in (path.parent / "building").glob(f"{path.name}*")]
    return bool(written) and datetime.now() - datetime.fromtimestamp(max(written)) < WRITES_EVERY


class Marts:
    """The marts of a target, opened by the first question and let go when its block ends.

    Blocks do not stand in each other: the inner one would wait for the outer one for ever.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self._opened = ExitStack()
        self._query: Query | None = None

    def __enter__(self) -> Marts:
        """Nothing is opened yet."""
        return self

    def __exit__(self, *error: object) -> None:
        """Let the marts go."""
        self._opened.close()
        self._query = None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Raises:
            NoMartsError: the marts are being written, are of another version, or do not answer.
        """
        try:
            query = self._query or self._open()
            return query(sql)
        except (UserError, duckdb.Error) as error:
            message = error.message if isinstance(error, UserError) else str(error)
            for words, sentence in SENTENCES.items():
                if words in message.lower():
                    raise NoMartsError(sentence) from error
            raise NoMartsError(f"The marts cannot be read: {message.splitlines()[0]}") from error

    def _open(self) -> Query:
        self._opened.enter_context(_ASKING)
        # kept before it is asked: whoever goes on after an error must not wait for its own lock
        query = self._query = self._opened.enter_context(open_marts(self.target))
        if self.target != "duckdb":
            query(f"set lock_timeout {LONGEST_WAIT_MS}")
        return query


def answer(
    marts: Marts, names: Sequence[str], selection: Selection, by: Sequence[str]
) -> pd.DataFrame:
    """Measures for a selection, split by columns: one column per name, small cells null.

    Raises:
        NoMartsError: the marts do not answer.
    """
    sql = statement(names, selection, project_variables(), by, DIALECTS[marts.target])
    frame = pd.DataFrame(marts.rows(sql), columns=[*by, *names])
    return frame.astype(dict.fromkeys(names, "float64"))


def calendar(marts: Marts, slicers: Sequence[Slicer]) -> list[Day]:
    """The days that the marts know, with the values by which slicers choose them."""
    columns = [s.field.partition(".")[2] for s in slicers if s.field.startswith(f"{DATE}.")]
    columns = list(dict.fromkeys([*columns, "year_month_name"]))
    found = marts.rows(
        f"select date_key, {', '.join(columns)} from marts.dim_date order by date_key"
    )
    return [
        Day(
            date(key // 10_000, key // 100 % 100, key % 100),
            dict(zip(columns, values, strict=True)),
        )
        for key, *values in found
    ]


def last_day(marts: Marts) -> date:
    """The day of the last arrival: the calendar goes on to the end of the year."""
    [[key]] = marts.rows("select max(arrival_date_key) as last_key from marts.fct_encounters")
    if key is None:
        raise NoMartsError("The marts hold no encounters.")
    return date(key // 10_000, key // 100 % 100, key % 100)


def values(marts: Marts, field: str) -> list[str]:
    """The values of a column of a dimension, in its order."""
    table, _, column = field.partition(".")
    order = semantic_model().tables[table].sort_by.get(column, column)
    found = marts.rows(
        f"select {column}, min({order}) as place from marts.{table} "
        f"where {column} is not null group by {column} order by 2",
    )
    return [value for value, _ in found]


def seeds() -> Mapping[str, list[dict[str, str]]]:
    """The rows of the reference seeds that filters of pages name."""
    result = {}
    for name in SEEDS:
        path = ROOT / "seeds" / "reference" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            result[name] = list(csv.DictReader(file))
    return result


def reading(marts: Marts) -> tuple[Reading, dict[str, list[str]]]:
    """What selections are made from, and the values of each slicer."""
    slicers = all_pages().slicers
    days = calendar(marts, slicers)
    found = Reading(slicers, days, last_day(marts), seeds(), project_variables())
    return found, {slicer.name: values(marts, slicer.field) for slicer in slicers}
