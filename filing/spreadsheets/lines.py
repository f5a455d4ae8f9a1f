"""The line that a form prints in a column, read backwards: which fields a text in that column names.

People write the beginning of such a line ("Site 101" for "Site {number}, {amount} {unit}"), so that it is read with all
its tokens, then with fewer and fewer of the last, then as the bare first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from filing.forms import placeholder
from filing.model import Pointer

_TOKEN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Token:
    """A field, perhaps `through` it one of the register entry it names, or `slot` of a sign-off, or a `word`."""

    pointer: Pointer = ()
    through: Pointer = ()
    slot: str = ""
    word: str = ""

    @property
    def many(self) -> bool:
        return "*" in self.pointer

    def at(self, index: int) -> Token:
        """The token for one item of its list."""
        return Token(tuple(index if step == "*" else step for step in self.pointer), self.through, self.slot, self.word)


def tokens(line: str) -> tuple[Token, ...]:
    return tuple(_token(found) for found in _TOKEN.findall(line))


def _token(text: str) -> Token:
    text = text.removesuffix("?")
    if text[0] in "#!":
        return Token(word=text)
    where, _, what = text.rpartition(":")
    if what.startswith("@"):
        return Token(_pointer(where), slot=what[1:].partition(".")[0])
    if where == "batch":
        return Token(word="#of-batch")
    return Token(_pointer(where), _pointer(what)) if where else Token(_pointer(what))


def _pointer(path: str) -> Pointer:
    return tuple(int(step) if step.isdigit() else step for step in path.strip("/").split("/")) if path else ()


@lru_cache(maxsize=512)
def patterns(line: str) -> tuple[tuple[re.Pattern[str], tuple[Token, ...]], ...]:
    """The ways to read a line, the fullest first."""
    parts = _TOKEN.split(line)
    count = len(parts) // 2
    found = [_pattern(parts[: 2 * length], tokens(line)[:length]) for length in range(count, 0, -1)]
    first = next((n for n, token in enumerate(tokens(line)) if not token.word), 0)
    if first:
        found += [
            _pattern(parts[2 * first : 2 * length], tokens(line)[first:length], bare=True)
            for length in range(count, first, -1)
        ]
    bare = tokens(line)[first : first + 1]
    return (*found, (re.compile(r"(.+)", re.DOTALL), bare))


def _pattern(
    parts: list[str], named: tuple[Token, ...], bare: bool = False
) -> tuple[re.Pattern[str], tuple[Token, ...]]:
    text = "".join(
        _group(part) if index % 2 else "" if bare and index == 0 else _literal(part) for index, part in enumerate(parts)
    )
    return re.compile(text, re.IGNORECASE | re.DOTALL), named


def _group(token: str) -> str:
    return f"({placeholder(token[1:])})" if token.startswith("#") else "(.+?)"


def _literal(text: str) -> str:
    """What stands between two tokens: spaces alone have to be there, beside other signs they need not."""
    return r"\s+" if text and not text.strip() else r"\s*".join(map(re.escape, re.split(r"\s+", text)))


def separate(text: str) -> tuple[str, ...]:
    """The parts of a text that names several things."""
    return tuple(
        part for part in (part.strip() for part in re.split(r"[\n;,/&+]|\band\b|\bund\b|\bet\b", text)) if part
    )


def listed(text: str, line: str) -> Iterator[str]:
    """The items of a list in one cell, in lines or divided by signs; what belongs to one item stays with it."""
    after = _TOKEN.split(line)[2] if len(_TOKEN.split(line)) > 3 else ""
    word = re.match(r",\s*(\w+)", after)
    kept = rf"(?!\s*{re.escape(word[1])}\b)" if word else ""
    for part in re.split(r"[\n;]", text):
        yield from (item.strip() for item in re.split(rf",{kept}|/|&|\band\b|\bund\b", part) if item.strip())
