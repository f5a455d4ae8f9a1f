"""The batch certificate: its 16 items as they were when the QP signed, with the one statement and the one signature."""

from __future__ import annotations

from filing import gate, paper
from filing.act import CERTIFYING, Act, mappings
from filing.frame import Frame, document
from filing.journal import Batch
from filing.manifestation import heading, places, signed
from filing.model import Document, Value
from filing.sources import sources_of


def certificate(batch: Batch, act: Act, name: str, drafted: str = "") -> Document:
    """The certificate of a batch that the gate calls certified; `name` is the file's.

    A draft (`drafted` is its day) of what is not certified says so in the place of the sentence.
    """
    sentence = gate.certifying_sentence(batch, act)
    assert drafted or sentence
    contents = {
        "letterhead": {
            "name": str(act.value("certificate", "manufacturer", "name")),
            "lines": [_joined(act.value("certificate", "manufacturer", "address"))],
        },
        "items": _items(act),
        "supersedes": _supersedes(batch, act),
        "statement": sentence
        and {
            "number": "13",
            "heading": "Certification statement",
            "text": sentence,
            "note": gate.statement_note(batch, act),
        },
        "proposed": False if sentence else gate.not_certified(batch, act),
        "signoff": _signature(act),
    }
    frame = Frame(
        name=name,
        label="Certificate",
        title="Batch certificate",
        subtitle="Content of the batch certificate for investigational medicinal products",
        version=f"Revision {act.revision}",
        form="certificate",
        control="CERT",
        heading=gate.certificate_number(act),
        kind="Certificate",
        batches=batch.id,
        drafted=drafted,
    )
    return document(frame, batch.trials(act), (act,), sources_of((act,)), contents)


def _signature(act: Act) -> dict[str, object]:
    """The QP's place: signed, or as it stands on a draft."""
    own, qp = act.path.rpartition("/")[2], act.signoff("qp")
    if qp is None:
        return next(place for place in places(act, own) if place["slot"] == heading("qp"))
    place = signed(act.repository, qp, own)
    place["position"] = f"{place['position']}, named on {act.value('mia')}"
    place["binds"] = [
        f"{own} {paper.grouped(act.record.sha256)}",
        f"and {len(qp.statement.saw)} sign-offs seen",
    ]
    return place


def _supersedes(batch: Batch, act: Act) -> object:
    """The certificate this one replaces, and who was told of that one: everybody the QP saw had been notified."""
    earlier = [each for each in batch.decisions if each.number < act.number and each.counts_for(act)]
    replaced = [each for each in (*earlier, *act.earlier) if each.value("decision") in CERTIFYING]
    if not replaced:
        return False
    old = replaced[-1]
    recipients = []
    for handoff in batch.of("handoff"):
        seen = handoff.as_seen_by(act) if act.signed else handoff
        if seen and seen.saw(old):
            whom = [paper.in_words(seen, seen.record, ("recipient", part)) for part in ("organisation", "person")]
            told = f"told of the former certificate on {paper.day(seen.day)}; to be notified of this one"
            recipients.append({"who": ", ".join(filter(None, whom)), "what": told})
    text = f"Replaces {gate.certificate_number(old)} revision {old.revision} of {paper.day(old.day)}."
    return {"text": text, "recipients": recipients}


def _items(act: Act) -> list[dict[str, object]]:
    def text(*pointer: str | int) -> str:
        return paper.in_words(act, act.record, ("certificate", *pointer)) or ""

    trials = [
        f"{trial['eu_ct_number']}; {trial['protocol_code']}" for trial in mappings(act.value("certificate", "trials"))
    ]
    bulk = f" (bulk {text('bulk_batch')})" if text("bulk_batch") else ""
    maker = f"{text('manufacturer', 'name')}, {_joined(act.value('certificate', 'manufacturer', 'address'))}"
    items: list[tuple[str, list[str]]] = [
        ("Name(s) of product", [text("product_names")]),
        ("Trial number(s), protocol code", trials),
        ("Strength", [text("strength")]),
        ("Dosage form", [text("dosage_form")]),
        ("Package size and type", [text("package")]),
        ("Lot or batch number", [text("batch_number") + bulk]),
        ("Expiry, retest or use-by date", [f"{text('expiry', 'kind')} {text('expiry', 'date')}"]),
        ("Manufacturer where the certifying QP is located", [maker]),
        ("Manufacturing authorisation number", [text("mia")]),
        ("Comments", [text("comments")]),
        ("Additional information", [text("additional_information")]),
    ]
    return [{"number": str(n), "label": label, "lines": lines} for n, (label, lines) in enumerate(items, 1)]


def _joined(value: Value | None) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, tuple) else ""
