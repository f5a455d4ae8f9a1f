"""Rules about the records themselves: what they refer to, how they are numbered, how dates are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filing.forms import revision_of
from filing.journal import Act, Batch, Journal
from filing.model import Record
from filing.references import Reference
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
    entry in force.
    """
    for batch in journal.batches.values():
        yield tuple(breach for act in batch.acts for breach in _unresolved(act.record, batch.state_for(act), journal))
    newest = journal.repository.judgement.states[-1]
    yield tuple(breach for record in newest.entries.values() for breach in _unresolved(record, newest, journal))
    yield tuple(_drafted(journal, newest))


def _unresolved(record: Record, state: State, journal: Journal) -> Iterator[Breach]:
    for reference in journal.repository.references.of(record):
        if reference.entry not in state.entries:
            yield _not_in_force(record, reference, journal.repository)


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


def batch_has_master(batch: Batch) -> Iterator[Outcome]:
    """A batch in any log has a signed batch master, its records name it, and what is decided on was documented
    first.
    """
    for act in batch.acts:
        if act.value("batch") != batch.id:
            yield Breach(
                act.record,
                ("batch",),
                f"the record names {act.value('batch')}, but lies in the folder of {batch.id}",
                f"Write batch: {batch.id}, or move the record to the folder of its own batch.",
            )
    others = [act for act in batch.acts if act.form.id != "batch"]
    path = f"{batch.folder}batch.yaml"
    if others and batch.master is None and path in batch.repository.files:
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


def numbers_are_contiguous(batch: Batch) -> Iterator[Outcome]:
    """Entries of a log, and issues, are numbered 01, 02, 03 within the batch, without gaps."""
    newest: dict[str, Act] = {}
    for act in batch.acts:
        counter = _counter(act)
        if counter and int(act.variables[counter]) == 0:
            yield Breach(act.record, (), f"the number {act.variables[counter]}", "Begin with 01.")
        pattern = act.form.follows or act.form.pattern
        if counter and (pattern not in newest or _number(newest[pattern]) < _number(act)):
            newest[pattern] = act
    for pattern, act in newest.items():
        # A number is there when its file is: a record that cannot be read is not missing.
        wanted = [_with_number(pattern, act, number) for number in range(1, min(_number(act), _MOST) + 1)]
        missing = [path for path in wanted if path not in batch.repository.files]
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


def _number(act: Act) -> int:
    return int(act.variables[_counter(act) or "nn"])


def _with_number(pattern: str, act: Act, number: int) -> str:
    counter = _counter(act) or "nn"
    variables = {**act.variables, counter: f"{number:0{_WIDTHS[counter]}}"}
    return f"records/{pattern.format(**variables)}.yaml"


def dates_are_iso(batch: Batch) -> Iterator[Outcome]:
    """Dates are written as 2025-09-01; day/month/year can be read in two ways and is refused, in remarks too."""
    for act in batch.acts:
        for pointer, text in texts(act.record.data, ()):
            match = next((match for match in _LOOSE_DATE.finditer(text) if _is_day_and_month(match)), None)
            # Numbers and versions are as their owner writes them; their forms give them a pattern.
            if match and "pattern" not in schema_at(batch.repository.schemas, act.form.name, pointer):
                yield Breach(
                    act.record,
                    pointer,
                    f'"{match[0]}" is not written as year-month-day',
                    "Write the date as year-month-day, such as 2025-09-01.",
                )


def _is_day_and_month(match: re.Match[str]) -> bool:
    low, high = sorted((int(match["first"]), int(match["second"] or match["third"])))
    return 1 <= low <= 12 and high <= 31
