"""The gate: which findings bear on a package, and what may be final.

A package is judged on its closure: the root, every register change, the forms list, the batch, and every register
entry and form its acts name. Findings elsewhere are counted, not blocking.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filing.closure import named_entries
from filing.forms import revision_of
from filing.journal import Act, Batch, Journal, mappings
from filing.model import CannotRun, Finding
from filing.repository import root_cause_first

CERTIFYING = ("certified", "reinstated")
NO_ISSUE = (
    "G01", "logs not issued", "Final logs are those of an issue that the log keeper prepared and QA checked.",
    "SOP 1.2, 2.2",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What the batch is, in one word for the cover, and why. `certification` is the QP's act, if validly signed."""

    word: str
    style: str
    reason: str
    certification: Act | None
    certified: bool


def verdict(batch: Batch) -> Verdict:
    """Certified only by a QP's valid sign-off of a certifying decision; everything else is NOT CERTIFIED and why."""
    act = batch.certification
    if act is None or act.signoff("qp") is None:  # no page depends on a record that nobody signed
        reason = "No certification of this batch is validly signed by a Qualified Person."
        return Verdict("NOT CERTIFIED", "bad", reason, None, False)
    if act.value("decision") not in CERTIFYING:
        reason = f"The QP rejected the batch: {act.value('rejection_reason')}"
        return Verdict("NOT CERTIFIED", "bad", reason, act, False)
    return Verdict("Certified", "good", "", act, True)


def certifying_sentence(batch: Batch, act: Act) -> str | None:
    """The only way a certifying sentence leaves the registers: for a batch that `verdict` calls certified."""
    if not verdict(batch).certified or act != batch.certification:
        return None
    statement = batch.register(act, "statements", act.value("statement"))
    return " ".join(str(statement.data["text"]).split()) if statement else None


def statement_note(batch: Batch, act: Act) -> str | None:
    """Which wording the sentence is, and whether a QP has confirmed it."""
    statement = batch.register(act, "statements", act.value("statement"))
    if statement is None or certifying_sentence(batch, act) is None:
        return None
    confirmed = "wording confirmed by a QP" if "verified_by" in statement.data else "wording not confirmed by a QP"
    return f"statement {statement.data['label']}, version {statement.data['version']}, {confirmed}"


def issue_findings(batch: Batch) -> tuple[Finding, ...]:
    """An error where a package would have no final logs."""
    if batch.newest_issue():
        return ()
    return (_unissued(batch.folder, batch.id),)


def _unissued(folder: str, name: str) -> Finding:
    rule, title, requirement, clause = NO_ISSUE
    found = f"{name} has no issue that is signed as prepared and as checked"
    remedy = f"Write {folder}issue.1.yaml with the entries of each log, and have it prepared and checked."
    return Finding(f"{folder}issue.1.yaml", 1, 1, rule, "error", title, requirement, found, remedy, clause)


def refusals(journal: Journal, batch_id: str, trial: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What stands against the package of a batch, or of a trial (whose own issue must be signed)."""
    if trial:
        states = journal.repository.judgement.states
        if states and f"records/registers/trials/{trial}" not in states[-1].entries:
            raise CannotRun(f"There is no trial {trial} in force in this commit; see records/registers/trials/.")
        trusted = (finding for finding in findings if finding.severity != "warning" and _always(finding))
        return root_cause_first([*trusted, _unissued(f"records/trials/{trial}/", trial)])
    batch = journal.batches.get(batch_id)
    if batch is None:
        known = ", ".join(journal.batches) or "none"
        raise CannotRun(f"There is no batch {batch_id} in this commit; there are: {known}.")
    return root_cause_first([*blocking(batch, findings)[0], *issue_findings(batch)])


def warnings(batch: Batch, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What bears on the batch's package without standing against it."""
    inside = closure(batch)
    return tuple(f for f in root_cause_first(findings) if f.severity == "warning" and f.path in inside)


def closure(batch: Batch) -> frozenset[str]:
    """The paths whose findings bear on this batch's package."""
    repository = batch.repository
    signers = {signoff.statement.signer for act in batch.acts for signoff in act.signoffs}
    entries = named_entries(repository, (act.record for act in batch.acts), signers)
    paths = {path for path in repository.files if path.startswith(batch.folder)}
    paths |= {path for path in repository.files if path.endswith(".yaml") and revision_of(path)[0] in entries}
    forms = {record.form for path, record in repository.records.items() if path in paths}
    return frozenset(paths | {f"schemas/{name}.json" for name in forms})


def blocking(batch: Batch, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """The errors and unopened holds that bear on the batch's package, and how many findings lie elsewhere."""
    inside = closure(batch)
    mine, elsewhere = [], 0
    for finding in findings:
        if finding.path in inside or finding.path.startswith(batch.folder) or _always(finding):
            mine.append(finding)
        else:
            elsewhere += 1
    return tuple(finding for finding in mine if finding.severity != "warning"), elsewhere


def listed_entries(issue: Act, annexure: int) -> tuple[tuple[str, ...], str]:
    """The entries an issue lists for a log, and its nil return ("" where it has entries)."""
    for log in mappings(issue.value("logs")):
        if log["annexure"] == annexure:
            entries = log["entries"] if isinstance(log["entries"], tuple) else ()
            return tuple(str(path) for path in entries), str(log.get("nil_return", ""))
    return (), ""


def issued_logs(issue: Act) -> tuple[int, ...]:
    """The annexure numbers of the logs that an issue issues."""
    return tuple(number for log in mappings(issue.value("logs")) if isinstance(number := log["annexure"], int))


def _always(finding: Finding) -> bool:
    """Root, register changes, forms list and templates bear on every package, wherever the fault in them lies."""
    trusted = ("templates", "records/root.", "records/registers/change.", "records/registers/forms")
    return finding.rule in ("T01", "T02", "T03") or finding.path.startswith(trusted)
