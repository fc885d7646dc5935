"""A build stops before the marts change where too much is wrong, and says what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from emr.attach import attach
from tests.dbt_session import run_in_one_process
from tests.quality.extract import with_rows
from tests.quality.files import write_extract

RULE = "claims.submitted_on dates out of order"
# Each build, in this order: its variables.
BUILDS = {
    "as_it_is": {},
    "with_another_limit": {"quarantine_limits": {"default": 0.1, "claims": 0.5}},
    "stopped_by_one_row": {"quality_severity": {RULE: "stop"}, "quarantine_limits": {"default": 1}},
    "kept": {"quality_severity": {RULE: "flag"}},
}
CHOSEN = ["build", "--select", "+dim_payer"]
CHOSEN += ["--exclude", "resource_type:test", "resource_type:unit_test"]
# Settings that mean nothing.
REFUSED = {
    "no_such_rule": {"quality_severity": {"claims.submitted_on dates in order": "flag"}},
    "no_such_severity": {"quality_severity": {RULE: "ignore"}},
    "cannot_be_kept": {"quality_severity": {"claims.claim_id duplicate key": "flag"}},
    "no_default": {"quarantine_limits": {"claims": 0.5}},
    "no_such_table": {"quarantine_limits": {"default": 0.1, "beds": 0.1}},
}


@dataclass(frozen=True)
class Built:
    """What became of a build, and the warehouse as it left it."""

    success: bool
    output: str
    warehouse: Path

    def rows(self, sql: str) -> list[tuple]:
        """The rows of a query."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """The builds, each of two claims of which one is older than its visit, each on its own warehouse.

    dim_payer stands for the marts: it reads what is accepted.
    """
    folder = tmp_path_factory.mktemp("gate")
    tables = with_rows("claims", {"claim_id": "CL2", "submitted_on": "2024-03-01"})
    write_extract(folder / "files", tables)
    commands = []
    for name, variables in (BUILDS | REFUSED).items():
        warehouse = folder / name / "emr.duckdb"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EMR_WAREHOUSE", str(warehouse))
            attach("extract", folder / "files")
        kind = CHOSEN if name in BUILDS else ["run", "--select", "int_checked_facilities"]
        chosen = json.dumps({"emr_source": "extract", **variables})
        commands.append(([*kind, "--vars", chosen], {"EMR_WAREHOUSE": str(warehouse)}))
    results = run_in_one_process(commands, folder)
    return {
        name: Built(result["success"], result["output"], folder / name / "emr.duckdb")
        for name, result in zip(BUILDS | REFUSED, results, strict=True)
    }


def test_more_rejected_rows_than_the_limit_stop_the_build_before_the_marts(builds):
    built = builds["as_it_is"]
    assert not built.success
    assert (
        "1 of 2 rows of claims are rejected, more than the 10% that quarantine_limits allows: dates "
        "out of order in submitted_on (1 row, such as 2024-03-01). Nothing that reads them was built. "
        "The rows are in intermediate.int_checked_claims, where rejected_by_rule is not null."
    ) in built.output
    assert built.rows("select count(*) from duckdb_tables() where schema_name = 'marts'") == [(0,)]
    assert built.rows(
        "select claim_id, rejected_by_rule, offending_value from intermediate.int_checked_claims "
        "where rejected_by_rule is not null"
    ) == [("CL2", "submitted_on dates out of order", "2024-03-01")]


def test_a_table_may_have_a_limit_of_its_own(builds):
    built = builds["with_another_limit"]
    assert built.success
    assert built.rows("select count(*) from marts.dim_payer") == [(2,)]


def test_one_row_stops_the_build_where_the_rule_says_so(builds):
    built = builds["stopped_by_one_row"]
    assert not built.success
    assert (
        "1 of 2 rows of claims break a rule that stops the build: dates out of order in submitted_on"
    ) in built.output
    assert built.rows("select count(*) from duckdb_tables() where schema_name = 'marts'") == [(0,)]


def test_a_flagged_row_is_kept(builds):
    built = builds["kept"]
    assert built.success
    assert built.rows(
        "select flagged_by_rule from intermediate.int_checked_claims "
        "where rejected_by_rule is null order by claim_id"
    ) == [(None,), ("submitted_on dates out of order",)]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no_such_rule", "which is not a rule: a rule is named like"),
        ("no_such_severity", "is 'ignore', but must be quarantine, flag or stop"),
        ("cannot_be_kept", "cannot be flag: a row that breaks this rule cannot be counted"),
        ("no_default", "quarantine_limits has no default"),
        ("no_such_table", "quarantine_limits names 'beds', which is not a table of the contract"),
    ],
)
def test_a_setting_that_means_nothing_is_named(builds, name, sentence):
    assert not builds[name].success
    assert sentence in builds[name].output
