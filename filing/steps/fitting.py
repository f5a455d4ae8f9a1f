"""Of the people whose role admits them, those from whom the rules take such a record: of the organisation it is about.

A table by kind of record; of any other kind everybody whose role and scope fit may sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from filing.act import value_at
from filing.forms import Form
from filing.model import Record, Value
from filing.repository import Repository

Taken = Callable[[str, str], bool]
"""Whether a person, in a role, may sign."""


def taken_from(repository: Repository, form: Form, record: Record, trials: tuple[Record, ...]) -> Taken:
    """Who may sign the record, as far as the rules look at more than role and scope."""
    followed = repository.records.get(form.followed(record.path) or "")
    of = _TABLE.get(form.id)
    return of(repository, record, followed, trials) if of else _anybody


def _anybody(person: str, role: str) -> bool:
    return True


def _recipient(repository: Repository, record: Record, followed: Record | None, trials: tuple[Record, ...]) -> Taken:
    """R28: somebody of the organisation that was notified acknowledges."""
    return _of(repository, {_at(followed, "recipient", "organisation")})


def _sender(repository: Repository, record: Record, followed: Record | None, trials: tuple[Record, ...]) -> Taken:
    """R36: somebody of the organisation that the consignment leaves from."""
    return _of(repository, {_at(record, "from", "organisation")})


def _site(repository: Repository, record: Record, followed: Record | None, trials: tuple[Record, ...]) -> Taken:
    """R36: somebody of the site, unless the receipt says for whom it is recorded or went elsewhere."""
    if _at(record, "recorded_for", "name") is not None or _at(followed, "to", "organisation") is not None:
        return _anybody
    return lambda person, role: role == "site"


def _sponsor(repository: Repository, record: Record, followed: Record | None, trials: tuple[Record, ...]) -> Taken:
    """R31, R51: somebody of the sponsor, or of whom the sponsor delegated it to."""
    named = _at(record, "trial")
    concerned = [trial for trial in trials if named is None or trial.path.endswith(f"/{named}.yaml")]
    sponsors = {trial.data.get("sponsor") for trial in concerned or trials}
    return _of(repository, {*sponsors, _at(record, "delegation", "organisation")})


def _of(repository: Repository, organisations: set[Value | None]) -> Taken:
    """People of these organisations; anybody where none is known."""
    known = {name for name in organisations if name is not None}
    entries = repository.judgement.states[-1].entries

    def belongs(person: str, role: str) -> bool:
        entry = entries.get(f"records/registers/people/{person}")
        return not known or (entry is not None and entry.data.get("organisation") in known)

    return belongs


def _at(record: Record | None, *pointer: str) -> Value | None:
    return value_at(record, pointer) if record else None


_TABLE: Mapping[str, Callable[[Repository, Record, Record | None, tuple[Record, ...]], Taken]] = {
    "handoff.acknowledgement": _recipient,
    "distribution": _sender,
    "distribution.receipt": _site,
    "release": _sponsor,
    "filing.archive": _sponsor,
}
