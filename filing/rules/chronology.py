"""The rule about the order of events, as far as records tell it (SOP 3.1, 4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from filing.journal import Act, Batch, mappings
from filing.rules.rule import NO_MASTER, Breach, Outcome

# A bulk may be imported before it is packaged, or after; both come after manufacture.
_STEPS = (
    (("order", "date"), "the order", None),
    (("manufactured_on",), "manufacture", 0),
    (("packaged_on",), "packaging", 1),
    (("imported_on",), "import", 1),
)


def chronology_holds(batch: Batch) -> Iterator[Outcome]:
    """Order, manufacture, packaging and import follow each other, and they, and each document's own date, come
    before the sign-off that relies on them.
    """
    if batch.master is None:
        yield NO_MASTER
    else:
        yield from _steps_in_order(batch.master)
    for delivery in batch.of("documentation"):
        if delivery.signed:
            yield from _dated_before(delivery)


def _steps_in_order(master: Act) -> Iterator[Breach]:
    days = [str(master.value(*pointer) or "") for pointer, _, _ in _STEPS]
    signed = master.last().statement.day if master.signed else ""
    for (pointer, what, after), day in zip(_STEPS, days, strict=True):
        if after is not None and day and day < days[after]:
            yield Breach(
                master.record,
                pointer,
                f"{what} on {day} is before {_STEPS[after][1]} on {days[after]}",
                "Correct the date that is wrong.",
            )
        if signed and day > signed:
            yield Breach(
                master.record,
                pointer,
                f"{what} on {day} is after the batch master was signed, on {signed}",
                "Sign the batch master once all it states has happened.",
            )


def _dated_before(delivery: Act) -> Iterator[Breach]:
    provided = delivery.last().statement.day
    for index, line in enumerate(mappings(delivery.value("documents"))):
        if str(line["date"]) > provided:
            yield Breach(
                delivery.record,
                ("documents", index, "date"),
                f"{line['number']} is dated {line['date']}, after it was provided on {provided}",
                "Correct the document's date, or deliver the document once it exists.",
            )
