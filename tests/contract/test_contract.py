"""The contract: what its files may say, and that the checked models have a test for each rule."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from contract import ContractError, contract
from contract.schema import FOLDER, TABLE_ORDER

pytestmark = pytest.mark.fast

# Rules on rows that passed all others: they stand in a step of their own.
LAST = {("encounters", "discharged_at__overlapping_inpatient_stays")}


def column_of(column: str, rule: str) -> str:
    """The column of a checked model that tests a rule."""
    return f"{column}__{re.sub(r'[ -]', '_', rule.lower())}"


@pytest.mark.parametrize("table", TABLE_ORDER)
def test_a_checked_model_tests_the_rules_of_its_table(table, project_root):
    path = project_root / "models" / "intermediate" / "checked" / f"int_checked_{table}.sql"
    tested = re.findall(r"\bas (\w+__\w+)", path.read_text(encoding="utf-8"))
    stated = {
        column_of(rule.column, rule.breaks) for rule in contract().tables[table].particular_rules
    }
    assert len(tested) == len(set(tested))
    assert set(tested) == {name for name in stated if (table, name) not in LAST}


def test_every_kind_of_rule_is_used():
    stated = contract()
    used = {rule.breaks for table in stated.tables.values() for rule in stated.rules(table)}
    assert used == set(stated.kinds)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the contract, to break."""
    shutil.copytree(FOLDER / "tables", tmp_path / "tables")
    shutil.copyfile(FOLDER / "rules.yml", tmp_path / "rules.yml")
    return tmp_path


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("payments", "type: date", "type: day", "day is not a type"),
        ("payments", "column: amount", "column: amonut", "no column amonut"),
        ("payments", "breaks: orphan", "breaks: orphaned", "no rule orphaned"),
        ("payments", "refers_to: claims", "refers_to: claim", "refers to no table"),
        ("payments", "key: [payment_id]", "key: [id]", "no column id"),
        ("payments", "says: Key of the payment.", "explains: Key of the payment.", "explains"),
        ("payments", "table: payments", "table: charges", "describes charges"),
        (
            "payments",
            "  - {column: amount, breaks: missing value, can_be_kept: false}",
            "  - {column: posted_on, breaks: missing value}",
            "twice",
        ),
    ],
)
def test_a_mistake_is_named(copy, table, old, new, message):
    path = copy / "tables" / f"{table}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=message):
        contract(copy)
