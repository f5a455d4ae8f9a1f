"""Wrong turns of a register administrator, each told before anything is signed, with what mends it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from filing.checkout import Checkout
from filing.forms import base_of, revision_of
from filing.judging.court import sha256
from filing.model import Finding, Pointer, Record
from filing.people import NotTrusted, mappings_of, person_of, text_of
from filing.place import TOOL
from filing.registers.pending import is_entry, signed_changes
from filing.repository import Repository
from filing.requirements import REQUIREMENTS
from filing.signoffs import fingerprint, key_point
from filing.trust import PERSON, State

_NEW = "Sign a register change with a revision: an entry in force is never edited."
_OWN = ("form", "corrects", "reason", "made")


@dataclass(frozen=True)
class Turn:
    """A finding, and what to type to mend it, as it is typed but for how the program is called."""

    finding: Finding
    commands: tuple[str, ...] = ()


def edited_in_force(read: Checkout) -> Iterator[Turn]:
    """Entries that a signed change lists and that are not as it lists them any more."""
    repository = read.repository
    for change in signed_changes(repository):
        record = repository.records.get(change)
        for item in mappings_of(record, "entries") if record else ():
            path, listed = text_of(item, "path"), text_of(item, "sha256")
            data = repository.files.get(path)
            if is_entry(path) and (data is None or sha256(data) != listed):
                what = "is missing" if data is None else "was edited"
                found = f"{change} lists this entry, and it {what}"
                yield Turn(_finding(path, found, f"Put it back, then revise it. {_NEW}"), _putting_back(read, path))


def turns(read: Checkout, entries: Iterable[str]) -> Iterator[Turn]:
    """What is wrong with the entries that wait: of each the first thing."""
    repository = read.repository
    owners = owners_of(repository)
    for path in entries:
        yield from _unreadable(read, path) or _of_entry(repository, path, owners)


def owners_of(repository: Repository) -> dict[bytes, str]:
    """Each key that was ever in force, by its point, with its person."""
    root, states = repository.judgement.root, repository.judgement.states
    owners = {key_point(key): person for person, key in root.founders.items()} if root else {}
    for state in states:
        for person in state.people.values():
            owners.update((key_point(key.text), person.id) for key in person.keys)
    return owners


def not_trusted(error: NotTrusted) -> Turn:
    return Turn(_finding(error.path, error.found, error.remedy))


def _unreadable(read: Checkout, path: str) -> list[Turn]:
    """What `check` says of an entry that cannot be read, or is not as its form asks."""
    repository = read.repository
    if path in repository.records and path not in repository.unfit:
        return []
    return [Turn(f) for f in read.findings if f.path == path and f.severity == "error"]


def _of_entry(repository: Repository, path: str, owners: dict[bytes, str]) -> Iterator[Turn]:
    entry, state = repository.records[path], repository.judgement.states[-1]
    turn = (
        _out_of_turn(repository, entry, state)
        or _of_person(entry, owners)
        or _not_verified(entry, state)
        or _says_nothing(entry, state)
    )
    if turn:
        yield turn


def _out_of_turn(repository: Repository, entry: Record, state: State) -> Turn | None:
    base, revision = revision_of(entry.path)
    former = state.entries.get(base)
    due = revision_of(former.path)[1] + 1 if former else 0
    name = f"{base}.r{due}.yaml" if due else f"{base}.yaml"
    if revision > due and name in repository.files:
        found = f"{name} waits, too, and one change puts one revision of an entry into force"
        return Turn(_finding(entry.path, found, f"Write everything into {name}, and take this one away."))
    if revision != due:
        now = f"in force is {former.path}" if former else "no earlier revision of it was ever in force"
        return Turn(_finding(entry.path, f"it does not follow: {now}", f"Name it {name}."))
    if former is None:
        return _corrects_nothing(entry)
    if entry.data.get("corrects") != former.sha256:
        found = f"under corrects it does not name the entry in force, {former.path}"
        remedy = f'Write corrects: "{former.sha256}" - or take this file away and begin anew.'
        return Turn(_finding(entry.path, found, remedy, entry, ("corrects",)), (f"revise {base}.yaml",))
    return None


def _corrects_nothing(entry: Record) -> Turn | None:
    if "corrects" not in entry.data:
        return None
    return Turn(
        _finding(
            entry.path, "it is new, and names an entry that it corrects", "Leave out corrects.", entry, ("corrects",)
        )
    )


def _of_person(entry: Record, owners: dict[bytes, str]) -> Turn | None:
    """What the tool does not accept of a person, whatever the form says; and keys of others."""
    match = PERSON.fullmatch(base_of(entry.path))
    if not match:
        return None
    try:
        person = person_of(match[1], entry)
    except NotTrusted as error:
        return not_trusted(error)
    for index, key in enumerate(person.keys):
        owner = owners.setdefault(key_point(key.text), person.id)
        if owner != person.id:
            found = f"the key {fingerprint(key.text)} is the key of {owner}; one key belongs to one person, for ever"
            remedy = "Give each person a key of their own. They make it with:"
            finding = _finding(entry.path, found, remedy, entry, ("keys", index, "key"))
            return Turn(finding, (f"key new --as {person.id}",))
    return None


def _not_verified(entry: Record, state: State) -> Turn | None:
    """Nobody vouches for themselves, and a new key is compared with the person anew."""
    base = base_of(entry.path)
    match, former, verified = PERSON.fullmatch(base), state.entries.get(base), entry.data.get("identity_verified")
    if not match or not isinstance(verified, Mapping):
        return None
    if verified.get("by") == match[1]:
        found = f"{match[1]} is said to have verified the own identity"
        remedy = "Have somebody else compare the fingerprint, a register administrator who knows the person."
        return Turn(_finding(entry.path, found, remedy, entry, ("identity_verified", "by")))
    before = {text_of(item, "key") for item in mappings_of(former, "keys")} if former else set()
    added = {text_of(item, "key") for item in mappings_of(entry, "keys")} - before
    if former and added and verified == former.data.get("identity_verified"):
        found = "it has a new key, and who verified the identity is as before"
        remedy = "Compare the new key's fingerprint with the person, then write who did it and when."
        return Turn(_finding(entry.path, found, remedy, entry, ("identity_verified",)))
    return None


def _says_nothing(entry: Record, state: State) -> Turn | None:
    """A revision that changes nothing, or does not say why."""
    former = state.entries.get(base_of(entry.path))
    if former is None:
        return None
    if _facts(entry) == _facts(former):
        return Turn(
            _finding(entry.path, f"it says the same as {former.path}", "Change what is to change, or take it away.")
        )
    if not entry.data.get("reason"):
        return Turn(_finding(entry.path, "it does not say why the entry changes", "Write the reason: under reason."))
    return None


def _facts(entry: Record) -> Mapping[str, object]:
    return {name: value for name, value in entry.data.items() if name not in _OWN}


def _putting_back(read: Checkout, path: str) -> tuple[str, ...]:
    """What puts the entry back, where git knows it as it was."""
    item = next((item for item in read.history.breaks if item.path == path), None) if read.history else None
    if item is None:
        return ()
    where = "" if read.root.resolve() == TOOL else f" -C {shlex.quote(str(read.root))}"
    before = f"{item.commit[:12]}~1" if item.commit else "HEAD"
    return f"git{where} checkout {before} -- {path}", f"revise {revision_of(path)[0]}.yaml"


def _finding(path: str, found: str, remedy: str, record: Record | None = None, at: Pointer = ()) -> Finding:
    words = REQUIREMENTS["T02"]
    place = record.at(at) if record else None
    line, column = (place.line, place.column) if place else (1, 1)
    return Finding(
        path, line, column, "T02", "error", "not ready to be put into force", words.requirement, found, remedy,
        words.clause,
    )  # fmt: skip
