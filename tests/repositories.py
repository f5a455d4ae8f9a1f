"""Repositories for tests: the sample founded anew with keys the tests hold, in memory or as a git checkout."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from filing import load, signoffs
from filing.journal import Journal
from filing.model import Finding
from filing.repository import Repository, read
from filing.rules import check_rules
from tools.refound import PLAN, Signing, refound

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("records", "schemas", "templates")
BATCH = "records/batches/B2025-01"
NAMESPACE = signoffs.DEMONSTRATION


def key_of(person: str) -> Ed25519PrivateKey:
    """The key the tests give a person: always the same."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"test key of {person}".encode()).digest())


def as_shipped() -> dict[str, bytes]:
    """The repository's own records, schemas and templates."""
    files, findings = load.read_tree(ROOT, TOPS)
    assert not findings
    return files


def founded(
    changed: Mapping[str, str | bytes | None] | None = None, plan: Iterable[Signing] = PLAN, namespace: str = NAMESPACE
) -> dict[str, bytes]:
    """The sample with files replaced (None removes one), signed anew by everybody with the tests' keys."""
    files = as_shipped()
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
    broken, _ = check_rules(Journal(repository))
    return repository, tuple(sorted({*repository.findings, *broken}))


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
