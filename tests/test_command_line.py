"""A wrong line is told in plain words, with what to type instead, and nothing is done."""

from __future__ import annotations

import pytest

from filing.command_line import VERBS, parsed
from filing.model import CannotRun
from tests.repositories import build


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("chek", '"chek" is nothing this program does. Did you mean check?\nNext\n    ./build.py --help\n'),
        ("xyzzy", '"xyzzy" is nothing this program does. There are: check, '),
        ("--root . Check", '"Check" is nothing this program does. Did you mean check?\n'),
        ("verify", "Still needed: PATH.\nNext\n    ./build.py verify --help\n"),
        ("bundle", "Give one of these: --batch --trial.\nNext\n    ./build.py bundle --help\n"),
        ("bundle --batch A --trial b", "--trial and --batch exclude each other; give one of them.\n"),
        ("bundle --batch", "--batch needs a value behind it.\nNext\n    ./build.py bundle --help\n"),
        ("bundle --batch A --jobs 99", "--jobs: give a number from 1 to 64.\n"),
        ("bundle --batch A --cold=yes", "--cold takes no value; it was given 'yes'.\n"),
        ("verify x --registers two", "--registers needs a whole number; 'two' is none.\n"),
        ("verify x y", "This is too much, or not known here: y.\n"),
        ("check --frmat json", "This is too much, or not known here: --frmat"),
        ("check --format yaml", "--format: give text or json, and :FILE behind it for a file.\n"),
        ("--root", "--root needs a value behind it.\nNext\n    ./build.py --help\n"),
        ("--version", "Still needed: VERB.\n"),
    ],
)
def test_a_wrong_line_is_explained(line: str, words: str) -> None:
    answer = build(*line.split())
    assert answer.returncode == 2 and answer.stdout == ""
    assert answer.stderr.startswith(words), answer.stderr


def test_every_verb_of_the_help_is_one_and_has_its_own_help() -> None:
    from build import VERBS as TOLD
    from filing.command_line import VERBS

    assert [verb.split()[0] for verb, _ in TOLD] == list(VERBS)


@pytest.mark.parametrize("verb", ["check", "sign", "bundle", "verify", "doctor"])
def test_help_for_a_verb_says_what_it_does(verb: str) -> None:
    answer = build(verb, "--help")
    assert answer.returncode == 0 and answer.stdout.startswith(f"usage: build.py {verb} ")


def test_words_may_stand_behind_options() -> None:
    told = {name: name for name in VERBS}
    before = parsed(["key", "new", "name=A", "position=B", "--as", "l-vogt"], told)
    for line in (
        ["key", "new", "--as", "l-vogt", "name=A", "position=B"],
        ["key", "--as", "l-vogt", "new", "name=A", "position=B"],
        ["key", "new", "name=A", "--as", "l-vogt", "position=B"],
    ):
        assert parsed(line, told) == before


def test_an_option_behind_words_that_is_not_known_is_told() -> None:
    with pytest.raises(CannotRun, match=r"^This is too much, or not known here: --wizard\.$"):
        parsed(["key", "new", "--as", "l-vogt", "name=A", "--wizard"], {name: name for name in VERBS})
