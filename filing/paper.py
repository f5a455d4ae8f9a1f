"""How values read on paper: dates, digests, words for stored terms, and the lines that a form declares.

Templates format nothing; every text they print is made here. A form's line is text with {tokens}:
`{/field}` of the record itself, `{/field:/other}` or `{/field:@slot.fact}` through a field that names another act or a
register entry, `{batch:/field}` of the batch master, `{@slot.fact}` of a sign-off, `{#word}` of the path or the entry,
`{!word}` of what only the gate may give. A token that ends in "?" may be empty; else a line that
lacks a value is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from filing.act import Act, value_at
from filing.journal import Batch
from filing.judging import SUFFIX
from filing.model import Pointer, Record, Value
from filing.relations import named_act
from filing.repository import Repository
from filing.signoffs import SignOff
from filing.trust import State
from filing.validate import schema_at

NO_BREAK = "\u00a0"
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
NOT_SIGNED = "not signed"
VACANT = {"name": f"({NOT_SIGNED})", "date": "(no date yet)"}
"""What stands for the facts of a sign-off that is still to be made; a line with any other is left out."""
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
    return name_in(register, entry_id, state.entries.get(f"records/registers/{register}/{entry_id}"))


def name_in(register: str, entry_id: str, record: Record | None) -> str:
    """How people call an entry by what it says itself."""
    name = record.data.get(_NAMES.get(register, ""), entry_id) if record else entry_id
    return ", ".join(str(item) for item in name) if isinstance(name, tuple) else str(name)


def signer_facts(repository: Repository, signoff: SignOff) -> Mapping[str, str]:
    """Name, position, organisation, date, clock, place and mode of a sign-off, as the registers it saw have them."""
    state, statement = repository.judgement.state_seen(signoff), signoff.statement
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


def in_words(act: Act, record: Record, pointer: Pointer) -> str | None:
    """A value as printed: dates as 02 SEP 2025, stored terms in words, register ids by name as the act's signer saw
    them; None if absent."""
    value = value_at(record, pointer)
    if value is None or isinstance(value, Mapping):
        return None
    if isinstance(value, tuple):
        items = [in_words(act, record, (*pointer, index)) for index in range(len(value))]
        return ", ".join(item for item in items if item) or None
    return _one(act, value, schema_at(act.repository.schemas, record.form, pointer))


def _one(act: Act, value: Value, schema: Mapping[str, object]) -> str:
    words, register = schema.get("x-words"), schema.get("x-register")
    if isinstance(words, Mapping) and value in words:
        return str(words[value])
    if isinstance(register, str):
        return entry_name(act.state, register, str(value))
    if schema.get("format") == "date":
        return day(str(value))
    if schema.get("format") == "date-time":
        return moment(str(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


@dataclass(frozen=True)
class Words:
    """What the tokens of a form's lines are taken from: an act, its batch, and words that are given.

    `status_style` is the style of the status word.
    """

    act: Act
    batch: Batch | None
    given: Mapping[str, str] = field(default_factory=dict)
    status_style: str = ""

    def filled(self, text: str) -> str | None:
        """The text with its {tokens} replaced; None where one has no value."""
        missing = False

        def replace(match: re.Match[str]) -> str:
            nonlocal missing
            value = self._token(match[1].removesuffix("?"))
            missing = missing or not (value or match[1].endswith("?"))
            return value or ""

        result = _TOKEN.sub(replace, text)
        return None if missing else result.rstrip()

    def lines(self, declared: object) -> Iterator[dict[str, str]]:
        """A line with "*" in its tokens stands once for each item of that list; runs of such lines stay together."""
        assert isinstance(declared, (list, tuple))
        count = max((self._length(line["text"]) for line in declared), default=0)
        for index in range(max(count, 1)):
            for line in declared:
                many = re.search(r"/\*[/}:?]", line["text"]) is not None
                if many == (count > 0) or (not many and index == 0):
                    text = self.filled(re.sub(r"/\*(?=[/}:?])", f"/{index}", line["text"]))
                    if text is not None:
                        style = self.status_style if line["style"] == "status" else line["style"]
                        yield {"text": text, "style": style}

    def _length(self, text: str) -> int:
        match = re.search(r"\{((?:/[a-z0-9_]+)+)/\*[/}:?]", text)
        items = self.act.value(*_pointer(match[1])) if match else None
        return len(items) if isinstance(items, tuple) else 0

    def _token(self, token: str) -> str | None:
        if token[0] in "#!":
            given = {**self.act.variables, **({"batch": self.batch.id} if self.batch else {})}
            return self.given.get(token) or given.get(token[1:])
        where, _, what = token.rpartition(":")
        if where == "batch":
            master = self.batch.master if self.batch else None
            return in_words(self.act, master.record, _pointer(what)) if master else None
        if where:
            return self._through(_pointer(where), what)
        return _of_act(self.act, self.act, what)

    def _through(self, pointer: Pointer, what: str) -> str | None:
        """A value of the act or register entry that a field names."""
        value, act = self.act.value(*pointer), self.act
        if not isinstance(value, str):
            return None
        register = schema_at(act.repository.schemas, act.record.form, pointer).get("x-register")
        if isinstance(register, str):
            entry = act.register(register, value)
            return in_words(act, entry, _pointer(what)) if entry else None
        named = self.batch.journal.by_base.get(named_act(act.path, value)) if self.batch else None
        seen = named.as_seen_by(act) if named and act.signed else named
        return _of_act(act, seen, what) if seen else None


def _of_act(reader: Act, act: Act, what: str) -> str | None:
    if not what.startswith("@"):
        return in_words(reader, act.record, _pointer(what))
    slot, _, fact = what[1:].partition(".")
    signoff = place(act, slot)
    if signoff is None:
        return VACANT.get(fact) if _is_open(act, slot) else None
    return signer_facts(act.repository, signoff)[fact]


def place(act: Act, slot: str) -> SignOff | None:
    """The valid sign-off in a place of an act, also of an act that is not yet signed in every place."""
    if act.signed:
        return act.signoff(slot)
    return act.repository.judgement.standing.get(f"{act.record.stem}.{slot}{SUFFIX}")


def _is_open(act: Act, slot: str) -> bool:
    """Whether the act, which is a draft, still needs a sign-off there."""
    declared = act.form.slot(slot)
    return not act.signed and declared is not None and declared.required


def _pointer(path: str) -> Pointer:
    return tuple(int(step) if step.isdigit() else step for step in path.strip("/").split("/"))
