"""The record rules by the cases of the casebook, and what every rule has to be like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest

from filing.forms import load_forms
from filing.journal import Journal
from filing.model import Record
from filing.repository import Repository, read
from filing.requirements import REQUIREMENTS
from filing.rules import RULES, examine
from filing.rules.rule import Rule
from tests.casebook import BREAKING, CASES, HOLDING, as_line, findings_of, text
from tests.repositories import BATCH, as_shipped, examined, founded, short_sample

SIGN_OFF_RULES = ("R04", "R05", "R06", "R07")
CASED = (*(rule.id for rule in RULES), *SIGN_OFF_RULES)


@pytest.fixture(scope="module", autouse=True)
def forms_are_read_once() -> Iterator[None]:
    """No case changes a form; to read them again for every sign-off would take most of the time."""
    forms = load_forms(as_shipped())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tools.refound.load_forms", lambda files: forms)
        yield


@pytest.mark.parametrize("name", CASES)
def test_a_case_gives_exactly_the_findings_it_expects(name: str) -> None:
    expected = text(CASES[name] / "expected").splitlines()
    assert sorted(map(as_line, findings_of(name))) == sorted(expected)


@pytest.mark.parametrize("name", HOLDING)
def test_a_case_that_holds_expects_only_that_wording_is_unconfirmed_or_an_entry_newer_than_the_issue(name: str) -> None:
    for line in text(CASES[name] / "expected").splitlines():
        unconfirmed = " warning R17 no QP has confirmed the wording of CTR-62 version 0" in line
        newer = " warning R64 " in line and line.endswith(
            "is not in this issue, which is the newest; it was signed later than it"
        )
        assert unconfirmed or newer


@pytest.mark.parametrize("name", BREAKING)
def test_a_case_that_breaks_expects_a_finding_of_the_rule_it_is_named_after_as_grave_as_the_rule(name: str) -> None:
    severity = next((rule.severity for rule in RULES if rule.id == name[:3]), "error")
    expected = text(CASES[name] / "expected")
    assert f" error {name[:3]} " in expected or f" {severity} {name[:3]} " in expected


@pytest.mark.parametrize("rule", CASED)
def test_every_rule_has_two_cases_that_break_it_and_one_that_holds_it(rule: str) -> None:
    assert sum(name.startswith(rule) for name in BREAKING) >= 2
    assert any(name.startswith(rule) for name in HOLDING)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_speaks_while_the_specialist_still_writes(rule: str) -> None:
    assert any(name.startswith(f"{rule}-draft") for name in BREAKING)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_it_requires_and_on_whose_authority(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][^_]+\.", rule.requirement)
    assert rule.requirement.count(". ") == 0, "one sentence"
    assert re.search(r"SOP \d|Annex|Art\.|PI 041|batch certificate", rule.clause)
    assert 2 <= len(rule.title.split()) <= 5 and rule.title == rule.title.lower()


def test_no_two_rules_share_an_id() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)


def test_an_id_that_sign_offs_and_records_share_is_told_in_the_same_words() -> None:
    shared = {rule.id: rule for rule in RULES if rule.id in REQUIREMENTS}
    assert "R13" in shared
    for name, rule in shared.items():
        assert (rule.requirement, rule.clause) == (REQUIREMENTS[name].requirement, REQUIREMENTS[name].clause)


@pytest.mark.parametrize("name", BREAKING)
def test_messages_are_plain_words(name: str) -> None:
    for finding in findings_of(name):
        if finding.rule not in {rule.id for rule in RULES}:
            continue
        found = re.sub(r'"[^"]*"', "", finding.found)
        for said in (finding.title, finding.requirement, found, finding.clause):
            assert "_" not in said, "the name of a field is only said where it has to be typed"
        assert set(re.findall(r"\w+_\w+", finding.remedy)) <= fields_people_type()
        assert not re.search(r"[{}\[\]<>]|\b(?:True|False|schema|null|index|string|boolean)\b", found + finding.remedy)
        assert re.fullmatch(r"[A-Z].+\.", finding.remedy) and not found.endswith(".")


@cache
def fields_people_type() -> frozenset[str]:
    """The names of fields, and of the values among which a form lets one choose."""
    names: set[str] = set()

    def collect(schema: object) -> None:
        if isinstance(schema, dict):
            names.update(schema.get("properties", ()))
            names.update(map(str, schema.get("enum", ())))
        for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            collect(part)

    for path, data in as_shipped().items():
        if path.startswith("schemas/") and path.endswith(".json"):
            collect(json.loads(data))
    return frozenset(names)


class Scanned(dict[str, object]):
    """A mapping that counts how often somebody walks through all of it."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return super().__iter__()

    def items(self):  # type: ignore[no-untyped-def]  # as dict has it
        self.walks += 1
        return super().items()

    def values(self):  # type: ignore[no-untyped-def]  # as dict has it
        self.walks += 1
        return super().values()


def with_batches(count: int) -> Repository:
    """The sample with further batches, all of them drafts."""
    files = short_sample()
    own = {path: data for path, data in files.items() if path.startswith(BATCH) and path.endswith(".yaml")}
    for number in range(2, count + 1):
        name = f"B2025-{number:02}"
        files |= {p.replace("B2025-01", name): d.replace(b"B2025-01", name.encode()) for p, d in own.items()}
    return read(files, pin="")


def test_no_rule_walks_through_all_records_once_for_every_batch() -> None:
    walks = []
    for count in (2, 8):
        repository = with_batches(count)
        records: Mapping[str, Record] = Scanned(repository.records)  # type: ignore[assignment]  # dict of records
        files: Mapping[str, bytes] = Scanned(repository.files)  # type: ignore[assignment]  # dict of files
        findings = examine(Journal(replace(repository, records=records, files=files))).findings
        assert len({finding.path.split("/")[2] for finding in findings if "/batches/" in finding.path}) == count
        walks.append((records.walks, files.walks))  # type: ignore[attr-defined]  # both are Scanned
    assert walks[0] == walks[1]


def test_without_an_accepted_root_no_rule_claims_to_hold() -> None:
    repository, findings = examined(as_shipped(), pin="0" * 64)
    results = examine(Journal(repository)).results
    assert {finding.rule for finding in findings} == {"T01"}
    assert {r.result for r in results if r.id in {rule.id for rule in RULES}} == {"not applicable"}


def test_a_rule_that_had_nothing_to_judge_says_why() -> None:
    files = founded({path: None for path in short_sample() if path.startswith("records/batches/")})
    results = examine(Journal(read(files, pin=""))).results
    idle = {result.id: result.reason for result in results if result.result == "not applicable"}
    assert idle["R09"] == "there is nothing of the kind"
    assert "R01" not in idle and "R63" not in idle, "they look at the registers, too"
