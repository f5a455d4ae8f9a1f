"""What is known of the deviations of a batch: which need the QP's disposition, since when, and what the QP decided.

Evidence against a batch counts signed or not, seen or not; a disposition that permits counts only if it is signed and,
for a certification, was seen. What follows from it is for the rules to say.
"""

from __future__ import annotations

from filing.act import PERMITTING, QUALITY, Act, forbids
from filing.journal import Batch, Deviation
from filing.rules.consignments import said
from filing.rules.onward import Step, certifies

_REPORT, _INVESTIGATION = "deviation.report", "deviation.investigation"


def standing_decisions(batch: Batch) -> tuple[Act, ...]:
    """The decision that stands, and those being written."""
    standing = [act for act in batch.decisions if act.signed][-1:]
    return (*standing, *(each for each in batch.decisions if not each.signed))


def certifying_decisions(batch: Batch) -> tuple[Act, ...]:
    """The certifying decision that stands, and those being written."""
    return tuple(filter(certifies, standing_decisions(batch)))


def concerned(batch: Batch) -> tuple[tuple[Deviation, str], ...]:
    """The deviations that need a disposition, or have one that forbids, each with the batches concerned: this one, or
    one it was made from."""
    pairs = [(deviation, name) for deviation in batch.deviations for name in sorted(deviation.batches & batch.family)]
    return tuple(pair for pair in pairs if _needs_disposition(pair[0]) or ((act := standing(*pair)) and forbids(act)))


def _needs_disposition(deviation: Deviation) -> bool:
    """Whether any revision of the report, signed or not, calls it one of GMP or GDP: only the QP takes that back."""
    return deviation.needs_disposition or any(map(_of_quality, _reports(deviation)))


def _of_quality(report: Act) -> bool:
    return str(report.value("category")).startswith(QUALITY)


def _reports(deviation: Deviation) -> tuple[Act, ...]:
    """The report in every revision, signed or not, oldest first."""
    report, drafts = deviation.report, _drafts(deviation, _REPORT)
    return (*report.earlier, report, *drafts) if report else drafts


def _drafts(deviation: Deviation, form_id: str) -> tuple[Act, ...]:
    return tuple(draft for draft in deviation.drafts if draft.form.id == form_id)


def first_report(deviation: Deviation, name: str) -> Act | None:
    """The first signed report that says of the batch that it has a GMP or GDP deviation."""
    signed = (act for act in _reports(deviation) if act.signed and _of_quality(act))
    return next((act for act in signed if name in named_batches(act)), None)


def named_batches(report: Act) -> tuple[str, ...]:
    found = report.value("batches")
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def came_up_after(certification: Act, deviation: Deviation, name: str) -> bool:
    """Whether a deviation was first reported after a signed certification. Of a report that nobody signed nobody can
    tell, so that it was not."""
    first = first_report(deviation, name)
    return first is not None and certification.signed and first.utc > certification.utc


def known_when(decision: Act, deviation: Deviation, family: frozenset[str]) -> bool:
    """Whether a deviation of any kind had been reported of these batches when the QP decided; a report that is being
    written counts only against a decision that is being written, too."""
    before = (act for act in _reports(deviation) if act.signed and act.utc < decision.utc)
    return not decision.signed or any(family.intersection(named_batches(act)) for act in before)


def known_at(step: Step, deviation: Deviation, name: str) -> bool:
    """Whether a deviation had been reported when a release or dispatch was made."""
    first = first_report(deviation, name)
    return step.came_after(first) if first else not step.act.signed


def in_force(deviation: Deviation, name: str) -> tuple[Act, ...]:
    """The newest signed disposition of a batch, and those being written."""
    found = deviation.dispositions(name)
    return (*[act for act in found if act.signed][-1:], *(act for act in found if not act.signed))


def standing(deviation: Deviation, name: str) -> Act | None:
    """The newest disposition of a batch that is signed, or forbids."""
    return next((act for act in reversed(deviation.dispositions(name)) if act.signed or forbids(act)), None)


def not_permitted(act: Act, deviation: Deviation, name: str) -> str:
    """Why no disposition permits a certification, or did when it was signed; "" where one does."""
    what, signed = f"{deviation.id} of {name}", [each for each in deviation.dispositions(name) if each.signed]
    relied = [seen for each in signed if (seen := _relied_on(act, each))]
    if relied and not forbids(relied[-1]):
        return ""
    if relied:
        newest = relied[-1]
        forbade = next(act for act in (*newest.earlier, newest) if act.value("decision") not in PERMITTING)
        lifted = "" if forbade is newest else "; a correction cannot lift it, only a later disposition can"
        return f'the disposition of {what} was "{said(forbade, "decision")}" when the batch was certified{lifted}'
    if not signed:
        drafted = bool(deviation.dispositions(name))
        return f"{what} has no disposition by the QP" + (" that is validly signed" if drafted else "")
    if signed[-1].utc > act.utc:
        return f"the disposition of {what} was signed on {signed[-1].day}, after the certification on {act.day}"
    return f"the QP certified without having seen the disposition of {what}"


def _relied_on(act: Act, disposition: Act) -> Act | None:
    """The revision of a signed disposition that bears on a certification: what it saw, and what forbade it unseen."""
    if not act.signed:
        return disposition
    unseen = disposition if forbids(disposition) and disposition.utc <= act.utc else None
    return disposition.as_seen_by(act) or unseen


def not_met(deviation: Deviation, disposition: Act | None) -> str:
    """Which act says that the registered specifications are not met; "" where none does."""
    if disposition and disposition.value("registered_specifications") == "not_met":
        return "disposition"
    investigations = (*deviation.of(_INVESTIGATION), *_drafts(deviation, _INVESTIGATION))
    against = any(act.value("registered_specifications") == "not_met" for act in investigations)
    of_consignments = disposition and deviation.report and deviation.report.value("consignments")
    return "investigation" if against and not of_consignments else ""


def policy_allows_section_3(batch: Batch, act: Act) -> bool:
    """Whether the policies of all trials of the batch, as the act's signer saw them, allow section 3 of Annex 16."""
    policies = [act.register("policies", trial.data["policy"]) for trial in batch.trials(act)]
    return bool(policies) and all(policy and policy.data["deviations"] == "annex16_s3" for policy in policies)
