"""New files are written all or none, and nothing that is signed or there already is written over."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from filing import writing
from filing.model import CannotRun


def held(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_files_are_put_in_their_places_with_their_folders(tmp_path: Path) -> None:
    writing.add(tmp_path, {"records/batches/B1/batch.yaml": b"a\n", "records/batches/B1/batch.author.signoff": b"b\n"})
    assert held(tmp_path) == {
        "records/batches/B1/batch.yaml": b"a\n",
        "records/batches/B1/batch.author.signoff": b"b\n",
    }


def test_where_one_is_there_already_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "two").write_bytes(b"old")
    with pytest.raises(
        CannotRun, match=r"two is there already, and nothing is written over it\. Nothing was changed\."
    ):
        writing.add(tmp_path, {"one": b"1", "two": b"2"})
    assert held(tmp_path) == {"two": b"old"}


def test_a_link_in_the_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotRun, match="one is there already"):
        writing.add(tmp_path, {"one": b"1"})
    assert not (tmp_path / "elsewhere").exists()


def test_where_the_last_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_bytes(b"a file where a folder should be")
    with pytest.raises(OSError):
        writing.add(tmp_path, {"one": b"1", "blocked/two": b"2"})
    assert held(tmp_path) == {"blocked": b"a file where a folder should be"}


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        writing.add(tmp_path, {"one": b"1", "two": b"2"})
    assert held(tmp_path) == {}


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["fsync", "link", "unlink"])
def test_ctrl_c_or_a_closed_terminal_waits_until_all_places_are_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: signal.Signals, moment: str
) -> None:
    class Ended(BaseException):
        """What the handler in force before raises."""

    def end(number: int, frame: object) -> None:
        raise Ended

    done, before = getattr(os, moment), signal.signal(kind, end)

    def disturbed(*arguments: object) -> None:
        os.kill(os.getpid(), kind)
        done(*arguments)

    monkeypatch.setattr(os, moment, disturbed)
    try:
        with pytest.raises(Ended):
            writing.add(tmp_path, {"one": b"1", "two": b"2"})
    finally:
        signal.signal(kind, before)
    assert held(tmp_path) == {"one": b"1", "two": b"2"}


@pytest.mark.parametrize("taken", ["one", "two"])
@pytest.mark.parametrize("links", [True, False])
def test_of_two_who_write_one_file_at_once_the_second_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: str, links: bool
) -> None:
    """The place is taken after it was looked at and before it is filled; also where a disk knows no links."""
    link = os.link

    def late(source: Path, target: Path) -> None:
        (tmp_path / taken).write_bytes(b"another's")
        if not links:
            raise OSError(95, "Operation not supported")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(CannotRun, match=f"/{taken} is there already, and nothing is written over it"):
        writing.add(tmp_path, {"one": b"1", "two": b"2"})
    assert held(tmp_path) == {taken: b"another's"}


def test_a_disk_without_links_gets_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(source: Path, target: Path) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", none)
    writing.add(tmp_path, {"one": b"1", "two": b"2"})
    assert held(tmp_path) == {"one": b"1", "two": b"2"}


def test_a_disk_that_fills_up_between_two_places_leaves_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def full(source: Path, target: Path) -> None:
        if target.name == "two":
            raise OSError(28, "No space left on device")
        link(source, target)

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        writing.add(tmp_path, {"one": b"1", "two": b"2"})
    assert held(tmp_path) == {}


def test_what_a_power_cut_leaves_is_never_read_as_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filing.load import read_tree

    class PowerCut(BaseException):
        pass

    def cut(*arguments: object) -> None:
        raise PowerCut

    for name in ("fsync", "unlink"):  # neither written whole nor cleared away
        monkeypatch.setattr(os, name, cut)
    with pytest.raises(PowerCut):
        writing.add(tmp_path, {"records/one.yaml": b"1"})
    assert len(list((tmp_path / "records").iterdir())) == 1
    assert read_tree(tmp_path, ("records",)) == ({}, ())


def test_what_nobody_signed_may_be_written_anew(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    writing.put(tmp_path, "one", b"new", frozenset())
    assert held(tmp_path) == {"one": b"new"}


def test_what_is_signed_may_not(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes(b"old")
    with pytest.raises(CannotRun, match=r"one\.yaml is signed, and a signed file is never changed\."):
        writing.put(tmp_path, "one.yaml", b"new", frozenset({"one.yaml"}))
    assert held(tmp_path) == {"one.yaml": b"old"}


def test_files_have_the_rights_of_any_file_one_makes(tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    writing.add(tmp_path, {"one": b"1"})
    assert (tmp_path / "one").stat().st_mode == (tmp_path / "made").stat().st_mode
