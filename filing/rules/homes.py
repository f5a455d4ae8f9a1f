"""Where a record is at home in a Trial Master File: the list of a model, read from schemas/tmf/.

A list holds facts only; whether a filing keeps to them is for the rules to say. Kinds of record that the list does not
know have no home, and may be filed under any artifact that it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from filing import load
from filing.act import Act, mappings
from filing.journal import Journal
from filing.model import Record, Value
from filing.rules.wording import items_of

_FOLDER = "schemas/tmf/"


@dataclass(frozen=True)
class Home:
    """An artifact of the model, or whose file the record is held in instead."""

    artifact: str
    held_in: str


@dataclass(frozen=True)
class Homes:
    """The artifacts of one version of a model by number, and the kinds of record that are at home there."""

    artifacts: Mapping[str, Mapping[str, Value]]
    kinds: Mapping[str, Mapping[str, Value]]

    def title(self, artifact: str) -> str:
        """The artifact's number and what the model calls it."""
        known = self.artifacts[artifact]
        return f"{artifact} {known.get('title', known['covers'])}"

    def sponsor_only(self, artifact: str) -> bool:
        return self.artifacts[artifact].get("sponsor_only") is True

    def of(self, act: Act, journal: Journal) -> Home | None:
        """The home of a record; None where the list names none."""
        kind = self.kinds.get(act.form.id, {})
        if "as" in kind:
            opening = _opening(act, str(kind["as"]), journal)
            return self.of(opening, journal) if opening else None
        if "by" not in kind:
            return _home(kind)
        value = act.value(str(kind["by"]))
        return next((_home(case) for case in mappings(kind["cases"]) if value in items_of(case["values"])), None)


def homes(files: Mapping[str, bytes], model: object, version: object) -> Homes | None:
    """The list for a version of a model; None where there is none that can be read."""
    path = f"{_FOLDER}{model}@{version}.yaml"
    return _homes(path, files[path]) if path in files else None


def versions_known(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The models and versions there are lists for, such as trm 3.3.1."""
    names = (path.removeprefix(_FOLDER) for path in files if path.startswith(_FOLDER))
    return tuple(sorted(name.removesuffix(".yaml").replace("@", " ") for name in names))


@lru_cache(maxsize=16)
def _homes(path: str, data: bytes) -> Homes | None:
    record: Record | None = load.load_record(path, data)[0]
    if record is None:
        return None
    artifacts = {str(item["number"]): item for item in mappings(record.data.get("artifacts"))}
    return Homes(artifacts, {str(item["kind"]): item for item in mappings(record.data.get("homes"))})


def _home(facts: Mapping[str, Value]) -> Home | None:
    return Home(str(facts.get("artifact", "")), str(facts.get("held_in", ""))) if facts else None


def _opening(act: Act, kind: str, journal: Journal) -> Act | None:
    """The act of that kind which this one follows, at whatever remove."""
    found: Act | None = act
    while found and found.form.id != kind:
        found = journal.by_base.get(found.form.followed(found.path) or "")
    return found


def homes_named(records: Iterable[Record]) -> frozenset[str]:
    """The files of the lists that these records name; they go where the records go."""
    found = (record.data.get("tmf") for record in records)
    return frozenset(
        f"{_FOLDER}{tmf.get('model')}@{tmf.get('version')}.yaml" for tmf in found if isinstance(tmf, Mapping)
    )
