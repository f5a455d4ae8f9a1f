"""The logs as sheets: an entry has as many rows as it has acts of one kind, each act with the fields of its record.

What nobody signed is given out as a draft; superseded and void acts are marked. Nothing here asks a clock: a status
that depends on the day is the one of the newest act.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from filing import paper, rows
from filing.act import Act
from filing.frame import SOP_NUMBER, notices
from filing.journal import Batch, Entry
from filing.model import Record
from filing.repository import Repository
from filing.spreadsheets.fields import told
from filing.spreadsheets.grid import NOTHING, Cell, Sheet
from filing.spreadsheets.layout import DRAFT, SIGNED, SUPERSEDED, VOID, Log, Part, logs_of

_DAY = re.compile(r"([0-9]{2})[ \u00a0]([A-Z]{3})[ \u00a0]([0-9]{4})")
_Strand = Mapping[str, Act]
"""The acts that stand in one row, by the id of their form."""


def sheets(repository: Repository, batches: Sequence[Batch], about: str) -> tuple[Sheet, ...]:
    """A sheet for each log with the entries of these batches; `about` says in words whose they are."""
    listed = [(log, _entries(log, batches)) for log in logs_of(repository)]
    acts = [act for _, entries in listed for entry in entries for act in (entry.act, *entry.follow_ups)]
    newest = max((act for act in acts if act.signed), key=lambda act: act.utc, default=None)
    named = {trial.path: trial for batch in batches for trial in _trials(batch)}
    above = (*notices(repository, tuple(named.values())), about, _as_of(newest))
    return tuple(_sheet(log, entries, newest, above) for log, entries in listed)


def _entries(log: Log, batches: Sequence[Batch]) -> tuple[Entry, ...]:
    return tuple(entry for batch in batches for entry in batch.entries(log.number, unsigned=True))


def _trials(batch: Batch) -> tuple[Record, ...]:
    return batch.trials(batch.master) if batch.master else ()


def _as_of(newest: Act | None) -> str:
    when = f"Status as of {paper.utc_iso(newest.utc)}, when the newest of these acts was signed." if newest else ""
    said = when or "None of these acts is signed."
    return f"{said} This sheet is a copy without sign-offs: what counts are the signed records."


def _sheet(log: Log, entries: tuple[Entry, ...], newest: Act | None, above: tuple[str, ...]) -> Sheet:
    found: list[tuple[Cell, ...]] = []
    struck: set[int] = set()
    for entry in entries:
        for cells, superseded in _rows(log, entry, newest or entry.act):
            struck |= {len(found)} if superseded else set()
            found.append(cells)
    title = f"{log.name} {log.form.annexure['title']}"
    sop = f"SOP {SOP_NUMBER}, clause {log.form.annexure['clause']}"
    return Sheet(log.name, (title, sop, *above), log.headings, tuple(found), frozenset(struck))


def _rows(log: Log, entry: Entry, newest: Act) -> Iterator[tuple[tuple[Cell, ...], bool]]:
    """The entry's rows: its earlier revisions, then what is in force, with a row more for each further act that
    follows; and whether the row is struck."""
    signed = tuple(act for act in entry.follow_ups if act.signed and not act.voided_by)
    *earlier, now = rows.rows(replace(entry, follow_ups=signed), newest)
    for act, shown in zip(entry.act.earlier, earlier, strict=True):
        yield (*_short(shown), *_facts(log, {act.form.id: act}, SUPERSEDED)), True
    for index, strand in enumerate(_strands(entry.act, entry.follow_ups)):
        short = _short(now) if index == 0 else (NOTHING,) * len(log.columns)
        yield (*short, *_facts(log, strand, "")), entry.act.voided_by is not None


def _strands(act: Act, others: tuple[Act, ...]) -> list[_Strand]:
    """The acts that follow one another in a row; of several that follow the same act each further one has its own."""
    below: dict[str, list[_Strand]] = {}
    for other in sorted(others, key=lambda each: each.path):
        if other.form.followed(other.path) == act.base:
            below.setdefault(other.form.id, []).extend(_strands(other, others))
    beside = [
        {key: found for strand in strands for key, found in strand.items()}
        for strands in zip_longest(*below.values(), fillvalue={})
    ]
    first, *further = beside or [{}]
    return [{act.form.id: act, **first}, *further]


def _short(shown: Mapping[str, object]) -> tuple[Cell, ...]:
    """What the log prints in ink, in the SOP's columns, but nothing for a sign-off to come; a day alone is a real
    date."""
    cells = shown["cells"]
    assert isinstance(cells, list)
    shown_in_ink = ([line["text"] for line in lines if line["style"] != "secondary"] for lines in cells)
    texts = ("\n".join(text for text in lines if text not in paper.VACANT.values()) for lines in shown_in_ink)
    return tuple(_dated(text) for text in texts)


def _dated(text: str) -> Cell:
    day = _DAY.fullmatch(text)
    if day:
        return Cell(f"{day[3]}-{paper.MONTHS.index(day[2]) + 1:02}-{day[1]}", "date")
    return Cell(text.replace(paper.NO_BREAK, " "))


def _facts(log: Log, strand: _Strand, state: str) -> Iterator[Cell]:
    for part in log.parts:
        act = strand.get(part.form.id)
        if act is None:
            yield from (NOTHING,) * len(part.headings)
        else:
            yield from _part(part, act, state)


def _part(part: Part, act: Act, state: str) -> Iterator[Cell]:
    known = {part.record: Cell(act.path), part.state: Cell(state or _state(act)), part.signed_by: Cell(_signers(act))}
    known |= {field.heading: told(field, act.record.data) for field in part.versions[act.form.name]}
    return (known.get(heading, NOTHING) for heading in part.headings)


def _state(act: Act) -> str:
    if act.voided_by:
        return VOID
    return SIGNED if act.signed else DRAFT


def _signers(act: Act) -> str:
    lines = []
    for signoff in act.signoffs:
        facts = paper.signer_facts(act.repository, signoff)
        lines.append(f"{signoff.slot}: {facts['name']}, {facts['date']} {facts['clock']} (claimed)")
    return "\n".join(lines).replace(paper.NO_BREAK, " ")
