"""What limits of a role a record falls under: the authorisations, trials and countries that its form's scope names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from filing.forms import base_of, revision_of, voided
from filing.model import Record, Value
from filing.people import Grant
from filing.relations import BATCHES, master_of, texts_of


@dataclass(frozen=True)
class Scopes:
    """Over the records of a repository or package; `inside` says whether a path belongs to a package's closure."""

    records: Mapping[str, Record]
    inside: Callable[[str], bool]

    def uncovered(
        self, record: str, saw: Collection[str], grants: tuple[Grant, ...], scope: Mapping[str, str]
    ) -> Mapping[str, Value | None] | None:
        """The first part of the record (an authorisation, a trial) that none of a person's grants covers, or None;
        `saw` are the records that the signer saw."""
        wanted = {name: self._values(record, saw, pointer) for name, pointer in scope.items()}
        for values in product(*wanted.values()):
            part = dict(zip(wanted, values, strict=True))
            if not any(all(part.get(name) == value for name, value in grant.scope.items()) for grant in grants):
                return part
        return None

    def revisions(self, base: str) -> list[str]:
        """The records of an act in the order of their revisions."""
        return self._revisions.get(base, [])

    @cached_property
    def _revisions(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.records:
            found.setdefault(revision_of(path)[0], []).append(path)
        for paths in found.values():
            paths.sort(key=lambda path: revision_of(path)[1])
        return found

    def _values(self, record: str, saw: Collection[str], pointer: str) -> tuple[Value | None, ...]:
        """What a scope pointer finds: "/mia" in the record or in the act it takes back, "batch:/mia" in the batch
        master, "batches:/trials" in the batch masters of a deviation's batches, each in its first revision and in
        those that the signer saw; (None,) for nothing."""
        where, _, name = pointer.rpartition("/")
        act = voided(record) or record
        places = {"": [act], "batch:": [master_of(act) or act], "batches:": self._masters(act)}
        values: list[Value | None] = []
        first = places.get(where, ())
        later = [path for each in first if each != record for path in self.revisions(base_of(each)) if path in saw]
        for path in dict.fromkeys((*first, *later)):
            found = self.records.get(path)
            value = found.data.get(name) if found else None
            if found or self.inside(path):
                values += value if isinstance(value, tuple) else [value]
        return tuple(dict.fromkeys(values)) or (None,)

    def _masters(self, record: str) -> list[str]:
        """The batch masters of the batches that the deviation's report names in any revision."""
        reports = self.revisions(f"{record.rpartition('/')[0]}/report")
        named = (batch for path in reports for batch in texts_of(self.records[path].data.get("batches")))
        return [f"{BATCHES}{batch}/batch.yaml" for batch in dict.fromkeys(named)]
