"""What a reader chose, as the slicers of the pages and as a selection of the measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from measures.pages import Page, Slicer, Visual, filter_values
from measures.selection import DATE, Selection


@dataclass(frozen=True)
class Day:
    """A day of the calendar and its values by column of dim_date, such as `year_month_name`."""

    day: date
    values: Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """Values by slicer and sliders by parameter; a slicer without a value shows everything."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What selections are made from, beside the choice.

    Attributes:
        slicers: of all pages.
        calendar: the days of dim_date in their order.
        last_day: of the data.
        seeds: rows of the reference seeds that filters of pages name.
        variables: of dbt_project.yml.
    """

    slicers: Sequence[Slicer]
    calendar: Sequence[Day]
    last_day: date
    seeds: Mapping[str, list[dict[str, str]]]
    variables: Mapping[str, float | str]

    def days(self, page: Page, choice: Choice, ignored: Sequence[str] = ()) -> list[Day]:
        """The days of a choice of periods and months."""
        days = list(self.calendar)
        for slicer in self.slicers:
            values = choice.chosen.get(slicer.name, ())
            table, _, column = slicer.field.partition(".")
            is_held = not page.whole_hospital and slicer.name not in ignored
            if values and is_held and table == DATE:
                days = [day for day in days if day.values[column] in values]
        return days

    def in_words(self, page: Page, choice: Choice) -> str:
        """The choice that a page shows, with the days of its period."""
        if page.whole_hospital:
            return "The whole hospital, full data period"
        words = [
            f"{slicer.name}: {', '.join(choice.chosen.get(slicer.name, ())) or 'all'}"
            for slicer in self.slicers
        ]
        days = [day.day for day in self.days(page, choice)]
        span = (
            " to ".join(day_in_words(day) for day in (days[0], days[-1]))
            if days
            else "No day is in both the period and the month"
        )
        return f"{span}. {'; '.join(words)}"

    def selection(self, page: Page, visual: Visual, choice: Choice) -> Selection:
        """The rows that a visual shows, as Power BI would filter them."""
        days = self.days(page, choice, visual.ignores)
        chosen: dict[str, tuple[str | int, ...]] = {}
        for slicer in self.slicers:
            values = choice.chosen.get(slicer.name, ())
            if page.whole_hospital or slicer.name in visual.ignores or not values:
                continue
            if not slicer.field.startswith(f"{DATE}."):
                chosen[slicer.field] = values
        for column, asked in visual.filters.items():
            kept = filter_values(column, asked, self.seeds)
            both = [v for v in kept if v in chosen[column]] if column in chosen else kept
            chosen[column] = tuple(both)
        if visual.since:
            first = date.fromisoformat(str(self.variables[visual.since]))
            days = [day for day in days if day.day >= first]
        return self._of_days(days, chosen, choice.parameters)

    def _of_days(
        self,
        days: list[Day],
        chosen: dict[str, tuple[str | int, ...]],
        parameters: Mapping[str, float],
    ) -> Selection:
        """The selection of these days: a period where they follow each other."""
        if len(days) == len(self.calendar):
            return Selection(chosen=chosen, parameters=parameters)
        is_period = all((two.day - one.day).days == 1 for one, two in pairwise(days))
        if days and is_period:
            return Selection(days[0].day, days[-1].day, chosen, parameters)
        months = tuple(dict.fromkeys(day.values["year_month_name"] for day in days))
        return Selection(
            chosen={**chosen, f"{DATE}.year_month_name": months}, parameters=parameters
        )


def day_in_words(day: date) -> str:
    """`January 5, 2024`."""
    return f"{day:%B} {day.day}, {day.year}"


def time_in_words(time: datetime) -> str:
    """`January 5, 2024, 2:05 PM`."""
    return f"{day_in_words(time)}, {time.strftime('%I:%M %p').lstrip('0')}"


def address_name(title: str) -> str:
    """The name of a slicer or a slider in the address: plain letters, joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
