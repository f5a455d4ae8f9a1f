"""Findings as people and programs read them. Paths are never wrapped; the order is stable."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from filing.judging import record_of
from filing.model import Finding
from filing.repository import Repository
from filing.rules import RuleResult
from filing.terminal import width

_COLOURS = {"error": "31", "hold": "33", "warning": "33", "dim": "2", "bold": "1"}


def as_json(version: str, as_of: str, findings: Iterable[Finding], results: Iterable[RuleResult]) -> str:
    """The findings for programs (D16), with what became of each rule."""
    names = ("path", "line", "column", "rule", "severity", "requirement", "found", "remedy", "clause")
    return json.dumps(
        {
            "version": version,
            "as_of": as_of,
            "findings": [{name: getattr(finding, name) for name in names} for finding in findings],
            "rules": [{"id": r.id, "result": r.result, "reason": r.reason} for r in results],
        },
        indent=2,
        ensure_ascii=False,
    )


def as_text(
    findings: Sequence[Finding], results: Sequence[RuleResult], files: Mapping[str, bytes], *, colour: bool, why: bool
) -> str:
    """The findings for people: where, what is required, what was found, on whose authority, what to do."""
    told = [blocks(findings, files, colour=colour)] if findings else []
    return "\n".join([*told, _summary(findings, results, files, why)])


def blocks(findings: Iterable[Finding], files: Mapping[str, bytes], *, colour: bool = False) -> str:
    """Each finding by itself, as people read it."""
    paint = _painter(colour)
    return "\n".join(_block(finding, files, paint) for finding in findings)


def left_to_do(repository: Repository) -> list[str]:
    """What no rule could judge, and what still waits for somebody's sign-off, a line each."""
    unread = {f.path for f in repository.findings if f.path.endswith(".yaml") and f.rule[0] in "YS"}
    signed: dict[str, set[str]] = {}
    for path in repository.judgement.standing:
        signed_path, slot = record_of(path)
        signed.setdefault(signed_path, set()).add(slot)
    lines = []
    if unread:
        lines.append(f"No rule could judge what is unreadable or not as its form asks: {', '.join(sorted(unread))}")
    for path, record in sorted(repository.records.items()):
        form = repository.form_of(record)
        if form and path not in repository.judgement.acts and path not in unread:
            waiting = [s.name for s in form.slots if s.required and s.name not in signed.get(path, ())]
            lines += [f"Waits for sign-off: {path} ({', '.join(waiting)})"] if waiting else []
    return lines


def _block(finding: Finding, files: Mapping[str, bytes], paint: _Paint) -> str:
    place = f"{finding.path}:{finding.line}:{finding.column}"
    lines = [f"{paint(place, 'bold')}  {paint(finding.severity, finding.severity)}  {finding.rule}  {finding.title}"]
    lines += _shown_line(finding, files, paint)
    lines += _wrapped("", f"{finding.requirement}   {finding.clause}".rstrip())
    lines += _wrapped("Found     ", finding.found)
    lines += _wrapped("Do        ", finding.remedy)
    return "\n".join(lines) + "\n"


def _shown_line(finding: Finding, files: Mapping[str, bytes], paint: _Paint) -> list[str]:
    """The line of the record with a caret below it; nothing where the finding is about the whole file."""
    if (finding.line, finding.column) == (1, 1) or not finding.path.endswith(".yaml"):
        return []
    lines = files.get(finding.path, b"").decode("utf-8", "replace").split("\n")
    if not 0 < finding.line <= len(lines):
        return []
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in lines[finding.line - 1])
    start = max(0, finding.column - 80)
    mark = " " * (finding.column - 1 - start) + "^"
    return [f"{finding.line:>5} | {text[start : start + width()]}", paint(f"        {mark}", finding.severity)]


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, width(), initial_indent="   " + label, subsequent_indent="   " + " " * len(label),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _summary(findings: Iterable[Finding], results: Sequence[RuleResult], files: Mapping[str, bytes], why: bool) -> str:
    count = Counter(result.result for result in results)
    severities = Counter(finding.severity for finding in findings)
    records = sum(path.startswith("records/") and path.endswith(".yaml") for path in files)
    lines = []
    if why:
        lines += [f"   {r.id}  did not apply: {r.reason}" for r in results if r.result == "not applicable"]
    line = f"{records} records, {len(results)} rules: {count['held']} held, {count['broken']} broken, "
    line += f"{count['not applicable']} did not apply"
    if count["not applicable"] and not why:
        line += " (check -v lists why)"
    found = [
        f"{severities[name]} {name}{'s' if severities[name] > 1 else ''}"
        for name in ("error", "hold", "warning")
        if severities[name]
    ]
    lines.append(line + (f"; {', '.join(found)}" if found else ""))
    if severities["error"] > 1:
        lines.append("Mend from the top: what stands below may follow from it.")
    return "\n".join(lines)


class _Paint:
    def __call__(self, text: str, name: str) -> str:
        return text


class _Colour(_Paint):
    def __call__(self, text: str, name: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m"


def _painter(colour: bool) -> _Paint:
    return _Colour() if colour else _Paint()
