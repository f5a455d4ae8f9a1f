"""What a machine lacks is named, with what mends it; set-up installs only what is missing, and all of it or nothing."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from filing import doctor
from filing.doctor import NEEDS, Need, Probed
from tools import setup

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")
PINNED = re.compile(r"([a-z0-9-]+)==(\S+)")
SYSTEM = tuple(need for need in NEEDS if need.packages)


def with_all(found: bool, needs: tuple[Need, ...] = NEEDS) -> tuple[Need, ...]:
    return tuple(replace(need, probe=lambda _root: Probed(found, "as the test has it")) for need in needs)


def lacking(name: str) -> tuple[Need, ...]:
    return tuple(with_all(need.name != name, (need,))[0] for need in NEEDS)


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / lock).read_text("ascii")))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for lock in LOCKS:
        (tmp_path / lock).write_bytes((ROOT / lock).read_bytes())
    return tmp_path


@pytest.fixture
def with_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "apt-get").write_text("#!/bin/sh\n")
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


@pytest.fixture
def without_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Whatever set-up would have started."""
    started: list[list[str]] = []

    def call(command: list[str], **_: object) -> int:
        started.append(command)
        return 1 if command[0] == "sudo" and command[-1] == "true" else 0

    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setattr(setup, "run", lambda command: call(command))
    return started


# The table


def test_no_need_and_no_package_stands_twice_in_the_table() -> None:
    names = [need.name for need in NEEDS]
    packages = doctor.debian_packages(NEEDS)
    assert len(set(names)) == len(names)
    assert len(set(packages)) == len(packages)


def test_every_need_says_why_and_has_exactly_one_remedy() -> None:
    for need in NEEDS:
        assert need.why and not need.why.endswith(".")
        assert bool(need.packages) != bool(need.command), need.name


def test_every_probe_answers_on_this_machine_in_words() -> None:
    for one in doctor.diagnose(ROOT):
        assert one.detail, one.need.name


@pytest.mark.parametrize(
    "package",
    "python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-mono openssh-client "
    "git qpdf poppler-utils".split(),
)
def test_the_table_brings(package: str) -> None:
    brought = doctor.debian_packages(NEEDS)
    assert package in brought or (package == "python3-venv" and doctor.venv_package() in brought)


def test_a_python_beside_the_distributions_own_needs_the_venv_package_of_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert doctor.venv_package() == "python3.99-venv"


# The probes


def test_without_programs_on_the_path_every_program_is_missed(without_programs: None) -> None:
    missed = {one.need.name for one in doctor.diagnose(ROOT) if not one.found}
    assert {"git", "OpenSSH", "qpdf", "Poppler", "Java", "Maven"} <= missed


def test_one_program_of_several_is_missed_by_name(tmp_path: Path, with_apt: None) -> None:
    assert doctor.programs("apt-get", "pdfinfo")(tmp_path) == (False, "not on the PATH: pdfinfo")


def test_a_library_that_does_not_load_is_missed_by_name(tmp_path: Path) -> None:
    assert doctor.libraries(("no-such-library", 0))(tmp_path) == (False, "cannot be loaded: no-such-library")


def test_a_font_file_that_is_nowhere_is_missed_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "NotoSans-Bold.ttf").touch()
    monkeypatch.setattr(doctor, "FONT_FOLDERS", (str(tmp_path), str(tmp_path / "absent")))
    assert doctor.fonts("NotoSans-Bold.ttf")(tmp_path).found
    assert doctor.fonts("NotoSans-Bold.ttf", "NotoSans-Regular.ttf")(tmp_path) == (
        False,
        "no font file NotoSans-Regular.ttf",
    )


def test_a_python_without_ensurepip_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's Python has venv but no ensurepip until python3-venv is there."""
    monkeypatch.setattr(doctor, "is_module", lambda name: name != "ensurepip")
    assert doctor.venv_module(tmp_path) == (False, "without ensurepip")


def test_an_empty_folder_is_not_taken_for_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "left_behind").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not doctor.is_module("left_behind")
    assert not doctor.is_module("never_there")


def test_a_python_older_than_the_oldest_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert not doctor.python_version(tmp_path).found


def test_an_environment_whose_python_is_gone_does_not_run(tmp_path: Path) -> None:
    assert not doctor.environment_runs(tmp_path)
    doctor.environment_python(tmp_path).parent.mkdir(parents=True)
    doctor.environment_python(tmp_path).symlink_to(tmp_path / "gone")
    assert not doctor.environment_runs(tmp_path)


def test_a_link_to_a_python_that_is_no_environment_does_not_run(tmp_path: Path) -> None:
    doctor.environment_python(tmp_path).parent.mkdir(parents=True)
    doctor.environment_python(tmp_path).symlink_to(vars(sys)["_base_executable"])
    assert not doctor.environment_runs(tmp_path)


# The report


def test_a_machine_that_lacks_nothing_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(ROOT, with_all(True)) == 0
    said = capsys.readouterr().out
    assert "MISSING" not in said
    assert "Nothing is missing" in said
    assert all(need.name in said and need.why in said for need in NEEDS)


@pytest.mark.parametrize("need", [n for n in NEEDS if n.purpose in doctor.REQUIRED], ids=lambda need: need.name)
def test_one_required_thing_missing_is_exit_1_with_the_command_that_mends_it(
    need: Need, with_apt: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.main(ROOT, lacking(need.name)) == 1
    said = capsys.readouterr().out
    assert re.search(rf"^  MISSING  {re.escape(need.name)} .*\(as the test has it\)$", said, re.MULTILINE)
    assert said.count("MISSING") == 1
    mended_by = said.split("To mend it:")[1]
    assert all(package in mended_by for package in need.packages)
    assert need.command in mended_by
    assert ("apt-get install --no-install-recommends" in mended_by) == bool(need.packages)


@pytest.mark.parametrize("need", [n for n in NEEDS if n.purpose not in doctor.REQUIRED], ids=lambda need: need.name)
def test_what_only_tests_need_is_reported_but_no_error(
    need: Need, with_apt: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.main(ROOT, lacking(need.name)) == 0
    said = capsys.readouterr().out
    assert f"  MISSING  {need.name} " in said
    assert all(word in said.split("if you want it:")[1] for word in (*need.packages, need.command))


def test_without_root_the_command_goes_through_sudo(with_apt: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert all(line.startswith("  sudo apt-get ") for line in doctor.remedy(SYSTEM))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert all(line.startswith("  apt-get ") for line in doctor.remedy(SYSTEM))


def test_where_there_is_no_apt_things_go_by_the_names_people_know(
    without_programs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.main(ROOT, with_all(False)) == 1
    said = capsys.readouterr().out
    assert "apt-get" not in said
    assert "libpango" not in said
    assert all(need.name in said.split("To mend it:")[1] for need in SYSTEM)
    assert "brew install" in said and "Windows" in said


def test_doctor_starts_on_a_bare_interpreter() -> None:
    """It has to run before there is a .venv: -S takes the installed packages away."""
    program = "import pathlib, sys; from filing import doctor; sys.exit(doctor.main(pathlib.Path()) not in (0, 1))"
    started = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (started.returncode, started.stderr) == (0, "")


# System packages


def test_set_up_without_a_way_to_root_names_everything_and_stops(
    checkout: Path,
    without_programs: None,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(setup, "ROOT", checkout)
    monkeypatch.setattr(doctor, "NEEDS", with_all(False))
    monkeypatch.setattr(doctor, "venv_module", lambda _root: Probed(False, "without ensurepip"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert setup.main(["--tests"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert calls == []
    assert all(need.name in said.err for need in SYSTEM if need.purpose != doctor.CONFORMANCE)
    assert not (checkout / ".venv").exists()


def test_set_up_that_may_not_ask_for_a_password_prints_the_command(
    checkout: Path,
    with_apt: None,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(setup, "ROOT", checkout)
    monkeypatch.setattr(doctor, "NEEDS", lacking("Pango"))
    monkeypatch.setattr(doctor, "venv_module", lambda _root: Probed(False, "without ensurepip"))
    monkeypatch.setattr(setup, "way_to_root", lambda: None)
    assert setup.main([]) == 2
    said = capsys.readouterr()
    assert calls == []
    assert "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0" in said.err
    assert "qpdf" not in said.err


@pytest.mark.parametrize(("lack", "works_without"), [("Pango", True), ("Noto Sans", True), ("OpenSSH", False)])
def test_who_makes_no_pdfs_is_told_what_works_without(lack: str, works_without: bool) -> None:
    missing = [one for one in doctor.diagnose(ROOT, lacking(lack)) if not one.found]
    last = "This is for making PDFs only: checking, writing and signing records works without it."
    assert (setup.plea(missing)[-1] == last) is works_without


def test_apt_is_not_called_where_nothing_is_missing(
    with_apt: None, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "NEEDS", with_all(True))
    monkeypatch.setattr(setup, "way_to_root", list)
    assert setup.bring_system_packages(ROOT, doctor.REQUIRED) == []
    assert calls == []


@pytest.mark.parametrize("as_root", [[], ["sudo", "-n"]])
def test_only_what_is_missing_is_installed_without_questions(
    as_root: list[str], with_apt: None, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "NEEDS", lacking("Noto Sans"))
    monkeypatch.setattr(setup, "way_to_root", lambda: as_root)
    still_missing = setup.bring_system_packages(ROOT, doctor.REQUIRED)
    update, install = calls
    for call in (update, install):
        assert call[: len(as_root) + 3] == [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    assert update[-1] == "update"
    assert install[-4:] == ["install", "-y", "--no-install-recommends", "fonts-noto-core"]
    assert [one.need.name for one in still_missing] == ["Noto Sans"]


def test_what_only_the_tests_need_is_installed_for_the_tests_only(
    with_apt: None, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "NEEDS", with_all(False))
    monkeypatch.setattr(setup, "way_to_root", list)
    setup.bring_system_packages(ROOT, doctor.REQUIRED)
    assert not {"qpdf", "poppler-utils", "maven"} & set(calls[-1])
    setup.bring_system_packages(ROOT, (*doctor.REQUIRED, doctor.TESTS))
    assert {"qpdf", "poppler-utils"} <= set(calls[-1])
    assert "maven" not in calls[-1]


@pytest.mark.parametrize(("terminal", "way"), [(False, None), (True, ["sudo"])])
def test_sudo_asks_for_a_password_only_on_a_terminal(
    terminal: bool, way: list[str] | None, with_apt: None, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr("sys.stdin", type("Input", (), {"isatty": staticmethod(lambda: terminal)}))
    assert setup.way_to_root() == way
    assert calls == [["sudo", "-n", "true"]]


# Python


def test_an_old_python_can_read_set_up_far_enough_to_be_told() -> None:
    ast.parse((ROOT / "tools/setup.py").read_text("utf-8"), feature_version=(3, 6))


def test_an_old_python_without_a_newer_beside_it_is_told_plainly(
    without_programs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup.run_with_newer_python() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Python 3.11 or newer" in said.err


def test_a_newer_python_that_does_not_start_is_passed_over(
    tmp_path: Path, without_programs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "python3.11").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.11").chmod(0o755)
    assert setup.run_with_newer_python() == 2
    assert "no newer one was found" in capsys.readouterr().err


# The locks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_exact_version_and_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text("ascii").strip())
    assert len(entries) > 20
    for entry in entries:
        head, *hashes = entry.split(" \\\n    ")
        assert PINNED.match(head), head
        assert hashes, head
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), head


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text("ascii")
    assert not re.search(r"://|/|@|\\\\|--(extra-)?index|--find-links|--trusted|-i |\.(org|io|com|net)\b", text)


def test_the_tests_run_on_the_very_versions_that_people_use() -> None:
    runtime, tests = (pins(lock) for lock in LOCKS)
    assert runtime.items() < tests.items()


@pytest.mark.parametrize(("wanted", "lock"), [("requirements.in", LOCKS[0]), ("requirements-test.in", LOCKS[1])])
def test_whatever_is_asked_for_is_locked(wanted: str, lock: str) -> None:
    asked = re.findall(r"^([A-Za-z][\w-]*)", (ROOT / wanted).read_text("ascii"), re.MULTILINE)
    assert asked
    assert {name.lower() for name in asked} <= set(pins(lock))


# The stamp


@pytest.fixture
def environment(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose `.venv/` runs as soon as there is one."""
    monkeypatch.setattr(doctor, "environment_runs", lambda root: (root / ".venv").is_dir())
    return checkout


def test_a_finished_install_is_not_repeated(environment: Path, calls: list[list[str]]) -> None:
    setup.bring_python_packages(environment, LOCKS[:1])
    assert [command[-1] for command in calls] == [str(environment / ".venv"), str(environment / LOCKS[0])]
    assert "--require-hashes" in calls[1]
    setup.bring_python_packages(environment, LOCKS[:1])
    assert len(calls) == 2
    assert doctor.is_installed(environment, LOCKS[0])
    assert not doctor.is_installed(environment, LOCKS[1])


def test_the_tests_packages_serve_the_main_job_too(environment: Path, calls: list[list[str]]) -> None:
    setup.bring_python_packages(environment, LOCKS)
    done = len(calls)
    setup.bring_python_packages(environment, LOCKS[:1])
    assert len(calls) == done


def test_a_changed_lock_is_installed_into_the_same_environment(environment: Path, calls: list[list[str]]) -> None:
    setup.bring_python_packages(environment, LOCKS[:1])
    (environment / LOCKS[0]).write_text("another==1\n")
    assert not doctor.is_installed(environment, LOCKS[0])
    calls.clear()
    setup.bring_python_packages(environment, LOCKS[:1])
    assert [command[-1] for command in calls] == [str(environment / LOCKS[0])]
    assert doctor.is_installed(environment, LOCKS[0])


def test_an_install_that_breaks_off_leaves_no_valid_stamp_and_is_made_anew(
    environment: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.bring_python_packages(environment, LOCKS[:1])
    (environment / LOCKS[0]).write_text("another==1\n")
    (environment / ".venv" / "half-written").touch()

    def break_off(command: list[str]) -> None:
        raise subprocess.CalledProcessError(1, command)

    with monkeypatch.context() as broken:
        broken.setattr(setup, "run", break_off)
        with pytest.raises(subprocess.CalledProcessError):
            setup.bring_python_packages(environment, LOCKS[:1])
    assert not any(doctor.is_installed(environment, lock) for lock in LOCKS)
    calls.clear()
    setup.bring_python_packages(environment, LOCKS[:1])
    assert calls[0][1:3] == ["-m", "venv"]
    assert not (environment / ".venv" / "half-written").exists()
    assert doctor.is_installed(environment, LOCKS[0])


def test_an_environment_that_does_not_run_is_made_anew(
    environment: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.bring_python_packages(environment, LOCKS[:1])
    calls.clear()
    monkeypatch.setattr(doctor, "environment_runs", lambda _root: False)
    setup.bring_python_packages(environment, LOCKS[:1])
    assert calls[0][1:3] == ["-m", "venv"]


def test_a_failed_install_is_exit_2_and_said_in_words(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: list[str]) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(setup, "ROOT", environment)
    monkeypatch.setattr(setup, "run", fail)
    monkeypatch.setattr(doctor, "NEEDS", with_all(True))
    assert setup.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "could not be installed" in said.err
    assert not doctor.is_installed(environment, LOCKS[0])


def test_a_folder_that_may_not_be_written_is_exit_2_and_said_in_words(
    environment: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(stamp: Path, _text: str) -> None:
        raise PermissionError(13, "Permission denied", str(stamp))

    monkeypatch.setattr(setup, "ROOT", environment)
    monkeypatch.setattr(setup, "write_stamp", refuse)
    monkeypatch.setattr(doctor, "NEEDS", with_all(True))
    assert setup.main([]) == 2
    assert "You may not write" in capsys.readouterr().err


# The Makefile


def test_every_target_is_one_line_and_stands_in_the_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    documented = re.findall(r"^([a-z-]+):[^#\n]*  ## .+\n\t@.+\n(?!\t)", makefile, re.MULTILINE)
    assert documented == targets
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make (\S+)", listed, re.MULTILINE) == targets


def test_the_main_job_is_what_make_does_without_a_word() -> None:
    planned = subprocess.run(["make", "-n"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "build.py bundle --batch B2025-01" in planned
    assert planned.index("tools/setup.py") < planned.index("build.py bundle") < planned.index("build.py verify")
