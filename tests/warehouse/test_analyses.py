"""Each analysis says which question it answers, and answers it on the demo."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT_ROOT, run_dbt

ANALYSES = {path.stem: path for path in sorted((PROJECT_ROOT / "analyses").rglob("*.sql"))}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Path:
    """The folder of the compiled analyses: dbt build does not compile them."""
    folder = tmp_path_factory.mktemp("analyses")
    run = run_dbt(folder, "compile", "--select", "resource_type:analysis")
    assert run.returncode == 0, run.output[-4000:]
    return run.target_path / "compiled" / "emr_analytics" / "analyses"


@pytest.fixture
def answer(demo, compiled):
    """The rows of an analysis on the demo, as dictionaries."""

    def rows(name: str) -> list[dict]:
        found = compiled / ANALYSES[name].relative_to(PROJECT_ROOT / "analyses")
        sql = found.read_text(encoding="utf-8")
        cursor = demo.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return rows


def test_every_insight_of_the_executive_summary_has_its_query():
    assert {name[:9] for name in ANALYSES if name.startswith("insight")} == {
        f"insight_{number}" for number in range(1, 6)
    }


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_names_its_question_and_has_an_answer(name, answer):
    text = ANALYSES[name].read_text(encoding="utf-8")
    assert re.match(r"-- Question: .+\?", text.split("\n--\n")[0].replace("\n-- ", " "))
    assert len(answer(name)) > 1


def test_the_answers_are_those_of_the_findings(answer, demo):
    findings = {
        (finding, check): float(value)
        for finding, check, value in demo.execute(
            "select finding_id, check_number, value from marts.rpt_findings"
        ).fetchall()
    }
    peaks = answer("insight_2_when_departments_peak")
    peaks.sort(key=lambda row: row["encounters_per_day"], reverse=True)
    assert {row["month_number"] for row in peaks[:4]} == {2, 3, 6, 7}
    ratings = answer("insight_3_when_satisfaction_fell")
    late = [row for row in ratings if row["month_start_date_key"] >= 20240801]
    signals = [row["is_signal"] for row in late]
    assert findings["F5", 3] == 1 + signals.index(1)
    departments = answer("insight_4_readmissions_and_ratings")
    departments.sort(key=lambda row: row["readmission_rate_30_days"] or 0, reverse=True)
    assert {row["department_name"] for row in departments[:2]} == {"ER", "Oncology"}
    coverage = answer("insight_5_who_is_uninsured")
    uninsured = sum(float(row["uninsured_share"]) * row["patients"] for row in coverage)
    assert uninsured / sum(row["patients"] for row in coverage) == pytest.approx(
        findings["F6", 1], abs=0.001
    )
    diabetic = answer("insight_1_who_is_readmitted_after_diabetes")
    assert {row["lace_band"] for row in diabetic} == {"High", "Low", "Moderate"}
    rates = {row["lace_band"]: row["patient_level_rate_60_days"] for row in diabetic}
    assert rates["High"] > findings["F1", 1] > rates["Moderate"]
