"""What a register change gives and takes away, entry by entry, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from filing import paper, rows
from filing.act import Act
from filing.forms import base_of, revision_of
from filing.model import Record
from filing.people import Grant, Key, NotTrusted, Person, person_of
from filing.repository import Repository
from filing.signing.shown import labelled, record_lines
from filing.signoffs import fingerprint
from filing.trust import PERSON, State
from filing.validate import schema_at

_TOLD_BESIDES = ("keys", "roles", "made")
"""What is told of a person key by key and role by role, not field by field."""


def account(repository: Repository, before: State, paths: Iterable[str]) -> Iterator[str]:
    """The lines that tell of each entry; `repository` has the entries, `before` is the state they change."""
    for path in sorted(paths):
        record = repository.records.get(path)
        form = repository.form_of(record) if record else None
        if record is None or form is None:
            yield f"{path}, which cannot be read"
            continue
        former = before.entries.get(base_of(path))
        yield from _entry(Telling(repository, record, former))
        yield ""


def summary(repository: Repository, before: State, paths: Iterable[str]) -> str:
    """A sentence that may stand as the change's summary."""
    records = [record for path in sorted(paths) if (record := repository.records.get(path))]
    parts = [Telling(repository, record, before.entries.get(base_of(record.path))).heading() for record in records]
    told = "; ".join(parts)
    return told if len(told) <= 500 else f"{len(parts)} entries, {parts[0]} and others"


@dataclass(frozen=True)
class Telling:
    """An entry beside the one in force, if there is one."""

    repository: Repository
    record: Record
    former: Record | None

    def act(self, record: Record) -> Act:
        form = self.repository.form_of(record)
        assert form is not None
        return Act(record, form, form.match(record.path) or {}, (), self.repository)

    @property
    def kind(self) -> str:
        form = self.repository.form_of(self.record)
        return form.title if form else "Entry"

    def called(self) -> str:
        register, entry_id = base_of(self.record.path).split("/")[-2:]
        name = paper.name_in(register, entry_id, self.record)
        return name if name == entry_id else f"{name} ({entry_id})"

    def heading(self) -> str:
        kind = self.kind[:1].lower() + self.kind[1:]
        if self.former is None:
            return f"New {kind}: {self.called()}"
        return f"Revision {revision_of(self.record.path)[1]} of the {kind} {self.called()}"

    def scope(self, grant: Grant) -> str:
        """A role with its limits, as the form calls them, such as "qp, on the authorisation DEMO-MIA-0001"."""
        limits = []
        for name, value in grant.scope.items():
            title = schema_at(self.repository.schemas, self.record.form, ("roles", 0, name)).get("title", name)
            limits.append(f"{str(title)[:1].lower()}{str(title)[1:]} {value}")
        return ", ".join((grant.role, *limits))


def _entry(telling: Telling) -> Iterator[str]:
    yield telling.heading()
    yield from labelled("  Entry", telling.record.path)
    if telling.former is None:
        yield from _new(telling)
    else:
        yield from labelled("  Reason", str(telling.record.data.get("reason", "none given")), broken=True)
        yield from _changed_facts(telling, telling.former)
    if PERSON.fullmatch(base_of(telling.record.path)):
        yield from _keys_and_roles(telling)


def _new(telling: Telling) -> Iterator[str]:
    person = PERSON.fullmatch(base_of(telling.record.path))
    left_out = _TOLD_BESIDES if person else ()
    shown = {name: value for name, value in telling.record.data.items() if name not in left_out}
    record = Record(telling.record.path, telling.record.sha256, shown, {}, {})
    yield from record_lines(telling.act(record))


def _changed_facts(telling: Telling, former: Record) -> Iterator[str]:
    old, new = telling.act(former), telling.act(telling.record)
    person = PERSON.fullmatch(base_of(telling.record.path))
    for pointer, before, after in rows.differences(old, new):
        if not (person and pointer[0] in _TOLD_BESIDES):
            yield from labelled(
                f"  {rows.title(new, pointer)}", f"{before or 'none'} -> {after or 'none'}", broken=True
            )


def _keys_and_roles(telling: Telling) -> Iterator[str]:
    try:
        new = person_of("", telling.record)
        old = person_of("", telling.former) if telling.former else Person("", (), ())
    except NotTrusted as error:
        yield from labelled("  Not accepted", error.found)
        return
    yield from _compared("Key", {_key_name(k): k for k in old.keys}, {_key_name(k): k for k in new.keys})
    yield from _compared("Role", _grants(telling, old), _grants(telling, new))


def _key_name(key: Key) -> str:
    return fingerprint(key.text)


def _grants(telling: Telling, person: Person) -> Mapping[str, Grant]:
    """The roles by what they are; one that is held for several times, each by its first day."""
    found: dict[str, Grant] = {}
    for grant in person.roles:
        name = telling.scope(grant)
        found[name if name not in found else f"{name} ({grant.since})"] = grant
    return found


def _compared(
    what: str, before: Mapping[str, Key] | Mapping[str, Grant], after: Mapping[str, Key] | Mapping[str, Grant]
) -> Iterator[str]:
    """What is added, taken away, or held for other days."""
    for name, held in after.items():
        if name not in before:
            yield from labelled(f"  {what} given", f"{name}, {_days(held)}")
        elif (held.since, held.until) != (before[name].since, before[name].until):
            shorter = held.since > before[name].since or (held.until or "9") < (before[name].until or "9")
            word = "cut short" if shorter else "extended"
            yield from labelled(f"  {what} {word}", f"{name}: {_days(before[name])} -> {_days(held)}")
    for name in before:
        if name not in after:
            yield from labelled(f"  {what} taken away", f"{name}, {_days(before[name])}")


def _days(held: Key | Grant) -> str:
    since = f"from {_day(held.since)}"
    return f"{since} to {_day(held.until)}" if held.until else f"{since}, without an end"


def _day(text: str) -> str:
    return paper.day(text).replace(paper.NO_BREAK, " ") if len(text) == 10 else text or "the beginning"
