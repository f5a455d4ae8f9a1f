"""Documents of a package: which there are, and the cover of the file that joins them.

A document is a function of the acts it shows, their sign-offs and what those saw; never of commit, clock or package.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from filing import findings, gate, paper, sheet
from filing.act import Act
from filing.certificate import certificate
from filing.frame import Frame, document, is_restricted
from filing.journal import Batch
from filing.logs import log
from filing.model import CannotRun, Document, Rendered
from filing.sop import sop_document, sop_in_force
from filing.sources import sources_of
from filing.subject import Subject

_OURS = re.compile(r"(?:certificate|annexure|report|sop|cover)(?:-.*)?")
"""Names that no form may give to the document of an act."""
_NOTE = (
    "Compiled view copy. The documents listed below lie in the package as files of their own, each with its list of "
    "sources; those are what is filed."
)


@dataclass(frozen=True)
class Part:
    """One document of a package: its file's name, what people call it, and what it shows."""

    name: str
    label: str
    batch: Batch | None = None
    act: Act | None = None
    log: int = 0

    @property
    def certifies(self) -> bool:
        """Whether it is a batch certificate."""
        return self.act is not None and self.act.form.id == "certification"


@dataclass(frozen=True)
class Plan:
    """What a package shows: its issue, and the documents in their order."""

    subject: Subject
    issue: Act
    documents: tuple[Document, ...]


def parts(subject: Subject, issue: Act) -> tuple[Part, ...]:
    """The documents that the records call for: certificates, logs, the documents of single acts, SOP and report."""
    found = []
    for batch in subject.batches:
        standing = gate.verdict(batch)
        if standing.certified and standing.certification:
            name = "Certificate" + (f" {batch.id}" if subject.of_trial else "")
            found.append(Part(_named(subject, batch, "certificate"), name, batch, standing.certification))
    found += [
        Part(f"annexure-{number}", f"Annexure-{number}", log=number) for number in sorted(gate.issued_logs(issue))
    ]
    for batch in subject.batches:
        for act in (*batch.acts, *batch.void):
            seen = act.as_seen_by(issue) if act.form.document and act.signed else None
            if seen:
                label = sheet.label_of(seen) + (f", {batch.id}" if subject.of_trial else "")
                found.append(Part(_named(subject, batch, sheet.name_of(seen)), label, batch, seen))
    sop = sop_in_force(subject.journal, issue.day)
    reserved = [part.name for part in found if part.act and not part.certifies and _OURS.fullmatch(part.name)]
    found += [Part("sop", "SOP", act=sop)] if sop else []
    names = Counter(part.name for part in found)
    clash = next((name for name in (*reserved, *names) if name in reserved or names[name] > 1), "")
    if clash:
        raise CannotRun(f"Two documents would be called {clash}. Give the form's document a name of its own.")
    return (*found, Part("report", "Report"))


def plan(subject: Subject) -> Plan:
    """The final documents of what has passed the gate."""
    issue = subject.newest_issue()
    assert issue is not None
    subject = subject.as_issued(issue)
    made = (replace(_document(subject, issue, part), label=part.label) for part in parts(subject, issue))
    return Plan(subject, issue, tuple(made))


def _named(subject: Subject, batch: Batch, name: str) -> str:
    return f"{name}-{batch.id.lower()}" if subject.of_trial else name


def _document(subject: Subject, issue: Act, part: Part) -> Document:
    if part.log:
        return log(subject, issue, part.log)
    if part.name == "report":
        return findings.report(subject, issue)
    assert part.act is not None
    if part.batch is None:
        return sop_document(part.act)
    if part.certifies:
        return certificate(part.batch, part.act, part.name)
    return sheet.sheet(part.batch, part.act, part.name)


def cover(planned: Plan, rendered: Iterable[Rendered], own_pages: int = 1) -> Document:
    """The cover of the merged file; `own_pages` are the pages it takes itself."""
    subject, issue = planned.subject, planned.issue
    verdicts = [(batch, gate.verdict(batch)) for batch in subject.batches]
    acts = [issue, *(verdict.certification for _, verdict in verdicts if verdict.certification)]
    shown = [{"batch": batch.id, **_shown(verdict)} for batch, verdict in verdicts]
    trials = ", ".join(str(trial.data["protocol_code"]) for trial in subject.trials(issue))
    title = f"Filing package of {f'trial {trials}' if subject.of_trial else f'batch {subject.id}'}"
    contents = {
        "facts": _facts(subject, issue),
        "verdict": False if subject.of_trial else shown[0],
        "verdicts": shown if subject.of_trial else False,
        "note": _NOTE,
        "contents": _table_of_contents(rendered, own_pages),
        "further_files": [],
    }
    frame = Frame(
        name="cover",
        label="Cover",
        title=title,
        subtitle="QP certification interface, compiled for reading",
        version=f"Issue {issue.number}",
        form="cover",
        control="COVER",
        heading=title,
        kind="Filing package",
        batches=", ".join(batch.id for batch in subject.batches),
    )
    return document(frame, subject.trials(issue), tuple(acts), sources_of(acts), contents)


def sponsors(subject: Subject, issue: Act) -> str:
    """The sponsors of the trials, by name."""
    names = sorted({str(trial.data["sponsor"]) for trial in subject.trials(issue)})
    return ", ".join(paper.entry_name(issue.state, "organisations", name) for name in names)


def access(subject: Subject, issue: Act) -> str:
    """Who may see the package."""
    return "RESTRICTED" if is_restricted(subject.trials(issue)) else "not restricted"


def _shown(verdict: gate.Verdict) -> dict[str, str]:
    who = _by_whom(verdict.certification) if verdict.certification else ""
    reason = f"{verdict.reason} Decided {who}." if verdict.reason and who else verdict.reason or who
    return {"word": verdict.word, "style": verdict.style, "reason": reason}


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


def _by_whom(certification: Act) -> str:
    facts = paper.signer_facts(certification.repository, certification.last())
    return f"by {facts['name']}, {facts['position']}, {facts['date']} {facts['clock']} (claimed)"


def _facts(subject: Subject, issue: Act) -> list[dict[str, str]]:
    trials = (
        f"{trial.data['eu_ct_number']}, protocol {trial.data['protocol_code']}" for trial in subject.trials(issue)
    )
    facts = {"Trial": "; ".join(trials), "Sponsor": sponsors(subject, issue)}
    for batch in subject.batches:
        master = batch.master
        assert master is not None
        amount = f"{master.value('quantity', 'amount')}{paper.NO_BREAK}{master.value('quantity', 'unit')}"
        product = paper.entry_name(issue.state, "products", str(master.value("product")))
        maker = paper.entry_name(issue.state, "organisations", str(master.value("manufacturer")))
        if subject.of_trial:
            facts[f"Batch {batch.id}"] = f"{product}, {amount}, made by {maker}, {master.value('mia')}"
        else:
            facts |= {"Batch": f"{batch.id}, {product}, {amount}", "Manufacturer": f"{maker}, {master.value('mia')}"}
    return [{"label": label, "value": value} for label, value in facts.items()]
