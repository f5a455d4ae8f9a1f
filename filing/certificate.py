"""The batch certificate: its 16 items as they were when the QP signed, with the one statement and the one signature."""

from __future__ import annotations

from filing import gate, paper
from filing.frame import Frame, document, manifestation
from filing.journal import Act, Batch, mappings
from filing.model import Document, Value
from filing.sources import sources_of


def certificate(batch: Batch, act: Act) -> Document:
    """The certificate of a batch that the gate calls certified."""
    sentence, qp = gate.certifying_sentence(batch, act), act.signoff("qp")
    assert sentence and qp
    signed = manifestation(batch, qp, "certification.yaml")
    signed["position"] = f"{signed['position']}, named on {act.value('mia')}"
    signed["binds"] = [
        f"certification.yaml {paper.grouped(act.record.sha256)}",
        f"and {len(qp.statement.saw)} sign-offs seen",
    ]
    contents = {
        "letterhead": {
            "name": str(act.value("certificate", "manufacturer", "name")),
            "lines": [_joined(act.value("certificate", "manufacturer", "address"))],
        },
        "items": _items(batch, act),
        "statement": {
            "number": "13",
            "heading": "Certification statement",
            "text": sentence,
            "note": gate.statement_note(batch, act),
        },
        "proposed": False,
        "signoff": signed,
    }
    frame = Frame(
        name="certificate",
        label="Certificate",
        title="Batch certificate",
        subtitle="Content of the batch certificate for investigational medicinal products",
        version="Revision 0",
        form="certificate",
        control="CERT",
        heading=f"CERT-{batch.id}",
        kind="Certificate",
    )
    return document(frame, batch, (act,), sources_of(batch, (act,)), contents)


def _items(batch: Batch, act: Act) -> list[dict[str, object]]:
    def text(*pointer: str | int) -> str:
        return paper.in_words(batch, act, act.record, ("certificate", *pointer)) or ""

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
