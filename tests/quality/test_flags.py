"""Whatever rules a hospital keeps rows by, the marts build with them and pass all tests."""

from __future__ import annotations

import json

from emr.attach import attach
from tests.conftest import run_dbt
from tests.generator.conftest import run_generator


def test_a_dirty_extract_builds_with_every_rule_flagged_that_can_be(demo, tmp_path, monkeypatch):
    rules = demo.execute(
        "select table_name || '.' || column_name || ' ' || rule_name "
        "from quarantine.summary where can_be_kept = 1"
    ).fetchall()
    assert len(rules) > 100
    run_generator(tmp_path / "dirty", "--patients", "2500", "--seed", "5", "--faults", "0.03")
    monkeypatch.setenv("EMR_WAREHOUSE", str(tmp_path / "dbt" / "emr.duckdb"))
    attach("extract", tmp_path / "dirty")
    variables = {
        "emr_source": "extract",
        "quality_severity": dict.fromkeys((name for (name,) in rules), "flag"),
    }
    run = run_dbt(
        tmp_path / "dbt",
        *("build", "--exclude", "resource_type:unit_test"),
        *("--vars", json.dumps(variables)),
    )
    assert run.returncode == 0, run.output[-4000:]
