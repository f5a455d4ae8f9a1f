"""Filing packages for tests: made as the front door makes them, read, and forged by somebody who holds no key."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path

from filing import bag, documents, gate, package
from filing.history import Commit
from filing.journal import Batch, Journal
from filing.package import Contents
from filing.provenance import PROVENANCE, canonical_json
from filing.render.cache import Cache
from filing.repository import read
from filing.rules import examine
from filing.subject import Subject, of_batch
from tests import repositories
from tests.repositories import PLAN
from tools.refound import FORMS, Signing, forms_list, sign

DATA = "data/"
ISSUE = f"{repositories.BATCH}/issue.1.yaml"
CERTIFICATION = f"{repositories.BATCH}/certification.yaml"
ENVIRONMENT = {"machine": "of the tests"}
COLD = Cache(None, "")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, by its path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def contents_below(checkout: Path) -> dict[str, bytes]:
    """The records, schemas and templates of a checkout."""
    return {p: d for p, d in contents(checkout).items() if p.startswith(("records/", "schemas/", "templates/"))}


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def forged(files: Mapping[str, bytes], changed: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The package with payload files replaced (None drops one), and everything that no key protects made to agree:
    the digests in the lists of sources, the provenance and the manifests."""
    payload = {path.removeprefix(DATA): data for path, data in files.items() if path.startswith(DATA)}
    for path, data in changed.items():
        if data is None:
            del payload[path]
        else:
            payload[path] = data
    for path in sorted(payload):
        if path.endswith(".sources") and path not in changed:
            payload[path] = _digests_renewed(payload[path], payload)
    if PROVENANCE in payload and PROVENANCE not in changed:
        payload[PROVENANCE] = _subjects_renewed(payload[PROVENANCE], payload)
    return bagged(files, payload)


def bagged(files: Mapping[str, bytes], payload: Mapping[str, bytes]) -> dict[str, bytes]:
    """Another payload in the package, with its manifests."""
    lines = files["bag-info.txt"].decode().splitlines()
    info = [(label, value) for label, _, value in (line.partition(": ") for line in lines) if label != "Payload-Oxum"]
    return bag.bag_files(payload, info, {"readme.txt": files["readme.txt"]})


def retagged(files: Mapping[str, bytes], path: str, content: bytes) -> dict[str, bytes]:
    """The package with another tag file, and the manifests of the tag files made to agree."""
    new = {**files, path: content}
    tags = sorted(p for p in new if not p.startswith(DATA) and not p.startswith("tagmanifest-"))
    for algorithm in ("sha256", "sha512"):
        lines = [f"{hashlib.new(algorithm, new[p]).hexdigest()}  {p}\n" for p in tags]
        new[f"tagmanifest-{algorithm}.txt"] = "".join(lines).encode()
    return new


def _digests_renewed(listing: bytes, payload: Mapping[str, bytes]) -> bytes:
    paths = [line.partition("  ")[2] for line in listing.decode().splitlines()]
    return "".join(f"{_sha256(payload[path])}  {path}\n" for path in paths if path in payload).encode()


def _subjects_renewed(provenance: bytes, payload: Mapping[str, bytes]) -> bytes:
    stated = json.loads(provenance)
    pdfs = sorted(path for path in payload if path.endswith(".pdf"))
    stated["subject"] = [{"name": path, "digest": {"sha256": _sha256(payload[path])}} for path in pdfs]
    return canonical_json(stated)


def tool(*arguments: str | Path) -> str:
    """What an independent program says; `make test` installs all of them."""
    name = str(arguments[0])
    assert shutil.which(name), f"{name} is missing. make test installs it."
    answer = subprocess.run([*map(str, arguments)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"{name}: {answer.stdout}{answer.stderr}"
    return answer.stdout


def text_of(pdf: Path) -> str:
    """The words on the pages, with single spaces."""
    return " ".join(tool("pdftotext", "-raw", pdf, "-").split())


def unspaced(text: str) -> str:
    """Where a line breaks is no matter of content."""
    return "".join(text.split())


def all_pdfs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pdf"))


def pdfs_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The PDFs of a package with their lists of sources."""
    return {path: data for path, data in files.items() if path.endswith((".pdf", ".sources"))}


def templates_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path.startswith("templates/")}


def without(files: Mapping[str, bytes], *paths: str) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path not in paths}


def words(value: object) -> Iterator[str]:
    """Every text that a document's context shows."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("style", "width", "target", "name", "state"):
                yield from words(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from words(item)


def journal_of(files: Mapping[str, bytes]) -> Journal:
    return Journal(read(files, pin=repositories.pin_of(files)))


def batch_of(files: Mapping[str, bytes], batch: str = "B2025-01") -> Batch:
    return journal_of(files).batches[batch]


def subject_of(files: Mapping[str, bytes], batch: str = "B2025-01") -> Subject:
    return of_batch(journal_of(files), batch)


def refused(files: Mapping[str, bytes], batch: str = "B2025-01") -> tuple[tuple[str, str], ...]:
    """(rule, path) of whatever stands against the package of the batch; nothing where it may be made."""
    journal = journal_of(files)
    findings = gate.refusals(of_batch(journal, batch), examine(journal).findings)
    return tuple((finding.rule, finding.path) for finding in findings)


def packed(files: Mapping[str, bytes], executor: Executor) -> Contents:
    """The package of B2025-01, as the front door makes it of a commit that holds these files."""
    assert not refused(files)
    return assembled(files, executor)


def assembled(files: Mapping[str, bytes], executor: Executor) -> Contents:
    """The package as it would be if nothing had stood against it."""
    planned = documents.plan(subject_of(files))
    pages = package.render(planned, files, executor, COLD, lambda _: None)
    made = Commit("0" * 40, datetime(2026, 1, 5, 12, tzinfo=UTC), files)
    return package.assemble(planned, pages, made, ENVIRONMENT)


def nil_return() -> dict[str, str]:
    """The issue, listing no certification."""
    entry = f"    entries:\n      - {CERTIFICATION}\n"
    nil = "    entries: []\n    nil_return: No entry up to 10 September 2025.\n"
    return {ISSUE: repositories.replaced(repositories.short_sample(), ISSUE, entry, nil)}


def without_certification() -> dict[str, bytes]:
    """The sample with a certification that nobody signed, its logs issued with a nil return."""
    return repositories.founded(nil_return(), plan=repositories.without(PLAN, "certification"))


def never_certified() -> dict[str, bytes]:
    """The sample without any certification, its logs issued with a nil return."""
    changed = {**nil_return(), CERTIFICATION: None}
    return repositories.founded(changed, plan=repositories.without(PLAN, "certification"))


def rejected(reason: str) -> dict[str, bytes]:
    """The sample with the batch rejected by the QP."""
    files = repositories.short_sample()
    text = repositories.replaced(files, CERTIFICATION, "decision: certified", "decision: rejected")
    changed = {CERTIFICATION: f'{text}rejection_reason: "{reason}"\n', **_DEVIATION}
    nil = "    entries: []\n    nil_return: Nothing up to 10 September 2025 in annexure 5.\n"
    entry = f"    entries:\n      - {_REPORT}\n"
    changed[ISSUE] = repositories.replaced(repositories.short_sample(), ISSUE, nil, entry)
    return repositories.founded(changed, plan=sorted((*repositories.PLAN, *_DEVIATION_PLAN), key=_when))


_REPORT = "records/deviations/DEV-2025-001/report.yaml"
_CAPA = "records/deviations/DEV-2025-001/capa.01.yaml"
# What the SOP asks of every rejection (rule R61), as a case of that rule has it.
_CASE = Path(__file__).parent / "cases" / "R09-holds-rejected-with-documents-missing"
_DEVIATION = {path: (_CASE / path).read_text() for path in (_REPORT, _CAPA)}
_DEVIATION_PLAN = (
    Signing(_REPORT, "reported", "h-richter", "depot", "2025-09-01T16:40:12+02:00"),
    Signing(_CAPA, "approved", "i-larsen", "qa", "2025-09-02T09:40:12+02:00"),
)


def _when(signing: Signing) -> datetime:
    return datetime.fromisoformat(signing.time)


def with_newer_form(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The repository with version 2 of the documentation log approved for 2026."""
    found = {**files}
    newer = files["schemas/documentation@1.json"].replace(b"documentation@1", b"documentation@2")
    found["schemas/documentation@2.json"] = newer.replace(b'"title": "QP Documentation Log"', b'"title": "Other Log"')
    forms = "records/registers/forms"
    lines = forms_list(found, (*FORMS, ("documentation@2", "2026-01-01", "log@1")))
    found[f"{forms}.r1.yaml"] = lines + f'corrects: "{_sha256(files[f"{forms}.yaml"])}"\n'.encode()
    return signed(found, Signing(f"{forms}.r1.yaml", "approved", "sunita-reddy", "qa", "2025-12-02T10:00:00+01:00"))


def revised(
    files: Mapping[str, bytes],
    entry: str,
    old: str,
    new: str,
    signers: tuple[str, ...] = ("a-lindqvist", "d-ferreira"),
    time: str = "2025-12-01T10:00:00+01:00",
) -> dict[str, bytes]:
    """The repository with one register entry revised, put into force by the next register change."""
    found = {**files}
    stem = f"records/registers/{entry}"
    base = files[f"{stem}.yaml"]
    text = repositories.replaced(files, f"{stem}.yaml", old, new)
    found[f"{stem}.r1.yaml"] = (text + f'corrects: "{_sha256(base)}"\nreason: As registered.\n').encode()
    return in_force(found, (f"{stem}.r1.yaml",), signers, time)


def in_force(
    files: Mapping[str, bytes], entries: tuple[str, ...], signers: tuple[str, ...], time: str
) -> dict[str, bytes]:
    """The repository with the next register change, which puts these entries into force."""
    found = {**files}
    number = 1 + sum(path.startswith("records/registers/change.") and path.endswith(".yaml") for path in files)
    change = f"records/registers/change.{number:03}.yaml"
    lines = [f'  - path: {path}\n    sha256: "{_sha256(files[path])}"\n' for path in entries]
    found[change] = ("form: change@1\nsummary: A later change.\nentries:\n" + "".join(lines)).encode()
    for place, signer in enumerate(signers, 1):
        signing = Signing(change, f"administrator-{place}", signer, "register-administrator", time)
        sign(found, signing, repositories.key_of(signer), repositories.NAMESPACE)
    return found


def signed(files: Mapping[str, bytes], *plan: Signing) -> dict[str, bytes]:
    """The repository with further sign-offs."""
    found = {**files}
    for signing in plan:
        sign(found, signing, repositories.key_of(signing.signer), repositories.NAMESPACE)
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
