"""Every rule is broken once, alone or with what must follow; of 200 changed values each is noticed or does no harm."""

from __future__ import annotations

from functools import cache

import pytest

from filing.requirements import REQUIREMENTS
from filing.rules import RULES
from tests.repositories import ROOT
from tools.changes import Change
from tools.harmless import GAPS, HARMLESS, Argument, argued
from tools.mutations import (
    BROKEN_ONCE,
    COUNT,
    FOLLOWS,
    NOT_NOTICED,
    PAGE,
    chosen,
    every_change,
    line_of_change,
    line_of_rule,
    noticed,
    page,
)


@cache
def lines() -> tuple[str, ...]:
    return tuple(line for line in (ROOT / PAGE).read_text(encoding="utf-8").splitlines() if line.startswith("| "))


def of_rules() -> list[str]:
    return [line for line in lines() if line[2:5] in BROKEN_ONCE]


def of_changes() -> list[str]:
    return [line for line in lines() if line.startswith("| `")]


@pytest.mark.parametrize("rule", BROKEN_ONCE)
def test_one_mutation_breaks_the_rule_and_only_what_must_follow_as_the_page_says(rule: str) -> None:
    assert line_of_rule(rule) in of_rules()


@pytest.mark.parametrize("place", range(COUNT))
def test_a_changed_value_is_noticed_or_argued_to_do_no_harm_as_the_page_says(place: int) -> None:
    line = line_of_change(chosen()[place])
    assert NOT_NOTICED not in line
    assert line in of_changes()


def test_the_page_holds_nothing_else() -> None:
    assert len(of_changes()) == COUNT
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(of_rules(), of_changes())


def test_every_rule_and_requirement_is_broken_but_the_one_about_the_history() -> None:
    assert set(BROKEN_ONCE) == {rule.id for rule in RULES} | set(REQUIREMENTS) - {"T05"}
    assert {line[2:5] for line in of_rules()} == set(BROKEN_ONCE)


def test_no_rule_is_said_to_follow_that_follows_nowhere() -> None:
    assert {rule for rule in FOLLOWS if not any(f" {rule}: {FOLLOWS[rule]}" in line for line in of_rules())} == set()


def test_every_field_of_the_sample_is_changed_once() -> None:
    assert {change.field for change in chosen()} == {change.field for change in every_change()}


def test_no_change_is_tried_twice() -> None:
    assert len({(c.record.path, c.pointer, c.after) for c in chosen()}) == COUNT


@pytest.mark.parametrize("argument", [*HARMLESS, *GAPS], ids=lambda argument: f"{argument.fields} {argument.becomes}")
def test_every_argument_is_about_values_of_the_sample(argument: Argument) -> None:
    for field in argument.fields.split(","):
        assert any(argument._replace(fields=field).speaks_of(change) for change in every_change()), field


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: f"{gap.fields} {gap.becomes}")
def test_a_gap_is_still_open(gap: Argument) -> None:
    assert any(noticed(change) == () for change in every_change() if gap.speaks_of(change))


def test_a_change_without_an_argument_is_none_of_those_that_do_no_harm() -> None:
    quantity = next(c for c in every_change() if c.field == "distribution kits/*/last")
    assert argued(quantity, HARMLESS) == argued(quantity, GAPS) == ""


def test_a_changed_record_differs_in_one_value_only() -> None:
    change: Change = next(c for c in every_change() if c.field == "batch order/date" and c.kind == "a day later")
    assert b'order: {number: "ORD-2025-044", date: 2025-07-01}\n' in change.content
    assert b'quantity: {amount: 480, unit: "kits"}\n' in change.content
