"""The SOP as a controlled document: its eleven sections in order, with the approval block and the revision history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from filing import paper
from filing.act import Act, mappings
from filing.forms import Form
from filing.frame import Frame, document
from filing.journal import Journal
from filing.manifestation import places
from filing.model import Document, Value
from filing.sources import sources_of

FORM = "sop"
_OF_THE_SOP = 5
"""The columns of each log that the SOP itself gives; a form may add others."""


def sop_in_force(journal: Journal, day: str) -> Act | None:
    """The SOP that was signed and effective on a day, in its newest revision; None where the repository has none."""
    found = [act for act in journal.sops if act.signed and str(act.value("effective_date")) <= day]
    return max(found, key=lambda act: (str(act.value("effective_date")), act.revision), default=None)


def sop_document(act: Act) -> Document:
    """The SOP in its own words."""
    number = str(act.value("number"))
    sections = [
        {"number": str(place), "heading": heading, "blocks": blocks}
        for place, (heading, blocks) in enumerate(_sections(act), 1)
    ]
    contents = {
        "control": [{"label": label, "value": value} for label, value in _control(act).items()],
        "contents": [{"number": section["number"], "heading": section["heading"]} for section in sections],
        "sections": sections,
    }
    frame = Frame(
        name="sop",
        label="SOP",
        title=str(act.value("title")),
        subtitle=f"Standard Operating Procedure {number}",
        version=f"Version {act.value('version')}",
        form=FORM,
        control="SOP",
        heading=number,
        kind="Standard Operating Procedure",
        batches="",
    )
    return document(frame, (), (act,), sources_of((act,), [form.name for form in _logs(act)]), contents)


def _control(act: Act) -> Mapping[str, str]:
    return {
        "SOP No.": str(act.value("number")),
        "Supersedes": str(act.value("supersedes")),
        "Issue Date": paper.day(str(act.value("issue_date"))),
        "Effective Date": paper.day(str(act.value("effective_date"))),
        "Review Date": paper.day(str(act.value("review_date"))),
        "Version": f"Version {act.value('version')}",
        "Revision": f"Revision {act.value('revision')}",
    }


def _sections(act: Act) -> Iterable[tuple[str, list[dict[str, object]]]]:
    yield "Purpose", [{"paragraphs": [str(act.value("purpose"))]}]
    yield "Scope", [{"paragraphs": [str(act.value("scope"))]}]
    yield "Responsibilities", [{"terms": _terms(act.value("responsibilities"), "party", "duty")}]
    yield "Accountability", [{"terms": _terms(act.value("accountability"), "party", "duty")}]
    yield "Procedure", [{"clauses": _clauses(act.value("procedure"))}]
    yield "Abbreviations", [{"terms": _terms(act.value("abbreviations"), "short", "long")}]
    documents = [f"{item['name']} ({item['annexure']})" for item in mappings(act.value("documents"))]
    yield "Documents", [{"list": documents}]
    references = act.value("references")
    yield "References", [{"list": [str(item) for item in references] if isinstance(references, tuple) else []}]
    yield "Approval Section", [{"signoffs": places(act, act.path.rpartition("/")[2])}]
    yield "Annexures", [{"table": _annexures(act)}]
    yield "Revision History", [{"table": _history(act.value("history"))}]


def _terms(value: Value | None, term: str, text: str) -> list[dict[str, str]]:
    return [{"term": str(item[term]), "text": str(item[text])} for item in mappings(value)]


def _clauses(value: Value | None) -> list[dict[str, object]]:
    """The clauses under their headings, in order."""
    groups: dict[str, list[dict[str, str]]] = {}
    for item in mappings(value):
        line = {"number": str(item["clause"]), "text": str(item["requirement"])}
        groups.setdefault(str(item["heading"]), []).append(line)
    return [{"heading": heading, "items": items} for heading, items in groups.items()]


def _logs(act: Act) -> tuple[Form, ...]:
    """The forms of the logs in force when the SOP becomes effective: one approved later is a later version's."""
    forms, day = act.repository.forms.annexures(), str(act.value("effective_date"))
    lines = {form.id: act.repository.judgement.form_in_force(form.id, day) for form in forms}
    return tuple(form for form in forms if (line := lines[form.id]) and line.version == form.version)


def _annexures(act: Act) -> dict[str, object]:
    """Each log with its columns, as its form declares them."""
    rows = []
    for form in _logs(act):
        columns = form.annexure["columns"]
        assert isinstance(columns, list)
        own, further = columns[:_OF_THE_SOP], columns[_OF_THE_SOP:]
        headings = ", ".join(column["heading"] for column in own)
        headings += f" (further: {', '.join(column['heading'] for column in further)})" if further else ""
        rows.append([f"Annexure-{form.annexure['number']}", str(form.annexure["title"]), headings])
    return {"headings": ["Annexure", "Log", "Columns"], "rows": rows}


def _history(value: Value | None) -> dict[str, object]:
    rows = [
        [
            paper.day(str(item["date"])), f"Revision {item['revision']}", str(item["details"]), str(item["reason"]),
            str(item["approved_by"]),
        ]
        for item in mappings(value)
    ]  # fmt: skip
    return {"headings": ["Date", "Revision No.", "Details", "Reason", "Approved by"], "rows": rows}
