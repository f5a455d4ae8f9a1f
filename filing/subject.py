"""What a package and its logs are about: one batch, or all batches of a trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from filing.act import Act
from filing.closure import named_entries
from filing.forms import revision_of
from filing.journal import Batch, Deviation, Entry, Folder, Journal, Trial
from filing.model import CannotRun, Record
from filing.relations import batch_of
from filing.repository import Repository


@dataclass(frozen=True)
class Subject:
    """`issues` is the folder in which its logs are issued: the batch itself, or the trial."""

    id: str
    batches: tuple[Batch, ...]
    issues: Batch | Trial
    journal: Journal

    @property
    def repository(self) -> Repository:
        return self.journal.repository

    @property
    def of_trial(self) -> bool:
        return isinstance(self.issues, Trial)

    def as_issued(self, issue: Act) -> Subject:
        """The subject with those of its batches whose batch master the signers of the issue saw."""
        seen = (batch for batch in self.batches if any(act.as_seen_by(issue) for act in _masters(batch)))
        return replace(self, batches=tuple(seen)) if self.of_trial else self

    @property
    def folder(self) -> str:
        return self.issues.folder

    @cached_property
    def family(self) -> frozenset[str]:
        """Its batches and every batch they were made from."""
        return self.repository.relations.family(batch.id for batch in self.batches)

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """The deviations that concern any of them."""
        known = self.journal.deviations
        return tuple(known[name] for name in self.repository.relations.deviations(self.family) if name in known)

    def holds(self, path: str) -> bool:
        """Whether a file lies in one of its folders; dispositions only those of its batches."""
        if self.of_trial and path.startswith(self.folder):
            return True
        return self.repository.relations.belongs(path, self.family, [deviation.id for deviation in self.deviations])

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """Every act of its folders, in every revision, those taken back and their voids included."""
        found = [act for folder in self.journal.folders for act in folder.all_acts]
        found += [act.voided_by for act in found if act.voided_by]
        unique = {act.path: act for act in found if self.holds(act.path)}
        return tuple(unique[path] for path in sorted(unique))

    @cached_property
    def own_acts(self) -> tuple[Act, ...]:
        """The acts in force or taken back of its batches themselves, of their deviations, and its own issues."""
        names = {batch.id for batch in self.batches}
        folders: list[Folder] = [*self.batches, *(each for each in self.deviations if each.batches & names)]
        folders += [] if isinstance(self.issues, Batch) else [self.issues]
        found = (act for folder in folders for act in (*folder.acts, *folder.void))
        return tuple(act for act in found if batch_of(act.path) in {None, *names})

    @property
    def all_issues(self) -> tuple[Act, ...]:
        """The issues of its logs, signed or not."""
        return self.issues.of("trial-issue" if self.of_trial else "issue")

    def newest_issue(self) -> Act | None:
        """The validly signed issue of its logs with the highest number."""
        return self.issues.newest_issue()

    def trials(self, act: Act) -> tuple[Record, ...]:
        """The trials of its batches, as the act's signer saw them."""
        if self.of_trial:
            trial = act.register("trials", self.id)
            return (trial,) if trial else ()
        return self.batches[0].trials(act)

    def entries(self, annexure: int, unsigned: bool = False) -> tuple[Entry, ...]:
        """The signed entries of a log: of a batch by number, of a trial by time and number; with `unsigned`, for a
        draft, also those that nobody has signed."""
        found = [entry for batch in self.batches for entry in batch.entries(annexure, unsigned)]
        if self.of_trial:
            found.sort(key=lambda entry: (entry.act.utc, entry.number))
        return tuple(found)

    @cached_property
    def closure(self) -> frozenset[str]:
        """The paths whose findings bear on its package: its folders, and the entries and forms its records name."""
        files, records = self.repository.files, self.repository.records
        paths = {path for path in files if self.holds(path)}
        signers = {signoff.statement.signer for act in self.acts for signoff in act.signoffs}
        entries = named_entries(self.repository, (records[path] for path in paths if path in records), signers)
        paths |= {path for path in files if path.endswith(".yaml") and revision_of(path)[0] in entries}
        forms = {record.form for path, record in records.items() if path in paths}
        return frozenset(paths | {f"schemas/{name}.json" for name in forms})


def _masters(batch: Batch) -> tuple[Act, ...]:
    """The batch master, also where it was taken back."""
    return tuple(act for act in (*batch.acts, *batch.void) if act.form.id == "batch")


def subjects(journal: Journal) -> Iterator[Subject]:
    """Every batch, and every trial."""
    yield from (Subject(batch.id, (batch,), batch, journal) for batch in journal.batches.values())
    yield from (Subject(trial.id, trial.batches, trial, journal) for trial in journal.trials.values())


def of_batch(journal: Journal, name: str) -> Subject:
    """The batch's own; CannotRun where there is no such batch."""
    batch = journal.batches.get(name)
    if batch is None:
        known = ", ".join(journal.batches) or "none"
        raise CannotRun(f"There is no batch {name} in this commit; there are: {known}.")
    return Subject(name, (batch,), batch, journal)


def of_trial(journal: Journal, name: str) -> Subject:
    """The trial's; CannotRun where there is no such trial."""
    states = journal.repository.judgement.states
    if states and f"records/registers/trials/{name}" not in states[-1].entries:
        raise CannotRun(f"There is no trial {name} in force in this commit; see records/registers/trials/.")
    trial = journal.trials.get(name) or Trial(name, (), (), (), journal)
    return Subject(name, trial.batches, trial, journal)
