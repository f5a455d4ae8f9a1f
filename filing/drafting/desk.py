"""Where the writing verbs stand: the checkout, read and judged, and how a command begins here."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filing import checkout, writing
from filing.drafting.beginning import Drafted
from filing.journal import Journal
from filing.model import CannotRun, Record
from filing.place import TOOL, front_door
from filing.signing.request import record_named
from filing.terminal import say, say_next, tell


@dataclass(frozen=True)
class Desk:
    """`day` is today where the person sits."""

    root: Path
    read: checkout.Checkout
    day: str
    door: str

    def checking(self, path: str) -> str:
        """The command that checks a record."""
        where = path if self.root.resolve() == TOOL else shlex.quote(str(self.root / path))
        return f"{self.door} check {where}"

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
    return Desk(options.root, read, read.now.astimezone().date().isoformat(), door)


def where_and_words(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """What was given: the place, if the first word is one, and the values."""
    if words and "=" not in words[0]:
        return words[0], words[1:]
    return "", words


def hand_over(at: Desk, drafted: Drafted) -> int:
    """Writes a record that is ready, and says what comes next."""
    writing.add(at.root, {drafted.path: drafted.text.encode()})
    tell(drafted.path)
    if drafted.lacking:
        say("Still to be filled in, in the record itself:")
        for pointer, title in drafted.lacking:
            say(f"    {'.'.join(map(str, pointer))}  ({title})")
    if drafted.form.slots:
        say_next(at.checking(drafted.path), f"{at.door} sign {drafted.path}")
    else:
        say("A register change puts it into force.")
        say_next(at.checking(drafted.path), f"{at.door} change")
    return 0
