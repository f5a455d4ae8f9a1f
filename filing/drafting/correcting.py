"""A correction: the newest revision of a record with its comments, and why it changes; and the void of a record.

Only what is signed is corrected or taken back. What nobody signed is changed in its own file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from filing.drafting import given
from filing.drafting.beginning import Drafted, at_spot
from filing.drafting.filling import Filling
from filing.drafting.kinds import Kinds
from filing.drafting.known import Case, Knowledge
from filing.drafting.outline import OF_CORRECTIONS, Outline
from filing.drafting.scalars import scalar, short_list
from filing.drafting.values import Data, with_value
from filing.drafting.whereabouts import Spot
from filing.forms import Form, base_of, revision_of, voided
from filing.journal import Journal
from filing.judging import SUFFIX
from filing.load import load_record
from filing.load.spans import spans
from filing.model import CannotRun, Pointer, Record, Value
from filing.relations import batch_of
from filing.repository import Repository

_REGISTERS = "records/registers/"


def corrected(journal: Journal, record: Record, words: Mapping[str, str], day: str, asks: bool) -> Drafted:
    """The next revision of a record, with the values that were given and the reason, which is asked."""
    repository = journal.repository
    form = _correctable(repository, record)
    newest = _newest(repository, record)
    void = f"{base_of(record.path)}.void.yaml"
    if void in repository.judgement.acts:
        raise CannotRun(f"{record.path} was taken back by {void}. Write a new record instead of correcting it.")
    _require_signed(repository, newest)
    base, number = revision_of(newest.path)
    path = f"{base}.r{number + 1}.yaml"
    outline = Outline(repository.schemas, form.name)
    knowledge = Knowledge(Case(journal, Spot(path, form, form.match(newest.path) or {}, None, batch_of(path)), day))
    reasons = {key: "" for key in outline.field({}, ()).all_keys if key in OF_CORRECTIONS}
    texts = given.fields_of(outline, words, outline.field({}, ()).all_keys)
    before = {key: value for key, value in newest.data.items() if key not in reasons}
    filling = Filling(outline, knowledge, texts, path, asks, before)
    data = filling.with_texts(key for key in texts if key[0] not in reasons)
    data = with_value(data, ("corrects",), newest.sha256)
    for key in list(reasons)[1:]:
        data = filling.one((key,), data)
    changed = {pointer: given.value_of(outline, data, pointer, text) for pointer, text in texts.items()}
    return Drafted(
        path, form, _text(repository, newest, outline, data, changed, list(reasons)), _lacking(outline, data, reasons)
    )


def _correctable(repository: Repository, record: Record) -> Form:
    form = repository.form_of(record)
    if form is None or record.path in repository.unfit:
        raise CannotRun(f"{record.path} is not as its form asks. Mend that first.", f"check {record.path}")
    if voided(record.path):
        raise CannotRun(f"{record.path} takes a record back, and is not corrected. Write a new record instead.")
    if form.id in ("issue", "trial-issue"):
        folder = record.path.split("/")[2]
        what = "--batch" if form.id == "issue" else "--trial"
        raise CannotRun("An issue is never corrected; the next number stands in its place.", f"issue {what} {folder}")
    if not form.revisions:
        raise CannotRun(f"A record of this kind ({form.title.lower()}) is never corrected.")
    return form


def _newest(repository: Repository, record: Record) -> Record:
    base = base_of(record.path)
    alike = [other for path, other in repository.records.items() if base_of(path) == base and not voided(path)]
    return max(alike, key=lambda other: revision_of(other.path)[1])


def is_signed(repository: Repository, path: str) -> bool:
    """Whether a record is validly signed, or a register entry in force."""
    if path.startswith(_REGISTERS):
        states = repository.judgement.states
        return path in repository.judgement.acts or any(e.path == path for s in states for e in s.entries.values())
    return path in repository.judgement.acts


def _require_signed(repository: Repository, record: Record) -> None:
    if is_signed(repository, record.path):
        return
    if record.path.startswith(_REGISTERS):
        raise CannotRun(f"No register change has put {record.path} into force yet: change the file itself.")
    if any(path.startswith(f"{record.stem}.") and path.endswith(SUFFIX) for path in repository.files):
        why = f"{record.path} is not signed in every place yet. Have it signed, then correct it."
        raise CannotRun(why, f"sign {record.path}")
    raise CannotRun(f"Nobody signed {record.path} yet: change the file itself.", f"check {record.path}")


def _text(
    repository: Repository,
    record: Record,
    outline: Outline,
    data: Data,
    changed: Mapping[Pointer, Value],
    keys: list[str],
) -> str:
    """The text of the record with the changed values, and with what a correction says at its end."""
    text = _without_reasons(repository.files[record.path].decode(), keys)
    places = spans(text)
    here = {pointer: value for pointer, value in changed.items() if pointer in places}
    for pointer, value in sorted(here.items(), key=lambda item: places[item[0]], reverse=True):
        start, end = places[pointer]
        line = _one_line(value, outline.field(data, pointer).is_time_text)
        text = text[:start] + line + ("\n" if text[end - 1 : end] == "\n" else "") + text[end:]
    for pointer, value in changed.items():
        if pointer not in here and pointer[0] not in keys:
            text += _added(pointer, value, outline, data)
    for key in keys:
        field = outline.field(data, (key,))
        text += f"# {field.title}. {field.description}\n"
        text += f"{key}: {_one_line(data[key], False)}\n" if key in data else f"{key}:\n"
    _require_same(record.path, text, data)
    return text


def _without_reasons(text: str, keys: list[str]) -> str:
    """Without the lines by which the revision before said why it changed."""
    kept: list[str] = []
    drops = False
    for line in text.splitlines(keepends=True):
        key = re.match(r"([a-z_]+):", line)
        if key and key[1] in keys:
            while kept and kept[-1].startswith("#") and not kept[-1].startswith("# yaml-language-server"):
                kept.pop()
        drops = key[1] in keys if key else drops and (line.startswith(" ") or not line.strip())
        kept += [] if drops else [line]
    return "".join(kept)


def _added(pointer: Pointer, value: Value, outline: Outline, data: Data) -> str:
    name = ".".join(map(str, pointer))
    if len(pointer) > 1 or (isinstance(value, tuple) and not short_list(value)):
        raise CannotRun(
            f"{name} does not stand on a line of its own in the record. Correct it without that, then edit it."
        )
    field = outline.field(data, pointer)
    return f"# {field.title}. {field.description}\n{name}: {_one_line(value, field.is_time_text)}\n"


def _one_line(value: Value, is_time_text: bool) -> str:
    if isinstance(value, tuple):
        return short_list(value) or "[" + ", ".join(f"{scalar(each, False)}" for each in value) + "]"
    return scalar(value, is_time_text)


def _require_same(path: str, text: str, data: Data) -> None:
    """The text must say what was meant: the loader is asked, unless a value is still lacking."""
    record, faults = load_record(path, text.encode())
    if record is None and any(fault.rule != "Y05" for fault in faults):
        raise CannotRun(f"The correction cannot be written: {faults[0].found}. {faults[0].remedy}")
    if record is not None and dict(record.data) != dict(data):
        raise CannotRun(
            "The values given do not fit into the record as it is written. Correct it without them, then edit it."
        )


def _lacking(outline: Outline, data: Data, reasons: Mapping[str, str]) -> tuple[tuple[Pointer, str], ...]:
    return tuple(((key,), outline.field(data, (key,)).title) for key in reasons if key not in data)


def taken_back(journal: Journal, record: Record, words: Mapping[str, str], day: str, asks: bool) -> Drafted:
    """The void of a record, naming the revision in force."""
    repository = journal.repository
    path = f"{base_of(record.path)}.void.yaml"
    form = Kinds(repository, day).named("void")
    fitting = repository.forms.of(path, form.name)
    if voided(record.path) or path in repository.files:
        raise CannotRun(f"{path} is there already: it takes the record back once it is signed.", f"sign {path}")
    if fitting is None:
        title = next((known.title.lower() for known in repository.forms.of_path(record.path)), "record")
        raise CannotRun(
            f"A record of this kind ({title}) is never taken back. Its number stays, and so does what it says."
        )
    base = base_of(record.path)
    signed = [p for p in repository.judgement.acts if base_of(p) == base and not voided(p)]
    if not signed:
        raise CannotRun(f"Nobody signed {record.path}: delete the file, or change it.")
    in_force = repository.records[max(signed, key=lambda each: revision_of(each)[1])]
    if "voids" in words:
        raise CannotRun("The record that is taken back is named by itself; give the reason only, as reason=...")
    spot = Spot(path, fitting, {}, None, batch_of(path))
    return at_spot(journal, spot, {"voids": in_force.sha256, **words}, day, asks)
