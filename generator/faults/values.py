"""Values that break a row, made from the row: a moved date, a negated amount, an overlap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Tables = dict[str, pa.Table]

# The UB-04 code of a transfer to another acute hospital; the generator writes no other such code.
TRANSFER = "02"


def as_text(values: pa.Array) -> pa.Array:
    """Values as the faulty extract writes them."""
    return values.cast(pa.string())


def shifted(column: str, days: int, base: str | None = None) -> Callable[..., pa.Array]:
    """A date or time some days from another column of the same row."""

    def value(_: Tables, table: pa.Table) -> pa.Array:
        source = table[base or column].combine_chunks()
        unmoved = as_text(source)
        moved = source.cast(pa.timestamp("s")).cast(pa.int64())
        moved = pc.add(moved, days * 86400).cast(pa.timestamp("s"))
        target = table.schema.field(column).type
        return pc.if_else(pc.is_valid(source), as_text(moved.cast(target)), unmoved)

    return value


def _of_encounter(tables: Tables, table: pa.Table, column: str) -> pa.Array:
    """A column of the encounter that each row hangs on."""
    encounters = tables["encounters"]
    at = pc.index_in(table["encounter_id"], encounters["encounter_id"].combine_chunks())
    return encounters[column].combine_chunks().take(at.combine_chunks())


def long_after(column: str) -> Callable[..., pa.Array]:
    """Sixty days after the encounter's arrival and discharge, whichever is later."""

    def value(tables: Tables, table: pa.Table) -> pa.Array:
        arrived = _of_encounter(tables, table, "arrived_at")
        end = pc.coalesce(_of_encounter(tables, table, "discharged_at"), arrived)
        moved = pc.add(end.cast(pa.int64()), 60 * 86400).cast(pa.timestamp("s"))
        return as_text(moved.cast(table.schema.field(column).type))

    return value


def has(column: str) -> Callable[..., pa.Array]:
    """Rows whose column is not null."""
    return lambda _, table: pc.is_valid(table[column]).combine_chunks()


def is_adjudicated(_: Tables, table: pa.Table) -> pa.Array:
    """Claims that were decided."""
    return pc.is_valid(table["adjudicated_on"]).combine_chunks()


def plus_thousand(_: Tables, table: pa.Table) -> pa.Array:
    """The allowed amount and a thousand dollars."""
    return as_text(pc.add(table["allowed_amount"].combine_chunks(), pa.scalar(1000)))


def negative(column: str) -> Callable[..., pa.Array]:
    """A column with a minus in front."""
    return lambda _, table: pc.binary_join_element_wise(
        "-", as_text(table[column].combine_chunks()), ""
    )


def next_stay(table: pa.Table) -> np.ndarray:
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


def has_next_stay(_: Tables, table: pa.Table) -> pa.Array:
    """Rows that `next_stay` finds a stay for."""
    return pa.array(next_stay(table) >= 0)


def into_next_stay(_: Tables, table: pa.Table) -> pa.Array:
    """Six hours into the next stay."""
    following = next_stay(table)
    start = table["admitted_at"].combine_chunks().cast(pa.int64()).fill_null(0).to_numpy()
    moved = pa.array(start[np.maximum(following, 0)] + 6 * 3600).cast(pa.timestamp("s"))
    return as_text(moved)
