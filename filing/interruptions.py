"""Ctrl-C, a request to end and a terminal that is closed: when they wait, and when they end a program in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def undisturbed() -> Iterator[None]:
    """They wait until the block is done."""
    came: list[int] = []
    kinds = (signal.SIGINT, *_ENDINGS)
    before = [signal.signal(kind, lambda number, _: came.append(number)) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
    for number in came:
        signal.raise_signal(number)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """They leave the block as Ctrl-C does, so that it clears up behind itself."""
    ignored = [kind for kind in _ENDINGS if signal.getsignal(kind) == signal.SIG_IGN]
    kinds = [kind for kind in _ENDINGS if kind not in ignored]
    before = [signal.signal(kind, _stop) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _stop(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
