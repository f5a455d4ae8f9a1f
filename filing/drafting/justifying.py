"""Justifications: the holds that are open, who may open each, and the record in which they say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filing.drafting import questions
from filing.drafting.beginning import Drafted, at_spot
from filing.drafting.kinds import Kinds
from filing.drafting.whereabouts import Whereabouts
from filing.journal import Journal
from filing.model import CannotRun, Finding
from filing.relations import batch_of
from filing.rules import RULES

_FORM = "justification"


@dataclass(frozen=True)
class Hold:
    """An open hold. `people` are those who may open it today, by name; nobody may who signed the record itself."""

    finding: Finding
    role: str
    people: tuple[str, ...]
    batches: tuple[str, ...]


def open_holds(journal: Journal, findings: Sequence[Finding], day: str) -> tuple[Hold, ...]:
    roles = {rule.id: rule.opened_by for rule in RULES}
    found = dict.fromkeys(finding for finding in findings if finding.severity == "hold")
    return tuple(_hold(journal, finding, roles.get(finding.rule, ""), day) for finding in found)


def _hold(journal: Journal, finding: Finding, role: str, day: str) -> Hold:
    judgement = journal.repository.judgement
    own = {signoff.statement.signer for signoff in judgement.acts.get(finding.path, ())}
    entitled = [p.id for p in judgement.states[-1].people.values() if p.grants(role, day) and p.id not in own]
    names = (judgement.states[-1].entries.get(f"records/registers/people/{person}") for person in sorted(entitled))
    own_batch = batch_of(finding.path)
    about = journal.repository.relations.batches_about(finding.path)
    decided = [b.id for b in journal.batches.values() if b.id in about and any(act.signed for act in b.decisions)]
    batches = (own_batch,) if own_batch else tuple(decided)
    return Hold(finding, role, tuple(str(entry.data["name"]) for entry in names if entry), batches)


def justified(
    journal: Journal, holds: Sequence[Hold], rule: str, path: str, words: Mapping[str, str], day: str, asks: bool
) -> Drafted:
    """The justification of a hold; CannotRun where that rule has no open hold on that record."""
    hold = next((each for each in holds if (each.finding.rule, each.finding.path) == (rule, path)), None)
    if hold is None:
        others = ", ".join(f"{each.finding.rule} on {each.finding.path}" for each in holds) or "none"
        raise CannotRun(f"{rule} has no open hold on {path}. Open are: {others}.", "justify")
    if not hold.role or not hold.batches:
        raise CannotRun(f"No justification opens this: {hold.finding.found}. {hold.finding.remedy}")
    form = Kinds(journal.repository, day).named(_FORM)
    left = [batch for batch in hold.batches if _written(journal, batch, hold) is None]
    if not left:
        drafts = [draft for batch in hold.batches if (draft := _written(journal, batch, hold))]
        raise CannotRun(f"{', '.join(drafts)} justifies it, once it is signed.", *(f"sign {draft}" for draft in drafts))
    batch = questions.choose("For which batch is it justified?", dict.fromkeys(left, ""))
    spot = Whereabouts(journal, day, questions.choose).spot(form, batch, {})
    unknown = set(words) - {"grounds"}
    if unknown:
        raise CannotRun(
            f"Only the grounds are given here, as grounds=...; {', '.join(sorted(unknown))} follows by itself."
        )
    digest = journal.repository.records[path].sha256
    return at_spot(journal, spot, {"rule": rule, "record": path, "sha256": digest, **words}, day, asks)


def _written(journal: Journal, batch: str, hold: Hold) -> str | None:
    """The justification of this very version that is written for a batch, signed or not."""
    folder = journal.batches.get(batch)
    record = journal.repository.records[hold.finding.path]
    for act in folder.of(_FORM) if folder else ():
        if (act.value("rule"), act.value("record"), act.value("sha256")) == (
            hold.finding.rule,
            record.path,
            record.sha256,
        ):
            return act.path
    return None
