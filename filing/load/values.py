"""What a value without quotes is, or why it may not stand without them; whether it fits its form is not asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from filing.model import Value

SWITCHES = dict.fromkeys(("y", "yes", "on", "true"), "true") | dict.fromkeys(("n", "no", "off", "false"), "false")
"""Words that some readers take for true or false."""
LONGEST_SWITCH = 5
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DOUBTFUL = re.compile(r"[-+.=<~0-9][-+.:/_=<0-9a-fA-FxXoOtTzZiInN ]*")
"""What every shape below is made of; most text is not, and is text to every reader."""
_compiled = cache(re.compile)
# The shapes themselves are compiled when the first value asks for them: most records hold none.
TIME = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
SLASH_DATE = r"[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([./])[0-9]{1,2}\2[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}"
LOOSE_DATE = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
LOOSE_TIME = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ ]+)[0-9]{1,2}:[0-9Zz:.+ -]*"
RETYPED = (
    (r"[-+]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+)", "a number"),
    (r"[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?", "a number"),
    (r"[-+]?[0-9][0-9_]*(:[0-9_]+)+(\.[0-9_]*)?", "a number counted in sixties"),
    (r"(?i:[-+]?\.inf|\.nan)", "something that is no number"),
    (r"~", "no value at all"),
    (r"=|<<", "a command"),
)
MONTHS = tuple("January,February,March,April,May,June,July,August,September,October,November,December".split(","))

Why = tuple[str, str, str]
"""Kind of fault, what was found, remedy."""


def is_date(text: str) -> bool:
    """A day of the calendar typed YYYY-MM-DD."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """A moment as RFC 3339 writes it, with T, seconds and offset; no leap second."""
    parts = _compiled(TIME).fullmatch(text)
    return parts is not None and is_date(parts[1])


def shown(text: str) -> str:
    """A value as one line in double quotes, shortened, and typed so that YAML reads it back."""
    return json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=not text.isprintable())


def typed(text: str) -> tuple[Value, Why | None]:
    """What a value without quotes is, or why it may not stand without quotes."""
    if text[:1].isalpha():
        return _word(text) if len(text) <= LONGEST_SWITCH else (text, None)
    if not text:
        return text, ("nothing", "nothing", "Type the value, or delete the line.")
    if not DOUBTFUL.fullmatch(text):
        return text, None
    if INTEGER.fullmatch(text):
        return int(text), None
    if is_date(text) or is_time(text):
        return text, None
    return text, next(slash_date(text), None) or _loose_date(text) or _retyped(text)


def slash_date(text: str) -> Iterator[Why]:
    """A day typed with strokes or dots, with all its readings."""
    if not _compiled(SLASH_DATE).fullmatch(text):
        return
    first, second, third = re.split("[./]", text)
    if len(first) == 4:
        days = [_day(first, second, third)]
    else:
        year = third if len(third) == 4 else f"20{third}"
        days = [_day(year, second, first), _day(year, first, second)]
    readings = list(dict.fromkeys(day for day in days if day))
    if readings:
        spoken = " or ".join(f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in readings)
        remedy = " or ".join(f"{day.isoformat()} for {day.day} {MONTHS[day.month - 1]}" for day in readings)
        yield "slash date", f"{shown(text)}, which can mean {spoken}", f"Type {remedy}."


def _loose_date(text: str) -> Why | None:
    if parts := _compiled(LOOSE_DATE).fullmatch(text):
        day = _day(parts[1], parts[2], parts[3])
        date_to_type = day.isoformat() if day else "the day that was meant"
        return "date", text, f"Type {date_to_type}, or {shown(text)} with the quotes if it is not a date."
    if _compiled(LOOSE_TIME).fullmatch(text):
        remedy = f"Type it like 2025-09-10T09:02:40+02:00, or {shown(text)} with the quotes if it is not a time."
        return "time", text, remedy
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _word(text: str) -> tuple[Value, Why | None]:
    """True, false, and the words that some readers take for true, false or nothing."""
    if text in ("true", "false"):
        return text == "true", None
    reading = SWITCHES.get(text.lower())
    if reading is None and text.lower() != "null":
        return text, None
    found = f"{text} without quotes, which other programs read as {reading or 'no value at all'}"
    instead = f"or {reading} if the form asks for true or false" if reading else "or delete the line"
    return text, ("ambiguous", found, f"Type {shown(text)} with the quotes if it is text, {instead}.")


def _retyped(text: str) -> Why | None:
    for shape, reading in RETYPED:
        if _compiled(shape).fullmatch(text):
            found = f"{text} without quotes, which other programs read as {reading}"
            return "ambiguous", found, f"Type {shown(text)} with the quotes."
    return None
