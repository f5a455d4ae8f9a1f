"""Repositories for tests: the sample founded anew with keys the tests hold, in memory or as a git checkout.

Most tests need no more than one certified batch: the short sample is B2025-01 as far as its certification, with its
logs issued then. The whole sample is the repository as it is shipped.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from filing import load, signoffs
from filing.journal import Journal
from filing.model import Finding
from filing.repository import Repository, read
from filing.rules import examine
from tools.refound import PLAN as WHOLE_PLAN
from tools.refound import Signing, refound

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("records", "schemas", "templates")
BATCH = "records/batches/B2025-01"
NAMESPACE = signoffs.DEMONSTRATION


_KEPT = ("batch", "documentation.01", "documentation.01.receipt", "certification", "issue.1")
ISSUE = f"{BATCH}/issue.1.yaml"
POLICY = "records/registers/policies/strict.yaml"
_ISSUED = {"prepared": "2025-09-10T09:31:12+01:00", "checked": "2025-09-10T11:02:40+01:00"}
_LOGS = f"""\
# yaml-language-server: $schema=../../../schemas/issue@1.json
form: issue@1
batch: B2025-01
logs:
  - annexure: 1
    entries:
      - {BATCH}/documentation.01.yaml
  - annexure: 2
    entries:
      - {BATCH}/certification.yaml
""" + "".join(
    f"  - annexure: {number}\n    entries: []\n    nil_return: Nothing up to 10 September 2025 in annexure {number}.\n"
    for number in (3, 4, 5, 6)
)


def _is_short(path: str) -> bool:
    """Whether a file belongs to the short sample."""
    if not path.startswith(("records/batches/", "records/deviations/", "records/trials/")):
        return True
    return path.startswith(BATCH) and path.removeprefix(f"{BATCH}/").partition(".yaml")[0] in _KEPT


PLAN: tuple[Signing, ...] = tuple(
    replace(signing, time=_ISSUED[signing.slot]) if signing.record == ISSUE else signing
    for signing in WHOLE_PLAN
    if _is_short(signing.record)
)
"""Who signs the short sample."""


def key_of(person: str) -> Ed25519PrivateKey:
    """The key the tests give a person: always the same."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"test key of {person}".encode()).digest())


def short_sample() -> dict[str, bytes]:
    """The repository's own files as far as the certification of B2025-01; without sign-offs of what follows."""
    files = {path: data for path, data in as_shipped().items() if _is_short(path)}
    # Nothing of it is filed, and its days for that would be over.
    return {**files, ISSUE: _LOGS.encode(), POLICY: replaced(files, POLICY, "filing_days: 30\n", "").encode()}


def as_shipped() -> dict[str, bytes]:
    """The repository's own records, schemas and templates."""
    files, findings = load.read_tree(ROOT, TOPS)
    assert not findings
    return files


def founded(
    changed: Mapping[str, str | bytes | None] | None = None,
    plan: Iterable[Signing] = PLAN,
    namespace: str = NAMESPACE,
    base: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The short sample, or another, with files replaced (None removes one), signed anew with the tests' keys."""
    files = dict(short_sample() if base is None else base)
    for path, content in (changed or {}).items():
        if content is None:
            del files[path]
        else:
            files[path] = content.encode() if isinstance(content, str) else content
    people = {Path(path).stem for path in files if path.startswith("records/registers/people/") and ".r" not in path}
    people |= {signing.signer for signing in plan}
    return refound(files, {person: key_of(person) for person in sorted(people)}, plan, namespace)


def without(plan: Iterable[Signing], *records: str) -> tuple[Signing, ...]:
    """The plan without the signing of these records, e.g. "issue.1"."""
    return tuple(s for s in plan if not any(s.record.endswith(f"/{name}.yaml") for name in records))


def replaced(files: Mapping[str, bytes], path: str, old: str, new: str) -> str:
    """The text of a file with one thing changed; it must be there exactly once."""
    text = files[path].decode()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    return text.replace(old, new)


def examined(files: Mapping[str, bytes], pin: str = "") -> tuple[Repository, tuple[Finding, ...]]:
    """The repository as judged, and every finding of reading, judging and the record rules."""
    repository = read(files, pin=pin)
    return repository, tuple(sorted(set(examine(Journal(repository)).findings)))


def errors(files: Mapping[str, bytes], pin: str = "") -> list[tuple[str, str]]:
    """(rule, path) of everything but warnings."""
    return [(f.rule, f.path) for f in examined(files, pin)[1] if f.severity != "warning"]


def pin_of(files: Mapping[str, bytes]) -> str:
    return files["records/root.pin"].decode().strip()


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files below a folder; files that are not among them are removed from records/, schemas/ and templates/."""
    for top in TOPS:
        for old in sorted((folder / top).rglob("*")) if (folder / top).exists() else []:
            if old.is_file() and old.relative_to(folder).as_posix() not in files:
                old.unlink()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def git(folder: Path, *arguments: str, date: str = "2026-01-05T12:00:00Z") -> str:
    """Runs git in a folder, as nobody in particular and at a fixed time."""
    environment = {
        **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org", "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
    }  # fmt: skip
    answer = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return answer.stdout


def commit(
    folder: Path, files: Mapping[str, bytes], message: str = "records", date: str = "2026-01-05T12:00:00Z"
) -> str:
    """The files as one commit on main; the first call makes the repository. Returns the commit's id."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
        (folder / ".gitattributes").write_text("records/** -text\nschemas/** -text\ntemplates/** -text\n")
        (folder / ".gitignore").write_text("output/\n.build/\n")
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message, date=date)
    return git(folder, "rev-parse", "HEAD").strip()


def build(*arguments: str | Path, root: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The front door, as a person would call it; FILING_ROOT of the machine does not leak in."""
    import sys

    own = {name: value for name, value in os.environ.items() if name not in ("FILING_ROOT", "CI")}
    chosen = ["--root", str(root)] if root else []
    return subprocess.run(
        [sys.executable, str(ROOT / "build.py"), *chosen, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**own, "GIT_CONFIG_GLOBAL": os.devnull, **environment},
    )  # fmt: skip
