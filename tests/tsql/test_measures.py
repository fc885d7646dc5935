"""The measures' statements are T-SQL, and give on the demo what the DuckDB statements give."""

from __future__ import annotations

import contextlib
import re
from datetime import date

import pytest
import yaml

from dashboard import marts
from measures.catalogue import catalogue
from measures.pages import all_pages
from measures.query import statement
from measures.selection import Selection
from tests.tsql.functions import forbidden_constructs, unknown_functions
from tests.tsql.semantics import annotated, violations
from tests.warehouse.engine import Engine, demo_tables

SUBJECTS = sorted({measure.folder for measure in catalogue().values()})
DEPARTMENT = "dim_department.department_name"
WHOLE = Selection()
CHOSEN = Selection(
    date(2024, 3, 1),
    date(2024, 8, 31),
    {
        DEPARTMENT: ["Cardiology", "ER", "Doctor's own"],
        "dim_age_group.age_group": ["Adult", "Senior"],
        "dim_payer.payer_category": ["Private"],
    },
    {"Increase in insured patients": 0.3},
)
QUESTIONS = {
    "all data": (WHOLE, ()),
    "a selection": (CHOSEN, ()),
    "by department": (CHOSEN, (DEPARTMENT,)),
    "by month and department": (WHOLE, ("dim_date.year_month_sort", DEPARTMENT)),
}


@pytest.fixture(scope="module")
def variables(project_root) -> dict:
    """The variables of dbt_project.yml."""
    return yaml.safe_load((project_root / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


@pytest.fixture(scope="module")
def statements(variables) -> dict[str, tuple[str, str]]:
    """The statements of all measures of a subject, as T-SQL and for DuckDB, by what they answer."""
    found = {}
    for subject in SUBJECTS:
        names = [measure.name for measure in catalogue().values() if measure.folder == subject]
        for question, (selection, by) in QUESTIONS.items():
            found[f"{subject}, {question}"] = tuple(
                statement(names, selection, variables, by, dialect)
                for dialect in ("tsql", "duckdb")
            )
    return found


@pytest.fixture(scope="module")
def t_sql(compile_for):
    """The demo compiled for SQL Server, for the types of the marts."""
    return compile_for("sqlserver", "demo")


def own_questions() -> list[str]:
    """What the dashboard asks beside measures."""
    asked = []

    class Noted(marts.Marts):
        def rows(self, sql: str) -> list[tuple]:
            asked.append(sql)
            return [(20240101,)]

    noted = Noted("sqlserver")
    for slicer in all_pages().slicers:
        with contextlib.suppress(ValueError):
            marts.values(noted, slicer.field)
    marts.last_day(noted)
    with contextlib.suppress(ValueError):
        marts.calendar(noted, all_pages().slicers)
    assert len(asked) == len(all_pages().slicers) + 2
    return asked


def test_microsofts_parser_reads_them_and_knows_every_name(statements, t_sql, microsoft_messages):
    scripts = {"schema": "create schema marts"}
    for table, columns in t_sql.catalog["marts"].items():
        listed = ", ".join(f"[{name}] {data_type}" for name, data_type in columns.items())
        scripts[table] = f"create table marts.[{table}] ({listed})"
    for number, (question, (tsql, _)) in enumerate(statements.items()):
        scripts[question] = f"create view marts.question_{number} as\n{tsql}"
    for number, sql in enumerate(own_questions()):
        scripts[sql] = f"create procedure marts.own_{number} as\n{sql}"
    assert microsoft_messages(scripts) == []
    # the model does not know the server's own views, the parser reads what asks them
    assert microsoft_messages({"built": marts.BUILT_ON_SERVER}, names=False) == []
    scripts["wrong"] = "create view marts.wrong as select nothing from marts.fct_encounters"
    assert microsoft_messages(scripts)


def test_they_keep_the_rules_of_sql_server(statements, t_sql):
    assert len(statements) == len(SUBJECTS) * len(QUESTIONS)
    for question, (tsql, _) in statements.items():
        words = re.sub(r"\[[^\]]*\]", "[name]", tsql)
        assert not unknown_functions(words), question
        assert not forbidden_constructs(words), question
        assert not violations(annotated(tsql, t_sql.catalog)), question


def test_they_give_the_same_rows(statements, t_sql, demo_build):
    engine = Engine(demo_build)
    engine.build(demo_tables())
    figures = 0
    for question, (tsql, duckdb_sql) in statements.items():
        ours, theirs = (
            sorted(engine.connection.execute(sql).fetchall(), key=repr)
            for sql in (t_sql.in_duckdb(tsql), duckdb_sql)
        )
        assert len(ours) == len(theirs), question
        for our_row, their_row in zip(ours, theirs, strict=True):
            for ours_value, theirs_value in zip(our_row, their_row, strict=True):
                if isinstance(theirs_value, float):
                    figures += 1
                    assert ours_value == pytest.approx(theirs_value, rel=1e-9), question
                else:
                    assert ours_value == theirs_value, question
    assert figures > 5_000
