"""What each rule asks, in plain words, with an example: the same that stands in docs/reference/rules.md.

Nothing is said here that does not stand elsewhere: a rule is described by its own docstring, an example was tried
(`make catalogue` writes examples.json).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from filing.gate import NO_ISSUE
from filing.load.words import FAULTS
from filing.requirements import REQUIREMENTS
from filing.rules import RULES, RuleResult
from filing.rules.rule import Rule

EXAMPLES = Path(__file__).resolve().parent / "examples.json"
SEVERITIES: Mapping[str, str] = {
    "T01": "error; a warning where no fingerprint was given to compare with",
    "T05": "warning",
    "T06": "error for a record under another ending, a warning for any other file",
    "G01": "error, told where a package is to be built",
}
"""Of what is told otherwise than as an error."""
_FORM = "A record is as its form asks: every field that is needed, no other, each written as described there."
_OF_FORMS: Mapping[str, tuple[str, str]] = {
    "S01": ("not as the form asks", _FORM),
    "S02": ("quote this text", "A text that looks like a date or a time, and is none, stands in quotes."),
    "S03": ("not in the form", "A record has the fields of its form and no other, each in the case it is meant for."),
}


@dataclass(frozen=True)
class Example:
    """A record in which the rule is broken: the line that was written, and what `check` says to it."""

    path: str
    wrote: str
    found: str
    remedy: str


@dataclass(frozen=True)
class Explained:
    """`requirements` are what is asked, one or several under one number; `further` is why, and what is looked at."""

    id: str
    title: str
    requirements: tuple[str, ...]
    clause: str
    severity: str
    opened_by: str = ""
    further: tuple[str, ...] = ()

    @property
    def sop_clauses(self) -> tuple[str, ...]:
        return RuleResult(self.id, "", "", self.clause, "", "").sop_clauses

    @property
    def example(self) -> Example | None:
        found = _examples().get(self.id)
        return Example(**found) if found else None


@cache
def known() -> Mapping[str, Explained]:
    """Everything that `check`, `bundle` and `verify` may name, by its number."""
    found = {rule.id: _of_rule(rule) for rule in RULES}
    for name, words in REQUIREMENTS.items():
        severity = SEVERITIES.get(name, "error")
        found.setdefault(name, Explained(name, words.title, (words.requirement,), words.clause, severity))
    name, title, requirement, clause = NO_ISSUE
    found[name] = Explained(name, title, (requirement,), clause, SEVERITIES[name])
    found |= {item.id: item for item in _of_files() if item.id not in found}
    for name, (title, requirement) in _OF_FORMS.items():
        found[name] = Explained(name, title, (requirement,), "the record's form, approved by QA", "error")
    return {name: found[name] for name in sorted(found)}


def _of_rule(rule: Rule) -> Explained:
    paragraphs = inspect.cleandoc(rule.check.__doc__ or "").split("\n\n")[1:]
    further = tuple(" ".join(paragraph.split()) for paragraph in paragraphs)
    return Explained(rule.id, rule.title, (rule.requirement,), rule.clause, rule.severity, rule.opened_by, further)


def _of_files() -> Iterator[Explained]:
    """What a file has to be like before it is a record at all."""
    by_id: dict[str, list[tuple[str, str, str]]] = {}
    for name, title, requirement, clause in FAULTS.values():
        by_id.setdefault(name, []).append((title, requirement, clause))
    for name, faults in by_id.items():
        clauses = ", ".join(dict.fromkeys(clause for *_, clause in faults if clause))
        said = tuple(f"{requirement} ({title})" for title, requirement, _ in faults)
        yield Explained(name, "while a file is read", said, clauses, "error")


def of_clause(clause: str) -> tuple[Explained, ...]:
    """What is cited for a clause of the SOP, such as 5.1."""
    return tuple(item for item in known().values() if clause in item.sop_clauses)


def meant(name: str) -> str:
    """The number that was probably meant; "" where none is near."""
    near = get_close_matches(name.upper(), list(known()), 1, 0.6)
    return near[0] if near else ""


@cache
def _examples() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found
