"""From what a row tells to files: a place that is free, the keys that the form wants, and a head that names the source.

Everything is made in memory first; nothing that is there is ever written over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from filing.forms import Form, base_of, with_variables
from filing.model import Pointer
from filing.repository import Repository
from filing.spreadsheets import terms
from filing.spreadsheets.grid import Table
from filing.spreadsheets.text import Unwritable, ordered, written
from filing.validate import schema_at
from filing.validate.said import parts_at

T = TypeVar("T")
_VARIABLE = re.compile(r"\{([a-z]+)\}")
_NUMBERS = {"nn": 2, "nnn": 3, "n": 1}
_SOURCE = re.compile(rb"^# source: ([0-9a-f]{64}\S+)$", re.MULTILINE)
_DEVIATION_NUMBERS = 999


@dataclass(frozen=True)
class Remark:
    """One thing about one cell, or about a row, whose `column` is 0. A note asks nothing of anybody."""

    place: str
    required: str
    found: str
    remedy: str
    note: bool = False
    column: int = 0


@dataclass
class Draft:
    """A record in the making: its data, with None for what is not known, and what is said above its keys."""

    form: Form
    variables: Mapping[str, str]
    data: dict[str, object] = field(default_factory=dict)
    comments: dict[Pointer, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    """What the form wants and nobody told, by title."""


@dataclass(frozen=True)
class Result:
    """What was made of a row."""

    place: str
    drafts: tuple[str, ...]


@dataclass
class Made:
    """What comes of an import: the files, and in the order of the rows what is open and what was made."""

    files: dict[str, bytes] = field(default_factory=dict)
    told: list[Remark | Result] = field(default_factory=list)

    def say(self, remark: Remark) -> None:
        self.told.append(remark)

    @property
    def open(self) -> int:
        """How many remarks ask for something."""
        return sum(isinstance(each, Remark) and not each.note for each in self.told)


@dataclass
class Delivered:
    """What the entries of one batch list, and where the last of them stands."""

    place: str = ""
    column: int = 0
    kinds: set[str] = field(default_factory=set)


class Desk:
    """Where drafts get their places: what is taken already, and what came from which row before."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.taken = {base_of(path) for path in repository.files if path.endswith(".yaml")}
        self.sources = {
            found.decode()
            for path, data in repository.files.items()
            if path.startswith("records/") and path.endswith(".yaml")
            for found in _SOURCE.findall(data)
        }
        folders = {path.split("/")[2] for path in self.taken if path.startswith("records/batches/")}
        self.batches = sorted(name for name in folders if f"records/batches/{name}/batch" in self.taken)
        self._deviations = {path.split("/")[2] for path in self.taken if path.startswith("records/deviations/")}
        self._known: dict[object, Any] = {}

        self.delivered: dict[tuple[str, str], Delivered] = {}

    def once(self, key: object, find: Callable[[], T]) -> T:
        """What `find` gives, found once for each key: the same words stand in a column again and again."""
        if key not in self._known:
            self._known[key] = find()
        found: T = self._known[key]
        return found

    def value_of(self, form: str, pointer: Pointer, text: str, through: Pointer) -> object:
        flat = tuple(0 if isinstance(step, int) else step for step in pointer)
        key = ("value", form, flat, text, through)
        return self.once(key, lambda: terms.value_of(self.repository, form, flat, text, through))

    def person(self, text: str, roles: tuple[str, ...]) -> terms.Person | terms.Unknown:
        return self.once(("person", text, roles), lambda: terms.person(self.repository, text, roles))

    def roles_of(self, slot: str) -> tuple[str, ...]:
        """The roles in which somebody may sign in a place of this name."""
        forms = self.repository.forms.by_name.values()
        return tuple(
            sorted({role for form in forms for each in form.slots if each.name == slot for role in each.roles})
        )

    def next_path(self, form: Form, variables: Mapping[str, str]) -> str | None:
        """The first free place for a record of this form; None where there is none."""
        number = next(
            (name for name in _VARIABLE.findall(form.pattern) if name in _NUMBERS and name not in variables), ""
        )
        optional = f"{{{number}}}]" in form.pattern
        if not number or optional:
            path = with_variables(form.pattern, variables)
            if base_of(path) not in self.taken:
                return path
        for count in range(2 if optional else 1, 10 ** _NUMBERS.get(number, 0)):
            path = with_variables(form.pattern, {**variables, number: f"{count:0{_NUMBERS[number]}}"})
            if base_of(path) not in self.taken:
                return path
        return None

    def next_deviation(self, year: str) -> str:
        """The first free number of the year; "" where there is none."""
        numbers = (f"DEV-{year}-{count:03}" for count in range(1, _DEVIATION_NUMBERS + 1))
        return next((number for number in numbers if number not in self._deviations), "")

    def take(self, path: str) -> None:
        self.taken.add(base_of(path))
        if path.startswith("records/deviations/"):
            self._deviations.add(path.split("/")[2])

    def lacks(self, form: Form, variables: Mapping[str, str]) -> tuple[str, ...]:
        """The variables of a form's place that nobody told."""
        wanted = [name for name in _VARIABLE.findall(form.pattern) if name not in _NUMBERS]
        return tuple(name for name in wanted if name not in variables)

    # -------------------------------------------------------------------------------------------- the record's text

    def completed(self, draft: Draft) -> Draft:
        """The draft with its form, what its place says, and an empty key for each fact that the form wants."""
        properties = schema_at(self.repository.schemas, draft.form.name, ()).get("properties", {})
        assert isinstance(properties, Mapping)
        for name in ("form", *draft.variables):
            if name in properties and name not in draft.data:
                draft.data[name] = draft.form.name if name == "form" else draft.variables[name]
        self._complete(draft, (), draft.data)
        return draft

    def _complete(self, draft: Draft, pointer: Pointer, data: MutableMapping[str, object]) -> None:
        for key in self._required(draft.form, pointer):
            if key not in data:
                data[key] = self._blank(draft, (*pointer, key))
        for key, value in ordered(self.repository, draft.form, pointer, data):
            place = (*pointer, key)
            if isinstance(value, dict):
                self._complete(draft, place, value)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, dict):
                        self._complete(draft, (*place, index), item)
            if value is None:
                self._explain(draft, place)

    def _required(self, form: Form, pointer: Pointer) -> tuple[str, ...]:
        flat = tuple(0 if isinstance(step, int) else step for step in pointer)
        return self.once(("required", form.name, flat), lambda: self._found_required(form, flat))

    def _found_required(self, form: Form, pointer: Pointer) -> tuple[str, ...]:
        """The keys that are wanted whatever else the record says."""
        parts = parts_at(self.repository.schemas, form.name, pointer)
        return tuple(key for part in parts if not part.conditions for key in part.schema.get("required", ()))

    def _blank(self, draft: Draft, pointer: Pointer) -> object:
        schema = schema_at(self.repository.schemas, draft.form.name, pointer)
        if schema.get("type") == "object":
            return {}
        if schema.get("type") == "array":
            item = schema_at(self.repository.schemas, draft.form.name, (*pointer, 0))
            return [{}] if item.get("type") == "object" else None
        return None

    def _explain(self, draft: Draft, pointer: Pointer) -> None:
        schemas, name = self.repository.schemas, draft.form.name
        said = draft.comments.get(pointer, "")
        draft.comments[pointer] = f"{schema_at(schemas, name, pointer).get('description', '')} {said}".strip()
        steps = [pointer[: n + 1] for n, step in enumerate(pointer) if isinstance(step, str)]
        titles = (str(schema_at(schemas, name, step).get("title", step[-1])) for step in steps)
        title = ", ".join(dict.fromkeys(titles))
        if title not in draft.open:
            draft.open.append(title)

    def text(self, draft: Draft, path: str, head: tuple[str, ...]) -> bytes:
        return written(self.repository, draft.form, path, draft.data, draft.comments, head)


def source(table: Table, row: int) -> str:
    """What names a row for ever: the digest of its file, the sheet's name as hexadecimal, the row."""
    return f"{table.sha256}!{table.sheet.encode('utf-8', 'replace').hex()}!{row}"


def head(table: Table, row: int, says: str) -> tuple[str, ...]:
    """The lines above a draft: where it comes from, that nobody signed it, and what the row says."""
    sheet = f', sheet "{table.sheet}"' if table.sheet else ""
    return (
        f'Draft, not signed by anybody. Taken from the file "{table.file}"{sheet}, row {row}; SHA-256 of the file:',
        f"source: {source(table, row)}",
        *([f"The row says: {says}"] if says else []),
    )


__all__ = ["Desk", "Draft", "Made", "Remark", "Result", "Unwritable", "head", "source"]
