"""Rules about what the QP received and reviewed before certifying (SOP 1.1, 1.2, 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from filing.act import Act, mappings
from filing.journal import Batch
from filing.model import Record, Value
from filing.rules.consignments import said
from filing.rules.rule import NO_MASTER, NOT_CERTIFYING, Breach, NotApplicable, Outcome, certifying
from filing.rules.wording import items_of, kind_in_words, says_nothing

_AUTHORISED = ("authorised", "with_conditions", "tacit")
_BATCH_RECORDS = ("batch_manufacturing_record", "batch_packaging_record")


def receipt_matches(batch: Batch) -> Iterator[Outcome]:
    """A receipt speaks of each document of its delivery and of no other, and its outcome is what its lines say."""
    receipts = batch.of("documentation.receipt")
    if not receipts:
        yield NotApplicable("there is no receipt")
    for receipt in receipts:
        delivery = next((d for d in batch.of("documentation") if d.base == receipt.form.followed(receipt.path)), None)
        if delivery:
            yield from _differs(receipt, delivery)


def _differs(receipt: Act, delivery: Act) -> Iterator[Breach]:
    name = _name(delivery)
    delivered = {str(line["number"]) for line in mappings(delivery.value("documents"))}
    lines = mappings(receipt.value("documents"))
    for index, line in enumerate(lines):
        if line["number"] not in delivered:
            yield Breach(
                receipt.record,
                ("documents", index, "number"),
                f"{line['number']} is not among the documents of {name}",
                "Write each number as the delivery has it.",
            )
    left_out = sorted(delivered - {str(line["number"]) for line in lines})
    if left_out:
        yield Breach(
            receipt.record,
            ("documents",),
            f"nothing is said about {', '.join(left_out)} of {name}",
            "Say of each document delivered whether it is accepted.",
        )
    contrary = _contrary(receipt)
    if contrary:
        found = f'the outcome is "{said(receipt, "outcome").lower()}", but {contrary}'
        yield Breach(receipt.record, ("outcome",), found, "Write the outcome that the lines add up to.")


def _contrary(receipt: Act) -> str:
    """What the lines of a receipt say against its outcome; "" where they add up to it."""
    accepted = [line["result"] == "accepted" for line in mappings(receipt.value("documents"))]
    outcome = receipt.value("outcome")
    if outcome == "received" and not all(accepted):
        return "at least one document is under query or rejected"
    if outcome == "rejected" and any(accepted):
        return "at least one document is accepted"
    if outcome == "under_query" and all(accepted):
        return "every document is accepted"
    return ""


def documents_complete(batch: Batch) -> Iterator[Outcome]:
    """Before certifying, the QP received and accepted every document the trial's policy requires, and a Member
    State had authorised the trial.
    """
    act = certifying(batch)
    if act is None or batch.master is None:
        yield NOT_CERTIFYING if act is None else NO_MASTER
        return
    refused = dict(_refused(batch, act))
    for index, (_, why) in refused.items():
        remedy = "Name deliveries whose receipt is signed, and certify having seen it."
        yield Breach(act.record, ("documents_seen", index), why, remedy)
    yield from _excused(batch, act)
    # What a refused delivery would have brought is said once, where that delivery is named.
    said = {kind for kinds, _ in refused.values() for kind in kinds}
    missing = [kind for kind in missing_documents(batch, act) if kind not in said]
    if missing:
        accepted = {str(line["type"]) for line in accepted_documents(batch, act)}
        have = _kinds(batch, sorted(accepted)) or "nothing"
        yield Breach(
            act.record,
            ("documents_seen",),
            f"{_missing(batch, act, missing)}. Received, accepted and seen by the QP: {have}",
            "Have what is missing delivered and its receipt signed, and name that delivery under documents_seen; "
            "then certify.",
        )
    for trial in batch.trials(act):
        yield from _trial_allows(batch, act, trial)


def missing_documents(batch: Batch, act: Act) -> tuple[str, ...]:
    """The kinds of documents that the policies require for a decision and that nobody accepted yet."""
    accepted = {str(line["type"]) for line in accepted_documents(batch, act)}
    return tuple(kind for kind in _required(batch, act) if kind not in accepted)


def _refused(batch: Batch, act: Act) -> Iterator[tuple[int, tuple[frozenset[str], str]]]:
    """The deliveries under documents_seen that are no evidence: place, the kinds of documents they hold, and why."""
    received = {_name(delivery): (delivery, receipt) for delivery, receipt in _received(batch, act)}
    for index, name in enumerate(map(str, items_of(act.value("documents_seen")))):
        delivery, receipt = received.get(name, (None, None))
        if delivery is None:
            why = f"{name} is no delivery of this batch that keeps to its form"
        elif not delivery.signed:
            why = f"{name} is not validly signed by who provided it"
        elif receipt is None:
            why = f"{name} has no receipt that keeps to its form"
        elif not receipt.signed:
            why = f"the receipt of {name} is not validly signed"
        elif not (_counts(act, delivery) and _counts(act, receipt)):
            why = f"the QP signed without having seen the signed receipt of {name}"
        else:
            continue
        lines = mappings(delivery.value("documents")) if delivery else ()
        yield index, (frozenset(str(line["type"]) for line in lines), why)


def _missing(batch: Batch, act: Act, kinds: Iterable[str]) -> str:
    """The kinds of documents that are missing, by what became of those that were delivered."""
    fates: dict[str, list[str]] = {}
    for kind in kinds:
        fates.setdefault(_fate(batch, act, kind), []).append(kind)
    return ". ".join(f"{fate}: {_kinds(batch, fates[fate])}" for fate in sorted(fates, key=lambda f: f != "missing"))


def _fate(batch: Batch, act: Act, kind: str) -> str:
    fate = "missing"
    for delivery, receipt in sorted(_received(batch, act), key=lambda pair: _name(pair[0])):
        numbers = {line["number"] for line in mappings(delivery.value("documents")) if line["type"] == kind}
        name = _name(delivery)
        lines = mappings(receipt.value("documents")) if receipt and receipt.signed else ()
        results = {str(line["result"]) for line in lines if line["number"] in numbers}
        if results - {"accepted"}:
            fate = f"{' and '.join(sorted(results)).replace('_', ' ')} in {name}"
        elif results and receipt and _counts_for_nothing(receipt):
            what = "rejected" if receipt.value("outcome") == "rejected" else "put under query"
            fate = f"{name} was {what} as a whole"
        elif results and name not in items_of(act.value("documents_seen")):
            fate = f"accepted in {name}, which is not named here"
        elif numbers and not results:
            fate = f"delivered with {name}, but accepted by no signed receipt"
    return fate


def _kinds(batch: Batch, kinds: Iterable[str]) -> str:
    return "; ".join(kind_in_words(batch.repository.schemas, kind) for kind in kinds)


def _excused(batch: Batch, act: Act) -> Iterator[Breach]:
    """What stands under not_applicable without a reason, or against what was delivered."""
    delivered = {
        str(line["type"]): _name(delivery)
        for delivery in batch.of("documentation")
        for line in mappings(delivery.value("documents"))
        if delivery.signed
    }
    for index, item in enumerate(mappings(act.value("not_applicable"))):
        kind = str(item["type"])
        if says_nothing(str(item["reason"])):
            yield Breach(
                act.record,
                ("not_applicable", index, "reason"),
                f'"{item["reason"]}", which gives no reason',
                "Write why this kind of document does not apply to this batch.",
            )
        if kind in delivered:
            yield Breach(
                act.record,
                ("not_applicable", index),
                f"{kind_in_words(batch.repository.schemas, kind)} is said not to apply, but was delivered with "
                f"{delivered[kind]}",
                "Delete the line; the document delivered has to be accepted.",
            )


def _trial_allows(batch: Batch, act: Act, trial: Record) -> Iterator[Breach]:
    if act.register("policies", trial.data["policy"]) is None:
        yield Breach(
            act.record,
            ("documents_seen",),
            f"the policy of {trial.data['protocol_code']}, which says what is required, is not in force",
            "Have the policy put into force by a register change; then certify.",
        )
    states = mappings(trial.data.get("member_states"))
    if not any(state.get("decision") in _AUTHORISED and _before(state, act) for state in states):
        yield Breach(
            act.record,
            ("decision",),
            f"no Member State had authorised {trial.data['protocol_code']} by then",
            "Certify only after the decision, once it stands in the trial's register entry.",
        )


def batch_records_named(batch: Batch) -> Iterator[Outcome]:
    """The certification names the executed batch records that the QP reviewed, and they are among those received."""
    act = certifying(batch)
    if act is None or batch.master is None:
        yield NOT_CERTIFYING if act is None else NO_MASTER
        return
    kinds: dict[str, set[str]] = {}
    for line in accepted_documents(batch, act):
        if line["type"] in _BATCH_RECORDS:
            kinds.setdefault(str(line["number"]), set()).add(str(line["type"]))
    numbers = [str(number) for number in items_of(act.value("batch_records_reviewed"))]
    for index, number in enumerate(numbers):
        if number not in kinds:
            yield Breach(
                act.record,
                ("batch_records_reviewed", index),
                f"{number} is no executed batch record that was received and accepted",
                "Name the batch records by their numbers in the delivery.",
            )
    named = {kind for number in numbers for kind in kinds.get(number, ())}
    missing = [kind for kind in _BATCH_RECORDS if kind in _required(batch, act) and kind not in named]
    if (missing and set(numbers) <= set(kinds)) or not numbers:
        names = " and the ".join(kind_in_words(batch.repository.schemas, kind).lower() for kind in missing)
        yield Breach(
            act.record,
            ("batch_records_reviewed",),
            f"the {names} {'is' if len(missing) == 1 else 'are'} not named"
            if missing
            else "no executed batch record is named",
            "Review the executed batch records and name them here by their numbers.",
        )


def accepted_documents(batch: Batch, act: Act) -> tuple[Mapping[str, Value], ...]:
    """The lines of deliveries that `act` names and saw, accepted by a receipt it saw, and under no query since.

    Acceptance counts only if seen; a query or rejection of the same document counts seen or not.
    """
    accepted: dict[str, list[Mapping[str, Value]]] = {}
    signed = [(receipt, delivery) for delivery, receipt in _received(batch, act) if receipt and receipt.signed]
    # A corrected receipt that the decision did not see may speak against a document, never for it.
    newest = ((each, delivery) for delivery in batch.of("documentation") for each in batch.following(delivery))
    signed += [pair for pair in newest if pair[0].signed and pair[0] not in [receipt for receipt, _ in signed]]
    for receipt, delivery in sorted(signed, key=lambda pair: (pair[0].last().statement.utc, _name(pair[1]))):
        named = _name(delivery) in items_of(act.value("documents_seen"))
        seen = _counts(act, delivery) and _counts(act, receipt)
        counts = named and seen and not _counts_for_nothing(receipt)
        results = [(str(item["number"]), item["result"] == "accepted") for item in mappings(receipt.value("documents"))]
        for number in {number for number, _ in results}:
            if not all(good for other, good in results if other == number):
                accepted.pop(number, None)
            elif counts:
                accepted[number] = [x for x in mappings(delivery.value("documents")) if x["number"] == number]
    return tuple(line for lines in accepted.values() for line in lines)


def _counts_for_nothing(receipt: Act) -> bool:
    """Whether a delivery is rejected or under query as a whole: a query that no line has concerns every line."""
    return receipt.value("outcome") != "received" and bool(_contrary(receipt))


def _required(batch: Batch, act: Act) -> tuple[str, ...]:
    """The kinds of documents required by the policies of the batch's trials, without those said not to apply."""
    excused = {item["type"] for item in mappings(act.value("not_applicable"))}
    required: dict[str, None] = {}
    for trial in batch.trials(act):
        policy = act.register("policies", trial.data["policy"])
        kinds = items_of(policy.data.get("required_documents")) if policy else ()
        required.update((str(kind), None) for kind in kinds if kind not in excused)
    return tuple(required)


def _received(batch: Batch, act: Act) -> Iterator[tuple[Act, Act | None]]:
    """Each delivery with its receipt: for a decision that is signed, both in the revision its signer saw."""
    for newest in (*batch.of("documentation"), *(void for void in batch.void if void.form.id == "documentation")):
        delivery = newest.as_seen_by(act) or (None if newest.voided_by else newest)
        if delivery is None or delivery.voided_by:
            continue
        answers = (each.as_seen_by(act) or each for each in (*batch.acts, *batch.void) if _answers(each, newest))
        fitting = (each for each in answers if not each.voided_by and (not each.signed or each.saw(delivery)))
        yield delivery, next(fitting, None)


def _answers(act: Act, delivery: Act) -> bool:
    return act.form.id == "documentation.receipt" and act.form.followed(act.path) == delivery.base


def _counts(act: Act, evidence: Act) -> bool:
    return evidence.counts_for(act)


def _before(state: Mapping[str, Value], act: Act) -> bool:
    decided = state.get("decided_on")
    return isinstance(decided, str) and (not act.signed or decided <= act.last().statement.day)


def _name(delivery: Act) -> str:
    """What a certification calls a delivery, such as documentation.01."""
    return delivery.name
