"""Records begun for people: what is filled in, what is asked, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from filing import load, validate
from tests.desk import FOLDER, Desk, desk
from tests.repositories import build

NEXT_DELIVERY = f"{FOLDER}/documentation.02.yaml"
DELIVERED = {
    "Document 1, Document type": "batch_manufacturing_record",
    "Document 1 (Executed batch manufacturing record), Number": "BMR-L0262",
    "), Version": "2",
    "), Date": "2025-10-02",
    "), From": "manufacturer",
    "another one?": "no",
}


@pytest.fixture
def at_desk(tmp_path: Path) -> Desk:
    return desk(tmp_path)


def data_of(place: Desk, path: str) -> object:
    record, findings = load.load_record(path, (place.root / path).read_bytes())
    assert record is not None and findings == ()
    return record.data


def test_a_delivery_is_asked_for_document_by_document(at_desk: Desk) -> None:
    status, seen = at_desk.types("new", "documentation", "B2025-03", answers=DELIVERED)
    assert status == 0, seen
    assert data_of(at_desk, NEXT_DELIVERY) == {
        "form": "documentation@1",
        "batch": "B2025-03",
        "documents": (
            {
                "type": "batch_manufacturing_record", "number": "BMR-L0262", "version": "2", "date": "2025-10-02",
                "source": "manufacturer",
            },
        ),
    }  # fmt: skip
    assert at_desk.findings() == []


def test_an_answer_that_the_form_does_not_accept_is_told_at_once(at_desk: Desk) -> None:
    answering = at_desk.begins("new", "documentation", "B2025-03")
    typed = {"type": ["nothing of the kind", "7"], "Number": ["BMR*", "BMR-1"], "Version": ["", "3"]}
    typed |= {"Date": ["02/10/2025", "2025-10-02"], "From": ["2"]}
    while (question := answering.question()) is not None:
        asked = question.rpartition("\n")[2]
        left = next((answers for part, answers in typed.items() if part in asked), ["no"])
        answering.answer(left.pop(0))
    assert answering.end() == 0, answering.seen
    told = " ".join(answering.seen.split())
    assert "Type one of the names or numbers of the list." in told
    assert '"BMR*". ' in told
    assert '"02/10/2025"' in told and "An answer is needed here." in told
    assert data_of(at_desk, NEXT_DELIVERY)["documents"][0]["type"] == "protocol"  # type: ignore[index]


@pytest.mark.parametrize("answered", [0, 1, 3])
def test_ctrl_c_at_any_question_leaves_nothing(at_desk: Desk, answered: int) -> None:
    before = at_desk.files()
    answering = at_desk.begins("new", "documentation", "B2025-03")
    for text in list(DELIVERED.values())[:answered]:
        assert answering.question() is not None
        answering.answer(text)
    assert answering.question() is not None
    answering.press(b"\x03")
    assert answering.end() == 2 and "Stopped; nothing was left half done." in answering.seen
    assert at_desk.files() == before


def test_without_a_terminal_nothing_is_asked_and_what_is_lacking_is_listed(at_desk: Desk) -> None:
    answer = build("new", "documentation", "B2025-03", "remarks=NO", root=at_desk.root)
    assert answer.returncode == 0 and answer.stdout == f"{NEXT_DELIVERY}\n"
    text = (at_desk.root / NEXT_DELIVERY).read_text()
    assert text.startswith("# yaml-language-server: $schema=../../../schemas/documentation@1.json\n# Form. ")
    assert "\n  - type:\n" in text and '\nremarks: "NO"\n' in text and "\n    # sha256:" in text
    assert "Still to be filled in, in the record itself:\n    documents  (Documents Provided)\n" in answer.stderr
    door = f"./build.py --root '{at_desk.root}'"
    assert answer.stderr.endswith(f"Next\n    {door} check {NEXT_DELIVERY}\n")
    assert ("Y05", NEXT_DELIVERY) in at_desk.findings()


def test_what_is_written_keeps_to_its_form(at_desk: Desk) -> None:
    given = [
        "documents.0.type=IMPD",
        "documents.0.number=IMPD-1",
        "documents.0.version=3",
        "documents.0.date=2025-05-12",
    ]
    answer = build("new", "documentation", "B2025-03", *given, "documents.0.source=sponsor", root=at_desk.root)
    assert answer.returncode == 0 and "Still to be filled in" not in answer.stderr
    files, _ = load.read_tree(at_desk.root, ("schemas",))
    record, _ = load.load_record(NEXT_DELIVERY, (at_desk.root / NEXT_DELIVERY).read_bytes())
    assert record and validate.validate(record, validate.Schemas(files)) == ()
