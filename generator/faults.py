"""Dirty mode: rows broken on purpose, and the manifest of what was broken.

Every kind of bad input that the extract contract names is injected. A row gets one fault at most.
Rows that hang on a broken row (the charges of an encounter whose key is missing) are orphans then:
the manifest lists them too, with the row that caused it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.contract import SCHEMAS
from generator.plan import Plan
from generator.randomness import Streams, choose_row

Tables = dict[str, pa.Table]
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

MISSING_KEY = "missing key"
DUPLICATE_KEY = "duplicate key"
ORPHAN = "orphan"
UNPARSEABLE = "unparseable value"
IMPOSSIBLE_DATE = "impossible date"
OUT_OF_ORDER = "dates out of order"
OUTSIDE_ENCOUNTER = "outside its encounter"
BEYOND_END = "beyond the end of the extract"
UNKNOWN_CODE = "unknown code"
MALFORMED_ICD = "malformed ICD-10-CM code"
UNKNOWN_ICD = "unknown ICD-10-CM code"
IMPOSSIBLE_VITAL = "impossible vital sign"
NEGATIVE_MONEY = "negative money"
INCONSISTENT_MONEY = "inconsistent money"
OUT_OF_RANGE = "rating out of range"
OVERLAPPING = "overlapping inpatient stays"

RULES = (
    MISSING_KEY, DUPLICATE_KEY, ORPHAN, UNPARSEABLE, IMPOSSIBLE_DATE, OUT_OF_ORDER,
    OUTSIDE_ENCOUNTER, BEYOND_END, UNKNOWN_CODE, MALFORMED_ICD, UNKNOWN_ICD, IMPOSSIBLE_VITAL,
    NEGATIVE_MONEY, INCONSISTENT_MONEY, OUT_OF_RANGE, OVERLAPPING,
)  # fmt: skip
# Found and reported, but the row is kept.
KEPT = (OVERLAPPING,)

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

# The UB-04 code of a transfer to another acute hospital; the generator writes no other such code.
TRANSFER = "02"
LATE = "2999-12-31"
NO_DATE = "2023-02-30"
NO_TIME = "2023-02-30 25:61:00"


@dataclass(frozen=True)
class Fault:
    """One way to break a row: a column gets a value, a constant or one made from the row.

    `where` says which rows can be broken so; `weight` makes up for few of them.
    """

    rule: str
    column: str
    value: str | Callable[[Tables, pa.Table], pa.Array]
    where: Callable[[Tables, pa.Table], pa.Array] | None = None
    weight: float = 1.0


def _shifted(column: str, days: int, base: str | None = None) -> Callable[..., pa.Array]:
    """A date or time some days from another column of the same row."""

    def value(_: Tables, table: pa.Table) -> pa.Array:
        source = table[base or column].combine_chunks()
        text = _text(source)
        moved = source.cast(pa.timestamp("s")).cast(pa.int64())
        moved = pc.add(moved, days * 86400).cast(pa.timestamp("s"))
        target = table.schema.field(column).type
        return pc.if_else(pc.is_valid(source), _text(moved.cast(target)), text)

    return value


def _of_encounter(tables: Tables, table: pa.Table, column: str) -> pa.Array:
    """A column of the encounter that each row hangs on."""
    encounters = tables["encounters"]
    at = pc.index_in(table["encounter_id"], encounters["encounter_id"].combine_chunks())
    return encounters[column].combine_chunks().take(at.combine_chunks())


def _long_after(column: str) -> Callable[..., pa.Array]:
    """Sixty days after the encounter's arrival and discharge, whichever is later."""

    def value(tables: Tables, table: pa.Table) -> pa.Array:
        arrived = _of_encounter(tables, table, "arrived_at")
        end = pc.coalesce(_of_encounter(tables, table, "discharged_at"), arrived)
        moved = pc.add(end.cast(pa.int64()), 60 * 86400).cast(pa.timestamp("s"))
        return _text(moved.cast(table.schema.field(column).type))

    return value


def _has(column: str) -> Callable[..., pa.Array]:
    return lambda _, table: pc.is_valid(table[column]).combine_chunks()


def _is_adjudicated(_: Tables, table: pa.Table) -> pa.Array:
    return pc.is_valid(table["adjudicated_on"]).combine_chunks()


def _plus_thousand(_: Tables, table: pa.Table) -> pa.Array:
    return _text(pc.add(table["allowed_amount"].combine_chunks(), pa.scalar(1000)))


def _negative(column: str) -> Callable[..., pa.Array]:
    return lambda _, table: pc.binary_join_element_wise(
        "-", _text(table[column].combine_chunks()), ""
    )


def _next_start(table: pa.Table) -> np.ndarray:
    """Row of the patient's next inpatient stay within 30 days of discharge, else -1.

    None after a transfer to another acute hospital, which explains an overlap.
    """
    inpatient = np.asarray(pc.equal(table["encounter_class"], "inpatient"))
    transferred = np.asarray(pc.equal(table["discharge_disposition"], TRANSFER).fill_null(False))
    patient = table["patient_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    start = table["admitted_at"].combine_chunks().cast(pa.int64()).fill_null(-1).to_numpy()
    end = table["discharged_at"].combine_chunks().cast(pa.int64()).fill_null(-1).to_numpy()
    rows = np.flatnonzero(inpatient & (start >= 0) & (end >= 0))
    rows = rows[np.lexsort((start[rows], patient[rows]))]
    following = np.full(table.num_rows, -1)
    one, two = rows[:-1], rows[1:]
    # Not so near that the two are one stay by way of a transfer.
    gap = start[two] - end[one]
    near = (patient[one] == patient[two]) & (gap > 2 * 86400) & (gap <= 30 * 86400)
    near &= ~transferred[one]
    following[one[near]] = two[near]
    return following


def _has_next(_: Tables, table: pa.Table) -> pa.Array:
    return pa.array(_next_start(table) >= 0)


def _into_next(_: Tables, table: pa.Table) -> pa.Array:
    """Six hours into the next stay."""
    following = _next_start(table)
    start = table["admitted_at"].combine_chunks().cast(pa.int64()).fill_null(0).to_numpy()
    moved = pa.array(start[np.maximum(following, 0)] + 6 * 3600).cast(pa.timestamp("s"))
    return _text(moved)


FAULTS: dict[str, list[Fault]] = {
    "patients": [
        Fault(MISSING_KEY, "patient_id", ""),
        Fault(DUPLICATE_KEY, "patient_id", ""),
        Fault(UNPARSEABLE, "birth_date", NO_DATE),
        Fault(IMPOSSIBLE_DATE, "birth_date", "1801-01-01"),
        Fault(UNKNOWN_CODE, "sex", "Q"),
        Fault(OUT_OF_ORDER, "death_date", _shifted("death_date", -400, "birth_date")),
    ],
    "encounters": [
        Fault(MISSING_KEY, "encounter_id", ""),
        Fault(DUPLICATE_KEY, "encounter_id", ""),
        Fault(ORPHAN, "patient_id", "P-NOBODY"),
        Fault(ORPHAN, "department_id", "D-NOWHERE"),
        Fault(ORPHAN, "payer_id", "PY-NOBODY"),
        Fault(UNPARSEABLE, "arrived_at", NO_TIME),
        Fault(OUT_OF_ORDER, "discharged_at", _shifted("discharged_at", -3, "arrived_at"),
              _has("discharged_at")),
        Fault(BEYOND_END, "discharged_at", f"{LATE} 12:00:00", _has("discharged_at")),
        Fault(UNKNOWN_CODE, "encounter_class", "telepathy"),
        Fault(UNKNOWN_CODE, "discharge_disposition", "9Z", _has("discharge_disposition")),
        Fault(OVERLAPPING, "discharged_at", _into_next, _has_next, weight=30.0),
    ],
    "diagnoses": [
        Fault(MISSING_KEY, "sequence", ""),
        Fault(DUPLICATE_KEY, "sequence", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(MALFORMED_ICD, "icd10_code", "1E.19"),
        Fault(UNKNOWN_ICD, "icd10_code", "U99.9"),
    ],
    "procedures": [
        Fault(MISSING_KEY, "sequence", ""),
        Fault(DUPLICATE_KEY, "sequence", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(UNKNOWN_CODE, "code_system", "XYZ"),
        Fault(UNPARSEABLE, "performed_at", NO_TIME),
        Fault(OUTSIDE_ENCOUNTER, "performed_at", _long_after("performed_at")),
    ],
    "vitals": [
        Fault(MISSING_KEY, "vital_id", ""),
        Fault(DUPLICATE_KEY, "vital_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(UNPARSEABLE, "systolic_bp", "high"),
        Fault(IMPOSSIBLE_VITAL, "systolic_bp", "999"),
        Fault(IMPOSSIBLE_VITAL, "heart_rate", "-5"),
        Fault(IMPOSSIBLE_VITAL, "glucose", "99999"),
        Fault(OUTSIDE_ENCOUNTER, "measured_at", _long_after("measured_at")),
    ],
    "charges": [
        Fault(MISSING_KEY, "charge_id", ""),
        Fault(DUPLICATE_KEY, "charge_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(UNPARSEABLE, "charge_amount", "12,34,x"),
        Fault(NEGATIVE_MONEY, "charge_amount", _negative("charge_amount")),
        Fault(OUTSIDE_ENCOUNTER, "service_date", _long_after("service_date")),
    ],
    "claims": [
        Fault(MISSING_KEY, "claim_id", ""),
        Fault(DUPLICATE_KEY, "claim_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(ORPHAN, "payer_id", "PY-NOBODY"),
        Fault(UNKNOWN_CODE, "claim_status", "lost"),
        Fault(OUT_OF_ORDER, "adjudicated_on", _shifted("adjudicated_on", -30, "submitted_on"),
              _is_adjudicated),
        Fault(NEGATIVE_MONEY, "billed_amount", _negative("billed_amount")),
        Fault(INCONSISTENT_MONEY, "allowed_amount", _plus_thousand, _is_adjudicated),
    ],
    "payments": [
        Fault(MISSING_KEY, "payment_id", ""),
        Fault(DUPLICATE_KEY, "payment_id", ""),
        Fault(ORPHAN, "claim_id", "CL-NONE"),
        Fault(BEYOND_END, "posted_on", LATE),
        Fault(UNKNOWN_CODE, "paid_by", "tooth fairy"),
        Fault(UNPARSEABLE, "amount", "n/a"),
    ],
    "surveys": [
        Fault(MISSING_KEY, "survey_id", ""),
        Fault(DUPLICATE_KEY, "survey_id", ""),
        Fault(ORPHAN, "encounter_id", "E-NONE"),
        Fault(OUT_OF_RANGE, "overall_rating", "11", _has("overall_rating")),
        Fault(OUT_OF_RANGE, "nurse_communication", "5", _has("nurse_communication")),
        Fault(OUT_OF_ORDER, "returned_on", _shifted("returned_on", -10, "sent_on"),
              _has("returned_on")),
    ],
}  # fmt: skip


@dataclass
class _Broken:
    """What was broken so far in one part."""

    rows: list[dict[str, np.ndarray | pa.Array]] = field(default_factory=list)
    # Keys of rows that will be set aside, so that what hangs on them is orphaned.
    lost: dict[str, pa.Array] = field(default_factory=dict)


def inject(tables: Tables, plan: Plan, streams: Streams, share: float) -> tuple[Tables, Manifest]:
    """Break about `share` of the rows of every table that grows with the patients.

    Args:
        tables: typed tables of a part.
        plan: the run's look-ups.
        streams: the run's randomness.
        share: chance of each row to get a fault, 0 for none.

    Returns:
        The tables, all columns as text if anything can be broken, and the manifest with one row per
        broken or orphaned row.
    """
    del plan
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
    columns = {f.name: _text(table[f.name].combine_chunks()) for f in table.schema}
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
    following = _next_start(table)
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
    parts = [_text(table[column].combine_chunks()) for column in KEYS[name]]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")


def _row_numbers(table: pa.Table) -> np.ndarray:
    """The digits of the first column, and the place among the rows that share it."""
    first = table[table.schema.names[0]].combine_chunks()
    digits = pc.replace_substring_regex(first, r"\D", "").cast(pa.int64()).to_numpy()
    new = np.concatenate([[True], digits[1:] != digits[:-1]]) if len(digits) else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(new, np.arange(len(digits)), 0))
    return np.asarray(digits * 1000 + np.arange(len(digits)) - start)


def _text(values: pa.Array) -> pa.Array:
    return values.cast(pa.string())


assert set(FAULTS) == set(PARENTS) == set(KEYS) <= set(SCHEMAS)
