"""From the pinned root to who may sign what: founders, register changes, and the registers in each state.

Trust never depends on forms: people, keys and roles are read here from the entries themselves, with the tool's own
constants. The order of evaluation that calls this room is in `judge`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from filing.forms import revision_of
from filing.model import Record
from filing.people import ADMINISTRATOR, Grant, Key, NotTrusted, Person, mappings_of, person_of, text_of
from filing.signoffs import DEMONSTRATION, REAL, SignOff, is_key, key_point

ROOT_FILE = "records/root.allowed_signers"
PIN_FILE = "records/root.pin"
CHANGES = "records/registers/change."
FEWEST_FOUNDERS = 3

REQUIRED_SLOTS = ("administrator-1", "administrator-2")
_ROOT_LINE = re.compile(r'([a-z][a-z0-9-]*) namespaces="([^"]*)" (.+)')
_CHANGE = re.compile(r"records/registers/change\.([0-9]{3})\.yaml")
PERSON = re.compile(r"records/registers/people/([a-z][a-z0-9-]*)")
_ENTRY = re.compile(r"records/registers/[a-z]+/[a-z][a-z0-9-]*(?:\.r[1-9][0-9]*)?\.yaml")


class NotSigned(NotTrusted):
    """A register change that too few of those entitled have signed; nothing else is wrong with it."""


@dataclass(frozen=True)
class Root:
    """The founders and the namespace every signature of this repository is made for."""

    digest: str
    namespace: str
    founders: Mapping[str, str]

    @property
    def demonstration(self) -> bool:
        return self.namespace == DEMONSTRATION

    @property
    def pin(self) -> bytes:
        """What root.pin must hold."""
        return f"{self.digest}\n".encode()


@dataclass(frozen=True)
class State:
    """The registers after a change. State 0 knows the founders alone.

    `entries` maps an entry's path without revision and suffix to the revision in force; `signoffs` are those that put
    the change into force and that a signer must have seen to sign in this state: one added later cannot void what was
    signed before. `utc` is the change's time, the earliest of all its sign-offs.
    """

    number: int
    entries: Mapping[str, Record]
    people: Mapping[str, Person]
    signoffs: tuple[SignOff, ...] = ()
    utc: str = ""
    revised: frozenset[str] = frozenset()
    """The entries this change put into force."""


def read_root(data: bytes | None) -> Root:
    """The root of trust: exact sorted lines, one namespace, at least three founders. Raises NotTrusted."""
    if data is None:
        raise NotTrusted(ROOT_FILE, "the file is not there", "Restore the file from the repository's history.")
    founders: dict[str, str] = {}
    points, namespaces = set(), set()
    for line in data.decode("utf-8", "replace").splitlines():
        match = _ROOT_LINE.fullmatch(line)
        if not match or not is_key(match[3]) or match[1] in founders or key_point(match[3]) in points:
            raise _bad_root(f"this line is not one founder with one key of their own: {line[:60]}")
        founders[match[1]] = match[3]
        points.add(key_point(match[3]))
        namespaces.add(match[2])
    if len(founders) < FEWEST_FOUNDERS:
        raise _bad_root(f"it names {len(founders)} founders; at least three are required")
    if len(namespaces) != 1 or not namespaces <= {REAL, DEMONSTRATION}:
        raise _bad_root("its lines are not all for the one purpose of this repository")
    namespace = namespaces.pop()
    if root_bytes(founders, namespace) != data:
        raise _bad_root("its lines are not sorted, or not exactly as they must be written")
    return Root(hashlib.sha256(data).hexdigest(), namespace, founders)


def root_bytes(founders: Mapping[str, str], namespace: str) -> bytes:
    """The root file: one exact line for each founder, sorted, LF."""
    lines = sorted(f'{person} namespaces="{namespace}" {key}\n' for person, key in founders.items())
    return "".join(lines).encode()


def _bad_root(found: str) -> NotTrusted:
    return NotTrusted(ROOT_FILE, found, "Restore the file from the repository's history.")


def founding_state(root: Root) -> State:
    people = {
        person: Person(person, (Key(key, "", ""),), (Grant(ADMINISTRATOR, "", ""),))
        for person, key in root.founders.items()
    }
    return State(0, {}, people)


def change_number(path: str) -> int | None:
    """The number of the register change at this path, or None for any other file."""
    match = _CHANGE.fullmatch(path) if path.startswith(CHANGES) else None
    return int(match[1]) if match else None


def listed_entries(files: Mapping[str, bytes]) -> Mapping[str, frozenset[str]]:
    """Each register change that somebody signed with the entries it names: from then on they are never edited."""
    signed = {".".join(path.split(".")[:2]) for path in files if path.startswith(CHANGES) and path.endswith(".signoff")}
    return {
        path: frozenset(_ENTRY.findall(data.decode("utf-8", "replace")))
        for path, data in files.items()
        if change_number(path) is not None and path.removesuffix(".yaml") in signed
    }


def next_state(
    root: Root,
    before: State,
    change: Record,
    signoffs: tuple[SignOff, ...],
    records: Mapping[str, Record],
    owners: Mapping[bytes, str],
    inside: Callable[[str], bool],
) -> State:
    """The registers after `change`, judged under the state before it; raises NotTrusted.

    `signoffs` are those of the change that stand and whose signers are entitled to it; `records` every readable record
    that keeps to its form; `owners` maps each key that was ever in force to its person. A package leaves out entries
    that lie outside its closure: they are unknown in the state, and nothing relies on them.
    """
    after = registers_after(root, before, change, records, owners, inside)  # first what is wrong whoever signs it
    signers = _signers(root, before, change, signoffs)
    return replace(after, signoffs=signers, utc=min(signoff.statement.utc for signoff in signoffs))


def registers_after(
    root: Root,
    before: State,
    change: Record,
    records: Mapping[str, Record],
    owners: Mapping[bytes, str],
    inside: Callable[[str], bool],
) -> State:
    """The registers as `change` would leave them, whoever signs it; raises NotTrusted."""
    number = before.number + 1
    listed = {path: sha256 for path, sha256 in _listed(change).items() if path in records or inside(path)}
    entries = dict(before.entries)
    for path, sha256 in listed.items():
        base, record = _entry_in_force(change, before, path, sha256, records)
        entries[base] = record
    people = dict(before.people) if number > 1 else {}
    for base in {revision_of(path)[0] for path in listed}:
        match = PERSON.fullmatch(base)
        if match and base in entries:
            people[match[1]] = person_of(match[1], entries[base])
    _keys_are_unique(change, people, owners)
    if number == 1:
        _founders_keep_their_keys(change, root, people)
    return State(number, entries, people, revised=frozenset(revision_of(path)[0] for path in listed))


def why_not_entitled(before: State, change: Record, signoff: SignOff) -> str:
    """Why this signer's sign-off does not count for the change, or "": judged under the state before it."""
    statement, signer = signoff.statement, signoff.statement.signer
    person = before.people.get(signer)
    if person is None:
        return f"{signer} was not in the registers before this change"
    if not person.holds_key(statement.key, statement.day):
        return f"the key {statement.key} was not a key of {signer} on {statement.day}"
    if statement.role != ADMINISTRATOR or not person.grants(ADMINISTRATOR, statement.day):
        return f"{signer} was no register administrator on {statement.day}"
    if not {(seen.sha256, seen.path) for seen in before.signoffs} <= set(statement.saw):
        return f"{signer} did not see the sign-offs of the register change before"
    if signer in concerned_by(change):
        return f"the change concerns the own entry of {signer}"
    return ""


def entries_of(change: Record) -> frozenset[str]:
    """The paths of the entries that a register change puts into force."""
    return frozenset(text_of(item, "path") for item in mappings_of(change, "entries"))


def concerned_by(change: Record) -> frozenset[str]:
    """The people whose entries a register change contains: they do not sign it, but for the first."""
    if change_number(change.path) == 1:
        return frozenset()
    bases = (PERSON.fullmatch(revision_of(path)[0]) for path in entries_of(change))
    return frozenset(base[1] for base in bases if base)


def _signers(root: Root, before: State, change: Record, signoffs: tuple[SignOff, ...]) -> tuple[SignOff, ...]:
    """The sign-offs that put the change into force: all founders' for the first, else two administrators'."""
    by_slot = {signoff.slot: signoff for signoff in signoffs}
    first_two = tuple(by_slot[slot] for slot in REQUIRED_SLOTS if slot in by_slot)
    if before.number == 0:
        missing = sorted(set(root.founders) - {signoff.statement.signer for signoff in signoffs})
        needed, force = "every founder", signoffs
    else:
        missing, needed, force = [], "two register administrators whom it does not concern", first_two
        _require_two_people(change, first_two)
    if missing or len({signoff.statement.signer for signoff in first_two}) < len(REQUIRED_SLOTS):
        valid = ", ".join(f"{signoff.statement.signer} ({signoff.slot})" for signoff in signoffs) or "none"
        found = f"it needs the sign-offs of {needed}, in {' and '.join(REQUIRED_SLOTS)} first; valid: {valid}"
        found += f"; missing: {', '.join(missing)}" if missing else ""
        raise NotSigned(change.path, found, "Have it signed by administrators who were in office before this change.")
    return force


def _require_two_people(change: Record, first_two: tuple[SignOff, ...]) -> None:
    signers = [signoff.statement.signer for signoff in first_two]
    if len(signers) > len(set(signers)):
        found = f"{signers[0]} signed it in both {' and '.join(REQUIRED_SLOTS)}"
        raise NotTrusted(change.path, found, "Have it signed by two administrators who were in office before it.")


def _listed(change: Record) -> Mapping[str, str]:
    listed: dict[str, str] = {}
    for item in mappings_of(change, "entries"):
        path, sha256 = text_of(item, "path"), text_of(item, "sha256")
        if not _ENTRY.fullmatch(path) or path in listed:
            raise NotTrusted(change.path, f"it lists {path}, which is no entry or is listed twice", "Mend the list.")
        listed[path] = sha256
    return listed


def _entry_in_force(
    change: Record, before: State, path: str, sha256: str, records: Mapping[str, Record]
) -> tuple[str, Record]:
    record = records.get(path)
    if record is None:
        raise NotTrusted(
            path,
            f"{change.path} puts this entry into force, but it is missing, unreadable or not as its form asks",
            "Restore the entry as it was signed.",
        )
    if record.sha256 != sha256:
        raise NotTrusted(
            path,
            f"the entry is not the one that {change.path} put into force: it was changed afterwards",
            "Restore the entry; a change to it needs a revision and a new register change.",
        )
    base, revision = revision_of(path)
    former = before.entries.get(base)
    follows = former is None if revision == 0 else former is not None and revision_of(former.path)[1] == revision - 1
    if not follows or record.data.get("corrects", "") != (former.sha256 if former else ""):
        raise NotTrusted(
            path,
            "the entry does not follow the one in force",
            "Revise the entry in force, naming its SHA-256 under corrects.",
        )
    return base, record


def _keys_are_unique(change: Record, people: Mapping[str, Person], owners: Mapping[bytes, str]) -> None:
    """One key, one person, for ever."""
    owner = dict(owners)
    for person in people.values():
        for key in person.keys:
            first = owner.setdefault(key_point(key.text), person.id)
            if first != person.id:
                found = f"one key is entered for {first} and for {person.id}"
                raise NotTrusted(change.path, found, "Give each person a key of their own.")


def _founders_keep_their_keys(change: Record, root: Root, people: Mapping[str, Person]) -> None:
    for founder, key in root.founders.items():
        person = people.get(founder)
        if person is None or {k.text for k in person.keys} != {key}:
            raise NotTrusted(
                change.path,
                f"the entry of the founder {founder} does not hold exactly the root's key",
                "Enter the founder with the key that stands in the root.",
            )
