"""A log as CSV: UTF-8 with byte order mark, commas, CRLF, as every spreadsheet opens it.

A text that begins like a formula gets an apostrophe in front, which reading back takes away again.
"""

from __future__ import annotations

import csv
import io

from filing.spreadsheets.grid import Cell, Sheet

_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(sheet: Sheet) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for cells in sheet.lines():
        writer.writerow([_written(cell) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _written(cell: Cell) -> str:
    return f"'{cell.text}" if cell.kind != "number" and cell.text.startswith(_LIKE_FORMULA) else cell.text
