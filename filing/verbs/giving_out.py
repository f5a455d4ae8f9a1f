"""export: the logs as a workbook or as CSV files, for reading, counting and taking in again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun
from filing.terminal import say, tell

if TYPE_CHECKING:
    from filing.checkout import Checkout
    from filing.journal import Batch, Journal
    from filing.spreadsheets.grid import Sheet


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--batch", metavar="B", help="only the entries of this batch, such as B2025-01")
    whose.add_argument("--trial", metavar="T", help="only the entries of this trial's batches, by its register id")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FILE.xlsx|FOLDER", help="a workbook, or a folder for CSV files"
    )


def run(options: Namespace) -> int:
    from filing import checkout, writing
    from filing.spreadsheets import giving

    target = _target(options)
    read = checkout.examined(options.root, options.root_fingerprint)
    batches, about = _batches(read.journal, options)
    sheets = giving.sheets(read.repository, batches, about)
    writing.add(target.parent, _files(target.name, sheets))
    _say_left_out(read)
    tell(str(options.to))
    return 0


def _target(options: Namespace) -> Path:
    """Where to write; never among the records, since nothing there is a record."""
    target: Path = options.to.absolute()
    root = options.root.resolve()
    if any(target.resolve().is_relative_to(root / top) for top in ("records", "schemas", "templates")):
        raise CannotRun(
            f"{options.to} lies among the records. Choose a place outside records/, schemas/ and templates/."
        )
    return target


def _batches(journal: Journal, options: Namespace) -> tuple[Sequence[Batch], str]:
    from filing import subject

    if options.batch:
        return subject.of_batch(journal, options.batch).batches, f"Extract for batch {options.batch}"
    if options.trial:
        batches = subject.of_trial(journal, options.trial).batches
        return (
            batches,
            f"Entries of trial {options.trial}: batches {', '.join(batch.id for batch in batches) or 'none'}",
        )
    batches = tuple(journal.batches.values())
    return batches, f"Entries of all batches: {', '.join(batch.id for batch in batches) or 'none'}"


def _files(name: str, sheets: Sequence[Sheet]) -> Mapping[str, bytes]:
    from filing.spreadsheets import csv_out, xlsx_out

    if _is_workbook(name):
        return {name: xlsx_out.workbook(sheets)}
    return {f"{name}/{sheet.name.lower()}.csv": csv_out.csv_file(sheet) for sheet in sheets}


def _is_workbook(name: str) -> bool:
    return name.lower().endswith(".xlsx")


def _say_left_out(read: Checkout) -> None:
    """What is no act as its form asks cannot be read, and is not given out."""
    unfit = sorted(read.repository.unfit)
    if unfit:
        say(f"Not exported, because they do not keep to their forms: {', '.join(unfit)}")
