"""Every column is described, every described column exists, and a description fits its column.

A wrong description is as bad as a wrong number. What a machine can hold against a text is checked
here: units, windows, the table that a key points to, what a flag's 1 means, copies.
"""

from __future__ import annotations

import re
from collections import defaultdict

import duckdb
import pytest

from tests.conftest import DbtRun

# Nothing in the warehouse says what the source left blank.
SOURCE_BLANK = re.compile(r"null when [^.;]*not (recorded|answered|measured)")
# Nulls that a description states and no test compares with data, and why.
UNTESTED_NULLS = {
    ("int_encounters", "discharged_at"): "in progress means that it is null",
    ("int_emergency_visits", "discharged_at"): "in progress means that it is null",
    ("int_emergency_visits", "led_to_encounter_id"): "it is what says whether a visit led on",
    ("int_hwr_population", "hwr_exclusion_reason"): "it is what says who is in the population",
    ("int_unplanned_readmissions", "hwr_exclusion_reason"): "as in int_hwr_population",
    ("fct_readmissions", "hwr_exclusion_reason"): "as in int_hwr_population",
    ("int_providers", "provider_name"): "a variable decides, and a name may be blank",
    ("int_extract_end", "extract_end_date"): "a variable decides, or a blank of the source",
    ("rpt_findings", "highest_expected"): "the seed finding_checks has it so",
}
MONEY_WORDS = {"amount", "charge", "charges", "billed", "payments", "revenue"}


@pytest.fixture(scope="module")
def manifest(demo_build: DbtRun) -> dict:
    """The manifest of the demo build."""
    return demo_build.manifest()


@pytest.fixture(scope="module")
def relations(manifest) -> dict[str, dict]:
    """Every model and seed of the project by name."""
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed") and node["package_name"] == "emr_analytics"
    }


@pytest.fixture(scope="module")
def marts(relations) -> dict[str, dict]:
    """The marts by name."""
    return {name: node for name, node in relations.items() if node["schema"] == "marts"}


@pytest.fixture(scope="module")
def described(relations) -> dict[str, dict]:
    """The models whose descriptions are written by hand: marts and intermediate models."""
    return {
        name: node
        for name, node in relations.items()
        if node["resource_type"] == "model"
        and node["path"].startswith(("marts", "intermediate"))
        and not name.startswith("int_checked_")
    }


@pytest.fixture(scope="module")
def tested_nulls(manifest) -> set[tuple[str, str]]:
    """(model, column) for which a test says when it is null, or that it never is."""
    return {
        (node["attached_node"].rsplit(".", 1)[-1], metadata["kwargs"]["column_name"])
        for node in manifest["nodes"].values()
        if (metadata := node.get("test_metadata") or {}).get("name")
        in ("null_exactly_when", "not_null")
    }


@pytest.fixture(scope="module")
def foreign_keys(manifest) -> dict[tuple[str, str], str]:
    """(model, column) -> the model that a relationships test points it to."""
    found = {}
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if node["resource_type"] == "test" and metadata.get("name") == "relationships":
            model = manifest["nodes"][node["attached_node"]]["name"]
            to = re.search(r"ref\('(\w+)'\)", metadata["kwargs"]["to"]).group(1)
            found[model, metadata["kwargs"]["column_name"]] = to
    return found


def test_the_documented_columns_are_the_built_columns(relations, demo_warehouse):
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        built = defaultdict(set)
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall():
            built[schema, table].add(column)
    wrong = {}
    for name, node in relations.items():
        documented = set(node["columns"])
        actual = built[node["schema"], node["alias"]]
        if documented != actual:
            wrong[name] = {"undocumented": actual - documented, "gone": documented - actual}
    assert not wrong


def test_everything_has_a_description(manifest, relations):
    missing = [name for name, node in relations.items() if not node["description"].strip()]
    missing += [
        f"{name}.{column}"
        for name, node in relations.items()
        for column, details in node["columns"].items()
        if not details["description"].strip()
    ]
    missing += [
        f"{source['name']}.{column}"
        for source in manifest["sources"].values()
        for column, details in source["columns"].items()
        if not details["description"].strip()
    ]
    assert not missing


def test_every_mart_states_its_grain(marts):
    wrong = [
        name
        for name, node in marts.items()
        if not re.search(r"one row (per|for)|one row each", node["description"], re.IGNORECASE)
    ]
    assert not wrong


def test_every_mart_enforces_its_contract(marts):
    assert marts
    assert all(node["contract"]["enforced"] for node in marts.values())
    untyped = [
        f"{name}.{column}"
        for name, node in marts.items()
        for column, details in node["columns"].items()
        if not details["data_type"]
    ]
    assert not untyped


def faults_of(model: str, column: str, text: str, points_to: str | None) -> list[str]:
    """What is wrong with the description of a mart's column."""
    faults = []
    words = set(re.findall(r"[a-z0-9/]+", text.lower()))

    def require(condition: bool, fault: str) -> None:
        if not condition:
            faults.append(f"{model}.{column}: {fault}: {text!r}")

    if column.startswith(("is_", "has_")):
        require(text.startswith("1 "), "a flag says what 1 means")
    for number in re.findall(r"\d+", column):
        if column != "zip3":
            require(number in words, f"the window {number} is not in the text")
    for suffix, unit_words in {
        "_days": {"days", "day"},
        "_minutes": {"minutes"},
        "_years": {"age", "years"},
        "_mmhg": {"mmhg"},
        "_bpm": {"beats"},
        "_dl": {"mg/dl"},
        "_count": {"number"},
        "_amount": MONEY_WORDS,
        "_at": {"time"},
    }.items():
        if column.endswith(suffix) and not column.startswith("is_"):
            require(bool(words & unit_words), f"names none of {sorted(unit_words)}")
    if column.endswith("_date_key"):
        require("yyyymmdd" in words, "does not give the form yyyymmdd")
    if points_to is not None:
        require(f"({points_to})" in text, f"does not name {points_to}, which it points to")
    elif column.endswith("_key"):
        require(text.startswith("Key"), "the table's own key begins with Key")
    return faults


def test_descriptions_fit_their_columns(marts, foreign_keys):
    faults = [
        fault
        for name, node in marts.items()
        for column, details in node["columns"].items()
        for fault in faults_of(
            name, column, details["description"], foreign_keys.get((name, column))
        )
    ]
    assert not faults


def states_testable_nulls(model: str, text: str) -> bool:
    """Whether a description says when the column is null, and data can tell whether it is true."""
    # What is hidden cannot be compared: tests/warehouse/test_small_cells.py
    if model.startswith("rpt_") and "small cells" in text:
        return False
    return bool(re.search(r"\b(null|blank|empty)\b", SOURCE_BLANK.sub("", text), re.IGNORECASE))


def test_what_a_description_says_of_nulls_is_tested(described, tested_nulls):
    stated = {
        (name, column)
        for name, node in described.items()
        for column, details in node["columns"].items()
        if states_testable_nulls(name, details["description"])
    }
    assert stated - tested_nulls == set(UNTESTED_NULLS)


def test_a_column_with_nulls_says_so(described, demo_warehouse):
    silent = []
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        for name, node in described.items():
            table = f"{node['schema']}.{node['alias']}"
            for column, details in node["columns"].items():
                if not re.search(r"\bnull\b", details["description"], re.IGNORECASE):
                    row = connection.execute(
                        f"select count(*) - count({column}) from {table}"
                    ).fetchone()
                    silent += [f"{name}.{column}"] * min(row[0], 1)
    assert not silent


@pytest.mark.parametrize(
    ("model", "text", "is_testable"),
    [
        ("fct_example", "Days to payment; null while nothing is paid.", True),
        ("fct_example", "Days to payment, otherwise blank.", True),
        ("fct_example", "State; null when not recorded.", False),
        ("fct_example", "Patients; null where small cells hide them.", True),
        ("rpt_example", "Patients; null where small cells hide them.", False),
        ("fct_example", "Number of diagnoses; 0 without one.", False),
    ],
)
def test_a_statement_about_nulls_is_recognized(model, text, is_testable):
    assert states_testable_nulls(model, text) == is_testable


def test_no_two_columns_share_a_description(marts):
    """A text at two differently named columns is a copy that somebody forgot to edit."""
    columns = defaultdict(set)
    for node in marts.values():
        for column, details in node["columns"].items():
            columns[details["description"]].add(column)
    assert not {text: names for text, names in columns.items() if len(names) > 1}


def test_a_column_has_one_description_wherever_it_stands(marts, foreign_keys):
    """Except a key at home and abroad, and a code system, which differs by kind of code."""
    texts = defaultdict(set)
    for name, node in marts.items():
        for column, details in node["columns"].items():
            role = "foreign" if (name, column) in foreign_keys else "own"
            texts[column, role].add(details["description"])
    several = {column for (column, _), found in texts.items() if len(found) > 1}
    assert several == {"code_system"}


@pytest.mark.parametrize(
    ("column", "text", "points_to"),
    [
        ("is_readmitted_30_days", "1 when readmitted within 60 days.", None),
        ("is_returned", "The survey came back.", None),
        ("wait_minutes", "Wait in hours.", None),
        ("patient_key", "Payer (dim_payer).", "dim_patient"),
        ("allowed_amount", "Days until payment.", None),
        ("glucose_mg_dl", "Blood glucose in mmol/L.", None),
    ],
)
def test_a_wrong_description_is_caught(column, text, points_to):
    assert faults_of("fct_example", column, text, points_to)


def test_every_dashboard_page_is_an_exposure_with_an_owner(manifest):
    exposures = {exposure["name"]: exposure for exposure in manifest["exposures"].values()}
    assert set(exposures) == {
        "executive_summary",
        "readmissions",
        "departments_and_satisfaction",
        "revenue_and_coverage",
        "operations",
        "data_quality",
        "recommendations",
        "department",
    }
    for exposure in exposures.values():
        assert exposure["owner"]["email"]
        assert exposure["depends_on"]["nodes"]
        assert exposure["description"].strip()
