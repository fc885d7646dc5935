"""The grid of a page, for a screen that stacks what stands side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from measures.pages import Page, Visual, all_pages

# The columns of a row: their width, and the visuals and rows below each other in each.
Row: TypeAlias = "list[tuple[int, list[Row | Visual]]]"
# So many columns a row are readable on a laptop's screen; cards take less room than charts.
MOST_CARDS, MOST_CHARTS = 3, 2
# A table with more columns takes the whole width.
MOST_TABLE_COLUMNS = 4


def sections_of(page: Page) -> list[Page]:
    """A page without what sums up the one that follows on it, and that one."""
    visuals = [v for v in page.visuals if not v.summary_of or v.summary_of != page.continues_with]
    followed = [other for other in all_pages().pages if other.name == page.continues_with]
    return [page.model_copy(update={"visuals": visuals}), *followed]


def rows_of(visuals: Sequence[Visual]) -> list[Row | Visual]:
    """Visuals as rows from the top; a row has columns, and a column again visuals or rows.

    A visual that stands alone in its row is itself. What is too narrow on the grid of Power BI,
    which shows a page at once, goes on in rows of its own: a browser scrolls.
    """
    result: list[Row | Visual] = []
    for band in _bands(visuals, start=1, size=3):
        columns = _bands(band, start=0, size=2)
        if len(columns) == 1:
            if len(band) > 1:
                raise ValueError(f"{band[0].title} overlaps another visual")
            result.append(band[0])
            continue
        # a wide table with which a row begins stands first, others after the charts
        while columns and all(_is_wide(visual) for visual in columns[0]):
            result += columns.pop(0)
        narrow = [[visual for visual in column if not _is_wide(visual)] for column in columns]
        result += _side_by_side([column for column in narrow if column])
        result += [visual for column in columns for visual in column if _is_wide(visual)]
    return result


def _side_by_side(columns: Sequence[Sequence[Visual]]) -> list[Row | Visual]:
    """Rows of as many columns as can be read."""
    is_cards = all(visual.kind == "cards" for column in columns for visual in column)
    most = MOST_CARDS if is_cards else MOST_CHARTS
    result: list[Row | Visual] = []
    for start in range(0, len(columns), most):
        row = columns[start : start + most]
        if len(row) == 1:
            result += rows_of(row[0])
            continue
        widths = [max(v.at[0] + v.at[2] for v in c) - min(v.at[0] for v in c) for c in row]
        result.append([(width, rows_of(c)) for width, c in zip(widths, row, strict=True)])
    return result


def _is_wide(visual: Visual) -> bool:
    return visual.kind == "table" and len(visual.values) > MOST_TABLE_COLUMNS


def _bands(visuals: Sequence[Visual], start: int, size: int) -> list[list[Visual]]:
    """Groups between which a straight line passes, in their order along one side."""
    bands: list[list[Visual]] = []
    end = 0
    for visual in sorted(visuals, key=lambda v: (v.at[start], v.at[1], v.at[0])):
        if not bands or visual.at[start] >= end:
            bands.append([])
        bands[-1].append(visual)
        end = max(end, visual.at[start] + visual.at[size])
    return bands
