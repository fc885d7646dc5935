"""The figures of a page: what each visual shows, one row per point, bar or line of a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from dashboard.choice import Choice, Reading
from measures.catalogue import NO_PEOPLE, Measure, catalogue, semantic_model
from measures.formats import FORMS, Format, text
from measures.names import column_title
from measures.pages import Page, Visual, is_column
from measures.query import follows
from measures.selection import DATE, Selection
from measures.theme import SERIES

# A cell of the rows, and a row by column.
Value = str | float | None
Record = Mapping[str, Value]
# The figures of measures for a selection, split by columns: one column per name.
Ask = Callable[[Sequence[str], Selection, Sequence[str]], pd.DataFrame]
# As many as there are colors.
MOST_SERIES = len(SERIES)
# More values without a figure are counted.
MOST_NAMED = 8
# What a spreadsheet takes for the beginning of a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Figures:
    """What a visual shows.

    Attributes:
        visual: as pages.yml has it.
        rows: a column per field of the visual, and per column that orders one; hidden cells null.
        counts: how many people, stays or answers the whole visual rests on, by name of the count;
            null where it is a small cell.
        too_few: values of the axis that have no figure, or none that may be shown.
        not_followed: by measure, the slicers in which something is chosen that do not bear on it.
    """

    visual: Visual
    rows: pd.DataFrame
    counts: Mapping[str, float | None]
    too_few: Sequence[str] = ()
    not_followed: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    def drawn(self) -> Figures:
        """Of many lines or bars of a category those that a reader can tell apart, the largest."""
        series = self.visual.series
        if series is None or self.rows[series].nunique() <= MOST_SERIES:
            return self
        sizes = self.rows.groupby(series)[self.visual.y[0]].sum().nlargest(MOST_SERIES)
        return replace(self, rows=self.rows[self.rows[series].isin(sizes.index)])

    def unseen(self) -> str:
        """The values of the axis that have no figure; of many the first ones."""
        named = list(self.too_few[:MOST_NAMED])
        more = len(self.too_few) - len(named)
        return ", ".join(named) + (f" and {more} more" if more else "")

    def limits(self) -> list[str]:
        """What is not drawn or followed, in words; cards say one by one what they do not follow."""
        result = []
        if len(self.drawn().rows) < len(self.rows):
            result.append(f"The {MOST_SERIES} largest are shown; all are in the CSV")
        if self.visual.kind == "cards" or not self.not_followed:
            return result
        by_measure = list(self.not_followed.values())
        common = [name for name in by_measure[0] if all(name in names for names in by_measure)]
        result += [f"Not filtered by: {', '.join(common)}"] if common else []
        for measure, names in self.not_followed.items():
            own = [name for name in names if name not in common]
            if own:
                result.append(f"{measure} is not filtered by: {', '.join(own)}")
        return result

    def table(self) -> pd.DataFrame:
        """The rows in words, with the titles of columns: as they are read."""
        columns = {}
        for field in dict.fromkeys([*split_by(self.visual), *measures_of(self.visual)]):
            columns[title_of(field)] = [
                written(field, row, self.visual) for row in records(self.rows)
            ]
        table = pd.DataFrame(columns)
        if self.visual.kind != "matrix" or table.empty:
            return table
        row, column, value = table.columns
        order = list(dict.fromkeys(table[column]))
        wide = table.pivot(index=row, columns=column, values=value)[order].fillna("")
        return wide.rename_axis(columns=None).reset_index()

    def csv(self) -> str:
        """The rows as comma-separated values, not rounded, units in the headings.

        Text that a spreadsheet would take for a formula begins with an apostrophe.
        """
        rows = self.rows[list(dict.fromkeys([*split_by(self.visual), *measures_of(self.visual)]))]
        rows = rows.rename(columns=lambda name: f"{title_of(name)}{_unit_of(name)}")
        return rows.map(
            lambda v: f"'{v}" if isinstance(v, str) and v.startswith(FORMULAS) else v
        ).to_csv(index=False)


def records(rows: pd.DataFrame) -> list[Record]:
    """The rows of a frame, each by column."""
    return [{str(name): v for name, v in row.items()} for row in rows.to_dict("records")]


def given(field: str | None) -> str:
    """A field that not every kind of visual or measure has, of one whose kind has it.

    Raises:
        ValueError: it has none.
    """
    if field is None:
        raise ValueError("a visual or a measure lacks a field that its kind needs")
    return field


def default_of(slider: Visual, reading: Reading) -> float:
    """Where a slider begins."""
    parameter = catalogue()[given(slider.parameter)]
    return float(reading.variables[given(parameter.variable)])


def split_by(visual: Visual) -> list[str]:
    """The columns that a visual has a row for each value of."""
    fields = [*visual.rows, *visual.columns, *visual.values]
    fields += filter(None, [visual.x, visual.series, visual.small_multiples])
    return list(dict.fromkeys(field for field in fields if is_column(field)))


def measures_of(visual: Visual) -> list[str]:
    """The measures that a visual shows, those of its tooltips last."""
    if visual.kind == "slider":
        return []
    return list(dict.fromkeys([*visual.measures(), *visual.tooltips]))


def rests_on(visual: Visual) -> list[str]:
    """The counts that a visual's figures rest on, those of its tooltips if it names no other."""
    measures = [catalogue()[name] for name in visual.measures()]
    names = [m.n for m in measures if m.n is not None and m.n != NO_PEOPLE]
    if not names and all(measure.kind != "count" for measure in measures):
        names = [name for name in visual.tooltips if catalogue()[name].kind == "count"]
    return list(dict.fromkeys(names))


def not_followed(
    page: Page, visual: Visual, choice: Choice, reading: Reading
) -> dict[str, list[str]]:
    """By measure, the slicers in which something is chosen and that do not bear on it."""
    if page.whole_hospital:
        return {}
    chosen = [slicer for slicer in reading.slicers if choice.chosen.get(slicer.name)]
    found = {
        name: [s.name for s in chosen if s.name in visual.ignores or not follows(name, s.field)]
        for name in visual.measures()
    }
    return found if any(found.values()) else {}


def figures_of(
    page: Page, visuals: Sequence[Visual], choice: Choice, reading: Reading, ask: Ask
) -> dict[str, Figures]:
    """The figures of visuals by title; visuals with the same rows are asked for together."""
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
            found = {name: number(total[name]) for name in rests_on(visual)}
        answer = answers[rows[visual.title]]
        arranged = _arranged(visual, answer)
        too_few: list[str] = []
        if visual.x and split_by(visual) == [visual.x]:
            # a point needs both of its figures
            needed = [*visual.y, visual.against] if visual.against else []
            drawn = set(arranged.dropna(subset=needed)[visual.x])
            in_order = answer.sort_values(sorted_by(visual.x) or visual.x)[visual.x]
            too_few = [value for value in in_order.dropna().unique() if value not in drawn]
        limits = not_followed(page, visual, choice, reading)
        result[visual.title] = Figures(visual, arranged, found, too_few, limits)
    return result


def number(value: Value) -> float | None:
    """A figure, if there is one."""
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
    if table not in semantic_model().tables or not is_column(field):
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


def format_of(measure: Measure, row: Record, visual: Visual) -> Format:
    """How a figure is printed; that of a check by the unit that stands in its row or filter."""
    if not measure.format_by:
        return measure.format
    filtered = visual.filters.get(measure.format_by)
    value = row.get(measure.format_by, filtered[0] if filtered else None)
    if not isinstance(value, str):
        return measure.format
    return semantic_model().formats[measure.format_by].get(value, measure.format)


def written(field: str, row: Record, visual: Visual) -> str:
    """A value of a row in words."""
    value = row[field]
    if field in catalogue():
        return text(format_of(catalogue()[field], row, visual), number(value))
    return "(none)" if pd.isna(value) else str(value)


def _unit_of(field: str) -> str:
    measure = catalogue().get(field)
    unit = FORMS[measure.format].unit if measure else ""
    return f" ({unit})" if unit else ""
