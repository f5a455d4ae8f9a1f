"""Rules about the sponsor's regulatory release: what it rests on, who gives it, and that nothing goes to a site without
it (SOP 3.1, 4.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act, mappings
from filing.journal import Batch
from filing.model import Record, Value
from filing.rules.consignments import (
    NOTHING_SENT,
    TO_SITE,
    completed,
    consignments,
    day_left,
    left,
    said,
    site_name,
)
from filing.rules.onward import Step, certifies, taken_back
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import in_words, items_of

_AUTHORISED = ("authorised", "with_conditions", "tacit")
_APPROVED_PLACES = ("depot", "manufacturer")
_ALWAYS_APPLY = ("qp_certificate_verified", "trial_authorised", "ethics_opinion", "no_open_hold_or_recall")
"""The checks that are the release itself: certified, authorised, and nothing known against it."""
_NOT_RELEASED = NotApplicable("nothing was released")


def released_before_dispatch(batch: Batch) -> Iterator[Outcome]:
    """Product goes to a site only under the sponsor's release for that site, in force when it left, which rests on a
    certification of the batch for that trial.

    Certification is not release: the QP answers for the batch, the sponsor for the trial in that country and at that
    site. What is not yet released may only be moved under quarantine, to a depot or a manufacturer.
    """
    sent = consignments(batch)
    if not sent and not batch.of("release"):
        yield NOTHING_SENT
    for release in _released(batch):
        why = _not_certified(batch, release)
        if why:
            remedy = "Release only what is certified: name a certification that is signed and was seen before."
            yield Breach(release.record, ("certification",), why, remedy)
    for consignment in sent:
        if consignment.value("movement") in TO_SITE:
            yield from _not_under_release(batch, consignment)
        elif consignment.value("movement") == "quarantine_shipment":
            yield from _not_to_an_approved_place(consignment)


def _released(batch: Batch) -> tuple[Act, ...]:
    return tuple(release for release in batch.of("release") if release.value("decision") == "released")


def certified_for(batch: Batch, release: Act) -> Act | None:
    """The certification a release names, in the revision that its signer saw."""
    act = batch.named(str(release.value("certification")))
    if act and not release.signed:
        return next((each for each in (act, *reversed(act.earlier)) if each.signed), None)
    return act.as_seen_by(release) if act else None


def _not_certified(batch: Batch, release: Act) -> str:
    """Why the certification a release names is no ground for it; "" where it is. One that does not exist is R01's."""
    name = str(release.value("certification"))
    if any(act.name == name for act in batch.void):
        return f"{name} was taken back"
    act, seen = batch.named(name), certified_for(batch, release)
    if act is None:
        return ""
    if seen is None:
        unseen = f"the release was signed without having seen {name}"
        return unseen if act.signed else f"{name} is not validly signed"
    then = Step(release, completed(release) if release.signed else None)
    if not certifies(seen) and not taken_back(batch, then):  # a batch taken back is R25's
        return f'the decision of {name} is "{said(seen, "decision")}"'
    trial = release.register("trials", release.value("trial"))
    listed = mappings(seen.value("certificate", "trials"))
    if trial and listed and not any(_same_trial(item, trial.data) for item in listed):  # no item 2 at all is R18's
        return f"item 2 of the certificate does not list {trial.data['protocol_code']}"
    return ""


def _same_trial(listed: Mapping[str, Value], trial: Mapping[str, Value]) -> bool:
    """One of the two numbers is enough: that both are right is R19's."""
    return any(listed[name] == trial[name] for name in ("eu_ct_number", "protocol_code"))


def _not_under_release(batch: Batch, consignment: Act) -> Iterator[Breach]:
    name = str(consignment.value("release"))
    release = batch.named(name)
    if release is None and not any(act.name == name for act in batch.void):
        return  # a release that does not exist is R01's
    why = _not_in_force(batch, consignment, release) if release else f"{name} was taken back"
    standing = in_force(release, consignment) if release else None
    if why or standing is None:
        remedy = "Have the release signed before anything leaves; what left without it is a deviation."
        yield Breach(consignment.record, ("release",), why, remedy)
        return
    if consignment.value("site") not in items_of(standing.value("sites")):
        yield Breach(
            consignment.record,
            ("site",),
            f"{site_name(consignment, consignment.value('site'))} is not among the sites of {name}",
            "Name a release for this site; a further site needs a release of its own or a revision.",
        )
    day, first, last = day_left(consignment), str(standing.value("valid_from")), standing.value("valid_until")
    if day < first or (last is not None and day > str(last)):
        window = f"from {first}" + (f" to {last}" if last else "")
        yield Breach(
            consignment.record,
            ("dispatched_at",),
            f"the consignment left on {day}; {name} is valid {window}",
            "Dispatch only while the release is valid; otherwise have it revised first.",
        )


def in_force(release: Act, consignment: Act) -> Act | None:
    """The revision of a release that stood when a consignment left; None while there was none."""
    signed = [act for act in (*release.earlier, release) if act.signed]
    return next((act for act in reversed(signed) if completed(act) <= left(consignment)), None)


def _not_in_force(batch: Batch, consignment: Act, release: Act) -> str:
    """Why a release did not permit the consignment when it left; "" where it did."""
    standing = in_force(release, consignment)
    if standing is None and not release.signed:
        return f"{release.name} is not validly signed"
    if standing is None:
        first = next(act for act in (*release.earlier, release) if act.signed)
        times = f"{first.last().statement.time}, after the consignment left at {consignment.value('dispatched_at')}"
        return f"{release.name} was signed at {times}"
    drafted = [act for act in batch.drafts if act.base == release.base and not consignment.signed]
    for act in (standing, *drafted):
        if act.value("decision") != "released":
            return f'the decision of {release.name} is "{said(act, "decision")}"'
    if consignment.signed and not consignment.saw(standing):
        return f"it was signed without having seen {release.name} as it stood then"
    # What is wrong with the newest revision is said there.
    return _not_certified(batch, standing) if standing.path != release.path else ""


def _not_to_an_approved_place(consignment: Act) -> Iterator[Breach]:
    place = consignment.value("to", "organisation")
    entry = consignment.register("organisations", place)
    remedy = "Name a depot or a manufacturer under to; a site gets nothing that is not released."
    if place is None:
        found = f"a quarantine shipment to {site_name(consignment, consignment.value('site'))}, a trial site"
        yield Breach(consignment.record, ("movement",), found, remedy)
    elif entry and not set(items_of(entry.data["functions"])) & set(_APPROVED_PLACES):
        found = f"a quarantine shipment to {entry.data['name']}, which is neither a depot nor a manufacturer"
        yield Breach(consignment.record, ("to", "organisation"), found, remedy)


def authorised_before_release(batch: Batch) -> Iterator[Outcome]:
    """The sponsor releases for a country only after that Member State authorised the trial and the conditions of its
    decision were fulfilled.

    The authorisation of one Member State does not open another. What was checked has to apply: nobody can release
    with the check of the authorisation marked as not applicable.
    """
    released = _released(batch)
    if not released:
        yield _NOT_RELEASED
    for release in released:
        trial = release.register("trials", release.value("trial"))
        if trial:
            yield from _not_authorised(release, trial)
        for index, check in enumerate(mappings(release.value("checks"))):
            if check["check"] in _ALWAYS_APPLY and check["result"] == "not_applicable":
                yield Breach(
                    release.record,
                    ("checks", index, "result"),
                    f'"{said(release, "checks", index, "check")}" is said not to apply',
                    "Make this check; without it nothing can be released.",
                )


def _not_authorised(release: Act, trial: Record) -> Iterator[Breach]:
    country, code = release.value("country"), trial.data["protocol_code"]
    states = mappings(trial.data["member_states"])
    at = next((number for number, state in enumerate(states) if state["country"] == country), None)
    remedy = "Release only after the decision, once it stands in the trial's register entry."
    if at is None:
        yield Breach(release.record, ("country",), f"{country} is no Member State of {code}", remedy)
        return
    state = states[at]
    decided, day = state.get("decided_on"), _day(release)
    if state["decision"] not in _AUTHORISED:
        words = in_words(release.repository.schemas, trial.form, ("member_states", at, "decision"), state["decision"])
        yield Breach(release.record, ("country",), f'the decision of {country} on {code} is "{words}"', remedy)
    elif decided is None or str(decided) > day:
        found = f"the decision of {country} on {code} is of {decided}; {_when(release)}"
        undated = f"the register does not say on which day {country} decided on {code}"
        yield Breach(release.record, ("country",), found if decided else undated, remedy)
    elif state["decision"] == "with_conditions" or "conditions" in state:
        closed = state.get("conditions_closed_on")
        if closed is None or str(closed) > day:
            since = f"were fulfilled on {closed}; {_when(release)}" if closed else "are not yet fulfilled"
            found = f"the conditions of {country} on {code} {since}"
            remedy = "Release once the conditions are fulfilled and that day stands in the trial's register entry."
            yield Breach(release.record, ("country",), found, remedy)


def _day(release: Act) -> str:
    """The day a release was signed; while it is being written the first day it is to be valid."""
    return release.day or str(release.value("valid_from"))


def _when(release: Act) -> str:
    return f"the release {'was signed on' if release.signed else 'is to be valid from'} {_day(release)}"


def released_by_the_sponsor(batch: Batch) -> Iterator[Outcome]:
    """The release is given by a person of the sponsor, or of an organisation to which the sponsor delegated it in
    writing before, and not by the QP who certified the batch unless it was delegated to the QP's organisation.

    Two independent decisions protect the patient: the QP's on the product, the sponsor's on the trial.
    """
    released = _released(batch)
    if not released:
        yield _NOT_RELEASED
    for release in released:
        since = release.value("delegation", "date")
        if since is not None and str(since) > _day(release):
            yield Breach(
                release.record,
                ("delegation", "date"),
                f"{release.value('delegation', 'agreement')} is of {since}; {_when(release)}",
                "Release under an agreement that is in force, or have the sponsor release.",
            )
        if release.signed:
            yield from _not_entitled(batch, release)


def _not_entitled(batch: Batch, release: Act) -> Iterator[Breach]:
    signer = release.last().statement.signer
    person, trial = release.register("people", signer), release.register("trials", release.value("trial"))
    if person is None or trial is None:
        return
    own, delegated = person.data["organisation"], release.value("delegation", "organisation")
    employer = release.register("organisations", own)
    works_for = f"{person.data['name']} works for {employer.data['name'] if employer else own}"
    remedy = "Have a release officer of the sponsor sign, or name the sponsor's agreement under delegation."
    certification = certified_for(batch, release)
    qp = certification.signoff("qp") if certification else None
    if own not in (trial.data["sponsor"], delegated):
        found = f"{works_for}, which is not the sponsor; no delegation names it"
        yield Breach(release.record, ("delegation",), found, remedy)
    elif qp and qp.statement.signer == signer and own != delegated:
        found = f"{person.data['name']} certified the batch as its QP; no delegation names the QP's organisation"
        yield Breach(release.record, ("delegation",), found, remedy)
