"""Somebody's desk: a checkout of founded records, and a home with that person's key, guarded by a passphrase or not."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests import repositories, terminal
from tests.repositories import PLAN, WHOLE_PLAN, as_shipped, founded, key_of
from tools.refound import Signing, keep

PASSPHRASE = "correct horse"
FOLDER = "records/batches/B2025-03"
RECEIPT = f"{FOLDER}/documentation.01.receipt.yaml"


@dataclass(frozen=True)
class Desk:
    """`home` holds keys; `scratch` is where temporary files go, so that a test sees what is left there."""

    root: Path
    home: Path
    scratch: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def with_key(self, person: str, passphrase: str = "", name: str = "", of: str = "") -> Path:
        """Lays a person's key (or, under that person's name, the key `of` another) into ~/.ssh; returns its path."""
        path = self.home / ".ssh" / (name or f"filing-{person}")
        keep(path, key_of(of or person))
        if passphrase:
            change = ["ssh-keygen", "-q", "-p", "-a", "1", "-P", "", "-N", passphrase, "-f", str(path)]
            subprocess.run(change, check=True, capture_output=True)
        return path

    def variables(self) -> dict[str, str]:
        return {"HOME": str(self.home), "TMPDIR": str(self.scratch), **self.environment}

    def types(
        self, *arguments: str | Path, answers: Mapping[str, str] | None = None, columns: int = 100
    ) -> tuple[int, str]:
        """The front door at a terminal, to its end."""
        return terminal.build(*arguments, root=self.root, answers=answers, columns=columns, **self.variables())

    def begins(self, *arguments: str | Path) -> terminal.Terminal:
        """The front door at a terminal, with the test answering."""
        return terminal.started(*arguments, root=self.root, **self.variables())

    def files(self) -> set[str]:
        """Everything below records/, odd files included."""
        return {p.relative_to(self.root).as_posix() for p in (self.root / "records").rglob("*") if p.is_file()}

    def write(self, path: str, text: str) -> str:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")
        return path

    def findings(self) -> list[tuple[str, str]]:
        """(rule, path) of everything but warnings, as the working tree is now."""
        files = {p: (self.root / p).read_bytes() for top in repositories.TOPS for p in _below(self.root, top)}
        return repositories.errors(files)


def desk(
    folder: Path,
    without: tuple[str, ...] = (),
    namespace: str = repositories.NAMESPACE,
    changed: Mapping[str, str | bytes | None] | None = None,
    plan: tuple[Signing, ...] = WHOLE_PLAN,
) -> Desk:
    """The whole sample, committed; `without` are records ("issue.1") that nobody has signed."""
    signed = tuple(s for s in plan if not any(s.record.endswith(name) for name in without))
    base = as_shipped() if plan is not PLAN else None
    files = founded(changed, signed, namespace, base)
    root, home, scratch = folder / "records of trial", folder / "home", folder / "scratch"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    scratch.mkdir()
    repositories.commit(root, files)
    return Desk(root, home, scratch)


def _below(root: Path, top: str) -> list[str]:
    return [p.relative_to(root).as_posix() for p in (root / top).rglob("*") if p.is_file()]
