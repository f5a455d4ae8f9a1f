"""Rows of a sheet that we gave out, read back: each act in a row has its record's path, its state and its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing import load, validate
from filing.forms import Form, base_of, revision_of
from filing.model import Pointer, Record
from filing.spreadsheets import terms
from filing.spreadsheets.drafts import Desk, Made, Remark, Unwritable, as_value, draft_of, head
from filing.spreadsheets.fields import Field, Reading
from filing.spreadsheets.grid import Cell
from filing.spreadsheets.layout import SUPERSEDED, VOID, Part
from filing.spreadsheets.logs import Found

_OF_A_REVISION = ("corrects", "reason", "reason_class")


@dataclass(frozen=True)
class _Spot:
    """A part of a row: what it is asked for and where it stands."""

    found: Found
    row: int
    part: Part

    def cell(self, heading: str) -> Cell:
        column = self.found.columns.get(heading)
        return self.found.table.at(self.row, column) if column else Cell()

    def remark(self, heading: str, required: str, what: str, remedy: str, note: bool = False) -> Remark:
        column = self.found.columns.get(heading, 0)
        return Remark(self.found.table.place(self.row, column), required, what, remedy, note, column)

    @property
    def form_heading(self) -> str:
        fields = next(iter(self.part.versions.values()))
        return next((field.heading for field in fields if field.pointer == ("form",)), "")


def is_own(found: Found, row: int) -> bool:
    """Whether a row has an act that we gave out: its form is named."""
    spots = (_Spot(found, row, part) for part in found.log.parts)
    return any(spot.cell(spot.form_heading).text for spot in spots)


def take(desk: Desk, found: Found, row: int, made: Made) -> tuple[str, ...]:
    """The drafts of a row, put into `made` with what is to be said of them."""
    paths = []
    above: dict[str, Mapping[str, str]] = {}
    for part in found.log.parts:
        spot = _Spot(found, row, part)
        if spot.cell(spot.form_heading).text:
            path = _act(desk, spot, made, above)
            paths += [path] if path else []
    return tuple(paths)


def _act(desk: Desk, spot: _Spot, made: Made, above: dict[str, Mapping[str, str]]) -> str | None:
    state = spot.cell(spot.part.state).text
    if state in (VOID, SUPERSEDED):
        found = f"this act is marked {state}, and no draft is made of it"
        made.say(spot.remark(spot.part.state, "Only what is in force is taken in.", found, "", note=True))
        return None
    name = spot.cell(spot.form_heading).text
    if name not in spot.part.versions:
        known = " or ".join(spot.part.versions)
        made.say(spot.remark(spot.form_heading, "The form is one that is here.", f'"{name}"', f"Type {known}."))
        return None
    form = desk.repository.forms.by_name[name]
    reading = Reading()
    for field in spot.part.versions[name]:
        reading.take(field, spot.cell(field.heading))
    for field, why in reading.faults:
        what = f'"{spot.cell(field.heading).text[:80]}"'
        made.say(spot.remark(field.heading, why, what, "Correct the cell."))
    path = _path(desk, spot, form, reading.data, made, above)
    return _made(desk, spot, form, reading.data, path, made) if path else None


def _path(
    desk: Desk, spot: _Spot, form: Form, data: dict[str, object], made: Made, above: dict[str, Mapping[str, str]]
) -> str | None:
    """Where the record lay, if that is free; the next free place where the sheet does not say."""
    said = spot.cell(spot.part.record).text
    if not said:
        return _next_path(desk, spot, form, data, made, above)
    base, revision = revision_of(said)
    path, variables = f"{base}.yaml", form.match(said)
    if variables is None or base != base_of(said):
        remedy = "Restore the path as it was exported, or empty the cell for the next free number."
        made.say(spot.remark(spot.part.record, "The record's path is one for its form.", f'"{said[:120]}"', remedy))
        return None
    above[form.pattern] = variables
    if revision:
        for key in _OF_A_REVISION:
            data.pop(key, None)
        found = f"the act had been corrected {revision} times; the draft holds what it says now"
        made.say(spot.remark(spot.part.record, "A draft is a first revision.", found, "", note=True))
    if base not in desk.taken:
        return path
    there = desk.repository.records.get(path) or load.load_record(path, made.files.get(path, b""))[0]
    if there is not None and there.data == as_value(data):
        found = f"{path} says the same already"
        made.say(spot.remark("", "Nothing is written twice.", found, "", note=True))
        return None
    remedy = "Correct the record that is there with revise, or empty the cell for the next free number."
    what = f"{path} is there and says something else"
    made.say(spot.remark(spot.part.record, "Nothing is written over.", what, remedy))
    return None


def _next_path(
    desk: Desk, spot: _Spot, form: Form, data: dict[str, object], made: Made, above: dict[str, Mapping[str, str]]
) -> str | None:
    variables = {**above.get(form.follows, {}), **{key: value for key, value in data.items() if isinstance(value, str)}}
    path = None if desk.lacks(form, variables) else desk.next_path(form, variables)
    if path is None or form.match(path) is None:
        required = "Without a path, the row names what the record is about: its batch, its deviation."
        made.say(spot.remark(spot.part.record, required, "it does not", "Type the record's path."))
        return None
    above[form.pattern] = form.match(path) or {}
    return path


def _made(desk: Desk, spot: _Spot, form: Form, data: dict[str, object], path: str, made: Made) -> str | None:
    draft = draft_of(form, {}, data, desk.repository.schemas)
    try:
        text = desk.text(draft, path, head(spot.found.table, spot.row, ""))
    except Unwritable as why:
        required = "A record holds only what everybody sees and reads alike."
        made.say(spot.remark("", required, str(why), "Correct the cell, or write the record by hand."))
        return None
    desk.take(path)
    made.files[path] = text
    if lacking := desk.lacking(draft):
        what = f"empty are: {'; '.join(lacking)}"
        made.say(spot.remark("", f"{form.title} has these facts, too.", what, f"Fill them in: {path}"))
    else:
        made.told += _against(desk, spot, form, path, text)
    return path


def _against(desk: Desk, spot: _Spot, form: Form, path: str, text: bytes) -> Iterator[Remark]:
    """What the form and the registers say against a record that is complete."""
    record, findings = load.load_record(path, text)
    for finding in findings or (validate.validate(record, desk.repository.schemas) if record else ()):
        pointer = _pointer_at(record, finding.line) if record else ()
        yield spot.remark(_heading(spot, form, pointer), finding.requirement, finding.found, finding.remedy)
    for reference in desk.repository.references.of(record) if record else ():
        entries = {
            path.rpartition("/")[2]: entry for path, entry in terms.entries_of(desk.repository, reference.register)
        }
        if reference.id not in entries:
            required = f"There must be such an entry among the {reference.register}."
            remedy = terms.suggestion(reference.id, reference.register, entries)
            yield spot.remark(_heading(spot, form, reference.pointer), required, f'"{reference.id}"', remedy)


def _pointer_at(record: Record, line: int) -> Pointer:
    return next((pointer for pointer, place in record.keys.items() if place.line == line), ())


def _heading(spot: _Spot, form: Form, pointer: Pointer) -> str:
    """The column in which a place of the record stands."""
    flat = tuple(0 if isinstance(step, int) else step for step in pointer)
    fields: tuple[Field, ...] = spot.part.versions[form.name]
    return next((field.heading for field in fields if flat and field.pointer[: len(flat)] == flat), "")
