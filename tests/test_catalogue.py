"""The reference pages are what the rules and forms say now, and every clause of the SOP is held by a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filing.forms import load_forms
from filing.journal import Journal
from filing.repository import read
from filing.requirements import REQUIREMENTS
from filing.rules import RULES
from filing.rules.rule import Rule
from filing.validate import Schemas
from tests.repositories import ROOT, as_shipped, founded
from tools.catalogue import (
    CLOCKED,
    GENERATED,
    clauses_cited,
    clauses_of_the_sop,
    requirement_section,
    rule_section,
    rules_page,
)
from tools.founding import PLAN
from tools.kinds import kinds_of_records

RULES_MD = ROOT / "docs/reference/rules.md"
RECORDS_MD = ROOT / "docs/reference/records.md"
JARGON = re.compile(r"\b(?:string|boolean|array|enum|integer|null|regex|pattern|property|properties)\b")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_described_as_the_catalogue_would_now(rule: Rule) -> None:
    assert rule_section(rule) in RULES_MD.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(REQUIREMENTS.keys() - {rule.id for rule in RULES}))
def test_a_requirement_of_sign_offs_is_described_as_the_catalogue_would_now(name: str) -> None:
    assert requirement_section(name) in RULES_MD.read_text(encoding="utf-8")


def test_the_rest_of_the_page_about_rules_is_as_the_catalogue_would_write_it() -> None:
    assert without_examples(RULES_MD.read_text(encoding="utf-8")) == without_examples(rules_page(examples=False))


def without_examples(page: str) -> str:
    return re.sub(r"For example, in .*:\n\n(?:>.*\n)+\n", "", page)


def test_the_page_about_records_is_as_the_catalogue_would_write_it() -> None:
    files = as_shipped()
    assert RECORDS_MD.read_text(encoding="utf-8") == kinds_of_records(load_forms(files), Schemas(files), GENERATED)


def test_the_page_about_records_tells_every_form_and_every_field() -> None:
    page = RECORDS_MD.read_text(encoding="utf-8")
    files = as_shipped()
    for form in load_forms(files).by_name.values():
        assert f"Form: `{form.name}`" in page
        for key in Schemas(files).root(form.name)["properties"]:
            assert f"`{key}`" in page or key == "form"
        for slot in form.slots:
            assert f"| `{slot.name}`" in page


@pytest.mark.parametrize("clause", "1.1 1.2 2.1 2.2 2.3 3.1 3.2 3.3 4.1 4.2 5.1 5.2 6.1 6.2".split())
def test_every_clause_of_the_sop_is_held_by_a_rule_and_stands_in_the_index(clause: str) -> None:
    holding = [rule.id for rule in RULES if clause in clauses_cited(rule.id, rule.clause)]
    assert holding
    line = next(line for line in RULES_MD.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {clause} "))
    assert set(holding) <= set(re.findall(r"\[(R\d\d)\]", line))


def test_no_rule_cites_a_clause_that_the_sop_has_not() -> None:
    cited = {clause for rule in RULES for clause in clauses_cited(rule.id, rule.clause)}
    assert cited <= clauses_of_the_sop().keys()


def test_every_link_of_the_page_about_rules_leads_somewhere() -> None:
    page = RULES_MD.read_text(encoding="utf-8")
    assert set(re.findall(r"\(#([a-z0-9]+)\)", page)) <= set(re.findall(r'<a id="([a-z0-9]+)">', page))


def test_every_link_of_the_page_about_records_leads_somewhere() -> None:
    page = RECORDS_MD.read_text(encoding="utf-8")
    assert set(re.findall(r"\(#([a-zA-Z0-9_-]+)\)", page)) <= set(re.findall(r'<a id="([a-zA-Z0-9_-]+)">', page))


@pytest.mark.parametrize("page", [RULES_MD, RECORDS_MD], ids=lambda page: page.stem)
def test_the_pages_are_written_in_plain_words(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    assert JARGON.findall(text) == []


def test_the_rules_said_to_read_the_clock_are_those_that_ask_for_it() -> None:
    """In the whole sample, and in the short one, where the decision is still to be handed off."""
    asking = set()
    for files in (founded(), founded(plan=PLAN, base=as_shipped())):
        repository = read(files, pin="")
        for rule in RULES:
            journal = Asked(repository)
            for outcomes in rule.check(journal):
                assert isinstance(outcomes, tuple)
            asking |= {rule.id} if journal.asked else set()
    assert asking == set(CLOCKED)


class Asked(Journal):
    """A journal that remembers whether it was asked what day it is."""

    asked = False

    def __getattribute__(self, name: str) -> object:
        if name == "as_of":
            object.__setattr__(self, "asked", True)
        return super().__getattribute__(name)
