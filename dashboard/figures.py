"""The figures of a page: what each visual shows, one row per point, bar or line of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.choice import Choice, Reading
from measures.catalogue import NOBODY, Format, Measure, catalogue, semantic_model
from measures.names import column_title
from measures.pages import Page, Visual
from measures.query import DATE, Selection
from measures.text import text

# The figures of measures for a selection, split by columns: one column per name.
Ask = Callable[[Sequence[str], Selection, Sequence[str]], pd.DataFrame]
COMPARED = {
    "period": " change on previous period",
    "year": " change on previous year",
}


@dataclass(frozen=True)
class Figures:
    """What a visual shows.

    Attributes:
        visual: as pages.yml has it.
        rows: a column per field of the visual, and per column that orders one; hidden cells null.
        counts: how many people, stays or answers the whole visual rests on, by name of the count;
            null where it is a small cell.
        too_few: values of the axis that have no figure, or none that may be shown.
    """

    visual: Visual
    rows: pd.DataFrame
    counts: Mapping[str, float | None]
    too_few: Sequence[str] = ()

    def table(self) -> pd.DataFrame:
        """The rows in words, with the titles of columns: as they are read."""
        columns = {}
        for field in dict.fromkeys([*split_by(self.visual), *measures_of(self.visual)]):
            columns[title_of(field)] = [
                written(field, row, self.visual) for row in self.rows.to_dict("records")
            ]
        table = pd.DataFrame(columns)
        if self.visual.kind != "matrix" or table.empty:
            return table
        row, column, value = table.columns
        order = list(dict.fromkeys(table[column]))
        wide = table.pivot(index=row, columns=column, values=value)[order].fillna("")
        return wide.rename_axis(columns=None).reset_index()

    def csv(self) -> str:
        """The rows as comma-separated values, not rounded, units in the headings."""
        fields = list(dict.fromkeys([*split_by(self.visual), *measures_of(self.visual)]))
        return (
            self.rows[fields]
            .rename(columns={field: f"{title_of(field)}{_unit_of(field)}" for field in fields})
            .to_csv(index=False)
        )


def split_by(visual: Visual) -> list[str]:
    """The columns that a visual has a row for each value of."""
    fields = [*visual.rows, *visual.columns, *visual.values]
    fields += filter(None, [visual.x, visual.series, visual.small_multiples])
    return list(dict.fromkeys(field for field in fields if "." in field))


def measures_of(visual: Visual) -> list[str]:
    """The measures that a visual shows, those of its tooltips last."""
    if visual.kind == "slider":
        return []
    return list(dict.fromkeys([*visual.measures(), *visual.tooltips]))


def rests_on(visual: Visual) -> list[str]:
    """The counts that a visual's figures rest on."""
    measures = [catalogue()[name] for name in visual.measures()]
    names = [m.rests_on for m in measures if m.rests_on not in (None, NOBODY)]
    return list(dict.fromkeys(names))


def figures_of(page: Page, visuals: Sequence[Visual], choice: Choice, reading: Reading, ask: Ask):
    """The figures of visuals by title; visuals with the same rows are asked for together.

    Returns:
        Figures by the visual's title.
    """
    shown = [visual for visual in visuals if visual.kind != "slider"]
    selections = {visual.title: reading.selection(page, visual, choice) for visual in shown}
    questions: list[tuple[Selection, list[str], dict[str, None]]] = []

    def question(selection: Selection, by: list[str], names: Sequence[str]) -> int:
        for number, (asked, columns, measures) in enumerate(questions):
            if asked == selection and columns == by:
                measures.update(dict.fromkeys(names))
                return number
        questions.append((selection, by, dict.fromkeys(names)))
        return len(questions) - 1

    rows, counts = {}, {}
    for visual in shown:
        by = split_by(visual)
        by += [order for field in by if (order := sorted_by(field)) and order not in by]
        names = measures_of(visual)
        if not by:
            names = [*names, *rests_on(visual)]
        rows[visual.title] = question(selections[visual.title], by, names)
        if rests_on(visual):
            counts[visual.title] = question(selections[visual.title], [], rests_on(visual))
    answers = [ask(list(names), selection, by) for selection, by, names in questions]
    result = {}
    for visual in shown:
        found = {}
        if visual.title in counts:
            total = answers[counts[visual.title]].iloc[0]
            found = {name: _number(total[name]) for name in rests_on(visual)}
        answer = answers[rows[visual.title]]
        arranged = _arranged(visual, answer)
        too_few = ()
        if visual.x and split_by(visual) == [visual.x]:
            shown_values = set(arranged[visual.x])
            too_few = [v for v in answer[visual.x].dropna().unique() if v not in shown_values]
        result[visual.title] = Figures(visual, arranged, found, sorted(too_few))
    return result


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _arranged(visual: Visual, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that say something, in the visual's order."""
    by = split_by(visual)
    if not by:
        return rows
    told = rows[visual.measures()]
    empty = told.isna().all(axis=1)
    # no rows of a mart count 0 beside the rows of another: a group without a name and without any
    nameless = rows[by].isna().any(axis=1) & (told.fillna(0) == 0).all(axis=1)
    rows = rows[~empty & ~nameless]
    order = dict(visual.sort) or dict.fromkeys(by, "ascending")
    # what is equal by that order stands in the order of its names
    order |= {field: "ascending" for field in by if field not in order}
    columns = [sorted_by(field) or field for field in order]
    ascending = [direction == "ascending" for direction in order.values()]
    return rows.sort_values(columns, ascending=ascending, kind="stable").reset_index(drop=True)


def sorted_by(field: str) -> str | None:
    """The column that orders the values of one, if there is one."""
    table, _, column = field.partition(".")
    if table not in semantic_model().tables or "." not in field:
        return None
    other = semantic_model().tables[table].sort_by.get(column)
    if other is None and field == f"{DATE}.year_month_name":
        other = "year_month_sort"
    return f"{table}.{other}" if other else None


def title_of(field: str) -> str:
    """What a reader calls a column or a measure, with the unit where its figures do not tell it."""
    if field in catalogue():
        unit = catalogue()[field].format
        is_told = unit not in ("days", "minutes") or unit in field.lower()
        return field if is_told else f"{field} ({unit})"
    table, _, column = field.partition(".")
    return column_title(column, is_yes_no=column in semantic_model().tables[table].yes_no)


def format_of(measure: Measure, row: Mapping, visual: Visual) -> Format:
    """How a figure is printed; that of a check by the unit that stands in its row or filter."""
    if not measure.format_by:
        return measure.format
    filtered = visual.filters.get(measure.format_by)
    value = row.get(measure.format_by, filtered[0] if filtered else None)
    return semantic_model().formats[measure.format_by].get(value, measure.format)


def written(field: str, row: Mapping, visual: Visual) -> str:
    """A value of a row in words."""
    value = row[field]
    if field in catalogue():
        number = None if pd.isna(value) else value
        return text(format_of(catalogue()[field], row, visual), number)
    return "(none)" if pd.isna(value) else str(value)


def base_of(name: str) -> tuple[str, str] | None:
    """Of a change, the measure that changed and the kind of comparison; else nothing."""
    for kind, ending in COMPARED.items():
        if name.endswith(ending):
            return name.removesuffix(ending), kind
    return None


def _unit_of(field: str) -> str:
    units: dict[Format, str] = {
        "share": " (share, 0 to 1)",
        "change": " (share)",
        "money": " (USD)",
        "points": " (percentage points)",
    }
    measure = catalogue().get(field)
    return units.get(measure.format, "") if measure else ""
