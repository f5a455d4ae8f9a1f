"""Rules about what a certification rests on: the dossier it was judged against, and the expiry (SOP 2.1, 2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import CERTIFYING, Act, mappings
from filing.journal import Batch
from filing.model import Record, Value
from filing.rules.documentation import accepted_documents
from filing.rules.rule import NOT_CERTIFYING, Breach, Outcome, certifying
from filing.rules.wording import in_words, items_of, kind_in_words

_DOSSIER = (
    # kind of document, field of the dossier, what the document says it by
    ("IMPD", "impd_version", "version"),
    ("PSF", "psf_version", "version"),
    ("order", "order", "number"),
)
_NOT_AUTHORISED = ("pending", "refused")


def dossier_as_received(batch: Batch) -> Iterator[Outcome]:
    """The dossier that a certification names is that of the documents the QP accepted, with every modification approved
    by the day of signing.

    An IMPD version that was accepted but is not the one named, or an approved modification that is not named, means
    that the batch may have been judged against the wrong dossier. An approval counts even if it was registered later.
    """
    acts = _being_certified(batch)
    if not acts:
        yield NOT_CERTIFYING
    for act in acts:
        yield from _documents_differ(batch, act)
        for trial in batch.trials(act):
            yield from _modifications_differ(batch, act, _newest(batch, trial))
        yield from _not_approved(batch, act)


def _documents_differ(batch: Batch, act: Act) -> Iterator[Breach]:
    lines = accepted_documents(batch, act)
    for kind, field, told_by in _DOSSIER:
        stated = act.value("dossier", field)
        other = [line for line in lines if line["type"] == kind and line[told_by] != stated]
        for line in other if stated == _registered(batch, act, field) else ():  # what differs from that is R19's
            accepted = f"version {line['version']} of {line['number']}" if told_by == "version" else str(line["number"])
            yield Breach(
                act.record,
                ("dossier", field),
                f"{kind_in_words(batch.repository.schemas, kind)}: the certification names {stated}; the QP received "
                f"and accepted {accepted}",
                "Judge the batch against the document that was accepted, or have the right one delivered.",
            )


def _registered(batch: Batch, act: Act, field: str) -> Value | None:
    """What the batch master and the register of products say of the dossier."""
    if batch.master is None:
        return None
    product = act.register("products", batch.master.value("product"))
    if field == "impd_version":
        return product.data["impd_version"] if product else None
    return batch.master.value("order", "number") if field == "order" else batch.master.value(field)


def _modifications_differ(batch: Batch, act: Act, trial: Record) -> Iterator[Breach]:
    code, named = trial.data["protocol_code"], items_of(act.value("dossier", "modifications"))
    left_out = sorted(
        {str(item["number"]) for _, item in approved_modifications(trial, act.day)} - set(map(str, named))
    )
    if left_out:
        when = f" by {act.day}, the day of signing," if act.signed else ""
        yield Breach(
            act.record,
            ("dossier", "modifications"),
            f"approved for {code}{when} but not named: {', '.join(left_out)}",
            "Judge the batch against the modified dossier, and name each approved modification under modifications.",
        )
    stated, in_force = act.value("dossier", "impd_version"), _impd_versions(trial, act.day)
    if in_force and "" not in in_force and stated not in in_force:
        yield Breach(
            act.record,
            ("dossier", "impd_version"),
            f"the certification names IMPD version {stated}; by the approved modifications of {code} it is "
            f"{' or '.join(sorted(in_force))}",
            "Judge the batch against the IMPD that the approved modifications brought into force.",
        )


def _not_approved(batch: Batch, act: Act) -> Iterator[Breach]:
    """Modifications named that no Member State had approved, by the trials' entries as the QP saw them."""
    approved = {item["number"] for trial in batch.trials(act) for _, item in approved_modifications(trial, act.day)}
    for index, number in enumerate(items_of(act.value("dossier", "modifications"))):
        if number not in approved:
            yield Breach(
                act.record,
                ("dossier", "modifications", index),
                f"by the trial's register entry no Member State had approved {number}",
                "Name approved modifications only, and have each approval registered before signing.",
            )


def approved_modifications(trial: Record, day: str) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Country and modification, for each approved by a day; for "" by any day."""
    for state in mappings(trial.data["member_states"]):
        for item in mappings(state.get("modifications")):
            if not day or str(item["date"]) <= day:
                yield str(state["country"]), item


def _impd_versions(trial: Record, day: str) -> frozenset[str]:
    """The IMPD versions in force in the Member States by their newest modifications; "" where one has none."""
    authorised = (state for state in mappings(trial.data["member_states"]) if state["decision"] not in _NOT_AUTHORISED)
    newest = {str(state["country"]): ("", "") for state in authorised}
    for country, item in approved_modifications(trial, day):
        if "impd_version" in item:
            newest[country] = max(newest.get(country, ("", "")), (str(item["date"]), str(item["impd_version"])))
    return frozenset(version for _, version in newest.values())


def _newest(batch: Batch, trial: Record) -> Record:
    """A trial's entry as it is now: what speaks against a decision counts, seen or not."""
    entries = batch.repository.judgement.states[-1].entries
    same = (entry for entry in entries.values() if entry.data.get("eu_ct_number") == trial.data["eu_ct_number"])
    return next(same, trial)


def not_expired(batch: Batch) -> Iterator[Outcome]:
    """A batch is not certified or reinstated after its expiry, retest or use-by date.

    The date on the certificate is the last day of use; for a label that gives the month only, the month's last day.
    """
    acts = _being_certified(batch)
    if not acts:
        yield NOT_CERTIFYING
    for act in acts:
        last = act.value("certificate", "expiry", "date")
        # Nobody signs before what is signed already: who still writes learns now what would be refused at signing.
        day = act.day or max((other.day for other in batch.acts), default="")
        if last is not None and day > str(last):
            at = "certificate", "expiry", "kind"
            kind = in_words(batch.repository.schemas, act.form.name, at, act.value(*at))
            when = f"the QP signed on {day}" if act.signed else f"the batch's records go on to {day}"
            yield Breach(
                act.record,
                ("certificate", "expiry", "date"),
                f"{kind} {last}; {when}",
                "Correct the date if it is wrong; an expired batch cannot be certified.",
            )


def _being_certified(batch: Batch) -> tuple[Act, ...]:
    """The certification that stands, and later ones that are still being written."""
    standing = certifying(batch)
    drafts = [act for act in batch.decisions if not act.signed and act.value("decision") in CERTIFYING]
    later = [act for act in drafts if standing and act.number > standing.number]
    return (standing, *later) if standing else ()
