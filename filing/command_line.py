"""The command line: which verbs there are, and nothing of what a verb does."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from filing.place import TOOL
from filing.verbs import bundle, check, doctor, sign, verify


class Verb(Protocol):
    """The room of a verb: it says what the verb takes, and does it; what it returns is the exit code."""

    def declare(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, options: Namespace, /) -> int: ...


VERBS: Mapping[str, Verb] = {
    "check": check,
    "sign": sign,
    "bundle": bundle,
    "verify": verify,
    "doctor": doctor,
}


def parsed(arguments: list[str], told: Mapping[str, str]) -> Namespace:
    """The options of one call, with the verb to run; `told` says what each verb does. Exits 2 for a wrong line."""
    parser = argparse.ArgumentParser("build.py", allow_abbrev=False)
    parser.add_argument(
        "--root", type=Path, default=TOOL, help="the folder that holds records/, schemas/ and templates/"
    )
    kinds = parser.add_subparsers(metavar="VERB", required=True)
    for name, verb in VERBS.items():
        declared = kinds.add_parser(name, help=told[name], description=told[name], allow_abbrev=False)
        verb.declare(declared)
        declared.set_defaults(run=verb.run)
    return parser.parse_args(arguments)
