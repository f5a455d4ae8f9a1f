"""The way of one batch from gate to gate: what is missing now, what may be done beside it, and what only later."""

from __future__ import annotations

from collections.abc import Iterable

from filing import paper
from filing.journal import Batch
from filing.steps import mending
from filing.steps.desk import Desk
from filing.steps.deviations import settled
from filing.steps.sop import SOP_STEPS
from filing.steps.stages import (
    CLOSING,
    GATES,
    Case,
    Gate,
    decided_after_suspension,
    deliveries,
    filed,
    other_forms,
    package_of,
    packaged,
    trials_run,
)
from filing.steps.step import Road, Step

_KINDS = frozenset(step.kind for step in SOP_STEPS) | {"justification"}
"""Kinds that the gates ask for, or that answer a hold."""


def road(desk: Desk, batch: Batch) -> Road:
    """Where a batch stands, and what is missing before its next gate."""
    case = Case(desk, batch)
    about = _about(case)
    if not desk.repository.judgement.states:
        return Road(batch.id, about, "not judged", "judged", (_root_first(desk),))
    if any(act.form.id == "batch" for act in batch.void):
        return Road(batch.id, about, "taken back", "", (), "The batch master was taken back; nothing more is done.")
    held = bool(mending.open_holds(case))
    at, missing = _next_gate(case, held)
    stands = _stands(case, at)
    corrections = tuple(mending.corrections(case))
    beside = _beside(case, at) if at else ()
    if any(hold.rule == "R49" for hold in mending.open_holds(case)):
        beside = (*beside, *filed(case))
    closing = _closing(case, at, held)
    kinds = frozenset(step.kind for step in (*missing, *beside, *closing))
    to_mend = tuple(mending.errors(case, kinds))
    if to_mend:
        return Road(batch.id, about, stands, "in order", _without_repeats((*corrections, *to_mend)))
    steps = [*corrections, *mending.holds(case, kinds), *missing, *beside, *closing]
    gate = _word(case, GATES[at]) if at < len(GATES) else ""
    once = _without_repeats(steps)
    to_do = any(not step.optional for step in once)
    later = "" if to_do else _later(case)
    return Road(batch.id, about, stands, gate or ("settled" if to_do else ""), once, later, package_of(case))


def _next_gate(case: Case, held: bool) -> tuple[int, tuple[Step, ...]]:
    """The place of the first gate that is not passed, and what is missing before it; no package while a hold stands."""
    for at, gate in enumerate(GATES):
        found = tuple(gate.missing(case)) if not (held and gate.missing is packaged) else ()
        if found:
            return at, found
    return len(GATES), ()


def _stands(case: Case, at: int) -> str:
    """The gate passed last: before the next one, or after it where something came up anew."""
    passed = [gate for place, gate in enumerate(GATES) if place != at and _was_passed(case, gate)]
    return _word(case, passed[-1]) if passed else "not registered"


def _was_passed(case: Case, gate: Gate) -> bool:
    """Whether there was anything to pass: a rejected batch is neither released nor delivered."""
    if gate.name == "deviations decided":
        return case.decision is None and any(case.batch.id in each.batches for each in case.batch.deviations)
    signed = (act for kind in gate.kinds for act in case.batch.of(kind) if act.signed)
    return any(gate.name != "released by the sponsor" or act.value("decision") == "released" for act in signed)


def _word(case: Case, gate: Gate) -> str:
    """The gate's name for this batch: a decision by what the QP decided, or will have to."""
    if gate.name != "certified":
        return gate.name
    if case.decision:
        return str(case.decision.value("decision"))
    return "rejected" if case.batch.standing_blocks else "certified"


def _beside(case: Case, at: int) -> tuple[Step, ...]:
    """What may be done at the same time: deviations, records of gates that were passed, and whatever else is open."""
    found: list[Step] = []
    for deviation in case.batch.deviations:
        found += settled(case, deviation)
    for gate in GATES[:at]:
        for kind in gate.kinds:
            found += case.unsigned(kind)
    if case.decision:
        found += deliveries(case)
        found += decided_after_suspension(case)
    found += other_forms(case, _KINDS)
    return tuple(found)


def _closing(case: Case, at: int, held: bool) -> tuple[Step, ...]:
    """What is missing before the gates behind the next one, where the batch has come as far as the issue."""
    names = [gate.name for gate in GATES]
    if at < names.index(CLOSING) or case.batch.master is None:
        return ()
    found = [step for gate in GATES[at + 1 :] if not (held and gate.missing is packaged) for step in gate.missing(case)]
    return tuple(found)


def _later(case: Case) -> str:
    filed_once = any(act.signed for act in case.batch.of("filing"))
    if filed_once and trials_run(case):
        return "Nothing is missing. It is archived after the end of the trial."
    return "Nothing is missing."


def _root_first(desk: Desk) -> Step:
    why = desk.against[0].found if desk.against else "the root of trust is not accepted"
    return Step("", "mend", "root of trust", why, "", ("check",))


def _about(case: Case) -> str:
    """The product and the quantity, as the batch master and the registers in force have them."""
    master, states = case.batch.master, case.desk.repository.judgement.states
    if master is None or not states:
        return ""
    product = paper.entry_name(states[-1], "products", str(master.value("product")))
    return f"{product}, {master.value('quantity', 'amount')} {master.value('quantity', 'unit')}"


def _without_repeats(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(steps))
