"""`verify` says PASS to an untouched package and FAIL, naming the file, to any other; garbage never makes it crash."""

from __future__ import annotations

import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import pytest

from filing.archive import zip_bytes
from filing.provenance import canonical_json
from filing.verify import Verdict, checkout_registers, verify
from tests import packages, repositories
from tests.packages import forged, retagged
from tools.refound import Signing

BATCH = "records/batches/B2025-01/"
DATA = "data/"
BUILD = "provenance/build.json"
LOG = "documents/annexure-1"
COMPILED = "compiled/demo-101-302-b2025-01"
LATER = {"entry": "people/m-keller", "old": "position: Qualified Person", "new": "position: Head of Certification"}

Files = dict[str, bytes]


@pytest.fixture(scope="session")
def pin(sample: Files) -> str:
    return repositories.pin_of(sample)


@pytest.fixture(scope="module")
def untouched(bundled: Path, pin: str) -> Verdict:
    return verify(bundled, pin)


@pytest.fixture
def copy(bundled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled, tmp_path / "package"))


@pytest.fixture(scope="module")
def workplace(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for tests that put back whatever they change."""
    return Path(shutil.copytree(bundled, tmp_path_factory.mktemp("workplace") / "package"))


@pytest.fixture(scope="module")
def grown(sample: Files) -> Files:
    """The repository after a second register change, which revised the QP's entry."""
    return packages.revised(sample, **LATER)


@pytest.fixture(scope="module")
def later_package(grown: Files, renderer: Executor) -> Files:
    return dict(packages.packed(grown, renderer).files)


@pytest.fixture(scope="module")
def uncertified(renderer: Executor) -> Files:
    return dict(packages.packed(packages.never_certified(), renderer).files)


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def flipped(content: bytes, place: int, bit: int = 0) -> bytes:
    return content[:place] + bytes((content[place] ^ 1 << bit,)) + content[place + 1 :]


def checked(tmp_path: Path, files: Files, pin: str, **options: object) -> Verdict:
    return verify(packages.written(tmp_path / "package", files), pin, **options)  # type: ignore[arg-type]  # passed on


def assert_fails(verdict: Verdict, *named: str) -> None:
    """FAIL, in that order of lines, and the reasons name these files."""
    assert verdict.word == verdict.lines[0] == "FAIL"
    for name in named:
        assert any(name in reason for reason in verdict.reasons_to_fail), (name, verdict.reasons_to_fail)


# ----------------------------------------------------------------------------------------- the untouched package


def test_the_untouched_package_passes_and_names_its_root_and_registers(
    untouched: Verdict, packed: Files, pin: str
) -> None:
    signoffs = sum(path.endswith(".signoff") for path in packed)
    assert untouched.lines == (
        "PASS",
        f"Root {pin} pinned",
        "Registers change 001 of 18 AUG 2025",
        f"  {len(packed)} files intact, {signoffs} sign-offs valid; pages not made again (--rebuild does)",
    )


def test_folder_and_zip_give_the_same_verdict(bundled: Path, untouched: Verdict, pin: str) -> None:
    assert verify(bundled.with_name(bundled.name + ".zip"), pin).lines == untouched.lines


def test_the_names_of_folder_and_zip_are_never_checked(bundled: Path, tmp_path: Path, pin: str) -> None:
    folder = Path(shutil.copytree(bundled, tmp_path / "Anything at all"))
    assert verify(folder, pin).word == "PASS"
    renamed = tmp_path / "other name.zip"
    shutil.copy(bundled.with_name(bundled.name + ".zip"), renamed)
    assert verify(renamed, pin).word == "PASS"


def test_without_a_pin_it_passes_as_not_pinned(bundled: Path, pin: str) -> None:
    verdict = verify(bundled, "")
    assert verdict.word == "PASS"
    assert verdict.lines[1] == f"Root {pin} NOT PINNED, compare it with the fingerprint you were given"


def test_under_another_pin_it_fails(bundled: Path, pin: str) -> None:
    verdict = verify(bundled, "0" * 64)
    assert_fails(verdict, "data/records/root.allowed_signers")
    assert verdict.lines[1] == f"Root {pin} is not the pinned {'0' * 64}"


def test_another_root_in_the_package_fails_under_this_pin(packed: Files, tmp_path: Path, pin: str) -> None:
    path = "records/root.allowed_signers"
    assert_fails(checked(tmp_path, replaced(packed, path, b"d-ferreira", b"e-ferreira"), pin), path)


# ------------------------------------------------------------------------------------------------ damage and loss


def test_one_flipped_bit_in_any_file_fails_and_names_the_file(workplace: Path, packed: Files, pin: str) -> None:
    for number, (path, content) in enumerate(sorted(packed.items())):
        with changed(workplace / path, flipped(content, len(content) * (number % 7) // 7, number % 8)):
            # A digit changed in a manifest of manifests reads as a change of the manifest it lists.
            assert_fails(verify(workplace, pin), path.removeprefix("tag"))


@pytest.mark.parametrize("end", [0, -1])
def test_the_first_and_last_byte_of_a_file_count_too(workplace: Path, packed: Files, pin: str, end: int) -> None:
    for path in sorted(packed)[::6]:
        content = packed[path]
        with changed(workplace / path, flipped(content, end % len(content))):
            assert_fails(verify(workplace, pin), path)


def test_a_flipped_bit_is_told_with_what_is_still_intact(workplace: Path, packed: Files, pin: str) -> None:
    path = DATA + LOG + ".pdf"
    with changed(workplace / path, flipped(packed[path], 900)):
        verdict = verify(workplace, pin)
    assert verdict.lines[1:3] == (f"Root {pin} pinned", "Registers change 001 of 18 AUG 2025")
    assert verdict.lines[3].startswith(f"  {path}  changed: sha256 is ")
    assert verdict.lines[4:] == (f"  {len(packed) - 1} other files intact, 14 sign-offs valid",)


def test_a_dropped_file_fails_and_is_named(workplace: Path, packed: Files, pin: str) -> None:
    for path, content in sorted(packed.items())[::3]:
        (workplace / path).unlink()
        assert_fails(verify(workplace, pin), path)
        (workplace / path).write_bytes(content)


@pytest.mark.parametrize(
    "path",
    ["note.txt", "data/note.txt", "data/documents/coa.pdf", f"data/{BATCH}batch.r1.yaml", "fetch.txt", ".hidden"],
)
def test_an_added_file_fails_and_is_named(copy: Path, pin: str, path: str) -> None:
    (copy / path).write_bytes(b"one more")
    assert_fails(verify(copy, pin), path)


@pytest.mark.parametrize("path", [f"{LOG}.pdf", f"{BATCH}certification.qp.signoff", "schemas/batch@1.json", BUILD])
def test_a_renamed_file_fails_under_both_names(copy: Path, pin: str, path: str) -> None:
    old = copy / DATA / path
    old.rename(old.with_name("x" + old.name))
    assert_fails(verify(copy, pin), old.name, "x" + old.name)


def test_an_empty_folder_fails(copy: Path, pin: str) -> None:
    (copy / DATA / "ems").mkdir()
    assert_fails(verify(copy, pin), "data/ems")


def test_a_link_in_the_place_of_a_file_fails_though_it_leads_to_the_same_bytes(copy: Path, pin: str) -> None:
    original = copy / DATA / f"{LOG}.pdf"
    elsewhere = original.rename(copy.parent / "elsewhere.pdf")
    original.symlink_to(elsewhere)
    assert_fails(verify(copy, pin), f"{LOG}.pdf")


def test_a_link_in_the_place_of_a_folder_fails(copy: Path, pin: str) -> None:
    elsewhere = (copy / DATA / "records").rename(copy.parent / "records")
    (copy / DATA / "records").symlink_to(elsewhere)
    assert_fails(verify(copy, pin), "data/records")


def test_a_pipe_in_the_place_of_a_file_fails_without_waiting(copy: Path, pin: str) -> None:
    (copy / "readme.txt").unlink()
    os.mkfifo(copy / "readme.txt")
    assert_fails(verify(copy, pin), "readme.txt")


def test_a_package_without_its_declaration_fails(copy: Path, pin: str) -> None:
    (copy / "bagit.txt").unlink()
    assert_fails(verify(copy, pin), "bagit.txt")


# ---------------------------------------------------------------------------------------------------------- ZIPs


@pytest.fixture
def zipped(bundled: Path, tmp_path: Path) -> Path:
    name = bundled.name + ".zip"
    shutil.copy(bundled.with_name(name + ".sha256"), tmp_path / (name + ".sha256"))
    return Path(shutil.copy(bundled.with_name(name), tmp_path / name))


def test_one_flipped_bit_anywhere_in_the_zip_fails(zipped: Path, pin: str) -> None:
    (zipped.with_name(zipped.name + ".sha256")).unlink()
    content = zipped.read_bytes()
    places = random.Random(62).sample(range(len(content)), 24)
    for place in [0, 5, 29, 40, *places, len(content) - 25, len(content) - 1]:
        zipped.write_bytes(flipped(content, place, place % 8))
        assert verify(zipped, pin).word == "FAIL", place


def test_a_zip_that_differs_from_its_checksum_fails(zipped: Path, pin: str) -> None:
    beside = zipped.with_name(zipped.name + ".sha256")
    beside.write_bytes(flipped(beside.read_bytes(), 3))
    assert_fails(verify(zipped, pin), beside.name)


@pytest.mark.parametrize("edit", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[: len(b) // 2], lambda b: b[1:]])
def test_a_zip_cut_or_lengthened_fails(zipped: Path, pin: str, edit: Callable[[bytes], bytes]) -> None:
    zipped.write_bytes(edit(zipped.read_bytes()))
    zipped.with_name(zipped.name + ".sha256").unlink()
    assert verify(zipped, pin).word == "FAIL"


def test_a_zip_packed_anew_by_another_program_fails(bundled: Path, packed: Files, tmp_path: Path, pin: str) -> None:
    with zipfile.ZipFile(tmp_path / "anew.zip", "w", zipfile.ZIP_DEFLATED) as anew:
        for path, content in packed.items():
            anew.writestr(f"{bundled.name}/{path}", content)
    assert_fails(verify(tmp_path / "anew.zip", pin), "anew.zip")


# ------------------------------------------------------- forgeries in which every unsigned list was made to agree


def test_the_forger_of_these_tests_changes_nothing_where_nothing_is_to_be_changed(packed: Files) -> None:
    assert forged(packed, {}) == packed
    assert retagged(packed, "readme.txt", packed["readme.txt"]) == packed


def replaced(packed: Files, path: str, old: bytes, new: bytes) -> Files:
    assert packed[DATA + path].count(old) == 1
    return forged(packed, {path: packed[DATA + path].replace(old, new)})


def dropped(packed: Files, *parts: str) -> Files:
    gone = [path for path in packed if path.startswith(DATA) and any(part in path for part in parts)]
    assert gone
    return forged(packed, {path.removeprefix(DATA): None for path in gone})


def copied(packed: Files, source: str, target: str) -> Files:
    return forged(packed, {target: packed[DATA + source]})


def second_batch(packed: Files, *names: str) -> Files:
    return forged(packed, {f"records/batches/B2025-02/{name}": packed[f"{DATA}{BATCH}{name}"] for name in names})


def with_pdf(packed: Files, stem: str) -> Files:
    return forged(
        packed, {f"{stem}.pdf": packed[f"{DATA}{LOG}.pdf"], f"{stem}.sources": packed[f"{DATA}{LOG}.sources"]}
    )


def sources_cut(packed: Files) -> Files:
    return forged(packed, {f"{LOG}.sources": packed[f"{DATA}{LOG}.sources"].partition(b"\n")[2]})


def sources_of_others(packed: Files) -> Files:
    return forged(packed, {f"{LOG}.sources": packed[DATA + "documents/certificate.sources"]})


def provenance(packed: Files, edit: Callable[[dict[str, object]], object]) -> Files:
    stated = json.loads(packed[DATA + BUILD])
    edit(stated)
    return forged(packed, {BUILD: canonical_json(stated)})


def bag_info(packed: Files, old: bytes, new: bytes) -> Files:
    assert packed["bag-info.txt"].count(old) == 1
    return retagged(packed, "bag-info.txt", packed["bag-info.txt"].replace(old, new))


def swapped(packed: Files, one: str, other: str) -> Files:
    return forged(packed, {one: packed[DATA + other], other: packed[DATA + one]})


FORGERIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "record changed": (
        lambda p: replaced(p, BATCH + "certification.yaml", b"quantity:\n  amount: 480", b"quantity:\n  amount: 4800"),
        BATCH + "certification.yaml",
    ),
    "register entry changed": (
        lambda p: replaced(p, "records/registers/people/i-larsen.yaml", b"position: Head", b"position: Chief"),
        "people/i-larsen.yaml",
    ),
    "statement changed": (
        lambda p: replaced(p, "records/registers/statements/ctr-62.yaml", b"complies", b"may comply"),
        "statements/ctr-62.yaml",
    ),
    "schema changed": (
        lambda p: replaced(p, "schemas/certification@1.json", b'"title": "Register number"', b'"title": "Number"'),
        "schemas/certification@1.json",
    ),
    "sign-off swapped for another slot's": (
        lambda p: copied(p, BATCH + "issue.1.prepared.signoff", BATCH + "issue.1.checked.signoff"),
        BATCH + "issue.1.checked.signoff",
    ),
    "signature swapped": (
        lambda p: copied(p, BATCH + "issue.1.prepared.signoff.sig", BATCH + "issue.1.checked.signoff.sig"),
        BATCH + "issue.1.checked.signoff",
    ),
    "signature gone": (lambda p: dropped(p, "issue.1.checked.signoff.sig"), BATCH + "issue.1.checked.signoff.sig"),
    "sign-off claims another time": (
        lambda p: replaced(p, BATCH + "certification.qp.signoff", b"T14:20:05", b"T14:20:06"),
        BATCH + "certification.qp.signoff",
    ),
    "QP's sign-off gone": (lambda p: dropped(p, "certification.qp."), BATCH + "certification.qp.signoff"),
    "seen sign-off gone": (lambda p: dropped(p, "certification.qa."), BATCH + "certification.qa.signoff"),
    "seen act gone": (
        lambda p: dropped(p, "documentation.01.receipt"),
        BATCH + "documentation.01.receipt.received.signoff",
    ),
    "certification gone with its certificate": (
        lambda p: dropped(p, f"{BATCH}certification", "/certificate."),
        BATCH + "certification.qa.signoff",
    ),
    "register change gone": (lambda p: dropped(p, "change.001"), "records/registers/change.001"),
    "register change's sign-off gone": (
        lambda p: dropped(p, "change.001.administrator-3"),
        "change.001.administrator-3.signoff",
    ),
    "forms list gone": (lambda p: dropped(p, "registers/forms"), "records/registers/forms.yaml"),
    "forms list's approval gone": (lambda p: dropped(p, "registers/forms.approved"), "records/registers/forms.yaml"),
    "signer's entry gone": (lambda p: dropped(p, "people/sunita-reddy"), BATCH + "issue.1.checked.signoff"),
    "named entry gone": (lambda p: dropped(p, "organisations/demo-cro"), "organisations/demo-cro.yaml"),
    "schema gone": (lambda p: dropped(p, "schemas/policy@1"), "policies/strict.yaml"),
    "shared schema gone": (lambda p: dropped(p, "schemas/types@1"), "schemas/"),
    "root gone": (lambda p: dropped(p, "root.allowed_signers"), "records/root.allowed_signers"),
    "founder taken from the root": (
        lambda p: forged(
            p,
            {
                "records/root.allowed_signers": b"".join(
                    p["data/records/root.allowed_signers"].splitlines(keepends=True)[:2]
                )
            },
        ),
        "records/root.allowed_signers",
    ),
    "foreign PDF": (lambda p: with_pdf(p, "documents/coa"), "documents/coa.pdf"),
    "PDF in a folder of its own": (lambda p: with_pdf(p, "audit/annexure-9"), "data/audit/annexure-9.pdf"),
    "log gone": (lambda p: dropped(p, LOG), f"{LOG}.pdf"),
    "certificate gone": (lambda p: dropped(p, "documents/certificate"), "documents/certificate.pdf"),
    "compiled file gone": (lambda p: dropped(p, COMPILED), COMPILED),
    "compiled file renamed": (lambda p: with_pdf(dropped(p, COMPILED), "compiled/final"), "compiled/final.pdf"),
    "logs swapped": (lambda p: swapped(p, f"{LOG}.pdf", "documents/annexure-2.pdf"), COMPILED),
    "log replaced by the certificate": (lambda p: copied(p, "documents/certificate.pdf", f"{LOG}.pdf"), COMPILED),
    "PDF cut": (lambda p: forged(p, {f"{LOG}.pdf": p[f"{DATA}{LOG}.pdf"][:3000]}), f"{LOG}.pdf"),
    "PDF empty": (lambda p: forged(p, {f"{LOG}.pdf": b""}), f"{LOG}.pdf"),
    "PDF of random bytes": (lambda p: forged(p, {f"{LOG}.pdf": random.Random(1).randbytes(5000)}), f"{LOG}.pdf"),
    "PDF with random bytes after its head": (
        lambda p: forged(p, {f"{LOG}.pdf": b"%PDF-1.7\n" + random.Random(2).randbytes(5000)}),
        f"{LOG}.pdf",
    ),
    "compiled file cut": (lambda p: forged(p, {f"{COMPILED}.pdf": p[f"{DATA}{COMPILED}.pdf"][:9000]}), COMPILED),
    "list of sources gone": (lambda p: dropped(p, f"{LOG}.sources"), f"{LOG}.pdf"),
    "list of sources cut": (sources_cut, f"{LOG}.pdf"),
    "list of sources of another document": (sources_of_others, f"{LOG}.pdf"),
    "list of sources without document": (
        lambda p: copied(p, f"{LOG}.sources", "documents/annexure-9.sources"),
        "documents/annexure-9.sources",
    ),
    "list of sources padded": (
        lambda p: forged(p, {f"{LOG}.sources": p[f"{DATA}{LOG}.sources"] + b"\n"}),
        f"{LOG}.sources",
    ),
    "list of sources empty": (lambda p: forged(p, {f"{LOG}.sources": b""}), f"{LOG}.sources"),
    "provenance gone": (lambda p: dropped(p, BUILD), BUILD),
    "provenance of random bytes": (lambda p: forged(p, {BUILD: random.Random(3).randbytes(900)}), BUILD),
    "provenance a list": (lambda p: forged(p, {BUILD: b"[]\n"}), BUILD),
    "provenance deeply nested": (lambda p: forged(p, {BUILD: b"[" * 100_000}), BUILD),
    "provenance with one fact more": (lambda p: provenance(p, lambda s: s.update(reviewed=True)), BUILD),
    "provenance without subject": (lambda p: provenance(p, lambda s: s.update(subject=[])), BUILD),
    "provenance of another environment": (lambda p: replaced(p, BUILD, b'"weasyprint": "', b'"weasyprint": "1'), BUILD),
    "provenance of another commit": (
        lambda p: replaced(p, BUILD, b'"gitCommit": "', b'"gitCommit": "0'),
        "bag-info.txt",
    ),
    "provenance in another spelling": (
        lambda p: forged(p, {BUILD: json.dumps(json.loads(p[DATA + BUILD])).encode()}),
        BUILD,
    ),
    "second statement of provenance": (lambda p: copied(p, BUILD, "provenance/other.json"), "provenance/other.json"),
    "schema that no form lists": (
        lambda p: forged(p, {"schemas/extra@1.json": b'{"$id": "extra@1.json", "type": "object"}'}),
        "schemas/extra@1.json",
    ),
    "schema that is none": (lambda p: forged(p, {"schemas/extra@1.json": b"{"}), "schemas/extra@1.json"),
    "second batch, whole": (
        lambda p: second_batch(p, *(n.rpartition("/")[2] for n in p if n.startswith(DATA + BATCH))),
        "B2025-02/batch.author.signoff",
    ),
    "second batch, one record": (lambda p: second_batch(p, "batch.yaml"), "records/batches/B2025-02/batch.yaml"),
    "unsigned record": (
        lambda p: copied(p, BATCH + "documentation.01.yaml", BATCH + "documentation.02.yaml"),
        BATCH + "documentation.02.yaml",
    ),
    "file among the records": (lambda p: forged(p, {"records/note.txt": b"see me\n"}), "records/note.txt"),
    "file among the documents": (lambda p: forged(p, {"documents/note.txt": b"see me\n"}), "documents/note.txt"),
    "folder of another kind": (lambda p: forged(p, {"ems/exchange.xml": b"<x/>\n"}), "data/ems/exchange.xml"),
    "tag file": (lambda p: retagged(p, "certified.txt", b"Certified.\n"), "certified.txt"),
    "other read-me": (lambda p: retagged(p, "readme.txt", b"Nothing needs to be checked.\n"), "readme.txt"),
    "bag-info with another verdict": (lambda p: bag_info(p, b": Certified\n", b": Released\n"), "bag-info.txt"),
    "bag-info with another root": (
        lambda p: bag_info(p, b"Root-Fingerprint: ", b"Root-Fingerprint: 0"),
        "bag-info.txt",
    ),
    "bag-info with another commit": (lambda p: bag_info(p, b"Git-Commit: ", b"Git-Commit: 0"), "bag-info.txt"),
    "bag-info with another date": (lambda p: bag_info(p, b"2026-01-05", b"2025-09-11"), "bag-info.txt"),
    "bag-info with another sponsor": (lambda p: bag_info(p, b"Demo Sponsor Ltd", b"Demo Sponsor GmbH"), "bag-info.txt"),
    "bag-info with a line more": (
        lambda p: bag_info(p, b"Access: ", b"Contact-Name: Nobody\nAccess: "),
        "bag-info.txt",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_fails_though_every_manifest_agrees(packed: Files, tmp_path: Path, pin: str, name: str) -> None:
    forge, named = FORGERIES[name]
    assert_fails(checked(tmp_path, forge(packed), pin), named)


def test_what_is_validly_signed_but_belongs_to_no_batch_fails(
    packed: Files, sample: Files, tmp_path: Path, pin: str
) -> None:
    report = "records/deviations/DEV-2025-001/report"
    shipped = repositories.as_shipped()[f"{report}.yaml"]
    signing = Signing(f"{report}.yaml", "reported", "sunita-reddy", "qa", "2025-09-05T11:48:07+01:00")
    files = packages.signed({**sample, f"{report}.yaml": shipped}, signing)
    names = (f"{report}.yaml", f"{report}.reported.signoff", f"{report}.reported.signoff.sig")
    added = {path: files[path] for path in (*names, "schemas/deviation.report@1.json")}
    assert_fails(checked(tmp_path, forged(packed, added), pin), f"{report}.yaml  is called for by no record")


def test_a_register_entry_in_force_that_nothing_relies_on_fails(
    packed: Files, sample: Files, tmp_path: Path, pin: str
) -> None:
    path = "records/registers/people/c-moreau.yaml"
    assert_fails(checked(tmp_path, forged(packed, {path: sample[path]}), pin), path)


# ---------------------------------------------------------------------------------------------- not certified


def test_a_package_of_a_batch_that_is_not_certified_passes(uncertified: Files, tmp_path: Path, pin: str) -> None:
    assert checked(tmp_path, uncertified, pin).word == "PASS"
    assert b"batch B2025-01: NOT CERTIFIED\n" in uncertified["bag-info.txt"]
    assert not any("certificate" in path for path in uncertified)


def test_a_certificate_added_to_a_batch_not_certified_fails(
    uncertified: Files, packed: Files, tmp_path: Path, pin: str
) -> None:
    added = {
        f"documents/certificate.{kind}": packed[f"{DATA}documents/certificate.{kind}"] for kind in ("pdf", "sources")
    }
    assert_fails(checked(tmp_path, forged(uncertified, added), pin), "documents/certificate.")


def test_the_log_of_a_certified_batch_in_a_batch_not_certified_fails(
    uncertified: Files, packed: Files, tmp_path: Path, pin: str
) -> None:
    path = "documents/annexure-2.pdf"
    assert_fails(checked(tmp_path, forged(uncertified, {path: packed[DATA + path]}), pin), COMPILED)


def test_a_batch_not_certified_that_calls_itself_certified_fails(uncertified: Files, tmp_path: Path, pin: str) -> None:
    assert_fails(checked(tmp_path, bag_info(uncertified, b"NOT CERTIFIED", b"Certified"), pin), "bag-info.txt")


def test_the_certifying_sentence_on_a_page_of_a_rejected_batch_fails(
    sample: Files, renderer: Executor, tmp_path: Path, pin: str
) -> None:
    """The gate would refuse it, so the page is made behind the gate's back."""
    text = sample["records/registers/statements/ctr-62.yaml"].decode()
    sentence = " ".join(text.partition(">-\n")[2].partition("source:")[0].split())
    files = packages.assembled(packages.rejected(f"We cannot say: {sentence}"), renderer).files
    verdict = checked(tmp_path, dict(files), pin)
    assert_fails(verdict, "documents/annexure-2.pdf", COMPILED)
    assert all("carries the certifying sentence" in reason for reason in verdict.reasons_to_fail)


# ------------------------------------------------------------------------------- register chains, here and elsewhere


def test_a_package_under_two_register_changes_passes(later_package: Files, tmp_path: Path, pin: str) -> None:
    assert checked(tmp_path, later_package, pin).lines[2] == "Registers change 002 of 01 DEC 2025"
    assert f"{DATA}records/registers/people/m-keller.r1.yaml" in later_package


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (("people/m-keller.r1",), "people/m-keller.r1.yaml"),
        (("people/m-keller.yaml",), "people/m-keller.yaml"),
        (("change.001",), "change.001"),
        (("change.002.administrator-2",), "change.002"),
        (("change.002.yaml",), "change.002.yaml"),
    ],
)
def test_a_gap_in_the_register_chain_fails(
    later_package: Files, tmp_path: Path, pin: str, gone: tuple[str, ...], named: str
) -> None:
    assert_fails(checked(tmp_path, dropped(later_package, *gone), pin), named)


def test_a_chain_cut_at_its_end_fails_where_it_is_known_to_be_longer(
    packed: Files, later_package: Files, grown: Files, tmp_path: Path, pin: str
) -> None:
    cut = dropped(later_package, "change.002", "m-keller.r1")
    assert cut == {**cut, **{path: packed[path] for path in cut if "/records/" in path}}
    assert checked(tmp_path, cut, pin).word == "PASS"
    verdict = checked(tmp_path, cut, pin, least_change=2)
    assert_fails(verdict, "it stands on register change 001; at least 002 is required")


def test_a_checkout_that_knows_more_judges_by_what_it_knows(
    bundled: Path, grown: Files, tmp_path: Path, pin: str
) -> None:
    checkout = checkout_registers(repositories.write(tmp_path, grown))
    verdict = verify(bundled, pin, checkout, least_change=2)
    assert verdict.word == "PASS"
    assert verdict.lines[2] == ("Registers change 002 of 01 DEC 2025, known to this checkout; the package holds 001")


def test_a_checkout_that_knows_less_changes_nothing(
    later_package: Files, checkout: Path, tmp_path: Path, pin: str
) -> None:
    verdict = checked(tmp_path, later_package, pin, checkout=checkout_registers(checkout))
    assert verdict.lines[:3] == ("PASS", f"Root {pin} pinned", "Registers change 002 of 01 DEC 2025")


def test_a_checkout_does_not_mend_a_package_that_lacks_a_register_change(
    packed: Files, checkout: Path, tmp_path: Path, pin: str
) -> None:
    lacking = dropped(packed, "change.001")
    assert_fails(checked(tmp_path, lacking, pin, checkout=checkout_registers(checkout)), "change.001")


def test_a_key_withdrawn_since_fails_where_the_checkout_knows_of_it(
    bundled: Path, sample: Files, tmp_path: Path, pin: str
) -> None:
    withdrawn = packages.revised(
        sample, "people/m-keller", "    from: 2025-08-01\nroles:", "    from: 2025-08-01\n    until: 2025-08-31\nroles:"
    )
    verdict = verify(bundled, pin, checkout_registers(repositories.write(tmp_path, withdrawn)))
    assert_fails(verdict, BATCH + "certification.qp.signoff", BATCH + "documentation.01.receipt.received.signoff")


def test_a_fork_between_package_and_checkout_fails(
    later_package: Files, sample: Files, tmp_path: Path, pin: str
) -> None:
    other = packages.revised(sample, "people/l-hansen", "position: Depot Manager", "position: Head of Depot")
    known = checkout_registers(repositories.write(tmp_path / "checkout", other))
    verdict = checked(tmp_path, later_package, pin, checkout=known)
    assert_fails(verdict, "data/records/registers/change.002.yaml")
    assert "the registers have been forked" in verdict.reasons_to_fail[0]


def test_the_same_change_signed_twice_is_a_fork_too(
    later_package: Files, sample: Files, tmp_path: Path, pin: str
) -> None:
    other = packages.revised(sample, **LATER, signers=("d-ferreira", "a-lindqvist"))
    known = checkout_registers(repositories.write(tmp_path / "checkout", other))
    assert_fails(checked(tmp_path, later_package, pin, checkout=known), "change.002.administrator-1.signoff")


def test_a_register_change_that_nobody_signed_yet_in_the_checkout_is_not_known(
    bundled: Path, untouched: Verdict, sample: Files, tmp_path: Path, pin: str
) -> None:
    drafted = packages.revised(sample, **LATER, signers=())
    verdict = verify(bundled, pin, checkout_registers(repositories.write(tmp_path, drafted)))
    assert verdict.lines == untouched.lines


def test_forms_approved_since_in_the_checkout_change_nothing(
    bundled: Path, untouched: Verdict, sample: Files, tmp_path: Path, pin: str
) -> None:
    known = checkout_registers(repositories.write(tmp_path, packages.with_newer_form(sample)))
    assert verify(bundled, pin, known).lines == untouched.lines


def test_a_checkout_of_another_root_is_no_judge(bundled: Path, untouched: Verdict, pin: str) -> None:
    ours = checkout_registers(repositories.ROOT)
    assert ours and verify(bundled, pin, ours).lines == untouched.lines


def test_without_a_checkout_nothing_is_known_beyond_the_package(tmp_path: Path) -> None:
    assert checkout_registers(tmp_path) == {}


# -------------------------------------------------------------------------------------------------------- garbage


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\x03\x04" + bytes(range(256)),
        b"PK\x05\x06" + bytes(18),
        b"\0" * 5000,
        b"%PDF-1.7",
        bytes(range(256)) * 9,
    ],
    ids=range(7),
)
def test_a_file_that_is_no_package_fails(tmp_path: Path, pin: str, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    verdict = verify(tmp_path / "x.zip", pin)
    assert_fails(verdict, "x.zip")
    assert verdict.lines[1] == "Root unknown"


def test_random_bytes_fail(tmp_path: Path, pin: str) -> None:
    for seed in range(40):
        (tmp_path / "x.zip").write_bytes(b"PK\x03\x04"[: seed % 5] + random.Random(seed).randbytes(300))
        assert_fails(verify(tmp_path / "x.zip", pin), "x.zip")


def test_a_zip_of_garbage_with_agreeing_manifests_fails(tmp_path: Path, packed: Files, pin: str) -> None:
    for path in sorted(packed):
        if path.startswith(DATA):
            garbage = random.Random(path).randbytes(64)
            files = packages.bagged(packed, {path.removeprefix(DATA): garbage})
            (tmp_path / "x.zip").write_bytes(zip_bytes("x", files))
            assert verify(tmp_path / "x.zip", pin).word == "FAIL"


@pytest.mark.parametrize("name", ["a folder", "nothing here", "x/y/z", "n" * 300, "nul\0byte"])
def test_a_path_where_no_package_is_fails(tmp_path: Path, pin: str, name: str) -> None:
    (tmp_path / "a folder").mkdir()
    assert verify(tmp_path / name, pin).lines[:2] == ("FAIL", "Root unknown")


def test_a_folder_of_folders_fails(tmp_path: Path, pin: str) -> None:
    (tmp_path / "/".join("d" * 60)).mkdir(parents=True)
    assert verify(tmp_path, pin).word == "FAIL"


def test_a_folder_that_may_not_be_read_fails(copy: Path, pin: str) -> None:
    if os.geteuid() == 0:
        (copy / DATA / "records").rename(copy / DATA / "records ")
    else:
        (copy / DATA / "records").chmod(0)
    assert verify(copy, pin).word == "FAIL"
    if os.geteuid() != 0:
        (copy / DATA / "records").chmod(0o755)


DOUBLING = {f"l{n}": {"allOf": [{"$ref": f"#/$defs/l{n + 1}"}] * 2} for n in range(40)} | {"l40": {}}


@pytest.mark.parametrize(
    "trap",
    [
        {"type": "string", "pattern": "^(a+)+$"},
        {"allOf": [{"$ref": "#/$defs/l0"}]},
    ],
)
def test_a_schema_that_nobody_approved_is_never_run(
    packed: Files, pin: str, tmp_path: Path, trap: dict[str, object]
) -> None:
    """One that would run for ever must not get the chance: verify has to end."""
    schema = {
        "$id": "zz@1.json", "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "t", "type": "object",
        "properties": {"form": {"const": "zz@1"}, "name": trap}, "$defs": DOUBLING,
        "x-form": {"path": "batches/{batch}/zz", "slots": []},
    }  # fmt: skip
    payload = {
        "schemas/zz@1.json": json.dumps(schema).encode(),
        "records/batches/B2025-01/zz.yaml": b"form: zz@1\nname: " + b"a" * 40 + b"b\n",
    }
    verdict = verify(packages.written(tmp_path / "p", forged(packed, payload)), pin)
    assert verdict.word == "FAIL"
    assert any("zz" in line for line in verdict.lines)
