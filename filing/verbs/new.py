"""new: begins a record, filled in with everything that is known; asks for the rest at a terminal."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from filing import pin
from filing.terminal import is_real, say, say_next, tell

if TYPE_CHECKING:
    from filing.drafting.beginning import Drafted
    from filing.drafting.desk import Desk


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
    begun = drafted(at.journal, options.kind, where, split(words), at.day, is_real())
    desk.write(at, {begun.path: begun.text.encode()})
    tell(begun.path)
    _tell_next(begun, at)
    return 0


def _tell_next(begun: Drafted, at: Desk) -> None:
    if begun.lacking:
        say("Still to be filled in, in the record itself:")
        for pointer, title in begun.lacking:
            say(f"    {'.'.join(map(str, pointer))}  ({title})")
    if not begun.form.slots:
        say("A register change puts it into force.")
        say_next(at.checking(begun.path), f"{at.door} change")
        return
    say_next(at.checking(begun.path), f"{at.door} sign {begun.path}")
