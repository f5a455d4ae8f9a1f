"""Writing into the working tree: new files all or none, and never over something that was signed.

Packages are written by `publish`; sign-offs by `signing`; this room serves both them and the verbs that draft records.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from filing.interruptions import undisturbed
from filing.model import CannotRun


def add(root: Path, files: Mapping[str, bytes]) -> None:
    """Writes new files (POSIX paths below `root`), all or none; raises CannotRun where one is there already."""
    for path in files:
        if os.path.lexists(root / path):
            raise _there_already(path)
    _put(root, files, _bring_new)


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


def _bring(waiting: list[tuple[Path, Path]]) -> None:
    for written, place in waiting:
        os.replace(written, place)


@undisturbed()
def _put(root: Path, files: Mapping[str, bytes], bring: Callable[[list[tuple[Path, Path]]], None] = _bring) -> None:
    """Each file is written beside its place first; then the places are filled together. No Ctrl-C comes between.

    What a power cut leaves behind has a name that is never read as a record.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, data in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=place.parent, prefix=".writing-", suffix="~")
            waiting.append((Path(name), place))
            with open(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.chmod(name, 0o666 & ~_umask())
        bring(waiting)
    finally:
        for written, _ in waiting:
            written.unlink(missing_ok=True)


def _bring_new(waiting: list[tuple[Path, Path]]) -> None:
    """Of two who write one file at once, one is told so: a place that is taken meanwhile is never written over."""
    brought: list[Path] = []
    try:
        for written, place in waiting:
            _move_to_free_place(written, place)
            brought.append(place)
    except OSError as error:
        for done in brought:
            done.unlink()
        if isinstance(error, FileExistsError):
            raise _there_already(str(error.filename2 or error.filename)) from error
        raise


def _move_to_free_place(written: Path, place: Path) -> None:
    """Raises FileExistsError where something is there."""
    if os.name == "nt":
        os.rename(written, place)
        return
    try:
        os.link(written, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(place):
            raise FileExistsError(errno.EEXIST, "there already", str(place)) from None
        os.replace(written, place)


def _there_already(path: str) -> CannotRun:
    return CannotRun(f"{path} is there already, and nothing is written over it. Nothing was changed.")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
