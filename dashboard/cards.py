"""A headline figure with what it rests on and how it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.figures import Figures, Record, format_of, number, records, title_of
from measures.catalogue import NO_PEOPLE, Measure, catalogue, earlier_period
from measures.formats import text

Direction = Literal["up", "down", "none"]
# By the sign that a change is written with.
DIRECTIONS: Mapping[str, Direction] = {"+": "up", "-": "down"}


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
    direction: Direction
    is_better: bool | None


@dataclass(frozen=True)
class Card:
    """A figure in words.

    Attributes:
        name: of the measure, with its unit.
        value: in words, a dash where there is none or none may be shown.
        definition: what it is.
        notes: how many people, stays or answers it rests on, and what it does not follow.
        changes: that are known.
    """

    name: str
    value: str
    definition: str
    notes: tuple[str, ...]
    changes: tuple[Change, ...]


def cards_of(figures: Figures, smallest_cell: int) -> list[Card]:
    """The cards of a visual, changes beside the measure that changed."""
    row = next(iter(records(figures.rows)), {})
    names = list(figures.visual.values)
    result = []
    for name in names:
        measure = catalogue()[name]
        if measure.change_of:
            continue
        changes = [_change(other, row) for other in names if catalogue()[other].change_of == name]
        result.append(
            Card(
                title_of(name),
                text(format_of(measure, row, figures.visual), number(row.get(name))),
                measure.says,
                tuple(_notes(measure, row, figures, smallest_cell)),
                _different(changes),
            )
        )
    return result


def _different(changes: list[Change | None]) -> tuple[Change, ...]:
    """The changes that are known; one where the period before is the year before."""
    known = [change for change in changes if change]
    return tuple(known[:1] if len({change.text for change in known}) == 1 else known)


def _change(name: str, row: Record) -> Change | None:
    value = number(row.get(name))
    if value is None:
        return None
    measure = catalogue()[name]
    written = text(measure.format, value)
    # what rounds to nothing has not changed
    direction = DIRECTIONS.get(written[0], "none")
    is_better = None
    if measure.better and direction != "none":
        is_better = (direction == "up") == (measure.better == "higher")
    words = f"vs. {earlier_period(measure)}"
    if is_better is not None:
        # not by color alone
        words += " (better)" if is_better else " (worse)"
    return Change(written, words, direction, is_better)


def _notes(measure: Measure, row: Record, figures: Figures, smallest_cell: int) -> Iterator[str]:
    is_shown = number(row.get(measure.name)) is not None
    if measure.kind == "count" and not is_shown:
        yield f"fewer than {smallest_cell}"
    elif measure.kind != "count" and measure.n is not None and measure.n != NO_PEOPLE:
        count = figures.counts.get(measure.n)
        yield count_in_words(measure.n, count, smallest_cell)
        if not is_shown and count:
            yield "numerator or remainder too small to show"
    names = figures.not_followed.get(measure.name)
    if names:
        yield f"not filtered by: {', '.join(names)}"


def count_in_words(name: str, count: float | None, smallest_cell: int) -> str:
    """`2,819 index admissions (30-day)`; hidden where it is a small cell."""
    is_word = name[1:2].islower()
    what = name[0].lower() + name[1:] if is_word else name
    if count is None:
        return f"fewer than {smallest_cell} {what}, or none"
    return f"{count:,.0f} {what}"
