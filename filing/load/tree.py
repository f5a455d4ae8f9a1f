"""The regular files of a record repository by their paths; links, devices, large files and odd names stay unopened.

What a file says is not looked at, and nothing outside the named folders is touched.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from typing import TYPE_CHECKING

from filing.load.words import LARGEST, WHOLE_FILE, Fault, Unreadable, finding_of, too_large
from filing.model import Finding

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")
DROPPING = re.compile(r"\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|#.*#|\.#.*|\.~lock\..*|.*\.sw[a-z]|.*~", re.DOTALL)
"""What editors and file managers leave behind."""
ODD_NAME = "Rename it: begin with a letter or digit, then letters, digits and . _ @ - only."
AS_READER = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""Opened so that a link put in the file's place since the look cannot be followed and a pipe cannot block."""


def read_tree(root: Path, tops: Sequence[str]) -> tuple[dict[str, bytes], tuple[Finding, ...]]:
    """The files below `tops`, sorted by path, and everything that was not read."""
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    base = os.fspath(root)
    waiting = [top for top in tops if os.path.lexists(f"{base}/{top}")]
    while waiting:
        folder = waiting.pop()
        try:
            entries = _entries(f"{base}/{folder}")
        except (Unreadable, OSError) as trouble:
            findings.append(finding_of(folder, _fault(trouble)))
            continue
        twins = _twins([entry.name for entry in entries])
        for entry in entries:
            name = entry.name
            path = f"{folder}/{name if NAME.fullmatch(name) else ascii(name)[1:-1]}"
            try:
                if _is_folder(entry, twins):
                    waiting.append(path)
                else:
                    files[path] = _contents(entry.path)
            except (Unreadable, OSError) as trouble:
                findings.append(finding_of(path, _fault(trouble)))
    return dict(sorted(files.items())), tuple(sorted(findings))


def _entries(folder: str) -> list[os.DirEntry[str]]:
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise Unreadable(Fault(WHOLE_FILE, "kind of file", "a link or a single file", "Make it a folder."))
    with os.scandir(folder) as entries:
        return [entry for entry in entries if not DROPPING.fullmatch(entry.name)]


def _twins(names: list[str]) -> dict[str, str]:
    """Names that differ only in capitals, each with another such name: elsewhere one would replace the other."""
    if len({name.lower() for name in names}) == len(names):
        return {}
    alike: dict[str, list[str]] = {}
    for name in sorted(names):
        alike.setdefault(name.lower(), []).append(name)
    return {name: group[group[0] == name] for group in alike.values() if len(group) > 1 for name in group}


def _is_folder(entry: os.DirEntry[str], twins: dict[str, str]) -> bool:
    if not NAME.fullmatch(entry.name):
        raise Unreadable(Fault(WHOLE_FILE, "name", "a name with other characters", ODD_NAME))
    if entry.name in twins:
        found = f"beside it stands {twins[entry.name]}"
        raise Unreadable(Fault(WHOLE_FILE, "twin", found, "Rename one, or remove the one that is not meant."))
    if entry.is_dir(follow_symlinks=False):
        return True
    if not entry.is_file(follow_symlinks=False):
        found = "a link to another place" if entry.is_symlink() else "a device or pipe"
        raise Unreadable(Fault(WHOLE_FILE, "kind of file", found, "Put the file itself here, or remove this."))
    return False


def _contents(path: str) -> bytes:
    file = os.open(path, AS_READER)
    try:
        size = os.fstat(file).st_size
        data = os.read(file, size + 1) if size <= LARGEST else b""
    finally:
        os.close(file)
    if size > LARGEST:
        raise Unreadable(too_large(WHOLE_FILE, size))
    if len(data) != size:
        raise Unreadable(Fault(WHOLE_FILE, "unreadable", "it changed while it was read", "Start the program again."))
    return data


def _fault(trouble: Unreadable | OSError) -> Fault:
    if isinstance(trouble, Unreadable):
        return trouble.fault
    return Fault(WHOLE_FILE, "unreadable", trouble.strerror or "no access", "Give yourself the right to read it.")
