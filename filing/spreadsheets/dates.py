"""Days as people type them, with every reading that such a text can have; which one is meant is never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from filing.load.values import MONTHS

ORDERS = {"DMY": (0, 1, 2), "MDY": (1, 0, 2), "YMD": (2, 1, 0)}
"""Where day, month and year stand in each order."""
_NAMES = (
    "jan,january,januar,jän,jänner,janv,janvier",
    "feb,february,februar,févr,fevr,février,fevrier",
    "mar,march,mär,maer,märz,maerz,mrz,mars",
    "apr,april,avr,avril",
    "may,mai",
    "jun,june,juni,juin",
    "jul,july,juli,juil,juillet",
    "aug,august,août,aout",
    "sep,sept,september,septembre",
    "oct,october,okt,oktober,octobre",
    "nov,november,novembre",
    "dec,december,dez,dezember,déc,décembre,decembre",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split(",")}
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NUMBERS = re.compile(r"([0-9]{1,4})([./ -]) ?([0-9]{1,2})\2 ?([0-9]{1,4})")
_NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er)?[. -]* ?([^\W\d_]+)[. ,-]* ?([0-9]{4})")
_NAMED_FIRST = re.compile(r"([^\W\d_]+)[. ]* ?([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")


def readings(text: str) -> Mapping[str, date]:
    """The days that a text can mean, by the order that makes it so; by "" where there is only one way to read it."""
    iso = _ISO.fullmatch(text)
    if iso:
        return _given("", _day(iso[1], iso[2], iso[3]))
    named = _NAMED.fullmatch(text.casefold())
    if named:
        return _given("", _day(named[3], str(_MONTHS.get(named[2], 0)), named[1]))
    named = _NAMED_FIRST.fullmatch(text.casefold())
    if named:
        return _given("", _day(named[3], str(_MONTHS.get(named[1], 0)), named[2]))
    numbers = _NUMBERS.fullmatch(text)
    return _by_order(numbers[1], numbers[3], numbers[4]) if numbers else {}


def _by_order(*parts: str) -> Mapping[str, date]:
    found: dict[str, date] = {}
    for order, (day, month, year) in ORDERS.items():
        if len(parts[year]) == 4 and len(parts[day]) <= 2:
            reading = _day(parts[year], parts[month], parts[day])
            found |= {order: reading} if reading else {}
    return found


def _given(order: str, day: date | None) -> Mapping[str, date]:
    return {order: day} if day else {}


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def spoken(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def fitting(texts: Iterable[str]) -> Mapping[str, int]:
    """How many of these texts each order makes a day of."""
    found = [readings(text) for text in texts]
    return {order: sum(order in each or "" in each for each in found) for order in ORDERS}
