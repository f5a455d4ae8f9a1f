"""The record as text: every field below a comment that says what it is for and what it may hold.

Fields that nobody filled and that need not be stand as commented-out lines at their place; required ones stand empty,
so that `check` points at them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from filing.drafting.outline import Field, Outline
from filing.drafting.scalars import block, scalar, short_list
from filing.drafting.values import Data, value_in
from filing.model import Pointer, Value
from filing.modeline import to_form

_WIDTH = 112
_MOST_CHOICES = 30
Choices = Callable[[Field], Mapping[str, str]]


@dataclass(frozen=True)
class Layout:
    """`choices` gives the values that a field may hold today, such as the ids of a register, each in words; `needed`
    are optional fields that stand empty like required ones."""

    outline: Outline
    data: Data
    choices: Choices
    needed: frozenset[Pointer] = frozenset()

    def text(self, path: str) -> str:
        return "\n".join([to_form(path, self.outline.form), *self._group((), 0)]) + "\n"

    def _group(self, at: Pointer, indent: int) -> Iterator[str]:
        field = self.outline.field(self.data, at)
        written = value_in(self.data, at) if at else dict(self.data)
        keys = [*field.keys, *(key for key in field.all_keys if key not in field.keys and _has(written, key))]
        for key in keys:
            below = self.outline.field(self.data, (*at, key))
            is_open = key in field.required or below.pointer in self.needed
            yield from self._comment(below, indent, field.cases.get(key, ""), is_open or _has(written, key))
            if _has(written, key):
                yield from self._value(key, below, indent)
            elif is_open:
                yield from self._empty(key, below, indent)
            elif not _is_further(below):
                yield from (_commented(line, indent) for line in self._example(key, below, indent))

    def _comment(self, field: Field, indent: int, case: str, is_used: bool) -> Iterator[str]:
        """One comment for each field; for the parts of further items of a list it has been said."""
        if _is_further(field):
            return
        optional = "" if is_used else f" Needed where {case}." if case else " Optional."
        said = f"{field.title}. {field.description}{optional}{self._possible(field)}"
        width = max(40, _WIDTH - indent)
        for line in textwrap.wrap(said, width, break_long_words=False, break_on_hyphens=False):
            yield f"{' ' * indent}# {line}"

    def _possible(self, field: Field) -> str:
        items = field if field.kind != "array" else self.outline.field(self.data, (*field.pointer, 0))
        found = self.choices(items)
        if not found or "const" in items.facts:
            return ""
        if len(found) > _MOST_CHOICES:
            return f" One of those in records/registers/{items.register}/." if items.register else ""
        return (
            f" {'Any' if items is not field else 'One'} of: {'; '.join(_with_word(*each) for each in found.items())}."
        )

    def _value(self, key: str, field: Field, indent: int) -> Iterator[str]:
        value = value_in(self.data, field.pointer)
        space = " " * indent
        if value == {} and not field.required:
            yield f"{space}{key}: {{}}"
        elif isinstance(value, Mapping):
            yield f"{space}{key}:"
            yield from self._group(field.pointer, indent + 2)
        elif isinstance(value, tuple):
            yield from self._list(key, field, value, indent)
        elif value is not None:
            lines = _scalar_lines(value, field, indent + 2)
            yield f"{space}{key}: {lines[0]}"
            yield from lines[1:]

    def _list(self, key: str, field: Field, values: tuple[Value, ...], indent: int) -> Iterator[str]:
        space, line = " " * indent, short_list(values)
        if line:
            yield f"{space}{key}: {line}"
            return
        yield f"{space}{key}:"
        for index, value in enumerate(values):
            if isinstance(value, Mapping):
                yield from _as_item(self._group((*field.pointer, index), indent + 4), indent + 2)
            else:
                lines = _scalar_lines(value, self.outline.field(self.data, (*field.pointer, index)), indent + 4)
                yield f"{space}  - {lines[0]}"
                yield from lines[1:]

    def _empty(self, key: str, field: Field, indent: int) -> Iterator[str]:
        """A required field that nobody filled: its key alone; of a group or a list of groups their required keys."""
        space = " " * indent
        yield f"{space}{key}:"
        if field.kind == "object":
            yield from self._group(field.pointer, indent + 2)
        elif field.kind == "array" and field.fewest and self._items(field).kind == "object":
            yield from _as_item(self._group((*field.pointer, 0), indent + 4), indent + 2)

    def _example(self, key: str, field: Field, indent: int) -> Iterator[str]:
        space = " " * indent
        if field.kind == "object":
            yield f"{space}{key}:"
            for part in field.keys:
                yield from self._example(part, self.outline.field(self.data, (*field.pointer, part)), indent + 2)
        elif field.kind == "array":
            items = self._items(field)
            if items.kind != "object":
                yield f"{space}{key}: [{_sample(items)}]"
                return
            yield f"{space}{key}:"
            parts = (
                self._example(p, self.outline.field(self.data, (*items.pointer, p)), indent + 4) for p in items.keys
            )
            yield from _as_item((line for lines in parts for line in lines), indent + 2)
        else:
            yield f"{space}{key}: {_sample(field)}".rstrip()

    def _items(self, field: Field) -> Field:
        return self.outline.field(self.data, (*field.pointer, 0))


def _is_further(field: Field) -> bool:
    """Whether it is part of an item of a list that is not the first."""
    return any(isinstance(step, int) and step > 0 for step in field.pointer)


def _has(value: object, key: str) -> bool:
    return isinstance(value, Mapping) and key in value


def _scalar_lines(value: Value, field: Field, indent: int) -> list[str]:
    folded = block(value, indent) if isinstance(value, str) else []
    return folded or [scalar(value, field.is_time_text)]


def _as_item(lines: Iterator[str], indent: int) -> Iterator[str]:
    """The lines of a group as an item of a list: the dash stands before its first key, comments above the dash."""
    waiting = True
    for line in lines:
        if waiting and line.lstrip().startswith("#"):
            line = line[2:]
        elif waiting:
            waiting = False
            line = f"{' ' * indent}- {line[indent + 2 :]}"
        yield line


def _commented(line: str, indent: int) -> str:
    return f"{line[:indent]}# {line[indent:]}"


def _sample(field: Field) -> str:
    """How a value is written; nothing where the comment lists what there is to choose from."""
    if field.is_time_text or field.example:
        example = field.example or "2025-09-01"
        return scalar(example, field.is_time_text)
    return ""


def _with_word(value: str, word: str) -> str:
    plain = value.replace("_", " ").casefold()
    return value if not word or word.casefold() == plain else f"{value} ({word})"
