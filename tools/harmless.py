"""Why a changed value that no rule notices does no harm, argued field by field; and where there is no such argument.

A field is named as on its form (see `tools.changes`); its steps through lists are stars, and a star stands for
anything. `where` limits an argument to
records whose path holds the word.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from tools.changes import LEFT_OUT, Change


class Argument(NamedTuple):
    why: str
    fields: str
    where: str = ""
    becomes: str = ""
    """The kind of change, or the value that it gives."""

    def speaks_of(self, change: Change) -> bool:
        """Whether a change falls under this argument."""
        return (
            self.where in change.record.path
            and self.becomes in ("", change.kind, change.after)
            and any(fnmatchcase(change.field, field.strip()) for field in self.fields.split(","))
        )


WORDS = "free text: a rule sees that something is said (R18, R55, R64), only a reader sees what"
FOREIGN = "a number, name or date that others gave, and nobody can look up here"
ORDER = "the only record of this moment; what comes before and after bounds it (R11, R13, R29)"
CHOSEN = "a decision that its signer is free to take"
MANNER = "how it happened; no decision rests on it"
OPTIONAL = "may be left out: the record that it belongs to is named beside it and seen"
STRICTER = "as strict as what stood there, or stricter"
REJECTED = "of a rejected batch, which goes nowhere (R25); nothing may keep a QP from rejecting"
UNDECIDED = "of a batch that is not decided on; its certification is held against this (R09, R10, R19)"

HARMLESS: tuple[Argument, ...] = (
    Argument(REJECTED, "batch *", "B2025-02/batch"),
    Argument(REJECTED, "certification dossier/*, certification batch_records_reviewed/*", "B2025-02/"),
    Argument(REJECTED, "certification documents_seen/*", "B2025-02/"),
    Argument(REJECTED, "documentation documents/*", "B2025-02/"),
    Argument(UNDECIDED, "batch *", "B2025-03/batch"),
    Argument(UNDECIDED, "documentation documents/*", "B2025-03/"),
    Argument(WORDS, "capa action, capa effectiveness_criterion, capa title, capa.effectiveness evidence"),
    Argument(WORDS, "certification certificate/additional_information, certification certificate/comments"),
    Argument(WORDS, "certification rejection_reason, deviation.closure summary, deviation.closure closed_reason"),
    Argument(WORDS, "deviation.investigation further_batches, deviation.investigation impact_*"),
    Argument(WORDS, "*.investigation method, *.investigation root_cause, *.investigation risk_assessment"),
    Argument(WORDS, "deviation.report title, deviation.report description, deviation.report classification_reason"),
    Argument(WORDS, "deviation.report detected_by, deviation.report location, deviation.report immediate_action"),
    Argument(WORDS, "disposition rationale, documentation remarks, documentation.receipt documents/*/remark"),
    Argument(WORDS, "filing records/*/title, handoff content/*/what, handoff restrictions, issue logs/*/nil_return"),
    Argument(WORDS, "distribution.receipt temperature/reviewed_by, release checks/*/evidence"),
    Argument(FOREIGN, "distribution addressee, distribution carrier, distribution loggers/*, distribution waybill"),
    Argument(FOREIGN, "distribution shipping_order, distribution.receipt temperature/evidence, filing location/*"),
    Argument(FOREIGN, "documentation documents/*/date, documentation documents/*/version"),
    Argument(f"{FOREIGN}; the same number twice is told (R47)", "certification register_number"),
    Argument(ORDER, "batch manufactured_on, batch order/date, batch packaged_on, capa.effectiveness done_on"),
    Argument(ORDER, "deviation.report detected_at, deviation.report occurred_*, distribution.receipt received_at"),
    Argument(ORDER, "handoff sent_at"),
    Argument("a release begins no earlier than it is signed (R29)", "release valid_from"),
    Argument("no days run from it, as the breach is not serious (R40)", "*serious_breach/aware_at"),
    Argument("what was made is told here first; no more of it may be certified (R19)", "batch quantity/amount"),
    Argument("fewer may be certified than were made, and fewer or more released than are sent", "* quantity/amount"),
    Argument(CHOSEN, "capa due, capa type, certification disposition, deviation.report classification"),
    Argument(CHOSEN, "filing tmf/level"),
    Argument(f"{CHOSEN}; who acts on it signs for that (R06, R41, R43)", "capa owner, *serious_breach/decided_by"),
    Argument("any person of the organisation may be told (R28)", "handoff recipient/person"),
    Argument(MANNER, "documentation documents/*/source, documentation.receipt method, handoff channel"),
    Argument("a first supply and a resupply are held to the same (R29, R33, R34)", "distribution movement"),
    Argument("tells only whose role covers the report, where roles are limited (R06)", "deviation.report country"),
    Argument("the origin in Northern Ireland asks for no more than one in the EU", "batch origin"),
    Argument("a check that need not apply; the fact itself is judged (R10, R21, R32, R35)", "release checks/*/result"),
    Argument(OPTIONAL, "distribution certificate, handoff certificate", becomes=LEFT_OUT),
    Argument(STRICTER, "filing blind_partition, filing retention_basis"),
    Argument("the graver of the two counts; the other still says not met (R23)", "*registered_specifications"),
    Argument("asked only where section 3 of Annex 16 is used (R22)", "deviation.investigation unexpected"),
    Argument("the report itself holds the batch, whatever it says of a hold (R22)", "deviation.report hold_set"),
    Argument("the disposition that forbids counts for every category (R22)", "deviation.report category"),
    Argument("another decision that does not permit either (R22)", "disposition decision"),
    Argument("what is rejected is not received either (R09)", "*documents/*/result", becomes="rejected"),
)  # fmt: skip

GAPS: tuple[Argument, ...] = ()
"""What no rule notices though one could, and how. A gap that is closed is taken out here."""


def argued(change: Change, arguments: tuple[Argument, ...]) -> str:
    """The first argument that speaks of a change; "" where none does."""
    return next((argument.why for argument in arguments if argument.speaks_of(change)), "")
