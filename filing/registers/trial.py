"""The records judged as if a drafted register change were signed and in force; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from filing import load
from filing.checkout import Checkout
from filing.journal import Journal
from filing.judging import Cause
from filing.model import Finding, Record, Refused
from filing.people import ADMINISTRATOR
from filing.repository import Repository, root_cause_first
from filing.rules import examine
from filing.signing.rehearsal import judged_as_if
from filing.signing.request import Request, statement
from filing.signoffs import SignOff, fingerprint, serialise, utc_text
from filing.validate import validate
from filing.waiting import Office

_ENOUGH = 2


@dataclass(frozen=True)
class Drafted:
    """A register change before it is signed: the repository with it, and with it in force as well.

    `signers` are the administrators who may sign it; `refused` the errors of the entries themselves; `set_off` what
    `check` would say besides once it is in force; `void` the sign-offs that would fall, each with why.
    """

    path: str
    repository: Repository
    signers: tuple[str, ...]
    after: Repository
    refused: tuple[Finding, ...]
    set_off: tuple[Finding, ...]
    void: tuple[tuple[SignOff, Cause], ...]


def with_change(read: Checkout, files: Mapping[str, bytes]) -> Repository:
    """The repository with these files in it, not yet judged anew."""
    records = {path: found for path, data in files.items() if (found := load.load_record(path, data)[0])}
    old = read.repository
    return replace(old, files={**old.files, **files}, records={**old.records, **records})


def require_readable(read: Checkout, path: str, data: bytes) -> None:
    """Raises Refused for a text that is no record as its form asks: a summary may hold anything."""
    record, faults = load.load_record(path, data)
    faults += validate(record, read.repository.schemas) if record else ()
    if faults:
        raise Refused(f"The summary cannot be written so: {faults[0].found}. {faults[0].remedy}")


def administrators(repository: Repository, change: Record, day: str) -> tuple[str, ...]:
    """Who may sign a change: the founders the first, else the administrators in force whom it does not concern."""
    form = repository.form_of(change)
    slots = form.slots[:1] if form else ()
    return tuple(person for slot in slots for person, _ in Office(repository, day).entitled(change, slot))


def needed(repository: Repository) -> int:
    """How many have to sign the next change: all founders the first, two every other."""
    root, first = repository.judgement.root, repository.judgement.states[-1].number == 0
    return len(root.founders) if root and first else _ENOUGH


def tried(read: Checkout, files: Mapping[str, bytes], path: str) -> Drafted:
    """Judges the tree with the drafted files, signed by those who may. Raises Refused where too few may."""
    drafted = with_change(read, files)
    change = drafted.records[path]
    day = read.now.astimezone().date().isoformat()
    signers = administrators(drafted, change, day)
    count = needed(drafted)
    if len(signers) < count:
        who = ", ".join(signers) or "nobody"
        raise Refused(
            f"This change has to be signed by {count} register administrators whom it does not concern. Who may sign "
            f"it today: {who}. Put the administrators' own entries into a change of their own, one after the other: "
            "name the entries for this one behind the word change."
        )
    statements = _statements(drafted, change, signers[:count], read.now.astimezone().replace(microsecond=0))
    presumed = {name: public for name, (_, public) in statements.items()}
    as_signed = {name: text for name, (text, _) in statements.items()}
    after = judged_as_if(read, {**drafted.files, **as_signed}, presumed)
    journal = Journal(after, as_of=utc_text(read.now))
    new = root_cause_first(set(examine(journal).findings) - set(read.findings))
    own = {path, *files}
    refused = tuple(f for f in new if f.path in own and f.severity == "error")
    return Drafted(path, drafted, signers, after, refused, _set_off(new, own), tuple(_fallen(read, after)))


def _statements(
    repository: Repository, change: Record, signers: Iterable[str], now: datetime
) -> Mapping[str, tuple[bytes, str]]:
    """The statements' paths, each with its text and the key that would sign it."""
    form, state = repository.form_of(change), repository.judgement.states[-1]
    found = {}
    for slot, person in zip(form.slots if form else (), signers, strict=False):
        key = next(
            key.text for key in state.people[person].keys
            if state.people[person].holds_key(fingerprint(key.text), now.date().isoformat())
        )  # fmt: skip
        assert form is not None
        request = Request(change, form, slot, person, ADMINISTRATOR)
        said = statement(request, repository, fingerprint(key), now, "ZZ", remote=False)
        found[request.path] = (serialise(said), key)
    return found


def _set_off(new: Iterable[Finding], own: set[str]) -> tuple[Finding, ...]:
    """What is new on other records; that sign-offs fall is told by itself."""
    return tuple(f for f in new if f.path not in own and not f.path.endswith(".signoff") and f.severity != "warning")


def _fallen(read: Checkout, after: Repository) -> Iterable[tuple[SignOff, Cause]]:
    standing = read.repository.judgement.standing
    for path, cause in sorted(after.judgement.struck.items()):
        if path in standing:
            yield standing[path], cause
