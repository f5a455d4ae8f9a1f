"""The rule about the handoff of the QP's decisions to sponsor and CRO (SOP 3.2, 3.3), and who was told of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from filing.act import CERTIFYING, Act
from filing.journal import Batch
from filing.rules.certificates import certificate_code, is_called
from filing.rules.consignments import completed, left, policy_days, sent_to_sites
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import in_words

_BY_TRIAL = ("sponsor", "cro")
"""The recipients that each trial names, by the fields of its register entry."""


@dataclass(frozen=True, order=True)
class Recipient:
    """An organisation in the function in which it is notified."""

    function: str
    organisation: str


def decision_handed_off(batch: Batch) -> Iterator[Outcome]:
    """The sponsor, and the CRO where one is contracted, are each notified of the QP's decision, at an organisation and
    person of the trial, and acknowledge it.

    Until they have, nothing may be dispatched. Where nothing was dispatched since the decision, it is told once the
    policy's days are over. Who was told of an earlier decision only is told anew under R45.
    """
    handoffs, decision = batch.of("handoff"), batch.certification
    if not handoffs and not (decision and decision.signed):
        yield NotApplicable("there is no decision to hand off")
        return
    for handoff in handoffs:
        yield from _names_the_decision(batch, handoff)
        yield from _goes_to_the_trial(batch, handoff)
        yield from _not_rejected(batch, handoff)
        yield from _answered_by_another(batch, handoff)
    if decision and decision.signed:
        for recipient in sorted(recipients_of(batch, decision)):
            yield from _not_yet(batch, decision, recipient)


def _names_the_decision(batch: Batch, handoff: Act) -> Iterator[Breach]:
    name = str(handoff.value("decision"))
    decision = batch.named(name)
    taken_back = any(act.name == name for act in batch.void) and not _told_since(batch, handoff)
    if taken_back or (decision and not decision.signed and not decision.earlier):
        yield Breach(
            handoff.record,
            ("decision",),
            f"{name} {'was taken back' if taken_back else 'is not validly signed by the QP'}",
            "Notify the recipient of a decision that the QP has signed and not taken back.",
        )
    told_of = decision.as_seen_by(handoff) if decision and handoff.signed else decision
    code = handoff.value("certificate")
    if told_of is None or code is None:
        return
    certifies = told_of.value("decision") in CERTIFYING
    if not certifies or not is_called(told_of, code):
        yield Breach(
            handoff.record,
            ("certificate",),
            f"{code}, while {name} gives {certificate_code(told_of) if certifies else 'no certificate'}",
            "Name the certificate of the decision that is communicated, or leave the line out where there is none.",
        )


def _told_since(batch: Batch, handoff: Act) -> bool:
    """Whether the recipient was told of the decision that stands now."""
    notices = (other for other in batch.of("handoff") if recipient_of(other) == recipient_of(handoff))
    return batch.certification is not None and any(notice.saw(batch.certification) for notice in notices)


def _goes_to_the_trial(batch: Batch, handoff: Act) -> Iterator[Breach]:
    to = recipient_of(handoff)
    of_trial = sorted(each.organisation for each in recipients_of(batch, handoff) if each.function == to.function)
    if to.function in _BY_TRIAL and batch.trials(handoff) and to.organisation not in of_trial:
        what = in_words(batch.repository.schemas, handoff.form.name, ("recipient", "function"), to.function)
        named = ", ".join(called(handoff, name) for name in of_trial)
        yield Breach(
            handoff.record,
            ("recipient", "organisation"),
            f"the batch's trials name {f'{named} as {what}' if named else f'no {what}'}, and "
            f"{called(handoff, to.organisation)} is notified",
            "Notify the organisation that the trial's register entry names.",
        )
    person = handoff.register("people", handoff.value("recipient", "person"))
    if person and person.data["organisation"] != to.organisation:
        yield Breach(
            handoff.record,
            ("recipient", "person"),
            f"{called(handoff, to.organisation)} is notified, but {person.data['name']} of "
            f"{called(handoff, str(person.data['organisation']))} is named as the person there",
            "Name a person of the organisation that is notified.",
        )


def _not_rejected(batch: Batch, handoff: Act) -> Iterator[Breach]:
    """A rejection stands, signed or not, until the same recipient accepts a notice of that decision or a later one."""
    answer = batch.answer(handoff, "handoff.acknowledgement")
    if answer is None or answer.value("outcome") != "rejected":
        return
    to = recipient_of(handoff)
    notices = [other for other in batch.of("handoff") if recipient_of(other) == to]
    later = [other for other in notices if _decision_number(batch, other) >= _decision_number(batch, handoff)]
    accepted = [acceptance for other in later if (acceptance := _accepted(batch, other))]
    if not any(answer.signed and acceptance.utc > answer.utc for acceptance in accepted):
        yield Breach(
            answer.record,
            ("outcome",),
            f'{called(handoff, to.organisation)} rejects the notice: "{answer.value("rejection_reason")}"',
            "Settle what it was rejected for, and notify again with a handoff of its own.",
        )


def _decision_number(batch: Batch, handoff: Act) -> int:
    decision = batch.named(str(handoff.value("decision")))
    return decision.number if decision else 0


def _answered_by_another(batch: Batch, handoff: Act) -> Iterator[Breach]:
    answer, to = batch.answer(handoff, "handoff.acknowledgement"), recipient_of(handoff).organisation
    signer = answer.last().statement.signer if answer and answer.signed else ""
    person = answer.register("people", signer) if answer else None
    if answer and person and person.data["organisation"] != to:
        yield Breach(
            answer.record,
            ("outcome",),
            f"{called(handoff, to)} was notified, but {person.data['name']} of "
            f"{called(answer, str(person.data['organisation']))} signed the acknowledgement",
            "Have a person of the organisation that was notified sign a correction of the acknowledgement.",
        )


def _not_yet(batch: Batch, decision: Act, recipient: Recipient) -> Iterator[Breach]:
    """Whether a recipient was never notified, or has not answered; a rejection is told where it was given."""
    notices = [handoff for handoff in batch.of("handoff") if recipient_of(handoff) == recipient]
    of_this = [handoff for handoff in notices if handoff.saw(decision)]
    told_before = not of_this and any(handoff.signed for handoff in notices)
    if told_before or any(_answered(batch, handoff) for handoff in of_this):
        return
    name = called(decision, recipient.organisation)
    since = of_this[-1] if of_this else decision
    found = f"{name} was not notified of {decision.name}"
    remedy = "Notify each recipient by a signed handoff of its own, and have it acknowledged."
    if of_this:
        found = f"{name} has not acknowledged {since.name} of {since.day}"
        remedy = f"Have the recipient sign {since.name}.acknowledgement.yaml."
    sent = sent_to_sites(batch)
    since_then = [consignment for consignment in sent if left(consignment) > completed(decision)]
    if since_then:
        yield Breach(since_then[-1].record, ("dispatched_at",), f"a consignment goes out, but {found}", remedy)
    elif overdue(batch, since):
        yield Breach(since.record, ("decision",), f"{found}; this is overdue", remedy, "error" if sent else "warning")


def _answered(batch: Batch, handoff: Act) -> bool:
    answer = batch.answer(handoff, "handoff.acknowledgement")
    return answer is not None and (answer.signed or answer.value("outcome") == "rejected")


def _accepted(batch: Batch, handoff: Act) -> Act | None:
    answer = batch.answer(handoff, "handoff.acknowledgement")
    return answer if answer and answer.signed and answer.value("outcome") == "accepted" else None


def recipients_of(batch: Batch, act: Act) -> frozenset[Recipient]:
    """The recipients that the batch's trials name, as the act's signer saw them."""
    trials = batch.trials(act)
    named = ((function, trial.data.get(function)) for trial in trials for function in _BY_TRIAL)
    return frozenset(Recipient(function, str(organisation)) for function, organisation in named if organisation)


def recipient_of(handoff: Act) -> Recipient:
    return Recipient(str(handoff.value("recipient", "function")), str(handoff.value("recipient", "organisation")))


def called(act: Act, organisation: str) -> str:
    """An organisation's name, as the act's signer saw it."""
    entry = act.register("organisations", organisation)
    return str(entry.data["name"]) if entry else organisation


def overdue(batch: Batch, since: Act) -> bool:
    """Whether the days for an acknowledgement are over since a signed act; never, where no clock is asked."""
    now, allowed = batch.journal.as_of, min(policy_days(batch, since, "acknowledgement_days"), default=None)
    if not now or allowed is None:
        return False
    today = date(int(now[:4]), int(now[4:6]), int(now[6:8]))
    return (today - date.fromisoformat(since.day)).days > allowed
