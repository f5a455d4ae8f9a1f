"""What people write in a cell as what a record holds: a stored term, an entry of a register, a number, a text.

Only what is certain is taken: the same word but for spaces and capitals. For everything else the nearest known words
are named, and somebody decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filing.act import value_at
from filing.load import is_date, is_time
from filing.load.characters import character_faults
from filing.model import Pointer, Record
from filing.repository import Repository
from filing.spreadsheets.dates import readings
from filing.spreadsheets.grid import same
from filing.validate import schema_at

_SHOWN, _MOST = 4, 8
_TITLES = {"dr", "prof", "mr", "mrs", "ms", "md", "phd", "pharmd", "ing", "dipl", "med"}


@dataclass(frozen=True)
class Unknown:
    """Why a text is not taken: what is required, and what to do."""

    required: str
    remedy: str


@dataclass(frozen=True)
class Person:
    id: str
    name: str


def value_of(repository: Repository, form: str, pointer: Pointer, text: str, through: Pointer = ()) -> object:
    """What a text is in a field of a form - text, integer, true or false - or why it is not known.

    `through` is the field of the register entry that is written in place of the entry's name.
    """
    schema = schema_at(repository.schemas, form, pointer)
    title = str(schema.get("title", pointer[-1]))
    register = schema.get("x-register")
    if isinstance(register, str):
        return _entry(repository, register, text, through)
    choices, words = schema.get("enum"), schema.get("x-words", {})
    if isinstance(choices, list) and isinstance(words, Mapping):
        return _choice(title, [str(choice) for choice in choices], words, text)
    return _plain(schema, title, text)


def _choice(title: str, choices: list[str], words: Mapping[str, object], text: str) -> object:
    named = {choice: (choice, str(words.get(choice, choice))) for choice in choices}
    found = [choice for choice, names in named.items() if same(text) in map(same, names)]
    if len(found) == 1:
        return found[0]
    spoken = {choice: str(words.get(choice, choice)) for choice in choices}
    near = [choice for choice, word in spoken.items() if re.search(rf"\b{re.escape(same(text))}\b", same(word))]
    alike = () if near else nearest(text, spoken.values())
    near = near[:_SHOWN] or [choice for choice, word in spoken.items() if word in alike]
    known = "; ".join(spoken[choice] for choice in (near or choices[:_MOST]))
    more = "" if near or len(choices) <= _MOST else "; ..."
    meant = f"Did you mean {known}?" if near else f"Possible: {known}{more}."
    return Unknown(f"{title} is one of the words of the form.", meant)


def _plain(schema: Mapping[str, object], title: str, text: str) -> object:
    if schema.get("type") == "integer":
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else Unknown(f"{title} is a whole number.", "Type it so.")
    if schema.get("type") == "boolean":
        truth = {"yes": True, "no": False, "true": True, "false": False}.get(same(text))
        return Unknown(f"{title} is yes or no.", "Type one of them.") if truth is None else truth
    if schema.get("format") == "date":
        days = set(readings(text).values())
        day = days.pop().isoformat() if len(days) == 1 else text
        return day if is_date(day) else Unknown(f"{title} is a day with one reading.", "Type it like 2025-09-01.")
    if schema.get("format") == "date-time":
        needed = Unknown(
            f"{title} is a time with its offset.", "Type it into the draft, like 2025-09-01T09:30:00+02:00."
        )
        return text if is_time(text) else needed
    return _text(schema, title, text)


def _text(schema: Mapping[str, object], title: str, text: str) -> object:
    pattern, longest = schema.get("pattern"), schema.get("maxLength")
    if isinstance(longest, int) and len(text) > longest:
        return Unknown(
            f"{title} has {longest} characters at most.", "Shorten it in the draft; the record is the original."
        )
    fault = next(character_faults(text.replace("\n", " ")), None)
    if fault:
        return Unknown(f"{title} holds only what can be seen.", f"Found {fault[2]}. {fault[3]}")
    if schema.get("type") != "string" and "const" not in schema:
        return Unknown(f"{title} holds several facts.", "Type them into the draft.")
    if isinstance(pattern, str) and re.search(pattern, text) is None:
        return Unknown(f"{title}: {schema.get('description', 'as the form asks.')}", "Type it so.")
    return text


def _entry(repository: Repository, register: str, text: str, through: Pointer) -> object:
    """The id of the one entry that goes by this name."""
    entries = {path.rpartition("/")[2]: record for path, record in entries_of(repository, register)}
    found = [name for name, record in entries.items() if same(text) in map(same, _names(name, record, through))]
    if len(found) == 1:
        return found[0]
    return Unknown(f"There must be one such entry among the {register}.", suggestion(text, register, entries))


def suggestion(text: str, register: str, entries: Mapping[str, Record]) -> str:
    """The nearest entries of a register, or all where there are few."""
    labels = {label: name for name, record in entries.items() for label in _names(name, record, ())}
    near = list(dict.fromkeys(labels[label] for label in nearest(text, labels)))
    if not entries:
        return f"The register of {register} is empty. Have the entry made first."
    shown = [f"{label(entries[name])} ({name})" for name in (near or list(entries)[:_SHOWN])]
    asked = (
        f"Did you mean {' or '.join(shown)}?"
        if near
        else f"Known are: {', '.join(shown)}{', ...' if len(entries) > len(shown) else ''}."
    )
    return f"{asked} Else have the entry made first."


def nearest(text: str, words: Iterable[str]) -> list[str]:
    by_fold = {same(word): word for word in words}
    return [by_fold[near] for near in difflib.get_close_matches(same(text)[:100], by_fold, _SHOWN, 0.66)]


def entries_of(repository: Repository, register: str) -> list[tuple[str, Record]]:
    """The entries of a register in force, by path."""
    states = repository.judgement.states
    start = f"records/registers/{register}/"
    entries = states[-1].entries if states else {}
    return sorted((path, record) for path, record in entries.items() if path.startswith(start))


def _names(name: str, record: Record, through: Pointer) -> tuple[str, ...]:
    """What an entry goes by: its id, and the names and numbers it gives itself."""
    keys = ("name", "number", "title", "label", "protocol_code", "eu_ct_number")
    found = [value_at(record, through)] if through else [record.data.get(key) for key in keys]
    return (name, *(value for value in found if isinstance(value, str)))


def label(record: Record) -> str:
    """What people call an entry."""
    names = _names("", record, ())
    return names[1] if len(names) > 1 else record.stem.rpartition("/")[2]


def person(repository: Repository, text: str, roles: Iterable[str]) -> Person | Unknown:
    """The one person of this name; else those of that position, or who hold one of the roles."""
    people = {path.rpartition("/")[2]: record for path, record in entries_of(repository, "people")}
    found = [
        name for name, record in people.items() if _bare(text) in (_bare(str(record.data.get("name"))), same(name))
    ]
    if len(found) == 1:
        return Person(found[0], str(people[found[0]].data.get("name")))
    wanted = f"A person of the registers is named, in the role {' or '.join(roles)}."
    entitled = [name for name in people if _holds(repository, name, roles)]
    placed = [name for name, record in people.items() if same(text) == same(str(record.data.get("position")))]
    near = nearest(text, (str(record.data.get("name")) for record in people.values()))
    meant = placed or [name for name, record in people.items() if record.data.get("name") in near]
    shown = ", ".join(f"{people[name].data.get('name')} ({name})" for name in (meant or entitled)[:_SHOWN])
    if not shown:
        return Unknown(wanted, "Nobody in the registers may. Have the entry made first.")
    return Unknown(wanted, f"Did you mean {shown}?" if meant else f"Who may: {shown}.")


def _holds(repository: Repository, name: str, roles: Iterable[str]) -> bool:
    known = repository.judgement.states[-1].people.get(name)
    return known is not None and any(grant.role in tuple(roles) for grant in known.roles)


def _bare(name: str) -> str:
    """A name without titles and points."""
    return " ".join(word for word in re.split(r"[\s.,]+", name.casefold()) if word and word not in _TITLES)
