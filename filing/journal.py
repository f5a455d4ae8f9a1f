"""Acts joined to batches and log entries, with the status that follows from them. Nothing here is stored.

An act counts as evidence only if it is validly signed and, where a decision is judged, if the signer of that decision
saw it; an act that speaks against a batch counts either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from filing.forms import Form
from filing.model import Pointer, Record, Value
from filing.repository import Repository
from filing.signoffs import SignOff
from filing.trust import State


@dataclass(frozen=True)
class Act:
    """One record of a batch with its form, and its sign-offs if it is validly signed."""

    record: Record
    form: Form
    variables: Mapping[str, str]
    signoffs: tuple[SignOff, ...]

    @property
    def signed(self) -> bool:
        return bool(self.signoffs)

    @property
    def path(self) -> str:
        return self.record.path

    def signoff(self, slot: str) -> SignOff | None:
        return next((signoff for signoff in self.signoffs if signoff.slot == slot), None)

    def last(self) -> SignOff:
        """The sign-off that completed the act."""
        return self.signoffs[-1]

    def saw(self, other: Act) -> bool:
        """Whether the signer who completed this act saw every sign-off of the other."""
        seen = set(self.last().statement.saw) if self.signed else set()
        return other.signed and all((s.sha256, s.path) in seen for s in other.signoffs)

    def value(self, *pointer: str | int) -> Value | None:
        """What stands at a place of the record, or None."""
        return value_at(self.record, pointer)


@dataclass(frozen=True)
class Entry:
    """A row of a log: the opening act and the acts that follow it."""

    number: str
    act: Act
    follow_ups: tuple[Act, ...]


@dataclass(frozen=True)
class Batch:
    """The acts of one batch, by path, as far as they keep to their forms."""

    id: str
    acts: tuple[Act, ...]
    repository: Repository

    def of(self, form_id: str) -> tuple[Act, ...]:
        return tuple(act for act in self.acts if act.form.id == form_id)

    def one(self, form_id: str) -> Act | None:
        return next(iter(self.of(form_id)), None)

    @property
    def master(self) -> Act | None:
        return self.one("batch")

    @property
    def certification(self) -> Act | None:
        return self.one("certification")

    @property
    def folder(self) -> str:
        return f"records/batches/{self.id}/"

    def newest_issue(self) -> Act | None:
        """The validly signed issue with the highest number."""
        issues = [act for act in self.of("issue") if act.signed]
        return max(issues, key=lambda act: int(act.variables["n"]), default=None)

    def state_for(self, act: Act) -> State:
        """The registers as the act's last signer saw them; the newest for an unsigned act."""
        judgement = self.repository.judgement
        return judgement.state_seen(act.last()) if act.signed else judgement.states[-1]

    def register(self, act: Act, kind: str, entry_id: object) -> Record | None:
        """A register entry as the act's signer saw it."""
        return self.state_for(act).entries.get(f"records/registers/{kind}/{entry_id}")

    def trials(self, act: Act) -> tuple[Record, ...]:
        """The trials of the batch, as the act's signer saw them."""
        names = self.master.record.data.get("trials", ()) if self.master else ()
        found = [self.register(act, "trials", name) for name in names] if isinstance(names, tuple) else []
        return tuple(record for record in found if record is not None)

    def entries(self, annexure: int) -> tuple[Entry, ...]:
        """The signed entries of a log, by number."""
        rows = []
        for act in self.acts:
            if act.signed and act.form.annexure.get("number") == annexure:
                number = f"{act.form.annexure['prefix']}-{self.id}-{act.variables.get('nn', '01')}"
                rows.append(Entry(number, act, self._follow_ups(act)))
        return tuple(sorted(rows, key=lambda entry: entry.number))

    def _follow_ups(self, act: Act) -> tuple[Act, ...]:
        return tuple(other for other in self.acts if other.signed and other.form.followed(other.path) == act.path)


@dataclass(frozen=True)
class Journal:
    repository: Repository

    @cached_property
    def batches(self) -> Mapping[str, Batch]:
        """Every batch that has a folder, by id."""
        acts: dict[str, list[Act]] = {}
        for path, record in self.repository.records.items():
            if path.startswith("records/batches/"):
                batch = acts.setdefault(path.split("/")[2], [])
                form = self.repository.form_of(record)
                if form and path not in self.repository.unfit:
                    variables = form.match(path) or {}
                    batch.append(Act(record, form, variables, self.repository.judgement.acts.get(path, ())))
        return {name: Batch(name, tuple(found), self.repository) for name, found in sorted(acts.items())}


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
