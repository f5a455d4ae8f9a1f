"""Rules about filing: what is filed is final and at home there, and nothing that belongs in the file is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from filing.act import Act, mappings
from filing.forms import base_of, revision_of
from filing.journal import Batch, Folder, Journal
from filing.model import Pointer, Severity, Value
from filing.relations import BATCHES, DEVIATIONS, TRIALS
from filing.rules.homes import Homes, homes, versions_known
from filing.rules.rule import Breach, NotApplicable, Outcome
from filing.rules.wording import in_words

_ISSUES = ("issue", "trial-issue")
_GMP_FILE = "manufacturer_GMP_file"
_TO_FILE = ("certification", "handoff", "release", "distribution")
"""How the names of a batch's own records of Annexures 2 to 4 begin; of a deviation (Annexure 5) every record counts."""


def filed_as_final(batch: Batch) -> Iterator[Outcome]:
    """A filing holds signed records only, as they were in force, dated the day of their sign-off and under the
    artifact where they are at home, is restricted where the trial is blinded, and is archived only once it passed its
    QC.

    Whoever opens the file in 25 years must find the final record in its place: a certification under QP
    Certification, for example, not a draft of it among the shipment papers. An issue of the logs is never filed.
    """
    filings = batch.of("filing")
    if not filings:
        yield NotApplicable("nothing is filed yet")
    for filing in filings:
        known = homes(batch.repository.files, filing.value("tmf", "model"), filing.value("tmf", "version"))
        if known is None and filing.value("tmf", "model") is not None:
            yield _no_homes(filing)
        yield from _open_to_the_blinded(filing, batch)
        for index, line in enumerate(mappings(filing.value("records"))):
            yield from _line_is_final(filing, ("records", index), line, batch.journal)
            if known:
                yield from _line_at_home(filing, ("records", index), line, known, batch.journal)
    for archived in batch.of("filing.archive"):
        yield from _passed_before(archived, batch)


def _no_homes(filing: Act) -> Breach:
    files = filing.repository.files
    return Breach(
        filing.record,
        ("tmf", "version"),
        f"there is no list of homes for {filing.value('tmf', 'model')} {filing.value('tmf', 'version')}",
        f"Name a model and version that there is a list for: {', '.join(versions_known(files)) or 'there is none'}.",
    )


def _open_to_the_blinded(filing: Act, batch: Batch) -> Iterator[Breach]:
    blinded = [trial for trial in batch.trials(filing) if trial.data["blinding"] != "open_label"]
    if blinded and filing.value("blind_partition") == "open":
        codes = " and ".join(str(trial.data["protocol_code"]) for trial in blinded)
        found = f"the records are open to blinded persons, and {codes} {'is' if len(blinded) == 1 else 'are'} blinded"
        remedy = "Write blind_partition: restricted, and keep the records where no blinded person sees them."
        yield Breach(filing.record, ("blind_partition",), found, remedy)


def _line_is_final(filing: Act, at: Pointer, line: Mapping[str, Value], journal: Journal) -> Iterator[Breach]:
    path, repository = str(line["record"]), filing.repository
    record = repository.records.get(path)
    if record is None:  # R01 says that a record named is not there
        return
    form, signoffs = repository.form_of(record), repository.judgement.acts.get(path, ())
    if form and form.id in _ISSUES:
        remedy = "Take the line away; the records that the issue lists are what is filed."
        yield Breach(filing.record, (*at, "record"), f"{path} is an issue of the logs, which is never filed", remedy)
        return
    if not signoffs:
        remedy = "File a record once it is validly signed; until then take the line away."
        yield Breach(filing.record, (*at, "record"), f"{path} is not validly signed", remedy)
        return
    if line["sha256"] != record.sha256:
        found = f"this is not the SHA-256 of {path}, which is {record.sha256}"
        yield Breach(filing.record, (*at, "sha256"), found, "Write the SHA-256 of the record's file as it is.")
    overtaken = _overtaken(filing, path, journal)
    if overtaken:
        remedy = "File what is in force, and take this line away."
        yield Breach(filing.record, (*at, "record"), f"{path} {overtaken}", remedy)
    day = signoffs[-1].statement.day
    if line["document_date"] != day:
        found = f"the document is dated {line['document_date']}, but {path} was signed on {day}"
        yield Breach(filing.record, (*at, "document_date"), found, f"Write document_date: {day}.")


def _overtaken(filing: Act, path: str, journal: Journal) -> str:
    """Why the record was no longer in force when it was filed; "" where it was."""
    folder = _folder(path, journal)
    for act in (*folder.acts, *folder.void) if folder else ():
        if act.base != f"{base_of(path)}.yaml":
            continue
        if act.voided_by and _before(act.voided_by, filing):
            return f"had been taken back by {act.voided_by.path}"
        signed = [each for each in (*act.earlier, act) if each.signed and _before(each, filing)]
        if signed and signed[-1].revision > revision_of(path)[1]:
            return f"had been replaced by {signed[-1].path}"
    return ""


def _folder(path: str, journal: Journal) -> Folder | None:
    tops: Mapping[str, Mapping[str, Folder]] = {
        BATCHES: journal.batches, DEVIATIONS: journal.deviations, TRIALS: journal.trials
    }  # fmt: skip
    for top, folders in tops.items():
        if path.startswith(top):
            return folders.get(path.split("/")[2])
    return None


def _before(act: Act, filing: Act) -> bool:
    return not filing.signed or act.utc <= filing.utc


def _line_at_home(
    filing: Act, at: Pointer, line: Mapping[str, Value], known: Homes, journal: Journal
) -> Iterator[Breach]:
    """The artifact is one of the model's, and the one where such a record is at home."""
    part, artifact = filing.value("tmf", "part"), line.get("artifact")
    act = journal.by_base.get(f"{base_of(str(line['record']))}.yaml")
    home = known.of(act, journal) if act else None
    own, kind = part == _GMP_FILE, act.form.title.lower() if act else ""
    if home and home.held_in and home.held_in != part:
        file = in_words(filing.repository.schemas, filing.form.name, ("tmf", "part"), home.held_in)
        found = f"a record of this kind ({kind}) is held in the {file}"
        yield Breach(filing.record, (*at, "record"), found, "File it there, with a filing of its own.")
    elif artifact is None:
        if not own:
            fits = f" Such a record belongs under {known.title(home.artifact)}." if home and home.artifact else ""
            yield Breach(filing.record, at, "no artifact is given", f"Write the artifact of the model.{fits}")
    elif artifact not in known.artifacts:
        found = f"the list of homes knows no artifact {artifact}"
        yield Breach(filing.record, (*at, "artifact"), found, "Write the number of an artifact of that model.")
    elif home and home.artifact and artifact != home.artifact:
        found = f"a record of this kind ({kind}) is at home under {known.title(home.artifact)}, not under {artifact}"
        yield Breach(filing.record, (*at, "artifact"), found, f'Write artifact: "{home.artifact}".')
    elif part == "investigator_TMF" and known.sponsor_only(str(artifact)):
        found = f"{known.title(str(artifact))} is kept by the sponsor alone, and this is the investigator's file"
        yield Breach(filing.record, (*at, "artifact"), found, "File it in the sponsor's Trial Master File.")


def _passed_before(archived: Act, batch: Batch) -> Iterator[Breach]:
    followed = archived.form.followed(archived.path)
    filing = next((filing for filing in batch.of("filing") if filing.base == followed), None)
    check = batch.answer(filing, "filing.qc") if filing else None
    if filing is None:
        return
    if check is None or not check.signed or not _before(check, archived):
        why = f"{filing.name} {'had no signed QC check by then' if archived.signed else 'has no signed QC check'}"
    elif check.value("result") != "passed":
        why = f"the QC check of {filing.name} rejected it"
    else:
        return
    remedy = "Have another person check the filing and sign that it passed; then archive."
    yield Breach(archived.record, (), why, remedy)


def everything_filed(batch: Batch) -> Iterator[Outcome]:
    """Every signed record of Annexures 2 to 5 stands in a filing by the end of the days that the policy gives, or is
    justified until it does.

    A record counts as filed where a signed filing of the batch lists it with its digest and no QC check rejected that
    filing; the certification has to be in a Trial Master File, not only in the manufacturer's own file.
    """
    if not batch.journal.as_of:
        yield NotApplicable("it is not known what day it is")
        return
    for act, elsewhere in unfiled(batch):
        yield _not_filed(batch, act, elsewhere)


def unfiled(batch: Batch) -> Iterator[tuple[Act, bool]]:
    """The signed records that still have to be filed, each with whether it is in the manufacturer's file alone."""
    filed = _filed(batch)
    for act in _to_file(batch):
        held = filed.get((act.path, act.record.sha256), set())
        if not held or (held == {_GMP_FILE} and not act.path.startswith(DEVIATIONS)):
            yield act, bool(held)


def not_filed_yet(batch: Batch) -> Iterator[Act]:
    """The signed records of a batch that stand in no filing that stands."""
    filed = _filed(batch)
    return (act for act in _to_file(batch) if (act.path, act.record.sha256) not in filed)


def _filed(batch: Batch) -> dict[tuple[str, str], set[str]]:
    """Each record filed, as path and digest, with the files it is in."""
    found: dict[tuple[str, str], set[str]] = {}
    for filing in batch.of("filing"):
        check = batch.answer(filing, "filing.qc")
        if filing.signed and not (check and check.value("result") == "rejected"):
            for line in mappings(filing.value("records")):
                parts = found.setdefault((str(line["record"]), str(line["sha256"])), set())
                parts.add(str(filing.value("tmf", "part")))
    return found


def _to_file(batch: Batch) -> Iterator[Act]:
    yield from (act for act in batch.acts if act.signed and act.form.id.split(".")[0] in _TO_FILE)
    for deviation in batch.deviations:
        if batch.id in deviation.batches:
            own = (act for act in deviation.acts if act.variables.get("batch") in (None, batch.id))
            yield from (act for act in own if act.signed)


def _not_filed(batch: Batch, act: Act, elsewhere: bool) -> Breach:
    due = _due(batch, act)
    over = due is not None and _today(batch.journal) > due
    severity: Severity = "hold" if over else "warning"
    where = f"in no filing of {batch.id} that stands"
    if elsewhere:
        where = f"filed for {batch.id} in the manufacturer's file alone"
    until = f"; the days for filing {'ended' if over else 'end'} on {due}" if due else ""
    return Breach(
        act.record,
        (),
        f"signed on {act.day}, but {where}{until}",
        f"Write a filing of {batch.id} that lists it, and have it signed. A delay is justified by QA.",
        severity,
    )


def _due(batch: Batch, act: Act) -> str | None:
    """The last day on which the record may be filed; None where no policy says so."""
    policies = [act.register("policies", trial.data["policy"]) for trial in batch.trials(act)]
    days = [days for policy in policies if policy and isinstance(days := policy.data.get("filing_days"), int)]
    return (date.fromisoformat(act.day) + timedelta(days=min(days))).isoformat() if days else None


def _today(journal: Journal) -> str:
    return f"{journal.as_of[:4]}-{journal.as_of[4:6]}-{journal.as_of[6:8]}"
