"""The next issue of a batch's or a trial's logs: each log with exactly the entries that rule R64 demands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filing import paper
from filing.act import Act
from filing.drafting import given, questions
from filing.drafting.beginning import Drafted, written
from filing.drafting.filling import Filling
from filing.drafting.kinds import Kinds
from filing.drafting.known import Case, Knowledge
from filing.drafting.outline import Outline
from filing.drafting.values import Data
from filing.drafting.whereabouts import Whereabouts
from filing.model import CannotRun, Value
from filing.subject import Subject

_ISSUES = ("issue", "trial-issue")


@dataclass(frozen=True)
class Log:
    number: int
    title: str
    entries: tuple[str, ...]


def issued(subject: Subject, words: Mapping[str, str], day: str, asks: bool) -> Drafted:
    """The next issue; CannotRun where the newest one is not signed yet, or where nothing changed since."""
    _require_change(subject)
    journal = subject.journal
    form = Kinds(journal.repository, day).named(_ISSUES[subject.of_trial])
    spot = Whereabouts(journal, day, questions.choose).spot(form, subject.id, {})
    outline, knowledge = Outline(journal.repository.schemas, form.name), Knowledge(Case(journal, spot, day))
    texts = given.fields_of(outline, words, ("logs",))
    logs = logs_of(subject, day)
    listed: tuple[Value, ...] = tuple({"annexure": log.number, "entries": log.entries} for log in logs)
    filling = Filling(outline, knowledge, texts, spot.path, asks, {})
    data: Data = {"form": form.name, **dict(list(spot.variables.items())[:1]), "logs": listed}
    nil_returns = [("logs", index, "nil_return") for index, log in enumerate(logs) if not log.entries]
    extra = next((pointer for pointer in texts if pointer not in nil_returns), None)
    if extra:
        wanted = ", ".join(f"logs.{at[1]}.nil_return" for at in nil_returns) or "none"
        raise CannotRun(f"{'.'.join(map(str, extra))} follows by itself. Nil returns can be given: {wanted}.")
    for at in nil_returns:
        log = logs[at[1]]
        data = filling.one(
            at, data, f"No entries up to {_on_paper(day)}", f"Annexure-{log.number}, {log.title}, has no entries."
        )
    return written(outline, knowledge, data, spot, tuple(nil_returns))


def logs_of(subject: Subject, day: str) -> tuple[Log, ...]:
    """The logs in use, in the order of their annexures, each with its signed entries."""
    found: dict[int, Log] = {}
    for form in subject.repository.forms.annexures():
        number = form.annexure["number"]
        if isinstance(number, int) and subject.repository.judgement.form_in_force(form.id, day):
            entries = tuple(dict.fromkeys(entry.act.base for entry in subject.entries(number)))
            found[number] = Log(number, str(form.annexure.get("title", form.title)), entries)
    return tuple(found.values())


def _require_change(subject: Subject) -> None:
    newest = max(subject.all_issues, key=lambda issue: issue.number, default=None)
    if newest is None:
        return
    if not newest.signed:
        raise CannotRun(
            f"{newest.path} is there and not signed yet. Have that signed, or change it.", f"sign {newest.path}"
        )
    if not any(_is_new(act, newest) for act in (*subject.own_acts, *_voids(subject))):
        raise CannotRun(f"Nothing was signed since {newest.path}, so that a further issue would say the same.")


def _is_new(act: Act, issue: Act) -> bool:
    return act.signed and act.form.id not in _ISSUES and not issue.saw(act)


def _voids(subject: Subject) -> tuple[Act, ...]:
    return tuple(act.voided_by for act in subject.own_acts if act.voided_by)


def _on_paper(day: str) -> str:
    return paper.day(day).replace(paper.NO_BREAK, " ")
