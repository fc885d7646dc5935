"""The text of a nightly run, compiled without a warehouse, for the engine that runs in memory.

dbt compiles an incremental model for a first build as long as its table is not there. A copy of the
project says that it is, and has one analysis per fact that holds the statements of the strategy.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import PROJECT_ROOT, DbtRun, run_dbt

FACTS = ("fct_encounters", "fct_diagnoses", "fct_procedures", "fct_vitals", "fct_charges")
# The rows of a run, before they are in the fact.
NEW_ROWS = "nightly"

QUESTION = "flags.INTROSPECT is not sameas false and is_incremental()"
ANSWER = "model.config.materialized == 'incremental'"
STATEMENTS = """
{{%- set fact = ref('{fact}') -%}}
{{%- set columns = [] -%}}
{{%- for name in graph.nodes['model.emr_analytics.{fact}'].columns -%}}
    {{%- do columns.append({{'name': name}}) -%}}
{{%- endfor -%}}
-- depends_on: {{{{ ref('int_encounter_versions') }}}}
{{{{ get_incremental_refresh_encounters_sql({{
    'target_relation': fact,
    'temp_relation': fact.incorporate(path={{'schema': '{schema}'}}),
    'dest_columns': columns,
}}) }}}}
"""


def statements_file(fact: str) -> str:
    """Where the compiled statements of a fact are."""
    return f"analyses/nightly_{fact}.sql"


def compile_nightly(folder: Path, target: str) -> DbtRun:
    """Compile the demo's nightly run for a target, in a folder."""
    project = folder / "project"
    shutil.copytree(
        PROJECT_ROOT,
        project,
        ignore=lambda path, names: (
            [n for n in names if n.startswith(".") or n in ("target", "logs", "warehouse")]
            if Path(path) == PROJECT_ROOT
            else []
        ),
    )
    macros = project / "macros" / "nightly_run.sql"
    text = macros.read_text(encoding="utf-8")
    assert QUESTION in text
    macros.write_text(text.replace(QUESTION, ANSWER), encoding="utf-8")
    for fact in FACTS:
        text = STATEMENTS.format(fact=fact, schema=NEW_ROWS)
        (project / statements_file(fact)).write_text(text, encoding="utf-8")
    options = ["--no-populate-cache", "--no-introspect"]
    if target == "sqlserver":
        # its types are read from all models; of the others the facts are all that anybody reads
        options += ["--exclude", "resource_type:test", "resource_type:unit_test"]
    else:
        options += ["--select", *FACTS, *(Path(statements_file(fact)).stem for fact in FACTS)]
    run = run_dbt(folder, "compile", *options, project=project, target=target)
    assert run.returncode == 0, run.output[-4000:]
    return run
