"""issue: lists what the logs contain, to be signed off as their next issue."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from filing import pin
from filing.model import CannotRun
from filing.terminal import is_real


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--batch", metavar="B", help="the logs of this batch")
    whose.add_argument("--trial", metavar="T", help="the logs of all batches of this trial")
    parser.add_argument("words", nargs="*", metavar="NAME=VALUE", help="nil returns, such as logs.4.nil_return=...")


def run(options: Namespace) -> int:
    from filing import subject
    from filing.drafting import desk
    from filing.drafting.given import split
    from filing.drafting.issuing import issued

    at = desk.opened(options)
    if options.batch and options.batch not in at.journal.batches:
        raise CannotRun(
            f'There is no batch "{options.batch}". There are: {", ".join(at.journal.batches) or "none yet"}.'
        )
    whose = (
        subject.of_batch(at.journal, options.batch) if options.batch else subject.of_trial(at.journal, options.trial)
    )
    return desk.hand_over(at, issued(whose, split(options.words), at.day, is_real()))
