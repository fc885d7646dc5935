"""Every model has a tested primary key, or a reason why not."""

from __future__ import annotations

from tests.conftest import PROJECT_ROOT, DbtRun

UNIQUE = {"unique", "unique_to_the_letter", "unique_combination_of_columns"}
ONE_ROW = {"int_data_period", "int_event_period", "int_extract_end", "measures_of_hospital"}
# A row whose key is missing or repeated stands here for that very reason.
WITHOUT_KEY = {"quarantine_failed_rows"}


def test_every_model_has_a_tested_primary_key(demo_build: DbtRun):
    nodes = demo_build.manifest()["nodes"].values()
    tested = {
        node["attached_node"]
        for node in nodes
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") in UNIQUE
    }
    missing = [
        node["name"]
        for node in nodes
        if node["resource_type"] == "model"
        and node["unique_id"] not in tested
        # staging has rows as delivered, duplicates among them: the checked models have the key
        and not node["path"].startswith("staging")
        and node["name"] not in ONE_ROW | WITHOUT_KEY
    ]
    assert not missing


def test_every_dimension_is_asked_for_its_unknown_member():
    """The calendar has none: a missing date has no key."""
    asked = (PROJECT_ROOT / "tests/dbt/assert_every_dimension_has_an_unknown_member.sql").read_text(
        encoding="utf-8"
    )
    dimensions = {path.stem for path in (PROJECT_ROOT / "models/marts/dimensions").glob("*.sql")}
    assert not {name for name in dimensions - {"dim_date"} if f"'{name}'" not in asked}
