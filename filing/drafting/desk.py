"""Where the writing verbs stand: the checkout, read and judged, and how a command begins here."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filing import checkout, steps, writing
from filing.drafting.beginning import Drafted
from filing.journal import Journal
from filing.model import CannotRun, Record
from filing.modeline import for_editor
from filing.place import front_door
from filing.signing.request import record_named
from filing.steps import told
from filing.terminal import say, say_next, tell


@dataclass(frozen=True)
class Desk:
    """`day` is today where the person sits."""

    root: Path
    read: checkout.Checkout
    day: str
    door: str
    fingerprint: str | None = None

    def record(self, name: str) -> Record:
        """The record a person means by a path."""
        return record_named(self.read.repository, self.root, name)

    @property
    def journal(self) -> Journal:
        return self.read.journal


def opened(options: Namespace) -> Desk:
    read = checkout.examined(options.root, options.root_fingerprint)
    door = front_door(options.root)
    if not read.repository.judgement.states:
        raise CannotRun("The root of trust is not accepted, so that no record can be begun.", "check")
    return Desk(options.root, read, read.now.astimezone().date().isoformat(), door, options.root_fingerprint)


def where_and_words(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """What was given: the place, if the first word is one, and the values."""
    if words and "=" not in words[0]:
        return words[0], words[1:]
    return "", words


def hand_over(at: Desk, drafted: Drafted) -> int:
    """Writes a record that is ready, and says what comes next."""
    writing.add(at.root, {drafted.path: for_editor(at.root, drafted.path, drafted.text.encode())})
    tell(drafted.path)
    if drafted.lacking:
        say("Still to be filled in, in the record itself:")
        for pointer, title in drafted.lacking:
            say(f"    {'.'.join(map(str, pointer))}  ({title})")
    if drafted.form.slots:
        again = checkout.examined(at.root, at.fingerprint)
        commands = steps.commands_after(again, drafted.path) or (f"sign {drafted.path}",)
        say_next(*(told.command(at.root, each) for each in dict.fromkeys((f"check {drafted.path}", *commands))))
    else:
        say("A register change puts it into force.")
        say_next(f"{at.door} check {drafted.path}", f"{at.door} change")
    return 0
