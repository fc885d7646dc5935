"""What follows from an entry of a measure, and which entries are rejected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from measures import catalogue as module
from measures.catalogue import NO_PEOPLE, CatalogueError, Measure, catalogue
from measures.document import BEGIN, END, updated
from measures.formats import FORMS
from tests.conftest import PROJECT_ROOT

COUNT = {"name": "Arrivals", "says": "All.", "of": "fct_encounters", "sql": "count(*)"}
PART = {**COUNT, "name": "Left", "sql": "sum(is_left_without_being_seen)"}
RATE = {"name": "Rate", "says": "Left.", "numerator": "Left", "denominator": "Arrivals"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A catalogue of its own: entries go into subjects/."""
    (tmp_path / "subjects").mkdir()
    module.semantic_model()
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    catalogue.cache_clear()
    yield tmp_path
    catalogue.cache_clear()


def read(folder: Path, *entries: dict) -> dict[str, Measure]:
    """The catalogue of these entries."""
    content = {"folder": "Tests", "measures": list(entries)}
    (folder / "subjects" / "tests.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    catalogue.cache_clear()
    return catalogue()


def test_sql_alone_is_a_count(folder):
    found = read(folder, COUNT)["Arrivals"]
    assert (found.kind, found.format, found.n, found.part) == ("count", "count", None, None)


def test_a_numerator_and_a_denominator_are_a_rate(folder):
    found = read(folder, COUNT, PART, RATE)["Rate"]
    assert (found.kind, found.format) == ("figure", "rate")
    assert found.sql == "divide([Left], [Arrivals])"
    # small cells follow: the denominator, and the part of it
    assert (found.n, found.part) == ("Arrivals", "Left")


def test_a_mean_per_something_has_no_part(folder):
    days = {**COUNT, "name": "Days", "n": NO_PEOPLE}
    found = read(folder, COUNT, days, {**RATE, "numerator": "Arrivals", "denominator": "Days",
                                       "n": "Arrivals", "format": "decimal"})["Rate"]  # fmt: skip
    assert (found.n, found.part, found.format) == ("Arrivals", None, "decimal")
    # SQL in place of names
    found = read(folder, COUNT, {**RATE, "of": "fct_encounters", "numerator": "sum(a)"})["Rate"]
    assert found.sql == "divide(sum(a), [Arrivals])"
    assert (found.n, found.part) == ("Arrivals", None)


def test_a_variable_makes_a_slider(folder):
    entry = {"name": "Slider", "says": "S.", "variable": "x", "format": "rate", "highest": 0.5}
    assert read(folder, entry)["Slider"].kind == "parameter"


def test_a_template_stands_for_several(folder):
    entry = {
        **COUNT,
        "for": {"window": ["72-hour"], "who": {"Adults seen": "adult"}},
        "name": "{who}, {window}",
        "sql": "sum(is_{who_column}_{window_column}s)",
    }
    assert read(folder, entry)["Adults seen, 72-hour"].sql == "sum(is_adult_72_hours)"


@pytest.mark.parametrize(
    ("form", "change", "sql"),
    [
        ("count", "change", "divide([Arrivals] - [Arrivals, prior year], [Arrivals, prior year])"),
        ("rate", "points", "100 * ([Arrivals] - [Arrivals, prior year])"),
        ("minutes", "change_whole", "[Arrivals] - [Arrivals, prior year]"),
        ("days", "change_tenths", "[Arrivals] - [Arrivals, prior year]"),
        ("score", "change_hundredths", "[Arrivals] - [Arrivals, prior year]"),
    ],
)
def test_a_compared_measure_has_four_more(folder, form, change, sql):
    found = read(folder, {**COUNT, "n": NO_PEOPLE, "format": form, "compared": True})
    assert list(found) == [
        "Arrivals",
        "Arrivals, prior period",
        "Arrivals vs. prior period",
        "Arrivals, prior year",
        "Arrivals vs. prior year",
    ]
    assert (found["Arrivals, prior year"].format, found["Arrivals vs. prior year"].format) == (
        form,
        change,
    )
    assert found["Arrivals vs. prior year"].sql == sql
    assert set(FORMS) >= {form, change}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([COUNT, COUNT], "defined twice"),
        ([{**COUNT, "unknown": 1}], "unknown"),
        ([{"name": "X", "says": "X."}], "has SQL"),
        ([{**COUNT, "format": "money"}], "needs n"),
        ([{**RATE, "denominator": "Nobody"}], "needs n"),
        ([COUNT, {**RATE, "numerator": "sum(a)", "n": "Nobody"}], "not a count"),
        ([{key: value for key, value in RATE.items() if key != "denominator"}], "denominator"),
        ([{**COUNT, "of": "fct_nothing"}], "not a table"),
        ([{**COUNT, "n": NO_PEOPLE, "part": "Arrivals"}], "part"),
        ([{**COUNT, "dax": "1"}], "dax_reason"),
        ([{"name": "X", "says": "X.", "variable": "x", "format": "rate"}], "highest"),
    ],
)
def test_a_wrong_entry_is_rejected_with_its_name(folder, entries, message):
    with pytest.raises(CatalogueError, match=message):
        read(folder, *entries)


def test_the_tables_of_the_documentation_take_the_place_of_the_old_ones():
    written = updated(f"before\n{BEGIN}\nSTALE\n{END}\nafter\n")
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "STALE" not in written
    row = next(line for line in written.splitlines() if line.startswith("| LWBS rate |"))
    assert row.endswith("| Left without being seen (LWBS) ÷ ED arrivals | `fct_encounters` |")
    # through the measures that it names
    assert "| Net revenue ÷ Patients | `fct_encounters`, `fct_revenue` |" in written
    assert "vs. prior" not in written
    with pytest.raises(ValueError, match=r"docs/measures\.md"):
        updated("nothing")


def test_the_entry_that_contributing_shows_is_a_measure(folder):
    page = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (entry,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])
    parts = [
        {**COUNT, "name": entry["denominator"]},
        {**COUNT, "name": entry["numerator"], "n": entry["denominator"]},
    ]
    assert read(folder, *parts, entry)[entry["name"]].n == entry["denominator"]
