"""The command line: what `check` says of one changed file, in which formats, and with which exit code."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from filing.judging import record_of
from filing.signoffs import parse
from tests import repositories
from tests.repositories import PLAN, build, examined
from tools.refound import Signing, sign

BATCH = "records/batches/B2025-01/"
QP = f"{BATCH}certification.qp.signoff"
CHECKED = f"{BATCH}issue.1.checked.signoff"

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def clone(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout for tests that put back whatever they change."""
    return Path(shutil.copytree(checkout, tmp_path_factory.mktemp("clone") / "checkout"))


# ------------------------------------------------------------------------- one signed file changed, in every way


def signed_files() -> list[str]:
    """The records and sign-offs of the batch, with their signatures."""
    found = []
    for signing in PLAN:
        if signing.record.startswith(BATCH):
            signoff = f"{signing.record.removesuffix('.yaml')}.{signing.slot}.signoff"
            found += [signing.record, signoff, signoff + ".sig"]
    return sorted(set(found))


def voided_by(files: Files, path: str) -> set[str]:
    """The sign-offs that fall with a file: its own, and every one whose signer saw one that falls."""
    statements = {name: parse(data) for name, data in files.items() if name.endswith(".signoff")}
    fallen = {name for name, said in statements.items() if said.record == path} | {path.removesuffix(".sig")}
    fallen &= set(statements)
    while True:
        more = {name for name, said in statements.items() if fallen & {seen for _, seen in said.saw}}
        if more <= fallen:
            return fallen
        fallen |= more


def assert_named(files: Files, path: str, void: set[str]) -> None:
    """An error that names the file, and the findings name every sign-off it voids."""
    repository, findings = examined(files)
    errors = [finding for finding in findings if finding.severity == "error"]
    assert any(finding.path == path.removesuffix(".sig") or finding.path == path for finding in errors)
    words = " ".join(f"{finding.path} {finding.found}" for finding in errors)
    assert void and {name for name in void if name not in words} == set()
    assert void.isdisjoint(repository.judgement.standing)
    assert not repository.judgement.acts.keys() & {record_of(name)[0] for name in void}


def without(files: Files, *paths: str) -> Files:
    return {path: data for path, data in files.items() if path not in paths}


@pytest.mark.parametrize("path", signed_files())
def test_one_character_more_voids_everything_that_stands_on_the_file(sample: Files, path: str) -> None:
    for more in (b"\n", b" ", b"#"):
        assert_named({**sample, path: sample[path] + more}, path, voided_by(sample, path))


@pytest.mark.parametrize("path", signed_files())
def test_a_deleted_file_is_missed(sample: Files, path: str) -> None:
    void = voided_by(sample, path)
    assert_named(without(sample, path), path, void - {path} or {path})


@pytest.mark.parametrize("path", [path for path in signed_files() if path.endswith(".signoff")])
def test_a_sign_off_deleted_with_its_signature_is_missed_by_everyone_who_saw_it(sample: Files, path: str) -> None:
    void = voided_by(sample, path) - {path}
    if void:
        assert_named(without(sample, path, path + ".sig"), path, void)
    else:
        repository, _ = examined(without(sample, path, path + ".sig"))
        assert parse(sample[path]).record not in repository.judgement.acts


@pytest.mark.parametrize("path", [path for path in signed_files() if not path.endswith(".sig")])
def test_a_renamed_file_is_no_longer_the_one_that_was_signed(sample: Files, path: str) -> None:
    name = path.removeprefix(BATCH).replace(".01", ".02").replace("issue.1", "issue.2")
    renamed = BATCH + (name if BATCH + name != path else f"x{name}")
    files = {renamed if name == path else name: data for name, data in sample.items()}
    void = voided_by(sample, path)
    assert_named(files, path, void - {path} or {path})


@pytest.mark.parametrize("path", [path for path in signed_files() if path.endswith(".signoff")])
def test_a_sign_off_copied_to_another_batch_does_not_stand_there(sample: Files, path: str) -> None:
    other = "records/batches/B2025-02/"
    record = parse(sample[path]).record
    copied = {name.replace(BATCH, other): sample[name] for name in (record, path, path + ".sig")}
    copy = path.replace(BATCH, other)
    repository, findings = examined({**sample, **copied})
    assert copy not in repository.judgement.standing
    assert any(finding.path == copy and "wrong place" in finding.title for finding in findings)
    assert path in repository.judgement.standing


@pytest.mark.parametrize("path", [path for path in signed_files() if path.endswith(".signoff")])
def test_a_statement_with_its_lines_re_ordered_is_refused(sample: Files, path: str) -> None:
    lines = sample[path].splitlines(keepends=True)
    for first, second in ((1, 2), (-1, -2), (11, 12)):
        swapped = list(lines)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        assert_named({**sample, path: b"".join(swapped)}, path, voided_by(sample, path))


@pytest.mark.parametrize(
    "pad",
    [
        lambda armour: armour.replace(b"\n", b"\r\n"),
        lambda armour: armour.replace(b"\n-----END", b"\n\n-----END"),
        lambda armour: armour.replace(b"-----\n", b"-----\nComment: x\n", 1),
        lambda armour: armour.replace(b"\n", b" \n", 1),
        lambda armour: b"".join(armour.split(b"\n")),
        lambda armour: b"\n" + armour,
        lambda armour: armour[:-1],
    ],
)
def test_a_signature_with_its_armour_padded_is_refused(sample: Files, pad: Callable[[bytes], bytes]) -> None:
    path = QP + ".sig"
    assert_named({**sample, path: pad(sample[path])}, path, voided_by(sample, path))


def resigned(files: Files, path: str, time: str) -> Files:
    """The same place signed by the same person at another time: valid in itself."""
    (planned,) = (s for s in PLAN if path == f"{s.record.removesuffix('.yaml')}.{s.slot}.signoff")
    earlier = Signing(planned.record, planned.slot, planned.signer, planned.role, time, planned.place, planned.mode)
    found = dict(files)
    seen = parse(files[path]).saw
    sign(found, earlier, repositories.key_of(planned.signer), repositories.NAMESPACE, saw=seen)
    return found


@pytest.mark.parametrize("path", [path for path in signed_files() if path.endswith(".signoff") and path != CHECKED])
def test_an_older_valid_sign_off_in_its_place_is_noticed_by_those_who_saw_the_newer(sample: Files, path: str) -> None:
    time = parse(sample[path]).time
    older = resigned(sample, path, time[:17] + "00" + time[19:])
    assert_named(older, path, voided_by(sample, path) - {path})


# ------------------------------------------------------------------------ the same through git and the front door


def history(tmp_path: Path, *states: Files) -> Path:
    folder = tmp_path / "checkout"
    for number, files in enumerate(states):
        repositories.commit(folder, files, date=f"2026-01-0{number + 1}T12:00:00Z")
    return folder


def found(folder: Path, *arguments: str) -> list[dict[str, object]]:
    answer = build("check", "--format", "json", *arguments, root=folder)
    assert "Traceback" not in answer.stderr, answer.stderr
    findings: list[dict[str, object]] = json.loads(answer.stdout)["findings"]
    errors = [finding for finding in findings if finding["severity"] != "warning"]
    assert answer.returncode == (1 if errors else 0)
    return errors


def test_the_last_sign_off_replaced_by_an_older_one_is_told_with_the_commit(sample: Files, tmp_path: Path) -> None:
    older = resigned(sample, CHECKED, "2025-09-10T11:02:00+01:00")
    folder = history(tmp_path, sample, older)
    commit = repositories.git(folder, "rev-parse", "HEAD").strip()[:12]
    errors = found(folder)
    assert {(e["rule"], e["path"]) for e in errors} == {("R44", CHECKED), ("R44", CHECKED + ".sig")}
    assert all(f"in commit {commit}" in str(error["found"]) for error in errors)


def test_the_last_sign_off_deleted_with_its_signature_is_told_with_the_commit(sample: Files, tmp_path: Path) -> None:
    folder = history(tmp_path, sample, without(sample, CHECKED, CHECKED + ".sig"))
    assert {("R44", CHECKED), ("R44", CHECKED + ".sig")} <= {(e["rule"], e["path"]) for e in found(folder)}


def test_a_record_deleted_with_everything_signed_on_it_is_told(sample: Files, tmp_path: Path) -> None:
    gone = [path for path in sample if path.startswith(f"{BATCH}issue.1.")]
    folder = history(tmp_path, sample, without(sample, *gone))
    assert {error["path"] for error in found(folder)} == set(gone)


def test_what_was_put_back_as_it_was_signed_is_no_finding(sample: Files, tmp_path: Path) -> None:
    path = f"{BATCH}certification.yaml"
    folder = history(tmp_path, sample, {**sample, path: sample[path] + b"# x\n"}, sample)
    assert found(folder) == []


def test_a_change_in_the_working_tree_is_told_before_it_is_committed(clone: Path, sample: Files) -> None:
    (clone / QP).write_bytes(sample[QP] + b"\n")
    errors = found(clone)
    (clone / QP).write_bytes(sample[QP])
    assert any(e["path"] == QP and "in the working tree" in str(e["found"]) for e in errors)


# --------------------------------------------------------------------------------------- formats and exit codes


def test_a_clean_repository_with_warnings_alone_is_clean(clone: Path) -> None:
    answer = build("check", root=clone)
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert "warning  R17" in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith(
        f"Root {(clone / 'records/root.pin').read_text().strip()}, pinned by"
    )


def test_the_repositorys_own_records_are_clean() -> None:
    assert build("check").returncode == 0


def test_json_has_exactly_the_keys_programs_rely_on(clone: Path) -> None:
    report = json.loads(build("check", "--format", "json", root=clone).stdout)
    assert set(report) == {"version", "as_of", "findings", "rules"}
    assert report["findings"], "the sample has a warning"
    for finding in report["findings"]:
        assert set(finding) == {
            "path", "line", "column", "rule", "severity", "requirement", "found", "remedy", "clause"
        }  # fmt: skip
    assert all(set(rule) == {"id", "result", "reason"} for rule in report["rules"])
    assert all(rule["reason"] for rule in report["rules"] if rule["result"] == "not applicable")
    assert {"R01", "R09", "R62", "T01"} <= {rule["id"] for rule in report["rules"]}


def test_two_formats_at_once_go_into_files_and_leave_the_terminal_alone(clone: Path, tmp_path: Path) -> None:
    text, data = tmp_path / "report.txt", tmp_path / "report.json"
    answer = build("check", "--format", f"text:{text}", "--format", f"json:{data}", root=clone)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert "warning  R17" in text.read_text()
    assert json.loads(data.read_text())["findings"]


def test_an_unknown_format_is_a_wrong_command_line(clone: Path) -> None:
    answer = build("check", "--format", "xml", root=clone)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("chek",), ("check", "--colour"), ("check", "--form", "json"),
        ("bundle",), ("bundle", "--batch"), ("verify",),
        ("bundle", "--batch", "B2025-01", "--trial", "t"), ("bundle", "--batch", "B2025-01", "--jobs", "0"),
        ("check", "--root-fingerprint", "abc"), ("verify", "x", "--registers", "many"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_exits_2_without_a_traceback(clone: Path, arguments: tuple[str, ...]) -> None:
    answer = build(*arguments, root=clone)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_only_findings_under_the_paths_are_reported(clone: Path, sample: Files) -> None:
    broken = clone / "records/registers/sites/site-x.yaml"
    broken.write_text("form: site@1\n")
    try:
        errors = found(clone)
        assert {error["path"] for error in errors} == {"records/registers/sites/site-x.yaml"}
        assert found(clone, str(clone / "records/batches")) == []
        assert found(clone, str(broken)) == errors
        assert found(clone, str(clone / "records/batches"), str(broken.parent)) == errors
    finally:
        broken.unlink()


def test_an_error_is_shown_with_its_place_what_is_required_and_what_to_do(clone: Path, sample: Files) -> None:
    path = f"{BATCH}batch.yaml"
    text = repositories.replaced(sample, path, "kind: kit", "kindd: kit")
    (clone / path).write_text(text)
    answer = build("check", str(clone / path), root=clone)
    (clone / path).write_bytes(sample[path])
    assert answer.returncode == 1
    assert f"{path}:4:1  error" in answer.stdout
    assert "    4 | kindd: kit\n        ^" in answer.stdout
    assert "\n   Found     " in answer.stdout and "\n   Do        " in answer.stdout
    assert "kind" in answer.stdout.partition("Do        ")[2]
    assert not {"additionalProperties", "pattern", "schema.", "does not match", "NoneType"} & set(answer.stdout.split())


def test_a_long_path_is_never_wrapped(clone: Path) -> None:
    path = "records/batches/" + "B2025-" + "9" * 60 + "/certification.yaml"
    (clone / path).parent.mkdir()
    (clone / path).write_text("form: none@1\n")
    answer = build("check", root=clone)
    shutil.rmtree((clone / path).parent)
    assert any(line.startswith(path + ":") for line in answer.stdout.splitlines())


def test_the_text_has_colours_on_a_terminal_only(clone: Path) -> None:
    assert "\x1b" not in build("check", root=clone).stdout


def test_control_characters_of_a_record_never_reach_the_terminal(clone: Path) -> None:
    path = clone / "records/batches/B2025-01/documentation.02.yaml"
    path.write_bytes(b'form: "documentation@1\\e[2J"\nbatch: "\\x9b31m"\ndocuments: "\\u202e\\a"\n')
    answer = build("check", root=clone)
    path.unlink()
    assert answer.returncode == 1
    assert all(character.isprintable() or character == "\n" for character in answer.stdout)


def test_every_run_says_what_became_of_each_rule(clone: Path) -> None:
    summary = build("check", root=clone).stdout.splitlines()[-2]
    assert " rules: " in summary and " held, 0 broken, " in summary


# ------------------------------------------------------------------------------------------ pins and other roots


def test_another_pin_is_an_error_for_check(clone: Path) -> None:
    answer = build("check", "--root-fingerprint", "0" * 64, root=clone)
    assert answer.returncode == 1
    assert "records/root.allowed_signers:1:1  error  T01" in answer.stdout


def test_the_command_line_wins_over_the_environment_and_that_over_the_repository(clone: Path) -> None:
    own = (clone / "records/root.pin").read_text().strip()
    assert build("check", root=clone, FILING_ROOT="0" * 64).returncode == 1
    assert build("check", "--root-fingerprint", own, root=clone, FILING_ROOT="0" * 64).returncode == 0


def test_without_any_pin_check_warns(clone: Path, sample: Files) -> None:
    pin = clone / "records/root.pin"
    pin.unlink()
    answer = build("check", "--format", "json", root=clone)
    pin.write_bytes(sample["records/root.pin"])
    findings = json.loads(answer.stdout)["findings"]
    assert ("T01", "warning") in {(finding["rule"], finding["severity"]) for finding in findings}


def test_a_folder_without_git_is_checked_with_a_warning(sample: Files, tmp_path: Path) -> None:
    folder = repositories.write(tmp_path, sample)
    answer = build("check", "--format", "json", root=folder, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    findings = json.loads(answer.stdout)["findings"]
    assert answer.returncode == 0
    assert ("T05", "warning") in {(finding["rule"], finding["severity"]) for finding in findings}


def test_a_root_without_records_is_told_in_one_sentence(tmp_path: Path) -> None:
    answer = build("check", root=tmp_path)
    assert answer.returncode == 2
    assert "holds no folder records/" in answer.stderr


# ------------------------------------------------------------------------------------------------------- verify


def test_verify_says_the_verdict_first_and_exits_0_1_or_2(clone: Path, bundled: Path, tmp_path: Path) -> None:
    answers: Mapping[int, tuple[object, ...]] = {
        0: ("verify", bundled),
        1: ("verify", bundled, "--root-fingerprint", "0" * 64),
        2: ("verify", bundled, "--root-fingerprint", "0" * 63),
    }
    for code, arguments in answers.items():
        answer = build(*map(str, arguments), root=clone)
        assert answer.returncode == code, answer.stderr
        assert answer.stdout.split("\n")[0] == {0: "PASS", 1: "FAIL", 2: ""}[code]
    garbage = tmp_path / "garbage.zip"
    garbage.write_bytes(hashlib.sha512(b"").digest() * 99)
    for path in (garbage, tmp_path / "nothing", tmp_path, clone):
        answer = build("verify", path, root=clone)
        assert (answer.returncode, answer.stdout[:5], answer.stderr) == (1, "FAIL\n", "")


def test_verify_needs_no_git_and_no_records_beside_it(bundled: Path, tmp_path: Path, sample: Files) -> None:
    (tmp_path / "records").mkdir()
    answer = build("verify", bundled, root=tmp_path, PATH="/nowhere")
    assert answer.stdout.splitlines()[:2] == [
        "PASS",
        f"Root {repositories.pin_of(sample)} NOT PINNED, compare it with the fingerprint you were given",
    ]


def test_verify_holds_a_package_to_the_least_register_change(clone: Path, bundled: Path) -> None:
    answer = build("verify", bundled, "--registers", "2", root=clone)
    assert answer.returncode == 1
    assert "it stands on register change 001; at least 002 is required" in answer.stdout


# --------------------------------------------------------------------------------------- without an environment


def test_help_needs_nothing_installed(tmp_path: Path) -> None:
    shutil.copy(repositories.ROOT / "build.py", tmp_path)
    python = str(vars(sys)["_base_executable"])
    for arguments, code in (("--help",), 0), ((), 2):
        command = [python, "-I", "-S", str(tmp_path / "build.py"), *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
        assert (answer.returncode, answer.stderr) == (code, "")
        assert all(verb in answer.stdout for verb in ("check", "bundle", "verify", "doctor"))


@pytest.mark.parametrize("arguments", [("--help",), ("check",), ("verify", "nothing")])
def test_checking_and_verifying_never_load_the_renderer(clone: Path, arguments: tuple[str, ...]) -> None:
    watch = "import sys, build\nbuild.main(sys.argv[1:])\nprint(sorted({'weasyprint', 'jinja2'} & set(sys.modules)))"
    command = [sys.executable, "-c", watch, "--root", str(clone), *arguments]
    if arguments == ("--help",):
        command[3:5] = []
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repositories.ROOT)
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr


def test_verify_makes_the_pages_again_when_asked(clone: Path, bundled: Path) -> None:
    answer = build("verify", bundled, "--rebuild", root=clone)
    assert (answer.returncode, answer.stdout.splitlines()[0]) == (0, "PASS"), answer.stdout + answer.stderr
    assert "  11 PDFs made again, the same to the byte" in answer.stdout.splitlines()
