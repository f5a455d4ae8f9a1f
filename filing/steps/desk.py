"""What steps are worked out from: the journal, what was found, who may sign on the day, and what was handed in.

Everything is indexed once, so that the steps of a thousand batches cost no more than a thousand times those of one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from filing.act import Act
from filing.closure import named_entries
from filing.forms import Form, Slot, revision_of
from filing.journal import Batch, Journal, Trial
from filing.judging import Scopes, record_of
from filing.model import Finding, Record, Value
from filing.people import Grant, Person
from filing.relations import BATCHES, DEVIATIONS, TRIALS
from filing.repository import Repository, everything_inside
from filing.rules.segregation import barred
from filing.signoffs import fingerprint
from filing.steps.fitting import taken_from
from filing.waiting import Office

_FOLDERS = (BATCHES, DEVIATIONS, TRIALS)
_BEARS_ON_ALL = ("templates", "schemas", "records/root.", "records/registers/change.", "records/registers/forms",
                 "records/sop/")  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """`day` is today. `uncommitted` are the paths that no commit has as they are; None where there is no history.
    `packages` are the finished packages by the folder's name."""

    journal: Journal = field(repr=False)
    findings: tuple[Finding, ...] = ()
    day: str = ""
    uncommitted: tuple[str, ...] | None = None
    packages: Mapping[str, Package] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        return self.journal.repository

    @cached_property
    def against(self) -> tuple[Finding, ...]:
        """Errors and holds, the root cause first."""
        return tuple(finding for finding in self.findings if finding.severity != "warning")

    def against_batch(self, batch: Batch) -> Iterator[Finding]:
        """Of those, what bears on a batch: on its records, its parents', its deviations', or on every package."""
        own = heapq.merge(self._of_all, self._by_batch.get(batch.id, ()))
        yield from dict.fromkeys(self.against[place] for place in own)
        entries = self._entries_at_fault
        if entries:
            records = [act.record for act in batch.all_acts]
            signers = {signoff.statement.signer for act in batch.all_acts for signoff in act.signoffs}
            named = named_entries(self.repository, records, signers)
            yield from (finding for entry, finding in entries if entry in named)

    def form_in_force(self, form_id: str) -> Form | None:
        """The form on which such a record is written today; None where QA approved none."""
        line = self.repository.judgement.form_in_force(form_id, self.day)
        return self.repository.forms.by_name.get(f"{form_id}@{line.version}") if line else None

    def against_record(self, path: str) -> tuple[Finding, ...]:
        return tuple(self._by_record.get(path, ()))

    @cached_property
    def _by_record(self) -> Mapping[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in self.against:
            found.setdefault(_record_meant(finding), []).append(finding)
        return found

    @cached_property
    def _by_batch(self) -> Mapping[str, list[int]]:
        """Batch -> the places in `against` of what stands against its records, its parents' or its deviations'."""
        relations = self.repository.relations
        named: dict[str, list[int]] = {}
        for place, finding in enumerate(self.against):
            for name in relations.batches_about(finding.path) if not finding.path.startswith(TRIALS) else ():
                named.setdefault(name, []).append(place)
        batches = self.journal.batches.values() if named else ()
        return {batch.id: sorted({at for name in batch.family for at in named.get(name, ())}) for batch in batches}

    @cached_property
    def _of_all(self) -> tuple[int, ...]:
        """The same of what bears on every batch: the root, register changes, forms, the SOP, deviations that nobody can
        read."""
        return tuple(place for place, finding in enumerate(self.against) if self._bears_on_all(finding))

    @cached_property
    def parents(self) -> frozenset[str]:
        """The batches from which others are made."""
        return frozenset().union(*self.repository.relations.parents_of_batch.values())

    def _bears_on_all(self, finding: Finding) -> bool:
        if finding.path.startswith(DEVIATIONS):
            return finding.rule in ("R01", "R03", "R05", "R44") or finding.rule[0] in "YS"
        return finding.rule in ("T01", "T02", "T03") or finding.path.startswith(_BEARS_ON_ALL)

    @cached_property
    def _entries_at_fault(self) -> tuple[tuple[str, Finding], ...]:
        """Register entries that something is found against, each path without revision and ending."""
        own = [f for f in self.against if f.path.startswith("records/registers/") and not self._bears_on_all(f)]
        return tuple((revision_of(finding.path)[0], finding) for finding in own)

    def entitled(
        self, folder: Batch | Trial | None, record: Record, form: Form, slot: Slot
    ) -> tuple[tuple[str, str], ...]:
        """The people who may sign there today, each with the role in which. A record that is still to be written is
        limited by as much as is known of it."""
        office = self._office(folder, record)
        there = record.path in self.repository.records
        found = office.entitled(record, slot) if there else tuple(self._expected(office, record, slot))
        taken = taken_from(self.repository, form, record, self._trials(folder))
        return tuple(pair for pair in found if taken(*pair))

    def _expected(self, office: Office, record: Record, slot: Slot) -> Iterator[tuple[str, str]]:
        """Who could sign a record that is still to be written: by the parts of the scope that are known already."""
        known = {name: at for name, at in slot.scope.items() if ":" in at or at.strip("/") in record.data}
        scopes, own_work = Scopes(office.repository.records, everything_inside), barred(office.repository, record)
        for person in sorted(self.repository.judgement.states[-1].people.values(), key=lambda each: each.id):
            if person.id in own_work or not _holds_a_key(person, self.day):
                continue
            for role in slot.roles:
                grants = tuple(_limited(grant, known) for grant in person.grants(role, self.day))
                if grants and scopes.uncovered(record.path, office.repository.records, grants, known) is None:
                    yield person.id, role

    def _trials(self, folder: Batch | Trial | None) -> tuple[Record, ...]:
        """The trials of a batch, by the registers in force."""
        master = folder.master if isinstance(folder, Batch) else None
        names = master.value("trials") if master else ()
        entries = self.repository.judgement.states[-1].entries
        found = [entries.get(f"records/registers/trials/{name}") for name in names] if isinstance(names, tuple) else []
        return tuple(trial for trial in found if trial)

    def open_slots(self, record: Record) -> tuple[Slot, ...]:
        return Office(self.repository, self.day).open_slots(record)

    def _office(self, folder: Batch | Trial | None, record: Record) -> Office:
        """Who may sign, by the files that the signer of this one record could see."""
        paths = [*self._by_folder.get("", ()), *self._by_folder.get(_folder(record.path), ())]
        for name in sorted(folder.family) if isinstance(folder, Batch) else ():
            paths += self._by_folder.get(f"{BATCHES}{name}/", ())
        paths += [f"{BATCHES}{name}/batch.yaml" for name in self._batches_of(record.path)]
        known, records = self.repository.files, self.repository.records
        files = {path: known[path] for path in paths if path in known} | {record.path: _text(record)}
        near = {path: records[path] for path in files if path in records} | {record.path: record}
        if record.path in known:
            files[record.path] = known[record.path]
        return Office(replace(self.repository, files=files, records=near), self.day)

    def _batches_of(self, path: str) -> Iterable[str]:
        return sorted(self.repository.relations.batches_about(path))

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        """The paths below each folder of acts; under "" what everybody sees."""
        found: dict[str, list[str]] = {}
        for path in self.repository.files:
            found.setdefault(_folder(path), []).append(path)
        return found


@dataclass(frozen=True)
class Package:
    """A finished package: where it lies, and its newest issue's sign-offs as {path: bytes}."""

    path: str
    issues: Mapping[str, bytes] = field(repr=False)

    def shows(self, issue: Act) -> bool:
        """Whether it was made from this very issue."""
        files = issue.repository.files
        return all(self.issues.get(signoff.path) == files[signoff.path] for signoff in issue.signoffs)


def _holds_a_key(person: Person, day: str) -> bool:
    return any(person.holds_key(fingerprint(key.text), day) for key in person.keys)


def _limited(grant: Grant, known: Mapping[str, str]) -> Grant:
    """A grant with those of its limits alone that can be compared."""
    return replace(grant, scope={name: limit for name, limit in grant.scope.items() if name in known})


def stub(form: Form, path: str, known: Mapping[str, Value]) -> Record:
    """A record that is still to be written, with what is known of it."""
    return Record(path, "", {"form": form.name, **known}, {}, {})


def _text(record: Record) -> bytes:
    return f"form: {record.form}\n".encode()


def _record_meant(finding: Finding) -> str:
    """The record that a finding is about: that of the sign-off, where it is about one."""
    path = finding.path.removesuffix(".sig")
    return record_of(path)[0] if path.endswith(".signoff") else path


def _folder(path: str) -> str:
    if path.startswith(_FOLDERS):
        return path[: path.rindex("/") + 1]
    return "" if not path.startswith("records/") or path.startswith("records/registers/") else "-"
