"""What is the same on every document: header, footer, notices and the approved template."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from filing import paper
from filing.act import Act
from filing.judging import FormLine
from filing.model import CannotRun, Document, Record, Source
from filing.render.closure import closure_digest
from filing.repository import Repository
from filing.sources import sources_list

DEMONSTRATION = "DEMONSTRATION – NOT A GMP RECORD"
RESTRICTED = "RESTRICTED – MAY CONTAIN UNBLINDING INFORMATION"
DRAFT = "DRAFT – NOT FOR USE"
SOP_NUMBER = "CR/OPS/142/2025"


@dataclass(frozen=True)
class Frame:
    """What tells one document from the others: its names, its form and its version.

    `form` is the id under which its template is approved, `control` the form's number in the footer, `heading` what
    the header calls the document, `batches` the batches it is about as the header names them. The header of a log
    (`is_log`) also says on which form of which SOP it is kept. `drafted` is the day on which a draft is made, "" for
    what is final.
    """

    name: str
    label: str
    title: str
    subtitle: str
    version: str
    form: str
    control: str
    heading: str
    kind: str
    batches: str
    is_log: bool = False
    drafted: str = ""


def document(
    frame: Frame,
    trials: tuple[Record, ...],
    acts: tuple[Act, ...],
    sources: tuple[Source, ...],
    contents: Mapping[str, object],
) -> Document:
    """The document that shows these acts; the first decides by its day which form and template are in force.

    Only what is validly signed is final: what is not can be shown as a draft, and every page of it says so.
    """
    assert frame.drafted or all(act.signed for act in acts)
    repository, draft = acts[0].repository, bool(frame.drafted)
    line = _in_force(repository, frame.form, acts[0].day or frame.drafted)
    facts = {"Trial": ", ".join(str(trial.data["eu_ct_number"]) for trial in trials), "Batch": frame.batches}
    if frame.is_log:
        facts |= {"SOP": SOP_NUMBER, "Form": f"{frame.control} version {line.version}"}
        facts["Effective"] = paper.day(line.effective)
    facts |= {"Version": frame.version, "Status": "Draft" if draft else "Final"}
    context = {
        "lang": "en",
        "document": {
            "kind": frame.kind,
            "title": frame.title,
            "subtitle": frame.subtitle,
            "version": frame.version,
        },
        "header": {
            "left_small": frame.kind,
            "left": frame.heading,
            "facts": [{"label": label, "value": value} for label, value in facts.items() if value],
        },
        "footer": {
            "sources": hashlib.sha256(sources_list(sources)).hexdigest(),
            "form": f"SOP {SOP_NUMBER} · form {frame.control} version {line.version}, "
            f"effective {paper.day(line.effective)}",
        },
        "notices": notices(repository, trials),
        "draft": DRAFT if draft else False,
        **contents,
    }
    template = _template(repository, frame.form, line)
    created = f"{frame.drafted}T00:00:00Z" if draft else paper.utc_iso(max(map(_newest, acts)))
    return Document(frame.name, frame.label, frame.title, template, created, context, sources)


def is_draft(document: Document) -> bool:
    """Whether its pages say that it is a draft."""
    return document.context["draft"] is not False


def is_restricted(trials: tuple[Record, ...]) -> bool:
    """Whatever belongs to a trial that is not open-label is restricted."""
    return any(trial.data["blinding"] != "open_label" for trial in trials)


def notices(repository: Repository, trials: tuple[Record, ...]) -> list[str]:
    """What stands on every page: that it only demonstrates, that it may unblind."""
    found = [DEMONSTRATION] if repository.demonstration else []
    return [*found, RESTRICTED] if is_restricted(trials) else found


def _newest(act: Act) -> str:
    return max(signoff.statement.utc for signoff in act.signoffs)


def _in_force(repository: Repository, form_id: str, day: str) -> FormLine:
    line = repository.judgement.form_in_force(form_id, day)
    if line is None or not line.template:
        raise CannotRun(f"The forms list has no document {form_id} in force on {day}. Have QA approve it.")
    return line


def _template(repository: Repository, form_id: str, line: FormLine) -> str:
    """The template with the approved digest; no other is used, whatever its name."""
    files = repository.files
    for name in sorted({path.split("/")[1] for path in files if path.startswith("templates/")}):
        if closure_digest(files, name) == line.template:
            return name
    raise CannotRun(
        f"No template here is the one approved for {form_id} version {line.version}. Restore templates/ as approved, "
        "or have QA approve the new version in the forms list."
    )
