"""The text of register files: plain mappings and lists, written so that every reader reads the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from filing.model import Value

_PLAIN = re.compile(r"[^\W\d_](?:[\w ,;()./@+='-]*[\w.)/=+])?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_READ_AS_OTHERS = frozenset("true false yes no on off y n null".split())


def lines(value: Mapping[str, Value], indent: str = "") -> Iterator[str]:
    """A mapping, a line for each value; a list of lists is written nowhere in the registers."""
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield f"{indent}{key}:"
            yield from lines(item, indent + "  ")
        elif isinstance(item, tuple) and item:
            yield f"{indent}{key}:"
            yield from _items(item, indent + "  ")
        else:
            yield f"{indent}{key}: {scalar(item)}"


def _items(items: Iterable[Value], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *rest = lines(item, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}- {scalar(item)}"


def scalar(value: Value) -> str:
    """One value; text without quotes only where no reader takes it for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        return "[]" if value == () else "{}"
    plain = _PLAIN.fullmatch(value) and not _DIGEST.fullmatch(value) and value.lower() not in _READ_AS_OTHERS
    return value if plain else json.dumps(value, ensure_ascii=False)
