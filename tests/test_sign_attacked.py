"""Signing under attack: odd machines, odd keys, hostile text, leftovers, and somebody else at the same time."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from filing.signoffs import DEMONSTRATION, REAL
from tests import repositories, terminal
from tests.desk import FOLDER, PASSPHRASE, RECEIPT, Desk, desk
from tests.repositories import ROOT, WHOLE_PLAN, as_shipped
from tests.test_sign import _FURTHER, FURTHER, ISSUES, RIGHT, SIGNED, TYPE, nothing_new

BUILD = str(ROOT / "build.py")
RELEASE = "records/batches/B2025-01/release.site-101.yaml"
NOT_TYPED = '"B2025-03" was not what you typed. Nothing was written.'


@pytest.fixture
def at_desk(tmp_path: Path) -> Desk:
    return desk(tmp_path, without=(RECEIPT, *ISSUES))


@pytest.fixture
def real_desk(tmp_path: Path) -> Desk:
    return desk(tmp_path, without=(RECEIPT, *ISSUES), namespace=REAL)


def on_path(place: Desk, name: str, script: str) -> Desk:
    """A desk whose machine has another program under this name."""
    folder = place.scratch.parent / "programs"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return replace(place, environment={**place.environment, "PATH": f"{folder}:{os.environ['PATH']}"})


# What is shown


def test_dates_are_shown_with_spaces(at_desk: Desk) -> None:
    at_desk.with_key("j-weber")
    at_desk.write(FURTHER, _FURTHER)
    _, seen = at_desk.types("sign", FURTHER, "--as", "j-weber", answers={TYPE: "no"})
    assert "    Date                02 OCT 2025\n" in seen and "\N{REPLACEMENT CHARACTER}" not in seen


@pytest.mark.parametrize("columns", [20, 40, 60, 80])
def test_long_titles_of_a_form_are_shown_on_narrow_terminals(tmp_path: Path, columns: int) -> None:
    later = tuple(s.record for s in WHOLE_PLAN if "B2025-01/" in s.record and not _before_release(s.record))
    place = desk(tmp_path, without=(*later, *ISSUES))
    place.with_key("c-moreau")
    status, seen = place.types("sign", RELEASE, "--as", "c-moreau", answers={"B2025-01": "no"}, columns=columns)
    assert status == 1 and '"B2025-01" was not what you typed.' in seen, seen
    assert "Labels in the approved language and version" in " ".join(seen.split())


def _before_release(record: str) -> bool:
    return any(name in record for name in ("batch.yaml", "documentation", "certification", "handoff"))


def test_a_word_wider_than_the_terminal_never_gets_to_the_margin(at_desk: Desk) -> None:
    at_desk.with_key("j-weber")
    at_desk.write(FURTHER, _FURTHER + f"remarks: {'x' * 200}\n")
    _, seen = at_desk.types("sign", FURTHER, "--as", "j-weber", answers={TYPE: "no"}, columns=70)
    lines = [line for line in seen.splitlines() if "xxx" in line]
    assert len(lines) > 3 and all(len(line) < 70 and line.startswith("  ") for line in lines)
    assert "".join(line.removeprefix("  Remarks").strip() for line in lines) == "x" * 200


def test_lines_of_a_field_never_pass_for_lines_of_ours(at_desk: Desk) -> None:
    at_desk.with_key("j-weber")
    at_desk.write(
        FURTHER, _FURTHER + 'remarks: "a\\nYou sign as  Nobody\\n\\nExactly this is signed:\\n    signoff 1"\n'
    )
    _, seen = at_desk.types("sign", FURTHER, "--as", "j-weber", answers={TYPE: "no"})
    lines = seen.splitlines()
    assert [line for line in lines if line.startswith(("You sign as", "Exactly"))] == [
        lines[next(i for i, line in enumerate(lines) if line.startswith("You sign as"))],
        "Exactly this is signed:",
    ]
    assert sum(line.endswith("signoff 1") for line in lines) == 2 and lines.count("    signoff 1") == 1


@pytest.mark.parametrize("hostile", ["\x1b]0;x\x07", "a\x9bb", "\u202e"])
@pytest.mark.parametrize(
    "line", [("--as", "{}"), ("--as", "m-keller", "--place", "{}"), ("--as", "m-keller", "--key", "{}")]
)
def test_what_is_typed_wrongly_is_told_without_speaking_to_the_terminal(
    at_desk: Desk, line: tuple[str, ...], hostile: str
) -> None:
    at_desk.with_key("m-keller")
    running = at_desk.begins("sign", RECEIPT, *(word.format(hostile) for word in line))
    raw = []
    while (told := running._read(0.1)) is not None:
        raw.append(told)
    assert running.end() in (1, 2)
    last = "".join(raw).rpartition("\x1b[K")[2]
    assert hostile not in last and "\N{REPLACEMENT CHARACTER}" in last, last


# Machines


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- >&- 2>&-", "<&- 2>&-"])
def test_with_input_or_messages_closed_nobody_signs(at_desk: Desk, closed: str) -> None:
    at_desk.with_key("m-keller")
    before = at_desk.files()
    command = f'exec "$0" {BUILD} --root "$1" sign {RECEIPT} --as m-keller {closed}'
    running = terminal.Terminal(["sh", "-c", command, sys.executable, at_desk.root], at_desk.variables())
    assert running.end() == 2 and "Traceback" not in running.seen, running.seen
    nothing_new(at_desk, before)


@pytest.mark.parametrize("away", [">&-", ">/dev/null"])
def test_where_data_go_elsewhere_the_terminal_still_shows_and_asks(at_desk: Desk, away: str) -> None:
    at_desk.with_key("m-keller")
    command = f'exec "$0" {BUILD} --root "$1" sign {RECEIPT} --as m-keller --place DE {away}'
    running = terminal.Terminal(["sh", "-c", command, sys.executable, at_desk.root], at_desk.variables())
    assert TYPE in (running.question() or "") and "Exactly this is signed:" in running.seen
    running.answer("B2025-03")
    assert running.end() == 0 and at_desk.findings() == [], running.seen


@pytest.mark.parametrize(
    "script",
    ["printf 'ssh-ed25519 AAAA M\\374ller@desk\\n'", "printf '\\377\\376\\000'", "exit 2", "kill -9 $$", "printf 'x'"],
)
def test_an_agent_that_answers_oddly_is_passed_over(at_desk: Desk, script: str) -> None:
    at_desk.with_key("m-keller")
    place = on_path(replace(at_desk, environment={"SSH_AUTH_SOCK": "/nowhere"}), "ssh-add", script)
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 0 and "Traceback" not in seen, seen


def test_an_agent_that_never_answers_is_passed_over(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from filing.signing import keys

    at_desk.with_key("m-keller")
    place = on_path(at_desk, "ssh-add", "exec sleep 600")
    for name, value in {**place.variables(), "SSH_AUTH_SOCK": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(keys, "_PATIENCE", 0.01)
    assert list(keys._in_agent(["ssh-ed25519 AAAA"])) == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 0", "ssh-keygen did not sign"),
        ("exit 255", "ssh-keygen did not sign"),
        ("kill -9 $$", "ssh-keygen did not sign"),
        ('for f; do :; done; printf "\\377" > "$f.sig"', "What ssh-keygen made is no sign-off"),
        ('for f; do :; done; : > "$f.sig"', "What ssh-keygen made is no sign-off"),
        ('for f; do :; done; mkdir "$f.sig"', "ssh-keygen did not sign"),
        (
            f'for f; do :; done; exec /usr/bin/env -i "$REAL" -q -Y sign -n {DEMONSTRATION} -f "$OTHER" "$f"',
            "ssh-keygen signed with another key than the registers name.",
        ),
        (
            'for f; do :; done; exec /usr/bin/env -i "$REAL" -q -Y sign -n other@purpose -f "$OWN" "$f"',
            "What ssh-keygen made is no sign-off: the signature was made for another purpose",
        ),
        (
            f'for f; do :; done; echo more >> "$f"; exec /usr/bin/env -i "$REAL" -q -Y sign -n {DEMONSTRATION} '
            '-f "$OWN" "$f"',
            "What ssh-keygen made is no sign-off: the signature does not belong to this statement",
        ),
    ],
)
def test_whatever_ssh_keygen_does_only_the_right_signature_is_written(at_desk: Desk, script: str, words: str) -> None:
    own, other = at_desk.with_key("m-keller"), at_desk.with_key("j-weber")
    before = at_desk.files()
    found = {"REAL": str(shutil.which("ssh-keygen")), "OWN": str(own), "OTHER": str(other)}
    place = on_path(replace(at_desk, environment=found), "ssh-keygen", script)
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and words in seen and "Traceback" not in seen, seen
    nothing_new(at_desk, before)


def test_without_ssh_keygen_nothing_is_asked(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    folder = at_desk.scratch.parent / "programs"
    folder.mkdir()
    (folder / "git").symlink_to(str(shutil.which("git")))
    status, seen = replace(at_desk, environment={"PATH": str(folder)}).types("sign", RECEIPT, "--as", "m-keller")
    assert status == 2 and "ssh-keygen is missing, which makes signatures." in seen and "country" not in seen
    assert seen.endswith("doctor\n")


@pytest.mark.parametrize("folder", ["", "/nonexistent", "loop"])
def test_where_there_is_no_home_one_is_led_to_name_the_key(at_desk: Desk, folder: str) -> None:
    if folder == "loop":
        folder = str(at_desk.home)
        shutil.rmtree(at_desk.home / ".ssh")
        (at_desk.home / ".ssh").symlink_to(at_desk.home / ".ssh")
    status, seen = terminal.build("sign", RECEIPT, "--as", "m-keller", root=at_desk.root, HOME=folder)
    assert status == 1 and "Name its file with --key FILE" in seen, seen


def test_a_program_that_asks_for_passphrases_elsewhere_is_not_used(at_desk: Desk) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    place = replace(at_desk, environment={"SSH_ASKPASS": "/bin/false", "DISPLAY": ":0", "SSH_ASKPASS_REQUIRE": "force"})
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "passphrase": PASSPHRASE})
    assert status == 0, seen


# Keys


def test_a_key_file_with_windows_line_ends_is_told_so(at_desk: Desk) -> None:
    key = at_desk.with_key("m-keller")
    key.write_bytes(key.read_bytes().replace(b"\n", b"\r\n"))
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", "--key", key, answers=RIGHT)
    assert status == 2 and "its lines end in CR LF, as Windows ends them. Save it with LF alone." in seen
    assert f"    ./build.py --root '{at_desk.root}' key new --as m-keller\n" in seen


def test_a_command_that_names_a_key_file_can_be_typed_as_it_is(real_desk: Desk) -> None:
    real_desk.with_key("m-keller", name="it's my key")
    status, seen = real_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    command = next(line.strip() for line in seen.splitlines() if line.startswith("    ssh-keygen -p"))
    subprocess.run(["sh", "-c", f"{command} -a 1 -P '' -N '{PASSPHRASE}'"], check=True, capture_output=True)
    assert status == 1
    status, seen = real_desk.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "passphrase": PASSPHRASE})
    assert status == 0, seen


def test_of_two_copies_of_a_key_the_one_with_a_passphrase_is_used(real_desk: Desk) -> None:
    real_desk.with_key("m-keller", name="a-copy")
    real_desk.with_key("m-keller", PASSPHRASE, name="b-copy")
    real_desk.with_key("m-keller", name="c-copy")
    status, seen = real_desk.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "passphrase": PASSPHRASE})
    assert status == 0, seen


PERSON = "records/registers/people/m-keller.yaml"


@pytest.mark.parametrize("days", ["    from: 2100-01-01\n", "    from: 2025-08-01\n    until: 2026-01-31\n"])
def test_a_key_signs_on_its_days_only(tmp_path: Path, days: str) -> None:
    entry = repositories.replaced(as_shipped(), PERSON, "    from: 2025-08-01\nroles", f"{days}roles")
    plan = tuple(s for s in WHOLE_PLAN if "registers/" in s.record)
    place = desk(tmp_path, changed={PERSON: entry}, plan=plan)
    place.with_key("m-keller")
    before = place.files()
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "cannot sign" in seen and "Who may sign it today: nobody in the registers." in seen
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", "--role", "qp", answers=RIGHT)
    assert status == 1 and "The registers in force hold no key of m-keller for 20" in seen
    nothing_new(place, before)


# Places that are taken


@pytest.mark.parametrize("lying", ["signoff", "signoff.sig"])
def test_what_a_power_cut_left_is_told_before_anything_is_asked(at_desk: Desk, lying: str) -> None:
    at_desk.with_key("m-keller")
    path = at_desk.write(SIGNED.removesuffix("signoff") + lying, "half\n")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and f"{path} is there already and does not count" in seen and "country" not in seen
    assert f"If nobody has committed it: remove {path}, then sign again." in seen
    nothing_new(at_desk, before)
    (at_desk.root / path).unlink()
    assert at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)[0] == 0


def test_what_was_committed_without_its_signature_stays_and_is_told(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    (at_desk.root / f"{SIGNED}.sig").unlink()
    repositories.git(at_desk.root, "add", "-A")
    repositories.git(at_desk.root, "commit", "-q", "-m", "half", date="2027-01-05T12:00:00Z")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and f"{SIGNED} is there already and does not count: the sign-off has no signature" in seen
    assert "It was committed, so it stays" in seen and seen.endswith(f" check {RECEIPT}\n") and "country" not in seen
    nothing_new(at_desk, before)


def test_a_link_in_the_place_is_not_followed(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    (at_desk.root / SIGNED).symlink_to(at_desk.scratch / "elsewhere")
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and f"{SIGNED} is there already" in seen and not (at_desk.scratch / "elsewhere").exists()


def test_who_signed_just_now_is_told_so(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    assert at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)[0] == 0
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "is signed already; a mistake in it is corrected." in seen and "country" not in seen
    nothing_new(at_desk, before)


def test_of_two_who_sign_one_place_at_once_one_does(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    both = [at_desk.begins("sign", RECEIPT, "--as", "m-keller", "--place", place) for place in ("DE", "AT")]
    for running in both:
        assert running.question()
    for running in both:
        running.answer("B2025-03")
    assert sorted(running.end() for running in both) in ([0, 1], [0, 2])
    assert at_desk.findings() == []


# What changes while it is read


@pytest.mark.parametrize(
    "path",
    [
        "schemas/documentation.receipt@1.json", "records/registers/forms.yaml", "records/root.pin",
        "records/root.allowed_signers", PERSON, f"{FOLDER}/batch.yaml",
        f"{FOLDER}/documentation.01.provided.signoff.sig",
        "records/registers/change.001.administrator-1.signoff",
    ],
)  # fmt: skip
def test_whatever_a_sign_off_rests_on_may_not_change_meanwhile(at_desk: Desk, path: str) -> None:
    at_desk.with_key("m-keller")
    running = at_desk.begins("sign", RECEIPT, "--as", "m-keller", "--place", "DE")
    assert running.question()
    with (at_desk.root / path).open("ab") as file:
        file.write(b" \n")
    before = at_desk.files()
    running.answer("B2025-03")
    assert running.end() == 1 and "eanwhile" in running.seen, running.seen
    nothing_new(at_desk, before)


@pytest.mark.parametrize("path", ["records/root.pin", PERSON, "schemas/documentation.receipt@1.json"])
def test_nor_may_it_have_changed_before(at_desk: Desk, path: str) -> None:
    at_desk.with_key("m-keller")
    with (at_desk.root / path).open("ab") as file:
        file.write(b" \n")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "country" not in seen, seen
    nothing_new(at_desk, before)


def test_where_the_records_went_away_nothing_is_written(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    running = at_desk.begins("sign", RECEIPT, "--as", "m-keller", "--place", "DE")
    assert running.question()
    shutil.rmtree(at_desk.root / "records")
    running.answer("B2025-03")
    assert running.end() == 2 and not (at_desk.root / "records").exists() and "Traceback" not in running.seen


# Where the record is


@pytest.fixture
def link(at_desk: Desk) -> Iterator[Path]:
    place = at_desk.home / "link to records"
    place.symlink_to(at_desk.root)
    yield place


def test_a_folder_may_be_called_by_a_links_name(at_desk: Desk, link: Path) -> None:
    at_desk.with_key("m-keller")
    for place in (at_desk, replace(at_desk, root=link)):
        status, seen = place.types("sign", link / RECEIPT, "--as", "m-keller", answers={TYPE: "no"})
        assert status == 1 and NOT_TYPED in seen, seen


@pytest.mark.parametrize("what", [RECEIPT, FOLDER])
def test_a_record_behind_a_link_is_not_signed(at_desk: Desk, what: str) -> None:
    at_desk.with_key("m-keller")
    (at_desk.root / what).rename(at_desk.home / "moved")
    (at_desk.root / what).symlink_to(at_desk.home / "moved")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and f"{RECEIPT} cannot be read as a record." in seen, seen
    assert seen.endswith(f" check {RECEIPT}\n")
    nothing_new(at_desk, before)


@pytest.mark.parametrize("name", ['it\'s "odd" $HOME `x` & more', "y" * 150, "Größe 大"])
def test_commands_for_an_odd_folder_can_be_typed_as_they_are(at_desk: Desk, name: str) -> None:
    folder = at_desk.root.parent / name
    at_desk.root.rename(folder)
    status, seen = replace(at_desk, root=folder).types("sign", "--as", "m-keller", columns=40)
    command = next(line.strip() for line in seen.splitlines() if f"sign {RECEIPT}" in line)
    typed = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (
        status == 0 and typed.stderr == "Signing needs somebody at a terminal who reads what is signed; this is none.\n"
    )


@pytest.mark.parametrize("kind", ["no git", "shallow", "worktree"])
def test_signing_works_in_every_kind_of_checkout(at_desk: Desk, kind: str) -> None:
    at_desk.with_key("m-keller")
    other = at_desk.home / "other"
    if kind == "no git":
        shutil.copytree(at_desk.root, other, ignore=shutil.ignore_patterns(".git"))
    elif kind == "shallow":
        repositories.git(at_desk.root, "commit", "-q", "--allow-empty", "-m", "more")
        repositories.git(at_desk.root, "clone", "-q", "--depth", "1", at_desk.root.as_uri(), str(other))
    else:
        repositories.git(at_desk.root, "worktree", "add", "--detach", str(other))
    place = replace(at_desk, root=other)
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 0 and place.findings() == [], seen


# Who signs


@pytest.mark.parametrize("line", [("--as", ""), ()])
def test_nobody_signs_without_a_name(at_desk: Desk, line: tuple[str, ...]) -> None:
    if line:
        repositories.git(at_desk.root, "config", "filing.person", "m-keller")
    at_desk.with_key("m-keller")
    status, seen = at_desk.types("sign", RECEIPT, *line, answers=RIGHT)
    assert status == 2 and "Say who signs, with --as" in seen


def test_the_second_place_before_the_first_is_refused_with_what_can_be_signed(at_desk: Desk) -> None:
    at_desk.with_key("sunita-reddy")
    before = at_desk.files()
    issue = "records/trials/demo-101-302/issue.1.yaml"
    status, seen = at_desk.types("sign", issue, "--as", "sunita-reddy")
    assert status == 1 and "the signer did not see records/trials/demo-101-302/issue.1.prepared.signoff" in " ".join(
        seen.split()
    )
    assert seen.endswith(f"Next\n    ./build.py --root '{at_desk.root}' sign --as sunita-reddy\n")
    nothing_new(at_desk, before)


# Being ended


def _at_passphrase(place: Desk) -> terminal.Terminal:
    running = place.begins("sign", RECEIPT, "--as", "m-keller", "--place", "DE")
    assert running.question()
    running.answer("B2025-03")
    assert "passphrase" in (running.question() or "")
    return running


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_ended_at_the_passphrase_nothing_is_left_and_the_terminal_shows_what_is_typed(
    at_desk: Desk, kind: signal.Signals
) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    before = at_desk.files()
    running = _at_passphrase(at_desk)
    assert not termios.tcgetattr(running._master)[3] & termios.ECHO
    os.kill(running._child.pid, kind)
    while running._read(0.1) is not None:
        pass
    echo = termios.tcgetattr(running._master)[3] & termios.ECHO
    assert running.end() == 2 and echo, running.seen
    assert "Stopped; nothing was left half done." in running.seen
    nothing_new(at_desk, before)


def test_a_terminal_that_is_closed_leaves_nothing(at_desk: Desk) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    before = at_desk.files()
    running = _at_passphrase(at_desk)
    os.close(running._master)
    assert running._child.wait(60) != 0
    nothing_new(at_desk, before)


def test_stopped_for_a_while_it_goes_on_afterwards(at_desk: Desk) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    running = _at_passphrase(at_desk)
    os.killpg(running._child.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, running._child.pid, os.WSTOPPED | os.WNOWAIT)
    os.killpg(running._child.pid, signal.SIGCONT)
    running.answer(PASSPHRASE)
    assert running.end() == 0 and at_desk.findings() == [], running.seen


def test_nobody_signs_a_register_change_in_two_places(at_desk: Desk) -> None:
    at_desk.with_key("a-lindqvist")
    before = at_desk.files()
    change = "records/registers/change.001.yaml"
    role = ("--role", "register-administrator")
    status, seen = at_desk.types("sign", change, "--as", "a-lindqvist", *role, answers={"change.001": "change.001"})
    assert status == 1 and f'a-lindqvist signed {change} already, as "administrator-1".' in seen, seen
    nothing_new(at_desk, before)


def test_a_data_check_after_the_qp_is_refused(tmp_path: Path) -> None:
    """The optional data check comes before the QP's sign-off or not at all."""
    certification = "records/batches/B2025-02/certification.yaml"
    place = desk(tmp_path, without=ISSUES)
    place.with_key("i-larsen")
    before = place.files()
    status, seen = place.types("sign", certification, "--as", "i-larsen", "--role", "qa", answers={"B2025": "B2025-02"})
    assert status == 1 and f"{certification} is signed already; a mistake in it is corrected." in seen
    nothing_new(place, before)


# What takes back or corrects another record


def test_a_void_shows_what_it_takes_back(tmp_path: Path) -> None:
    place = desk(tmp_path, without=ISSUES)
    place.with_key("m-keller")
    sha256 = hashlib.sha256((place.root / RECEIPT).read_bytes()).hexdigest()
    void = RECEIPT.replace(".yaml", ".void.yaml")
    place.write(void, f"form: void@1\nvoids: {sha256}\nreason: Entered twice.\n")
    status, seen = place.types("sign", void, "--as", "m-keller", answers=RIGHT)
    assert status == 0 and f"\nIt takes back           {RECEIPT}\n" in seen, seen
    status, seen = place.types("sign", void, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "is signed already, and nothing of its kind is corrected afterwards." in seen
    assert "revise" not in seen


def test_a_correction_shows_what_it_corrects(tmp_path: Path) -> None:
    place = desk(tmp_path, without=ISSUES)
    place.with_key("m-keller")
    old = (place.root / RECEIPT).read_text()
    sha256 = hashlib.sha256(old.encode()).hexdigest()
    text = f"{old}corrects: {sha256}\nreason_class: typo\nreason: A letter was wrong.\n"
    record = place.write(RECEIPT.replace(".yaml", ".r1.yaml"), text)
    status, seen = place.types("sign", record, "--as", "m-keller", answers={TYPE: "no"})
    assert status == 1 and f"\nIt corrects             {RECEIPT}\n" in seen, seen


@pytest.mark.parametrize("named", ["0" * 64, ""])
def test_a_void_of_another_record_is_refused(tmp_path: Path, named: str) -> None:
    place = desk(tmp_path, without=ISSUES)
    place.with_key("m-keller")
    other = hashlib.sha256((place.root / f"{FOLDER}/batch.yaml").read_bytes()).hexdigest()
    void = place.write(
        RECEIPT.replace(".yaml", ".void.yaml"), f'form: void@1\nvoids: "{named or other}"\nreason: Why.\n'
    )
    before = place.files()
    status, seen = place.types("sign", void, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "country" not in seen and "It takes back" not in seen, seen
    nothing_new(place, before)


# Clocks


@pytest.mark.parametrize("zone", ["XXX+00:00:30", "XXX-24:59", "XXX+25"])
def test_a_time_zone_that_is_none_is_told_so(at_desk: Desk, zone: str) -> None:
    at_desk.with_key("m-keller")
    before = at_desk.files()
    place = replace(at_desk, environment={"TZ": zone})
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 2 and "This computer's time zone is none that there is." in seen, seen
    assert "country" not in seen
    nothing_new(at_desk, before)


@pytest.mark.parametrize(("zone", "offset"), [("XXX-14", "+14:00"), ("XXX+12", "-12:00"), ("XXX-5:45", "+05:45")])
def test_the_time_is_claimed_as_the_clock_on_the_wall_has_it(at_desk: Desk, zone: str, offset: str) -> None:
    at_desk.with_key("m-keller")
    place = replace(at_desk, environment={"TZ": zone})
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    time = next(line for line in (at_desk.root / SIGNED).read_text().splitlines() if line.startswith("time "))
    assert status == 0 and time.endswith(offset) and at_desk.findings() == [], seen
