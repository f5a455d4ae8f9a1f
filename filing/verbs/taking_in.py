"""import: logs as people keep them in spreadsheets become unsigned drafts, with a report of what they leave open."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from filing import pin
from filing.model import CannotRun
from filing.terminal import say, say_next, tell

_ORDERS = ("DMY", "MDY", "YMD")


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help="a workbook (.xlsx), a CSV file, or a folder of them")
    parser.add_argument("--batch", default="", metavar="B", help="only the rows of this batch, such as B2025-01")
    parser.add_argument("--dates", default="", choices=_ORDERS, help="how a day like 04/09/2025 is meant")
    parser.add_argument(
        "--encoding", type=_encoding, metavar="NAME", help="how a CSV file is encoded, such as windows-1252"
    )
    parser.add_argument("--dry-run", action="store_true", help="report only, and write nothing")


def run(options: Namespace) -> int:
    from filing import checkout, writing
    from filing.modeline import for_editor
    from filing.place import front_door
    from filing.spreadsheets import opening, taking

    checkout.require_records(options.root)
    tables = opening.opened(options.file, options.encoding or "")
    read = checkout.examined(options.root, options.root_fingerprint)
    made = taking.taken(read.repository, tables, options.batch, options.dates)
    if not made.told:
        whose = f" of batch {options.batch}" if options.batch else ""
        raise CannotRun(f"{options.file} holds no row of a log{whose}. Nothing was written.")
    for line in taking.lines(made):
        tell(line)
    if left := opening.unread(options.file):
        say(f"Not read, because they are no workbooks (.xlsx) and no CSV files: {', '.join(left)}")
    if made.files and not options.dry_run:
        writing.add(options.root, {path: for_editor(options.root, path, text) for path, text in made.files.items()})
    drafts = "1 draft" if len(made.files) == 1 else f"{len(made.files)} drafts"
    done = "would be written; nothing was" if options.dry_run else "written, none of them signed"
    say(f"{drafts} {done}. {made.open} {'point is' if made.open == 1 else 'points are'} open.")
    if made.files and not options.dry_run:
        say_next(f"{front_door(options.root)} check")
    return 1 if made.open else 0


def _encoding(name: str) -> str:
    from filing.spreadsheets.csv_in import ENCODINGS

    if name.lower() not in ENCODINGS:
        raise ArgumentTypeError(f"give one of {', '.join(ENCODINGS)}")
    return name.lower()
