"""The rule about the QP's decisions as the register of the authorisation has them (SOP 2.2; Reg. 2017/1569 Art. 12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import CERTIFYING, Act, mappings
from filing.journal import Batch, Journal
from filing.rules.certificates import certificate_code, is_called
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import in_words

_MAY_FOLLOW: Mapping[str, tuple[str, ...]] = {
    "": ("certified", "rejected"),
    "certified": ("certified", "rejected", "suspended"),
    "reinstated": ("certified", "rejected", "suspended"),
    "suspended": ("reinstated", "rejected"),
    "rejected": (),
}
"""What the QP may decide after a decision; "" stands for none."""


def decisions_in_register(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """Each decision of the QP has its own number in the register of its authorisation, follows sensibly from the one
    before, and leaves at most one certificate of a batch in force for the same trials.

    After a certification the QP may suspend or reject, or certify anew and say which certificate that replaces; after a
    suspension reinstate or reject; after a rejection nothing. A correction keeps the decision it corrects.
    """
    owners = _owners(journal)
    for batch in journal.batches.values():
        if batch.decisions:
            yield (*_numbers_taken(batch, owners), *_in_sensible_order(batch))
        else:
            yield (NotApplicable("there is no decision of a QP"),)


def _owners(journal: Journal) -> Mapping[tuple[object, object], str]:
    """Authorisation and register number -> the decision that had it first; those taken back keep theirs."""
    owners: dict[tuple[object, object], str] = {}
    acts = [act for batch in journal.batches.values() for act in batch.all_acts if act.form.id == "certification"]
    for act in sorted(acts, key=lambda act: (not act.signed, act.utc, act.path)):
        owners.setdefault((act.value("mia"), act.value("register_number")), act.base)
    return owners


def _numbers_taken(batch: Batch, owners: Mapping[tuple[object, object], str]) -> Iterator[Breach]:
    for act in batch.decisions:
        mia, number = act.value("mia"), act.value("register_number")
        owner = owners[mia, number]
        if owner != act.base:
            yield Breach(
                act.record,
                ("register_number",),
                f"{number} in the register of {mia} is already the number of {owner}",
                "Write the number that this decision has in the manufacturer's register.",
            )


def _in_sensible_order(batch: Batch) -> Iterator[Breach]:
    for index, act in enumerate(batch.decisions):
        former = act.earlier[-1] if act.earlier else act
        if act.value("decision") != former.value("decision"):
            yield _turned(act, former)
            continue
        before = batch.decisions[:index]
        unseen = [other.name for other in before if act.signed and other.as_seen_by(act) is None]
        if unseen:
            yield Breach(
                act.record,
                ("decision",),
                f"the QP signed without {' and '.join(unseen)} having been signed and seen",
                "Have the decisions signed in the order of their numbers.",
            )
        yield from _follows(act, [_as_known(other, act) for other in before if other.name not in unseen])


def _as_known(other: Act, act: Act) -> Act:
    """An earlier decision as the signer of a later one knew it; as it is now, while the later one is not signed."""
    return (act.signed and other.as_seen_by(act)) or other


def _follows(act: Act, before: list[Act]) -> Iterator[Breach]:
    """What a decision says, given those before it."""
    former, decision = str(before[-1].value("decision")) if before else "", str(act.value("decision"))
    if decision not in _MAY_FOLLOW[former]:
        found = f"{_said(act)} as the first decision" if not before else f"{_said(act)} after {_said(before[-1])}"
        yield Breach(
            act.record,
            ("decision",),
            found,
            "Suspend only what is certified, and reinstate only what is suspended; after a rejection nothing follows.",
        )
        return
    replaced = [each.value("supersedes", "certificate") for each in (*before, act)]
    if replaced[-1] is not None and not any(is_called(other, replaced[-1]) for other in before):
        return  # a certificate that there is not is R46's
    for other in before if decision == "certified" else ():
        in_force = other.value("decision") in CERTIFYING and not any(is_called(other, code) for code in replaced)
        if in_force and _trials(other) <= _trials(act):
            yield Breach(
                act.record,
                ("decision",),
                f"{certificate_code(other)} would stay in force for the same trials",
                "Name it under supersedes, with the last day on which it may be cited.",
            )


def _turned(act: Act, former: Act) -> Breach:
    return Breach(
        act.record,
        ("decision",),
        f"the correction decides {_said(act)}, the record it corrects {_said(former)}",
        "Write a new decision with a number of its own, such as certification.02.yaml.",
    )


def _said(act: Act) -> str:
    """A decision in words."""
    return f'"{in_words(act.repository.schemas, act.form.name, ("decision",), act.value("decision"))}"'


def _trials(act: Act) -> frozenset[object]:
    return frozenset(item["eu_ct_number"] for item in mappings(act.value("certificate", "trials")))
