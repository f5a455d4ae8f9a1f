"""One small, complete context per template, with names and numbers that belong to nobody."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from filing.model import Document

ROOT = Path(__file__).parent.parent
TEMPLATES = {
    path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted((ROOT / "templates").glob("*@*/*"))
}
LOCK = (ROOT / "fonts.lock").read_text()

SOURCES = "4f1c9a2077e3b5d80a92c6e15b38f47d9c05ae12e6d7083b2f41b9c813a6e05d"
DEMONSTRATION = "DEMONSTRATION – NOT A GMP RECORD"
DRAFT = "DRAFT – NOT FOR USE"


def fact(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def line(text: str, style: str = "primary") -> dict[str, str]:
    return {"text": text, "style": style}


def signed(slot: str, name: str, position: str, meaning: str) -> dict[str, Any]:
    return {
        "slot": slot, "state": "signed", "name": name, "position": position, "meaning": meaning,
        "when": "10 SEP 2025 09:31:12 +02:00 (claimed), DE, on site",
        "key": "SHA256:q4Jm0c8dQ1tXv2nB7yRkWcSEoPzL9hGfA3sUi6TbN8E",
        "binds": ["issue.1 4f1c9a20 77e3b5d8 0a92c6e1 5b38f47d 9c05ae12 e6d7083b 2f41b9c8 13a6e05d"],
        "reason": "",
    }  # fmt: skip


PREPARED = signed(
    "Prepared by", "Ravi Kumar", "Regulatory Affairs Specialist", "These are all entries of the six logs."
)
CHECKED = signed("Checked by", "Sunita Reddy", "QA Officer", "I checked the entries against their sources.")
OPEN = {**CHECKED, "state": "open", "name": "", "when": "", "key": "", "binds": []}
VOID = {**CHECKED, "state": "void", "reason": "the list of entries changed after this sign-off"}


def _common(kind: str, title: str, subtitle: str, name: str, form: str, version: str) -> dict[str, Any]:
    return {
        "lang": "en",
        "document": {"kind": kind, "title": title, "subtitle": subtitle, "name": name},
        "header": {
            "left_small": kind,
            "left": title,
            "facts": [
                fact("Trial", "2099-500001-00-00"),
                fact("Batch", "B2025-01"),
                fact("Version", version),
                fact("Status", "Final"),
            ],
        },
        "footer": {"sources": SOURCES, "form": form},
        "notices": [DEMONSTRATION],
        "draft": False,
    }


LOG: dict[str, Any] = {
    **_common(
        "Annexure-2", "QP Certification Log",
        "Extract for batch B2025-01: 1 entry · the register under Article 12 of Delegated Regulation (EU) 2017/1569 is "
        "kept by Demo Manufacturing, Hamburg",
        "annexure-2", "SOP CR/OPS/142/2025 · form ANX-02 version 1, effective 01 SEP 2025", "Issue 1",
    ),
    "columns": [
        {"heading": "Date", "width": "14"},
        {"heading": "Batch ID", "width": "11"},
        {"heading": "Certified By", "width": "18"},
        {"heading": "Certification Statement", "width": "32"},
        {"heading": "Status", "width": "10"},
        {"heading": "Entry, certificate", "width": "15"},
    ],
    "rows": [
        {
            "superseded": False,
            "mark": "",
            "cells": [
                [line("02 SEP 2025"), line("14:20:05 +02:00 (claimed)", "secondary")],
                [line("B2025-01", "strong"), line("480 kits", "secondary")],
                [line("Dr. Matthias Keller"), line("Qualified Person, DEMO-MIA-0001", "secondary")],
                [
                    line(
                        "I hereby certify that this batch complies with the requirements of Article 62(1) of "
                        "Regulation (EU) No 536/2014 and Article 12 of Delegated Regulation (EU) 2017/1569."
                    ),
                    line(
                        "statement CTR-62, version 0, wording not confirmed by a QP · signed on site, DE", "secondary"
                    ),
                ],
                [line("Certified", "good")],
                [line("ANX2-B2025-01-01"), line("CERT-B2025-01 revision 0", "secondary")],
            ],
        }
    ],
    "empty": False,
    "end": "End of extract · entries 1 to 1 · nothing follows",
    "changes": [],
    "notes": [],
    "signoff_title": "Sign-off of this issue",
    "signoffs": [PREPARED, CHECKED],
}  # fmt: skip
LOG["header"]["facts"][2:2] = [
    fact("SOP", "CR/OPS/142/2025"),
    fact("Form", "ANX-02 version 1"),
    fact("Effective", "01 SEP 2025"),
]

CERTIFICATE: dict[str, Any] = {
    **_common(
        "Certificate", "Batch certificate", "Content of the batch certificate for investigational medicinal products",
        "certificate", "form CERT version 1, effective 01 SEP 2025", "Revision 0",
    ),
    "letterhead": {"name": "Demo Manufacturing", "lines": ["Musterweg 1, 20095 Hamburg, Germany"]},
    "items": [
        {"number": "1", "label": "Name(s) of product", "lines": ["DEMO-101"]},
        {"number": "2", "label": "Trial number(s), protocol code", "lines": ["2099-500001-00-00; DEMO-101-302"]},
        {"number": "3", "label": "Strength", "lines": ["demonib 25 mg/ml; 25 mg per pre-filled syringe", "placebo"]},
        {"number": "4", "label": "Dosage form", "lines": ["Solution for injection"]},
        {"number": "5", "label": "Package size and type", "lines": ["1 pre-filled syringe of 1 ml, in carton"]},
        {"number": "6", "label": "Lot or batch number", "lines": ["B2025-01 (bulk L0231)"]},
        {"number": "7", "label": "Expiry, retest or use-by date", "lines": ["Expiry 31 AUG 2027"]},
        {
            "number": "8",
            "label": "Manufacturer where the certifying QP is located",
            "lines": ["Demo Manufacturing, Musterweg 1, 20095 Hamburg, Germany"],
        },
        {"number": "9", "label": "Manufacturing authorisation number", "lines": ["DEMO-MIA-0001"]},
        {"number": "10", "label": "Comments", "lines": ["None"]},
        {"number": "11", "label": "Additional information", "lines": ["Store at 2–8 °C"]},
    ],
    "supersedes": False,
    "statement": {
        "number": "13",
        "heading": "Certification statement",
        "text": "I hereby certify that this batch complies with the requirements of Article 62(1) of Regulation "
        "(EU) No 536/2014 and Article 12 of Delegated Regulation (EU) 2017/1569.",
        "note": "statement CTR-62, version 0, wording not confirmed by a QP",
    },
    "proposed": False,
    "signoff": {
        **signed("Qualified Person", "Dr. Matthias Keller", "named on DEMO-MIA-0001", "Certified"),
        "binds": [
            "certification.qp.signoff binds certification.yaml 5f70bf18 a0860070 16e948b0 4aed3b82 103a36be a41755b6 "
            "cddfaf10 ace3c6ef",
            "and 14 records seen",
        ],
    },
}  # fmt: skip

COVER: dict[str, Any] = {
    **_common(
        "Filing package", "Filing package of batch B2025-01", "QP certification and release, compiled for reading",
        "cover", "SOP CR/OPS/142/2025 · form COVER version 1, effective 01 SEP 2025", "Issue 1",
    ),
    "facts": [
        fact("Trial", "2099-500001-00-00, protocol DEMO-101-302"),
        fact("Sponsor", "Demo Pharma Ltd, Hyderabad"),
        fact("Batch", "B2025-01, DEMO-101 25 mg, 480 kits"),
        fact("Manufacturer", "Demo Manufacturing, Hamburg, DEMO-MIA-0001"),
    ],
    "verdict": {
        "word": "Certified", "style": "good",
        "reason": "by Dr. Matthias Keller, Qualified Person, 02 SEP 2025",
    },
    "verdicts": False,
    "note": "Compiled view copy: the documents listed above are filed one by one; this file joins them for reading.",
    "contents": [
        {
            "label": f"Annexure-{n}", "title": title, "version": "Issue 1", "pages": "1", "first_page": str(n + 1),
            "target": f"annexure-{n}",
        }
        for n, title in enumerate(
            ("Documentation Receipt Log", "QP Certification Log", "QP Confirmation and Regulatory Release Log"), start=1
        )
    ],
    "further_files": [
        {"name": "records/batches/B2025-01/certification.yaml", "what": "the signed record of the certification"},
    ],
}  # fmt: skip


QP = "Dr. Matthias Keller, Qualified Person"
CHANGES = [
    {
        "caption": "Correction of ANX2-B2025-01-01, certification: revision 0 to revision 1",
        "rows": [
            {
                "field": "Quantity", "old": "408 kits", "new": "480 kits", "who": QP,
                "when": "03 SEP 2025 09:12:40 +02:00 (claimed)", "why": "Typing error: digits were swapped.",
            },
        ],
    }
]  # fmt: skip
NOTES = [
    {
        "caption": "Justification of ANX2-B2025-01-01",
        "lines": [
            "R30: the authorisation of France is awaited; no kit is dispatched to France before it is there.",
            f"{QP}, 03 SEP 2025 10:02:11 +02:00 (claimed)",
        ],
    }
]
SUPERSEDES = {
    "text": "Replaces CERT-B2025-01 revision 0 of 02 SEP 2025.",
    "recipients": [
        {"who": "Demo Pharma Ltd, sponsor", "what": "Notified on 03 SEP 2025"},
        {"who": "Demo CRO GmbH, CRO", "what": "To be notified"},
    ],
}
VERDICTS = [
    {"batch": "B2025-01", "word": "Certified", "style": "good", "reason": f"by {QP}, 02 SEP 2025"},
    {"batch": "B2025-02", "word": "NOT CERTIFIED", "style": "bad", "reason": "DEV-2025-001 has no disposition"},
]
RELEASED = signed("Released by", "Ananya Patel", "Head of Clinical Supply", "I release this batch to the sites named.")


def row(label: str, *lines: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "lines": list(lines)}


SHEET: dict[str, Any] = {
    **_common(
        "Regulatory Release", "Regulatory Release", "Release of batch B2025-01 to sites in Germany by the sponsor",
        "release-site-101", "SOP CR/OPS/142/2025 · form REL version 1, effective 01 SEP 2025", "Revision 0",
    ),
    "outcome": {"word": "Released", "style": "good"},
    "sections": [
        {
            "heading": "What is released",
            "rows": [
                row("Batch", line("B2025-01", "strong"), line("DEMO-101 25 mg, bulk batch L0231", "secondary")),
                row("Certificate", line("CERT-B2025-01 revision 0"), line(f"certified by {QP}", "secondary")),
                row("Quantity", line("120 kits")),
                row("Valid", line("from 03 SEP 2025 until 31 AUG 2027")),
            ],
        },
        {
            "heading": "To whom",
            "rows": [
                row("Trial", line("2099-500001-00-00"), line("protocol DEMO-101-302", "secondary")),
                row("Country", line("Germany")),
                row(
                    "Sites", line("Site 101"), line("Demo University Hospital, Hamburg", "secondary"),
                    line("Site 102"), line("Demo Clinic, Berlin", "secondary"),
                ),
            ],
        },
        {
            "heading": "What was checked",
            "rows": [
                row("QP certificate verified", line("Met", "good"), line("CERT-B2025-01 revision 0", "secondary")),
                row("Trial authorised", line("Met", "good"), line("decision of 14 JUL 2025", "secondary")),
                row("Modifications match", line("Not applicable"), line("no modification so far", "secondary")),
            ],
        },
    ],
    "changes": [],
    "signoff_title": "Sign-off",
    "signoffs": [RELEASED],
}  # fmt: skip

_SOP_BLOCKS: dict[str, Any] = {
    "Purpose": {"paragraphs": ["To set out how a batch is certified.", "And how it passes on to the trial."]},
    "Responsibilities": {
        "terms": [
            {"term": "Qualified Person (QP)", "text": "Certifies batches before they are released to sites."},
            {"term": "CRO", "text": "Coordinates the QP, the sponsor and the sites."},
        ]
    },
    "Procedure": {
        "clauses": [
            {
                "heading": "Documentation for the QP",
                "items": [
                    {"number": "1.1", "text": "The sponsor provides the QP with the dossier and the batch records."},
                    {"number": "1.2", "text": "The delivery is recorded in the QP Documentation Log (Annexure-1)."},
                ],
            },
            {"heading": "Archiving", "items": [{"number": "6.1", "text": "The documents are kept for 25 years."}]},
        ]
    },
    "References": {"list": ["EU GMP Annex 13 (IMPs)", "ICH GCP Guidelines"]},
    "Approval Section": {
        "signoffs": [
            PREPARED,
            CHECKED,
            signed("Approved by", "Dr. Anil Sharma", "Head Clinical Operations", "I approve this SOP for use."),
        ]
    },
    "Revision History": {
        "table": {
            "headings": ["Date", "Revision No.", "Details", "Reason", "Approved By"],
            "rows": [["26 AUG 2025", "00", "Initial version", "New SOP creation", "Head Clinical Operations"]],
        }
    },
}
_NUMBERED = [{"number": str(number), "heading": heading} for number, heading in enumerate(_SOP_BLOCKS, start=1)]

SOP: dict[str, Any] = {
    **_common(
        "SOP", "QP Certification Interface (GCP-GMP Handoff Expectations)", "Standard operating procedure",
        "sop", "SOP CR/OPS/142/2025 · form SOP version 1, effective 01 SEP 2025", "1.0",
    ),
    "control": [
        fact("SOP No.", "CR/OPS/142/2025"), fact("Supersedes", "NA"), fact("Version", "1.0"), fact("Revision", "00"),
        fact("Issue Date", "26 AUG 2025"), fact("Effective Date", "01 SEP 2025"), fact("Review Date", "01 SEP 2026"),
    ],
    "contents": _NUMBERED,
    "sections": [{**named, "blocks": [_SOP_BLOCKS[named["heading"]]]} for named in _NUMBERED],
}  # fmt: skip

REPORT: dict[str, Any] = {
    **_common(
        "Report", "Findings and clauses", "What the rules find in the records of batch B2025-01, clause by clause",
        "report", "SOP CR/OPS/142/2025 · form REPORT version 1, effective 01 SEP 2025", "Issue 1",
    ),
    "facts": [fact("As of", "10 SEP 2025 09:02:40 +02:00"), fact("Rules", "62"), fact("Records", "46")],
    "findings": [
        {
            "severity": "Error", "style": "bad", "rule": "R09", "title": "documents incomplete",
            "where": "records/batches/B2025-03/certification.yaml, line 14",
            "requirement": "Before certifying, the QP must have received the batch records.",
            "found": "Missing: executed batch records.",
            "remedy": "Deliver them in documentation.02.yaml and have the QP sign its receipt; then certify.",
            "clause": "SOP 1.1, CTR Art. 62(1)",
        },
        {
            "severity": "Warning", "style": "caution", "rule": "R49", "title": "not yet filed",
            "where": "records/batches/B2025-01/certification.yaml",
            "requirement": "The certification documents are archived in the Trial Master File.",
            "found": "No filing names the certification.", "remedy": "File it within 30 days of the certification.",
            "clause": "SOP 6.1",
        },
    ],
    "opened": [
        {
            "rule": "R30", "record": "records/batches/B2025-01/certification.yaml",
            "reason": "The authorisation of France is awaited; no kit goes there before.", "who": QP,
            "when": "03 SEP 2025 10:02:11 +02:00 (claimed)",
        }
    ],
    "clauses": [
        {
            "clause": "1.1", "requirement": "The sponsor provides the QP with the dossier and the batch records.",
            "rules": [
                {"ids": "R09", "result": "Broken", "style": "bad"},
                {"ids": "R08, R65", "result": "Held", "style": "good"},
            ],
            "records": "documentation.01, documentation.01.receipt",
        },
        {
            "clause": "5.1", "requirement": "Where the QP identifies a GMP deviation, the batch is not released.",
            "rules": [{"ids": "R22", "result": "Did not apply", "style": "secondary"}],
            "records": "none",
        },
    ],
    "rules": [
        {
            "id": "R08", "requirement": "The MIA is one named in the trial's application.",
            "result": "Held", "style": "good", "reason": "1 record",
        },
        {
            "id": "R09", "requirement": "The documents that the policy asks for are there before certification.",
            "result": "Broken", "style": "bad", "reason": "1 finding",
        },
        {
            "id": "R22", "requirement": "Each deviation has a disposition before certification.",
            "result": "Did not apply", "style": "", "reason": "no deviation names the batch",
        },
    ],
}  # fmt: skip


def log(**changes: Any) -> Document:
    return _document("annexure-2", "Annexure-2", "log@1", LOG, changes)


def certificate(**changes: Any) -> Document:
    return _document("certificate", "Batch certificate", "certificate@1", CERTIFICATE, changes)


def cover(**changes: Any) -> Document:
    return _document("cover", "Cover", "cover@1", COVER, changes)


def sheet(**changes: Any) -> Document:
    return _document("release-site-101", "Release site-101", "sheet@1", SHEET, changes)


def sop(**changes: Any) -> Document:
    return _document("sop", "SOP", "sop@1", SOP, changes)


def report(**changes: Any) -> Document:
    return _document("report", "Report", "report@1", REPORT, changes)


def _document(name: str, label: str, template: str, context: dict[str, Any], changes: dict[str, Any]) -> Document:
    return Document(
        name=name,
        label=label,
        title=f"{context['document']['title']}, batch B2025-01",
        template=template,
        created="2025-09-10T09:02:40Z",
        context={**copy.deepcopy(context), **changes},
    )
