"""The measures and the tables that they count over, as their YAML files define them."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from measures.formats import FORMS, Format

FOLDER = Path(__file__).parent
# `n: none` says that a measure counts rows or days, not people: small numbers are shown.
NO_PEOPLE = "none"
# The measure that says whether the data cover a period.
DAYS = "Days in period with data"

Kind = Literal["figure", "count", "parameter"]
Shift = Literal["previous_period", "previous_year"]


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
    """One figure, as its one entry defines it.

    Attributes:
        name: unique; how pages and other measures call it.
        folder: the subject.
        says: what it is, in a sentence that a reader of the page understands.
        kind: follows from the entry. A `parameter` is a slider and has a variable. A `count` of
            people, stays, claims or answers has neither n nor numerator and is shown when it is 0
            or at least the smallest cell. Anything else is a `figure`, shown by its n.
        format: how it is printed; of a numerator and denominator a rate, else a count.
        format_by: a column whose value says how instead.
        of: the mart that its aggregates are taken over; none if it only combines measures.
        date: the date key by which it counts, if not the mart's.
        latest: a column of the mart: only rows with its latest value in the period count.
        n: of a figure, the count that must not be small; `none` if it counts no people. The
            denominator, if that is a count.
        part: of a rate, what is counted; neither it nor the rest may be small. The numerator, if
            that is a count other than n.
        reveals: other counts that a reader could work out with it, and which must not be small.
        better: the direction in which it gets better.
        sql: over the mart's columns. `[Name]` is another measure; `divide` by 0 is null; `mean`
            leaves nulls out; `every(dimension, x)` takes the filters of a dimension away;
            `previous_period(x)` and `previous_year(x)` move the period. An entry writes it, or a
            numerator and a denominator, each SQL or the name of a measure.
        dax: the expression in Power BI, if it cannot be compiled from the SQL.
        dax_reason: why it cannot.
        variable: of a parameter, the variable of dbt_project.yml that holds its default.
        highest: of a parameter, the end of its slider, which begins at 0.
        compared: whether it is compared with the prior period and the prior year.
        change_of: of a change, the measure that changed.
        shift: of a comparison, the earlier period.
    """

    name: str
    folder: str
    says: str
    kind: Kind
    format: Format
    format_by: str | None = None
    of: str | None = None
    date: str | None = None
    latest: str | None = None
    n: str | None = None
    part: str | None = None
    reveals: list[str] = []
    better: Literal["lower", "higher"] | None = None
    numerator: str | None = None
    denominator: str | None = None
    sql: str = ""
    dax: str | None = None
    dax_reason: str | None = None
    variable: str | None = None
    highest: float | None = Field(default=None, gt=0)
    compared: bool = False
    change_of: str | None = None
    shift: Shift | None = None

    @field_validator("says")
    @classmethod
    def _one_line(cls, says: str) -> str:
        return " ".join(says.split())

    @model_validator(mode="after")
    def _complete(self) -> Measure:
        if (self.dax is None) != (self.dax_reason is None):
            raise ValueError("its own DAX needs a dax_reason, and the other way round")
        if self.kind == "parameter":
            if not (self.variable and self.highest):
                raise ValueError("a parameter has a variable and a highest value")
            return self
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError("a numerator needs a denominator, and the other way round")
        if not self.sql:
            raise ValueError("a measure has SQL, or a numerator and a denominator")
        if self.kind == "figure" and not self.n:
            raise ValueError("a figure needs n, the count that must not be small, or none")
        if self.part and self.n == NO_PEOPLE:
            raise ValueError("a part needs the count that it is a part of")
        return self


class Comparison(NamedTuple):
    """An earlier period.

    Attributes:
        shift: how the period moves.
        name: what a reader calls it.
        days: which days these are.
    """

    shift: Shift
    name: str
    days: str


COMPARISONS = (
    Comparison(
        "previous_period", "prior period", "the same number of months or days before the period"
    ),
    Comparison("previous_year", "prior year", "the same days of the year before"),
)


def earlier_period(measure: Measure) -> str:
    """What a reader calls the period that a comparison is with."""
    return next(c.name for c in COMPARISONS if c.shift == measure.shift)


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
        CatalogueError: a definition is not as it must be, or names a measure that does not exist.
    """
    entries: dict[str, dict[str, Any]] = {}
    files: dict[str, str] = {}
    for path in sorted((FOLDER / "subjects").glob("*.yml")):
        content = _read(path)
        for template in content["measures"]:
            for entry in _expanded(template):
                name = entry["name"]
                if name in entries:
                    raise CatalogueError(f"{path.name}: {name} is defined twice")
                entries[name] = {"folder": content["folder"], **entry}
                files[name] = path.name
    kinds = {name: _kind(entry) for name, entry in entries.items()}
    measures: dict[str, Measure] = {}
    for name, entry in entries.items():
        try:
            measure = Measure(**_with_defaults(entry, kinds))
        except (ValidationError, TypeError) as error:
            raise CatalogueError(f"{files[name]}: {name}: {error}") from error
        measures |= {found.name: found for found in (measure, *_comparisons(measure))}
    _check_names(measures)
    return measures


def _check_names(measures: dict[str, Measure]) -> None:
    for measure in measures.values():
        for name in (measure.n, measure.part, *measure.reveals):
            if name in (None, NO_PEOPLE):
                continue
            if name not in measures or measures[name].kind != "count":
                raise CatalogueError(f"{measure.name} needs {name}, which is not a count")
        if measure.of is not None and measure.of not in semantic_model().tables:
            raise CatalogueError(f"{measure.name} is of {measure.of}, which is not a table")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _kind(entry: dict[str, Any]) -> Kind:
    if "variable" in entry:
        return "parameter"
    is_count = not {"n", "numerator"} & set(entry) and entry.get("format", "count") == "count"
    return "count" if is_count else "figure"


def _with_defaults(entry: dict[str, Any], kinds: dict[str, Kind]) -> dict[str, Any]:
    """An entry with what follows from it: kind, format, SQL, n and part."""
    result = {"kind": kinds[entry["name"]], **entry}
    is_ratio = {"numerator", "denominator"} <= set(entry)
    result.setdefault("format", "rate" if is_ratio else "count")
    if not is_ratio:
        return result
    above, below = entry["numerator"].strip(), entry["denominator"].strip()
    terms = (f"[{term}]" if term in kinds else term for term in (above, below))
    result.setdefault("sql", f"divide({', '.join(terms)})")
    if kinds.get(below) == "count":
        result.setdefault("n", below)
    if kinds.get(above) == "count" and result.get("n") not in (None, NO_PEOPLE, above):
        result.setdefault("part", above)
    return result


def _expanded(template: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries that a template stands for: one for each value, or values, of its `for`.

    `{x}` is the value, `{x_lower}` the same in lower case, `{x_column}` as a column is named; a
    `for` that maps values to columns says which.
    """
    axes = template.get("for")
    entry = {name: value for name, value in template.items() if name != "for"}
    if axes is None:
        return [entry]
    entries = []
    for values in product(*axes.values()):
        words = {}
        for (axis, listed), value in zip(axes.items(), values, strict=True):
            written = str(value)
            named = re.sub(r"[ -]", "_", written.lower())
            words[axis] = written
            words[f"{axis}_lower"] = written.lower()
            words[f"{axis}_column"] = listed[value] if isinstance(listed, dict) else named
        entries.append({name: _filled(value, words) for name, value in entry.items()})
    return entries


def _filled(value: object, words: dict[str, str]) -> object:
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    return value.format(**words) if isinstance(value, str) else value


def _comparisons(measure: Measure) -> list[Measure]:
    """If a measure is compared, its values in earlier periods and the changes since."""
    result = []
    for shift, period, days in COMPARISONS if measure.compared else ():
        before = Measure(
            name=f"{measure.name}, {period}",
            folder=f"{measure.folder}\\Compared",
            says=(
                f"{measure.name} in {days}; blank if the data do not fully cover both that period "
                "and the selected one."
            ),
            kind="figure",
            format=measure.format,
            n=NO_PEOPLE,
            sql=f"{shift}([{measure.name}])",
            shift=shift,
        )
        difference = f"[{measure.name}] - [{before.name}]"
        form = FORMS[measure.format].change
        sql, words = {
            "change": (f"divide({difference}, [{before.name}])", "as a percentage of it"),
            "points": (f"100 * ({difference})", "in percentage points"),
        }.get(form, (difference, "as a difference"))
        change = Measure(
            name=f"{measure.name} vs. {period}",
            folder=before.folder,
            says=f"Change of {measure.name} from {days}, {words}.",
            kind="figure",
            format=form,
            n=NO_PEOPLE,
            better=measure.better,
            sql=sql,
            change_of=measure.name,
            shift=shift,
        )
        result += [before, change]
    return result
