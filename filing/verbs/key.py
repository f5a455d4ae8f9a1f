"""key new: a key of one's own with a passphrase, its fingerprint to read out, and the register entry begun."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun, Refused
from filing.terminal import ask, is_real, say, say_next, tell, wrapped

if TYPE_CHECKING:
    from filing.checkout import Checkout
    from filing.forms import Form
    from filing.registers.newkey import Beginning

_ADDED, _REPLACED = "A further key of this person.", "A new key in place of the one before."
_TRIED = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""Stands for the key until it is made, so that the answers are tried before anybody chooses a passphrase."""


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("what", choices=("new",), metavar="new", help="makes a key")
    parser.add_argument("facts", nargs="*", metavar="NAME=VALUE", help="name, position, organisation or reason")
    parser.add_argument("--as", dest="person", metavar="P", required=True, help="whose key, by the id in the registers")
    parser.add_argument("--hardware", action="store_true", help="the key stays in a security key that is touched")
    parser.add_argument("--replace", action="store_true", help="the person's other keys end today")
    parser.add_argument("--file", type=Path, metavar="FILE", help="where it goes (default: ~/.ssh/filing-P)")


def run(options: Namespace) -> int:
    from filing import checkout
    from filing.registers import newkey
    from filing.signing import making

    if not is_real():
        raise CannotRun("A key is made at a terminal, where its passphrase is chosen; this is none.")
    person = newkey.require_id(options.person)
    given = _given(options.facts)
    read = checkout.examined(options.root, options.root_fingerprint)
    if not read.repository.judgement.states:
        raise Refused("The root of trust is not accepted, so that nobody can be entered.", "check")
    at = newkey.beginning(read, person)
    place = making.place_of_key(person, options.file, options.root)
    facts = _facts(read, at, given, options.replace)
    form, day = newkey.form_of(read, at), read.now.astimezone().date().isoformat()
    _require_sound(read, at, form, newkey.with_key(at, form, facts, _TRIED, day, options.replace))
    _say_before(options.hardware)
    with making.made(place, person, options.hardware) as public:
        _write(read, at, newkey.with_key(at, form, facts, public, day, options.replace))
    _say_after(read, at, place, public, options)
    return 0


def _given(words: list[str]) -> Mapping[str, str]:
    from filing.registers.newkey import FACTS

    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in (*FACTS, "reason"):
            raise CannotRun(f'"{word}" is not known here. Give name=, position=, organisation= or reason=, or nothing.')
        found[name] = " ".join(value.split())
    return found


def _facts(read: Checkout, at: Beginning, given: Mapping[str, str], replaces: bool) -> dict[str, str]:
    """What was given, else what is answered: all of a new person, of one who is known why the entry changes."""
    from filing.registers.newkey import organisations

    there = organisations(read)
    questions = {
        "name": "Full name, as it is printed beside a sign-off",
        "position": "Position, such as Head of Quality Assurance",
        "organisation": f"Organisation, one of {', '.join(there)}",
    }
    facts = dict(given)
    for name, question in questions.items():
        if name not in at.known and name not in facts:
            facts[name] = ask(question)
    if not at.new and "reason" not in {**at.known, **facts}:
        facts["reason"] = ask("Why the entry changes", _REPLACED if replaces else _ADDED)
    if facts.get("organisation", there[0] if there else "") not in there:
        raise CannotRun(
            f'"{facts["organisation"]}" is no organisation in the registers. There are: {", ".join(there)}.'
        )
    return facts


def _require_sound(read: Checkout, at: Beginning, form: Form, entry: bytes) -> None:
    from filing import report
    from filing.registers.newkey import faults

    found = faults(read, at.path, entry, form)
    if found:
        say(report.blocks(found, {at.path: entry}))
        raise Refused(f"The entry {at.path} would not be as its form asks. No key was made.")


def _say_before(hardware: bool) -> None:
    if hardware:
        say("\n".join(wrapped("Plug in your security key. Touch it when it blinks.")))
    told = (
        "Choose a passphrase: a sentence that only you know, and that you will remember. You type it twice, and "
        "nothing appears while you type; an empty one is refused. Without it nobody can sign with your key, and nobody "
        "can restore it."
    )
    say("\n".join(wrapped(told)))


def _write(read: Checkout, at: Beginning, entry: bytes) -> None:
    """Writes the entry, unless somebody else wrote one since it was read."""
    from filing import writing
    from filing.modeline import for_editor

    if not at.draft:
        writing.add(read.root, {at.path: for_editor(read.root, at.path, entry)})
    elif (read.root / at.path).read_bytes() != read.files[at.path]:
        raise Refused(f"{at.path} was changed meanwhile. No key was kept; type the command again.")
    else:
        writing.put(read.root, at.path, entry, frozenset())


def _say_after(read: Checkout, at: Beginning, place: Path, public: str, options: Namespace) -> None:
    from filing.place import front_door
    from filing.registers import newkey
    from filing.signoffs import fingerprint

    mark = fingerprint(public)
    kind, _, digits = mark.partition(":")
    say("\n".join(wrapped(f"Your private key is {place}. It never leaves this machine; show it to nobody.")))
    say("\nThe fingerprint of your key:")
    tell(mark)
    say("\nTo read it aloud, letter by letter, and with every capital letter called one:")
    say(f"    {kind}")
    groups = [digits[start : start + 4] for start in range(0, len(digits), 4)]
    for start in range(0, len(groups), 6):
        say(f"    {'  '.join(groups[start : start + 6])}")
    say("\nRead it out, in person or by phone, to one of the register administrators, who knows you:")
    for name in _administrators(read, at.person):
        say(f"    {name}")
    say()
    tell(at.path)
    begun = "The key was added to the entry that waits there" if at.draft else "Your entry is begun there"
    say("\n".join(wrapped(f"{begun}. The administrator fills in that your identity was verified, and your roles.")))
    if options.replace and newkey.keys_that_end(at):
        say("\n".join(wrapped(f"Today is the last day of {', '.join(newkey.keys_that_end(at))}.")))
    _remember(options.root, at.person)
    say_next(f"{front_door(options.root)} change")


def _administrators(read: Checkout, person: str) -> list[str]:
    from filing import paper
    from filing.people import ADMINISTRATOR

    state, day = read.repository.judgement.states[-1], read.now.astimezone().date().isoformat()
    people = sorted(each.id for each in state.people.values() if each.grants(ADMINISTRATOR, day) and each.id != person)
    return [f"{paper.entry_name(state, 'people', each)} ({each})" for each in people]


def _remember(root: Path, person: str) -> None:
    """Who works in this checkout, so that `sign` need not be told each time."""
    from filing.history import remember, setting

    noted = setting(root, "filing.person")
    if not noted and remember(root, "filing.person", person):
        say("\n".join(wrapped(f"This checkout remembers that {person} works here (git setting filing.person).")))
    elif noted and noted != person:
        say("\n".join(wrapped(f"This checkout is set to {noted}; sign with --as {person}.")))
