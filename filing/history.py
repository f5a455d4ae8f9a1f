"""What git knows: the files of HEAD, whether the checkout is clean, and which signed files were changed or lost.

Reads through the git command line only; writes nothing. Findings about data are made elsewhere; what keeps git from
answering is CannotRun with the command that mends it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filing.judging import SUFFIX, record_of
from filing.judging.court import SIGNATURE
from filing.model import CannotRun
from filing.signoffs import utc_text
from filing.trust import ROOT_FILE

_TOPS = ("records", "schemas", "templates")
# A hook's variables point git elsewhere; replaced objects and settings of log would rewrite what the history says.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_GRAFT_FILE")
_PLAIN = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1"}
_SETTINGS = tuple(
    argument
    for setting in (
        "core.quotePath=false", "log.follow=false", "log.showSignature=false", "log.diffMerges=separate",
        "diff.relative=false", "advice.graftFileDeprecated=false",
    )
    for argument in ("-c", setting)
)  # fmt: skip


_Changed = tuple[str, int, list[tuple[str, str]]]
"""A commit: its id, committer time and [(path, blob id, or "" when removed)]."""


@dataclass(frozen=True)
class Break:
    """A signed file that was changed or lost; `commit` is "" for the working tree."""

    path: str
    commit: str
    what: str
    was: str
    """The git blob id before."""


@dataclass(frozen=True)
class History:
    """The first-parent line since the commit that brought the present root of trust.

    `first_seen` maps (path, git blob id) to the committer time (UTC text) of the earliest commit that holds it.
    """

    first_seen: Mapping[tuple[str, str], str]
    breaks: tuple[Break, ...]
    object_format: str

    def latest(self, path: str, data: bytes, now: str) -> str:
        """The newest time (UTC text) these bytes can have been made: when they were committed, else now."""
        return self.first_seen.get((path, _blob_id(data, self.object_format)), now)


@dataclass(frozen=True)
class Commit:
    id: str
    committed: datetime
    files: Mapping[str, bytes]


def inside_git(root: Path) -> bool:
    """Whether the folder belongs to a git checkout; raises CannotRun where git refuses to look at it."""
    if not shutil.which("git"):
        return False
    answer = _git_raw(root, "rev-parse", "--is-inside-work-tree")
    if b"dubious ownership" in answer.stderr:
        raise CannotRun(
            "git does not trust this folder because it belongs to somebody else. If you know it is yours, type: "
            f'git config --global --add safe.directory "{root.resolve()}"'
        )
    return answer.returncode == 0 and answer.stdout.strip() == b"true" and _has_commit(root)


def setting(root: Path, name: str) -> str:
    """A setting of git such as filing.root, the root's fingerprint, or filing.person, who works here; "" for none."""
    if not shutil.which("git"):
        return ""
    return _git_raw(root, "config", "--get", name).stdout.decode(errors="replace").strip()


def remember(root: Path, name: str, value: str) -> bool:
    """Notes a setting in this checkout alone; False where it is none of git's, or cannot be written."""
    return inside_git(root) and _git_raw(root, "config", "--local", name, value).returncode == 0


def is_shallow(root: Path) -> bool:
    """Whether history is cut: a shallow clone, or grafts that hide what went before."""
    grafts = _git(root, "rev-parse", "--git-path", "info/grafts").decode(errors="surrogateescape").removesuffix("\n")
    if (root / grafts).exists():
        return True
    return _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def clean_head(root: Path) -> Commit:
    """The files of HEAD, exactly as committed. Raises CannotRun for a dirty tree or a shallow clone."""
    if not inside_git(root):
        raise CannotRun(
            "A package is made from a git commit, and this folder is no git checkout, or git is not installed. "
            "Clone the repository; ./build.py doctor says what is missing."
        )
    if is_shallow(root):
        raise CannotRun(
            "This clone lacks the repository's history. Type: git fetch --unshallow (and remove .git/info/grafts)"
        )
    dirty = uncommitted(root)
    if dirty:
        shown = ", ".join(dirty[:3]) + (" and more" if len(dirty) > 3 else "")
        raise CannotRun(
            f"A package is made from a commit, and there are changes not committed: {shown}. Commit them, "
            "or put them aside with: git stash -u"
        )
    commit, seconds = _git(root, "log", "-1", "--format=%H %ct").decode().split()
    return Commit(commit, datetime.fromtimestamp(int(seconds), UTC), _files_of_head(root))


def uncommitted(root: Path) -> list[str]:
    """The paths that are otherwise than HEAD has them, new files among them, as git shows them."""
    out = _git(root, "status", "--porcelain", "--untracked-files=all", "--", ".")
    return [line[3:] for line in out.decode(errors="replace").splitlines()]


def read_history(root: Path, files: Mapping[str, bytes], listed: Mapping[str, frozenset[str]]) -> History:
    """The history of the record repository, its present files being `files`; `listed` are the register changes, each
    with the entries it puts into force."""
    object_format = _git(root, "rev-parse", "--show-object-format").decode().strip()
    now = {path: _blob_id(data, object_format) for path, data in files.items() if path.startswith("records/")}
    commits = _commits(root)
    start = _start(commits, now.get(ROOT_FILE, ""))
    past = _Past(listed, now)
    breaks: list[Break] = []
    first_seen: dict[tuple[str, str], str] = {}
    for index, (commit, seconds, changes) in enumerate(commits):
        if index > start:
            breaks += past.broken_by(changes, commit)
        past.add(changes)
        utc = utc_text(datetime.fromtimestamp(seconds, UTC))
        for path, blob in changes:
            first_seen.setdefault((path, blob), utc)
    if start < len(commits):
        breaks += _lost_in_merges(root, commits[start][0])
        working_tree = [(path, now.get(path, "")) for path in sorted(past.present)]
        breaks += past.broken_by(working_tree, "")
    return History(first_seen, _still_broken(breaks, now), object_format)


class _Past:
    """The records as the commits read so far leave them, and which of them were signed by then."""

    def __init__(self, listed: Mapping[str, frozenset[str]], now: Mapping[str, str]) -> None:
        self.present: dict[str, str] = {}
        self._signoffs: Counter[str] = Counter()
        self._in_force: set[str] = set()
        self._listed, self._now = listed, now

    def broken_by(self, changes: list[tuple[str, str]], commit: str) -> list[Break]:
        return [
            Break(path, commit, "changed" if blob else "removed", self.present[path])
            for path, blob in changes
            if self.present.get(path, blob) != blob and self._is_signed(path)
        ]

    def add(self, changes: list[tuple[str, str]]) -> None:
        for path, blob in changes:
            if path.endswith(SUFFIX):
                self._signoffs[record_of(path)[0]] += bool(blob) - (path in self.present)
            if blob and blob == self._now.get(path):
                self._in_force |= self._listed.get(path, frozenset())
            if blob:
                self.present[path] = blob
            else:
                self.present.pop(path, None)

    def _is_signed(self, path: str) -> bool:
        return (
            path.endswith((SUFFIX, SIGNATURE))
            or path == ROOT_FILE
            or path in self._in_force
            or self._signoffs[path] > 0
        )


def _start(commits: list[_Changed], root_blob: str) -> int:
    """The first commit that holds the present root of trust: before it another root was in force.

    A root that no commit holds yet was founded in the working tree; no commit speaks about it. Where there is no root
    at all, the whole history speaks.

    Not root.pin is looked for but the root it names: bytes added to the pin must not hide what went before, nor a pin
    that was changed and put back.
    """
    holding = (index for index, (_, _, changes) in enumerate(commits) if (ROOT_FILE, root_blob) in changes)
    return next(holding, len(commits)) if root_blob else 0


def _still_broken(breaks: list[Break], now: Mapping[str, str]) -> tuple[Break, ...]:
    """One break for each file, the first; none for a file that was put back as it had been signed."""
    first: dict[str, Break] = {}
    for item in breaks:
        first.setdefault(item.path, item)
    return tuple(first[path] for path in sorted(first) if now.get(path) != first[path].was)


def _lost_in_merges(root: Path, start: str) -> list[Break]:
    """Sign-offs that a merge does not hold as one of its parents did, on every line: a merge can leave out what the
    other side had signed, and a branch can become the main line without force."""
    merges = _raw_log(root, "--merges", "-m", f"{start}..HEAD")
    return [
        Break(path, commit, "changed" if blob else "removed", was)
        for commit, _, changes in merges
        for path, blob, was in changes
        if path.endswith((SUFFIX, SIGNATURE)) and set(was) != {"0"}
    ]


def _commits(root: Path) -> list[_Changed]:
    """The commits of the first-parent line that touch records, oldest first."""
    line = _raw_log(root, "--first-parent", "-m", "--root")
    return [(commit, seconds, [(path, blob) for path, blob, _ in changes]) for commit, seconds, changes in line]


def _raw_log(root: Path, *which: str) -> list[tuple[str, int, list[tuple[str, str, str]]]]:
    """Commits that touch records, oldest first: id, committer time, and (path, blob id after, blob id before)."""
    prefix = _git(root, "rev-parse", "--show-prefix").decode(errors="surrogateescape").removesuffix("\n")
    out = _git(
        root, "log", *which, "--reverse", "--raw", "--no-abbrev", "--no-renames", "-z", "--format=%H %ct", "--",
        "records",
    ).decode(errors="surrogateescape")  # fmt: skip
    commits: list[tuple[str, int, list[tuple[str, str, str]]]] = []
    tokens = iter(out.split("\0"))
    for token in map(str.strip, tokens):
        if token.startswith(":"):  # the path is the next token, whatever it holds
            fields, path = token.split(" "), next(tokens)
            blob = "" if fields[4].startswith("D") else fields[3]
            commits[-1][2].append((path.removeprefix(prefix), blob, fields[2]))
        elif token:
            commit, seconds = token.split()
            commits.append((commit, int(seconds), []))
    return commits


def _files_of_head(root: Path) -> Mapping[str, bytes]:
    listing = _git(root, "ls-tree", "-r", "-z", "HEAD", "--", *_TOPS).decode(errors="surrogateescape").split("\0")
    blobs = {}
    for line in filter(None, listing):
        meta, _, path = line.partition("\t")
        mode, kind, blob = meta.split()
        if mode not in ("100644", "100755") or kind != "blob":
            raise CannotRun(f"{path} is a link or another repository. Records are plain files: replace it by one.")
        blobs[path] = blob
    asked = "".join(f"{blob}\n" for blob in blobs.values()).encode()
    answer = _git(root, "cat-file", "--batch", data=asked)
    files, at = {}, 0
    for path in blobs:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        files[path] = answer[end + 1 : end + 1 + size]
        at = end + 2 + size
    return files


def _blob_id(data: bytes, object_format: str) -> str:
    return hashlib.new(object_format, b"blob %d\0" % len(data) + data).hexdigest()


def _has_commit(root: Path) -> bool:
    return _git_raw(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 0


def _git(root: Path, *arguments: str, data: bytes = b"") -> bytes:
    answer = _git_raw(root, *arguments, data=data)
    if answer.returncode:
        raise CannotRun(f"git could not answer: {answer.stderr.decode(errors='replace').strip()}")
    return answer.stdout


def _git_raw(root: Path, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | _PLAIN
    return subprocess.run(
        ["git", "-C", str(root), *_SETTINGS, *arguments],
        input=data, capture_output=True, check=False, env=environment,
    )  # fmt: skip
