"""void: takes a signed record back, with the reason; its number stays."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from filing import pin
from filing.terminal import is_real


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("record", metavar="RECORD", help="the record's file, in any of its revisions")
    parser.add_argument("words", nargs="*", metavar="reason=...", help="why it is taken back")


def run(options: Namespace) -> int:
    from filing.drafting import desk
    from filing.drafting.correcting import taken_back
    from filing.drafting.given import split

    at = desk.opened(options)
    drafted = taken_back(at.journal, at.record(options.record), split(options.words), at.day, is_real())
    return desk.hand_over(at, drafted)
