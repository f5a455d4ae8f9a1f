"""The texts of records: where they stand, whether they say anything, and how a form words a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from filing.model import Pointer, Value
from filing.validate import Schemas, schema_at

_PLACEHOLDERS = frozenset(
    "na nap notapplicable notavailable notknown unknown tba tbc tbd tbs tobeadded tobeconfirmed tobedetermined "
    "tofollow pending open todo blank empty see seeabove seebelow seeattached asabove asbefore sameasabove same ditto "
    "dto idem x xx xxx xxxx".split()
)
_NO_LETTERS = re.compile(r"[\W_]+")
_ALIKE = str.maketrans(
    dict(zip("аеорсухіјѕһԁԛԝвкмнтαβεικνορτυχ", "aeopcyxijshdqwbkmhtabeiknoptux", strict=True))
    | dict.fromkeys("ℓ1i|", "l")
)
"""Letters of other scripts that look like Latin ones."""
_RUN, _OPENING = 6, 9
NOTHING_TO_SAY = frozenset({"none", "nil", "nothing"})


def texts(value: Value, at: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Every text of a record with its place."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, (*at, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from texts(item, (*at, index))


def letters(text: str) -> str:
    """A text without case, spaces, line breaks and punctuation."""
    return _NO_LETTERS.sub("", text.casefold())


def looks(text: str) -> str:
    """What a reader takes a text for: its letters, with those of other scripts that look the same, and l, i and 1 as
    one."""
    if text.isascii():
        return letters(text).translate(_ALIKE)
    return letters(unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)).translate(_ALIKE)


def runs(sentence: str) -> Iterator[str]:
    """How each stretch of six words of its opening looks, so that a sentence with its beginning changed or a word put
    in is still found; what follows may name the law, as other texts do.
    """
    words = sentence.split()[:_OPENING]
    for start in range(max(1, len(words) - _RUN + 1)):
        run = looks("".join(words[start : start + _RUN]))
        if run:
            yield run


def says_nothing(text: str) -> bool:
    """Whether a text only fills its place: a dash, n/a, tbd, see above."""
    said = letters(text)
    return not said or said in _PLACEHOLDERS


def in_words(schemas: Schemas, form: str, pointer: Pointer, value: object) -> str:
    """A value as its form words it; parts of a list by semicolons, parts of one thing by commas."""
    if isinstance(value, Mapping):
        return ", ".join(in_words(schemas, form, (*pointer, key), item) for key, item in value.items())
    if isinstance(value, tuple):
        return "; ".join(in_words(schemas, form, (*pointer, index), item) for index, item in enumerate(value))
    words = schema_at(schemas, form, pointer).get("x-words", {})
    return str(words.get(value, value)) if isinstance(words, Mapping) else str(value)


def kind_in_words(schemas: Schemas, kind: str) -> str:
    """A kind of document, such as "Executed batch packaging record"."""
    return in_words(schemas, "documentation@1", ("documents", 0, "type"), kind)


def items_of(value: object) -> tuple[Value, ...]:
    """What a list holds; nothing where there is no list."""
    return value if isinstance(value, tuple) else ()
