"""Storage conditions are read where they have one meaning, and nothing is concluded from any other wording."""

from __future__ import annotations

from decimal import Decimal

import pytest

from filing.rules.storage import cannot_keep, read_range


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2–8 °C", "2", "8"),
        ("2-8°C", "2", "8"),
        ("+2 to +8 ℃", "2", "8"),
        ("Store in a refrigerator (2 °C – 8 °C). Do not freeze.", "2", "8"),
        ("2–8 °C, protected from light", "2", "8"),
        ("5 ± 3 °C", "2", "8"),
        ("-25 to -15 °C", "-25", "-15"),
        ("–25 °C to –15 °C", "-25", "-15"),
        ("15.5–24,5 ºC", "15.5", "24.5"),
        ("Below 25 °C", "-Infinity", "25"),
        ("Do not store above 30 °C.", "-Infinity", "30"),
        ("−20 °C or colder", "-Infinity", "-20"),
        ("≤ −70 °C", "-Infinity", "-70"),
    ],
)
def test_a_range_or_an_upper_limit_is_read(text: str, low: str, high: str) -> None:
    assert read_range(text) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "In the original carton",
        "Store at −20 °C",
        "Do not store below 2 °C",
        "Not at 2–8 °C",
        "2–8 °C; up to 25 °C for 14 days",
        "8–2 °C",
        "36–46 °F",
        "15 to 25",
    ],
)
def test_nothing_is_read_from_a_wording_with_another_meaning_or_several(text: str) -> None:
    assert read_range(text) is None


@pytest.mark.parametrize(
    ("storage", "fitting"),
    [
        ("2–8 °C", {"cold_2_8"}),
        ("15–25 °C", {"room_15_25", "ambient"}),
        ("Below 25 °C", {"cold_2_8", "room_15_25", "ambient", "frozen_minus_20", "frozen_minus_70"}),
        ("−20 °C or colder", {"frozen_minus_20", "frozen_minus_70"}),
        ("≤ −70 °C", {"frozen_minus_70"}),
    ],
)
def test_a_transport_that_is_warmer_or_all_colder_does_not_keep_the_condition(storage: str, fitting: set[str]) -> None:
    transports = ("cold_2_8", "room_15_25", "ambient", "frozen_minus_20", "frozen_minus_70")
    assert {transport for transport in transports if not cannot_keep(transport, "", storage)} == fitting


def test_another_transport_condition_is_held_to_its_own_words() -> None:
    assert cannot_keep("other", "20–25 °C, insulated box", "2–8 °C")
    assert not cannot_keep("other", "2–8 °C, insulated box", "2–8 °C")


@pytest.mark.parametrize("words", ["Insulated box", "Dry ice"])
def test_words_that_cannot_be_read_are_not_held_against_anybody(words: str) -> None:
    assert not cannot_keep("other", words, "2–8 °C")
    assert not cannot_keep("cold_2_8", "", words)
