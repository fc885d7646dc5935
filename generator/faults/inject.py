"""Breaks rows, and keeps the manifest of what was broken.

A row gets one fault at most. Rows that hang on a broken row (the charges of an encounter whose key
is missing) are orphans then: the manifest lists them too, with the row that caused it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.contract import SCHEMAS
from generator.faults.kinds import DUPLICATE_KEY, FAULTS, KEPT, ORPHAN, OVERLAPPING
from generator.faults.values import Tables, as_text, next_stay
from generator.randomness import Streams, choose_row

Manifest: TypeAlias = pa.Table

MANIFEST_SCHEMA = pa.schema(
    [
        ("table_name", pa.string()),
        ("row_key", pa.string()),
        ("rule", pa.string()),
        ("column_name", pa.string()),
        ("value", pa.string()),
        ("caused_by", pa.string()),
    ]
)
KEYS = {
    "patients": ("patient_id",),
    "encounters": ("encounter_id",),
    "diagnoses": ("encounter_id", "sequence"),
    "procedures": ("encounter_id", "sequence"),
    "vitals": ("vital_id",),
    "charges": ("charge_id",),
    "claims": ("claim_id",),
    "payments": ("payment_id",),
    "surveys": ("survey_id",),
}
# The table that each hangs on, by which column; parents come first.
PARENTS = {
    "patients": None,
    "encounters": ("patients", "patient_id"),
    "diagnoses": ("encounters", "encounter_id"),
    "procedures": ("encounters", "encounter_id"),
    "vitals": ("encounters", "encounter_id"),
    "charges": ("encounters", "encounter_id"),
    "claims": ("encounters", "encounter_id"),
    "payments": ("claims", "claim_id"),
    "surveys": ("encounters", "encounter_id"),
}

assert set(FAULTS) == set(PARENTS) == set(KEYS) <= set(SCHEMAS)


@dataclass
class _Broken:
    """What was broken so far in one part."""

    rows: list[dict[str, np.ndarray | pa.Array]] = field(default_factory=list)
    # Keys of rows that will be set aside, so that what hangs on them is orphaned.
    lost: dict[str, pa.Array] = field(default_factory=dict)


def inject(tables: Tables, streams: Streams, share: float) -> tuple[Tables, Manifest]:
    """Break about `share` of the rows of every table that grows with the patients.

    Args:
        tables: typed tables of a part.
        streams: the run's randomness.
        share: chance of each row to get a fault, 0 for none.

    Returns:
        The tables, all columns as text if anything can be broken, and the manifest with one row per
        broken or orphaned row.
    """
    if share == 0:
        return tables, MANIFEST_SCHEMA.empty_table()
    result = {
        name: table.cast(pa.schema([(f.name, pa.string()) for f in table.schema]))
        if name not in FAULTS
        else table
        for name, table in tables.items()
    }
    broken = _Broken()
    for name in PARENTS:
        result[name] = _break(name, tables, streams, share, broken)
    columns = {
        column.name: pa.chunked_array([part[column.name] for part in broken.rows])
        for column in MANIFEST_SCHEMA
    }
    return result, pa.table(columns, schema=MANIFEST_SCHEMA)


def _break(name: str, tables: Tables, streams: Streams, share: float, broken: _Broken) -> pa.Table:
    table = tables[name]
    n = table.num_rows
    keys = _row_keys(name, table)
    orphaned = _orphaned(name, table, broken)
    # Rows are told apart by a number that no fault changes: their patient and place.
    number = _row_numbers(table)
    chosen = streams.happens(f"fault in {name}", number, share) & ~orphaned
    kinds = FAULTS[name]
    weights = np.zeros((n, len(kinds)))
    for position, fault in enumerate(kinds):
        possible = True if fault.where is None else np.asarray(fault.where(tables, table))
        weights[:, position] = np.where(possible, fault.weight, 0.0)
    kind = np.where(chosen, choose_row(weights, streams.uniform(f"kind in {name}", number)), -1)
    if name == "encounters":
        kind[_overlaps_a_broken_stay(table, kind)] = -1
    columns = {f.name: as_text(table[f.name].combine_chunks()) for f in table.schema}
    lost = orphaned.copy()
    copies = np.zeros(n, dtype=bool)
    for position, fault in enumerate(kinds):
        rows = kind == position
        if not rows.any():
            continue
        if fault.rule == DUPLICATE_KEY:
            copies |= rows
            value = keys
        else:
            made = fault.value
            value = pa.array([made] * n) if isinstance(made, str) else made(tables, table)
            blank = pa.array(np.asarray(pc.equal(value, "").fill_null(True)))
            value = pc.if_else(blank, None, value)
            columns[fault.column] = pc.if_else(pa.array(rows), value, columns[fault.column])
            if fault.rule not in KEPT:
                lost |= rows
        _note(broken, name, keys, rows, fault.rule, fault.column, value)
    broken.lost[name] = keys.filter(pa.array(lost))
    schema = pa.schema([(f.name, pa.string()) for f in table.schema])
    result = pa.table(columns, schema=schema)
    if copies.any():
        result = pa.concat_tables([result, result.filter(pa.array(copies))])
    return result


def _overlaps_a_broken_stay(table: pa.Table, kind: np.ndarray) -> np.ndarray:
    """Rows that are to overlap a stay which will itself be set aside, so that nothing overlaps."""
    overlapping = [i for i, fault in enumerate(FAULTS["encounters"]) if fault.rule == OVERLAPPING]
    kept = [
        i for i, fault in enumerate(FAULTS["encounters"]) if fault.rule in (*KEPT, DUPLICATE_KEY)
    ]
    following = next_stay(table)
    is_lost = (kind >= 0) & ~np.isin(kind, kept)
    return np.asarray(
        np.isin(kind, overlapping) & (following >= 0) & is_lost[np.maximum(following, 0)]
    )


def _orphaned(name: str, table: pa.Table, broken: _Broken) -> np.ndarray:
    """Rows whose parent is lost; noted with the parent's key."""
    parent = PARENTS[name]
    if parent is None:
        return np.zeros(table.num_rows, dtype=bool)
    parent_name, column = parent
    reference = table[column].combine_chunks()
    orphaned = np.asarray(pc.is_in(reference, value_set=broken.lost[parent_name]))
    cause = pc.binary_join_element_wise(parent_name, reference, " ")
    _note(broken, name, _row_keys(name, table), orphaned, ORPHAN, column, reference, cause)
    return orphaned


def _note(
    broken: _Broken,
    name: str,
    keys: pa.Array,
    rows: np.ndarray,
    rule: str,
    column: str,
    value: pa.Array,
    cause: pa.Array | None = None,
) -> None:
    mask = pa.array(rows)
    count = int(rows.sum())
    broken.rows.append(
        {
            "table_name": pa.array([name] * count, type=pa.string()),
            "row_key": keys.filter(mask),
            "rule": pa.array([rule] * count, type=pa.string()),
            "column_name": pa.array([column] * count, type=pa.string()),
            "value": value.filter(mask),
            "caused_by": pa.nulls(count, pa.string()) if cause is None else cause.filter(mask),
        }
    )


def _row_keys(name: str, table: pa.Table) -> pa.Array:
    parts = [as_text(table[column].combine_chunks()) for column in KEYS[name]]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")


def _row_numbers(table: pa.Table) -> np.ndarray:
    """The digits of the first column, and the place among the rows that share it."""
    first = table[table.schema.names[0]].combine_chunks()
    digits = pc.replace_substring_regex(first, r"\D", "").cast(pa.int64()).to_numpy()
    new = np.concatenate([[True], digits[1:] != digits[:-1]]) if len(digits) else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(new, np.arange(len(digits)), 0))
    return np.asarray(digits * 1000 + np.arange(len(digits)) - start)
