"""The values every room speaks in: frozen, without input or output, importing nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "hold", "warning"]
Pointer = tuple[str | int, ...]
"""A place inside a record, e.g. ("documents", 0, "version")."""

Value = str | int | bool | tuple["Value", ...] | Mapping[str, "Value"]
"""What a record may hold: text as typed, integers, true/false, lists, mappings. Nothing else."""


class CannotRun(Exception):
    """The program cannot do its job here (exit 2); the message says in plain words why and what mends it, `commands`
    what to type for that, without the program's name."""

    def __init__(self, why: str, *commands: str) -> None:
        super().__init__(why)
        self.commands = commands


class Refused(CannotRun):
    """What was asked for is not done, for what stands in the records or for what somebody answered (exit 1)."""


@dataclass(frozen=True, order=True)
class Finding:
    """The only currency of bad news about data. Line and column count from 1; 0 where a file has none."""

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    title: str
    """Two to five words, lower case: what is wrong."""
    requirement: str
    """One sentence in plain words: what is required."""
    found: str
    remedy: str
    clause: str
    """On whose authority, e.g. "SOP 2.1, CTR Art. 62(1)"."""


@dataclass(frozen=True)
class Place:
    line: int
    column: int


@dataclass(frozen=True)
class Record:
    """One YAML file as it was typed.

    `path` is relative to the record repository and POSIX, e.g. "records/batches/B2025-01/certification.yaml".
    `places` gives the position of each value by its pointer; `keys` that of each key.
    `plain_times` holds the pointers of dates and times written without quotes.
    """

    path: str
    sha256: str
    data: Mapping[str, Value]
    places: Mapping[Pointer, Place] = field(compare=False)
    keys: Mapping[Pointer, Place] = field(compare=False)
    plain_times: frozenset[Pointer] = field(compare=False, default=frozenset())

    @property
    def stem(self) -> str:
        """The path without ".yaml": what sign-offs are named after."""
        return self.path.removesuffix(".yaml")

    @property
    def form(self) -> str:
        """The form it was written on, e.g. "certification@1"; "" where it names none."""
        form = self.data.get("form", "")
        return form if isinstance(form, str) else ""

    def at(self, pointer: Pointer) -> Place:
        """The place of a value, or of the nearest thing around it that has one."""
        while pointer and pointer not in self.places:
            pointer = pointer[:-1]
        return self.places.get(pointer, Place(1, 1))


@dataclass(frozen=True)
class Source:
    """A file of the package that a document was made from."""

    sha256: str
    path: str
    """Relative to the record repository, e.g. "records/batches/B2025-01/certification.yaml"."""


@dataclass(frozen=True)
class Document:
    """One document before it is a PDF.

    `context` holds mappings, lists, booleans and *pre-formatted* text only: a template formats nothing.
    `template` is the folder of its template, e.g. "log@1"; `created` the UTC time of its newest act,
    e.g. "2025-09-10T09:02:40Z"; `name` the file's stem, e.g. "annexure-2"; `label` what people call it, e.g.
    "Annexure-2".
    """

    name: str
    label: str
    title: str
    template: str
    created: str
    context: Mapping[str, object]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Rendered:
    document: Document
    pdf: bytes
    pages: int
