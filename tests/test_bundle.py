"""`bundle` makes the same package anywhere, fit for every other program, or none at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bagit
import pytest

from tests import packages, repositories
from tests.packages import all_pdfs, text_of, tool, unspaced, without
from tests.repositories import PLAN

BATCH = "records/batches/B2025-01"
CERTIFICATION = f"{BATCH}/certification"
QP = f"{CERTIFICATION}.qp.signoff"

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def compiled(bundled: Path) -> Path:
    (path,) = (bundled / "data/compiled").glob("*.pdf")
    return path


# ---------------------------------------------------------------------------------------- same commit, same bytes


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each file with its mode, and each folder's mode."""
    found = {}
    for path in sorted(folder.rglob("*")):
        found[path.relative_to(folder).as_posix()] = (path.stat().st_mode, b"" if path.is_dir() else path.read_bytes())
    return found


STRANGE_PLACES = {
    "far east, one job": (
        ("--jobs", "1"),
        0o077,
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1", "HOME": "/nowhere"},
    ),
    "far west, two jobs": (
        ("--jobs", "2"),
        0o000,
        {
            "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "LANGUAGE": "de", "PYTHONHASHSEED": "4242",
            "SOURCE_DATE_EPOCH": "0", "FONTCONFIG_FILE": "/nowhere", "PYTHONIOENCODING": "latin-1",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", STRANGE_PLACES)
def test_the_same_commit_gives_the_same_bytes_anywhere(
    checkout: Path, bundled: Path, tmp_path: Path, place: str
) -> None:
    jobs, mask, environment = STRANGE_PLACES[place]
    clone = tmp_path / "Ünïcode and spaces" / "deep" / "clone"
    repositories.git(checkout, "clone", "-q", str(checkout), str(clone))
    with umask(mask):
        answer = repositories.build(
            "bundle", "--batch", "B2025-01", "--cold", *jobs, "--out", tmp_path / "out", root=clone, **environment
        )
    assert answer.returncode == 0, answer.stderr
    assert everything(tmp_path / "out") == everything(bundled.parent)


def test_the_package_is_named_after_trial_batch_and_commit(checkout: Path, bundled: Path) -> None:
    commit = repositories.git(checkout, "rev-parse", "HEAD").strip()
    name = f"demo-101-302-b2025-01-{commit[:12]}"
    assert sorted(path.name for path in bundled.parent.iterdir()) == [name, f"{name}.zip", f"{name}.zip.sha256"]


def test_no_page_carries_commit_or_time_of_build(checkout: Path, bundled: Path) -> None:
    commit = repositories.git(checkout, "rev-parse", "HEAD").strip()
    for pdf in all_pdfs(bundled):
        assert commit[:12] not in text_of(pdf)
        assert "2026" not in tool("pdfinfo", pdf)


# ----------------------------------------------------------------------------------- what other programs say of it


def test_bagit_python_accepts_the_package(bundled: Path) -> None:
    assert bagit.Bag(str(bundled)).validate()


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_the_checksum_programs_accept_the_package(bundled: Path, algorithm: str) -> None:
    for manifest in (f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"):
        subprocess.run(
            [f"{algorithm}sum", "--check", "--strict", "--quiet", manifest],
            cwd=bundled,
            check=True,
            capture_output=True,
        )


def test_the_zip_agrees_with_its_checksum_and_its_folder(bundled: Path, tmp_path: Path) -> None:
    name = f"{bundled.name}.zip"
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", f"{name}.sha256"], cwd=bundled.parent, check=True)
    shutil.unpack_archive(bundled.with_name(name), tmp_path)
    assert packages.contents(tmp_path / bundled.name) == packages.contents(bundled)


def test_every_list_of_sources_can_be_checked_by_anybody(bundled: Path) -> None:
    for listing in sorted(bundled.rglob("*.sources")):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", listing], cwd=bundled / "data", check=True)


def test_every_page_prints_the_digest_of_its_sources(bundled: Path) -> None:
    for pdf in all_pdfs(bundled):
        digest = tool("sha256sum", pdf.with_suffix(".sources")).split()[0]
        assert digest in unspaced(text_of(pdf))


def test_ssh_keygen_accepts_every_sign_off_as_the_readme_says(bundled: Path) -> None:
    for signoff in sorted(bundled.rglob("*.signoff")):
        with signoff.open("rb") as statement:
            command = ["ssh-keygen", "-Y", "check-novalidate", "-n", repositories.NAMESPACE, "-s", f"{signoff}.sig"]
            answer = subprocess.run(command, stdin=statement, capture_output=True, text=True, check=False)
        assert answer.stdout.startswith("Good "), answer.stderr


def test_qpdf_finds_nothing_wrong(bundled: Path) -> None:
    for pdf in all_pdfs(bundled):
        assert "No syntax or stream encoding errors found" in tool("qpdf", "--check", pdf)


def test_every_font_is_embedded_and_readable(bundled: Path) -> None:
    for pdf in all_pdfs(bundled):
        rows = [line.split() for line in tool("pdffonts", pdf).splitlines()[2:]]
        assert rows and all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_every_pdf_is_tagged_titled_and_without_programs(bundled: Path) -> None:
    for pdf in all_pdfs(bundled):
        facts = dict(re.findall(r"^([^:\n]+): +(.*)$", tool("pdfinfo", pdf), re.MULTILINE))
        assert facts["Title"]
        assert (facts["Tagged"], facts["JavaScript"], facts["Form"], facts["Encrypted"]) == ("yes", "no", "none", "no")


def test_bookmarks_and_links_of_the_compiled_file_lead_to_the_parts(compiled: Path) -> None:
    import pypdf

    reader = pypdf.PdfReader(compiled)
    wanted = {"Cover": 0, "Certificate": 1, **{f"Annexure-{number}": number + 1 for number in range(1, 7)}}
    wanted |= {"Batch master": 8, "SOP": 9, "Report": 13}
    tops = [entry for entry in reader.outline if not isinstance(entry, list)]
    found = {str(entry.title).partition(":")[0]: reader.get_destination_page_number(entry) for entry in tops}
    assert found == wanted
    assert list(dict.fromkeys(label.partition(",")[0] for label in reader.page_labels)) == list(wanted)
    links = [link.get_object() for link in reader.pages[0]["/Annots"]]  # type: ignore[union-attr]  # it has links
    assert len({str(link["/Dest"]) for link in links}) == len(wanted) - 1


# ------------------------------------------------------------------------------------ the front door, and refusals


@pytest.fixture
def clone(checkout: Path, tmp_path: Path) -> Path:
    """A checkout of its own, with an output folder that holds a package."""
    folder = Path(shutil.copytree(checkout, tmp_path / "clone"))
    packages.written(folder / "output", {"kept/data/x": b"an earlier package", "kept.zip": b"its ZIP"})
    return folder


def refusal(clone: Path, code: int, *arguments: str, **environment: str) -> str:
    """What bundle says when it refuses; the folder of packages is as it was, and no sentence was left anywhere."""
    before = everything(clone / "output")
    answer = repositories.build("bundle", *arguments, root=clone, **environment)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    assert everything(clone / "output") == before
    left = [path for path in clone.rglob("*.pdf") if ".git" not in path.parts]
    assert left == []
    return answer.stderr


BUNDLE = ("--batch", "B2025-01")


def test_an_altered_record_is_refused_and_named_with_every_sign_off_it_voids(clone: Path, sample: Files) -> None:
    repositories.commit(
        clone, {**sample, f"{CERTIFICATION}.yaml": sample[f"{CERTIFICATION}.yaml"].replace(b"480", b"4800")}
    )
    said = refusal(clone, 1, *BUNDLE)
    assert f"{CERTIFICATION}.yaml:1:1  error  R44  signed file changed or gone" in said
    for void in ("certification.qa", "certification.qp", "issue.1.prepared", "issue.1.checked"):
        assert f"{BATCH}/{void}.signoff" in said
    assert said.rstrip().splitlines()[-1].startswith("No package was made: ")


def test_a_removed_sign_off_is_refused_with_the_commit_that_removed_it(clone: Path, sample: Files) -> None:
    commit = repositories.commit(clone, without(sample, QP, QP + ".sig"))
    said = " ".join(refusal(clone, 1, *BUNDLE).split())
    assert f"{QP}:1:1 error R44 signed file changed or gone" in said
    assert f"removed in commit {commit[:12]}" in said


def test_a_trial_without_an_issue_of_its_own_is_refused(clone: Path) -> None:
    assert "records/trials/demo-101-302/issue.1.yaml" in refusal(clone, 1, "--trial", "demo-101-302")


def test_a_batch_whose_logs_are_not_issued_is_refused(clone: Path) -> None:
    repositories.git(clone, "update-ref", "-d", "HEAD")
    files = repositories.founded({packages.ISSUE: None}, plan=repositories.without(PLAN, "issue.1"))
    repositories.commit(clone, files)
    assert "logs not issued" in refusal(clone, 1, *BUNDLE)


@pytest.mark.parametrize("path", ["records/new.txt", "records/batches/B2025-01/batch.yaml", "elsewhere.txt"])
def test_changes_that_are_not_committed_are_refused(clone: Path, path: str) -> None:
    with (clone / path).open("a") as file:
        file.write("# more\n")
    said = refusal(clone, 2, *BUNDLE)
    assert path in said and "git stash -u" in said


def test_a_change_hidden_from_git_does_not_slip_in(clone: Path, bundled: Path, tmp_path: Path) -> None:
    path = f"{BATCH}/batch.yaml"
    repositories.git(clone, "update-index", "--skip-worktree", path)
    (clone / path).write_bytes(b"form: batch@1\n")
    answer = repositories.build("bundle", *BUNDLE, "--out", tmp_path / "out", root=clone)
    assert everything(tmp_path / "out") == everything(bundled.parent), answer.stderr


def test_a_clone_without_history_is_refused(clone: Path, tmp_path: Path) -> None:
    repositories.commit(clone, packages.contents_below(clone), "a second commit")
    repositories.git(clone, "clone", "-q", "--depth", "1", f"file://{clone}", str(tmp_path / "shallow"))
    (tmp_path / "shallow/output").mkdir()
    assert "git fetch --unshallow" in refusal(tmp_path / "shallow", 2, *BUNDLE)


def test_a_checkout_of_somebody_else_is_refused(clone: Path) -> None:
    assert "safe.directory" in refusal(clone, 2, *BUNDLE, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")


def test_a_folder_that_is_no_checkout_is_refused(clone: Path) -> None:
    shutil.rmtree(clone / ".git")
    assert "no git checkout" in refusal(clone, 2, *BUNDLE, GIT_CEILING_DIRECTORIES=str(clone.parent))


def test_without_a_pin_nothing_is_made(clone: Path, sample: Files) -> None:
    repositories.git(clone, "update-ref", "-d", "HEAD")
    repositories.commit(clone, without(sample, "records/root.pin"))
    assert "--root-fingerprint" in refusal(clone, 2, *BUNDLE)


def test_under_another_pin_nothing_is_made(clone: Path) -> None:
    assert "T01" in refusal(clone, 1, *BUNDLE, "--root-fingerprint", "0" * 64)
    assert "T01" in refusal(clone, 1, *BUNDLE, FILING_ROOT="0" * 64)


def test_an_unknown_batch_is_refused_and_the_known_ones_named(clone: Path) -> None:
    assert "there are: B2025-01" in refusal(clone, 2, "--batch", "B2025-99")


def test_a_record_that_cannot_be_printed_is_refused_in_plain_words(clone: Path) -> None:
    repositories.git(clone, "update-ref", "-d", "HEAD")
    files = repositories.short_sample()
    text = repositories.replaced(files, f"{CERTIFICATION}.yaml", "comments: None", "comments: Ok \U0001f9ea")
    repositories.commit(clone, repositories.founded({f"{CERTIFICATION}.yaml": text}))
    assert "Certificate" in refusal(clone, 2, *BUNDLE)


def test_a_build_from_documents_kept_earlier_gives_the_bytes_of_a_cold_one(
    checkout: Path, bundled: Path, tmp_path: Path
) -> None:
    for out in (tmp_path / "first", tmp_path / "second"):
        assert repositories.build("bundle", *BUNDLE, "--out", out, root=checkout).returncode == 0
        assert everything(out) == everything(bundled.parent)


def test_the_same_package_built_twice_is_a_success(checkout: Path, bundled: Path) -> None:
    before = everything(bundled.parent)
    answer = repositories.build("bundle", *BUNDLE, "--out", bundled.parent, root=checkout)
    assert (answer.returncode, answer.stdout.splitlines()[-1]) == (0, str(bundled))
    assert everything(bundled.parent) == before
