"""What a checker's keyword means, in words for those who fill in forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from filing.load import shown

FEW = 12
MISTYPED = 0.75
"""How much of a word has to be as in another to take it for mistyped."""
FROM_SIGN_OFFS = "Delete the line: who did it and when come from the sign-offs, and the status follows from them."


def spoken(value: Any) -> str:
    """A value in plain words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, int):
        return f"the number {value}"
    if isinstance(value, dict):
        return "a group of keys" if value else "an empty group"
    return f"a list of {len(value)}" if value else "an empty list"


def closest(word: str, words: list[str]) -> str:
    """The word that was probably mistyped, or nothing.

    A word that means something else must not be proposed: "rejected" for "released", "certified" for "not certified".
    """
    from difflib import get_close_matches

    alike = {other.lower(): other for other in words if other[:1].lower() == word[:1].lower()}
    return next((alike[near] for near in get_close_matches(word.lower(), alike, 1, MISTYPED)), "")


def derived(key: str) -> bool:
    """Whether a key asks for what no form asks for: status, day and signer follow from the sign-offs."""
    return key in ("status", "date", "time", "signature", "signatures", "signed") or key.endswith("_by")


def measured(keyword: str, value: Any) -> str:
    if keyword in ("minLength", "maxLength"):
        return f"{shown(value)}, which has {len(value)} characters"
    return spoken(value)


def _kind(wanted: str, value: Any) -> str:
    if wanted == "string" and isinstance(value, (bool, int)):
        return f"Type {shown(json.dumps(value))} with the quotes."
    return TO_TYPE[wanted]


def _choice(choices: list[Any], value: Any) -> str:
    words = [spoken(choice) for choice in choices]
    near = closest(str(value), [choice for choice in choices if isinstance(choice, str)])
    if len(words) <= FEW:
        meant = f"Type {spoken(near)} if that is meant. " if near else ""
        return f"{meant}Possible: {', '.join(words)}."
    return f"Type {spoken(near)} if that is meant." if near else f"Type one of the {len(words)} choices of the form."


TO_TYPE = {
    "string": "Type text in its place.",
    "integer": "Type a whole number without quotes.",
    "boolean": "Type true or false without quotes.",
    "array": 'Type each entry on a line of its own below the key, beginning with "- ".',
    "object": 'Type each fact on a line of its own below the key, as "key: value".',
}
FORMAT_TO_TYPE = {
    "date": "Type a day of the calendar like 2025-09-01.",
    "date-time": "Type date, time and offset like 2025-09-10T09:02:40+02:00.",
}
WORDS: Mapping[str, tuple[str, Callable[[Any, Any], str]]] = {
    "type": ("wrong kind of value", _kind),
    "const": ("wrong value", lambda limit, _: f"Type {spoken(limit)}."),
    "enum": ("not one of the choices", _choice),
    "format": ("date or time not as asked", lambda limit, _: FORMAT_TO_TYPE[limit]),
    "pattern": ("written differently", lambda *_: "Type it as the requirement describes it, sign by sign."),
    "minLength": ("too short", lambda limit, _: f"Type at least {limit} characters."),
    "maxLength": ("too long", lambda limit, _: f"Shorten it to at most {limit} characters."),
    "minimum": ("too small", lambda limit, _: f"Type a number not below {limit}."),
    "maximum": ("too large", lambda limit, _: f"Type a number not above {limit}."),
    "minItems": ("too few entries", lambda limit, _: f"Give at least {limit}."),
    "maxItems": ("too many entries", lambda limit, _: f"Give at most {limit}."),
}
KEYWORDS = (
    *WORDS,
    "uniqueItems",
    "contains",
    "minContains",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
)
"""Every keyword a form may check with; of several that fail at one place the first is told."""
