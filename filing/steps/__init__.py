"""What comes next for a batch: what is missing before its next gate, in the order of the SOP.

`desk_of` lays out what is known, `road` says where a batch stands and what is missing, `first_step` only the first of
it. Nothing is judged here: what is right and who may sign is asked of the rules and the registers.
"""

from __future__ import annotations

from pathlib import Path

from filing.checkout import Checkout
from filing.history import uncommitted
from filing.journal import Batch, Journal
from filing.model import Finding
from filing.steps.desk import Desk, Package
from filing.steps.road import road
from filing.steps.step import Road, Step

__all__ = ["Desk", "Road", "Step", "batch_named", "commands_after", "desk_of", "first_step", "road", "roads"]


def desk_of(read: Checkout) -> Desk:
    """What is known of the working tree: also whether it is committed, and which packages were made of it."""
    day = read.now.astimezone().date().isoformat()
    changed = None if read.history is None else tuple(uncommitted(read.root))
    return Desk(read.journal, read.findings, day, changed, _packages(read.root / "output"))


def first_step(journal: Journal, batch: str, day: str, findings: tuple[Finding, ...] = ()) -> Step | None:
    """The first thing that is missing for a batch; None where nothing is."""
    desk = Desk(journal, findings, day)
    return road(desk, batch_named(journal, batch)).first


def commands_after(read: Checkout, path: str) -> tuple[str, ...]:
    """What is typed next once a record at `path` was written or signed, without the program's name: for what it still
    needs itself, else for the first thing its batch does; () for no batch, and where nothing is missing."""
    desk = desk_of(read)
    batches = sorted(read.repository.relations.batches_about(path))
    found = [road(desk, batch_named(read.journal, batch)) for batch in batches]
    steps = [step for each in found for step in each.steps if not step.optional]
    own = [step for step in steps if step.record == path]
    return next((step.commands for step in (*own, *steps)), ())


def roads(desk: Desk) -> tuple[Road, ...]:
    """Every batch, by id."""
    return tuple(road(desk, batch) for batch in desk.journal.batches.values())


def batch_named(journal: Journal, name: str) -> Batch:
    """The batch of that id, also where it has no record yet."""
    return journal.batches.get(name) or Batch(name, (), (), (), journal)


def _packages(output: Path) -> dict[str, Package]:
    """Each finished package by its name, with the sign-offs of the issues in it."""
    found = {}
    for folder in sorted(output.iterdir()) if output.is_dir() else ():
        data = folder / "data"
        paths = [*data.glob("records/batches/*/issue.*.signoff"), *data.glob("records/trials/*/issue.*.signoff")]
        issues = {path.relative_to(data).as_posix(): path.read_bytes() for path in paths if path.is_file()}
        if issues:
            found[folder.name] = Package(f"output/{folder.name}", issues)
    return found
