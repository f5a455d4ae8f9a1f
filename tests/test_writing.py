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


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_between_two_places_waits_until_both_are_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: signal.Signals
) -> None:
    class Ended(BaseException):
        """What the handler in force before raises."""

    def end(number: int, frame: object) -> None:
        raise Ended

    replace, before = os.replace, signal.signal(kind, end)

    def disturbed(source: Path, target: Path) -> None:
        os.kill(os.getpid(), kind)
        replace(source, target)

    monkeypatch.setattr(os, "replace", disturbed)
    try:
        with pytest.raises(Ended):
            writing.add(tmp_path, {"one": b"1", "two": b"2"})
    finally:
        signal.signal(kind, before)
    assert held(tmp_path) == {"one": b"1", "two": b"2"}


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
