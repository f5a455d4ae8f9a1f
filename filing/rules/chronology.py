"""Rules about the order of events, as far as records tell it (SOP 3.1, 4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from filing.act import Act, mappings
from filing.journal import Batch
from filing.rules.consignments import TO_SITE, completed, consignments, day_left, left, moment, site_name
from filing.rules.rule import NO_MASTER, Breach, Outcome, certifying

# A bulk may be imported before it is packaged, or after; both come after manufacture.
_STEPS = (
    (("order", "date"), "the order", None),
    (("manufactured_on",), "manufacture", 0),
    (("packaged_on",), "packaging", 1),
    (("imported_on",), "import", 1),
)
_SAME_DAY = ((("order", "date"), "the order"), (("imported_on",), "import"))
"""What has to be told apart from the end of manufacture though both are dated by the day only."""


def chronology_holds(batch: Batch) -> Iterator[Outcome]:
    """Order, manufacture, packaging and import follow each other before they are signed for, a decision is signed
    before it is communicated, a consignment leaves before it arrives, and it arrives before its temperature data are
    reviewed.

    The sponsor may acknowledge the decision after its regulatory release only because it verified the certificate
    itself, which is a warning. That nothing is released before it is certified, and nothing leaves before it is
    released, is R29; that nothing is signed before it happened is R13.
    """
    if batch.master is None:
        yield NO_MASTER
    else:
        yield from _steps_in_order(batch.master)
    for delivery in batch.of("documentation"):
        if delivery.signed:
            yield from _dated_before(delivery)
    for handoff in batch.of("handoff"):
        yield from _notified_in_order(batch, handoff)
    for release in batch.of("release"):
        yield from _acknowledged_before(batch, release)
    for consignment in consignments(batch):
        yield from _received_in_order(batch, consignment)


def _steps_in_order(master: Act) -> Iterator[Breach]:
    days = [str(master.value(*pointer) or "") for pointer, _, _ in _STEPS]
    signed = master.last().statement.day if master.signed else ""
    for (pointer, what, after), day in zip(_STEPS, days, strict=True):
        if after is not None and day and day < days[after]:
            yield Breach(
                master.record,
                pointer,
                f"{what} on {day} is before {_STEPS[after][1]} on {days[after]}",
                "Correct the date that is wrong.",
            )
        if signed and day > signed:
            yield Breach(
                master.record,
                pointer,
                f"{what} on {day} is after the batch master was signed, on {signed}",
                "Sign the batch master once all it states has happened.",
            )


def _dated_before(delivery: Act) -> Iterator[Breach]:
    provided = delivery.last().statement.day
    for index, line in enumerate(mappings(delivery.value("documents"))):
        if str(line["date"]) > provided:
            yield Breach(
                delivery.record,
                ("documents", index, "date"),
                f"{line['number']} is dated {line['date']}, after it was provided on {provided}",
                "Correct the document's date, or deliver the document once it exists.",
            )


def _notified_in_order(batch: Batch, handoff: Act) -> Iterator[Breach]:
    sent, decision = str(handoff.value("sent_at")), batch.named(str(handoff.value("decision")))
    first = _first(decision) if decision else None
    if first and first.signed and moment(sent) < completed(first):
        yield Breach(
            handoff.record,
            ("sent_at",),
            f"the notice was sent at {sent}, before the QP signed {first.name} at {_time(first)}",
            "Correct the time; a decision is communicated once it is signed.",
        )


def _acknowledged_before(batch: Batch, release: Act) -> Iterator[Breach]:
    """Whether the sponsor's first acknowledgement of the decision that it released on came only after that."""
    first, decision = _first(release), release.value("certification")
    notices = [act for act in batch.of("handoff") if act.value("recipient", "function") == "sponsor"]
    answers = [
        _first(act) for notice in notices if notice.value("decision") == decision for act in batch.following(notice)
    ]
    in_time = any(act.signed and first.signed and completed(act) <= completed(first) for act in answers)
    for answer in answers if first.signed and not in_time else ():
        when = f"at {_time(answer)}" if answer.signed else "by a record that is not signed yet"
        yield Breach(
            answer.record,
            ("outcome",),
            f"the sponsor acknowledges the decision {when}; {first.name} was signed at {_time(first)}",
            "Make sure that the release officer verified the certificate itself before the release.",
            "warning",
        )


def _received_in_order(batch: Batch, consignment: Act) -> Iterator[Breach]:
    receipt = batch.answer(consignment, "distribution.receipt")
    if receipt is None:
        return
    received, reviewed = str(receipt.value("received_at")), str(receipt.value("temperature", "reviewed_at"))
    remedy = "Correct the time that is wrong."
    if moment(received) < left(consignment):
        found = f"the consignment arrived at {received}, before it left at {consignment.value('dispatched_at')}"
        yield Breach(receipt.record, ("received_at",), found, remedy)
    if moment(reviewed) < moment(received):
        found = f"the temperature data were reviewed at {reviewed}, before the consignment arrived at {received}"
        yield Breach(receipt.record, ("temperature", "reviewed_at"), found, remedy)


def order_can_be_shown(batch: Batch) -> Iterator[Outcome]:
    """Events that have to follow each other do not fall on the same day where only the day is recorded.

    An order dated the day on which manufacture ended, an authorisation dated the day of the certification that needs
    it, or a site activated on the day of the first consignment may all be in order, but nobody can show it later.
    What is only written down on the day it happens, such as a document provided on its own date, is not meant.
    """
    if batch.master is None:
        yield NO_MASTER
        return
    yield from _same_day_as_manufacture(batch.master)
    yield from _authorised_that_day(batch)
    yield from _activated_that_day(batch)


def _same_day_as_manufacture(master: Act) -> Iterator[Breach]:
    ended = master.value("manufactured_on")
    for pointer, what in _SAME_DAY:
        if master.value(*pointer) == ended:
            yield Breach(
                master.record,
                pointer,
                f"{what} is dated {ended}, the day on which manufacture ended",
                "Keep a record that shows which came first, such as the signed order or the batch record with times.",
            )


def _authorised_that_day(batch: Batch) -> Iterator[Breach]:
    act = certifying(batch)
    for trial in batch.trials(act) if act and act.signed else ():
        states = mappings(trial.data["member_states"])
        authorised = [state for state in states if state["decision"] not in ("pending", "refused")]
        first = min((str(state.get("decided_on", "")) for state in authorised), default="")
        if act and first == act.day:
            yield Breach(
                act.record,
                ("decision",),
                f"{trial.data['protocol_code']} was first authorised on {act.day}, the day of the certification",
                "Keep the notice of the authorisation with the time at which it was received.",
            )


def _activated_that_day(batch: Batch) -> Iterator[Breach]:
    for consignment in consignments(batch):
        name, day = consignment.value("site"), day_left(consignment)
        site = consignment.register("sites", name)
        if consignment.value("movement") in TO_SITE and site and site.data.get("activated_on") == day:
            yield Breach(
                consignment.record,
                ("dispatched_at",),
                f"the consignment left on {day}, the day on which {site_name(consignment, name)} was activated",
                "Keep the notice of the activation with its time.",
            )


def _time(act: Act) -> str:
    return act.last().statement.time


def _first(act: Act) -> Act:
    """The first revision, or the first that was signed."""
    return act.earlier[0] if act.earlier else act
