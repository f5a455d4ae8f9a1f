"""The record repository in the working tree, read and judged as it is now: what every verb but `bundle` and `verify`
starts from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filing import load, pin, progress, requirements
from filing.history import History, inside_git, is_shallow, read_history
from filing.journal import Journal
from filing.model import CannotRun, Finding
from filing.repository import Repository, read, root_cause_first
from filing.rules import RuleResult, examine
from filing.signoffs import utc_text
from filing.trust import ROOT_FILE, listed_entries

TOPS = ("records", "schemas", "templates")


@dataclass(frozen=True)
class Checkout:
    """`findings` are all of them, the root cause first; `pinned_by` says in words where the pin comes from."""

    root: Path
    files: Mapping[str, bytes] = field(repr=False)
    journal: Journal = field(repr=False)
    findings: tuple[Finding, ...]
    results: tuple[RuleResult, ...]
    pin: str
    pinned_by: str
    history: History | None = field(repr=False)
    now: datetime

    @property
    def repository(self) -> Repository:
        return self.journal.repository


def examined(root: Path, fingerprint: str | None = None) -> Checkout:
    """Reads the working tree below `root`, judges it and runs every rule; CannotRun where it holds no records."""
    require_records(root)
    now = datetime.now(UTC)
    progress.at("Reading the files")
    files, unreadable = load.read_tree(root, TOPS)
    pinned, origin = pin.of(root, fingerprint)
    with_history = inside_git(root) and not is_shallow(root)
    history = history_of(root, files) if with_history else None
    journal, findings, results = judged(files, pinned, history, now)
    findings += [*unreadable, *_about_pin_and_history(pinned, with_history)]
    return Checkout(root, files, journal, root_cause_first(findings), results, pinned, origin, history, now)


def require_records(root: Path) -> None:
    if not (root / "records").is_dir():
        raise CannotRun(f"{root} holds no folder records/. Name the right folder with --root.")


def judged(
    files: Mapping[str, bytes], pinned: str, history: History | None, now: datetime
) -> tuple[Journal, list[Finding], tuple[RuleResult, ...]]:
    """Everything that stands before the gate: load, validate, judge sign-offs, check rules."""

    def latest(path: str) -> str:
        return history.latest(path, files[path], utc_text(now)) if history else utc_text(now)

    breaks = history.breaks if history else ()
    journal = Journal(read(files, pin=pinned, latest=latest, breaks=breaks), as_of=utc_text(now))
    examination = examine(journal)
    return journal, list(examination.findings), examination.results


def history_of(root: Path, files: Mapping[str, bytes]) -> History:
    progress.at("Reading the history")
    return read_history(root, files, listed_entries(files))


def _about_pin_and_history(pinned: str, with_history: bool) -> list[Finding]:
    found = []
    if not pinned:
        remedy = "Give it with --root-fingerprint, FILING_ROOT or: git config filing.root FINGERPRINT"
        found.append(requirements.warning("T01", ROOT_FILE, "root not pinned", "no fingerprint was given", remedy))
    if not with_history:
        lack = "this is no git checkout with its full history, so files removed or replaced cannot be noticed"
        remedy = "In a shallow clone, type: git fetch --unshallow"
        found.append(requirements.warning("T05", "records", "history not seen", lack, remedy))
    return found
