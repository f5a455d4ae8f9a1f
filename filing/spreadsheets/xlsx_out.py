"""A workbook of the logs in its canonical bytes: the same sheets are the same file, on any day and machine.

It is written here rather than by a library because a library stamps the clock into it. Every text is a text cell with
the format of text, so that no spreadsheet takes one for a formula, a number or a date; days are real dates.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from filing.model import CannotRun
from filing.spreadsheets.grid import Cell, Sheet, letters

LONGEST = 32_767
"""As many characters as a cell of a workbook takes."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = "1900-03-01"
"""Before it, spreadsheets count a day that there never was."""
_STYLES = {"text": 1, "date": 2, "number": 3, "heading": 4, "title": 5}
_STRUCK = {"text": 6, "date": 7, "number": 8}
_TABLE = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="DD\\ MMM\\ YYYY"/></numFmts>'
    '<fonts count="4"><font><sz val="10"/><name val="Noto Sans"/></font>'
    '<font><b/><sz val="10"/><color rgb="FF1F3A5F"/><name val="Noto Sans"/></font>'
    '<font><b/><sz val="12"/><color rgb="FF1F3A5F"/><name val="Noto Sans"/></font>'
    '<font><strike/><sz val="10"/><color rgb="FF6B6B6B"/><name val="Noto Sans"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="2"><border/>'
    '<border><bottom style="thin"><color rgb="FF1F3A5F"/></bottom></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
)
_NORMAL = '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
_FORMATS = ((0, 0, 0), (49, 0, 0), (164, 0, 0), (1, 0, 0), (49, 1, 1), (49, 2, 0), (49, 3, 0), (164, 3, 0), (1, 3, 0))
"""Number format, font and border of each style; 49 is text, 164 the day as on paper."""


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The bytes of a workbook with these sheets."""
    sheets = tuple(sheets)
    members = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
            + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": _styles(),
        **{f"xl/worksheets/sheet{number}.xml": _sheet(sheet) for number, sheet in enumerate(sheets, 1)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # compressors differ between machines
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), (_HEAD + text).encode())
    return out.getvalue()


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("/xl/workbook.xml", f"{kind}.sheet.main+xml"), ("/xl/styles.xml", f"{kind}.styles+xml")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", f"{kind}.worksheet+xml") for number in range(1, count + 1)]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{content}"/>' for name, content in parts)
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="{rels}"/>{overrides}</Types>'
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    items = (
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(items)}</Relationships>'


def _workbook(sheets: tuple[Sheet, ...]) -> str:
    items = (
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{"".join(items)}</sheets></workbook>'


def _styles() -> str:
    formats = "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="{border}" xfId="0" applyNumberFormat="1" '
        f'applyFont="1" applyBorder="1" applyAlignment="1"><alignment vertical="top"{_wrap(font)}/></xf>'
        for number, font, border in _FORMATS
    )
    used = f'<cellXfs count="{len(_FORMATS)}">{formats}</cellXfs>'
    return f'<styleSheet xmlns="{_MAIN}">{_TABLE}{used}{_NORMAL}</styleSheet>'


def _wrap(font: int) -> str:
    return "" if font == 2 else ' wrapText="1"'


def _sheet(sheet: Sheet) -> str:
    top = len(sheet.above) + 2
    frozen = f'<pane ySplit="{top}" topLeftCell="A{top + 1}" activePane="bottomLeft" state="frozen"/>'
    # What somebody types into an empty cell is text, too; only the first column holds days.
    further = f'<col min="2" max="{max(len(sheet.headings), 2)}" width="24" style="1" customWidth="1"/>'
    widths = f'<cols><col min="1" max="1" width="16" style="2" customWidth="1"/>{further}</cols>'
    lines = "".join(
        f'<row r="{number}">{"".join(_cells(cells, number, number - top - 1 in sheet.struck))}</row>'
        for number, cells in enumerate(sheet.lines(), 1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        f"{widths}<sheetData>{lines}</sheetData></worksheet>"
    )


def _cells(cells: tuple[Cell, ...], row: int, struck: bool) -> Iterator[str]:
    for column, cell in enumerate(cells, 1):
        if cell.text or cell.kind == "heading":
            yield _cell(cell, f"{letters(column)}{row}", struck)


def _cell(cell: Cell, place: str, struck: bool) -> str:
    kind = "text" if cell.kind == "date" and cell.text < _FIRST_DAY else cell.kind
    style = _STRUCK[kind] if struck else _STYLES[kind]
    if kind == "date":
        return f'<c r="{place}" s="{style}"><v>{(date.fromisoformat(cell.text) - _EPOCH).days}</v></c>'
    if kind == "number":
        return f'<c r="{place}" s="{style}"><v>{cell.text}</v></c>'
    if len(cell.text) > LONGEST:
        raise CannotRun(f"A cell of a workbook holds no more than {LONGEST} characters. Export to a folder instead.")
    text = _LIKE_ESCAPE.sub("_x005F_", cell.text)
    text = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
