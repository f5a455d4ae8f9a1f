"""One pass over a record: its values as typed, where each stands, and everything that may not stand in a record."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from filing.load.characters import byte_faults, character_faults
from filing.load.events import events, place_of
from filing.load.values import SWITCHES, is_date, is_time, shown, slash_date, typed
from filing.load.words import DEEPEST, TOP, Fault, Unreadable, finding_of
from filing.model import Finding, Place, Pointer, Record, Value

KEY = re.compile(r"[a-z][a-z0-9_]*")
KEY_REMEDY = "Use the key as the form spells it: small letters, digits and _ only, without quotes."
WRITE_OUT = "Write the value out in full wherever it belongs."
FIRST_LINE = 'Begin with a line like "form: certification@1".'
UNCOMMENT = "Put the value in quotes together with that, or move a comment to a line of its own."


def load_record(path: str, data: bytes) -> tuple[Record | None, tuple[Finding, ...]]:
    """The record as typed, or None and everything that stands against it."""
    faults = list(byte_faults(data))
    if not faults:
        reading = _Reading(data)
        faults = reading.faults
        try:
            root = reading.whole()
            if not faults:
                times = frozenset(reading.plain_times)
                return Record(path, hashlib.sha256(data).hexdigest(), root, reading.places, reading.keys, times), ()
        except Unreadable as end:
            faults.append(end.fault)
    return None, tuple(sorted({finding_of(path, fault) for fault in faults}))


class _Reading:
    """What is known of a record so far; each method takes the events of what it is named after."""

    def __init__(self, data: bytes) -> None:
        self.places: dict[Pointer, Place] = {}
        self.keys: dict[Pointer, Place] = {}
        self.plain_times: list[Pointer] = []
        self.faults: list[Fault] = []
        self._events = events(data)
        self._next = self._events.__next__
        self._commented = data.decode().split("\n") if b" #" in data else []

    def whole(self) -> dict[str, Value]:
        root: dict[str, Value] = {}
        for event in self._events:
            if type(event) is DocumentStartEvent:
                if self.places:
                    found = "the beginning of a second record"
                    raise Unreadable(Fault(place_of(event), "feature", found, "Put it into a file of its own."))
                root = self._root(self._next())
        if not self.places:
            raise Unreadable(Fault(TOP, "syntax", "an empty file", FIRST_LINE))
        return root

    def _root(self, event: Any) -> dict[str, Value]:
        if type(event) is AliasEvent:
            raise Unreadable(_reference(event))
        place = place_of(event)
        self._refuse_features(event)
        if type(event) is ScalarEvent:
            raise Unreadable(Fault(place, "syntax", "text without a key", 'Write each fact as "key: value".'))
        if type(event) is SequenceStartEvent:
            raise Unreadable(Fault(place, "syntax", "a list as the whole record", FIRST_LINE))
        self.places[()] = place
        return self._group(())

    def _group(self, pointer: Pointer) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._key(event, pointer)
            values[key] = self._value(self._next(), (*pointer, key))
        return values

    def _list(self, pointer: Pointer) -> tuple[Value, ...]:
        values: list[Value] = []
        while type(event := self._next()) is not SequenceEndEvent:
            values.append(self._value(event, (*pointer, len(values))))
        return tuple(values)

    def _value(self, event: Any, pointer: Pointer) -> Value:
        place = self.places[pointer] = place_of(event)
        kind = type(event)
        if kind is AliasEvent:
            self.faults.append(_reference(event))
            return ""
        if event.anchor is not None or event.tag is not None:
            self._refuse_features(event)
        if kind is ScalarEvent:
            if event.style:
                return self._quoted(place, event.value, event.style)
            return self._plain(place, event, pointer)
        if len(pointer) >= DEEPEST:
            raise Unreadable(Fault(place, "too deep", f"more than {DEEPEST} levels", "Write it with fewer levels."))
        return self._group(pointer) if kind is MappingStartEvent else self._list(pointer)

    def _quoted(self, place: Place, text: str, style: str) -> str:
        # Escapes exist between double quotes only, and pass the look at the bytes.
        if style == '"' and not (text.isascii() and text.isprintable()):
            for _, kind, found, remedy in character_faults(text):
                self.faults.append(Fault(place, kind, f"{found}, typed as an escape", remedy))
        if text[:1].isdigit():
            self.faults += [Fault(place, *why) for why in slash_date(text)]
        return text

    def _plain(self, place: Place, event: Any, pointer: Pointer) -> Value:
        text: str = event.value
        value, why_not = typed(text)
        comment = self._comment(event.end_mark) if self._commented else ""
        if comment:
            found = f"{'only ' + shown(text) if text else 'nothing'}; {shown(comment)} behind it is a comment"
            self.faults.append(Fault(place, "comment", found, UNCOMMENT))
        if why_not and (text or not comment):
            self.faults.append(Fault(place, *why_not))
        elif text[:4].isdigit() and text[4:5] == "-" and (is_date(text) or is_time(text)):
            self.plain_times.append(pointer)
        return value

    def _comment(self, end: Any) -> str:
        """What stands behind a value's last line and is no value."""
        behind = self._commented[end.line][end.column :].strip()
        return behind if behind.startswith("#") else ""

    def _key(self, event: Any, around: Pointer) -> str:
        if type(event) is AliasEvent:
            self.faults.append(_reference(event))
            return ""
        if event.anchor is not None or event.tag is not None:
            self._refuse_features(event)
        place = place_of(event)
        if type(event) is not ScalarEvent:
            raise Unreadable(Fault(place, "key", "a list or a group in the place of a key", KEY_REMEDY))
        text: str = event.value
        pointer = (*around, text)
        if event.style or not _is_word(text):
            self.faults.append(_malformed(place, text, quoted=bool(event.style)))
        elif pointer in self.keys:
            first = self.keys[pointer]
            found = f"{shown(text)} here and at line {first.line}, column {first.column}"
            self.faults.append(Fault(place, "key twice", found, "Keep the one that is right and delete the other."))
        else:
            self.keys[pointer] = place
        return text

    def _refuse_features(self, event: Any) -> None:
        if event.anchor is not None:
            self.faults.append(Fault(place_of(event), "feature", f"&{event.anchor}, a name for a value", WRITE_OUT))
        if event.tag is not None:
            remedy = "Delete it, or put the whole value in quotes."
            self.faults.append(Fault(place_of(event), "feature", "a type given with an exclamation mark", remedy))


def _reference(event: Any) -> Fault:
    return Fault(place_of(event), "feature", f"*{event.anchor}, a reference", WRITE_OUT)


@lru_cache(maxsize=1024)
def _is_word(text: str) -> bool:
    """Whether every reader takes a key for the same word; forms have few keys, records have them again and again."""
    return KEY.fullmatch(text) is not None and text not in SWITCHES and text != "null"


def _malformed(place: Place, text: str, quoted: bool) -> Fault:
    found = "a merge key (<<)" if text == "<<" else f"{shown(text)}{' in quotes' if quoted else ''}"
    found += ", which other programs read as no word" if text in SWITCHES or text == "null" else ""
    return Fault(place, "key", found, WRITE_OUT if text == "<<" else KEY_REMEDY)
