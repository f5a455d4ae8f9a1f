"""Steps 2 and 3: each sign-off by itself, and against the form it was made on."""

from __future__ import annotations

from filing import signoffs as sealing
from filing.forms import Form, Slot, revision_of
from filing.judging.court import SIGNATURE, SUFFIX, Court, record_of, sha256
from filing.judging.faults import Void, fault
from filing.signoffs import NotASignOff, SignOff, Statement
from filing.trust import Root


def read_alone(court: Court, root: Root) -> None:
    """Step 2: each sign-off by itself."""
    for path in sorted(path for path in court.evidence.files if path.startswith("records/")):
        if path.endswith(SIGNATURE) and path.removesuffix(".sig") not in court.evidence.files:
            found = "its signature is there, but the sign-off itself is missing"
            court.blame(fault("signed file gone", path.removesuffix(".sig"), found))
        if path.endswith(SUFFIX):
            court.paths_of.setdefault(record_of(path)[0], []).append(path)
            try:
                court.admit(_alone(court, path, root))
            except Void as void:
                court.strike(path, void.cause)


def match_forms(court: Court) -> None:
    """Step 3: the form exists with that digest; slot, role and meaning are as it says."""
    for signoff in court.each():
        try:
            court.followed[signoff.path] = _form_and_slot(court, signoff)
        except Void as void:
            court.strike(signoff.path, void.cause)


def _alone(court: Court, path: str, root: Root) -> SignOff:
    files = court.evidence.files
    statement, key = _statement_and_key(court, path, root)
    record, slot = record_of(path)
    if statement.root != root.digest:
        raise Void(fault("sign-off of another repository", path, "it was made under another root of trust"))
    if statement.record != record or statement.revision != revision_of(record)[1]:
        found = f"it was made for {statement.record}, revision {statement.revision}"
        raise Void(fault("sign-off in the wrong place", path, found))
    if record not in files:
        raise Void(fault("signed file gone", record, "its sign-off is there, but the record is missing"))
    if statement.sha256 != sha256(files[record]):
        raise Void(fault("changed after it was signed", record, "the record is not the one that was signed"))
    return SignOff(path, slot, sha256(files[path]), statement, key)


def _statement_and_key(court: Court, path: str, root: Root) -> tuple[Statement, str]:
    files, signature = court.evidence.files, path + ".sig"
    presumed = court.evidence.presumed.get(path)
    if presumed is None and signature not in files:
        raise Void(fault("signature missing", signature, "the sign-off has no signature beside it"))
    try:
        statement = sealing.parse(files[path])
        key = presumed or sealing.key_of(files[signature], files[path], root.namespace)
    except NotASignOff as error:
        raise Void(fault("sign-off damaged", path, str(error))) from error
    if sealing.fingerprint(key) != statement.key:
        raise Void(fault("sign-off damaged", path, "the signature is by another key than the sign-off names"))
    return statement, key


def _form_and_slot(court: Court, signoff: SignOff) -> tuple[Form, Slot]:
    statement = signoff.statement
    form = _form(court, signoff)
    slot = form.slot(signoff.slot)
    if slot is None:
        found = f'the form {form.name} has no place "{signoff.slot}"'
        raise Void(fault("no such place to sign", signoff.path, found))
    if statement.role not in slot.roles:
        admitted = ", ".join(slot.roles)
        found = f'"{statement.role}" may not sign as "{slot.name}" on {form.name}; admitted: {admitted}'
        raise Void(fault("role not admitted", signoff.path, found))
    decision = court.evidence.records[statement.record].data.get("decision", "")
    meaning = slot.means(decision if isinstance(decision, str) else "")
    if statement.meaning != meaning:
        asked = f'"{meaning}"' if meaning else "none for this decision"
        found = f'it says "{statement.meaning}"; the meaning on {form.name} is {asked}'
        raise Void(fault("meaning not as the form says", signoff.path, found))
    return form, slot


def _form(court: Court, signoff: SignOff) -> Form:
    statement = signoff.statement
    record = court.evidence.records.get(statement.record)
    if record is None:
        raise Void(fault("signed record unreadable", statement.record, "the record cannot be read"))
    form = court.evidence.forms.of(statement.record, statement.form)
    if form is None or record.form != statement.form:
        found = f"it was signed on the form {statement.form}, the record says {record.form or 'none'}"
        raise Void(fault("no form for this act", signoff.path, found))
    if form.digest != statement.form_digest:
        found = f"{form.name} is not the form that was signed: it or a part it uses was edited"
        raise Void(fault("form changed after use", f"schemas/{form.name}.json", found))
    return form
