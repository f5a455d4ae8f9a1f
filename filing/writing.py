"""Writing into the working tree: new files all or none, and never over something that was signed.

Packages are written by `publish`; sign-offs by `signing`; this room serves both them and the verbs that draft records.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filing.model import CannotRun


def add(root: Path, files: Mapping[str, bytes]) -> None:
    """Writes new files (POSIX paths below `root`), all or none; raises CannotRun where one is there already."""
    there = next((path for path in files if os.path.lexists(root / path)), None)
    if there:
        raise CannotRun(f"{there} is there already, and nothing is written over it. Nothing was changed.")
    _put(root, files)


def put(root: Path, path: str, data: bytes, signed: frozenset[str]) -> None:
    """Writes a file that nobody signed, new or in place of what it held; `signed` are the paths that may not change.

    Raises CannotRun for one of those.
    """
    put_all(root, {path: data}, signed)


def put_all(root: Path, files: Mapping[str, bytes], signed: frozenset[str]) -> None:
    """Writes several files that nobody signed, all or none; see `put`."""
    for path in files:
        if path in signed:
            raise CannotRun(f"{path} is signed, and a signed file is never changed. Correct it.", f"revise {path}")
    _put(root, files)


def _put(root: Path, files: Mapping[str, bytes]) -> None:
    """Each file is written beside its place first; the places are filled together, and no Ctrl-C comes between."""
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, data in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=place.parent, prefix=".writing-")
            waiting.append((Path(name), place))
            with open(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.chmod(name, 0o666 & ~_umask())
        with _undisturbed():
            for written, place in waiting:
                os.replace(written, place)
    finally:
        for written, _ in waiting:
            written.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and a request to end wait until the block is done."""
    came: list[int] = []
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda number, _: came.append(number)) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
    for number in came:
        signal.raise_signal(number)
