"""The front door at a real terminal: a pseudo-terminal of a chosen width, with somebody who answers.

The child has the terminal as its controlling one, so that `ssh-keygen` asks for passphrases there, too.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.repositories import ROOT

_QUESTION = re.compile(r"(?:^|[\r\n])([^\r\n]+: )$")
_QUIET = 0.05
"""Seconds without output after which a line that ends like a question is one."""
_WIPED = re.compile(r"[^\n]*\r\x1b\[K")
_OTHERS = ("FILING_ROOT", "CI", "SSH_AUTH_SOCK", "COLUMNS", "LINES")
"""Variables of the terminal that the tests themselves were started at."""
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program at a terminal. `seen` is what it has shown so far and not wiped, with plain line ends and no colours;
    `ever_seen` also what it wiped."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
        folder: Path = ROOT,
        columns: int = 100,
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        own = {name: value for name, value in os.environ.items() if name not in _OTHERS}
        self._child = subprocess.Popen(
            list(map(str, command)),
            stdin=slave, stdout=slave, stderr=slave, cwd=folder, start_new_session=True,
            preexec_fn=_sit_down,
            env={**own, "GIT_CONFIG_GLOBAL": os.devnull, "TERM": "xterm", "NO_COLOR": "1", **(environment or {})},
        )  # fmt: skip
        os.close(slave)
        self.seen = self.ever_seen = ""
        self._bytes = b""
        self._read_up_to = 0

    def question(self, seconds: float = 120) -> str | None:
        """The next question it asks, with the lines shown since the last answer; None once it has ended."""
        until, since = time.monotonic() + seconds, 0.0
        while time.monotonic() < until:
            told = self._read(_QUIET)
            if told is None:
                return None
            since = 0.0 if told else since + _QUIET
            if since >= _QUIET and _QUESTION.search(self._since_answer) and self._waits():
                return self._since_answer
        raise AssertionError(f"nothing was asked within {seconds} s; the terminal shows:\n{self.seen}")

    def answer(self, text: str) -> None:
        """Types a line."""
        self._read_up_to = len(self.seen)
        os.write(self._master, (text + "\n").encode())

    def press(self, key: bytes) -> None:
        """Presses a key: b"\\x03" is Ctrl-C, b"\\x04" Ctrl-D."""
        os.write(self._master, key)

    def end(self, seconds: float = 120) -> int:
        """Waits until it ends; its exit code, negative for a signal."""
        until = time.monotonic() + seconds
        while self._read(_QUIET) is not None:
            if time.monotonic() > until:
                os.killpg(self._child.pid, signal.SIGKILL)
                raise AssertionError(f"it did not end within {seconds} s; the terminal shows:\n{self.seen}")
        status = self._child.wait(seconds)  # before the terminal goes away, which would end it
        os.close(self._master)
        return status

    def _waits(self) -> bool:
        """Whether nothing of it is at work, so that it waits for an answer; a busy machine makes long pauses."""
        children = Path(f"/proc/{self._child.pid}/task/{self._child.pid}/children")
        if not children.exists():  # no Linux: the pause has to do
            return True
        try:
            return all(_state(process) == "S" for process in (self._child.pid, *children.read_text().split()))
        except OSError:  # one of them has ended since
            return False

    @property
    def _since_answer(self) -> str:
        return self.seen[self._read_up_to :]

    def _read(self, seconds: float) -> str | None:
        """What it shows meanwhile, "" for nothing; None once it has ended."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return "" if self._child.poll() is None else self._rest()
        try:
            told = os.read(self._master, 65536)
        except OSError:  # Linux reports the end of the other side so
            return None
        if not told:
            return None
        self._bytes += told  # a character, a line end or a colour may come in two parts
        lines = self._bytes.decode(errors="replace").replace("\r\n", "\n")
        self.seen, self.ever_seen = (_COLOUR.sub("", text) for text in (_WIPED.sub("", lines), lines))
        return told.decode(errors="replace")

    def _rest(self) -> str | None:
        ready, _, _ = select.select([self._master], [], [], 0)
        return self._read(0) if ready else None


def _sit_down() -> None:
    """The child's terminal is its controlling one, and Ctrl-C reaches it also where the tests run in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _state(process: int | str) -> str:
    """R for one at work, S for one that waits, as Linux has it."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]


def started(*arguments: str | Path, root: Path | None = None, columns: int = 100, **environment: str) -> Terminal:
    """The front door at a terminal, begun."""
    chosen = ["--root", str(root)] if root else []
    return Terminal(
        [sys.executable, str(ROOT / "build.py"), *chosen, *map(str, arguments)], environment, columns=columns
    )


def build(
    *arguments: str | Path,
    root: Path | None = None,
    answers: Mapping[str, str] | None = None,
    columns: int = 100,
    **environment: str,
) -> tuple[int, str]:
    """The front door at a terminal, to its end: exit code and all that was shown.

    `answers` maps a part of a question to what is typed; a question that none fits gets Enter alone, which takes what
    stands in brackets. A question that is asked over and over is a failure.
    """
    terminal = started(*arguments, root=root, columns=columns, **environment)
    for _ in range(200):
        question = terminal.question()
        if question is None:
            return terminal.end(), terminal.seen
        asked = question.rstrip("\n").rpartition("\n")[2]
        fitting = [text for part, text in (answers or {}).items() if part in asked]
        terminal.answer(fitting[0] if fitting else "")
    terminal.press(b"\x03")
    raise AssertionError(f"it asks without end; the terminal shows:\n{terminal.seen}")
