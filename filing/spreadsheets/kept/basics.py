"""What every row says: which batch, which day, which status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from filing.forms import Form, placeholder
from filing.model import Pointer
from filing.spreadsheets import dates, terms
from filing.spreadsheets.grid import same, tidied
from filing.spreadsheets.kept.row import Row, Values, line_in_ink, quoted

_LONGEST = 40
_FEW = 4


def batch(row: Row) -> str:
    """The batch of the row; "" where there is none that could be one."""
    heading, known = row.batch_heading, row.desk.batches
    cell, text = row.cell(heading), row.text(heading)
    if not text:
        row.say(
            heading, "Each entry names its batch.", "nothing", "Type the batch number; without it there is no draft."
        )
        return ""
    near = terms.nearest(text, known) or (known if len(known) <= _FEW else [])
    meant = f"Did you mean {' or '.join(near)}?" if near else ""
    if cell.kind != "text":
        return ""
    if not re.fullmatch(placeholder("batch"), text) or len(text) > _LONGEST:
        required = "One batch is named, by its number: capitals, digits and single hyphens."
        row.say(heading, required, quoted(text), meant or "Type the number as on the label, such as B2025-01.")
        return ""
    if text not in known:
        required, remedy = "The batch is known: its batch master is there.", "Else write its batch master first."
        row.say(
            heading, required, f"there is no batch {text}", f"{meant} {remedy}" if near else remedy[5:].capitalize()
        )
    return text


# ---------------------------------------------------------------------------------------------------------- the day


def year(row: Row) -> str:
    """The year of the row's day; "" where it cannot be read."""
    heading = row.day_heading
    cell, text = row.cell(heading), row.text(heading)
    if cell.kind == "date":
        return text[:4]
    if cell.kind != "text":
        row.say(heading, "A day is a date or text.", f"the {cell.kind} {text}", "Type the day, like 2025-09-01.")
        return ""
    found = dates.readings(text)
    chosen = {day for order, day in found.items() if not row.order or order in (row.order, "")}
    if not text or not chosen:
        how = f" in the order {row.order}" if found else ""
        what = f"{quoted(text)} is no day{how}" if text else "nothing"
        row.say(heading, "Each entry has its day.", what, "Type it like 2025-09-01 or 01 SEP 2025.")
    elif len(chosen) > 1:
        spoken = " or ".join(dates.spoken(day) for day in found.values())
        what = f"{quoted(text)}, which can mean {spoken}"
        row.say(heading, "A day has one reading.", what, _which_option(row, found))
    return str(min(chosen).year) if len({day.year for day in chosen}) == 1 else ""


def _which_option(row: Row, found: Mapping[str, date]) -> str:
    """What decides, and how many days of the column each order makes sense of."""
    column = row.found.columns[row.day_heading]
    count, fits = row.desk.once(("days", row.found.table.name, column), lambda: _fits(row, column))
    told = []
    for order, day in found.items():
        read = "every day" if fits[order] == count else f"{fits[order]} of {count} days"
        told.append(f"--dates {order} for {dates.spoken(day)} (it reads {read} of the column)")
    return f"Say {' or '.join(told)}."


def _fits(row: Row, column: int) -> tuple[int, Mapping[str, int]]:
    below = range(row.found.heading_row + 1, len(row.found.table.rows) + 1)
    cells = (row.found.table.at(number, column) for number in below)
    texts = [tidied(cell.text) for cell in cells if cell.kind == "text" and dates.readings(tidied(cell.text))]
    return len(texts), dates.fitting(texts)


# ------------------------------------------------------------------------------------------------------- the status


def status(row: Row) -> Form | None:
    """The act that gives the row its status, if it follows the entry; it gets a draft, too."""
    heading = row.status_heading
    text = row.text(heading)
    if heading not in row.found.columns:
        return None
    words = [(word, part.form, by, value) for part in row.found.log.parts for word, by, value in _words(part.form)]
    fitting = [found for found in words if same(found[0]) == same(text)]
    if not fitting:
        known = ", ".join(dict.fromkeys(word for word, *_ in words))
        required = "The status is one of the log's words; it follows from signed acts."
        row.say(heading, required, quoted(text) if text else "nothing", f"Possible: {known}.")
        return None
    _, form, by, value = fitting[0]
    # One word for several decisions does not tell which of them was taken.
    single = by and len([found for found in fitting if found[1] is form]) == 1
    values: Values = {by: value} if single else {}
    if form.id == row.form.id:
        row.values |= values
        return None
    row.later.append((form, values))
    _told_of_later(row, heading, form)
    return form


def _words(form: Form) -> Iterator[tuple[str, Pointer, str]]:
    """The words of the status that an act gives, each with the field and the value it follows from."""
    rule = form.annexure.get("status")
    if isinstance(rule, Mapping):
        words = rule.get("words")
        for value, chosen in words.items() if isinstance(words, Mapping) else ():
            yield str(chosen["word"]), tuple(str(rule["by"]).strip("/").split("/")), str(value)
        if "word" in rule:
            yield str(rule["word"]), (), ""


def _told_of_later(row: Row, heading: str, form: Form) -> None:
    """One row tells of two acts, and of those between them nothing."""
    if row.text(row.day_heading):
        what = f"one day for {row.form.title} and {form.title}"
        required = "Each act has its own time, that of its sign-off."
        row.say(
            row.day_heading, required, what, "See which of them the day is of; the other is signed at its own time."
        )
    silent = [
        part.form.title for part in row.found.log.parts[1:]
        if part.form.follows == form.follows and part.form.id != form.id and not _is_told(row, part.form)
    ]  # fmt: skip
    if silent:
        what = f"the row tells nothing of: {', '.join(silent)}"
        row.say(heading, f"An entry is {row.text(heading)} after its other acts.", what, "Write these records, too.")


def _is_told(row: Row, form: Form) -> bool:
    """Whether the row says something of an act: in a column in which the act prints in ink."""
    return any(line_in_ink(form, heading) for heading in row.found.log.sop_headings if row.text(heading))
