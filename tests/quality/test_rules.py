"""Each rule of the quarantine, with the cases at its bounds."""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy

import pytest

from tests.conftest import DbtRun
from tests.quality.extract import ONE_OF_EVERYTHING, Tables, together, with_changes, with_rows
from tests.quality.rule_cases import CASES, DUPLICATES, FLAGGED, MISSING_KEYS, OVERLAPS, overlap
from tests.warehouse.engine import Engine

TABLES = tuple(ONE_OF_EVERYTHING)


@pytest.fixture(scope="module")
def engine(demo_build: DbtRun) -> Engine:
    """The quarantine alone, ready to run in memory."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return Engine(demo_build, ["quarantine_failed_rows"])


def broken(engine: Engine, extracts: list[Tables]) -> list[list[dict]]:
    """What broke a rule in each of many extracts; rows that no key names are left out."""
    engine.build(together(extracts))
    found: list[list[dict]] = [[] for _ in extracts]
    for name in TABLES:
        for row in engine.rows(f"from emr.quarantine.failed_rows where table_name = '{name}'"):
            number = re.search(r"-(\d+)(?=\||$)", row["row_key"] or "")
            if number:
                found[int(number[1])].append(row | {"table": name})
    return found


@pytest.fixture(scope="module")
def verdicts(engine: Engine) -> list[list[dict]]:
    """What broke a rule in each case, without what hangs on the changed row."""
    found = broken(engine, [with_changes(table, **changes) for table, changes, _ in CASES])
    return [
        [
            row
            for row in rows
            if not (row["rule_name"] == "orphan" and names_a_rejected_row(row, rows, number))
        ]
        for number, rows in enumerate(found)
    ]


def names_a_rejected_row(orphan: dict, rows: list[dict], number: int) -> bool:
    """Whether an orphan only is one because the row that it names is rejected, or has a new key."""
    table, changes, _ = CASES[number]
    gone = {f"{ONE_OF_EVERYTHING[table][0].get(column)}-{number}" for column in changes}
    gone |= {row["row_key"] for row in rows if row["severity"] != "flag"}
    return orphan["offending_value"] in gone


def test_nothing_is_wrong_with_the_extract_that_the_cases_change(engine):
    assert broken(engine, [ONE_OF_EVERYTHING]) == [[]]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][0]}-{CASES[n][1]}")
def test_a_row_is_rejected_or_kept(verdicts, number):
    table, changes, rule = CASES[number]
    found = verdicts[number]
    assert [row["rule_name"] for row in found] == ([rule] if rule else [])
    for row in found:
        is_flagged = (row["table"], rule, row["column_name"]) in FLAGGED
        assert row["severity"] == ("flag" if is_flagged else "quarantine")
        # birth and death make the patient's visit impossible, not the patient
        if row["table"] != table:
            assert (table, row["table"], row["column_name"]) == (
                "patients",
                "encounters",
                "arrived_at",
            )
        else:
            assert row["column_name"] in changes


def test_a_row_without_its_key_is_rejected(engine):
    engine.build(
        together([with_changes(table, **{key: blank}) for table, key, blank in MISSING_KEYS])
    )
    found = Counter()
    for name in TABLES:
        for row in engine.rows(
            f"from emr.quarantine.failed_rows where table_name = '{name}' "
            "and rule_name = 'missing key' and severity <> 'flag'"
        ):
            found[name, row["column_name"]] += 1
    assert found == Counter((table, key) for table, key, _ in MISSING_KEYS)


def test_the_stay_that_began_first_overlaps(engine):
    found = broken(engine, [overlap(first, second) for first, second, _ in OVERLAPS.values()])
    for number, (title, (*_, expected)) in enumerate(OVERLAPS.items()):
        flagged = [
            (row["row_key"], row["column_name"], row["severity"])
            for row in found[number]
            if row["rule_name"] == "overlapping inpatient stays"
        ]
        assert flagged == (
            [(f"{expected}-{number}", "discharged_at", "flag")] if expected else []
        ), title


def test_of_rows_with_one_key_one_stays(engine):
    found = broken(engine, [with_rows(table, row) for table, row, _ in DUPLICATES.values()])
    for number, (title, (table, _, expected)) in enumerate(DUPLICATES.items()):
        duplicates = [r for r in found[number] if r["rule_name"] == "duplicate key"]
        assert [row["table"] for row in duplicates] == [table] * expected, title


def test_of_keys_that_differ_in_case_one_stays_with_what_names_it(engine):
    tables = deepcopy(ONE_OF_EVERYTHING)
    tables["patients"].append(tables["patients"][0] | {"patient_id": "p1", "last_name": "Other"})
    tables["encounters"].append(
        tables["encounters"][0] | {"encounter_id": "E2", "patient_id": "p1"}
    )
    engine.build(tables)
    rejected = [
        (name, row["rule_name"], row["row_key"], row["offending_value"])
        for name in TABLES
        for row in engine.rows(f"from emr.quarantine.failed_rows where table_name = '{name}'")
    ]
    assert rejected == [
        ("patients", "duplicate key", "p1", "p1"),
        ("encounters", "orphan", "E2", "p1"),
    ]


def test_without_a_last_change_of_an_encounter_nothing_is_beyond_the_end(engine):
    """The patients' last change says nothing of it: a master file may be older than the visits."""
    tables = deepcopy(ONE_OF_EVERYTHING)
    tables["patients"][0]["updated_at"] = "2024-01-01 00:00:00"
    tables["encounters"][0]["updated_at"] = None
    tables["payments"][0]["posted_on"] = "2124-01-01"
    assert broken(engine, [tables]) == [[]]


def test_the_row_that_stays_is_right_and_the_latest(engine):
    engine.build(
        together(
            [
                with_rows("patients", {"sex": "M", "updated_at": "2024-06-30 09:00:00"}),
                with_rows("patients", {"sex": "M", "updated_at": "2024-04-30 07:00:00"}),
                with_rows("patients", {"sex": "?", "updated_at": "2024-06-30 09:00:00"}),
            ]
        )
    )
    accepted = engine.rows(
        "select patient_id, sex from emr.staging.int_checked_patients "
        "where rejected_by_rule is null order by 1"
    )
    assert [row["sex"] for row in accepted] == ["M", "F", "F"]
