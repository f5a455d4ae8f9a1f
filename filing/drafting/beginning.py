"""A new record from its kind and place to its text; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filing.drafting import given, questions
from filing.drafting.filling import Filling
from filing.drafting.kinds import Kinds
from filing.drafting.known import Case, Knowledge
from filing.drafting.layout import Layout
from filing.drafting.outline import Outline
from filing.drafting.values import Data, value_in
from filing.drafting.whereabouts import Spot, Whereabouts
from filing.forms import Form
from filing.journal import Journal
from filing.load import load_record
from filing.model import CannotRun, Pointer

HOW = "Enter takes what stands in brackets; Ctrl-C leaves, and nothing is written."


@dataclass(frozen=True)
class Drafted:
    """A record that is ready to be written, and the places where it still lacks a value, each with its title."""

    path: str
    form: Form
    text: str
    lacking: tuple[tuple[Pointer, str], ...]


def drafted(journal: Journal, kind: str, where: str, words: Mapping[str, str], day: str, asks: bool) -> Drafted:
    """A new record of this kind; CannotRun where there can be none."""
    form = Kinds(journal.repository, day).to_begin(kind, where)
    places = Whereabouts(journal, day, questions.choose)
    names = places.variables_of(form)
    spot = places.spot(form, where, {name: word for name, word in words.items() if name in names})
    fields = {name: word for name, word in words.items() if name not in names}
    return at_spot(journal, spot, fields, day, asks)


def at_spot(journal: Journal, spot: Spot, words: Mapping[str, str], day: str, asks: bool) -> Drafted:
    outline = Outline(journal.repository.schemas, spot.form.name)
    knowledge = Knowledge(Case(journal, spot, day))
    keys = (key for key in outline.field({}, ()).keys if key != "form")
    texts = given.fields_of(outline, words, keys)
    if asks:
        questions.explain(f"{spot.form.title}, {spot.path}. {HOW}")
    data = Filling(outline, knowledge, texts, spot.path, asks).filled()
    return written(outline, knowledge, data, spot)


def written(
    outline: Outline, knowledge: Knowledge, data: Data, spot: Spot, needed: tuple[Pointer, ...] = ()
) -> Drafted:
    """The record as text; `needed` are optional fields that have to be filled in all the same."""
    text = Layout(outline, data, lambda field: knowledge.choices(field, data), frozenset(needed)).text(spot.path)
    missing = [*outline.missing(data), *(at for at in needed if value_in(data, at) is None)]
    lacking = tuple((at, outline.field(data, at).title) for at in missing)
    if not lacking:
        record, faults = load_record(spot.path, text.encode())
        if record is None:
            raise CannotRun(f"This cannot be written: {faults[0].found}. {faults[0].remedy}")
    return Drafted(spot.path, spot.form, text, lacking)
