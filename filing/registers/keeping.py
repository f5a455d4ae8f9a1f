"""Which sign-offs stand although a revision takes something away from the person who gave them.

A revision that takes away a key, a role or a limit lists under `made` the sign-offs that stand; all others of that
person are refused from then on (record model, section 3). Where it lists none yet, all that stand are filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from filing.forms import base_of
from filing.load.words import LARGEST
from filing.model import Record
from filing.people import NotTrusted, Person, person_of, takes_away
from filing.repository import Repository
from filing.signoffs import SignOff
from filing.trust import PERSON, State


def taken_from(state: State, entry: Record, base: str) -> Person | None:
    """The person as in force, where this revision takes a key, a role or a limit away; else None."""
    match = PERSON.fullmatch(base)
    person = state.people.get(match[1]) if match and base in state.entries else None
    try:
        return person if person and takes_away(person, person_of(person.id, entry)) else None
    except NotTrusted:
        return None


def given_by(repository: Repository, person: str) -> tuple[SignOff, ...]:
    """The sign-offs of a person that stand, by their record."""
    found = (signoff for signoff in repository.judgement.standing.values() if signoff.statement.signer == person)
    return tuple(sorted(found, key=lambda signoff: signoff.path))


def left_out(repository: Repository, state: State, paths: Iterable[str]) -> Iterator[SignOff]:
    """The sign-offs that fall with these entries, since they take something away and do not list them."""
    for path in sorted(paths):
        entry = repository.records.get(path)
        person = taken_from(state, entry, base_of(path)) if entry else None
        listed = entry.data.get("made", ()) if entry else ()
        for signoff in given_by(repository, person.id) if person else ():
            if not isinstance(listed, tuple) or signoff.sha256 not in listed:
                yield signoff


def with_made(text: bytes, signoffs: Iterable[SignOff]) -> bytes:
    """The entry with every sign-off listed; each with its record and day above it, unless that makes it too large."""
    signoffs = tuple(signoffs)
    told = [f"  # {s.statement.record}, {s.slot}, {s.statement.day}\n" for s in signoffs]
    digests = [f'  - "{s.sha256}"\n' for s in signoffs]
    head = "made:\n" if signoffs else "made: []\n"
    full = head + "".join(line for pair in zip(told, digests, strict=True) for line in pair)
    made = full if len(text) + len(full.encode()) <= LARGEST else head + "".join(digests)
    return text + made.encode()
