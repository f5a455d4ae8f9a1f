"""What the rules about release, distribution and receipt share: which consignments go to a site, and when each left."""

from __future__ import annotations

from datetime import UTC, datetime

from filing.act import Act
from filing.journal import Batch
from filing.rules.rule import NotApplicable
from filing.rules.wording import in_words

TO_SITE = ("initial", "resupply", "transfer")
"""The movements by which a site gets product to dose patients with."""
NOTHING_SENT = NotApplicable("nothing was released or dispatched")
NOTHING_RECEIVED = NotApplicable("no consignment was dispatched")


def consignments(batch: Batch) -> tuple[Act, ...]:
    """The consignments of a batch, signed or not, in the order in which they left."""
    return tuple(sorted(batch.of("distribution"), key=lambda act: (left(act), act.path)))


def sent_to_sites(batch: Batch) -> tuple[Act, ...]:
    """The consignments by which a site gets product, in the order in which they left."""
    return tuple(act for act in consignments(batch) if act.value("movement") in TO_SITE)


def left(consignment: Act) -> datetime:
    """When a consignment left."""
    return moment(str(consignment.value("dispatched_at")))


def day_left(consignment: Act) -> str:
    """The day on which a consignment left, as written."""
    return str(consignment.value("dispatched_at"))[:10]


def moment(time: str) -> datetime:
    """A time as written in a record. Moments are compared as they are: at the ends of the calendar a conversion to UTC
    would fail."""
    return datetime.fromisoformat(time)


def completed(act: Act) -> datetime:
    """When a signed act was completed."""
    return datetime.strptime(act.utc, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def policy_days(batch: Batch, act: Act, name: str) -> tuple[int, ...]:
    """The days that the policies of the batch's trials allow or demand, as the act's signer saw them."""
    policies = (act.register("policies", trial.data["policy"]) for trial in batch.trials(act))
    given = (policy.data.get(name) for policy in policies if policy)
    return tuple(days for days in given if isinstance(days, int))


def site_name(act: Act, site: object) -> str:
    """A site as people call it, such as site 101."""
    entry = act.register("sites", site)
    return f"site {entry.data['number']}" if entry else str(site)


def amount(act: Act) -> int:
    """How much an act is about."""
    found = act.value("quantity", "amount")
    return found if isinstance(found, int) else 0


def unit(act: Act) -> str:
    """What an act counts."""
    return str(act.value("quantity", "unit"))


def said(act: Act, *pointer: str | int) -> str:
    """What an act says at a place, in printed words."""
    return in_words(act.repository.schemas, act.form.name, pointer, act.value(*pointer))
