"""Rules about the batch certificate: the QP's attestations and items 1 to 11 (Annex 16; content of the certificate)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from filing.act import Act
from filing.journal import Batch
from filing.model import Value
from filing.rules.rule import NO_MASTER, NOT_CERTIFYING, Breach, Outcome, certifying
from filing.rules.wording import NOTHING_TO_SAY, in_words, letters, says_nothing, texts
from filing.validate import schema_at

_ITEMS = {
    "product_names": "1 Name(s) of product",
    "trials": "2 Trial number(s), protocol code",
    "strength": "3 Strength",
    "dosage_form": "4 Dosage form",
    "package": "5 Package size and type",
    "batch_number": "6 Lot or batch number",
    "expiry": "7 Expiry, retest or use-by date",
    "manufacturer": "8 Manufacturer where the certifying QP is located",
    "mia": "9 Manufacturing authorisation number",
    "comments": "10 Comments",
    "additional_information": "11 Additional information",
}
_MAY_BE_NONE = ("comments", "additional_information")
_IN_ANY_ORDER = ("product_names", "trials")
_ADDED = re.compile(r"[,;.] \D+")


def attestations_given(batch: Batch) -> Iterator[Outcome]:
    """A QP who certifies attests in person that the authorisation permits it, that national duties are met, and
    that the register holds the entry.
    """
    act = certifying(batch)
    if act is None:
        yield NOT_CERTIFYING
        return
    attestations = act.value("attestations")
    for name, given in attestations.items() if isinstance(attestations, Mapping) else ():
        if given is not True:
            words = schema_at(batch.repository.schemas, act.form.name, ("attestations", name))["description"]
            yield Breach(
                act.record,
                ("attestations", name),
                f'not attested: "{words}"',
                "Only the QP can set it to true, and only when it is so; otherwise the batch cannot be certified.",
            )


def certificate_complete(batch: Batch) -> Iterator[Outcome]:
    """All items 1 to 11 of the batch certificate are filled in, with words that say something."""
    act = certifying(batch)
    if act is None:
        yield NOT_CERTIFYING
        return
    missing = [name for name in _ITEMS if act.value("certificate", name) is None]
    if missing:
        yield Breach(
            act.record,
            ("certificate",),
            f"missing: {'; '.join(f'item {_ITEMS[name]}' for name in missing)}",
            f"Fill in {', '.join(missing)} under certificate.",
        )
    for pointer, text in texts(act.value("certificate") or "", ("certificate",)):
        optional = pointer[1:2] and pointer[1] in _MAY_BE_NONE
        if pointer[1:] and (says_nothing(text) or (letters(text) in NOTHING_TO_SAY and not optional)):
            yield Breach(
                act.record,
                pointer,
                f'"{text}", which says nothing',
                'Write "None" where there is nothing to say.' if optional else "Write what is so.",
            )


def certificate_as_registered(batch: Batch) -> Iterator[Outcome]:
    """What the certification states equals the batch master and the registers as the QP saw them, so does the storage
    condition of the batch, and no more is certified than was made.

    The label may add to the registered storage condition, such as protection from light, but no other temperature.
    """
    act, master = certifying(batch), batch.master
    if act is None or master is None:
        yield NOT_CERTIFYING if act is None else NO_MASTER
        return
    yield from _items_differ(batch, act, master)
    yield from _dossier_differs(batch, act, master)
    yield from _stored_otherwise(batch, act, master)
    certified, made = act.value("quantity"), master.value("quantity")
    if _unit(certified) != _unit(made) or _amount(certified) > _amount(made):
        yield Breach(
            act.record,
            ("quantity",),
            f"{_amount(certified)} {_unit(certified)} are to be certified; the batch master says "
            f"{_amount(made)} {_unit(made)}",
            "Certify no more than was made, in the same unit.",
        )


def _items_differ(batch: Batch, act: Act, master: Act) -> Iterator[Breach]:
    for name, (expected, source) in expected_items(batch, act, master).items():
        pointer = ("certificate", name)
        stated = act.value(*pointer)
        left_out = stated is None and (name in _ITEMS or act.value("certificate") is None)  # R18 says so
        if left_out or _comparable(name, stated) == _comparable(name, expected):
            continue
        title = schema_at(batch.repository.schemas, act.form.name, pointer)["title"]
        said, meant = (
            "nothing" if value is None else in_words(batch.repository.schemas, act.form.name, pointer, value)
            for value in (stated, expected)
        )
        yield Breach(
            act.record,
            pointer,
            f"{title}: the certificate says {said}; {source} says {meant}",
            "Correct the certificate or, where the source is wrong, revise that first.",
        )


def expected_items(batch: Batch, act: Act, master: Act) -> Mapping[str, tuple[Value | None, str]]:
    """What each item has to say, and where that comes from; what no register says is left to rule R01."""
    expected: dict[str, tuple[Value | None, str]] = {
        name: (master.value(name), "the batch master") for name in ("bulk_batch", "expiry")
    }
    expected["batch_number"] = batch.id, "the batch's folder"
    expected["mia"] = act.value("mia"), "the certification above it"
    trials = batch.trials(act)
    if trials:
        numbers = tuple({name: trial.data[name] for name in ("eu_ct_number", "protocol_code")} for trial in trials)
        expected["trials"] = numbers, "the register of trials"
    product = act.register("products", master.value("product"))
    if product:
        for name in ("strength", "dosage_form", "package"):
            expected[name] = product.data[name], "the register of products"
        expected["product_names"] = product.data["names_in_application"], "the register of products"
    maker = act.register("organisations", master.value("manufacturer"))
    if maker:
        place = {"name": maker.data["name"], "address": maker.data["address"]}
        expected["manufacturer"] = place, "the register of organisations"
    return expected


def expected_dossier(act: Act, master: Act) -> Mapping[str, tuple[Value | None, str]]:
    """The dossier in force, and where each part of it is told."""
    product = act.register("products", master.value("product"))
    return {
        "impd_version": (product.data["impd_version"] if product else None, "the register of products"),
        "psf_version": (master.value("psf_version"), "the batch master"),
        "order": (master.value("order", "number"), "the batch master"),
    }


def _dossier_differs(batch: Batch, act: Act, master: Act) -> Iterator[Breach]:
    for name, (meant, source) in expected_dossier(act, master).items():
        stated = act.value("dossier", name)
        if meant is not None and stated != meant:
            title = schema_at(batch.repository.schemas, act.form.name, ("dossier", name))["title"]
            yield Breach(
                act.record,
                ("dossier", name),
                f"{title}: the certification says {stated}; {source} says {meant}",
                "Judge the batch against the dossier in force, and name that here.",
            )


def _stored_otherwise(batch: Batch, act: Act, master: Act) -> Iterator[Breach]:
    product, stated = act.register("products", master.value("product")), str(master.value("storage"))
    registered = str(product.data["storage"]) if product else stated
    added = stated.removeprefix(registered)
    if not stated.startswith(registered) or (added and not _ADDED.fullmatch(added)):
        yield Breach(
            act.record,
            ("decision",),
            f'the batch master gives "{stated}" as storage condition; the register of products says "{registered}"',
            "Revise the batch master or, where it is the register that is wrong, the product's entry; then certify.",
        )


def _comparable(name: str, value: Value | None) -> object:
    return sorted(map(repr, value)) if name in _IN_ANY_ORDER and isinstance(value, tuple) else value


def _amount(quantity: object) -> int:
    amount = quantity.get("amount") if isinstance(quantity, Mapping) else 0
    return amount if isinstance(amount, int) else 0


def _unit(quantity: object) -> str:
    return str(quantity.get("unit")) if isinstance(quantity, Mapping) else ""
