"""The rule about the manufacturing authorisation a batch is certified under (SOP 2.2; CTR Art. 61)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act, mappings
from filing.journal import Batch
from filing.model import Value
from filing.rules.rule import NO_MASTER, NOT_CERTIFYING, Breach, Outcome, certifying
from filing.rules.wording import items_of


def authorisation_covers(batch: Batch) -> Iterator[Outcome]:
    """The manufacturing authorisation is valid on the day of signing, covers certification and the dosage form,
    and is named in the trial's application.
    """
    act = certifying(batch)
    if act is None or batch.master is None:
        yield NOT_CERTIFYING if act is None else NO_MASTER
        return
    mia = act.value("mia")
    if batch.master.value("mia") != mia:
        yield Breach(
            act.record,
            ("mia",),
            f"{mia}, while the batch master says {batch.master.value('mia')}",
            "Certify under the authorisation of the batch master.",
        )
    maker = act.register("organisations", batch.master.value("manufacturer"))
    if maker:
        held = [item for item in mappings(maker.data.get("authorisations")) if item["number"] == mia]
        found = [_against(batch, act, authorisation) for authorisation in held]
        if not held:
            found = [f"{maker.data['name']}, the manufacturer, does not hold {mia}"]
        if all(found):
            yield Breach(
                act.record,
                ("mia",),
                found[-1],
                "Certify under an authorisation that covers the batch. If the register of organisations is out "
                "of date, have it revised first.",
            )
    for trial in batch.trials(act):
        if mia not in items_of(trial.data.get("authorisations_named")):
            yield Breach(
                act.record,
                ("mia",),
                f"the application of {trial.data['protocol_code']} does not name {mia}",
                "Certify under an authorisation named in the trial's application.",
            )


def _against(batch: Batch, act: Act, authorisation: Mapping[str, Value]) -> str:
    """Why an authorisation does not cover the certification; "" where it does."""
    number = authorisation["number"]
    if "certification" not in items_of(authorisation["activities"]):
        return f"{number} does not cover batch certification"
    product = act.register("products", batch.master.value("product")) if batch.master else None
    if product and product.data["dosage_form"] not in items_of(authorisation["dosage_forms"]):
        return f"{number} does not cover the dosage form {product.data['dosage_form']}"
    first, last = str(authorisation["valid_from"]), str(authorisation.get("valid_until", "9999-12-31"))
    if act.signed:
        day = act.last().statement.day
        if day < first:
            return f"{number} is valid from {first}; the QP signed on {day}"
        return f"{number} was valid until {last}; the QP signed on {day}" if day > last else ""
    # Who still writes learns now what would be refused at signing: nobody signs before what is signed already.
    day = max((other.last().statement.day for other in batch.acts if other.signed), default="")
    return f"{number} was valid until {last}; the batch's records go on to {day}" if day > last else ""
