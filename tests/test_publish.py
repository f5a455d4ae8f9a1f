"""Whatever happens while a package is published, output/ holds finished packages only, and the next build succeeds."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import itertools
import os
import resource
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bagit
import pytest

from filing import publish as room
from filing.archive import read_folder, read_zip, zip_bytes
from filing.bag import bag_files, fixity
from filing.model import CannotRun
from filing.publish import PublishFault, publish

NAME = "demo-b2025-01-0123abcd4567"
FILES = bag_files(
    {"documents/annexure-2.pdf": b"two" * 100, "records/empty.yaml": b""},
    (("Bagging-Date", "2025-09-10"),),
    {"readme.txt": b"read me\n"},
)
OTHERS = bag_files({"documents/annexure-2.pdf": b"2wo" * 100}, ())
CALLS = ("open", "write", "fsync", "fchmod", "chmod", "mkdir", "rename", "replace", "close")


def check(folder: Path) -> tuple[str, ...]:
    files, problems = read_folder(folder)
    return (*problems, *fixity(files))


def out_of(tmp_path: Path) -> Path:
    return tmp_path / "output"


def seen(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir()) if out.exists() else []


def assert_finished_packages_only(out: Path, files: dict[str, bytes] = FILES) -> None:
    """Each thing in `out` is whole, and where the folder is, everything is."""
    names = seen(out)
    assert set(names) <= {NAME, f"{NAME}.zip", f"{NAME}.zip.sha256"}
    if f"{NAME}.zip" in names:
        assert read_zip(out / f"{NAME}.zip") == (files, ())
    if f"{NAME}.zip.sha256" in names:
        digest = hashlib.sha256(zip_bytes(NAME, files)).hexdigest()
        assert (out / f"{NAME}.zip.sha256").read_bytes() == f"{digest}  {NAME}.zip\n".encode()
    if NAME in names:
        assert read_folder(out / NAME) == (files, ())
        assert len(names) == 3


def assert_published(tmp_path: Path) -> None:
    """One more build succeeds, and leaves neither a part of itself nor of the build before."""
    assert publish(NAME, FILES, out_of(tmp_path), check) == out_of(tmp_path) / NAME
    assert len(seen(out_of(tmp_path))) == 3
    assert_finished_packages_only(out_of(tmp_path))
    assert seen(tmp_path / ".build") == ["lock"]


@pytest.fixture(autouse=True)
def a_disk_that_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the disk takes its time, and a test cannot pull the plug anyway."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


# What is published


def test_a_package_is_published_as_folder_zip_and_checksum(tmp_path: Path) -> None:
    assert_published(tmp_path)
    bagit.Bag(str(out_of(tmp_path) / NAME)).validate()


def test_the_folder_checked_is_the_one_that_is_published(tmp_path: Path) -> None:
    looked_at: list[tuple[Path, list[str]]] = []

    def look(folder: Path) -> tuple[str, ...]:
        looked_at.append((folder, seen(out_of(tmp_path))))
        return check(folder)

    publish(NAME, FILES, out_of(tmp_path), look)
    assert looked_at == [(tmp_path / ".build" / "staging" / NAME, [])]


def test_the_same_package_again_is_a_success_and_touches_nothing(tmp_path: Path) -> None:
    folder = publish(NAME, FILES, out_of(tmp_path), check)
    before = [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(folder.parent.rglob("*"))]
    assert_published(tmp_path)
    assert before == [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in sorted(folder.parent.rglob("*"))]


def test_packages_lie_beside_each_other(tmp_path: Path) -> None:
    publish("other", OTHERS, out_of(tmp_path), check)
    publish(NAME, FILES, out_of(tmp_path), check)
    assert read_folder(out_of(tmp_path) / "other") == (OTHERS, ())
    assert len(seen(out_of(tmp_path))) == 6


def test_what_else_lies_in_the_build_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".build" / "cache").mkdir(parents=True)
    (tmp_path / ".build" / "cache" / "page").write_bytes(b"kept")
    publish(NAME, FILES, out_of(tmp_path), check)
    assert (tmp_path / ".build" / "cache" / "page").read_bytes() == b"kept"


def test_a_link_to_the_folder_of_packages_is_built_beside_its_aim(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "packages").mkdir(parents=True)
    out_of(tmp_path).symlink_to(tmp_path / "elsewhere" / "packages")
    publish(NAME, FILES, out_of(tmp_path), check)
    assert_finished_packages_only(out_of(tmp_path))
    assert seen(tmp_path / "elsewhere") == [".build", "packages"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_the_umask_of_the_builder_does_not_show(tmp_path: Path, umask: int) -> None:
    out_of(tmp_path).mkdir()
    (tmp_path / ".build").mkdir()
    before = os.umask(umask)
    try:
        folder = publish(NAME, FILES, out_of(tmp_path), check)
    finally:
        os.umask(before)
    for path in [folder, *folder.parent.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path
    assert_finished_packages_only(out_of(tmp_path))


def test_everything_is_on_the_disk_before_it_is_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story: list[str] = []
    place = {}
    plain = {call: getattr(os, call) for call in ("open", "fsync", "rename")}

    def opened(path: Path | str, *rest: int, **more: int) -> int:
        file: int = plain["open"](path, *rest, **more)
        place[file] = Path(path)
        return file

    def synced(file: int) -> None:
        story.append(f"sync {place[file].relative_to(tmp_path)}")

    def renamed(source: Path, aim: Path) -> None:
        story.append(f"move {aim.relative_to(tmp_path)}")
        plain["rename"](source, aim)

    out_of(tmp_path).mkdir()
    for call, counted in (("open", opened), ("fsync", synced), ("rename", renamed)):
        monkeypatch.setattr(os, call, counted)
    publish(NAME, FILES, out_of(tmp_path), check)
    staged, moved = (
        set(story[: story.index(f"move output/{NAME}.zip")]),
        story[story.index(f"move output/{NAME}.zip") :],
    )
    staging = f".build/staging/{NAME}"
    folders = ["", "/data", "/data/documents", "/data/records"]
    assert staged == {
        "sync .build/staging",
        *(f"sync {staging}/{path}" for path in FILES),
        *(f"sync {staging}{folder}" for folder in folders),
        f"sync {staging}.zip",
        f"sync {staging}.zip.sha256",
    }
    assert moved == [
        f"move output/{NAME}.zip",
        "sync output",
        f"move output/{NAME}.zip.sha256",
        "sync output",
        f"move output/{NAME}",
        "sync output",
        "sync output",
        "sync .",
    ]


# What is not published


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "Demo", "a b", "a.zip", "a_b", "é", "a\n", "con", "-a"])
def test_another_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"no name of a package|name not allowed"):
        publish(name, FILES, out_of(tmp_path), check)
    assert seen(tmp_path) == []


@pytest.mark.parametrize("path", ["../evil", "/evil", "a//b", "CON", "a\n"])
def test_a_file_of_another_name_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="name not allowed"):
        publish(NAME, {**FILES, path: b""}, out_of(tmp_path), check)
    assert seen(tmp_path) == []


def test_a_package_over_the_limits_is_refused_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filing.archive.MOST_FILES", 3)
    with pytest.raises(CannotRun, match=f"{NAME} cannot be one package: it would hold more than 3 files"):
        publish(NAME, FILES, out_of(tmp_path), check)
    assert seen(tmp_path) == []


def test_an_unsound_package_is_not_published(tmp_path: Path) -> None:
    spoilt = {**FILES, "data/documents/annexure-2.pdf": b"?"}
    with pytest.raises(PublishFault) as fault:
        publish(NAME, spoilt, out_of(tmp_path), check)
    assert fault.value.problems == fixity(spoilt)
    assert str(fault.value).startswith("The package was written but is not sound, so it was not published: ")
    assert seen(out_of(tmp_path)) == []
    assert_published(tmp_path)


def test_a_disk_that_gives_back_other_bytes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_write = os.write

    def bad_disk(file: int, content: bytes) -> int:
        return plain_write(file, bytes(content).replace(b"twotwo", b"twotow"))

    monkeypatch.setattr(os, "write", bad_disk)
    with pytest.raises(PublishFault) as fault:
        publish(NAME, FILES, out_of(tmp_path), check)
    assert [line.split()[0] for line in fault.value.problems] == ["data/documents/annexure-2.pdf", f"{NAME}.zip"]
    assert seen(out_of(tmp_path)) == []


def test_a_zip_that_reads_back_otherwise_is_found(tmp_path: Path) -> None:
    def spoil(folder: Path) -> tuple[str, ...]:
        folder.with_name(f"{NAME}.zip").write_bytes(b"")
        return ()

    with pytest.raises(PublishFault) as fault:
        publish(NAME, FILES, out_of(tmp_path), spoil)
    assert fault.value.problems == (f"{NAME}.zip  changed: it does not read back as it was written",)
    assert seen(out_of(tmp_path)) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError])
def test_a_check_that_is_broken_off_leaves_nothing(tmp_path: Path, stop: type[BaseException]) -> None:
    def broken_off(_: Path) -> tuple[str, ...]:
        raise stop

    with pytest.raises(stop):
        publish(NAME, FILES, out_of(tmp_path), broken_off)
    assert seen(out_of(tmp_path)) == []
    assert_published(tmp_path)


# What is in the way

IN_THE_WAY = (
    "{} is there already and differs from this package{}. A package is never replaced: find out which of the two is"
    " right, and move the other one away."
)


def refused_for(tmp_path: Path) -> str:
    with pytest.raises(CannotRun) as refusal:
        publish(NAME, FILES, out_of(tmp_path), check)
    assert not isinstance(refusal.value, PublishFault)
    return str(refusal.value)


def test_another_package_of_the_same_name_is_never_replaced(tmp_path: Path) -> None:
    publish(NAME, OTHERS, out_of(tmp_path), check)
    assert refused_for(tmp_path) == IN_THE_WAY.format(out_of(tmp_path) / f"{NAME}.zip", "")
    assert_finished_packages_only(out_of(tmp_path), OTHERS)


@pytest.mark.parametrize(
    ("path", "content"),
    [("data/documents/annexure-2.pdf", b"2wo"), ("readme.txt", b""), ("notes.txt", b""), ("data/records/x", b"")],
)
def test_a_published_package_that_was_changed_is_told_by_file(tmp_path: Path, path: str, content: bytes) -> None:
    folder = publish(NAME, FILES, out_of(tmp_path), check)
    (folder / path).write_bytes(content)
    assert refused_for(tmp_path) == IN_THE_WAY.format(folder / path, "")
    assert (folder / path).read_bytes() == content


def test_a_published_package_that_lost_a_file_is_told_by_file(tmp_path: Path) -> None:
    folder = publish(NAME, FILES, out_of(tmp_path), check)
    (folder / "readme.txt").unlink()
    assert refused_for(tmp_path) == IN_THE_WAY.format(folder / "readme.txt", "")


def test_a_published_package_with_a_link_in_it_is_told(tmp_path: Path) -> None:
    folder = publish(NAME, FILES, out_of(tmp_path), check)
    (folder / "x").symlink_to("readme.txt")
    assert refused_for(tmp_path) == IN_THE_WAY.format(folder, " (x  is a link and not a plain file)")


@pytest.mark.parametrize("ending", [".zip", ".zip.sha256"])
def test_a_published_zip_or_checksum_that_was_changed_is_told(tmp_path: Path, ending: str) -> None:
    publish(NAME, FILES, out_of(tmp_path), check)
    path = out_of(tmp_path) / f"{NAME}{ending}"
    path.write_bytes(path.read_bytes() + b"\n")
    assert refused_for(tmp_path) == IN_THE_WAY.format(path, "")


@pytest.mark.parametrize("ending", ["", ".zip", ".zip.sha256"])
@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, os.mkfifo, lambda path: path.symlink_to("/nowhere")])
def test_whatever_else_has_the_name_is_in_the_way(tmp_path: Path, ending: str, make: Callable[[Path], None]) -> None:
    out_of(tmp_path).mkdir()
    make(out_of(tmp_path) / f"{NAME}{ending}")
    assert refused_for(tmp_path).startswith(f"{out_of(tmp_path) / NAME}{ending} is there already and differs")
    assert seen(out_of(tmp_path)) == [f"{NAME}{ending}"]


def test_a_link_to_the_same_zip_is_in_the_way(tmp_path: Path) -> None:
    publish(NAME, FILES, out_of(tmp_path), check)
    path = out_of(tmp_path) / f"{NAME}.zip"
    path.rename(tmp_path / "elsewhere.zip").touch()
    path.symlink_to(tmp_path / "elsewhere.zip")
    assert refused_for(tmp_path) == IN_THE_WAY.format(path, "")


@pytest.mark.parametrize(
    "lost", [lost for number in (1, 2) for lost in itertools.combinations(("", ".zip", ".zip.sha256"), number)]
)
def test_what_is_missing_of_a_package_is_completed(tmp_path: Path, lost: tuple[str, ...]) -> None:
    publish(NAME, FILES, out_of(tmp_path), check)
    for ending in lost:
        path = out_of(tmp_path) / f"{NAME}{ending}"
        path.rename(tmp_path / f"lost{ending}")
    assert_published(tmp_path)


# Faults at every step


Act = Callable[[], object]
Fault = Callable[[Act], object]


@contextmanager
def at_call(number: int, fault: Fault) -> Iterator[list[str]]:
    """The call with this number, of those that change the disk, suffers the fault; yields its name once it has."""
    counter = itertools.count(1)
    struck: list[str] = []

    def counted(call: str, plain: Callable[..., object]) -> Callable[..., object]:
        def step(*given: object, **named: object) -> object:
            def act() -> object:
                return plain(*given, **named)

            if next(counter) != number:
                return act()
            struck.append(call)
            if call == "close":
                # A file is closed even where closing it reports a fault.
                act()
                return fault(lambda: None)
            return fault(act)

        return step

    with pytest.MonkeyPatch.context() as patch:
        for call in CALLS:
            patch.setattr(os, call, counted(call, getattr(os, call)))
        yield struck


def failing(number: int) -> Fault:
    def fail(_: Act) -> object:
        raise OSError(number, os.strerror(number))

    return fail


def refused_with_a_fault(home: Path, step: int, number: int, name: str = NAME) -> tuple[list[str], str]:
    """Which call suffered the fault, if that many there were, and what publishing then said."""
    with at_call(step, failing(number)) as struck:
        try:
            publish(name, FILES, out_of(home), check)
        except CannotRun as refusal:
            return struck, str(refusal)
    return struck, ""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_fault_at_any_step_leaves_no_part_of_a_package(tmp_path: Path, number: int) -> None:
    suffered = set()
    for step in itertools.count(1):
        home = tmp_path / str(step)
        home.mkdir()
        struck, said = refused_with_a_fault(home, step, number)
        assert_finished_packages_only(out_of(home))
        # Where nothing was said, the fault was in clearing away.
        assert said or len(seen(out_of(home))) == 3
        assert_published(home)
        if not struck:
            break
        suffered.update(struck)
    assert suffered == set(CALLS) - {"replace"}


def test_a_fault_at_any_step_leaves_the_packages_of_before_as_they_were(tmp_path: Path) -> None:
    publish("earlier", OTHERS, out_of(tmp_path), check)
    for step in itertools.count(1):
        struck, _ = refused_with_a_fault(tmp_path, step, errno.EIO, f"package-{step}")
        assert read_folder(out_of(tmp_path) / "earlier") == (OTHERS, ())
        assert read_zip(out_of(tmp_path) / "earlier.zip") == (OTHERS, ())
        if not struck:
            break
    assert step > 50


@pytest.mark.parametrize(
    ("call", "number", "words"),
    [
        ("write", errno.ENOSPC, "the disk is full; make room"),
        ("write", errno.EDQUOT, "your share of the disk is used up; make room"),
        ("fsync", errno.EIO, "the disk reports a fault; have it looked at or choose another disk"),
        (
            "mkdir",
            errno.EACCES,
            "this account may not write there; ask for the right to write or choose another folder",
        ),
        (
            "fchmod",
            errno.EPERM,
            "this account may not write there; ask for the right to write or choose another folder",
        ),
        ("open", errno.EROFS, "the disk can be read only; choose another disk"),
        ("open", errno.EMFILE, "too many files are open; close other programs"),
        ("rename", errno.EXDEV, "the folder for packages is a disk of its own; choose a folder on that disk instead"),
        ("rename", errno.ELOOP, "Too many levels of symbolic links"),
    ],
)
def test_a_fault_is_told_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    def fail(*_given: object, **_named: object) -> object:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    assert refused_for(tmp_path) == (
        f"{out_of(tmp_path) / NAME} could not be written: {words}, then build again. Earlier packages are as they were."
    )


def test_a_disk_that_takes_a_few_bytes_at_a_time_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: plain_write(file, content[:7]))
    assert_published(tmp_path)


def test_a_disk_that_is_really_full_is_told(tmp_path: Path) -> None:
    """The limit on the size of a file is the one full disk every account can make."""
    large = {**FILES, "data/documents/annexure-2.pdf": b"two" * 100_000}
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(CannotRun, match="the disk takes no file of this size; choose another disk"):
            publish(NAME, large, out_of(tmp_path), check)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert seen(out_of(tmp_path)) == []
    assert_published(tmp_path)


# Killed at every step


def in_a_child(act: Callable[[], object]) -> int:
    """How a process that does this ends: 0, or the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:
            os._exit(99)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_before(act: Act) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return act()


def publish_and_die(home: Path, step: int) -> None:
    with at_call(step, killed_before):
        publish(NAME, FILES, out_of(home), check)


def test_a_build_killed_at_any_step_leaves_no_part_of_a_package(tmp_path: Path) -> None:
    """To be killed before one step is to be killed after the step before it."""
    states = set()
    for step in itertools.count(1):
        home = tmp_path / str(step)
        home.mkdir()
        ended = in_a_child(lambda home=home, step=step: publish_and_die(home, step))
        assert_finished_packages_only(out_of(home))
        states.add(len(seen(out_of(home))))
        assert_published(home)
        if ended != signal.SIGKILL:
            break
    assert ended == 0
    assert step > 50
    assert states == {0, 1, 2, 3}


def test_a_write_torn_by_a_kill_leaves_no_part_of_a_package(tmp_path: Path) -> None:
    def torn(file: int, content: memoryview) -> int:
        written = plain_write(file, content[: len(content) // 2])
        if next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return written

    plain_write = os.write
    for step in range(1, 40, 3):
        counter = itertools.count(1)
        home = tmp_path / str(step)
        home.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "write", torn)
            assert in_a_child(lambda home=home: publish(NAME, FILES, out_of(home), check)) == signal.SIGKILL
        assert seen(out_of(home)) == []
        assert_published(home)


@pytest.mark.parametrize("left_over", ["folder", "file", "link", "other"])
def test_what_a_killed_build_left_is_removed(tmp_path: Path, left_over: str) -> None:
    staging = tmp_path / ".build" / "staging"
    (staging / NAME / "data").mkdir(parents=True)
    if left_over == "file":
        (staging / NAME / "data" / "half.pdf").write_bytes(b"%PD")
    if left_over == "link":
        (tmp_path / "precious").write_bytes(b"kept")
        (staging / NAME / "data" / "link").symlink_to(tmp_path / "precious")
    if left_over == "other":
        (staging / "other.zip").write_bytes(b"PK")
    assert_published(tmp_path)
    assert left_over != "link" or (tmp_path / "precious").read_bytes() == b"kept"


# Two at once


def test_a_second_build_is_told_that_another_is_running(tmp_path: Path) -> None:
    told = []

    def check_while_another_tries(folder: Path) -> tuple[str, ...]:
        with pytest.raises(CannotRun) as refusal:
            publish("second", OTHERS, out_of(tmp_path), check)
        told.append(str(refusal.value))
        return check(folder)

    publish(NAME, FILES, out_of(tmp_path), check_while_another_tries)
    assert told == ["Another build is running here: wait until it has ended, then build again."]
    assert_published(tmp_path)


def test_of_builds_at_once_each_wins_or_is_told_and_the_package_is_whole(tmp_path: Path) -> None:
    def build() -> None:
        try:
            publish(NAME, FILES, out_of(tmp_path), check)
        except CannotRun as refusal:
            os._exit(7 if str(refusal).startswith("Another build is running") else 98)

    for _ in range(5):
        children = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                in_time = in_a_child(build)
                os._exit(os.waitstatus_to_exitcode(in_time))
            children.append(child)
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert set(ends) <= {0, 7}
        assert 0 in ends
        assert_finished_packages_only(out_of(tmp_path))
        assert len(seen(out_of(tmp_path))) == 3
        for path in (NAME, f"{NAME}.zip", f"{NAME}.zip.sha256"):
            (out_of(tmp_path) / path).rename(tmp_path / f"{path}-{os.urandom(8).hex()}")


def test_the_lock_of_a_killed_build_is_free(tmp_path: Path) -> None:
    assert in_a_child(lambda: publish(NAME, FILES, out_of(tmp_path), killed_while_checking)) == signal.SIGKILL
    assert seen(tmp_path / ".build" / "staging") == [NAME, f"{NAME}.zip", f"{NAME}.zip.sha256"]
    assert_published(tmp_path)


def killed_while_checking(folder: Path) -> tuple[str, ...]:
    killed_before(lambda: folder)
    return ()


def test_the_lock_is_not_handed_to_other_programs(tmp_path: Path) -> None:
    def check_and_start_something(folder: Path) -> tuple[str, ...]:
        subprocess.run(["true"], check=True, close_fds=False)
        lock = os.open(tmp_path / ".build" / "lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(lock)
        return check(folder)

    publish(NAME, FILES, out_of(tmp_path), check_and_start_something)


def test_a_disk_that_cannot_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_lock(_file: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(room.fcntl, "flock", no_lock)
    with pytest.raises(CannotRun, match="this disk cannot lock files; choose another disk, then build again"):
        publish(NAME, FILES, out_of(tmp_path), check)
    assert seen(out_of(tmp_path)) == []
