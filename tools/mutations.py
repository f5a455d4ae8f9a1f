"""Breaks every rule once, and changes 200 single values of the sample, to see that each change is noticed or harmless.

Whatever is changed, everything is signed anew with the tests' keys by the people whose act it is: a change behind a
signer's back would be noticed by that alone. So are the digests in filings, which say what was filed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from filing.journal import Journal  # noqa: E402
from filing.people import ADMINISTRATOR  # noqa: E402
from filing.repository import read  # noqa: E402
from filing.requirements import REQUIREMENTS  # noqa: E402
from filing.rules import RULES, examine  # noqa: E402
from tests.casebook import findings_of, simplest  # noqa: E402
from tests.repositories import BATCH, NAMESPACE, as_shipped, founded, key_of  # noqa: E402
from tools.changes import Change, changes  # noqa: E402
from tools.founding import FORMS, FOUNDERS, PLAN, Signing  # noqa: E402
from tools.harmless import GAPS, HARMLESS, argued  # noqa: E402
from tools.refound import forms_list, sign  # noqa: E402

COUNT = 200
PAGE = "docs/reference/mutations.md"
ACTS = ("records/batches/", "records/deviations/", "records/trials/")
AS_OF = "20251118120000Z"
"""Just after the sample's last sign-off."""
KNOWN = "no QP has confirmed the wording of CTR-62 version 0"
"""The one warning that the sample gives by design."""

HEAD = """\
# What is noticed

<!-- Written by `make mutations`; what stands here is changed where it comes from. -->

Two questions are answered here by trying. Does every rule speak where it is broken, and only it? And is every value of
a record either held to something, or of a kind that nobody could hold to anything? After each change everybody signed
anew, so that no change is noticed merely because a signature does not fit.

## Every rule broken once

Each line is a case of the tests, or one change of the sample. What else is told has to follow from it, and why is said.

| Rule | What was changed | What follows |
|---|---|---|
"""
SECOND = """
## {count} values changed, one at a time

{summary}

| Field | Record | Change | Noticed by, or why it does no harm |
|---|---|---|---|
"""
OPEN, DOES_NO_HARM, NOT_NOTICED = MARKS = "**open**", "*harmless*", "**not noticed**"
FOLLOWS = {
    "R01": "an entry that is not in force is not there",
    "R19": "the certified quantity is more than was made",
    "R64": "an issue lists only what is validly signed, and everything that is",
}
"""Why a rule speaks where another is broken."""

Files = dict[str, bytes]


def _one_administrator(files: Files) -> None:
    entry, change = "records/registers/sites/site-101", "records/registers/change.002.yaml"
    text = files[f"{entry}.yaml"].replace(b"Prof. Dr. Hanna Vogt", b"Dr. Karl Vogt")
    revision = _corrected(files, f"{entry}.yaml", text)
    files[f"{entry}.r1.yaml"] = revision
    digest = hashlib.sha256(revision).hexdigest()
    listed = f'entries:\n  - path: {entry}.r1.yaml\n    sha256: "{digest}"\n'
    files[change] = f"form: change@1\nsummary: Another investigator.\n{listed}".encode()
    _sign(files, Signing(change, "administrator-1", FOUNDERS[0], ADMINISTRATOR, "2025-09-01T07:00:00+01:00", "IE"))


def _line_dropped(files: Files) -> None:
    forms = "records/registers/forms"
    files[f"{forms}.r1.yaml"] = _corrected(files, f"{forms}.yaml", forms_list(files, FORMS[:-1]))
    _sign(files, Signing(f"{forms}.r1.yaml", "approved", "sunita-reddy", "qa", "2025-08-28T10:00:00+01:00", "IE"))


def _corrected(files: Files, path: str, text: bytes) -> bytes:
    """The text as a revision of the register entry or forms list at `path`."""
    return text + f'corrects: "{hashlib.sha256(files[path]).hexdigest()}"\nreason: A change of mind\n'.encode()


def _sign(files: Files, signing: Signing) -> None:
    sign(files, signing, key_of(signing.signer), NAMESPACE)


def _form_edited(files: Files) -> None:
    files["schemas/issue@1.json"] = files["schemas/issue@1.json"].replace(b'"Logs"', b'"Lists"')


def _record_removed(files: Files) -> None:
    del files[f"{BATCH}/issue.1.yaml"]


def _another_root(files: Files) -> None:
    files["records/root.pin"] = b"0" * 64 + b"\n"


def _wrong_ending(files: Files) -> None:
    files[f"{BATCH}/minutes.yml"] = b"form: issue@1\n"


OWN: Mapping[str, tuple[str, Callable[[Files], None]]] = {
    "T01": ("the fingerprint in `records/root.pin` changed", _another_root),
    "T02": ("a register change that only one administrator signed", _one_administrator),
    "T03": ("a forms list with a line dropped", _line_dropped),
    "T04": ("a form edited after records were signed on it", _form_edited),
    "T06": ("a file below records/ that ends in .yml", _wrong_ending),
    "R44": ("a signed record removed", _record_removed),
}
"""Rules that no case of the tests breaks. T05 asks for the history of a repository: no change of a record breaks it."""
BROKEN_ONCE = sorted({rule.id for rule in RULES} | (REQUIREMENTS.keys() - {"T05"}))


def line_of_rule(rule: str) -> str:
    """The line of the first table: what breaks the rule, and what follows from it."""
    if rule in OWN:
        what, change = OWN[rule]
        files = dict(founded())
        change(files)
        findings = examine(Journal(read(files, pin=""))).findings
    else:
        case = simplest(rule)
        what = f"[{case[4:].replace('-', ' ')}](../../tests/cases/{case})"
        findings = findings_of(case)
    broken = {finding.rule for finding in findings if finding.found != KNOWN}
    assert rule in broken, f"{rule} does not speak"
    return _line(rule, what, "; ".join(f"{other}: {FOLLOWS[other]}" for other in sorted(broken - {rule})))


@cache
def _sample() -> Files:
    return founded(plan=PLAN, base=as_shipped())


@cache
def every_change() -> tuple[Change, ...]:
    """Every change of every act of the sample."""
    repository = read(_sample(), pin="")
    acts = (record for path, record in sorted(repository.records.items()) if path.startswith(ACTS))
    return tuple(change for record in acts for change in changes(repository, record))


@cache
def chosen() -> tuple[Change, ...]:
    """The changes that are tried: one of every field, in the first record that has it, then a second one of some.

    Which of a record's changes it is depends on the field's name alone, so that it stays the same as the sample grows.
    """
    of_field: dict[str, list[Change]] = {}
    for change in every_change():
        of_field.setdefault(change.field, []).append(change)
    fields = sorted(of_field, key=_number)
    tried = [_pick([c for c in of_field[field] if c.record == of_field[field][0].record], field) for field in fields]
    others = ((field, [c for c in of_field[field] if c not in tried]) for field in fields)
    more = (_pick(pool, field) for field, pool in others if pool)
    return tuple(sorted((*tried, *islice(more, COUNT - len(tried))), key=lambda c: (c.field, c.record.path, c.kind)))


def _pick(pool: list[Change], field: str) -> Change:
    return pool[_number(field) % len(pool)]


def _number(field: str) -> int:
    return int(hashlib.sha256(field.encode()).hexdigest()[:8], 16)


def noticed(change: Change) -> tuple[str, ...]:
    """The rules that say something about the changed sample that they do not say about the sample."""
    files = founded({**_filed_anew(change), change.record.path: change.content}, PLAN, base=as_shipped())
    new = _told(files) - _told_of_sample()
    gravest = {rule for rule, severity, *_ in new if severity != "warning"}
    return tuple(sorted(gravest | {f"{rule} (warning)" for rule, *_ in new if rule not in gravest}))


def _filed_anew(change: Change) -> Files:
    """The filings that list the record, with its new digest."""
    listed = re.compile(rb"(record: %s\n +sha256: \")[0-9a-f]{64}" % re.escape(change.record.path.encode()))
    digest = hashlib.sha256(change.content).hexdigest().encode()
    filings = {path: data for path, data in _sample().items() if listed.search(data) and path.endswith(".yaml")}
    return {path: listed.sub(rb"\g<1>" + digest, data) for path, data in filings.items()}


@cache
def _told_of_sample() -> frozenset[tuple[str, str, str, str]]:
    return _told(_sample())


def _told(files: Files) -> frozenset[tuple[str, str, str, str]]:
    """What is found, whatever the line."""
    findings = examine(Journal(read(files, pin=""), as_of=AS_OF)).findings
    return frozenset((finding.rule, finding.severity, finding.path, finding.found) for finding in findings)


def line_of_change(change: Change) -> str:
    """The line of the second table."""
    rules = noticed(change)
    gap, why = argued(change, GAPS), argued(change, HARMLESS)
    judged = ", ".join(rules) or (f"{OPEN}: {gap}" if gap else f"{DOES_NO_HARM}: {why}" if why else NOT_NOTICED)
    path = change.record.path.removeprefix("records/").removesuffix(".yaml")
    what = change.kind if change.after == change.kind else f"{change.kind}: {_short(change.after) or 'nothing'}"
    return _line(f"`{change.field}`", path, f"{_short(change.before)}, {what}", judged)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:36]} ..."


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def summary(lines: Iterable[str]) -> str:
    """How many of the changes became what, from the lines of the second table."""
    verdicts = Counter(next((mark for mark in MARKS if f"| {mark}" in line), "noticed") for line in lines)
    said = f"{verdicts['noticed']} are noticed by a rule. {verdicts[DOES_NO_HARM]} do no harm, and why is said."
    if verdicts[OPEN]:
        said += f" {verdicts[OPEN]} are open: no rule notices them yet, and how one could is said."
    return said


def page(of_rules: Iterable[str], of_changes: Iterable[str]) -> str:
    """docs/reference/mutations.md."""
    lines = list(of_changes)
    second = SECOND.format(count=len(lines), summary=summary(lines))
    return HEAD + "\n".join(of_rules) + "\n" + second + "\n".join(lines) + "\n"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--all", action="store_true", help="try every change of every value, and write no page")
    tried = every_change() if (everything := arguments.parse_args().all) else chosen()
    with ProcessPoolExecutor() as processes:
        of_changes = list(processes.map(line_of_change, tried, chunksize=5))
        of_rules = [] if everything else list(processes.map(line_of_rule, BROKEN_ONCE, chunksize=3))
    print("\n".join([*of_rules, *of_changes, summary(of_changes)]))
    if not everything:
        (ROOT / PAGE).write_text(page(of_rules, of_changes), encoding="utf-8")
    return int(any(NOT_NOTICED in line for line in of_changes))


if __name__ == "__main__":
    raise SystemExit(main())
