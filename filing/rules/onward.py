"""Acts that send a batch onward: releases and dispatches, when they happened, and what stood against them then.

Whether they should have happened is for the rules to say. What the QP permits counts only once it is signed; what the
QP decides against a batch counts against an act that is not signed yet even while it is being written itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from filing.act import CERTIFYING, Act, forbids
from filing.journal import Batch, Deviation
from filing.rules.consignments import completed, day_left, left, said, sent_to_sites


@dataclass(frozen=True)
class Step:
    """A release, or a dispatch to a site. `moment` is when it happened; None while a release is not signed."""

    act: Act
    moment: datetime | None

    @property
    def is_release(self) -> bool:
        return self.act.form.id == "release"

    @property
    def day(self) -> str:
        """The day it is about; a release may take effect later than it is signed."""
        if self.is_release:
            return max(self.act.day, str(self.act.value("valid_from")))
        return day_left(self.act)

    @property
    def words(self) -> str:
        if not self.is_release:
            return f"the dispatch of {self.day}"
        return f"the release of {self.act.day}" if self.act.signed else "this release"

    def came_after(self, other: Act) -> bool:
        """Whether another act was there when this happened. What is not signed counts only where this is not either."""
        if not other.signed:
            return not self.act.signed
        return self.moment is None or completed(other) <= self.moment


def steps(batch: Batch) -> Iterator[Step]:
    """The releases of a batch and its dispatches to sites, signed or being written."""
    for act in batch.of("release"):
        if act.value("decision") == "released":
            yield Step(act, completed(act) if act.signed else None)
    for act in sent_to_sites(batch):
        yield Step(act, left(act))


def decision_at(batch: Batch, step: Step) -> Act | None:
    """The QP's decision on the batch that stood when the step was taken."""
    found = _at(step, batch.decisions)
    return next((act for act in reversed(found) if act.signed or not certifies(act)), None)


def certification_at(batch: Batch, step: Step) -> Act | None:
    """The newest signed decision to certify the batch before the step was taken."""
    found = _at(step, batch.decisions)
    return next((act for act in reversed(found) if act.signed and certifies(act)), None)


def disposition_at(deviation: Deviation, batch: str, step: Step) -> Act | None:
    """The disposition of the batch that stood when the step was taken."""
    found = _at(step, deviation.dispositions(batch))
    return next((act for act in reversed(found) if act.signed or forbids(act)), None)


def _at(step: Step, acts: tuple[Act, ...]) -> list[Act]:
    """The acts that were there when the step was taken, each in the revision it had then."""
    revisions = ([each for each in (*act.earlier, act) if step.came_after(each)] for act in acts)
    return [found[-1] for found in revisions if found]


def certifies(act: Act) -> bool:
    return act.value("decision") in CERTIFYING


def taken_back(batch: Batch, step: Step) -> str:
    """Why the batch was not to go anywhere when the step was taken: rejected, suspended, recalled or expired; "" where
    it was none of these."""
    return _decided_against(batch, step) or _recalled(batch, step) or _expired(batch, step)


def _decided_against(batch: Batch, step: Step) -> str:
    for name in sorted(batch.family):
        relative = batch.journal.batches.get(name)
        decision = decision_at(relative, step) if relative else None
        if decision and not certifies(decision):
            return f"{name} {_is_or_was(decision)} {said(decision, 'decision').lower()}{_on(decision)}"
    return ""


def _recalled(batch: Batch, step: Step) -> str:
    for deviation in batch.deviations:
        for name in sorted(deviation.batches & batch.family):
            found = disposition_at(deviation, name, step)
            if found and found.value("decision") == "recall":
                return f"{name} {_is_or_was(found)} recalled by the disposition of {deviation.id}{_on(found)}"
    certified = certification_at(batch, step)
    for act in batch.of("distribution"):
        if act.value("movement") == "recall" and (act.signed or not step.act.signed):
            before = step.moment is None or left(act) <= step.moment
            if before and not (certified and completed(certified) >= left(act)):
                return f"{batch.id} was recalled on {day_left(act)} ({act.name})"
    return ""


def _expired(batch: Batch, step: Step) -> str:
    """Only for releases: a dispatch has to leave some shelf life besides, which another rule asks for."""
    certified = certification_at(batch, step)
    last = certified.value("certificate", "expiry", "date") if certified else None
    last = last or (batch.master.value("expiry", "date") if batch.master else None)
    late = step.is_release and last is not None and step.day > str(last)
    return f"the last day on which {batch.id} may be used is {last}" if late else ""


def _is_or_was(act: Act) -> str:
    return "was" if act.signed else "is to be"


def _on(act: Act) -> str:
    return f" on {act.day}" if act.signed else f" ({act.name}, not signed yet)"
