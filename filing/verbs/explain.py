"""explain: what a rule asks and why, on whose authority, who may open it, and an example with what mends it."""

from __future__ import annotations

import re
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from filing.model import CannotRun
from filing.terminal import say_next, tell, width

if TYPE_CHECKING:
    from filing.explaining import Explained

_CLAUSE = re.compile(r"(?:SOP ?)?([1-9]\.[1-9])", re.IGNORECASE)


def declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "rule", nargs="?", metavar="RULE", help="a number such as R22, or a clause of the SOP such as 5.1"
    )


def run(options: Namespace) -> int:
    from filing import explaining
    from filing.place import front_door

    if not options.rule:
        _list(explaining.known().values())
        return 0
    clause = _CLAUSE.fullmatch(options.rule)
    if clause:
        found = explaining.of_clause(clause[1])
        if not found:
            raise CannotRun(f"No rule is cited for clause {clause[1]} of the SOP.", "explain")
        _list(found)
        say_next(f"{front_door(options.root)} explain {found[0].id}")
        return 0
    item = explaining.known().get(options.rule.upper())
    if item is None:
        near = explaining.meant(options.rule)
        meant = f" Did you mean {near}?" if near else " All are listed without one."
        raise CannotRun(f'There is no rule "{options.rule}".{meant}', f"explain {near}".strip())
    for line in _told(item):
        tell(line)
    return 0


def _list(items: Iterable[Explained]) -> None:
    for item in items:
        lines = textwrap.wrap(
            f"{item.id}  {item.title}: {item.requirements[0]}", width(), subsequent_indent="     ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        tell("\n".join(lines))


def _told(item: Explained) -> Iterator[str]:
    from filing.steps.sop import in_role

    yield f"{item.id}  {item.title}"
    for requirement in item.requirements:
        yield ""
        yield from _wrapped("", requirement)
    for paragraph in item.further:
        yield ""
        yield from _wrapped("", paragraph)
    yield ""
    yield from _wrapped("Authority   ", item.clause or "none but this program's own reading of files")
    yield from _wrapped("Severity    ", item.severity)
    if item.opened_by:
        yield from _wrapped("Opened by   ", f"a justification signed by {in_role(item.opened_by)} who did not sign the "
                            "record itself")  # fmt: skip
    if item.example:
        yield ""
        yield f"Example     {item.example.path}"
        if item.example.wrote:
            yield from _wrapped("Written     ", item.example.wrote)
        yield from _wrapped("Found       ", item.example.found)
        yield from _wrapped("Do          ", item.example.remedy)


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, width(), initial_indent=label, subsequent_indent=" " * len(label), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
