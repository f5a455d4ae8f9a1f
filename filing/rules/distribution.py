"""Rules about what is dispatched: to an open site, no more than there is, long enough before its expiry, and labelled
with it (SOP 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from filing.act import Act, mappings
from filing.journal import Batch, Journal
from filing.rules.consignments import (
    NOTHING_SENT,
    TO_SITE,
    amount,
    consignments,
    day_left,
    policy_days,
    said,
    sent_to_sites,
    site_name,
    unit,
)
from filing.rules.onward import certifies
from filing.rules.release import certified_for
from filing.rules.rule import NO_MASTER, Breach, NotApplicable, Outcome
from filing.rules.wording import items_of

_NOTHING_SENT_TO_SITES = NotApplicable("nothing was dispatched to a site")
_NO_PARENTS = NotApplicable("no batch was made from another")
_LAST = "~"
"""Sorts after every time: what is not signed yet comes last."""


def shelf_life_is_left(batch: Batch) -> Iterator[Outcome]:
    """Product that leaves for a site has at least the shelf life left that the trial's policy demands, and none leaves
    after its expiry.

    Patients take the last dose of a kit weeks after it left the depot.
    """
    sent = sent_to_sites(batch)
    if not sent or batch.master is None:
        yield _NOTHING_SENT_TO_SITES if not sent else NO_MASTER
        return
    for consignment in sent:
        expiry, day = str(_expiry(batch.master, consignment).value("expiry", "date")), day_left(consignment)
        days = (date.fromisoformat(expiry) - date.fromisoformat(day)).days
        demanded = max(policy_days(batch, consignment, "minimum_shelf_life_days"), default=0)
        if days < demanded:
            past = f"it left on {day}, after the expiry on {expiry}" if days < 0 else ""
            yield Breach(
                consignment.record,
                ("dispatched_at",),
                past or f"it left on {day}, {days} days before the expiry on {expiry}; the policy demands {demanded}",
                "Keep the batch; only an extended shelf life that the QP certified permits another dispatch.",
            )


def _expiry(master: Act, consignment: Act) -> Act:
    """The batch master as it tells the expiry to who dispatches: what was seen, or the one in force."""
    return master.as_seen_by(consignment) or master


def label_states_expiry(batch: Batch) -> Iterator[Outcome]:
    """The expiry, retest or use-by date on the labels dispatched is the batch's current one.

    After an extension, stock with the earlier date may go as long as the earlier certificate may still be cited.
    """
    sent = sent_to_sites(batch)
    if not sent or batch.master is None:
        yield _NOTHING_SENT_TO_SITES if not sent else NO_MASTER
        return
    for consignment in sent:
        master = _expiry(batch.master, consignment)
        current, label = master.value("expiry"), consignment.value("expiry_on_label")
        if label != current and not _superseded(batch, consignment, master):
            on_label = _date(consignment, "expiry_on_label")
            yield Breach(
                consignment.record,
                ("expiry_on_label",),
                f"the label says {on_label}; the batch master says {_date(master, 'expiry')}",
                "Dispatch only what is labelled with the current date; correct the record if the label is right.",
            )


def _date(act: Act, name: str) -> str:
    return f"{said(act, name, 'kind').lower()} {act.value(name, 'date')}"


def _superseded(batch: Batch, consignment: Act, master: Act) -> bool:
    """Whether the label has the earlier date of a certificate that a dispatch may still cite on that day."""
    release = batch.named(str(consignment.value("release")))
    certification = certified_for(batch, release) if release else None
    until = max((str(act.value("supersedes", "effective_until") or "") for act in batch.decisions), default="")
    return (
        certification is not None
        and certification.value("certificate", "expiry") == consignment.value("expiry_on_label")
        and str(consignment.value("expiry_on_label", "date")) <= str(master.value("expiry", "date"))
        and day_left(consignment) <= until
    )


def site_is_open(batch: Batch) -> Iterator[Outcome]:
    """A site gets product from the day of its activation to the day it is closed, and belongs to the trial and the
    country it is released for.
    """
    sent, releases = consignments(batch), batch.of("release")
    if not sent and not releases:
        yield NOTHING_SENT
    for release in releases:
        yield from _not_in_scope(release)
    for consignment in sent:
        site = consignment.register("sites", consignment.value("site"))
        if site is None:
            continue
        name, day = site_name(consignment, consignment.value("site")), day_left(consignment)
        if consignment.value("country") != site.data["country"]:
            found = f"{consignment.value('country')}, while {name} is in {site.data['country']}"
            yield Breach(consignment.record, ("country",), found, "Write the country of the site.")
        opened, closed = str(site.data["activated_on"]), site.data.get("closed_on")
        if consignment.value("movement") in TO_SITE and (day < opened or (closed and day > str(closed))):
            when = f"was activated on {opened}" if day < opened else f"was closed on {closed}"
            found = f"the consignment left on {day}; {name} {when}"
            yield Breach(consignment.record, ("dispatched_at",), found, "Dispatch only to a site that is open.")


def _not_in_scope(release: Act) -> Iterator[Breach]:
    for index, entry in enumerate(items_of(release.value("sites"))):
        site = release.register("sites", entry)
        for field, what in (("trial", "belongs to"), ("country", "is in")):
            if site and site.data[field] != release.value(field):
                yield Breach(
                    release.record,
                    ("sites", index),
                    f"{site_name(release, entry)} {what} {site.data[field]}; the release is for {release.value(field)}",
                    "Release for each trial and each country in a record of its own.",
                )


def quantities_add_up(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """No more is dispatched than was certified and released, what came back taken off, and no more of a parent batch
    is used than there was.

    What is counted twice or lost here is product that nobody can account for.
    """
    for batch in journal.batches.values():
        yield tuple(_dispatched(batch))
    yield tuple(_used(journal)) or (_NO_PARENTS,)


def _dispatched(batch: Batch) -> Iterator[Outcome]:
    sent, master = consignments(batch), batch.master
    if master is None or not (sent or batch.of("release")):
        yield NO_MASTER if sent else NOTHING_SENT
        return
    for act in (*batch.of("release"), *sent):
        if unit(act) != unit(master):
            found = f"{amount(act)} {unit(act)}; the batch master counts {unit(master)}"
            yield Breach(act.record, ("quantity", "unit"), found, "Count in the unit of the batch master.")
    for release in batch.of("release"):
        certified = _certified(batch, release)
        if certified is not None and release.value("decision") == "released" and amount(release) > certified:
            yield Breach(
                release.record,
                ("quantity",),
                f"{amount(release)} {unit(release)} are released; {certified} are certified",
                "Release no more than was certified.",
            )
    yield from _too_much(batch, sent)


def _certified(batch: Batch, release: Act) -> int | None:
    """How much is certified for a release; None where it rests on nothing that certifies, which R29 says."""
    certification = certified_for(batch, release)
    return amount(certification) if certification and certifies(certification) else None


def _too_much(batch: Batch, sent: tuple[Act, ...]) -> Iterator[Breach]:
    """The consignments with which more was dispatched than released or certified, in the order in which they left."""
    out, under = 0, dict[str, int]()
    for consignment in sent:
        movement, name = consignment.value("movement"), str(consignment.value("release"))
        if movement == "return" and consignment.signed:  # what came back is evidence for, and counts only if signed
            out -= amount(consignment)
        release = batch.named(name)
        if movement not in TO_SITE or release is None:
            continue
        seen = release.as_seen_by(consignment) or release
        certified = _certified(batch, release)
        own = consignment.value("transfer", "from_site") in items_of(seen.value("sites"))
        under[name] = under.get(name, 0) + (0 if own else amount(consignment))
        out += amount(consignment) if movement != "transfer" else 0
        limits = [(under[name], amount(seen), f"under {name}, which is for {amount(seen)}")]
        if certified is not None:
            limits.append((out, certified, f"in all, while {certified} are certified"))
        for total, limit, why in limits:
            if total > limit:
                found = f"with this consignment {total} {unit(consignment)} are dispatched {why}"
                remedy = "Correct the quantity that is wrong; if more was sent than permitted, report a deviation."
                yield Breach(consignment.record, ("quantity",), found, remedy)


def _used(journal: Journal) -> Iterator[Outcome]:
    """The batches with which more of a parent was used than there was, in the order in which they were documented."""
    used: dict[str, int] = {}
    masters = [batch.master for batch in journal.batches.values() if batch.master]
    for master in sorted(masters, key=lambda act: (act.utc or _LAST, act.path)):
        for index, item in enumerate(mappings(master.value("parents"))):
            name = str(item["batch"])
            parent = journal.batches.get(name)
            if parent and parent.master:  # a batch that does not exist is R01's, one without a batch master R02's
                yield from _taken(master, index, name, parent.master, used)


def _taken(master: Act, index: int, name: str, parent: Act, used: dict[str, int]) -> Iterator[Breach]:
    taken, counted = (master.value("parents", index, "quantity", word) for word in ("amount", "unit"))
    used[name] = used.get(name, 0) + (taken if isinstance(taken, int) else 0)
    if counted != unit(parent):
        found = f"{taken} {counted} of {name}, which is counted in {unit(parent)}"
        remedy = "Count what was used in the unit of the parent batch."
        yield Breach(master.record, ("parents", index, "quantity", "unit"), found, remedy)
    elif used[name] > amount(parent):
        found = f"with this batch {used[name]} {unit(parent)} of {name} are used, which had {amount(parent)}"
        remedy = "Correct the quantity that is wrong, here or in another batch made from the same parent."
        yield Breach(master.record, ("parents", index, "quantity"), found, remedy)
