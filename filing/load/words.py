"""The limits of a record, and in which words each fault is told; nothing is looked at here."""

from __future__ import annotations

from typing import NamedTuple

from filing.model import Finding, Place

LARGEST = 256 * 1024
DEEPEST = 32
MOST_EVENTS = 20_000
TOP = Place(1, 1)
WHOLE_FILE = Place(0, 0)


class Fault(NamedTuple):
    """A finding before it knows its file; `kind` names a row of FAULTS."""

    place: Place
    kind: str
    found: str
    remedy: str


class Unreadable(Exception):
    """Reading cannot go on behind this fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.found)
        self.fault = fault


def finding_of(path: str, fault: Fault) -> Finding:
    rule, title, requirement, clause = FAULTS[fault.kind]
    line, column = fault.place.line, fault.place.column
    return Finding(path, line, column, rule, "error", title, requirement, fault.found, fault.remedy, clause)


def too_large(place: Place, size: int) -> Fault:
    return Fault(place, "too large", f"{size:,} bytes", "Keep only what the form asks for; leave out the rest.")


ONE_READING = "Every program must read the same value, so a value that some would change stands in quotes."
COMMENT_APART = "No comment stands behind a value without quotes, where it could be meant as a part of the value."
FAULTS = {
    "encoding": ("Y01", "not plain UTF-8", "A file is stored as UTF-8 text without a byte order mark.", ""),
    "line ends": ("Y01", "wrong line ends", "A line ends with LF alone, so that a sign-off finds the same bytes.", ""),
    "last line": ("Y01", "last line not ended", "The last line ends like every other line.", ""),
    "character": ("Y01", "hidden character", "A record holds only characters that can be seen on paper.", "PI 041"),
    "accent": ("Y01", "letter in pieces", "A letter with its accent is one character (Unicode NFC).", "PI 041"),
    "unreadable": ("Y01", "file cannot be read", "Every file of the repository can be read.", ""),
    "syntax": ("Y02", "not readable as a record", 'A record is made of lines like "key: value".', ""),
    "feature": ("Y03", "not allowed in records", "What a record says stands in full where it is read.", "PI 041"),
    "too deep": ("Y03", "too many levels", f"A record has at most {DEEPEST} levels.", ""),
    "too large": ("Y03", "too large", f"A file has at most {LARGEST:,} bytes and {MOST_EVENTS:,} parts.", ""),
    "kind of file": ("Y03", "not a plain file", "A repository holds plain files in folders, no links or devices.", ""),
    "name": ("Y03", "name not allowed", "A file name can be used on every computer and in every archive.", ""),
    "twin": ("Y03", "two names alike", "No two names in a folder differ only in capital and small letters.", ""),
    "key": ("Y04", "malformed key", "A key is a plain word of small letters, digits and _.", ""),
    "key twice": ("Y04", "key stands twice", "A key stands once, or one value would hide the other.", "PI 041"),
    "nothing": ("Y05", "value missing", "A key has a value; what is not known is left out with its key.", "PI 041"),
    "ambiguous": ("Y05", "quote this value", ONE_READING, "PI 041"),
    "comment": ("Y05", "hidden by a comment", COMMENT_APART, "PI 041"),
    "date": ("Y05", "not a calendar date", "A date is a day of the calendar, typed YYYY-MM-DD.", "PI 041"),
    "time": ("Y05", "not a full time", "A time has its date, T, seconds and its offset from UTC.", "PI 041"),
    "slash date": ("R56", "ambiguous date", "Dates are typed YYYY-MM-DD; DD/MM and MM/DD look alike.", "PI 041"),
}
