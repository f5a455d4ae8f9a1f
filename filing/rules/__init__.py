"""The record rules, in the order of the SOP, and their run over a journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from filing.journal import Journal
from filing.model import Finding
from filing.requirements import REQUIREMENTS
from filing.rules.authorisation import authorisation_covers
from filing.rules.certificate import attestations_given, certificate_as_registered, certificate_complete
from filing.rules.chronology import chronology_holds
from filing.rules.documentation import batch_records_named, documents_complete, receipt_matches
from filing.rules.issues import issue_is_complete
from filing.rules.records import batch_has_master, dates_are_iso, numbers_are_contiguous, references_resolve
from filing.rules.rule import NotApplicable, Rule, each_batch
from filing.rules.statements import statement_fits, statement_stands_alone

_CERTIFICATE = "Content of the batch certificate"
RULES: tuple[Rule, ...] = (
    Rule("R01", "Reg. 2017/1569 Art. 8(2)", "error", "not in the registers", references_resolve),
    Rule("R02", "SOP 1.2, Reg. 2017/1569 Art. 8(1)", "error", "batch not documented", each_batch(batch_has_master)),
    Rule("R03", "PI 041, Annex 11 cl. 9", "error", "number missing", each_batch(numbers_are_contiguous)),
    Rule("R08", "SOP 2.2, CTR Art. 61", "error", "authorisation does not cover", each_batch(authorisation_covers)),
    Rule("R09", "SOP 1.1, CTR Art. 62(1)", "error", "documents incomplete", each_batch(documents_complete)),
    Rule("R11", "SOP 3.1, 4.1", "error", "order of events broken", each_batch(chronology_holds)),
    Rule("R16", "Annex 16 1.6", "error", "not attested", each_batch(attestations_given)),
    Rule("R17", f"SOP 2.2, {_CERTIFICATE.lower()}", "error", "statement not fit", each_batch(statement_fits)),
    Rule("R18", _CERTIFICATE, "error", "certificate incomplete", each_batch(certificate_complete)),
    Rule("R19", _CERTIFICATE, "error", "certificate differs", each_batch(certificate_as_registered)),
    Rule("R56", "PI 041", "error", "ambiguous date", each_batch(dates_are_iso)),
    Rule("R62", "SOP 2.1", "error", "batch records not named", each_batch(batch_records_named)),
    Rule("R63", f"SOP 2.2, {_CERTIFICATE.lower()}", "error", "certifying sentence repeated", statement_stands_alone),
    Rule("R64", "SOP 1.2, 2.2, Annex 11 cl. 9", "error", "issue incomplete", each_batch(issue_is_complete)),
    Rule("R65", "SOP 1.1, 1.2", "error", "receipt does not match", each_batch(receipt_matches)),
)


@dataclass(frozen=True)
class RuleResult:
    """What became of one rule: held, broken, or not applicable with the reason."""

    id: str
    result: str
    reason: str


def check_rules(journal: Journal) -> tuple[tuple[Finding, ...], tuple[RuleResult, ...]]:
    """Every rule over every batch: the findings, and what became of each rule.

    Without an accepted root there are no registers to hold a record against, so that no rule is run.
    """
    findings: list[Finding] = []
    idle: dict[str, str] = {}
    if not journal.repository.judgement.states:
        idle = {rule.id: "the root of trust is not accepted" for rule in RULES}
        return (), _results(journal.repository.findings, idle)
    for rule in RULES:
        subjects = list(rule.check(journal))
        reasons = [item.reason for found in subjects for item in found if isinstance(item, NotApplicable)]
        findings += [rule.finding(item) for found in subjects for item in found if not isinstance(item, NotApplicable)]
        if all(any(isinstance(item, NotApplicable) for item in found) for found in subjects):
            idle[rule.id] = reasons[0] if reasons else "there is no batch"
    return tuple(findings), _results((*journal.repository.findings, *findings), idle)


def _results(findings: Iterable[Finding], idle: dict[str, str]) -> tuple[RuleResult, ...]:
    broken = {finding.rule for finding in findings if finding.severity != "warning"}
    results = []
    for rule_id in sorted({*REQUIREMENTS, *(rule.id for rule in RULES)}):
        if rule_id in broken:
            results.append(RuleResult(rule_id, "broken", ""))
        elif rule_id in idle:
            results.append(RuleResult(rule_id, "not applicable", idle[rule_id]))
        else:
            results.append(RuleResult(rule_id, "held", ""))
    return tuple(results)
