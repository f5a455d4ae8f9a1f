"""What is known when a batch master or a delivery of documents is written."""

from __future__ import annotations

from collections.abc import Mapping

from filing.act import mappings
from filing.drafting.known.case import Case, Comfort, Tell
from filing.drafting.values import Data, value_in
from filing.model import Pointer, Value
from filing.rules.wording import items_of


def _of_product(name: str) -> Tell:
    def tell(case: Case, data: Data, at: Pointer) -> Value | None:
        product = case.entry("products", data.get("product"))
        return product.data.get(name) if product else None

    return tell


def _manufacturers(case: Case, data: Data, at: Pointer) -> Value | None:
    """Organisations that hold an authorisation."""
    found = case.entries("organisations").items()
    return tuple(name for name, entry in found if mappings(entry.data.get("authorisations")))


def _authorisations(case: Case, data: Data, at: Pointer) -> Value | None:
    """Those of the manufacturer that the applications of the trials name (R08)."""
    maker = case.entry("organisations", data.get("manufacturer"))
    held = [str(item["number"]) for item in mappings(maker.data.get("authorisations"))] if maker else []
    for name in items_of(data.get("trials")):
        trial = case.entry("trials", name)
        held = [number for number in held if trial and number in items_of(trial.data.get("authorisations_named"))]
    return tuple(held)


BATCH = Comfort(
    facts={"psf_version": _of_product("psf_version"), "storage": _of_product("storage")},
    only={"manufacturer": _manufacturers, "mia": _authorisations},
)


def still_required(case: Case, data: Data) -> tuple[str, ...]:
    """The kinds of documents the policies of the trials require and no delivery of the batch holds yet."""
    required: dict[str, None] = {}
    for trial in case.trials:
        policy = case.entry("policies", trial.data.get("policy"))
        required.update((str(kind), None) for kind in items_of(policy.data.get("required_documents") if policy else ()))
    delivered = [
        line
        for act in (case.batch.of("documentation") if case.batch else ())
        for line in mappings(act.value("documents"))
    ]
    there = {line.get("type") for line in (*delivered, *mappings(data.get("documents")))}
    return tuple(kind for kind in required if kind not in there)


def _next_type(case: Case, data: Data, at: Pointer) -> Value | None:
    return next(iter(still_required(case, data)), None)


def _earlier_lines(case: Case) -> list[Mapping[str, Value]]:
    """The documents delivered for batches of the same trials, the newest first."""
    trials = set(items_of(case.of_master("trials")))
    found = []
    for batch in case.journal.batches.values():
        if batch.master and trials & set(items_of(batch.master.value("trials"))):
            found += [act for act in batch.of("documentation") if act.signed]
    found.sort(key=lambda act: act.utc, reverse=True)
    return [line for act in found for line in mappings(act.value("documents"))]


def _number_as_before(case: Case, data: Data, at: Pointer) -> Value | None:
    """The sponsor's documents are the same for every batch of a trial; the batch's own records never are."""
    wanted = value_in(data, (*at[:-1], "type"))
    lines = (line for line in _earlier_lines(case) if line["type"] == wanted and line["source"] == "sponsor")
    return next((line["number"] for line in lines), None)


def _as_before(case: Case, data: Data, at: Pointer) -> Value | None:
    number = value_in(data, (*at[:-1], "number"))
    return next((line.get(str(at[-1])) for line in _earlier_lines(case) if line["number"] == number), None)


DOCUMENTATION = Comfort(
    proposed={
        "documents.*.type": _next_type,
        "documents.*.number": _number_as_before,
        "documents.*.version": _as_before,
        "documents.*.date": _as_before,
        "documents.*.source": _as_before,
    },
)


def _lines_to_answer(case: Case, data: Data, at: Pointer) -> Value | None:
    """Each document of the delivery (R65)."""
    lines = mappings(case.followed.value("documents")) if case.followed else ()
    return tuple({"number": number} for number in dict.fromkeys(str(line["number"]) for line in lines)) or None


def _not_accepted(case: Case, data: Data, at: Pointer) -> bool:
    return value_in(data, (*at[:-1], "result")) not in (None, "accepted")


RECEIPT = Comfort(facts={"documents": _lines_to_answer}, asked={"documents.*.remark": _not_accepted})
