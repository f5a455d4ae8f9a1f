"""A draft shows what the records say now, says on every page that it is one, certifies nothing, is never packaged."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import pytest

from filing import documents, gate, logs, package
from filing.certificate import certificate
from filing.drafts.issue import unissued
from filing.drafts.keep import kept
from filing.drafts.plan import Draft, batch_of, drafted
from filing.frame import is_draft
from filing.journal import Journal
from filing.model import CannotRun, Document, Rendered
from filing.render.cache import Cache
from filing.repository import read
from filing.sheet import sheet
from filing.subject import of_batch
from tests import packages, repositories
from tests.packages import text_of, tool, words
from tests.repositories import PLAN, replaced
from tests.second import founding

BATCH = "records/batches/B2025-01"
CERTIFICATION = f"{BATCH}/certification.yaml"
DELIVERY = f"{BATCH}/documentation.01.yaml"
MARK = "DRAFT – NOT FOR USE"
PROPOSED = "NOT CERTIFIED – wording proposed for signature: statement CTR-62, version 0"
SENTENCE = "I hereby certify that this batch complies"
NOW = "20251201120000Z"

Files = dict[str, bytes]


def drafts(files: Mapping[str, bytes], batch: str = "B2025-01", now: str = NOW) -> Draft:
    return drafted(read(files, pin=repositories.pin_of(files)), batch, now)


def shown(draft: Draft, name: str) -> str:
    """Everything a document of the draft prints, with plain spaces."""
    (document,) = (document for document in draft.documents if document.name == name)
    return " ".join(" ".join(words(document.context)).replace("\u00a0", " ").split())


def place_of(draft: Draft, name: str) -> dict[str, object]:
    """The first place to sign of a document."""
    (document,) = (document for document in draft.documents if document.name == name)
    places = document.context.get("signoffs") or [document.context["signoff"]]
    assert isinstance(places, list) and isinstance(places[0], dict)
    return places[0]


def unsigned(*records: str) -> Files:
    """The short sample, in which nobody has signed these records nor what saw them."""
    return repositories.founded(plan=repositories.without(PLAN, *records))


@pytest.fixture(scope="module")
def uncertified() -> Files:
    """A certification that is written, and that nobody has signed; the issue, which saw it, neither."""
    return unsigned("certification", "issue.1")


# ------------------------------------------------------------------------------------------------ at the front door


@pytest.fixture(scope="module")
def made(uncertified: Files, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], str]:
    """A folder without git, the paths that were told, and what was said."""
    root = repositories.write(tmp_path_factory.mktemp("draft") / "records of a batch", uncertified)
    answer = repositories.build("draft", "B2025-01", root=root)
    assert answer.returncode == 0, answer.stderr
    return root, [Path(line) for line in answer.stdout.splitlines()], answer.stderr


def test_the_previews_lie_below_the_records_and_each_is_told(made: tuple[Path, list[Path], str]) -> None:
    root, paths, said = made
    names = ["certificate", *(f"annexure-{number}" for number in range(1, 7)), "batch-master"]
    assert paths == [root / ".build/drafts/B2025-01" / f"{name}.pdf" for name in names]
    assert sorted(path.name for path in (root / ".build/drafts/B2025-01").iterdir()) == sorted(p.name for p in paths)
    assert not (root / "output").exists()
    assert said == "Checking the records as they stand\n"


def test_every_page_says_that_it_is_a_draft_and_none_that_it_is_final(made: tuple[Path, list[Path], str]) -> None:
    for path in made[1]:
        for number in range(1, int(tool("pdfinfo", path).partition("Pages:")[2].split()[0]) + 1):
            page = " ".join(tool("pdftotext", "-raw", "-f", number, "-l", number, path, "-").split())
            assert MARK in page and "Draft" in page and "Final" not in page


def test_no_page_of_an_unsigned_certification_certifies(made: tuple[Path, list[Path], str]) -> None:
    pages = {path.stem: text_of(path) for path in made[1]}
    assert not any(SENTENCE in text for text in pages.values())
    assert PROPOSED in pages["certificate"] and PROPOSED in pages["annexure-2"]


def test_earlier_previews_of_the_batch_are_replaced_and_those_of_others_stay(
    uncertified: Files, tmp_path: Path
) -> None:
    root = repositories.write(tmp_path, uncertified)
    for old in ("B2025-01/gone.pdf", "B2025-09/other.pdf"):
        (root / ".build/drafts" / old).parent.mkdir(parents=True, exist_ok=True)
        (root / ".build/drafts" / old).write_bytes(b"old")
    assert repositories.build("draft", root=root).returncode == 0
    assert not (root / ".build/drafts/B2025-01/gone.pdf").exists()
    assert (root / ".build/drafts/B2025-01/certificate.pdf").exists()
    assert (root / ".build/drafts/B2025-09/other.pdf").read_bytes() == b"old"
    assert sorted(path.name for path in (root / ".build/drafts").iterdir()) == ["B2025-01", "B2025-09"]


def test_a_record_that_does_not_keep_to_its_form_is_named_and_the_rest_is_shown(
    uncertified: Files, tmp_path: Path
) -> None:
    files = {**uncertified, f"{BATCH}/documentation.02.yaml": b"form: documentation@1\nbatch: B2025-01\n"}
    files[f"{BATCH}/documentation.03.yaml"] = b"form: [documentation@1\n"
    root = repositories.write(tmp_path, files)
    answer = repositories.build("draft", "B2025-01", root=root)
    assert answer.returncode == 1 and len(answer.stdout.splitlines()) == 8
    said = answer.stderr.splitlines()
    assert said[1].startswith(f"Not shown  {BATCH}/documentation.02.yaml: line 1, ")
    assert said[2].startswith(f"Not shown  {BATCH}/documentation.03.yaml: line ")
    assert said[3:5] == ["Next", f"    ./build.py --root {root} check"]
    assert len(said) == 5


def test_an_unknown_batch_is_told_with_those_there_are(uncertified: Files, tmp_path: Path) -> None:
    root = repositories.write(tmp_path, uncertified)
    for name in ("B2025-07", "../../B2025-01"):
        answer = repositories.build("draft", name, root=root)
        assert answer.returncode == 2 and answer.stdout == ""
        assert f"There is no batch {name} here; there are: B2025-01. Name one of them.\n" in answer.stderr
    assert not (tmp_path / ".build").exists()


def test_a_root_that_is_not_accepted_shows_nothing(uncertified: Files, tmp_path: Path) -> None:
    root = repositories.write(tmp_path, uncertified)
    answer = repositories.build("draft", "B2025-01", "--root-fingerprint", "0" * 64, root=root)
    assert answer.returncode == 2 and answer.stdout == ""
    assert "Nothing can be shown while the root of trust is not accepted: its fingerprint is " in answer.stderr


# ------------------------------------------------------------------------------------------------ what is not signed


def test_a_certification_that_nobody_signed_proposes_its_wording_by_name_only(uncertified: Files) -> None:
    draft = drafts(uncertified)
    page = shown(draft, "certificate")
    assert PROPOSED in page and SENTENCE not in page
    (document,) = (document for document in draft.documents if document.name == "certificate")
    assert document.context["statement"] is None
    assert document.context["signoff"] == {
        "slot": "Qualified Person", "state": "open", "name": "", "position": "Qualified Person",
        "meaning": "I certify this batch with the statement of this record.", "when": "", "key": "", "binds": [],
        "reason": "",
    }  # fmt: skip


def test_the_row_of_an_unsigned_certification_has_no_date_no_name_no_status_and_no_sentence(uncertified: Files) -> None:
    row = shown(drafts(uncertified), "annexure-2")
    assert "(no date yet)" in row and "(not signed)" in row and "Not signed" in row and PROPOSED in row
    assert SENTENCE not in row and "CERT-B2025-01" not in row
    assert not re.search(r"(?<!NOT )(?<!QP )\bCertified\b(?! By)", row)


def test_a_data_check_before_the_qp_is_shown_and_certifies_nothing() -> None:
    others = repositories.without(PLAN, "issue.1")
    plan = [signing for signing in others if (signing.record, signing.slot) != (CERTIFICATION, "qp")]
    draft = drafts(repositories.founded(plan=plan))
    row = shown(draft, "annexure-2")
    assert "data checked by Ingrid Larsen, 02 SEP 2025" in row
    assert PROPOSED in row and SENTENCE not in shown(draft, "certificate")


def test_a_signed_certification_keeps_its_sentence_on_a_page_marked_as_a_draft(sample: Files) -> None:
    draft = drafts(sample)
    page = shown(draft, "certificate")
    assert SENTENCE in page and PROPOSED not in page and MARK in page
    assert place_of(draft, "certificate")["name"] == "Dr. Matthias Keller"


def test_a_later_decision_that_nobody_signed_leaves_no_sentence_in_its_preview(sample: Files) -> None:
    draft = drafts({**sample, f"{BATCH}/certification.02.yaml": sample[CERTIFICATION]})
    assert not any(SENTENCE in " ".join(words(document.context)) for document in draft.documents)
    assert PROPOSED in shown(draft, "certificate") and "CERT-B2025-01-02" in shown(draft, "certificate")


def test_a_sign_off_that_does_not_stand_is_struck_with_the_reason(sample: Files) -> None:
    changed = replaced(sample, CERTIFICATION, "comments: None", "comments: Changed since.")
    draft = drafts({**sample, CERTIFICATION: changed.encode()})
    place = place_of(draft, "certificate")
    assert (place["state"], place["name"]) == ("void", "Dr. Matthias Keller")
    assert str(place["reason"]).startswith("changed after it was signed: ")
    assert PROPOSED in shown(draft, "certificate") and SENTENCE not in shown(draft, "certificate")


def test_a_sign_off_that_cannot_be_read_is_struck_too(sample: Files) -> None:
    draft = drafts({**sample, f"{BATCH}/batch.author.signoff": b"signoff 1\n"})
    assert place_of(draft, "batch-master") == {
        "slot": "Authored by", "state": "void", "name": "unreadable sign-off", "position": "", "meaning": "",
        "when": "", "key": "unknown", "binds": [],
        "reason": "sign-off damaged: it does not begin like a sign-off, or is cut short",
    }  # fmt: skip


def test_an_unsigned_delivery_stands_in_its_log_after_the_signed_ones(sample: Files) -> None:
    draft = drafts({**sample, f"{BATCH}/documentation.02.yaml": sample[DELIVERY]})
    (document,) = (document for document in draft.documents if document.name == "annexure-1")
    log = shown(draft, "annexure-1")
    assert log.index("ANX1-B2025-01-01") < log.index("ANX1-B2025-01-02")
    assert "Received" in log and "Not signed" in log and "2 entries" in log
    assert document.context["draft"] == MARK


def test_an_unsigned_receipt_changes_no_status() -> None:
    log = shown(drafts(unsigned("documentation.01.receipt", "certification", "issue.1")), "annexure-1")
    assert "Provided" in log.replace("Documents Provided", "").replace("Provided By", "")
    assert "(not signed)" in log and "Received" not in log


def test_the_places_of_the_issue_to_be_are_open_whatever_was_issued_before(sample: Files) -> None:
    for number in range(1, 7):
        (document,) = (item for item in drafts(sample).documents if item.name == f"annexure-{number}")
        places = document.context["signoffs"]
        assert isinstance(places, list)
        assert [(place["slot"], place["state"]) for place in places] == [
            ("Prepared by", "open"), ("Checked by", "open")
        ]  # fmt: skip
        assert "Issue 2" in shown(drafts(sample), f"annexure-{number}")


def test_an_empty_log_says_that_nothing_is_recorded_yet(sample: Files) -> None:
    assert "Nothing recorded yet." in shown(drafts(sample), "annexure-4")


def test_a_correction_that_nobody_signed_stands_beside_what_it_corrects(sample: Files) -> None:
    text = replaced(sample, DELIVERY, "form: documentation@1", 'form: documentation@1\ncorrects: "CORRECTED"')
    text = text.replace("CORRECTED", hashlib.sha256(sample[DELIVERY]).hexdigest())
    text += "reason_class: error_of_fact\nreason: The version was wrong.\n"
    correction = f"{BATCH}/documentation.01.r1.yaml"
    draft = drafts({**sample, correction: text.encode()})
    assert draft.not_shown == ()
    log = shown(draft, "annexure-1")
    assert "Correction of ANX1-B2025-01-01" in log and "not signed" in log and "Superseded" in log


def test_a_void_that_nobody_signed_takes_nothing_away(sample: Files) -> None:
    void = b"form: void@1\nreason: Entered twice.\n"
    void += f'voids: "{hashlib.sha256(sample[DELIVERY]).hexdigest()}"\n'.encode()
    draft = drafts({**sample, f"{BATCH}/documentation.01.void.yaml": void})
    assert draft.not_shown == ()
    log = shown(draft, "annexure-1")
    assert "Void drafted: ANX1-B2025-01-01" in log and "Reason: Entered twice." in log
    assert "not signed: the entry stays in force until it is signed" in log and "Received" in log


# ------------------------------------------------------------------------------------------------ what cannot be shown


def test_a_batch_of_which_no_record_can_be_read_has_empty_logs(sample: Files) -> None:
    files = {path: data for path, data in sample.items() if not path.startswith("records/batches/")}
    draft = drafts({**files, f"{BATCH}/batch.yaml": b"form: ["})
    assert [item.what for item in draft.not_shown] == [f"{BATCH}/batch.yaml"]
    assert [document.name for document in draft.documents] == [f"annexure-{number}" for number in range(1, 7)]


def test_a_form_that_qa_did_not_approve_shows_nothing(sample: Files) -> None:
    form = "schemas/documentation@1.json"
    altered = replaced(sample, form, '"heading": "Provided By"', '"heading": "Certified By"')
    draft = drafts({**sample, form: altered.encode()})
    assert "annexure-1" not in {document.name for document in draft.documents}
    assert "annexure-2" in {document.name for document in draft.documents}
    (why,) = (item.why for item in draft.not_shown if item.what == "Annexure-1")
    assert why == f"the form documentation@1 of {DELIVERY} is not as QA approved it"


def test_a_template_that_qa_did_not_approve_shows_nothing(sample: Files) -> None:
    template = "templates/log@1/log.html.j2"
    draft = drafts({**sample, template: sample[template] + b"<p>More</p>"})
    assert [document.name for document in draft.documents] == ["certificate", "batch-master"]
    assert {item.what for item in draft.not_shown} == {f"Annexure-{number}" for number in range(1, 7)}


def test_a_seventh_log_is_drafted_without_a_line_of_the_program() -> None:
    draft = drafted(read(founding.founded(), pin=""), "LX-2207-A", "20260301120000Z")
    assert {f"annexure-{number}" for number in range(1, 8)} <= {document.name for document in draft.documents}
    assert "ANX7-LX-2207-A-01" in shown(draft, "annexure-7") and not draft.not_shown


# ------------------------------------------------------------------------------------------------ never final


def test_everything_in_a_draft_is_one(sample: Files, uncertified: Files) -> None:
    for files in (sample, uncertified):
        made = drafts(files).documents
        assert len(made) == 8 and all(map(is_draft, made))
        assert all({"label": "Status", "value": "Draft"} in document.context["header"]["facts"] for document in made)  # type: ignore[index]


def test_a_draft_does_not_change_with_the_hour(uncertified: Files) -> None:
    assert drafts(uncertified) == drafts(uncertified, now="20251201235959Z")


def test_what_is_not_signed_cannot_be_made_final(uncertified: Files) -> None:
    batch = batch_of(Journal(read(uncertified, pin=""), NOW, drafts=True), "B2025-01")
    subject = of_batch(batch.journal, batch.id)
    decision = batch.certification
    assert decision and not decision.signed
    assert gate.certifying_sentence(batch, decision) is None
    with pytest.raises(AssertionError):
        certificate(batch, decision, "certificate")
    with pytest.raises(AssertionError):
        logs.log(subject, unissued(subject, "2025-12-01"), 2)
    unsigned_master = batch_of(Journal(read(unsigned("batch", "documentation.01", "documentation.01.receipt",
        "certification", "issue.1"), pin="")), "B2025-01").master  # fmt: skip
    assert unsigned_master and not unsigned_master.signed
    with pytest.raises(AssertionError):
        sheet(batch, unsigned_master, "batch-master")


def test_a_final_log_shows_no_unsigned_entry_and_no_proposed_wording(sample: Files) -> None:
    further = {**sample, f"{BATCH}/documentation.02.yaml": sample[DELIVERY]}
    further[f"{BATCH}/certification.02.yaml"] = sample[CERTIFICATION]
    planned = documents.plan(packages.subject_of(further))
    text = " ".join(word for document in planned.documents for word in words(document.context))
    assert "NOT CERTIFIED" not in text and "not signed" not in text and MARK not in text
    assert planned.documents == documents.plan(packages.subject_of(sample)).documents


def test_a_draft_among_the_documents_of_a_package_stops_it(sample: Files, renderer: Executor) -> None:
    planned = documents.plan(packages.subject_of(sample))
    smuggled = replace(planned, documents=(*planned.documents[:-1], drafts(sample).documents[0]))
    with pytest.raises(AssertionError):
        package.render(smuggled, sample, renderer, Cache(None, ""), lambda text: None)


def test_what_is_final_is_not_kept_among_the_drafts(sample: Files, tmp_path: Path) -> None:
    final = documents.plan(packages.subject_of(sample)).documents[0]
    with pytest.raises(AssertionError):
        kept(tmp_path, "B2025-01", [Rendered(final, b"", 1)])
    assert not list(tmp_path.iterdir())


def test_a_package_made_after_a_draft_is_the_same_and_holds_nothing_of_it(
    checkout: Path, bundled: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    repositories.git(tmp_path, "clone", "-q", str(checkout), str(clone))
    assert repositories.build("draft", "B2025-01", root=clone).returncode == 0
    out = tmp_path / "out"
    answer = repositories.build("bundle", "--batch", "B2025-01", "--cold", "--out", out, root=clone)
    assert answer.returncode == 0, answer.stderr
    again = Path(answer.stdout.splitlines()[-1])
    assert packages.contents(again) == packages.contents(bundled)


def _draft_pdf(text: str = "x") -> Rendered:
    return Rendered(Document("annexure-1", "Annexure-1", "t", "log@1", "", {"draft": MARK}), text.encode(), 1)


def test_previews_that_cannot_be_put_in_place_leave_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path, "B1", [_draft_pdf("old")])
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space"):
        kept(tmp_path, "B1", [_draft_pdf("new")])
    assert (tmp_path / ".build/drafts/B1/annexure-1.pdf").read_bytes() == b"old"
    assert [path.name for path in (tmp_path / ".build/drafts").iterdir()] == ["B1"]


def test_a_link_in_the_place_of_the_drafts_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "annexure-1.pdf").write_bytes(b"mine")
    (tmp_path / ".build/drafts").mkdir(parents=True)
    (tmp_path / ".build/drafts/B1").symlink_to(elsewhere)
    kept(tmp_path, "B1", [_draft_pdf("new")])
    assert (elsewhere / "annexure-1.pdf").read_bytes() == b"mine"
    shutil.rmtree(tmp_path / ".build/drafts/B1")


def test_a_batch_without_any_form_of_an_issue_is_told(sample: Files) -> None:
    with pytest.raises(CannotRun, match="No form of an issue was in force on 2025-08-01"):
        drafts(sample, now="20250801000000Z")
