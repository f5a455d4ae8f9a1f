"""justify: lists what is on hold and who may open it; with RULE and RECORD, writes why it does not stand."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun
from filing.terminal import is_real, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from filing.drafting.desk import Desk
    from filing.drafting.justifying import Hold


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="RULE RECORD grounds=...",
        help="which hold; without them, the open holds are listed",
    )


def run(options: Namespace) -> int:
    from filing.drafting import desk, justifying
    from filing.drafting.given import split

    at = desk.opened(options)
    holds = justifying.open_holds(at.journal, at.read.findings, at.day)
    if not options.words:
        return _list(at, holds)
    if len(options.words) < 2 or "=" in options.words[0] or "=" in options.words[1]:
        raise CannotRun("Name the rule and the record, or nothing, for a list of what is on hold.", "justify")
    rule, name, *rest = options.words
    record = at.record(name)
    drafted = justifying.justified(at.journal, holds, rule, record.path, split(rest), at.day, is_real())
    return desk.hand_over(at, drafted)


def _list(at: Desk, holds: Sequence[Hold]) -> int:
    """What is on hold, each with who may open it and the command."""
    tell(f"{len(holds)} {'hold is' if len(holds) == 1 else 'holds are'} open")
    for hold in holds:
        who = ", ".join(hold.people) or "nobody in the registers today"
        tell(f"\n{hold.finding.rule}  {hold.finding.title}   {hold.finding.path}\n    {hold.finding.found}")
        if not hold.role or not hold.batches:
            tell(f"    no justification opens it. {hold.finding.remedy}")
            continue
        tell(f"    opened by the role {hold.role}: {who}")
        tell(f"    {at.door} justify {hold.finding.rule} {hold.finding.path}")
    if holds:
        say("A justification names one record in one version. Better than to justify is to mend what was found.")
    return 0
