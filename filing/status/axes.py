"""The five axes of a batch, in the SOP's words: quality, release, log entries, deviations, Trial Master File.

The words of the logs come from their forms; Annexure-2 never says "released": certifying and releasing are two acts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from filing import frame, gate, paper, rows
from filing.act import CERTIFYING, Act
from filing.journal import Batch, Entry, Trial
from filing.rules.filing import unfiled
from filing.steps import Desk, Road
from filing.steps import road as road_of
from filing.steps.desk import stub

_DEVIATIONS, _DISTRIBUTION, _FILING = "deviation.report", "distribution", "filing"


@dataclass(frozen=True)
class Axis:
    """`word` is the status, `style` good, bad, caution or "", `details` what it is made of, a line each."""

    word: str
    style: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A batch on the five axes, and its way."""

    batch: Batch = field(repr=False)
    road: Road
    quality: Axis
    release: Axis
    entries: Axis
    deviations: Axis
    tmf: Axis
    restricted: bool

    @property
    def axes(self) -> tuple[tuple[str, Axis], ...]:
        """Each axis by its name, in order."""
        return (
            ("quality", self.quality), ("release", self.release), ("entries", self.entries),
            ("deviations", self.deviations), ("tmf", self.tmf),
        )  # fmt: skip


@dataclass(frozen=True)
class TrialStanding:
    """A trial with its batches and the newest issue of its logs."""

    id: str
    name: str
    batches: tuple[str, ...]
    issue: Axis


def standings(desk: Desk) -> Iterator[Standing]:
    """Every batch, by id."""
    for batch in desk.journal.batches.values():
        yield standing(desk, batch)


def standing(desk: Desk, batch: Batch) -> Standing:
    reader = _reader(batch)
    logs = {form.id: _entries(batch, form.annexure["number"]) for form in desk.repository.forms.annexures()}
    words = {
        kind: tuple((entry, *rows.status(entry, reader, desk.day)) for entry in entries) if reader else ()
        for kind, entries in logs.items()
    }
    return Standing(
        batch,
        road_of(desk, batch),
        _quality(desk, batch),
        _release(batch, words.get(_DISTRIBUTION, ())),
        _log_entries(batch, words),
        _of_deviations(batch, words.get(_DEVIATIONS, ())),
        _tmf(batch, words.get(_FILING, ())),
        _restricted(batch),
    )


_Worded = tuple[tuple[Entry, str, str], ...]
"""Entries of a log, each with its status and how that is shown."""


def _entries(batch: Batch, number: object) -> tuple[Entry, ...]:
    return batch.entries(number) if isinstance(number, int) else ()


def _reader(batch: Batch) -> Act | None:
    """Somebody who reads the logs today, with the registers as they are; None without a form to read by."""
    form = next((act.form for act in batch.acts), None)
    if form is None or not batch.repository.judgement.states:
        return None
    return Act(stub(form, f"{batch.folder}issue.yaml", {}), form, {"batch": batch.id}, (), batch.repository)


def _quality(desk: Desk, batch: Batch) -> Axis:
    """Axis 1. Until the QP has decided, a batch is in quarantine, or under review once documents are received."""
    decided = [act for act in batch.decisions if act.signed]
    recalled = [act for act in batch.standing_blocks if act.value("decision") == "recall"]
    if recalled:
        return Axis("Recalled", "bad", (f"by the disposition of {recalled[0].variables['deviation']}",))
    if not decided:
        received = any(act.signed for act in batch.of("documentation.receipt"))
        return Axis("Under review" if received else "Quarantine", "caution")
    act, verdict = decided[-1], gate.verdict(batch)
    word, style = _word_of(act)
    by = act.signoff("qp")
    when = (f"on {paper.day(act.day)}" + (f" by {paper.signer_facts(batch.repository, by)['name']}" if by else ""),)
    expiry = batch.master.value("expiry", "date") if batch.master else None
    if act.value("decision") in CERTIFYING and expiry is not None and str(expiry) < desk.day:
        return Axis("Expired", "bad", (f"{word} {when[0]}; expired on {paper.day(str(expiry))}",))
    against = act.value("decision") in CERTIFYING and not verdict.certified
    return Axis(word, "bad" if against else style, (*when, verdict.reason) if against else when)


def _word_of(act: Act) -> tuple[str, str]:
    """The status of an act in the words of its form."""
    rule = act.form.annexure.get("status")
    if not isinstance(rule, dict):
        return act.form.title, ""
    chosen = rule["words"][str(act.record.data[rule["by"].strip("/")])] if "by" in rule else rule
    return str(chosen["word"]), str(chosen["style"])


def _release(batch: Batch, sent: _Worded) -> Axis:
    """Axis 2: the sponsor's release, then what became of each consignment."""
    releases = [act for act in batch.of("release") if act.signed]
    if not releases and not sent:
        return Axis("Not released")
    details = [f"{act.name}: {act.value('decision')} on {paper.day(act.day)}" for act in releases]
    details += [f"{entry.number}: {word}" for entry, word, _ in sent]
    if sent:
        word = _together(tuple(word for _, word, _ in sent))
        return Axis(word, _worst(tuple(style for _, _, style in sent)), tuple(details))
    newest = max(releases, key=lambda act: act.utc)
    words = {"released": ("Released by the sponsor", "good"), "refused": ("Release refused", "bad")}
    word, style = words.get(str(newest.value("decision")), ("Release withdrawn", "bad"))
    return Axis(word, style, tuple(details))


def _log_entries(batch: Batch, logs: dict[str, _Worded]) -> Axis:
    """Axis 3: drafts, signed, superseded and void records, and the entries of each log with their status."""
    repository = batch.repository
    drafts = sum(not act.signed for act in (*batch.acts, *batch.drafts))
    counts = {
        "draft": drafts,
        "signed": sum(act.signed for act in batch.acts),
        "superseded": sum(len(act.earlier) for act in (*batch.acts, *batch.void)),
        "void": len(batch.void),
    }
    details = []
    for form in repository.forms.annexures():
        worded = logs[form.id]
        if worded:
            each = Counter("Void" if entry.act.voided_by else word for entry, word, _ in worded)
            said = ", ".join(f"{count} {word}" for word, count in sorted(each.items()))
            details.append(f"Annexure-{form.annexure['number']}: {said}")
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none"
    return Axis(said, "caution" if drafts else "", tuple(details))


def _of_deviations(batch: Batch, logged: _Worded) -> Axis:
    """Axis 4: each deviation with the status of its row; one that nobody signed yet is a draft."""
    words = {entry.act.variables["deviation"]: (word, style) for entry, word, style in logged}
    found = [(each.id, *words.get(each.id, ("Draft", "caution"))) for each in batch.deviations]
    if not found:
        return Axis("None")
    details = tuple(f"{name}: {word}" for name, word, _ in found)
    return Axis(_together(tuple(word for _, word, _ in found)), _worst(tuple(style for *_, style in found)), details)


def _tmf(batch: Batch, filings: _Worded) -> Axis:
    """Axis 5. Filed is not archived: that follows the end of the trial."""
    missing = [act.name for act, _ in unfiled(batch)]
    details = [f"{entry.number}: {word}" for entry, word, _ in filings]
    details += [f"not filed yet: {', '.join(missing)}"] if missing else []
    standing_filings = [(word, style) for entry, word, style in filings if not entry.act.voided_by]
    if not standing_filings:
        return Axis("Not filed", "", tuple(details))
    word = _together(tuple(word for word, _ in standing_filings))
    word = f"{word}, in part" if missing else word
    return Axis(word, _worst(tuple(style for _, style in standing_filings)), tuple(details))


def _together(words: tuple[str, ...]) -> str:
    """One word, or how often each."""
    counted = Counter(words)
    return words[0] if len(counted) == 1 else ", ".join(f"{count} {word}" for word, count in sorted(counted.items()))


def _worst(styles: tuple[str, ...]) -> str:
    return next((style for style in ("bad", "caution", "good") if style in styles), "")


def _restricted(batch: Batch) -> bool:
    """Whether a trial of the batch is blinded, by the registers in force."""
    states = batch.repository.judgement.states
    names = batch.master.value("trials") if batch.master else ()
    entries = states[-1].entries if states else {}
    trials = [entries.get(f"records/registers/trials/{name}") for name in names] if isinstance(names, tuple) else []
    return frame.is_restricted(tuple(trial for trial in trials if trial))


def trial_standings(desk: Desk) -> tuple[TrialStanding, ...]:
    """Every trial that has a batch, an issue of its own or an entry in force."""
    states, trials = desk.repository.judgement.states, dict(desk.journal.trials)
    return tuple(_of_trial(desk, name, trial) for name, trial in sorted(trials.items())) if states else ()


def _of_trial(desk: Desk, name: str, trial: Trial) -> TrialStanding:
    entry = desk.repository.judgement.states[-1].entries.get(f"records/registers/trials/{name}")
    code = str(entry.data["protocol_code"]) if entry else name
    newest, batches = trial.newest_issue(), tuple(batch.id for batch in trial.batches)
    drafts = [act for act in trial.of("trial-issue") if not act.signed]
    if newest is None:
        return TrialStanding(name, code, batches, Axis("Not issued", "caution" if drafts else ""))
    unseen = [act.path for batch in trial.batches for act in batch.decisions if act.signed and not newest.saw(act)]
    word = f"Issue {newest.number}"
    if unseen:
        return TrialStanding(name, code, batches, Axis(f"{word}, to be issued again", "caution", tuple(unseen)))
    return TrialStanding(name, code, batches, Axis(word, "good", (f"checked on {paper.day(newest.day)}",)))
