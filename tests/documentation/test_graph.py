"""The edges of the model graph: short ways to a readmission, and only accepted rows on them."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.conftest import PROJECT_ROOT, DbtRun

ENCOUNTERS = "model.emr_analytics.stg_emr__encounters"
READMISSIONS = "model.emr_analytics.fct_readmissions"
LONGEST_WAY = 10
NOT_WAITED_FOR = ("payments", "surveys", "charges", "vitals", "quarantine", "history")

CHECKED = re.compile(r"\bint_checked_\w+'")
CHECKED_ROWS = re.compile(
    r"from {{ ref\('int_checked_\w+'\) }}\s+where\s+rejected_by_rule is (?:not )?null\b"
)


@pytest.fixture(scope="module")
def parents(demo_build: DbtRun) -> dict[str, list[str]]:
    """Each model, seed and snapshot with those that it reads."""
    nodes = demo_build.manifest()["nodes"]
    return {
        name: [parent for parent in node["depends_on"].get("nodes", []) if parent in nodes]
        for name, node in nodes.items()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }


def test_a_readmission_is_at_most_ten_models_away_from_the_encounters(
    parents: dict[str, list[str]],
) -> None:
    @cache
    def longest_way(name: str) -> tuple[str, ...]:
        """The models from the staged encounters to `name`; empty where no way leads there."""
        if name == ENCOUNTERS:
            return (name,)
        longest = max((longest_way(parent) for parent in parents[name]), key=len, default=())
        return (*longest, name) if longest else ()

    way = longest_way(READMISSIONS)
    assert 1 < len(way) <= LONGEST_WAY, way


def test_a_readmission_waits_for_neither_payments_nor_surveys(
    parents: dict[str, list[str]],
) -> None:
    ancestors: set[str] = set()
    waiting = [READMISSIONS]
    while waiting:
        found = set(parents[waiting.pop()]) - ancestors
        ancestors |= found
        waiting += found
    assert not [name for name in ancestors if any(word in name for word in NOT_WAITED_FOR)]


def test_a_model_says_which_checked_rows_it_reads() -> None:
    """Accepted rows or rejected ones: outside of the checks no model reads both by mistake."""
    count = 0
    for path in (PROJECT_ROOT / "models").rglob("*.sql"):
        if path.parent.name in ("checked", "quarantine"):
            continue
        text = path.read_text(encoding="utf-8")
        assert len(CHECKED.findall(text)) == len(CHECKED_ROWS.findall(text)), path
        assert "'int_checked_'" not in text, path
        count += len(CHECKED_ROWS.findall(text))
    assert count > 20
