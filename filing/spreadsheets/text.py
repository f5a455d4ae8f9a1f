"""A draft record as text: the fields in the order of the form, what is not known as an empty key under a comment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from filing import load
from filing.forms import Form
from filing.load import is_date, is_time
from filing.model import Pointer
from filing.repository import Repository
from filing.validate import schema_at

_LONGEST = 110


class Unwritable(Exception):
    """A text that no record can hold; the message says why."""


def written(
    repository: Repository,
    form: Form,
    path: str,
    data: Mapping[str, object],
    comments: Mapping[Pointer, str],
    head: tuple[str, ...],
) -> bytes:
    """The bytes of a record: `data` with None for what is not known, comments above the keys they are about, and
    lines that stand above everything. Raises Unwritable for a text that no record can hold."""
    up = "../" * path.count("/")
    lines = [f"# yaml-language-server: $schema={up}schemas/{form.name}.json"]
    lines += [f"# {line}" for text in head for line in _wrapped(_seen(text))]
    for key, value in ordered(repository, form, (), data):
        lines += _entry(repository, form, (key,), value, comments, "")
    return ("\n".join(lines) + "\n").encode()


def ordered(
    repository: Repository, form: Form, pointer: Pointer, data: Mapping[str, object]
) -> list[tuple[str, object]]:
    """The facts of a group in the order of the form."""
    properties = schema_at(repository.schemas, form.name, pointer).get("properties", {})
    order = list(properties) if isinstance(properties, Mapping) else []
    return sorted(data.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def _entry(
    repository: Repository, form: Form, pointer: Pointer, value: object, comments: Mapping[Pointer, str], indent: str
) -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in _wrapped(_seen(comments.get(pointer, ""))))
    key = f"{indent}{pointer[-1]}:"
    if isinstance(value, dict) and value:
        yield key
        for below, item in ordered(repository, form, pointer, value):
            yield from _entry(repository, form, (*pointer, below), item, comments, f"{indent}  ")
    elif isinstance(value, list) and value:
        yield key
        for index, item in enumerate(value):
            yield from _item(repository, form, (*pointer, index), item, comments, f"{indent}  ")
    else:
        schema = schema_at(repository.schemas, form.name, pointer)
        yield f"{key} {_scalar(value, schema, len(indent))}".rstrip() if value != "" else f'{key} ""'


def _item(
    repository: Repository, form: Form, pointer: Pointer, value: object, comments: Mapping[Pointer, str], indent: str
) -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in _wrapped(_seen(comments.get(pointer, ""))))
    if isinstance(value, dict) and value:
        lines = [
            line
            for below, item in ordered(repository, form, pointer, value)
            for line in _entry(repository, form, (*pointer, below), item, comments, f"{indent}  ")
        ]
        first = next(index for index, line in enumerate(lines) if not line.lstrip().startswith("#"))
        yield from (indent + line[len(indent) + 2 :] for line in lines[:first])
        yield f"{indent}- {lines[first][len(indent) + 2 :]}"
        yield from lines[first + 1 :]
    elif isinstance(value, list) and value:
        raise Unwritable("a list within a list is not written here")
    else:
        schema = schema_at(repository.schemas, form.name, pointer)
        yield f"{indent}- {_scalar(value, schema, len(indent))}"


def _scalar(value: object, schema: Mapping[str, object], indent: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    assert isinstance(value, str)
    dated = schema.get("format") in ("date", "date-time")
    return _text(value, dated, indent)


@lru_cache(maxsize=4096)
def _text(value: str, dated: bool, indent: int) -> str:
    """The plainest spelling that reads back as this very text."""
    quoted = json.dumps(value, ensure_ascii=False)
    spellings = [value, quoted, "'" + value.replace("'", "''") + "'"]
    if (is_date(value) or is_time(value)) and not dated:
        spellings = [quoted]
    if "\n" in value:
        spellings = [_block(value, indent), quoted]
    for spelling in spellings:
        record, _ = load.load_record("records/x.yaml", f"{' ' * indent}k: {spelling}\n".encode("utf-8", "replace"))
        if record is not None and record.data == {"k": value}:
            return spelling
    _, findings = load.load_record("records/x.yaml", f"k: {quoted}\n".encode("utf-8", "replace"))
    raise Unwritable(findings[0].found if findings else "it cannot be written in one way only")


def _block(value: str, indent: int) -> str:
    """A text of several lines, a line each, below its key."""
    lines = value.removesuffix("\n").split("\n")
    kept = "|" if value.endswith("\n") else "|-"
    return "\n".join([kept, *(f"{' ' * indent}  {line}" if line else "" for line in lines)])


def _seen(text: str) -> str:
    """A comment with nothing in it that cannot be seen."""
    return "".join(c if c.isprintable() else " " for c in text)


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) < _LONGEST:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
