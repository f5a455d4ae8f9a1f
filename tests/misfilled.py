"""Records filled in wrongly in one place, of every form, as people do it: the same ones in every run.

Whether a record is still right afterwards is not asked here; some are.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from filing.forms import Form, load_forms
from filing.load import load_record
from filing.model import Pointer, Record, Value
from filing.validate import Schemas, schema_at, validate
from tests.repositories import as_shipped

CASES = Path(__file__).parent / "cases"
FILES = as_shipped()
FORMS, SCHEMAS = load_forms(FILES), Schemas(FILES)
JUSTIFICATION = f"""\
form: justification@1
batch: B2025-01
rule: R45
record: records/batches/B2025-01/release.site-101.yaml
sha256: "{"0123456789abcdef" * 4}"
grounds: The label was approved on the day of packaging, as the approval itself shows.
"""
"""A record of the one kind that neither the sample nor a case holds."""
OTHER_SPELLINGS = {"boolean": ("True", "FALSE"), "integer": ("0123", "+5", "0x1F", "0o17", "1e3", "5.0")}
"""What the editor takes for true, false or a whole number, and `check` does not."""
_RETYPED = ("NO", "no", "Yes", "on", "y", "null", "~", "", "0123", "1_000", "0x1F", "0b11", "1e3", "12:30", "1.5", ".5")
_RETYPED += ("=", "-7", "2025-02-30", "2025-9-1", "2025-09-01", "2025-09-01 10:00", "01/09/2025", "1.9.2025", "True")
_WORDS = (
    '""',
    '"NO"',
    '"12"',
    '" "',
    "5",
    "true",
    "[a]",
    "{a: b}",
    "[]",
    "{}",
    '"two\\nlines"',
    '"a\\u200bb"',
    '"\\t"',
)
_DAYS = ("2025-02-29", "2024-02-29", '"2025-02-30"', "2025-13-01", "0000-01-01", "2025-06-31", '"2025-09-01"', "today")
_TIMES = ("2025-02-30T10:00:00Z", "2025-09-01T24:00:00Z", "2025-09-01T10:00:00", "2025-09-01T10:00:60Z", "2025-09-01")


@dataclass(frozen=True)
class Misfilled:
    """One record with one slip."""

    form: Form
    slip: str
    text: str


@dataclass(frozen=True)
class _Raw:
    """What is typed in the place of a value."""

    text: str


_Typed = Value | _Raw | Mapping[str, "_Typed"] | tuple["_Typed", ...]


def specimens() -> dict[str, tuple[Record, ...]]:
    """Right records by the name of their form: the sample's, and of kinds that it lacks those of the cases."""
    found: dict[str, list[Record]] = {}
    for path, data in FILES.items():
        _take(found, path, data)
    ours = set(found)
    for file in sorted(CASES.glob("*/records/**/*.yaml")):
        other: dict[str, list[Record]] = {}
        _take(
            other,
            file.relative_to(file.parents[[p.name for p in file.parents].index("records") + 1]).as_posix(),
            file.read_bytes(),
        )
        found |= {name: records for name, records in other.items() if name not in ours and name not in found}
    _take(found, "records/batches/B2025-01/justification.01.yaml", JUSTIFICATION.encode())
    return {name: tuple(records) for name, records in sorted(found.items())}


def _take(found: dict[str, list[Record]], path: str, data: bytes) -> None:
    record, _ = load_record(path, data) if path.startswith("records/") and path.endswith(".yaml") else (None, ())
    if record and FORMS.of(path, record.form) and not validate(record, SCHEMAS):
        found.setdefault(record.form, []).append(record)


def misfilled(count: int, seed: int = 5) -> list[Misfilled]:
    """So many records with a slip, the forms and the kinds of slip in turn."""
    chance = random.Random(seed)
    by_form = {name: [(record, _slips(record)) for record in records] for name, records in specimens().items()}
    made: list[Misfilled] = []
    while len(made) < count:
        for name, records in by_form.items():
            record, slips = chance.choice(records)
            kind = chance.choice(sorted(slips))
            made.append(Misfilled(FORMS.by_name[name], kind, written(record, chance.choice(slips[kind]))))
    return made[:count]


def _slips(record: Record) -> dict[str, list[_Typed]]:
    """Every slip in a record: kind of slip -> what the record holds with it."""
    found: dict[str, list[_Typed]] = {}
    for pointer, value in _parts(record.data, ()):
        schema = schema_at(SCHEMAS, record.form, pointer)
        for slip, new in (*_of_any(value), *_of_group(value), *_of_list(value), *_of_scalar(value, schema)):
            if not (isinstance(new, _Raw) and new.text in OTHER_SPELLINGS.get(str(schema.get("type")), ())):
                found.setdefault(slip, []).append(_with(record.data, pointer, new))
        if pointer and isinstance(pointer[-1], str):
            found.setdefault("left out", []).append(_without(record.data, pointer))
    return found


def _parts(value: Value, at: Pointer) -> Iterator[tuple[Pointer, Value]]:
    yield at, value
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, tuple) else ()
    for step, item in inner:
        yield from _parts(item, (*at, step))


def _of_any(value: Value) -> Iterator[tuple[str, _Typed]]:
    if not isinstance(value, Mapping) or "form" not in value:
        yield from (("another kind of value", _Raw(text)) for text in _WORDS)
        yield from (("read otherwise", _Raw(text)) for text in _RETYPED)


def _of_group(value: Value) -> Iterator[tuple[str, _Typed]]:
    if isinstance(value, Mapping):
        yield from (("unknown key", {**value, key: "x"}) for key in ("remark", "status", "Title", "signed_by"))
        for key in value:
            yield "mistyped key", {f"{key}s" if name == key else name: item for name, item in value.items()}
            yield "key twice", {**value, f"{key} ": value[key]}


def _of_list(value: Value) -> Iterator[tuple[str, _Typed]]:
    if isinstance(value, tuple) and value:
        yield "entry twice", (*value, value[0])
        yield "too many entries", value * 120
        yield "no entries", ()
        yield "empty entry", (*value, _Raw(""))
        yield "entry in a list of its own", ((*value,),)


def _of_scalar(value: Value, schema: Mapping[str, object]) -> Iterator[tuple[str, _Typed]]:
    if isinstance(value, Mapping | tuple):
        return
    if "enum" in schema:
        choices = schema["enum"]
        assert isinstance(choices, list)
        yield from (("another choice", choice) for choice in choices)
        yield from (("no choice", word) for word in (str(value).upper() + "x", str(value).capitalize(), "other kind"))
    for limit, step in (("minimum", -1), ("maximum", 1)):
        if isinstance(bound := schema.get(limit), int):
            yield "out of range", bound + step
    if isinstance(bound := schema.get("maxLength"), int):
        yield "too long", "A" * (bound + 1)
    if "pattern" in schema or "const" in schema:
        yield from (
            ("written otherwise", text) for text in (f"{value}!", f" {value}", f"{value}\n", str(value).swapcase())
        )
    if schema.get("format") == "date":
        yield from (("no such day", _Raw(text)) for text in _DAYS)
    if schema.get("format") == "date-time":
        yield from (("no such time", _Raw(text)) for text in _TIMES)


def _with(value: _Typed, pointer: Pointer, new: _Typed) -> _Typed:
    if not pointer:
        return new
    if isinstance(value, Mapping):
        return {key: _with(item, pointer[1:], new) if key == pointer[0] else item for key, item in value.items()}
    assert isinstance(value, tuple)
    return tuple(_with(item, pointer[1:], new) if index == pointer[0] else item for index, item in enumerate(value))


def _without(value: _Typed, pointer: Pointer) -> _Typed:
    assert isinstance(value, Mapping | tuple)
    if isinstance(value, Mapping):
        if len(pointer) == 1:
            return {key: item for key, item in value.items() if key != pointer[0]}
        return {key: _without(item, pointer[1:]) if key == pointer[0] else item for key, item in value.items()}
    return tuple(_without(item, pointer[1:]) if index == pointer[0] else item for index, item in enumerate(value))


def written(record: Record, data: _Typed) -> str:
    """The text of a record, dates and times plain where they were."""
    return "\n".join(_lines(data, (), record, "")).lstrip("\n") + "\n"


def _lines(value: _Typed, at: Pointer, record: Record, indent: str) -> Iterator[str]:
    """What stands behind a key or dash: on the same line, or on lines below it."""
    if isinstance(value, Mapping) and value:
        yield ""
        for key, item in value.items():
            first, *rest = _lines(item, (*at, key), record, indent + "  ")
            yield f"{indent}{key.strip()}:{' ' if first else ''}{first}"
            yield from rest
    elif isinstance(value, tuple) and value:
        yield ""
        for index, item in enumerate(value):
            first, *rest = _lines(item, (*at, index), record, indent + "  ")
            if isinstance(item, Mapping | tuple) and item:
                first, *rest = rest
                first = first.strip()
            yield f"{indent}- {first}".rstrip()
            yield from rest
    elif isinstance(value, _Raw):
        yield value.text
    elif isinstance(value, Mapping | tuple):
        yield "{}" if isinstance(value, Mapping) else "[]"
    elif at in record.plain_times or isinstance(value, bool | int):
        yield json.dumps(value) if isinstance(value, bool | int) else str(value)
    else:
        yield json.dumps(value, ensure_ascii=False)
