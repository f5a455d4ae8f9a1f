"""Rows of a log as people keep it: what a cell certainly says goes into a draft, everything else is told.

What a column means is read from the form that prints it: the fields of its first line, the person of a sign-off, the
word of a status. A status that only a later act gives makes a draft of that act, too. No cell makes a sign-off.

`row` is one row while it is read; `basics` its batch, its day and its status; `columns` the cells between them;
`entries` makes the drafts.
"""

from __future__ import annotations

import re

from filing.spreadsheets.drafts import Desk, Made, source
from filing.spreadsheets.grid import same, tidied
from filing.spreadsheets.kept import basics, columns, entries
from filing.spreadsheets.kept.row import Row, quoted
from filing.spreadsheets.logs import Found

_NO_ENTRY = re.compile(
    r"(?i)(total|sum|summe|gesamt|end of (log|extract)|nothing follows|page \d+|prepared by|checked by)\b.*"
)

__all__ = ["is_entry", "take"]


def is_entry(found: Found, row: int) -> bool:
    """Whether anything stands in the SOP's columns of a row."""
    shown = (found.columns[heading] for heading in found.log.sop_headings if heading in found.columns)
    return any(tidied(found.table.at(row, column).text) for column in shown)


def take(desk: Desk, found: Found, number: int, order: str, made: Made) -> tuple[str, ...]:
    """The drafts of a row, put into `made` with everything that the row leaves open."""
    row = Row(desk, found, number, order, made)
    if why := _no_entry(row):
        row.say("", "Only entries are read.", why, "", note=True)
        return ()
    if source(found.table, number) in desk.sources:
        row.say("", "Nothing is taken in twice.", "drafts of this very row are there already", "", note=True)
        return ()
    columns.told_of_cells(row)
    batch, year = basics.batch(row), basics.year(row)
    columns.read(row, basics.status(row))
    paths = entries.drafts(row, batch, year) if batch else ()
    if paths:
        columns.remember_listed(row)
    return paths


def _no_entry(row: Row) -> str:
    """Why a row is no entry of the log: a total, a signature line, the headings again."""
    headings = [heading for heading in row.found.log.sop_headings if heading in row.found.columns]
    texts = [row.text(heading) for heading in headings]
    if list(map(same, texts)) == list(map(same, headings)):
        return "the headings stand here again"
    first = next(text for text in texts if text)
    others = {row.text(row.batch_heading), row.text(row.day_heading)} - {first, ""}
    return f"{quoted(first)} is no entry" if not others and _NO_ENTRY.fullmatch(first.replace("\n", " ")) else ""
