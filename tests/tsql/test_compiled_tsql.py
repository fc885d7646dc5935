"""The whole project compiles for SQL Server and Fabric without a server, to text that is T-SQL."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from tests.tsql.functions import forbidden_constructs, unknown_functions


def test_every_model_is_compiled(compiled, project_root):
    models = {path.stem for path in (project_root / "models" / "marts").rglob("*.sql")}
    assert models <= {Path(path).stem for path in compiled.files}


def test_only_functions_that_t_sql_knows(compiled):
    found = {path: unknown_functions(sql) for path, sql in compiled.files.items()}
    assert not {path: names for path, names in found.items() if names}


def test_no_construct_that_t_sql_lacks(compiled):
    found = {path: forbidden_constructs(sql) for path, sql in compiled.files.items()}
    assert not {path: names for path, names in found.items() if names}


def test_every_statement_parses_as_t_sql(compiled):
    broken = {}
    for path, sql in compiled.files.items():
        try:
            statements = sqlglot.parse(sql, read="tsql")
        except sqlglot.errors.ParseError as error:
            broken[path] = str(error).splitlines()[0]
            continue
        if len(statements) != 1:
            broken[path] = f"{len(statements)} statements"
    assert not broken


@pytest.mark.parametrize(
    ("sql", "function"),
    [
        ("select date_trunc('month', arrived_at) as month_start from t", "date_trunc"),
        ("select md5(encounter_id) as k from t", "md5"),
        ("select string_split(a, ',') as k from t", "string_split"),
        ("select greatest (a, b) as k from t", "greatest"),
    ],
)
def test_a_function_that_is_not_t_sql_is_caught(sql, function):
    assert unknown_functions(sql) == {function}


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        ("select a || b as c from t", "||"),
        ("select a::int as c from t", "::"),
        ("select a from t limit 5", "limit"),
        ("select a, count(*) as n from t group by 1", "group by a number"),
        ("select true as c from t", "true or false"),
        ("select a from t inner join u using (id)", "using ("),
        ("select sum(a) filter (where b = 1) as c from t", "filter (where"),
    ],
)
def test_a_construct_that_is_not_t_sql_is_caught(sql, construct):
    assert construct in forbidden_constructs(sql)


def test_words_in_comments_and_text_are_no_code():
    sql = "select 'limit || true' as a -- date_trunc(x) limit\nfrom t"
    assert not unknown_functions(sql)
    assert not forbidden_constructs(sql)
