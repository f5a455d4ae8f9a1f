"""A package as one ZIP, and a package read back from a folder or a ZIP without trusting either.

The ZIP has one form only: one folder at the top, files in the order of their names, stored, dated 1980-01-01, mode
0644. Reading unpacks nothing, follows no link, waits on no pipe and never raises: what is odd comes back as a plain
line, and a file that no package may hold is left out of what was read.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from filing.bag import MOST_FILES, name_problems, path_problem, shown

MOST_BYTES = 2 * 1024**3
MOST_BYTES_OF_A_FILE = 512 * 1024**2

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
# What the local and the central entry share: version, flags, method, time, date, CRC, sizes, lengths of name and extra.
_SHARED = struct.Struct("<5H3L2H")
_VERSION, _STORED, _UNIX = 20, 0, 3
_MIDNIGHT, _FIRST_OF_1980 = 0, 1 << 5 | 1
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
_LOCAL_SIZE = len(_LOCAL) + _SHARED.size
_LONGEST_CHECKSUM_LINE = 1024
# Headers and names of the most files a package may hold.
_MOST_BYTES_OF_A_ZIP = MOST_BYTES + MOST_FILES * 1024

# A pipe put in the place of a file must not keep the reader waiting. Windows knows neither flag, but needs O_BINARY.
_OPENING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | int(getattr(os, "O_BINARY", 0))
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class _Refused(Exception):
    """What is wrong with a file or a ZIP that cannot be read on; the message goes behind its name."""


class _Entry(NamedTuple):
    name: bytes
    shared: bytes
    size: int

    @property
    def header(self) -> bytes:
        return _LOCAL + self.shared + self.name


def zip_bytes(top: str, files: Mapping[str, bytes]) -> bytes:
    """The ZIP of these files below the folder `top`."""
    return b"".join(zip_parts(top, files))


def zip_parts(top: str, files: Mapping[str, bytes]) -> Iterator[bytes]:
    """The same ZIP piece by piece, so that a large package is not held twice."""
    if problems := (*name_problems([top]), *name_problems(files)):
        raise ValueError("; ".join(problems))
    entries = []
    for path in sorted(files):
        entry = _entry(f"{top}/{path}", files[path])
        entries.append(entry)
        yield entry.header
        yield files[path]
    yield b"".join(_contents(entries))


def checksum_line(digest: str, name: str) -> bytes:
    """The whole of <name>.sha256, as `sha256sum -c` reads it."""
    return f"{digest}  ".encode() + os.fsencode(name) + b"\n"


def excess(count: int, total: int, largest: int) -> str:
    """Which limit of a package so many files and bytes are over; "" if none."""
    if count > MOST_FILES:
        return f"more than {MOST_FILES:,} files"
    if largest > MOST_BYTES_OF_A_FILE:
        return f"a file larger than {MOST_BYTES_OF_A_FILE // 1024**2} MB"
    if total > MOST_BYTES:
        return f"more than {MOST_BYTES // 1024**3} GB in all"
    return ""


def read_folder(path: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The plain files below a folder by their path, and everything in it that no package may hold."""
    files: dict[str, bytes] = {}
    problems: list[str] = []
    total = 0
    for number, (within, found) in enumerate(_walk(path, ""), 1):
        if number > MOST_FILES:
            problems.append(f"The package  not read to its end: {excess(number, 0, 0)}")
            break
        if isinstance(found, str):
            problems.append(found)
            continue
        try:
            size = found.lstat().st_size
            total += size
            if over := excess(number, total, size):
                problems.append(f"{within}  not read, nor anything after it: {over}")
                break
            files[within] = _content(found, size)
        except _Refused as refusal:
            problems.append(f"{within}  {refusal}")
        except OSError as error:
            problems.append(f"{within}  cannot be read: {error.strerror}")
    return files, (*problems, *name_problems(files))


def read_zip(path: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files of a package's ZIP by their path below its top folder, and everything that is odd about the ZIP.

    Beside it, <name>.sha256 need not lie, but where it does it must state the right checksum.
    """
    files: dict[str, bytes] = {}
    problems: list[str] = []
    try:
        with _opened(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > _MOST_BYTES_OF_A_ZIP:
                raise _Refused(f"not read: {excess(1, size, 0)}")
            problems.extend(_checksum_problems(path, stream))
            stream.seek(0)
            problems.extend(_read_entries(stream, size, files))
    except _Refused as refusal:
        return {}, (*problems, f"{shown(path.name)}  {refusal}")
    except OSError as error:
        return {}, (*problems, f"{shown(path.name)}  cannot be read: {error.strerror}")
    return files, (*problems, *name_problems(files))


def _walk(folder: Path, within: str) -> Iterator[tuple[str, Path | str]]:
    """Each entry below the folder by its path: where it lies, or a line that says what is wrong with it."""
    said = within or "The package"
    try:
        mode = folder.lstat().st_mode
        if not stat.S_ISDIR(mode):
            yield within, f"{said}  is {_kind(mode)} and not a folder"
            return
        with os.scandir(folder) as scan:
            some = itertools.islice(scan, MOST_FILES + 1)
            names = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in some)
    except OSError as error:
        yield within, f"{said}  cannot be read: {error.strerror}"
        return
    if not names:
        yield within, f"{said}  is an empty folder, which no manifest can list"
    for name, is_folder in names:
        path = f"{within}/{name}".removeprefix("/")
        if problem := path_problem(path):
            yield path, problem
        elif is_folder:
            yield from _walk(folder / name, path)
        else:
            yield path, folder / name


def _kind(mode: int) -> str:
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "a file")


def _content(path: Path, size: int) -> bytes:
    with _opened(path) as stream:
        if os.fstat(stream.fileno()).st_nlink > 1:
            raise _Refused("is one file with two names (a hard link)")
        content = stream.read(size + 1)
    if len(content) != size:
        raise _Refused("was changed while it was read")
    return content


def _opened(path: Path) -> BufferedReader:
    """A plain file, opened without following a link, and the same one that was looked at."""
    seen = path.lstat()
    if not stat.S_ISREG(seen.st_mode):
        raise _Refused(f"is {_kind(seen.st_mode)} and not a plain file")
    stream = os.fdopen(os.open(path, _OPENING), "rb")
    found = os.fstat(stream.fileno())
    # The number of a removed file may be given to the next one, hence the mode as well.
    if not os.path.samestat(seen, found) or seen.st_mode != found.st_mode:
        stream.close()
        raise _Refused("was exchanged while it was read")
    return stream


def _checksum_problems(path: Path, stream: BufferedReader) -> Iterator[str]:
    beside = path.with_name(path.name + ".sha256")
    try:
        with _opened(beside) as line:
            stated = line.read(_LONGEST_CHECKSUM_LINE)
    except FileNotFoundError:
        return
    except _Refused as refusal:
        yield f"{shown(beside.name)}  {refusal}"
        return
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if stated != checksum_line(digest, path.name):
        yield f'{shown(beside.name)}  does not agree with the ZIP: it must read "{digest}  {shown(path.name)}"'


def _read_entries(stream: BufferedReader, size: int, files: dict[str, bytes]) -> Iterator[str]:
    """Read the entries from the front; what no file of ours has ends the reading, so nothing is ever unpacked."""
    entries: list[_Entry] = []
    tops: set[str] = set()
    total = 0
    while (head := stream.read(_LOCAL_SIZE)).startswith(_LOCAL) and len(head) == _LOCAL_SIZE:
        _, flags, method, _, _, _, packed, length, name_length, extra_length = _SHARED.unpack(head[len(_LOCAL) :])
        total += length
        name = stream.read(name_length)
        top, path = _place(name)
        if flags or extra_length or packed != length:
            raise _Refused(f"has an entry that is not in plain form: {shown(path)}")
        if method != _STORED:
            raise _Refused(f"has a compressed entry: {shown(path)}; a package is stored, and this is not unpacked")
        if over := excess(len(entries) + 1, total, length):
            raise _Refused(f"not read from {shown(path)} on: {over}")
        if length > size - stream.tell():
            raise _Refused(f"ends before its entry {shown(path)} does")
        if path in files:
            raise _Refused(f"has two entries of the name {shown(path)}")
        content = stream.read(length)
        entry = _entry(f"{top}/{path}", content)
        if entry.header != head + name:
            yield f"{path}  changed: its checksum, date or version in the ZIP is not that of its content"
        files[path] = content
        entries.append(entry)
        tops.add(top)
    if not entries:
        raise _Refused("is not the ZIP of a package: it does not begin with a file")
    if len(tops) > 1:
        yield f"{shown(min(tops))} and {shown(max(tops))}  a ZIP holds one package, in one folder at its top"
    if list(files) != sorted(files):
        yield "The ZIP  its entries are not in the order of their names"
    yield from _ending_problems(entries, head, stream, size)


def _place(name: bytes) -> tuple[str, str]:
    """The top folder and the path below it; anything but a plain relative name is refused before it is used."""
    said = name.decode("latin-1")
    if said.endswith("/"):
        raise _Refused(f"has an entry for a folder: {shown(said)}")
    top, _, path = said.partition("/")
    if not path or path_problem(top) or path_problem(path):
        raise _Refused(f"has an entry whose name no package may hold: {shown(said)}")
    return top, path


def _entry(name: str, content: bytes) -> _Entry:
    size = len(content)
    crc = zlib.crc32(content)
    fixed = (_VERSION, 0, _STORED, _MIDNIGHT, _FIRST_OF_1980)
    return _Entry(name.encode("ascii"), _SHARED.pack(*fixed, crc, size, size, len(name), 0), size)


def _contents(entries: list[_Entry]) -> Iterator[bytes]:
    """The ZIP's own list of its contents: one part for each entry, and the end."""
    offset = length = 0
    for entry in entries:
        tail = struct.pack("<3H2L", 0, 0, 0, _PLAIN_FILE, offset)
        part = _CENTRAL + bytes((_VERSION, _UNIX)) + entry.shared + tail + entry.name
        length += len(part)
        offset += len(entry.header) + entry.size
        yield part
    yield struct.pack("<4s4H2LH", _END, 0, 0, len(entries), len(entries), length, offset, 0)


def _ending_problems(entries: list[_Entry], head: bytes, stream: BufferedReader, size: int) -> Iterator[str]:
    parts = list(_contents(entries))
    found = head + stream.read(sum(map(len, parts)) - len(head))
    place = 0
    for entry, part in itertools.zip_longest(entries, parts):
        if found[place : place + len(part)] != part:
            what = entry.name.decode("ascii") if entry else "its end"
            yield f"The ZIP  its own list of contents is not as written at {what}: another name, attribute or a comment"
            return
        place += len(part)
    if further := size - stream.tell():
        yield f"The ZIP  {further} bytes follow its end"
