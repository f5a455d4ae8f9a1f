"""What is there already when a record is begun: its place, its batch or deviation, and the registers in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from filing import paper
from filing.act import Act
from filing.drafting.values import Data
from filing.drafting.whereabouts import Spot
from filing.journal import Batch, Deviation, Journal
from filing.model import Pointer, Record, Value
from filing.trust import State


@dataclass(frozen=True)
class Case:
    journal: Journal
    spot: Spot
    day: str

    @property
    def state(self) -> State:
        return self.journal.repository.judgement.states[-1]

    @cached_property
    def batch(self) -> Batch | None:
        return self.journal.batches.get(self.spot.batch or "")

    @cached_property
    def deviation(self) -> Deviation | None:
        return self.journal.deviations.get(self.spot.variables.get("deviation", ""))

    @property
    def followed(self) -> Act | None:
        return self.spot.followed

    @property
    def master(self) -> Act | None:
        return self.batch.master if self.batch else None

    def of_master(self, *pointer: str | int) -> Value | None:
        return self.master.value(*pointer) if self.master else None

    def entry(self, register: str, name: object) -> Record | None:
        return self.state.entries.get(f"records/registers/{register}/{name}")

    def entries(self, register: str) -> Mapping[str, Record]:
        """The entries of a register in force, by id."""
        start = f"records/registers/{register}/"
        return {
            path.removeprefix(start): entry
            for path, entry in sorted(self.state.entries.items())
            if path.startswith(start)
        }

    def called(self, register: str, name: str) -> str:
        return paper.entry_name(self.state, register, name)

    @cached_property
    def trials(self) -> tuple[Record, ...]:
        """The trials of the batch, as in force."""
        names = self.of_master("trials")
        found = (self.entry("trials", name) for name in (names if isinstance(names, tuple) else ()))
        return tuple(trial for trial in found if trial)

    def signed(self, form_id: str) -> tuple[Act, ...]:
        """The signed acts of a kind in the batch, by number."""
        found = (act for act in (self.batch.of(form_id) if self.batch else ()) if act.signed)
        return tuple(sorted(found, key=lambda act: (act.number, act.path)))

    @cached_property
    def before(self) -> Act | None:
        """The newest signed act of the same kind: in this batch, else in any; what it says is proposed again."""
        mine = self.spot.form.id
        acts = [act for folder in self.journal.folders for act in folder.acts if act.form.id == mine and act.signed]
        here = self.spot.path.rpartition("/")[0]
        return max(acts, key=lambda act: (act.path.startswith(f"{here}/"), act.utc), default=None)


Tell = Callable[[Case, Data, Pointer], Value | None]
"""What is known of, or proposed for, one place of a record, given what is written so far."""


@dataclass(frozen=True)
class Comfort:
    """What makes one kind of record easier to write; places are written as in "documents.*.number".

    `facts` are written without a question, `proposed` stand in brackets in it. `only` narrows what can be chosen;
    `asked` are the fields that the form calls optional and a rule needs, as long as the answer is true.
    """

    facts: Mapping[str, Tell] = field(default_factory=dict)
    proposed: Mapping[str, Tell] = field(default_factory=dict)
    only: Mapping[str, Tell] = field(default_factory=dict)
    asked: Mapping[str, Callable[[Case, Data, Pointer], bool]] = field(default_factory=dict)


NOTHING = Comfort()
