"""An act as it is signed: its record in one revision, its form, its sign-offs, and what its signer saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from filing.forms import Form, base_of, revision_of
from filing.model import Pointer, Record, Value
from filing.repository import Repository
from filing.signoffs import SignOff
from filing.trust import State

CERTIFYING = ("certified", "reinstated")
PERMITTING = ("certifiable", "certifiable_annex16_s3", "continue_use")
QUALITY = ("GMP_", "GDP_")
"""How the categories of deviations begin that need the QP's disposition (model: R22)."""


@dataclass(frozen=True)
class Act:
    """One act in one revision, with its form, and its sign-offs if it is validly signed.

    `earlier` are its signed revisions before this one, oldest first; `voided_by` is the signed void that took it back.
    """

    record: Record
    form: Form
    variables: Mapping[str, str]
    signoffs: tuple[SignOff, ...]
    repository: Repository = field(compare=False, repr=False)
    earlier: tuple[Act, ...] = ()
    voided_by: Act | None = None

    @property
    def signed(self) -> bool:
        return bool(self.signoffs)

    @property
    def path(self) -> str:
        return self.record.path

    @property
    def base(self) -> str:
        """The path of its first revision: what names the act."""
        return f"{base_of(self.path)}.yaml"

    @property
    def name(self) -> str:
        """What neighbours call it, such as documentation.01."""
        return base_of(self.path).rpartition("/")[2]

    @property
    def revision(self) -> int:
        return revision_of(self.path)[1]

    @property
    def number(self) -> int:
        """Its number among acts of its kind; 1 for the first, whose path has none."""
        return int(self.variables.get("nn") or self.variables.get("n") or 1)

    @property
    def state(self) -> State:
        """The registers as the act's last signer saw them; the newest for an unsigned act."""
        judgement = self.repository.judgement
        return judgement.state_seen(self.last()) if self.signed else judgement.states[-1]

    @property
    def day(self) -> str:
        """The day on which it was completed; "" while it is not."""
        return self.last().statement.day if self.signed else ""

    @property
    def utc(self) -> str:
        """When it was completed, as YYYYMMDDhhmmssZ; "" while it is not."""
        return self.last().statement.utc if self.signed else ""

    def signoff(self, slot: str) -> SignOff | None:
        return next((signoff for signoff in self.signoffs if signoff.slot == slot), None)

    def last(self) -> SignOff:
        """The sign-off that completed the act."""
        return self.signoffs[-1]

    def saw(self, other: Act) -> bool:
        """Whether the signer who completed this act saw every sign-off of the other, in this very revision."""
        seen = set(self.last().statement.saw) if self.signed else set()
        return other.signed and all((s.sha256, s.path) in seen for s in other.signoffs)

    def counts_for(self, decision: Act) -> bool:
        """Whether this act is evidence for a decision: validly signed and, once the decision is signed, seen by it."""
        return self.signed and (not decision.signed or decision.saw(self))

    def as_seen_by(self, other: Act) -> Act | None:
        """The newest revision that the other's signer saw, with the void if that was seen; None if none was."""
        seen = [act for act in (*self.earlier, self) if other.saw(act)]
        if not seen:
            return None
        void = self.voided_by if self.voided_by and other.saw(self.voided_by) else None
        return replace(seen[-1], earlier=tuple(seen[:-1]), voided_by=void)

    def value(self, *pointer: str | int) -> Value | None:
        """What stands at a place of the record, or None."""
        return value_at(self.record, pointer)

    def register(self, kind: str, entry_id: object) -> Record | None:
        """A register entry as the act's signer saw it."""
        return self.state.entries.get(f"records/registers/{kind}/{entry_id}")


def forbids(disposition: Act) -> bool:
    """Whether a disposition, in any of its revisions, does not permit certification."""
    return any(act.value("decision") not in PERMITTING for act in (*disposition.earlier, disposition))


def value_at(record: Record, pointer: Pointer) -> Value | None:
    value: Value = record.data
    for step in pointer:
        named = isinstance(value, Mapping) and isinstance(step, str) and step in value
        placed = isinstance(value, tuple) and isinstance(step, int) and step < len(value)
        if not (named or placed):
            return None
        value = value[step]  # type: ignore[index]  # one of the two has just been seen to hold
    return value


def mappings(value: object) -> tuple[Mapping[str, Value], ...]:
    """The mappings of a list; none where it is no list."""
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, tuple) else ()
