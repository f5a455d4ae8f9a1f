"""How a place to sign is shown: who signed, meaning what, when and with which key; that nobody has; or why it is void.

On what is final every place is signed: nothing else reaches it.
"""

from __future__ import annotations

from filing import paper
from filing.act import Act
from filing.forms import Slot
from filing.judging import SUFFIX, Cause
from filing.repository import Repository
from filing.signoffs import NotASignOff, SignOff, Statement, parse

_SLOT_WORDS = {"qp": "Qualified Person", "author": "Authored by"}
_ROLE_WORDS = {"qp": "Qualified Person", "qp-delegate": "delegate of the QP", "qa": "QA", "cro": "CRO"}
_UNREADABLE = "unreadable sign-off"


def signed(repository: Repository, signoff: SignOff, what: str) -> dict[str, object]:
    """Who signed, in which position, meaning what, when and where, with which key, bound to what."""
    facts, statement = paper.signer_facts(repository, signoff), signoff.statement
    return {
        "slot": heading(signoff.slot),
        "state": "signed",
        "name": facts["name"],
        "position": facts["position"],
        "meaning": statement.meaning,
        "when": f"{facts['date']} {facts['clock']} (claimed), {facts['place']}, {facts['mode']}",
        "key": statement.key,
        "binds": [f"{what} {paper.grouped(statement.sha256)}"],
        "reason": "",
    }


def places(act: Act, what: str) -> list[dict[str, object]]:
    """Every place of an act in the order of its form: all signed, or each as it stands while the act is not complete;
    one that need not be signed shows only once somebody did."""
    if act.signed:
        return [signed(act.repository, signoff, what) for signoff in act.signoffs]
    found = ((slot, paper.place(act, slot.name), _struck(act, slot.name)) for slot in act.form.slots)
    return [
        signed(act.repository, signoff, what) if signoff else _void(act, slot, cause) if cause else vacant(act, slot)
        for slot, signoff, cause in found
        if slot.required or signoff or cause
    ]


def vacant(act: Act, slot: Slot) -> dict[str, object]:
    """A place that nobody has signed: who may, and what signing there will mean."""
    roles = [_ROLE_WORDS.get(role, role.replace("-", " ")) for role in slot.roles]
    position = " or ".join(filter(None, (", ".join(roles[:-1]), roles[-1])))
    return {
        "slot": heading(slot.name),
        "state": "open",
        "name": "",
        "position": f"{position[:1].upper()}{position[1:]}",
        "meaning": slot.means(str(act.value("decision"))) or "",
        "when": "",
        "key": "",
        "binds": [],
        "reason": "",
    }


def _void(act: Act, slot: Slot, cause: Cause) -> dict[str, object]:
    """A place somebody signed, whose sign-off does not stand."""
    path = f"{act.record.stem}.{slot.name}{SUFFIX}"
    statement = _statement(act.repository.files.get(path, b""))
    known = act.state.entries.get(f"records/registers/people/{statement.signer}") if statement else None
    when = f"{paper.moment(statement.time)} (claimed), {statement.place}" if statement else ""
    return {
        "slot": heading(slot.name),
        "state": "void",
        "name": str(known.data["name"]) if known else statement.signer if statement else _UNREADABLE,
        "position": str(known.data["position"]) if known else "",
        "meaning": statement.meaning if statement else "",
        "when": when,
        "key": statement.key if statement else "unknown",
        "binds": [],
        "reason": f"{cause.title}: {cause.found}",
    }


def _struck(act: Act, slot: str) -> Cause | None:
    return act.repository.judgement.struck.get(f"{act.record.stem}.{slot}{SUFFIX}")


def _statement(data: bytes) -> Statement | None:
    try:
        return parse(data)
    except NotASignOff:
        return None


def heading(slot: str) -> str:
    """What stands above a place."""
    return _SLOT_WORDS.get(slot, f"{slot.capitalize()} by")
