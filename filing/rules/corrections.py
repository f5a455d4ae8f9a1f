"""The rule about corrections and voids: that each names what it changes, and that nobody goes on relying on what was
changed (EU GMP Chapter 4; 21 CFR 11.70)."""

from __future__ import annotations

from collections.abc import Iterator

from filing.act import CERTIFYING, Act
from filing.forms import corrected
from filing.journal import Batch, Folder
from filing.model import Severity
from filing.relations import DEVIATIONS
from filing.rules.consignments import sent_to_sites
from filing.rules.handoff import Recipient, called, overdue, recipient_of
from filing.rules.rule import Breach, NotApplicable, Outcome, certifying
from filing.rules.wording import in_words

_IN_THE_PATH = ("deviation", "batch")
"""What the file's name says of an act, too, and no correction can change."""
_TYPO = "typo"


def corrections_followed(folder: Folder) -> Iterator[Outcome]:
    """A correction or void names exactly the record it changes, the QP confirms a certification that relied on that
    record, and whoever was told of a decision is told of the one that replaces it.

    The earlier record stays, with its sign-offs, so that everybody can see what was relied on. A certification that saw
    the earlier record waits for the QP: a corrected certification, a later decision, or a justification. A typing error
    is only a warning.
    """
    voids = tuple(_voids(folder))
    corrections = [act for act in folder.all_acts if act.revision or act.value("corrects") is not None]
    replaced = list(_decision_replaced(folder)) if isinstance(folder, Batch) else []
    unseen = list(_certified_before(folder)) if isinstance(folder, Batch) else []
    if not (voids or corrections or replaced or unseen):
        yield NotApplicable("nothing was corrected or taken back")
    for act in corrections:
        yield from _names_what_it_corrects(act)
    for void, taken in voids:
        yield from _names_what_it_takes_back(void, taken)
    yield from unseen
    yield from replaced


def _voids(folder: Folder) -> Iterator[tuple[Act, Act | None]]:
    """Each void with the act it takes back; those that nobody has signed where drafts are judged."""
    for act in folder.void:
        if act.voided_by:
            yield act.voided_by, act
    for void in folder.drafts if folder.journal.drafts else ():
        if void.form.voids:
            yield void, next((act for act in folder.acts if act.base == void.base), None)


def _names_what_it_corrects(act: Act) -> Iterator[Breach]:
    previous = corrected(act.path)
    if previous is None:
        yield Breach(
            act.record,
            ("corrects",),
            "this is the first record of the act, and no correction of one",
            f"Call a correction {act.name}.r1.yaml, or take the lines about a correction out.",
        )
        return
    name = previous.rpartition("/")[2]
    if previous not in act.repository.files:
        yield Breach(
            act.record,
            (),
            f"{name} is missing",
            "Number corrections in turn: r1 corrects the first record, r2 corrects r1.",
        )
        return
    record = act.repository.records.get(previous)
    if record and act.value("corrects") != record.sha256:
        stated = act.value("corrects")
        yield Breach(
            act.record,
            ("corrects",),
            f"{name} has the SHA-256 {record.sha256}; "
            + (f"named is {stated}" if stated else "the record does not say what it corrects"),
            f"Write the SHA-256 of {name} under corrects, with the kind of reason and the reason.",
        )
    if not act.repository.judgement.acts.get(previous):
        yield Breach(
            act.record,
            ("corrects",),
            f"{name} is not validly signed",
            f"What nobody signed needs no correction: change {name} itself.",
        )
    # In a batch's own folder rule R02 says so.
    for fact in _IN_THE_PATH if record and act.path.startswith(DEVIATIONS) else ():
        if record and act.value(fact) != record.data.get(fact):
            yield Breach(
                act.record,
                (fact,),
                f"{act.value(fact)}, while {name} is about {record.data.get(fact)}",
                "A correction is about the same thing; for another one write a record of its own.",
            )


def _names_what_it_takes_back(void: Act, act: Act | None) -> Iterator[Breach]:
    signed = [each for each in (*act.earlier, act) if each.signed] if act else []
    if not signed:
        yield Breach(
            void.record,
            ("voids",),
            f"there is no validly signed {void.name} to take back",
            "Delete the void; what nobody signed can be changed or deleted.",
        )
    elif void.value("voids") != signed[-1].record.sha256:
        in_force, digest = signed[-1].path.rpartition("/")[2], signed[-1].record.sha256
        yield Breach(
            void.record,
            ("voids",),
            f"{in_force}, which is in force, has the SHA-256 {digest}; named is {void.value('voids')}",
            f"Write the SHA-256 of {in_force} under voids.",
        )


def _certified_before(batch: Batch) -> Iterator[Breach]:
    """What a certification relied on that was corrected or taken back without the QP having seen it."""
    certification = certifying(batch)
    if certification is None or not certification.signed:
        return
    relatives = (batch.journal.batches[name] for name in sorted(batch.family) if name in batch.journal.batches)
    for folder in (*relatives, *batch.deviations):
        for act in (*folder.acts, *folder.void):
            seen = act.as_seen_by(certification) if act.base != certification.base else None
            if seen and act.revision > seen.revision:
                yield _correction_unseen(batch, act, seen)
        for void, taken in _voids(folder):
            relied = taken if taken and taken.base != certification.base else None
            if relied and relied.as_seen_by(certification) and not certification.saw(void):
                yield _unseen(batch, void, "voids", f"{relied.path}, and not that it was taken back", "hold")


def _correction_unseen(batch: Batch, act: Act, seen: Act) -> Breach:
    kinds = [each.value("reason_class") for each in (*act.earlier, act) if each.revision > seen.revision]
    said = in_words(batch.repository.schemas, act.form.name, ("reason_class",), act.value("reason_class")).lower()
    severity: Severity = "warning" if all(kind == _TYPO for kind in kinds) else "hold"
    what = f"{seen.path}, and not this correction of it ({said})"
    return _unseen(batch, act, "corrects", what, severity)


def _unseen(batch: Batch, act: Act, field: str, what: str, severity: Severity) -> Breach:
    return Breach(
        act.record,
        (field,),
        f"the certification of {batch.id} saw {what}",
        "Have the QP sign a correction of the certification that has seen it, or justify why the certification stands.",
        severity,
    )


def _decision_replaced(batch: Batch) -> Iterator[Breach]:
    """Recipients of an earlier decision, or of an earlier revision of it, who were not told of the one in force."""
    decision = batch.certification
    if decision is None or not decision.signed:
        return
    told: dict[Recipient, bool] = {}
    for act in batch.of("handoff"):
        for each in (*act.earlier, act):
            if each.signed:
                told[recipient_of(each)] = told.get(recipient_of(each), False) or each.saw(decision)
    # Who holds product that the QP took back has to know at once.
    taken_back = decision.value("decision") not in CERTIFYING and any(each.signed for each in sent_to_sites(batch))
    severity: Severity = "error" if taken_back or overdue(batch, decision) else "warning"
    for recipient in sorted(recipient for recipient, informed in told.items() if not informed):
        which = f"{decision.name}, revision {decision.revision}" if decision.revision else decision.name
        yield Breach(
            decision.record,
            ("corrects",) if decision.revision else ("decision",),
            f"{called(decision, recipient.organisation)} was told of an earlier decision, and not yet of {which}",
            "Notify everybody who was told of the earlier decision, each by a handoff of its own.",
            severity,
        )
