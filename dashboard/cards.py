"""A headline figure with what it rests on and how it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard.figures import Figures, base_of, format_of, title_of
from measures.catalogue import NOBODY, Measure, catalogue
from measures.text import text

AGAINST = {"period": "on the period before", "year": "on the year before"}


@dataclass(frozen=True)
class Change:
    """How a figure changed.

    Attributes:
        text: the change with its sign and unit.
        against: what it is compared with.
        direction: `up`, `down` or `none`.
        is_better: whether that is good; nothing where neither is.
    """

    text: str
    against: str
    direction: str
    is_better: bool | None


@dataclass(frozen=True)
class Card:
    """A figure in words.

    Attributes:
        name: of the measure, with its unit.
        value: in words, a dash where there is none or none may be shown.
        definition: what it is.
        rests_on: how many people, stays or answers it rests on, in words.
        changes: that are known.
    """

    name: str
    value: str
    definition: str
    rests_on: str
    changes: tuple[Change, ...]


def cards_of(figures: Figures, smallest_cell: int) -> list[Card]:
    """The cards of a visual, changes beside the measure that changed."""
    row = figures.rows.iloc[0] if len(figures.rows) else pd.Series(dtype="float64")
    names = list(figures.visual.values)
    result = []
    for name in names:
        if base_of(name):
            continue
        measure = catalogue()[name]
        changes = [
            _change(other, row, base_of(other)[1])
            for other in names
            if base_of(other) and base_of(other)[0] == name
        ]
        result.append(
            Card(
                title_of(name),
                text(format_of(measure, row, figures.visual), _value(row, name)),
                " ".join(measure.description.split()),
                _rests_on(measure, row, figures.counts, smallest_cell),
                tuple(filter(None, changes)),
            )
        )
    return result


def _value(row: Mapping, name: str) -> float | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _change(name: str, row: Mapping, against: str) -> Change | None:
    value = _value(row, name)
    if value is None:
        return None
    measure = catalogue()[name]
    written = text(measure.format, value)
    # what rounds to nothing has not changed
    direction = {"+": "up", "-": "down"}.get(written[0], "none")
    is_better = None
    if measure.better and direction != "none":
        is_better = (direction == "up") == (measure.better == "higher")
    return Change(written, AGAINST[against], direction, is_better)


def _rests_on(
    measure: Measure, row: Mapping, counts: Mapping[str, float | None], smallest_cell: int
) -> str:
    if measure.kind == "count":
        return "" if _value(row, measure.name) is not None else f"fewer than {smallest_cell}"
    if measure.rests_on in (None, NOBODY):
        return ""
    count = counts.get(measure.rests_on)
    return count_in_words(measure.rests_on, count, smallest_cell)


def count_in_words(name: str, count: float | None, smallest_cell: int) -> str:
    """`2,819 index stays 30 days`; hidden where it is a small cell."""
    is_word = name[1:2].islower()
    what = name[0].lower() + name[1:] if is_word else name
    if count is None:
        return f"fewer than {smallest_cell} {what}, or none"
    return f"{count:,.0f} {what}"
