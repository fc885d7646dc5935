"""What each role may do on a real server (sqlserver/security.sql), and what masks hide.

The server's administrator plays each role through a user that is made for the moment:
EMR_TEST_ADMIN_PASSWORD is the password of sa. The builder's rights need no test of their own: the
other tests build with them.
"""

from __future__ import annotations

import os

import pytest

from pipeline.load import load
from pipeline.server import Server, connect
from tests.pipeline.test_attach import write_extract

PERMISSION_DENIED = 229
PLAY = """
if user_id('probe') is not null drop user probe;
create user probe without login;
alter role {role} add member probe;
declare @rejected int = 0, @seen varchar(200);
execute as user = 'probe';
begin try
    exec sp_executesql N'{statement}', N'@seen varchar(200) output', @seen output;
end try
begin catch
    set @rejected = error_number();
end catch;
revert;
drop user probe;
select @rejected as rejected, @seen as seen;
"""


@pytest.fixture(scope="module")
def administrator(tmp_path_factory: pytest.TempPathFactory):
    """A connection as sa, on a database that holds a small extract in raw and the demo's marts."""
    password = os.environ.get("EMR_TEST_ADMIN_PASSWORD")
    if not password:
        pytest.skip("EMR_TEST_ADMIN_PASSWORD does not hold the password of sa")
    loader = connect()
    load("extract", write_extract(tmp_path_factory.mktemp("extract")), loader)
    loader.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMR_SQL_USER", "sa")
        patch.setenv("DBT_ENV_SECRET_EMR_SQL_PASSWORD", password)
        connection = connect()
    yield connection
    connection.close()


def play(administrator: Server, role: str, statement: str) -> tuple[int, str | None]:
    """The error number that a statement meets in a role, 0 if none, and what it saw."""
    [outcome] = administrator.execute(PLAY.format(role=role, statement=statement))
    assert outcome[0] in (0, PERMISSION_DENIED), outcome
    return outcome


@pytest.mark.parametrize(
    ("role", "table", "may_read"),
    [
        ("bi_reader", "marts.fct_encounters", True),
        ("bi_reader", "intermediate.int_patients", False),
        ("bi_reader", "staging.stg_emr__patients", False),
        ("bi_reader", "raw.patients", False),
        ("analyst", "marts.fct_encounters", True),
        ("analyst", "intermediate.int_patients", True),
        ("analyst", "staging.stg_emr__patients", False),
        ("analyst", "raw.patients", False),
        ("loader", "raw.patients", True),
        ("loader", "marts.fct_encounters", False),
        ("builder", "raw.patients", True),
    ],
)
def test_who_reads_what(administrator, role, table, may_read):
    rejected, _ = play(administrator, role, f"select @seen = count(*) from {table}")
    assert (rejected == 0) == may_read


@pytest.mark.parametrize(
    ("role", "table", "may_write"),
    [
        ("loader", "raw.payers", True),
        ("loader", "marts.dim_payer", False),
        ("builder", "raw.payers", False),
        ("builder", "marts.dim_payer", True),
        ("analyst", "marts.dim_payer", False),
        ("bi_reader", "marts.dim_payer", False),
    ],
)
def test_who_writes_what(administrator, role, table, may_write):
    statement = f"insert into {table} select * from {table} where 1 = 0"
    rejected, _ = play(administrator, role, statement)
    assert (rejected == 0) == may_write


@pytest.mark.parametrize(("role", "seen"), [("db_datareader", "xxxx"), ("loader", "first_name-1")])
def test_a_name_is_masked_for_who_lacks_unmask(administrator, role, seen):
    statement = "select top (1) @seen = first_name from raw.patients"
    assert play(administrator, role, statement) == (0, seen)
