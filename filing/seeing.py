"""What a signer sees: the sign-offs a new statement has to list.

Everybody sees the newest register change. A form of the closure kind (certification, disposition, release, issue) sees
every signed act of its batches, their parents and their deviations; every other form sees the batch master, what it
follows, corrects or names, and the earlier sign-offs of the same act.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

from filing import load
from filing.forms import Form, base_of
from filing.judging import SUFFIX, record_of
from filing.model import Record
from filing.references import References
from filing.relations import BATCHES, DEVIATIONS, TRIALS, Relations, master_of
from filing.trust import REQUIRED_SLOTS, change_number


def what_is_seen(form: Form, record: str, slot: str, files: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    """(SHA-256, path) of every sign-off that a signer of `record` in `slot` sees, sorted by path."""
    own = f"{record.removesuffix('.yaml')}.{slot}{SUFFIX}"
    others = {path: record_of(path)[0] for path in files if path.endswith(SUFFIX) and path != own}
    acts = _closure(record, files, others.values()) if form.closure else _chain(form, record, files, others.values())
    change = _newest_change(record, others)
    seen = []
    for path, signed in others.items():
        number = change_number(signed)
        if number == change if number is not None else signed in acts or (signed == record and form.id != "change"):
            seen.append(path)
    return tuple((hashlib.sha256(files[path]).hexdigest(), path) for path in sorted(seen))


def _chain(form: Form, record: str, files: Mapping[str, bytes], signed: Iterable[str]) -> set[str]:
    """The acts, in every revision, that a record follows, corrects or names, and its batch master."""
    written = _record(record, files[record])
    named = [act.path for act in References(files).acts(written)] if written else []
    bases = {base_of(path) for path in (form.followed(record), master_of(record), record, *named) if path}
    return {path for path in signed if base_of(path) in bases and path != record}


def _closure(record: str, files: Mapping[str, bytes], signed: Iterable[str]) -> set[str]:
    """The acts of the record's batches, of their parents and their deviations, and earlier ones of its own folder."""
    read = {path: _record(path, data) for path, data in files.items() if _tells_relations(path)}
    relations = Relations({path: found for path, found in read.items() if found})
    family = relations.family(relations.batches_about(record))
    deviations = relations.deviations(family)
    earlier = record.rpartition("/")[0] + "/" if record.startswith(TRIALS) else "-"
    return {
        path
        for path in signed
        if path != record and (relations.belongs(path, family, deviations) or path.startswith(earlier))
    }


def _tells_relations(path: str) -> bool:
    if not path.startswith((BATCHES, DEVIATIONS)) or not path.endswith(".yaml"):
        return False
    return base_of(path).endswith(("/batch", "/report"))


@lru_cache(maxsize=4096)
def _record(path: str, data: bytes) -> Record | None:
    return load.load_record(path, data)[0]


def _newest_change(record: str, signoffs: Iterable[str]) -> int:
    """The change before a change; for every other record the newest that both administrators have signed."""
    own = change_number(record)
    if own is not None:
        return own - 1
    slots: dict[int, set[str]] = {}
    for path in signoffs:
        signed, slot = record_of(path)
        number = change_number(signed)
        if number is not None:
            slots.setdefault(number, set()).add(slot)
    return max((number for number, found in slots.items() if found >= set(REQUIRED_SLOTS)), default=0)
