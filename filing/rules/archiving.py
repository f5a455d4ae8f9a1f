"""Rules about archiving: when, for how long, and by whom (SOP 6.1, 6.2, CTR Art. 58)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act, mappings
from filing.journal import Batch
from filing.model import Record
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import in_words

_NOTHING_ARCHIVED = NotApplicable("nothing is archived yet")
_LONGER = ("national_longer", "litigation_hold")


def archived_after_the_trial(batch: Batch) -> Iterator[Outcome]:
    """Records are archived after the end of every trial of the batch, and are to be kept as long as the law says:
    25 years from the end of the trial, and 30 years from expiry what traces an advanced therapy.

    The end of the trial comes from the trial's register entry, so that the years cannot begin early. Five years (GMP)
    are enough in the manufacturer's own file, but never in a Trial Master File.
    """
    filings, archived = batch.of("filing"), batch.of("filing.archive")
    if not filings and not archived:
        yield NotApplicable("nothing is filed yet")
    for act in archived:
        yield from _after_the_end(act, batch.trials(act))
    for filing in filings:
        yield from _kept_long_enough(filing, batch)


def _after_the_end(act: Act, trials: tuple[Record, ...]) -> Iterator[Breach]:
    running = [str(trial.data["protocol_code"]) for trial in trials if "end_of_trial" not in trial.data]
    if running or not trials:
        yield Breach(
            act.record,
            ("archived_on",),
            f"the register gives no end of trial for {', '.join(running) or 'the batch'}; nothing can be archived yet",
            "Archive once the trial has ended and its end stands in the register; until then the records stay filed.",
        )
        return
    end = max(str(trial.data["end_of_trial"]) for trial in trials)
    day, stated = str(act.value("archived_on")), act.value("trigger", "end_of_trial")
    if day < end:
        found = f"archived on {day}, before the end of the trial on {end}"
        yield Breach(act.record, ("archived_on",), found, "Archive after the end of the trial.")
    if stated != end:
        found = f"the end of the trial is given as {stated}; the register says {end}"
        yield Breach(act.record, ("trigger", "end_of_trial"), found, f"Write end_of_trial: {end}.")


def _kept_long_enough(filing: Act, batch: Batch) -> Iterator[Breach]:
    basis = filing.value("retention_basis")
    in_tmf = filing.value("tmf", "part") != "manufacturer_GMP_file"
    atmp = _is_atmp(filing, batch)
    names = [str(line["record"]).rpartition("/")[2] for line in mappings(filing.value("records"))]
    tracing = [name for name in names if name.startswith("distribution.")]
    others = [name for name in names if name not in tracing]
    if basis in _LONGER:
        return
    if basis == "GMP_5y_after_last_trial" and in_tmf:
        why, remedy = "in a Trial Master File they are kept for 25 years from the end of the trial", "CTR58_25y"
    elif basis == "ATMP_30y" and not atmp:
        why, remedy = "neither the product nor a trial of the batch is an advanced therapy", "CTR58_25y"
    elif basis == "ATMP_30y" and others and in_tmf:
        why, remedy = f"{others[0]} traces nothing; its 25 years run from the end of the trial", "CTR58_25y"
    elif atmp and tracing and basis != "ATMP_30y":
        why, remedy = f"{tracing[0]} traces an advanced therapy and is kept for 30 years from expiry", "ATMP_30y"
    else:
        return
    said = in_words(filing.repository.schemas, filing.form.name, ("retention_basis",), basis)
    further = " File records of the other kind with a filing of their own." if atmp and tracing and others else ""
    found = f'they are to be kept "{said}", but {why}'
    yield Breach(filing.record, ("retention_basis",), found, f"Write retention_basis: {remedy}.{further}")


def _is_atmp(filing: Act, batch: Batch) -> bool:
    product = filing.register("products", batch.master.value("product")) if batch.master else None
    return any(entry.data.get("atmp") is True for entry in (product, *batch.trials(filing)) if entry)


def archivist_is_named(batch: Batch) -> Iterator[Outcome]:
    """Who archives is of the trial's sponsor and was named archivist in the registers on the day of archiving.

    The sponsor answers for the archive and names the persons responsible for it; access is theirs alone. That the role
    was held on the day of signing is judged with the sign-off.
    """
    archived = batch.of("filing.archive")
    if not archived:
        yield _NOTHING_ARCHIVED
    for act in archived:
        day, sponsors = str(act.value("archived_on")), {trial.data["sponsor"] for trial in batch.trials(act)}
        named = _archivists(act, day)
        if not act.signed:
            if not any(entry.data["organisation"] in sponsors for entry in named.values()):
                found = f"nobody of the sponsor is archivist on {day}"
                remedy = "Have the sponsor's archivist named by a register change."
                yield Breach(act.record, ("archived_on",), found, remedy)
            continue
        signer = act.last().statement.signer
        person = act.register("people", signer)
        if person and person.data["organisation"] not in sponsors:
            found = f"{person.data['name']} is not of the sponsor"
            yield Breach(act.record, (), found, "Have the records archived by the sponsor's named archivist.")
        elif person and signer not in named:
            found = f"{person.data['name']} was not archivist on {day}, the day of archiving"
            remedy = "Correct the day, or have the records archived by who is named for it."
            yield Breach(act.record, ("archived_on",), found, remedy)


def _archivists(act: Act, day: str) -> Mapping[str, Record]:
    """The persons who held the role on a day, by the registers as the act's signer saw them."""
    people = act.state.people
    held = [person for person in people if people[person].grants("archivist", day)]
    return {person: entry for person in held if (entry := act.register("people", person))}
