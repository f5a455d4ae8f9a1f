"""The file or folder that somebody names, as the sheets in it; CannotRun in plain words for what is none."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from filing.model import CannotRun
from filing.spreadsheets import csv_in, xlsx_in
from filing.spreadsheets.grid import Table

LARGEST = 30_000_000
FILES = 60
_TEXTS = (".csv", ".tsv", ".txt")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def opened(path: Path, encoding: str) -> tuple[Table, ...]:
    """Every sheet of a workbook, a CSV file, or of the workbooks and CSV files of a folder, by name."""
    if not path.exists():
        raise CannotRun(f"There is no {path}. Name a workbook (.xlsx), a CSV file, or a folder of CSV files.")
    if not path.is_dir():
        return _tables(path, encoding)
    files = [each for each in _files(path) if _is_read(each)]
    if not files:
        raise CannotRun(f"The folder {path} holds no CSV file and no workbook (.xlsx).")
    if len(files) > FILES:
        raise CannotRun(f"The folder {path} holds more than {FILES} files. Keep only the logs in it.")
    return tuple(table for each in files for table in _tables(each, encoding))


def unread(path: Path) -> tuple[str, ...]:
    """The files of a folder that nobody reads, by name."""
    return tuple(each.name for each in _files(path) if not _is_read(each)) if path.is_dir() else ()


def _files(folder: Path) -> list[Path]:
    """The files of a folder by name, but for hidden ones and those by which a program locks a workbook."""
    return sorted(each for each in folder.iterdir() if not each.name.startswith((".", "~$")))


def _is_read(path: Path) -> bool:
    return path.suffix.lower() in (*_TEXTS, ".xlsx")


def _tables(path: Path, encoding: str) -> tuple[Table, ...]:
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PK"):
        return xlsx_in.tables(path.name, data, digest)
    if data.startswith(_OLD):
        raise CannotRun(
            f"{path} is an old workbook (.xls) or is protected by a password. Save it as .xlsx without a password."
        )
    if path.suffix.lower() not in _TEXTS:
        raise CannotRun(f"{path} is no workbook (.xlsx) and no CSV file. Save the logs as one of these.")
    return (csv_in.table(path.name, data, digest, encoding),)


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise CannotRun(f"{path} is no file. Name a workbook (.xlsx), a CSV file, or a folder of CSV files.")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise CannotRun(f"{path} is larger than {LARGEST // 1_000_000} MB. Keep only the logs in it.")
    return data
