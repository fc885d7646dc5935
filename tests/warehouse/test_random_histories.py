"""The marts equal the oracle on thousands of random patient histories."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import DbtRun
from tests.warehouse.engine import Engine, demo_tables
from tests.warehouse.histories import extract
from tests.warehouse.oracle import Oracle

MODELS = [
    "fct_readmissions",
    "fct_encounters",
    "fct_revenue",
    "fct_daily_census",
    "rpt_receivables",
    "dim_department",
    "dim_date",
]
STAY_COLUMNS = (
    "encounter_count", "length_of_stay_days", "is_flagged_readmission", "is_readmission_30_days",
    "is_planned", "planned_reason", "hwr_exclusion_reason", "has_type_2_diabetes",
    "has_chronic_condition", "charlson_index", "charlson_band", "lace_length_of_stay_points",
    "lace_acuity_points", "lace_comorbidity_points", "lace_emergency_visit_points", "lace_index",
    "lace_band",
    *(
        f"{flag}_{window}_days"
        for window in (7, 30, 60, 90)
        for flag in (
            "index_exclusion_reason", "is_index_admission", "is_readmitted",
            "is_readmitted_unplanned", "is_hwr_index_admission", "is_hwr_readmitted",
        )
    ),
)  # fmt: skip
ENCOUNTER_COLUMNS = (
    "charlson_index", "boarding_minutes", "is_emergency_arrival", "is_emergency_return_72_hours",
    "is_emergency_return_30_days",
)  # fmt: skip
CLAIM_COLUMNS = (
    "outstanding_amount", "days_outstanding", "aging_bucket", "payer_paid_amount",
    "patient_paid_amount", "days_to_payment",
)  # fmt: skip
CENSUS_COLUMNS = ("arrivals", "admissions", "discharges", "midnight_census")


@pytest.fixture(scope="module")
def engine(demo_build: DbtRun) -> Engine:
    """The compiled models, ready to run in memory."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return Engine(demo_build, MODELS)


def differences(found: dict, expected: dict, columns: tuple[str, ...]) -> list[str]:
    """What is missing, too much or another value, in words."""
    faults = [f"missing {key}" for key in expected.keys() - found.keys()]
    faults += [f"too much {key}" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        faults += [
            f"{key} {column}: mart {found[key][column]}, oracle {expected[key][column]}"
            for column in columns
            if found[key][column] != expected[key][column]
        ]
    return sorted(faults)[:5]


def assert_equal(found: dict, expected: dict, columns: tuple[str, ...]) -> None:
    """Mart and oracle have the same rows with the same values."""
    faults = differences(found, expected, columns)
    assert not faults, "\n".join(faults)


def compare(engine: Engine, tables: dict[str, list[dict[str, str | None]]]) -> Oracle:
    """Build the marts of an extract and hold them against the oracle."""
    engine.build(tables)
    oracle = Oracle(tables)
    stays = {
        row["encounter_id"]: row
        for row in engine.rows(
            "select encounters.encounter_id, readmissions.* "
            "from emr.marts.fct_readmissions as readmissions "
            "inner join emr.marts.fct_encounters as encounters "
            "on readmissions.first_encounter_key = encounters.encounter_key"
        )
    }
    assert_equal(stays, oracle.stays, STAY_COLUMNS)
    for key, stay in oracle.stays.items():
        found, expected = (
            stays[key]["expected_probability_30_days"],
            stay["expected_probability_30_days"],
        )
        assert (found is None) == (expected is None), key
        assert found is None or abs(float(found) - expected) < 1e-6, key
    encounters = {
        row["encounter_id"]: row for row in engine.rows("select * from emr.marts.fct_encounters")
    }
    assert_equal(encounters, oracle.encounters, ENCOUNTER_COLUMNS)
    claims = {row["claim_id"]: row for row in engine.rows("select * from emr.marts.fct_revenue")}
    assert_equal(claims, oracle.claims, CLAIM_COLUMNS)
    census = {
        (row["department_id"], row["calendar_date"]): row
        for row in engine.rows(
            "select departments.department_id, days.calendar_date, census.* "
            "from emr.marts.fct_daily_census as census "
            "inner join emr.marts.dim_department as departments using (department_key) "
            "inner join emr.marts.dim_date as days using (date_key)"
        )
    }
    assert_equal(census, oracle.census, CENSUS_COLUMNS)
    receivables = {
        row["calendar_date"]: row
        for row in engine.rows(
            "select days.calendar_date, receivables.* "
            "from emr.marts.rpt_receivables as receivables inner join emr.marts.dim_date as days "
            "on receivables.month_end_date_key = days.date_key"
        )
    }
    assert_equal(receivables, oracle.receivables, ("outstanding_amount",))
    for day, expected in oracle.receivables.items():
        mean = receivables[day]["average_daily_net_revenue_amount"]
        other = expected["average_daily_net_revenue_amount"]
        assert (mean is None) == (other is None), day
        assert mean is None or abs(float(mean) - float(other)) < 1e-3, day
    return oracle


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_small_random_extracts_agree_with_the_oracle(engine, data):
    """Few patients, so that hypothesis can shrink what fails to the one history that matters."""
    compare(engine, extract(lambda options: data.draw(st.sampled_from(options)), 2))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thousands_of_random_histories_agree_with_the_oracle(engine, seed):
    generator = random.Random(seed)
    oracle = compare(engine, extract(generator.choice, 2000))
    # The histories must reach every branch, or their agreement would prove nothing.
    stays = list(oracle.stays.values())
    for column in STAY_COLUMNS:
        values = {stay[column] for stay in stays}
        assert len(values) > 1, f"{column} has one value only"
    assert {stay["index_exclusion_reason_30_days"] for stay in stays} == {
        None,
        "Died",
        "Left against medical advice",
        "Transferred to another acute hospital",
        "Follow-up incomplete",
    }
    assert {stay["planned_reason"] for stay in stays} == {
        None,
        "Always planned procedure",
        "Always planned diagnosis",
        "Potentially planned procedure",
    }
    assert {stay["lace_emergency_visit_points"] for stay in stays} == {0, 1, 2, 3, 4}
    assert any(stay["encounter_count"] > 2 for stay in stays)
    returns = {e["is_emergency_return_72_hours"] for e in oracle.encounters.values()}
    assert returns == {None, 0, 1}


def test_the_demo_agrees_with_the_oracle(demo):
    """On the committed extract, for all that does not hang on code lists."""
    oracle = Oracle(demo_tables())

    def rows(sql: str) -> dict:
        cursor = demo.execute(sql)
        names = [column[0] for column in cursor.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}

    stays = rows(
        "select encounters.encounter_id, readmissions.* "
        "from marts.fct_readmissions as readmissions "
        "inner join marts.fct_encounters as encounters "
        "on readmissions.first_encounter_key = encounters.encounter_key"
    )
    by_flow = (
        "index_exclusion_reason",
        "is_index_admission",
        "is_readmitted_7",
        "is_readmitted_30",
    )
    columns = tuple(
        column
        for column in STAY_COLUMNS
        if column.startswith(by_flow)
        or column in ("encounter_count", "length_of_stay_days", "is_readmission_30_days")
        or column in ("lace_length_of_stay_points", "lace_acuity_points")
        or column == "lace_emergency_visit_points"
    )
    assert_equal(stays, oracle.stays, columns)
    encounters = rows("select encounter_id, * exclude (encounter_id) from marts.fct_encounters")
    assert_equal(encounters, oracle.encounters, ENCOUNTER_COLUMNS[1:])
    claims = rows("select claim_id, * exclude (claim_id) from marts.fct_revenue")
    assert_equal(claims, oracle.claims, CLAIM_COLUMNS)
