"""The SOP as a controlled document, and the logs' headings and headers as the SOP has them."""

from __future__ import annotations

from typing import Any

import pytest

from filing import documents
from filing.forms import load_forms
from tests import packages
from tests.packages import words
from tests.repositories import as_shipped, founded, replaced

SECTIONS = (
    "Purpose", "Scope", "Responsibilities", "Accountability", "Procedure", "Abbreviations", "Documents", "References",
    "Approval Section", "Annexures", "Revision History",
)  # fmt: skip
HEADINGS = {
    1: ["Date", "Batch ID", "Documents Provided", "Provided By", "Status"],
    2: ["Date", "Batch ID", "Certified By", "Certification Statement", "Status"],
    3: ["Date", "Batch ID", "Handoff To", "Certified By", "Status"],
    4: ["Date", "Batch ID", "Released To", "Released By", "Status"],
    5: ["Date", "Batch ID", "Deviation", "CAPA", "Status"],
    6: ["Date", "Batch ID", "Archived By", "Location", "Status"],
}
TITLES = {
    1: "QP Documentation Log", 2: "QP Certification Log", 3: "Handoff Log", 4: "IMP Release Log", 5: "Deviation Log",
    6: "Certification Archiving Log",
}  # fmt: skip
SOP = "records/sop/cr-ops-142-2025.yaml"


@pytest.fixture(scope="module")
def shown(sample: dict[str, bytes]) -> dict[str, Any]:
    planned = documents.plan(packages.subject_of(sample))
    return {document.name: document.context for document in planned.documents}


def section(sop: dict[str, Any], heading: str) -> list[str]:
    (found,) = (each for each in sop["sections"] if each["heading"] == heading)
    return list(words(found["blocks"]))


def test_the_sop_has_its_eleven_sections_in_order(shown: dict[str, Any]) -> None:
    sop = shown["sop"]
    assert [(each["number"], each["heading"]) for each in sop["sections"]] == [
        (str(number), heading) for number, heading in enumerate(SECTIONS, 1)
    ]
    assert [each["heading"] for each in sop["contents"]] == list(SECTIONS)


def test_the_sop_says_what_controls_it(shown: dict[str, Any]) -> None:
    control = {fact["label"]: fact["value"].replace("\u00a0", " ") for fact in shown["sop"]["control"]}
    assert control == {
        "SOP No.": "CR/OPS/142/2025", "Supersedes": "NA", "Issue Date": "26 AUG 2025", "Effective Date": "01 SEP 2025",
        "Review Date": "01 SEP 2026", "Version": "Version 1.0", "Revision": "Revision 00",
    }  # fmt: skip


def test_the_sop_is_signed_by_its_three_people(shown: dict[str, Any]) -> None:
    (found,) = (each for each in shown["sop"]["sections"] if each["heading"] == "Approval Section")
    blocks = [block for part in found["blocks"] for block in part["signoffs"]]
    assert [(block["slot"], block["name"], block["position"]) for block in blocks] == [
        ("Prepared by", "Ravi Kumar", "Regulatory Affairs Specialist"),
        ("Checked by", "Sunita Reddy", "QA Officer"),
        ("Approved by", "Dr. Anil Sharma", "Head Clinical Operations"),
    ]


def test_the_sop_has_every_clause_and_its_revision_history(shown: dict[str, Any]) -> None:
    procedure = section(shown["sop"], "Procedure")
    clauses = ["1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2", "5.1", "5.2", "6.1", "6.2"]
    assert [word for word in procedure if word in clauses] == clauses
    assert {"Revision 00", "New SOP creation", "Head Clinical Operations"} <= set(
        section(shown["sop"], "Revision History")
    )
    assert set(TITLES.values()) <= set(section(shown["sop"], "Annexures"))


@pytest.mark.parametrize("slot", ["prepared", "checked", "approved"])
def test_a_sop_that_one_of_the_three_did_not_sign_is_no_document(slot: str) -> None:
    files = founded()
    lost = {path: data for path, data in files.items() if not path.startswith(f"{SOP.removesuffix('.yaml')}.{slot}")}
    planned = documents.parts(packages.subject_of(lost), packages.batch_of(lost).of("issue")[0])
    assert "sop" not in [part.name for part in planned]
    assert packages.refused(lost)


def test_a_sop_edited_after_it_was_signed_stands_in_the_way_of_every_package(sample: dict[str, bytes]) -> None:
    text = replaced(sample, SOP, "review_date: 2026-09-01", "review_date: 2029-09-01")
    assert ("R05", SOP) in packages.refused({**sample, SOP: text.encode()})


@pytest.mark.parametrize("number", HEADINGS)
def test_the_first_columns_of_a_log_are_the_sop_s_in_its_order(number: int) -> None:
    (form,) = (form for form in load_forms(as_shipped()).annexures() if form.annexure["number"] == number)
    columns = form.annexure["columns"]
    assert isinstance(columns, list)
    assert [column["heading"] for column in columns][:5] == HEADINGS[number]
    assert form.annexure["title"] == TITLES[number]
    assert sum(column["width"] for column in columns) == 100


@pytest.mark.parametrize("number", HEADINGS)
def test_the_header_of_a_log_says_sop_form_version_and_effective_date(shown: dict[str, Any], number: int) -> None:
    facts = {
        fact["label"]: fact["value"].replace("\u00a0", " ") for fact in shown[f"annexure-{number}"]["header"]["facts"]
    }
    assert facts["SOP"] == "CR/OPS/142/2025"
    assert (facts["Form"], facts["Effective"]) == (f"ANX-{number:02} version 1", "01 SEP 2025")
