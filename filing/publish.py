"""The only writer of output/: a package appears there whole, checked and safe on the disk, or not at all.

It writes in .build/ beside output/, has what it wrote read back, and only then moves it over: ZIP and checksum first,
the folder last. It replaces nothing: a package of the same name is either the same to the byte, or in the way.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filing.archive import checksum_line, excess, read_folder, zip_parts
from filing.bag import name_problems
from filing.model import CannotRun

_PACKAGE_NAME = re.compile(r"[a-z0-9-]+")

_PLAIN_WORDS = {
    errno.ENOSPC: "the disk is full; make room",
    errno.EDQUOT: "your share of the disk is used up; make room",
    errno.EFBIG: "the disk takes no file of this size; choose another disk",
    errno.EIO: "the disk reports a fault; have it looked at or choose another disk",
    errno.EROFS: "the disk can be read only; choose another disk",
    errno.EACCES: "this account may not write there; ask for the right to write or choose another folder",
    errno.EPERM: "this account may not write there; ask for the right to write or choose another folder",
    errno.EMFILE: "too many files are open; close other programs",
    errno.ENFILE: "too many files are open; close other programs",
    errno.EXDEV: "the folder for packages is a disk of its own; choose a folder on that disk instead",
    errno.ENOLCK: "this disk cannot lock files; choose another disk",
}


class PublishFault(CannotRun):
    """What was written is not sound; nothing was put into the folder of packages."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("The package was written but is not sound, so it was not published: " + "; ".join(problems))
        self.problems = problems


def publish(name: str, files: Mapping[str, bytes], out: Path, check: Callable[[Path], tuple[str, ...]]) -> Path:
    """Put a package into `out` as folder, ZIP and checksum of the ZIP; `check` re-reads the folder before it shows."""
    _refuse(name, files)
    with _plain_words(out / name):
        # Beside the folder itself, not beside a link to it: a rename cannot cross disks.
        build = out.resolve().parent / ".build"
        build.mkdir(parents=True, exist_ok=True)
        out.mkdir(exist_ok=True)
        with _only_build(build / "lock"):
            _complete(name, files, out, build / "staging", check)
    return out / name


def _refuse(name: str, files: Mapping[str, bytes]) -> None:
    if not _PACKAGE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a package: lower case letters, digits and hyphens")
    if problems := (*name_problems([name]), *name_problems(files)):
        raise ValueError("; ".join(problems))
    sizes = [len(content) for content in files.values()]
    if over := excess(len(sizes), sum(sizes), max(sizes, default=0)):
        raise CannotRun(f"{name} cannot be one package: it would hold {over}. Package batch by batch.")


@contextmanager
def _plain_words(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = _PLAIN_WORDS.get(error.errno or 0, error.strerror or str(error))
        raise CannotRun(
            f"{place} could not be written: {words}, then build again. Earlier packages are as they were."
        ) from error


@contextmanager
def _only_build(path: Path) -> Iterator[None]:
    """Hold the lock. The system releases it when a build is killed; the file stays and by itself says nothing."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun("Another build is running here: wait until it has ended, then build again.") from error
        yield
    finally:
        os.close(lock)


def _complete(
    name: str, files: Mapping[str, bytes], out: Path, staging: Path, check: Callable[[Path], tuple[str, ...]]
) -> None:
    """Move over what `out` lacks of the package; the folder comes last, so that where it is, everything is."""
    archive, checksum = f"{name}.zip", f"{name}.zip.sha256"
    digest = _digest(zip_parts(name, files))
    line = checksum_line(digest, archive)
    _refuse_others(out / archive, digest)
    _refuse_others(out / checksum, _digest([line]))
    _refuse_other_contents(out / name, files)
    if os.path.lexists(staging):
        shutil.rmtree(staging)
    try:
        missing = [item for item in (archive, checksum, name) if not os.path.lexists(out / item)]
        if missing:
            _stage(staging, {f"{name}/{path}": content for path, content in files.items()})
            _write(staging / archive, zip_parts(name, files))
            _write(staging / checksum, [line])
            _recheck(staging, name, digest, check)
        for item in missing:
            (staging / item).rename(out / item)
            _sync(out)
        # What a killed build moved over may not be on the disk yet.
        _sync(out)
        _sync(out.resolve().parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_others(path: Path, digest: str) -> None:
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file() or _digest_of(path) != digest):
        raise _in_the_way(path)


def _refuse_other_contents(folder: Path, files: Mapping[str, bytes]) -> None:
    if not os.path.lexists(folder):
        return
    found, problems = read_folder(folder)
    if problems:
        raise _in_the_way(folder, f" ({problems[0]})")
    for path in sorted({*found, *files}):
        if found.get(path) != files.get(path):
            raise _in_the_way(folder / path)


def _in_the_way(path: Path, why: str = "") -> CannotRun:
    return CannotRun(
        f"{path} is there already and differs from this package{why}. A package is never replaced: find out which of"
        " the two is right, and move the other one away."
    )


def _stage(folder: Path, files: Mapping[str, bytes]) -> None:
    folders = sorted({folder / parent for path in files for parent in Path(path).parents})
    for each in folders:
        each.mkdir()
        # The umask of whoever builds would show in the package.
        each.chmod(0o755)
    for path, content in files.items():
        _write(folder / path, [content])
    for each in reversed(folders):
        _sync(each)


def _write(path: Path, parts: Iterable[bytes]) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.fchmod(file, 0o644)
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(file, rest) :]
        os.fsync(file)
    finally:
        os.close(file)


def _sync(folder: Path) -> None:
    """A name is safe on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _recheck(staging: Path, name: str, digest: str, check: Callable[[Path], tuple[str, ...]]) -> None:
    problems = check(staging / name)
    if _digest_of(staging / f"{name}.zip") != digest:
        problems = (*problems, f"{name}.zip  changed: it does not read back as it was written")
    if problems:
        raise PublishFault(problems)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
