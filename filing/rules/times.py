"""Rules about times: what a record tells of has happened, was written down at once, and under an SOP in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from filing.act import Act
from filing.journal import Batch, Deviation, Folder, Journal
from filing.model import Pointer, Record
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import texts
from filing.signoffs import utc_text
from filing.validate import schema_at

_RECORDED = {
    "handoff": "sent_at",
    "distribution": "dispatched_at",
    "distribution.receipt": "received_at",
    "deviation.report": "detected_at",
    "filing.archive": "archived_on",
}
"""The event that each kind of record is written down about: from it the days for recording run."""
_FARTHEST_EAST = timedelta(hours=14)
"""Where a calendar day begins first, so that nobody's today is taken for tomorrow."""
_WEEKDAYS = 5


def times_possible(folder: Folder) -> Iterator[Outcome]:
    """A sign-off is not made before what its record says has happened, and no record tells of what is still to come.

    A receipt signed at 09:00 cannot attest a delivery at 16:00. The days of manufacture and the dates of delivered
    documents are judged with the order of events (R11), dates in the registers with what relies on them.
    """
    for act in folder.acts:
        for pointer, text in _events(act):
            yield from _too_late(act, pointer, text, folder.journal.as_of)
        began = act.value("occurred_from")
        for field, what in (("occurred_to", "ended"), ("detected_at", "was detected")):
            time = act.value(field)
            if began and time and _utc(str(time)) < _utc(str(began)):
                found = f"it {what} at {time}, before it began at {began}"
                yield Breach(act.record, (field,), found, "Correct the time that is wrong.")


def _events(act: Act) -> Iterator[tuple[Pointer, str]]:
    """When something happened: every time of day, and the days that forms call ..._on."""
    for pointer, text in texts(act.record.data, ()):
        kind = schema_at(act.repository.schemas, act.form.name, pointer).get("format")
        if kind == "date-time" or (kind == "date" and str(pointer[-1]).endswith("_on")):
            yield pointer, text


def _too_late(act: Act, pointer: Pointer, text: str, now: str) -> Iterator[Breach]:
    """A sign-off is itself not after now (court of sign-offs), so that only a draft is held against the clock."""
    if not act.signed:
        if now and _after(text, now, _latest_day(now)):
            yield Breach(act.record, pointer, f"{text} is still to come", "Write down what happened once it has.")
        return
    first = min(act.signoffs, key=lambda signoff: signoff.statement.utc).statement
    if act.form.id != "batch" and _after(text, first.utc, first.day):  # the batch master's days are R11's
        found = f"{text} is after the sign-off that attests it, of {first.time}"
        yield Breach(act.record, pointer, found, "Correct the time that is wrong, or sign once it has happened.")


def _after(text: str, utc: str, day: str) -> bool:
    return _utc(text) > utc if "T" in text else text > day


def _utc(time: str) -> str:
    return utc_text(datetime.fromisoformat(time))


def _latest_day(utc: str) -> str:
    """The latest day that it is anywhere at that moment."""
    return (datetime.strptime(utc, "%Y%m%d%H%M%SZ") + _FARTHEST_EAST).date().isoformat()


def late_entries_justified(folder: Folder) -> Iterator[Outcome]:
    """What happened is recorded and signed within the working days that the policy gives, or QA justifies the delay.

    The days run from the dispatch, receipt, handoff, detection or archiving that the record is about, from Monday to
    Friday, to its first sign-off. A record that nobody has signed yet would be signed no earlier than the newest
    sign-off beside it.
    """
    newest = max((act for act in folder.acts if act.signed), key=lambda act: act.utc, default=None)
    for act in folder.acts:
        event = act.value(_RECORDED.get(act.form.id, ""))
        first = next(iter(act.earlier), act)
        day = first.day or (newest.day if newest else "")
        if not event or not day:
            continue
        days, allowed = _working_days(str(event)[:10], day), _days_allowed(folder, act)
        if allowed is not None and days > allowed:
            when = f"signed on {day}" if first.signed else f"not signed by {day}"
            yield Breach(
                act.record,
                (_RECORDED[act.form.id],),
                f"it happened on {str(event)[:10]} and was {when}, {days} working days later; "
                f"the policy gives {allowed}",
                "Have QA sign a justification that names R14 and this record and says why it is late.",
            )


def _days_allowed(folder: Folder, act: Act) -> int | None:
    """The days of the strictest policy among the trials concerned; None where no policy says anything."""
    batches: tuple[Batch, ...] = (folder,) if isinstance(folder, Batch) else ()
    if isinstance(folder, Deviation):
        found = (folder.journal.batches.get(name) for name in sorted(folder.batches))
        batches = tuple(batch for batch in found if batch)
    policies = [act.register("policies", trial.data["policy"]) for batch in batches for trial in batch.trials(act)]
    days = [days for policy in policies if policy and isinstance(days := policy.data.get("late_entry_days"), int)]
    return min(days, default=None)


def _working_days(start: str, end: str) -> int:
    """The days from Monday to Friday after the first day, up to and with the last."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    weeks, rest = divmod(max((last - first).days, 0), 7)
    return weeks * _WEEKDAYS + sum((first + timedelta(days=n)).weekday() < _WEEKDAYS for n in range(1, rest + 1))


def sop_in_force(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """Every act of a batch, trial or deviation is signed while the SOP, itself validly signed, is in force, and the SOP
    is reviewed in time.

    An act signed before the SOP's effective date follows no approved procedure. After its review date the SOP stays in
    force, but its review is overdue. Which version of a form was in force is judged with the sign-off (T04).
    """
    judgement = journal.repository.judgement
    sops = [record for path, record in journal.repository.records.items() if path.startswith("records/sop/")]
    signed = [record for record in sops if record.path in judgement.acts]
    if not signed:
        # Why a sign-off is void is said with it; what else hangs on it need not be said again.
        unsigned = [sop for sop in sops if not any(path.startswith(f"{sop.stem}.") for path in judgement.struck)]
        yield tuple(_not_signed(record) for record in unsigned) or (NotApplicable("no SOP is validly signed"),)
        return
    effective = min(str(record.data["effective_date"]) for record in signed)
    for folder in journal.folders:
        yield tuple(_before_the_sop(folder, effective))
    yield tuple(_review_overdue(max(signed, key=lambda record: str(record.data["effective_date"])), journal.as_of))


def _not_signed(record: Record) -> Breach:
    found = "the SOP is not validly signed, so nothing can be recorded under it"
    return Breach(record, (), found, "Have it signed as prepared, checked and approved.")


def _before_the_sop(folder: Folder, effective: str) -> Iterator[Breach]:
    for act in folder.acts:
        day = min((signoff.statement.day for signoff in act.signoffs), default=effective)
        if day < effective:
            found = f"signed on {day}, before the SOP came into force on {effective}"
            yield Breach(act.record, (), found, "Sign it again, as a revision, now that the SOP is in force.")


def _review_overdue(sop: Record, now: str) -> Iterator[Breach]:
    due = str(sop.data["review_date"])
    if now and due < f"{now[:4]}-{now[4:6]}-{now[6:8]}":
        found = f"the SOP was to be reviewed by {due}"
        yield Breach(sop, ("review_date",), found, "Have the SOP reviewed and its next version approved.", "warning")
