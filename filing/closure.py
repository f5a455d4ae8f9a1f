"""What belongs to a package: the register entries that its records name and those of everybody who signed them.

The gate judges by it, a package holds it, and `verify` holds a package against it: nothing missing, nothing foreign.
"""

from __future__ import annotations

from collections.abc import Iterable

from filing.forms import revision_of
from filing.judging import FORMS_LIST
from filing.model import Record
from filing.repository import Repository
from filing.trust import ROOT_FILE, change_number

_PEOPLE = "records/registers/people/"


def named_entries(repository: Repository, records: Iterable[Record], signers: Iterable[str]) -> frozenset[str]:
    """The entries (paths without revision) that records and signers rely on, in any state of the registers, directly
    or through other entries."""
    revisions = revisions_in_force(repository)
    references = repository.references
    wanted = [reference.entry for record in records for reference in references.of(record)]
    wanted += [_PEOPLE + signer for signer in signers]
    found: set[str] = set()
    while wanted:
        entry = wanted.pop()
        if entry not in found:
            found.add(entry)
            wanted += [r.entry for path in revisions.get(entry, ()) for r in references.of(repository.records[path])]
    return frozenset(found)


def revisions_in_force(repository: Repository) -> dict[str, set[str]]:
    """Each entry's path without revision -> the paths of every revision that a register change put into force."""
    revisions: dict[str, set[str]] = {}
    for state in repository.judgement.states:
        for entry, record in state.entries.items():
            revisions.setdefault(entry, set()).add(record.path)
    return revisions


def in_every_package(path: str) -> bool:
    """The root, every register change, the forms list and the SOP, with their sign-offs."""
    signed = path.removesuffix(".sig").removesuffix(".signoff")
    record = path if path.endswith(".yaml") else signed.rpartition(".")[0] + ".yaml"
    if path.startswith("records/sop/"):
        return True
    return path == ROOT_FILE or change_number(record) is not None or revision_of(record)[0] == FORMS_LIST
