"""What the login of the reports may read on a real server (sqlserver/security.sql)."""

from __future__ import annotations

import os

import pytest

from pipeline.project import UserError
from pipeline.server import connect


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch):
    """A connection as emr_bi."""
    password = os.environ.get("EMR_TEST_BI_PASSWORD")
    if not password:
        pytest.skip("EMR_TEST_BI_PASSWORD does not hold the password of emr_bi")
    monkeypatch.setenv("EMR_SQL_USER", "emr_bi")
    monkeypatch.setenv("DBT_ENV_SECRET_EMR_SQL_PASSWORD", password)
    connection = connect()
    yield connection
    connection.close()


def test_reports_read_marts(reports):
    assert reports.execute("select count(*) from marts.fct_encounters")[0][0] > 0


@pytest.mark.parametrize(
    "table",
    ["raw.patients", "staging.stg_emr__patients", "intermediate.int_conformed_patients"],
)
def test_reports_read_nothing_else(reports, table):
    with pytest.raises(UserError, match=r"(?i)permission"):
        reports.execute(f"select count(*) from {table}")


def test_reports_write_nothing(reports):
    with pytest.raises(UserError, match=r"(?i)permission"):
        reports.execute("delete from marts.fct_encounters where 1 = 0")
