"""Rules about how consignments travel and are received: in time, by the site, complete, and kept apart after an
excursion (SOP 4.2, 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from filing.act import PERMITTING, Act
from filing.journal import Batch, Deviation
from filing.rules.consignments import (
    NOTHING_RECEIVED,
    TO_SITE,
    amount,
    consignments,
    day_left,
    moment,
    policy_days,
    said,
    unit,
)
from filing.rules.rule import Breach, Outcome
from filing.rules.storage import cannot_keep

_RECEIPT = "distribution.receipt"
_SPOILT = ("damaged", "excursion")
_FOR_NOBODY = ("recall", "destruction")
"""What nobody will take any more: its condition on arrival decides nothing."""
_TO_BE_USED = (*TO_SITE, "quarantine_shipment")


def receipt_as_required(batch: Batch) -> Iterator[Outcome]:
    """A consignment is dispatched by the organisation it leaves from and received within the days of the trial's
    policy, its receipt is given by the site or says for whom it is given, and it tells apart what was dispatched from
    what arrived.

    The sponsor answers for the product until the site has accepted it. A receipt that is late or missing is a warning.
    """
    sent = consignments(batch)
    if not sent:
        yield NOTHING_RECEIVED
    for consignment in sent:
        receipt = batch.answer(consignment, _RECEIPT)
        yield from _sent_by_another(consignment)
        yield from _late(batch, consignment, receipt)
        if receipt:
            yield from _miscounted(batch, consignment, receipt)
            yield from _recorded_for_another(consignment, receipt)


def _sent_by_another(consignment: Act) -> Iterator[Breach]:
    signer = consignment.register("people", consignment.last().statement.signer) if consignment.signed else None
    place = consignment.value("from", "organisation")
    if signer and signer.data["organisation"] != place:
        who = f"{signer.data['name']} of {_organisation(consignment, signer.data['organisation'])}"
        found = f"it is said to leave from {_organisation(consignment, place)}, but {who} signed the dispatch"
        remedy = "Name under from the organisation that sent the consignment, or have somebody of it sign."
        yield Breach(consignment.record, ("from", "organisation"), found, remedy)


def _organisation(act: Act, name: object) -> str:
    entry = act.register("organisations", name)
    return str(entry.data["name"]) if entry else str(name)


def _late(batch: Batch, consignment: Act, receipt: Act | None) -> Iterator[Breach]:
    allowed = min(policy_days(batch, consignment, "receipt_days"), default=None)
    if allowed is None:
        return
    dispatched = f"the consignment left on {day_left(consignment)}"
    if receipt:
        arrived = str(receipt.value("received_at"))[:10]
        if _days(consignment, date.fromisoformat(arrived)) > allowed:
            found = f"{dispatched} and arrived on {arrived}; the policy allows {allowed} days"
            yield Breach(receipt.record, ("received_at",), found, "Find out what delayed it, and record that.")
    as_of = batch.journal.as_of
    if as_of and consignment.signed and not (receipt and receipt.signed):
        today = date.fromisoformat(f"{as_of[:4]}-{as_of[4:6]}-{as_of[6:8]}")
        if _days(consignment, today) > allowed:
            found = f"{dispatched}; no receipt is signed {_days(consignment, today)} days later"
            yield Breach(consignment.record, ("dispatched_at",), found, "Ask the site, and have the receipt recorded.")


def _days(consignment: Act, day: date) -> int:
    return (day - date.fromisoformat(day_left(consignment))).days


def _miscounted(batch: Batch, consignment: Act, receipt: Act) -> Iterator[Breach]:
    """A short or over delivery says so. What is damaged needs a deviation anyway, which tells how much."""
    sent, arrived, condition = amount(consignment), amount(receipt), receipt.value("condition")
    quantities = f"{sent} {unit(consignment)} were dispatched and {arrived} {unit(receipt)} arrived"
    if batch.master and unit(receipt) != unit(batch.master):
        remedy = "Count in the unit of the batch master."
        yield Breach(receipt.record, ("quantity", "unit"), quantities, remedy, "error")
        return
    fitting = "short" if arrived < sent else "over" if arrived > sent else ""
    if condition in ("short", "over", "ok") and condition != (fitting or "ok"):
        found = f'{quantities}, but the condition is "{said(receipt, "condition")}"'
        yield Breach(receipt.record, ("condition",), found, "Correct the quantity or the condition.", "error")


def _recorded_for_another(consignment: Act, receipt: Act) -> Iterator[Breach]:
    name, time = receipt.value("recorded_for", "name"), receipt.value("recorded_for", "time")
    if time is not None and moment(str(time)) < moment(str(receipt.value("received_at"))):
        found = f"confirmed at {time}, before the consignment arrived at {receipt.value('received_at')}"
        yield Breach(receipt.record, ("recorded_for", "time"), found, "Correct the time that is wrong.", "error")
    if not receipt.signed or consignment.value("movement") not in TO_SITE:
        return
    statement = receipt.last().statement
    signer = receipt.register("people", statement.signer)
    who = signer.data["name"] if signer else statement.signer
    if statement.role != "site" and name is None:
        found = f'{who} signed as "{statement.role}", and the receipt does not say who received the consignment'
        remedy = "Say under recorded_for who at the site received it, when, and what shows it; or have the site sign."
        yield Breach(receipt.record, (), found, remedy, "error")
    elif statement.role == "site" and name is not None and name != who:
        found = f"{who} of the site signed, but the receipt is recorded for {name}"
        remedy = "Delete recorded_for: who signs for the site received the consignment."
        yield Breach(receipt.record, ("recorded_for", "name"), found, remedy, "error")


def excursion_is_a_deviation(batch: Batch) -> Iterator[Outcome]:
    """A consignment travels at the storage condition of the batch or is reported as a deviation, as is one that arrived
    damaged or after a temperature excursion, and none of these, nor one without temperature data, is accepted before
    the QP's disposition of the batch permits its use.

    The kits stay apart at the site until then; a revision of the receipt accepts them. A storage condition is compared
    where it is a range or an upper limit, such as 2–8 °C or below 25 °C.
    """
    sent = consignments(batch)
    if not sent:
        yield NOTHING_RECEIVED
    for consignment in sent:
        receipt, storage = batch.answer(consignment, _RECEIPT), _storage_not_kept(batch, consignment)
        if storage and not (receipt and receipt.value("deviation")):
            given = said(consignment, "temperature")
            found = f'the consignment travels at "{given}"; the storage condition of the batch is "{storage}"'
            remedy = "Correct the temperature; if it did travel so, report a deviation and name it in the receipt."
            yield Breach(consignment.record, ("temperature",), found, remedy)
        if receipt and consignment.value("movement") not in _FOR_NOBODY:
            yield from _not_settled(batch, receipt, bool(storage))


def _storage_not_kept(batch: Batch, consignment: Act) -> str:
    """The batch's storage condition where a consignment to dose patients from cannot keep it; "" otherwise."""
    storage = str(batch.master.value("storage")) if batch.master else ""
    way = str(consignment.value("temperature")), str(consignment.value("temperature_condition"))
    return storage if consignment.value("movement") in _TO_BE_USED and cannot_keep(*way, storage) else ""


def _not_settled(batch: Batch, receipt: Act, storage_not_kept: bool) -> Iterator[Breach]:
    outcome = receipt.value("temperature", "outcome")
    spoilt = receipt.value("condition") in _SPOILT or outcome == "excursion"
    if not (spoilt or outcome == "no_data" or storage_not_kept):
        return
    number = receipt.value("deviation")
    deviation = batch.journal.deviations.get(str(number))
    if spoilt and number is None:
        pointer = ("condition",) if receipt.value("condition") in _SPOILT else ("temperature", "outcome")
        found = f'"{said(receipt, *pointer)}", but no deviation is named'
        remedy = "Report a deviation and name it under deviation; keep the consignment apart until the QP decides."
        yield Breach(receipt.record, pointer, found, remedy)
    elif deviation and batch.id not in deviation.batches:
        remedy = "Name the deviation that was reported for this batch."
        yield Breach(receipt.record, ("deviation",), f"{number} is not about {batch.id}", remedy)
    if receipt.value("acceptance") == "accepted" and not _permitted(batch, receipt, deviation):
        lacking = "temperature data, and without " if outcome == "no_data" else ""
        found = f"the consignment is accepted without {lacking}a disposition by the QP that permits it"
        remedy = "Write quarantined; a revision may accept the consignment once the QP's disposition permits it."
        yield Breach(receipt.record, ("acceptance",), found, remedy)


def _permitted(batch: Batch, receipt: Act, deviation: Deviation | None) -> bool:
    """Whether the newest disposition before the receipt permits use: its time decides, for a receipt sees none."""
    dispositions = deviation.dispositions(batch.id) if deviation else ()
    signed = [each for act in dispositions for each in (*act.earlier, act) if each.signed]
    before = [act for act in signed if not receipt.signed or act.utc <= receipt.utc]
    return bool(before) and before[-1].value("decision") in PERMITTING
