"""Workbooks and CSV files as people keep logs, and what import makes of them, without a repository on disk."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from filing.journal import Journal
from filing.repository import Repository, read
from filing.spreadsheets import csv_out, giving, opening, taking, xlsx_out
from filing.spreadsheets.drafts import Made
from filing.spreadsheets.grid import Sheet
from tests.repositories import PLAN, as_shipped, founded
from tools.refound import PLAN as WHOLE_PLAN

TITLES = {
    1: "QP Documentation Log", 2: "QP Certification Log", 3: "Handoff Log", 4: "IMP Release Log", 5: "Deviation Log",
    6: "Certification Archiving Log",
}  # fmt: skip
HEADINGS = {
    1: ("Date", "Batch ID", "Documents Provided", "Provided By", "Status"),
    2: ("Date", "Batch ID", "Certified By", "Certification Statement", "Status"),
    3: ("Date", "Batch ID", "Handoff To", "Certified By", "Status"),
    4: ("Date", "Batch ID", "Released To", "Released By", "Status"),
    5: ("Date", "Batch ID", "Deviation", "CAPA", "Status"),
    6: ("Date", "Batch ID", "Archived By", "Location", "Status"),
}
ACTS = ("records/batches/", "records/deviations/", "records/trials/")


def of_registers() -> Repository:
    """Registers, SOP and forms as shipped, and no act: where an import finds nothing."""
    files = {path: data for path, data in as_shipped().items() if not path.startswith(ACTS)}
    return repository(founded({}, [each for each in WHOLE_PLAN if each.record in files], base=files))


def repository(files: Mapping[str, bytes]) -> Repository:
    return read(files, pin=files["records/root.pin"].decode().strip())


def short() -> Repository:
    """One certified batch, B2025-01."""
    return repository(founded({}, PLAN))


def with_drafts(registers: Repository, drafts: Mapping[str, bytes]) -> Repository:
    return repository({**registers.files, **drafts})


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], adjust: Any = None) -> bytes:
    """A workbook as a spreadsheet program writes it; `adjust` may merge, hide or format."""
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if adjust:
        adjust(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def log(number: int, *rows: Sequence[Any], above: Iterable[Sequence[Any]] = ()) -> dict[str, Sequence[Sequence[Any]]]:
    return {f"Annexure-{number}": [*above, HEADINGS[number], *rows]}


def sheet_of(book: Any, number: int) -> Worksheet:
    found = book[f"Annexure-{number}"]
    assert isinstance(found, Worksheet)
    return found


def taken(
    folder: Path, registers: Repository, data: bytes, name: str = "log.xlsx", batch: str = "", dates: str = "",
    encoding: str = "",
) -> Made:  # fmt: skip
    """What import makes of a file with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return taking.taken(registers, opening.opened(path, encoding), batch, dates)


def report(made: Made) -> list[str]:
    return list(taking.lines(made))


def exported(records: Repository) -> tuple[Sheet, ...]:
    batches = tuple(Journal(records).batches.values())
    return giving.sheets(records, batches, "Entries of all batches")


def as_xlsx(records: Repository) -> bytes:
    return xlsx_out.workbook(exported(records))


def as_csv(records: Repository, folder: Path) -> Path:
    folder.mkdir()
    for sheet in exported(records):
        (folder / f"{sheet.name.lower()}.csv").write_bytes(csv_out.csv_file(sheet))
    return folder
