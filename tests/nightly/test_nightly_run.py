"""After any sequence of arrivals, corrections and deletions, nightly runs equal a full rebuild.

On the DuckDB text and on the T-SQL text, which runs translated (tests/tsql/translation.py).
"""

from __future__ import annotations

import copy
import re

import pytest
import yaml

from tests.conftest import PROJECT_ROOT
from tests.nightly.conftest import duckdb_nightly
from tests.nightly.hospital import Hospital
from tests.nightly.text import FACTS, statements_file
from tests.tsql.compiled import Compiled
from tests.tsql.semantics import annotated, violations
from tests.tsql.test_same_answers import Tables, unequal
from tests.warehouse.engine import Engine, Nightly

MARTS = ("marts",)
LOOK_BACK = r"versions\.last_event_date < \(.*?\) as ends\s*\)"


@pytest.mark.parametrize("seed", range(3))
def test_nights_equal_a_full_rebuild(engines, seed):
    nightly, full = engines
    hospital = Hospital(seed, patients=150)
    nightly.build(hospital.tables)
    for night in range(6):
        hospital.night()
        nightly.build(hospital.tables, is_nightly=True)
        full.build(hospital.tables)
        assert unequal(full, nightly, MARTS) == {}, f"seed {seed}, night {night}"


def rewritten(engine: Engine, tables: Tables) -> dict[str, int]:
    """Rows of each fact that a nightly run writes anew."""
    engine.build(tables, is_nightly=True)
    return {f: engine.rows(f"select count(*) as n from emr.nightly.{f}")[0]["n"] for f in FACTS}


def test_a_quiet_night_writes_only_the_look_back(engines):
    nightly, _ = engines
    hospital = Hospital(7, patients=150)
    nightly.build(hospital.tables)
    old = [
        row["encounter_key"]
        for row in nightly.rows(
            "select encounter_key from emr.intermediate.int_encounter_versions where "
            "last_event_date < (select max(arrival_date) - 120 "
            "from emr.intermediate.int_encounter_versions)"
        )
    ]
    assert len(old) > 100
    written = rewritten(nightly, hospital.tables)
    assert written["fct_encounters"] == len(hospital.tables["encounters"]) - len(old)
    assert 0 < written["fct_encounters"] < len(hospital.tables["encounters"])


def test_a_correction_writes_all_visits_of_its_patient_and_no_others(engines):
    nightly, _ = engines
    hospital = Hospital(8, patients=150)
    nightly.build(hospital.tables)
    quiet = rewritten(nightly, hospital.tables)["fct_encounters"]
    oldest = min(hospital.tables["encounters"], key=lambda row: row["discharged_at"] or "9")
    hospital.stamp(oldest)
    own = [
        row for row in hospital.tables["encounters"] if row["patient_id"] == oldest["patient_id"]
    ]
    written = rewritten(nightly, hospital.tables)["fct_encounters"]
    assert quiet < written <= quiet + len(own)


@pytest.mark.parametrize("table", ["encounters", "patients"])
def test_without_update_times_every_row_is_written(engines, table):
    nightly, full = engines
    hospital = Hospital(9, patients=40)
    for row in hospital.tables[table]:
        row["updated_at"] = None
    nightly.build(hospital.tables)
    hospital.tables["charges"][0]["charge_amount"] = "1.00"
    written = rewritten(nightly, hospital.tables)
    assert written["fct_encounters"] == len(hospital.tables["encounters"])
    full.build(hospital.tables)
    assert unequal(full, nightly, MARTS) == {}


def test_an_unstated_change_before_the_look_back_is_not_seen(engines):
    """What the contract asks of updated_at is needed: without it a nightly run cannot know."""
    nightly, full = engines
    hospital = Hospital(10, patients=150)
    nightly.build(hospital.tables)
    changed = copy.deepcopy(hospital.tables)
    oldest = min(changed["encounters"], key=lambda row: row["discharged_at"] or "9")
    charge = next(c for c in changed["charges"] if c["encounter_id"] == oldest["encounter_id"])
    charge["charge_amount"] = "123456.00"
    nightly.build(changed, is_nightly=True)
    full.build(changed)
    assert "marts.fct_charges" in unequal(full, nightly, MARTS)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        pytest.param(r"built\.source_version = versions\.source_version", "1 = 1", id="version"),
        pytest.param(LOOK_BACK, "1 = 1", id="look-back"),
        pytest.param(r"max\(known\.arrival_date\)", "cast('9999-12-31' as date)", id="its end"),
        pytest.param(r"as built where", "as built where 1 = 0 and", id="deletion"),
    ],
)
def test_a_wrong_nightly_run_is_caught(demo_build, nightly_text, pattern, replacement):
    right = duckdb_nightly(nightly_text("duckdb"))

    def change(text: str) -> str:
        return re.sub(pattern, replacement, text, flags=re.DOTALL)

    wrong = Nightly(
        lambda node: change(right.sql_of(node)),
        lambda node: [change(statement) for statement in right.statements(node)],
    )
    nightly = Engine(demo_build, list(FACTS), nightly=wrong)
    full = Engine(demo_build, list(FACTS))
    # the sixth is the first to which everything happens that these mistakes miss
    for seed in range(5, 15):
        hospital = Hospital(seed, patients=40)
        nightly.build(hospital.tables)
        for happens in (hospital.night, hospital.night, hospital.months_pass):
            happens()
            nightly.build(hospital.tables, is_nightly=True)
            full.build(hospital.tables)
            if unequal(full, nightly, MARTS):
                return
    pytest.fail("no difference")


@pytest.mark.parametrize("target", ["sqlserver", "fabric"])
def test_the_statements_are_t_sql(nightly_text, compile_for, microsoft_messages, target):
    """As procedures, because a model of a database knows no other place for statements."""
    t_sql = Compiled(target, nightly_text(target).target_path)
    scripts = {
        name: script
        for name, script in compile_for(target, "extract").scripts.items()
        if not name.startswith(("tests/", "analyses/"))
    }
    for fact in FACTS:
        text = t_sql.files[statements_file(fact)].replace("nightly", "marts")
        scripts[f"statements of {fact}"] = f"create procedure marts.refresh_{fact} as\n{text}"
    assert microsoft_messages(scripts) == []
    wrong = scripts["statements of fct_charges"].replace("source_version", "version")
    assert microsoft_messages({**scripts, "statements of fct_charges": wrong})


def test_the_rows_to_write_keep_the_rules_of_t_sql(t_sql):
    for node in t_sql.models.values():
        if node["name"] in FACTS:
            sql = t_sql.sql_of(node)
            assert "built.source_version" in sql
            assert violations(annotated(sql, t_sql.catalog)) == []


def test_every_variable_is_part_of_the_fingerprint():
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    macros = (PROJECT_ROOT / "macros" / "nightly_run.sql").read_text(encoding="utf-8")
    listed = re.search(r"macro rule_variables\(\) -%}(.*?)endmacro", macros, re.DOTALL)[1]
    assert set(re.findall(r"'(\w+)'", listed)) == set(project["vars"])
