"""What was built, in a page: rows per mart, headline figures, what to open next."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml
from rich.console import Console
from rich.table import Table

from pipeline.project import UserError, warehouse_path

HEADLINES = Path(__file__).with_name("headlines.yml")
# CMS cell-size policy: nothing about fewer than eleven people is printed.
SMALLEST_CELL = 11


def show_summary(console: Console) -> None:
    """Print the summary of the DuckDB warehouse.

    Raises:
        UserError: where there is no warehouse or no mart in it.
    """
    warehouse = warehouse_path()
    if not warehouse.exists():
        raise UserError(f"There is no warehouse {warehouse}: run the build first.")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        console.print(marts_table(connection))
        console.print(headlines_table(connection))


def marts_table(connection: duckdb.DuckDBPyConnection) -> Table:
    """Rows of every mart.

    Raises:
        UserError: where the warehouse holds no marts.
    """
    names = [
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' "
            "order by table_name"
        ).fetchall()
    ]
    if not names:
        raise UserError("The warehouse holds no marts: run the build first.")
    table = Table(title="Marts", title_justify="left", title_style="bold")
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name in names:
        rows = connection.execute(f"select count(*) from marts.{name}").fetchone()[0]
        table.add_row(name, f"{rows:,}")
    return table


def headlines_table(connection: duckdb.DuckDBPyConnection) -> Table:
    """The headline figures, small cells suppressed, `no data` where a fact is empty."""
    table = Table(title="Headline figures", title_justify="left", title_style="bold")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("n", justify="right")
    for headline in yaml.safe_load(HEADLINES.read_text(encoding="utf-8")):
        row = connection.execute(headline["sql"]).fetchone()
        value, count = row if row is not None else (None, 0)
        table.add_row(headline["title"], *cells(value, count, headline["format"]))
    return table


def cells(value: float | None, count: int | None, form: str) -> tuple[str, str]:
    """The printed value and count of a figure."""
    if not count or value is None:
        return "no data", "0"
    if count < SMALLEST_CELL:
        return "-", f"<{SMALLEST_CELL}"
    return form.format(value), f"{count:,.0f}"
