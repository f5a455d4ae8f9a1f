"""Rules about what follows from a deviation: the serious breach, its CAPAs, and its closure (SOP 5.2; CTR Art. 52).

What is evidence for a closure counts only if it is signed and the closer saw it. Whether a CAPA is a good one is for QA
to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from filing.act import Act
from filing.journal import Batch, Deviation, Journal
from filing.model import Severity
from filing.rules.consignments import moment, said
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import items_of

_DAYS_TO_NOTIFY = 7
_BREACH = "serious_breach"
_NOTHING_TO_MEND = NotApplicable("there is no GMP deviation and no rejected batch")


def serious_breach_assessed(deviation: Deviation) -> Iterator[Outcome]:
    """A critical deviation is assessed for being a serious breach, no deviation is closed while that is undecided, and
    a serious breach is notified within 7 days after the sponsor became aware of it, at its detection at the earliest.

    While the deviation is open, what is still to be decided or notified is a warning, until a record of the deviation
    is signed after the last day for notifying.
    """
    report, closure = deviation.report, deviation.one("deviation.closure")
    investigation = deviation.one("deviation.investigation")
    severity: Severity = "error" if closure else "warning"
    if investigation is None:
        if report is None or report.value("classification") != "critical":
            yield NotApplicable("no critical deviation and no investigation is recorded")
        else:
            place = (closure.record, ("closed_reason",)) if closure else (report.record, ("classification",))
            found = f"{deviation.id} is critical, and it is not recorded whether it is a serious breach"
            yield Breach(*place, found, "Record the investigation with the assessment of the breach.", severity)
        return
    if closure and not investigation.signed:
        found = "the investigation with the assessment of the breach is not validly signed"
        yield Breach(closure.record, ("closed_reason",), found, "Have the investigation signed, then close.")
    aware = str(investigation.value(_BREACH, "aware_at"))
    detected = str(report.value("detected_at")) if report else aware
    if moment(aware) < moment(detected):
        found = f"the sponsor is said to be aware of it since {aware}, before it was detected at {detected}"
        yield Breach(investigation.record, (_BREACH, "aware_at"), found, "Correct the time that is wrong.")
    assessment = investigation.value(_BREACH, "assessment")
    if assessment == "pending":
        found = "it is still to be decided whether the deviation is a serious breach"
        remedy = "Record the decision, in a revision of the investigation where it is signed."
        yield Breach(investigation.record, (_BREACH, "assessment"), found, remedy, severity)
    elif assessment == "serious":
        yield from _not_notified(deviation, investigation, severity)


def _not_notified(deviation: Deviation, investigation: Act, severity: Severity) -> Iterator[Breach]:
    aware = moment(str(investigation.value(_BREACH, "aware_at")))
    told = investigation.value(_BREACH, "notified_at")
    last = _after(aware.date(), _DAYS_TO_NOTIFY)
    known = max((act.day for act in deviation.acts), default="")
    if told is None:
        found = f"the sponsor is aware of the serious breach since {aware.date()}; no notification is recorded"
        remedy = f"Notify the Member States by {last}, and record when."
        late: Severity = "error" if known > last else severity
        yield Breach(investigation.record, (_BREACH,), found, remedy, late)
        return
    notified = moment(str(told))
    # In the sponsor's own offset, since the days are counted where the sponsor became aware.
    day = notified.astimezone(aware.tzinfo).date().isoformat()
    if day > last or notified < aware:
        known_at = investigation.value(_BREACH, "aware_at")
        when = f"the last day was {last}" if day > last else f"the sponsor became aware only at {known_at}"
        found = f"the serious breach was notified at {told}; {when}"
        remedy = (
            "Correct the time if it is wrong; a late notification is a deviation of its own, to be reported as such."
        )
        yield Breach(investigation.record, (_BREACH, "notified_at"), found, remedy)


def _after(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def closed_after_its_capas(deviation: Deviation) -> Iterator[Outcome]:
    """A CAPA is due and done no earlier than the deviation was found and checked by somebody other than its owner, and
    a deviation is closed by QA who owns none of its CAPAs and saw that each works, and every disposition of the QP.

    A CAPA that is checked and does not work keeps the deviation open: after further action it is checked again, in a
    revision, or taken back by a void and replaced by another.
    """
    planned = [act for act in deviation.of("capa") if act.value("decision") == "planned"]
    closure = deviation.one("deviation.closure")
    if not planned and closure is None:
        yield NotApplicable("no CAPA is planned, and no deviation is closed")
    found_on = str(deviation.report.value("detected_at"))[:10] if deviation.report else ""
    for capa in planned:
        check = deviation.answer(capa, "capa.effectiveness")
        for act, field, what in ((capa, "due", "due"), (check, "done_on", "done")):
            if act and str(act.value(field)) < found_on:
                found = f"{what} on {act.value(field)}, before the deviation was found on {found_on}"
                yield Breach(act.record, (field,), found, "Correct the date that is wrong.")
        if check and check.signed and check.last().statement.signer == capa.value("owner"):
            found = f"{_name(check, capa.value('owner'))} checked {capa.name} and is its owner"
            yield Breach(check.record, ("result",), found, "Have somebody else check whether the CAPA works.")
        if closure:
            yield from _not_shown_to_work(closure, capa, check)
    if closure:
        yield from _dispositions_unseen(deviation, closure)
        owned = [capa.name for capa in planned if closure.signed and capa.value("owner") == _signer(closure)]
        if owned:
            found = f"{_name(closure, _signer(closure))} closed the deviation and owns {' and '.join(owned)}"
            yield Breach(
                closure.record, ("capas",), found, "Have the deviation closed by somebody of QA who owns no CAPA."
            )


def _not_shown_to_work(closure: Act, capa: Act, check: Act | None) -> Iterator[Breach]:
    """Why a CAPA stands against a closure."""
    if not capa.signed:
        why = f"{capa.name} is not validly signed"
    elif check is None or not check.signed:
        why = f"{capa.name} has no check of its effect" + (" that is validly signed" if check else "")
    elif check.value("result") != "effective":
        why = f'the check of {capa.name} says "{said(check, "result")}"'
    elif not (_relied_on(closure, "capas", capa) and _relied_on(closure, "capas", check)):
        why = f"{capa.name} and the check of its effect are not both {_how(closure, 'capas')}"
    else:
        return
    remedy = "Close the deviation once each CAPA is signed, checked and works, and name them all with their checks."
    yield Breach(closure.record, ("capas",), why, remedy)


def _dispositions_unseen(deviation: Deviation, closure: Act) -> Iterator[Breach]:
    remedy = "Close the deviation once the QP has decided on each batch, and name all dispositions."
    for batch in sorted(deviation.batches):
        if deviation.needs_disposition and deviation.disposition(batch) is None:
            found = f"there is no disposition of {batch} that is validly signed by a QP"
            yield Breach(closure.record, ("dispositions",), found, remedy)
    for act in deviation.of("disposition"):
        if act.signed and not _relied_on(closure, "dispositions", act):
            found = f"{act.name} is not {_how(closure, 'dispositions')}"
            yield Breach(closure.record, ("dispositions",), found, remedy)


def _relied_on(closure: Act, field: str, act: Act) -> bool:
    """Whether the closer saw an act; while nobody has closed, whether it is named."""
    if closure.signed:
        return act.as_seen_by(closure) is not None
    return act.name in items_of(closure.value(field))


def _how(closure: Act, field: str) -> str:
    return "among what was seen when the deviation was closed" if closure.signed else f"named under {field}"


def closed_in_a_day(deviation: Deviation) -> Iterator[Outcome]:
    """A deviation with a CAPA is not reported and closed on the same date.

    A cause that is found, acted on and shown to be gone within a day is rare; records written afterwards look like it.
    """
    closure, report = deviation.one("deviation.closure"), deviation.report
    planned = [act for act in deviation.of("capa") if act.value("decision") == "planned"]
    if closure is None or report is None or not planned:
        yield NotApplicable("no deviation with a CAPA is closed")
        return
    first = (*report.earlier, report)[0]
    # A closure that is being written can at best be signed on the newest day there is.
    last = closure.day or max(act.day for act in deviation.acts)
    if first.signed and last == first.day:
        found = f"{deviation.id} was reported on {first.day} and is closed on the same date, with {planned[0].name}"
        remedy = "See that each record was signed when it says. If the dates are right, say in the closure why."
        yield Breach(closure.record, ("closed_reason",), found, remedy)


def capas_decided(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """Each GMP deviation and each rejected batch has a CAPA with its owner and due date, or a decision signed by QA
    that none is needed.

    While a deviation is open and the QP has decided nothing since it was reported, a missing CAPA is a warning; so it
    is for a rejection that is not signed, because nothing may keep the QP from rejecting.
    """
    for deviation in journal.deviations.values():
        yield tuple(_without_capa(deviation))
    for batch in journal.batches.values():
        yield tuple(_rejected_without_capa(batch))


def _without_capa(deviation: Deviation) -> Iterator[Outcome]:
    report, closure = deviation.report, deviation.one("deviation.closure")
    if report is None or not _of_gmp(deviation):
        yield _NOTHING_TO_MEND
    elif not _capa_decided(deviation):
        drafted = " that is validly signed" if deviation.of("capa") else ""
        place = (closure.record, ("capas",)) if closure else (report.record, ("category",))
        found = f"{deviation.id} has no CAPA{drafted}, and no decision by QA that none is needed"
        remedy = "Record a CAPA with its owner and due date, or why none is needed, and have QA sign it."
        due = closure is not None or _decided_since(deviation, report)
        yield Breach(*place, found, remedy, "error" if due else "warning")


def _rejected_without_capa(batch: Batch) -> Iterator[Outcome]:
    rejections = [act for act in batch.decisions if act.value("decision") == "rejected"]
    if not rejections:
        yield _NOTHING_TO_MEND
    # What a GMP deviation lacks is said of the deviation.
    settled = any(_capa_decided(deviation) or _of_gmp(deviation) for deviation in batch.deviations)
    for rejection in rejections if not settled else ():
        yield Breach(
            rejection.record,
            ("rejection_reason",),
            "no deviation with a CAPA, or with QA's decision that none is needed, is recorded for the rejected batch",
            "Report the deviation behind the rejection, and record its CAPA or why none is needed.",
            "error" if rejection.signed else "warning",
        )


def _of_gmp(deviation: Deviation) -> bool:
    return deviation.report is not None and str(deviation.report.value("category")).startswith("GMP_")


def _capa_decided(deviation: Deviation) -> bool:
    return any(act.signed for act in deviation.of("capa"))


def _decided_since(deviation: Deviation, report: Act) -> bool:
    """Whether the QP has signed a decision on one of its batches since it was reported."""
    first = (*report.earlier, report)[0]
    batches = (deviation.journal.batches.get(name) for name in sorted(deviation.batches))
    decisions = (act for batch in batches if batch for act in batch.decisions if act.signed)
    return any(first.signed and act.utc > first.utc for act in decisions)


def _signer(act: Act) -> str:
    return act.last().statement.signer


def _name(act: Act, person: object) -> str:
    entry = act.register("people", person)
    return str(entry.data["name"]) if entry else str(person)
