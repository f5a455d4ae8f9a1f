"""What the program says is listed, and said in words that a specialist knows."""

from __future__ import annotations

import re

import pytest

from tests.repositories import ROOT
from tools import messages

ROOMS = messages.by_room()
_JARGON = re.compile(
    r"\b(?:invalid|illegal|exception|stack|regex|boolean|enum|null|NoneType|dict|tuple|parse[rd]?|token|scalar|stdin|"
    r"stderr|stdout|additionalProperties|oops|whoops|please try|sorry|successfully)\b",
    re.IGNORECASE,
)


def test_the_page_of_messages_is_what_the_rooms_say_now() -> None:
    assert (ROOT / "docs/reference/messages.md").read_text(encoding="utf-8") == messages.page()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_speaks_without_the_words_of_programmers(room: str) -> None:
    said = [message for message in ROOMS[room][1] if _JARGON.search(message)]
    assert said == []


def test_a_sentence_in_a_call_and_one_in_pieces_are_found_and_a_docstring_is_not() -> None:
    import ast

    source = '''
"""A room that says things."""
def f(path):
    """Not said to anybody here."""
    raise CannotRun(f"{path.name} is not there" f"; there are {', '.join(known)}.")
'''
    assert list(messages.messages_of(ast.parse(source))) == ["‹name› is not there; there are ‹known›."]
