"""Register changes: drafted from edited entries, told in words, signed by two, and in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from filing import load
from tests import forging, repositories
from tests.desk import Desk, desk
from tests.forging import PEOPLE, person, revision, role
from tests.repositories import PLAN, build, git

CHANGE = "records/registers/change.002.yaml"
KELLER = f"{PEOPLE}/m-keller"
QP = "records/batches/B2025-01/certification.qp.signoff"
SUMMARY = ("--summary", "Responsibilities have changed.")
ADMINISTRATORS = ("a-lindqvist", "b-okafor")


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    """The short sample, and an administrator's home without keys."""
    return desk(tmp_path, plan=PLAN)


def files_of(place: Desk) -> dict[str, bytes]:
    return load.read_tree(place.root, repositories.TOPS)[0]


def lay(place: Desk, files: Mapping[str, bytes], *paths: str) -> None:
    for path in paths:
        place.write(path, files[path].decode())


def new_person(place: Desk, name: str = "l-vogt", roles: str = "", **given: str) -> str:
    files = files_of(place)
    path = person(files, name, roles or role("qa", trial="demo-101-302"), **given)
    lay(place, files, path)
    return path


def revised(place: Desk, entry: str, old: str, new: str, made: Iterable[str] | None = None, number: int = 1) -> str:
    files = files_of(place)
    path = revision(files, entry, old, new, number, made)
    lay(place, files, path)
    return path


def put_into_force(place: Desk, path: str = CHANGE, signers: Iterable[str] = ADMINISTRATORS) -> None:
    """Signed by two with the front door, and committed."""
    name = path.rpartition("/")[2].removesuffix(".yaml")
    for signer in signers:
        place.with_key(signer)
        line = ("sign", path, "--as", signer, "--role", "register-administrator", "--place", "IE")
        status, seen = place.types(*line, answers={f"Type {name}": name})
        assert status == 0, seen
    git(place.root, "add", "-A")
    git(place.root, "commit", "-q", "-m", "change")


def spoken(text: str) -> str:
    return " ".join(text.split())


# What is drafted


def test_a_new_person_is_drafted_signed_by_two_and_in_force(office: Desk) -> None:
    path = new_person(office)
    status, seen = office.types("change", answers={"Summary": "Lea Vogt joins quality assurance."})
    assert status == 0, seen
    digest = hashlib.sha256((office.root / path).read_bytes()).hexdigest()
    assert (office.root / CHANGE).read_text() == (
        "# yaml-language-server: $schema=../../schemas/change@1.json\n"
        "form: change@1\n"
        "summary: Lea Vogt joins quality assurance.\n"
        f'entries:\n  - path: {path}\n    sha256: "{digest}"\n'
    )
    put_into_force(office)
    assert office.findings() == []
    judgement = forging.repository(files_of(office)).judgement
    assert judgement.states[-1].people["l-vogt"].roles[0].role == "qa"


def test_what_a_new_person_gets_is_told_in_words(office: Desk) -> None:
    new_person(office, roles=role("qp", mia="DEMO-MIA-0001"))
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.returncode == 0 and answer.stdout == f"{CHANGE}\n"
    told = spoken(answer.stderr)
    assert "Register change 002 gives and takes away: New person: l-vogt Entry records/registers/people/l-vogt" in told
    assert (
        " Organisation Demo Sponsor Ltd Identity verified By Benjamin Okafor On 14 AUG 2025 Key given SHA256:" in told
    )
    assert " Role given qp, on the authorisation DEMO-MIA-0001, from 01 AUG 2025, without an end" in told


def test_who_may_sign_is_told_with_commands_as_they_are_typed(office: Desk) -> None:
    new_person(office)
    answer = build("change", *SUMMARY, root=office.root)
    door = f"./build.py --root '{office.root}'"
    lines = [
        f"    {door} sign {CHANGE} --as {name} --role register-administrator"
        for name in (*ADMINISTRATORS, "d-ferreira")
    ]
    assert "Two of these sign, one after the other: Astrid Lindqvist (a-lindqvist), " in answer.stderr
    assert answer.stderr.endswith("\n".join(["Next", *lines, ""]))
