"""A package's ZIP has one form only, and whatever else a ZIP or a folder may hold is told, not followed or unpacked."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import socket
import stat
import struct
import subprocess
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filing import archive
from filing.archive import checksum_line, excess, read_folder, read_zip, zip_bytes, zip_parts

FILES = {"bagit.txt": b"bag\n", "data/documents/annexure-2.pdf": b"two", "data/empty.txt": b""}
MANY = {f"data/{number}.txt": b"x" * number for number in range(10)}
ROW = "The ZIP  its own list of contents is not as written at {}: another name, attribute or a comment"


def as_file(tmp_path: Path, content: bytes, name: str = "package.zip") -> Path:
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def as_folder(tmp_path: Path) -> Path:
    for path, content in FILES.items():
        (tmp_path / "package" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "package" / path).write_bytes(content)
    return tmp_path / "package"


def plain_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def zipped(*entries: tuple[zipfile.ZipInfo, bytes], comment: bytes = b"") -> bytes:
    """A ZIP by the standard library, which writes what it is told."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.comment = comment
        for entry, content in entries:
            target.writestr(entry, content)
    return buffer.getvalue()


def plainly_zipped(*names: str) -> bytes:
    return zipped(*((plain_entry(name), b"x") for name in names))


# The ZIP


def test_the_standard_library_writes_the_same_zip() -> None:
    entries = [(plain_entry(f"package/{path}"), content) for path, content in sorted(FILES.items())]
    assert zip_bytes("package", FILES) == zipped(*entries)


def test_the_zip_is_the_same_whatever_the_order_of_the_files() -> None:
    assert zip_bytes("package", dict(reversed(FILES.items()))) == zip_bytes("package", FILES)


def test_the_zip_in_pieces_is_the_same_zip() -> None:
    assert b"".join(zip_parts("package", MANY)) == zip_bytes("package", MANY)


def test_unzip_accepts_the_zip(tmp_path: Path) -> None:
    tool = shutil.which("unzip")
    if not tool:
        pytest.skip("this machine has no unzip")
    path = as_file(tmp_path, zip_bytes("package", FILES))
    assert subprocess.run([tool, "-tq", path], check=False, capture_output=True).returncode == 0


def test_the_standard_library_unpacks_what_was_packed(tmp_path: Path) -> None:
    with zipfile.ZipFile(as_file(tmp_path, zip_bytes("package", FILES))) as source:
        assert source.testzip() is None
        source.extractall(tmp_path / "unpacked")
    assert read_folder(tmp_path / "unpacked" / "package") == (FILES, ())


@pytest.mark.parametrize(
    ("top", "path"),
    [("package", "../x"), ("package", "/x"), ("package", "CON"), ("package", "a/"), ("..", "x"), ("", "x"),
     ("pack age", "x"), ("package", "é")],
)  # fmt: skip
def test_a_name_no_package_may_hold_is_not_packed(top: str, path: str) -> None:
    with pytest.raises(ValueError, match="name not allowed"):
        zip_bytes(top, {path: b""})


def test_twins_are_not_packed() -> None:
    with pytest.raises(ValueError, match="differ in capitals only"):
        zip_bytes("package", {"a.pdf": b"", "A.pdf": b""})


# A ZIP of ours, read


def test_a_zip_of_ours_reads_back(tmp_path: Path) -> None:
    assert read_zip(as_file(tmp_path, zip_bytes("package", FILES))) == (FILES, ())


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.from_regex(r"([ab]{1,2}/){0,2}c[0-9]{1,2}", fullmatch=True), st.binary(), min_size=1))
def test_any_zip_of_ours_reads_back(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    path = as_file(tmp_path_factory.mktemp("any"), zip_bytes("package", files))
    assert read_zip(path) == (dict(sorted(files.items())), ())


def test_the_name_of_the_zip_itself_does_not_matter(tmp_path: Path) -> None:
    assert read_zip(as_file(tmp_path, zip_bytes("package", FILES), "Käse (1).zip")) == (FILES, ())


# Accident


def test_every_flipped_bit_of_the_zip_is_found(tmp_path: Path) -> None:
    whole = zip_bytes("p", {"a": b"one", "b/c": b""})
    for place, byte in enumerate(whole):
        for bit in range(8):
            path = as_file(tmp_path, whole[:place] + bytes((byte ^ 1 << bit,)) + whole[place + 1 :])
            assert read_zip(path)[1] != (), (place, bit)


def test_a_zip_cut_short_anywhere_is_found(tmp_path: Path) -> None:
    whole = zip_bytes("p", FILES)
    for length in range(len(whole)):
        assert read_zip(as_file(tmp_path, whole[:length]))[1] != (), length


def test_a_damaged_file_in_the_zip_is_named(tmp_path: Path) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES).replace(b"two", b"2wo"))
    files, problems = read_zip(path)
    assert files["data/documents/annexure-2.pdf"] == b"2wo"
    assert problems[0] == (
        "data/documents/annexure-2.pdf  changed: its checksum, date or version in the ZIP is not that of its content"
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_spoilt_zip_gives_lines_and_never_stops_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(zip_bytes("package", FILES))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(start, min(start + 8, len(whole))))
        whole[start:end] = data.draw(st.binary(max_size=8))
    if bytes(whole) == zip_bytes("package", FILES):
        return
    problems = read_zip(as_file(tmp_path_factory.mktemp("spoilt"), bytes(whole)))[1]
    assert problems
    assert all(line.isprintable() for line in problems)


# Attack


def refusal(tmp_path: Path, content: bytes) -> str:
    """The one line that refuses a ZIP of which nothing is handed on."""
    files, problems = read_zip(as_file(tmp_path, content))
    assert files == {}
    assert len(problems) == 1
    return problems[0]


@pytest.mark.parametrize(
    "name",
    ["package/../../evil", "../evil", "/etc/passwd", "package//x", "package/x\\..\\y", "C:\\x", "package/CON.pdf",
     "package/a.", "package/.hidden", "package/a b", "package/" + "a" * 101, "package/./x", "x", "./x", "package/a:b"],
)  # fmt: skip
def test_an_entry_that_would_land_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    written = zipfile.ZipInfo(name).filename
    said = written.encode("unicode_escape").decode()
    assert refusal(tmp_path, plainly_zipped("package/a", name)) == (
        f"package.zip  has an entry whose name no package may hold: {said}"
    )


def test_a_name_that_would_write_a_verdict_of_its_own_is_shown_harmless(tmp_path: Path) -> None:
    assert refusal(tmp_path, plainly_zipped("package/x\nPASS")) == (
        r"package.zip  has an entry whose name no package may hold: package/x\nPASS"
    )


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accented_name_is_refused(tmp_path: Path, form: str) -> None:
    content = plainly_zipped(unicodedata.normalize(form, "package/résumé.pdf"))
    assert refusal(tmp_path, content).startswith("package.zip  has an entry ")


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = plainly_zipped("package/qp.pdf", "package/qp.pdf")
    assert refusal(tmp_path, content) == "package.zip  has two entries of the name qp.pdf"


def test_a_case_twin_is_told(tmp_path: Path) -> None:
    problems = read_zip(as_file(tmp_path, plainly_zipped("package/A.pdf", "package/a.pdf")))[1]
    assert problems == ("a.pdf  name not allowed: a.pdf and A.pdf differ in capitals only",)


def test_a_file_that_is_also_a_folder_is_told(tmp_path: Path) -> None:
    problems = read_zip(as_file(tmp_path, plainly_zipped("package/a", "package/a/b")))[1]
    assert problems == ("a  is both a file and a folder",)


def test_two_packages_in_one_zip_are_told(tmp_path: Path) -> None:
    problems = read_zip(as_file(tmp_path, plainly_zipped("other/a", "package/b")))[1]
    assert problems == ("other and package  a ZIP holds one package, in one folder at its top",)


def test_entries_in_another_order_are_told(tmp_path: Path) -> None:
    problems = read_zip(as_file(tmp_path, plainly_zipped("package/b", "package/a")))[1]
    assert problems == ("The ZIP  its entries are not in the order of their names",)


def test_bytes_before_the_zip_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"#!/bin/sh\n" + zip_bytes("package", FILES)) == (
        "package.zip  is not the ZIP of a package: it does not begin with a file"
    )


@pytest.mark.parametrize("further", [b"\0", b"%PDF-1.7", zip_bytes("other", FILES), b"\0" * 1_000_000])
def test_bytes_behind_the_zip_are_told(tmp_path: Path, further: bytes) -> None:
    files, problems = read_zip(as_file(tmp_path, zip_bytes("package", FILES) + further))
    assert (files, problems) == (FILES, (f"The ZIP  {len(further)} bytes follow its end",))


def test_bytes_between_entries_and_list_are_told(tmp_path: Path) -> None:
    whole = zip_bytes("package", FILES)
    start = whole.index(b"PK\x01\x02")
    assert read_zip(as_file(tmp_path, whole[:start] + b"hidden" + whole[start:]))[1] == (
        ROW.format("package/bagit.txt"),
    )


def test_a_comment_on_the_zip_is_told(tmp_path: Path) -> None:
    content = zipped((plain_entry("package/a"), b"x"), comment=b"approved")
    assert read_zip(as_file(tmp_path, content))[1] == (ROW.format("its end"),)


def with_attribute(name: str, value: object) -> bytes:
    entry = plain_entry("package/a")
    setattr(entry, name, value)
    return zipped((entry, b"/etc/passwd"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("external_attr", (stat.S_IFLNK | 0o777) << 16),
        ("external_attr", (stat.S_IFREG | 0o755) << 16),
        ("external_attr", (stat.S_IFREG | 0o4644) << 16),
        ("external_attr", (stat.S_IFDIR | 0o755) << 16 | 0x10),
        ("external_attr", (stat.S_IFIFO | 0o644) << 16),
        ("create_system", 0),
        ("comment", b"approved"),
        ("internal_attr", 1),
    ],
)
def test_a_link_or_an_odd_attribute_in_the_zip_is_told(tmp_path: Path, name: str, value: object) -> None:
    assert read_zip(as_file(tmp_path, with_attribute(name, value)))[1] == (ROW.format("package/a"),)


def test_another_date_is_told(tmp_path: Path) -> None:
    assert read_zip(as_file(tmp_path, with_attribute("date_time", (2025, 9, 10, 9, 2, 40))))[1][0] == (
        "a  changed: its checksum, date or version in the ZIP is not that of its content"
    )


def test_a_further_field_of_an_entry_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, with_attribute("extra", b"\x99\x99\x00\x00")) == (
        "package.zip  has an entry that is not in plain form: a"
    )


def test_an_entry_for_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, zipped((plain_entry("package/data/"), b""), (plain_entry("package/data/a"), b""))) == (
        "package.zip  has an entry for a folder: package/data/"
    )


def test_an_entry_without_a_file_name_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, plainly_zipped("package")) == (
        "package.zip  has an entry whose name no package may hold: package"
    )


def test_the_list_of_contents_may_not_name_another_file_than_the_zip_holds(tmp_path: Path) -> None:
    whole = zip_bytes("package", {"good.pdf": b"x"})
    start = whole.index(b"PK\x01\x02")
    content = whole[:start] + whole[start:].replace(b"good.pdf", b"evil.pdf")
    assert read_zip(as_file(tmp_path, content))[1] == (ROW.format("package/good.pdf"),)


def test_the_list_of_contents_may_not_leave_a_file_out(tmp_path: Path) -> None:
    both, one = zip_bytes("package", {"a": b"x", "b": b"x"}), zip_bytes("package", {"a": b"x"})
    content = both[: both.index(b"PK\x01\x02")] + one[one.index(b"PK\x01\x02") :]
    assert read_zip(as_file(tmp_path, content))[1] == (ROW.format("package/b"),)


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    whole = bytearray(zip_bytes("package", {"a": b"x"}))
    whole[6] |= 1
    assert refusal(tmp_path, bytes(whole)) == "package.zip  has an entry that is not in plain form: a"


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.7", b"PK\x03\x04" * 3])
def test_what_is_no_zip_of_files_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content) == "package.zip  is not the ZIP of a package: it does not begin with a file"


# Bombs: told from a header, so that neither memory nor time is spent on them


def bomb(method: int, packed: int, length: int, name_length: int = 9) -> bytes:
    shared = struct.pack("<5H3L2H", 20, 0, method, 0, 33, 0, packed, length, name_length, 0)
    return b"PK\x03\x04" + shared + b"package/a"


def deflated() -> bytes:
    entry = plain_entry("package/a")
    entry.compress_type = zipfile.ZIP_DEFLATED
    return zipped((entry, b"\0" * 30_000_000))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (deflated(), "has an entry that is not in plain form: a"),
        (bomb(8, 1000, 1000), "has a compressed entry: a; a package is stored, and this is not unpacked"),
        (bomb(99, 1000, 1000), "has a compressed entry: a; a package is stored, and this is not unpacked"),
        (bomb(0, 0xFFFFFFFF, 0xFFFFFFFF), "not read from a on: a file larger than 512 MB"),
        (bomb(0, 500 * 1024**2, 500 * 1024**2), "ends before its entry a does"),
        (bomb(0, 1, 1, 0xFFFF), "ends before its entry a does"),
    ],
)
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, content: bytes, line: str) -> None:
    tracemalloc.start()
    try:
        assert refusal(tmp_path, content) == f"package.zip  {line}"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_zip_larger_than_any_package_is_not_read(tmp_path: Path) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES))
    os.truncate(path, 3 * 1024**3)
    assert read_zip(path) == ({}, ("package.zip  not read: more than 2 GB in all",))


def test_a_gigabyte_behind_the_zip_is_told_without_reading_it(tmp_path: Path) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES))
    further = 1024**3 - path.stat().st_size
    os.truncate(path, 1024**3)
    tracemalloc.start()
    try:
        assert read_zip(path)[1] == (f"The ZIP  {further} bytes follow its end",)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "limit", "line"),
    [
        ("MOST_FILES", 9, "not read from data/9.txt on: more than 9 files"),
        ("MOST_BYTES", 44, "not read from data/9.txt on: more than 0 GB in all"),
        ("MOST_BYTES_OF_A_FILE", 8, "not read from data/9.txt on: a file larger than 0 MB"),
    ],
)
def test_a_zip_over_a_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int, line: str
) -> None:
    whole = zip_bytes("package", MANY)
    monkeypatch.setattr(archive, name, limit)
    assert refusal(tmp_path, whole) == f"package.zip  {line}"


def test_the_limits_are_these() -> None:
    assert excess(20_000, 2 * 1024**3, 512 * 1024**2) == ""
    assert excess(20_001, 0, 0) == "more than 20,000 files"
    assert excess(1, 2 * 1024**3 + 1, 0) == "more than 2 GB in all"
    assert excess(1, 0, 512 * 1024**2 + 1) == "a file larger than 512 MB"


# The file itself, and the checksum beside it


def test_no_file_at_all_is_told(tmp_path: Path) -> None:
    assert read_zip(tmp_path / "package.zip") == (
        {},
        ("package.zip  cannot be read: No such file or directory",),
    )


def test_a_link_to_a_zip_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link.zip").symlink_to(as_file(tmp_path, zip_bytes("package", FILES)))
    assert read_zip(tmp_path / "link.zip") == ({}, ("link.zip  is a link and not a plain file",))


def test_a_pipe_in_place_of_a_zip_is_not_waited_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    assert read_zip(tmp_path / "pipe.zip") == ({}, ("pipe.zip  is a named pipe and not a plain file",))


def test_a_folder_in_place_of_a_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.zip").mkdir()
    assert read_zip(tmp_path / "folder.zip") == ({}, ("folder.zip  is a folder and not a plain file",))


def test_the_right_checksum_beside_the_zip_is_accepted(tmp_path: Path) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    as_file(tmp_path, checksum_line(digest, "package.zip"), "package.zip.sha256")
    assert read_zip(path) == (FILES, ())
    if tool := shutil.which("sha256sum"):
        run = [tool, "-c", "--strict", "--quiet", "package.zip.sha256"]
        assert subprocess.run(run, cwd=tmp_path, check=False).returncode == 0


@pytest.mark.parametrize(
    "edit",
    [
        lambda line: line.replace(b"  ", b" "),
        lambda line: line.replace(b"  ", b" *"),
        lambda line: line[:-1],
        lambda line: line + b"\n",
        lambda line: line.replace(b"\n", b"\r\n"),
        lambda line: line.upper(),
        lambda line: line.replace(b"package", b"other"),
        lambda line: line.replace(b"package", b"./package"),
        lambda line: b"0" * 64 + line[64:],
        lambda line: line * 2,
        lambda line: b"",
        lambda line: b"\xff\x00" * 5000,
    ],
)
def test_any_other_line_in_the_checksum_beside_the_zip_is_told(tmp_path: Path, edit: Callable[[bytes], bytes]) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    as_file(tmp_path, edit(checksum_line(digest, "package.zip")), "package.zip.sha256")
    assert read_zip(path) == (
        FILES,
        (f'package.zip.sha256  does not agree with the ZIP: it must read "{digest}  package.zip"',),
    )


def test_every_flipped_bit_of_the_checksum_beside_the_zip_is_found(tmp_path: Path) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES))
    line = checksum_line(hashlib.sha256(path.read_bytes()).hexdigest(), "package.zip")
    for place, byte in enumerate(line):
        for bit in range(8):
            as_file(tmp_path, line[:place] + bytes((byte ^ 1 << bit,)) + line[place + 1 :], "package.zip.sha256")
            assert len(read_zip(path)[1]) == 1, (place, bit)


def test_a_link_in_place_of_the_checksum_is_not_followed(tmp_path: Path) -> None:
    path = as_file(tmp_path, zip_bytes("package", FILES))
    line = checksum_line(hashlib.sha256(path.read_bytes()).hexdigest(), "package.zip")
    (tmp_path / "package.zip.sha256").symlink_to(as_file(tmp_path, line, "elsewhere"))
    assert read_zip(path) == (FILES, ("package.zip.sha256  is a link and not a plain file",))


# Folders


def test_a_folder_reads_back(tmp_path: Path) -> None:
    assert read_folder(as_folder(tmp_path)) == (FILES, ())


def test_the_name_of_the_folder_does_not_matter(tmp_path: Path) -> None:
    assert read_folder(as_folder(tmp_path).rename(tmp_path / "Käse (1)")) == (FILES, ())


def make_link(path: Path) -> None:
    path.symlink_to("bagit.txt")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("/nowhere")


def make_link_to_folder(path: Path) -> None:
    path.symlink_to("data")


def make_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def make_socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    before = Path.cwd()
    # The path of a socket must be short.
    os.chdir(path.parent)
    try:
        server.bind(path.name)
    finally:
        os.chdir(before)
        server.close()


def make_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o644, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only an administrator can make a device")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_link, "is a link and not a plain file"),
        (make_dangling_link, "is a link and not a plain file"),
        (make_link_to_folder, "is a link and not a plain file"),
        (make_link_to_itself, "is a link and not a plain file"),
        (os.mkfifo, "is a named pipe and not a plain file"),
        (make_socket, "is a socket and not a plain file"),
        (make_device, "is a device and not a plain file"),
        (Path.mkdir, "is an empty folder, which no manifest can list"),
    ],
)
def test_whatever_is_no_plain_file_is_told_and_left_out(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    folder = as_folder(tmp_path)
    make(folder / "x")
    assert read_folder(folder) == (FILES, (f"x  {words}",))


def test_a_file_replaced_by_a_link_to_the_same_bytes_is_told(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    (folder / "bagit.txt").rename(tmp_path / "elsewhere")
    (folder / "bagit.txt").symlink_to(tmp_path / "elsewhere")
    files, problems = read_folder(folder)
    assert "bagit.txt" not in files
    assert problems == ("bagit.txt  is a link and not a plain file",)


def test_a_folder_replaced_by_a_link_to_the_same_files_is_told(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    (folder / "data").rename(tmp_path / "elsewhere")
    (folder / "data").symlink_to(tmp_path / "elsewhere")
    assert read_folder(folder) == ({"bagit.txt": b"bag\n"}, ("data  is a link and not a plain file",))


def test_hard_links_are_told(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    (folder / "copy.txt").hardlink_to(folder / "bagit.txt")
    assert read_folder(folder)[1] == (
        "bagit.txt  is one file with two names (a hard link)",
        "copy.txt  is one file with two names (a hard link)",
    )


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "a b", "x\nPASS", "re\u0301sume.pdf", "résumé.pdf", "CON.txt", "a.", "a\\b", "~x", "x\x1b[2J", "-rf"],
)
def test_a_bad_name_is_told_harmlessly_and_left_out(tmp_path: Path, name: str) -> None:
    folder = as_folder(tmp_path)
    (folder / name).write_bytes(b"")
    files, problems = read_folder(folder)
    said = name.encode("unicode_escape").decode()
    assert files == FILES
    assert [line.partition(": ")[0] for line in problems] == [f"{said}  name not allowed"]
    assert problems[0].isprintable()


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    try:
        (folder / os.fsdecode(b"\xff.pdf")).write_bytes(b"")
    except OSError:
        pytest.skip("this disk holds names in UTF-8 only")
    assert read_folder(folder)[1][0].startswith(r"\udcff.pdf  name not allowed")


def test_a_badly_named_folder_is_not_entered(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    (folder / ".git" / "hooks").mkdir(parents=True)
    assert len(read_folder(folder)[1]) == 1


def test_a_folder_deeper_than_any_name_may_be_is_not_entered(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    (folder / "/".join("d" * 95)).mkdir(parents=True)
    problems = read_folder(folder)[1]
    assert len(problems) == 1
    assert "name not allowed: longer than 180 characters" in problems[0]


def test_case_twins_are_told(tmp_path: Path) -> None:
    folder = as_folder(tmp_path)
    (folder / "data" / "Empty.txt").write_bytes(b"")
    if len(list((folder / "data").iterdir())) != 3:
        pytest.skip("this disk is blind to capitals")
    assert read_folder(folder)[1] == (
        "data/empty.txt  name not allowed: data/empty.txt and data/Empty.txt differ in capitals only",
    )


def test_a_link_to_a_package_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(as_folder(tmp_path))
    assert read_folder(tmp_path / "link") == ({}, ("The package  is a link and not a folder",))


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    assert read_folder(as_file(tmp_path, b"x")) == ({}, ("The package  is a file and not a folder",))
    assert read_folder(tmp_path / "nowhere") == ({}, ("The package  cannot be read: No such file or directory",))


def test_an_empty_package_is_told(tmp_path: Path) -> None:
    assert read_folder(tmp_path) == ({}, ("The package  is an empty folder, which no manifest can list",))


@pytest.mark.parametrize(
    ("name", "limit", "line"),
    [
        ("MOST_FILES", 9, "The package  not read to its end: more than 9 files"),
        ("MOST_BYTES", 44, "9.txt  not read, nor anything after it: more than 0 GB in all"),
        ("MOST_BYTES_OF_A_FILE", 8, "9.txt  not read, nor anything after it: a file larger than 0 MB"),
    ],
)
def test_a_folder_over_a_limit_is_not_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int, line: str
) -> None:
    for number in range(10):
        (tmp_path / f"{number}.txt").write_bytes(b"x" * number)
    monkeypatch.setattr(archive, name, limit)
    files, problems = read_folder(tmp_path)
    assert sorted(files) == [f"{number}.txt" for number in range(9)]
    assert problems == (line,)


def test_a_folder_of_empty_folders_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (tmp_path / str(number)).mkdir()
    monkeypatch.setattr(archive, "MOST_FILES", 9)
    assert len(read_folder(tmp_path)[1]) == 10


def test_a_large_file_is_told_without_reading_it(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.truncate(tmp_path / "a", 600 * 1024**2)
    assert read_folder(tmp_path) == ({}, ("a  not read, nor anything after it: a file larger than 512 MB",))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = as_folder(tmp_path)
    plain_open = os.open

    def refusing(path: Path, flags: int) -> int:
        if path.name == "bagit.txt":
            raise PermissionError(13, "Permission denied")
        return plain_open(path, flags)

    monkeypatch.setattr(os, "open", refusing)
    files, problems = read_folder(folder)
    assert "bagit.txt" not in files
    assert problems == ("bagit.txt  cannot be read: Permission denied",)


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = as_folder(tmp_path)
    plain_scan = os.scandir

    def refusing(path: Path) -> object:
        if path.name == "data":
            raise PermissionError(13, "Permission denied")
        return plain_scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert read_folder(folder) == ({"bagit.txt": b"bag\n"}, ("data  cannot be read: Permission denied",))


def during_opening(monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None]) -> None:
    """Do something to bagit.txt between the look at it and its opening."""
    plain_open = os.open

    def late(path: Path, flags: int) -> int:
        if path.name == "bagit.txt":
            act(path)
        return plain_open(path, flags)

    monkeypatch.setattr(os, "open", late)


def exchange(path: Path) -> None:
    path.with_name("new").write_bytes(b"gab\n")
    path.with_name("new").rename(path)


def put_a_link(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def put_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def lengthen(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"more")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (exchange, "was exchanged while it was read"),
        (put_a_link, "cannot be read: Too many levels of symbolic links"),
        (put_a_pipe, "was exchanged while it was read"),
        (lengthen, "was changed while it was read"),
        (lambda path: os.truncate(path, 1), "was changed while it was read"),
        (Path.unlink, "cannot be read: No such file or directory"),
    ],
)
def test_what_happens_to_a_file_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None], words: str
) -> None:
    folder = as_folder(tmp_path)
    during_opening(monkeypatch, act)
    files, problems = read_folder(folder)
    assert "bagit.txt" not in files
    assert problems == (f"bagit.txt  {words}",)
