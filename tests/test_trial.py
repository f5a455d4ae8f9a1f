"""The package of a trial: every log over all its batches, each certified batch with its certificate, nothing that is
not in the issue; and what the packages of its single batches show of the same acts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filing import documents, gate, package
from filing.contents import subject_in
from filing.documents import Plan
from filing.history import Commit
from filing.model import Document
from filing.package import Contents
from filing.provenance import PROVENANCE
from filing.rebuild import rebuilt
from filing.rules import examine
from filing.subject import Subject, of_batch, of_trial
from filing.verify import _read, verify
from tests import packages, repositories
from tests.packages import DATA, forged, templates_of, text_of, unspaced, words
from tests.repositories import as_shipped, founded, replaced
from tools.refound import PLAN as SHIPPED_PLAN
from tools.refound import Signing

TRIAL = "demo-101-302"
ISSUE = f"records/trials/{TRIAL}/issue.1.yaml"
SENTENCE = "I hereby certify that this batch complies with the requirements of Article 62(1)"
SHIPPED = as_shipped()
AFTERWARDS = "2025-11-19T10:00:00+01:00"

Files = dict[str, bytes]


def of(batch: str, name: str) -> str:
    return f"records/batches/{batch}/{name}.yaml"


@pytest.fixture(scope="module")
def whole() -> Files:
    """The repository as shipped, signed with the tests' keys."""
    return founded(plan=SHIPPED_PLAN, base=SHIPPED)


@pytest.fixture(scope="module")
def plan(whole: Files) -> Plan:
    return documents.plan(trial_of(whole))


@pytest.fixture(scope="module")
def bag(plan: Plan, whole: Files, renderer: Executor) -> Contents:
    """The package of the trial, as the front door makes it of a commit that holds these files."""
    pages = package.render(plan, whole, renderer, packages.COLD, lambda _: None)
    made = Commit("0" * 40, datetime(2026, 1, 5, 12, tzinfo=UTC), whole)
    return package.assemble(plan, pages, made, packages.ENVIRONMENT)


@pytest.fixture(scope="module")
def folder(bag: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages.written(tmp_path_factory.mktemp("trial") / bag.name, bag.files)


def trial_of(files: Files) -> Subject:
    return of_trial(packages.journal_of(files), TRIAL)


def plan_of(files: Files, batch: str) -> Plan:
    return documents.plan(of_batch(packages.journal_of(files), batch))


def refused(files: Files) -> set[tuple[str, str]]:
    subject = trial_of(files)
    return {(f.rule, f.path) for f in gate.refusals(subject, examine(subject.journal).findings)}


def named(planned: Plan, name: str) -> Document:
    return next(document for document in planned.documents if document.name == name)


def numbers(planned: Plan, annexure: int) -> list[str]:
    """The entries of a log in their order, as its last column names them."""
    rows = named(planned, f"annexure-{annexure}").context["rows"]
    assert isinstance(rows, list)
    return [row["cells"][-1][0]["text"] for row in rows]


def cells(planned: Plan, annexure: int, row: int = 0) -> list[list[str]]:
    rows = named(planned, f"annexure-{annexure}").context["rows"]
    assert isinstance(rows, list)
    return [[line["text"].replace("\u00a0", " ") for line in cell] for cell in rows[row]["cells"]]


# ------------------------------------------------------------------------------------------------ what is in the logs


def test_nothing_stands_against_the_package_of_the_shipped_trial(whole: Files) -> None:
    assert refused(whole) == set()


ENTRIES = {
    1: ["ANX1-B2025-01-01", "ANX1-B2025-02-01", "ANX1-B2025-03-01"],
    2: ["ANX2-B2025-01-01", "ANX2-B2025-02-01"],
    3: ["ANX3-B2025-01-sponsor", "ANX3-B2025-01-cro", "ANX3-B2025-02-sponsor", "ANX3-B2025-02-cro"],
    4: ["ANX4-B2025-01-01"],
    5: ["DEV-2025-001"],
    6: ["ANX6-B2025-01-01", "ANX6-B2025-02-01"],
}


@pytest.mark.parametrize("annexure", ENTRIES)
def test_each_log_holds_the_entries_of_all_batches_in_the_order_of_their_times(plan: Plan, annexure: int) -> None:
    assert numbers(plan, annexure) == ENTRIES[annexure]
    assert str(named(plan, f"annexure-{annexure}").context["end"]).startswith("End of log")


def delivery(record: str, time: str) -> Signing:
    return Signing(record, "provided", "j-weber", "sponsor-supply", time, "IE")


def test_entries_go_by_time_before_number_and_by_number_where_the_time_is_the_same() -> None:
    """A second delivery of the first batch after the first of the second; and one in the same second as that."""
    second, same = of("B2025-01", "documentation.02"), of("B2025-02", "documentation.02")
    together = next(s for s in SHIPPED_PLAN if s.record == of("B2025-03", "documentation.01"))
    listed = f"      - {of('B2025-01', 'documentation.01')}\n"
    files = founded(
        {
            second: SHIPPED[of("B2025-01", "documentation.01")], same: SHIPPED[of("B2025-02", "documentation.01")],
            ISSUE: replaced(SHIPPED, ISSUE, listed, f"{listed}      - {same}\n      - {second}\n"),
        },
        in_order((*SHIPPED_PLAN, delivery(second, "2025-09-02T18:00:00+01:00"), delivery(same, together.time))),
        base=SHIPPED,
    )  # fmt: skip
    assert numbers(documents.plan(trial_of(files)), 1) == [
        "ANX1-B2025-01-01", "ANX1-B2025-02-01", "ANX1-B2025-01-02", "ANX1-B2025-02-02", "ANX1-B2025-03-01",
    ]  # fmt: skip


def in_order(plan: Iterable[Signing]) -> tuple[Signing, ...]:
    return tuple(sorted(plan, key=lambda signing: datetime.fromisoformat(signing.time)))


def test_there_is_a_document_for_each_certified_batch_release_and_batch_master_and_no_other(plan: Plan) -> None:
    assert [document.name for document in plan.documents] == [
        "certificate-b2025-01", *(f"annexure-{number}" for number in range(1, 7)), "batch-master-b2025-01",
        "release-site-101-b2025-01", "batch-master-b2025-02", "batch-master-b2025-03", "sop", "report",
    ]  # fmt: skip


def test_the_certifying_sentence_stands_in_the_row_of_the_certified_batch_alone(plan: Plan) -> None:
    rows = [cells(plan, 2, row) for row in range(2)]
    assert [any(SENTENCE in text for cell in row for text in cell) for row in rows] == [True, False]
    assert [row[4][0] for row in rows] == ["Certified", "Rejected"]


def test_the_cover_has_a_verdict_for_each_batch(plan: Plan) -> None:
    cover = documents.cover(plan, []).context
    verdicts = cover["verdicts"]
    assert isinstance(verdicts, list) and cover["verdict"] is False
    assert [(verdict["batch"], verdict["word"]) for verdict in verdicts] == [
        ("B2025-01", "Certified"), ("B2025-02", "NOT CERTIFIED"), ("B2025-03", "NOT CERTIFIED"),
    ]  # fmt: skip
    assert verdicts[0]["reason"].startswith("by Dr. Matthias Keller, Qualified Person")
    assert verdicts[1]["reason"].startswith("The QP rejected the batch: The batch was stored above 8 °C for 9 hours.")
    assert verdicts[2]["reason"] == "No Qualified Person has decided on this batch yet: no decision is validly signed."


# ------------------------------------------------------------------------------------------- what came after the issue


def grown(whole: Files, texts: dict[str, str | bytes], *plan: Signing) -> Files:
    added = {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}
    return packages.signed({**whole, **added}, *plan)


def shown(planned: Plan) -> list[tuple[str, object]]:
    """What the documents show, but for the report, which tells what is newer than the issue."""
    return [(document.name, document.context) for document in planned.documents if document.name != "report"]


def test_a_delivery_signed_after_the_issue_is_not_in_its_log(whole: Files, plan: Plan) -> None:
    later = of("B2025-03", "documentation.02")
    files = grown(whole, {later: SHIPPED[of("B2025-03", "documentation.01")]}, delivery(later, AFTERWARDS))
    assert refused(files) == set()
    assert shown(documents.plan(trial_of(files))) == shown(plan)


def test_a_receipt_signed_after_the_issue_does_not_change_its_rows(whole: Files) -> None:
    """The same delivery, answered before the issue and only after it."""
    receipt = of("B2025-03", "documentation.01.receipt")
    plan = [signing for signing in SHIPPED_PLAN if signing.record != receipt]
    unanswered = founded({receipt: None}, plan, base=SHIPPED)
    late = Signing(receipt, "received", "m-keller", "qp", AFTERWARDS)
    answered = grown(unanswered, {receipt: SHIPPED[receipt]}, late)
    assert [cells(documents.plan(trial_of(files)), 1, 2)[4] for files in (unanswered, answered)] == [["Provided"]] * 2


def test_a_release_signed_after_the_issue_has_no_document_in_the_package(whole: Files, plan: Plan) -> None:
    later = of("B2025-01", "release.second")
    officer = Signing(later, "released", "c-moreau", "release-officer", AFTERWARDS, "IE")
    files = grown(whole, {later: SHIPPED[of("B2025-01", "release.site-101")]}, officer)
    assert shown(documents.plan(trial_of(files))) == shown(plan)


REJECTED = """\
form: certification@1
batch: B2025-03
decision: rejected
mia: DEMO-MIA-0001
register_number: DEMO-QPR-2025-0130
dossier:
  impd_version: "3"
  psf_version: "5"
  order: ORD-2025-046
documents_seen: [documentation.01]
batch_records_reviewed: [BMR-L0233]
rejection_reason: The batch packaging record was not delivered.
"""
SUSPENDED = """\
form: certification@1
batch: B2025-01
decision: suspended
mia: DEMO-MIA-0001
register_number: DEMO-QPR-2025-0131
suspension_reason: A complaint about the same bulk batch is being investigated.
"""


@pytest.mark.parametrize(
    ("record", "text"),
    [(of("B2025-03", "certification"), REJECTED), (of("B2025-01", "certification.02"), SUSPENDED)],
    ids=["the first decision on a batch", "a suspension"],
)
def test_a_decision_signed_after_the_issue_stops_the_package(whole: Files, record: str, text: str) -> None:
    files = grown(whole, {record: text}, Signing(record, "qp", "m-keller", "qp", AFTERWARDS))
    findings = gate.refusals(trial_of(files), examine(packages.journal_of(files)).findings)
    (finding,) = (finding for finding in findings if finding.rule == "G01")
    assert (finding.path, finding.found) == (ISSUE, f"{record} is not in this issue, which is the newest")
    assert finding.remedy == "Issue the logs again, with the next number."


def test_a_batch_suspended_after_the_issue_has_no_certificate_even_behind_the_gate(whole: Files) -> None:
    record = of("B2025-01", "certification.02")
    files = grown(whole, {record: SUSPENDED}, Signing(record, "qp", "m-keller", "qp", AFTERWARDS))
    for document in documents.plan(trial_of(files)).documents:
        assert not document.name.startswith("certificate")
        assert not any(SENTENCE in word for word in words(document.context)), document.name


def test_an_entry_that_the_issue_leaves_out_stops_the_package() -> None:
    entry = of("B2025-03", "documentation.01")
    files = founded({ISSUE: replaced(SHIPPED, ISSUE, f"      - {entry}\n", "")}, SHIPPED_PLAN, base=SHIPPED)
    assert ("R64", ISSUE) in refused(files)


def test_the_entry_of_a_batch_of_no_trial_of_this_name_does_not_belong_to_the_log() -> None:
    master = of("B2025-03", "batch")
    files = founded(
        {master: replaced(SHIPPED, master, "trials: [demo-101-302]", "trials: [another-trial]")},
        SHIPPED_PLAN, base=SHIPPED,
    )  # fmt: skip
    assert "B2025-03" not in {batch.id for batch in trial_of(files).batches}
    assert ("R64", ISSUE) in refused(files)


def test_an_issue_that_nobody_checked_makes_no_package(whole: Files) -> None:
    files = {path: data for path, data in whole.items() if not path.startswith(ISSUE.replace("yaml", "checked"))}
    assert ("G01", ISSUE) in refused(files)


# ------------------------------------------------------------------------------------------------- the finished package


def test_the_package_says_that_it_is_a_trials(bag: Contents) -> None:
    assert bag.name == f"{TRIAL}-{'0' * 12}"
    info = bag.files["bag-info.txt"].decode().splitlines()
    assert f"External-Identifier: {TRIAL}" in info
    said = "B2025-01 Certified; B2025-02 NOT CERTIFIED; B2025-03 NOT CERTIFIED"
    assert f"External-Description: QP certification of trial {TRIAL}: {said}" in info
    definition = json.loads(bag.files[DATA + PROVENANCE])["predicate"]["buildDefinition"]
    assert definition["buildType"] == "filing package of one trial"
    assert definition["externalParameters"]["trial"] == TRIAL and "batch" not in definition["externalParameters"]


def test_the_package_holds_the_signed_records_of_all_batches_and_deviations_and_the_trials_issue(
    bag: Contents, whole: Files
) -> None:
    acts = ("records/batches/", "records/deviations/", "records/trials/", "records/sop/")
    signed = {path for path in whole if path.startswith(acts)}
    assert {
        path.removeprefix(DATA) for path in bag.files if path.startswith(tuple(DATA + top for top in acts))
    } == signed
    assert all(bag.files[DATA + path] == whole[path] for path in signed)


def test_certificate_and_release_are_to_the_byte_those_of_the_batchs_own_package(
    bag: Contents, whole: Files, renderer: Executor
) -> None:
    own = plan_of(whole, "B2025-01")
    for name in ("certificate", "release-site-101", "batch-master"):
        document = named(own, name)
        pdf = packages.COLD.submit(renderer, document, templates_of(whole)).result().pdf
        assert (
            hashlib.sha256(pdf).digest() == hashlib.sha256(bag.files[f"{DATA}documents/{name}-b2025-01.pdf"]).digest()
        )


def test_the_package_verifies_and_every_pdf_can_be_made_again(
    bag: Contents, folder: Path, whole: Files, renderer: Executor
) -> None:
    verdict = verify(folder, repositories.pin_of(whole))
    assert verdict.word == "PASS", verdict.lines
    again = rebuilt(verdict, templates_of(whole), packages.ENVIRONMENT, renderer)
    count = sum(path.endswith(".pdf") for path in bag.files)
    assert (again.word, again.lines[3]) == ("PASS", f"  {count} PDFs made again, the same to the byte")


def test_the_joined_file_says_of_each_batch_whether_it_is_certified(folder: Path) -> None:
    (compiled,) = (folder / "data/compiled").glob("*.pdf")
    said = unspaced(text_of(compiled))
    assert compiled.name == f"{TRIAL}.pdf"
    for batch, word in (("B2025-01", "Certified"), ("B2025-02", "NOT CERTIFIED"), ("B2025-03", "NOT CERTIFIED")):
        assert unspaced(batch + word) in said
    assert said.count(unspaced(SENTENCE)) == 2, "in the certificate and in the log"


def without(*starts: str) -> Callable[[Files], dict[str, bytes | None]]:
    return lambda payload: dict.fromkeys(path for path in payload if path.startswith(starts))


TAMPERED: dict[str, tuple[Callable[[Files], dict[str, bytes | None]], str]] = {
    "a batch left out": (
        without("records/batches/B2025-03/", "documents/batch-master-b2025-03"),
        "a sign-off that others saw is missing",
    ),
    "the rejected batch left out with its deviation": (
        without("records/batches/B2025-02/", "records/deviations/", "documents/batch-master-b2025-02"),
        "a sign-off that others saw is missing",
    ),
    "the deviation left out": (without("records/deviations/"), "a sign-off that others saw is missing"),
    "the trial's issue left out": (without("records/trials/"), "is about no batch or trial alone"),
    "a log left out": (without("documents/annexure-5"), "annexure-5.pdf  is missing"),
    "the certificate left out": (without("documents/certificate"), "certificate-b2025-01.pdf  is missing"),
    "the release left out": (without("documents/release"), "release-site-101-b2025-01.pdf  is missing"),
    "a certificate for the rejected batch": (
        lambda payload: {
            "documents/certificate-b2025-02.pdf": payload["documents/certificate-b2025-01.pdf"],
            "documents/certificate-b2025-02.sources": payload["documents/certificate-b2025-01.sources"],
        },
        "certificate-b2025-02.pdf  is called for by no record",
    ),
    "the certificate in place of a batch master": (
        lambda payload: {
            f"documents/batch-master-b2025-02.{kind}": payload[f"documents/certificate-b2025-01.{kind}"]
            for kind in ("pdf", "sources")
        },
        f"compiled/{TRIAL}.pdf  Batch master, B2025-02",
    ),
    "a provenance of one batch": (
        lambda payload: {
            PROVENANCE: payload[PROVENANCE].replace(b"of one trial", b"of one batch").replace(b'"trial":', b'"batch":')
        },
        "does not state how this package was made",
    ),
    "a delivery that nobody signed": (
        lambda payload: {of("B2025-03", "documentation.02"): payload[of("B2025-03", "documentation.01")]},
        "is signed by nobody",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_a_package_of_the_trial_that_was_tampered_with_fails(bag: Contents, tmp_path: Path, what: str) -> None:
    change, reason = TAMPERED[what]
    payload = {path.removeprefix(DATA): data for path, data in bag.files.items() if path.startswith(DATA)}
    verdict = verify(packages.written(tmp_path / "package", forged(bag.files, change(payload))), "")
    assert verdict.word == "FAIL"
    assert any(reason in said for said in verdict.reasons_to_fail), verdict.lines


# -------------------------------------------------------------------------------------------- the packages of batches


def test_the_package_of_the_rejected_batch_says_so_and_why(whole: Files) -> None:
    own = plan_of(whole, "B2025-02")
    verdict = documents.cover(own, []).context["verdict"]
    assert isinstance(verdict, dict)
    assert verdict["word"] == "NOT CERTIFIED"
    assert verdict["reason"].startswith("The QP rejected the batch: The batch was stored above 8 °C for 9 hours.")
    assert [document.name for document in own.documents] == [
        *(f"annexure-{number}" for number in range(1, 7)), "batch-master", "sop", "report",
    ]  # fmt: skip
    assert not any(SENTENCE in word for document in own.documents for word in words(document.context))


def test_its_deviation_log_shows_deviation_capas_closure_and_disposition(whole: Files) -> None:
    row = cells(plan_of(whole, "B2025-02"), 5)
    assert row[1][0] == "B2025-02"
    assert row[2][0] == "Temperature excursion in cold store"
    assert {"01 Retraining", "02 Storage upgrade"} <= set(row[3])
    assert sum("Effective: done" in text for text in row[3]) == 2
    assert row[4][0] == "Closed"
    assert row[5][:2] == ["Not certifiable", "Dr. Matthias Keller, DEMO-MIA-0001"]
    assert row[6][0] == "DEV-2025-001"


def test_the_package_of_the_certified_batch_has_every_document(whole: Files) -> None:
    own = plan_of(whole, "B2025-01")
    assert [document.name for document in own.documents] == [
        "certificate", *(f"annexure-{number}" for number in range(1, 7)), "batch-master", "release-site-101", "sop",
        "report",
    ]  # fmt: skip
    for number in range(1, 7):
        assert str(named(own, f"annexure-{number}").context["end"]).startswith("End of extract")
    assert named(own, "annexure-5").context["empty"] == "No deviation of this batch up to 10 SEP 2025"


@pytest.mark.parametrize("batch", ["B2025-01", "B2025-02"])
def test_the_package_of_a_batch_shows_no_other_batch(whole: Files, batch: str) -> None:
    others = {"B2025-01", "B2025-02", "B2025-03"} - {batch}
    for document in plan_of(whole, batch).documents:
        rows = document.context.get("rows", [])
        assert not any(other in word for word in words(rows) for other in others), document.name
        paths = [source.path for source in document.sources]
        assert not any(f"/{other}/" in path for path in paths for other in others), document.name


def test_the_batch_that_is_not_issued_has_no_package_of_its_own(whole: Files) -> None:
    assert packages.refused(whole, "B2025-03") == (("G01", of("B2025-03", "issue.1")),)


def test_a_batch_left_out_of_the_package_whole_leaves_no_issue_standing(whole: Files) -> None:
    """Made anew without it, pages and all: what the issue's signers saw is missing, so the issue is void."""
    kept = {path: data for path, data in whole.items() if not path.startswith("records/batches/B2025-03/")}
    subject = subject_in(_read(kept, ""))
    assert subject is not None and subject.newest_issue() is None
