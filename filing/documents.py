"""Documents of a batch: which there are, and the cover of the file that joins them.

A document is a function of the acts it shows, their sign-offs and what those saw; never of commit, clock or package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filing import gate, paper
from filing.certificate import certificate
from filing.frame import Frame, document, is_restricted
from filing.journal import Act, Batch
from filing.logs import log
from filing.model import Document, Rendered
from filing.sources import sources_of

_NOTE = (
    "Compiled view copy. The documents listed below lie in the package as files of their own, each with its list of "
    "sources; those are what is filed."
)


@dataclass(frozen=True)
class Plan:
    """What a package of a batch shows: its issue, the documents, and the verdict on the cover."""

    batch: Batch
    issue: Act
    documents: tuple[Document, ...]
    verdict: gate.Verdict


def plan(batch: Batch) -> Plan:
    """The final documents of a batch that has passed the gate: the certificate, then its logs by number."""
    issue, verdict = batch.newest_issue(), gate.verdict(batch)
    assert issue is not None
    logs = [log(batch, issue, number) for number in sorted(gate.issued_logs(issue))]
    certificates = [certificate(batch, verdict.certification)] if verdict.certification and verdict.certified else []
    return Plan(batch, issue, (*certificates, *logs), verdict)


def cover(planned: Plan, rendered: Iterable[Rendered], own_pages: int = 1) -> Document:
    """The cover of the merged file; `own_pages` are the pages it takes itself."""
    batch, issue, verdict = planned.batch, planned.issue, planned.verdict
    acts = (issue, verdict.certification) if verdict.certification else (issue,)
    reason = verdict.reason or _by_whom(batch, acts[-1])
    contents = {
        "facts": _facts(batch, issue),
        "verdict": {"word": verdict.word, "style": verdict.style, "reason": reason},
        "note": _NOTE,
        "contents": _table_of_contents(rendered, own_pages),
        "further_files": [],
    }
    frame = Frame(
        name="cover",
        label="Cover",
        title=f"Filing package of batch {batch.id}",
        subtitle="QP certification interface, compiled for reading",
        version=f"Issue {issue.variables['n']}",
        form="cover",
        control="COVER",
        heading=f"Filing package of batch {batch.id}",
        kind="Filing package",
    )
    return document(frame, batch, acts, sources_of(batch, acts), contents)


def sponsors(batch: Batch, issue: Act) -> str:
    """The sponsors of the batch's trials, by name."""
    names = sorted({str(trial.data["sponsor"]) for trial in batch.trials(issue)})
    return ", ".join(paper.entry_name(batch.state_for(issue), "organisations", name) for name in names)


def access(batch: Batch, issue: Act) -> str:
    """Who may see the package."""
    return "RESTRICTED" if is_restricted(batch, issue) else "not restricted"


def _table_of_contents(rendered: Iterable[Rendered], own_pages: int) -> list[dict[str, str]]:
    first, lines = own_pages + 1, []
    for part in rendered:
        shown = part.document
        about = shown.context["document"]
        assert isinstance(about, Mapping)
        lines.append({
            "label": shown.label, "title": shown.title, "version": str(about["version"]),
            "pages": str(part.pages), "first_page": str(first), "target": shown.name,
        })  # fmt: skip
        first += part.pages
    return lines


def _by_whom(batch: Batch, certification: Act) -> str:
    facts = paper.signer_facts(batch, certification.last())
    return f"by {facts['name']}, {facts['position']}, {facts['date']} {facts['clock']} (claimed)"


def _facts(batch: Batch, issue: Act) -> list[dict[str, str]]:
    master = batch.master
    assert master is not None
    state = batch.state_for(issue)
    trials = (f"{trial.data['eu_ct_number']}, protocol {trial.data['protocol_code']}" for trial in batch.trials(issue))
    amount = f"{master.value('quantity', 'amount')}{paper.NO_BREAK}{master.value('quantity', 'unit')}"
    maker = paper.entry_name(state, "organisations", str(master.value("manufacturer")))
    product = paper.entry_name(state, "products", str(master.value("product")))
    return [
        {"label": "Trial", "value": "; ".join(trials)},
        {"label": "Sponsor", "value": sponsors(batch, issue)},
        {"label": "Batch", "value": f"{batch.id}, {product}, {amount}"},
        {"label": "Manufacturer", "value": f"{maker}, {master.value('mia')}"},
    ]
