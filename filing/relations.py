"""Which acts belong together: by where they lie, by the batches that deviations and batch masters name, and by what
records name as having been relied on.

Evidence against a batch counts whether or not it is signed, so that what a report or a batch master names is read from
every revision, signed or not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from filing.forms import base_of
from filing.model import Record, Value

BATCHES, DEVIATIONS, TRIALS = "records/batches/", "records/deviations/", "records/trials/"
_DISPOSITION = re.compile(r"records/deviations/[^/]+/disposition\.([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*)(?:\.[^/]*)?")
DEVIATION = re.compile(r"DEV-[0-9]{4}-[0-9]{3}")


def batch_of(path: str) -> str | None:
    """The batch an act is about by its path: that of its folder, or that of a disposition."""
    if path.startswith(BATCHES):
        return path.split("/")[2]
    found = _DISPOSITION.fullmatch(path)
    return found[1] if found else None


def deviation_of(path: str) -> str | None:
    """The deviation in whose folder an act lies."""
    return path.split("/")[2] if path.startswith(DEVIATIONS) else None


def master_of(path: str) -> str | None:
    """The batch master of an act's batch; None for the batch master itself and for what belongs to no one batch."""
    batch = batch_of(path)
    master = f"{BATCHES}{batch}/batch.yaml"
    return master if batch and base_of(path) != base_of(master) else None


def named_act(path: str, value: str) -> str:
    """The path of the act that a record at `path` names: a whole path, a deviation, a batch, or a neighbour."""
    if value.startswith("records/"):
        return value
    if DEVIATION.fullmatch(value):
        return f"{DEVIATIONS}{value}/report.yaml"
    if value[:1].isupper():
        return f"{BATCHES}{value}/batch.yaml"
    return f"{path.rpartition('/')[0]}/{value}.yaml"


class Relations:
    """What the batch masters and deviation reports among `records` say about which batches belong together."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records

    @cached_property
    def named_by_deviation(self) -> Mapping[str, frozenset[str]]:
        """Deviation -> the batches its report names in any revision, and those it has dispositions for."""
        found: dict[str, set[str]] = {}
        for path, record in self._records.items():
            number = deviation_of(path)
            if number:
                batches = found.setdefault(number, set())
                if base_of(path) == f"{DEVIATIONS}{number}/report":
                    batches |= set(texts_of(record.data.get("batches")))
                batch = batch_of(path)
                batches |= {batch} if batch else set()
        return {number: frozenset(batches) for number, batches in found.items()}

    @cached_property
    def deviations_of_batch(self) -> Mapping[str, tuple[str, ...]]:
        """Batch -> the deviations that concern it."""
        found: dict[str, list[str]] = {}
        for number, batches in sorted(self.named_by_deviation.items()):
            for batch in batches:
                found.setdefault(batch, []).append(number)
        return {batch: tuple(numbers) for batch, numbers in found.items()}

    @cached_property
    def parents_of_batch(self) -> Mapping[str, frozenset[str]]:
        """Batch -> the batches it was made from, by any revision of its batch master."""
        found: dict[str, set[str]] = {}
        for batch, record in self._masters():
            items = record.data.get("parents")
            named = (
                (item.get("batch") for item in items if isinstance(item, Mapping)) if isinstance(items, tuple) else ()
            )
            found.setdefault(batch, set()).update(name for name in named if isinstance(name, str))
        return {batch: frozenset(parents) for batch, parents in found.items()}

    @cached_property
    def batches_of_trial(self) -> Mapping[str, frozenset[str]]:
        """Trial -> its batches, by any revision of their batch masters."""
        found: dict[str, set[str]] = {}
        for batch, record in self._masters():
            for trial in texts_of(record.data.get("trials")):
                found.setdefault(trial, set()).add(batch)
        return {trial: frozenset(batches) for trial, batches in found.items()}

    def family(self, batches: Iterable[str]) -> frozenset[str]:
        """The batches and all they were made from."""
        found: set[str] = set()
        wanted = list(batches)
        while wanted:
            batch = wanted.pop()
            if batch not in found:
                found.add(batch)
                wanted += self.parents_of_batch.get(batch, ())
        return frozenset(found)

    def deviations(self, batches: Iterable[str]) -> tuple[str, ...]:
        """The deviations that concern any of the batches."""
        return tuple(sorted({number for batch in batches for number in self.deviations_of_batch.get(batch, ())}))

    def belongs(self, path: str, family: frozenset[str], deviations: Collection[str]) -> bool:
        """Whether a file lies in the folder of one of the batches or deviations; a disposition only for its batch."""
        batch = batch_of(path)
        if batch is not None and batch not in family:
            return False
        deviation = deviation_of(path)
        return path.startswith(BATCHES) or (deviation is not None and deviation in deviations)

    def batches_about(self, path: str) -> frozenset[str]:
        """The batches an act is about: its own, those of its deviation, or those of its trial."""
        batch, deviation = batch_of(path), deviation_of(path)
        if batch:
            return frozenset({batch})
        if deviation:
            return self.named_by_deviation.get(deviation, frozenset())
        if path.startswith(TRIALS):
            return self.batches_of_trial.get(path.split("/")[2], frozenset())
        return frozenset()

    def _masters(self) -> Iterator[tuple[str, Record]]:
        for path, record in self._records.items():
            batch = batch_of(path)
            if batch and base_of(path) == f"{BATCHES}{batch}/batch":
                yield batch, record


def texts_of(value: Value | None) -> tuple[str, ...]:
    """The texts of a list; none where it is no list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, tuple) else ()
