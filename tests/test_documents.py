"""The pages show what the records say, and nothing later; the same records make the same pages again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from filing import documents, package
from filing.rebuild import rebuilt
from filing.verify import verify
from tests import packages, repositories
from tests.packages import all_pdfs, pdfs_of, templates_of, text_of, tool, unspaced, words
from tests.repositories import PLAN
from tools.refound import Signing

BATCH = "records/batches/B2025-01"
CERTIFICATION = f"{BATCH}/certification"
SENTENCE = "I hereby certify that this batch complies with the requirements of Article 62(1)"
DOCUMENTS = ("annexure-1", "annexure-2", "certificate")

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def pages(bundled: Path) -> dict[str, str]:
    """The text of each document, without spaces: where a line breaks is no matter of content."""
    return {name: unspaced(text_of(bundled / "data/documents" / f"{name}.pdf")) for name in DOCUMENTS}


@pytest.fixture(scope="module")
def compiled(bundled: Path) -> Path:
    (path,) = (bundled / "data/compiled").glob("*.pdf")
    return path


LATER_COMMITS: dict[str, Callable[[Files], Files]] = {
    "a file elsewhere": lambda files: {**files, "records/note.md": b"A note.\n"},
    "another batch begun": lambda files: {
        **files, "records/batches/B2025-02/batch.yaml": files[f"{BATCH}/batch.yaml"].replace(b"B2025-01", b"B2025-02")
    },
    "a draft in the batch": lambda files: {
        **files, f"{BATCH}/documentation.02.yaml": files[f"{BATCH}/documentation.01.yaml"]
    },
    "the QP's position revised": lambda files: packages.revised(
        files, "people/m-keller", "position: Qualified Person", "position: Head of Certification"
    ),
    "the sponsor's name revised": lambda files: packages.revised(
        files, "organisations/demo-sponsor", "name: Demo Sponsor Ltd", "name: Demo Sponsor plc"
    ),
    "the statement's wording revised": lambda files: packages.revised(
        files, "statements/ctr-62", "version: 0", "version: 1"
    ),
    "a newer form approved": packages.with_newer_form,
    "a newer template added": lambda files: {
        **files,
        **{
            path.replace("log@1", "log@2"): data.replace(b"nothing", b"NOTHING")
            for path, data in files.items()
            if path.startswith("templates/log@1/")
        },
    },
    "a delivery recorded after the issue": lambda files: packages.signed(
        {**files, f"{BATCH}/documentation.02.yaml": files[f"{BATCH}/documentation.01.yaml"]},
        Signing(f"{BATCH}/documentation.02.yaml", "provided", "j-weber", "sponsor-supply", "2025-10-01T09:00:00+01:00"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("later", LATER_COMMITS)
def test_a_later_commit_leaves_the_pages_as_they_were(
    sample: Files, first: dict[str, bytes], renderer: Executor, later: str
) -> None:
    again = packages.assembled(LATER_COMMITS[later](sample), renderer).files
    assert pdfs_of(dict(again)) == pdfs_of(first)


def test_a_receipt_recorded_after_the_issue_is_not_in_that_issue(renderer: Executor) -> None:
    receipt = f"{BATCH}/documentation.01.receipt.yaml"
    plan = repositories.without(PLAN, "documentation.01.receipt", "certification")
    issued = repositories.founded(packages.nil_return(), plan=plan)
    signed = packages.signed(issued, Signing(receipt, "received", "m-keller", "qp", "2025-10-01T09:00:00+02:00"))
    assert pdfs_of(dict(packages.assembled(signed, renderer).files)) == pdfs_of(
        dict(packages.assembled(issued, renderer).files)
    )


def test_an_issue_made_after_the_receipt_shows_it(first: dict[str, bytes], pages: dict[str, str]) -> None:
    assert "Received" in pages["annexure-1"]
    assert "Provided" not in pages["annexure-1"].replace("DocumentsProvided", "").replace("ProvidedBy", "")


# --------------------------------------------------------------------------------------------------- made again


def environment_of(files: dict[str, bytes]) -> dict[str, str]:
    facts = json.loads(files["data/provenance/build.json"])["predicate"]["runDetails"]["environment"]["facts"]
    return dict(facts)


def test_every_pdf_of_a_package_can_be_made_again_from_its_own_records(
    bundled: Path, packed: Files, sample: Files, renderer: Executor
) -> None:
    verdict = rebuilt(verify(bundled, ""), templates_of(sample), environment_of(packed), renderer)
    assert verdict.word == verdict.lines[0] == "PASS"
    assert verdict.lines[3] == "  11 PDFs made again, the same to the byte"
    assert not any("not made again" in line for line in verdict.lines)


def altered(value: object, old: str, new: str) -> object:
    """A document's context with a text changed wherever it stands."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {name: altered(item, old, new) for name, item in value.items()}
    return [altered(item, old, new) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.fixture(scope="module")
def with_other_pages(sample: Files, first: Files, renderer: Executor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package made by somebody who lets another name be printed, from the same records and templates."""
    planned = documents.plan(packages.subject_of(sample))
    shown = tuple(
        replace(document, context=altered(document.context, "Jana Weber", "Jan Weber"))
        for document in planned.documents
    )
    pages = package.render(replace(planned, documents=shown), sample, renderer, packages.COLD, lambda _: None)
    changed = {f"documents/{part.document.name}.pdf": part.pdf for part in pages.parts}
    forged = packages.forged(first, {**changed, "compiled/demo-101-302-b2025-01.pdf": pages.compiled})
    return packages.written(tmp_path_factory.mktemp("forged") / "package", forged)


def test_pages_that_do_not_show_their_records_are_found_by_making_them_again(
    with_other_pages: Path, sample: Files, renderer: Executor
) -> None:
    verdict = verify(with_other_pages, "")
    assert verdict.word == "PASS"  # checksums and sign-offs cannot tell
    again = rebuilt(verdict, templates_of(sample), packages.ENVIRONMENT, renderer)
    assert again.word == again.lines[0] == "FAIL"
    assert again.reasons_to_fail == tuple(
        f"data/{name}.pdf  is not what its records and the approved templates give"
        for name in ("compiled/demo-101-302-b2025-01", "documents/annexure-1")
    )


def test_other_pages_made_with_other_means_decide_nothing(
    with_other_pages: Path, sample: Files, renderer: Executor
) -> None:
    again = rebuilt(verify(with_other_pages, ""), templates_of(sample), {"machine": "another", "pango": "9"}, renderer)
    assert again.word == again.lines[0] == "INDETERMINATE"
    assert again.reasons_to_fail == ()
    assert again.lines[5:7] == ("  machine is another here; it was of the tests", "  pango is 9 here; it was absent")


def test_a_missing_template_decides_nothing(bundled: Path, packed: Files, sample: Files, renderer: Executor) -> None:
    edited = {path: data + b" " for path, data in templates_of(sample).items()}
    verdict = rebuilt(verify(bundled, ""), edited, environment_of(packed), renderer)
    assert verdict.word == verdict.lines[0] == "INDETERMINATE"
    assert verdict.lines[3].startswith(
        "  The documents cannot be made again here: No template here is the one approved"
    )


def test_a_package_that_failed_is_not_made_again(bundled: Path, sample: Files, renderer: Executor) -> None:
    failed = verify(bundled, "0" * 64)
    assert rebuilt(failed, templates_of(sample), {}, renderer) is failed


# --------------------------------------------------------------------------- the pages show what the records say


def shown_date(day: str) -> str:
    months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
    return f"{day[8:10]} {months[int(day[5:7]) - 1]} {day[:4]}"


def record(files: Files, path: str) -> dict[str, object]:
    loaded = yaml.load(files[f"{path}.yaml"], yaml.BaseLoader)  # noqa: S506 - it makes nothing but text, lists, mappings
    assert isinstance(loaded, dict)
    return loaded


def values(item: object) -> Iterator[str]:
    """Every value of a record, as typed."""
    if isinstance(item, dict):
        for inner in item.values():
            yield from values(inner)
    elif isinstance(item, list):
        for inner in item:
            yield from values(inner)
    else:
        yield str(item)


WORDS = {
    "CTA_decision": "Clinical trial authorisation", "part_II_or_ethics": "Part II or ethics opinion",
    "protocol": "Protocol", "investigator_site_list": "Investigator and site list",
    "batch_manufacturing_record": "Executed batch manufacturing record",
    "batch_packaging_record": "Executed batch packaging record", "CoA_DP": "CoA, drug product",
    "sponsor": "Sponsor", "manufacturer": "Manufacturer", "laboratory": "Laboratory", "expiry": "Expiry",
}  # fmt: skip


def as_printed(value: str) -> str:
    return shown_date(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else WORDS.get(value, value)


def statement(files: Files, path: str) -> dict[str, str]:
    lines = files[f"{path}.signoff"].decode().splitlines()[1:]
    return dict(line.split(" ", 1) for line in lines if not line.startswith("saw "))


def signed_values(files: Files, path: str, mode: bool = True) -> list[str]:
    """What the manifestation of a sign-off must show."""
    said = statement(files, path)
    person = record(files, f"records/registers/people/{said['signer']}")
    how = {"on-site": "on site", "remote": "remotely"}[said["mode"]]
    moment = f"{shown_date(said['time'])} {said['time'][11:19]} {said['time'][19:]}"
    return [
        str(person["name"]), str(person["position"]), said["meaning"], f"{moment} (claimed), {said['place']}, {how}",
        said["key"], said["sha256"],
    ]  # fmt: skip


def assert_shown(page: str, expected: list[str]) -> None:
    assert expected
    assert [text for text in expected if unspaced(text) not in page] == []


def test_annexure_1_shows_every_document_delivered_and_who_provided_and_received_it(
    pages: dict[str, str], sample: Files
) -> None:
    delivered = record(sample, f"{BATCH}/documentation.01")["documents"]
    provided, received = (
        statement(sample, f"{BATCH}/documentation.01.{name}") for name in ("provided", "receipt.received")
    )
    assert_shown(pages["annexure-1"], [as_printed(value) for value in values(delivered)])
    assert_shown(
        pages["annexure-1"],
        [
            "01 SEP 2025 09:10:44 +01:00 (claimed)", "Jana Weber", "Clinical Supply Manager", "Demo Sponsor Ltd",
            "Received", "Dr. Matthias Keller", "15:42:09 +02:00 (claimed)", "ANX1-B2025-01-01", "B2025-01",
            "480 kits",
        ],
    )  # fmt: skip
    assert (provided["time"], received["time"]) == ("2025-09-01T09:10:44+01:00", "2025-09-01T15:42:09+02:00")


def test_annexure_2_shows_the_decision_its_statement_its_signer_and_the_data_check(
    pages: dict[str, str], sample: Files
) -> None:
    text = " ".join(str(record(sample, "records/registers/statements/ctr-62")["text"]).split())
    assert_shown(
        pages["annexure-2"],
        [
            "02 SEP 2025 14:20:05 +02:00 (claimed)", "B2025-01", "480 kits", "Dr. Matthias Keller",
            "Qualified Person, DEMO-MIA-0001", text, "statement CTR-62, version 0, wording not confirmed by a QP",
            "signed on site, DE", "Certified", "ANX2-B2025-01-01", "CERT-B2025-01 revision 0",
            "register DEMO-QPR-2025-0117", "data checked by Ingrid Larsen, 02 SEP 2025",
        ],
    )  # fmt: skip


@pytest.mark.parametrize("log", ["annexure-1", "annexure-2"])
def test_a_log_shows_the_sign_offs_of_its_issue(pages: dict[str, str], sample: Files, log: str) -> None:
    for slot in ("prepared", "checked"):
        assert_shown(pages[log], signed_values(sample, f"{BATCH}/issue.1.{slot}"))


def test_a_log_with_one_entry_says_so_in_the_singular(pages: dict[str, str]) -> None:
    assert unspaced("End of extract · entry ANX1-B2025-01-01 · nothing follows") in pages["annexure-1"]
    assert unspaced("Extract for batch B2025-01: 1 entry") in pages["annexure-1"]


def test_the_certificate_shows_all_its_items_the_statement_and_the_signature(
    pages: dict[str, str], sample: Files
) -> None:
    items = record(sample, CERTIFICATION)["certificate"]
    assert_shown(pages["certificate"], [as_printed(value) for value in values(items)])
    assert_shown(pages["certificate"], signed_values(sample, f"{CERTIFICATION}.qp"))
    assert_shown(pages["certificate"], [SENTENCE, "CERT-B2025-01", "Expiry 31 AUG 2027", "and 7 sign-offs seen"])


def test_the_cover_shows_the_verdict_the_batch_and_where_each_document_begins(compiled: Path) -> None:
    page = unspaced(tool("pdftotext", "-raw", "-l", "1", compiled, "-"))
    assert_shown(
        page,
        [
            "Certified by Dr. Matthias Keller, Qualified Person, 02 SEP 2025 14:20:05 +02:00 (claimed)",
            "2099-500001-00-00, protocol DEMO-101-302", "Demo Sponsor Ltd", "B2025-01, DEMO-101, 480 kits",
            "Demo Manufacturing GmbH, DEMO-MIA-0001", "The documents listed below",
            "Certificate Batch certificate Revision 0 1 2", "Annexure-1 QP Documentation Log Issue 1 1 3",
            "Annexure-2 QP Certification Log Issue 1 1 4",
        ],
    )  # fmt: skip


def test_nothing_is_printed_as_a_program_would_write_it(bundled: Path) -> None:
    for pdf in all_pdfs(bundled):
        text = text_of(pdf).replace("10 Comments None", "")
        assert not re.search(r"None|True|False|Undefined|nan|[\[\]{}]|<|\d{4}-\d{2}-\d{2}T", text), pdf
        assert not re.search(r"\b20\d{2}-\d{2}-\d{2}\b", text), "dates read 02 SEP 2025"


def test_every_page_says_that_this_is_a_demonstration(bundled: Path) -> None:
    for pdf in all_pdfs(bundled):
        for page in tool("pdftotext", pdf, "-").split("\f")[:-1]:
            assert "DEMONSTRATION – NOT A GMP RECORD" in page


def test_a_log_with_several_entries_names_the_first_and_the_last(sample: Files) -> None:
    first, second = f"{BATCH}/documentation.01.yaml", f"{BATCH}/documentation.02.yaml"
    issue = repositories.replaced(sample, packages.ISSUE, f"- {first}\n", f"- {first}\n      - {second}\n")
    delivered = Signing(second, "provided", "j-weber", "sponsor-supply", "2025-09-01T10:00:00+01:00")
    plan = (*PLAN[:9], delivered, *PLAN[9:])
    files = repositories.founded({second: sample[first], packages.ISSUE: issue}, plan=plan)
    (log,) = (d for d in documents.plan(packages.subject_of(files)).documents if d.name == "annexure-1")
    assert log.context["end"] == "End of extract · entries ANX1-B2025-01-01 to ANX1-B2025-01-02 · nothing follows"
    statuses = [row["cells"][4][0]["text"] for row in log.context["rows"]]  # type: ignore[index, attr-defined]  # template data
    assert statuses == ["Received", "Provided"]


def test_the_tags_of_the_compiled_file_hold_every_cell_of_every_part(
    sample: Files, renderer: Executor, compiled: Path
) -> None:
    lines = tool("pdfinfo", "-struct-text", compiled).splitlines()
    quoted = [match[1] for line in lines if (match := re.fullmatch(r' *"(.*)"', line))]
    shown = unspaced("".join(quoted))
    planned = documents.plan(packages.subject_of(sample))
    for document in planned.documents:
        body = {
            n: v for n, v in document.context.items() if n not in ("lang", "header", "footer", "notices", "document")
        }
        found = list(words(body))
        assert len(found) > 20
        assert [text for text in found if unspaced(text) not in shown] == []
