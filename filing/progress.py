"""What is being worked on, told on a terminal once it takes longer than a second, so that nobody waits blindly.

Rooms name their item with `at`; where nobody looks on, that costs nothing. The line is wiped before anything else is
written, and never gets into a file or a pipe.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE, _PACE = 1.0, 0.1
"""Seconds before the first line, and between two."""
_WIPE = "\r\x1b[K"


class _Teller:
    """Writes the current item to stderr from a thread of its own."""

    def __init__(self) -> None:
        self.item = ""
        self._shown = ""
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wipe(self) -> None:
        """Forgets the item, and takes its line off the terminal."""
        with self._lock:
            self.item = ""
            self._show("")

    def end(self) -> None:
        self._done.set()
        self._thread.join()
        self.wipe()

    def _run(self) -> None:
        waited = self._done.wait(_PATIENCE)
        while not waited:
            with self._lock:
                self._show(self.item)
            waited = self._done.wait(_PACE)

    def _show(self, item: str) -> None:
        if item == self._shown:
            return
        self._shown = item
        room = shutil.get_terminal_size().columns - 1
        plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in item)
        short = plain if len(plain) <= room else f"{plain[: room - 3]}..."
        sys.stderr.write(f"{_WIPE}{short}")
        sys.stderr.flush()


_teller: _Teller | None = None


def at(item: str) -> None:
    """Names what is being worked on now."""
    if _teller:
        _teller.item = item


def wipe() -> None:
    """Clears the terminal for what is said or asked next."""
    if _teller:
        _teller.wipe()


@contextmanager
def told() -> Iterator[None]:
    """Progress is told on a terminal while the block runs."""
    global _teller
    if not sys.stderr.isatty():
        yield
        return
    _teller = teller = _Teller()
    try:
        yield
    finally:
        _teller = None
        teller.end()
