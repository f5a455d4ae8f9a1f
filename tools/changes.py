"""Single changes of records: for every value the other values that its form could be filled in with by mistake.

A changed record is a correct record otherwise; whether a rule notices the change is not asked here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from filing.model import Pointer, Record, Value
from filing.references import References
from filing.repository import Repository
from filing.validate import Schemas, schema_at

LEFT_OUT = "left out"
_DAY, _YEAR = timedelta(days=1), timedelta(days=365)
_OTHER_WORDS = "Something else is written here."


@dataclass(frozen=True)
class Change:
    """One value of one record, changed."""

    record: Record
    pointer: Pointer
    kind: str
    before: str
    after: str
    content: bytes
    """The record's file with the change."""

    @property
    def field(self) -> str:
        """Where the value stands on the form, whichever item of a list it is: batch@1 order/date."""
        steps = ("*" if isinstance(step, int) else step for step in self.pointer)
        return f"{self.record.form.partition('@')[0]} {'/'.join(steps)}"


def changes(repository: Repository, record: Record) -> Iterator[Change]:
    """Every change of a record, in the order of its text."""
    for pointer, value in _values(record.data, ()):
        schema = schema_at(repository.schemas, record.form, pointer)
        if "const" in schema:
            continue
        for kind, new in _others(repository, record, pointer, value, schema):
            if new != value:
                yield _changed(record, pointer, kind, value, new)
        if _may_be_left_out(repository.schemas, record, pointer):
            yield _changed(record, pointer, LEFT_OUT, value, None)


def _values(value: Value, at: Pointer) -> Iterator[tuple[Pointer, str | int | bool]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _values(item, (*at, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _values(item, (*at, index))
    else:
        yield at, value


def _others(
    repository: Repository, record: Record, pointer: Pointer, value: str | int | bool, schema: Mapping[str, object]
) -> Iterator[tuple[str, str | int | bool]]:
    """The kinds of change that fit a value, the likeliest first."""
    choices = schema.get("enum")
    if isinstance(value, bool):
        yield "the opposite", not value
    elif isinstance(value, int):
        yield from (("one more", value + 1), ("one less", value - 1), ("tenfold", value * 10))
    elif isinstance(choices, list):
        place = choices.index(value)
        yield from (("another choice", str(choice)) for choice in (*choices[place + 1 :], *choices[:place]))
    elif "x-register" in schema:
        entries = f"records/registers/{schema['x-register']}/"
        ids = sorted(path.removeprefix(entries).removesuffix(".yaml") for path in repository.records)
        yield from (("another entry", name) for name in ids if re.fullmatch(r"[a-z0-9-]+", name) and name != value)
        yield "an entry that is not there", f"{value}-2"
    elif schema.get("format") == "date":
        day = date.fromisoformat(value)
        yield from ((kind, (day + step).isoformat()) for kind, step in _STEPS)
    elif schema.get("format") == "date-time":
        time = datetime.fromisoformat(value)
        hours = ("an hour later", timedelta(hours=1)), ("an hour earlier", -timedelta(hours=1))
        yield from ((kind, (time + step).isoformat()) for kind, step in (*hours, *_STEPS))
    elif pointer in {act.pointer for act in References(repository.files).acts(record)}:
        yield from (("another act", name) for name in _neighbours(repository, record, value))
        yield "an act that is not there", _counted_up(value)
    elif "pattern" in schema:
        yield from _other_codes(repository, value)
    else:
        yield from (("other words", _OTHER_WORDS), ("emptied", ""), ("a placeholder", "tbd"))


_STEPS = ("a day later", _DAY), ("a day earlier", -_DAY), ("a year later", _YEAR), ("a year earlier", -_YEAR)


def _other_codes(repository: Repository, value: str) -> Iterator[tuple[str, str]]:
    if re.fullmatch(r"[A-Z]{2}", value):
        yield from (("another country", country) for country in ("NL", "DE", "FR"))
    elif re.fullmatch(r"[0-9a-f]{64}", value):
        yield "another digest", value[:-1] + ("0" if value[-1] != "0" else "1")
    elif f"records/batches/{value}/batch.yaml" in repository.records:
        masters = sorted(path for path in repository.records if path.endswith("/batch.yaml"))
        yield from (("another batch", path.split("/")[2]) for path in masters)
    else:
        yield "another number", _counted_up(value)


def _counted_up(value: str) -> str:
    """The next number: V-019 becomes V-020; a value without a number gets one."""
    numbers = list(re.finditer("[0-9]+", value.removesuffix(".yaml")))
    if not numbers:
        return f"{value.removesuffix('.yaml')}.02" + (".yaml" if value.endswith(".yaml") else "")
    last = numbers[-1]
    return value[: last.start()] + str(int(last[0]) + 1).zfill(len(last[0])) + value[last.end() :]


def _neighbours(repository: Repository, record: Record, value: str) -> Iterator[str]:
    """Other acts that could be named instead: of the same folder, or by their path where paths are named."""
    folder = record.path.rpartition("/")[0] + "/"
    if value.startswith("records/"):
        around = value.rpartition("/")[0] + "/"
        yield from (path for path in sorted(repository.records) if path.startswith(around) and path != value)
    elif f"{folder}{value}.yaml" in repository.records:
        kind = value.partition(".")[0]
        beside = (path.removeprefix(folder) for path in sorted(repository.records) if path.startswith(folder))
        yield from (name.removesuffix(".yaml") for name in beside if name.partition(".")[0] == kind)
    elif f"records/batches/{value}/batch.yaml" in repository.records:
        yield from (name for _, name in _other_codes(repository, value) if name != value)


def _may_be_left_out(schemas: Schemas, record: Record, pointer: Pointer) -> bool:
    """Whether the form does not ask for it by itself: an item of a list, or a key that is not required."""
    if isinstance(pointer[-1], int):
        return True
    required = schema_at(schemas, record.form, pointer[:-1]).get("required", [])
    return isinstance(required, list) and pointer[-1] not in required


def _changed(record: Record, pointer: Pointer, kind: str, before: Value, after: Value | None) -> Change:
    data = _with(record.data, pointer, after)
    assert isinstance(data, Mapping)
    lines = (f"{key}: {_typed(value, (key,), record)}\n" for key, value in data.items())
    return Change(record, pointer, kind, _shown(before), _shown(after), "".join(lines).encode())


def _with(value: Value, pointer: Pointer, new: Value | None) -> Value:
    """A value with what stands at the pointer replaced; None leaves it out."""
    if not pointer:
        assert new is not None
        return new
    step, last = pointer[0], len(pointer) == 1
    if isinstance(value, Mapping):
        assert isinstance(step, str)
        if last and new is None:
            return {key: item for key, item in value.items() if key != step}
        return {key: _with(item, pointer[1:], new) if key == step else item for key, item in value.items()}
    assert isinstance(value, tuple)
    if last and new is None:
        return tuple(item for index, item in enumerate(value) if index != step)
    return tuple(_with(item, pointer[1:], new) if index == step else item for index, item in enumerate(value))


def _typed(value: Value, at: Pointer, record: Record) -> str:
    """A value as it could be typed: dates plain, other texts in quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_typed(item, (*at, key), record)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_typed(item, (*at, index), record) for index, item in enumerate(value)) + "]"
    if at in record.plain_times:
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _shown(value: Value | None) -> str:
    if value is None:
        return LEFT_OUT
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
