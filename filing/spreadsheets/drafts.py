"""From what a row tells to files: a place that is free, the keys that the form wants, and a head that names the source.

Everything is made in memory first; nothing that is there is ever written over.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from filing.drafting.layout import Layout
from filing.drafting.outline import Field, Outline
from filing.drafting.scalars import cannot_stand
from filing.drafting.values import Data
from filing.forms import Form, base_of, with_variables
from filing.load import load_record
from filing.load.characters import character_faults
from filing.model import Pointer
from filing.relations import DEVIATION, DEVIATIONS
from filing.repository import Repository
from filing.spreadsheets import terms
from filing.spreadsheets.grid import Table
from filing.validate import Schemas, schema_at

T = TypeVar("T")
_VARIABLE = re.compile(r"\{([a-z]+)\}")
_NUMBERS = {"nn": 2, "nnn": 3, "n": 1}
_SOURCE = re.compile(rb"^# source: ([0-9a-f]{64}\S+)$", re.MULTILINE)
_WIDTH = 112


@dataclass(frozen=True)
class Remark:
    """One thing about one cell, or about a row, whose `column` is 0. A note asks nothing of anybody."""

    place: str
    required: str
    found: str
    remedy: str
    note: bool = False
    column: int = 0


class Unwritable(Exception):
    """What no record can hold; the message says why."""


@dataclass(frozen=True)
class Draft:
    """A record in the making: what is known of it."""

    form: Form
    data: Mapping[str, object]

    @property
    def written(self) -> Data:
        found: Data = as_value(dict(self.data))
        return found


def draft_of(form: Form, variables: Mapping[str, str], data: Mapping[str, object], schemas: Schemas) -> Draft:
    """A draft that also says what its form and its place say."""
    properties = schema_at(schemas, form.name, ()).get("properties", {})
    said = {"form": form.name, **variables}
    told = {name: word for name, word in said.items() if isinstance(properties, Mapping) and name in properties}
    return Draft(form, {**told, **data})


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
        self._folders: defaultdict[str, set[str]] = defaultdict(set)
        for path in self.taken:
            self._folders[_folder(path)].add(path)
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
        """The place for the next record of this form; None where there is none. Numbers are used in turn."""
        number = next(
            (name for name in _VARIABLE.findall(form.pattern) if name in _NUMBERS and name not in variables), ""
        )
        if not number:
            path = with_variables(form.pattern, variables)
            return None if base_of(path) in self.taken else path
        used = [0]
        for path in self._folders[_folder(with_variables(form.pattern, {**variables, number: "0"}))]:
            found = form.match(f"{path}.yaml") or {}
            if found and all(found.get(name) == word for name, word in variables.items() if name in found):
                used.append(int(found.get(number, 1)))
        count = max(used) + 1
        if count == 1 and f"{{{number}}}]" in form.pattern:
            return with_variables(form.pattern, variables)
        path = with_variables(form.pattern, {**variables, number: f"{count:0{_NUMBERS[number]}}"})
        return path if form.match(path) else None

    def next_deviation(self, year: str) -> str:
        """The next number of the year; a deviation's number is never used twice."""
        names = (path.split("/")[2] for path in self._folders if path.startswith(f"{DEVIATIONS}DEV-{year}-"))
        return f"DEV-{year}-{max((int(name[9:12]) for name in names if DEVIATION.fullmatch(name)), default=0) + 1:03}"

    def take(self, path: str) -> None:
        self.taken.add(base_of(path))
        self._folders[_folder(path)].add(base_of(path))

    def lacks(self, form: Form, variables: Mapping[str, str]) -> tuple[str, ...]:
        """The variables of a form's place that nobody told."""
        wanted = [name for name in _VARIABLE.findall(form.pattern) if name not in _NUMBERS]
        return tuple(name for name in wanted if name not in variables)

    # -------------------------------------------------------------------------------------------- the record's text

    def lacking(self, draft: Draft) -> tuple[str, ...]:
        """The facts that the form wants and nobody told, by title."""
        outline, data = self._outline(draft.form), draft.written
        found = (self._title(draft.form, pointer) for pointer in outline.missing(data))
        return tuple(dict.fromkeys(found))

    def _title(self, form: Form, pointer: Pointer) -> str:
        steps = (pointer[: n + 1] for n, step in enumerate(pointer) if isinstance(step, str))
        titles = (str(schema_at(self.repository.schemas, form.name, at).get("title", at[-1])) for at in steps)
        return ", ".join(dict.fromkeys(titles))

    def text(self, draft: Draft, path: str, above: tuple[str, ...]) -> bytes:
        """The record as every new record is written, and `above` it where it comes from.

        Raises Unwritable for what no record can hold.
        """
        for text in _texts(draft.data):
            if why := cannot_stand(text):
                raise Unwritable(f'"{text[:60]}": {why}')
        laid = Layout(self._outline(draft.form), draft.written, self._choices).text(path)
        first, _, rest = laid.partition("\n")
        said = [f"# {line}" for text in above for line in textwrap.wrap(_visible(text), _WIDTH, break_on_hyphens=False)]
        whole = "\n".join([first, *said, rest]).encode()
        record, _ = load_record(path, whole)
        if not self.lacking(draft) and (record is None or record.data != draft.written):
            raise Unwritable("it would not be read back as it stands here")
        return whole

    def _outline(self, form: Form) -> Outline:
        return self.once(("outline", form.name), lambda: Outline(self.repository.schemas, form.name))

    def _choices(self, field: Field) -> Mapping[str, str]:
        """What a field may hold today: the words of the form, or the entries of the register."""
        return self.once(("choices", field.register), lambda: self._entries(field)) if field.register else field.choices

    def _entries(self, field: Field) -> Mapping[str, str]:
        found = terms.entries_of(self.repository, field.register)
        return {path.rpartition("/")[2]: terms.label(record) for path, record in found}


def _folder(path: str) -> str:
    return path.rpartition("/")[0] + "/"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)


def _visible(text: str) -> str:
    """A comment in which nothing is hidden."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return "".join(" " if next(character_faults(c), None) else c for c in unicodedata.normalize("NFC", shown))


def as_value(value: object) -> Any:
    """Data in the making as a record holds it."""
    if isinstance(value, dict):
        return {key: as_value(item) for key, item in value.items()}
    return tuple(as_value(item) for item in value) if isinstance(value, list) else value


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
