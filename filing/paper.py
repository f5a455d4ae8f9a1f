"""How values read on paper: dates, digests, words for stored terms, and the cells of a log's row.

Templates format nothing; every text they print is made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from filing.journal import Act, Batch, Entry, value_at
from filing.model import Pointer, Record, Value
from filing.signoffs import SignOff
from filing.trust import State
from filing.validate import schema_at

NO_BREAK = "\u00a0"
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_NAMES = {
    "people": "name",
    "organisations": "name",
    "products": "names_in_application",
    "trials": "protocol_code",
    "sites": "name",
    "statements": "label",
    "policies": "title",
}
_TOKEN = re.compile(r"\{([^{}]+)\}")


def day(text: str) -> str:
    """2025-09-02 -> "02 SEP 2025"."""
    return NO_BREAK.join((text[8:10], MONTHS[int(text[5:7]) - 1], text[:4]))


def clock(time: str) -> str:
    """2025-09-02T14:20:05+02:00 -> "14:20:05 +02:00"."""
    return f"{time[11:19]}{NO_BREAK}{time[19:]}"


def moment(time: str) -> str:
    return f"{day(time)} {clock(time)}"


def utc_iso(utc: str) -> str:
    """20250902122005Z -> 2025-09-02T12:20:05Z."""
    return datetime.strptime(utc, "%Y%m%d%H%M%SZ").strftime("%Y-%m-%dT%H:%M:%SZ")


def grouped(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def mode_words(mode: str) -> str:
    return "on site" if mode == "on-site" else "remotely"


def entry_name(state: State, register: str, entry_id: str) -> str:
    """How people call a register entry; its id where it is unknown."""
    record = state.entries.get(f"records/registers/{register}/{entry_id}")
    name = record.data.get(_NAMES.get(register, ""), entry_id) if record else entry_id
    return ", ".join(str(item) for item in name) if isinstance(name, tuple) else str(name)


def signer_facts(batch: Batch, signoff: SignOff) -> Mapping[str, str]:
    """Name, position, organisation, date, clock, place and mode of a sign-off, as the registers it saw have them."""
    state, statement = batch.repository.judgement.state_seen(signoff), signoff.statement
    person = state.entries[f"records/registers/people/{statement.signer}"]
    return {
        "name": str(person.data["name"]),
        "position": str(person.data["position"]),
        "organisation": entry_name(state, "organisations", str(person.data["organisation"])),
        "date": day(statement.time),
        "clock": clock(statement.time),
        "place": statement.place,
        "mode": mode_words(statement.mode),
    }


def in_words(batch: Batch, act: Act, record: Record, pointer: Pointer) -> str | None:
    """A value as printed: dates as 02 SEP 2025, stored terms in words, register ids by name; None if absent."""
    value = value_at(record, pointer)
    if value is None or isinstance(value, Mapping):
        return None
    if isinstance(value, tuple):
        items = [in_words(batch, act, record, (*pointer, index)) for index in range(len(value))]
        return ", ".join(item for item in items if item) or None
    return _one(batch, act, value, schema_at(batch.repository.schemas, record.form, pointer))


def _one(batch: Batch, act: Act, value: Value, schema: Mapping[str, object]) -> str:
    words, register = schema.get("x-words"), schema.get("x-register")
    if isinstance(words, Mapping) and value in words:
        return str(words[value])
    if isinstance(register, str):
        return entry_name(batch.state_for(act), register, str(value))
    if schema.get("format") == "date":
        return day(str(value))
    if schema.get("format") == "date-time":
        return moment(str(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def cells(batch: Batch, entry: Entry, facts: Mapping[str, str]) -> tuple[list[list[dict[str, str]]], str]:
    """The row's cells in the order of the form's columns, and the entry's status word.

    `facts` gives what only the gate may give, by name ("!statement", ...); a line that lacks a value is left out.
    """
    word, style = status(entry)
    given = {**facts, "#number": entry.number, "#status": word}
    row = []
    columns = entry.act.form.annexure["columns"]
    assert isinstance(columns, list)
    for column in columns:
        lines = list(_lines(batch, entry.act, column["lines"], given, style))
        for follow_up in entry.follow_ups:
            fills = follow_up.form.annexure.get("fills", {})
            assert isinstance(fills, Mapping)
            lines += _lines(batch, follow_up, fills.get(column["heading"], ()), given, style)
        row.append(lines)
    return row, word


def status(entry: Entry) -> tuple[str, str]:
    """The status that follows from the acts, in the SOP's word, and how it is shown."""
    word = style = ""
    for act in (entry.act, *entry.follow_ups):
        rule = act.form.annexure.get("status")
        if isinstance(rule, Mapping):
            chosen = rule["words"][str(act.record.data[rule["by"].strip("/")])] if "by" in rule else rule
            word, style = chosen["word"], chosen["style"]
    return word, style


def filled(batch: Batch, act: Act, text: str, given: Mapping[str, str]) -> str | None:
    """The text with its {tokens} replaced; None where one has no value."""
    missing = False

    def replace(match: re.Match[str]) -> str:
        nonlocal missing
        value = _token(batch, act, match[1], given)
        missing = missing or not value
        return value or ""

    result = _TOKEN.sub(replace, text)
    return None if missing else result


def _lines(
    batch: Batch, act: Act, lines: object, given: Mapping[str, str], status_style: str
) -> Iterator[dict[str, str]]:
    """A line with "*" in its tokens stands once for each item of that list; runs of such lines stay together."""
    assert isinstance(lines, (list, tuple))
    count = max((_length(act, line["text"]) for line in lines), default=0)
    for index in range(max(count, 1)):
        for line in lines:
            many = "/*/" in line["text"]
            if many == (count > 0) or (not many and index == 0):
                text = filled(batch, act, line["text"].replace("/*/", f"/{index}/"), given)
                if text is not None:
                    yield {"text": text, "style": status_style if line["style"] == "status" else line["style"]}


def _length(act: Act, text: str) -> int:
    match = re.search(r"\{/([a-z_]+)/\*/", text)
    items = act.value(match[1]) if match else None
    return len(items) if isinstance(items, tuple) else 0


def _token(batch: Batch, act: Act, token: str, given: Mapping[str, str]) -> str | None:
    if token[0] in "#!":
        return given.get(token)
    if token[0] == "@":
        slot, _, fact = token[1:].partition(".")
        signoff = act.signoff(slot)
        return signer_facts(batch, signoff)[fact] if signoff else None
    where, _, path = token.partition("/")
    record = batch.master.record if where == "batch:" and batch.master else act.record
    pointer = tuple(int(step) if step.isdigit() else step for step in path.split("/"))
    return in_words(batch, act, record, pointer)
