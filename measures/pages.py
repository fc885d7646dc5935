"""The pages of the dashboard, which Power BI and the browser show alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from measures.catalogue import CatalogueError, Definition, catalogue

SPECIFICATION = Path(__file__).with_name("pages.yml")
# The seed that lists the values of a column which a finding is about, under the column's name.
SEEDS_OF_A_FINDING = {
    "dim_department.department_name": "finding_departments",
    "dim_date.month_number": "finding_months",
}
VALUES_OF_A_FINDING = {"dim_department.department_name": str, "dim_date.month_number": int}


class Slicer(Definition):
    """A choice that holds on all pages; `starts_with` is chosen when the report opens."""

    name: str
    field: str
    starts_with: tuple[str, ...] = ()


class Visual(Definition):
    """A visual; which fields it takes depends on its kind.

    Attributes:
        title: what is seen, unique on its page.
        alt: the same in a sentence, for readers who cannot see it.
        at: column, row, width and height on the grid of the page.
        values: of cards, tables and matrices, the fields.
        x: the column along the axis, or that has a point each in a scatter chart.
        y: the measures that are drawn.
        against: of a scatter chart, the measure along the other axis.
        series: a column whose values get a line or bar each.
        small_multiples: a column whose values get a chart each.
        rows, columns: of a matrix.
        tooltips: measures that are told on hover.
        parameter: what a slider changes.
        ignores: slicers that it does not follow.
        filters: values to keep by column, or the finding whose seed lists them.
        since: the variable that holds the first day that it shows.
        sort: direction by field.
        gray_if_few: the count under which figures are gray.
        summary_of: the page that it sums up; left out where that page follows on the same page.
    """

    title: str
    alt: str
    kind: Literal["cards", "table", "matrix", "line", "bar", "column", "scatter", "slider"]
    at: tuple[int, int, int, int]
    values: tuple[str, ...] = ()
    x: str | None = None
    y: tuple[str, ...] = ()
    against: str | None = None
    series: str | None = None
    small_multiples: str | None = None
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    tooltips: tuple[str, ...] = ()
    parameter: str | None = None
    ignores: tuple[str, ...] = ()
    filters: dict[str, list[str] | str] = Field(default_factory=dict)
    since: str | None = None
    sort: dict[str, Literal["ascending", "descending"]] = Field(default_factory=dict)
    gray_if_few: str | None = None
    summary_of: str | None = None

    def measures(self) -> list[str]:
        """The measures that it shows, without those of its tooltips."""
        fields = [*self.values, *self.y, *filter(None, [self.against, self.parameter])]
        return [field for field in fields if not is_column(field)]


class Page(Definition):
    """A page.

    Attributes:
        drill_through: the column whose value it is opened for.
        whole_hospital: it shows all of the data and has no slicers.
        continues_with: the page whose visuals follow where a page can be scrolled.
    """

    name: str
    title: str
    says: str
    visuals: list[Visual]
    drill_through: str | None = None
    whole_hospital: bool = False
    continues_with: str | None = None


class Pages(Definition):
    """All pages and the slicers that they share."""

    slicers: list[Slicer]
    pages: list[Page]


def is_column(field: str) -> bool:
    """Whether a field is a column of a mart, `mart.column`, and not a measure."""
    return "." in field and field not in catalogue()


@cache
def all_pages() -> Pages:
    """The pages as pages.yml has them.

    Raises:
        CatalogueError: pages.yml is not as it must be.
    """
    try:
        return Pages.model_validate(yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise CatalogueError(f"pages.yml: {error}") from error


def page_slicers(page: Page, specification: Pages) -> list[Slicer]:
    """The slicers on a page: all, but on a page about one value not the one of its column."""
    if page.whole_hospital:
        return []
    return [slicer for slicer in specification.slicers if slicer.field != page.drill_through]


def filter_values(
    column: str, values: list[str] | str, seeds: Mapping[str, list[dict[str, str]]]
) -> list[str | int]:
    """The values of a filter; a finding stands for its departments, or its months."""
    if isinstance(values, list):
        return [*values]
    name, convert = column.partition(".")[2], VALUES_OF_A_FINDING[column]
    return [
        convert(row[name])
        for row in seeds[SEEDS_OF_A_FINDING[column]]
        if row["finding_id"] == values
    ]
