"""The rule about numbered kits: where each of them is (SOP 4.2; CTR Art. 51).

Kits are followed as ranges, so that a mistyped number of many digits costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filing.act import Act, mappings
from filing.journal import Batch
from filing.rules.consignments import amount, consignments, site_name, unit
from filing.rules.rule import Breach, NotApplicable, Outcome

_NUMBER = re.compile(r"(?P<letters>.*?)(?P<digits>[0-9]+)")
_GONE = ("recall", "destruction")
_LEAVE_A_SITE = ("transfer", "return", *_GONE)
_NOT_NUMBERED = NotApplicable("no consignment names numbered kits")


@dataclass(frozen=True)
class Kits:
    """Kits that are numbered in the same way and follow each other, such as K0001 to K0040."""

    letters: str
    width: int
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    def shared(self, other: Kits) -> Kits | None:
        """The kits in both."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        alike = (self.letters, self.width) == (other.letters, other.width)
        return Kits(self.letters, self.width, first, last) if alike and first <= last else None

    def without(self, other: Kits) -> Iterator[Kits]:
        """The kits that are not in the other."""
        if self.shared(other) is None:
            yield self
            return
        if self.first < other.first:
            yield Kits(self.letters, self.width, self.first, other.first - 1)
        if self.last > other.last:
            yield Kits(self.letters, self.width, other.last + 1, self.last)

    def __str__(self) -> str:
        digits = (f"{number:0{self.width}}" if self.width else "" for number in (self.first, self.last))
        return " to ".join(dict.fromkeys(self.letters + written for written in digits))


@dataclass(frozen=True)
class _Held:
    """Kits, the site they are at ("" for those that are gone for good), and the consignment that brought them there."""

    kits: Kits
    site: str
    by: str


def kits_are_unique(batch: Batch) -> Iterator[Outcome]:
    """Each numbered kit is in one place: none is dispatched twice, none leaves a site where it is not, and the kits of
    a consignment are as many as its quantity says.

    A range counts every kit in it, so that K0001 to K0040 are 40 kits. A kit that came back may be dispatched again.
    """
    sent = consignments(batch)
    if not any(consignment.value("kits") for consignment in sent):
        yield _NOT_NUMBERED
        return
    held: tuple[_Held, ...] = ()
    for consignment in sent:
        ranges = [read_range(str(item["first"]), str(item["last"])) for item in mappings(consignment.value("kits"))]
        yield from _miscounted(consignment, ranges)
        for index, kits in enumerate(ranges):
            found = _named_twice(kits, ranges[:index]) or _misplaced(consignment, kits, held) if kits else ""
            if found:
                remedy = "Correct the kit numbers of the consignment that has them wrong."
                yield Breach(consignment.record, ("kits", index), found, remedy)
        for kits in ranges:
            held = _moved(held, kits, consignment) if kits else held


def read_range(first: str, last: str) -> Kits | None:
    """The kits from first to last; None where they cannot be counted."""
    begin, end = _NUMBER.fullmatch(first), _NUMBER.fullmatch(last)
    if not begin or not end:
        return Kits(first, 0, 0, 0) if first == last else None
    kits = Kits(begin["letters"], len(begin["digits"]), int(begin["digits"]), int(end["digits"]))
    alike = (begin["letters"], len(begin["digits"])) == (end["letters"], len(end["digits"]))
    return kits if alike and kits.count > 0 else None


def _miscounted(consignment: Act, ranges: list[Kits | None]) -> Iterator[Breach]:
    if not ranges and consignment.value("movement") != "quarantine_shipment":
        found = "no kit is named, though other consignments of the batch name theirs"
        yield Breach(consignment.record, (), found, "Name the kits by their numbers.")
    for index, item in enumerate(mappings(consignment.value("kits"))):
        if ranges[index] is None:
            found = f"from {item['first']} to {item['last']} the kits cannot be counted"
            remedy = "Give the first and the last number in full, alike but for their digits, such as K0001 and K0040."
            yield Breach(consignment.record, ("kits", index), found, remedy)
    count = sum(kits.count for kits in ranges if kits)
    if ranges and None not in ranges and unit(consignment) == "kits" and count != amount(consignment):
        found = f"{amount(consignment)} kits are dispatched; {count} are named"
        yield Breach(consignment.record, ("quantity",), found, "Correct the quantity or the kit numbers.")


def _named_twice(kits: Kits, before: list[Kits | None]) -> str:
    both = next((shared for other in before if other and (shared := kits.shared(other))), None)
    return f"{both} named twice" if both else ""


def _misplaced(consignment: Act, kits: Kits, held: tuple[_Held, ...]) -> str:
    """Why kits cannot move as a consignment says; "" where they can."""
    if consignment.value("movement") not in _LEAVE_A_SITE:
        taken = ((each.kits.shared(kits), each.by) for each in held)
        return next((f"{both} went with {by} already" for both, by in taken if both), "")
    site = _site_left(consignment)
    missing = [kits]
    for each in held:
        if each.site == site:
            missing = [rest for part in missing for rest in part.without(each.kits)]
    kits_missing = ", ".join(map(str, missing))
    return f"{kits_missing} cannot leave {site_name(consignment, site)}, not being there" if missing else ""


def _moved(held: tuple[_Held, ...], kits: Kits, consignment: Act) -> tuple[_Held, ...]:
    """Where kits are after a consignment. What leaves a site counts only once that is signed."""
    movement = consignment.value("movement")
    if movement == "quarantine_shipment" or (movement in _LEAVE_A_SITE and not consignment.signed):
        return held
    rest = tuple(_Held(part, each.site, each.by) for each in held for part in each.kits.without(kits))
    if movement == "return":
        return rest
    return (*rest, _Held(kits, "" if movement in _GONE else str(consignment.value("site")), consignment.name))


def _site_left(consignment: Act) -> str:
    transferred = consignment.value("transfer", "from_site")
    return str(transferred if transferred is not None else consignment.value("site"))
