"""The record rules, in the order of their numbers, and their run over a journal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from filing import progress
from filing.act import Act
from filing.journal import Journal
from filing.model import Finding
from filing.relations import batch_of
from filing.requirements import REQUIREMENTS
from filing.rules.archiving import archived_after_the_trial, archivist_is_named
from filing.rules.authorisation import authorisation_covers
from filing.rules.capa import capas_decided, closed_after_its_capas, closed_in_a_day, serious_breach_assessed
from filing.rules.certificate import attestations_given, certificate_as_registered, certificate_complete
from filing.rules.certificates import certificates_cited
from filing.rules.chronology import chronology_holds, order_can_be_shown
from filing.rules.corrections import corrections_followed
from filing.rules.decisions import decisions_in_register
from filing.rules.deviations import (
    dispositions_permit,
    later_deviations_assessed,
    specifications_met,
    withdrawn_goes_nowhere,
)
from filing.rules.distribution import label_states_expiry, quantities_add_up, shelf_life_is_left, site_is_open
from filing.rules.documentation import batch_records_named, documents_complete, receipt_matches
from filing.rules.dossier import dossier_as_received, not_expired
from filing.rules.filing import everything_filed, filed_as_final
from filing.rules.free_text import texts_say_something
from filing.rules.handoff import decision_handed_off
from filing.rules.issues import issue_is_complete
from filing.rules.kits import kits_are_unique
from filing.rules.receipts import excursion_is_a_deviation, receipt_as_required
from filing.rules.records import dates_are_iso, documented_in_place, numbers_are_contiguous, references_resolve
from filing.rules.release import authorised_before_release, released_before_dispatch, released_by_the_sponsor
from filing.rules.rule import NotApplicable, Rule, each_batch, each_deviation, each_folder
from filing.rules.segregation import duties_apart
from filing.rules.statements import statement_fits, statement_stands_alone
from filing.rules.times import late_entries_justified, sop_in_force, times_possible

_CERTIFICATE = "Content of the batch certificate"
_SPONSOR = "EMA sponsor guideline 2022"
RULES: tuple[Rule, ...] = (
    Rule("R01", "Reg. 2017/1569 Art. 8(2)", "error", "not in the registers", references_resolve),
    Rule("R02", "SOP 1.2, Reg. 2017/1569 Art. 8(1)", "error", "not documented", each_folder(documented_in_place)),
    Rule("R03", "PI 041, Annex 11 cl. 9", "error", "number missing", numbers_are_contiguous),
    Rule("R08", "SOP 2.2, CTR Art. 61", "error", "authorisation does not cover", each_batch(authorisation_covers)),
    Rule("R09", "SOP 1.1, CTR Art. 62(1)", "error", "documents incomplete", each_batch(documents_complete)),
    Rule("R10", "SOP 1.1, CTR Art. 25", "hold", "dossier not as received", each_batch(dossier_as_received), "qp"),
    Rule("R11", "SOP 3.1, 4.1", "error", "order of events broken", each_batch(chronology_holds)),
    Rule("R12", "PI 041", "warning", "order not shown", each_batch(order_can_be_shown)),
    Rule("R13", "PI 041, 21 CFR 11.10(e)", "error", "time not plausible", each_folder(times_possible)),
    Rule("R14", "PI 041", "hold", "recorded late", each_folder(late_entries_justified), "qa"),
    Rule("R16", "Annex 16 1.6", "error", "not attested", each_batch(attestations_given)),
    Rule("R17", f"SOP 2.2, {_CERTIFICATE.lower()}", "error", "statement not fit", each_batch(statement_fits)),
    Rule("R18", _CERTIFICATE, "error", "certificate incomplete", each_batch(certificate_complete)),
    Rule("R19", _CERTIFICATE, "error", "certificate differs", each_batch(certificate_as_registered)),
    Rule("R20", "SOP 2.2, CTR Annex VI", "error", "past its expiry", each_batch(not_expired)),
    Rule("R21", "SOP 4.1, ICH E6(R3) 3.15.3", "error", "shelf life too short", each_batch(shelf_life_is_left)),
    Rule("R22", "SOP 5.1, Annex 16 s. 3", "error", "deviation stands against it", each_batch(dispositions_permit)),
    Rule("R23", "SOP 5.1, Annex 16 s. 3", "error", "specifications not met", each_batch(specifications_met)),
    Rule("R25", "SOP 4.1, 5.1", "error", "batch taken back", each_batch(withdrawn_goes_nowhere)),
    Rule("R26", "SOP 5.1, Annex 16", "hold", "deviation not assessed", each_batch(later_deviations_assessed), "qp"),
    Rule("R28", "SOP 3.2, 3.3", "error", "decision not handed off", each_batch(decision_handed_off)),
    Rule("R29", f"SOP 3.1, 4.1, {_SPONSOR}", "error", "not released for this", each_batch(released_before_dispatch)),
    Rule("R30", "SOP 4.1, CTR Art. 8", "error", "trial not authorised", each_batch(authorised_before_release)),
    Rule("R31", f"SOP 4.1, {_SPONSOR}", "error", "released by somebody else", each_batch(released_by_the_sponsor)),
    Rule("R32", "SOP 4.1, ICH E6(R3)", "error", "site not open", each_batch(site_is_open)),
    Rule("R33", "SOP 4.2, CTR Art. 51", "error", "quantities do not add up", quantities_add_up),
    Rule("R34", "SOP 4.2, CTR Art. 51", "error", "kits not accounted for", each_batch(kits_are_unique)),
    Rule("R35", "SOP 4.1, CTR Annex VI", "error", "label differs", each_batch(label_states_expiry)),
    Rule("R36", f"SOP 4.2, {_SPONSOR}", "warning", "receipt not as required", each_batch(receipt_as_required)),
    Rule("R37", f"SOP 5.1, 5.2, {_SPONSOR}", "error", "excursion not settled", each_batch(excursion_is_a_deviation)),
    Rule("R40", "CTR Art. 52", "error", "serious breach not settled", each_deviation(serious_breach_assessed)),
    Rule("R41", "SOP 5.2", "error", "closed too early", each_deviation(closed_after_its_capas)),
    Rule("R42", "SOP 5.2, PI 041", "warning", "closed within a day", each_deviation(closed_in_a_day)),
    Rule("R43", "EU GMP Chapter 2, Annex 11 cl. 2", "hold", "duties not kept apart", duties_apart, "qa"),
    Rule("R45", "PI 041, 21 CFR 11.70", "error", "correction not followed", each_folder(corrections_followed), "qp"),
    Rule("R46", "SOP 3.1, Reg. 2017/1569 Art. 12", "error", "certificate replaced", each_batch(certificates_cited)),
    Rule("R47", "SOP 2.2, Reg. 2017/1569 Art. 12", "error", "decision out of order", decisions_in_register),
    Rule("R48", "SOP 6.2, CTR Art. 57", "error", "not filed as final", each_batch(filed_as_final)),
    Rule("R49", "SOP 2.3, 6.1, CTR Art. 57", "hold", "record not filed", each_batch(everything_filed), "qa"),
    Rule("R50", "SOP 6.1, CTR Art. 58", "error", "not kept as required", each_batch(archived_after_the_trial)),
    Rule("R51", "SOP 6.2, CTR Art. 58", "error", "archivist not named", each_batch(archivist_is_named)),
    Rule("R54", "EU GMP Chapter 4, PI 041", "error", "procedure not in order", sop_in_force),
    Rule("R55", "PI 041", "error", "nothing said", each_folder(texts_say_something)),
    Rule("R56", "PI 041", "error", "ambiguous date", each_folder(dates_are_iso)),
    Rule("R61", "SOP 5.2", "error", "corrective action undecided", capas_decided),
    Rule("R62", "SOP 2.1", "error", "batch records not named", each_batch(batch_records_named)),
    Rule("R63", f"SOP 2.2, {_CERTIFICATE.lower()}", "error", "certifying sentence repeated", statement_stands_alone),
    Rule("R64", "SOP 1.2, 2.2, Annex 11 cl. 9", "error", "issue incomplete", issue_is_complete),
    Rule("R65", "SOP 1.1, 1.2", "error", "receipt does not match", each_batch(receipt_matches)),
)


@dataclass(frozen=True)
class RuleResult:
    """What became of one rule: held, broken, or not applicable with the reason."""

    id: str
    title: str
    requirement: str
    clause: str
    result: str
    reason: str

    @property
    def sop_clauses(self) -> tuple[str, ...]:
        """The clauses of the SOP it is cited for."""
        found = re.search(r"SOP ([0-9.]+(?:, [0-9.]+)*)", self.clause)
        return tuple(found[1].split(", ")) if found else ()


@dataclass(frozen=True)
class Examined:
    """Every finding of reading, judging and the rules, what became of each rule, and the holds that were opened.

    An opened hold stands among the findings as a warning that names its justification.
    """

    findings: tuple[Finding, ...]
    results: tuple[RuleResult, ...]
    opened: tuple[tuple[Finding, Act], ...]


def everywhere(finding: Finding) -> bool:
    """A check looks at every finding."""
    return True


def examine(journal: Journal, bearing: Callable[[Finding], bool] = everywhere) -> Examined:
    """The findings that bear on what is examined, and what became of each rule.

    Without an accepted root there are no registers to hold a record against, so that no rule is run.
    """
    read = [finding for finding in journal.repository.findings if bearing(finding)]
    if not journal.repository.judgement.states:
        idle = {rule.id: "the root of trust is not accepted" for rule in RULES}
        return Examined(tuple(read), _results(read, idle), ())
    found, idle = _run(journal)
    found += [finding for finding in _of_drafts(journal) if finding not in found]
    findings, opened = [], []
    for finding in (finding for finding in found if bearing(finding)):
        justification = _justification(journal, finding) if finding.severity == "hold" else None
        if justification:
            opened.append((finding, justification))
            said = f"{finding.found}; opened by {justification.path}, signed by {justification.last().statement.signer}"
            finding = replace(finding, severity="warning", found=said)
        findings.append(finding)
    return Examined((*read, *findings), _results((*read, *findings), idle), tuple(opened))


def _run(journal: Journal) -> tuple[list[Finding], dict[str, str]]:
    """Every rule over every subject: the findings, and why a rule did not apply."""
    findings: list[Finding] = []
    idle: dict[str, str] = {}
    for rule in RULES:
        progress.at(f"Checking {rule.id}, {rule.title}")
        subjects = list(rule.check(journal))
        reasons = [item.reason for found in subjects for item in found if isinstance(item, NotApplicable)]
        findings += [rule.finding(item) for found in subjects for item in found if not isinstance(item, NotApplicable)]
        if all(any(isinstance(item, NotApplicable) for item in found) for found in subjects):
            idle[rule.id] = reasons[0] if reasons else "there is nothing of the kind"
    return findings, idle


def _of_drafts(journal: Journal) -> Iterator[Finding]:
    """What the rules say about revisions that nobody has signed yet, as if they were in force."""
    drafts = {act.path for folder in journal.folders for act in folder.drafts}
    drafts |= {act.path for batch in journal.batches.values() for act in batch.decisions if not act.signed}
    if drafts:
        yield from (finding for finding in _run(replace(journal, drafts=True))[0] if finding.path in drafts)


def _justification(journal: Journal, hold: Finding) -> Act | None:
    """The justification that opens a hold: for this rule and this very record, by the role the rule names, and not by
    a signer of the record itself. It lies with the batch that the record is about, so that its signer's scope is that
    batch's; of a deviation each batch that was decided on needs one of its own."""
    role = next((rule.opened_by for rule in RULES if rule.id == hold.rule), "")
    record = journal.repository.records.get(hold.path)
    if record is None or not role:
        return None
    own = {signoff.statement.signer for signoff in journal.repository.judgement.acts.get(hold.path, ())}
    own_batch, about = batch_of(hold.path), journal.repository.relations.batches_about(hold.path)
    batches = [batch for name, batch in journal.batches.items() if name in about]
    decided = [batch.id for batch in batches if any(decision.signed for decision in batch.decisions)]
    found = []
    for name in [own_batch] if own_batch else decided:
        batch = journal.batches.get(name)
        for act in batch.of("justification") if batch else ():
            names_it = (act.value("rule"), act.value("record")) == (hold.rule, hold.path)
            if names_it and act.value("sha256") == record.sha256 and act.signed and _may_justify(act, role, own):
                found.append(act)
                break
        else:
            return None
    return found[0] if found else None


def _may_justify(justification: Act, role: str, own: set[str]) -> bool:
    statement = justification.last().statement
    return statement.role == role and statement.signer not in own


def _results(findings: Iterable[Finding], idle: dict[str, str]) -> tuple[RuleResult, ...]:
    found = list(findings)
    broken = {finding.rule for finding in found if finding.severity != "warning"}
    warned = {finding.rule for finding in found if finding.severity == "warning"}
    words = {name: (known.title, known.requirement, known.clause) for name, known in REQUIREMENTS.items()}
    words |= {rule.id: (rule.title, rule.requirement, rule.clause) for rule in RULES}
    results = []
    for name in sorted(words):
        result = "broken" if name in broken else "not applicable" if name in idle else "held"
        reason = idle[name] if result == "not applicable" else "with a warning" if name in warned - broken else ""
        results.append(RuleResult(name, *words[name], result, reason))
    return tuple(results)
