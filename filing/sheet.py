"""The document of one act, as its form declares it: the batch master, the sponsor's regulatory release, an audit."""

from __future__ import annotations

from collections.abc import Mapping

from filing import rows
from filing.act import Act
from filing.frame import Frame, document
from filing.journal import Batch
from filing.manifestation import places
from filing.model import Document
from filing.paper import Words
from filing.sources import sources_of


def sheet(batch: Batch, act: Act, name: str, drafted: str = "") -> Document:
    """The act in the revision given, with what it corrects; `name` is the file's, `drafted` the day of a draft."""
    declared = act.form.document
    sections = declared["sections"]
    assert isinstance(sections, list)
    words, void = Words(act, batch), act.voided_by
    contents = {
        "outcome": {"word": "Void", "style": "bad"} if void else _outcome(act, declared),
        "sections": [shown for section in sections if (shown := _section(words, section))],
        "changes": list(rows.change_tables(act, act.name)),
        "signoff_title": "Sign-off",
        "signoffs": [
            place
            for each in (act, *([void] if void else []))
            for place in places(each, f"{each.name} revision {each.revision}")
        ],
    }
    frame = Frame(
        name=name,
        label=_worded(act, declared["label"]),
        title=str(declared["title"]),
        subtitle=_worded(act, declared["subtitle"]),
        version=f"Revision {act.revision}",
        form=act.form.id,
        control=str(declared["control"]),
        heading=_worded(act, declared["label"]),
        kind=str(declared["title"]),
        batches=batch.id,
        drafted=drafted,
    )
    acts = (act, void) if void else (act,)
    return document(frame, batch.trials(act), acts, sources_of(acts), contents)


def name_of(act: Act) -> str:
    """The document's name, such as release-site-101."""
    return _worded(act, act.form.document["name"])


def label_of(act: Act) -> str:
    """What people call the document, such as Release site-101."""
    return _worded(act, act.form.document["label"])


def _worded(act: Act, text: object) -> str:
    return str(text).format(**act.variables)


def _outcome(act: Act, declared: Mapping[str, object]) -> object:
    rule = declared.get("outcome")
    if not isinstance(rule, Mapping):
        return False
    outcome = rule["words"][str(act.record.data[rule["by"].strip("/")])]
    return outcome if act.signed else {"word": f"Proposed: {outcome['word']}", "style": "caution"}


def _section(words: Words, section: Mapping[str, object]) -> dict[str, object] | None:
    """A section with the rows that have something to say."""
    declared = section["rows"]
    assert isinstance(declared, list)
    shown = [{"label": row["label"], "lines": list(words.lines(row["lines"]))} for row in declared]
    filled = [row for row in shown if row["lines"]]
    return {"heading": section["heading"], "rows": filled} if filled else None
