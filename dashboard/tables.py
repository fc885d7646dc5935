"""A table as HTML: headings and figures are text, and who has no mouse can scroll it."""

from __future__ import annotations

from itertools import takewhile

import pandas as pd
from markupsafe import Markup, escape

from dashboard.figures import Figures, measures_of, title_of

NOTHING = "No data for this selection, or too few to show."
# More rows scroll in a window of their own.
LONGEST = 40


def table_html(figures: Figures, fewest: int) -> Markup:
    """The table of a visual; rows that rest on fewer answers than asked are of the class `few`.

    Args:
        figures: of a table or a matrix.
        fewest: the least number of answers whose figures are as dark as the others.
    """
    visual, table = figures.visual, figures.table()
    if table.empty:
        return Markup(f"<p>{NOTHING}</p>")
    numbers = {title_of(name) for name in measures_of(visual)}
    if visual.kind == "matrix":
        numbers = set(table.columns[1:])
    few = [False] * len(table)
    if visual.gray_if_few:
        few = list(figures.rows[visual.gray_if_few].fillna(0) < fewest)

    def cell(tag: str, column: str, value: str, rows: int = 1) -> Markup:
        attributes = ' scope="col"' if tag == "th" else ""
        attributes += ' class="number"' if column in numbers else ""
        attributes += f' rowspan="{rows}"' if rows > 1 else ""
        return Markup(f"<{tag}{attributes}>") + escape(value) + Markup(f"</{tag}>")

    head = Markup("").join(cell("th", column, column) for column in table.columns)
    spans = _spans(table, [name for name in table.columns if name not in numbers])
    body = Markup("").join(
        Markup('<tr class="few">' if is_few else "<tr>")
        + Markup("").join(
            cell("td", column, table[column].iloc[number], spans[column][number])
            for column in table.columns
            if spans[column][number]
        )
        + Markup("</tr>")
        for number, is_few in enumerate(few)
    )
    long = " long" if len(table) > LONGEST else ""
    return (
        Markup(f'<div class="emr-table{long}" tabindex="0" role="region" aria-label="')
        + escape(" ".join(visual.alt.split()))
        + Markup('"><table><thead><tr>')
        + head
        + Markup("</tr></thead><tbody>")
        + body
        + Markup("</tbody></table></div>")
    )


def _spans(table: pd.DataFrame, texts: list[str]) -> dict[str, list[int]]:
    """By column, over how many rows each cell goes; none where the cell above goes over it.

    What begins row after row in the same way is said once.
    """
    spans = {column: [1] * len(table) for column in table.columns}
    is_same = pd.Series(data=True, index=table.index)
    for column in takewhile(lambda name: name in texts, table.columns):
        is_same &= table[column].eq(table[column].shift())
        first = 0
        for number, repeats in enumerate(is_same):
            if repeats:
                spans[column][first] += 1
                spans[column][number] = 0
            else:
                first = number
    return spans
