"""The small-cell rule: which counts must not be small for a measure to be shown.

A count from 1 to one less than the smallest cell tells about single people. It is hidden, and so is
every figure from which a reader could work it out. SQL and DAX are both compiled from these limits.
"""

from __future__ import annotations

from typing import NamedTuple

from measures.catalogue import NO_PEOPLE, Measure


class Limit(NamedTuple):
    """A number of people that must not be small.

    Attributes:
        role: what the number is to the measure, as a variable is called.
        of: the count that gives it.
        less: a count that is taken off it first.
        shows_none: whether a number of 0 is shown, which tells about nobody.
    """

    role: str
    of: str
    less: str | None = None
    shows_none: bool = True


def limits(measure: Measure) -> list[Limit]:
    """All limits that a measure keeps: none of a measure that counts no people.

    A count keeps to itself. A figure needs a denominator that is not small and not 0; if it is the
    rate of a part, neither the part nor the rest may be small.
    """
    found = []
    if measure.kind == "count":
        found.append(Limit("Number", measure.name))
    elif measure.n is not None and measure.n != NO_PEOPLE:
        found.append(Limit("Whole", measure.n, shows_none=False))
        if measure.part:
            found.append(Limit("Part", measure.part))
            found.append(Limit("Rest", measure.n, less=measure.part))
    for i, name in enumerate(measure.reveals, start=1):
        found.append(Limit(f"Revealed{i}", name))
    return found
