"""What a form asks for at each place of a record, as far as what is written already decides it.

A form may ask for a field in one case only ("where the decision is certified"). While nobody has written yet what
decides, the field belongs to no case: it is neither required nor forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from filing.drafting.values import Data, as_record
from filing.model import Pointer, Value
from filing.validate import Schemas, schema_at
from filing.validate.reasons import condition_in_words, with_lists
from filing.validate.said import Part, below, merged, parts_of

OF_CORRECTIONS = ("corrects", "reason_class", "reason")
_TOO_EARLY = ("missing", "entry missing", "too few entries")
"""What is wrong with every record that is not finished yet."""
_EXAMPLE = re.compile(r"such as \"?([^ ,;\"]+?)\"?(?:[.,;]|$| )|written as ([0-9T:+-]+)")


@dataclass(frozen=True)
class Field:
    """One place of a form. `choices` are the values it admits where they are few, each with its word on paper."""

    pointer: Pointer
    facts: Mapping[str, Any]
    required: frozenset[str]
    cases: Mapping[str, str]
    """The keys below that are required in some case, with that case in words."""

    @property
    def title(self) -> str:
        return str(self.facts.get("title", self.name.replace("_", " ")))

    @property
    def name(self) -> str:
        return ".".join(map(str, self.pointer))

    @property
    def description(self) -> str:
        return str(self.facts.get("description", ""))

    @property
    def kind(self) -> str:
        """array, object, boolean, integer or string."""
        return str(self.facts.get("type", "string"))

    @property
    def keys(self) -> tuple[str, ...]:
        found = tuple(self.facts.get("properties", {}))
        return tuple(key for key in found if "corrects" not in found or key not in OF_CORRECTIONS)

    @property
    def all_keys(self) -> tuple[str, ...]:
        return tuple(self.facts.get("properties", {}))

    @property
    def choices(self) -> Mapping[str, str]:
        values = [self.facts["const"]] if "const" in self.facts else self.facts.get("enum", ())
        words = self.facts.get("x-words", {})
        return {value: str(words.get(value, value)) for value in values if isinstance(value, str)}

    @property
    def register(self) -> str:
        return str(self.facts.get("x-register", ""))

    @property
    def names_act(self) -> bool:
        return self.facts.get("x-act") is True

    @property
    def is_time_text(self) -> bool:
        return self.facts.get("format") in ("date", "date-time")

    @property
    def fewest(self) -> int:
        return int(self.facts.get("minItems", 0))

    @property
    def is_own_words(self) -> bool:
        """Whether it is a text in one's own words, and not written as the form prescribes."""
        return "minLength" in self.facts and not any(word in self.facts for word in ("pattern", "enum", "format"))

    @property
    def example(self) -> str:
        """A value as the form's own description shows one; "" where it shows none."""
        found = _EXAMPLE.search(self.description)
        return (found[1] or found[2]) if found else ""


class Outline:
    """The fields of one form."""

    def __init__(self, schemas: Schemas, form: str) -> None:
        self.schemas, self.form = schemas, form

    def field(self, data: Data, pointer: Pointer) -> Field:
        """What the form says about a place, given what is written so far."""
        value: Value | None = dict(data)
        applying, open_cases = self._apply([Part(self.schemas.root(self.form), f"{self.form}.json", ())], value)
        for step in pointer:
            starts = [Part(part, each.base, ()) for each in applying for part in below(each.schema, step)]
            value = _child(value, step)
            applying, open_cases = self._apply(starts, value)
        required = frozenset(key for part in applying for key in part.schema.get("required", ()))
        cases = {key: words for words, keys in open_cases for key in keys if key not in required}
        facts = merged(applying)
        narrow = [part.schema["const"] for part in applying if "const" in part.schema]
        if narrow:
            facts["const"] = narrow[-1]
        return Field(pointer, facts, required, cases)

    def _apply(self, starts: list[Part], value: Value | None) -> tuple[list[Part], list[tuple[str, tuple[str, ...]]]]:
        """The parts of a form that apply to a value, and the keys that others would require, each with its case."""
        applying, other_cases = [], []
        for part in (part for start in starts for part in parts_of(self.schemas, start)):
            if all(self._holds(condition, value) is wanted for condition, wanted in part.conditions):
                applying.append(part)
            elif part.schema.get("required") and part.conditions:
                words = condition_in_words(*part.conditions[-1])
                other_cases.append((words, tuple(part.schema["required"])))
        return applying, other_cases

    def _holds(self, condition: Mapping[str, Any], value: Value | None) -> bool | None:
        """Whether a condition holds; None while what it asks about is not written yet."""
        if not _is_decided(condition, value):
            return None
        return bool(self._validator.evolve(schema=condition).is_valid(with_lists(value if value is not None else {})))

    @cached_property
    def _validator(self) -> Any:
        return self.schemas.explaining(self.form)

    def knows(self, pointer: Pointer) -> bool:
        """Whether the form has such a place, in any case."""
        return bool(schema_at(self.schemas, self.form, pointer))

    def faults(self, data: Data, path: str) -> dict[Pointer, str]:
        """What is wrong with what is written so far, by place; not that something is still missing."""
        from filing.validate.reasons import explained

        if self.schemas.deciding(self.form).is_valid(dict(data)):
            return {}
        record, every = as_record(path, data)
        found = (each for each in explained(record, self.schemas) if each.title not in _TOO_EARLY)
        return {every[each.line]: _in_words(each.title, each.found, each.remedy) for each in found}

    def missing(self, data: Data, pointer: Pointer = ()) -> Iterator[Pointer]:
        """The places, in the order of the form, where a required value is not written yet."""
        field = self.field(data, pointer)
        value: Any = dict(data)
        for step in pointer:
            value = _child(value, step)
        if isinstance(value, Mapping):
            for key in field.keys:
                if key in value:
                    yield from self.missing(data, (*pointer, key))
                elif key in field.required:
                    yield (*pointer, key)
        elif isinstance(value, tuple):
            for index in range(len(value)):
                yield from self.missing(data, (*pointer, index))


def _in_words(title: str, found: str, remedy: str) -> str:
    if title == "stands twice":
        return "It stands there already. Type another one."
    return f"{title[:1].upper()}{title[1:]}: {found}. {remedy}"


def _child(value: Value | None, step: str | int) -> Value | None:
    if isinstance(step, str):
        return value.get(step) if isinstance(value, Mapping) else None
    return value[step] if isinstance(value, tuple) and step < len(value) else None


def _is_decided(condition: Mapping[str, Any], value: object) -> bool:
    """Whether everything a condition asks about is written."""
    if not isinstance(value, Mapping):
        return False
    parts = condition.get("properties", {})
    for key in {*condition.get("required", ()), *parts} - set(OF_CORRECTIONS):
        if key not in value or ("properties" in parts.get(key, {}) and not _is_decided(parts[key], value[key])):
            return False
    return True
