"""The cells of a row, each read as what its form prints there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from filing.forms import Form
from filing.spreadsheets import lines, terms
from filing.spreadsheets.drafts import Delivered
from filing.spreadsheets.grid import same
from filing.spreadsheets.kept.row import Row, Values, first_line, line_in_ink, quoted, slots_of
from filing.spreadsheets.lines import Token
from filing.spreadsheets.terms import Unknown
from filing.validate import schema_at

_LONGEST_LINE = 400
_AS_TEXT = "Give the column the format of text and type what was meant, such as 2025E1, 0123 or 2-3."


def remember_listed(row: Row) -> None:
    """What the entry lists counts together with the other entries of its batch."""
    if row.listed:
        delivered = row.desk.delivered.setdefault((row.form.id, row.text(row.batch_heading)), Delivered())
        delivered.place, delivered.column = row.place(row.listed), row.found.columns[row.listed]
        delivered.kinds |= {str(value) for pointer, value in row.values.items() if len(pointer) > 1}


def told_of_cells(row: Row) -> None:
    """What no cell should be: made by a formula, merged, wrong, or something else than it was typed as."""
    written = "A cell holds what was written down."
    for heading in row.found.log.sop_headings:
        cell = row.cell(heading)
        if cell.merged:
            what = f"one value for the merged cells {cell.merged}"
            row.say(heading, "Each row has its own value.", what, "See that it is right for this row, too.")
        if cell.kind == "error":
            row.say(heading, written, f"the error {cell.text}", "Type what was meant.")
        elif cell.formula:
            what = f"a formula, whose stored result is {quoted(cell.text)}"
            row.say(heading, written, what, "See that the result is right.")
        if (
            cell.kind in ("number", "truth", "date")
            and heading != row.day_heading
            and not _wants(row, heading, cell.kind)
        ):
            kind = {"number": "number", "truth": "truth value"}.get(cell.kind, "day")
            what = f"the {kind} {cell.text}, which a spreadsheet may have made of something else"
            row.say(heading, "A cell holds text.", what, _AS_TEXT)
    if row.number in row.found.table.hidden_rows:
        row.say("", "What is taken in can be seen.", "this row is hidden", "See that it belongs to the log.")


def _wants(row: Row, heading: str, kind: str) -> bool:
    """Whether the field of a column is a whole number or a day, so that such a cell is right there."""
    column = next(each for each in row.found.log.columns if each["heading"] == heading)
    token = next((token for token in lines.tokens(first_line(column)) if token.pointer and not token.slot), None)
    schema = schema_at(row.desk.repository.schemas, row.form.name, token.at(0).pointer) if token else {}
    return {"number": schema.get("type") == "integer", "date": schema.get("format") == "date"}.get(kind, False)


def read(row: Row, status: Form | None) -> None:
    """Every cell but those of batch, day and status; `status` is the act that follows and gives the row its status."""
    for column in row.found.log.columns:
        heading = str(column["heading"])
        basic = heading in (row.batch_heading, row.day_heading, row.status_heading)
        if not basic and row.text(heading) and row.cell(heading).kind != "error":
            _column(row, heading, first_line(column), status)


def _column(row: Row, heading: str, line: str, status: Form | None) -> None:
    named = lines.tokens(line)
    slots = slots_of(line_in_ink(status, heading)) if status else []
    slots = slots or slots_of(line)
    if not line:
        _later(row, heading)
    elif slots:
        _person(row, heading, slots[0])
    elif named and named[0].word.startswith("!"):
        _titled(row, heading)
    elif any(token.many for token in named):
        _list(row, heading, line)
    elif any(token.pointer for token in named):
        _fields(row, heading, line)


def _person(row: Row, heading: str, slot: str) -> None:
    """Who signed is for the sign-off to say; that the person is known can be seen now."""
    text, desk = row.text(heading), row.desk
    roles = desk.roles_of(slot)
    whole = desk.person(text, roles)
    parts = lines.separate(text) if isinstance(whole, Unknown) else ()
    if len(parts) > 1 and not any(isinstance(desk.person(part, roles), Unknown) for part in parts):
        row.say(heading, "One person signs.", quoted(text), "See who did it; the others sign nothing here.")
    elif isinstance(whole, Unknown):
        row.unknown(heading, text, whole)


def _titled(row: Row, heading: str) -> None:
    """A column that prints what only a sign-off allows: the field of its name."""
    schemas, form = row.desk.repository.schemas, row.form.name
    properties = schema_at(schemas, form, ()).get("properties", {})
    for key in properties if isinstance(properties, Mapping) else ():
        if same(str(schema_at(schemas, form, (key,)).get("title"))) == same(heading):
            _put(row, heading, _resolved(row, row.form, (Token((key,)),), (row.text(heading),)))
            return


def _put(row: Row, heading: str, found: Values | Unknown) -> None:
    if isinstance(found, Unknown):
        row.unknown(heading, row.text(heading), found)
    else:
        row.values |= found


def _fields(row: Row, heading: str, line: str) -> None:
    """One entry, or one for each thing that the cell names."""
    text = row.text(heading)
    whole = _read(row, row.form, line, text)
    parts = lines.separate(text) if isinstance(whole, Unknown) else ()
    known = [values for part in parts if not isinstance(values := _read(row, row.form, line, part), Unknown)]
    if len(parts) > 1 and len(known) == len(parts) and not row.several:
        remedy = f"{len(parts)} drafts are made; delete those that are wrong."
        row.say(heading, f'Each has an entry of its own in "{heading}".', f"{quoted(text)} names {len(parts)}", remedy)
        row.several = known
    else:
        _put(row, heading, whole)


def _list(row: Row, heading: str, line: str) -> None:
    text = row.text(heading)
    first = next(token for token in lines.tokens(line) if token.pointer)
    is_one = not isinstance(_read(row, row.form, line, text, 0), Unknown)
    items = [text] if is_one else list(lines.listed(text, line))
    most = schema_at(row.desk.repository.schemas, row.form.name, first.pointer[: first.pointer.index("*")]).get(
        "maxItems"
    )
    if isinstance(most, int) and len(items) > most:
        row.say(heading, f'"{heading}" has {most} items at most.', f"{len(items)}", "Divide them into several entries.")
        return
    for index, item in enumerate(items):
        found = _read(row, row.form, line, item, index)
        if isinstance(found, Unknown):
            row.unknown(heading, item, found)
            found = {first.at(index).pointer: None}
        row.values |= found
    row.listed = heading


def _later(row: Row, heading: str) -> None:
    """A column that only acts which follow fill: a draft for each line of the cell."""
    direct = (part.form for part in row.found.log.parts[1:] if part.form.follows == row.form.pattern)
    form = next((form for form in direct if line_in_ink(form, heading)), None)
    if form is None:
        return
    for text in filter(None, (text.strip() for text in re.split(r"[\n;]", row.text(heading)))):
        found = _read(row, form, line_in_ink(form, heading), text)
        if isinstance(found, Unknown):
            row.unknown(heading, text, found)
        row.later.append((form, {} if isinstance(found, Unknown) else found))


def _read(row: Row, form: Form, line: str, text: str, index: int = -1) -> Values | Unknown:
    """The fields that a text names, read as the line prints them; the last reason where no way of reading fits."""
    why: Values | Unknown = Unknown("The cell says what the log prints there.", "Type it into the draft.")
    ways = lines.patterns(line)
    # A long text is no beginning of a line; and to try it against all its ends would take long, too.
    for pattern, named in ways if len(text) <= _LONGEST_LINE else ways[-1:]:
        matched = pattern.fullmatch(text)
        if matched:
            placed = tuple(token.at(index) if index >= 0 else token for token in named)
            why = _resolved(row, form, placed, matched.groups())
            if not isinstance(why, Unknown):
                return why
    return why


def _resolved(row: Row, form: Form, named: tuple[Token, ...], texts: tuple[str, ...]) -> Values | Unknown:
    values: Values = {}
    for token, text in zip(named, texts, strict=True):
        if token.pointer and not token.slot:
            value = row.desk.value_of(form.name, token.pointer, text.strip(), token.through)
            if isinstance(value, terms.Unknown):
                return value
            values[token.pointer] = value
    return values
