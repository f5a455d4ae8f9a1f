"""Consignments where cases do not reach: the clock, and how ranges of kits are read."""

from __future__ import annotations

import pytest

from filing.journal import Journal
from filing.repository import Repository, read
from filing.rules import examine
from filing.rules.kits import Kits, read_range
from tests.repositories import BATCH, WHOLE_PLAN, as_shipped, founded, replaced

RECEIPT = f"{BATCH}/distribution.01.receipt.yaml"


@pytest.fixture(scope="module")
def not_received() -> Repository:
    """The whole sample without the receipt of its consignment, which left on 4 September 2025."""
    return read(founded({RECEIPT: None}, WHOLE_PLAN, base=as_shipped()), pin="")


def warned(repository: Repository, as_of: str) -> list[tuple[str, str]]:
    found = examine(Journal(repository, as_of=as_of)).findings
    return [(finding.severity, finding.found) for finding in found if finding.rule == "R36"]


def test_a_missing_receipt_is_told_once_the_days_of_the_policy_are_over(not_received: Repository) -> None:
    told = "the consignment left on 2025-09-04; no receipt is signed 6 days later"
    assert warned(not_received, "20250910000000Z") == [("warning", told)]


@pytest.mark.parametrize("as_of", ["20250909235959Z", ""])
def test_a_missing_receipt_is_not_told_before_or_without_a_clock(not_received: Repository, as_of: str) -> None:
    assert warned(not_received, as_of) == []


def test_a_receipt_that_is_not_signed_is_missing() -> None:
    plan = [signing for signing in WHOLE_PLAN if signing.record != RECEIPT]
    repository = read(founded({}, plan, base=as_shipped()), pin="")
    assert [severity for severity, _ in warned(repository, "20250910000000Z")] == ["warning"]


def test_a_site_gets_product_on_the_day_it_is_activated() -> None:
    site = "records/registers/sites/site-101.yaml"
    text = replaced(as_shipped(), site, "activated_on: 2025-08-28", "activated_on: 2025-09-04")
    repository = read(founded({site: text}, WHOLE_PLAN, base=as_shipped()), pin="")
    told = {finding.rule: finding.severity for finding in examine(Journal(repository)).findings}
    assert "R32" not in told and told["R12"] == "warning"


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("K0001", "K0040", 40), ("K0007", "K0007", 1), ("2025-0099", "2025-0101", 3), ("SPARE", "SPARE", 1)],
)
def test_a_range_counts_every_kit(first: str, last: str, count: int) -> None:
    kits = read_range(first, last)
    assert kits is not None and kits.count == count


@pytest.mark.parametrize(
    ("first", "last"), [("K0040", "K0001"), ("K0001", "L0040"), ("K0001", "K40"), ("SPARE", "K0040"), ("A", "B")]
)
def test_a_range_whose_ends_do_not_fit_cannot_be_counted(first: str, last: str) -> None:
    assert read_range(first, last) is None


def test_kits_with_another_number_of_digits_are_other_kits() -> None:
    assert Kits("K", 4, 1, 40).shared(Kits("K", 3, 1, 40)) is None


def test_what_is_left_of_a_range_is_what_the_other_does_not_have() -> None:
    left = list(Kits("K", 4, 1, 40).without(Kits("K", 4, 10, 20)))
    assert list(map(str, left)) == ["K0001 to K0009", "K0021 to K0040"]


def test_a_range_of_many_digits_is_followed_without_naming_each_kit() -> None:
    kits, one = read_range("K" + "0" * 40, "K" + "9" * 40), read_range("K" + "5" * 40, "K" + "5" * 40)
    assert kits is not None and one is not None
    assert kits.count == 10**40 and kits.shared(one) == one
    assert sum(part.count for part in kits.without(one)) == 10**40 - 1
