"""What is given on the command line as NAME=VALUE: words of the record's path, or its fields by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from filing.drafting.outline import Outline
from filing.drafting.questions import typed_value
from filing.drafting.scalars import cannot_stand
from filing.drafting.values import Data
from filing.model import CannotRun, Pointer, Value

Texts = Mapping[Pointer, str]


def split(words: Iterable[str]) -> dict[str, str]:
    """NAME -> VALUE; CannotRun for what is not of that make."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise CannotRun(f'"{word}" is not understood. Give a value as NAME=VALUE, such as remarks="Two originals".')
        if cannot_stand(value):
            raise CannotRun(f"{name} cannot be written so. {cannot_stand(value)}")
        found[name] = value
    return found


def pointer_of(name: str) -> Pointer:
    return tuple(int(step) if step.isascii() and step.isdigit() else step for step in name.split("."))


def fields_of(outline: Outline, words: Mapping[str, str], keys: Iterable[str]) -> Texts:
    """Each field that was given, by its place; CannotRun for one that the form does not have."""
    known = tuple(keys)
    found = {}
    for name, value in words.items():
        pointer = pointer_of(name)
        if pointer[0] not in known or not outline.knows(pointer):
            raise CannotRun(_unknown(outline, name, known))
        found[pointer] = value
    return found


def value_of(outline: Outline, data: Data, pointer: Pointer, text: str) -> Value:
    """A text that was given, as the form stores it."""
    field = outline.field(data, pointer)
    name = ".".join(map(str, pointer))
    if field.kind == "object":
        parts = ", ".join(f"{name}.{key}=..." for key in field.keys)
        raise CannotRun(f"{name} is a group. Give its parts: {parts}")
    if field.kind == "array":
        items = outline.field(data, (*pointer, 0))
        if items.kind == "object":
            raise CannotRun(f"{name} is a list of groups. Give their parts, such as {name}.0.{items.keys[0]}=...")
        return tuple(value_of(outline, data, (*pointer, 0), part.strip()) for part in text.split(",")) if text else ()
    value = typed_value(field, text, {})
    if value is None:
        raise CannotRun(f"{name}={text}: {'type yes or no' if field.kind == 'boolean' else 'type a whole number'}.")
    return value


def _unknown(outline: Outline, name: str, keys: tuple[str, ...]) -> str:
    first = name.partition(".")[0]
    near = get_close_matches(first, keys, 1)
    meant = f" Did you mean {near[0]}?" if near and near[0] != first else ""
    return f'The form {outline.form} has no field "{name}".{meant} Its fields are: {", ".join(keys)}.'
