"""What `check` says beyond the rules: files nobody reads, templates, what waits for a sign-off, wrong calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repositories import BATCH, ROOT, build, commit, examined, founded, replaced


@pytest.fixture(scope="module")
def sample() -> dict[str, bytes]:
    return founded()


@pytest.mark.parametrize("name", ["documentation.02.yml", "documentation.02.YAML", "batch.yaml.yml"])
def test_a_record_under_a_wrong_ending_is_an_error(sample: dict[str, bytes], name: str) -> None:
    files = sample | {f"{BATCH}/{name}": b"form: documentation@1\n"}
    found = [f for f in examined(files)[1] if f.rule == "T06"]
    assert [(f.path, f.severity) for f in found] == [(f"{BATCH}/{name}", "error")]
    assert "Rename it" in found[0].remedy


@pytest.mark.parametrize("name", ["notes.docx", "readme.txt", "scan.pdf"])
def test_any_other_file_below_the_records_is_a_warning(sample: dict[str, bytes], name: str) -> None:
    found = [f for f in examined(sample | {f"{BATCH}/{name}": b"x"})[1] if f.rule == "T06"]
    assert [(f.path, f.severity) for f in found] == [(f"{BATCH}/{name}", "warning")]


def test_the_sample_has_no_file_that_nobody_reads(sample: dict[str, bytes]) -> None:
    assert not [f for f in examined(sample)[1] if f.rule == "T06"]


@pytest.mark.parametrize("path", ["templates/base@1/style.css", "templates/log@1/log.html.j2"])
def test_an_edited_template_is_found_before_anything_is_rendered(sample: dict[str, bytes], path: str) -> None:
    found = [f for f in examined(sample | {path: sample[path] + b"\n"})[1] if f.title == "template changed"]
    assert found
    assert {f.rule for f in found} == {"T04"}
    assert any("log@1" in f.found for f in found)


def test_a_package_without_templates_is_not_asked_for_them(sample: dict[str, bytes]) -> None:
    files = {path: data for path, data in sample.items() if not path.startswith("templates/")}
    assert not [f for f in examined(files)[1] if f.title == "template changed"]


def test_a_drafted_revision_of_an_entry_in_force_is_an_error(sample: dict[str, bytes]) -> None:
    entry = "records/registers/people/m-keller.yaml"
    draft = sample[entry] + b'corrects: "' + b"0" * 64 + b'"\nreason: New position\n'
    found = [f for f in examined(sample | {entry.replace(".yaml", ".r1.yaml"): draft})[1] if f.rule == "R01"]
    assert [f.path for f in found] == [entry.replace(".yaml", ".r1.yaml")]
    assert "not put into force" in found[0].found


def test_what_waits_for_a_sign_off_is_listed(sample: dict[str, bytes], tmp_path: Path) -> None:
    files = {path: data for path, data in sample.items() if "/issue.1.checked." not in path}
    commit(tmp_path / "r", files)
    answer = build("check", root=tmp_path / "r")
    assert f"Waits for sign-off: {BATCH}/issue.1.yaml (checked)" in answer.stdout


def test_what_no_rule_could_judge_is_listed(sample: dict[str, bytes], tmp_path: Path) -> None:
    spoiled = replaced(sample, f"{BATCH}/batch.yaml", "kind: kit", "kind: Kit").encode()
    commit(tmp_path / "r", sample | {f"{BATCH}/batch.yaml": spoiled})
    answer = build("check", root=tmp_path / "r")
    assert f"No rule could judge what is unreadable or not as its form asks: {BATCH}/batch.yaml" in answer.stdout
    assert answer.returncode == 1


@pytest.mark.parametrize(("path", "words"), [("/", "does not lie in"), ("no-such-file", "There is no")])
def test_a_path_that_is_not_among_the_records_is_refused(path: str, words: str) -> None:
    answer = build("check", path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr


def test_an_unknown_trial_is_named(sample: dict[str, bytes], tmp_path: Path) -> None:
    commit(tmp_path / "r", sample)
    answer = build("bundle", "--trial", "nope", root=tmp_path / "r")
    assert answer.returncode == 2
    assert "There is no trial nope" in answer.stderr


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    for verb in (("check",), ("bundle", "--batch", "B2025-01")):
        answer = build(*verb, root=tmp_path)
        assert answer.returncode == 2
        assert "holds no folder records/" in answer.stderr


def test_a_link_to_the_front_door_opens_it(tmp_path: Path) -> None:
    link = tmp_path / "build"
    link.symlink_to(ROOT / "build.py")
    answer = subprocess.run([sys.executable, str(link), "check", "--format", "json:" + os.devnull], check=False)
    assert answer.returncode == 0


def test_missing_packages_are_no_fault_of_the_program() -> None:
    """As in a fresh clone before `make`: no environment of its own, and a Python without the packages."""
    start = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import build; "
        "build._enter_environment = lambda arguments: None; raise SystemExit(build.main(['check']))"
    )
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", start], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "is not set up here. Type: make" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_full_output_is_said_in_plain_words() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    with open("/dev/full", "w") as full:
        answer = subprocess.run(
            [sys.executable, str(ROOT / "build.py"), "check"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
