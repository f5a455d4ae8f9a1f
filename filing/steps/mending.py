"""What stands against a batch comes first: the top error to be mended, corrections to be signed, holds to be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.forms import Form
from filing.journal import Folder
from filing.judging import UNFINISHED
from filing.model import Finding
from filing.rules import RULES
from filing.steps.sop import in_role
from filing.steps.stages import Case, Found
from filing.steps.step import Step

ANSWERED: Mapping[str, str] = {"R26": "disposition", "R28": "handoff", "R49": "filing"}
"""Rules whose breach the next act mends, by what the names of such acts begin with."""
_BY_COMMAND: Mapping[str, tuple[str, ...]] = {
    "R22": ("new certification {batch} decision=suspended", "new certification {batch} decision=rejected"),
    "R61": ("new deviation.report {batch}",),
    "R37": ("new deviation.report {batch}",),
    "R64": ("issue --batch {batch}",),
}
"""Rules whose breach on a signed record no correction of it mends."""


def corrections(case: Case) -> Found:
    """Revisions and voids that wait for their signature; what they change is not in force until then."""
    for folder in _folders(case):
        for draft in folder.drafts:
            yield from case.propose.to_sign(draft.record, draft.form)


def errors(case: Case, coming: frozenset[str]) -> Found:
    """The error to be mended first. One on a record that nobody signed yet waits until it is that record's turn, unless
    the record cannot be read; `coming` are the kinds of what is proposed anyhow."""
    found = [finding for finding in case.desk.against_batch(case.batch) if finding.severity == "error"]
    standing = [finding for finding in found if _is_due(case, finding)]
    standing = [f for f in standing if not any(kind.startswith(ANSWERED.get(f.rule, "-")) for kind in coming)]
    waits = next((case.desk.repository.records.get(f.path) for f in standing if f.title == UNFINISHED), None)
    form = case.desk.repository.form_of(waits) if waits else None
    if waits and form:
        yield from case.propose.to_sign(waits, form)
    elif standing:
        yield _to_mend(case, standing[0], len(standing))


def _is_due(case: Case, finding: Finding) -> bool:
    repository, path = case.desk.repository, finding.path
    if not path.endswith(".yaml") or path not in repository.records or path in repository.unfit:
        return True
    form = repository.forms.of(path, repository.records[path].form)
    return path in repository.judgement.acts or form is None or not form.slots


def _to_mend(case: Case, finding: Finding, count: int) -> Step:
    repository, path = case.desk.repository, finding.path
    act = next((act for folder in _folders(case) for act in folder.acts if act.path == path and act.signed), None)
    place = f"{path}:{finding.line}" if finding.line > 1 else path
    what = f"mend {place}: {finding.found}. {finding.remedy}"
    what += f" {count - 1} more stand against the batch." if count > 1 else ""
    if act and finding.rule in _BY_COMMAND:
        commands = tuple(command.format(batch=case.batch.id) for command in _BY_COMMAND[finding.rule])
    elif act and act.form.revisions and not act.form.voids:
        commands = (f"revise {path}",)
    else:
        commands = (f"check {path}" if path in repository.files else "check",)
    name = path.removesuffix(".yaml").rpartition("/")[2]
    return Step(path, "mend", name, what, finding.clause, commands)


def open_holds(case: Case) -> tuple[Finding, ...]:
    """The holds on signed records: no package is made before they are opened, or their reason is gone."""
    acts = case.desk.repository.judgement.acts
    return tuple(f for f in case.desk.against_batch(case.batch) if f.severity == "hold" and f.path in acts)


def holds(case: Case, coming: frozenset[str]) -> Found:
    """The justification that opens each hold; not of one that the next act ends, of which `coming` are the kinds."""
    for finding in open_holds(case):
        drafts = [act for act in case.batch.of("justification") if not act.signed]
        written = [act for act in drafts if (act.value("rule"), act.value("record")) == (finding.rule, finding.path)]
        if written:
            yield from case.propose.to_sign(written[0].record, written[0].form)
        elif not any(kind.startswith(ANSWERED.get(finding.rule, "-")) for kind in coming):
            yield from _to_justify(case, finding)


def _to_justify(case: Case, finding: Finding) -> Found:
    role = next((rule.opened_by for rule in RULES if rule.id == finding.rule), "")
    form = case.desk.repository.forms.latest("justification")
    signers = {s.statement.signer for s in case.desk.repository.judgement.acts.get(finding.path, ())}
    if not role or form is None:
        return
    people = tuple(pair for pair in _who(case, form) if pair[1] == role and pair[0] not in signers)
    what = f"{finding.found}. {finding.remedy}"
    if "justif" not in finding.remedy:
        what += f" Or {in_role(role)} justifies it."
    instead = [f"revise {act.path}" for act in case.batch.decisions[-1:] if finding.rule == "R45" and act.signed]
    commands = (*instead, f"justify {finding.rule} {finding.path}")
    name = finding.path.removesuffix(".yaml").rpartition("/")[2]
    yield Step(finding.path, "hold", name, what, finding.clause, commands, (role,), people)


def _who(case: Case, form: Form) -> tuple[tuple[str, str], ...]:
    variables = case.next_number("justification")
    return next((step.people for step in case.propose.wanted("justification", variables)), ())


def _folders(case: Case) -> Iterator[Folder]:
    yield case.batch
    yield from case.batch.deviations
