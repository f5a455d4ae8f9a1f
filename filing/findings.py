"""The report of a package: each clause of the SOP with its rules, what became of them and the records it rests on.

It is judged at the moment of the issue, over what the signers of the issue saw, so that it can be made again from the
package in 25 years; what a check says today may warn of more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from filing import gate, paper, rows
from filing.act import Act, mappings
from filing.frame import Frame, document
from filing.journal import Journal
from filing.model import Document, Finding
from filing.rules import Examined, RuleResult, examine
from filing.sop import sop_in_force
from filing.sources import sources_of
from filing.subject import Subject

FORM = "report"
_STYLES = {"broken": "bad", "held": "good", "not applicable": "secondary"}
_NOT_HERE = {
    "T01": "compare the root with the fingerprint you were given",
    "T05": "judged by the history when the package was made",
}
"""What paper cannot vouch for."""
_WORDS = {"broken": "broken", "held": "held", "not applicable": "did not apply"}


def report(subject: Subject, issue: Act) -> Document:
    """Findings and clauses as of the issue."""
    seen = {act.path for act in subject.acts if issue.saw(act)} | {issue.path}
    journal = Journal(subject.repository, as_of=issue.utc, within=seen.__contains__)
    examined = examine(journal, lambda finding: gate.bears_on(subject, finding))
    examined = replace(examined, results=tuple(map(_as_paper_can_tell, examined.results)))
    contents = {
        "facts": [{"label": label, "value": value} for label, value in _facts(subject, issue, examined).items()],
        "clauses": _clauses(subject, issue, journal, examined),
        "findings": [_finding(finding) for finding in examined.findings],
        "opened": [_opened(hold, justification) for hold, justification in examined.opened],
        "rules": [
            {
                "id": result.id, "requirement": result.requirement, "result": _WORDS[result.result],
                "style": _STYLES[result.result], "reason": result.reason,
            }
            for result in examined.results
        ],
    }  # fmt: skip
    frame = Frame(
        name="report",
        label="Report",
        title="Findings and Clauses",
        subtitle="What the SOP's clauses require, the rules that watch over them, and what became of each",
        version=f"Issue {issue.number}",
        form=FORM,
        control="REPORT",
        heading="Findings and Clauses",
        kind="Report",
        batches=", ".join(batch.id for batch in subject.batches),
        is_log=True,
    )
    return document(frame, subject.trials(issue), (issue,), sources_of((issue,)), contents)


def _as_paper_can_tell(result: RuleResult) -> RuleResult:
    reason = _NOT_HERE.get(result.id)
    return replace(result, result="not applicable", reason=reason) if reason else result


def _facts(subject: Subject, issue: Act, examined: Examined) -> Mapping[str, str]:
    count = {word: sum(result.result == word for result in examined.results) for word in _STYLES}
    names = ", ".join(batch.id for batch in subject.batches)
    return {
        "Judged as of": f"{paper.moment(issue.last().statement.time)} (claimed), when the issue was checked",
        "Records": f"{sum(issue.saw(act) for act in subject.acts)} signed acts of {names}",
        "Rules": f"{count['held']} held, {count['broken']} broken, {count['not applicable']} did not apply",
    }


def _clauses(subject: Subject, issue: Act, journal: Journal, examined: Examined) -> list[dict[str, object]]:
    """The SOP's clauses in order, as the SOP in force words them."""
    sop = sop_in_force(subject.journal, issue.day)
    found: list[dict[str, object]] = []
    for item in mappings(sop.value("procedure")) if sop else ():
        clause = str(item["clause"])
        rules = [
            {"ids": ", ".join(ids), "result": _WORDS[result], "style": _STYLES[result]}
            for result in _STYLES
            if (ids := [rule.id for rule in examined.results if rule.result == result and clause in rule.sop_clauses])
        ]
        records = [_called(subject, act) for act in subject.acts if issue.saw(act) and clause in act.form.clauses]
        found.append({
            "clause": clause, "requirement": str(item["requirement"]), "rules": rules,
            "records": ", ".join(records) or "none",
        })  # fmt: skip
    return found


def _called(subject: Subject, act: Act) -> str:
    """An act as people call it, such as "documentation.01 revision 1"; with its folder where that is another."""
    folder = act.variables.get("deviation") or act.variables.get("batch") or act.variables.get("trial", "")
    revision = f" revision {act.revision}" if act.revision else ""
    name = f"{act.name}{' void' if act.form.voids else revision}"
    return name if folder == subject.id else f"{folder} {name}"


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity, "style": "caution" if finding.severity == "warning" else "bad",
        "rule": finding.rule, "title": finding.title, "where": f"{finding.path}:{finding.line}",
        "requirement": finding.requirement, "found": _on_paper(finding.found), "remedy": finding.remedy,
        "clause": finding.clause,
    }  # fmt: skip


def _on_paper(text: str) -> str:
    """A message with its dates as paper has them."""
    return re.sub(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b(?!-)", lambda date: paper.day(date[0]), text)


def _opened(hold: Finding, justification: Act) -> dict[str, str]:
    reason, who = rows.justified(justification)
    name, _, when = who.rpartition(", ")
    return {"rule": hold.rule, "record": hold.path, "reason": reason.partition(": ")[2], "who": name, "when": when}
