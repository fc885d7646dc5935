"""Dirty mode: every kind of fault is injected, and the manifest says exactly what was broken."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from generator import load_scenario
from generator.faults.inject import KEYS, PARENTS
from generator.faults.kinds import (
    BEYOND_END,
    DUPLICATE_KEY,
    FAULTS,
    IMPOSSIBLE_VITAL,
    MISSING_KEY,
    ORPHAN,
    OUT_OF_ORDER,
    OVERLAPPING,
    RULES,
)
from generator.run import Job, _Run
from tests.generator.conftest import extract

PATIENTS, SEED, SHARE = 4000, 11, 0.02


@cache
def dirty() -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Broken tables and their manifest."""
    tables, manifest = _Run(Job(load_scenario(), PATIENTS, SEED, SHARE)).part(1, PATIENTS)
    return {name: table.to_pandas() for name, table in tables.items()}, manifest.to_pandas()


@cache
def clean() -> dict[str, pd.DataFrame]:
    """The same extract without faults, as text."""
    return {
        name: frame.astype(object).where(frame.notna(), None).map(as_text)
        for name, frame in extract(SEED, PATIENTS).items()
    }


def as_text(value: object) -> str | None:
    """A value as the faulty extract writes it."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, float):
        return str(int(value))
    return str(value)


def keys_of(name: str, frame: pd.DataFrame) -> pd.Series:
    """The key of each row as the manifest spells it."""
    return frame[list(KEYS[name])].astype(str).agg("|".join, axis=1)


def test_every_rule_and_every_fault_occurs():
    _, manifest = dirty()
    assert set(manifest["rule"]) == set(RULES)
    injected = manifest[manifest["caused_by"].isna()]
    kinds = set(zip(injected["table_name"], injected["rule"], injected["column_name"], strict=True))
    expected = {(t, f.rule, f.column) for t, faults in FAULTS.items() for f in faults}
    assert kinds == expected


@pytest.mark.parametrize("name", list(FAULTS))
def test_the_share_is_the_one_asked_for(name):
    _, manifest = dirty()
    injected = manifest[(manifest["table_name"] == name) & manifest["caused_by"].isna()]
    share = len(injected) / len(clean()[name])
    assert 0.7 * SHARE < share < 1.3 * SHARE


@pytest.mark.parametrize("name", list(FAULTS))
def test_the_manifest_lists_every_difference_and_nothing_else(name):
    tables, manifest = dirty()
    listed = manifest[(manifest["table_name"] == name) & manifest["caused_by"].isna()]
    before, after = clean()[name], tables[name]
    copies = listed[listed["rule"] == DUPLICATE_KEY]
    assert len(after) == len(before) + len(copies)
    changed = after.head(len(before))
    differs = (changed.fillna("") != before.fillna("")).to_numpy()
    assert (differs.sum(axis=1) <= 1).all()
    keys = keys_of(name, before)
    found = {
        (keys.iloc[row], before.columns[column])
        for row, column in zip(*differs.nonzero(), strict=True)
    }
    other = listed[listed["rule"] != DUPLICATE_KEY]
    assert found == set(zip(other["row_key"], other["column_name"], strict=True))
    assert sorted(keys_of(name, after.tail(len(copies)))) == sorted(copies["row_key"])


def test_rows_that_hang_on_a_broken_row_are_listed_as_orphans():
    _, manifest = dirty()
    lost: dict[str, set[str]] = {}
    for name, parent in PARENTS.items():
        rows = manifest[manifest["table_name"] == name]
        kept = rows["rule"].isin([DUPLICATE_KEY, OVERLAPPING])
        lost[name] = set(rows.loc[~kept, "row_key"])
        caused = rows[rows["caused_by"].notna()]
        assert set(caused["rule"]) <= {ORPHAN}
        if parent is None:
            assert caused.empty
            continue
        parent_name, column = parent
        frame = clean()[name]
        expected = keys_of(name, frame)[frame[column].isin(lost[parent_name])]
        assert set(caused["row_key"]) == set(expected)


def test_broken_values_are_what_the_rule_says():
    tables, _ = dirty()
    e = tables["encounters"]
    assert e["encounter_id"].isna().any()
    assert (e["patient_id"] == "P-NOBODY").any()
    assert (e["discharged_at"].str[:4] == "2999").any()
    vitals = tables["vitals"]
    assert {"999", "high"} <= set(vitals["systolic_bp"])
    payments = tables["payments"]
    assert (payments["posted_on"] == "2999-12-31").any()
    charges = tables["charges"]
    assert charges["charge_amount"].str.startswith("-").any()
    for rule in (MISSING_KEY, OUT_OF_ORDER, BEYOND_END, IMPOSSIBLE_VITAL):
        assert rule in RULES


def test_overlapping_stays_overlap_and_nothing_else_does():
    tables, manifest = dirty()
    e = tables["encounters"].query("encounter_class == 'inpatient'")
    e = e[~e["arrived_at"].str.contains("25:61")].sort_values(["patient_id", "admitted_at"])
    following = e.groupby("patient_id")["admitted_at"].shift(-1)
    overlaps = set(e.loc[(following < e["discharged_at"]).fillna(False), "encounter_id"])
    listed = set(manifest.loc[manifest["rule"] == OVERLAPPING, "row_key"])
    beyond = set(manifest.loc[manifest["rule"] == BEYOND_END, "row_key"])
    duplicated = set(manifest.loc[manifest["rule"] == DUPLICATE_KEY, "row_key"])
    assert listed
    assert listed <= overlaps <= listed | beyond | duplicated


def test_no_faults_by_default():
    _, manifest = _Run(Job(load_scenario(), 100, 1)).part(1, 100)
    assert manifest.num_rows == 0
