"""What was built, in a page: rows per mart, headline figures, findings."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from emr.marts import DIALECTS, Query, open_marts, project_variables
from emr.project import UserError
from measures.catalogue import NO_PEOPLE, catalogue, semantic_model
from measures.formats import Format, text
from measures.query import Dialect, statement
from measures.selection import Selection

# Measures of all data; what each means is in measures/.
HEADLINES = (
    "Encounters",
    "Patients",
    "Inpatient stays",
    "Average length of stay (ALOS)",
    "30-day readmission rate",
    "60-day readmission rate, adults with type 2 diabetes",
    "LWBS rate",
    "Occupancy",
    "Net revenue",
    "Net revenue per patient",
    "Denial rate",
    "Days in A/R",
    "Uninsured rate",
    "Overall rating",
    "Survey response rate",
)
CONFIRMED = {1: "yes", 0: "NO", None: "no data"}


def show_summary(console: Console, target: str = "duckdb") -> None:
    """Print the summary of the marts of a target, `duckdb` or `sqlserver`.

    Raises:
        UserError: where there is no warehouse or no mart in it.
    """
    with open_marts(target) as query:
        console.print(marts_table(query))
        console.print(quality_table(query))
        console.print(headlines_table(query, DIALECTS[target]))
        console.print(findings_table(query))


def marts_table(query: Query) -> Table:
    """Rows of every mart.

    Raises:
        UserError: where the warehouse holds no marts.
    """
    names = [
        name
        for (name,) in query(
            "select table_name from information_schema.tables where table_schema = 'marts' "
            "order by table_name"
        )
    ]
    if not names:
        raise UserError("The warehouse holds no marts: run the build first.")
    table = Table(title="Marts", title_justify="left", title_style="bold")
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name in names:
        rows = query(f"select count(*) from marts.{name}")[0][0]
        table.add_row(name, f"{rows:,}")
    return table


def quality_table(query: Query) -> Table | str:
    """Delivered, rejected and flagged rows by table; one line where all are accepted."""
    rows = query(
        "select table_name, max(delivered_rows) as delivered_rows, "
        "sum(rejected_rows) as rejected_rows, sum(flagged_rows) as flagged_rows "
        "from marts.rpt_data_quality group by table_name order by table_name"
    )
    broken = [row for row in rows if row[2] or row[3]]
    if not broken:
        return f"All {sum(row[1] for row in rows):,} delivered rows are accepted."
    table = Table(title="Data quality", title_justify="left", title_style="bold")
    table.add_column("table")
    for heading in ("received", "rejected", "flagged"):
        table.add_column(heading, justify="right")
    for name, *counts in broken:
        table.add_row(name, *(f"{count:,}" for count in counts))
    return table


def headlines_table(query: Query, dialect: Dialect) -> Table:
    """The headline figures and how many they are based on, small cells suppressed."""
    table = Table(title="Headline figures", title_justify="left", title_style="bold")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("n", justify="right")
    variables = project_variables()
    n_of = {name: catalogue()[name].n or name for name in HEADLINES}
    counts = sorted(set(n_of.values()) - {NO_PEOPLE})

    def values(names: Sequence[str], smallest_cell: float) -> dict[str, float | None]:
        shown = {**variables, "smallest_cell": smallest_cell}
        rows = query(statement(names, Selection(), shown, dialect=dialect))
        return dict(zip(names, rows[0], strict=True))

    smallest = int(variables["smallest_cell"])
    figures, numbers = values(HEADLINES, smallest), values(counts, 1)
    for name in HEADLINES:
        count = numbers.get(n_of[name])
        table.add_row(name, *cells(name, figures[name], count, smallest))
    return table


def findings_table(query: Query) -> Table:
    """The findings of the executive summary, check by check, with the expected range."""
    table = Table(title="Findings", title_justify="left", title_style="bold")
    table.add_column("finding")
    table.add_column("measured", justify="right")
    table.add_column("expected", justify="right")
    table.add_column("confirmed")
    statement = None
    forms = semantic_model().formats["rpt_findings.unit"]
    for finding, words, measure, unit, value, lowest, highest, is_confirmed in query(
        "select finding_id, statement, measure, unit, value, lowest_expected, highest_expected, "
        "is_confirmed from marts.rpt_findings order by finding_id, check_number"
    ):
        if words != statement:
            statement = words
            table.add_row(f"[bold]{finding} {words}[/bold]")
        form = forms[unit]
        table.add_row(
            f"   {measure}",
            "no data" if value is None else text(form, value),
            expected_range(form, lowest, highest),
            CONFIRMED[is_confirmed],
        )
    return table


def expected_range(form: Format, lowest: Decimal, highest: Decimal | None) -> str:
    """A range in words: one value, a lower bound, or both bounds."""
    low = text(form, float(lowest))
    if highest is None:
        return f"{low} or more"
    return low if lowest == highest else f"{low} to {text(form, float(highest))}"


def cells(
    name: str, value: float | None, count: float | None, smallest_cell: int
) -> tuple[str, str]:
    """The printed value of a measure and the count that it is based on, `-` where one is hidden.

    Args:
        name: of the measure.
        value: of the measure, none where it would show a small cell.
        count: that it is based on, small or not; none where it is based on nobody.
        smallest_cell: the least count that is printed.
    """
    measure = catalogue()[name]
    if not count and measure.n != NO_PEOPLE:
        return "no data", "0"
    if value is None:
        value_text = "no data" if measure.n == NO_PEOPLE else "-"
    else:
        value_text = text(measure.format, value)
    if count is None or measure.kind == "count":
        return value_text, ""
    return value_text, f"<{smallest_cell}" if count < smallest_cell else f"{count:,.0f}"
