"""What a reader looks at: a period, chosen values of dimensions, what-if parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from measures.catalogue import Shift

DATE = "dim_date"


@dataclass(frozen=True)
class Selection:
    """What to look at.

    Attributes:
        first_date: of the period, with it; None begins with the data.
        last_date: of the period, with it; None ends with the data.
        chosen: values by dimension column, such as `dim_department.department_name`; a dimension
            that a mart is not joined to leaves its figures as they are.
        parameters: values of what-if parameters by name, in place of their defaults.
    """

    first_date: date | None = None
    last_date: date | None = None
    chosen: Mapping[str, Sequence[str | int]] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)

    def before(self, shift: Shift) -> tuple[date, date] | None:
        """First and last day of an earlier period; None where this one is not a period of days.

        The period before whole months is as many months, that before others as many days.
        """
        first, last = self.first_date, self.last_date
        if not (first and last) or any(column.startswith(f"{DATE}.") for column in self.chosen):
            return None
        day, day_after = timedelta(days=1), last + timedelta(days=1)
        months = (day_after.year - first.year) * 12 + day_after.month - first.month
        if shift == "previous_year":
            months = 12
        elif not first.day == day_after.day == 1:
            return first - (day_after - first), first - day
        return _months_before(first, months), _months_before(day_after, months) - day


def _months_before(day: date, months: int) -> date:
    earlier: date = day - relativedelta(months=months)
    return earlier
