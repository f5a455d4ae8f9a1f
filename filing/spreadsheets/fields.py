"""A record as cells and back: one column for each field of its form, and nothing lost on the way.

A cell is empty where the record lacks the field. A list stands in one cell, a line for each item; of a list of groups
the n-th line of each column belongs to the n-th item. In such lines \\n is a line end, \\\\ a backslash, \\0 an empty
text. An empty list is \\[], an empty group \\{n}, where n counts the levels down to it, in the first column below it. A
text of its own that is empty or begins with an apostrophe or a backslash gets an apostrophe in front. Whatever does not
lie flat (lists within lists, groups with free keys) is written as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing.forms import Form
from filing.load import is_date
from filing.model import Pointer, Value
from filing.spreadsheets.grid import Cell
from filing.validate import Schemas, schema_at

_EMPTY_GROUP = re.compile(r"\\\{([0-9]+)\}")
_ESCAPED = re.compile(r"\\([n0\\])")
_UNESCAPED = {"n": "\n", "\\": "\\", "0": ""}
_DEEPEST = 12


class Unreadable(Exception):
    """Why a cell cannot be the field: what is required."""


@dataclass(frozen=True)
class Field:
    """A column: the place of its value in the record, with 0 for the items of a list; `first` are the lengths of the
    pointers below which it is the first column."""

    pointer: Pointer
    heading: str
    schema: Mapping[str, object]
    kind: str
    """text, integer, truth, date or json."""
    first: frozenset[int]

    @property
    def list_at(self) -> int:
        """How many steps lead to its list; -1 where it is in none."""
        return self.pointer.index(0) if 0 in self.pointer else -1


def fields_of(schemas: Schemas, form: Form) -> tuple[Field, ...]:
    """A form's fields in the order of its schema, their headings being the form's and their titles."""
    found: list[Field] = []
    for pointer, schema, kind in _leaves(schemas, form, (), in_list=False):
        shared = _shared(found[-1].pointer, pointer) if found else -1
        first = frozenset(range(shared + 1, len(pointer) + 1))
        heading = f"{form.title}: {_titles(schemas, form, pointer)}"
        taken = any(field.heading == heading for field in found)
        key = ".".join(str(step) for step in pointer if step != 0)
        found.append(Field(pointer, f"{heading} ({key})" if taken else heading, schema, kind, first))
    return tuple(found)


def _shared(one: Pointer, other: Pointer) -> int:
    """How many steps two pointers share from the top."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _titles(schemas: Schemas, form: Form, pointer: Pointer) -> str:
    named = (pointer[: n + 1] for n, step in enumerate(pointer) if step != 0)
    return ", ".join(str(schema_at(schemas, form.name, part).get("title", part[-1])) for part in named)


def _leaves(
    schemas: Schemas, form: Form, pointer: Pointer, in_list: bool
) -> Iterator[tuple[Pointer, Mapping[str, object], str]]:
    schema = schema_at(schemas, form.name, pointer)
    properties = schema.get("properties")
    if not pointer or (_is_flat_group(schema) and len(pointer) < _DEEPEST):
        for key in properties if isinstance(properties, Mapping) else ():
            yield from _leaves(schemas, form, (*pointer, key), in_list)
    elif schema.get("type") == "array" and not in_list and _is_flat(schemas, form, (*pointer, 0)):
        yield from _leaves(schemas, form, (*pointer, 0), in_list=True)
    else:
        yield pointer, schema, _kind(schema)


def _is_flat_group(schema: Mapping[str, object]) -> bool:
    return bool(schema.get("properties")) and schema.get("additionalProperties") is False


def _is_flat(schemas: Schemas, form: Form, pointer: Pointer) -> bool:
    return all(kind != "json" for _, _, kind in _leaves(schemas, form, pointer, in_list=True))


def _kind(schema: Mapping[str, object]) -> str:
    choices = schema.get("enum", [schema["const"]] if "const" in schema else ())
    if isinstance(choices, list) and choices and all(isinstance(choice, str) for choice in choices):
        return "text"
    if schema.get("type") == "string":
        return "date" if schema.get("format") == "date" else "text"
    return {"integer": "integer", "boolean": "truth"}.get(str(schema.get("type")), "json")


# ------------------------------------------------------------------------------------------------------ to cells


def told(field: Field, data: Value) -> Cell:
    """The cell of a field of a record."""
    at = field.list_at
    if at < 0:
        return _whole(field, data)
    items = _value(data, field.pointer[:at])
    if not isinstance(items, tuple):
        return Cell(_empty_above(field, data, at))
    if not items:
        return Cell("\\[]" if at in field.first else "")
    lines = [_line(field, item, at + 1) for item in items]
    text = "\n".join(lines) if any(lines) else ""
    return Cell(f"'{text}" if text.startswith("'") else text)


def _whole(field: Field, data: Value) -> Cell:
    value = _value(data, field.pointer)
    if value is None:
        return Cell(_empty_above(field, data, len(field.pointer)))
    text = _text(field, value)
    if field.kind == "date" and is_date(text):
        return Cell(text, "date")
    if field.kind == "integer":
        return Cell(text, "number")
    return Cell(f"'{text}" if text[:1] in ("", "'", "\\") else text)


def _empty_above(field: Field, data: Value, length: int) -> str:
    """The mark of an empty group on the way to a field, in its first column."""
    for depth in range(1, length):
        if depth in field.first and _value(data, field.pointer[:depth]) == {}:
            return f"\\{{{depth}}}"
    return ""


def _line(field: Field, item: Value, at: int) -> str:
    below = field.pointer[at:]
    value = _value(item, below)
    if value is not None:
        text = _text(field, value)
        return text.replace("\\", "\\\\").replace("\n", "\\n") if text else "\\0"
    for depth in range(len(below)):
        if at + depth in field.first and _value(item, below[:depth]) == {}:
            return f"\\{{{at + depth}}}"
    return ""


def _text(field: Field, value: Value) -> str:
    if field.kind == "json":
        return json.dumps(_plain(value), ensure_ascii=False)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _value(value: Value | None, pointer: Pointer) -> Value | None:
    for step in pointer:
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[str(step)]
    return value


# ---------------------------------------------------------------------------------------------------- from cells


class Reading:
    """A record as it comes together from its cells; `faults` are those that cannot be the field."""

    def __init__(self) -> None:
        self.data: dict[str, object] = {}
        self.faults: list[tuple[Field, str]] = []

    def take(self, field: Field, cell: Cell) -> None:
        """Puts what a cell says into its place."""
        if not cell.text:
            return
        try:
            self._list(field, cell) if field.list_at >= 0 else self._whole(field, cell)
        except Unreadable as why:
            self.faults.append((field, str(why)))

    def _whole(self, field: Field, cell: Cell) -> None:
        if empty := _EMPTY_GROUP.fullmatch(cell.text):
            self._group(field.pointer[: int(empty[1])])
            return
        text = cell.text.removeprefix("'")
        if cell.kind == "number" and field.kind in ("text", "date"):
            raise Unreadable("Text is required here, and a number stands in the cell. Give it the format of text.")
        self._group(field.pointer[:-1])[str(field.pointer[-1])] = _read(field, text)

    def _list(self, field: Field, cell: Cell) -> None:
        at = field.list_at
        if (empty := _EMPTY_GROUP.fullmatch(cell.text)) and int(empty[1]) < at:
            self._group(field.pointer[: int(empty[1])])
            return
        items = self._group(field.pointer[: at - 1]).setdefault(str(field.pointer[at - 1]), [])
        assert isinstance(items, list)
        if cell.text == "\\[]":
            return
        for number, line in enumerate(cell.text.removeprefix("'").split("\n")):
            if number == len(items):
                items.append({} if len(field.pointer) > at + 1 else None)
            if line:
                self._item(field, items, number, line)

    def _item(self, field: Field, items: list[object], number: int, line: str) -> None:
        below = field.pointer[field.list_at + 1 :]
        empty = _EMPTY_GROUP.fullmatch(line)
        group: object = items[number]
        for step in below[: int(empty[1]) - field.list_at - 1] if empty else below[:-1]:
            assert isinstance(group, dict)
            group = group.setdefault(str(step), {})
        if empty:
            return
        value = _read(field, _ESCAPED.sub(lambda found: _UNESCAPED[found[1]], line))
        if below:
            assert isinstance(group, dict)
            group[str(below[-1])] = value
        else:
            items[number] = value

    def _group(self, pointer: Pointer) -> dict[str, object]:
        group = self.data
        for step in pointer:
            below = group.setdefault(str(step), {})
            assert isinstance(below, dict)
            group = below
        return group


def _read(field: Field, text: str) -> object:
    if field.kind == "integer":
        if not re.fullmatch(r"-?[0-9]{1,15}", text):
            raise Unreadable("A whole number is required here.")
        return int(text)
    if field.kind == "truth":
        truths = {"yes": True, "true": True, "no": False, "false": False}
        if text.casefold() not in truths:
            raise Unreadable("Yes or no is required here.")
        return truths[text.casefold()]
    if field.kind == "json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise Unreadable("What was exported here is required again, in its brackets and quotes.") from None
    return text
