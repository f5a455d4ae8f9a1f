"""What is known when the QP's decision on a batch is written, and when it is handed off."""

from __future__ import annotations

from filing.act import CERTIFYING, Act, mappings
from filing.drafting.known.case import Case, Comfort, Tell
from filing.drafting.values import Data, value_in
from filing.model import Pointer, Record, Value
from filing.rules.certificate import expected_dossier, expected_items
from filing.rules.certificates import certificate_code
from filing.rules.dossier import approved_modifications
from filing.rules.wording import items_of

_BATCH_RECORDS = ("batch_manufacturing_record", "batch_packaging_record")


def is_certifying(case: Case, data: Data, at: Pointer) -> bool:
    return data.get("decision") in CERTIFYING


def _rejects(case: Case, data: Data, at: Pointer) -> bool:
    return data.get("decision") == "rejected"


def of_master(*pointer: str) -> Tell:
    """A fact of the batch master."""

    def tell(case: Case, data: Data, at: Pointer) -> Value | None:
        return case.of_master(*pointer)

    return tell


def none(case: Case, data: Data, at: Pointer) -> Value | None:
    return "None"


def _as_act(case: Case, data: Data) -> Act:
    """The decision as far as it is written, as the rules look at it."""
    record = Record(case.spot.path, "", data, {}, {})
    return Act(record, case.spot.form, case.spot.variables, (), case.journal.repository)


def _certificate(case: Case, data: Data, at: Pointer) -> Value | None:
    """Items 1 to 9, which the registers and the batch master say (R18, R19)."""
    if case.batch is None or case.master is None or not is_certifying(case, data, at):
        return None
    items = expected_items(case.batch, _as_act(case, data), case.master)
    return {name: value for name, (value, _) in items.items() if value is not None}


def _dossier(case: Case, data: Data, at: Pointer) -> Value | None:
    """The dossier in force with every approved modification (R10, R19)."""
    if case.master is None or not is_certifying(case, data, at):
        return None
    parts = expected_dossier(_as_act(case, data), case.master)
    known: dict[str, Value] = {name: value for name, (value, _) in parts.items() if value is not None}
    approved = {str(item["number"]): None for trial in case.trials for _, item in approved_modifications(trial, "")}
    return {**known, "modifications": tuple(sorted(approved))} if approved else known


def _statements(case: Case, data: Data, at: Pointer) -> Value | None:
    """Those of the trials' regime (R17)."""
    regimes = {trial.data.get("regime") for trial in case.trials}
    return tuple(name for name, entry in case.entries("statements").items() if entry.data.get("regime") in regimes)


def _received(case: Case) -> list[tuple[Act, Act]]:
    """Each signed delivery with its signed receipt."""
    batch = case.batch
    pairs = ((act, batch.answer(act, "documentation.receipt")) for act in case.signed("documentation")) if batch else ()
    return [(delivery, receipt) for delivery, receipt in pairs if receipt and receipt.signed]


def _deliveries(case: Case, data: Data, at: Pointer) -> Value | None:
    return tuple(delivery.name for delivery, _ in _received(case))


def _batch_records(case: Case, data: Data, at: Pointer) -> Value | None:
    """The executed batch records accepted with the deliveries that were reviewed (R62)."""
    found: dict[str, None] = {}
    for delivery, receipt in _received(case):
        accepted = {line["number"] for line in mappings(receipt.value("documents")) if line["result"] == "accepted"}
        if delivery.name in items_of(data.get("documents_seen")):
            lines = (line for line in mappings(delivery.value("documents")) if line["type"] in _BATCH_RECORDS)
            found |= {str(line["number"]): None for line in lines if line["number"] in accepted}
    return tuple(found)


def _deviations(case: Case, data: Data, at: Pointer) -> Value | None:
    return tuple(deviation.id for deviation in case.batch.deviations) if case.batch else None


def _has_deviations(case: Case, data: Data, at: Pointer) -> bool:
    return bool(case.batch and case.batch.deviations and data.get("decision") in (*CERTIFYING, "rejected"))


def certifying_acts(case: Case) -> tuple[Act, ...]:
    """The signed certifications of the batch that still stand as such, by number."""
    return tuple(act for act in case.signed("certification") if act.value("decision") in CERTIFYING)


def _replaces(case: Case, data: Data, at: Pointer) -> bool:
    """Whether an earlier certificate is replaced (R47)."""
    return data.get("decision") == "certified" and bool(certifying_acts(case))


def _replaced_certificate(case: Case, data: Data, at: Pointer) -> Value | None:
    earlier = certifying_acts(case)
    return certificate_code(earlier[-1]) if earlier else None


CERTIFICATION = Comfort(
    facts={"certificate": _certificate, "dossier": _dossier, "quantity.unit": of_master("quantity", "unit")},
    proposed={
        "quantity.amount": of_master("quantity", "amount"),
        "certificate.comments": none,
        "certificate.additional_information": none,
        "supersedes.certificate": _replaced_certificate,
    },
    only={
        "statement": _statements,
        "documents_seen.*": _deliveries,
        "batch_records_reviewed.*": _batch_records,
        "deviations_considered.*": _deviations,
    },
    asked={
        "certificate.comments": is_certifying,
        "certificate.additional_information": is_certifying,
        "deviations_considered": _has_deviations,
        "type": _replaces,
        "supersedes": _replaces,
        "disposition": _rejects,
    },
)


def _newest_decision(case: Case, data: Data, at: Pointer) -> Value | None:
    return tuple(act.name for act in case.signed("certification")[-1:]) or None


def _certificate_sent(case: Case, data: Data, at: Pointer) -> Value | None:
    named = (act for act in certifying_acts(case) if act.name == data.get("decision"))
    return next((certificate_code(act) for act in named), None)


def _function(case: Case, data: Data, at: Pointer) -> Value | None:
    """The word of the path, where the form knows it as a function."""
    recipient = case.spot.variables.get("recipient", "")
    return recipient if any(recipient in trial.data for trial in case.trials) else None


def _organisation(case: Case, data: Data, at: Pointer) -> Value | None:
    named = {str(trial.data[str(f)]) for trial in case.trials if (f := _function(case, data, at)) in trial.data}
    return next(iter(named)) if len(named) == 1 else None


def _people_there(case: Case, data: Data, at: Pointer) -> Value | None:
    there = value_in(data, ("recipient", "organisation"))
    found = tuple(name for name, entry in case.entries("people").items() if entry.data.get("organisation") == there)
    return found or None


def _first_content(case: Case, data: Data, at: Pointer) -> Value | None:
    return f"Batch certificate {data['certificate']}" if "certificate" in data and at[1] == 0 else None


HANDOFF = Comfort(
    facts={
        "certificate": _certificate_sent, "recipient.organisation": _organisation, "recipient.function": _function,
    },
    proposed={"content.*.what": _first_content, "restrictions": none},
    only={"decision": _newest_decision, "recipient.person": _people_there},
)  # fmt: skip
