"""Everything that a file's sheets bring: drafts, and a report in the order of files, sheets and rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from filing import progress
from filing.repository import Repository
from filing.spreadsheets import expected, kept, own
from filing.spreadsheets.drafts import Desk, Made, Remark, Result
from filing.spreadsheets.grid import Table, letters, tidied
from filing.spreadsheets.kept.row import quoted
from filing.spreadsheets.layout import Log, logs_of
from filing.spreadsheets.logs import Found, recognised


def taken(repository: Repository, tables: Iterable[Table], batch: str, order: str) -> Made:
    """What comes of these sheets; only rows of `batch`, where one is given."""
    made, desk, logs = Made(), Desk(repository), logs_of(repository)
    for table in tables:
        if not any(cell.text.strip() for row in table.rows for cell in row):
            continue
        found = recognised(table, logs)
        if isinstance(found, Found):
            _about_sheet(found, made)
            _rows(desk, found, batch, order, made)
            made.told += expected.lacking(desk, found.log)
            desk.delivered.clear()
        else:
            remedy = "Write the log's headings above its rows, or leave the sheet out."
            made.say(Remark(table.name, "A sheet has the headings of one log of the SOP.", found, remedy))
    return made


def _rows(desk: Desk, found: Found, batch: str, order: str, made: Made) -> None:
    current = ""
    for row in range(found.heading_row + 1, len(found.table.rows) + 1):
        ours = own.is_own(found, row)
        if not ours and not kept.is_entry(found, row):
            continue
        current = _batch_of(found, row) or (current if ours else "")
        if batch and current != batch:
            continue
        progress.at(f"Taking in {found.table.place(row)}")
        of_row = Made(made.files)
        paths = own.take(desk, found, row, of_row) if ours else kept.take(desk, found, row, order, of_row)
        # Cell by cell from the left, then what concerns the whole row, then what came of it.
        made.told += sorted(of_row.told, key=_column)
        if paths or of_row.open:
            made.told.append(Result(found.table.place(row), paths))


def _column(told: Remark | Result) -> float:
    return (told.column if isinstance(told, Remark) else 0) or float("inf")


def _batch_of(found: Found, row: int) -> str:
    column = found.columns.get(_batch_heading(found.log))
    return tidied(found.table.at(row, column).text) if column else ""


def _batch_heading(log: Log) -> str:
    declared = ((str(column["heading"]), column["lines"]) for column in log.columns)
    named = (
        heading for heading, lines in declared if isinstance(lines, list) and lines and "batch}" in lines[0]["text"]
    )
    return next(named, "")


def _about_sheet(found: Found, made: Made) -> None:
    """What is to be said of a sheet as a whole."""
    table, row = found.table, found.heading_row

    def say(place: str, required: str, what: str, remedy: str) -> None:
        made.say(Remark(place, required, what, remedy))

    def heading(column: int) -> str:
        return quoted(tidied(table.at(row, column).text))

    if table.hidden:
        say(table.name, "What is taken in can be seen.", "the sheet is hidden", "See that it belongs to the logs.")
    for missing in found.missing:
        remedy = "Add it and import again, or fill in the drafts."
        say(table.place(row), f'The log has the column "{missing}".', "it is not there", remedy)
    for column in found.twice:
        remedy = "Delete one of them; the first is read."
        say(table.place(row, column), "A heading stands once.", f"{heading(column)} a second time", remedy)
    for column in found.strange:
        remedy = "Type what it tells into the drafts."
        say(table.place(row, column), "Only the log's own columns are read.", f"the column {heading(column)}", remedy)
    for column in sorted(set(found.columns.values()) & table.hidden_columns):
        what = f"the column {letters(column)} is hidden"
        say(table.place(row, column), "What is taken in can be seen.", what, "See that it belongs to the log.")


def lines(made: Made) -> Iterator[str]:
    """The report: a line for each remark, and for each row the drafts made of it."""
    for told in made.told:
        if isinstance(told, Result):
            parts: tuple[str, ...] = (told.place, f"Draft: {', '.join(told.drafts)}" if told.drafts else "No draft.")
        else:
            parts = (told.place, told.required, f"Found: {told.found}.", told.remedy)
        yield "  ".join(part for part in parts if part).replace("\n", " / ")
