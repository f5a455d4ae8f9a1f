"""What an intact, validly signed package can still have wrong inside: too much, too little, or not belonging together.

It compares what lies in the package with what its own records call for. Whether a PDF shows what its records say is
found by making it again (`rebuild`); here each must be whole, ours in kind, and name its sources.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from filing import bag, documents, gate, progress
from filing.act import Act
from filing.closure import in_every_package, named_entries
from filing.forms import closure as schema_closure
from filing.forms import digest_of, revision_of
from filing.journal import Journal
from filing.judging import FORMS_LIST
from filing.package import README, describe, stem_of
from filing.provenance import PROVENANCE, read_statement, statement
from filing.repository import Repository
from filing.rules.homes import homes_named
from filing.rules.wording import looks, runs
from filing.subject import Subject, of_batch, of_trial
from filing.trust import ROOT_FILE, change_number

DATA = "data/"
_README = "readme.txt"
_TAGS = {
    "bagit.txt", "bag-info.txt", _README, "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt",
    "tagmanifest-sha512.txt",
}  # fmt: skip
_NAME = re.compile(
    r"(?:documents|compiled)/[a-z0-9-]+\.(?:pdf|sources)|schemas/[^/]+\.json|schemas/tmf/[^/]+\.yaml|records/.+|"
    + PROVENANCE
)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SOURCE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9.@/_-]*)")


def flaws(files: Mapping[str, bytes], read: Repository, cover: bytes | None) -> Iterator[str]:
    """Everything wrong inside, each line beginning with the file's path in the package; `cover` is the cover's own
    PDF, which only the build that made the package has. The PDFs are read only where all else is right."""
    payload = {name.removeprefix(DATA): data for name, data in files.items() if name.startswith(DATA)}
    found = [
        *_foreign(files, payload), *_unbound(payload, read), *_unapproved_forms(payload, read), *_sources(payload)
    ]  # fmt: skip
    subject = subject_in(read)
    issue = subject.newest_issue() if subject else None
    if subject and issue:
        subject = subject.as_issued(issue)
    if subject is None:
        found.append(f"{DATA}records/  is about no batch or trial alone; a package is about one")
    elif issue is None:
        found.append(f"{DATA}{subject.folder}  holds no issue of the logs that is signed as prepared and as checked")
    else:
        found += [
            *_foreign_acts(payload, subject), *_not_held(payload, issue), *_entries(subject),
            *_making(files, payload, subject, issue),
        ]  # fmt: skip
    yield from found
    if subject and issue and not found:
        yield from _documents(payload, subject, issue, cover)


def _foreign(files: Mapping[str, bytes], payload: Mapping[str, bytes]) -> Iterator[str]:
    """A manifest can be written for any file; a package holds these kinds only."""
    yield from (f"{name}  is no file of a package" for name in sorted(set(files) - _TAGS) if not name.startswith(DATA))
    yield from (f"{DATA}{name}  is no file of a package" for name in sorted(payload) if not _NAME.fullmatch(name))
    if files.get(_README, b"").decode("utf-8", "replace") != README:
        yield f"{_README}  is not the read-me of a package"


def _unbound(payload: Mapping[str, bytes], read: Repository) -> Iterator[str]:
    """Every record is what somebody signed, or what a register change put into force."""
    standing = read.judgement.standing
    bound = {ROOT_FILE, *standing, *(path + ".sig" for path in standing)}
    bound |= {signoff.statement.record for signoff in standing.values()}
    for state in read.judgement.states:
        bound |= {record.path for record in state.entries.values()}
    for name in sorted(payload):
        if name.startswith("records/") and name not in bound:
            yield f"{DATA}{name}  is signed by nobody"


def _not_held(payload: Mapping[str, bytes], issue: Act) -> Iterator[str]:
    """Every entry that the issue lists is in the package."""
    for number in gate.issued_logs(issue):
        for path in gate.listed_entries(issue, number)[0]:
            if path not in payload:
                yield f"{DATA}{path}  is missing, and the issue of the logs lists it"


def _foreign_acts(payload: Mapping[str, bytes], subject: Subject) -> Iterator[str]:
    """Every act belongs to the batch or trial, its parents or its deviations."""
    for name in sorted(payload):
        register = name.startswith("records/registers/") or not name.startswith("records/")
        if not register and not in_every_package(name) and not subject.holds(name):
            yield f"{DATA}{name}  is called for by no record of the package"


def _unapproved_forms(payload: Mapping[str, bytes], read: Repository) -> Iterator[str]:
    """Every schema belongs to a form that the forms list approves by its digest."""
    approved = {line.schema for line in read.judgement.forms}
    schemas = {name for name in payload if name.startswith("schemas/")} - homes_named(read.records.values())
    covered: set[str] = set()
    for form in read.forms.by_name:
        paths = schema_closure(payload, f"schemas/{form}.json") if f"schemas/{form}.json" in schemas else ()
        covered |= set(paths) if digest_of(payload, paths) in approved else set()
    yield from (f"{DATA}{name}  belongs to no approved form" for name in sorted(schemas - covered))


def _sources(payload: Mapping[str, bytes]) -> Iterator[str]:
    """Each PDF has its list of sources, canonical, and each source is there with that digest."""
    for name in sorted(payload):
        stem, _, kind = name.rpartition(".")
        if kind == "pdf" and f"{stem}.sources" not in payload:
            yield f"{DATA}{name}  has no list of sources"
        if kind == "sources" and f"{stem}.pdf" not in payload:
            yield f"{DATA}{name}  is the list of sources of no document"
        if kind == "sources":
            yield from (f"{DATA}{name}  {flaw}" for flaw in _list_flaws(payload, payload[name]))


def _list_flaws(payload: Mapping[str, bytes], listing: bytes) -> Iterator[str]:
    lines = listing.decode("ascii", "replace").split("\n")
    pairs = [match.groups() for line in lines[:-1] if (match := _SOURCE.fullmatch(line))]
    paths = [path for _, path in pairs]
    if len(pairs) != len(lines) - 1 or lines[-1] or paths != sorted(set(paths)) or not pairs:
        yield "is not a list of sources as we write it"
    for digest, path in pairs:
        if path not in payload or hashlib.sha256(payload[path]).hexdigest() != digest:
            yield f"lists {path}, which is not in the package with that content"


def _entries(subject: Subject) -> Iterator[str]:
    """The register entries are those that the records and their signers rely on, no more and no fewer."""
    repository = subject.repository
    signers = {signoff.statement.signer for signoff in repository.judgement.standing.values()}
    acts = [record for path, record in repository.records.items() if not path.startswith("records/registers/")]
    named = named_entries(repository, acts, signers)
    held = {revision_of(path)[0] for path in repository.records if path.startswith("records/registers/")}
    held = {entry for entry in held if entry != FORMS_LIST and change_number(f"{entry}.yaml") is None}
    yield from (f"{DATA}{entry}.yaml  is missing, and a record relies on it" for entry in sorted(named - held))
    yield from (f"{DATA}{entry}.yaml  is called for by no record of the package" for entry in sorted(held - named))


def _making(files: Mapping[str, bytes], payload: Mapping[str, bytes], subject: Subject, issue: Act) -> Iterator[str]:
    """Provenance and bag-info.txt are as we write them, about this batch or trial, its root and these documents."""
    making = read_statement(payload.get(PROVENANCE, b""))
    about = ("trial" if subject.of_trial else "batch", subject.id)
    if making is None or (making.kind, making.subject) != about or statement(making, payload) != payload[PROVENANCE]:
        yield f"{DATA}{PROVENANCE}  does not state how this package was made, in the way a package does"
        return
    approved = {line.template for line in subject.repository.judgement.forms}
    if not making.templates or not set(making.templates.values()) <= approved or not _COMMIT.fullmatch(making.commit):
        yield f"{DATA}{PROVENANCE}  names no commit, or templates that the forms list does not approve"
    bagged = bag.bag_files(payload, describe(making, subject, issue), {})["bag-info.txt"]
    if bagged != files["bag-info.txt"]:
        yield "bag-info.txt  does not agree with the records and the provenance of the package"


def _documents(payload: Mapping[str, bytes], subject: Subject, issue: Act, cover: bytes | None) -> Iterator[str]:
    """They are those the records call for, sound, tied to their sources, and certify only what is certified."""
    from filing.inspection import inspect, pages_of
    from filing.reread import reread

    parts = documents.parts(subject, issue)
    compiled = f"compiled/{stem_of(subject, issue)}.pdf"
    wanted = {compiled, *(f"documents/{part.name}.pdf" for part in parts)}
    present = {name for name in payload if name.endswith(".pdf")}
    yield from (f"{DATA}{name}  is missing" for name in sorted(wanted - present))
    yield from (f"{DATA}{name}  is called for by no record of the package" for name in sorted(present - wanted))
    if wanted != present:
        return
    pdfs = [(part.name, part.label, payload[f"documents/{part.name}.pdf"]) for part in parts]
    progress.at("Reading the compiled document")
    losses = reread(payload[compiled], [("cover", "Cover", cover), *pdfs])
    if losses:
        yield from (f"{DATA}documents/{part}.pdf  {flaw}" for part, _, pdf in pdfs for flaw in inspect(pdf))
        yield from (f"{DATA}{compiled}  {loss}" for loss in losses)
        return
    # The pages behind the cover have just been found equal to the documents', so those need not be read twice.
    cover_pages = pages_of(payload[compiled]) - sum(pages_of(pdf) for _, _, pdf in pdfs)
    yield from (f"{DATA}{compiled}  {flaw}" for flaw in _text_flaws(payload, compiled, cover_pages, subject, 0))
    certified = sum(gate.verdict(batch).certified for batch in subject.batches)
    # Reading every word takes long; where every batch is certified, no sentence can be in the wrong place.
    read = 1 if certified == len(subject.batches) else None
    for part in parts:
        allowed = 1 if part.certifies else certified if part.log else 0
        name = f"documents/{part.name}.pdf"
        progress.at(f"Reading {part.label}")
        yield from (f"{DATA}{name}  {flaw}" for flaw in _text_flaws(payload, name, read, subject, allowed))


def _text_flaws(
    payload: Mapping[str, bytes], name: str, pages: int | None, subject: Subject, allowed: int
) -> Iterator[str]:
    """`allowed` is how often a document may certify: a certificate once, a log once for each certified batch."""
    from filing.inspection import text_of

    text = "".join(text_of(payload[name], pages).split())
    if hashlib.sha256(payload[name.removesuffix(".pdf") + ".sources"]).hexdigest() not in text:
        yield "does not print the SHA-256 of its list of sources"
    seen = looks(text)
    if any(seen.count(run) > allowed for run in _certifying(subject)):
        yield "carries the certifying sentence, and the batch is not certified"


def _certifying(subject: Subject) -> Iterator[str]:
    """What no page may carry of a batch that is not certified: the opening of a registered sentence."""
    for name, record in subject.repository.records.items():
        if name.startswith("records/registers/statements/"):
            yield from runs(str(record.data["text"]))


def subject_in(read: Repository) -> Subject | None:
    """The trial whose logs a package issues, else the one batch that no other in it was made from."""
    journal = Journal(read)
    trials = [name for name, trial in journal.trials.items() if trial.acts]
    if trials:
        return of_trial(journal, trials[0]) if len(trials) == 1 else None
    parents = {parent for batch in journal.batches.values() for parent in batch.family - {batch.id}}
    names = [name for name in journal.batches if name not in parents]
    return of_batch(journal, names[0]) if len(names) == 1 else None
