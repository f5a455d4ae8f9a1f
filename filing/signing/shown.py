"""What a signer is shown: who signs as what, the record as it will print, what was seen, and the statement verbatim."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from filing import paper
from filing.act import Act
from filing.forms import base_of, corrected
from filing.model import Pointer, Value
from filing.repository import Repository
from filing.signing.request import Request, held_roles
from filing.signoffs import Statement, serialise
from filing.terminal import width
from filing.trust import change_number, entries_of
from filing.validate import schema_at

_LABEL = 22
_OWN = ("form",)


def shown(request: Request, repository: Repository, statement: Statement) -> str:
    """Everything, in the order in which it is read."""
    act = Act(request.record, request.form, request.form.match(request.record.path) or {}, (), repository)
    return "\n".join([
        *labelled("You sign as", _who(request, repository, statement)),
        *labelled("Meaning", f'"{statement.meaning}"'),
        *labelled("The record", f"{request.form.title}, {request.record.path}"),
        *_on_another(request, repository),
        "",
        *record_lines(act),
        *_change_lines(request, repository),
        "",
        *labelled("You have seen", _seen(statement)),
        "",
        "Exactly this is signed:",
        "",
        *(f"    {line}" for line in serialise(statement).decode().splitlines()),
    ])  # fmt: skip


def _on_another(request: Request, repository: Repository) -> list[str]:
    """Which record a void takes back or a revision corrects: in its own text that is only a SHA-256."""
    path = request.record.path
    earlier = corrected(path)
    if earlier:
        return labelled("It corrects", earlier)
    base = base_of(path)
    named = [
        r
        for r in repository.records.values()
        if base_of(r.path) == base and r.sha256 == request.record.data.get("voids")
    ]
    return [line for record in named for line in labelled("It takes back", record.path)]


def record_lines(act: Act) -> Iterator[str]:
    """The record's fields as they are printed, by the titles of its form."""
    yield from _fields(act, act.record.data, (), "  ")


def _change_lines(request: Request, repository: Repository) -> list[str]:
    """What a register change gives and takes away, and what falls by it: its record holds only paths and digests."""
    from filing.registers import keeping
    from filing.registers.account import account

    number = change_number(request.record.path)
    if number is None:
        return []
    states, entries = repository.judgement.states, entries_of(request.record)
    before = states[min(number, len(states)) - 1]
    lines = ["", "It gives and takes away:", "", *account(repository, before, entries)]
    fallen = tuple(keeping.left_out(repository, before, entries)) if number == len(states) else ()
    if fallen:
        lines += ["These sign-offs become void, with everything that was signed having seen them:", ""]
        lines += [
            line
            for each in fallen
            for line in labelled(f"  {each.statement.day}", f"{each.path}, by {each.statement.signer}")
        ]
        lines += [""]
    return lines[:-1]


def _who(request: Request, repository: Repository, statement: Statement) -> str:
    state = repository.judgement.states[-1]
    entry = state.entries.get(f"records/registers/people/{request.person}")
    name = paper.entry_name(state, "people", request.person)
    limits = held_roles(repository, request.person).get(request.role, "")
    position = f", {entry.data['position']}" if entry else ""
    where = f"in {statement.place}, {paper.mode_words(statement.mode)}"
    return f"{name}{position}; role {request.role}{f' on {limits}' if limits else ''}; {where}; key {statement.key}"


def _seen(statement: Statement) -> str:
    count = len(statement.saw)
    what = "1 sign-off" if count == 1 else f"{count} sign-offs"
    return f"{what}, all valid, none changed since; the statement below lists them" if count else "nothing before it"


def _fields(act: Act, values: Mapping[str, Value], at: Pointer, indent: str) -> Iterator[str]:
    for name, value in values.items():
        if not (at == () and name in _OWN):
            title = str(schema_at(act.repository.schemas, act.record.form, (*at, name)).get("title", name))
            yield from _field(act, title, value, (*at, name), indent)


def _field(act: Act, title: str, value: Value, at: Pointer, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield f"{indent}{title}"
        yield from _fields(act, value, at, indent + "  ")
    elif isinstance(value, tuple) and any(isinstance(item, (Mapping, tuple)) for item in value):
        for index, item in enumerate(value):
            yield from _field(act, f"{title} {index + 1}", item, (*at, index), indent)
    else:
        text = paper.in_words(act, act.record, at)
        yield from labelled(indent + title, "none" if text is None else text, broken=True)
        yield from _statement_text(act, value, at, indent)


def _statement_text(act: Act, value: Value, at: Pointer, indent: str) -> Iterator[str]:
    """The registered sentence itself, where a field names one: it is what the signer certifies."""
    if schema_at(act.repository.schemas, act.record.form, at).get("x-register") == "statements":
        entry = act.register("statements", value)
        if entry:
            yield from labelled(indent, f'"{" ".join(str(entry.data["text"]).split())}"', broken=True)


def labelled(label: str, text: str, broken: bool = False) -> list[str]:
    """A label and its text beside it; a label that leaves no room has its lines to itself.

    What the record says is `broken` where a word is wider than the terminal: it never gets to the margin, where a line
    of its own would pass for one of ours.
    """
    lead = " " * (_LABEL + 2)
    lines = [line for part in text.split("\n") for line in textwrap.wrap(
        part, width() - len(lead), break_long_words=broken, break_on_hyphens=False
    )]  # fmt: skip
    if len(label) > _LABEL:
        inside = " " * (len(label) - len(label.lstrip()))
        above = textwrap.wrap(label.strip(), width(), initial_indent=inside, subsequent_indent=inside)
        return [*above, *(lead + line for line in lines)]
    return [f"{label:<{_LABEL}}  {line}" if index == 0 else lead + line for index, line in enumerate(lines or [""])]


def place_proposed(repository: Repository, person: str) -> str:
    """The country of the person's organisation; "" where the registers do not say."""
    state = repository.judgement.states[-1]
    entry = state.entries.get(f"records/registers/people/{person}")
    named = entry.data.get("organisation") if entry else ""
    organisation = state.entries.get(f"records/registers/organisations/{named}")
    return str(organisation.data.get("country", "")) if organisation else ""
