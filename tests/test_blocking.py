"""While a disposition of the QP stands that forbids it, no page certifies the batch: not in its own package, not in
that of its trial, whoever signed the certification and whatever became of the deviation.

Two locks are tried apart: the gate, and what the documents would be made of even if the gate stood open.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pytest
import yaml

from filing import documents, gate, logs, package, sheet
from filing.forms import load_forms
from filing.history import Commit
from filing.journal import Journal
from filing.load import load_record
from filing.model import Document, Value
from filing.provenance import PROVENANCE
from filing.rules import examine
from filing.subject import Subject, of_batch, of_trial
from filing.validate import schema_at
from filing.verify import verify
from tests import packages, repositories
from tests.repositories import as_shipped, founded, replaced, short_sample
from tools.refound import PLAN as SHIPPED_PLAN
from tools.refound import Signing

B1, B2 = "records/batches/B2025-01", "records/batches/B2025-02"
DEV, TRIAL = "records/deviations/DEV-2025-001", "records/trials/demo-101-302"
CERTIFICATION, REPORT = f"{B2}/certification.yaml", f"{DEV}/report.yaml"
DISPOSITION, INVESTIGATION, CLOSURE = (
    f"{DEV}/disposition.B2025-02.yaml",
    f"{DEV}/investigation.yaml",
    f"{DEV}/closure.yaml",
)
SENTENCE = "I hereby certify that this batch complies with the requirements of Article 62(1)"

Files = dict[str, bytes]
Texts = dict[str, str | bytes | None]
SHIPPED = as_shipped()


# ------------------------------------------------------------------------------------------------- the repositories


def certified(batch: str = "B2025-02", number: str = "DEMO-QPR-2025-0118") -> str:
    """The certification of B2025-02 as a QP would have to write it to certify the batch all the same."""
    text = SHIPPED[f"{B1}/certification.yaml"].decode()
    for old, new in (
        ("DEMO-QPR-2025-0117", number), ("amount: 480", "amount: 360"), ("ORD-2025-044", "ORD-2025-045"),
        ("L0231", "L0232"), ("B2025-01", batch),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    return text


def issue(kind: str, about: str, listed: Mapping[int, list[str]]) -> str:
    """The issue of a batch's or a trial's logs; every log that is not listed has a nil return."""
    lines = [f"form: {kind}@1", about, "logs:"]
    for number in range(1, 7):
        lines.append(f"  - annexure: {number}")
        if number in listed:
            lines += ["    entries:", *(f"      - {path}" for path in listed[number])]
        else:
            lines += ["    entries: []", f"    nil_return: Nothing to tell in annexure {number} until now."]
    return "\n".join(lines) + "\n"


def issues(number: int, listed: Mapping[int, list[str]]) -> Texts:
    """The issue of the logs of B2025-02, and that of the trial, which holds B2025-01 as well."""
    trial = {key: list(paths) for key, paths in listed.items()}
    trial[1] = [f"{B1}/documentation.01.yaml", *trial[1]]
    trial[2] = [f"{B1}/certification.yaml", *trial.get(2, [])]
    return {
        f"{B2}/issue.{number}.yaml": issue("issue", "batch: B2025-02", listed),
        f"{TRIAL}/issue.{number}.yaml": issue("trial-issue", "trial: demo-101-302", trial),
    }


DOCUMENTATION = f"{B2}/documentation.01.yaml"
_NEITHER_SIGNED = ("handoff", "filing", "issue", "certification")
BASE: Files = {
    **{path: data for path, data in short_sample().items() if "/issue.1" not in path},
    **{
        path: data
        for path, data in SHIPPED.items()
        if path.startswith(DEV) or (path.startswith(B2) and not path.removeprefix(f"{B2}/").startswith(_NEITHER_SIGNED))
    },
}
EARLY, LATE = "2025-09-04T18:0{}:00+01:00", "2025-11-18T11:0{}:00+00:00"
"""Before the deviation was reported, so that this issue stands whatever becomes of it; and when all is signed."""


def issuing(number: int, when: str) -> Iterator[Signing]:
    for place, path in enumerate((f"{B2}/issue.{number}.yaml", f"{TRIAL}/issue.{number}.yaml")):
        yield Signing(path, "prepared", "ravi-kumar", "log-keeper", when.format(2 * place), "IE")
        yield Signing(path, "checked", "sunita-reddy", "qa", when.format(2 * place + 1), "IE")


BY_THE_QP = Signing(CERTIFICATION, "qp", "m-keller", "qp", "2025-09-12T14:05:33+02:00")
ACTS = tuple(s for s in SHIPPED_PLAN if s.record in BASE)
ISSUES = (*issuing(1, EARLY), *issuing(2, LATE))


def in_order(plan: Iterable[Signing]) -> tuple[Signing, ...]:
    return tuple(sorted(plan, key=lambda signing: datetime.fromisoformat(signing.time)))


def repository(
    changed: Mapping[str, str | bytes | None] | None = None,
    plan: Iterable[Signing] = (*ACTS, BY_THE_QP),
    without: Iterable[str] = (),
) -> Files:
    """The whole story of B2025-02 with a certification in place of the rejection; `without` drops records."""
    listed = {1: [DOCUMENTATION], 2: [CERTIFICATION], 5: [REPORT]}
    texts: Texts = {
        **issues(1, {1: [DOCUMENTATION]}),
        **issues(2, listed),
        CERTIFICATION: certified(),
        **(changed or {}),
    }
    texts |= dict.fromkeys(without)
    texts = {path: text for path, text in texts.items() if text is not None or path in BASE}
    signed = {path for path in (*BASE, *texts) if texts.get(path, b"") is not None}
    return founded(texts, in_order(s for s in (*plan, *ISSUES) if s.record in signed), base=BASE)


@cache
def blocked() -> Files:
    """Certified by the QP against his own disposition, with nothing else done."""
    return repository()


@pytest.fixture(scope="module", autouse=True)
def forms_are_read_once() -> Iterator[None]:
    """No test changes a form; to read them again for every sign-off would take most of the time."""
    forms = load_forms(SHIPPED)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tools.refound.load_forms", lambda files: forms)
        yield


# ------------------------------------------------------------------------------------------------------ what is seen


def certifying(subject: Subject, batch: str = "B2025-02") -> list[str]:
    """What would certify the batch if the gate stood open: its certificate, each log and document that says so of it,
    and the cover."""
    found, issued = [], subject.newest_issue()
    if issued is None:
        return []
    for part in documents.parts(subject, issued):
        if part.certifies and part.batch and part.batch.id == batch:
            found.append(part.name)
        elif part.log:
            rows = rows_about(logs.log(subject, issued, part.log), batch)
            found += [part.name for row in rows if says(row, SENTENCE)]
        elif part.act and part.batch and not part.certifies:
            shown = sheet.sheet(part.batch, part.act, part.name).context
            found += [part.name] if part.batch.id == batch and says(shown, SENTENCE) else []
    return found + ["cover" for each in subject.batches if each.id == batch and gate.verdict(each).certified]


def rows_about(log: Document, batch: str) -> list[object]:
    rows = log.context["rows"]
    assert isinstance(rows, list)
    return [row for row in rows if says(row, batch)]


def says(value: object, text: str) -> bool:
    return any(text in shown for shown in packages.words(value))


def subjects_of(journal: Journal) -> tuple[Subject, Subject]:
    """The batch and its trial."""
    return of_batch(journal, "B2025-02"), of_trial(journal, "demo-101-302")


def packages_of(files: Files) -> list[tuple[bool, list[str]]]:
    """Of the batch's package and of its trial's: whether it is refused, and what would certify the batch in it."""
    journal = packages.journal_of(files)
    findings = examine(journal).findings
    return [(bool(gate.refusals(subject, findings)), certifying(subject)) for subject in subjects_of(journal)]


@cache
def undisturbed() -> Files:
    """No deviation at all: what every other repository would certify if nothing held it back."""
    listed = {1: [DOCUMENTATION], 2: [CERTIFICATION]}
    return repository(issues(2, listed), without=[path for path in BASE if path.startswith(DEV)])


def test_without_the_deviation_the_batch_would_be_certified() -> None:
    """What the other tests look for is there to be found."""
    files = undisturbed()
    journal = packages.journal_of(files)
    findings = examine(journal).findings
    batch, trial = subjects_of(journal)
    assert not gate.refusals(batch, findings) and not gate.refusals(trial, findings)
    assert certifying(batch) == ["certificate", "annexure-2", "cover"]
    assert certifying(trial) == ["certificate-b2025-02", "annexure-2", "cover"]


# -------------------------------------------------------------------------- every certification with every deviation


def qp_delisted(files: Files, time: str = "2025-09-11T09:00:00+02:00", but: str = "nothing") -> Files:
    """The QP's role taken away by a register change that lets stand what he had signed, except one record."""
    made = [
        hashlib.sha256(data).hexdigest()
        for path, data in sorted(files.items())
        if path.endswith(".signoff") and b"signer m-keller\n" in data and f"record {but}\n".encode() not in data
    ]
    kept = "".join(f'  - "{digest}"\n' for digest in made)
    until = f"    until: 2025-09-10\nmade:\n{kept}"
    return packages.revised(
        files, "people/m-keller", "    mia: DEMO-MIA-0001\n", f"    mia: DEMO-MIA-0001\n{until}", time=time
    )


def by_a_delisted_qp(changed: Texts, without: Iterable[str]) -> Files:
    """The certification and all that is later signed after the register change, and in its knowledge."""
    before = datetime.fromisoformat("2025-09-11T09:00:00+02:00")
    plan = [s for s in ACTS if s.record not in without]
    earlier = [s for s in plan if datetime.fromisoformat(s.time) < before]
    later = [s for s in (*plan, BY_THE_QP, *issuing(2, LATE)) if s not in earlier]
    files = repository(changed, earlier, without)
    for path in (path for path in files if "/issue.2." in path and path.endswith((".signoff", ".sig"))):
        files = packages.without(files, path)
    return packages.signed(qp_delisted(files), *in_order(later))


CERTIFICATIONS: dict[str, Callable[[Texts, Iterable[str]], Files]] = {
    "absent": lambda changed, without: repository(
        {**issues(2, {1: [DOCUMENTATION], 5: [REPORT]}), CERTIFICATION: None, **changed}, ACTS, without
    ),
    "not signed": lambda changed, without: repository(
        {**issues(2, {1: [DOCUMENTATION], 5: [REPORT]}), **changed}, ACTS, without
    ),
    "signed by the QP": lambda changed, without: repository(changed, (*ACTS, BY_THE_QP), without),
    "signed by another person": lambda changed, without: repository(
        changed, (*ACTS, replace(BY_THE_QP, signer="i-larsen")), without
    ),
    "signed by a de-listed QP": by_a_delisted_qp,
}
NO_CLOSURE = (CLOSURE, f"{DEV}/capa.02.effectiveness.yaml")


def edited(files: Files, path: str, *pairs: tuple[str, str]) -> Files:
    text = files[path].decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {**files, path: text.encode()}


def deleted(files: Files, start: str = DEV) -> Files:
    return {path: data for path, data in files.items() if not path.startswith(start)}


def reworded(files: Files) -> Files:
    """The report about a document, the disposition permitting, the specifications met."""
    files = edited(files, REPORT, ("category: GMP_storage", "category: documentation"))
    files = edited(files, DISPOSITION, ("not_certifiable", "certifiable"), ("not_met", "met"))
    return edited(files, INVESTIGATION, ("specifications: not_met", "specifications: met"))


def as_it_is(files: Files) -> Files:
    return files


DEVIATIONS: dict[str, tuple[tuple[str, ...], Callable[[Files], Files]]] = {
    "open": (NO_CLOSURE, as_it_is),
    "closed": ((), as_it_is),
    "deleted": ((), deleted),
    "reworded": ((), reworded),
}


@pytest.mark.parametrize("deviation", DEVIATIONS)
@pytest.mark.parametrize("certification", CERTIFICATIONS)
def test_no_page_certifies_while_the_disposition_forbids_it(certification: str, deviation: str) -> None:
    without, afterwards = DEVIATIONS[deviation]
    files = afterwards(CERTIFICATIONS[certification]({}, without))
    assert [pages for _, pages in packages_of(files)] == [[], []]


@pytest.mark.parametrize("deviation", ["open", "closed"])
def test_a_certification_that_stands_against_the_disposition_stops_the_package(deviation: str) -> None:
    files = CERTIFICATIONS["signed by the QP"]({}, DEVIATIONS[deviation][0])
    assert ("R22", CERTIFICATION) in packages.refused(files, "B2025-02")


def test_without_a_certification_the_package_can_be_made_and_says_why_it_certifies_nothing() -> None:
    journal = packages.journal_of(CERTIFICATIONS["absent"]({}, ()))
    findings = examine(journal).findings
    for subject in subjects_of(journal):
        assert gate.refusals(subject, findings) == ()
        planned = documents.plan(subject)
        rows = [row for d in planned.documents if d.name.startswith("annexure-") for row in rows_about(d, "B2025-02")]
        assert rows and not any(says(row, SENTENCE) for row in rows)
        assert says(
            documents.cover(planned, []).context,
            "No Qualified Person has decided on this batch yet: no decision is validly signed.",
        )


# ----------------------------------------------------------------------------------------------- who else could try


def at(record: str, slot: str, signer: str, role: str, time: str) -> Signing:
    return Signing(record, slot, signer, role, f"2025-09-{time}:00+02:00")


def r1(path: str) -> str:
    return path.replace(".yaml", ".r1.yaml")


def taking_back(path: str) -> str:
    return path.replace(".yaml", ".void.yaml")


def correction(path: str, *pairs: tuple[str, str]) -> Texts:
    """A correction of a shipped record."""
    text = SHIPPED[path].decode()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {r1(path): text + corrects(path)}


def corrects(path: str) -> str:
    digest = hashlib.sha256(SHIPPED[path]).hexdigest()
    return f'corrects: "{digest}"\nreason_class: error_of_fact\nreason: As it was.\n'


def void(path: str) -> Texts:
    digest = hashlib.sha256(SHIPPED[path]).hexdigest()
    return {taking_back(path): f'form: void@1\nvoids: "{digest}"\nreason: Entered in error.\n'}


PERMITS = (("not_certifiable", "certifiable"), ("not_met", "met"))
MET = (("specifications: not_met", "specifications: met"),)
SECOND = DISPOSITION.replace("02.yaml", "02.02.yaml")
BY_ALL = (*ACTS, BY_THE_QP)
PERMITTED = SHIPPED[DISPOSITION].decode().replace("not_certifiable", "certifiable").replace("not_met", "met")
MET_R1 = at(r1(INVESTIGATION), "investigated", "i-larsen", "qa", "10T15:00")
REPORTED = at(r1(REPORT), "reported", "h-richter", "depot", "11T09:00")
OPEN = (CLOSURE,)


def second_by(signer: str, role: str, time: str = "11T09:00") -> Files:
    """A later disposition that permits, after the investigation was corrected, signed by somebody."""
    changed = {SECOND: PERMITTED, **correction(INVESTIGATION, *MET)}
    return repository(changed, (*BY_ALL, MET_R1, at(SECOND, "qp", signer, role, time)), OPEN)


def of_category(category: str) -> Files:
    return repository({REPORT: replaced(SHIPPED, REPORT, "category: GMP_storage", f"category: {category}")})


LOCKED: dict[str, Callable[[], Files]] = {
    "the disposition comes after the certification": lambda: repository(
        plan=[replace(s, time="2025-09-16T10:00:00+02:00") if s.record == DISPOSITION else s for s in BY_ALL],
        without=[*OPEN, *(p for p in BASE if "/capa." in p)],
    ),
    "the certification claims to be older than the report": lambda: repository(
        plan=(*ACTS, replace(BY_THE_QP, time="2025-09-04T20:00:00+02:00"))
    ),
    "the reporter corrects the category": lambda: repository(
        correction(REPORT, ("GMP_storage", "documentation")), (*BY_ALL, REPORTED)
    ),
    "the reporter corrects the batch": lambda: repository(
        correction(REPORT, ("batches: [B2025-02]", "batches: [B2025-01]")), (*BY_ALL, REPORTED)
    ),
    "the reporter takes the report back": lambda: repository(
        void(REPORT), (*BY_ALL, replace(REPORTED, record=taking_back(REPORT)))
    ),
    "QA takes the disposition back": lambda: repository(
        void(DISPOSITION), (*BY_ALL, at(taking_back(DISPOSITION), "qp", "i-larsen", "qa", "11T09:00"))
    ),
    "the QP takes the disposition back": lambda: repository(
        void(DISPOSITION), (*BY_ALL, at(taking_back(DISPOSITION), "qp", "m-keller", "qp", "11T09:00"))
    ),
    "QA corrects the disposition": lambda: repository(
        correction(DISPOSITION, *PERMITS), (*BY_ALL, at(r1(DISPOSITION), "qp", "i-larsen", "qa", "11T09:00"))
    ),
    "QA signs a later disposition that permits": lambda: second_by("i-larsen", "qa"),
    "QA signs it as QP": lambda: second_by("sunita-reddy", "qp"),
    "nobody signs a later disposition that permits": lambda: repository(
        {SECOND: PERMITTED, **correction(INVESTIGATION, *MET)}, (*BY_ALL, MET_R1), OPEN
    ),
    "the QP of another authorisation permits": lambda: repository(
        {SECOND: PERMITTED.replace("DEMO-MIA-0001", "DEMO-MIA-0002"), **correction(INVESTIGATION, *MET)},
        (*BY_ALL, MET_R1, at(SECOND, "qp", "m-keller", "qp", "11T09:00")), OPEN,
    ),
    "the QP permits only after the certification": lambda: second_by("m-keller", "qp", "15T10:00"),
    "a permission is numbered before the prohibition": lambda: repository(
        {DISPOSITION.replace("02.yaml", "02.01.yaml"): PERMITTED},
        (*BY_ALL, at(DISPOSITION.replace("02.yaml", "02.01.yaml"), "qp", "m-keller", "qp", "11T09:00")),
    ),
    "another deviation permits": lambda: repository(
        {
            path.replace("DEV-2025-001", "DEV-2025-002"): text.replace("DEV-2025-001", "DEV-2025-002")
            for path, text in ((REPORT, SHIPPED[REPORT].decode()), (DISPOSITION, PERMITTED))
        },
        (
            *BY_ALL, at(REPORT.replace("25-001", "25-002"), "reported", "h-richter", "depot", "06T09:00"),
            at(DISPOSITION.replace("25-001", "25-002"), "qp", "m-keller", "qp", "11T09:00"),
        ),
    ),
    "the rejection is corrected into a certification": lambda: repository(
        {
            CERTIFICATION: SHIPPED[CERTIFICATION],
            r1(CERTIFICATION): certified() + corrects(CERTIFICATION),
        },
        (*BY_ALL, at(r1(CERTIFICATION), "qp", "m-keller", "qp", "13T10:00")),
    ),
    "the rejection is followed by a certification": lambda: repository(
        {
            CERTIFICATION: SHIPPED[CERTIFICATION],
            f"{B2}/certification.02.yaml": certified(number="DEMO-QPR-2025-0119"),
            **issues(2, {1: [DOCUMENTATION], 2: [CERTIFICATION, f"{B2}/certification.02.yaml"], 5: [REPORT]}),
        },
        (*BY_ALL, at(f"{B2}/certification.02.yaml", "qp", "m-keller", "qp", "13T10:00")),
    ),
    **{
        f"the deviation is of the category {category}": partial(of_category, category)
        for category in ("GCP", "complaint", "documentation", "computer_system", "blinding_breach")
    },
    "the disposition alone is deleted": lambda: deleted(blocked(), DISPOSITION.removesuffix("yaml")),
    "its sign-off alone is deleted": lambda: deleted(blocked(), DISPOSITION.removesuffix("yaml") + "qp"),
    "the report alone is deleted": lambda: deleted(blocked(), f"{DEV}/report"),
    "report and disposition cannot be read": lambda: {
        **blocked(), REPORT: b"batches: [\n", DISPOSITION: b"\xff",
    },
    "the folder is renamed": lambda: {
        path.replace("DEV-2025-001", "DEV-2025-002"): data for path, data in blocked().items()
    },
    "the disposition becomes that of another batch": lambda: {
        path.replace("disposition.B2025-02", "disposition.B2025-01"): data for path, data in blocked().items()
    },
    "the QP's role is taken away without the certification standing": lambda: qp_delisted(
        blocked(), "2025-12-01T10:00:00+01:00", CERTIFICATION
    ),
    "the QP's role is taken away without the disposition standing": lambda: qp_delisted(
        blocked(), "2025-12-01T10:00:00+01:00", DISPOSITION
    ),
    "a de-listed QP certifies as if he did not know": lambda: qp_delisted(blocked(), but=CERTIFICATION),
}  # fmt: skip


@pytest.mark.parametrize("attempt", LOCKED)
def test_no_attempt_makes_a_page_that_certifies(attempt: str) -> None:
    assert packages_of(LOCKED[attempt]()) == [(True, []), (True, [])]


REFUSED_ONLY: dict[str, Callable[[], Files]] = {
    "deleted, and a certification that never saw it": lambda: deleted(
        repository(plan=(*ACTS, replace(BY_THE_QP, time="2025-09-04T20:00:00+02:00")))
    ),
    "reworded, and a certification that never saw it": lambda: reworded(
        repository(plan=(*ACTS, replace(BY_THE_QP, time="2025-09-04T20:00:00+02:00")))
    ),
    "a correction of the disposition permits against the investigation": lambda: repository(
        correction(DISPOSITION, *PERMITS),
        (*BY_ALL, at(r1(DISPOSITION), "qp", "m-keller", "qp", "11T09:00")),
    ),
    "a later disposition permits against the investigation": lambda: repository(
        {SECOND: PERMITTED}, (*BY_ALL, at(SECOND, "qp", "m-keller", "qp", "11T09:00")), OPEN
    ),
    "the permission was signed before the prohibition": lambda: second_by("m-keller", "qp", "10T09:00"),
}


@pytest.mark.parametrize("attempt", REFUSED_ONLY)
def test_the_gate_stays_shut_where_only_the_records_together_tell(attempt: str) -> None:
    assert all(refused for refused, _ in packages_of(REFUSED_ONLY[attempt]()))


def test_a_batch_made_from_a_blocked_batch_is_not_certified() -> None:
    child = "records/batches/B2025-04"
    renamed: Texts = {
        path.replace("B2025-02", "B2025-04"): data.decode().replace("B2025-02", "B2025-04")
        for path, data in BASE.items()
        if path.startswith(B2)
    }
    master = f"{child}/batch.yaml"
    parents = "parents:\n  - batch: B2025-02\n    quantity:\n      amount: 360\n      unit: kits\n"
    own = {
        **renamed, f"{child}/certification.yaml": certified("B2025-04", "DEMO-QPR-2025-0120"),
        f"{child}/issue.1.yaml": issue(
            "issue", "batch: B2025-04", {1: [f"{child}/documentation.01.yaml"], 2: [f"{child}/certification.yaml"]}
        ),
    }  # fmt: skip
    plan = [
        *(replace(s, record=s.record.replace("B2025-02", "B2025-04")) for s in ACTS if s.record.startswith(B2)),
        replace(BY_THE_QP, record=f"{child}/certification.yaml"),
        *(replace(s, record=f"{child}/issue.1.yaml") for s in issuing(2, LATE) if s.record.startswith(B2)),
    ]
    for text, locked in ((str(renamed[master]), False), (str(renamed[master]) + parents, True)):
        files = repository({**own, master: text}, (*BY_ALL, *plan))
        assert bool(packages.refused(files, "B2025-04")) == locked
        assert bool(certifying(packages.subject_of(files, "B2025-04"), "B2025-04")) != locked


# ------------------------------------------------------------------------------------------- words that would certify


def rewritten(value: Value, form: str, at_place: tuple[str | int, ...], places: list[tuple[str | int, ...]]) -> object:
    """The value with the sentence in every text that a form leaves to its writer."""
    if isinstance(value, Mapping):
        return {key: rewritten(item, form, (*at_place, key), places) for key, item in value.items()}
    if isinstance(value, tuple):
        return [rewritten(item, form, (*at_place, place), places) for place, item in enumerate(value)]
    said = schema_at(FORMS, form, at_place)
    length = said.get("maxLength", 0)
    bound = {"pattern", "enum", "const", "format", "x-register", "x-act"} & set(said)
    if isinstance(value, str) and not bound and isinstance(length, int) and length >= len(SENTENCE[:40]):
        places.append(at_place)
        return SENTENCE[: min(length, 80)]
    return value


FORMS = packages.journal_of(founded(plan=())).repository.schemas


def test_no_text_of_a_blocked_batch_may_say_that_it_is_certified() -> None:
    changed: Texts = {}
    expected: dict[str, int] = {}
    for path, data in SHIPPED.items():
        if path.startswith((B2, DEV, TRIAL)) and path.endswith(".yaml"):
            record, _ = load_record(path, data)
            assert record
            places: list[tuple[str | int, ...]] = []
            changed[path] = yaml.safe_dump(rewritten(record.data, record.form, (), places), sort_keys=False)
            expected |= {path: len(places)} if places else {}
    files = {**SHIPPED, **{path: str(text).encode() for path, text in changed.items()}}
    findings = examine(packages.journal_of(files)).findings
    places_found = {(finding.path, finding.line, finding.column) for finding in findings if finding.rule == "R63"}
    assert Counter(path for path, _, _ in places_found) == expected
    assert sum(expected.values()) > 40


# -------------------------------------------------------------------------------------------------- through the door


def refusal(root: Path, *options: str) -> str:
    """What `bundle` says when it refuses; nothing may have been written."""
    answer = repositories.build("bundle", *options, "--out", root / "output", root=root)
    assert (answer.returncode, answer.stdout) == (1, ""), answer.stderr
    assert not (root / "output").exists()
    return answer.stderr


def grown() -> tuple[Files, Files]:
    """The batch before its certification with the deviation and its disposition; and certified without them."""
    unseen = undisturbed()
    later = (CERTIFICATION.removesuffix("yaml"), f"{B2}/issue.2.", f"{TRIAL}/issue.2.")
    kept = ("report", "investigation", "disposition")
    deviation = {
        path: data
        for path, data in blocked().items()
        if path.startswith(DEV) and path.rpartition("/")[2].startswith(kept)
    }
    return {path: data for path, data in unseen.items() if not path.startswith(later)} | deviation, unseen


@pytest.mark.parametrize("options", [("--batch", "B2025-02"), ("--trial", "demo-101-302")], ids=["batch", "trial"])
def test_a_deviation_deleted_before_anybody_else_saw_it_is_missed_in_the_history(
    tmp_path: Path, options: tuple[str, str]
) -> None:
    with_deviation, unseen = grown()
    repositories.commit(tmp_path / "r", with_deviation)
    repositories.commit(tmp_path / "r", unseen)
    said = refusal(tmp_path / "r", *options)
    assert "R44" in said and DISPOSITION.replace(".yaml", ".qp.signoff") in said


def test_a_deviation_reworded_and_signed_again_is_missed_in_the_history(tmp_path: Path) -> None:
    with_deviation, _ = grown()
    texts = {path: reworded(blocked())[path] for path in (REPORT, DISPOSITION, INVESTIGATION)}
    anew = repository(texts)
    repositories.commit(tmp_path / "r", with_deviation)
    repositories.commit(tmp_path / "r", anew)
    said = refusal(tmp_path / "r", "--batch", "B2025-02")
    assert "R44" in said and DISPOSITION in said


# ----------------------------------------------------------------------------------------------- a finished package


def assembled(files: Files, executor: Executor) -> Files:
    """The package of B2025-02 as it would be if nothing had stood against it."""
    planned = documents.plan(of_batch(packages.journal_of(files), "B2025-02"))
    pages = package.render(planned, files, executor, packages.COLD, lambda _: None)
    made = Commit("0" * 40, datetime(2026, 1, 5, 12, tzinfo=UTC), files)
    return dict(package.assemble(planned, pages, made, packages.ENVIRONMENT).files)


@pytest.fixture(scope="module")
def held(renderer: Executor) -> Files:
    """The package of the blocked batch, made behind the gate."""
    return assembled(blocked(), renderer)


def verdict(files: Files, folder: Path) -> tuple[str, str]:
    found = verify(packages.written(folder, files), "")
    return found.word, "\n".join(found.lines)


def test_a_package_made_behind_the_gate_certifies_nothing(held: Files, tmp_path: Path) -> None:
    folder = packages.written(tmp_path / "package", held)
    assert "data/documents/certificate.pdf" not in held
    for pdf in packages.all_pdfs(folder):
        assert packages.unspaced(SENTENCE) not in packages.unspaced(packages.text_of(pdf)), pdf.name
    assert b"NOT CERTIFIED" in held["bag-info.txt"]


def test_a_certificate_put_into_the_package_of_a_blocked_batch_is_noticed(
    held: Files, renderer: Executor, tmp_path: Path
) -> None:
    """The same batch, the same QP and sentence, and every list of digests made to agree."""
    files = undisturbed()
    planned = documents.plan(of_batch(packages.journal_of(files), "B2025-02"))
    shown = next(document for document in planned.documents if document.name == "certificate")
    templates = packages.templates_of(files)
    pdf = packages.COLD.submit(renderer, shown, templates).result().pdf
    lines = [f"{hashlib.sha256(held[packages.DATA + s.path]).hexdigest()}  {s.path}\n" for s in shown.sources]
    added = {"documents/certificate.pdf": pdf, "documents/certificate.sources": "".join(lines).encode()}
    word, said = verdict(packages.forged(held, added), tmp_path / "package")
    assert (word, "data/documents/certificate.pdf  is called for by no record" in said) == ("FAIL", True), said


DROPPED: dict[str, Callable[[str], bool]] = {
    "the whole deviation": lambda path: path.startswith(DEV),
    "the disposition": lambda path: path.startswith(DISPOSITION.removesuffix("yaml")),
    "the disposition's sign-off": lambda path: path.startswith(DISPOSITION.removesuffix("yaml") + "qp"),
    "the report": lambda path: path.startswith(f"{DEV}/report"),
    "the deviation and the log that shows it": lambda path: path.startswith((DEV, "documents/annexure-5")),
}


@pytest.mark.parametrize("what", DROPPED)
def test_a_deviation_dropped_from_a_finished_package_is_missed(held: Files, tmp_path: Path, what: str) -> None:
    payload = {path.removeprefix(packages.DATA) for path in held if path.startswith(packages.DATA)}
    gone: dict[str, bytes | None] = dict.fromkeys(path for path in payload if DROPPED[what](path))
    assert gone and PROVENANCE not in gone
    word, said = verdict(packages.forged(held, gone), tmp_path / "package")
    assert (word, "a sign-off that others saw is missing" in said or "changed or gone" in said) == ("FAIL", True), said


def test_a_deviation_left_behind_in_a_merge_is_told_by_the_history(tmp_path: Path) -> None:
    """The main line is merged into another that never had the deviation ("ours"), which then becomes the main line."""
    with_deviation, unseen = grown()
    early = {path: data for path, data in with_deviation.items() if not path.startswith(DEV)}
    root = tmp_path / "r"
    first = repositories.commit(root, early)
    main = repositories.commit(root, with_deviation)
    repositories.git(root, "checkout", "-q", "-b", "other", first)
    repositories.commit(root, unseen)
    repositories.git(root, "merge", "-q", "-s", "ours", "--no-ff", "-m", "merge", main)
    assert "R44" in refusal(root, "--batch", "B2025-02")


def test_a_correction_does_not_lift_a_disposition() -> None:
    files = repository(
        {**correction(DISPOSITION, *PERMITS), **correction(INVESTIGATION, *MET)},
        (*BY_ALL, MET_R1, at(r1(DISPOSITION), "qp", "m-keller", "qp", "11T09:00")),
    )
    assert packages_of(files) == [(True, []), (True, [])]
