"""People of the registers: the keys that are theirs, the roles they hold, and what a revision takes away.

Trust never depends on forms: entries are read here with the tool's own constants, whatever their form says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from filing.model import Record, Value
from filing.signoffs import fingerprint, is_key

ADMINISTRATOR = "register-administrator"
ROLES = frozenset(
    "register-administrator qp qp-delegate qa sponsor-qa sponsor-supply release-officer log-keeper filer archivist "
    "depot cro site sop-owner".split()
)
SCOPES = ("mia", "trial", "country")


class NotTrusted(Exception):
    """Why the root or a register change cannot be trusted: the file at fault, what was found, what to do."""

    def __init__(self, path: str, found: str, remedy: str) -> None:
        super().__init__(found)
        self.path, self.found, self.remedy = path, found, remedy


@dataclass(frozen=True)
class Key:
    text: str
    since: str
    until: str
    """The last day; "" where it has no end."""


@dataclass(frozen=True)
class Grant:
    """A role with its days and limits (mia, trial, country)."""

    role: str
    since: str
    until: str
    scope: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    id: str
    keys: tuple[Key, ...]
    roles: tuple[Grant, ...]
    made: frozenset[str] = frozenset()
    """SHA-256 of the sign-offs that stand although this revision takes something away."""

    def holds_key(self, key_fingerprint: str, day: str) -> bool:
        return any(fingerprint(key.text) == key_fingerprint and _covers(key, day) for key in self.keys)

    def grants(self, role: str, day: str) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.roles if grant.role == role and _covers(grant, day))


def person_of(person: str, entry: Record) -> Person:
    """Keys, roles and standing sign-offs of a person's entry; raises NotTrusted for what the tool does not know."""
    keys, roles = [], []
    for item in mappings_of(entry, "keys"):
        text = text_of(item, "key")
        if not is_key(text):
            raise NotTrusted(
                entry.path, f"a key is not exactly one public key: {text[:40]}", "Write type and key only."
            )
        keys.append(Key(text, text_of(item, "from"), text_of(item, "until")))
    for item in mappings_of(entry, "roles"):
        role = text_of(item, "role")
        if role not in ROLES:
            raise NotTrusted(entry.path, f'"{role}" is no role', "Use a role from the SOP's list.")
        scope = {name: text_of(item, name) for name in SCOPES if name in item}
        if role == "qp" and "mia" not in scope:
            raise NotTrusted(
                entry.path, "a QP's role names no manufacturing authorisation", "Add the authorisation under mia."
            )
        roles.append(Grant(role, text_of(item, "from"), text_of(item, "until"), scope))
    made = entry.data.get("made", ())
    stands = frozenset(digest for digest in made if isinstance(digest, str)) if isinstance(made, tuple) else frozenset()
    return Person(person, tuple(keys), tuple(roles), stands)


def takes_away(old: Person, new: Person) -> bool:
    """Whether the revision removes, shortens or limits any key or role."""
    keeps_keys = all(any(k.text == key.text and _at_least(k, key) for k in new.keys) for key in old.keys)
    keeps_roles = all(
        any(g.role == grant.role and _at_least(g, grant) and _no_narrower(g, grant) for g in new.roles)
        for grant in old.roles
    )
    return not (keeps_keys and keeps_roles)


def _covers(held: Key | Grant, day: str) -> bool:
    return held.since <= day and (not held.until or day <= held.until)


def _at_least(new: Key | Grant, old: Key | Grant) -> bool:
    return new.since <= old.since and (not new.until or (bool(old.until) and new.until >= old.until))


def _no_narrower(new: Grant, old: Grant) -> bool:
    return all(old.scope.get(name) == value for name, value in new.scope.items())


def mappings_of(record: Record, name: str) -> tuple[Mapping[str, Value], ...]:
    items = record.data.get(name, ())
    if not isinstance(items, tuple):
        return ()
    return tuple(item for item in items if isinstance(item, Mapping))


def text_of(item: Mapping[str, Value], name: str) -> str:
    value = item.get(name, "")
    return value if isinstance(value, str) else ""
