"""The analyses that measures/tables.yml lists: what their text names."""

from __future__ import annotations

import re

import pytest
import sqlglot

from measures.tables import GENERATED, Table, files, sql, tables


@pytest.fixture(params=tables(), ids=lambda table: table.name)
def table(request) -> Table:
    return request.param


def test_the_inputs_of_a_table_are_visible(table):
    text = sql(table)
    assert "marts." not in text
    assert "{{ ref('fct_" in text


def test_a_table_names_the_smallest_cell_and_does_not_hold_it(table):
    assert "{{ var('smallest_cell') }}" in sql(table)
    assert not re.search(r"(<|between 1 and) 1[01]\b", sql(table))


def test_a_table_has_its_columns_in_order_in_sql_of_either_engine(table):
    text = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql(table))
    text = text.replace("{{ type_double() }}", "float")
    text = re.sub(r"\{\{ var\(.*?\}\}", "11", text)
    for dialect in ("duckdb", "tsql"):
        read = sqlglot.parse_one(text, dialect=dialect)
        (final,) = (part for part in read.ctes if part.alias == "final")
        assert final.this.named_selects == table.columns


def test_files_say_in_their_first_line_that_they_are_generated():
    for text in files().values():
        assert GENERATED in text.splitlines()[0]


RATES = Table(
    name="measures_of_rates",
    says="?",
    about="One row.",
    measures={"shown": "30-day readmission rate"},
    values={"raw": "LWBS rate"},
    chosen={"dim_department.department_name": "F7", "dim_date.month_number": [2, 3]},
    since="finding_shift_date",
)


def test_measures_hide_small_cells_and_values_do_not():
    raw, shown = (sql(RATES).partition(" as shown")[i] for i in (2, 0))
    assert "{{ var('smallest_cell') }}" in shown
    assert "{{ var('smallest_cell') }}" not in raw


def test_what_counts_is_chosen_by_the_seed_of_a_finding_a_list_and_a_variable():
    text = " ".join(sql(RATES).split())
    assert (
        "dim_department.department_name in ( select department_name from "
        "{{ ref('finding_departments') }} as finding_departments where finding_id = 'F7' )" in text
    )
    assert "dim_date.month_number in (2, 3)" in text
    assert "discharge_date_key >= {{ var('finding_shift_date') | replace('-', '') }}" in text
    assert " < {{ var('finding_shift_date')" in sql(
        RATES.model_copy(update={"since": None, "until": "finding_shift_date"})
    )


def test_a_measure_is_shown_or_raw_and_not_both():
    with pytest.raises(ValueError, match="LWBS rate among measures and values"):
        Table(**{**RATES.model_dump(), "measures": {"shown": "LWBS rate"}})
