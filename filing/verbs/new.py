"""new: begins a record, filled in with everything that is known; asks for the rest at a terminal."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from filing import pin
from filing.terminal import is_real


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("kind", metavar="KIND", help="the kind of record, such as documentation or certification")
    parser.add_argument(
        "words", nargs="*", metavar="WHERE NAME=VALUE", help="its batch, deviation, trial or id; values"
    )


def run(options: Namespace) -> int:
    from filing.drafting import desk
    from filing.drafting.beginning import drafted
    from filing.drafting.given import split

    at = desk.opened(options)
    where, words = desk.where_and_words(options.words)
    return desk.hand_over(at, drafted(at.journal, options.kind, where, split(words), at.day, is_real()))
