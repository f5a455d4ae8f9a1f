"""Values as a record writes them: what one reader would take for something else stands in quotes.

The strict loader is the judge: a text that it would not read back unchanged cannot be written, and `cannot_stand` says
in words why.
"""

from __future__ import annotations

import json
import re
import textwrap

from filing.load import is_date, is_time
from filing.load.characters import character_faults
from filing.load.values import slash_date, typed
from filing.model import Value

_PLAIN = re.compile(r"[^\W_](?:[^\n\t]*[^\s:])?")
"""Begins with a letter or digit and ends in no space or colon; what it may not hold is looked for by itself."""
_FIGURES = re.compile(r"[0-9][0-9._,]*")
"""What looks like a number, even where no reader takes it for one, such as 06.02.01."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")
"""What needs no quotes between the brackets of a list, either."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST = 100
"""Characters of a list on one line, and of a text before it is folded over several."""


def cannot_stand(text: str) -> str:
    """Why a text cannot stand in a record, such as a hidden character in it; "" where it can."""
    if not _is_unicode(text):
        return "It holds a character that is no Unicode text. Type it again."
    fault = next(iter(character_faults(text)), None)
    if fault:
        return f"It holds {fault[2]}. {fault[3]}"
    why = next(slash_date(text), None)
    return f"It is {why[1]}. {why[2]}" if why else ""


def scalar(value: Value, is_time_text: bool = False) -> str:
    """A value on one line; `is_time_text` says that the form asks for a date or time here, which stands plain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if _stands_plain(text, is_time_text) else json.dumps(text, ensure_ascii=False)


def block(text: str, indent: int) -> list[str]:
    """A long text folded over lines; [] where it has to stand on one line."""
    if len(text) <= _LONGEST or not _folds(text):
        return []
    width = max(40, 118 - indent)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [">-", *(f"{' ' * indent}{line}" for line in lines)]


def short_list(values: tuple[Value, ...]) -> str:
    """A list of plain words on one line; "" where each of its items needs a line of its own."""
    words = [scalar(value) for value in values]
    simple = all(isinstance(value, str) and _WORD.fullmatch(word) for value, word in zip(values, words, strict=True))
    line = f"[{', '.join(words)}]"
    return line if simple and len(line) <= _LONGEST else ""


def _stands_plain(text: str, is_time_text: bool) -> bool:
    if is_date(text) or is_time(text):
        return is_time_text
    if not _PLAIN.fullmatch(text) or ": " in text or " #" in text:
        return False
    if _DIGEST.fullmatch(text) or _FIGURES.fullmatch(text):
        return False
    return typed(text) == (text, None)


def _folds(text: str) -> bool:
    """Whether its words are parted by single spaces alone, so that folding loses nothing."""
    return text == " ".join(text.split()) and text.strip() == text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
