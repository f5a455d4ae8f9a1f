"""revise: the next revision of a signed record beside it, with the reason."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from filing import pin
from filing.terminal import is_real


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("record", metavar="RECORD", help="the record's file, in any of its revisions")
    parser.add_argument("words", nargs="*", metavar="NAME=VALUE", help="values that change, and the reason")


def run(options: Namespace) -> int:
    from filing.drafting import desk
    from filing.drafting.correcting import corrected
    from filing.drafting.given import split

    at = desk.opened(options)
    record = at.record(options.record)
    drafted = corrected(at.journal, record, split(options.words), at.day, is_real())
    return desk.hand_over(at, drafted)
