"""The steps of the SOP in their order: one table, with the clause of each and what is done there.

A kind of record that stands in no row is led by its form alone: its title, its first clause, its places to sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filing.forms import Form


@dataclass(frozen=True)
class SopStep:
    """`what` says what writing such a record does, `clause` on which clause of the SOP."""

    kind: str
    clause: str
    what: str


SOP_STEPS: tuple[SopStep, ...] = (
    SopStep("batch", "1.2", "register the batch"),
    SopStep("documentation", "1.1", "list the documents that are provided to the QP"),
    SopStep("documentation.receipt", "1.2", "say which of the documents the QP received and accepts"),
    SopStep("deviation.report", "5.1", "report the deviation"),
    SopStep("deviation.investigation", "5.1", "record the investigation"),
    SopStep("disposition", "5.1", "record the QP's decision on the batch in view of the deviation"),
    SopStep("certification", "2.2", "record the QP's decision on the batch"),
    SopStep("handoff", "3.2", "notify the recipient of the QP's decision"),
    SopStep("handoff.acknowledgement", "3.3", "record the recipient's answer"),
    SopStep("release", "4.1", "record the sponsor's regulatory release"),
    SopStep("distribution", "4.1", "record the dispatch to the site"),
    SopStep("distribution.receipt", "4.2", "record the receipt of the consignment"),
    SopStep("capa", "5.2", "record a CAPA with owner and due date, or why none is needed"),
    SopStep("capa.effectiveness", "5.2", "record that the CAPA is done, and whether it works"),
    SopStep("deviation.closure", "5.2", "close the deviation"),
    SopStep("issue", "1.2", "issue the logs of the batch"),
    SopStep("trial-issue", "1.2", "issue the logs of the trial"),
    SopStep("filing", "6.1", "record the filing in the Trial Master File"),
    SopStep("filing.qc", "6.2", "record the check of the filing by another person"),
    SopStep("filing.archive", "6.1", "record that the named archivist took the records into the archive"),
)
_BY_KIND: Mapping[str, SopStep] = {step.kind: step for step in SOP_STEPS}

ROLES: Mapping[str, str] = {
    "register-administrator": "register administrator",
    "qp": "Qualified Person",
    "qp-delegate": "delegate of the QP",
    "qa": "QA",
    "sponsor-qa": "sponsor's QA",
    "sponsor-supply": "sponsor's supply",
    "release-officer": "release officer",
    "log-keeper": "log keeper",
    "cro": "CRO",
    "sop-owner": "SOP owner",
}
"""Roles as people call them; any other is called as it is written."""


def in_role(role: str) -> str:
    return ROLES.get(role, role.replace("-", " "))


def clause_of(form: Form) -> str:
    """The clause of the SOP under which such a record is made; "" where its form names none."""
    known = _BY_KIND.get(form.id)
    number = known.clause if known else next(iter(form.clauses), "")
    return f"SOP {number}" if number else ""


def what_is_done(form: Form) -> str:
    """What writing such a record does."""
    known = _BY_KIND.get(form.id)
    return known.what if known else f"record: {form.title}"
