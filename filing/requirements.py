"""What the tool requires of sign-offs, registers and forms: the words for each id that is not a record rule's own."""

from __future__ import annotations

from typing import NamedTuple

from filing.model import Finding


class Requirement(NamedTuple):
    title: str
    requirement: str
    clause: str


REQUIREMENTS: dict[str, Requirement] = {
    "T01": Requirement(
        "root of trust",
        "The root of trust is the one whose fingerprint you were given.",
        "21 CFR 11.10(d), Annex 11 cl. 12",
    ),
    "T02": Requirement(
        "register changes",
        "Register entries come into force by one chain of changes, each signed by two register administrators "
        "whom it does not concern.",
        "Annex 11 cl. 12, 21 CFR 11.10(g)",
    ),
    "T03": Requirement(
        "forms list",
        "The list of approved forms is signed by QA, and lines are only ever added to it.",
        "EU GMP Chapter 4, PI 041",
    ),
    "T04": Requirement(
        "forms",
        "A record is written on a form that QA approved and that was in force on the day.",
        "EU GMP Chapter 4, PI 041",
    ),
    "T05": Requirement(
        "history",
        "The repository's history is there, so that no signed file can be changed or lost unnoticed.",
        "Annex 11 cl. 9, 21 CFR 11.10(e)",
    ),
    "T06": Requirement(
        "only records",
        "Below records/ lie records (.yaml), their sign-offs and the root of trust; nothing else is read.",
        "Annex 11 cl. 5, EU GMP Chapter 4",
    ),
    "R04": Requirement(
        "complete sign-offs",
        "A sign-off names its signer, role, meaning, time with offset and place, follows what was signed "
        "before it, and says what its form says.",
        "21 CFR 11.50, Annex 11 cl. 14",
    ),
    "R05": Requirement(
        "intact sign-offs",
        "A sign-off stands for exactly the record it was made for, and for everything the signer had seen.",
        "21 CFR 11.70, Annex 11 cl. 14(b)",
    ),
    "R06": Requirement(
        "entitled signers",
        "The signer held the key and the role, for that scope, on the day of signing.",
        "21 CFR 11.10(g), Annex 11 cl. 12",
    ),
    "R07": Requirement(
        "QP decides",
        "Only a Qualified Person named on the stated manufacturing authorisation certifies or rejects a "
        "batch, alone and last.",
        "SOP 2.2, Annex 11 cl. 15, CTR Art. 61-62",
    ),
    "R13": Requirement(
        "plausible times",
        "A sign-off is not made before what it saw or what its record says has happened, nor after the commit that "
        "brought it, no record tells of what is still to come, and nothing ended or was detected before it began.",
        "PI 041, 21 CFR 11.10(e)",
    ),
    "R44": Requirement(
        "nothing lost",
        "A signed file is never changed and never removed; a correction is a new revision.",
        "Reg. 2017/1569 Art. 8(5), 21 CFR 11.10(e)",
    ),
}


def warning(rule: str, path: str, title: str, found: str, remedy: str) -> Finding:
    """A warning about a whole file."""
    words = REQUIREMENTS[rule]
    return Finding(path, 1, 1, rule, "warning", title, words.requirement, found, remedy, words.clause)
