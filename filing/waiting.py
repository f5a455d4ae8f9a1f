"""What waits for somebody's sign-off: every open place of every record, and who may sign there today.

Who may sign is told by the registers in force, the form's scope and the rule that nobody checks their own work. The
judgement of a sign-off, once it is made, is not here but in `judging`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from filing.forms import Form, Slot, base_of, corrected, revision_of, voided
from filing.judging import CONSTANTS, QP_SCOPE, SUFFIX, Scopes, record_of
from filing.model import Record
from filing.people import ADMINISTRATOR, Person
from filing.relations import BATCHES, DEVIATIONS, master_of
from filing.repository import Repository, everything_inside
from filing.rules.segregation import barred
from filing.seeing import what_is_seen
from filing.signoffs import fingerprint
from filing.trust import concerned_by

_REGISTERS = "records/registers/"
_AFTER_ALL = "9"
"""Where a form carries no clause of the SOP: an issue comes after what it lists."""


@dataclass(frozen=True)
class Waiting:
    """One open place to sign.

    `people` are the (person, role) pairs entitled to it on the day that was asked for; `after` are the records that
    have to be signed before this one can be.
    """

    path: str
    slot: str
    roles: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    after: tuple[str, ...]


def waiting(repository: Repository, day: str) -> tuple[Waiting, ...]:
    """Each open required place of each record that is not yet validly signed, in the order in which they are signed."""
    office = Office(repository, day)
    records = [record for record in repository.records.values() if is_open(repository, record)]
    found = [item for record in records for item in office.waiting(record)]
    return tuple(_one_after_another(sorted(found, key=lambda item: _order(repository, item))))


def is_open(repository: Repository, record: Record) -> bool:
    """Whether a record keeps to its form and still needs a sign-off; not one that a signed revision replaces."""
    form = repository.form_of(record)
    if form is None or not form.slots or record.path in repository.unfit or record.path in repository.judgement.acts:
        return False
    base, revision = revision_of(record.path)
    replaced = f"{base}.r{revision + 1}.yaml" in repository.judgement.acts
    return not replaced and f"{base}.void.yaml" not in repository.judgement.acts


@dataclass(frozen=True)
class Office:
    """Who may sign what on a day, by the registers in force."""

    repository: Repository
    day: str

    def waiting(self, record: Record) -> Iterator[Waiting]:
        form = self.repository.form_of(record)
        after = tuple(sorted(self._unsigned_before(record, form))) if form else ()
        for slot in form.slots if form else ():
            if slot.required and not self.is_signed(record, slot):
                yield Waiting(record.path, slot.name, slot.roles, self.entitled(record, slot), after)

    def is_signed(self, record: Record, slot: Slot) -> bool:
        return f"{record.stem}.{slot.name}{SUFFIX}" in self.repository.judgement.standing

    def open_slots(self, record: Record) -> tuple[Slot, ...]:
        """The places nobody has signed, also those that need not be, in the order of the form; one that need not be
        is closed once a place behind it is signed, but on register changes."""
        form = self.repository.form_of(record)
        slots = form.slots if form else ()
        signed = [place for place, slot in enumerate(slots) if self.is_signed(record, slot)]
        first = 0 if form and form.id == "change" else max(signed, default=-1) + 1
        return tuple(slot for slot in slots[first:] if not self.is_signed(record, slot))

    def entitled(self, record: Record, slot: Slot) -> tuple[tuple[str, str], ...]:
        """The people who may sign there, each with the role in which."""
        form, states = self.repository.form_of(record), self.repository.judgement.states
        if form is None or not states:
            return ()
        own_work = barred(self.repository, record) | (concerned_by(record) if form.id == "change" else frozenset())
        fixed, fixed_role = CONSTANTS.get(form.kind, ("", ""))
        roles = [role for role in slot.roles if slot.name != fixed or role == fixed_role]
        saw = {record_of(path)[0] for _, path in what_is_seen(form, record.path, slot.name, self.repository.files)}
        found = []
        for person in states[-1].people.values():
            if person.id not in own_work and any(
                person.holds_key(fingerprint(key.text), self.day) for key in person.keys
            ):
                found += [(person.id, role) for role in roles if self._covers(person, role, record, form, slot, saw)]
        return tuple(sorted(found))

    def _covers(self, person: Person, role: str, record: Record, form: Form, slot: Slot, saw: set[str]) -> bool:
        """Whether the person holds the role on the day, for what the record is about."""
        grants = person.grants(role, self.day)
        if not grants or (self.repository.judgement.states[-1].number == 0 and role != ADMINISTRATOR):
            return False
        deciding = form.kind in ("certification", "disposition") and slot.name == CONSTANTS[form.kind][0]
        scope = {**slot.scope, **(QP_SCOPE if deciding else {})}
        return self._scopes.uncovered(record.path, saw, grants, scope) is None

    def _unsigned_before(self, record: Record, form: Form) -> Iterator[str]:
        """What has to be signed first: the batch master, what is followed, named, corrected or taken back."""
        repository = self.repository
        named = () if form.closure else (act.path for act in repository.references.acts(record))
        before = {
            form.followed(record.path),
            master_of(record.path),
            corrected(record.path),
            voided(record.path),
            *named,
        }
        for path in filter(None, before):
            if base_of(path) not in self._signed:
                yield path

    @cached_property
    def _signed(self) -> frozenset[str]:
        """The stems of all signed acts, without their revisions."""
        return frozenset(map(base_of, self.repository.judgement.acts))

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.repository.records, everything_inside)


def _order(repository: Repository, item: Waiting) -> tuple[object, ...]:
    """Registers, the SOP, deviations, batches; in each folder by the SOP's clauses."""
    form = repository.forms.by_name.get(repository.records[item.path].form)
    clause = min(form.clauses, default=_AFTER_ALL) if form else _AFTER_ALL
    places = (_REGISTERS, "records/sop/", DEVIATIONS, BATCHES)
    place = next((number for number, start in enumerate(places) if item.path.startswith(start)), len(places))
    return place, item.path.split("/")[2] if place > 1 else "", clause, item.path


def _one_after_another(items: list[Waiting]) -> Iterator[Waiting]:
    """The items in their order, but each behind what has to be signed before it; a ring of records comes last."""
    behind: dict[str, list[int]] = {}
    left = []
    waiting_paths = {item.path for item in items}
    for place, item in enumerate(items):
        before = {path for path in item.after if path in waiting_paths and path != item.path}
        left.append(len(before))
        for path in before:
            behind.setdefault(path, []).append(place)
    unsigned = Counter(item.path for item in items)
    free = [place for place, count in enumerate(left) if count == 0]
    told = set()
    while free:
        place = heappop(free)
        told.add(place)
        yield items[place]
        unsigned[items[place].path] -= 1
        for other in behind.get(items[place].path, ()) if not unsigned[items[place].path] else ():
            left[other] -= 1
            if left[other] == 0:
                heappush(free, other)
    yield from (item for place, item in enumerate(items) if place not in told)
