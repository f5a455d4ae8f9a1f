"""The drafts of a row: the act that opens the entry, at the next free number, and those that follow it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from filing.forms import Form, placeholder
from filing.spreadsheets import lines
from filing.spreadsheets.drafts import Unwritable, draft_of, head
from filing.spreadsheets.kept.row import Row, Values, first_line, quoted
from filing.validate import schema_at

_SHOWN = 300
_AGAIN = "Correct the cell; then import again."


def drafts(row: Row, batch: str, year: str) -> tuple[str, ...]:
    paths: list[str] = []
    for several in row.several or [{}]:
        values = {**row.values, **several}
        variables = _variables(row, batch, year, values)
        if variables is not None:
            paths += _entry(row, variables, values, batch)
    return tuple(paths)


def _variables(row: Row, batch: str, year: str, values: Values) -> Mapping[str, str] | None:
    """What the entry's place is made of; None, and why, where the row does not say it."""
    known = {"batch": batch}
    for name in row.desk.lacks(row.form, known):
        if name == "deviation":
            word = row.desk.next_deviation(year) if year else ""
            required, what = "A deviation is numbered within its year.", "the row has no year that can be read"
            what = "every number of the year is taken" if year else what
        else:
            word = _word(row, values)
            required = f"An entry of this log is filed under its {name}."
            what = "the row does not say it in a word that the form knows"
        if not re.fullmatch(placeholder(name), word):
            row.say("", required, what, _AGAIN)
            return None
        known[name] = word
    return known


def _word(row: Row, values: Values) -> str:
    """The word an entry is filed under: that which its third column names, in small letters and hyphens."""
    for column in row.found.log.columns[2:3]:
        for token in lines.tokens(first_line(column)):
            value = values.get(token.pointer)
            if isinstance(value, str):
                return re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
    return ""


def _entry(row: Row, variables: Mapping[str, str], values: Values, batch: str) -> list[str]:
    """The drafts of one entry: the act that opens it and those that the row says follow it."""
    path = _write(row, row.form, variables, values, batch)
    if path is None:
        return []
    paths, made = [path], {row.form.id: path}
    for form, told in row.later:
        for each in _between(row, form):
            if each is form or each.id not in made:
                above = _above(row, each, made)
                later = _write(row, each, {"batch": batch, **above}, told if each is form else {}, batch)
                if later:
                    made[each.id] = later
                    paths.append(later)
    return paths


def _above(row: Row, form: Form, made: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of the act that a form's act follows."""
    before = next(part.form for part in row.found.log.parts if part.form.pattern == form.follows)
    found = before.match(made.get(before.id, "")) or {}
    return {name: word for name, word in found.items() if f"{{{name}}}" in form.follows}


def _between(row: Row, form: Form) -> list[Form]:
    """The acts from the first that follows the entry to this one."""
    found = [form]
    while found[0].follows != row.form.pattern:
        found.insert(0, next(part.form for part in row.found.log.parts if part.form.pattern == found[0].follows))
    return found


def _write(row: Row, form: Form, variables: Mapping[str, str], values: Values, batch: str) -> str | None:
    """The path of the draft, or None and why there is none."""
    path = row.desk.next_path(form, variables)
    if path is None:
        what = f"every place for {form.title} of {batch} is taken"
        row.say(
            "", "Nothing is written over.", what, "See the record that is there; correct it with revise, if need be."
        )
        return None
    batches = {"batches": [batch]} if form.id == row.form.id and _lists_batches(row, form) else {}
    draft = draft_of(form, form.match(path) or {}, {**batches, **_nested(values)}, row.desk.repository.schemas)
    try:
        text = row.desk.text(draft, path, head(row.found.table, row.number, _says(row)))
    except Unwritable as why:
        row.say("", "A record holds only what everybody sees and reads alike.", str(why), "Write the record by hand.")
        return None
    if lacking := row.desk.lacking(draft):
        what = f"the row does not tell: {'; '.join(lacking)}"
        row.say("", f"{form.title} has these facts, too.", what, f"Fill them in: {path}")
    row.desk.take(path)
    row.made.files[path] = text
    return path


def _lists_batches(row: Row, form: Form) -> bool:
    """Whether the entries list the batches they are about, since they do not lie in a batch's folder."""
    schema = schema_at(row.desk.repository.schemas, form.name, ("batches",))
    return "{batch}" not in form.pattern and schema.get("type") == "array"


def _nested(values: Values) -> dict[str, object]:
    """The values in their groups and lists; the items of a list come in their order."""
    data: dict[str, object] = {}
    for pointer, value in values.items():
        at: Any = data
        for step, below in pairwise(pointer):
            if isinstance(at, list) and step == len(at):
                at.append({})
            elif isinstance(at, dict):
                at.setdefault(step, [] if isinstance(below, int) else {})
            at = at[step]
        if value is None:  # an item of a list of which nothing is known
            continue
        if isinstance(at, list):
            at.append(value)
        else:
            at[pointer[-1]] = value
    return data


def _says(row: Row) -> str:
    told = ((heading, row.text(heading)) for heading in row.found.log.sop_headings)
    return " | ".join(f"{heading}: {quoted(text, _SHOWN)[1:-1]}" for heading, text in told if text)
