"""The parts of a workbook but its sheets: how parts refer to one another, its list of sheets, texts and formats."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

LONGEST = 32_767
"""As many characters as a cell holds in any spreadsheet program."""
_DEEPEST = 40
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class Broken(Exception):
    """The file is no workbook; where it stopped being one does not help anybody."""


class Reader:
    """Takes the elements of one part; names come without their namespace."""

    def __init__(self) -> None:
        self._depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Broken("too deep")
        self.opened(name.rpartition("}")[2], {key.rpartition("}")[2]: value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self.closed(name.rpartition("}")[2])

    def opened(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def closed(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class Relations(Reader):
    """What other parts a part uses: kind and member by the id of the relation; links to elsewhere are left out."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes["Target"])).lstrip("/")
            self.found[attributes["Id"]] = attributes["Type"].rpartition("/")[2], target


class Book(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            self.sheets.append((attributes["name"], attributes["id"], attributes.get("state", "visible") != "visible"))


class Strings(Reader):
    """The texts that cells refer to by number; how parts of them are pronounced is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._aside = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._parts = []
        self._aside = self._aside or name == "rPh"
        self._in_text = name == "t" and not self._aside

    def closed(self, name: str) -> None:
        self._in_text = False
        if name == "rPh":
            self._aside = False
        elif name == "si":
            self.texts.append(unescaped(self._parts))

    def text(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)


class Formats(Reader):
    """Which styles show a number as a day or a time."""

    def __init__(self) -> None:
        super().__init__()
        self._own: dict[int, str] = {}
        self._used: list[int] = []
        self._in_cells = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self._used.append(int(attributes.get("numFmtId", "0")))

    def closed(self, name: str) -> None:
        self._in_cells = self._in_cells and name != "cellXfs"

    def dates(self) -> frozenset[int]:
        return frozenset(style for style, number in enumerate(self._used) if self._is_date(number))

    def _is_date(self, number: int) -> bool:
        if number not in self._own:
            return number in _DATE_FORMATS
        code = _NOT_FORMAT.sub("", self._own[number].partition(";")[0]).lower()
        return code != "general" and re.search("[dmyhs]", code) is not None


def unescaped(parts: list[str]) -> str:
    """A text as it was typed, from the pieces in which it stands in the file."""
    text = "".join(parts)
    if len(text) > LONGEST:
        raise Broken("too long")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
