"""Rules about the issue of the logs: nothing its signers saw is left out, nothing is listed that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.journal import Act, Batch, mappings
from filing.model import Severity, Value
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import items_of, says_nothing


def issue_is_complete(batch: Batch) -> Iterator[Outcome]:
    """An issue lists every log with every signed entry its signers saw, once and under its own log; a log without
    entries says so.
    """
    issues = batch.of("issue")
    if not issues:
        yield NotApplicable("the logs are not issued yet")
    newest = batch.newest_issue()
    if newest:
        yield from _not_in(batch, newest)
    for issue in issues:
        yield from _logs_stand_once(batch, issue)
        for index, log in enumerate(mappings(issue.value("logs"))):
            yield from _entries_are_those(batch, issue, index, log)


def _not_in(batch: Batch, issue: Act) -> Iterator[Breach]:
    """What the newest issue's signers did not see: an error if it claims to be older, or decides on the batch."""
    for act in batch.acts:
        if not act.signed or act.form.id in ("issue", "batch") or issue.saw(act):
            continue
        late = act.last().statement.utc > issue.last().statement.utc
        severity: Severity = "warning" if late and act.form.id != "certification" else "error"
        when = "later than" if late else "before"
        yield Breach(
            issue.record,
            ("logs",),
            f"{act.path} is not in this issue, which is the newest; it was signed {when} it",
            "Issue the logs again, with the next number.",
            severity,
        )


def _logs_stand_once(batch: Batch, issue: Act) -> Iterator[Breach]:
    known = _logs(batch)
    numbers: list[object] = [log["annexure"] for log in mappings(issue.value("logs"))]
    for number, form_id in known.items():
        times = numbers.count(number)
        if times > 1 or (times == 0 and _is_in_use(batch, issue, form_id)):
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


def _entries_are_those(batch: Batch, issue: Act, index: int, log: Mapping[str, Value]) -> Iterator[Breach]:
    form_id = _logs(batch).get(log["annexure"])
    if form_id is None:
        return
    expected = {act.path for act in batch.of(form_id) if (issue.saw(act) if issue.signed else act.signed)}
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
                f"{path} {_why_not(batch, issue, path, form_id)}",
                "List the signed entries of this log, and nothing else.",
            )
    nil_return = log.get("nil_return")
    if listed and nil_return is not None:
        yield Breach(
            issue.record,
            ("logs", index, "nil_return"),
            f"Annexure-{log['annexure']} has entries and a nil return",
            "Delete the nil_return, or the entries.",
        )
    elif not listed and says_nothing(str(nil_return or "")):
        yield Breach(
            issue.record,
            ("logs", index) if nil_return is None else ("logs", index, "nil_return"),
            f"Annexure-{log['annexure']} has no entries and does not say so",
            "Write a nil_return, such as: No entry up to 10 September 2025.",
        )


def _why_not(batch: Batch, issue: Act, path: str, form_id: str) -> str:
    act = next((act for act in batch.acts if act.path == path), None)
    if act is None:
        return "is no record of this batch that keeps to its form"
    if act.form.id != form_id:
        own = act.form.annexure.get("number")
        return f"belongs to Annexure-{own}" if own else "is no entry of its own in any log"
    return "is not validly signed" if not act.signed else "was not seen by the signers of the issue"


def _logs(batch: Batch) -> dict[object, str]:
    """The logs there are: annexure number -> the kind of record it lists."""
    return {form.annexure["number"]: form.id for form in batch.repository.forms.annexures()}


def _is_in_use(batch: Batch, issue: Act, form_id: str) -> bool:
    """Whether the log's form was in force when the issue was signed; an issue cannot list logs introduced later."""
    day = issue.last().statement.day if issue.signed else "9999-12-31"
    return batch.repository.judgement.form_in_force(form_id, day) is not None
