"""Rules about the records themselves: what they refer to, how they are numbered, how dates are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filing.act import Act, value_at
from filing.forms import revision_of, with_variables
from filing.journal import Batch, Deviation, Folder, Journal
from filing.model import Record
from filing.references import Reference
from filing.relations import DEVIATION, DEVIATIONS
from filing.repository import Repository
from filing.rules.rule import NO_MASTER, Breach, Outcome
from filing.rules.wording import texts
from filing.trust import State
from filing.validate import schema_at

_MOST = 2_000
"""Entries of one log that are counted one by one; a larger number is beyond any batch."""
_WIDTHS = {"nn": 2, "n": 1}
# Of the forms without slashes only those with a four-digit year are dates for sure: 3.2.11 is a section of a dossier,
# and 5/10/20 mg are three strengths.
_LOOSE_DATE = re.compile(
    r"(?<![\w/.-])(?P<first>[0-9]{1,2})(?: ?/ ?(?P<second>[0-9]{1,2}) ?/ ?(?:[0-9]{4}|[0-9]{2})"
    r"|(?P<mark>[.-])(?P<third>[0-9]{1,2})(?P=mark)[0-9]{4})(?![\w/-]|\.[0-9]|\s?(?:mg|g|kg|ml|µg|mcg|IU|%))"
)


def references_resolve(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """Every product, trial, organisation, site, person, policy and statement that a record names is a register
    entry in force, and every other record it names is there.
    """
    for folder in journal.folders:
        yield tuple(breach for act in folder.acts for breach in _unresolved(act.record, act.state, journal))
        yield tuple(breach for act in folder.acts for breach in _not_there(act, journal))
    newest = journal.repository.judgement.states[-1]
    yield tuple(breach for record in newest.entries.values() for breach in _unresolved(record, newest, journal))
    yield tuple(_drafted(journal, newest))


def _unresolved(record: Record, state: State, journal: Journal) -> Iterator[Breach]:
    for reference in journal.repository.references.of(record):
        if reference.entry not in state.entries:
            yield _not_in_force(record, reference, journal.repository)


def _not_there(act: Act, journal: Journal) -> Iterator[Breach]:
    for named in journal.repository.references.acts(act.record):
        absent = named.path not in journal.repository.files
        if absent and (journal.within is None or journal.within(named.path)):
            what = value_at(act.record, named.pointer)
            found = f'"{what}" is named, and there is no record {named.path}'
            remedy = "Correct the name, or record first what it names."
            if named.path.endswith("/batch.yaml"):
                found, remedy = f"{what} has no batch master, {named.path}", "Record the batch master first."
            yield Breach(act.record, named.pointer, found, remedy)


def _drafted(journal: Journal, newest: State) -> Iterator[Breach]:
    """Revisions that lie beside an entry in force, though no register change put them into force."""
    repository = journal.repository
    ever_in_force = {record.path for state in repository.judgement.states for record in state.entries.values()}
    for path, record in repository.records.items():
        base, revision = revision_of(path)
        if revision and base in newest.entries and path not in ever_in_force:
            found = f"this revision of {newest.entries[base].path} was not put into force"
            remedy = "Have the register administrators sign a register change with it, or take it away."
            yield Breach(record, (), found, remedy)


def _not_in_force(record: Record, reference: Reference, repository: Repository) -> Breach:
    if f"{reference.entry}.yaml" in repository.files:
        found = f'"{reference.id}" is written down among the {reference.register}, but was not put into force'
        remedy = "Have the register administrators sign a register change with this entry; then sign what names it."
    else:
        found = f'there is no entry "{reference.id}" among the {reference.register}'
        remedy = f"Correct the name, or add {reference.entry}.yaml with a register change."
    return Breach(record, reference.pointer, found, remedy)


def documented_in_place(folder: Folder) -> Iterator[Outcome]:
    """A batch in any log has a signed batch master, what is decided on was documented first, and a record names the
    batch, deviation or trial where it lies.
    """
    what = "batch" if isinstance(folder, Batch) else "deviation" if isinstance(folder, Deviation) else "trial"
    for act in folder.acts:
        if act.value(what) != folder.id:
            yield Breach(
                act.record,
                (what,),
                f"the record names {act.value(what)}, but lies in the folder of {folder.id}",
                f"Write {what}: {folder.id}, or move the record to the folder of its own {what}.",
            )
    if isinstance(folder, Deviation):
        yield from _disposed_under_another_name(folder)
    if isinstance(folder, Batch):
        yield from _not_documented(folder)


def _disposed_under_another_name(deviation: Deviation) -> Iterator[Breach]:
    for disposition in deviation.of("disposition"):
        batch = disposition.variables["batch"]
        if disposition.value("batch") != batch:
            yield Breach(
                disposition.record,
                ("batch",),
                f"the record names {disposition.value('batch')}, but its file is the disposition of {batch}",
                "Write the batch that the file is named after, or rename the file.",
            )


def _not_documented(batch: Batch) -> Iterator[Outcome]:
    others = [act for act in batch.acts if act.form.id != "batch"]
    path = f"{batch.folder}batch.yaml"
    taken_back = next((act for act in batch.void if act.form.id == "batch"), None)
    if others and taken_back and taken_back.voided_by:
        yield Breach(
            taken_back.voided_by.record,
            ("voids",),
            f"the batch master was taken back, and {others[0].name} and other records of the batch stand",
            "Correct the batch master instead; it can be taken back only where nothing was recorded on it.",
        )
    elif others and batch.master is None and path in batch.repository.files:
        yield NO_MASTER
    elif others and (batch.master is None or (not batch.master.signed and any(act.signed for act in others))):
        yield Breach(
            others[0].record,
            ("batch",),
            f"the batch master {path} is {'not validly signed' if batch.master else 'missing'}",
            "Write the batch master and have it signed before anything else of the batch.",
        )
    if batch.certification and not any(act.signed for act in batch.of("documentation")):
        yield Breach(
            batch.certification.record,
            ("documents_seen",),
            "no delivery of documents is validly signed",
            "Record what was delivered to the QP (documentation.01.yaml) and have it signed.",
        )


def numbers_are_contiguous(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """Entries of a log, decisions, issues and deviations are numbered one after the other, without gaps.

    A gap is how a lost or withheld record shows. A number once used stays: what is taken back is void, not deleted.
    """
    for folder in journal.folders:
        yield tuple(_numbered(folder))
    if journal.within is None:  # a package holds the deviations of its own batches only
        yield tuple(_deviations_numbered(journal))


def _numbered(folder: Folder) -> Iterator[Breach]:
    newest: dict[tuple[str, ...], Act] = {}
    for act in (*folder.acts, *folder.void):
        counter = _counter(act)
        if counter is None:
            continue
        first = 2 if "[" in act.form.pattern else 1
        if act.number < first:
            begin = f"{act.name.rpartition('.')[0]} without a number, then 02" if first == 2 else "01"
            yield Breach(act.record, (), f"the number {act.variables[counter]}", f"Begin with {begin}.")
        pattern = act.form.follows or act.form.pattern
        series = (pattern, *(act.variables[name] for name in sorted(act.variables) if name != counter))
        if "{" + counter + "}" in pattern and (series not in newest or newest[series].number < act.number):
            newest[series] = act
    for (pattern, *_), act in newest.items():
        # A number is there when its file is: a record that cannot be read is not missing.
        wanted = [_with_number(pattern, act, number) for number in range(1, min(act.number, _MOST) + 1)]
        yield from _gap(act, [path for path in wanted if path not in folder.repository.files])


def _deviations_numbered(journal: Journal) -> Iterator[Breach]:
    """Every deviation's number of a year from 001; its folder is there even where its report cannot be read."""
    present = {path.split("/")[2] for path in journal.repository.files if path.startswith(DEVIATIONS)}
    present = {name for name in present if DEVIATION.fullmatch(name)}  # any other folder is no place of a form
    newest: dict[str, str] = {}
    for name in sorted(present & set(journal.deviations)):
        newest[name[:9]] = name
    for year, name in newest.items():
        acts = journal.deviations[name].acts
        wanted = [f"{year}{number:03}" for number in range(1, int(name[9:]) + 1)]
        missing = [number for number in wanted if number not in present]
        if acts:
            yield from _gap(acts[-1], missing)


def _gap(act: Act, missing: list[str]) -> Iterator[Breach]:
    if missing:
        names = ", ".join(path.rpartition("/")[2] for path in missing)
        yield Breach(
            act.record,
            (),
            f"{names} {'is' if len(missing) == 1 else 'are'} missing",
            "Number entries in turn. Where a signed entry was lost, restore it: a number once used stays.",
        )


def _counter(act: Act) -> str | None:
    return next((counter for counter in _WIDTHS if counter in act.variables), None)


def _with_number(pattern: str, act: Act, number: int) -> str:
    counter = _counter(act) or "nn"
    variables = {**act.variables, counter: f"{number:0{_WIDTHS[counter]}}"}
    if "[" in pattern and number == 1:
        del variables[counter]
    return with_variables(pattern, variables)


def dates_are_iso(folder: Folder) -> Iterator[Outcome]:
    """Dates are written year-month-day; day/month/year can be read in two ways and is refused, in remarks too."""
    for act in folder.acts:
        for pointer, text in texts(act.record.data, ()):
            match = next((match for match in _LOOSE_DATE.finditer(text) if _is_day_and_month(match)), None)
            # Numbers and versions are as their owner writes them; their forms give them a pattern.
            if match and "pattern" not in schema_at(folder.repository.schemas, act.form.name, pointer):
                yield Breach(
                    act.record,
                    pointer,
                    f'"{match[0]}" is not written as year-month-day',
                    "Write the date as year-month-day, such as 2025-09-01.",
                )


def _is_day_and_month(match: re.Match[str]) -> bool:
    low, high = sorted((int(match["first"]), int(match["second"] or match["third"])))
    return 1 <= low <= 12 and high <= 31
