"""Steps 7 and 8: key, role and scope hold in the state of the registers that the signer saw, and in every later one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from filing.forms import Form, Slot, base_of, corrected, revision_of
from filing.judging.court import SUFFIX, Court, record_of, state_number
from filing.judging.faults import Cause, fault
from filing.model import Value
from filing.people import Grant, takes_away
from filing.relations import master_of
from filing.signoffs import SignOff
from filing.trust import State, change_number, entries_of

_PEOPLE = "records/registers/people/"


def hold_in_state(court: Court, states: tuple[State, ...]) -> None:
    """Step 7: key, role and scope hold in the state seen, on the sign-off's day."""
    for signoff in court.each():
        if change_number(signoff.statement.record) is None:
            form, slot = court.followed[signoff.path]
            cause = _not_entitled(court, signoff, states, form, slot) or _not_seen(court, signoff, form, slot)
            if cause:
                court.strike(signoff.path, cause)


def not_taken_away(court: Court, states: tuple[State, ...]) -> None:
    """Step 8: later register changes that take something away, or that the signer should have seen."""
    for signoff in court.each():
        change = change_number(signoff.statement.record)
        for before, later in pairwise(states[state_number(signoff) if change is None else change :]):
            cause = _withdrawn(signoff, before, later)
            if change is not None and cause and not _replaced_since(court, signoff, states[-1]):
                court.blame(cause)
            if change is None and (cause := cause or _older_registers(court, signoff, before, later)):
                court.strike(signoff.path, cause)
                break


def uncovered(
    court: Court, signoff: SignOff, grants: tuple[Grant, ...], scope: Mapping[str, str]
) -> Mapping[str, Value | None] | None:
    """The first part of the record (an authorisation, a trial) that none of a person's grants covers, or None."""
    saw = {record_of(path)[0] for _, path in signoff.statement.saw}
    return court.scopes.uncovered(signoff.statement.record, saw, grants, scope)


def _not_entitled(court: Court, signoff: SignOff, states: tuple[State, ...], form: Form, slot: Slot) -> Cause | None:
    statement, path = signoff.statement, signoff.path
    rule = "R07" if (form.kind, slot.name) == ("certification", "qp") else ""
    number = state_number(signoff)
    if number == 0 or not {(s.sha256, s.path) for s in states[number].signoffs} <= set(statement.saw):
        found = "the signer did not see every sign-off of a register change"
        return fault("registers not seen", path, found)
    person = states[number].people.get(statement.signer)
    if person is None:
        found = f'"{statement.signer}" is not in the registers the signer saw'
        return fault("signer unknown", path, found, rule)
    if not person.holds_key(statement.key, statement.day):
        found = f"the key {statement.key} was not a key of {person.id} on {statement.day}"
        return fault("key not valid", path, found, rule)
    grants = person.grants(statement.role, statement.day)
    if not grants:
        found = f'{person.id} did not hold the role "{statement.role}" on {statement.day}'
        return fault("role not held", path, found, rule)
    if uncovered(court, signoff, grants, slot.scope) is not None:
        found = f'{person.id} holds the role "{statement.role}" only for {_limits(grants)}'
        return fault("role limited", path, found, rule)
    return None


def _limits(grants: tuple[Grant, ...]) -> str:
    return "; ".join(", ".join(f"{name} {value}" for name, value in grant.scope.items()) for grant in grants)


def _not_seen(court: Court, signoff: SignOff, form: Form, slot: Slot) -> Cause | None:
    """What a signer must have seen: the same act's earlier required slots, the revision it corrects, and, in one of
    their revisions, what it follows or names and its batch master."""
    record = signoff.statement.record
    stem = record.removesuffix(".yaml")
    earlier = form.slots[: form.slots.index(slot)]
    required = [f"{stem}.{place.name}{SUFFIX}" for place in earlier if place.required]
    named = () if form.closure else court.evidence.acts(court.evidence.records[record])
    parents = {form.followed(record), master_of(record), *named} - {None}
    previous = corrected(record)
    if previous:
        parents.add(previous)
    seen = {path for _, path in signoff.statement.saw}
    for parent in sorted(filter(None, parents)):
        if parent not in court.evidence.records and not court.evidence.inside(parent):
            continue
        if parent not in court.evidence.records:
            return fault("act followed is missing", signoff.path, f"it follows {parent}, which is not there")
        revisions = [parent] if parent == previous else court.scopes.revisions(base_of(parent))
        unseen = [[path for path in _required_signoffs(court, each) if path not in seen] for each in revisions]
        if all(unseen):
            required += unseen[-1]
    missing = next((path for path in required if path not in seen), None)
    return fault("not seen", signoff.path, f"the signer did not see {missing}") if missing else None


def _required_signoffs(court: Court, path: str) -> Iterator[str]:
    record = court.evidence.records[path]
    form = court.evidence.forms.of(path, record.form)
    if form:
        yield from (f"{record.stem}.{slot.name}{SUFFIX}" for slot in form.slots if slot.required)


def _withdrawn(signoff: SignOff, before: State, later: State) -> Cause | None:
    """A revision that takes something away refuses every earlier sign-off of that person it does not list."""
    signer = signoff.statement.signer
    if _PEOPLE + signer not in later.revised or signer not in before.people:
        return None
    old, new = before.people[signer], later.people[signer]
    if not takes_away(old, new) or signoff.sha256 in new.made:
        return None
    found = f"register change {later.number:03} took away a key, a role or a limit of {signer}"
    return fault("sign-off withdrawn", signoff.path, found + " and does not list this sign-off among those that stand")


def _older_registers(court: Court, signoff: SignOff, before: State, later: State) -> Cause | None:
    """A signer who did not see a change made before must not rely on an entry which that change revised."""
    statement = signoff.statement
    if later.utc > statement.utc:
        return None
    relied = {_PEOPLE + statement.signer}
    for path in filter(None, (statement.record, master_of(statement.record))):
        if path in court.evidence.records:
            relied |= court.evidence.names(court.evidence.records[path], before)
    changed = sorted(relied & later.revised & set(before.entries))
    if not changed:
        return None
    found = f"register change {later.number:03} had already revised {changed[0]} when this was signed"
    return fault("older registers used", signoff.path, found + ", and the signer did not see it")


def _replaced_since(court: Court, signoff: SignOff, newest: State) -> bool:
    """Whether every entry that a doubtful change put into force has been revised since."""
    entries = entries_of(court.evidence.records[signoff.statement.record])
    return all(
        newest.entries[base].path not in entries for path in entries if (base := revision_of(path)[0]) in newest.entries
    )
