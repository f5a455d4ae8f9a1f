"""A second record repository, with its own founders, people, organisations, forms list and a seventh log, needs no line
of the program changed; and nothing of one repository counts in the other.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest

from filing import documents, gate
from filing.model import Document
from tests import packages, repositories
from tests.packages import text_of
from tests.repositories import errors, pin_of, replaced
from tests.second import founding
from tests.second.founding import (
    BATCH,
    CERTIFICATION,
    FORMS,
    FORMS_LIST,
    ISSUE,
    PLAN,
    RECALL,
    RECALL_FORMS,
    REPLY,
    STATEMENT,
    founded,
    signed,
)
from tools.refound import Signing, forms_list, sign

Files = dict[str, bytes]
_NUMBER = "ANX7-LX-2207-A-01"


@pytest.fixture(scope="module")
def second() -> Files:
    return founded()


@pytest.fixture(scope="module")
def second_checkout(second: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("second") / "checkout"
    repositories.commit(folder, second)
    return folder


@pytest.fixture(scope="module")
def package(second_checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("second-package")
    answer = repositories.build("bundle", "--batch", "LX-2207-A", "--cold", "--out", out, root=second_checkout)
    assert answer.returncode == 0, answer.stderr
    return Path(answer.stdout.splitlines()[-1])


def shown(files: Mapping[str, bytes], name: str) -> Document:
    """One document of the batch's package, as it goes to its template."""
    planned = documents.plan(packages.subject_of(files, "LX-2207-A"))
    return next(document for document in planned.documents if document.name == name)


def found(files: Mapping[str, bytes]) -> set[tuple[str, str]]:
    return set(errors(files, pin_of(files)))


def said(files: Mapping[str, bytes], rule: str) -> str:
    """What is found under one rule, in the order of the findings."""
    findings = repositories.examined(files, pin_of(files))[1]
    return "\n".join(f"{finding.path}: {finding.found}" for finding in findings if finding.rule == rule)


def changed(path: str, old: str, new: str, **founding_options: object) -> Files:
    """The second repository, founded and signed with one thing in one record written otherwise."""
    text = replaced(founding.written(), path, old, new).encode()
    return founded({path: text}, **founding_options)  # type: ignore[arg-type]  # passed on as they are


# ------------------------------------------------------------------------------------------------ it is at home here


def test_the_second_repository_is_checked_without_a_finding(second: Files) -> None:
    assert repositories.examined(second, pin_of(second))[1] == ()


def test_check_accepts_it_at_the_front_door_under_its_own_root(second: Files, second_checkout: Path) -> None:
    answer = repositories.build("check", "--root-fingerprint", pin_of(second), root=second_checkout)
    assert answer.returncode == 0, answer.stdout
    assert f"Root {pin_of(second)}, pinned on the command line" in answer.stdout


def test_its_package_is_verified_and_made_again_to_the_byte(package: Path, second_checkout: Path) -> None:
    answer = repositories.build("verify", package, "--rebuild", root=second_checkout)
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.startswith("PASS\n") and "12 PDFs made again, the same to the byte" in answer.stdout


def test_the_seventh_log_is_a_document_and_a_bookmark_of_the_merged_file(package: Path) -> None:
    (compiled,) = (package / "data/compiled").glob("*.pdf")
    with pikepdf.open(compiled) as merged, merged.open_outline() as outline:
        titles = [str(bookmark.title) for bookmark in outline.root]
    assert titles[titles.index("Annexure-6: Certification Archiving Log") + 1] == "Annexure-7: Recall Log"
    page = text_of(package / "data/documents/annexure-7.pdf")
    for words in ("Recalled From", "Recalled By", "Tejo Logística Clínica Lda", "Vasco Leal", "Returned", _NUMBER):
        assert words in page


def test_the_forms_and_records_of_the_seventh_log_are_its_sources(package: Path) -> None:
    sources = (package / "data/documents/annexure-7.sources").read_text()
    for path in ("schemas/recall@1.json", "schemas/recall.reply@1.json", RECALL, REPLY):
        assert f"  {path}\n" in sources


def test_no_page_and_no_file_name_knows_the_first_repository(package: Path) -> None:
    for path in sorted(path for path in package.rglob("*") if path.is_file()):
        text = text_of(path) if path.suffix == ".pdf" else path.read_bytes().decode("utf-8", "replace")
        for foreign in ("DEMONSTRATION", "DEMO-", "demo-", "B2025-0", "keller", "sunita", "signoff-demonstration"):
            # What a form says in explanation of a field is an example, and the same everywhere.
            assert foreign not in text or path.suffix == ".json", f"{path.name} knows {foreign}"
            assert foreign not in path.name


def test_a_real_repository_prints_no_line_of_a_demonstration_but_what_its_trial_asks(second: Files) -> None:
    assert shown(second, "certificate").context["notices"] == ["RESTRICTED – MAY CONTAIN UNBLINDING INFORMATION"]


# --------------------------------------------------------------------------------------------------- the seventh log


def row_of(files: Mapping[str, bytes]) -> str:
    (row,) = shown(files, "annexure-7").context["rows"]  # type: ignore[misc]  # one entry is recalled
    return " | ".join(packages.words(row["cells"]))  # type: ignore[index]  # a row is a mapping


def test_a_reply_gives_the_recall_its_status(second: Files) -> None:
    assert "Returned | 300 bottles | Nuno Faria" in row_of(second)


def test_a_recall_without_reply_stays_recalled() -> None:
    files = founded({REPLY: None})
    assert not found(files)
    assert "Recalled" in row_of(files) and "Nuno Faria" not in row_of(files)


def test_an_unsigned_reply_gives_no_status() -> None:
    files = founded(plan=[signing for signing in PLAN if signing.record != REPLY])
    assert "Returned" not in row_of(files)


def test_a_recall_that_the_issue_leaves_out_is_missed() -> None:
    entry = f"    entries:\n      - {RECALL}\n"
    files = changed(ISSUE, entry, "    entries: []\n    nil_return: Nothing recalled up to 2025-10-16\n")
    assert found(files) == {("R64", ISSUE)}
    assert f"{RECALL} is validly signed, but not listed" in said(files, "R64")


def test_an_issue_without_the_seventh_log_is_incomplete() -> None:
    text = founding.written()[ISSUE].decode()
    files = founded({ISSUE: text.partition("  - annexure: 7")[0].encode()})
    assert "Annexure-7 is not listed" in said(files, "R64")


def test_a_recall_listed_under_another_log_is_found() -> None:
    nil = "    entries: []\n    nil_return: No deviation reported up to 2025-10-16\n"
    files = changed(ISSUE, nil, f"    entries:\n      - {RECALL}\n")
    assert f"{RECALL} belongs to Annexure-7" in said(files, "R64")


def test_an_eighth_log_that_does_not_exist_is_found() -> None:
    files = changed(ISSUE, "annexure: 7", "annexure: 8")
    assert "there is no log Annexure-8" in said(files, "R64")


def test_a_recall_without_its_number_before_is_a_gap() -> None:
    recall = founding.written()[RECALL]
    later = f"{BATCH}/recall.02.yaml"
    first = Signing(later, "recalled", "vasco-leal", "sponsor-supply", "2025-10-13T09:04:27+01:00", "PT")
    issue = founding.written()[ISSUE].replace(b"recall.01", b"recall.02")
    changes = {RECALL: None, REPLY: None, later: recall, ISSUE: issue}
    at = [signing.record for signing in PLAN].index(RECALL)
    assert found(founded(changes, plan=[*PLAN[:at], first, *PLAN[at:]])) == {("R03", later)}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("recalled_from: tejo-depot", "recalled_from: demo-depot", "R01"),
        ("certification: certification\n", "certification: certification.02\n", "R01"),
        ("grounds: The carton of some bottles names another strength.", "grounds: TBD", "R55"),
        ("unit: bottles", "unit: barrels", "S01"),
        ("recalled_from: tejo-depot\n", "", "S01"),
    ],
)
def test_what_its_form_and_the_rules_for_all_records_ask_is_asked_of_a_recall(old: str, new: str, rule: str) -> None:
    assert (rule, RECALL) in found(changed(RECALL, old, new))


@pytest.mark.parametrize(
    ("signer", "role"), [("nuno-faria", "depot"), ("nuno-faria", "sponsor-supply"), ("aino-kettunen", "qp")]
)
def test_only_the_roles_of_the_form_recall(signer: str, role: str) -> None:
    other = Signing(RECALL, "recalled", signer, role, "2025-10-13T09:04:27+01:00", "PT")
    files = founded(plan=[other if signing.record == RECALL else signing for signing in PLAN])
    assert (RECALL.removesuffix("yaml") + "recalled.signoff") in said(files, "R06") + said(files, "R04")
    assert "is not validly signed" in said(files, "R64")


def test_a_recall_signed_without_having_seen_the_certification_is_void(second: Files) -> None:
    (recalled,) = (signing for signing in PLAN if signing.record == RECALL)
    blind = dict(second)
    seen = (f"{BATCH}/batch.author.signoff", "records/registers/change.001.administrator-1.signoff")
    saw = tuple((hashlib.sha256(second[path]).hexdigest(), path) for path in sorted(seen))
    sign(blind, recalled, repositories.key_of("vasco-leal"), founding.NAMESPACE, saw=saw)
    assert (RECALL.removesuffix("yaml") + "recalled.signoff") in said(blind, "R04") + said(blind, "R05")


def test_a_form_that_the_list_does_not_approve_carries_no_recall() -> None:
    files = founded(forms=[line for line in FORMS if line not in RECALL_FORMS])
    assert "recall@1 is not in the forms list" in said(files, "T04")
    assert f"{RECALL} is not validly signed" in said(files, "R64")


def test_a_form_changed_after_its_approval_carries_no_recall(second: Files) -> None:
    path = "schemas/recall@1.json"
    loosened = {**second, path: second[path].replace(b'"sponsor-supply"', b'"depot"', 1)}
    assert ("T04", path) in found(loosened)


def test_a_form_not_yet_in_force_carries_no_recall() -> None:
    later = [(name, "2025-10-20" if name.startswith("recall") else day, template) for name, day, template in FORMS]
    assert "recall@1 is effective from 2025-10-20; it was signed on 2025-10-13" in said(founded(forms=later), "T04")


# ---------------------------------------------------------------------------------------------- a log that comes later


def before_recalls() -> Files:
    """The second repository before it had a seventh log, its forms lying ready."""
    issue = founding.written()[ISSUE].decode().partition("  - annexure: 7")[0].encode()
    forms = [line for line in FORMS if line not in RECALL_FORMS]
    return founded({ISSUE: issue, RECALL: None, REPLY: None}, forms=forms)


def approved(files: Mapping[str, bytes], lines: tuple[tuple[str, str, str], ...]) -> Files:
    """The next revision of the forms list, with these lines behind the ones there were."""
    revision = FORMS_LIST.replace(".yaml", ".r1.yaml")
    before = [line for line in FORMS if line not in RECALL_FORMS]
    text = forms_list(files, [*before, *lines])
    text += f'corrects: "{hashlib.sha256(files[FORMS_LIST]).hexdigest()}"\nreason: The Recall Log is added.\n'.encode()
    approval = Signing(revision, "approved", "ines-prata", "qa", "2025-11-03T09:00:00+00:00", "PT")
    return signed({**files, revision: text}, [approval])


def test_a_log_approved_later_asks_for_nothing_in_issues_from_before() -> None:
    files = approved(before_recalls(), (("recall@1", "2025-11-04", "log@1"), ("recall.reply@1", "2025-11-04", "")))
    assert not found(files)


def test_a_log_approved_later_is_kept_from_its_first_day_on() -> None:
    files = approved(before_recalls(), (("recall@1", "2025-11-04", "log@1"), ("recall.reply@1", "2025-11-04", "")))
    written, again = founding.written(), f"{BATCH}/issue.2.yaml"
    files |= {RECALL: written[RECALL], REPLY: written[REPLY], again: written[ISSUE]}
    later = (
        Signing(RECALL, "recalled", "vasco-leal", "sponsor-supply", "2025-11-05T09:04:27+00:00", "PT"),
        Signing(REPLY, "replied", "nuno-faria", "depot", "2025-11-06T16:48:13+00:00", "PT"),
        Signing(again, "prepared", "clara-dinis", "log-keeper", "2025-11-07T10:00:05+00:00", "PT"),
        Signing(again, "checked", "ines-prata", "qa", "2025-11-07T11:21:36+00:00", "PT"),
    )
    files = signed(files, later)
    assert not found(files)
    assert "Returned" in row_of(files)


def test_a_form_that_lies_ready_leaves_no_trace_on_any_page() -> None:
    files = before_recalls()
    without = {path: data for path, data in files.items() if not path.startswith("schemas/recall")}
    planned = [documents.plan(packages.subject_of(each, "LX-2207-A")).documents for each in (files, without)]
    assert planned[0] == planned[1]


def test_the_sop_lists_the_logs_in_force_when_it_becomes_effective_and_names_their_forms(second: Files) -> None:
    with_seven, with_six = shown(second, "sop"), shown(before_recalls(), "sop")
    assert "Recall Log" in packages.words(with_seven.context) and with_seven != with_six
    assert "Annexure-6" in packages.words(with_six.context) and "Annexure-7" not in packages.words(with_six.context)
    assert "schemas/recall@1.json" in {source.path for source in with_seven.sources}


def test_the_digest_of_a_form_is_what_the_checksum_program_gives(second_checkout: Path) -> None:
    command = "sha256sum schemas/recall@1.json schemas/types@1.json | sha256sum"
    assert f"\n    {command}\n" in (repositories.ROOT / "docs/how-to/add-a-log.md").read_text()
    answer = subprocess.run(["sh", "-c", command], cwd=second_checkout, capture_output=True, text=True, check=True)
    line = f'- id: recall\n    version: 1\n    effective: 2025-09-22\n    schema: "{answer.stdout.split()[0]}"\n'
    assert line in (second_checkout / FORMS_LIST).read_text()


# ------------------------------------------------------------------------------ nothing of one counts in the other


def test_it_is_not_accepted_under_the_root_of_the_first(sample: Files, second: Files, second_checkout: Path) -> None:
    answer = repositories.build("check", "--root-fingerprint", pin_of(sample), root=second_checkout)
    assert answer.returncode == 1
    words = f"its fingerprint is {pin_of(second)}, but the pinned one is {pin_of(sample)}"
    assert words in " ".join(answer.stdout.split())


def test_no_package_is_made_of_it_under_the_root_of_the_first(sample: Files, second_checkout: Path) -> None:
    answer = repositories.build(
        "bundle", "--batch", "LX-2207-A", "--root-fingerprint", pin_of(sample), root=second_checkout
    )
    assert answer.returncode == 1 and "No package was made" in answer.stderr


def test_a_package_of_the_demonstration_fails_under_the_root_of_the_second(
    bundled: Path, second: Files, second_checkout: Path
) -> None:
    answer = repositories.build("verify", bundled, root=second_checkout)
    assert answer.returncode == 1
    assert answer.stdout.startswith("FAIL\n") and f"is not the pinned {pin_of(second)}" in answer.stdout


def test_its_package_fails_under_the_root_of_the_first(package: Path, checkout: Path) -> None:
    answer = repositories.build("verify", package, root=checkout)
    assert answer.returncode == 1 and answer.stdout.startswith("FAIL\n")


def test_a_record_of_the_first_is_not_signed_in_the_second(sample: Files, second: Files) -> None:
    own = "records/sop/cr-ops-142-2025."
    copied = {path: data for path, data in sample.items() if path.startswith(own)}
    both = {**second, **copied}
    for slot in ("prepared", "checked", "approved"):
        assert any(path == f"{own}{slot}.signoff" for _, path in found(both))
    assert f"{own}yaml" not in repositories.examined(both, pin_of(both))[0].judgement.acts


def test_an_approval_of_the_first_does_not_approve_the_forms_of_the_second(sample: Files, second: Files) -> None:
    sides = [FORMS_LIST.removesuffix("yaml") + ending for ending in ("approved.signoff", "approved.signoff.sig")]
    assert found({**second, **{path: sample[path] for path in sides}})


def test_a_qualified_person_of_the_first_cannot_certify_in_the_second() -> None:
    foreign = Signing(CERTIFICATION, "qp", "m-keller", "qp", "2025-10-06T15:27:18+03:00", "DE")
    files = founded(plan=[foreign if signing.record == CERTIFICATION else signing for signing in PLAN])
    assert f"{CERTIFICATION.removesuffix('yaml')}qp.signoff: " in said(files, "R07")
    assert gate.verdict(packages.batch_of(files, "LX-2207-A")).word == "NOT CERTIFIED"


def test_a_signature_made_for_demonstrations_does_not_count_in_a_real_repository(second: Files) -> None:
    (recalled,) = (signing for signing in PLAN if signing.record == RECALL)
    files = signed(second, [recalled], namespace=repositories.NAMESPACE)
    assert any(path == RECALL.removesuffix("yaml") + "recalled.signoff" for _, path in found(files))


def test_a_founder_of_the_second_cannot_be_left_out() -> None:
    files = founded(plan=[signing for signing in PLAN if signing.signer != "rui-brito"])
    assert "missing: rui-brito" in said(files, "T02")


@pytest.mark.parametrize("namespace", [founding.NAMESPACE, repositories.NAMESPACE])
def test_only_a_demonstration_may_certify_with_wording_that_no_qp_confirmed(namespace: str) -> None:
    confirmed = "verified_by: aino-kettunen\nverified_on: 2025-09-10\n"
    files = changed(STATEMENT, confirmed, "", namespace=namespace)
    assert said(files, "R17") == f"{CERTIFICATION}: no QP has confirmed the wording of ART-62 version 1"
    assert (("R17", CERTIFICATION) in found(files)) == (namespace == founding.NAMESPACE)
