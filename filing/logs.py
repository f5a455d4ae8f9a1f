"""A log as issued: the entries its issue lists, each with what its signers saw of the acts that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from filing import gate, paper
from filing.forms import Form
from filing.frame import Frame, document, manifestation
from filing.journal import Act, Batch, Entry
from filing.model import CannotRun, Document
from filing.sources import sources_of


def log(batch: Batch, issue: Act, number: int) -> Document:
    """Annexure `number` of the issue. What was signed after the issue stands in the next one, never in this."""
    form = _form(batch, issue, number)
    listed, nil = gate.listed_entries(issue, number)
    entries = [_as_issued(entry, issue) for entry in batch.entries(number) if entry.act.path in listed]
    columns = form.annexure["columns"]
    assert isinstance(columns, list)
    contents = {
        "columns": [{"heading": column["heading"], "width": str(column["width"])} for column in columns],
        "rows": [
            {"cells": paper.cells(batch, entry, _allowed(batch, entry.act))[0], "superseded": False}
            for entry in entries
        ],
        "empty": nil or False,
        "end": f"End of extract · {_span(entries)} · nothing follows",
        "changes": [],
        "signoff_title": "Sign-off of this issue",
        "signoffs": [manifestation(batch, s, f"issue.{issue.variables['n']}") for s in issue.signoffs],
    }
    frame = Frame(
        name=f"annexure-{number}",
        label=f"Annexure-{number}",
        title=str(form.annexure["title"]),
        subtitle=_subtitle(batch, issue, form, entries),
        version=f"Issue {issue.variables['n']}",
        form=form.id,
        control=f"ANX-{number:02}",
        heading=str(form.annexure["title"]),
        kind=f"Annexure-{number}",
    )
    return document(frame, batch, (issue,), sources_of(batch, (issue,), (form.name,)), contents)


def _form(batch: Batch, issue: Act, number: int) -> Form:
    """The form of a log's entries in the version that was in force when the issue was checked."""
    forms, day = batch.repository.forms, issue.last().statement.day
    for form in forms.annexures():
        line = batch.repository.judgement.form_in_force(form.id, day)
        if form.annexure["number"] == number and line and line.version == form.version:
            return form
    raise CannotRun(f"{issue.path} issues Annexure-{number}, and no form of such a log was in force on {day}.")


def _as_issued(entry: Entry, issue: Act) -> Entry:
    return replace(entry, follow_ups=tuple(act for act in entry.follow_ups if issue.saw(act)))


def _subtitle(batch: Batch, issue: Act, form: Form, entries: list[Entry]) -> str:
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    note = form.annexure.get("note")
    words = paper.filled(batch, issue, str(note), {}) if note and entries else None
    return f"Extract for batch {batch.id}: {count}" + (f" · {words}" if words else "")


def _span(entries: list[Entry]) -> str:
    if len(entries) > 1:
        return f"entries {entries[0].number} to {entries[-1].number}"
    return f"entry {entries[0].number}" if entries else "no entries"


def _allowed(batch: Batch, act: Act) -> Mapping[str, str]:
    """What a row may show only because the gate allows it."""
    sentence = gate.certifying_sentence(batch, act)
    if sentence is None:
        return {}
    return {
        "!statement": sentence,
        "!statement-note": gate.statement_note(batch, act) or "",
        "!certificate": f"CERT-{batch.id} revision 0",
    }
