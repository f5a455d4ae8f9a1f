"""A log as issued: the entries its issue lists, each with what its signers saw of the acts that belong to it."""

from __future__ import annotations

from filing import gate, rows
from filing.act import Act
from filing.forms import Form
from filing.frame import Frame, document
from filing.journal import Entry
from filing.manifestation import places
from filing.model import CannotRun, Document
from filing.paper import Words
from filing.sources import sources_of
from filing.subject import Subject


def log(subject: Subject, issue: Act, number: int, drafted: str = "") -> Document:
    """Annexure `number` of the issue. What was signed after the issue stands in the next one, never in this.

    `drafted` is the day on which it is made as a draft, of an issue that nobody has made yet; "" for what is final.
    """
    form = _form(issue, number)
    listed, nil = gate.listed_entries(issue, number)
    recorded = subject.entries(number, unsigned=bool(drafted))
    entries = [rows.as_issued(entry, issue) for entry in recorded if entry.act.base in listed]
    shown = [issue, *(act for entry in entries for act in rows.acts_shown(entry, issue))] if drafted else [issue]
    columns = form.annexure["columns"]
    assert isinstance(columns, list)
    contents = {
        "columns": [{"heading": column["heading"], "width": str(column["width"])} for column in columns],
        "rows": [row for entry in entries for row in rows.rows(entry, issue)],
        "empty": nil or False,
        "end": f"{'End of log' if subject.of_trial else 'End of extract'} · {_span(entries)} · nothing follows",
        "changes": [table for entry in entries for table in rows.changes(entry)],
        "notes": [note for entry in entries for note in rows.notes(entry, issue)],
        "signoff_title": "Sign-off of this issue",
        "signoffs": places(issue, f"issue.{issue.number}"),
    }
    frame = Frame(
        name=f"annexure-{number}",
        label=f"Annexure-{number}",
        title=str(form.annexure["title"]),
        subtitle=_subtitle(subject, issue, form, entries),
        version=f"Issue {issue.number}",
        form=form.id,
        control=f"ANX-{number:02}",
        heading=str(form.annexure["title"]),
        kind=f"Annexure-{number}",
        batches=", ".join(batch.id for batch in subject.batches),
        is_log=True,
        drafted=drafted,
    )
    return document(frame, subject.trials(issue), (issue,), sources_of(shown, (form.name,)), contents)


def _form(issue: Act, number: int) -> Form:
    """The form of a log's entries in the version that was in force when the issue was checked."""
    forms, day = issue.repository.forms, issue.day
    for form in forms.annexures():
        line = issue.repository.judgement.form_in_force(form.id, day)
        if form.annexure["number"] == number and line and (line.version, line.schema) == (form.version, form.digest):
            return form
    raise CannotRun(f"{issue.path} issues Annexure-{number}, and no form of such a log was in force on {day}.")


def _subtitle(subject: Subject, issue: Act, form: Form, entries: list[Entry]) -> str:
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    note = form.annexure.get("note")
    words = Words(issue, entries[0].batch).filled(str(note)) if note and entries else None
    trials = ", ".join(str(trial.data["protocol_code"]) for trial in subject.trials(issue))
    whose = f"Log of trial {trials}" if subject.of_trial else f"Extract for batch {subject.id}"
    return f"{whose}: {count}" + (f" · {words}" if words else "")


def _span(entries: list[Entry]) -> str:
    if len(entries) > 1:
        return f"entries {entries[0].number} to {entries[-1].number}"
    return f"entry {entries[0].number}" if entries else "no entries"
