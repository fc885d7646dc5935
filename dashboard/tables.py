"""A table as HTML: headings and figures are text, and who has no mouse can scroll it."""

from __future__ import annotations

from markupsafe import Markup, escape

from dashboard.figures import Figures, measures_of, title_of

NOTHING = "No data for this choice, or too few to show."
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
    if visual.grey_if_few:
        few = list(figures.rows[visual.grey_if_few].fillna(0) < fewest)

    def cell(column: str, value: str, is_heading: bool) -> Markup:
        kind = ' class="number"' if column in numbers else ""
        if is_heading:
            return Markup(f'<th scope="col"{kind}>') + escape(value) + Markup("</th>")
        return Markup(f"<td{kind}>") + escape(value) + Markup("</td>")

    head = Markup("").join(cell(column, column, True) for column in table.columns)
    body = Markup("").join(
        Markup('<tr class="few">' if is_few else "<tr>")
        + Markup("").join(cell(c, v, False) for c, v in zip(table.columns, row, strict=True))
        + Markup("</tr>")
        for row, is_few in zip(table.itertuples(index=False), few, strict=True)
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
