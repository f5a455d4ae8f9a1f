"""Steps 10 to 12: the forms list, the form of every sign-off, and what no form can loosen."""

from __future__ import annotations

from collections.abc import Mapping

from filing.forms import Form, corrected, revision_of
from filing.judging.court import FORMS_LIST, SUFFIX, Court, FormLine, state_number
from filing.judging.entitled import uncovered
from filing.judging.faults import Cause, fault
from filing.model import Record, Value
from filing.people import NotTrusted
from filing.signoffs import SignOff
from filing.trust import State, change_number

CONSTANTS: Mapping[str, tuple[str, str]] = {
    "certification": ("qp", "qp"),
    "disposition": ("qp", "qp"),
    "release": ("released", "release-officer"),
    "forms": ("approved", "qa"),
}
"""Kind of act -> the slot and the role without which it is not signed; a form may only ask for more."""

QP_SCOPE = {"mia": "/mia", "trial": "batch:/trials"}
"""What the role of a certifying QP must cover, whatever a form says."""


def forms_list(court: Court) -> tuple[tuple[FormLine, ...], Cause | None]:
    """Step 10: the lines of the forms list and its revisions, each signed by QA and keeping every earlier line; and
    why the list, or its next revision, is not accepted."""
    numbers = [revision_of(path)[1] for path in court.evidence.files if _is_forms_list(path)]
    lines: tuple[FormLine, ...] = ()
    for number in range(max(numbers, default=0) + 1):
        path = f"{FORMS_LIST}.r{number}.yaml" if number else f"{FORMS_LIST}.yaml"
        try:
            lines = _forms_revision(court, path, lines)
        except NotTrusted as error:
            return lines, _refused_list(court, path, error)
    return lines, None


def forms_in_force(court: Court, lines: tuple[FormLine, ...], refused: Cause | None) -> None:
    """Step 11: the form of every sign-off is listed with its digest and in force on the day."""
    for signoff in court.each():
        form, _ = court.followed[signoff.path]
        cause = _not_approved(form, lines, refused)
        if cause and _needs_no_date(signoff.statement.record):
            court.blame(cause)
        elif cause or (cause := _not_in_force(signoff, form, lines)):
            court.strike(signoff.path, cause)
    used = {r.form for path, r in court.evidence.records.items() if path.startswith("records/registers/")}
    for name in sorted(used & set(court.evidence.forms.by_name)):
        cause = _not_approved(court.evidence.forms.by_name[name], lines, refused)
        if cause:
            court.blame(cause)


def keep_constants(court: Court, states: tuple[State, ...]) -> None:
    """Step 12: what no form can loosen."""
    for signoff in court.each():
        cause = _beyond_constants(court, signoff, states)
        if cause:
            court.strike(signoff.path, cause)
    for signoff in court.each():
        form, _ = court.followed[signoff.path]
        slot, _ = CONSTANTS.get(form.kind, ("", ""))
        last = court.standing.get(f"{signoff.statement.record.removesuffix('.yaml')}.{slot}{SUFFIX}")
        if last and last != signoff and (signoff.sha256, signoff.path) not in last.statement.saw:
            found = f"{last.statement.signer} decided without having seen this sign-off"
            court.strike(signoff.path, fault("not seen by the one who decided", signoff.path, found))


def _is_forms_list(path: str) -> bool:
    return path.endswith(".yaml") and revision_of(path)[0] == FORMS_LIST


def _needs_no_date(record: str) -> bool:
    """Register changes and the forms list need an approved form, but no effective date."""
    return change_number(record) is not None or _is_forms_list(record)


def _refused_list(court: Court, path: str, error: NotTrusted) -> Cause:
    """A list whose approval is void is not accepted for what made it void."""
    void = [court.struck[signoff] for signoff in court.paths_of.get(path, ()) if signoff in court.struck]
    cause = void[0] if void else Cause(error.path, "T03", "forms list not accepted", error.found, error.remedy)
    for signoff in court.of(path):
        court.strike(signoff.path, cause)
    return court.blame(cause)


def _forms_revision(court: Court, path: str, before: tuple[FormLine, ...]) -> tuple[FormLine, ...]:
    record = court.evidence.records.get(path)
    if record is None or path in court.evidence.unfit:
        raise NotTrusted(path, "the forms list is missing, unreadable or not as its form asks", "Restore it.")
    approvals = [s for s in court.of(path) if (s.slot, s.statement.role) == CONSTANTS["forms"]]
    if not approvals:
        raise NotTrusted(path, "it is not signed by QA", "Have QA approve the forms list.")
    lines = _form_lines(record)
    if lines[: len(before)] != before or len({(line.id, line.version) for line in lines}) != len(lines):
        found = "it does not keep every earlier line as it was, or names a form twice"
        raise NotTrusted(path, found, "Only add lines at the end; never change, move or drop one.")
    former = corrected(path)
    if record.data.get("corrects", "") != (court.evidence.records[former].sha256 if former else ""):
        found = "it does not name the list before it under corrects"
        raise NotTrusted(path, found, "Write the SHA-256 of the list in force under corrects.")
    day = approvals[0].statement.day
    early = next((line for line in lines[len(before) :] if line.effective < day), None)
    if early:
        found = f"{early.id}@{early.version} is to be effective on {early.effective}, before its approval on {day}"
        raise NotTrusted(path, found, "Approve forms before they become effective.")
    return lines


def _not_approved(form: Form, lines: tuple[FormLine, ...], refused: Cause | None) -> Cause | None:
    line = next((line for line in lines if (line.id, line.version) == (form.id, form.version)), None)
    if line and line.schema == form.digest:
        return None
    if line is None and refused:
        return refused
    what = "is not the form that the forms list approves" if line else "is not in the forms list"
    return fault("form not approved", f"schemas/{form.name}.json", f"{form.name} {what}")


def _not_in_force(signoff: SignOff, form: Form, lines: tuple[FormLine, ...]) -> Cause | None:
    day = signoff.statement.day
    if _needs_no_date(signoff.statement.record):
        return None
    versions = {line.version: line.effective for line in lines if line.id == form.id}
    newest = max((version for version, effective in versions.items() if effective <= day), default=0)
    if newest == form.version:
        return None
    effective = versions[form.version]
    what = f"effective from {effective}" if effective > day else f"replaced by version {newest}"
    found = f"{form.name} is {what}; it was signed on {day}"
    return fault("form not in force", signoff.path, found)


def _beyond_constants(court: Court, signoff: SignOff, states: tuple[State, ...]) -> Cause | None:
    form, slot = court.followed[signoff.path]
    statement = signoff.statement
    deciding, role = CONSTANTS.get(form.kind, ("", ""))
    if slot.name != deciding:
        return None
    if statement.role != role:
        found = f'a form lets "{statement.role}" sign here, but only "{role}" may'
        return fault("role fixed by the SOP", signoff.path, found, "R07" if form.kind == "certification" else "")
    if form.kind in ("certification", "disposition"):
        grants = states[state_number(signoff)].people[statement.signer].grants(role, statement.day)
        part = uncovered(court, signoff, grants, QP_SCOPE)
        if part:
            found = f"{statement.signer} is not named as Qualified Person on {part['mia']} for {part['trial']}"
            return fault("QP of another authorisation", signoff.path, found)
    return None


def _form_lines(record: Record) -> tuple[FormLine, ...]:
    items = record.data.get("forms")
    return tuple(_form_line(record, item) for item in items) if isinstance(items, tuple) else ()


def _form_line(record: Record, item: Value) -> FormLine:
    """One line; what the tool relies on is checked here and not left to the form of the list."""
    values = item if isinstance(item, Mapping) else {}
    texts = [values.get(name, "") for name in ("id", "effective", "schema", "template")]
    version = values.get("version")
    if not all(isinstance(text, str) for text in texts) or not isinstance(version, int) or not (texts[0] and texts[1]):
        found = "a line does not give a form's id, version, effective date and digests"
        raise NotTrusted(record.path, found, "Mend the line.")
    form_id, effective, schema, template = map(str, texts)
    return FormLine(form_id, version, effective, schema, template)
