"""One sheet of a workbook: its cells, what is merged, and what is hidden."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from filing.model import CannotRun
from filing.spreadsheets.grid import CELLS, COLUMNS, NOTHING, ROWS, Cell, Kind, Table, letters, number_of
from filing.spreadsheets.xlsx_parts import Broken, Reader, unescaped

LARGEST = 100_000_000
"""As many bytes as a workbook may have when unpacked."""
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class Budget:
    """What may still be read of a file; a reader that asks for more is stopped."""

    def __init__(self, file: str) -> None:
        self._file, self._bytes, self._cells = file, LARGEST, CELLS

    def bytes(self, count: int) -> None:
        self._bytes -= count
        if self._bytes < 0:
            raise self.refused(f"more than {LARGEST // 1_000_000} MB when unpacked")

    def cell(self) -> None:
        self._cells -= 1
        if self._cells < 0:
            raise self.refused(f"more than {CELLS} filled cells")

    def refused(self, what: str) -> CannotRun:
        return CannotRun(f"{self._file} holds {what}. Keep only the logs in it, and save it again as .xlsx.")


class Sheet(Reader):
    def __init__(self, budget: Budget, strings: list[str], dates: frozenset[int], from_1904: bool) -> None:
        super().__init__()
        self._budget, self._strings, self._dates, self._from_1904 = budget, strings, dates, from_1904
        self._cells: dict[tuple[int, int], Cell] = {}
        self._merged: list[str] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._row = self._column = self._style = 0
        self._type, self._formula, self._aside = "n", False, False
        self._value: list[str] = []
        self._wanted = ""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            if attributes.get("hidden") in ("1", "true"):
                self._hidden_rows.add(self._row)
        elif name == "c":
            self._cell(attributes)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden_columns.update(range(int(attributes["min"]), min(int(attributes["max"]), COLUMNS) + 1))
        elif name == "mergeCell":
            self._merged.append(attributes["ref"])
        self._formula = self._formula or name == "f"
        self._aside = self._aside or name == "rPh"
        self._wanted = name if name in ("v", "t") and not self._aside else ""

    def _cell(self, attributes: Mapping[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        self._column = number_of(place[1]) if place else self._column + 1
        self._row = int(place[2]) if place else self._row
        self._style, self._type = int(attributes.get("s", "0")), attributes.get("t", "n")
        self._value, self._formula = [], False

    def text(self, text: str) -> None:
        if self._wanted:
            self._value.append(text)

    def closed(self, name: str) -> None:
        self._wanted = ""
        if name == "rPh":
            self._aside = False
        elif name == "c" and self._value:
            if self._row > ROWS or self._column > COLUMNS:
                raise self._budget.refused(f"a value beyond row {ROWS} or column {letters(COLUMNS)}")
            self._budget.cell()
            self._cells[self._row, self._column] = self._read()

    def _read(self) -> Cell:
        kind: Kind = "text"
        text = "".join(self._value)
        if self._type == "s":
            text = self._strings[int(text)]
        elif self._type in ("inlineStr", "str"):
            text = unescaped(self._value)
        elif self._type == "b":
            kind, text = "truth", "TRUE" if text.strip() == "1" else "FALSE"
        elif self._type == "e":
            kind = "error"
        elif self._type == "d":
            kind, text = "date", text.removesuffix("T00:00:00")
        elif self._type == "n":
            kind, text = _number(text.strip(), self._style in self._dates, self._from_1904)
        return Cell(text, kind, self._formula)

    def table(self, file: str, title: str, sha256: str, hidden: bool) -> Table:
        last_row = max((row for row, _ in self._cells), default=0)
        last_column = max((column for _, column in self._cells), default=0)
        for ref in self._merged:
            self._spread(ref, last_row, last_column)
        rows = []
        for row in range(1, last_row + 1):
            width = max((column for column in range(1, last_column + 1) if (row, column) in self._cells), default=0)
            rows.append(tuple(self._cells.get((row, column), NOTHING) for column in range(1, width + 1)))
        hidden_rows, hidden_columns = frozenset(self._hidden_rows), frozenset(self._hidden_columns)
        return Table(file, title, sha256, tuple(rows), hidden, hidden_rows, hidden_columns)

    def _spread(self, ref: str, last_row: int, last_column: int) -> None:
        """The value of merged cells belongs to each of them; beyond the last value of the sheet nobody looks."""
        corners = _RANGE.fullmatch(ref)
        if corners is None:
            return
        left, top = number_of(corners[1]), int(corners[2])
        first = self._cells.get((top, left))
        if first is None or first.merged:
            return
        merged = Cell(first.text, first.kind, first.formula, ref)
        for row in range(top, min(int(corners[4]), max(last_row, top)) + 1):
            for column in range(left, min(number_of(corners[3]), max(last_column, left)) + 1):
                self._budget.cell()
                self._cells[row, column] = merged


def _number(text: str, dated: bool, from_1904: bool) -> tuple[Kind, str]:
    if not _NUMBER.fullmatch(text):
        raise Broken(text)
    number = float(text)
    if not math.isfinite(number):
        raise Broken(text)
    if dated and 1 <= number < 2_958_466:
        start = (
            datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30) if number >= 61 else datetime(1899, 12, 31)
        )
        moment = start + timedelta(days=int(number), seconds=round(number % 1 * 86_400))
        is_day = moment == datetime.combine(date(moment.year, moment.month, moment.day), datetime.min.time())
        return "date", moment.date().isoformat() if is_day else moment.isoformat()
    if number.is_integer() and abs(number) < 1e15:
        return "number", str(int(number))
    return "number", repr(number)
