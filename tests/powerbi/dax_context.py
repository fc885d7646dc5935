"""Filter contexts of DAX."""

from __future__ import annotations

from dataclasses import dataclass

from tests.powerbi.dax_parser import ColumnRef, DaxError


@dataclass(frozen=True)
class Filter:
    """A condition on a column, in SQL with `{column}` for it."""

    table: str
    column: str
    condition: str


@dataclass(frozen=True)
class Context:
    """Filters, and the relationships that USERELATIONSHIP makes active: table and dimension."""

    filters: tuple[Filter, ...] = ()
    active: tuple[tuple[str, str, str], ...] = ()
    user: str = ""
    variables: tuple[tuple[str, object], ...] = ()
    # the row that is judged: its table, its values, and what it filters in CALCULATE
    row: tuple[str, dict, tuple[Filter, ...]] | None = None

    def variable(self, name: str) -> object:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise DaxError(f"there is no variable or table {name}")


def removes(removed: object, f: Filter) -> bool:
    """Whether REMOVEFILTERS of a table or a column takes a filter away."""
    if isinstance(removed, ColumnRef):
        return (f.table, f.column) == (removed.table, removed.column)
    return f.table == removed.name
