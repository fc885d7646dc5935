"""Staging reads a value the same, however it was delivered: as text, with blanks, or typed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.conftest import DbtRun
from tests.warehouse.engine import Engine

CHARGE = {
    "charge_id": "C1",
    "encounter_id": "E1",
    "service_date": "2024-02-29",
    "revenue_category": "Room and board",
    "procedure_code": "99223",
    "quantity": "2",
    "charge_amount": "1200.50",
}
CHARGES = "select * from emr.staging.stg_emr__charges"
ENCOUNTERS = "select encounter_id, arrived_at, updated_at from emr.staging.stg_emr__encounters"


@pytest.fixture(scope="module")
def engine(demo_build: DbtRun) -> Engine:
    """The staging views, ready to run over any raw tables."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return Engine(demo_build, ["stg_emr__charges", "stg_emr__encounters"])


def charges(engine: Engine, **changes: str | None) -> dict:
    """The staged row of the charge, with some of its values delivered differently."""
    engine.build({"charges": [CHARGE | changes]})
    return engine.rows(CHARGES)[0]


def test_text_becomes_its_type(engine):
    assert charges(engine) == {
        "charge_id": "C1",
        "encounter_id": "E1",
        "service_date": date(2024, 2, 29),
        "revenue_category": "Room and board",
        "procedure_code": "99223",
        "quantity": Decimal("2.00"),
        "charge_amount": Decimal("1200.50"),
        "unreadable_column": None,
        "unreadable_value": None,
    }


def test_blanks_around_a_value_change_nothing(engine):
    padded = {column: f"  {value} " for column, value in CHARGE.items()}
    assert charges(engine, **padded) == charges(engine)


@pytest.mark.parametrize("blank", ["", "   ", None])
@pytest.mark.parametrize("column", ["service_date", "quantity", "charge_amount", "procedure_code"])
def test_a_blank_is_missing(engine, column, blank):
    assert charges(engine, **{column: blank})[column] is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("service_date", "2023-02-29"),
        ("service_date", "29/02/2024"),
        ("service_date", "soon"),
        ("quantity", "two"),
        ("charge_amount", "1,200.50"),
        ("charge_amount", "12345678901234567890"),
    ],
)
def test_what_cannot_be_read_is_missing_and_named(engine, column, value):
    staged = charges(engine, **{column: value})
    assert staged[column] is None
    assert (staged["unreadable_column"], staged["unreadable_value"]) == (column, value)


@pytest.mark.parametrize(
    "text", ["2024-02-29 23:59:00", "2024-02-29T23:59:00", " 2024-02-29 23:59 "]
)
def test_a_time_is_read_with_and_without_the_letter_t_and_blanks(engine, text):
    engine.build({"encounters": [{"encounter_id": "E1", "arrived_at": text}]})
    assert engine.rows(ENCOUNTERS)[0]["arrived_at"] == datetime(2024, 2, 29, 23, 59)


def test_typed_values_stay_as_they_are(engine):
    engine.build({"charges": [CHARGE, CHARGE | {"service_date": None, "quantity": None}]})
    as_text = engine.rows(CHARGES)
    engine.connection.execute(
        "create or replace table emr.raw_demo.charges as select charge_id, encounter_id,"
        " cast(service_date as date) as service_date, revenue_category, procedure_code,"
        " cast(quantity as int) as quantity, cast(charge_amount as double) as charge_amount"
        " from emr.raw_demo.charges"
    )
    assert engine.rows(CHARGES) == as_text


def test_a_time_with_more_than_minutes_keeps_them(engine):
    engine.build({"encounters": [{"encounter_id": "E1", "updated_at": "2024-02-29 23:59:58.123"}]})
    staged = engine.rows(ENCOUNTERS)[0]["updated_at"]
    assert staged == datetime(2024, 2, 29, 23, 59, 58, 123000)
