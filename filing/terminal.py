"""What is said to people while a verb works, and what is asked of them at a real terminal.

Data goes to stdout, everything else to stderr. Nothing asks without a terminal.
"""

from __future__ import annotations

import shutil
import sys
import textwrap

from filing import progress
from filing.model import CannotRun

_NARROWEST, _WIDEST = 60, 110


def say(text: str = "") -> None:
    """A line to stderr; what a terminal might take for a command is shown as a sign instead."""
    progress.wipe()
    print(printable(text), file=sys.stderr, flush=True)


def tell(text: str = "") -> None:
    """A line of data to stdout."""
    progress.wipe()
    print(printable(text), flush=True)


def say_next(*commands: str) -> None:
    """What to type next: each command alone on its line, whole, whatever the width of the terminal."""
    say("Next")
    for command in commands:
        say(f"    {command}")


def width() -> int:
    """How many columns a text may take: as many as the terminal has, within reason; the same everywhere else."""
    if not sys.stderr.isatty():
        return _WIDEST
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns - 1))


def wrapped(text: str) -> list[str]:
    """A sentence in lines as wide as the terminal; never for a command."""
    return textwrap.wrap(text, width(), break_long_words=False, break_on_hyphens=False)


def printable(text: str) -> str:
    """Text as a terminal shows it: a space that keeps a date together on paper is a space like any other here."""
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def is_real() -> bool:
    """Whether somebody sits at a terminal who can read and answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, proposed: str = "") -> str:
    """The answer to a question; an empty one takes what is proposed. Raises CannotRun where nobody can answer.

    Every question ends in ": " on the line on which it is answered.
    """
    if not is_real():
        raise CannotRun(f"Nobody can be asked here, since this is no terminal: {question}")
    progress.wipe()
    shown = f"{question} [{proposed}]: " if proposed else f"{question}: "
    print(printable(shown), end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt  # the end of input, Ctrl-D, is no answer
    return line.strip() or proposed
