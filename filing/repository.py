"""A record repository as read: its files, records and forms, what stands signed, and every finding on the way.

The files come from a checkout, a commit or a package; this room does not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from filing import load, progress, validate
from filing.forms import Form, Forms, load_forms
from filing.history import Break
from filing.judging import Cause, Evidence, Judgement, judge
from filing.model import CannotRun, Finding, Record, Severity
from filing.references import References
from filing.relations import Relations
from filing.render.closure import closure_digest
from filing.requirements import REQUIREMENTS
from filing.trust import PIN_FILE, ROOT_FILE

_LOST = ("R05", "R44")
_READ = (".yaml", ".signoff", ".signoff.sig")
_ORDER = {rule: place for place, rule in enumerate("T01 R44 T02 T03 T04 R05 R13 R06 R07 R04".split())}
"""Root, lost files, register changes, forms, then the sign-offs; the record rules follow by path."""


@dataclass(frozen=True)
class Repository:
    files: Mapping[str, bytes]
    records: Mapping[str, Record]
    unfit: frozenset[str]
    forms: Forms
    references: References
    schemas: validate.Schemas
    judgement: Judgement
    relations: Relations
    findings: tuple[Finding, ...]
    """What was found while reading and judging; the record rules add theirs."""

    @cached_property
    def demonstration(self) -> bool:
        return self.judgement.root is not None and self.judgement.root.demonstration

    def form_of(self, record: Record) -> Form | None:
        return self.forms.of(record.path, record.form)


def everything_inside(path: str) -> bool:
    """In a repository everything that was seen must be there."""
    return True


def no_upper_bound(path: str) -> str:
    """Without history a claimed time has no upper bound."""
    return ""


def read(
    files: Mapping[str, bytes],
    *,
    pin: str,
    latest: Callable[[str], str] = no_upper_bound,
    inside: Callable[[str], bool] = everything_inside,
    breaks: tuple[Break, ...] = (),
    presumed: Mapping[str, str] | None = None,
) -> Repository:
    """Loads, validates and judges the files of a repository or package (paths from "records/" and "schemas/").

    `presumed` are the statements, by path, of a rehearsal of signing, each with the public key that is about to sign.
    """
    records, findings = _load(files)
    forms, references, schemas = _forms(tuple(item for item in files.items() if item[0].startswith("schemas/")))

    def acts_named(record: Record) -> tuple[str, ...]:
        return tuple(act.path for act in references.acts(record))

    evidence = Evidence(
        files, records, frozenset(), forms, pin, latest, inside, references.entries, acts_named, presumed or {}
    )
    # A package comes from anywhere: a schema that QA did not approve may be made to run for ever, so it is never run.
    approved = None if inside is everything_inside else {line.schema for line in judge(evidence).forms}
    unfit = set()
    for path, record in records.items():
        progress.at(f"Comparing {path} with its form")
        form = forms.of(path, record.form)
        if approved is not None and form and form.digest not in approved:
            # Where no forms list stands at all, why it does not is the only thing to say.
            found = [_unapproved(record, form)] if approved else []
        else:
            found = _against_form(record, forms, schemas)
        if found:
            unfit.add(path)
            findings += found
    evidence = replace(evidence, unfit=frozenset(unfit))
    progress.at("Judging the sign-offs")
    judgement = judge(evidence)
    told = {item.path for item in breaks}  # with the commit and the command that mends it
    findings += [
        _finding(cause, judgement) for cause in judgement.causes if not (cause.path in told and cause.rule in _LOST)
    ]
    findings += [_broken(item, files, judgement) for item in breaks]
    findings += [*_unread(files), *_templates(files, judgement)]
    return Repository(
        files,
        records,
        evidence.unfit,
        forms,
        references,
        schemas,
        judgement,
        Relations(records),
        root_cause_first(findings),
    )


def root_cause_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, in the order in which they are mended: what is not trusted voids what stands on it."""
    return tuple(sorted(set(findings), key=_urgency))


def _urgency(finding: Finding) -> tuple[bool, int, Finding]:
    return finding.severity == "warning", _ORDER.get(finding.rule, len(_ORDER)), finding


def _unread(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Files below records/ that nobody reads: a record under a wrong ending is an error, anything else a warning."""
    words = REQUIREMENTS["T06"]
    for path in files:
        if path.startswith("records/") and not path.endswith(_READ) and path not in (ROOT_FILE, PIN_FILE):
            record = path.lower().endswith((".yml", ".yaml"))
            remedy = "Rename it: a record ends in .yaml" if record else "Keep it outside records/."
            severity: Severity = "error" if record else "warning"
            found = "it is neither a record nor a sign-off, so nothing in it counts"
            yield Finding(path, 1, 1, "T06", severity, "file not read", words.requirement, found, remedy, words.clause)


def _templates(files: Mapping[str, bytes], judgement: Judgement) -> Iterator[Finding]:
    """Approved documents whose template is not here as approved; a package carries none and is not asked."""
    folders = sorted({path.split("/")[1] for path in files if path.startswith("templates/")})
    try:
        here = {closure_digest(files, folder) for folder in folders}
    except CannotRun as fault:
        here, folders = set(), [*folders, str(fault)]
    words = REQUIREMENTS["T04"]
    for line in judgement.forms if folders else ():
        if line.template and line.template not in here:
            found = (
                f"no template is the one approved for {line.id} version {line.version}; there are {', '.join(folders)}"
            )
            remedy = "Restore templates/ as approved; a change needs a new version, approved in the forms list."
            yield Finding(
                "templates", 1, 1, "T04", "error", "template changed", words.requirement, found, remedy, words.clause
            )


def _load(files: Mapping[str, bytes]) -> tuple[dict[str, Record], list[Finding]]:
    records: dict[str, Record] = {}
    findings: list[Finding] = []
    for path, data in sorted(files.items()):
        if path.startswith("records/") and path.endswith(".yaml"):
            progress.at(f"Reading {path}")
            record, found = _record(path, data)
            findings += found
            if record is not None:
                records[path] = record
    return records, findings


@lru_cache(maxsize=2**15)
def _record(path: str, data: bytes) -> tuple[Record | None, tuple[Finding, ...]]:
    """The same bytes are read once, however often a repository is judged while somebody writes in it."""
    return load.load_record(path, data)


@lru_cache(maxsize=4)
def _forms(files: tuple[tuple[str, bytes], ...]) -> tuple[Forms, References, validate.Schemas]:
    return load_forms(dict(files)), References(dict(files)), validate.Schemas(dict(files))


def _against_form(record: Record, forms: Forms, schemas: validate.Schemas) -> list[Finding]:
    if forms.of(record.path, record.form) is None:
        known = ", ".join(form.name for form in forms.of_path(record.path))
        found = f"the record names the form {record.form or 'none'}" + (
            "" if known else "; no form is for a file of this name"
        )
        remedy = (
            f"Write form: {known}"
            if known
            else "Name the file as its kind of record asks; see docs for the names of acts."
        )
        place = record.at(("form",))
        words = REQUIREMENTS["T04"]
        return [
            Finding(
                record.path,
                place.line,
                place.column,
                "T04",
                "error",
                "no form for this act",
                words.requirement,
                found,
                remedy,
                words.clause,
            )
        ]
    return list(validate.validate(record, schemas))


def _unapproved(record: Record, form: Form) -> Finding:
    words = REQUIREMENTS["T04"]
    found = f"{form.name} is not a form that the package's own forms list approves"
    remedy = "Ask for the package as it was made."
    return Finding(
        record.path, 1, 1, "T04", "error", "form not approved", words.requirement, found, remedy, words.clause
    )


def _finding(cause: Cause, judgement: Judgement) -> Finding:
    words = REQUIREMENTS[cause.rule]
    voided = judgement.voided.get(cause, ())
    found = cause.found + (f". Void are: {', '.join(voided)}" if voided else "")
    return Finding(
        cause.path, 1, 1, cause.rule, "error", cause.title, words.requirement, found, cause.remedy, words.clause
    )


def _broken(item: Break, files: Mapping[str, bytes], judgement: Judgement) -> Finding:
    words = REQUIREMENTS["R44"]
    where = f"in commit {item.commit[:12]}" if item.commit else "in the working tree, which is not committed yet"
    voided = [p for p, cause in judgement.struck.items() if cause.path == item.path]
    found = f"after it had been signed, the file was {item.what} {where}" + (
        f". Void are: {', '.join(sorted(voided))}" if voided else ""
    )
    before = f"{item.commit[:12]}~1" if item.commit else "HEAD"
    remedy = f"Put it back: git checkout {before} -- {item.path}"
    return Finding(
        item.path, 1, 1, "R44", "error", "signed file changed or gone", words.requirement, found, remedy, words.clause
    )
