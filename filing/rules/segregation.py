"""The rule that nobody checks, approves or closes their own work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act
from filing.journal import Folder, Journal
from filing.judging import SUFFIX
from filing.model import Record
from filing.repository import Repository
from filing.rules.rule import Breach, Outcome

_ON_OTHERS = {"filing.qc": "its QC check", "deviation.closure": "its closure"}
"""The acts that have to be signed by another person than the act they follow."""
_REMEDY = "Have another person sign, or have QA justify why it had to be the same person."


def duties_apart(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """Nobody checks, approves or closes their own work, and whoever signs a record in one place signs it in no other.

    Who prepares an issue does not check it, who files does not do the QC, who owns a CAPA does not approve it, who
    reported a deviation does not close it, and the QP does not check the data for the own decision.
    """
    repository = journal.repository
    for folder in journal.folders:
        yield tuple(breach for act in folder.acts for breach in _own_work(folder, act))
    sops = [record for path, record in repository.records.items() if path.startswith("records/sop/")]
    yield tuple(breach for record in sops for breach in _in_two_places(repository, record))


def barred(repository: Repository, record: Record) -> frozenset[str]:
    """Who must not sign a record in one more place: who signed it already, who owns it, whose work it judges."""
    form = repository.form_of(record)
    found = set(_signers(repository, record).values())
    found |= {owner for owner in [record.data.get("owner")] if isinstance(owner, str)}
    followed = form.followed(record.path) if form and form.id in _ON_OTHERS else None
    first = repository.records.get(followed or "")
    found |= set(_signers(repository, first).values()) if first else set()
    return frozenset(found)


def _own_work(folder: Folder, act: Act) -> Iterator[Breach]:
    yield from _in_two_places(folder.repository, act.record)
    signers = {signoff.statement.signer for signoff in act.signoffs}
    owner = act.value("owner")
    if owner in signers:
        found = f"{_name(act, str(owner))} owns this CAPA and approved it"
        yield Breach(act.record, ("owner",), found, _REMEDY)
    followed = act.form.followed(act.path) if act.form.id in _ON_OTHERS else None
    first = next((other for other in folder.acts if other.base == followed), None)
    own = signers & {signoff.statement.signer for signoff in first.signoffs} if first else set()
    for signer in sorted(own):
        what = first.form.title.lower() if first else ""
        yield Breach(act.record, (), f"{_name(act, signer)} signed the {what} and {_ON_OTHERS[act.form.id]}", _REMEDY)


def _in_two_places(repository: Repository, record: Record) -> Iterator[Breach]:
    """Judged as soon as two places are signed, whether or not the record is complete."""
    places: dict[str, list[str]] = {}
    for slot, signer in _signers(repository, record).items():
        places.setdefault(signer, []).append(slot)
    for signer, slots in places.items():
        if len(slots) > 1:
            entry = repository.judgement.states[-1].entries.get(f"records/registers/people/{signer}")
            name = entry.data["name"] if entry else signer
            both = " and as ".join(f'"{slot}"' for slot in slots)
            yield Breach(record, (), f"{name} signed it as {both}", _REMEDY)


def _signers(repository: Repository, record: Record) -> Mapping[str, str]:
    """Who signed the record in which place, as far as the sign-offs stand."""
    form, standing = repository.form_of(record), repository.judgement.standing
    found = {slot.name: standing.get(f"{record.stem}.{slot.name}{SUFFIX}") for slot in (form.slots if form else ())}
    return {slot: signoff.statement.signer for slot, signoff in found.items() if signoff}


def _name(act: Act, person: str) -> str:
    entry = act.register("people", person)
    return str(entry.data["name"]) if entry else person
