"""What the steps of the judgement share: the evidence, and what stands, is struck, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from filing.forms import Form, Forms, Slot
from filing.judging.faults import Cause, fault
from filing.judging.scopes import Scopes
from filing.model import Record
from filing.signoffs import SignOff
from filing.trust import CHANGES, State, change_number

FORMS_LIST = "records/registers/forms"
SUFFIX, SIGNATURE = ".signoff", ".signoff.sig"


@dataclass(frozen=True)
class FormLine:
    """One approved form or document of the forms list."""

    id: str
    version: int
    effective: str
    schema: str
    template: str


@dataclass(frozen=True)
class Evidence:
    """What is judged.

    `unfit` are records that do not keep to their form; `latest` gives the newest time (UTC text) at which a sign-off
    can have been made, from the history; `inside` says whether a path belongs to this package's closure; `names` gives
    the register entries a record names, directly or through others, in a state of the registers; `acts` gives the other
    acts it names. `presumed` maps the path of a statement to the public key that is about to sign it: such a sign-off
    is judged as if its signature were there. Only a rehearsal of signing has any; its judgement is never kept.
    """

    files: Mapping[str, bytes]
    records: Mapping[str, Record]
    unfit: frozenset[str]
    forms: Forms
    pin: str
    latest: Callable[[str], str]
    inside: Callable[[str], bool]
    names: Callable[[Record, State], frozenset[str]]
    acts: Callable[[Record], tuple[str, ...]]
    presumed: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Court:
    """The one value the steps fill: nothing outside this folder sees it before the judgement is made."""

    evidence: Evidence
    standing: dict[str, SignOff] = field(default_factory=dict)
    struck: dict[str, Cause] = field(default_factory=dict)
    causes: dict[Cause, None] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    followed: dict[str, tuple[Form, Slot]] = field(default_factory=dict)
    paths_of: dict[str, list[str]] = field(default_factory=dict)
    """Record -> its sign-offs, standing or not."""
    _seen_by: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.evidence.records, self.evidence.inside)

    def admit(self, signoff: SignOff) -> None:
        self.standing[signoff.path] = signoff
        for _, seen in signoff.statement.saw:
            self._seen_by.setdefault(seen, []).append(signoff.path)

    def blame(self, cause: Cause) -> Cause:
        self.causes.setdefault(cause)
        return cause

    def strike(self, path: str, cause: Cause) -> None:
        """The sign-off does not stand, and neither does any that saw it (step 4, repeated by every later step)."""
        self.blame(cause)
        falling = [path]
        while falling:
            fallen = falling.pop()
            if fallen not in self.struck:
                self.standing.pop(fallen, None)
                self.struck[fallen] = cause
                falling += self._seen_by.get(fallen, ())

    def strike_all(self, cause: Cause) -> None:
        self.blame(cause)
        for path in self.evidence.files:
            if path.startswith("records/") and path.endswith(SUFFIX):
                self.strike(path, cause)

    def each(self) -> Iterator[SignOff]:
        """The standing sign-offs by path; one that is struck meanwhile is passed over."""
        for path in sorted(self.standing):
            if path in self.standing:
                yield self.standing[path]

    def of(self, record: str) -> list[SignOff]:
        """The standing sign-offs of a record."""
        return [self.standing[path] for path in self.paths_of.get(record, ()) if path in self.standing]

    def strike_unseen(self) -> None:
        """Step 4: whoever saw what is missing, changed or struck, does not stand."""
        for signoff in self.each():
            cause = self._unseen(signoff)
            if cause:
                self.strike(signoff.path, cause)

    def _unseen(self, signoff: SignOff) -> Cause | None:
        for digest, path in signoff.statement.saw:
            seen = self.standing.get(path)
            if seen is not None and seen.sha256 != digest:
                found = f"{signoff.path} saw another sign-off than the one that is here now"
                return fault("replaced after it was seen", path, found)
            if seen is None and path in self.struck:
                return self.struck[path]
            if seen is None and self.evidence.inside(path):
                return fault("signed file gone", path, "a sign-off that others saw is missing")
            if seen is None:
                self.absent.add(path)
        return None


def record_of(signoff_path: str) -> tuple[str, str]:
    """The record and the slot of a sign-off file's path."""
    stem, _, slot = signoff_path.removesuffix(SUFFIX).rpartition(".")
    return stem + ".yaml", slot


def state_number(signoff: SignOff) -> int:
    """The newest register change among what the signer saw; 0 for none."""
    return max((_change_of(path) for _, path in signoff.statement.saw if path.startswith(CHANGES)), default=0)


@lru_cache(maxsize=4096)
def _change_of(signoff_path: str) -> int:
    return change_number(record_of(signoff_path)[0]) or 0


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
