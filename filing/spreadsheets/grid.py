"""What a sheet holds, whichever kind of file it comes from or goes to; and where in it something stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ROWS, COLUMNS, CELLS = 10_000, 400, 500_000
"""As many rows, columns and filled cells as are read."""
Kind = Literal["text", "number", "date", "truth", "error", "heading", "title"]
"""`heading` and `title` are texts that are given out in another style."""


@dataclass(frozen=True)
class Cell:
    """One cell, its value as text: a date as 2025-09-01, a number as short as it can be, nothing as ""."""

    text: str = ""
    kind: Kind = "text"
    formula: bool = False
    """Whether a formula made the value, which is the one that was stored with it."""
    merged: str = ""
    """The range of merged cells that this one belongs to, such as B7:B9."""


NOTHING = Cell()


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook, or a CSV file, whose `sheet` is ""; rows and columns count from 1."""

    file: str
    sheet: str
    sha256: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[int] = field(default_factory=frozenset)

    def at(self, row: int, column: int) -> Cell:
        cells = self.rows[row - 1]
        return cells[column - 1] if column <= len(cells) else NOTHING

    @property
    def name(self) -> str:
        return f"{self.file}:{self.sheet}" if self.sheet else self.file

    def place(self, row: int, column: int = 0) -> str:
        """log.xlsx:Annexure-1!C7, or without a column log.xlsx:Annexure-1!7."""
        return f"{self.name}!{letters(column)}{row}"


@dataclass(frozen=True)
class Sheet:
    """What is given out: the lines above the heading row, the headings, and the rows."""

    name: str
    above: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    struck: frozenset[int] = frozenset()
    """The rows, from 0, that are superseded or void."""

    def lines(self) -> tuple[tuple[Cell, ...], ...]:
        """Every line of the sheet from the first."""
        above = tuple((Cell(text, "title"),) for text in self.above)
        return (*above, (), tuple(Cell(heading, "heading") for heading in self.headings), *self.rows)


def letters(column: int) -> str:
    """A column as spreadsheets call it: 1 is A, 27 is AA, 0 is no column."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def number_of(name: str) -> int:
    """The column of such letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def tidied(text: str) -> str:
    """A text as it is compared: no-break spaces are spaces, and runs of spaces at any place are one or none."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def same(text: str) -> str:
    """What two texts have in common that differ in nothing but spaces and capitals."""
    return " ".join(text.split()).casefold()
