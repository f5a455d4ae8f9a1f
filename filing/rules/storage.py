"""Storage conditions as labels word them, and what a consignment is exposed to on its way.

Read is only what has one meaning: a range such as 2–8 °C, a tolerance such as 5 ± 3 °C, an upper limit such as
below 25 °C. Of any other wording nothing is concluded.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

_DEGREES = r"\s*°\s*C"
_NUMBER = r"[-−–+]?[0-9]+(?:[.,][0-9]+)?"
_RANGE = re.compile(rf"(\D*?)({_NUMBER})(?:{_DEGREES})?\s*(?:[-−–—]|to|and)\s*({_NUMBER}){_DEGREES}\D*")
_TOLERANCE = re.compile(rf"(\D*?)({_NUMBER})(?:{_DEGREES})?\s*±\s*({_NUMBER}){_DEGREES}\D*")
_ONE = re.compile(rf"(\D*?)({_NUMBER}){_DEGREES}(\D*)")
_AT_MOST = re.compile(r"(?:\b(?:below|under|up to|at most)|[≤<])\s*$", re.IGNORECASE)
_NOT_ABOVE = re.compile(r"\bnot\b.*\b(?:above|over|exceed(?:ing)?)\s*$", re.IGNORECASE)
_OR_COLDER = re.compile(r"\s*(?:or|and) (?:below|colder|lower)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never)\b", re.IGNORECASE)
_ANY = Decimal("-Infinity")


class Range(NamedTuple):
    """From the lowest to the highest temperature, in °C."""

    low: Decimal
    high: Decimal


_ON_THE_WAY = {
    "cold_2_8": Range(Decimal(2), Decimal(8)),
    "room_15_25": Range(Decimal(15), Decimal(25)),
    "ambient": Range(Decimal(15), Decimal(25)),
    "frozen_minus_20": Range(_ANY, Decimal(-20)),
    "frozen_minus_70": Range(_ANY, Decimal(-70)),
}
"""What the transport temperatures of the form promise; ambient promises no more than room temperature does."""


def cannot_keep(transport: str, in_words: str, storage: str) -> bool:
    """Whether a transport is warmer than a storage condition allows, or all colder, as far as both can be read."""
    way, kept = _ON_THE_WAY.get(transport) or read_range(in_words), read_range(storage)
    return way is not None and kept is not None and not kept.low <= way.high <= kept.high


def read_range(text: str) -> Range | None:
    """The range that a storage condition in words gives; None where it has another meaning than that, or several."""
    plain = text.replace("℃", "°C").replace("º", "°")
    between, around, one = (pattern.fullmatch(plain) for pattern in (_RANGE, _TOLERANCE, _ONE))
    if between and not _NOT.search(between[1]):
        low, high = _degrees(between[2]), _degrees(between[3])
        return Range(low, high) if low <= high else None
    if around and not _NOT.search(around[1]):
        middle, give = _degrees(around[2]), _degrees(around[3])
        return Range(middle - give, middle + give)
    if one and _is_upper_limit(one[1], one[3]):
        return Range(_ANY, _degrees(one[2]))
    return None


def _is_upper_limit(before: str, after: str) -> bool:
    if _NOT.search(before):
        return _NOT_ABOVE.search(before) is not None
    return bool(_AT_MOST.search(before) or _OR_COLDER.match(after))


def _degrees(number: str) -> Decimal:
    return Decimal(re.sub("[−–]", "-", number).replace(",", "."))
