"""Questions at the terminal, one for each value that nobody else can know; a wrong answer is told at once."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

from filing.drafting.outline import Field
from filing.drafting.scalars import cannot_stand
from filing.model import CannotRun, Value
from filing.rules.wording import NOTHING_TO_SAY, letters, says_nothing
from filing.terminal import ask, is_real, say, width

_YES, _NO = ("yes", "y", "true"), ("no", "n", "false")
Fault = Callable[[Value], str]
"""What the form has against a value; "" where it accepts it."""


def asked(
    field: Field, label: str, choices: Mapping[str, str], proposed: str, fault: Fault, optional: bool
) -> Value | None:
    """The answer to a question about one value; None where a field that need not be filled is left out."""
    _introduce(field, choices)
    question = label + (" (yes or no)" if field.kind == "boolean" else "")
    question += " (Enter leaves it out)" if optional and not proposed else ""
    while True:
        answer = _answer(question, proposed)
        if not answer:
            if optional:
                return None
            say("   An answer is needed here. Ctrl-C leaves without writing anything.")
            continue
        value = typed_value(field, answer, choices)
        why = cannot_stand(answer) or (fault(value) if value is not None else _not_understood(field, choices))
        why = why or (_says_nothing(field, answer) if isinstance(value, str) else "")
        if not why:
            return value
        _tell(why)


def several(
    field: Field, label: str, choices: Mapping[str, str], proposed: Sequence[str], fault: Fault, fewest: int
) -> tuple[Value, ...]:
    """The chosen ones of a list of choices."""
    _introduce(field, choices)
    while True:
        answer = _answer(
            f"{label} (numbers or names, with commas between{'' if fewest else '; none for none'})", ", ".join(proposed)
        )
        found = (
            [] if answer == "none" and not fewest else [_chosen(part.strip(), choices) for part in answer.split(",")]
        )
        picked = tuple(each for each in found if each is not None)
        why = "Choose from the list." if len(picked) < len(found) or not answer else fault(picked)
        if not why and len(picked) < fewest:
            why = f"Choose at least {fewest}."
        if not why:
            return picked
        _tell(why)


def yes(question: str, about: str = "", proposed: str = "") -> bool:
    say()
    _tell(about)
    while True:
        answer = _answer(f"{question} (yes or no)", proposed).lower()
        if answer in (*_YES, *_NO):
            return answer in _YES
        _tell("Type yes or no.")


def choose(question: str, choices: Mapping[str, str]) -> str:
    """Which of several is meant; a single one is taken without a question."""
    if len(choices) == 1:
        return next(iter(choices))
    if not is_real():
        listed = f" There are: {', '.join(choices)}." if choices else ""
        raise CannotRun(f"{question} Give it with the command; nobody can be asked here.{listed}")
    _list(choices)
    while True:
        answer = _answer(question.removesuffix("?"), "")
        found = _chosen(answer, choices) if choices else answer
        if found:
            return found
        _tell("Type one of the names or numbers of the list." if choices else "Type a name.")


def explain(text: str) -> None:
    """What the next question is about."""
    say()
    _tell(text)


def typed_value(field: Field, text: str, choices: Mapping[str, str]) -> Value | None:
    """What was typed, as the form stores it; None where it can be no value of its kind."""
    if field.kind == "boolean":
        return True if text.lower() in _YES else False if text.lower() in _NO else None
    if field.kind == "integer":
        return (
            int(text)
            if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 15
            else None
        )
    if choices:
        return _chosen(text, choices)
    return text


def _answer(question: str, proposed: str) -> str:
    try:
        return ask(question, proposed)
    except UnicodeDecodeError:
        _tell("What was typed is no UTF-8 text. Set the terminal to UTF-8.")
        return ""


def _introduce(field: Field, choices: Mapping[str, str]) -> None:
    say()
    _tell(field.description)
    _list(choices)


def _tell(text: str) -> None:
    for line in textwrap.wrap(text, width() - 3, break_long_words=False, break_on_hyphens=False):
        say(f"   {line}")


def _list(choices: Mapping[str, str]) -> None:
    longest = max(map(len, choices), default=0)
    for number, (value, word) in enumerate(choices.items(), 1):
        say(f"   {number:>3}  {value:{longest}}  {word}".rstrip())


def _chosen(text: str, choices: Mapping[str, str]) -> str | None:
    if text in choices:
        return text
    if text.isascii() and text.isdigit() and 0 < int(text) <= len(choices):
        return list(choices)[int(text) - 1]
    alike = [value for value, word in choices.items() if text.casefold() in (value.casefold(), word.casefold())]
    return alike[0] if len(alike) == 1 else None


def _not_understood(field: Field, choices: Mapping[str, str]) -> str:
    if field.kind == "boolean":
        return "Type yes or no."
    return "Type a whole number." if field.kind == "integer" else "Type one of the names or numbers of the list."


def _says_nothing(field: Field, text: str) -> str:
    """What rule R55 would find, told at once."""
    none_allowed = "None" in field.description
    if field.is_own_words and (says_nothing(text) or (letters(text) in NOTHING_TO_SAY and not none_allowed)):
        return f'"{text}" says nothing. Write what is so{", or None where there is nothing" if none_allowed else ""}.'
    return ""
