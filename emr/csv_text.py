"""What a CSV file holds beneath its fields: whether it is whole and plain UTF-8 text."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from emr.project import UserError

BLOCK_BYTES = 1 << 20
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What people use in place of a comma.
OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# What Python's reader allows in a field of a header.
csv.field_size_limit(1 << 24)


def read_header(path: Path) -> tuple[str, ...]:
    """The names in the first line of a CSV file, after all of the file has been found to be text.

    Raises:
        UserError: the file is empty, damaged, not UTF-8 text, or not separated by commas.
    """
    try:
        _check_text(path)
        with _open(path) as file:
            text = codecs.getreader("utf-8-sig")(file)
            header = tuple(name.strip() for name in next(csv.reader(text), ()))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(
            f"{path.name} is not a complete gzip file: copy or export it again."
        ) from error
    except (OSError, csv.Error) as error:
        raise UserError(f"{path.name}, line 1 cannot be read: {error}.") from error
    if not any(header):
        raise UserError(f"{path.name} is empty: its first line must name the columns.")
    if len(header) == 1:
        for sign, name in OTHER_DELIMITERS.items():
            if sign in header[0]:
                raise UserError(f"{path.name} is separated by {name}: save it with commas.")
    return header


def _open(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked."""
    if path.name.lower().endswith(".gz"):
        return cast(BinaryIO, gzip.open(path))
    return path.open("rb")


def _check_text(path: Path) -> None:
    """Read all of a file, and name the first place that is no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _open(path) as file:
        first = True
        while block := file.read(BLOCK_BYTES):
            if first and block.startswith(UTF_16):
                raise UserError(f"{path.name} is UTF-16 text: save it as UTF-8.")
            first = False
            if b"\0" in block:
                raise _no_text(path)
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                raise _no_text(path) from None
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise _no_text(path) from None


def _no_text(path: Path) -> UserError:
    """What is wrong with the first line that is no text, and in which column."""
    header: tuple[str, ...] = ()
    with _open(path) as file:
        for number, line in enumerate(file, start=1):
            zero = line.find(b"\0")
            try:
                text = line.decode("utf-8-sig")
                if zero < 0:
                    header = header or tuple(next(csv.reader([text]), ()))
                    continue
                end = zero
            except UnicodeDecodeError as error:
                end = min(error.start, zero) if zero >= 0 else error.start
            place = f"{path.name}, line {number}{_column(header, line[:end])}"
            if end == zero:
                return UserError(
                    f"{place} contains a null byte: the file is damaged or is not text; copy or "
                    "export it again."
                )
            return UserError(f"{place} is not UTF-8 text{_guess(line)}: save it as UTF-8.")
    return UserError(f"{path.name} is not UTF-8 text: save it as UTF-8.")


def _column(header: tuple[str, ...], before: bytes) -> str:
    """The column in which a line stops being text, where the header is known."""
    fields = next(csv.reader([before.decode("utf-8", errors="replace") + "x"], strict=False), [])
    return f", column {header[len(fields) - 1].strip()}" if 0 < len(fields) <= len(header) else ""


def _guess(line: bytes) -> str:
    """Windows-1252 leaves five bytes without a meaning; text that has none of them may be it."""
    try:
        line.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return " (it looks like Windows-1252)"
