"""No certifying sentence without the QP's valid sign-off, and no package on a finding that bears on it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import pytest

from filing import documents
from filing.rebuild import rebuilt
from filing.subject import subjects
from filing.verify import verify
from tests import packages, repositories
from tests.packages import all_pdfs, templates_of, text_of, unspaced, without, words
from tests.repositories import PLAN
from tools.refound import Signing, seal

BATCH = "records/batches/B2025-01"
CERTIFICATION = f"{BATCH}/certification"
SENTENCE = "I hereby certify that this batch complies with the requirements of Article 62(1)"

Files = dict[str, bytes]


def checked_by_qa_alone() -> Files:
    """QA signed the data check, the QP has not signed, and the logs were issued."""
    plan = tuple(s for s in PLAN if s.slot != "qp")
    return repositories.founded(packages.nil_return(), plan=plan)


NOBODY = "No Qualified Person has decided on this batch yet: no decision is validly signed."
NOT_CERTIFIED: dict[str, tuple[Callable[[], Files], str]] = {
    "absent": (packages.never_certified, NOBODY),
    "unsigned": (packages.without_certification, NOBODY),
    "checked by QA alone": (checked_by_qa_alone, NOBODY),
    "rejected": (
        lambda: packages.rejected("Assay below the limit."), "The QP rejected the batch: Assay below the limit."
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_CERTIFIED)
def test_a_batch_not_certified_is_packaged_without_certificate_and_says_why(
    renderer: Executor, tmp_path: Path, name: str
) -> None:
    repository, why = NOT_CERTIFIED[name]
    files = repository()
    folder = packages.written(tmp_path / "package", packages.packed(files, renderer).files)
    (compiled,) = (folder / "data/compiled").glob("*.pdf")
    parts = [*(f"annexure-{number}" for number in range(1, 7)), "batch-master", "report", "sop"]
    logs = [folder / f"data/documents/{part}.pdf" for part in parts]
    assert all_pdfs(folder) == [compiled, *logs]
    cover = unspaced(text_of(compiled))
    assert unspaced("NOT CERTIFIED") in cover and unspaced(why) in cover
    assert not any(unspaced(SENTENCE) in unspaced(text_of(pdf)) for pdf in (compiled, *logs))
    assert_sentence_only_in_registers(folder)
    again = rebuilt(verify(folder, ""), templates_of(files), packages.ENVIRONMENT, renderer)
    assert again.reasons_to_fail == () and again.word == "PASS"


def assert_sentence_only_in_registers(folder: Path) -> None:
    for path, data in packages.contents(folder).items():
        if not path.startswith("data/records/registers/statements/"):
            assert unspaced(SENTENCE) not in unspaced(data.decode("utf-8", "replace")), path


def test_a_rejection_is_shown_as_rejected_with_its_reason(renderer: Executor) -> None:
    (log,) = (
        d
        for d in documents.plan(packages.subject_of(packages.rejected("Assay low."))).documents
        if d.name == "annexure-2"
    )
    assert {"Rejected", "Assay low."} <= set(words(log.context["rows"]))


def by(signer: str, role: str, time: str = "2025-09-02T14:20:05+02:00") -> tuple[Signing, ...]:
    """The plan with the QP's place signed by somebody else."""
    other = Signing(f"{CERTIFICATION}.yaml", "qp", signer, role, time)
    return tuple(other if (s.record, s.slot) == (other.record, "qp") else s for s in PLAN)


def edited(files: Files, path: str, old: bytes, new: bytes) -> Files:
    assert files[path].count(old) == 1
    return {**files, path: files[path].replace(old, new)}


QP = f"{CERTIFICATION}.qp.signoff"
STATEMENTS = "records/registers/statements"
INVALID: dict[str, Callable[[Files], Files]] = {
    "record altered": lambda f: edited(f, f"{CERTIFICATION}.yaml", b"amount: 480", b"amount: 4800"),
    "record extended": lambda f: {**f, f"{CERTIFICATION}.yaml": f[f"{CERTIFICATION}.yaml"] + b"# seen\n"},
    "statement altered": lambda f: edited(f, QP, b"mode on-site", b"mode remote"),
    "signature of another sign-off": lambda f: {**f, QP + ".sig": f[f"{BATCH}/batch.author.signoff.sig"]},
    "signature gone": lambda f: without(f, QP + ".sig"),
    "sign-off gone": lambda f: without(f, QP),
    "both gone": lambda f: without(f, QP, QP + ".sig"),
    "moved to another slot": lambda f: {
        **without(f, QP, QP + ".sig"), f"{CERTIFICATION}.qa.signoff": f[QP],
        f"{CERTIFICATION}.qa.signoff.sig": f[QP + ".sig"],
    },
    "copied from another act": lambda f: {
        **f, QP: f[f"{BATCH}/documentation.01.receipt.received.signoff"],
        QP + ".sig": f[f"{BATCH}/documentation.01.receipt.received.signoff.sig"],
    },
    "record and sign-offs renamed": lambda f: {
        path.replace("/certification.", "/certification.02."): data for path, data in f.items()
    },
    "batch renamed": lambda f: {path.replace("/B2025-01/", "/B2025-02/"): data for path, data in f.items()},
    "signed by QA": lambda f: repositories.founded(plan=by("i-larsen", "qp")),
    "signed by QA as QA": lambda f: repositories.founded(plan=by("i-larsen", "qa")),
    "signed by an administrator": lambda f: repositories.founded(plan=by("a-lindqvist", "qp")),
    "signed by the release officer": lambda f: repositories.founded(plan=by("c-moreau", "release-officer")),
    "signed before what it saw": lambda f: repositories.founded(plan=by("m-keller", "qp", "2025-09-01T08:00:00+02:00")),
    "key of somebody else": lambda f: resigned_with(f, "i-larsen"),
    "key of nobody": lambda f: resigned_with(f, "a stranger"),
    "statement's text altered": lambda f: edited(f, f"{STATEMENTS}/ctr-62.yaml", b"complies", b"accords"),
    "another root": lambda f: {**f, "records/root.pin": b"0" * 64 + b"\n"},
}  # fmt: skip


def resigned_with(files: Files, person: str) -> Files:
    return {**files, QP + ".sig": seal(files[QP], repositories.key_of(person), repositories.NAMESPACE)}


@pytest.mark.parametrize("name", INVALID)
def test_no_package_is_made_on_an_invalid_sign_off(sample: Files, name: str) -> None:
    files = INVALID[name](sample)
    batch = "B2025-02" if name == "batch renamed" else "B2025-01"
    assert packages.refused(files, batch)


@pytest.mark.parametrize("name", INVALID)
def test_no_page_would_carry_the_sentence_even_if_the_gate_stood_open(sample: Files, name: str) -> None:
    """The second lock: what documents are made of, without the gate."""
    for subject in subjects(packages.journal_of(INVALID[name](sample))):
        if subject.newest_issue():
            shown = [text for document in documents.plan(subject).documents for text in words(document.context)]
            assert not any(SENTENCE in text for text in shown)


def test_a_finding_in_another_batch_does_not_stand_in_the_way(sample: Files) -> None:
    other = {**sample, "records/batches/B2025-02/batch.yaml": b"form: batch@1\nbatch: B2025-02\n"}
    assert packages.refused(other) == ()


@pytest.mark.parametrize("path", ["records/registers/people/l-hansen.yaml", "records/registers/forms.yaml"])
def test_an_altered_register_stands_in_the_way_of_every_package(sample: Files, path: str) -> None:
    """Mr Hansen is not named in the batch, but the register change that entered him is the first of the chain."""
    assert packages.refused({**sample, path: sample[path] + b"# more\n"})


def test_a_later_register_change_that_does_not_hold_stands_in_the_way(sample: Files) -> None:
    grown = packages.revised(sample, "people/l-hansen", "position: Depot Manager", "position: Head of Depot")
    assert packages.refused(grown) == ()
    gone = "records/registers/people/l-hansen.r1.yaml"
    assert (("T02", gone),) == packages.refused(without(grown, gone))


def test_a_drafted_register_revision_is_not_packed(sample: Files, renderer: Executor, first: dict[str, bytes]) -> None:
    drafted = packages.revised(sample, "people/l-hansen", "position: Depot Manager", "position: Head", signers=())
    entry = "records/registers/people/l-hansen.r1.yaml"
    lying = {**sample, entry: drafted[entry]}
    assert packages.refused(lying) == ()
    assert dict(packages.packed(lying, renderer).files) == first
