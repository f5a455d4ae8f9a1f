"""A CSV file as its sheet; which character divides the columns and how letters are encoded is found out, or told."""

from __future__ import annotations

import csv
import io
from collections import Counter

from filing.model import CannotRun
from filing.spreadsheets.grid import CELLS, COLUMNS, ROWS, Cell, Table

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "windows-1250": "cp1250",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "macintosh": "mac-roman",
}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 60
"""As many lines as are looked at to find out what divides the columns."""


def table(file: str, data: bytes, sha256: str, encoding: str) -> Table:
    text = _decoded(file, data, encoding)
    said = text[:5].lower() == "sep=" + text[4:5] and text[5:6] in "\r\n"
    separator = text[4] if said and text[4:5] else _separator(text)
    rows = tuple(tuple(Cell(value) for value in row) for row in _rows(file, text, separator))
    if said:
        rows = ((), *rows[1:])
    if len(rows) > ROWS or max(map(len, rows), default=0) > COLUMNS or sum(map(len, rows)) > CELLS:
        raise CannotRun(
            f"{file} holds more than {ROWS} rows, {COLUMNS} columns or {CELLS} cells. Keep only a log in it."
        )
    return Table(file, "", sha256, rows)


def _decoded(file: str, data: bytes, encoding: str) -> str:
    mark = next((name for start, name in _MARKS if data.startswith(start)), "")
    try:
        text = data.decode(mark or ENCODINGS.get(encoding, "utf-8"))
    except UnicodeDecodeError:
        told = f"It is not {encoding}" if encoding and not mark else "Its letters are not encoded as UTF-8"
        raise CannotRun(
            f"{file} cannot be read. {told}. Save it as CSV UTF-8, or say what it is, such as --encoding windows-1252."
        ) from None
    if "\0" in text:
        raise CannotRun(f"{file} is no CSV file. Save the log as .xlsx or as CSV UTF-8.")
    return text


def _separator(text: str) -> str:
    """The character that divides most of the first lines into as many columns as one another."""
    beginning = "\n".join(text.splitlines()[:_LOOKED_AT])

    def fit(separator: str) -> tuple[int, int]:
        try:
            widths = Counter(
                len(row) for row in csv.reader(io.StringIO(beginning), delimiter=separator) if len(row) > 1
            )
        except csv.Error:
            return 0, 0
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max((",", ";", "\t"), key=fit)


def _rows(file: str, text: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise CannotRun(
            f"{file} cannot be read as CSV ({fault}). Save it again from your spreadsheet program."
        ) from None
