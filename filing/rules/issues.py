"""Rules about the issue of the logs: nothing its signers saw is left out, nothing is listed that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act, mappings
from filing.journal import Entry, Journal
from filing.model import Severity, Value
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import items_of, says_nothing
from filing.subject import Subject, subjects


def issue_is_complete(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """An issue lists every log with every signed entry its signers saw, once and under its own log; a log without
    entries says so.

    The issue is the sign-off of the logs: were an entry left out of it, nobody could tell from the paper.
    """
    for subject in subjects(journal):
        yield tuple(_of_subject(subject))


def _of_subject(subject: Subject) -> Iterator[Outcome]:
    issues = subject.all_issues
    if not issues:
        yield NotApplicable("the logs are not issued yet")
    newest = subject.newest_issue()
    if newest:
        yield from _not_in(subject, newest)
    for issue in issues:
        yield from _logs_stand_once(issue)
        for index, log in enumerate(mappings(issue.value("logs"))):
            yield from _entries_are_those(subject, issue, index, log)


def _not_in(subject: Subject, issue: Act) -> Iterator[Breach]:
    """What the newest issue's signers did not see: an error if it claims to be older, or decides on the batch. After
    the issue of a trial's logs its batches go on; their decisions then stop the trial's next package at the gate."""
    for act in subject.own_acts:
        if not act.signed or act.form.id in ("issue", "trial-issue") or issue.saw(act):
            continue
        late = act.utc > issue.utc
        harmless = late and (act.form.kind != "certification" or subject.of_trial)
        severity: Severity = "warning" if harmless else "error"
        when = "later than" if late else "before"
        yield Breach(
            issue.record,
            ("logs",),
            f"{act.path} is not in this issue, which is the newest; it was signed {when} it",
            "Issue the logs again, with the next number.",
            severity,
        )


def _logs_stand_once(issue: Act) -> Iterator[Breach]:
    known = _logs(issue)
    numbers: list[object] = [log["annexure"] for log in mappings(issue.value("logs"))]
    for number, form_id in known.items():
        times = numbers.count(number)
        if times > 1 or (times == 0 and _is_in_use(issue, form_id)):
            yield Breach(
                issue.record,
                ("logs",),
                f"Annexure-{number} {'is not listed' if times == 0 else f'is listed {times} times'}",
                "List each log once; a log without entries with its nil_return.",
            )
    for index, number in enumerate(numbers):
        if number not in known:
            yield Breach(
                issue.record,
                ("logs", index, "annexure"),
                f"there is no log Annexure-{number}",
                f"List the logs there are: {', '.join(f'Annexure-{known_number}' for known_number in known)}.",
            )


def _entries_are_those(subject: Subject, issue: Act, index: int, log: Mapping[str, Value]) -> Iterator[Breach]:
    number = log["annexure"]
    if not isinstance(number, int) or number not in _logs(issue):
        return
    entries = {entry.act.base: entry for entry in subject.entries(number)}
    expected = {path for path, entry in entries.items() if not issue.signed or entry.act.as_seen_by(issue)}
    listed = [str(path) for path in items_of(log["entries"])]
    for missing in sorted(expected - set(listed)):
        yield Breach(
            issue.record,
            ("logs", index, "entries"),
            f"{missing} is validly signed, but not listed",
            "List every signed entry of the log.",
        )
    for at, path in enumerate(listed):
        if path not in expected:
            yield Breach(
                issue.record,
                ("logs", index, "entries", at),
                f"{path} {_why_not(subject, issue, path, entries)}",
                "List the signed entries of this log, and nothing else.",
            )
    nil_return = log.get("nil_return")
    if listed and nil_return is not None:
        yield Breach(
            issue.record,
            ("logs", index, "nil_return"),
            f"Annexure-{number} has entries and a nil return",
            "Delete the nil_return, or the entries.",
        )
    elif not listed and says_nothing(str(nil_return or "")):
        yield Breach(
            issue.record,
            ("logs", index) if nil_return is None else ("logs", index, "nil_return"),
            f"Annexure-{number} has no entries and does not say so",
            "Write a nil_return, such as: No entry up to 10 September 2025.",
        )


def _why_not(subject: Subject, issue: Act, path: str, entries: Mapping[str, Entry]) -> str:
    act = next((act for act in subject.own_acts if path in (act.path, act.base)), None)
    if act is None:
        return f"is no record of this {'trial' if subject.of_trial else 'batch'} that keeps to its form"
    if act.base != path:
        return f"is revision {act.revision} of an entry; an issue names the entry itself, {act.base}"
    if path not in entries:
        own = act.form.annexure.get("number")
        if own and not act.signed:
            return "is not validly signed"
        return f"belongs to Annexure-{own}" if own else "is no entry of its own in any log"
    return "was not seen by the signers of the issue"


def _logs(issue: Act) -> dict[object, str]:
    """The logs there are: annexure number -> the kind of record it lists."""
    return {form.annexure["number"]: form.id for form in issue.repository.forms.annexures()}


def _is_in_use(issue: Act, form_id: str) -> bool:
    """Whether the log's form was in force when the issue was signed; an issue cannot list logs introduced later."""
    day = issue.day or "9999-12-31"
    return issue.repository.judgement.form_in_force(form_id, day) is not None
