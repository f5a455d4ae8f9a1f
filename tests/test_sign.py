"""Signing at a real terminal: what is shown, what is refused, and that nothing half-written remains."""

from __future__ import annotations

import os
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from filing.signoffs import REAL
from tests import repositories
from tests.desk import FOLDER, PASSPHRASE, RECEIPT, Desk, desk
from tests.repositories import build

ISSUES = ("trials/demo-101-302/issue.1.yaml",)
TYPE = "Type B2025-03"
RIGHT = {TYPE: "B2025-03"}
SIGNED = RECEIPT.replace(".yaml", ".received.signoff")
FURTHER = f"{FOLDER}/documentation.02.yaml"
_FURTHER = """\
# yaml-language-server: $schema=../../../schemas/documentation@1.json
form: documentation@1
batch: B2025-03
documents:
  - type: batch_manufacturing_record
    number: BMR-L0262
    version: "2"
    date: 2025-10-02
    source: manufacturer
"""


@pytest.fixture
def at_desk(tmp_path: Path) -> Desk:
    """The receipt of B2025-03 waits for the QP, and so does the trial's issue for its own signers."""
    return desk(tmp_path, without=(RECEIPT, *ISSUES))


@pytest.fixture
def real_desk(tmp_path: Path) -> Desk:
    return desk(tmp_path, without=(RECEIPT, *ISSUES), namespace=REAL)


def nothing_new(place: Desk, before: set[str]) -> None:
    assert place.files() == before
    assert not list(place.scratch.iterdir())


# What is shown and made


def test_a_record_is_shown_as_it_prints_and_signed_with_the_passphrase(at_desk: Desk) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "passphrase": PASSPHRASE})
    assert status == 0, seen
    told = " ".join(seen.split())
    assert "You sign as Dr. Matthias Keller, Qualified Person; role qp on DEMO-MIA-0001; in DE, on site; key" in told
    assert 'Meaning "' in told and "Batch ID B2025-03 " in told and " CoA-L0262-01 Result Under query Remark " in told
    assert "You have seen 5 sign-offs, all valid, none changed since; the statement below lists them" in told
    text = (at_desk.root / SIGNED).read_text()
    assert "".join(f"    {line}\n" for line in text.splitlines()) in seen.replace("\r", "")
    assert at_desk.findings() == []
    assert SIGNED in seen and "Next\n    ./build.py --root" in seen
    assert not list(at_desk.scratch.iterdir())


def test_what_was_made_passes_ssh_keygen(at_desk: Desk, tmp_path: Path) -> None:
    key = at_desk.with_key("m-keller")
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 0, seen
    allowed = tmp_path / "allowed"
    allowed.write_text(f"m-keller {key.with_name(key.name + '.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", "m-keller", "-n", repositories.NAMESPACE, "-s"]
    with (at_desk.root / SIGNED).open("rb") as statement:
        answer = subprocess.run([*verify, str(at_desk.root / f"{SIGNED}.sig")], stdin=statement, capture_output=True)
    assert answer.returncode == 0, answer.stderr


def test_place_and_mode_are_as_given(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    line = ["sign", RECEIPT, "--as", "m-keller", "--role", "qp", "--place", "AT", "--remote"]
    status, seen = at_desk.types(*line, answers=RIGHT)
    assert status == 0 and "In which country" not in seen
    assert "\nplace AT\nmode remote\n" in (at_desk.root / SIGNED).read_text()


def test_the_country_of_ones_organisation_is_proposed_and_another_may_be_typed(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "country": "CH"})
    assert status == 0 and "such as DE [DE]: " in seen
    assert "\nplace CH\n" in (at_desk.root / SIGNED).read_text()


def test_a_path_is_understood_from_anywhere_and_without_its_ending(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    named = at_desk.root / RECEIPT.removesuffix(".yaml")
    status, seen = at_desk.types("sign", named, "--as", "m-keller", answers=RIGHT)
    assert status == 0 and (at_desk.root / SIGNED).exists(), seen


def test_who_works_here_is_remembered_in_git(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    repositories.git(at_desk.root, "config", "filing.person", "m-keller")
    status, seen = at_desk.types("sign", RECEIPT, answers=RIGHT)
    assert status == 0 and (at_desk.root / SIGNED).exists(), seen


def test_an_agent_signs_without_a_question_for_the_passphrase(at_desk: Desk, agent: str) -> None:
    key = at_desk.with_key("m-keller")
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env={**os.environ, "SSH_AUTH_SOCK": agent})
    key.unlink()
    status, seen = Desk(at_desk.root, at_desk.home, at_desk.scratch, {"SSH_AUTH_SOCK": agent}).types(
        "sign", RECEIPT, "--as", "m-keller", answers=RIGHT
    )
    assert status == 0 and at_desk.findings() == [], seen


@pytest.fixture
def agent() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="agent-", dir="/tmp") as folder:  # a socket's path has 107 bytes at most
        socket = f"{folder}/agent"
        with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE) as running:
            assert running.stdout and running.stdout.readline()
            yield socket
            running.kill()


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_commands_are_whole_at_every_width(at_desk: Desk, columns: int) -> None:
    status, seen = at_desk.types("sign", "--as", "m-keller", columns=columns)
    door = f"./build.py --root '{at_desk.root}'"
    assert status == 0 and f"    {door} sign {RECEIPT} --as m-keller --role qp\n" in seen


SUSPENDED = "records/batches/B2025-01/certification.02.yaml"


def test_a_qp_can_always_suspend_though_product_was_sent_and_the_logs_were_issued(at_desk: Desk) -> None:
    """What the decision asks of others afterwards, to be told and to issue the logs again, does not forbid it."""
    case = repositories.ROOT / "tests/cases/R25-draft-dispatch-while-a-suspension-is-written"
    at_desk.write(SUSPENDED, (case / SUSPENDED).read_text())
    at_desk.with_key("m-keller")
    status, seen = at_desk.types("sign", SUSPENDED, "--as", "m-keller", answers={"Type B2025-01": "B2025-01"})
    assert status == 0, seen
    assert {rule for rule, _ in at_desk.findings()} == {"R45", "R64"}


# What waits


def test_what_waits_is_listed_in_order_each_with_its_command(at_desk: Desk) -> None:
    at_desk.write(FURTHER, _FURTHER)
    answer = build("sign", root=at_desk.root)
    lines = [line for line in answer.stdout.splitlines() if line and not line.startswith(" ")]
    assert answer.returncode == 0
    assert lines == [
        "4 places wait for a sign-off",
        f"Receipt of documentation, received   {RECEIPT}",
        f"Documentation, provided   {FURTHER}",
        "Issue of the logs of a trial, prepared   records/trials/demo-101-302/issue.1.yaml",
        "Issue of the logs of a trial, checked   records/trials/demo-101-302/issue.1.yaml",
    ]


def test_a_person_is_told_only_what_is_theirs(at_desk: Desk) -> None:
    assert build("sign", "--as", "m-keller", root=at_desk.root).stdout.startswith("1 place waits for m-keller\n")
    assert build("sign", "--as", "c-moreau", root=at_desk.root).stdout == "0 places wait for c-moreau\n"


def test_what_follows_an_unsigned_record_says_what_comes_first(tmp_path: Path) -> None:
    first = f"{FOLDER}/documentation.01.yaml"
    place = desk(tmp_path, without=(first, RECEIPT, *ISSUES))
    told = build("sign", "--as", "m-keller", root=place.root).stdout
    assert f"    first to be signed: {first}\n" in told and f"sign {RECEIPT}" not in told


def test_a_place_behind_another_of_its_record_says_what_comes_first(at_desk: Desk) -> None:
    told = build("sign", "--as", "sunita-reddy", root=at_desk.root).stdout
    assert '    first to be signed: "prepared" of the same record\n' in told and " --as sunita-reddy" not in told


def test_a_record_that_has_a_drafted_correction_still_waits_itself(at_desk: Desk) -> None:
    at_desk.write(RECEIPT.replace(".yaml", ".r1.yaml"), (at_desk.root / RECEIPT).read_text())
    told = build("sign", "--as", "m-keller", root=at_desk.root).stdout
    assert f"sign {RECEIPT} --as m-keller --role qp\n" in told
    assert f"    first to be signed: {RECEIPT}\n" in told


def test_an_unknown_person_is_told_so(at_desk: Desk) -> None:
    answer = build("sign", "--as", "nobody", root=at_desk.root)
    assert answer.returncode == 2 and '"nobody" is not in the registers in force.' in answer.stderr


# What is refused, each with nothing left behind


def test_without_a_terminal_nobody_signs(at_desk: Desk) -> None:
    key, before = at_desk.with_key("m-keller"), at_desk.files()
    answer = build("sign", RECEIPT, "--as", "m-keller", "--place", "DE", "--key", key, root=at_desk.root)
    assert answer.returncode == 2
    assert answer.stderr == "Signing needs somebody at a terminal who reads what is signed; this is none.\n"
    nothing_new(at_desk, before)


def test_a_key_without_passphrase_signs_no_real_record(real_desk: Desk) -> None:
    key, before = real_desk.with_key("m-keller"), real_desk.files()
    status, seen = real_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1
    assert f"{key} has no passphrase, so whoever finds the file could sign in your name" in seen
    assert f"    ssh-keygen -p -f {key}" in seen
    nothing_new(real_desk, before)


def test_nor_does_an_agent_that_holds_a_key_whose_file_has_no_passphrase(real_desk: Desk, agent: str) -> None:
    key, before = real_desk.with_key("m-keller"), real_desk.files()
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env={**os.environ, "SSH_AUTH_SOCK": agent})
    place = Desk(real_desk.root, real_desk.home, real_desk.scratch, {"SSH_AUTH_SOCK": agent})
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "has no passphrase" in seen
    nothing_new(real_desk, before)


def test_a_key_with_passphrase_signs_a_real_record(real_desk: Desk) -> None:
    real_desk.with_key("m-keller", PASSPHRASE)
    status, seen = real_desk.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "passphrase": PASSPHRASE})
    assert status == 0 and (real_desk.root / SIGNED).exists(), seen


def test_a_wrong_passphrase_signs_nothing(at_desk: Desk) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers={**RIGHT, "passphrase": "wrong"})
    assert status == 1
    told = "ssh-keygen did not sign: the passphrase was wrong, or the key could not be used. Nothing was written.\n"
    assert told in seen
    nothing_new(at_desk, before)


@pytest.mark.parametrize("typed", ["B2025-01", "b2025-03", "yes", ""])
def test_the_wrong_batch_typed_signs_nothing(at_desk: Desk, typed: str) -> None:
    at_desk.with_key("m-keller")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers={TYPE: typed})
    assert status == 1
    assert '"B2025-03" was not what you typed. Nothing was written.\n' in seen
    nothing_new(at_desk, before)


@pytest.mark.parametrize("part", ["country", TYPE, "passphrase"])
@pytest.mark.parametrize(("key", "status"), [(b"\x03", 2), (b"\x04", 2)])
def test_leaving_at_any_question_leaves_nothing(at_desk: Desk, part: str, key: bytes, status: int) -> None:
    at_desk.with_key("m-keller", PASSPHRASE)
    before = at_desk.files()
    running = at_desk.begins("sign", RECEIPT, "--as", "m-keller")
    while (question := running.question()) and part not in question.rpartition("\n")[2]:
        running.answer("B2025-03" if TYPE in question else "DE")
    assert question, running.seen
    running.press(key)
    ended = running.end()
    assert ended == status if part != "passphrase" else ended in (1, 2), running.seen
    assert "Traceback" not in running.seen
    nothing_new(at_desk, before)


def test_a_standing_finding_forbids_the_sign_off(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    like = (at_desk.root / "records/batches/B2025-01/certification.yaml").read_text()
    record = at_desk.write(f"{FOLDER}/certification.yaml", like.replace("B2025-01", "B2025-03"))
    before = at_desk.files()
    status, seen = at_desk.types("sign", record, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "  error  R09  documents incomplete" in seen and "findings stand against it.\n" in seen
    assert "In which country" not in seen and "Exactly this is signed" not in seen
    nothing_new(at_desk, before)


def test_a_finding_on_what_one_would_see_forbids_it_too(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    followed = at_desk.root / f"{FOLDER}/documentation.01.yaml"
    followed.write_text(followed.read_text().replace("DEMO-101-IMPD", "DEMO-101-IMPX"))
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "changed after it was signed" in seen
    nothing_new(at_desk, before)


def test_a_record_changed_while_it_is_read_is_not_signed(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    running = at_desk.begins("sign", RECEIPT, "--as", "m-keller", "--place", "DE")
    assert running.question()
    record = at_desk.root / RECEIPT
    record.write_text(record.read_text().replace("under_query", "accepted"))
    before = at_desk.files()
    running.answer("B2025-03")
    assert running.end() == 1
    assert f"{RECEIPT} was changed while you were reading it. Look at it again, then sign.\n" in running.seen
    nothing_new(at_desk, before)


def test_what_somebody_else_took_back_meanwhile_is_noticed(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    running = at_desk.begins("sign", RECEIPT, "--as", "m-keller", "--place", "DE")
    assert running.question()
    for name in ("signoff", "signoff.sig"):
        (at_desk.root / f"{FOLDER}/documentation.01.provided.{name}").unlink()
    running.answer("B2025-03")
    assert running.end() == 1
    assert "Somebody signed or took back what you have seen meanwhile." in running.seen
    assert not (at_desk.root / SIGNED).exists()


def test_a_place_that_somebody_else_signed_meanwhile_is_not_signed_over(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    running = at_desk.begins("sign", RECEIPT, "--as", "m-keller", "--place", "DE")
    assert running.question()
    (at_desk.root / SIGNED).write_text("another's\n")
    running.answer("B2025-03")
    assert running.end() == 1
    assert f"{SIGNED} is there already and does not count" in running.seen
    assert (at_desk.root / SIGNED).read_text() == "another's\n" and not (at_desk.root / f"{SIGNED}.sig").exists()


def test_what_was_shown_long_ago_is_not_signed(at_desk: Desk) -> None:
    from dataclasses import replace

    from filing import checkout
    from filing.model import Refused
    from filing.signing import keys, request
    from filing.verbs import sign

    key = keys.read_key_file(at_desk.with_key("m-keller"))
    read = checkout.examined(at_desk.root)
    asked = request.requested(read.repository, read.repository.records[RECEIPT], "m-keller", None, "2025-10-16")
    own = keys.SigningKey(key.public, key.path) if key else None
    assert own
    now = read.now.replace(microsecond=0)
    statement = request.statement(asked, read.repository, own.fingerprint, now, "DE", False)
    old = replace(statement, time=now.replace(year=now.year - 1).isoformat())
    options = Namespace(root=at_desk.root, root_fingerprint=None)
    with pytest.raises(Refused, match="More than 15 minutes have passed since this was shown"):
        sign._write(options, asked, old, own, b"")
    assert not (at_desk.root / SIGNED).exists()


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        (("--as", "j-weber"), 1, 'j-weber cannot sign {0}. Open is "received" by qp or qp-delegate.'),
        (("--as", "j-weber"), 1, "Who may sign it today: Dr. Matthias Keller (m-keller)."),
        (("--as", "m-keller", "--role", "qa"), 1, "m-keller as qa cannot sign {0}."),
        (("--as", "nobody"), 1, '"nobody" is not in the registers in force. Known are: a-lindqvist, '),
        (("--as", "m-keller", "--key", "/no/such/key"), 2, "There is no key file /no/such/key."),
        (("--as", "m-keller", "--place", "Germany"), 2, '"Germany" is no country in two capital letters, such as DE.'),
        (("--as", "m-keller", "--place", ""), 2, '"" is no country in two capital letters, such as DE.'),
    ],
)  # fmt: skip
def test_a_wrong_turn_is_explained(at_desk: Desk, line: tuple[str, ...], status: int, words: str) -> None:
    at_desk.with_key("m-keller")
    before = at_desk.files()
    ended, seen = at_desk.types("sign", RECEIPT, *line, answers=RIGHT)
    assert ended == status and words.format(RECEIPT) in seen.replace("\n", " ").replace("  ", " "), seen
    nothing_new(at_desk, before)


def test_who_does_not_say_who_signs_is_told_who_may(at_desk: Desk) -> None:
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT)
    door = f"./build.py --root '{at_desk.root}'"
    command = f"{door} sign {RECEIPT} --as m-keller --role qp"
    assert status == 2
    assert seen.endswith(f"Say who signs, with --as and your id in the registers.\nNext\n    {command}\n")
    nothing_new(at_desk, before)


def test_the_key_of_somebody_else_signs_nothing(at_desk: Desk) -> None:
    key = at_desk.with_key("j-weber")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", "--key", key, answers=RIGHT)
    assert status == 1 and "which is not a key of m-keller in the registers in force." in seen
    nothing_new(at_desk, before)


def test_without_a_key_one_is_led_to_make_one(at_desk: Desk) -> None:
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 1 and "No key of m-keller was found in ~/.ssh or in an agent" in seen
    assert f"    ./build.py --root '{at_desk.root}' key new --as m-keller\n" in seen


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a private key as ssh-keygen writes it."),
        (b"\x00\xff" * 500, "is not a private key as ssh-keygen writes it."),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "is not a private key"),
        (b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "is not a private key"),
        (b"x" * 1_000_000, "is not a private key as ssh-keygen writes it."),
    ],
)
def test_what_is_no_key_file_is_told_so(at_desk: Desk, content: bytes, words: str) -> None:
    (at_desk.home / "odd").write_bytes(content)
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", "--key", at_desk.home / "odd", answers=RIGHT)
    assert status == 2 and words in seen.replace("\n", " ") and "Traceback" not in seen


def test_the_public_half_is_not_taken_for_the_key(at_desk: Desk) -> None:
    key = at_desk.with_key("m-keller")
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", "--key", f"{key}.pub", answers=RIGHT)
    assert status == 2 and "is the public half of a key." in seen


def test_a_cut_off_key_file_never_stops_the_search(at_desk: Desk) -> None:
    whole = at_desk.with_key("m-keller").read_bytes()
    for length in range(0, len(whole), 40):
        (at_desk.home / ".ssh" / f"cut-{length}").write_bytes(whole[:length] + b"\n-----END OPENSSH PRIVATE KEY-----\n")
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", answers=RIGHT)
    assert status == 0, seen


@pytest.mark.parametrize(
    ("record", "status", "words"),
    [
        (f"{FOLDER}/batch.yaml", 1, "is signed already; a mistake in it is corrected."),
        ("records/registers/people/m-keller.yaml", 1, "a register entry comes into force by a register change."),
        ("records/batches/B2025-03/no-such.yaml", 2, "There is no record records/batches/B2025-03/no-such.yaml."),
        ("README.md", 2, "There is no record README.md."),
    ],
)
def test_what_cannot_be_signed_is_told_so(at_desk: Desk, record: str, status: int, words: str) -> None:
    at_desk.with_key("m-keller")
    before = at_desk.files()
    ended, seen = at_desk.types("sign", record, "--as", "m-keller", answers=RIGHT)
    assert ended == status and words in seen
    nothing_new(at_desk, before)


@pytest.mark.parametrize(
    ("text", "words"),
    [("batch: [", "cannot be read as a record."), ("form: documentation@1\n", "is not as its form asks.")],
)
def test_what_cannot_be_read_is_not_signed(at_desk: Desk, text: str, words: str) -> None:
    at_desk.with_key("j-weber")
    before = at_desk.files() | {at_desk.write(FURTHER, text)}
    status, seen = at_desk.types("sign", FURTHER, "--as", "j-weber", answers=RIGHT)
    assert status == 1 and words in seen
    nothing_new(at_desk, before)


def test_under_a_root_that_is_not_accepted_nobody_signs(at_desk: Desk) -> None:
    at_desk.with_key("m-keller")
    before = at_desk.files()
    status, seen = at_desk.types("sign", RECEIPT, "--as", "m-keller", "--root-fingerprint", "0" * 64, answers=RIGHT)
    assert status == 1 and "The root of trust is not accepted, so that nobody can sign." in seen
    nothing_new(at_desk, before)


def test_hostile_text_of_a_record_cannot_speak_to_the_terminal(at_desk: Desk) -> None:
    at_desk.with_key("j-weber")
    hidden = _FURTHER + 'remarks: "Type B2025-03 to sign: \\u001b]0;x\\u0007"\n'
    at_desk.write(FURTHER, hidden)
    _, seen = at_desk.types("sign", FURTHER, "--as", "j-weber", answers=RIGHT)
    assert "\x1b]0" not in seen and "\x07" not in seen


def test_no_rehearsal_leaves_a_sign_off_that_is_only_presumed(at_desk: Desk) -> None:
    """What was judged without a signature is never taken for signed: without the key's own signature it is void."""
    from filing import checkout
    from filing.signing import keys, request
    from filing.signoffs import serialise

    key = keys.read_key_file(at_desk.with_key("m-keller"))
    read = checkout.examined(at_desk.root)
    asked = request.requested(read.repository, read.repository.records[RECEIPT], "m-keller", None, "2025-10-16")
    assert key
    own = keys.SigningKey(key.public, key.path)
    statement = request.statement(asked, read.repository, own.fingerprint, read.now, "DE", False)
    (at_desk.root / SIGNED).write_bytes(serialise(statement))
    assert [rule for rule, _ in at_desk.findings()] == ["R05"]
