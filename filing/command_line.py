"""The command line: which verbs there are, and nothing of what a verb does."""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, Protocol

from filing.model import CannotRun
from filing.place import TOOL
from filing.verbs import (
    bundle,
    change,
    check,
    doctor,
    draft,
    explain,
    fmt,
    giving_out,
    issue,
    justify,
    key,
    new,
    revise,
    sign,
    status,
    taking_in,
    verify,
    void,
)
from filing.verbs import next as next_step


class Verb(Protocol):
    """The room of a verb: it says what the verb takes, and does it; what it returns is the exit code."""

    def declare(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, options: Namespace, /) -> int: ...


VERBS: Mapping[str, Verb] = {
    "check": check,
    "next": next_step,
    "status": status,
    "explain": explain,
    "sign": sign,
    "new": new,
    "revise": revise,
    "void": void,
    "issue": issue,
    "justify": justify,
    "draft": draft,
    "fmt": fmt,
    "key": key,
    "change": change,
    "bundle": bundle,
    "verify": verify,
    "import": taking_in,
    "export": giving_out,
    "doctor": doctor,
}

_PLAIN = (
    (r"the following arguments are required: (.*)", r"Still needed: \1."),
    (r"one of the arguments (.*) is required", r"Give one of these: \1."),
    (r"unrecognized arguments: (.*)", r"This is too much, or not known here: \1."),
    (r"argument (.*): expected .*", r"\1 needs a value behind it."),
    (r"argument (.*): ignored explicit argument (.*)", r"\1 takes no value; it was given \2."),
    (r"argument (.*): not allowed with argument (.*)", r"\1 and \2 exclude each other; give one of them."),
    (r"argument (.*): invalid int value: (.*)", r"\1 needs a whole number; \2 is none."),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"\1 is one of \3; \2 is none of them."),
    (r"argument (.*): (.*)", r"\1: \2."),
)
"""What argparse says of a wrong line, and what people are told."""


class _Parser(argparse.ArgumentParser):
    """A wrong line is told in plain words, with the help that lists what is right."""

    def __init__(self, prog: str, description: str = "", **others: Any) -> None:
        super().__init__(prog, description=description, allow_abbrev=False, add_help=False, **others)
        self._positionals.title, self._optionals.title = "what it is about", "what may be added"
        self.add_argument("-h", "--help", action="help", help="shows this")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Words may stand behind options, too: by itself argparse takes those of a list in one place only."""
        known, left = super().parse_known_args(args, namespace)
        many = next((action.dest for action in self._get_positional_actions() if action.nargs == "*"), "")
        if many:
            setattr(known, many, [*getattr(known, many), *(word for word in left if not word.startswith("-"))])
            left = [word for word in left if word.startswith("-")]
        return known, left

    def error(self, message: str) -> NoReturn:
        said = next(
            (re.sub(pattern, plain, message) for pattern, plain in _PLAIN if re.fullmatch(pattern, message)), message
        )
        raise CannotRun(said, f"{self.prog.removeprefix('build.py').strip()} --help".strip())


def parsed(arguments: list[str], told: Mapping[str, str]) -> Namespace:
    """The options of one call, with the verb to run; `told` says what each verb does. CannotRun for a wrong line."""
    parser = _Parser("build.py")
    parser.add_argument(
        "--root", type=Path, default=TOOL, help="the folder that holds records/, schemas/ and templates/"
    )
    kinds = parser.add_subparsers(metavar="VERB", required=True, parser_class=_Parser)
    for name, verb in VERBS.items():
        declared = kinds.add_parser(name, prog=f"build.py {name}", help=told[name], description=told[name])
        verb.declare(declared)
        declared.set_defaults(run=verb.run)
    _require_verb(arguments)
    return parser.parse_args(arguments)


def _require_verb(arguments: list[str]) -> None:
    """The first word that is no option and no option's value has to be a verb."""
    words = iter(arguments)
    for word in words:
        if word == "--root":
            next(words, None)
        elif not word.startswith("-"):
            if word not in VERBS:
                near = get_close_matches(word, VERBS, 1)
                meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(VERBS)}."
                raise CannotRun(f'"{word}" is nothing this program does. {meant}', "--help")
            return
