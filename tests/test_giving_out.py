"""The logs as spreadsheets: the SOP's columns first, nothing lost to the right of them, nothing that a spreadsheet
takes for something else; and what is given out is read back to the same records.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filing.load import load_record
from filing.repository import Repository
from filing.spreadsheets import opening, taking, xlsx_out
from filing.spreadsheets.fields import Reading, told
from filing.spreadsheets.grid import Cell, Sheet
from filing.spreadsheets.layout import logs_of
from tests import repositories, workbooks
from tests.repositories import as_shipped, founded, replaced
from tests.second import founding
from tests.workbooks import ACTS, as_csv, as_xlsx, exported, report, taken, with_drafts
from tools.refound import PLAN as WHOLE_PLAN
from tools.refound import Signing

B1, DEV = "records/batches/B2025-01", "records/deviations/DEV-2025-001"
DOCUMENTATION = f"{B1}/documentation.01.yaml"
NAUGHTY = Path(__file__).parents[2] / "shared" / "corpora" / "blns.txt"


@pytest.fixture(scope="module")
def whole() -> Repository:
    return workbooks.repository(founded({}, WHOLE_PLAN, base=as_shipped()))


@pytest.fixture(scope="module")
def registers() -> Repository:
    return workbooks.of_registers()


def row_of(sheet: Sheet, number: int = 0) -> Mapping[str, str]:
    """The cells of a row by heading, as far as they are filled."""
    return {heading: cell.text for heading, cell in zip(sheet.headings, sheet.rows[number], strict=True) if cell.text}


# ------------------------------------------------------------------------------------------------------- what it shows


def test_each_log_is_a_sheet_with_the_columns_of_the_sop_first(whole: Repository) -> None:
    sheets = exported(whole)
    assert [sheet.name for sheet in sheets] == [f"Annexure-{number}" for number in range(1, 7)]
    for number, sheet in enumerate(sheets, 1):
        assert sheet.headings[:5] == workbooks.HEADINGS[number]
        assert len(set(sheet.headings)) == len(sheet.headings)


def test_above_the_headings_stands_what_the_sheet_is(whole: Repository) -> None:
    assert exported(whole)[0].above == (
        "Annexure-1 QP Documentation Log",
        "SOP CR/OPS/142/2025, clause 1.2",
        "DEMONSTRATION – NOT A GMP RECORD",
        "Entries of all batches",
        "Status as of 2025-11-17T09:20:16Z, when the newest of these acts was signed. This sheet is a copy without "
        "sign-offs: what counts are the signed records.",
    )


def test_a_trial_that_is_not_open_label_is_restricted() -> None:
    path = "records/registers/trials/demo-101-302.yaml"
    files = replaced(as_shipped(), path, "blinding: open_label", "blinding: double_blind")
    sheets = exported(workbooks.repository(founded({path: files}, WHOLE_PLAN, base=as_shipped())))
    assert all("RESTRICTED – MAY CONTAIN UNBLINDING INFORMATION" in sheet.above for sheet in sheets)


def test_a_row_shows_what_the_log_prints_in_short_and_then_its_records(whole: Repository) -> None:
    row = row_of(exported(whole)[0])
    assert [row[heading] for heading in ("Date", "Batch ID", "Provided By", "Status", "Entry")] == [
        "2025-09-01", "B2025-01", "Jana Weber", "Received", "ANX1-B2025-01-01",
    ]  # fmt: skip
    assert row["Documents Provided"].splitlines()[:2] == ["IMPD, version 3", "Clinical trial authorisation, version 1"]
    assert row["Documentation: Record"] == DOCUMENTATION
    assert row["Documentation: State"] == "Signed"
    assert row["Documentation: Signed by"].startswith("provided: Jana Weber, 01 SEP 2025 ")
    assert row["Documentation: Documents Provided, Number"].splitlines()[:2] == ["DEMO-101-IMPD", "DEMO-DE-2025-0417"]
    assert row["Receipt of documentation: Outcome"] == "received"


def test_a_deviation_has_a_row_for_each_further_act_of_a_kind(whole: Repository) -> None:
    sheet = exported(whole)[4]
    first, second = row_of(sheet, 0), row_of(sheet, 1)
    assert first["CAPA: Record"] == f"{DEV}/capa.01.yaml" and second["CAPA: Record"] == f"{DEV}/capa.02.yaml"
    assert second["Effectiveness of a CAPA: Record"] == f"{DEV}/capa.02.effectiveness.yaml"
    assert "Date" not in second and "Deviation report: Record" not in second


def test_what_nobody_signed_is_a_draft_and_shows_no_sign_off(registers: Repository) -> None:
    drafts = with_drafts(registers, {DOCUMENTATION: as_shipped()[DOCUMENTATION]})
    row = row_of(exported(drafts)[0])
    assert (row["Status"], row["Documentation: State"]) == ("Not signed", "Draft")
    assert not {"Date", "Provided By", "Documentation: Signed by"} & set(row)
    assert exported(drafts)[0].above[-1].startswith("None of these acts is signed.")


def test_superseded_and_void_entries_are_marked_and_struck() -> None:
    import hashlib

    first = repositories.short_sample()
    text = first[DOCUMENTATION].decode()
    revised = text.replace('version: "3"', 'version: "4"') + (
        f'corrects: "{hashlib.sha256(first[DOCUMENTATION]).hexdigest()}"\nreason_class: typo\nreason: It was 4.\n'
    )
    changed = {DOCUMENTATION.replace(".yaml", ".r1.yaml"): revised}
    signing = Signing(*(f"{DOCUMENTATION}".replace(".yaml", ".r1.yaml"), "provided", "j-weber", "sponsor-supply",
                        "2025-09-10T12:00:00+02:00"))  # fmt: skip
    sheet = exported(workbooks.repository(founded(changed, [*repositories.PLAN, signing])))[0]
    assert [row_of(sheet, n)["Documentation: State"] for n in (0, 1)] == ["Superseded", "Signed"]
    assert sheet.struck == {0}
    assert [row_of(sheet, n)["Documentation: Documents Provided, Version"][0] for n in (0, 1)] == ["3", "4"]


def test_a_seventh_log_is_given_out_by_its_form_alone() -> None:
    sheets = exported(workbooks.repository(founding.founded()))
    row = row_of(next(sheet for sheet in sheets if sheet.name == "Annexure-7"))
    assert row["Entry"] == "ANX7-LX-2207-A-01"
    assert row["Reply to a recall: Record"] == "records/batches/LX-2207-A/recall.01.reply.yaml"


def test_the_same_records_are_the_same_bytes_on_any_day(whole: Repository) -> None:
    data = as_xlsx(whole)
    assert data == as_xlsx(workbooks.repository(whole.files))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# --------------------------------------------------------------------------------------- what a spreadsheet makes of it


def book_of(*cells: Cell) -> Any:
    """A workbook with these cells in its first row below the heading, as another program reads it."""
    sheet = Sheet("S", ("Title",), tuple("H" * (n + 1) for n in range(len(cells))), (cells,))
    return openpyxl.load_workbook(io.BytesIO(xlsx_out.workbook([sheet])))["S"][4]


def test_days_are_real_dates_shown_as_on_paper_and_texts_are_texts() -> None:
    first, second, third = book_of(Cell("2025-09-01", "date"), Cell("2025-09-01"), Cell("40", "number"))
    assert (first.value, first.number_format) == (datetime(2025, 9, 1), r"DD\ MMM\ YYYY")
    assert (second.value, second.data_type, second.number_format) == ("2025-09-01", "s", "@")
    assert (third.value, third.data_type) == (40, "n")


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("x")', "+1", "-1", "@SUM(1)", "\t=1", "0123", "1E5", "2-3", "TRUE", "#N/A"]
)
def test_a_text_that_looks_like_something_else_stays_a_text_in_a_workbook(text: str) -> None:
    (cell,) = book_of(Cell(text))
    assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")


def test_a_text_that_looks_like_a_formula_is_guarded_in_csv_and_only_there(
    tmp_path: Path, registers: Repository
) -> None:
    title = '"=cmd|x!A1"'
    text = replaced(as_shipped(), f"{DEV}/report.yaml", "title: Temperature excursion in cold store", f"title: {title}")
    drafts = with_drafts(registers, {f"{DEV}/report.yaml": text.encode(), "records/batches/B2025-02/batch.yaml":
                                     as_shipped()["records/batches/B2025-02/batch.yaml"]})  # fmt: skip
    data = (as_csv(drafts, tmp_path / "out") / "annexure-5.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    column = rows[6].index("Deviation report: Deviation (title)")
    assert rows[7][column] == "'=cmd|x!A1"
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)


# ------------------------------------------------------------------------------------------------------ and back again


def records_of(files: Mapping[str, bytes]) -> dict[str, object]:
    """The acts among these files as their readers see them."""
    found = {
        path: load_record(path, data)
        for path, data in files.items()
        if path.startswith(ACTS) and path.endswith(".yaml")
    }
    assert all(record is not None for record, _ in found.values())
    return {path: record.data for path, (record, _) in found.items() if record}


IN_LOGS = ("batch", "issue", "release", "trial-issue")
"""The acts that stand in no log, by how their names begin."""


@pytest.mark.parametrize("kind", ["workbook", "CSV"])
def test_what_is_given_out_is_taken_in_without_loss_and_given_out_the_same(
    tmp_path: Path, whole: Repository, registers: Repository, kind: str
) -> None:
    def away_and_back(records: Repository, name: str) -> tuple[Repository, list[str]]:
        target = tmp_path / f"{name}.xlsx"
        if kind == "CSV":
            target = as_csv(records, tmp_path / name)
        else:
            target.write_bytes(as_xlsx(records))
        made = taking.taken(registers, opening.opened(target, ""), "", "")
        assert made.open == 0, report(made)
        return with_drafts(registers, made.files), sorted(made.files)

    drafts, written = away_and_back(whole, "first")
    wanted = {path: data for path, data in records_of(whole.files).items()
              if not path.rpartition("/")[2].startswith(IN_LOGS)}  # fmt: skip
    assert records_of({path: drafts.files[path] for path in written}) == wanted
    again, _ = away_and_back(drafts, "second")
    assert as_xlsx(again) == as_xlsx(drafts)
    assert [sheet.rows for sheet in exported(again)] == [sheet.rows for sheet in exported(drafts)]


def test_what_is_there_already_is_not_written_again(tmp_path: Path, whole: Repository) -> None:
    made = taken(tmp_path, whole, as_xlsx(whole))
    assert (made.files, made.open) == ({}, 0)
    assert f"log.xlsx:Annexure-1!8  Nothing is written twice.  Found: {DOCUMENTATION} says the same already." in report(
        made
    )


def edited(data: bytes, sheet: str, heading: str, value: Any, row: int = 8) -> bytes:
    """The workbook after somebody typed something into one cell."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    headings = {cell.value: cell.column for cell in book[sheet][7]}
    cell = book[sheet].cell(row, headings[heading])
    cell.value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sheet", "heading", "value", "said"),
    [
        ("Annexure-1", "Documentation: Form", "documentation@9", "The form is one that is here."),
        ("Annexure-1", "Documentation: Record", "records/batches/../x.yaml", "The record's path is one for its form."),
        ("Annexure-1", "Receipt of documentation: Outcome", "lost", "Possible:"),
        ("Annexure-1", "Receipt of documentation: Outcome", None, "these facts, too.  Found: empty are: Outcome."),
        ("Annexure-4", "Distribution: Quantity, Amount", "forty", "A whole number is required here."),
        ("Annexure-4", "Distribution: Waybill", 771204, "Text is required here, and a number stands in the cell."),
        ("Annexure-4", "Distribution: Site", "site-102", "There must be such an entry among the sites."),
        ("Annexure-5", "Deviation report: Hold set", "perhaps", "Yes or no is required here."),
        ("Annexure-5", "Deviation report: Description", "x" * 2001, "which has 2001 characters.  Shorten it"),
        ("Annexure-5", "Deviation report: Description", "a\u202eb", "A record holds only what everybody sees"),
    ],
)  # fmt: skip
def test_what_somebody_typed_wrong_into_our_sheet_is_told(
    tmp_path: Path, whole: Repository, registers: Repository, sheet: str, heading: str, value: Any, said: str
) -> None:
    made = taken(tmp_path, registers, edited(as_xlsx(whole), sheet, heading, value))
    found = [line for line in report(made) if line.startswith(f"log.xlsx:{sheet}!") and said in line]
    assert len(found) == 1, report(made)


def test_another_record_at_the_same_place_is_not_written_over(tmp_path: Path, whole: Repository) -> None:
    data = edited(as_xlsx(whole), "Annexure-1", "Receipt of documentation: Outcome", "rejected")
    made = taken(tmp_path, whole, data)
    assert not made.files
    assert any("Nothing is written over.  Found: records/batches/B2025-01/documentation.01.receipt.yaml" in line
               for line in report(made))  # fmt: skip


def test_a_row_whose_record_has_no_path_gets_the_next_number(tmp_path: Path, whole: Repository) -> None:
    data = edited(as_xlsx(whole), "Annexure-1", "Documentation: Record", None)
    data = edited(data, "Annexure-1", "Receipt of documentation: Record", None)
    made = taken(tmp_path, whole, data)
    assert list(made.files) == [f"{B1}/documentation.02.yaml", f"{B1}/documentation.02.receipt.yaml"]


def test_what_is_void_or_superseded_is_not_taken_in(tmp_path: Path, whole: Repository, registers: Repository) -> None:
    data = edited(as_xlsx(whole), "Annexure-1", "Documentation: State", "Void")
    made = taken(tmp_path, registers, data)
    assert DOCUMENTATION not in made.files
    assert any("this act is marked Void, and no draft is made of it" in line for line in report(made))


# --------------------------------------------------------------------------------------------------- any record at all


def _texts(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a field: what its form admits, and where that is free text, whatever people type."""
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    return st.one_of(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
        st.sampled_from(
            ["", "'", "''x", "\\", "\\n", "\\[]", "\\{1}", "\\0", "=1", "a\nb", "\n", " x ", "\u00a0", "_x0041_"]
        ),
    )


def _values(schema: Any, form: str, schemas: Any, pointer: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    from filing.validate import schema_at

    found = schema_at(schemas, form, pointer)
    kind = found.get("type")
    if kind == "object":
        keys = {key: _values(schema, form, schemas, (*pointer, key)) for key in found.get("properties", {})}  # type: ignore[attr-defined]
        return st.fixed_dictionaries({}, optional=keys)
    if kind == "array":
        return st.lists(_values(schema, form, schemas, (*pointer, 0)), max_size=3).map(tuple)
    if kind == "integer":
        return st.integers(-999, 10**14)
    if kind == "boolean":
        return st.booleans()
    if found.get("format") == "date":
        return st.dates(date(1950, 1, 1)).map(date.isoformat) | st.sampled_from(["1899-01-01", "soon", ""])
    return _texts(found)


@pytest.mark.parametrize("number", range(6))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_record_survives_a_workbook_and_csv_alike(registers: Repository, number: int, data: st.DataObject) -> None:
    log = logs_of(registers)[number]
    for part in log.parts:
        (name, fields), *_ = part.versions.items()
        record = data.draw(_values(None, name, registers.schemas, ()))
        cells = tuple(told(field, record) for field in fields)
        sheet = Sheet("S", (), tuple(field.heading for field in fields), (cells,))
        for read in (_through_workbook(sheet), _through_csv(sheet)):
            reading = Reading()
            for field, cell in zip(fields, read, strict=True):
                reading.take(field, cell)
            assert (reading.faults, _tuples(reading.data)) == ([], record)


def _through_workbook(sheet: Sheet) -> tuple[Cell, ...]:
    from filing.spreadsheets import xlsx_in

    (table,) = xlsx_in.tables("x.xlsx", xlsx_out.workbook([sheet]), "")
    return tuple(table.at(3, column) if len(table.rows) > 2 else Cell() for column in range(1, len(sheet.headings) + 1))


def _through_csv(sheet: Sheet) -> tuple[Cell, ...]:
    from filing.spreadsheets import csv_in, csv_out

    table = csv_in.table("x.csv", csv_out.csv_file(sheet), "", "")
    return tuple(table.at(3, column) for column in range(1, len(sheet.headings) + 1))


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the list of naughty strings is not on this machine")
def test_naughty_strings_survive_or_cannot_stand_in_a_record(tmp_path: Path, registers: Repository) -> None:
    template = as_shipped()[f"{DEV}/report.yaml"].decode()
    start = template.index("description:")
    end = template.index("immediate_action:")
    master = "records/batches/B2025-02/batch.yaml"
    drafts = {master: as_shipped()[master]}
    lines = [
        line for line in NAUGHTY.read_text(encoding="utf-8").split("\n") if line.strip() and not line.startswith("#")
    ]
    for number, line in enumerate(lines[:600], 1):
        path = f"records/deviations/DEV-2025-{number:03}/report.yaml"
        text = f"{template[:start]}description: {json.dumps(line, ensure_ascii=False)}\n{template[end:]}"
        data = text.replace("DEV-2025-001", f"DEV-2025-{number:03}").encode()
        if load_record(path, data)[0]:
            drafts[path] = data
    before = with_drafts(registers, drafts)
    made = taken(tmp_path, with_drafts(registers, {master: drafts[master]}), as_xlsx(before))
    assert made.open == 0, report(made)
    assert len(made.files) > 300
    fit = {path: data for path, data in records_of(drafts).items() if path in made.files}
    assert records_of(made.files) == fit
    assert set(drafts) - {master} - set(made.files) <= before.unfit


# ------------------------------------------------------------------------------------------------- at the front door


def test_the_verb_writes_a_workbook_or_a_folder_and_nothing_over_another_file(
    tmp_path: Path, whole: Repository
) -> None:
    root = repositories.write(tmp_path / "root", whole.files)
    answer = repositories.build("export", "--batch", "B2025-01", "--to", tmp_path / "a.xlsx", root=root)
    assert (answer.returncode, answer.stdout) == (0, f"{tmp_path / 'a.xlsx'}\n")
    again = repositories.build("export", "--to", tmp_path / "a.xlsx", root=root)
    assert again.returncode == 2 and "a.xlsx is there already" in again.stderr
    answer = repositories.build("export", "--trial", "demo-101-302", "--to", tmp_path / "b", root=root)
    assert answer.returncode == 0
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == [f"annexure-{n}.csv" for n in range(1, 7)]
    text = (tmp_path / "b/annexure-1.csv").read_text(encoding="utf-8-sig")
    assert '"Entries of trial demo-101-302: batches B2025-01, B2025-02, B2025-03"' in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--to", "{root}/records/x.xlsx"), "lies among the records"),
        (("--to", "{root}/records"), "lies among the records"),
        (("--batch", "B2025-99", "--to", "{out}/x.xlsx"), "There is no batch B2025-99"),
        (("--trial", "nothing", "--to", "{out}/x.xlsx"), "There is no trial nothing"),
        ((), "--to"),
    ],
)
def test_what_cannot_be_given_out_is_told_and_nothing_is_written(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    root, out = repositories.write(tmp_path / "root", workbooks.short().files), tmp_path / "out"
    answer = repositories.build("export", *(each.format(root=root, out=out) for each in options), root=root)
    assert answer.returncode == 2 and said in answer.stderr
    assert not out.exists() and not (root / "records/x.xlsx").exists()


def test_a_record_that_does_not_keep_to_its_form_is_left_out_and_named(tmp_path: Path, whole: Repository) -> None:
    root = repositories.write(
        tmp_path / "root", {**whole.files, f"{B1}/documentation.02.yaml": b"form: documentation@1\n"}
    )
    answer = repositories.build("export", "--to", tmp_path / "a.xlsx", root=root)
    assert answer.returncode == 0
    assert answer.stderr == (f"Not exported, because they do not keep to their forms: {B1}/documentation.02.yaml\n")
