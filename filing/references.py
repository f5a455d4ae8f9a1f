"""What a record refers to: the register entries its fields name, directly and through those entries, and other acts.

A field refers to a register where its schema says `x-register`, and to an act where it says `x-act`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from filing.model import Pointer, Record, Value
from filing.relations import named_act
from filing.trust import State

_Schema = Mapping[str, object]


@dataclass(frozen=True)
class Reference:
    pointer: Pointer
    register: str
    id: str

    @property
    def entry(self) -> str:
        """The entry's path without revision and suffix."""
        return f"records/registers/{self.register}/{self.id}"


@dataclass(frozen=True)
class NamedAct:
    pointer: Pointer
    path: str
    """The first revision's path."""


@dataclass(frozen=True)
class _Fields:
    """Where a schema refers to registers: in the value itself, below its keys, or in its items."""

    register: str = ""
    act: bool = False
    below: Mapping[str, _Fields] = field(default_factory=dict)
    items: _Fields | None = None

    @property
    def any(self) -> bool:
        return bool(self.register or self.act or self.below or self.items)


class References:
    """Finds references by the schemas in `files` ("schemas/<name>.json")."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._trees: dict[str, _Schema] = {}
        self._fields: dict[str, _Fields] = {}

    def of(self, record: Record) -> tuple[Reference, ...]:
        """Every reference a record makes, in the order of its text."""
        return tuple(found for found in self._found(record) if found.register)

    def acts(self, record: Record) -> tuple[NamedAct, ...]:
        """Every other act a record names, in the order of its text."""
        found = (item for item in self._found(record) if not item.register)
        return tuple(NamedAct(item.pointer, named_act(record.path, item.id)) for item in found)

    def entries(self, record: Record, state: State) -> frozenset[str]:
        """The entries a record relies on in a state of the registers: those it names, and those they name."""
        found: set[str] = set()
        wanted = [reference.entry for reference in self.of(record)]
        while wanted:
            entry = wanted.pop()
            if entry in found:
                continue
            found.add(entry)
            if entry in state.entries:
                wanted += [reference.entry for reference in self.of(state.entries[entry])]
        return frozenset(found)

    def _found(self, record: Record) -> Iterator[Reference]:
        name = f"{record.form}.json"
        if f"schemas/{name}" not in self._files:
            return iter(())
        if name not in self._fields:
            self._fields[name] = self._of_schema(name, self._tree(name), frozenset())
        return _walk(record.data, self._fields[name], ())

    def _tree(self, name: str) -> _Schema:
        if name not in self._trees:
            self._trees[name] = json.loads(self._files[f"schemas/{name}"])
        return self._trees[name]

    def _of_schema(self, name: str, schema: _Schema, around: frozenset[str]) -> _Fields:
        """`around` are the references that led here: a schema that refers to itself is followed once."""
        register, act = str(schema.get("x-register", "")), schema.get("x-act") is True
        below: dict[str, _Fields] = {}
        items = None
        reference = schema.get("$ref")
        if isinstance(reference, str):
            file, _, pointer = reference.partition("#")
            target = f"{file or name}#{pointer}"
            if target not in around:
                used = self._of_schema(file or name, _descend(self._tree(file or name), pointer), around | {target})
                register, act = register or used.register, act or used.act
                below, items = dict(used.below), used.items
        for key, part in _mapping(schema.get("properties")).items():
            fields = self._of_schema(name, _mapping(part), around)
            if fields.any:
                below[key] = fields
        if "items" in schema:
            fields = self._of_schema(name, _mapping(schema["items"]), around)
            items = fields if fields.any else items
        return _Fields(register, act, below, items)


def _walk(value: Value, fields: _Fields, at: Pointer) -> Iterator[Reference]:
    if (fields.register or fields.act) and isinstance(value, str):
        yield Reference(at, fields.register, value)
    if fields.below and isinstance(value, Mapping):
        for key, item in value.items():
            if key in fields.below:
                yield from _walk(item, fields.below[key], (*at, key))
    if fields.items and isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, fields.items, (*at, index))


def _mapping(value: object) -> _Schema:
    return value if isinstance(value, Mapping) else {}


def _descend(tree: _Schema, pointer: str) -> _Schema:
    for step in pointer.split("/")[1:]:
        branch = tree[step]
        assert isinstance(branch, Mapping)
        tree = branch
    return tree
