"""What a rule is: a small function that says where one requirement is not met.

Its docstring's first sentence is the requirement in plain words. It yields breaches, or why it does not apply. Most
rules look at one batch, deviation or act; a rule that looks at the whole repository is run once, so that a check stays
linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps

from filing.act import CERTIFYING, Act
from filing.journal import Batch, Deviation, Folder, Journal
from filing.model import Finding, Pointer, Record, Severity
from filing.requirements import REQUIREMENTS


@dataclass(frozen=True)
class Breach:
    record: Record
    pointer: Pointer
    found: str
    remedy: str
    severity: Severity | None = None
    """Where it differs from the rule's own."""


@dataclass(frozen=True)
class NotApplicable:
    reason: str


Outcome = Breach | NotApplicable
Check = Callable[[Journal], Iterator[tuple[Outcome, ...]]]
"""Yields the outcomes of one subject after another: of each batch, or of the repository."""


def each_batch(rule: Callable[[Batch], Iterator[Outcome]]) -> Check:
    """The check that asks a rule about every batch by itself."""

    @wraps(rule)
    def check(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
        return (tuple(rule(batch)) for batch in journal.batches.values())

    return check


def each_deviation(rule: Callable[[Deviation], Iterator[Outcome]]) -> Check:
    """The check that asks a rule about every deviation by itself."""

    @wraps(rule)
    def check(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
        return (tuple(rule(deviation)) for deviation in journal.deviations.values())

    return check


def each_folder(rule: Callable[[Folder], Iterator[Outcome]]) -> Check:
    """The check that asks a rule about every batch, every deviation and every trial's issues by themselves."""

    @wraps(rule)
    def check(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
        return (tuple(rule(folder)) for folder in journal.folders)

    return check


@dataclass(frozen=True)
class Rule:
    """`opened_by` is the role whose justification opens a hold of this rule; "" where none can (model: the gate)."""

    id: str
    clause: str
    severity: Severity
    title: str
    check: Check
    opened_by: str = ""

    @property
    def requirement(self) -> str:
        """In the words for the id as a whole where sign-offs and forms are held to it, too."""
        if self.id in REQUIREMENTS:
            return REQUIREMENTS[self.id].requirement
        return " ".join((self.check.__doc__ or "").split("\n\n")[0].split())

    def finding(self, breach: Breach) -> Finding:
        place = breach.record.at(breach.pointer)
        return Finding(
            breach.record.path, place.line, place.column, self.id, breach.severity or self.severity,
            self.title, self.requirement, breach.found, breach.remedy, self.clause,
        )  # fmt: skip


def certifying(batch: Batch) -> Act | None:
    """The act that certifies the batch, signed or still being written; None where there is none, or where a later
    decision took the certification back."""
    act = batch.certification
    return act if act and act.value("decision") in CERTIFYING else None


NOT_CERTIFYING = NotApplicable("no batch is being certified")
NO_MASTER = NotApplicable("there is no batch master that keeps to its form")
