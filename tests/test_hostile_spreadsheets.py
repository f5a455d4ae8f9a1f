"""A spreadsheet comes from anywhere: what is none, what is too much and what is built to do harm is refused in plain
words, with exit 2, and nothing hangs or shows its insides.
"""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from filing.model import CannotRun
from filing.spreadsheets import csv_in, opening, xlsx_in, xlsx_sheet
from tests import repositories, workbooks
from tests.workbooks import log, workbook

GOOD = workbook(log(1, (date(2025, 9, 1), "B2025-01", "IMPD", "Jana Weber", "Provided")))
NAMES = zipfile.ZipFile(io.BytesIO(GOOD)).namelist()
SHEET = "xl/worksheets/sheet1.xml"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><worksheet>&d;</worksheet>"""
IN_UTF_16 = BOMB.decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


def rebuilt(changed: Mapping[str, bytes | None], data: bytes = GOOD, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with some of its parts replaced; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", method) as new:
        parts = {name: old.read(name) for name in old.namelist()} | dict(changed)
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return archive.read(name)


def a_sheet(rows: str, after: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return rebuilt({SHEET: f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()})


def encrypted_flag() -> bytes:
    """The workbook with its parts marked as encrypted."""
    data = bytearray(rebuilt({}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 1)
    return bytes(data)


def lying_size() -> bytes:
    """A part that unpacks to more than the list of parts says."""
    data = bytearray(rebuilt({SHEET: part(SHEET).replace(b"</sheetData>", b" " * 300_000_000 + b"</sheetData>")}))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(data)


DAMAGED = "log.xlsx is damaged or is no workbook. Open it in your spreadsheet program and save it again as .xlsx."
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "is no workbook (.xlsx) and no CSV file. Save the logs as one of these."),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n", "is no workbook (.xlsx) and no CSV file."),
    "half a file": (lambda: GOOD[: len(GOOD) // 2], DAMAGED),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old workbook (.xls) or is"),
    "a password": (encrypted_flag, "log.xlsx is protected by a password. Save it without one."),
    "an archive": (lambda: rebuilt(dict.fromkeys(NAMES) | {"a": b""}), DAMAGED),
    "an OpenDocument": (lambda: rebuilt({"mimetype": b"application/x"}), "is a workbook of another kind."),
    "a binary workbook": (lambda: rebuilt({"xl/workbook.bin": b""}), "is a workbook of another kind."),
    "no sheet list": (lambda: rebuilt({"xl/workbook.xml": b"<workbook/>"}), "holds no sheet, or more than 60."),
    "no sheet": (lambda: rebuilt({SHEET: None}), DAMAGED),
    "no XML": (lambda: rebuilt({SHEET: b"\x00\x01\x02"}), DAMAGED),
    "entities that multiply": (lambda: rebuilt({SHEET: BOMB}), "holds a document type declaration"),
    "entities that multiply, in UTF-16": (lambda: rebuilt({SHEET: IN_UTF_16}),
                                          "holds a document type declaration"),
    "an entity from outside": (lambda: rebuilt({"xl/workbook.xml": OUTSIDE}), "holds a document type declaration"),
    "a bomb": (lambda: rebuilt({SHEET: part(SHEET).replace(b"</sheetData>", b" " * 120_000_000 + b"</sheetData>")}),
               "holds more than 100 MB when unpacked. Keep only the logs in it, and save it again as .xlsx."),
    "a bomb that lies": (lying_size, ""),
    "many parts": (lambda: rebuilt({f"x{number}": b"" for number in range(2_001)}), "holds more than 2000 parts"),
    "many sheets": (lambda: workbook({f"S{number}": [] for number in range(61)}), "holds no sheet, or more than 60."),
    "too far down": (lambda: a_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "beyond row 10000"),
    "too far right": (lambda: a_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "beyond row 10000 or column OJ."),
    "deep": (lambda: a_sheet("<a>" * 100 + "</a>" * 100), DAMAGED),
    "no number": (lambda: a_sheet('<row r="1"><c r="A1"><v>1e999999</v></c></row>'), DAMAGED),
    "a text that is not there": (lambda: a_sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), DAMAGED),
    "a text before the first": (lambda: a_sheet('<row r="1"><c r="A1" t="s"><v>x</v></c></row>'), DAMAGED),
    "a huge text": (
        lambda: a_sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>'), DAMAGED
    ),
    "a huge number": (lambda: a_sheet(f'<row r="1"><c r="A1"><v>{"9" * 400}</v></c></row>'), DAMAGED),
    "many merged cells": (
        lambda: a_sheet(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="9999"><c r="OI9999"><v>1</v></c></row>',
            '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        ),
        "holds more than 500000 filled cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_workbook_that_is_none_or_too_much_is_refused(tmp_path: Path, case: str) -> None:
    make, said = CASES[case]
    path = tmp_path / "log.xlsx"
    path.write_bytes(make())
    with pytest.raises(CannotRun) as refused:
        opening.opened(path, "")
    assert said in str(refused.value)


CSV_CASES: dict[str, tuple[bytes, str, str]] = {
    "another encoding": (
        b"Date;K\xfchl",
        "",
        "Its letters are not encoded as UTF-8. Save it as CSV UTF-8, or say what it",
    ),
    "the wrong encoding": (b"Date;\x81", "windows-1252", "It is not windows-1252."),
    "zeros": (b"a\0b", "", "log.csv is no CSV file. Save the log as .xlsx or as CSV UTF-8."),
    "an open quote": (b'a,"b\n', "", "log.csv cannot be read as CSV"),
    "a huge field": (b'"' + b"x" * 200_000 + b'"', "", "log.csv cannot be read as CSV"),
    "many rows": (b"a,b\n" * 10_001, "", "holds more than 10000 rows, 400 columns or 500000 cells."),
    "many columns": (b"," * 401, "", "holds more than 10000 rows, 400 columns or 500000 cells."),
    "many cells": ((b"," * 100 + b"\n") * 9_000, "", "holds more than 10000 rows, 400 columns or 500000 cells."),
}


@pytest.mark.parametrize("case", CSV_CASES)
def test_a_csv_file_that_is_none_or_too_much_is_refused(tmp_path: Path, case: str) -> None:
    data, encoding, said = CSV_CASES[case]
    (tmp_path / "log.csv").write_bytes(data)
    with pytest.raises(CannotRun) as refused:
        opening.opened(tmp_path / "log.csv", encoding)
    assert said in str(refused.value)


def test_what_is_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(opening.LARGEST + 1)
    (tmp_path / "empty").mkdir()
    many = tmp_path / "many"
    many.mkdir()
    for number in range(61):
        (many / f"{number}.csv").touch()
    for name, said in (
        ("nothing.xlsx", "There is no "),
        ("pipe.csv", "is no file."),
        ("large.csv", "is larger than 30 MB."),
        ("empty", "holds no CSV file and no workbook"),
        ("many", "holds more than 60 files."),
    ):
        with pytest.raises(CannotRun) as refused:
            opening.opened(tmp_path / name, "")
        assert said in str(refused.value)


def test_a_file_spoilt_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    """Neither a traceback nor a reading that ends the program, wherever a byte is wrong."""
    chance = random.Random(5)
    refused = 0
    for _ in range(400):
        data = bytearray(GOOD)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            xlsx_in.tables("log.xlsx", bytes(data), "")
        except CannotRun:
            refused += 1
    assert 100 < refused < 400


def test_parts_spoilt_anywhere_are_read_or_refused() -> None:
    chance = random.Random(6)
    for name in (
        "xl/workbook.xml",
        "xl/styles.xml",
        SHEET,
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
    ):
        for _ in range(120):
            data = bytearray(part(name))
            start = chance.randrange(len(data))
            data[start : start + chance.randrange(12)] = bytes(
                chance.choice(b'<>/="&x1-9 ') for _ in range(chance.randrange(6))
            )
            try:
                xlsx_in.tables("log.xlsx", rebuilt({name: bytes(data)}), "")
            except CannotRun as reason:
                assert "log.xlsx" in str(reason)


# --------------------------------------------------------------------------------- what is read, read as others read it


def test_a_workbook_is_read_as_another_program_reads_it() -> None:
    values = (
        "text", " spaces ", "a\nb", "é\u20ac\U0001f600", 1, -2.5, 1e21, True, False, date(2025, 9, 1),
        datetime(2025, 9, 1, 9, 30), date(1900, 1, 1), date(1999, 12, 31), None, "#DIV/0!", "0123",
    )  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row, value in enumerate(values, 1):
        sheet.cell(row, 2).value = value
    sheet.cell(11, 2).number_format = 'dd"."mm"."yyyy hh:mm'
    out = io.BytesIO()
    book.save(out)
    (table,) = xlsx_in.tables("x.xlsx", out.getvalue(), "")
    assert [(table.at(row, 2).kind, table.at(row, 2).text) for row in range(1, len(values) + 1)] == [
        ("text", "text"), ("text", " spaces "), ("text", "a\nb"), ("text", "é\u20ac\U0001f600"), ("number", "1"),
        ("number", "-2.5"), ("number", "1e+21"), ("truth", "TRUE"), ("truth", "FALSE"), ("date", "2025-09-01"),
        ("date", "2025-09-01T09:30:00"), ("date", "1900-01-01"), ("date", "1999-12-31"), ("text", ""),
        ("error", "#DIV/0!"), ("text", "0123"),
    ]  # fmt: skip


def test_days_counted_from_1904_are_the_same_days() -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book["Sheet"]["A1"] = date(2025, 9, 1)
    out = io.BytesIO()
    book.save(out)
    assert xlsx_in.tables("x.xlsx", out.getvalue(), "")[0].at(1, 1).text == "2025-09-01"


@pytest.mark.parametrize(
    ("code", "dated"),
    [("General", False), ("0.00", False), ('0" days"', False), ("[Red]0", False), ("dd/mm/yyyy", True),
     ("[$-407]d. mmmm yyyy", True),
     ('"Day "0', False), ("@", False), ("mmm-yy", True), ("h:mm", True), ("0;[Red]-0;dd", False)],
)  # fmt: skip
def test_which_formats_show_a_day(code: str, dated: bool) -> None:
    book = openpyxl.Workbook()
    book["Sheet"]["A1"] = 45901
    book["Sheet"]["A1"].number_format = code
    out = io.BytesIO()
    book.save(out)
    assert xlsx_in.tables("x.xlsx", out.getvalue(), "")[0].at(1, 1).kind == ("date" if dated else "number")


def test_cells_without_places_and_a_strict_name_of_the_format_are_read() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    rows = '<row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></is></c><c><v>7</v></c></row>'
    data = rebuilt({SHEET: f'<worksheet xmlns="{strict}"><sheetData>{rows}</sheetData></worksheet>'.encode()})
    (table,) = xlsx_in.tables("x.xlsx", data, "")
    assert [cell.text for cell in table.rows[0]] == ["ab", "7"]


def test_texts_that_cells_share_are_read_with_their_escapes_and_without_their_pronunciation() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = "<si><t>a_x000D_b</t></si><si><r><t>c</t></r><r><t>_x005F_x0041_</t></r><rPh><t>no</t></rPh></si>"
    cells = '<c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="str"><f>1</f><v>x005F_</v></c>'
    relations = part("xl/_rels/workbook.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://x/sharedStrings" Target="/xl/shared.xml"/></Relationships>',
    )
    changed = {
        "xl/shared.xml": f'<sst xmlns="{main}">{texts}</sst>'.encode(), "xl/_rels/workbook.xml.rels": relations,
        SHEET: f'<worksheet xmlns="{main}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'.encode(),
    }  # fmt: skip
    (table,) = xlsx_in.tables("x.xlsx", rebuilt(changed), "")
    assert [(cell.text, cell.formula) for cell in table.rows[0]] == [
        ("c_x0041_", False), ("a\rb", False), ("x005F_", True),
    ]  # fmt: skip


def test_the_budget_of_a_workbook_is_for_all_its_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "CELLS", 3)
    with pytest.raises(CannotRun, match="holds more than 3 filled cells"):
        xlsx_in.tables("x.xlsx", workbook({"a": [(1, 2)], "b": [(3, 4)]}), "")


@pytest.mark.parametrize(
    ("text", "separator"),
    [("a,b\n1;2,3\n", ","), ("a;b\n1,5;2,5\n", ";"), ("a\tb,c\n", ","), ("sep=;\na;b,c,d\n", ";"), ("a\n", ",")],
)  # fmt: skip
def test_what_divides_the_columns_is_found_or_told(text: str, separator: str) -> None:
    table = csv_in.table("x.csv", text.encode(), "", "")
    import csv

    row = 2 if text.startswith("sep=") else 1
    assert [cell.text for cell in table.rows[row - 1]] == next(
        csv.reader([text.splitlines()[row - 1]], delimiter=separator)
    )


# ------------------------------------------------------------------------------------------------- at the front door


@pytest.mark.parametrize("case", ["a password", "entities that multiply", "half a file"])
def test_the_verb_refuses_with_exit_2_in_one_line(tmp_path: Path, case: str) -> None:
    root = repositories.write(tmp_path / "root", workbooks.short().files)
    (tmp_path / "log.xlsx").write_bytes(CASES[case][0]())
    answer = repositories.build("import", tmp_path / "log.xlsx", root=root)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert CASES[case][1] in answer.stderr and len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("x.xlsx", "--dates", "YDM"), "--dates is one of"),
        (("x.xlsx", "--encoding", "rot13"), "give one of utf-8, utf-16"),
        ((), "FILE"),
    ],
)
def test_a_wrong_command_line_is_told(options: tuple[str, ...], said: str) -> None:
    answer = repositories.build("import", *options)
    assert answer.returncode == 2 and said in answer.stderr
