"""Corrections, voids, justifications and later decisions as the documents show them: nothing old is lost, nothing new
is shown in an issue whose signers did not see it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from filing import documents, gate
from filing.model import Document
from filing.rules import examine
from filing.subject import of_batch
from tests import packages
from tests.packages import words
from tests.repositories import BATCH, founded, replaced
from tools.refound import Signing

Files = dict[str, bytes]
SENTENCE = "I hereby certify that this batch complies"


def with_record(files: Files, name: str, text: str, *signings: tuple[str, str, str, str]) -> Files:
    """The repository with one more record of the batch, signed as given: slot, signer, role, time."""
    path = f"{BATCH}/{name}.yaml"
    return packages.signed({**files, path: text.encode()}, *(Signing(path, *signing) for signing in signings))


def sha(files: Files, name: str) -> str:
    return hashlib.sha256(files[f"{BATCH}/{name}.yaml"]).hexdigest()


def corrected(files: Files, name: str, old: str, new: str, kind: str = "error_of_fact") -> str:
    """The text of a correction of the record `name`."""
    text = replaced(files, f"{BATCH}/{name}.yaml", old, new) if old else files[f"{BATCH}/{name}.yaml"].decode()
    return f'{text}corrects: "{sha(files, name)}"\nreason_class: {kind}\nreason: As the site list says.\n'


def handoff(files: Files, to: str, day: str, decision: str = "certification") -> Files:
    text = f"""\
form: handoff@1
batch: B2025-01
decision: {decision}
recipient:
  organisation: demo-sponsor
  person: j-weber
  function: sponsor
channel: portal
sent_at: {day}T09:00:00+02:00
content:
  - what: Batch certificate
restrictions: None
"""
    return with_record(files, f"handoff.{to}", text, ("notified", "m-keller", "qp", f"{day}T09:06:21+02:00"))


def issued(files: Files, third: tuple[str, ...], number: int = 1, day: str = "2025-09-20") -> Files:
    logs: dict[int, tuple[str, ...]] = {1: ("documentation.01",), 2: ("certification",), 3: third, 4: (), 5: (), 6: ()}
    if any(path.startswith(f"{BATCH}/certification.02.yaml") for path in files):
        logs[2] = ("certification", "certification.02")
    text = "form: issue@1\nbatch: B2025-01\nlogs:\n"
    for annexure, names in logs.items():
        entries = "".join(f"\n      - {BATCH}/{name}.yaml" for name in names)
        text += f"  - annexure: {annexure}\n    entries:{entries or ' []'}\n"
        text += "" if entries else "    nil_return: No entry up to 20 September 2025.\n"
    signings = (
        ("prepared", "ravi-kumar", "log-keeper", f"{day}T09:31:12+01:00"),
        ("checked", "sunita-reddy", "qa", f"{day}T11:02:40+01:00"),
    )
    return with_record(files, f"issue.{number}", text, *signings)


@pytest.fixture(scope="module")
def certified() -> Files:
    """B2025-01 certified and handed off to its sponsor; no logs issued yet."""
    files = {path: data for path, data in founded().items() if not path.startswith(f"{BATCH}/issue.")}
    return handoff(files, "sponsor", "2025-09-03")


@pytest.fixture(scope="module")
def delivery_corrected(certified: Files) -> Files:
    text = corrected(certified, "documentation.01", 'version: "4"', 'version: "5"')
    signing = ("provided", "j-weber", "sponsor-supply", "2025-09-04T09:00:00+01:00")
    return with_record(certified, "documentation.01.r1", text, signing)


@pytest.fixture(scope="module")
def certified_anew(delivery_corrected: Files) -> Files:
    receipt = corrected(delivery_corrected, "documentation.01.receipt", "", "", "new_information")
    files = with_record(
        delivery_corrected, "documentation.01.receipt.r1", receipt,
        ("received", "m-keller", "qp", "2025-09-04T12:00:00+02:00"),
    )  # fmt: skip
    text = corrected(files, "certification", "comments: None", "comments: Judged on site list 5", "new_information")
    return with_record(files, "certification.r1", text, ("qp", "m-keller", "qp", "2025-09-04T14:00:00+02:00"))


def findings(files: Files) -> list[tuple[str, str, str]]:
    found = examine(packages.journal_of(files)).findings
    return [(f.severity, f.rule, f.path.removeprefix(f"{BATCH}/")) for f in found if f.rule != "R17"]


def shown(files: Files, name: str) -> Any:
    """The context of one document of the batch, which the gate lets pass."""
    assert not packages.refused(files)
    planned = documents.plan(of_batch(packages.journal_of(files), "B2025-01"))
    found: dict[str, Document] = {document.name: document for document in planned.documents}
    return found[name].context if name in found else None


def test_a_correction_of_what_the_certification_saw_is_a_hold_until_the_qp_has_seen_it(
    delivery_corrected: Files, certified_anew: Files
) -> None:
    assert ("hold", "R45", "documentation.01.r1.yaml") in findings(delivery_corrected)
    assert not [found for found in findings(certified_anew) if found[0] != "warning"]


def test_a_typing_error_corrected_is_only_warned_of(certified: Files) -> None:
    text = corrected(certified, "documentation.01", 'version: "4"', 'version: "5"', "typo")
    signing = ("provided", "j-weber", "sponsor-supply", "2025-09-04T09:00:00+01:00")
    files = with_record(certified, "documentation.01.r1", text, signing)
    assert ("warning", "R45", "documentation.01.r1.yaml") in findings(files)
    assert not [found for found in findings(files) if found[0] != "warning"]


def test_a_corrected_entry_shows_the_old_row_struck_the_new_one_and_what_changed(certified_anew: Files) -> None:
    log = shown(issued(certified_anew, ("handoff.sponsor",)), "annexure-1")
    assert [(row["mark"], row["superseded"]) for row in log["rows"]] == [("Superseded", True), ("", False)]
    old, new = ("".join(words(row["cells"])) for row in log["rows"])
    assert "Investigator and site list, version 4" in old and "Investigator and site list, version 5" in new
    assert "Received" in new and "Received" not in old
    table, receipt = log["changes"]
    assert [(row["old"], row["new"], row["who"]) for row in table["rows"]] == [("4", "5", "Jana Weber")]
    assert table["rows"][0]["why"] == "Error of fact: As the site list says."
    assert [row["field"] for row in receipt["rows"]] == ["No value changed"], "a table without rows would say nothing"


def test_a_follow_up_that_saw_the_earlier_revision_speaks_for_that_one_only(delivery_corrected: Files) -> None:
    record = f"{BATCH}/documentation.01.r1.yaml"
    why = f"form: justification@1\nbatch: B2025-01\nrule: R45\nrecord: {record}\n"
    why += f'sha256: "{sha(delivery_corrected, "documentation.01.r1")}"\ngrounds: The list changed after packing.\n'
    signing = ("justified", "m-keller", "qp", "2025-09-05T10:00:00+02:00")
    files = with_record(delivery_corrected, "justification.01", why, signing)
    log = shown(issued(files, ("handoff.sponsor",)), "annexure-1")
    row = [line["text"] for cell in log["rows"][1]["cells"] for line in cell]
    assert "for revision 0:" in row and "Provided" in row and "Received" not in row
    (note,) = log["notes"]
    assert note["caption"] == "Justification of ANX1-B2025-01-01"
    assert note["lines"][0] == "R45: The list changed after packing." and "Dr. Matthias Keller" in note["lines"][1]
    (opened,) = shown(issued(files, ("handoff.sponsor",)), "report")["opened"]
    assert (opened["rule"], opened["record"]) == ("R45", record) and "The list changed" in opened["reason"]


@pytest.mark.parametrize(
    ("rule", "signer", "role", "digest"),
    [("R45", "i-larsen", "qa", ""), ("R49", "m-keller", "qp", ""), ("R45", "m-keller", "qp", "0" * 64)],
    ids=["by another role", "of another rule", "of another revision"],
)
def test_a_justification_opens_only_its_own_hold(
    delivery_corrected: Files, rule: str, signer: str, role: str, digest: str
) -> None:
    digest = digest or sha(delivery_corrected, "documentation.01.r1")
    why = f"form: justification@1\nbatch: B2025-01\nrule: {rule}\nrecord: {BATCH}/documentation.01.r1.yaml\n"
    why += f'sha256: "{digest}"\ngrounds: The list changed after packing.\n'
    signing = ("justified", signer, role, "2025-09-05T10:00:00+02:00")
    files = with_record(delivery_corrected, "justification.01", why, signing)
    assert ("hold", "R45", "documentation.01.r1.yaml") in findings(files)


def test_a_corrected_certificate_says_what_it_replaces_and_who_is_to_be_told(certified_anew: Files) -> None:
    certificate = shown(issued(certified_anew, ("handoff.sponsor",)), "certificate")
    assert certificate["document"]["version"] == "Revision 1"
    assert certificate["supersedes"]["text"].startswith("Replaces CERT-B2025-01 revision 0 of ")
    (recipient,) = certificate["supersedes"]["recipients"]
    assert recipient["who"] == "Demo Sponsor Ltd, Jana Weber" and "to be notified of this one" in recipient["what"]
    assert ("warning", "R45", "certification.r1.yaml") in findings(certified_anew), "the sponsor was told of revision 0"


def test_the_sentence_stands_once_in_the_log_of_a_corrected_certification(certified_anew: Files) -> None:
    log = shown(issued(certified_anew, ("handoff.sponsor",)), "annexure-2")
    assert [sum(SENTENCE in text for text in words(row["cells"])) for row in log["rows"]] == [0, 1]


def taken_back(files: Files, name: str, signing: tuple[str, str, str, str]) -> Files:
    text = f'form: void@1\nvoids: "{sha(files, name)}"\nreason: Sent twice by mistake.\n'
    return with_record(files, f"{name}.void", text, signing)


def test_a_void_keeps_its_number_and_says_why(certified: Files) -> None:
    twice = handoff(certified, "sponsor-2", "2025-09-04")
    files = taken_back(twice, "handoff.sponsor-2", ("notified", "m-keller", "qp", "2025-09-04T15:00:00+02:00"))
    log = shown(issued(files, ("handoff.sponsor", "handoff.sponsor-2")), "annexure-3")
    assert [(row["mark"], row["superseded"]) for row in log["rows"]] == [("", False), ("Void", True)]
    assert log["notes"][0]["caption"] == "Void: ANX3-B2025-01-sponsor-2, handoff.sponsor-2"
    assert log["notes"][0]["lines"][0] == "Reason: Sent twice by mistake."


def test_a_void_entry_left_out_of_an_issue_is_an_error(certified: Files) -> None:
    twice = handoff(certified, "sponsor-2", "2025-09-04")
    files = taken_back(twice, "handoff.sponsor-2", ("notified", "m-keller", "qp", "2025-09-04T15:00:00+02:00"))
    assert ("R64", f"{BATCH}/issue.1.yaml") in packages.refused(issued(files, ("handoff.sponsor",)))


@pytest.mark.parametrize("signer", [("j-weber", "sponsor-supply"), ("sunita-reddy", "qp"), ("t-vermeer", "cro")])
def test_a_void_is_signed_in_the_places_of_the_act_and_by_nobody_else(
    certified: Files, signer: tuple[str, str]
) -> None:
    files = taken_back(certified, "handoff.sponsor", ("notified", *signer, "2025-09-04T15:00:00+02:00"))
    assert ("error", "R06", "handoff.sponsor.void.notified.signoff") in findings(files)
    assert packages.batch_of(files).named("handoff.sponsor") is not None


def test_a_certification_is_taken_back_by_the_qp_alone(certified: Files) -> None:
    signings = (("certified by QA", "i-larsen", "qa"), ("by the QP", "m-keller", "qp"))
    for who, signer, role in signings:
        files = taken_back(certified, "certification", ("qp", signer, role, "2025-09-04T15:00:00+02:00"))
        standing = gate.verdict(packages.batch_of(files))
        assert standing.certified is (role != "qp"), who


def test_what_is_taken_back_after_an_issue_stands_in_that_issue_as_it_was(certified: Files) -> None:
    files = issued(certified, ("handoff.sponsor",))
    later = taken_back(files, "handoff.sponsor", ("notified", "m-keller", "qp", "2025-09-30T15:00:00+02:00"))
    assert shown(later, "annexure-3") == shown(files, "annexure-3")


def decided(files: Files, decision: str, time: str) -> Files:
    text = f"form: certification@1\nbatch: B2025-01\ndecision: {decision}\nmia: DEMO-MIA-0001\n"
    text += "register_number: DEMO-QPR-2025-0190\nsuspension_reason: A stability result is out of trend.\n"
    return with_record(files, "certification.02", text, ("qp", "m-keller", "qp", time))


def test_a_suspended_batch_has_no_certificate_and_no_sentence_anywhere(certified: Files) -> None:
    files = issued(decided(certified, "suspended", "2025-09-10T15:00:00+02:00"), ("handoff.sponsor",))
    assert shown(files, "certificate") is None
    planned = documents.plan(of_batch(packages.journal_of(files), "B2025-01"))
    assert not any(SENTENCE in text for document in planned.documents for text in words(document.context))
    log = shown(files, "annexure-2")
    assert [row["cells"][4][0]["text"] for row in log["rows"]] == ["Certified", "Suspended"]
    verdict = gate.verdict(packages.batch_of(files))
    assert verdict.word == "NOT CERTIFIED" and "A stability result is out of trend." in verdict.reason


def test_a_suspension_after_the_issue_stops_the_package_until_the_logs_are_issued_again(certified: Files) -> None:
    files = decided(issued(certified, ("handoff.sponsor",)), "suspended", "2025-09-28T15:00:00+02:00")
    assert ("R64", f"{BATCH}/issue.1.yaml") in packages.refused(files)
    again = issued(files, ("handoff.sponsor",), 2, "2025-09-29")
    assert not packages.refused(again)
