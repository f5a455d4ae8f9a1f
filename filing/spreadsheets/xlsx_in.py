"""A workbook as it stands in the file: values, stored results of formulas, merged cells, and what is hidden.

The file comes from anywhere. It is read as a stream with a limit on everything that can grow, no member is believed to
be as small as it says, and a document type declaration - the door to entities that multiply - is refused. Nothing is
calculated, no link is followed, no macro is looked at.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from xml.parsers import expat

from filing.model import CannotRun
from filing.spreadsheets.grid import Table
from filing.spreadsheets.xlsx_parts import Book, Broken, Formats, Reader, Relations, Strings
from filing.spreadsheets.xlsx_sheet import LARGEST, Budget, Sheet

MEMBERS, SHEETS = 2_000, 60
"""As many parts and sheets as are read."""
_FAULTS = (
    Broken, zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, LookupError, ValueError, EOFError,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


def tables(file: str, data: bytes, sha256: str) -> tuple[Table, ...]:
    """The sheets of a workbook in their order; CannotRun for what cannot be read as one."""
    try:
        return _Workbook(file, data).tables(sha256)
    except _FAULTS as fault:
        how = "Open it in your spreadsheet program and save it again as .xlsx."
        raise CannotRun(f"{file} is damaged or is no workbook. {how}") from fault


class _Workbook:
    def __init__(self, file: str, data: bytes) -> None:
        self._file, self._budget = file, Budget(file)
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        members = self._zip.infolist()
        if len(members) > MEMBERS or len({member.filename for member in members}) < len(members):
            raise self._budget.refused(f"more than {MEMBERS} parts, or one of them twice")
        if any(member.flag_bits & 1 for member in members):
            raise CannotRun(f"{file} is protected by a password. Save it without one.")
        if sum(member.file_size for member in members) > LARGEST:
            raise self._budget.refused(f"more than {LARGEST // 1_000_000} MB when unpacked")

    def tables(self, sha256: str) -> tuple[Table, ...]:
        names = set(self._zip.namelist())
        if "mimetype" in names or "xl/workbook.bin" in names:
            raise CannotRun(f"{self._file} is a workbook of another kind. Save it as .xlsx.")
        start = self._by_kind("_rels/.rels", "")["officeDocument"]
        book, strings, formats = Book(), Strings(), Formats()
        self._parse(start, book)
        if not 0 < len(book.sheets) <= SHEETS:
            raise self._budget.refused(f"no sheet, or more than {SHEETS}")
        folder, _, name = start.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels"
        by_kind, related = self._by_kind(relations, folder), self._relations(relations, folder)
        if "sharedStrings" in by_kind:
            self._parse(by_kind["sharedStrings"], strings)
        if "styles" in by_kind:
            self._parse(by_kind["styles"], formats)
        found = []
        for title, relation, hidden in book.sheets:
            kind, target = related[relation]
            if kind == "worksheet":  # not a sheet that is a chart
                sheet = Sheet(self._budget, strings.texts, formats.dates(), book.from_1904)
                self._parse(target, sheet)
                found.append(sheet.table(self._file, title, sha256, hidden))
        return tuple(found)

    def _by_kind(self, member: str, folder: str) -> Mapping[str, str]:
        return dict(self._relations(member, folder).values())

    def _relations(self, member: str, folder: str) -> Mapping[str, tuple[str, str]]:
        relations = Relations(folder)
        self._parse(member, relations)
        return relations.found

    def _parse(self, member: str, reader: Reader) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._no_declaration
        parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
        parser.CharacterDataHandler = reader.text
        with self._zip.open(member.lstrip("/")) as stream:
            while chunk := stream.read(1 << 16):
                self._budget.bytes(len(chunk))
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _no_declaration(self, *_: object) -> None:
        raise self._budget.refused("a document type declaration, which no spreadsheet program writes")
