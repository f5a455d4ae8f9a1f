"""Rules about the certifying sentence: which one a QP may sign, and that it stands nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from filing.act import Act
from filing.journal import Batch, Journal
from filing.model import Pointer, Record, Severity
from filing.repository import Repository
from filing.rules.rule import NOT_CERTIFYING, Breach, Outcome, certifying
from filing.rules.wording import in_words, looks, runs, texts

_STATEMENTS = "records/registers/statements/"


def statement_fits(batch: Batch) -> Iterator[Outcome]:
    """The certifying sentence is a registered one, of the law the trial runs under, and its wording is confirmed
    by a QP.
    """
    act = certifying(batch)
    if act is None:
        yield NOT_CERTIFYING
        return
    statement = act.register("statements", act.value("statement"))
    if statement is None:
        return
    law = _law(batch, statement)
    for trial in batch.trials(act):
        if trial.data["regime"] == "CTD" or trial.data["regime"] != statement.data["regime"]:
            yield Breach(
                act.record,
                ("statement",),
                f"the sentence is for {law}; the trial {trial.data['protocol_code']} is registered under "
                f"{_law(batch, trial)}",
                "Use a sentence of the Clinical Trials Regulation, and correct the trial's entry if its law is "
                "wrong: trials under the Directive ended on 31 January 2025.",
            )
    yield from _confirmed(batch, act, statement)


def _law(batch: Batch, entry: Record) -> str:
    return in_words(batch.repository.schemas, entry.form, ("regime",), entry.data["regime"])


def _confirmed(batch: Batch, act: Act, statement: Record) -> Iterator[Breach]:
    name = f"{statement.data['label']} version {statement.data['version']}"
    who, when = statement.data.get("verified_by"), statement.data.get("verified_on")
    if not who or not when:
        severity: Severity = "warning" if batch.repository.demonstration else "error"
        yield Breach(
            act.record,
            ("statement",),
            f"no QP has confirmed the wording of {name}",
            "Have a QP compare the wording with the law, and revise the statement's register entry with "
            "verified_by and verified_on.",
            severity,
        )
        return
    person = act.state.people.get(str(who))
    remedy = "Revise the statement's register entry: name the QP who compared the wording, and the day."
    if person and not person.grants("qp", str(when)):
        found = f"{who}, named as having confirmed the wording of {name}, was not a QP on {when}"
        yield Breach(act.record, ("statement",), found, remedy)
    if act.signed and str(when) > act.last().statement.day:
        found = f"the wording of {name} was confirmed on {when}, after the QP signed on {act.last().statement.day}"
        yield Breach(act.record, ("statement",), found, remedy)


def statement_stands_alone(journal: Journal) -> Iterator[tuple[Outcome, ...]]:
    """A certifying sentence stands in the statement register only; no text of a record repeats it or its first
    words.
    """
    sentences = _registered(journal.repository)
    yield tuple(
        Breach(
            record,
            pointer,
            "the text repeats a registered certifying sentence or its first words",
            "Delete it here; the certificate prints the registered sentence once the QP has signed.",
        )
        for record in journal.repository.records.values()
        for pointer in _repeats(record, sentences)
    )


def _registered(repository: Repository) -> frozenset[str]:
    """Every run of words of every registered sentence, in any revision and also where not in force."""
    found = (
        str(record.data.get("text", "")) for path, record in repository.records.items() if path.startswith(_STATEMENTS)
    )
    return frozenset(run for text in found for run in runs(text))


def _repeats(record: Record, sentences: frozenset[str]) -> Iterator[Pointer]:
    """Where sentences begin; read across texts, since two lines of an address are printed one below the other."""
    places: list[tuple[int, Pointer]] = []
    whole = ""
    for pointer, text in texts(record.data, ()):
        if not (record.path.startswith(_STATEMENTS) and pointer == ("text",)):
            places.append((len(whole), pointer))
            whole += looks(text)
    for sentence in sorted(sentences):
        start = whole.find(sentence)
        while start >= 0:
            yield max(place for place in places if place[0] <= start)[1]
            start = whole.find(sentence, start + 1)
