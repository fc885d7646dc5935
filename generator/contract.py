"""The tables of the extract contract as Arrow schemas, and how ids read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from contract import Table, contract

MONEY = pa.decimal128(18, 2)
TEXT = pa.string()
WHOLE = pa.int32()
DAY = pa.date32()
TIME = pa.timestamp("s")

# Marks a missing number, day or minute in the working frames.
MISSING = np.iinfo(np.int64).min

# An encounter number is its patient's number times this, plus the number of the visit from 1;
# a line number (charge, payment, ...) likewise within its encounter.
VISITS_PER_PATIENT = 100
LINES_PER_ENCOUNTER = 1000


# A type of the contract -> the type that the generator writes; text has many lengths.
TYPES = {"date": DAY, "time": TIME, "integer": WHOLE, "decimal": MONEY}
# Decimals in the contract that are whole numbers here.
WHOLE_NUMBERS = {("charges", "quantity")}


def _schema(table: Table) -> pa.Schema:
    return pa.schema(
        [
            (name, WHOLE if (table.table, name) in WHOLE_NUMBERS else TYPES.get(column.type, TEXT))
            for name, column in table.columns.items()
        ]
    )


SCHEMAS: dict[str, pa.Schema] = {name: _schema(table) for name, table in contract().tables.items()}
TABLES = tuple(SCHEMAS)


def build(table: str, **columns: pa.Array) -> pa.Table:
    """Assemble a table of the contract; every column must be given and have the right type."""
    schema = SCHEMAS[table]
    return pa.table([columns[name] for name in schema.names], schema=schema)


def digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Spell numbers from 0 with zeros in front: ASCII bytes, shape (n, width)."""
    text = np.empty((len(numbers), width), dtype=np.uint8)
    left = numbers
    for end in range(width, 0, -4):
        start = max(end - 4, 0)
        text[:, start:end] = _FOUR_DIGITS[left % 10_000][:, start - end :]
        left = left // 10_000
    return text


# How the digits of 0 to 9999 read, four bytes each.
_FOUR_DIGITS = np.array([list(f"{n:04}".encode()) for n in range(10_000)], dtype=np.uint8)


def identifiers(prefix: str, *parts: np.ndarray) -> pa.Array:
    """Join a prefix and digits to ids: parts of shape (n, width) each."""
    size = len(prefix) + sum(part.shape[1] for part in parts)
    text = np.empty((len(parts[0]), size), dtype=np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    at = len(prefix)
    for part in parts:
        text[:, at : at + part.shape[1]] = part
        at += part.shape[1]
    offsets = np.arange(len(text) + 1, dtype=np.int32) * np.int32(size)
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), pa.py_buffer(text))


def patient_ids(numbers: np.ndarray) -> pa.Array:
    """Spell patient numbers: P00000001."""
    return identifiers("P", digits(numbers, 8))


def line_ids(prefix: str, encounters: np.ndarray, place: np.ndarray) -> pa.Array:
    """Number the lines of an encounter: its digits, shape (n, 10), and three more."""
    return identifiers(prefix, encounters, digits(place + 1, 3))


def labels(names: Sequence[str], codes: np.ndarray) -> pa.Array:
    """Spell positions in a list; a negative position becomes null."""
    missing = codes < 0
    positions = pa.array(codes, mask=missing) if missing.any() else pa.array(codes)
    return pa.array(names, type=TEXT).take(positions)


def whole_numbers(values: np.ndarray, kind: pa.DataType = WHOLE) -> pa.Array:
    """Convert integers; MISSING becomes null."""
    missing = values == MISSING
    if not missing.any():
        return pa.array(values.astype(kind.to_pandas_dtype(), copy=False))
    return pa.array(np.where(missing, 0, values), mask=missing).cast(kind)


def days(values: np.ndarray) -> pa.Array:
    """Convert days since 1970-01-01; MISSING becomes null."""
    return whole_numbers(values, WHOLE).cast(DAY)


def times(minutes: np.ndarray) -> pa.Array:
    """Convert local minutes since 1970-01-01 00:00; MISSING becomes null."""
    missing = minutes == MISSING
    return pa.array(np.where(missing, 0, minutes) * 60, mask=missing).cast(TIME)


def money(cents: np.ndarray) -> pa.Array:
    """Convert integer cents to exact decimals; MISSING becomes null."""
    missing = cents == MISSING
    wide = np.empty((len(cents), 2), dtype=np.int64)
    wide[:, 0] = np.where(missing, 0, cents)
    wide[:, 1] = wide[:, 0] >> 63  # the sign, extended to 128 bits
    valid = pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(cents), [valid, pa.py_buffer(wide)])
