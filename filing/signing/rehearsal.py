"""A sign-off judged before it is made, as if the signature were there: would it stand, and would the record be right?

Everything is judged as `check` judges it. Nothing is written, and the rehearsal's judgement is thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filing.checkout import Checkout
from filing.forms import base_of
from filing.journal import Journal
from filing.judging import UNFINISHED, record_of
from filing.model import Finding
from filing.repository import Repository, read, root_cause_first
from filing.requirements import REQUIREMENTS
from filing.rules import examine
from filing.signing.request import Request
from filing.signoffs import Statement, serialise, utc_text
from filing.trust import PIN_FILE, ROOT_FILE

_ASKS_AFTERWARDS = ("R28", "R45")
"""The rules by which a decision has to be told to everybody concerned once it is made."""


@dataclass(frozen=True)
class Rehearsal:
    """`against` are the errors that forbid the sign-off, `open_holds` what stays open after it."""

    against: tuple[Finding, ...]
    open_holds: tuple[Finding, ...]


def rehearsed(read_now: Checkout, request: Request, statement: Statement, public: str) -> Rehearsal:
    """Judges the working tree with the statement in it, signed by the key `public`."""
    files = {**read_now.files, request.path: serialise(statement)}
    repository = judged_as_if(read_now, files, {request.path: public})
    journal = Journal(repository, as_of=statement.utc)
    findings = examine(journal).findings
    concerned = [f for f in findings if f.severity != "warning" and _concerns(f, request, statement)]
    struck = repository.judgement.struck.get(request.path)
    if struck:
        words = REQUIREMENTS[struck.rule]
        cause = Finding(
            struck.path, 1, 1, struck.rule, "error", struck.title, words.requirement, struck.found, struck.remedy,
            words.clause,
        )  # fmt: skip
        return Rehearsal((cause,), ())
    before = {(finding.rule, finding.path) for finding in read_now.findings}
    errors = (finding for finding in concerned if finding.severity == "error")
    against = [error for error in errors if (error.rule, error.path) in before or _by_signing(error, request)]
    return Rehearsal(root_cause_first(against), root_cause_first(f for f in concerned if f.severity == "hold"))


def _by_signing(error: Finding, request: Request) -> bool:
    """Whether an error that the sign-off would bring about speaks against it: one on the record itself. What it asks of
    others afterwards does not: a decision has to be told, and issued logs have to be issued again."""
    return error.path == request.record.path and error.rule not in _ASKS_AFTERWARDS


def judged_as_if(read_now: Checkout, files: Mapping[str, bytes], presumed: Mapping[str, str]) -> Repository:
    """The files judged as if the statements among them were signed with these keys, now."""
    now, history = utc_text(read_now.now), read_now.history

    def latest(other: str) -> str:
        return history.latest(other, files[other], now) if history and other not in presumed else now

    breaks = history.breaks if history else ()
    return read(files, pin=read_now.pin, latest=latest, breaks=breaks, presumed=presumed)


def _concerns(finding: Finding, request: Request, statement: Statement) -> bool:
    """Whether a finding stands on the record, its form, what its signer sees, or the root of all trust; not that more
    have to sign."""
    if (finding.path, finding.title) == (request.record.path, UNFINISHED):
        return False
    seen = {base_of(record_of(path)[0]) for _, path in statement.saw}
    about = finding.path
    if about.endswith((".signoff", ".signoff.sig")):
        about = record_of(about.removesuffix(".sig"))[0]
    root_or_form = (ROOT_FILE, PIN_FILE, f"schemas/{request.form.name}.json")
    return about == request.record.path or base_of(about) in seen or about in root_or_form
