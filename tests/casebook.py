"""Cases for the record rules: folders that hold what differs from the sample, and the exact findings it gives.

A case `<rule>-<what is wrong>` breaks a rule, a case `<rule>-holds-<what>` is right. It holds any of
`changes.yaml` (edits of the sample's text, each of which must fit exactly once), files with their paths as in the
repository, `removed` (paths to drop), `plan.yaml` (sign-offs that are made otherwise) and `afterwards/`, of the same
make, for what is changed once everybody has signed. A file `short` says that the case starts from the short sample,
a file `clock` when it is judged (as 20251118120000Z); without it no clock is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from filing.journal import Journal
from filing.model import Finding
from filing.repository import read
from filing.rules import examine
from tests.repositories import PLAN, as_shipped, founded, replaced, short_sample
from tools.refound import PLAN as WHOLE_PLAN
from tools.refound import Signing

CASES = {path.parent.name: path.parent for path in sorted((Path(__file__).parent / "cases").glob("*/expected"))}
BREAKING = [name for name in CASES if "-holds-" not in name]
HOLDING = [name for name in CASES if "-holds-" in name]


@cache
def findings_of(name: str) -> tuple[Finding, ...]:
    """Every finding of a case."""
    repository = read(files_of(name), pin="")
    return tuple(sorted(set(examine(Journal(repository, as_of=text(CASES[name] / "clock").strip())).findings)))


@cache
def files_of(name: str) -> dict[str, bytes]:
    """The repository of a case, signed."""
    folder = CASES[name]
    sample = short_sample() if is_short(folder) else as_shipped()
    files = overlay(folder, sample)
    differing = {path: files.get(path) for path in {*files, *sample} if files.get(path) != sample.get(path)}
    return overlay(folder / "afterwards", founded(differing, planned(folder), base=sample))


def simplest(rule: str) -> str:
    """The case that breaks a rule with the fewest others, preferably of signed records, and the fewest findings."""
    return min((name for name in BREAKING if name.startswith(f"{rule}-")), key=_complexity)


def _complexity(name: str) -> tuple[int, bool, int, str]:
    lines = text(CASES[name] / "expected").splitlines()
    others = {line.split()[2] for line in lines if not line.split(" ", 1)[1].startswith("warning R17 ")} - {name[:3]}
    return len(others), "-draft-" in name, len(lines), name


def overlay(folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files as a case changes them."""
    changed = dict(files)
    for path in sorted(folder.glob("records/**/*.yaml")):
        changed[path.relative_to(folder).as_posix()] = path.read_bytes()
    for removed in text(folder / "removed").split():
        del changed[removed]
    for edit in yaml.safe_load(text(folder / "changes.yaml")) or ():
        changed[edit["path"]] = replaced(changed, edit["path"], edit["replace"], edit["by"]).encode()
    return changed


def planned(folder: Path) -> tuple[Signing, ...]:
    """The sample's sign-offs as a case changes them, in the order of their times."""
    plan = {(signing.record, signing.slot): signing for signing in (PLAN if is_short(folder) else WHOLE_PLAN)}
    for item in yaml.safe_load(text(folder / "plan.yaml")) or ():
        where = item["record"], item["slot"]
        if item.pop("left_out", False):
            del plan[where]
        else:
            plan[where] = replace(plan[where], **item) if where in plan else Signing(**item)
    return tuple(sorted(plan.values(), key=lambda signing: datetime.fromisoformat(signing.time)))


def is_short(folder: Path) -> bool:
    return (folder / "short").exists()


def as_line(finding: Finding) -> str:
    """A finding as a line of `expected`."""
    place = f"{finding.path}:{finding.line}:{finding.column}"
    return f"{place} {finding.severity} {finding.rule} {finding.found}"


def text(path: Path) -> str:
    """What a file of a case says; nothing where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""
