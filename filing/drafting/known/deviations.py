"""What is known when a deviation is reported, decided on and closed."""

from __future__ import annotations

from filing.drafting.known.case import Case, Comfort, Tell
from filing.drafting.values import Data, value_in
from filing.model import Pointer, Value


def _batches(case: Case, data: Data, at: Pointer) -> Value | None:
    return (case.spot.batch,) if case.spot.batch else None


REPORT = Comfort(proposed={"batches": _batches})


def _is_serious(case: Case, data: Data, at: Pointer) -> bool:
    return value_in(data, ("serious_breach", "assessment")) == "serious"


INVESTIGATION = Comfort(asked={"serious_breach.notified_at": _is_serious})


def _all(start: str) -> Tell:
    def tell(case: Case, data: Data, at: Pointer) -> Value | None:
        acts = case.deviation.acts if case.deviation else ()
        return tuple(sorted(act.name for act in acts if act.signed and act.name.startswith(start)))

    return tell


CLOSURE = Comfort(proposed={"dispositions": _all("disposition."), "capas": _all("capa.")})
