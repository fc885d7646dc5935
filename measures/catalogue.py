"""The measures and the tables that they count over, as their YAML files define them."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent
# Who says `rests_on: nobody` counts rows or days, not people: small numbers are shown.
NOBODY = "nobody"

Kind = Literal["figure", "count", "parameter"]
Format = Literal[
    "count",
    "decimal",
    "share",
    "money",
    "days",
    "minutes",
    "ratio",
    "score",
    "change",
    "change_whole",
    "change_tenths",
    "change_hundredths",
    "points",
    "yes_no",
]


class Definition(BaseModel):
    """What both kinds of definition share: unknown fields are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(Definition):
    """A mart of the semantic model.

    Attributes:
        name: what a reader calls it.
        key: of a dimension, the column by which facts are joined.
        date: of a fact, the date key by which it counts.
        dimensions: of a fact, its column for each dimension.
        shown: columns of a fact that a page may show.
        hidden: columns of a dimension that are only for sorting.
        yes_no: flags that are shown as Yes and No.
        sort_by: for a column, the one that orders its values.
        hierarchies: columns to drill down, by the hierarchy's name.
    """

    name: str
    key: str | None = None
    date: str | None = None
    dimensions: dict[str, str] = {}
    shown: list[str] = []
    hidden: list[str] = []
    yes_no: list[str] = []
    sort_by: dict[str, str] = {}
    hierarchies: dict[str, list[str]] = {}


class LeftOut(Definition):
    """What the model does not hold, and why."""

    tables: dict[str, str]
    columns: dict[str, str]


class Model(Definition):
    """The semantic model: its tables by the mart's name, formats by the values of a column."""

    tables: dict[str, Table]
    left_out: LeftOut
    formats: dict[str, dict[str, Format]]


class Measure(Definition):
    """One figure, in DAX and in SQL.

    Attributes:
        name: unique; how pages and other measures call it.
        folder: the subject.
        description: what it is, in a sentence that a reader of the page understands.
        kind: a `count` of people, stays, claims or answers is shown when it is none or at least the
            smallest cell; a `figure` is shown by what it rests on; a `parameter` is a slider.
        format: how it is printed.
        format_by: a column whose value says how instead, where it has one.
        of: the mart that its aggregates are taken over; none if it only combines measures.
        date: the date key by which it counts, if not the mart's.
        latest: a column of the mart: only rows with its latest value in the period count.
        rests_on: of a figure, the count that must not be small, or nobody.
        part: of a share, what is counted; neither it nor the rest may be small.
        gives_away: other counts that a reader could work out with it, and which must not be small.
        better: in which direction it gets better.
        dax: the expression in Power BI.
        sql: the same in SQL. `[Name]` is another measure; `divide` by nothing is null; `mean`
            leaves nulls out; `every(dimension, x)` takes the filters of a dimension away;
            `previous_period(x)` and `previous_year(x)` move the period.
        variable: of a parameter, the variable of dbt_project.yml that holds its default.
        highest: of a parameter, the end of its slider, which begins at 0.
        compared: whether it is compared with the period before and the year before.
        as_shown: whether names of counts mean the numbers as shown, small ones hidden.
    """

    name: str
    folder: str
    description: str
    kind: Kind = "figure"
    format: Format
    format_by: str | None = None
    of: str | None = None
    date: str | None = None
    latest: str | None = None
    rests_on: str | None = None
    part: str | None = None
    gives_away: list[str] = []
    better: Literal["lower", "higher"] | None = None
    dax: str = ""
    sql: str = ""
    variable: str | None = None
    highest: float | None = Field(default=None, gt=0)
    compared: bool = False
    as_shown: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Measure:
        if self.kind == "parameter":
            if not (self.variable and self.highest):
                raise ValueError("a parameter has a variable and a highest value")
            return self
        if not (self.dax and self.sql):
            raise ValueError("a measure has DAX and SQL")
        if self.kind == "figure" and not self.rests_on:
            raise ValueError("a figure says on which count it rests, or nobody")
        if self.kind == "count" and (self.rests_on or self.part):
            raise ValueError("a count rests on itself")
        if self.part and self.rests_on == NOBODY:
            raise ValueError("a part needs the count that it is a part of")
        return self


class CatalogueError(Exception):
    """A definition of a measure or a table is wrong; the message says which, and how."""


@cache
def semantic_model() -> Model:
    """The tables of the semantic model.

    Raises:
        CatalogueError: model.yml is not as it must be.
    """
    try:
        return Model.model_validate(_read(FOLDER / "model.yml"))
    except ValidationError as error:
        raise CatalogueError(f"model.yml: {error}") from error


@cache
def catalogue() -> dict[str, Measure]:
    """All measures by name, comparisons with earlier periods included.

    Raises:
        CatalogueError: a definition is not as it must be, or names a measure that there is not.
    """
    measures: dict[str, Measure] = {}
    for path in sorted((FOLDER / "subjects").glob("*.yml")):
        content = _read(path)
        for template in content["measures"]:
            for entry in _expanded(template):
                for measure in _with_comparisons(_measure(entry, content["folder"], path.name)):
                    if measure.name in measures:
                        raise CatalogueError(f"{path.name}: {measure.name} is defined twice")
                    measures[measure.name] = measure
    for measure in measures.values():
        for name in (measure.rests_on, measure.part, *measure.gives_away):
            if name not in (None, NOBODY) and name not in measures:
                raise CatalogueError(f"{measure.name} rests on {name}, which is no measure")
            if name not in (None, NOBODY) and measures[name].kind != "count":
                raise CatalogueError(f"{measure.name} rests on {name}, which is no count")
        if measure.of is not None and measure.of not in semantic_model().tables:
            raise CatalogueError(f"{measure.name} is of {measure.of}, which is no table")
    return measures


def _read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _measure(entry: dict, folder: str, file_name: str) -> Measure:
    try:
        return Measure(folder=folder, **entry)
    except (ValidationError, TypeError) as error:
        raise CatalogueError(f"{file_name}: {entry.get('name')}: {error}") from error


def _expanded(template: dict) -> list[dict]:
    """The entries that a template stands for: one for each value, or values, of its `for`.

    `{x}` is the value, `{x_lower}` the same in lower case, `{x_column}` with underscores.
    """
    axes = template.get("for")
    entry = {name: value for name, value in template.items() if name != "for"}
    if axes is None:
        return [entry]
    entries = []
    for values in product(*axes.values()):
        words = {}
        for axis, value in zip(axes, values, strict=True):
            text = str(value)
            words[axis] = text
            words[f"{axis}_lower"] = text.lower()
            words[f"{axis}_column"] = text.lower().replace(" ", "_")
        entries.append({name: _filled(value, words) for name, value in entry.items()})
    return entries


def _filled(value: object, words: dict[str, str]) -> object:
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    return value.format(**words) if isinstance(value, str) else value


def _with_comparisons(measure: Measure) -> list[Measure]:
    """A measure and, where it is compared, its values before and the changes since."""
    if not measure.compared:
        return [measure]
    result = [measure]
    for before, shift, days in (
        ("previous period", "previous_period", "as many months or days, just before the period"),
        ("previous year", "previous_year", "the same days of the year before"),
    ):
        name = f"{measure.name} {before}"
        result.append(
            Measure(
                name=name,
                folder=f"{measure.folder}\\Compared",
                description=(
                    f"{measure.name} in {days}; empty where the data do not cover them, or the "
                    "period itself, whole."
                ),
                format=measure.format,
                rests_on=NOBODY,
                as_shown=True,
                dax=_dax_before(measure.name, shift),
                sql=f"{shift}([{measure.name}])",
            )
        )
        is_relative = measure.format in ("count", "money")
        is_share = measure.format == "share"
        difference = f"[{measure.name}] - [{name}]"
        result.append(
            Measure(
                name=f"{measure.name} change on {before}",
                folder=f"{measure.folder}\\Compared",
                description=(
                    f"Change of {measure.name} against {days}, "
                    + (
                        "as a share of it."
                        if is_relative
                        else "in percentage points."
                        if is_share
                        else "as a difference."
                    )
                ),
                format="change" if is_relative else _format_of_difference(measure.format),
                rests_on=NOBODY,
                as_shown=True,
                better=measure.better,
                dax=_dax_change(measure.name, name, is_relative, is_share),
                sql=(
                    f"divide({difference}, [{name}])"
                    if is_relative
                    else f"100 * ({difference})"
                    if is_share
                    else difference
                ),
            )
        )
    return result


def _format_of_difference(of: Format) -> Format:
    signed: dict[Format, Format] = {
        "share": "points",
        "minutes": "change_whole",
        "decimal": "change_tenths",
        "days": "change_tenths",
    }
    return signed.get(of, "change_hundredths")


def _dax_before(name: str, shift: str) -> str:
    """Selection.before of measures/query.py in DAX."""
    first_day_before = {
        "previous_period": "IF(IsWholeMonths, EDATE(FirstDay, -Months), FirstDay - Days)",
        "previous_year": "EDATE(FirstDay, -12)",
    }[shift]
    day_after_before = {
        "previous_period": "FirstDay",
        "previous_year": "EDATE(DayAfter, -12)",
    }[shift]
    months = (
        "VAR IsWholeMonths = DAY(FirstDay) = 1 && DAY(DayAfter) = 1\n"
        "VAR Months = DATEDIFF(FirstDay, DayAfter, MONTH)\n"
        if shift == "previous_period"
        else ""
    )
    return (
        # a choice without a day is read as one of a day that the data do not have
        "VAR FirstDay = COALESCE(MIN('Date'[Calendar date]), DATE(2000, 1, 1))\n"
        "VAR DayAfter = COALESCE(MAX('Date'[Calendar date]), FirstDay) + 1\n"
        "VAR Days = DATEDIFF(FirstDay, DayAfter, DAY)\n"
        f"{months}"
        f"VAR FirstDayBefore = {first_day_before}\n"
        f"VAR DayAfterBefore = {day_after_before}\n"
        "VAR DaysCovered =\n"
        "    CALCULATE(\n"
        "        [Days covered],\n"
        "        DATESBETWEEN('Date'[Calendar date], FirstDayBefore, DayAfterBefore - 1)\n"
        "    )\n"
        "RETURN\n"
        "    IF(\n"
        # a choice of single months has no period before it, one that has not ended is not compared
        "        COUNTROWS('Date') = Days\n"
        "            && [Days covered] = Days\n"
        "            && DaysCovered = DATEDIFF(FirstDayBefore, DayAfterBefore, DAY),\n"
        "        CALCULATE(\n"
        f"            [{name}],\n"
        "            DATESBETWEEN('Date'[Calendar date], FirstDayBefore, DayAfterBefore - 1)\n"
        "        )\n"
        "    )"
    )


def _dax_change(name: str, before: str, is_relative: bool, is_share: bool) -> str:
    difference = (
        "100 * (CurrentValue - EarlierValue)" if is_share else "CurrentValue - EarlierValue"
    )
    difference = "DIVIDE(CurrentValue - EarlierValue, EarlierValue)" if is_relative else difference
    return (
        f"VAR CurrentValue = [{name}]\n"
        f"VAR EarlierValue = [{before}]\n"
        "RETURN\n"
        f"    IF(NOT ISBLANK(CurrentValue) && NOT ISBLANK(EarlierValue), {difference})"
    )
