"""Whether the bytes of a record are UTF-8 lines in which everything can be seen; nothing is mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import zip_longest

from filing.load.words import LARGEST, TOP, Fault, too_large
from filing.model import Place

PLAIN = bytes(range(0x20, 0x7F)) + b"\n"
"""What can be seen on every paper and has one spelling: printable ASCII and the line end."""
PLAIN_CHARACTERS = frozenset(PLAIN.decode())
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
HIDDEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers that Unicode counts among letters and marks although they print nothing."""
JOINERS = frozenset("\u200c\u200d")
JOINED_SCRIPTS = frozenset(
    {"ARABIC", "SYRIAC", "NKO", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL"}
    | {"TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR"}
)
CR_REMEDY = (
    'The git setting core.autocrlf, or the editor, put it there: run "git config core.autocrlf false" and save the'
    " file with line ends of the kind LF."
)


def byte_faults(data: bytes) -> Iterator[Fault]:
    if len(data) > LARGEST:
        yield too_large(TOP, len(data))
        return
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        yield Fault(TOP, "encoding", "a byte order mark", 'Save it as "UTF-8", not "UTF-8 with BOM" or "UTF-16".')
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as broken:
        before = data[: broken.start].decode("utf-8")
        found = f"the byte {data[broken.start]:02X}, which is not UTF-8"
        yield Fault(_place_in(before, len(before)), "encoding", found, "Save the file again as UTF-8.")
        return
    if "\r" in text:
        yield Fault(_place_in(text, text.index("\r")), "line ends", "a carriage return (CR)", CR_REMEDY)
    if text and not text.endswith("\n"):
        remedy = "Press Enter at the end of the last line."
        yield Fault(_place_in(text, len(text)), "last line", "no line end after the last character", remedy)
    if data.translate(None, PLAIN):
        for index, *why in character_faults(text.replace("\r", "\n")):
            yield Fault(_place_in(text, index), *why)
    if "%" in text:
        for directive in re.finditer("^%", text, re.MULTILINE):
            place = _place_in(text, directive.start())
            yield Fault(place, "feature", "a line that begins with %", "Delete the line; a record needs no directive.")


def _place_in(text: str, index: int) -> Place:
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def character_faults(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Where, kind, found, remedy: each hidden character's first place, each stray joiner, the first loose accent."""
    special = set(text) - PLAIN_CHARACTERS
    for character in sorted(special - JOINERS):
        if unicodedata.category(character) in HIDDEN_CATEGORIES or character in HIDDEN_LETTERS:
            remedy = "Type spaces instead." if character == "\t" else "Delete it, also where it stands again."
            yield text.index(character), "character", _named(character), remedy
    if special & JOINERS:
        yield from _stray_joiners(text)
    if not unicodedata.is_normalized("NFC", text):
        pairs = enumerate(zip_longest(text, unicodedata.normalize("NFC", text), fillvalue=""))
        index, wanted = next((at, new) for at, (old, new) in pairs if old != new)
        found = f"{_named(text[index])} as the beginning of a letter put together from pieces"
        yield index, "accent", found, f"Type the letter again as one character: {_named(wanted)}."


def _stray_joiners(text: str) -> Iterator[tuple[int, str, str, str]]:
    for index, character in enumerate(text):
        if character in JOINERS and not _joins_letters(text[index - 1 : index], text[index + 1 : index + 2]):
            remedy = "Delete it; it belongs inside words of scripts that join letters."
            yield index, "character", _named(character), remedy


def _named(character: str) -> str:
    name = "TAB" if character == "\t" else unicodedata.name(character, "a control or unassigned character")
    return f"U+{ord(character):04X} {name}"


def _joins_letters(before: str, after: str) -> bool:
    if not (before and after and unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] == "L"):
        return False
    scripts = {unicodedata.name(side, "").split(" ")[0] for side in (before, after)}
    return len(scripts) == 1 and scripts <= JOINED_SCRIPTS
