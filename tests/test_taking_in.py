"""Logs as people keep them become drafts that nobody has signed, and every cell that is not certain is told.

First the SOP's own six tables, as a specialist would type them; then what spreadsheets do to logs.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from filing.load import load_record
from filing.repository import Repository
from tests import repositories, workbooks
from tests.second import founding
from tests.workbooks import TITLES, log, report, sheet_of, taken, workbook

SAMPLES = {
    1: ("B2025-01", "IMPD, CoA, Protocol", "Sponsor", "Received"),
    2: ("B2025-01", "QP", "Compliant", "Released"),
    3: ("B2025-01", "Sponsor/CRO", "QP", "Completed"),
    4: ("B2025-01", "Site 101", "Sponsor", "Delivered"),
    5: ("B2025-02", "Temperature Excursion", "Retraining + Storage Upgrade", "Closed"),
    6: ("B2025-01", "QA Officer", "TMF", "Archived"),
}
DAYS = {number: date(2025, 9, 10 if number == 6 else number) for number in SAMPLES}
B1, DEV = "records/batches/B2025-01", "records/deviations/DEV-2025-001"


@pytest.fixture(scope="module")
def registers() -> Repository:
    return workbooks.of_registers()


@pytest.fixture(scope="module")
def short() -> Repository:
    return workbooks.short()


def six_tables(typed: bool) -> bytes:
    """The SOP's tables in one workbook, their days as text or as real dates."""
    sheets: dict[str, Any] = {}
    for number, sample in SAMPLES.items():
        day = DAYS[number].strftime("%d/%m/%Y") if typed else DAYS[number]
        sheets |= log(number, (day, *sample), above=[(f"Annexure-{number}: {TITLES[number]}",), ()])
    return workbook(sheets)


TWO_TIMES = "Each act has its own time, that of its sign-off."
ONE_DAY = "See which of them the day is of; the other is signed at its own time."
NO_MASTER = (
    "The batch is known: its batch master is there.  Found: there is no batch {}.  Write its batch master first."
)
REPORT = f"""\
log.xlsx:Annexure-1!A4  {TWO_TIMES}  Found: one day for Documentation and Receipt of documentation.  {ONE_DAY}
log.xlsx:Annexure-1!B4  {NO_MASTER.format("B2025-01")}
log.xlsx:Annexure-1!C4  Document type is one of the words of the form.  Found: "CoA".  Did you mean CoA, drug product; CoA, drug substance; CoA, placebo?
log.xlsx:Annexure-1!D4  A person of the registers is named, in the role qa or sponsor-qa or sponsor-supply.  Found: "Sponsor".  Who may: Ingrid Larsen (i-larsen), Jana Weber (j-weber), Sunita Reddy (sunita-reddy).
log.xlsx:Annexure-1!4  Documentation has these facts, too.  Found: the row does not tell: Documents Provided, Number; Documents Provided, Version; Documents Provided, Date; Documents Provided, From; Documents Provided, Document type.  Fill them in: {B1}/documentation.01.yaml
log.xlsx:Annexure-1!4  Receipt of documentation has these facts, too.  Found: the row does not tell: Received by; Documents received.  Fill them in: {B1}/documentation.01.receipt.yaml
log.xlsx:Annexure-1!4  Draft: {B1}/documentation.01.yaml, {B1}/documentation.01.receipt.yaml
log.xlsx:Annexure-1!C4  Before B2025-01 is certified, its documents are complete (policy, SOP 1.1).  Found: not listed: Clinical trial authorisation; Part II or ethics opinion; Investigator and site list; Executed batch manufacturing record; Executed batch packaging record; CoA, drug product.  Provide them, and record it in an entry of its own.
log.xlsx:Annexure-2!B4  {NO_MASTER.format("B2025-01")}
log.xlsx:Annexure-2!C4  A person of the registers is named, in the role qp.  Found: "QP".  Who may: Dr. Matthias Keller (m-keller).
log.xlsx:Annexure-2!D4  There must be one such entry among the statements.  Found: "Compliant".  Known are: CTR-62 (ctr-62). Else have the entry made first.
log.xlsx:Annexure-2!E4  The status is one of the log's words; it follows from signed acts.  Found: "Released".  Possible: Certified, Rejected, Suspended, Reinstated.
log.xlsx:Annexure-2!4  Certification has these facts, too.  Found: the row does not tell: Decision; Manufacturing authorisation; Register number.  Fill them in: {B1}/certification.yaml
log.xlsx:Annexure-2!4  Draft: {B1}/certification.yaml
log.xlsx:Annexure-3!A4  {TWO_TIMES}  Found: one day for Handoff and Acknowledgement of a handoff.  {ONE_DAY}
log.xlsx:Annexure-3!B4  {NO_MASTER.format("B2025-01")}
log.xlsx:Annexure-3!C4  Each has an entry of its own in "Handoff To".  Found: "Sponsor/CRO" names 2.  2 drafts are made; delete those that are wrong.
log.xlsx:Annexure-3!D4  A person of the registers is named, in the role qp.  Found: "QP".  Who may: Dr. Matthias Keller (m-keller).
log.xlsx:Annexure-3!4  Handoff has these facts, too.  Found: the row does not tell: Decision; Handoff to, Organisation; Handoff to, Person; Sent by; Sent at; Content; Restrictions.  Fill them in: {B1}/handoff.sponsor.yaml
log.xlsx:Annexure-3!4  Handoff has these facts, too.  Found: the row does not tell: Decision; Handoff to, Organisation; Handoff to, Person; Sent by; Sent at; Content; Restrictions.  Fill them in: {B1}/handoff.cro.yaml
log.xlsx:Annexure-3!4  Draft: {B1}/handoff.sponsor.yaml, {B1}/handoff.sponsor.acknowledgement.yaml, {B1}/handoff.cro.yaml, {B1}/handoff.cro.acknowledgement.yaml
log.xlsx:Annexure-4!A4  {TWO_TIMES}  Found: one day for Distribution and Receipt of a consignment.  {ONE_DAY}
log.xlsx:Annexure-4!B4  {NO_MASTER.format("B2025-01")}
log.xlsx:Annexure-4!D4  A person of the registers is named, in the role release-officer.  Found: "Sponsor".  Who may: Claire Moreau (c-moreau).
log.xlsx:Annexure-4!4  Distribution has these facts, too.  Found: the row does not tell: Movement; Shipping order; From; Country; Addressee; Quantity; Expiry on the label; Transport temperature; Carrier; Dispatched at.  Fill them in: {B1}/distribution.01.yaml
log.xlsx:Annexure-4!4  Receipt of a consignment has these facts, too.  Found: the row does not tell: Country; Received at; Condition; Quantity; Review of the temperature record.  Fill them in: {B1}/distribution.01.receipt.yaml
log.xlsx:Annexure-4!4  Draft: {B1}/distribution.01.yaml, {B1}/distribution.01.receipt.yaml
log.xlsx:Annexure-5!A4  {TWO_TIMES}  Found: one day for Deviation report and Closure of a deviation.  {ONE_DAY}
log.xlsx:Annexure-5!B4  {NO_MASTER.format("B2025-02")}
log.xlsx:Annexure-5!E4  An entry is Closed after its other acts.  Found: the row tells nothing of: Investigation of a deviation, Disposition.  Write these records, too.
log.xlsx:Annexure-5!4  Deviation report has these facts, too.  Found: the row does not tell: Detected at; Detected by; Location; Country; Category; Classification; Reason for the classification; Description; Immediate action; Hold set.  Fill them in: {DEV}/report.yaml
log.xlsx:Annexure-5!4  Closure of a deviation has these facts, too.  Found: the row does not tell: Summary; Reason for closing; Dispositions; CAPAs.  Fill them in: {DEV}/closure.yaml
log.xlsx:Annexure-5!4  CAPA has these facts, too.  Found: the row does not tell: Decision.  Fill them in: {DEV}/capa.01.yaml
log.xlsx:Annexure-5!4  Draft: {DEV}/report.yaml, {DEV}/closure.yaml, {DEV}/capa.01.yaml
log.xlsx:Annexure-6!A4  {TWO_TIMES}  Found: one day for Filing and Archiving of a filing.  {ONE_DAY}
log.xlsx:Annexure-6!B4  {NO_MASTER.format("B2025-01")}
log.xlsx:Annexure-6!C4  A person of the registers is named, in the role archivist.  Found: "QA Officer".  Did you mean Sunita Reddy (sunita-reddy)?
log.xlsx:Annexure-6!E4  An entry is Archived after its other acts.  Found: the row tells nothing of: Check of a filing.  Write these records, too.
log.xlsx:Annexure-6!4  Filing has these facts, too.  Found: the row does not tell: Records; File; Location, Place; Blind partition; Retention.  Fill them in: {B1}/filing.01.yaml
log.xlsx:Annexure-6!4  Archiving of a filing has these facts, too.  Found: the row does not tell: Archived on; End of trial; Location.  Fill them in: {B1}/filing.01.archive.yaml
log.xlsx:Annexure-6!4  Draft: {B1}/filing.01.yaml, {B1}/filing.01.archive.yaml
"""  # noqa: E501  # a line of the report is a line
"""What import says of the SOP's tables whose days are real dates: a line for each defect, then what was made."""


def both(day: date) -> str:
    """What is said of a day that can be read in two ways."""
    other = date(day.year, day.day, day.month)
    one, two = (f"{each.day} {each.strftime('%B %Y')}" for each in (day, other))
    return (
        f'A day has one reading.  Found: "{day:%d/%m/%Y}", which can mean {one} or {two}.  '
        f"Say --dates DMY for {one} (it reads every day of the column) or --dates MDY for {two} (it reads every day "
        "of the column)."
    )


def test_the_sops_tables_are_taken_in_with_a_line_for_each_defect(tmp_path: Path, registers: Repository) -> None:
    assert report(taken(tmp_path, registers, six_tables(typed=False))) == REPORT.splitlines()


def test_days_of_the_sop_as_typed_are_told_with_both_readings_and_the_option_that_decides(
    tmp_path: Path, registers: Repository
) -> None:
    found = report(taken(tmp_path, registers, six_tables(typed=True)))
    days = {f"log.xlsx:Annexure-{number}!A4  {both(day)}" for number, day in DAYS.items()}
    assert {line for line in found if "A day has one reading" in line} == days
    assert [line for line in found if line not in days] == REPORT.splitlines()


def test_the_order_of_days_once_told_leaves_nothing_of_them_open(tmp_path: Path, registers: Repository) -> None:
    assert report(taken(tmp_path, registers, six_tables(typed=True), dates="DMY")) == REPORT.splitlines()


def test_a_draft_says_where_it_comes_from_and_that_nobody_signed_it(tmp_path: Path, registers: Repository) -> None:
    import hashlib

    data = six_tables(typed=False)
    made = taken(tmp_path, registers, data)
    lines = made.files[f"{B1}/certification.yaml"].decode().splitlines()
    digest = hashlib.sha256(data).hexdigest()
    assert lines[:5] == [
        "# yaml-language-server: $schema=../../../schemas/certification@1.json",
        '# Draft, not signed by anybody. Taken from the file "log.xlsx", sheet "Annexure-2", row 4; SHA-256 of the '
        "file:",
        f"# source: {digest}!{b'Annexure-2'.hex()}!4",
        "# The row says: Date: 2025-09-02 | Batch ID: B2025-01 | Certified By: QP | Certification Statement: "
        "Compliant |",
        "# Status: Released",
    ]
    assert not any(path.endswith((".signoff", ".sig")) for path in made.files)


def test_what_a_row_says_for_certain_stands_in_the_draft_and_all_else_is_empty(
    tmp_path: Path, registers: Repository
) -> None:
    made = taken(tmp_path, registers, six_tables(typed=False))
    plain = {
        path: [line.strip() for line in text.decode().splitlines() if not line.strip().startswith("#")]
        for path, text in made.files.items()
    }
    assert plain[f"{B1}/documentation.01.yaml"][2:8] == [
        "documents:", "- type: IMPD", "number:", "version:", "date:", "source:",
    ]  # fmt: skip
    assert plain[f"{B1}/documentation.01.receipt.yaml"][-1] == "outcome: received"
    assert "function: cro" in plain[f"{B1}/handoff.cro.yaml"]
    assert "site: site-101" in plain[f"{B1}/distribution.01.yaml"]
    assert "acceptance: accepted" in plain[f"{B1}/distribution.01.receipt.yaml"]
    assert "title: Temperature Excursion" in plain[f"{DEV}/report.yaml"]
    assert "title: Retraining + Storage Upgrade" in plain[f"{DEV}/capa.01.yaml"]
    assert "system: TMF" in plain[f"{B1}/filing.01.yaml"]
    assert "decision:" in plain[f"{B1}/certification.yaml"]


def test_the_drafts_of_the_sops_tables_are_what_check_and_fmt_take_for_unfinished_records(
    tmp_path: Path, registers: Repository
) -> None:
    for path, text in taken(tmp_path, registers, six_tables(typed=False)).files.items():
        record, findings = load_record(path, text)
        assert record is not None or {finding.title for finding in findings} == {"value missing"}


# ---------------------------------------------------------------------------------------------------- where rows are


def one(folder: Path, records: Repository, *row: Any, number: int = 1, **options: Any) -> list[str]:
    """What is said of a single row."""
    return report(taken(folder, records, workbook(log(number, row)), **options))


FILE_ROW = (date(2025, 9, 1), "B2025-01", "IMPD", "Jana Weber", "Provided")


def test_rows_are_found_below_a_title_in_any_order_of_columns_between_empty_rows_and_above_totals(
    tmp_path: Path, short: Repository
) -> None:
    rows = [
        ("CLINICAL SUPPLY", None, None), (),
        (None, " status ", "BATCH\u00a0ID", "Provided by", "Documents  provided", "DATE"),
        (), (None, "Provided", " B2025-01\u00a0", "Weber", "IMPD", "2025-09-01"), (),
        (None, "Provided", "B2025-01", "Jana Weber ", "Protocol", "02 SEP 2025"), (),
        ("Total", None, None), (None, None, "Total: 2"), ("Prepared by: me",),
    ]  # fmt: skip
    made = taken(tmp_path, short, workbook({"Tabelle1": rows}))
    found = report(made)
    assert list(made.files) == [f"{B1}/documentation.02.yaml", f"{B1}/documentation.03.yaml"]
    assert 'log.xlsx:Tabelle1!10  Only entries are read.  Found: "Total: 2" is no entry.' in found
    assert [line for line in found if "!D5" in line] == [
        "log.xlsx:Tabelle1!D5  A person of the registers is named, in the role qa or sponsor-qa or sponsor-supply.  "
        'Found: "Weber".  Did you mean Jana Weber (j-weber)?'
    ]
    assert not any("!D7" in line for line in found)


def test_a_sheet_that_is_no_log_is_told_and_an_empty_one_is_not(tmp_path: Path, short: Repository) -> None:
    made = taken(tmp_path, short, workbook({"Notes": [("Remember", "milk")], "Empty": []}))
    (line,) = report(made)
    assert line.startswith(
        "log.xlsx:Notes  A sheet has the headings of one log of the SOP.  Found: no row has the headings"
    )
    assert not made.files


def test_a_sheet_whose_headings_fit_several_logs_is_told_unless_its_name_decides(
    tmp_path: Path, short: Repository
) -> None:
    rows = [("Date", "Batch ID", "Status"), (date(2025, 9, 2), "B2025-01", "Certified")]
    (line,) = report(taken(tmp_path, short, workbook({"Tabelle1": rows})))
    assert "its headings fit Annexure-1 and Annexure-2 and Annexure-3" in line
    made = taken(tmp_path, short, workbook({"Annexure 2": rows}))
    assert list(made.files) == [f"{B1}/certification.02.yaml"]
    assert 'log.xlsx:Annexure 2!1  The log has the column "Certified By".  Found: it is not there.' in report(made)[0]


def test_a_heading_twice_and_a_strange_one_are_told(tmp_path: Path, short: Repository) -> None:
    rows = [(*workbooks.HEADINGS[1], "Status", "Initials"), (*FILE_ROW, "Rejected", "JW")]
    found = report(taken(tmp_path, short, workbook({"Annexure-1": rows})))
    assert found[0] == (
        'log.xlsx:Annexure-1!F1  A heading stands once.  Found: "Status" a second time.  '
        "Delete one of them; the first is read."
    )
    assert found[1].startswith(
        'log.xlsx:Annexure-1!G1  Only the log\'s own columns are read.  Found: the column "Initials"'
    )


def test_what_is_hidden_is_told(tmp_path: Path, short: Repository) -> None:
    def hide(book: Workbook) -> None:
        sheet = sheet_of(book, 1)
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.sheet_state = "hidden"
        book.create_sheet("Visible")

    found = report(taken(tmp_path, short, workbook(log(1, FILE_ROW), hide)))
    assert "log.xlsx:Annexure-1  What is taken in can be seen.  Found: the sheet is hidden" in found[0]
    assert "log.xlsx:Annexure-1!D1  What is taken in can be seen.  Found: the column D is hidden" in found[1]
    assert any(
        "log.xlsx:Annexure-1!2  What is taken in can be seen.  Found: this row is hidden" in line for line in found
    )


# ------------------------------------------------------------------------------------------------------------- cells


def test_merged_cells_give_their_value_to_each_row_and_are_told_for_each(tmp_path: Path, short: Repository) -> None:
    def merge(book: Workbook) -> None:
        sheet_of(book, 1).merge_cells("B2:B3")

    rows = log(1, FILE_ROW, (date(2025, 9, 2), None, "Protocol", "Jana Weber", "Provided"))
    made = taken(tmp_path, short, workbook(rows, merge))
    assert [line.split("  ")[0] for line in report(made) if "merged cells B2:B3" in line] == [
        "log.xlsx:Annexure-1!B2", "log.xlsx:Annexure-1!B3",
    ]  # fmt: skip
    assert len(made.files) == 2


def test_a_formula_without_a_stored_result_is_nothing_and_with_one_is_told(tmp_path: Path, short: Repository) -> None:
    import zipfile

    data = workbook(log(1, (date(2025, 9, 1), '="B2025"&"-01"', "IMPD", "Jana Weber", "Provided")))
    assert any("Each entry names its batch.  Found: nothing" in line for line in report(taken(tmp_path, short, data)))
    (tmp_path / "a.xlsx").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                before = b'<c r="B2"><f>"B2025"&amp;"-01"</f><v></v></c>'
                assert before in text or b"<v />" in text
                text = text.replace(b"<v></v>", b"<v>B2025-01</v>").replace(b"<v />", b"<v>B2025-01</v>")
                text = text.replace(b'<c r="B2">', b'<c r="B2" t="str">')
            new.writestr(name, text)
    found = report(taken(tmp_path, short, (tmp_path / "b.xlsx").read_bytes()))
    assert (
        "log.xlsx:Annexure-1!B2  A cell holds what was written down.  "
        'Found: a formula, whose stored result is "B2025-01".  '
        "See that the result is right."
    ) in found


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (2025e1, "A cell holds text.  Found: the number 20250, which a spreadsheet may have made of something"),
        (date(2025, 3, 2), "A cell holds text.  Found: the day 2025-03-02, which a spreadsheet may have made of"),
        (True, "A cell holds text.  Found: the truth value TRUE, which a spreadsheet may have made of something"),
        ("#N/A", "A cell holds what was written down.  Found: the error #N/A."),
        (None, "Each entry names its batch.  Found: nothing."),
        ("b2025-01", "One batch is named, by its number: capitals, digits and single hyphens.  Found: \"b2025-01\"."),
        ("B2025-01, B2025-02", "One batch is named, by its number: capitals, digits and single hyphens."),
        ("../../etc", "One batch is named, by its number: capitals, digits and single hyphens."),
        ("B" * 41, "One batch is named, by its number: capitals, digits and single hyphens."),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_one_makes_no_draft(tmp_path: Path, short: Repository, batch: Any, said: str) -> None:
    made = taken(tmp_path, short, workbook(log(1, (date(2025, 9, 1), batch, "IMPD", "Jana Weber", "Provided"))))
    assert not made.files
    assert any(line.startswith("log.xlsx:Annexure-1!B2") and said in line for line in report(made))
    assert report(made)[-1] == "log.xlsx:Annexure-1!2  No draft."


def test_a_batch_like_a_known_one_is_asked_for(tmp_path: Path, short: Repository) -> None:
    found = one(tmp_path, short, date(2025, 9, 1), "B2025-10", "IMPD", "Jana Weber", "Provided")
    assert found[0] == (
        "log.xlsx:Annexure-1!B2  The batch is known: its batch master is there.  Found: there is no batch B2025-10.  "
        "Did you mean B2025-01? Else write its batch master first."
    )


@pytest.mark.parametrize(
    ("typed", "order", "said"),
    [
        ("31/09/2025", "", '"31/09/2025" is no day'),
        ("13/09/2025", "MDY", '"13/09/2025" is no day in the order MDY'),
        ("04/09/25", "", '"04/09/25" is no day'),
        ("soon", "", '"soon" is no day'),
        (45901, "", "the number 45901"),
        (None, "", "nothing"),
    ],
)
def test_what_is_no_day_is_told(tmp_path: Path, short: Repository, typed: Any, order: str, said: str) -> None:
    found = one(tmp_path, short, typed, "B2025-01", "IMPD", "Jana Weber", "Provided", dates=order)
    assert any(line.startswith("log.xlsx:Annexure-1!A2") and f"Found: {said}." in line for line in found)


@pytest.mark.parametrize(
    "typed",
    [
        date(2025, 9, 4), datetime(2025, 9, 4, 10, 30), "2025-09-04", "04 SEP 2025", "4. September 2025", "4 sept 2025",
        "4 septembre 2025", "September 4, 2025", "13/09/2025", "09/13/2025", "2025/09/13", "05/05/2025",
        " 04\u00a0SEP\u00a02025 ",
    ],
)  # fmt: skip
def test_a_day_with_one_reading_leaves_nothing_open(tmp_path: Path, short: Repository, typed: Any) -> None:
    found = one(tmp_path, short, typed, "B2025-01", "IMPD", "Jana Weber", "Provided")
    assert not any(line.startswith("log.xlsx:Annexure-1!A2") for line in found)


def test_the_days_of_a_column_decide_nothing_silently_and_say_how_many_an_order_reads(
    tmp_path: Path, short: Repository
) -> None:
    rows = [(day, *FILE_ROW[1:]) for day in ("04/09/2025", "13/09/2025", "05/09/2025")]
    found = report(taken(tmp_path, short, workbook(log(1, *rows))))
    assert next(line for line in found if "A day has one reading" in line).endswith(
        "Say --dates DMY for 4 September 2025 (it reads every day of the column) or "
        "--dates MDY for 9 April 2025 (it reads 2 of 3 days of the column)."
    )
    assert sum("A day has one reading" in line for line in found) == 2


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Jana Webber", "Did you mean Jana Weber (j-weber)?"), ("Nobody At All", "Who may: Ingrid Larsen (i-larsen), ")],
)
def test_an_unknown_person_is_told_with_the_nearest(tmp_path: Path, short: Repository, said: str, meant: str) -> None:
    found = one(tmp_path, short, date(2025, 9, 1), "B2025-01", "IMPD", said, "Provided")
    assert any(line.startswith("log.xlsx:Annexure-1!D2") and meant in line for line in found)


@pytest.mark.parametrize("known", ["Jana Weber", "jana  weber", "Dr. Jana Weber", "j-weber", "Jana\u00a0Weber "])
def test_a_known_person_is_not_told(tmp_path: Path, short: Repository, known: str) -> None:
    found = one(tmp_path, short, date(2025, 9, 1), "B2025-01", "IMPD", known, "Provided")
    assert not any(line.startswith("log.xlsx:Annexure-1!D2") for line in found)


def test_two_known_persons_in_a_cell_are_one_too_many(tmp_path: Path, short: Repository) -> None:
    found = one(tmp_path, short, date(2025, 9, 1), "B2025-01", "IMPD", "Jana Weber / Ingrid Larsen", "Provided")
    assert 'log.xlsx:Annexure-1!D2  One person signs.  Found: "Jana Weber / Ingrid Larsen".' in found[0]


def test_an_unknown_site_is_told_with_those_there_are(tmp_path: Path, short: Repository) -> None:
    found = one(tmp_path, short, date(2025, 9, 4), "B2025-01", "Site 102", "Claire Moreau", "Dispatched", number=4)
    (line,) = (line for line in found if line.startswith("log.xlsx:Annexure-4!C2"))
    assert 'There must be one such entry among the sites.  Found: "Site 102".' in line and "(site-101)" in line


def test_a_cell_as_the_log_prints_it_is_read_whole(tmp_path: Path, short: Repository) -> None:
    row = (date(2025, 9, 4), "B2025-01", "Site 101, 40\u00a0kits", "Claire Moreau", "Dispatched")
    text = next(iter(taken(tmp_path, short, workbook(log(4, row))).files.values())).decode()
    assert "\nsite: site-101\n" in text and "\n  amount: 40\n" in text and "\n  unit: kits\n" in text
    assert "\nmovement:\n" in text  # several movements are dispatched; the word does not tell which


# ------------------------------------------------------------------------------------------ numbers, again, and others


def test_entries_get_the_next_numbers_and_nothing_is_written_over(tmp_path: Path, short: Repository) -> None:
    made = taken(tmp_path, short, workbook(log(1, FILE_ROW, FILE_ROW)))
    assert list(made.files) == [f"{B1}/documentation.02.yaml", f"{B1}/documentation.03.yaml"]
    made = taken(tmp_path, short, workbook(log(2, (date(2025, 9, 2), "B2025-01", "m-keller", "CTR-62", "Certified"))))
    assert list(made.files) == [f"{B1}/certification.02.yaml"]


def test_an_entry_whose_place_has_no_number_is_not_drafted_over(tmp_path: Path, registers: Repository) -> None:
    row = (date(2025, 9, 3), "B2025-01", "Sponsor", "Dr. Matthias Keller", "Sent")
    made = taken(tmp_path, registers, workbook(log(3, row, row)))
    assert list(made.files) == [f"{B1}/handoff.sponsor.yaml"]
    assert (
        "log.xlsx:Annexure-3!3  Nothing is written over.  Found: every place for Handoff of B2025-01 is taken.  "
        "See the record that is there; correct it with revise, if need be."
    ) in report(made)


def test_the_hundredth_entry_has_no_number(tmp_path: Path, registers: Repository) -> None:
    made = taken(tmp_path, registers, workbook(log(1, *[FILE_ROW] * 100)))
    assert len(made.files) == 99
    assert report(made)[-2] == "log.xlsx:Annexure-1!101  No draft."


def test_the_same_file_is_not_taken_in_twice(tmp_path: Path, short: Repository) -> None:
    data = workbook(log(1, FILE_ROW))
    first = taken(tmp_path, short, data)
    again = taken(tmp_path, workbooks.with_drafts(short, first.files), data)
    assert not again.files and again.open == 0
    assert report(again)[0] == (
        "log.xlsx:Annexure-1!2  Nothing is taken in twice.  Found: drafts of this very row are there already."
    )


def test_only_the_rows_of_a_batch_are_taken_in_if_one_is_named(tmp_path: Path, short: Repository) -> None:
    rows = log(1, FILE_ROW, (date(2025, 9, 2), "B2025-02", "IMPD", "Jana Weber", "Provided"))
    assert list(taken(tmp_path, short, workbook(rows), batch="B2025-02").files) == [
        "records/batches/B2025-02/documentation.01.yaml"
    ]


def test_a_deviation_without_a_year_has_no_number(tmp_path: Path, short: Repository) -> None:
    made = taken(tmp_path, short, workbook(log(5, ("soon", "B2025-01", "Excursion", None, "Open"))))
    assert not made.files
    assert any("A deviation is numbered within its year.  Found: the row has no year" in line for line in report(made))


def test_a_hostile_text_in_a_cell_stays_a_text_or_is_told(tmp_path: Path, short: Repository) -> None:
    for text in ("a: b", "- c", "# d", "{e}", "'f", '"g', "!!h", "&i", "*j", "=1+1", "NO", "1e3", "0123", "%k", "l\nm"):
        made = taken(tmp_path, short, workbook(log(5, (date(2025, 9, 5), "B2025-01", text, None, "Open")), _as_text))
        report_file = next(data for path, data in made.files.items() if path.endswith("report.yaml"))
        empty = [line for line in report_file.decode().splitlines() if line.endswith(":") and not line.startswith("#")]
        filled = "\n".join(line for line in report_file.decode().splitlines() if line not in empty) + "\n"
        record, findings = load_record("records/x.yaml", filled.encode())
        assert record is not None, findings
        assert record.data["title"] == text
    made = taken(tmp_path, short, workbook(log(5, (date(2025, 9, 5), "B2025-01", "a\u202eb", None, "Open"))))
    assert any("Deviation holds only what can be seen." in line for line in report(made))


def _as_text(book: Workbook) -> None:
    sheet_of(book, 5)["C2"].data_type = "s"


# ------------------------------------------------------------------------------------------------- CSV, and a new log


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("cp1252", "windows-1252")]
)
def test_a_csv_file_is_read_however_it_was_saved(
    tmp_path: Path, short: Repository, separator: str, encoding: str, told: str
) -> None:
    rows = [workbooks.HEADINGS[5], ("05.09.2025", "B2025-01", '"Kühlkette; unterbrochen, 9\u00a0°C"', "", "Open")]
    text = "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    made = taken(tmp_path, short, text.encode(encoding), "abweichungen.csv", dates="DMY", encoding=told)
    assert list(made.files) == [f"{DEV}/report.yaml"]
    assert "\ntitle: Kühlkette; unterbrochen, 9 °C\n" in made.files[f"{DEV}/report.yaml"].decode()


def test_a_place_in_a_csv_file_is_told_as_spreadsheets_do(tmp_path: Path, short: Repository) -> None:
    text = "sep=;\nDate;Batch ID;Deviation;CAPA;Status\n2025-09-05;B2025-01;Excursion;;Shut\n"
    found = report(taken(tmp_path, short, text.encode(), "log.csv"))
    assert found[0].startswith("log.csv!E3  The status is one of the log's words")


def test_a_seventh_log_is_taken_in_by_its_form_alone(tmp_path: Path) -> None:
    second = workbooks.repository(founding.founded())
    (recall,) = (each for each in second.forms.annexures() if each.annexure["number"] == 7)
    headings = [column["heading"] for column in recall.annexure["columns"]]  # type: ignore[attr-defined]
    row = [
        date(2026, 3, 1) if heading == "Date" else "LX-2207-A" if heading == "Batch ID" else "" for heading in headings
    ]
    made = taken(tmp_path, second, workbook({"Recalls": [headings, row]}))
    assert list(made.files) == ["records/batches/LX-2207-A/recall.02.yaml"]


# ------------------------------------------------------------------------------------------------- at the front door


def test_the_verb_writes_drafts_says_what_is_open_and_what_comes_next(tmp_path: Path, short: Repository) -> None:
    root = repositories.write(tmp_path / "root", short.files)
    (tmp_path / "log.xlsx").write_bytes(workbook(log(1, FILE_ROW)))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    dry = repositories.build("import", tmp_path / "log.xlsx", "--dry-run", root=root)
    assert (dry.returncode, {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}) == (1, before)
    assert dry.stderr == "1 draft would be written; nothing was. 1 point is open.\n"
    wet = repositories.build("import", tmp_path / "log.xlsx", root=root)
    assert (wet.returncode, wet.stdout) == (1, dry.stdout)
    first, following, command = wet.stderr.splitlines()
    assert first == "1 draft written, none of them signed. 1 point is open."
    assert (following, command.strip().endswith(" check")) == ("Next", True)
    assert (root / f"{B1}/documentation.02.yaml").is_file()


def test_nothing_is_written_where_one_place_cannot_be(tmp_path: Path, short: Repository) -> None:
    root = repositories.write(tmp_path / "root", short.files)
    (root / f"{B1}/documentation.03.yaml").mkdir()
    (tmp_path / "log.xlsx").write_bytes(workbook(log(1, FILE_ROW, FILE_ROW)))
    answer = repositories.build("import", tmp_path / "log.xlsx", root=root)
    assert answer.returncode == 2 and "documentation.03.yaml is there already" in answer.stderr
    assert not (root / f"{B1}/documentation.02.yaml").exists()


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ((), (), "holds no row of a log. Nothing was written."),
        ((FILE_ROW,), ("--batch", "B2025-09"), "holds no row of a log of batch B2025-09. Nothing was written."),
    ],
)
def test_a_file_without_a_row_to_take_in_is_refused(
    tmp_path: Path, short: Repository, rows: tuple[Any, ...], options: tuple[str, ...], said: str
) -> None:
    root = repositories.write(tmp_path / "root", short.files)
    (tmp_path / "log.xlsx").write_bytes(workbook(log(1, *rows)))
    answer = repositories.build("import", tmp_path / "log.xlsx", *options, root=root)
    assert (answer.returncode, answer.stdout) == (2, "") and said in answer.stderr


def test_a_folder_is_read_file_by_file_and_what_is_not_read_is_told(tmp_path: Path, short: Repository) -> None:
    root, folder = repositories.write(tmp_path / "root", short.files), tmp_path / "logs"
    folder.mkdir()
    text = "Date,Batch ID,{}\n2025-09-05,B2025-01,{}\n"
    names = ("annexure-1.csv", "annexure-5.csv")
    (folder / names[0]).write_text(text.format("Documents Provided,Provided By,Status", "IMPD,Jana Weber,Provided"))
    (folder / names[1]).write_text(text.format("Deviation,CAPA,Status", "Excursion,,Open"))
    for name in ("old.xls", "~$open.xlsx", ".hidden.csv"):
        (folder / name).write_bytes(b"?")
    answer = repositories.build("import", folder, root=root)
    assert answer.returncode == 1
    assert [line for line in answer.stdout.splitlines() if "  Draft: " in line] == [
        f"annexure-1.csv!2  Draft: {B1}/documentation.02.yaml", f"annexure-5.csv!2  Draft: {DEV}/report.yaml",
    ]  # fmt: skip
    assert "Not read, because they are no workbooks (.xlsx) and no CSV files: old.xls\n" in answer.stderr


def test_a_file_whose_name_is_hostile_is_named_without_harm(tmp_path: Path, short: Repository) -> None:
    name = "a\nform: evil@1\x1b[2J\u202e.csv"
    text = "Date,Batch ID,Deviation,CAPA,Status\n2025-09-05,B2025-01,Excursion,,Open\n"
    made = taken(tmp_path, short, text.encode(), name)
    lines = made.files[f"{DEV}/report.yaml"].decode().splitlines()
    assert [line for line in lines if line.startswith("form:")] == ["form: deviation.report@1"]
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
    assert all("\n" not in line for line in report(made))
