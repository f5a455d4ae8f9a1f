"""What a filing package holds: documents with their sources, the compiled view copy, records, forms, provenance.

Everything here is a function of the commit and the render environment; `publish` alone writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path

from filing import __version__, bag, documents, gate, progress
from filing.act import Act
from filing.closure import in_every_package, named_entries, revisions_in_force
from filing.documents import Plan
from filing.forms import closure as schema_closure
from filing.forms import digest_of, revision_of
from filing.frame import is_draft
from filing.history import Commit
from filing.model import Document, Rendered
from filing.provenance import PROVENANCE, Making, bag_info, statement
from filing.render.cache import Cache
from filing.render.closure import closure_digest
from filing.render.environment import environment as environment_facts
from filing.render.fonts import Fonts
from filing.rules.homes import homes_named
from filing.sources import sources_list
from filing.subject import Subject

README = """\
A filing package of QP certification records (SOP CR/OPS/142/2025).

data/documents/   the documents that are filed, each with the list of what it was made from (.sources)
data/compiled/    one PDF that joins them for reading; a view copy
data/records/     the signed records: the original, of which the documents are the readable form
data/schemas/     the forms the records are written on
data/provenance/  how the package was made

To check it without any software of ours, type in this folder:
    sha256sum -c manifest-sha256.txt
    sha512sum -c manifest-sha512.txt
    sha256sum -c tagmanifest-sha256.txt
    sha512sum -c tagmanifest-sha512.txt
To check what a document was made from, and that its last line prints the digest of that list:
    cd data && sha256sum -c documents/annexure-1.sources && sha256sum documents/annexure-1.sources
To check a sign-off, for example the QP's, in the folder data/records:
    ssh-keygen -Y check-novalidate -n NAMESPACE -s batches/BATCH/certification.qp.signoff.sig \\
        < batches/BATCH/certification.qp.signoff
NAMESPACE stands in root.allowed_signers. The answer names the key that signed; the sign-off names its signer, and
    grep -o 'ssh-ed25519.*' registers/people/SIGNER.yaml | ssh-keygen -lf -
prints the signer's key: both must be the same. The root of trust is
    sha256sum root.allowed_signers
Compare it with the fingerprint you were given by another way. A checksum shows damage; only the sign-offs and that root
show origin.
"""


@dataclass(frozen=True)
class Contents:
    name: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Pages:
    """The rendered documents of a package, and the compiled view copy with the sources of its cover."""

    parts: tuple[Rendered, ...]
    compiled: bytes
    cover: Rendered


def environment(requirements: str, fonts: Fonts) -> Mapping[str, str]:
    """What the bytes of a PDF depend on beside records and templates: this program, and what it renders with."""
    own = Path(__file__).parent
    files = {path.relative_to(own).as_posix(): path.read_bytes() for path in own.rglob("*.py")}
    return {"filing": f"sha256:{digest_of(files, files)}", **environment_facts(requirements, fonts)}


def render(
    planned: Plan, files: Mapping[str, bytes], executor: Executor, cache: Cache, say: Callable[[str], None]
) -> Pages:
    """Every document of the plan, side by side, and the merged file; a draft is never packaged."""
    assert not any(map(is_draft, planned.documents))
    say("Rendering " + ", ".join(document.label for document in planned.documents))
    templates = {path: data for path, data in files.items() if path.startswith("templates/")}
    # The longest come last in the package and are begun first, so that no processor waits for them at the end.
    begun = [cache.submit(executor, document, templates) for document in reversed(planned.documents)]
    waiting = begun[::-1]
    # The cover needs the others' numbers of pages; rendered beside them for the usual case, and again where it differs.
    usual = documents.cover(planned, [Rendered(document, b"", 1) for document in planned.documents])
    guessed = cache.submit(executor, usual, templates)
    import filing.reread  # noqa: F401 - loaded, as merging is, while the workers render; verifying needs it
    from filing.merge import Part, merge

    parts = tuple(_awaited(document, future) for document, future in zip(planned.documents, waiting, strict=True))
    cover, actual = guessed.result(), documents.cover(planned, parts)
    if actual != usual:
        cover = cache.submit(executor, actual, templates).result()
    if cover.pages > 1:
        cover = cache.submit(executor, documents.cover(planned, parts, cover.pages), templates).result()
    say("Merging")
    joined = [Part(r.document.name, r.document.label, r.document.title, r.pdf) for r in (cover, *parts)]
    compiled = merge(joined, title=cover.document.title, created=cover.document.created)
    return Pages(parts, compiled, cover)


def _awaited(document: Document, future: Future[Rendered]) -> Rendered:
    progress.at(f"Rendering {document.label}")
    return future.result()


def assemble(planned: Plan, pages: Pages, commit: Commit, environment: Mapping[str, str]) -> Contents:
    """Every file of the bag."""
    subject, stem = planned.subject, stem_of(planned.subject, planned.issue)
    payload = _records(planned, pages)
    for part in pages.parts:
        payload[f"documents/{part.document.name}.pdf"] = part.pdf
        payload[f"documents/{part.document.name}.sources"] = sources_list(part.document.sources)
    payload[f"compiled/{stem}.pdf"] = pages.compiled
    payload[f"compiled/{stem}.sources"] = sources_list(pages.cover.document.sources)
    templates = {rendered.document.template for rendered in (pages.cover, *pages.parts)}
    making = Making(
        "trial" if subject.of_trial else "batch",
        subject.id,
        commit.id,
        commit.committed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"filing {__version__}",
        {name: closure_digest(subject.repository.files, name) for name in templates},
        environment,
    )
    payload[PROVENANCE] = statement(making, payload)
    files = bag.bag_files(payload, describe(making, subject, planned.issue), {"readme.txt": README.encode()})
    return Contents(f"{stem}-{commit.id[:12]}", files)


def stem_of(subject: Subject, issue: Act) -> str:
    """Trial and batch, as file names have them; the trial alone for all its batches."""
    trials = [revision_of(trial.path)[0].rpartition("/")[2] for trial in subject.trials(issue)]
    return "-".join(trials if subject.of_trial else [*trials, subject.id]).lower()


def describe(making: Making, subject: Subject, issue: Act) -> tuple[tuple[str, str], ...]:
    """bag-info.txt of the package."""
    root = subject.repository.judgement.root
    assert root is not None
    words = [(batch.id, gate.verdict(batch).word) for batch in subject.batches]
    said = "; ".join(f"{name} {word}" for name, word in words) if subject.of_trial else words[0][1]
    return bag_info(making, root.digest, documents.sponsors(subject, issue), said, documents.access(subject, issue))


def _records(planned: Plan, pages: Pages) -> dict[str, bytes]:
    """The closure: what the documents were made from, the subject's signed acts, every register change, the forms list,
    and every revision of the entries that any of these name or that signed them; with the forms they are written on."""
    repository = planned.subject.repository
    files, standing = repository.files, repository.judgement.standing
    paths = {source.path for part in (*pages.parts, pages.cover) for source in part.document.sources}
    paths |= {path for path in files if in_every_package(path)}
    for act in planned.subject.acts:
        paths |= {act.path, *(signoff.path for signoff in act.signoffs)} if act.signed else set()
    paths |= {path + ".sig" for path in paths if path.endswith(".signoff")}
    signers = {standing[path].statement.signer for path in paths if path in standing}
    records = [repository.records[path] for path in paths if path in repository.records]
    revisions = revisions_in_force(repository)
    for entry in named_entries(repository, records, signers):
        paths |= revisions.get(entry, set())
    for form in {repository.records[path].form for path in paths if path in repository.records}:
        paths |= set(schema_closure(files, f"schemas/{form}.json"))
    paths |= homes_named(records) & set(files)
    return {path: files[path] for path in sorted(paths)}
