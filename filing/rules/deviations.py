"""Rules about deviations: nothing is certified, released or dispatched against the QP's decision, or without it.

A disposition permits only if a QP validly signed it and, for a certification, if its signer saw it. One that forbids
counts signed or not, seen or not; so does a report. Whether the QP decided well is not for a rule to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act, forbids
from filing.journal import Batch, Deviation
from filing.model import Severity
from filing.rules.consignments import said
from filing.rules.dispositions import (
    came_up_after,
    certifying_decisions,
    concerned,
    first_report,
    in_force,
    known_at,
    known_when,
    not_met,
    not_permitted,
    policy_allows_section_3,
    standing,
    standing_decisions,
)
from filing.rules.onward import Step, certification_at, certifies, disposition_at, steps, taken_back
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import items_of

_NO_DEVIATION = NotApplicable("no deviation concerns a batch")
_ONLY_THE_QP = "Only a later disposition signed by the QP changes this."


def withdrawn_goes_nowhere(batch: Batch) -> Iterator[Outcome]:
    """A batch that is rejected, suspended, recalled or expired is neither released nor dispatched any more.

    What happened to a batch that it was made from counts as well. A return, a recall, a destruction and a shipment
    under quarantine stay possible.
    """
    found = list(steps(batch))
    if not found:
        yield NotApplicable("nothing is released or dispatched")
    for step in found:
        why = taken_back(batch, step)
        if why:
            yield Breach(
                step.act.record,
                _place(step),
                f"{step.words} {'was' if step.act.signed else 'is'} not allowed any more: {why}",
                "Keep the batch where it is, withdraw the release, and report as a deviation what has left. Only a "
                "later decision signed by the QP allows more.",
            )


def dispositions_permit(batch: Batch) -> Iterator[Outcome]:
    """Before a batch is certified, released or dispatched, the QP permits it in a disposition of each GMP or GDP
    deviation of the batch and of those it was made from, and a list of the deviations considered for a decision is
    that of the deviations known by then.

    It makes no difference whether the deviation is closed, or how it is classified. A disposition that forbids, signed
    after the certification, leaves the QP to suspend or reject the batch: until then the certification stands against
    it, and this rule says so.
    """
    if not batch.deviations:
        yield _NO_DEVIATION
    for deviation in batch.deviations:
        for disposition in in_force(deviation, batch.id):
            yield from _unfounded(batch, deviation, disposition)
    for act in standing_decisions(batch):
        yield from _considered_otherwise(batch, act)
    for act in certifying_decisions(batch):
        for deviation, name in concerned(batch):
            yield from _certified_against(batch, act, deviation, name)
    for step in steps(batch):
        if not taken_back(batch, step):
            for deviation, name in concerned(batch):
                yield from _sent_against(batch, step, deviation, name)


def later_deviations_assessed(batch: Batch) -> Iterator[Outcome]:
    """A GMP or GDP deviation reported after the certification has a disposition signed by the QP before the next
    release or dispatch, and as long as the certification stands.

    The certification could not take it into account. The QP decides whether it still stands, or signs a justification
    for what was released or dispatched meanwhile.
    """
    if not batch.deviations:
        yield _NO_DEVIATION
    for act in certifying_decisions(batch):
        for deviation, name in concerned(batch):
            if came_up_after(act, deviation, name) and standing(deviation, name) is None:
                yield from _not_assessed(batch, act, deviation, name)
    for step in steps(batch):
        certified = certification_at(batch, step)
        if certified and not taken_back(batch, step):
            for deviation, name in concerned(batch):
                if known_at(step, deviation, name) and came_up_after(certified, deviation, name):
                    yield from _sent_meanwhile(step, deviation, name)


def specifications_met(batch: Batch) -> Iterator[Outcome]:
    """A batch that does not meet its registered specifications is rejected, and no disposition permits its use.

    What the investigation says counts for every batch of the report, unless the report names the consignments that are
    concerned: then the disposition says it of the batch.
    """
    if not batch.deviations:
        yield _NO_DEVIATION
    for deviation in batch.deviations:
        for disposition in in_force(deviation, batch.id):
            said_by = not_met(deviation, disposition)
            if said_by and not forbids(disposition):
                who = "it" if said_by == "disposition" else f"the {said_by}"
                yield Breach(
                    disposition.record,
                    ("decision",),
                    f'the disposition is "{said(disposition, "decision")}", although {who} says that the registered '
                    "specifications are not met",
                    "Decide that the batch is not certifiable or is to be rejected. If batches of one report differ, "
                    "report those that do not meet them as a deviation of their own.",
                )
    for act in certifying_decisions(batch):
        for deviation in batch.deviations:
            for name in sorted(deviation.batches & batch.family):
                decided = standing(deviation, name)
                said_by = not_met(deviation, decided)
                # Where a disposition forbids, the rule about dispositions says so.
                if said_by and not (decided and forbids(decided)):
                    yield Breach(
                        act.record,
                        ("decision",),
                        f"the {said_by} of {deviation.id} says that {name} does not meet its registered specifications",
                        "Reject the batch.",
                    )


def _unfounded(batch: Batch, deviation: Deviation, disposition: Act) -> Iterator[Breach]:
    """A disposition under another authorisation, one that overlooks an earlier one, or uses section 3 of Annex 16
    without its conditions."""
    master = batch.master
    if master and disposition.value("mia") != master.value("mia"):
        yield Breach(
            disposition.record,
            ("mia",),
            f"{disposition.value('mia')}, while the batch master says {master.value('mia')}",
            "The QP of the batch master's authorisation decides about the batch.",
        )
    before = [act for act in deviation.dispositions(batch.id) if act.number < disposition.number]
    unseen = next(
        (act for act in before if forbids(act) and disposition.signed and not act.as_seen_by(disposition)), None
    )
    if unseen and not forbids(disposition):
        yield Breach(
            disposition.record,
            ("decision",),
            f'the QP signed without having seen {unseen.name}, which is "{said(unseen, "decision")}"',
            "Sign a later disposition that saw the earlier one.",
        )
    if disposition.value("decision") == "certifiable_annex16_s3":
        for pointer, why in _section_3(batch, deviation, disposition):
            remedy = f"Use section 3 of Annex 16 only where all its conditions are met. {_ONLY_THE_QP}"
            yield Breach(disposition.record, pointer, why, remedy)


def _section_3(batch: Batch, deviation: Deviation, disposition: Act) -> Iterator[tuple[tuple[str, ...], str]]:
    if not policy_allows_section_3(batch, disposition):
        yield ("decision",), "the policy of the trial does not allow certification under section 3 of Annex 16"
    conditions = disposition.value("annex16")
    names = [name for name, met in conditions.items() if met is not True] if isinstance(conditions, Mapping) else []
    for name in names:
        yield ("annex16", name), f'the condition "{name.replace("_", " ")}" is not met'
    investigation = deviation.one("deviation.investigation")
    unseen = investigation and disposition.signed and not investigation.as_seen_by(disposition)
    if investigation is None or not investigation.signed or unseen:
        yield ("annex16",), f"there is no signed investigation of {deviation.id} that the QP saw"
        return
    if investigation.value("unexpected") is not True:
        yield ("annex16", "unexpected"), "the investigation does not find that the deviation was unexpected"
    for act, says in ((investigation, "the investigation does not say"), (disposition, "the disposition does not say")):
        if act.value("registered_specifications") == "not_applicable":
            yield ("registered_specifications",), f"{says} that the registered specifications are met"


def _considered_otherwise(batch: Batch, act: Act) -> Iterator[Breach]:
    """What a list of deviations considered names wrongly or leaves out; nothing may keep the QP from rejecting."""
    listed = act.value("deviations_considered")
    if listed is None:
        return
    severity: Severity = "error" if certifies(act) else "warning"
    names = [str(name) for name in items_of(listed)]
    about = {deviation.id: deviation for deviation in batch.deviations}
    for index, name in enumerate(names):
        if name not in about:
            remedy = "List the deviations of the batch by their numbers."
            found = f"{name} is no deviation of {batch.id}"
            yield Breach(act.record, ("deviations_considered", index), found, remedy, severity)
    left_out = [name for name in about if name not in names and known_when(act, about[name], batch.family)]
    if left_out:
        found = f"not listed, although reported by then: {', '.join(left_out)}"
        remedy = "Consider each deviation of the batch, and list it here."
        yield Breach(act.record, ("deviations_considered",), found, remedy, severity)


def _certified_against(batch: Batch, act: Act, deviation: Deviation, name: str) -> Iterator[Breach]:
    what, decided = f"{deviation.id} of {name}", standing(deviation, name)
    if decided and forbids(decided):
        later = act.signed and (not decided.signed or decided.utc > act.utc)
        yield Breach(
            act.record,
            ("decision",),
            f'the disposition of {what} is "{said(decided, "decision")}"{_signed_on(decided)}',
            f"{'Suspend or reject the batch by a later decision' if later else 'Reject the batch'}. {_ONLY_THE_QP}",
        )
        return
    why = "" if came_up_after(act, deviation, name) else not_permitted(act, deviation, name)
    if why and act.signed and not first_report(deviation, name):
        yield Breach(
            act.record,
            ("decision",),
            f"{why}; no signed report in force tells when it came up, so that it counts as known when certifying",
            "Have the report signed, and have the QP decide on the deviation.",
        )
    elif why:
        then = "certify again by a later decision that saw it" if act.signed else "certify"
        remedy = f"Have the QP sign a disposition of the deviation; where it permits, {then}."
        yield Breach(act.record, ("decision",), why, remedy)
    elif decided and _section_3_forbidden(batch, act, decided, name):
        yield Breach(
            act.record,
            ("decision",),
            f"{what} was accepted under section 3 of Annex 16, which the policy of the trial does not allow",
            f"Do not certify the batch. {_ONLY_THE_QP}",
        )


def _section_3_forbidden(batch: Batch, act: Act, disposition: Act, name: str) -> bool:
    """Whether the certification's policy forbids what the disposition's own policy, judged there, allowed."""
    relevant = disposition.value("decision") == "certifiable_annex16_s3" and not policy_allows_section_3(batch, act)
    return relevant and (name != batch.id or policy_allows_section_3(batch, disposition))


def _sent_against(batch: Batch, step: Step, deviation: Deviation, name: str) -> Iterator[Breach]:
    what, decided = f"{deviation.id} of {name}", disposition_at(deviation, name, step)
    certified = certification_at(batch, step)
    # What came up after the certification is a hold, which the QP opens.
    since = certified is not None and came_up_after(certified, deviation, name)
    if decided and forbids(decided):
        why = f'the disposition of {what} is "{said(decided, "decision")}"{_signed_on(decided)}, before {step.words}'
    elif decided is None and known_at(step, deviation, name) and not since:
        why = f"{what} had no disposition by the QP before {step.words}"
    else:
        return
    yield Breach(step.act.record, _place(step), why, f"Keep the batch where it is. {_ONLY_THE_QP}")


def _not_assessed(batch: Batch, act: Act, deviation: Deviation, name: str) -> Iterator[Breach]:
    first = first_report(deviation, name)
    if first and deviation.report:
        drafted = " that is validly signed" if deviation.dispositions(name) else ""
        yield Breach(
            deviation.report.record,
            ("batches",),
            f"{deviation.id} of {name} was reported on {first.day}, after {batch.id} was certified on {act.day}, "
            f"and has no disposition by the QP{drafted}",
            "Release and dispatch nothing more of the batch until the QP has signed a disposition.",
        )


def _sent_meanwhile(step: Step, deviation: Deviation, name: str) -> Iterator[Breach]:
    first = first_report(deviation, name)
    if first and disposition_at(deviation, name, step) is None:
        yield Breach(
            step.act.record,
            _place(step),
            f"{deviation.id} of {name}, reported on {first.day}, had no disposition by the QP before {step.words}",
            "Have the QP decide on the deviation before anything leaves. If it has left, the QP justifies it.",
        )


def _signed_on(act: Act) -> str:
    return f", signed on {act.day}" if act.signed else f" in {act.name}, which is not signed yet"


def _place(step: Step) -> tuple[str, ...]:
    return ("decision",) if step.is_release else ("dispatched_at",)
