"""key new: made by ssh-keygen at a real terminal, never without a passphrase, never over anything."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from filing import load
from filing.signing.keys import read_key_file
from filing.signoffs import REAL, fingerprint
from tests import forging, repositories, terminal
from tests.desk import Desk, desk
from tests.forging import PEOPLE
from tests.repositories import PLAN, build, git

SECRET = "a long sentence of mine"
NEW = f"{PEOPLE}/l-vogt.yaml"
FACTS = ("name=Dr. Lea Vogt", "position=Head of QA", "organisation=demo-sponsor")
PASSPHRASES = {"passphrase": SECRET}


@pytest.fixture(params=[repositories.NAMESPACE, REAL], ids=["demonstration", "real"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return without_ssh(desk(tmp_path, plan=PLAN, namespace=request.param))


@pytest.fixture
def place(tmp_path: Path) -> Desk:
    return without_ssh(desk(tmp_path, plan=PLAN))


def without_ssh(place: Desk) -> Desk:
    (place.home / ".ssh").rmdir()
    return place


def everything(place: Desk) -> dict[str, bytes]:
    """Every file of home, records and scratch."""
    tops = (place.home, place.root / "records", place.scratch)
    return {str(p): p.read_bytes() if p.is_file() else b"" for top in tops for p in sorted(top.rglob("*"))}


def spoken(text: str) -> str:
    return " ".join(text.split())


def made(place: Desk, *arguments: str, answers: Mapping[str, str] | None = None, person: str = "l-vogt") -> str:
    status, seen = place.types("key", "new", "--as", person, *arguments, answers={**PASSPHRASES, **(answers or {})})
    assert status == 0, seen
    return seen


# What is made


def test_a_key_of_ones_own_with_a_passphrase_and_a_comment(either: Desk) -> None:
    made(either, *FACTS)
    path = either.home / ".ssh/filing-l-vogt"
    file = read_key_file(path)
    assert file and file.guarded and file.public.startswith("ssh-ed25519 ")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    public = path.with_name("filing-l-vogt.pub").read_text()
    assert public == f"{file.public} l-vogt\n"
    again = ["ssh-keygen", "-y", "-P", SECRET, "-f", str(path)]
    assert subprocess.run(again, capture_output=True, text=True, check=True).stdout == public
    assert sorted(p.name for p in path.parent.iterdir()) == ["filing-l-vogt", "filing-l-vogt.pub"]
    assert not list(either.scratch.iterdir())


def test_what_is_said_before_and_after(place: Desk) -> None:
    seen = made(place, *FACTS)
    told, file = spoken(seen), read_key_file(place.home / ".ssh/filing-l-vogt")
    assert file is not None
    mark = fingerprint(file.public)
    assert seen.index("You type it twice") < seen.index("Enter passphrase") < seen.index("Your private key is")
    assert f"Your private key is {file.path}. It never leaves this machine; show it to nobody." in told
    assert f"\n{mark}\n" in seen
    assert "SHA256 " + " ".join(mark[7:][start : start + 4] for start in range(0, 43, 4)) in told
    assert "Astrid Lindqvist (a-lindqvist) Benjamin Okafor (b-okafor) Diana Ferreira (d-ferreira)" in told
    assert f"\n{NEW}\n" in seen and "fills in that your identity was verified, and your roles." in told
    assert seen.endswith(f"Next\n    ./build.py --root '{place.root}' change\n")
    listed = ["ssh-keygen", "-l", "-f", f"{file.path}.pub"]
    assert subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()[1] == mark


def test_a_new_person_is_asked_for_what_is_printed_beside_sign_offs(place: Desk) -> None:
    answers = {"Full name": "Dr. Lea Vögt-O'Neil", "Position": "QA: head", "Organisation": "demo-sponsor"}
    seen = made(place, answers=answers)
    assert "Organisation, one of demo-cro, demo-depot, demo-manufacturing, demo-sponsor, site-101-hospital: " in seen
    record, faults = load.load_record(NEW, (place.root / NEW).read_bytes())
    assert record and not faults
    assert [record.data[name] for name in ("name", "position", "organisation")] == [
        "Dr. Lea Vögt-O'Neil", "QA: head", "demo-sponsor",
    ]  # fmt: skip
    assert "identity_verified" not in record.data and record.data["roles"] == ()


def test_an_entry_nobody_verified_is_not_put_into_force_and_a_completed_one_is(place: Desk) -> None:
    made(place, *FACTS)
    answer = build("change", "--summary", "New.", root=place.root)
    assert answer.returncode == 1 and "Who made sure that the keys belong to this person" in spoken(answer.stderr)
    text = (place.root / NEW).read_text()
    for was, now in (
        ("# identity_verified:", "identity_verified:"),
        ("#   by: (the administrator's id)", "  by: b-okafor"),
        ("#   date: (the day, such as 2026-01-31)", "  date: 2026-11-30"),
    ):
        assert text.count(was) == 1
        text = text.replace(was, now)
    place.write(NEW, text)
    assert build("change", "--summary", "New.", root=place.root).returncode == 0


def test_a_known_person_gets_the_next_revision_with_the_old_key_kept(place: Desk) -> None:
    seen = made(place, person="m-keller")
    assert "Why the entry changes [A further key of this person.]: " in seen
    record, _ = load.load_record("x", (place.root / f"{PEOPLE}/m-keller.r1.yaml").read_bytes())
    former, _ = load.load_record("x", (place.root / f"{PEOPLE}/m-keller.yaml").read_bytes())
    assert record and former
    assert record.data["corrects"] == former.sha256 and record.data["reason"] == "A further key of this person."
    keys = record.data["keys"]
    assert isinstance(keys, tuple) and len(keys) == 2 and keys[:1] == former.data["keys"]
    assert record.data["roles"] == former.data["roles"] and "identity_verified" not in record.data
    assert "Today is the last day" not in seen


def test_a_key_that_replaces_ends_the_one_before_today(place: Desk) -> None:
    seen = made(place, "--replace", person="m-keller")
    record, _ = load.load_record("x", (place.root / f"{PEOPLE}/m-keller.r1.yaml").read_bytes())
    old = fingerprint(forging.public_text(repositories.key_of("m-keller")))
    assert record and f"Today is the last day of {old}." in spoken(seen)
    first, second = record.data["keys"]  # type: ignore[misc]
    assert first["until"] == second["from"]  # type: ignore[index,call-overload]


def test_a_second_key_goes_into_the_draft_that_waits(place: Desk) -> None:
    made(place, *FACTS)
    seen = made(place, "--file", str(place.home / "second"))
    assert "The key was added to the entry that waits there." in spoken(seen)
    record, _ = load.load_record(NEW, (place.root / NEW).read_bytes())
    assert record and len(record.data["keys"]) == 2  # type: ignore[arg-type]
    assert record.data["name"] == "Dr. Lea Vogt"


def test_who_works_here_is_remembered_once(place: Desk) -> None:
    seen = made(place, *FACTS)
    assert "This checkout remembers that l-vogt works here" in spoken(seen)
    assert git(place.root, "config", "--local", "filing.person") == "l-vogt\n"
    seen = made(place, person="m-keller")
    assert "This checkout is set to l-vogt; sign with --as m-keller." in spoken(seen)
    assert git(place.root, "config", "--local", "filing.person") == "l-vogt\n"


def test_the_key_signs_once_it_is_in_force(place: Desk) -> None:
    """From nothing to a sign-off, with what the terminal says alone."""
    made(place, *FACTS)
    text = (place.root / NEW).read_text().replace("# identity_verified", "identity_verified")
    text = text.replace("#   by: (the administrator's id)", "  by: b-okafor").replace(
        "roles: []", "roles:\n" + forging.role("qa")
    )
    place.write(NEW, text.replace("#   date: (the day, such as 2026-01-31)", "  date: 2026-11-30"))
    assert build("change", "--summary", "New.", root=place.root).returncode == 0
    for who in ("a-lindqvist", "b-okafor"):
        place.with_key(who)
        line = ("sign", "records/registers/change.002.yaml", "--as", who, "--place", "IE")
        status, seen = place.types(*line, answers={"Type": "change.002"})
        assert status == 0, seen
    assert place.findings() == []
    status, seen = place.types("sign")
    assert status == 0 and "wait for l-vogt" in seen


# What is refused, and leaves nothing


def refused(
    place: Desk, *words: str, status: int, arguments: tuple[str, ...], answers: Mapping[str, str] | None = None
) -> str:
    before = everything(place)
    got, seen = place.types("key", "new", *arguments, answers=answers)
    assert got == status, seen
    for word in words:
        assert word in spoken(seen), seen
    assert everything(place) == before
    return seen


def test_a_key_without_a_passphrase_is_not_kept(either: Desk) -> None:
    words = "The key has no passphrase, so whoever finds the file could sign in your name (21 CFR 11.200)."
    refused(either, words, status=1, arguments=("--as", "l-vogt", *FACTS))
    git(either.root, "diff", "--quiet")


def test_passphrases_that_differ_are_asked_for_again(place: Desk) -> None:
    running = place.begins("key", "new", "--as", "l-vogt", *FACTS)
    for text in (SECRET, "something else", SECRET, SECRET):
        assert "passphrase" in str(running.question())
        running.answer(text)
    assert running.end() == 0 and "do not match" in running.seen
    assert (place.home / ".ssh/filing-l-vogt").exists()


_PROMPTS = ("Full name", "Position", "Organisation", "Enter passphrase", "Enter same passphrase")
_ANSWERS = ("Lea Vogt", "Head", "demo-sponsor", SECRET, SECRET)


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("stop", range(len(_PROMPTS)))
def test_leaving_at_any_prompt_leaves_nothing(place: Desk, stop: int, key: bytes) -> None:
    before = everything(place)
    running = place.begins("key", "new", "--as", "l-vogt")
    for prompt, answer in zip(_PROMPTS[:stop], _ANSWERS, strict=False):
        assert prompt in str(running.question())
        running.answer(answer)
    assert _PROMPTS[stop] in str(running.question())
    running.press(key)
    # ssh-keygen takes the end of input for an empty passphrase, which it asks to repeat
    if key == b"\x04" and _PROMPTS[stop].startswith("Enter"):
        while running.question() is not None:
            running.press(key)
    assert running.end() in (1, 2)
    assert everything(place) == before


@pytest.mark.parametrize("name", ["filing-l-vogt", "filing-l-vogt.pub"])
@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_nothing_is_written_over(place: Desk, name: str, kind: str) -> None:
    (place.home / ".ssh").mkdir()
    file = place.home / ".ssh" / name
    file.write_text("mine") if kind == "file" else file.symlink_to("nowhere")
    words = "is there already, and nothing is written over a key. Name another file with --file FILE."
    refused(place, str(file), words, status=2, arguments=("--as", "l-vogt", *FACTS))


def test_a_key_in_the_shared_records_is_refused(place: Desk) -> None:
    file = str(place.root / "records" / "key")
    refused(
        place,
        "which is shared. Keep the key in your own folder.",
        status=2,
        arguments=("--as", "l-vogt", "--file", file),
    )


def test_a_folder_that_is_not_there_is_refused(place: Desk) -> None:
    file = str(place.home / "none" / "key")
    refused(place, "There is no folder", status=2, arguments=("--as", "l-vogt", "--file", file))


@pytest.mark.parametrize("person", ["", "L-Vogt", "r1", "void", "../x", "a.b", "1a", "ä", "a" * 41, "a\nb", "a b"])
def test_an_id_that_is_none_is_refused(place: Desk, person: str) -> None:
    refused(place, "cannot be a person's id.", status=2, arguments=("--as", person))


@pytest.mark.parametrize(
    ("fact", "status", "words"),
    [
        ("colour=red", 2, '"colour=red" is not known here.'),
        ("name", 2, '"name" is not known here.'),
        ("organisation=none", 2, '"none" is no organisation in the registers. There are: demo-cro,'),
        ("name=" + "x" * 121, 1, "would not be as its form asks. No key was made."),
        ("name=a\u200bb", 1, "would not be as its form asks. No key was made."),
        ("name=", 1, "would not be as its form asks. No key was made."),
    ],
)
def test_facts_that_cannot_be_entered_are_refused_before_a_passphrase_is_chosen(
    place: Desk, fact: str, status: int, words: str
) -> None:
    name = fact.partition("=")[0]
    others = tuple(other for other in FACTS if not other.startswith(f"{name}="))
    seen = refused(place, words, status=status, arguments=("--as", "l-vogt", fact, *others))
    assert "passphrase" not in seen


_DRAFTS = {
    "empty": "",
    "keys are text": "form: person@1\nkeys: none\n",
    "keys are lists": "form: person@1\nkeys: [[a]]\n",
    "nothing": "form: person@1\n",
    "too much": "form: person@1\nwizard: true\nkeys: []\nroles: []\n",
    "roles are text": "form: person@1\nkeys: []\nroles: none\n",
}


@pytest.mark.parametrize("kind", _DRAFTS)
def test_a_hostile_draft_is_refused_without_a_traceback(place: Desk, kind: str) -> None:
    place.write(NEW, _DRAFTS[kind])
    seen = refused(place, status=1, arguments=("--as", "l-vogt", *FACTS))
    assert "Traceback" not in seen and "passphrase" not in seen


def test_an_entry_in_a_change_signed_in_part_is_not_touched(place: Desk) -> None:
    files = load.read_tree(place.root, repositories.TOPS)[0]
    path = forging.person(files, "l-vogt")
    place.write(path, files[path].decode())
    assert build("change", "--summary", "New.", root=place.root).returncode == 0
    (place.home / ".ssh").mkdir()
    place.with_key("a-lindqvist")
    line = ("sign", "records/registers/change.002.yaml", "--as", "a-lindqvist", "--place", "IE")
    assert place.types(*line, answers={"Type": "change.002"})[0] == 0
    words = f"{path} is part of records/registers/change.002.yaml, which somebody signed."
    refused(place, words, status=1, arguments=("--as", "l-vogt"))


def test_without_a_terminal_no_key_is_made(place: Desk) -> None:
    before = everything(place)
    answer = build("key", "new", "--as", "l-vogt", *FACTS, root=place.root, **place.variables())
    assert answer.returncode == 2 and answer.stderr == (
        "A key is made at a terminal, where its passphrase is chosen; this is none.\n"
    )
    assert everything(place) == before


def test_without_ssh_keygen_it_is_said_what_is_missing(place: Desk, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    before = everything(place)
    status, seen = terminal.build(
        "key", "new", "--as", "l-vogt", *FACTS, root=place.root, **{**place.variables(), "PATH": str(tmp_path / "bin")}
    )
    assert status == 2 and "ssh-keygen is missing, which makes keys." in spoken(seen)
    assert everything(place) == before


def test_an_entry_that_somebody_writes_meanwhile_is_kept_and_no_key_is(place: Desk) -> None:
    running = place.begins("key", "new", "--as", "l-vogt", *FACTS)
    running.question()
    running.answer(SECRET)
    running.question()
    place.write(NEW, "mine\n")
    running.answer(SECRET)
    assert running.end() == 2 and f"{NEW} is there already" in running.seen
    assert (place.root / NEW).read_text() == "mine\n" and not (place.home / ".ssh").exists()


def test_a_security_key_that_is_not_there_leaves_nothing(place: Desk) -> None:
    seen = refused(
        place, "ssh-keygen made no key. Nothing was kept.", status=1, arguments=("--as", "l-vogt", "--hardware", *FACTS)
    )
    assert "Plug in your security key. Touch it when it blinks." in seen
