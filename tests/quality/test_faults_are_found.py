"""Quarantine holds exactly what the generator broke; the marts are as if it had not been there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pytest

from generator import load_scenario
from generator.faults.inject import KEYS
from generator.faults.kinds import DUPLICATE_KEY, KEPT, MISSING_KEY, RULES
from generator.run import Job, _Run
from tests.conftest import DbtRun
from tests.warehouse.engine import Engine

Row = dict[str, str | None]
Tables = dict[str, list[Row]]
PATIENTS = 2500
# How the value of a column that identifies a person is shown.
PATTERNS = {("patients", "birth_date"): "9999-99-99"}


@dataclass(frozen=True)
class Delivery:
    """A dirty extract, the clean one that it was made from, and the list of what was broken."""

    clean: Tables
    dirty: Tables
    manifest: list[Row]

    def without_broken_rows(self) -> Tables:
        """The clean extract without the rows that are to be rejected; kept ones as delivered."""
        rejected = {name: set() for name in KEYS}
        changed: dict[tuple[str, str], Row] = {}
        for fault in self.manifest:
            if fault["rule"] in KEPT:
                changed[fault["table_name"], fault["row_key"]] = fault
            elif fault["rule"] != DUPLICATE_KEY:
                rejected[fault["table_name"]].add(fault["row_key"])
        result = dict(self.clean)
        for name, columns in KEYS.items():
            result[name] = []
            for row in self.clean[name]:
                key = "|".join(row[column] for column in columns)
                fault = changed.get((name, key))
                if key not in rejected[name]:
                    result[name].append(
                        row | {fault["column_name"]: fault["value"]} if fault else row
                    )
        return result

    def expected(self) -> Counter:
        """What quarantine is to hold, row by row."""
        return Counter(
            (
                fault["table_name"],
                delivered_key(fault),
                fault["rule"],
                fault["column_name"],
                PATTERNS.get((fault["table_name"], fault["column_name"]), fault["value"])
                if fault["rule"] not in (MISSING_KEY, DUPLICATE_KEY)
                else fault["value"],
                "flag" if fault["rule"] in KEPT else "quarantine",
            )
            for fault in self.manifest
        )


def delivered_key(fault: Row) -> str | None:
    """The key of a broken row as it is delivered: with the broken value as part of it."""
    columns = KEYS[fault["table_name"]]
    parts = fault["row_key"].split("|")
    if fault["column_name"] in columns and fault["rule"] != DUPLICATE_KEY:
        parts[columns.index(fault["column_name"])] = fault["value"] or ""
    return "|".join(parts) or None


def rows_of(table: pa.Table) -> list[Row]:
    """A table as rows of text."""
    columns = [[v if v is None else str(v) for v in column.to_pylist()] for column in table.columns]
    return [
        dict(zip(table.column_names, values, strict=True)) for values in zip(*columns, strict=True)
    ]


@cache
def delivery(seed: int, share: float) -> Delivery:
    """A small hospital's extract with a share of its rows broken."""
    clean, _ = _Run(Job(load_scenario(), PATIENTS, seed)).part(1, PATIENTS)
    dirty, manifest = _Run(Job(load_scenario(), PATIENTS, seed, share)).part(1, PATIENTS)
    return Delivery(
        {name: rows_of(table) for name, table in clean.items()},
        {name: rows_of(table) for name, table in dirty.items()},
        manifest.to_pylist(),
    )


@pytest.fixture(scope="module")
def engine(demo_build: DbtRun) -> Engine:
    """All models, ready to run in memory."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return Engine(demo_build)


def quarantine(engine: Engine) -> Counter:
    """What quarantine holds, row by row."""
    found = Counter()
    for name in engine.raw_tables:
        rows = engine.rows(f"from emr.quarantine.failed_rows where table_name = '{name}'")
        found += Counter(
            (
                name,
                row["row_key"],
                row["rule_name"],
                row["column_name"],
                row["offending_value"],
                row["severity"],
            )
            for row in rows
        )
    return found


@pytest.mark.parametrize(("seed", "share"), [(1, 0.03), (2, 0.15)])
def test_quarantine_equals_the_manifest(engine, seed, share):
    delivered = delivery(seed, share)
    engine.build(delivered.dirty)
    found, expected = quarantine(engine), delivered.expected()
    assert not (expected - found), f"not found: {list(expected - found)[:5]}"
    assert not (found - expected), f"found, but clean: {list(found - expected)[:5]}"
    assert {rule for _, _, rule, *_ in found} == set(RULES)


@pytest.mark.parametrize(("seed", "share"), [(1, 0.03), (2, 0.15)])
def test_the_marts_are_those_of_the_clean_extract_without_the_broken_rows(engine, seed, share):
    delivered = delivery(seed, share)
    marts = [relation for relation in engine.relations if relation.startswith("marts.")]
    marts.remove("marts.rpt_data_quality")
    engine.build(delivered.dirty)
    # the version of a row counts the rejected lines of its encounter
    rows = "select columns(lambda name: name <> 'source_version') from"
    of_dirty = {
        mart: engine.connection.sql(f"{rows} emr.{mart}").to_arrow_table() for mart in marts
    }
    engine.build(delivered.without_broken_rows())
    assert not quarantine(engine).keys() - delivered.expected().keys()
    for mart, dirty in of_dirty.items():
        engine.connection.register("of_dirty", dirty)
        [(different,)] = engine.connection.execute(
            f"select count(*) from ((from of_dirty except all {rows} emr.{mart}) "
            f"union all ({rows} emr.{mart} except all from of_dirty))"
        ).fetchall()
        engine.connection.unregister("of_dirty")
        assert different == 0, mart


def test_every_delivered_row_is_accepted_or_rejected(engine):
    delivered = delivery(2, 0.15)
    engine.build(delivered.dirty)
    for row in engine.rows(
        "select table_name, max(delivered_rows) as delivered_rows, "
        "max(accepted_rows) as accepted_rows, sum(rejected_rows) as rejected_rows "
        "from emr.marts.rpt_data_quality group by table_name"
    ):
        assert row["delivered_rows"] == len(delivered.dirty[row["table_name"]])
        assert row["delivered_rows"] == row["accepted_rows"] + row["rejected_rows"]
