"""The gate: which findings bear on a package, and what may be final.

A package is judged on its closure: the root, every register change, the forms list, its batches with their parents and
deviations, and every register entry and form their acts name. Findings elsewhere are counted, not blocking.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filing.act import CERTIFYING, Act, mappings
from filing.journal import Batch
from filing.model import Finding
from filing.relations import DEVIATIONS
from filing.repository import root_cause_first
from filing.subject import Subject
from filing.validate import schema_at

NO_ISSUE = (
    "G01", "logs not issued", "Final logs are those of an issue that the log keeper prepared and QA checked.",
    "SOP 1.2, 2.2",
)  # fmt: skip

PROPOSED = "NOT CERTIFIED – wording proposed for signature"


@dataclass(frozen=True)
class Verdict:
    """What the batch is, in one word for the cover, and why. `certification` is the QP's act, if validly signed."""

    word: str
    style: str
    reason: str
    certification: Act | None
    certified: bool


def verdict(batch: Batch) -> Verdict:
    """Certified only by a QP's valid sign-off of a certifying decision, and while no disposition forbids it."""
    act = batch.certification
    if act is None or act.signoff("qp") is None:  # no page depends on a record that nobody signed
        reason = "No Qualified Person has decided on this batch yet: no decision is validly signed."
        return Verdict("NOT CERTIFIED", "bad", reason, None, False)
    reason = _decided_against(act) or _taken_back(batch, act) or _forbidden(batch, act)
    if reason:
        return Verdict("NOT CERTIFIED", "bad", reason, act, False)
    return Verdict("Certified", "good", "", act, True)


def _decided_against(act: Act) -> str:
    decision = act.value("decision")
    if decision == "suspended":
        return f"The QP suspended the certification: {act.value('suspension_reason')}"
    return "" if decision in CERTIFYING else f"The QP rejected the batch: {act.value('rejection_reason')}"


def _taken_back(batch: Batch, act: Act) -> str:
    """A void takes no decision against the batch away: only a later decision does."""
    against = (each for each in batch.void if each.form.id == "certification" and each.number > act.number)
    lifted = next((each for each in against if each.value("decision") not in CERTIFYING), None)
    return f"{lifted.path} was decided against the batch and taken back by a void only" if lifted else ""


def _forbidden(batch: Batch, act: Act) -> str:
    """Why deviations forbid that the batch is called certified; "" where they do not."""
    for block in batch.standing_blocks:
        words = schema_at(batch.repository.schemas, block.form.name, ("decision",)).get("x-words")
        decision = words[str(block.value("decision"))] if isinstance(words, dict) else ""
        return f"The QP's disposition of {block.variables['deviation']} stands: {decision}"
    for deviation in batch.deviations:
        report = deviation.report
        first = (*report.earlier, report)[0] if report else None
        since = first is not None and first.utc > act.utc  # what came up later is a hold, and the QP's to open
        for name in sorted(deviation.batches & batch.family):
            found = deviation.disposition(name)
            if deviation.needs_disposition and not since and (found is None or not act.saw(found)):
                return f"{deviation.id} on {name} has no disposition by the QP that the certification saw"
    return ""


def certifying_sentence(batch: Batch, act: Act) -> str | None:
    """The only way a certifying sentence leaves the registers: for a batch that `verdict` calls certified."""
    standing = verdict(batch)
    if not standing.certified or standing.certification is None or act.path != standing.certification.path:
        return None
    statement = act.register("statements", act.value("statement"))
    return " ".join(str(statement.data["text"]).split()) if statement else None


def statement_note(batch: Batch, act: Act) -> str | None:
    """Which wording the sentence is, and whether a QP has confirmed it."""
    statement = act.register("statements", act.value("statement"))
    if statement is None or certifying_sentence(batch, act) is None:
        return None
    confirmed = "wording confirmed by a QP" if "verified_by" in statement.data else "wording not confirmed by a QP"
    return f"statement {statement.data['label']}, version {statement.data['version']}, {confirmed}"


def not_certified(batch: Batch, act: Act) -> str:
    """What a draft prints in the place of the certifying sentence, which no draft of an unsigned decision prints."""
    statement = act.register("statements", act.value("statement"))
    if act.signed or statement is None:
        return f"NOT CERTIFIED – {verdict(batch).reason}"
    return f"{PROPOSED}: statement {statement.data['label']}, version {statement.data['version']}"


def certificate_number(act: Act) -> str:
    """The number of the certificate that a certifying decision gives, such as CERT-B2025-01."""
    number = f"-{act.variables['nn']}" if "nn" in act.variables else ""
    return f"CERT-{act.variables['batch']}{number}"


def refusals(subject: Subject, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What stands against the package: errors and unopened holds that bear on it, and logs that are not issued."""
    mine = [finding for finding in findings if finding.severity != "warning" and bears_on(subject, finding)]
    if subject.newest_issue() is None:
        rule, title, requirement, clause = NO_ISSUE
        found = f"{subject.id} has no issue that is signed as prepared and as checked"
        path = f"{subject.folder}issue.1.yaml"
        remedy = f"Write {path} with the entries of each log, and have it prepared and checked."
        mine.append(Finding(path, 1, 1, rule, "error", title, requirement, found, remedy, clause))
    else:
        mine += _decisions_not_issued(subject, subject.newest_issue())
    return root_cause_first(mine)


def _decisions_not_issued(subject: Subject, issue: Act | None) -> list[Finding]:
    """A package must not show a batch otherwise than the QP decided on it since."""
    rule, title, requirement, clause = NO_ISSUE
    found = []
    decisions = [act for batch in subject.batches for act in (*batch.decisions, *batch.void)]
    decisions = [act for act in decisions if act.form.id == "certification"]
    for act in (*decisions, *(act.voided_by for act in decisions if act.voided_by)):
        if issue and act.signed and not issue.saw(act):
            said = f"{act.path} is not in this issue, which is the newest"
            remedy = "Issue the logs again, with the next number."
            found.append(Finding(issue.path, 1, 1, rule, "error", title, requirement, said, remedy, clause))
    return found


def warnings(subject: Subject, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What bears on the package without standing against it."""
    return tuple(f for f in root_cause_first(findings) if f.severity == "warning" and bears_on(subject, f))


def elsewhere(subject: Subject, findings: Iterable[Finding]) -> int:
    """How many errors and holds lie outside the package's closure."""
    return sum(finding.severity != "warning" and not bears_on(subject, finding) for finding in set(findings))


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


def bears_on(subject: Subject, finding: Finding) -> bool:
    """Root, register changes, forms list, templates and the SOP bear on every package; so does a deviation that was
    changed, lost, cannot be read or names what there is not: nobody can tell which batches it concerns."""
    trusted = ("templates", "records/root.", "records/registers/change.", "records/registers/forms", "records/sop/")
    if finding.rule in ("T01", "T02", "T03") or finding.path.startswith(trusted):
        return True
    doubtful = finding.rule in ("R01", "R03", "R05", "R44") or finding.rule[0] in "YS"
    if doubtful and finding.path.startswith(DEVIATIONS):
        return True
    return finding.path in subject.closure or subject.holds(finding.path)
