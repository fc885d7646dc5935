"""A visual that has a chart for each value of a column."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.figures import Figures, given

SIGNALS = "Special-cause signals"
# More charts are not read; who looks for one chooses its department.
MOST = 12
WITHOUT_CHART = "No chart: too few cases, or other charts have more signals"


@dataclass(frozen=True)
class Multiple:
    """One of the charts.

    Attributes:
        value: that it is of, such as a department.
        words: how many signals it has.
        figures: of this value alone.
    """

    value: str
    words: str
    figures: Figures


def _in_words(signals: int) -> str:
    if not signals:
        return "no signal"
    return f"{signals} {'month' if signals == 1 else 'months'} with a signal"


def multiples_of(figures: Figures) -> tuple[list[Multiple], list[str]]:
    """The charts, those with most signals first, and in words the values that have none.

    Their months or limits rest on too few to be shown, or many others have as many signals.
    """
    visual, rows = figures.visual, figures.rows
    if rows.empty:
        return [], []
    split = given(visual.small_multiples)
    by_value = rows.groupby(split)
    # a value without limits says nothing, and limits without a value neither
    is_shown = (by_value[visual.y[0]].count() > 1) & (by_value[visual.y[1]].count() > 0)
    signals = by_value[SIGNALS].sum()
    found = [
        Multiple(
            str(value),
            _in_words(int(count)),
            Figures(visual, rows[rows[split] == value], figures.counts),
        )
        for value, count in signals[is_shown].sort_values(ascending=False, kind="stable").items()
    ]
    without = [multiple.value for multiple in found[MOST:]] + list(is_shown[~is_shown].index)
    return found[:MOST], [
        f"{value} ({_in_words(int(signals[value]))})" if signals[value] else value
        for value in without
    ]
