"""The parser's events of one record, one after the other, and its troubles in plain words; no value is made here.

The parser's composer is never called: it recurses in C, and a file of 60 kB kills it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from filing.load.words import MOST_EVENTS, TOP, Fault, Unreadable
from filing.model import Place

PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SYNTAX = {
    "values are not allowed": (
        "a second colon in the value, or a line moved in too far",
        "Put the value in quotes if the colon belongs to it, else line this key up with the others.",
    ),
    "cannot start any token": ("a sign that no value may begin with", "Put the value in quotes."),
    "end of stream": ("a quote that is never closed", "Close the quote at the end of the value."),
    "',' or ']'": ("a list that is never closed with ]", "Close the bracket."),
    "',' or '}'": ("a group that is never closed with }", "Close the bracket."),
    "expected ':'": ("a line without a key and colon", 'Write it as "key: value".'),
    "escape": ("a backslash followed by something that it does not go with", "Type the backslash twice."),
    "sequence entries": ("a dash behind a colon", "Put each entry of the list on a line of its own below the key."),
    "expected key": ("text behind the end of a value", "Check the quotes of this line and how far it is moved in."),
    "block end": ("text behind the end of a value", "Check the quotes of this line and how far it is moved in."),
}
"""What the parser's own message says of a trouble -> what it is, what mends it."""
OPENED_BEFORE = ("end of stream", "',' or ']'", "',' or '}'", "expected ':'")
SYNTAX_UNKNOWN = ("a line that does not fit the lines before it", "Check its quotes and how far it is moved in.")


def events(data: bytes) -> Iterator[Any]:
    parser = PARSER(data)
    event = None
    try:
        for count, event in enumerate(iter(parser.get_event, None)):
            if count > MOST_EVENTS:
                remedy = "Divide it into several records."
                raise Unreadable(Fault(place_of(event), "too large", f"more than {MOST_EVENTS:,} parts", remedy))
            yield event
    except yaml.YAMLError as trouble:
        raise Unreadable(_syntax_fault(trouble)) from None
    except (ValueError, OverflowError):
        # The parser in Python trips over escapes beyond Unicode (PyYAML issue 843).
        raise Unreadable(Fault(place_of(event) if event else TOP, "syntax", *SYNTAX["escape"])) from None
    finally:
        parser.dispose()


def place_of(event: Any) -> Place:
    mark = event.start_mark
    return _place(mark.line, mark.column)


@lru_cache(maxsize=8192)
def _place(line: int, column: int) -> Place:
    """Records of one form have most of their values in the same places."""
    return Place(line + 1, column + 1)


def _syntax_fault(trouble: Exception) -> Fault:
    problem = str(getattr(trouble, "problem", None))
    clue = next((clue for clue in SYNTAX if clue in problem), "")
    begin, here = getattr(trouble, "context_mark", None), getattr(trouble, "problem_mark", None)
    mark = begin if clue in OPENED_BEFORE and begin is not None else here
    place = TOP if mark is None else _place(mark.line, mark.column)
    return Fault(place, "syntax", *SYNTAX.get(clue, SYNTAX_UNKNOWN))
