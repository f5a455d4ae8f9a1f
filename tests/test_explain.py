"""Every number that is told can be explained, and every example is what the program says now."""

from __future__ import annotations

import re

import pytest

from filing.explaining import EXAMPLES, known, of_clause
from filing.load.words import FAULTS
from filing.requirements import REQUIREMENTS
from filing.rules import RULES
from tests.repositories import build
from tools.catalogue import examples


def test_the_examples_are_what_the_program_says_now() -> None:
    assert EXAMPLES.read_text(encoding="utf-8") == examples()


def test_everything_that_may_be_told_is_known() -> None:
    told = {rule.id for rule in RULES} | set(REQUIREMENTS) | {fault[0] for fault in FAULTS.values()}
    assert told | {"G01", "S01", "S02", "S03"} == set(known())


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_of_the_records_has_an_example(rule: str) -> None:
    example = known()[rule].example
    assert example is not None and example.found and example.remedy


def test_a_rule_is_explained_whole() -> None:
    answer = build("explain", "r43")
    text = " ".join(answer.stdout.split())
    assert answer.returncode == 0
    assert text.startswith("R43 duties not kept apart Nobody checks, approves or closes their own work")
    assert "Who prepares an issue does not check it" in text
    assert "Authority EU GMP Chapter 2, Annex 11 cl. 2 Severity hold" in text
    assert "Opened by a justification signed by QA who did not sign the record itself" in text
    assert "Example records/" in text


def test_an_example_shows_what_was_written_found_and_what_mends_it() -> None:
    lines = build("explain", "S03").stdout.splitlines()
    assert lines[-4:] == [
        "Example     records/batches/B2025-01/certification.yaml",
        "Written     status: Certified",
        'Found       the key "status"',
        "Do          Delete the line: who did it and when come from the sign-offs, and the status follows from them.",
    ]


def test_a_clause_gives_the_rules_that_hold_it() -> None:
    answer = build("explain", "5.1")
    assert re.findall(r"^([A-Z]\d\d)  ", answer.stdout, re.MULTILINE) == [item.id for item in of_clause("5.1")]
    assert "R22" in answer.stdout and "R09" not in answer.stdout
    assert build("explain", "SOP 5.1").stdout == answer.stdout


def test_without_a_rule_all_are_listed() -> None:
    answer = build("explain")
    assert re.findall(r"^([A-Z]\d\d)  ", answer.stdout, re.MULTILINE) == list(known())


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("R222", "explain R22"), ("R02x", "explain R02"), ("5.9", "explain"), ("certification", "explain")],
)
def test_what_there_is_not_is_refused_with_what_was_meant(asked: str, meant: str) -> None:
    answer = build("explain", asked)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert f"    ./build.py {meant}" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_no_explanation_uses_the_words_of_programmers() -> None:
    said = " ".join(" ".join((*item.requirements, *item.further)) for item in known().values())
    assert not re.search(r"\b(?:string|boolean|array|enum|null|regex|schema|docstring)\b", said)
