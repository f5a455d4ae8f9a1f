"""The register entry of somebody with a new key: a new person's, or the next revision of one who is known.

The identity is never filled in here: a register administrator, who has compared the fingerprint, writes that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing import load
from filing.checkout import Checkout
from filing.forms import Form, revision_of
from filing.model import CannotRun, Finding, Record, Refused, Value
from filing.modeline import to_form
from filing.people import ROLES, mappings_of, text_of
from filing.registers import text
from filing.registers.pending import signed_changes
from filing.signoffs import fingerprint
from filing.trust import entries_of
from filing.validate import validate

FACTS = ("name", "position", "organisation")
_ID = re.compile(r"(?!(?:r[0-9]+|void)$)[a-z][a-z0-9-]{0,39}")
_VERIFIED = "identity_verified"
_ORDER = ("form", *FACTS, _VERIFIED, "keys", "roles", "made", "corrects", "reason")


@dataclass(frozen=True)
class Beginning:
    """What is known of the person before the key is made. `path` is the entry's; `draft` says that one waits there
    already, to which the key is added; `known` what the entry in force or the draft says."""

    person: str
    path: str
    known: Mapping[str, Value]
    draft: bool
    new: bool


def require_id(person: str) -> str:
    if not _ID.fullmatch(person):
        raise CannotRun(
            f'"{person}" cannot be a person\'s id. It has small letters, digits and hyphens, begins with a letter and '
            "has no more than 40 of them, such as m-keller."
        )
    return person


def beginning(read: Checkout, person: str) -> Beginning:
    """Raises Refused where the person's entry is part of a change that somebody has signed, or cannot be read."""
    repository, base = read.repository, f"records/registers/people/{person}"
    former = repository.judgement.states[-1].entries.get(base)
    due = revision_of(former.path)[1] + 1 if former else 0
    path = f"{base}.r{due}.yaml" if due else f"{base}.yaml"
    for change in signed_changes(repository):
        record = repository.records.get(change)
        if record and path in entries_of(record):
            raise Refused(f"{path} is part of {change}, which somebody signed. Have that put into force first.", "sign")
    if path in repository.files:
        draft = repository.records.get(path)
        if draft is None:
            raise Refused(f"{path} is begun already, and cannot be read.", "check")
        keys = draft.data.get("keys", ())
        if not isinstance(keys, tuple) or len(mappings_of(draft, "keys")) < len(keys):
            raise Refused(f"{path} is begun already, and its keys are not as the form asks.", "check")
        return Beginning(person, path, draft.data, True, former is None)
    if former is None:
        return Beginning(person, path, {"keys": (), "roles": ()}, False, True)
    carried = {name: value for name, value in former.data.items() if name not in ("made", "reason")}
    return Beginning(person, path, {**carried, "corrects": former.sha256}, False, False)


def organisations(read: Checkout) -> tuple[str, ...]:
    """The organisations a person may belong to: those in force, and those that wait."""
    top = "records/registers/organisations/"
    found = {*read.repository.judgement.states[-1].entries, *(revision_of(path)[0] for path in read.files)}
    return tuple(sorted(base.removeprefix(top) for base in found if base.startswith(top)))


def form_of(read: Checkout, at: Beginning) -> Form:
    forms = [form for form in read.repository.forms.of_path(at.path) if not form.slots]
    if not forms:
        raise CannotRun("There is no form for people below schemas/. Restore it from the approved version.")
    return max(forms, key=lambda form: form.version)


def with_key(at: Beginning, form: Form, facts: Mapping[str, str], key: str, day: str, replaces: bool) -> bytes:
    """The entry's text with the key in it; with `replaces` the person's other keys end on the day."""
    keys = tuple(_ended(item, day) if replaces else item for item in _keys(at))
    data = {**at.known, **facts, "form": form.name, "keys": (*keys, {"key": key, "from": day})}
    return _text(at.path, form, data, key).encode()


def faults(read: Checkout, path: str, entry: bytes, form: Form) -> tuple[Finding, ...]:
    """What is wrong with an entry but that nobody has verified the identity yet."""
    filled = f"{_VERIFIED}:\n  by: x-x\n  date: 2025-01-01\n".encode()
    record, found = load.load_record(path, entry + filled)
    return tuple(found) if found or record is None else validate(record, read.repository.schemas)


def keys_that_end(at: Beginning) -> tuple[str, ...]:
    """The fingerprints of the person's keys that have no end yet."""
    return tuple(fingerprint(text_of(item, "key")) for item in _keys(at) if "until" not in item)


def _keys(at: Beginning) -> tuple[Mapping[str, Value], ...]:
    return mappings_of(Record(at.path, "", at.known, {}, {}), "keys")


def _ended(item: Mapping[str, Value], day: str) -> Mapping[str, Value]:
    return item if "until" in item else {**item, "until": day}


def _text(path: str, form: Form, data: Mapping[str, Value], key: str) -> str:
    lines = [to_form(path, form.name)]
    for name in (*_ORDER, *(name for name in data if name not in _ORDER)):
        if name == _VERIFIED:
            lines += _to_verify(key)
        elif name in data:
            lines += _to_give(data) if name == "roles" else ()
            lines += text.lines({name: data[name]})
    return "\n".join(lines) + "\n"


def _to_verify(key: str) -> Iterator[str]:
    """Left for the administrator: it is theirs to say."""
    yield "# A register administrator who knows the person compares the key's fingerprint with the one read out,"
    yield f"# {fingerprint(key)}"
    yield "# and then fills in the three lines below, without the signs # before them:"
    yield f"# {_VERIFIED}:"
    yield "#   by: (the administrator's id)"
    yield "#   date: (the day, such as 2026-01-31)"


def _to_give(data: Mapping[str, Value]) -> Iterator[str]:
    if data["roles"] == ():
        yield "# A register administrator gives the roles, in place of []: each with its first day and its limits,"
        yield "#   - role: qa"
        yield "#     from: 2026-01-31"
        yield "#     trial: (the id of the only trial, where it is for one)"
        yield f"# Roles: {', '.join(sorted(ROLES)[:7])},"
        yield f"# {', '.join(sorted(ROLES)[7:])}"
