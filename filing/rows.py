"""The rows of a log: an entry's cells in the order of its form's columns, with the status that follows from its acts.

An act that saw an earlier revision of what it follows speaks for that revision only, and the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

from filing import gate, paper
from filing.act import CERTIFYING, Act
from filing.journal import Entry
from filing.model import Pointer, Value
from filing.paper import Words
from filing.validate import schema_at

Cells = list[list[dict[str, str]]]
_STRUCK = {"style": "secondary"}
_NOTHING = "–"


def as_issued(entry: Entry, issue: Act) -> Entry:
    """The entry as the signers of the issue saw it."""
    act = entry.act.as_seen_by(issue)
    assert act is not None
    seen = (follow_up.as_seen_by(issue) for follow_up in entry.follow_ups)
    standing = tuple(follow_up for follow_up in seen if follow_up and not follow_up.voided_by)
    return replace(entry, act=act, follow_ups=standing)


def acts_shown(entry: Entry, issue: Act) -> Iterator[Act]:
    """Every act the entry's rows and notes tell of, with the batch master."""
    for act in (entry.act, *entry.follow_ups):
        yield from (*act.earlier, act)
        yield from (act.voided_by,) if act.voided_by else ()
    yield from (*_justifications(entry, issue), *_voids_drafted(entry, issue))
    if entry.batch.master:
        yield entry.batch.master


def rows(entry: Entry, issue: Act) -> Iterator[dict[str, object]]:
    """The entry's rows: its earlier revisions and what was taken back struck through, then what is in force."""
    for earlier in entry.act.earlier:
        old = replace(entry, act=replace(earlier, earlier=()), follow_ups=())
        yield {"cells": _cells(old, issue, {}), "superseded": True, "mark": "Superseded"}
    void = entry.act.voided_by
    now = replace(entry, follow_ups=()) if void else entry
    cells = _cells(now, issue, {} if void else _allowed(entry))
    yield {"cells": cells, "superseded": void is not None, "mark": "Void" if void else ""}


def changes(entry: Entry) -> Iterator[dict[str, object]]:
    """A table for each correction of the entry's acts: what changed, who changed it, when and why."""
    for act in (entry.act, *entry.follow_ups):
        yield from change_tables(act, entry.number)


def change_tables(act: Act, number: str) -> Iterator[dict[str, object]]:
    chain = (*act.earlier, act)
    for old, new in pairwise(chain):
        why = f"{paper.in_words(new, new.record, ('reason_class',))}: {new.value('reason')}"
        same = {**_who_and_when(new), "why": why}
        changed = [
            {"field": title(new, pointer), "old": before or _NOTHING, "new": after or _NOTHING, **same}
            for pointer, before, after in differences(old, new)
        ]
        yield {
            "caption": f"Correction of {number}, {act.name}: revision {old.revision} to revision {new.revision}",
            "rows": changed or [{"field": "No value changed", "old": _NOTHING, "new": _NOTHING, **same}],
        }


def _who_and_when(act: Act) -> dict[str, str]:
    if not act.signed:
        return {"who": paper.NOT_SIGNED, "when": _NOTHING}
    facts = paper.signer_facts(act.repository, act.last())
    return {"who": facts["name"], "when": f"{facts['date']} {facts['clock']} (claimed)"}


def notes(entry: Entry, issue: Act) -> Iterator[dict[str, object]]:
    """What was taken back, and the justifications that concern the entry's acts, as the issue's signers saw them."""
    if entry.act.voided_by:
        yield _taken_back(entry.number, entry.act, entry.act.voided_by)
    folders = (entry.batch, *entry.batch.deviations)
    for act in (act for folder in folders for act in folder.void):
        if act.form.followed(act.path) == entry.act.base and act.voided_by and issue.saw(act.voided_by):
            yield _taken_back(entry.number, act, act.voided_by)
    for void in _voids_drafted(entry, issue):
        lines = [f"Reason: {void.value('reason')}", f"{_signer(void)}: the entry stays in force until it is signed"]
        yield {"caption": f"Void drafted: {entry.number}, {void.name}", "lines": lines}
    for act in _justifications(entry, issue):
        yield {"caption": f"Justification of {entry.number}", "lines": justified(act)}


def _voids_drafted(entry: Entry, issue: Act) -> Iterator[Act]:
    """Voids of the entry's acts that nobody has signed; no signed issue saw one."""
    bases = {act.base for act in (entry.act, *entry.follow_ups)}
    for folder in (entry.batch, *entry.batch.deviations):
        yield from (act for act in folder.drafts if act.form.voids and act.base in bases and issue.saw(act))


def _justifications(entry: Entry, issue: Act) -> Iterator[Act]:
    concerned = {each.path for act in (entry.act, *entry.follow_ups) for each in (*act.earlier, act)}
    for act in entry.batch.of("justification"):
        if act.value("record") in concerned and issue.saw(act):
            yield act


def justified(act: Act) -> list[str]:
    """What a justification says: the rule, the reason, and who signed it when."""
    return [f"{act.value('rule')}: {act.value('grounds')}", _signer(act)]


def _taken_back(number: str, act: Act, void: Act) -> dict[str, object]:
    return {"caption": f"Void: {number}, {act.name}", "lines": [f"Reason: {void.value('reason')}", _signer(void)]}


def _signer(act: Act) -> str:
    if not act.signed:
        return paper.NOT_SIGNED
    facts = paper.signer_facts(act.repository, act.last())
    return f"{facts['name']}, {facts['position']}, {facts['date']} {facts['clock']} (claimed)"


def _cells(entry: Entry, issue: Act, allowed: Mapping[str, str]) -> Cells:
    """The row's cells; `allowed` gives what only the gate may give, by name ("!statement", ...)."""
    word, style = status(entry, issue)
    given = {**allowed, "#number": entry.number, "#status": word}
    columns = entry.act.form.annexure["columns"]
    assert isinstance(columns, list)
    row = []
    for column in columns:
        lines = list(Words(entry.act, entry.batch, given, style).lines(column["lines"]))
        for follow_up in entry.follow_ups:
            fills = follow_up.form.annexure.get("fills", {})
            assert isinstance(fills, Mapping)
            added = list(Words(follow_up, entry.batch, given, style).lines(fills.get(column["heading"], ())))
            former = _speaks_for(entry, follow_up)
            lines += [{"text": f"for revision {former}:", **_STRUCK}, *added] if added and former is not None else added
        row.append(lines)
    return row


def status(entry: Entry, issue: Act, day: str = "") -> tuple[str, str]:
    """The status that follows from the acts, in the SOP's word, and how it is shown: on the day of the issue, or on
    another; nothing follows from an act that nobody has signed yet."""
    if not entry.act.signed:
        return "Not signed", "caution"
    word = style = ""
    answered = False
    for act in (entry.act, *(follow_up for follow_up in entry.follow_ups if follow_up.signed)):
        rule = act.form.annexure.get("status")
        if isinstance(rule, Mapping) and _speaks_for(entry, act) is None:
            chosen = rule["words"][str(act.record.data[rule["by"].strip("/")])] if "by" in rule else rule
            word, style = chosen["word"], chosen["style"]
            answered = act is not entry.act
    rule = entry.act.form.annexure.get("status")
    late = rule.get("overdue") if isinstance(rule, Mapping) else None
    if late and not answered and _days(entry.act, day or issue.day) > _policy_days(entry, issue, late["policy"]):
        return late["word"], late["style"]
    return word, style


def _speaks_for(entry: Entry, follow_up: Act) -> int | None:
    """The earlier revision of the opening act that a follow-up's signer saw; None where it saw the one in force."""
    if follow_up.form.followed(follow_up.path) != entry.act.base or follow_up.saw(entry.act):
        return None
    return next((act.revision for act in reversed(entry.act.earlier) if follow_up.saw(act)), None)


def _days(act: Act, day: str) -> int:
    return (date.fromisoformat(day) - date.fromisoformat(act.day)).days


def _policy_days(entry: Entry, issue: Act, name: str) -> int:
    """The days the strictest policy of the batch's trials allows."""
    policies = (issue.register("policies", trial.data["policy"]) for trial in entry.batch.trials(issue))
    allowed = [policy.data.get(name) for policy in policies if policy]
    return min((days for days in allowed if isinstance(days, int)), default=10**6)


def _allowed(entry: Entry) -> Mapping[str, str]:
    """What a row may show only because the gate allows it."""
    sentence = gate.certifying_sentence(entry.batch, entry.act)
    if sentence is None:
        unsigned = not entry.act.signed and entry.act.value("decision") in CERTIFYING
        return {"!statement": gate.not_certified(entry.batch, entry.act)} if unsigned else {}
    return {
        "!statement": sentence,
        "!statement-note": gate.statement_note(entry.batch, entry.act) or "",
        "!certificate": f"{gate.certificate_number(entry.act)} revision {entry.act.revision}",
    }


def differences(old: Act, new: Act) -> Iterator[tuple[Pointer, str | None, str | None]]:
    """The places where two revisions differ, with both values as printed."""
    before, after = dict(_leaves(old.record.data, ())), dict(_leaves(new.record.data, ()))
    for pointer in dict.fromkeys((*before, *after)):
        if pointer[0] not in ("form", "corrects", "reason", "reason_class") and before.get(pointer) != after.get(
            pointer
        ):
            yield (
                pointer,
                paper.in_words(old, old.record, pointer) if pointer in before else None,
                paper.in_words(new, new.record, pointer) if pointer in after else None,
            )


def _leaves(value: Value, at: Pointer) -> Iterator[tuple[Pointer, Value]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*at, key))
    elif isinstance(value, tuple) and any(isinstance(item, (Mapping, tuple)) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(item, (*at, index))
    else:
        yield at, value


def title(act: Act, pointer: Pointer) -> str:
    """A field as its form calls it, such as "Documents Provided 3, Version"."""
    words: list[str] = []
    for length in range(1, len(pointer) + 1):
        step = pointer[length - 1]
        if isinstance(step, int):
            words[-1] += f" {step + 1}"
        else:
            words.append(str(schema_at(act.repository.schemas, act.record.form, pointer[:length]).get("title", step)))
    return ", ".join(words)
