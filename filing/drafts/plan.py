"""Which documents a draft of a batch has, and what of its records cannot be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from filing import gate, sheet
from filing.act import CERTIFYING, Act
from filing.certificate import certificate
from filing.drafts.issue import Unissued, unissued
from filing.journal import Batch, Journal
from filing.logs import log
from filing.model import CannotRun, Document, Finding
from filing.relations import BATCHES
from filing.repository import Repository
from filing.subject import Subject


@dataclass(frozen=True)
class NotShown:
    """A record or document there is no preview of: what it is called, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class Draft:
    batch: str
    documents: tuple[Document, ...]
    not_shown: tuple[NotShown, ...]


def drafted(repository: Repository, batch_id: str, as_of: str) -> Draft:
    """The documents of a batch as its records stand, in the order of a package; `as_of` is the moment, YYYYMMDDhhmmssZ.

    CannotRun where nothing can be shown at all.
    """
    if not repository.judgement.states:
        cause = repository.judgement.causes[0]
        raise CannotRun(f"Nothing can be shown while the root of trust is not accepted: {cause.found}. {cause.remedy}")
    batch = batch_of(Journal(repository, as_of, drafts=True), batch_id)
    subject, today = Subject(batch.id, (batch,), batch, batch.journal), f"{as_of[:4]}-{as_of[4:6]}-{as_of[6:8]}"
    issue = unissued(subject, today)
    documents: dict[str, Document] = {}
    missing = [*_records_not_shown(subject)]
    for label, make in _parts(subject, issue):
        try:
            made = make()
            if made.name in documents:
                raise CannotRun(f"another document is called {made.name}, too")
            documents[made.name] = made
        except CannotRun as why:
            missing.append(NotShown(label, str(why)))
    return Draft(batch.id, tuple(documents.values()), tuple(missing))


def batches(repository: Repository) -> tuple[str, ...]:
    """Every batch that has a folder with a record in it, readable or not."""
    paths = (path for path in repository.files if path.startswith(BATCHES) and path.endswith(".yaml"))
    return tuple(sorted({path.split("/")[2] for path in paths if path.count("/") == 3}))


def batch_of(journal: Journal, batch_id: str) -> Batch:
    """The batch, also where none of its records can be read; CannotRun where there is none."""
    known = batches(journal.repository)
    if batch_id not in known:
        raise CannotRun(
            f"There is no batch {batch_id} here; there are: {', '.join(known) or 'none'}. Name one of them."
        )
    return journal.batches.get(batch_id) or Batch(batch_id, (), (), (), journal)


def _parts(subject: Subject, issue: Unissued) -> Iterator[tuple[str, Callable[[], Document]]]:
    """Each document by what people call it, with what makes it."""
    (batch,) = subject.batches
    decision = batch.certification
    if decision and decision.value("decision") in CERTIFYING:
        yield "Certificate", partial(_certificate, batch, decision, issue.today)
    for number in gate.issued_logs(issue):
        yield f"Annexure-{number}", partial(_log, subject, issue, number)
    for act in (*batch.acts, *batch.void):
        if act.form.document:
            yield sheet.label_of(act), partial(_sheet, batch, act, issue.today)


def _certificate(batch: Batch, act: Act, today: str) -> Document:
    _require_approved_forms([act])
    return certificate(batch, act, "certificate", today)


def _log(subject: Subject, issue: Unissued, number: int) -> Document:
    entries = subject.entries(number, unsigned=True)
    _require_approved_forms(act for entry in entries for act in (entry.act, *entry.follow_ups))
    return log(subject, issue, number, issue.today)


def _sheet(batch: Batch, act: Act, today: str) -> Document:
    _require_approved_forms([act])
    return sheet.sheet(batch, act, sheet.name_of(act), today)


def _require_approved_forms(acts: Iterable[Act]) -> None:
    """No other form tells how an act is printed."""
    for act in acts:
        if not any(line.schema == act.form.digest for line in act.repository.judgement.forms):
            raise CannotRun(f"the form {act.form.name} of {act.path} is not as QA approved it")


def _records_not_shown(subject: Subject) -> Iterator[NotShown]:
    """The subject's records that cannot be read, or do not keep to their form, with the first thing that is wrong."""
    repository = subject.repository
    first: dict[str, Finding] = {}
    for finding in repository.findings:
        first.setdefault(finding.path, finding)
    for path in sorted(repository.files):
        fits = path in repository.records and path not in repository.unfit
        if path.endswith(".yaml") and not fits and (subject.holds(path) or path.startswith(subject.folder)):
            found = first.get(path)
            yield NotShown(path, f"line {found.line}, {found.title}: {found.found}" if found else "it is no record")
