"""A bag is accepted by the tools of others, and whatever is done to one of ours is found and named.

Not found here, by design: a manifest rewritten together with the payload it lists. Checksums prove accident, not
intent; the sign-offs inside the package find that.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filing.bag import bag_files, fixity, name_problems, path_problem, shown

Files = dict[str, bytes]

PAYLOAD = {
    "documents/annexure-1.pdf": b"one",
    "documents/annexure-2.pdf": b"two",
    "records/batches/B2025-01/certification.qp.signoff.sig": b"sig",
    "schemas/certification@1.json": b"{}",
}
INFO = (("Source-Organization", "Société Exemple"), ("Bagging-Date", "2025-09-10"), ("Git-Commit", "0123abcd"))
LONGEST_NAME = "a" * 100


def a_bag() -> Files:
    return bag_files(PAYLOAD, INFO, {"readme.txt": b"read me\n"})


def listed_anew(files: Files, kind: str = "tagmanifest") -> Files:
    """The bag with manifests that agree with what it now holds, as a careful forger would leave it."""
    again = dict(files)
    for algorithm in ("sha256", "sha512"):
        rows = [
            f"{hashlib.new(algorithm, content).hexdigest()}  {path}\n"
            for path, content in sorted(files.items())
            if path.startswith("data/") == (kind == "manifest") and not path.startswith("tagmanifest-")
        ]
        again[f"{kind}-{algorithm}.txt"] = "".join(rows).encode()
    return again


def written(files: Files, folder: Path) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def changed(path: str, before: bytes, after: bytes) -> str:
    actual, listed = hashlib.sha256(after).hexdigest()[:6], hashlib.sha256(before).hexdigest()[:6]
    return f"{path}  changed: sha256 is {actual}.. where the manifest says {listed}.."


# What others say of it


def test_bagit_python_accepts_the_bag(tmp_path: Path) -> None:
    bag = bagit.Bag(str(written(a_bag(), tmp_path)))
    bag.validate()
    assert bag.version_info == (1, 0)
    assert set(bag.algorithms) == {"sha256", "sha512"}
    assert bag.info["Source-Organization"] == "Société Exemple"


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("kind", ["manifest", "tagmanifest"])
def test_the_checksum_tools_accept_the_bag(tmp_path: Path, algorithm: str, kind: str) -> None:
    tool = shutil.which(f"{algorithm}sum")
    if not tool:
        pytest.skip(f"this machine has no {algorithm}sum")
    folder = written(a_bag(), tmp_path)
    run = [tool, "-c", "--strict", "--quiet", f"{kind}-{algorithm}.txt"]
    assert subprocess.run(run, cwd=folder, check=False).returncode == 0
    written({"data/documents/annexure-2.pdf": b"2wo", "readme.txt": b"?"}, folder)
    assert subprocess.run(run, cwd=folder, check=False, capture_output=True).returncode == 1


# What it is


def test_a_bag_holds_these_files_in_the_order_of_their_names() -> None:
    assert list(a_bag()) == [
        "bag-info.txt",
        "bagit.txt",
        "data/documents/annexure-1.pdf",
        "data/documents/annexure-2.pdf",
        "data/records/batches/B2025-01/certification.qp.signoff.sig",
        "data/schemas/certification@1.json",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
        "readme.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha512.txt",
    ]


def test_the_bytes_of_a_bag_are_these() -> None:
    bag = bag_files({"a": b""}, ())
    empty = hashlib.sha256(b"").hexdigest()
    assert bag["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert bag["bag-info.txt"] == b"Payload-Oxum: 0.1\n"
    assert bag["manifest-sha256.txt"] == f"{empty}  data/a\n".encode()
    tags = [line.split("  ")[1] for line in bag["tagmanifest-sha512.txt"].decode().splitlines()]
    assert tags == ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"]


def test_payload_oxum_follows_the_elements_the_standard_names_before_it() -> None:
    assert a_bag()["bag-info.txt"].decode() == (
        "Source-Organization: Société Exemple\nBagging-Date: 2025-09-10\nPayload-Oxum: 11.4\nGit-Commit: 0123abcd\n"
    )


def test_the_order_in_which_files_are_given_does_not_show() -> None:
    backwards = dict(reversed(PAYLOAD.items()))
    assert list(bag_files(backwards, INFO, {"readme.txt": b"read me\n"}).items()) == list(a_bag().items())


def test_nothing_is_wrong_with_a_bag_of_ours() -> None:
    assert fixity(a_bag()) == ()


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.from_regex(r"([ab]{1,2}/){0,2}c[0-9]{1,2}", fullmatch=True), st.binary(), min_size=1))
def test_nothing_is_wrong_with_any_bag_of_ours(payload: Files) -> None:
    assert fixity(bag_files(payload, INFO)) == ()


# What is not made


@pytest.mark.parametrize(
    "info",
    [
        ("Contact-Name", "two\nlines"),
        ("Contact-Name", "two\r\nlines"),
        ("Contact-Name", "two\x85lines"),
        ("Contact-Name", "two\u2028lines"),
        ("Contact-Name", "two\x0blines"),
        ("Contact-Name", "a\ttab"),
        ("Contact-Name", "turned \u202e round"),
        ("Contact-Name", "half a \ud800 letter"),
        ("Contact-Name", " blank before"),
        ("Contact-Name", "blank after "),
        ("Contact-Name", ""),
        ("", "no label"),
        ("Two: labels", "x"),
        ("Two words", "x"),
        ("Line\nbreak", "x"),
        ("Ünlaut", "x"),
        ("Payload-Oxum", "11.4"),
        ("payload-oxum", "11.4"),
    ],
)
def test_a_line_of_the_description_with_two_readings_is_refused(info: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"bag-info\.txt|counted, never given"):
        bag_files(PAYLOAD, (info,))


@pytest.mark.parametrize(
    "tag",
    ["bagit.txt", "bag-info.txt", "Bagit.txt", "manifest-sha256.txt", "tagmanifest-sha512.txt", "manifest-md5.txt",
     "Manifest-SHA1.txt", "fetch.txt", "FETCH.TXT", "meta/readme.txt", "data", "data/readme.txt", "../x", "/x", "",
     "aux.txt"],
)  # fmt: skip
def test_a_tag_file_that_is_not_ours_to_add_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match=r"name not allowed|not allowed|by the bag itself|a file and a folder"):
        bag_files(PAYLOAD, INFO, {tag: b"x"})


def test_a_bag_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="data  missing: a package without contents"):
        bag_files({}, INFO)


@pytest.mark.parametrize(
    "pair",
    [("documents/a.pdf", "documents/A.pdf"), ("Documents/a.pdf", "documents/b.pdf"), ("a", "a/b"), ("A", "a/b")],
)
def test_payload_names_that_collide_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"differ in capitals only|is both a file and a folder"):
        bag_files(dict.fromkeys(pair, b""), INFO)


# Names


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../evil", "a/../b", "a//b", "a/", "./a", "a/.", ".hidden", "-rf", "_x", "@x", "a\\b", "C:x",
     "a b", "a\nb", "a\n", "a\x00", "a*", "a?", "a%2f", "~a", "é.pdf", "e\u0301.pdf", "ﬁle", "\u0661", "a\u200b",
     "\udcff", "con", "CON", "nul.pdf", "x/Aux.tar.gz", "com1", "LPT9.txt", "prn/a", "COM0", "a.", "a./b", "x/b..",
     "a" * 101, "a/" * 90 + "b"],
)  # fmt: skip
def test_a_name_that_some_system_cannot_hold_is_not_allowed(name: str) -> None:
    problem = path_problem(name)
    assert problem.startswith(f"{shown(name)}  name not allowed: ")
    assert problem.isprintable()
    with pytest.raises(ValueError, match=r"name not allowed"):
        bag_files({f"records/{name}": b""}, INFO)
    assert [line for line in fixity({**a_bag(), name: b""}) if line == problem] == [problem]


@pytest.mark.parametrize(
    "name",
    ["a", "1", "B2025-01", "a@1.json", "x_y-z.tar.gz", "con-tract.pdf", "com10", "console.log", "a..b", LONGEST_NAME,
     f"{LONGEST_NAME}/{'b' * 79}"],
)  # fmt: skip
def test_a_name_that_every_system_can_hold_is_allowed(name: str) -> None:
    assert path_problem(name) == ""


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from("aAz09._@-/\\: \n\x00éſK\u0301\u202e~%"), max_size=12) | st.text(max_size=12))
def test_no_odd_name_slips_through(name: str) -> None:
    if path_problem(name) == "":
        assert name.isascii()
        assert name == unicodedata.normalize("NFC", name)
        assert all(sign.isalnum() or sign in "._@-/" for sign in name)
        assert all(segment and segment[0].isalnum() and segment[-1] != "." for segment in name.split("/"))


def test_names_that_differ_in_capitals_only_are_named_as_twins() -> None:
    assert name_problems(["data/a/x.pdf", "data/A/y.pdf"]) == (
        "data/a/x.pdf  name not allowed: data/a and data/A differ in capitals only",
    )


def test_a_name_from_outside_is_shown_without_its_line_breaks_accents_and_length() -> None:
    assert shown("PASS\nx\u202e\u0301\udcff") == r"PASS\nx\u202e\u0301\udcff"
    assert len(shown("é" * 9999)) == 202


# What accident does


def flips(content: bytes, bits: Callable[[int], Iterable[int]]) -> Iterator[bytes]:
    for place, byte in enumerate(content):
        for bit in bits(place):
            yield content[:place] + bytes((byte ^ 1 << bit,)) + content[place + 1 :]


def test_every_flipped_bit_of_a_small_bag_is_found() -> None:
    bag = bag_files({"a": b"1", "b": b""}, ())
    for path, content in bag.items():
        for number, flipped in enumerate(flips(content, lambda _: range(8))):
            assert fixity({**bag, path: flipped}) != (), (path, number)


def test_a_flipped_bit_of_every_byte_is_found_and_the_file_named() -> None:
    bag = a_bag()
    for path, content in bag.items():
        for number, flipped in enumerate(flips(content, lambda place: (place % 8,))):
            lines = fixity({**bag, path: flipped})
            # A checksum that does not agree accuses the file it stands for.
            assert ("manifest-" in path and lines) or any(line.startswith(path) for line in lines), (path, number)


@pytest.mark.parametrize("path", list(a_bag()))
def test_every_file_cut_short_or_made_longer_is_found(path: str) -> None:
    bag = a_bag()
    for content in (bag[path][:-1], b"", bag[path] + b"\n", bag[path] + b" ", bag[path] * 2):
        assert fixity({**bag, path: content}) != ()


@pytest.mark.parametrize("path", list(a_bag()))
def test_every_dropped_file_is_named_as_missing(path: str) -> None:
    bag = a_bag()
    del bag[path]
    assert [line for line in fixity(bag) if line.startswith(f"{path}  missing: ")] != []


# What people do; each with everything that is to be said of it


def drop(bag: Files) -> Files:
    return {path: bag[path] for path in bag if path != "data/documents/annexure-2.pdf"}


def add_to_payload(bag: Files) -> Files:
    return {**bag, "data/documents/annexure-7.pdf": b""}


def add_at_the_root(bag: Files) -> Files:
    return {**bag, "notes.txt": b"x"}


def rename(bag: Files) -> Files:
    return {**drop(bag), "data/documents/annexure-9.pdf": b"two"}


def duplicate(bag: Files) -> Files:
    return {**bag, "data/documents/copy.pdf": b"two"}


def swap(bag: Files) -> Files:
    return {**bag, "data/documents/annexure-1.pdf": b"two", "data/documents/annexure-2.pdf": b"one"}


def change_case(bag: Files) -> Files:
    return {**drop(bag), "data/documents/Annexure-2.pdf": b"two"}


def add_case_twin(bag: Files) -> Files:
    return {**bag, "data/documents/Annexure-2.pdf": b"two"}


NOT_LISTED = "not listed in manifest-sha256.txt and manifest-sha512.txt"
GONE = "data/documents/annexure-2.pdf  missing: listed in manifest-sha256.txt and manifest-sha512.txt"
OXUM = "bag-info.txt  Payload-Oxum says 11.4 where data/ holds {} (bytes, then files)"


@pytest.mark.parametrize(
    ("attack", "lines"),
    [
        (drop, [GONE, OXUM.format("8.3")]),
        (add_to_payload, [f"data/documents/annexure-7.pdf  {NOT_LISTED}", OXUM.format("11.5")]),
        (add_at_the_root, ["notes.txt  not listed in tagmanifest-sha256.txt and tagmanifest-sha512.txt"]),
        (rename, [GONE, f"data/documents/annexure-9.pdf  {NOT_LISTED}"]),
        (duplicate, [f"data/documents/copy.pdf  {NOT_LISTED}", OXUM.format("14.5")]),
        (
            swap,
            [
                changed("data/documents/annexure-1.pdf", b"one", b"two"),
                changed("data/documents/annexure-2.pdf", b"two", b"one"),
            ],
        ),
        (change_case, [f"data/documents/Annexure-2.pdf  {NOT_LISTED}", GONE]),
        (
            add_case_twin,
            [
                "data/documents/annexure-2.pdf  name not allowed: data/documents/annexure-2.pdf and"
                " data/documents/Annexure-2.pdf differ in capitals only",
                f"data/documents/Annexure-2.pdf  {NOT_LISTED}",
                OXUM.format("14.5"),
            ],
        ),
    ],
)
def test_what_was_done_to_the_files_is_said_in_full(attack: Callable[[Files], Files], lines: list[str]) -> None:
    assert list(fixity(attack(a_bag()))) == lines


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accented_twin_is_refused_in_either_spelling(form: str) -> None:
    name = unicodedata.normalize(form, "data/documents/résumé.pdf")
    assert fixity(listed_anew({**a_bag(), name: b""}, "manifest"))[0] == path_problem(name)


def test_a_changed_file_is_told_with_as_many_digits_as_tell_the_checksums_apart() -> None:
    bag = a_bag()
    row = bag["manifest-sha512.txt"][:128]
    other = row[:9] + (b"0" if row[9:10] != b"0" else b"1") + row[10:]
    bag["manifest-sha512.txt"] = bag["manifest-sha512.txt"].replace(row, other)
    assert fixity(listed_anew(bag)) == (
        f"data/documents/annexure-1.pdf  changed: sha512 is {row[:10].decode()}.."
        f" where the manifest says {other[:10].decode()}..",
    )


def test_a_manifest_rewritten_with_its_payload_makes_a_correct_bag() -> None:
    """Nothing in a bag says who made it: that this is found is the business of the sign-offs."""
    forged = {**a_bag(), "data/documents/annexure-2.pdf": b"2wo"}
    assert fixity(listed_anew(listed_anew(forged, "manifest"))) == ()


# Downgrades, each with tag manifests that agree


def test_a_manifest_taken_away_is_missed() -> None:
    for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
        bag = a_bag()
        del bag[name]
        assert fixity(listed_anew(bag)) == (f"{name}  missing: every package has it",)


def test_a_tag_manifest_taken_away_is_missed_even_where_the_description_was_edited() -> None:
    bag = a_bag()
    del bag["tagmanifest-sha256.txt"], bag["tagmanifest-sha512.txt"]
    bag["bag-info.txt"] = bag["bag-info.txt"].replace(b"2025-09-10", b"2024-09-10")
    assert fixity(bag) == (
        "tagmanifest-sha256.txt  missing: every package has it",
        "tagmanifest-sha512.txt  missing: every package has it",
    )


@pytest.mark.parametrize("name", ["manifest-md5.txt", "manifest-sha1.txt", "manifest-sha3-512.txt", "Manifest-MD5.txt"])
def test_a_manifest_of_another_kind_is_refused_beside_ours(name: str) -> None:
    assert fixity(listed_anew({**a_bag(), name: b""})) == (
        f"{name}  not allowed: a package lists its files in sha256 and sha512 manifests only and fetches nothing",
    )


def test_a_bag_taken_down_to_md5_is_refused() -> None:
    bag = a_bag()
    for name in [name for name in bag if "manifest-" in name]:
        del bag[name]
    rows = [
        f"{hashlib.md5(bag[path], usedforsecurity=False).hexdigest()}  {path}\n"
        for path in bag
        if path.startswith("data/")
    ]
    bag["manifest-md5.txt"] = "".join(rows).encode()
    assert list(fixity(bag)) == [
        "manifest-sha256.txt  missing: every package has it",
        "manifest-sha512.txt  missing: every package has it",
        "tagmanifest-sha256.txt  missing: every package has it",
        "tagmanifest-sha512.txt  missing: every package has it",
        "manifest-md5.txt  not allowed: a package lists its files in sha256 and sha512 manifests only"
        " and fetches nothing",
    ]


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "manifest-sha512.txt"])
def test_a_line_taken_out_of_one_manifest_is_missed(name: str) -> None:
    bag = a_bag()
    first, *others = bag[name].splitlines(keepends=True)
    assert b"annexure-1" in first
    bag[name] = b"".join(others)
    assert fixity(listed_anew(bag)) == (f"data/documents/annexure-1.pdf  not listed in {name}",)


def test_a_line_taken_out_of_a_tag_manifest_is_missed() -> None:
    bag = a_bag()
    bag["tagmanifest-sha512.txt"] = b"".join(bag["tagmanifest-sha512.txt"].splitlines(keepends=True)[:-1])
    assert fixity(bag) == ("readme.txt  not listed in tagmanifest-sha512.txt",)


def test_fetching_files_from_elsewhere_is_refused() -> None:
    assert fixity(listed_anew({**a_bag(), "fetch.txt": b""})) == (
        "fetch.txt  not allowed: a package lists its files in sha256 and sha512 manifests only and fetches nothing",
    )


def test_a_folder_beside_data_is_refused_even_where_it_is_listed() -> None:
    assert fixity(listed_anew({**a_bag(), "meta/x.txt": b""})) == (
        "meta/x.txt  not allowed: folders lie below data/ only",
    )


def test_a_package_without_contents_is_refused() -> None:
    bag = {path: content for path, content in a_bag().items() if not path.startswith("data/")}
    bag |= {"bag-info.txt": b"Payload-Oxum: 0.0\n", "manifest-sha256.txt": b"", "manifest-sha512.txt": b""}
    assert fixity(listed_anew(bag)) == ("data  missing: the package is without contents",)


def test_no_files_at_all_are_no_package() -> None:
    assert len(fixity({})) == 7


# Manifests in another form, each with tag manifests that agree

ROW = "manifest-sha256.txt  line {} is not a checksum of 64 digits, two spaces and a name{}"


def with_rows(edit: Callable[[list[bytes]], list[bytes]]) -> tuple[str, ...]:
    bag = a_bag()
    bag["manifest-sha256.txt"] = b"".join(edit(bag["manifest-sha256.txt"].splitlines(keepends=True)))
    return fixity(listed_anew(bag))


@pytest.mark.parametrize(
    "edit",
    [
        lambda row: row.replace(b"  ", b" *"),
        lambda row: row.replace(b"  ", b" "),
        lambda row: row.replace(b"  ", b"\t"),
        lambda row: row[:64].upper() + row[64:],
        lambda row: row[1:],
        lambda row: row.replace(b"\n", b"\r\n"),
        lambda row: row.replace(b"\n", b" \n"),
        lambda row: b" " + row,
        lambda row: b"\xef\xbb\xbf" + row,
        lambda row: row.replace(b"data/", b"./data/"),
        lambda row: row.replace(b"data/", b"/data/"),
        lambda row: row.replace(b"data/documents", b"data/../data/documents"),
        lambda row: row.replace(b"annexure-1", b"annexure%2D1"),
        lambda row: row.replace(b"annexure-1", b"ann\xe9xure-1"),
        lambda row: b"# " + row,
        lambda row: b"\n" + row,
    ],
)
def test_a_line_of_a_manifest_in_any_other_form_is_refused(edit: Callable[[bytes], bytes]) -> None:
    assert ROW.format(1, "") in with_rows(lambda rows: [edit(rows[0]), *rows[1:]])


def test_many_odd_lines_are_told_once() -> None:
    assert ROW.format(2, ", nor are 2 further lines") in with_rows(lambda rows: [rows[0], b"x\n", b"y\n", b"\n"])


def test_a_file_listed_twice_is_refused() -> None:
    assert with_rows(lambda rows: [rows[0], *rows]) == (
        "manifest-sha256.txt  line 2 lists data/documents/annexure-1.pdf a second time",
    )


def test_a_file_listed_twice_with_two_checksums_is_refused() -> None:
    assert with_rows(lambda rows: [*rows, b"0" * 64 + rows[0][64:]]) == (
        "manifest-sha256.txt  line 5 lists data/documents/annexure-1.pdf a second time",
    )


def test_a_manifest_in_another_order_is_refused() -> None:
    assert with_rows(lambda rows: rows[::-1]) == ("manifest-sha256.txt  its lines are not in the order of their names",)


def test_a_manifest_without_its_last_line_break_is_refused() -> None:
    assert "manifest-sha256.txt  its last line is cut off" in with_rows(lambda rows: [*rows[:-1], rows[-1][:-1]])


def test_a_manifest_as_long_as_no_package_needs_is_not_read() -> None:
    bag = a_bag()
    bag["manifest-sha256.txt"] = bag["bag-info.txt"] = b"\n" * 7_000_000
    lines = fixity(bag)
    assert "manifest-sha256.txt  not readable: longer than any list of 20,000 files" in lines
    assert "bag-info.txt  not readable: far longer than a description of a package" in lines
    assert len(lines) < 20


def test_a_payload_manifest_that_lists_a_tag_file_is_refused() -> None:
    row = hashlib.sha256(a_bag()["bagit.txt"]).hexdigest().encode() + b"  bagit.txt\n"
    assert with_rows(lambda rows: [row, *rows]) == ("bagit.txt  does not belong in manifest-sha256.txt",)


def test_a_tag_manifest_that_lists_itself_or_the_payload_is_refused() -> None:
    for path in ("data/documents/annexure-1.pdf", "tagmanifest-sha512.txt"):
        bag = a_bag()
        rows = [*bag["tagmanifest-sha256.txt"].splitlines(keepends=True), b"0" * 64 + f"  {path}\n".encode()]
        bag["tagmanifest-sha256.txt"] = b"".join(sorted(rows, key=lambda row: row[64:]))
        assert f"{path}  does not belong in tagmanifest-sha256.txt" in fixity(bag)


# The declaration and the description in another form, each with tag manifests that agree


@pytest.mark.parametrize(
    "text",
    [
        b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n",
        b"BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\r\n",
        b"BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8",
        b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        b"",
    ],
)
def test_another_declaration_is_refused(text: bytes) -> None:
    assert fixity(listed_anew({**a_bag(), "bagit.txt": text})) == (
        'bagit.txt  changed: it reads "BagIt-Version: 1.0" and "Tag-File-Character-Encoding: UTF-8", nothing else',
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"Contact-Name: folded\n  over two lines\nPayload-Oxum: 11.4\n", "line 2"),
        (b"Payload-Oxum: 11.4\n\n", "line 2"),
        (b"Payload-Oxum: 11.4\nContact-Name:no blank\n", "line 2"),
        (b"Payload-Oxum: 11.4\nContact-Name:  two blanks\n", "line 2"),
        (b"Payload-Oxum: 11.4\nContact-Name : x\n", "line 2"),
        (b"Payload-Oxum: 11.4\nContact-Name: \n", "line 2"),
        (b"Payload-Oxum: 11.4\nContact-Name: x\r\n", "line 2"),
        (b"Payload-Oxum: 11.4\nContact-Name: x", "its end or an accented letter"),
        (b"Payload-Oxum: 11.4\nContact-Name: Soci\xe9t\xe9\n", "its end or an accented letter"),
        (b"\xef\xbb\xbfPayload-Oxum: 11.4\nPayload-Oxum: 11.4\n", "line 1"),
    ],
)
def test_a_line_of_the_description_in_another_form_is_refused(text: bytes, place: str) -> None:
    assert fixity(listed_anew({**a_bag(), "bag-info.txt": text}))[0] == (
        f'bag-info.txt  {place} is not as written: each line reads "Label: value" in plain UTF-8 text'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"Payload-Oxum: 11.5\n", "11.5"),
        (b"Payload-Oxum: 12.4\n", "12.4"),
        (b"Payload-Oxum: 011.4\n", "011.4"),
        (b"Payload-Oxum: 11.4\nPayload-Oxum: 11.4\n", "11.4 and 11.4"),
        (b"Payload-Oxum: 11.4\npayload-oxum: 12.4\n", "11.4 and 12.4"),
        (b"Contact-Name: x\n", "nothing"),
    ],
)
def test_a_wrong_count_of_the_payload_is_refused(text: bytes, said: str) -> None:
    assert fixity(listed_anew({**a_bag(), "bag-info.txt": text})) == (
        f"bag-info.txt  Payload-Oxum says {said} where data/ holds 11.4 (bytes, then files)",
    )
