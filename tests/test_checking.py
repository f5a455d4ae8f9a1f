"""What `check` says beyond the rules: files nobody reads, templates, what waits for a sign-off, wrong calls."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.repositories import (
    BATCH,
    NAMESPACE,
    PLAN,
    ROOT,
    build,
    commit,
    errors,
    examined,
    founded,
    key_of,
    replaced,
    short_sample,
    write,
)
from tools.refound import Signing, sign


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


def later(plan: tuple[Signing, ...], stem: str, time: str) -> tuple[Signing, ...]:
    """The plan with one record's sign-offs last, and at another time."""
    moved = tuple(replace(s, time=time) for s in plan if s.record.endswith(f"/{stem}.yaml"))
    return (*(s for s in plan if not s.record.endswith(f"/{stem}.yaml")), *moved)


def test_a_rejection_signed_later_counts_whatever_number_its_delivery_has() -> None:
    shipped = short_sample()
    delivery, receipt = f"{BATCH}/documentation.01.yaml", f"{BATCH}/documentation.01.receipt.yaml"
    changed: dict[str, str | bytes | None] = {
        f"{BATCH}/documentation.02.yaml": shipped[delivery],
        f"{BATCH}/documentation.02.receipt.yaml": shipped[receipt],
        receipt: replaced(
            shipped, receipt, "number: CoA-L0231-01\n    result: accepted",
            "number: CoA-L0231-01\n    result: rejected\n    remark: The result was falsified.",
        ).replace("outcome: received", "outcome: rejected"),
        f"{BATCH}/certification.yaml": replaced(
            shipped, f"{BATCH}/certification.yaml", "documents_seen: [documentation.01]",
            "documents_seen: [documentation.02]",
        ),
    }  # fmt: skip
    second = tuple(replace(s, record=s.record.replace(".01", ".02")) for s in PLAN if "/documentation.01" in s.record)
    before = next(n for n, s in enumerate(PLAN) if s.record.endswith("certification.yaml"))
    plan = later((*PLAN[:before], *second, *PLAN[before:]), "documentation.01.receipt", "2025-09-03T09:00:00+02:00")
    found = errors(founded(changed, plan))
    assert ("R09", f"{BATCH}/certification.yaml") in found


def test_an_entry_older_than_the_issue_cannot_be_left_out_unseen(sample: dict[str, bytes]) -> None:
    files = dict(sample)
    record = f"{BATCH}/documentation.02.yaml"
    files[record] = sample[f"{BATCH}/documentation.01.yaml"]
    who = Signing(record, "provided", "j-weber", "sponsor-supply", "2025-09-03T09:00:00+01:00", "IE")
    sign(files, who, key_of("j-weber"), NAMESPACE)
    found = [f for f in examined(files)[1] if f.rule == "R64"]
    assert [(f.severity, f.path) for f in found] == [("error", f"{BATCH}/issue.1.yaml")]
    assert f"{record} is not in this issue" in found[0].found


def test_a_certification_that_the_newest_issue_does_not_hold_is_an_error() -> None:
    issue = f"{BATCH}/issue.1.yaml"
    nil = replaced(
        short_sample(), issue, f"entries:\n      - {BATCH}/certification.yaml",
        "entries: []\n    nil_return: No decision on this batch up to 10 September 2025",
    )  # fmt: skip
    found = errors(founded({issue: nil}, later(PLAN, "certification", "2025-09-12T09:00:00+02:00")))
    assert found == [("R64", issue)]


@pytest.mark.parametrize(
    "text",
    [
        "\u0399 hereby certify that this batch complies with the requirements of Article 62(1)",
        "hereby certify that this batch complies with the requirements of Article 62(1)",
        "We hereby certify that this batch complies with the law",
        "I hereby solemnly certify that this batch complies with the law",
        "I hereby c\u0435rtify that this b\u0430tch complies with the law",
        "l hereby cert1fy that this batch complies with the law",
    ],
)
def test_a_certifying_sentence_in_disguise_is_found(text: str) -> None:
    record = f"{BATCH}/certification.yaml"
    changed = replaced(short_sample(), record, "comments: None", f'comments: "{text}"')
    found = errors(founded({record: changed}))
    assert ("R63", record) in found


@pytest.mark.parametrize("number", ["300000000", "9" * 23])
def test_a_number_beyond_any_batch_is_refused_without_counting_up_to_it(sample: dict[str, bytes], number: str) -> None:
    found = examined(sample | {f"{BATCH}/issue.{number}.yaml": sample[f"{BATCH}/issue.1.yaml"]})[1]
    assert [f.path for f in found if f.rule == "R03"] == [f"{BATCH}/issue.{number}.yaml"]


def test_history_is_read_in_a_folder_whose_name_begins_with_a_space(sample: dict[str, bytes], tmp_path: Path) -> None:
    nested = {f" x/{path}": data for path, data in sample.items()}
    commit(tmp_path / "r", nested)
    lost = f"{BATCH}/issue.1.checked.signoff"
    (tmp_path / "r" / " x" / lost).unlink()
    answer = build("check", root=tmp_path / "r" / " x")
    assert f"{lost}:1:1  error  R44" in answer.stdout


def test_grafts_are_a_cut_history(sample: dict[str, bytes], tmp_path: Path) -> None:
    head = commit(tmp_path, sample)
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "grafts").write_text(head + "\n")
    assert build("bundle", "--batch", "B2025-01", root=tmp_path).returncode == 2
    assert "T05" in build("check", root=tmp_path).stdout


def test_an_empty_fingerprint_is_no_pin(sample: dict[str, bytes], tmp_path: Path) -> None:
    write(tmp_path, sample)
    answer = build("check", "--root-fingerprint", "", root=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")


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


def test_a_record_may_be_named_from_the_root_of_its_repository(tmp_path: Path) -> None:
    commit(tmp_path / "r", founded())
    answer = build("check", f"{BATCH}/batch.yaml", root=tmp_path / "r")
    assert answer.returncode == 0 and "0 broken" in answer.stdout, answer.stderr
