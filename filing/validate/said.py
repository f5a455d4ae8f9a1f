"""What a form says about a place of a record: references resolved, branches gathered, nothing judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from filing.model import Pointer
from filing.validate.schemas import Schema, Schemas

Condition = tuple[Schema, bool]
"""An `if` and whether it has to hold."""


class Part(NamedTuple):
    """A schema that speaks about a place if its conditions hold, and the file it stands in."""

    schema: Schema
    base: str
    conditions: tuple[Condition, ...]


def schema_at(schemas: Schemas, form: str, pointer: Pointer) -> Mapping[str, object]:
    """All that a form says about a place, references resolved and branches merged; {} where it knows no such place.

    What stands nearer wins: a property's own title before that of the part it refers to. `properties` are those of
    all branches in their order; ask for one of them by its own pointer.
    """
    known = schemas._described.get((form, pointer))
    if known is None:
        known = schemas._described[form, pointer] = merged(parts_at(schemas, form, pointer))
    return known


def parts_at(schemas: Schemas, form: str, pointer: Pointer) -> list[Part]:
    parts = list(parts_of(schemas, Part(schemas.root(form), f"{form}.json", ())))
    for step in pointer:
        starts = [Part(schema, part.base, part.conditions) for part in parts for schema in below(part.schema, step)]
        parts = [part for start in starts for part in parts_of(schemas, start)]
    return parts


def parts_of(schemas: Schemas, part: Part) -> Iterator[Part]:
    """The part itself, then what it refers to, then what it combines, then what holds under a condition."""
    schema, base, conditions = part
    yield part
    if "$ref" in schema:
        target, file = schemas.target(base, schema["$ref"])
        yield from parts_of(schemas, Part(target, file, conditions))
    for combined in schema.get("allOf", ()):
        yield from parts_of(schemas, Part(combined, base, conditions))
    for branch, holds in (("then", True), ("else", False)):
        if branch in schema:
            yield from parts_of(schemas, Part(schema[branch], base, (*conditions, (schema["if"], holds))))


def below(schema: Schema, step: str | int) -> Iterator[Schema]:
    """What a schema says itself about a key or an item."""
    if isinstance(step, str):
        if step in schema.get("properties", {}):
            yield schema["properties"][step]
        return
    first = schema.get("prefixItems", ())
    if step < len(first):
        yield first[step]
    elif "items" in schema:
        yield schema["items"]


def merged(parts: Iterable[Part]) -> dict[str, object]:
    """All that these parts say; what stands nearer wins, and properties are those of all parts in their order."""
    facts: dict[str, object] = {}
    properties: dict[str, object] = {}
    for part in parts:
        for key, schema in part.schema.get("properties", {}).items():
            properties.setdefault(key, schema)
        for keyword, value in part.schema.items():
            if keyword not in ("$ref", "allOf", "if", "then", "else", "properties"):
                facts.setdefault(keyword, value)
    return {**facts, "properties": properties} if properties else facts


def said(schemas: Schemas, form: str, pointer: Pointer, keyword: str) -> str:
    """What the form says about a place or, where it says nothing, about the nearest thing around it."""
    while True:
        if text := schema_at(schemas, form, pointer).get(keyword):
            return str(text)
        if not pointer:
            return ""
        pointer = pointer[:-1]
