"""What somebody asks to sign: the record, the place on its form, and as what."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filing.forms import Form, Slot, revision_of
from filing.judging import SUFFIX
from filing.model import CannotRun, Record, Refused
from filing.paper import entry_name
from filing.relations import batch_of
from filing.repository import Repository
from filing.seeing import what_is_seen
from filing.signoffs import Statement
from filing.waiting import Office, Waiting, waiting

if TYPE_CHECKING:
    from filing.checkout import Checkout

COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Request:
    """A person who wants to sign a record in a place of its form, in a role."""

    record: Record
    form: Form
    slot: Slot
    person: str
    role: str

    @property
    def path(self) -> str:
        """The statement's path."""
        return f"{self.record.stem}.{self.slot.name}.signoff"

    @property
    def to_type(self) -> str:
        """What the signer types to confirm: the batch, else the stem of the file's name."""
        return batch_of(self.record.path) or self.record.stem.rpartition("/")[2]


def record_named(repository: Repository, root: Path, name: str) -> Record:
    """The record a person means by a path from the repository's root or from here, with or without its ending."""
    base = root.resolve()
    places = (Path(os.path.abspath(name)), Path(os.path.realpath(name)))  # the folder may be called by a link's name
    inside = [place.relative_to(base).as_posix() for place in places if place.is_relative_to(base)]
    wanted = [f"{path.removesuffix('.yaml')}.yaml" for path in (name.replace(os.sep, "/"), *inside)]
    found = next((repository.records[path] for path in wanted if path in repository.records), None)
    unread = next((path for path in wanted if path in repository.files or (root / path).is_file()), None)
    if found is None and unread and unread.startswith("records/"):
        raise Refused(f"{unread} cannot be read as a record.", f"check {unread}")
    if found is None:
        raise CannotRun(
            f"There is no record {name}. Name its file, such as records/batches/B2025-03/certification.yaml"
        )
    return found


def requested(repository: Repository, record: Record, person: str, role: str | None, day: str) -> Request:
    """The first open place that admits the role, or the one role of the person that fits. Raises Refused."""
    form = repository.form_of(record)
    if form is None or not form.slots:
        raise Refused(
            f"{record.path} is not signed by itself: a register entry comes into force by a register change.", "change"
        )
    if record.path in repository.unfit:
        raise Refused(f"{record.path} is not as its form asks.", f"check {record.path}")
    if f"records/registers/people/{person}" not in repository.judgement.states[-1].entries and not _founder(
        repository, person
    ):
        raise Refused(f'"{person}" is not in the registers in force. Known are: {", ".join(_known(repository))}.')
    _require_new_signer(repository, record, form, person)
    office = Office(repository, day)
    places = [(slot, given) for slot in office.open_slots(record) for given in slot.roles if role in (None, given)]
    fitting = [place for place in places if (person, place[1]) in office.entitled(record, place[0])]
    if role is None and len({given for _, given in fitting}) > 1:
        roles = ", ".join(dict.fromkeys(given for _, given in fitting))
        raise CannotRun(f"{person} may sign this in several roles. Say in which, with --role: {roles}")
    if fitting or (role and places):  # where the person is not entitled, the rehearsal tells exactly why
        slot, given = (fitting or places)[0]
        return Request(record, form, slot, person, given)
    raise _no_place(repository, office, record, person, role)


def statement(request: Request, repository: Repository, key: str, now: datetime, place: str, remote: bool) -> Statement:
    """What would be signed at `now`, a time with its offset, with the key of this fingerprint."""
    root = repository.judgement.root
    decision = request.record.data.get("decision", "")
    meaning = request.slot.means(decision if isinstance(decision, str) else "")
    if root is None:
        raise Refused("The root of trust is not accepted.", "check")
    if meaning is None:
        raise Refused(f'The decision "{decision}" is not for the place "{request.slot.name}" of {request.form.name}.')
    return Statement(
        root=root.digest,
        record=request.record.path,
        revision=revision_of(request.record.path)[1],
        sha256=request.record.sha256,
        form=request.form.name,
        form_digest=request.form.digest,
        signer=request.person,
        key=key,
        role=request.role,
        meaning=meaning,
        time=now.isoformat(timespec="seconds"),
        place=place,
        mode="remote" if remote else "on-site",
        saw=what_is_seen(request.form, request.record.path, request.slot.name, repository.files),
    )


def for_person(repository: Repository, person: str, day: str) -> tuple[Waiting, ...]:
    """What waits for a person, in order, each with that person's own roles; "" for everybody's."""
    found = []
    for item in waiting(repository, day):
        own = tuple(pair for pair in item.people if person in ("", pair[0]))
        found += [replace(item, people=own)] if own or not person else []
    return tuple(found)


def places_before(repository: Repository, item: Waiting) -> tuple[str, ...]:
    """The open places of the same record that have to be signed before this one; administrators sign in any order."""
    record = repository.records[item.path]
    form = repository.form_of(record)
    if form is None or form.id == "change":
        return ()
    names = [slot.name for slot in form.slots if slot.required]
    before = names[: names.index(item.slot)]
    return tuple(
        f'"{name}" of the same record'
        for name in before
        if f"{record.stem}.{name}{SUFFIX}" not in repository.judgement.standing
    )


def require_free(read: Checkout, asked: Request) -> None:
    """Nothing lies where the sign-off is to be written: not another's, nor one that does not count. Raises Refused."""
    there = [path for path in (asked.path, f"{asked.path}.sig") if os.path.lexists(read.root / path)]
    if not there:
        return
    cause = read.repository.judgement.struck.get(asked.path)
    why = f"does not count: {cause.found}" if cause else "does not count"
    committed = read.history is not None and any(path in there for path, _ in read.history.first_seen)
    mend = (
        "It was committed, so it stays; how to mend it, says:"
        if committed
        else f"If nobody has committed it: remove {' and '.join(there)}, then sign again."
    )
    raise Refused(
        f"{there[0]} is there already and {why}. {mend}", *([f"check {asked.record.path}"] if committed else [])
    )


def _require_new_signer(repository: Repository, record: Record, form: Form, person: str) -> None:
    """Register changes take as many people as places: with one person in two it could never come into force."""
    for slot in form.slots if form.id == "change" else ():
        signoff = repository.judgement.standing.get(f"{record.stem}.{slot.name}{SUFFIX}")
        if signoff and signoff.statement.signer == person:
            raise Refused(
                f'{person} signed {record.path} already, as "{slot.name}". The next place is for another administrator.'
            )


def _founder(repository: Repository, person: str) -> bool:
    return person in repository.judgement.states[-1].people


def _known(repository: Repository) -> list[str]:
    return sorted(repository.judgement.states[-1].people)


def _no_place(repository: Repository, office: Office, record: Record, person: str, role: str | None) -> Refused:
    open_now = office.open_slots(record)
    form = repository.form_of(record)
    if not open_now and record.path in repository.judgement.acts and not (form and form.revisions):
        return Refused(f"{record.path} is signed already, and nothing of its kind is corrected afterwards.")
    if not open_now and record.path in repository.judgement.acts:
        return Refused(f"{record.path} is signed already; a mistake in it is corrected.", f"revise {record.path}")
    if not open_now:
        return Refused(f"No place of {record.path} is open.", f"check {record.path}")
    required = [slot for slot in open_now if slot.required] or open_now[:1]
    wanted = "; ".join(f'"{slot.name}" by {" or ".join(slot.roles)}' for slot in required)
    people = dict.fromkeys(pair[0] for slot in open_now for pair in office.entitled(record, slot))
    names = ", ".join(f"{entry_name(repository.judgement.states[-1], 'people', name)} ({name})" for name in people)
    who = f"{person} as {role}" if role else person
    may = names or "nobody in the registers"
    return Refused(f"{who} cannot sign {record.path}. Open is {wanted}. Who may sign it today: {may}.")


def held_roles(repository: Repository, person: str) -> Mapping[str, str]:
    """The roles of a person in force, each with its limits in words."""
    known = repository.judgement.states[-1].people.get(person)
    return {grant.role: ", ".join(grant.scope.values()) for grant in known.roles} if known else {}
