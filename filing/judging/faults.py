"""Every fault the judgement knows: its title, the requirement it breaks and what mends it.

The place that finds a fault names only the title, the file and what was found there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why something is not trusted, and where the fault lies."""

    path: str
    rule: str
    title: str
    found: str
    remedy: str


class Void(Exception):
    """A sign-off does not stand, for this cause."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.found)
        self.cause = cause


def fault(title: str, path: str, found: str, rule: str = "") -> Cause:
    """A fault of the table; `rule` replaces the table's where the place knows a nearer requirement."""
    table_rule, remedy = FAULTS[title]
    return Cause(path, rule or table_rule, title, found, remedy)


FAULTS: Mapping[str, tuple[str, str]] = {
    # step 1: the root
    "pin differs from the root": (
        "T01",
        "Restore records/root.pin from the repository's history; it holds the root's fingerprint and nothing else.",
    ),
    # step 2: each sign-off by itself
    "signature missing": ("R05", "Restore the signature from the repository's history, or sign again."),
    "sign-off damaged": ("R05", "Restore the sign-off and its signature as they were made, or sign again."),
    "sign-off of another repository": ("R05", "Sign again in this repository."),
    "sign-off in the wrong place": ("R05", "Put it back where it was made; a sign-off cannot be moved or copied."),
    "signed file gone": ("R44", "Restore the file from the repository's history."),
    "changed after it was signed": (
        "R05",
        "Restore the record as it was signed; to correct it, revise it and have the revision signed.",
    ),
    # step 3: each sign-off against its form
    "signed record unreadable": ("R05", "Mend what is reported for the record itself."),
    "no form for this act": ("R04", "Use the form that belongs to this kind of record."),
    "form changed after use": (
        "T04",
        "Restore the form; a change to it needs a new version, approved in the forms list.",
    ),
    "no such place to sign": ("R04", "Sign in one of the places the form has."),
    "role not admitted": ("R06", "Have it signed by somebody with an admitted role."),
    "meaning not as the form says": ("R04", "Sign again, with the meaning the form gives."),
    # step 4: what was seen
    "replaced after it was seen": (
        "R05",
        "Restore the sign-off that was seen, or have everything that saw it signed again.",
    ),
    # step 6: the register changes
    "not entitled to this change": (
        "T02",
        "Have it signed by register administrators who were in office before this change and whom it does not concern.",
    ),
    # step 7: key, role and scope
    "registers not seen": ("R06", "Sign again, having seen every sign-off of the newest register change."),
    "signer unknown": ("R06", "Have it signed by a person in the registers."),
    "key not valid": ("R06", "Sign with a key that is in the registers and in its days."),
    "role not held": ("R06", "Have it signed by somebody who holds the role on that day."),
    "role limited": ("R06", "Have it signed by somebody whose role covers this record."),
    "act followed is missing": ("R04", "Record and sign what it follows first."),
    "not seen": ("R04", "Have the earlier sign-off made first, then sign again."),
    # step 8: later register changes
    "sign-off withdrawn": (
        "R06",
        "Have it signed again by somebody entitled; for a register change, have a later one revise all its entries.",
    ),
    "older registers used": ("R06", "Sign again, having seen the newest registers."),
    # step 9: times
    "time not plausible": ("R13", "Sign again; the clock of the signing machine was wrong."),
    # step 11: forms
    "form not approved": ("T04", "Have QA approve the form in the forms list before it is used."),
    "form not in force": ("T04", "Use the version of the form in force on that day."),
    # step 12: what no form can loosen
    "role fixed by the SOP": ("R06", "Have it signed by the person the SOP names; no form can change that."),
    "QP of another authorisation": (
        "R07",
        "Have it decided by a Qualified Person whose role covers this authorisation and this trial.",
    ),
    "not seen by the one who decided": (
        "R07",
        "Leave the decision as it stands; take this sign-off away, or record it as an act of its own.",
    ),
}
