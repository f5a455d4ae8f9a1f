"""Steps as people read them: aligned, every command alone on its line and whole, whatever the width of the terminal."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from filing import paper
from filing.place import TOOL, front_door
from filing.steps.desk import Desk
from filing.steps.proposals import of_registers
from filing.steps.sop import in_role
from filing.steps.step import Road, Step
from filing.terminal import width

_INDENT = " " * 5


def road(desk: Desk, told: Road, root: Path) -> Iterator[str]:
    """A batch's way: where it stands, then each step with who does it, the clause, and what to type."""
    gate = f"  ->  {told.gate}" if told.gate else ""
    count = sum(not step.optional for step in told.steps)
    things = f"   ({count} thing{'s' if count != 1 else ''})" if told.steps else ""
    yield "  ".join(filter(None, (told.batch, told.about))) + f"   {told.stands}{gate}{things}"
    for number, step in enumerate(told.steps, 1):
        yield ""
        yield from _step(desk, number, step, root)
    if told.later:
        yield told.later
    if told.package and not any(step.kind == "package" for step in told.steps):
        place = told.package if root.resolve() == TOOL else (root / told.package).as_posix()
        yield ""
        yield "Its package is made; anybody can verify it:"
        yield f"    {command(root, f'verify {shlex.quote(place)}')}"


def _step(desk: Desk, number: int, step: Step, root: Path) -> Iterator[str]:
    start = f"{number:>3}  {step.name}: " + ("may be done: " if step.optional else "")
    ends = f"   {step.clause}" if step.clause else ""
    yield from textwrap.wrap(
        start + step.what + ends, width(), subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
    if step.roles:
        yield from textwrap.wrap(
            f"by {_who(desk, step)}", width(), initial_indent=_INDENT, subsequent_indent=_INDENT,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    for each in step.commands:
        yield f"    {command(root, each)}"


def _who(desk: Desk, step: Step) -> str:
    """The roles that may, each with the people in force who hold it."""
    said = []
    for role in step.roles:
        people = [called(desk, person) for person, held in step.people if held == role]
        said.append(f"{in_role(role)} ({', '.join(people)})" if people else in_role(role))
    return " or ".join(said)


def called(desk: Desk, person: str) -> str:
    return paper.entry_name(desk.repository.judgement.states[-1], "people", person)


def command(root: Path, text: str) -> str:
    """A command as it is typed for this repository; `text` begins without the program's name, or with git."""
    if not text.startswith("git "):
        return f"{front_door(root)} {text}"
    here = "" if root.resolve() == TOOL else f" -C {shlex.quote(str(root))}"
    return f"git{here}{text.removeprefix('git')}"


def repository_lines(desk: Desk, root: Path) -> Iterator[str]:
    """What waits for a sign-off outside batches, deviations and trials: register changes, forms, the SOP."""
    if not desk.repository.judgement.states:
        yield "The root of trust is not accepted, so that nothing else can be judged."
        yield f"    {command(root, 'check')}"
        return
    for step in of_registers(desk):
        yield f"{step.name}: {step.what}"
        yield from (f"    {command(root, each)}" for each in step.commands)


def overview(roads: Iterable[Road]) -> Iterator[str]:
    """One line for each batch: where it stands, and its first thing."""
    rows = [(each.batch, f"{each.stands} -> {each.gate}", _short(each.first)) for each in roads]
    wide = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for batch, gate, first in rows:
        yield f"{batch:{wide[0]}}  {gate:{wide[1]}}  {first}"


def _short(step: Step | None) -> str:
    return f"{step.name}: {step.what}" + (f"   {step.clause}" if step.clause else "") if step else ""
