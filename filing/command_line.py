"""The command line of every verb, and nothing of what a verb does."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from filing import verbs


def parsed(arguments: list[str], told: Mapping[str, str]) -> Namespace:
    """The options of one call, with the verb to run; `told` says what each verb does. Exits 2 for a wrong line."""
    parser = argparse.ArgumentParser("build.py", allow_abbrev=False)
    parser.add_argument(
        "--root", type=Path, default=verbs.TOOL, help="the folder that holds records/, schemas/ and templates/"
    )
    kinds = parser.add_subparsers(metavar="VERB", required=True)
    pinned = argparse.ArgumentParser(add_help=False)
    pinned.add_argument("--root-fingerprint", metavar="FINGERPRINT", help="the 64 digits the root of trust must have")

    verb = kinds.add_parser("check", parents=[pinned], help=told["check"], allow_abbrev=False)
    verb.add_argument("paths", nargs="*", metavar="PATH", help="report only findings under these files or folders")
    verb.add_argument(
        "--format",
        action="append",
        metavar="F[:FILE]",
        type=_format,
        help="text or json, on the terminal or into FILE; may be repeated",
    )
    verb.add_argument("-v", "--verbose", action="store_true", help="also say why rules did not apply")
    verb.set_defaults(run=verbs.check)

    verb = kinds.add_parser("bundle", parents=[pinned], help=told["bundle"], allow_abbrev=False)
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument("--batch", metavar="B", help="the batch, such as B2025-01")
    what.add_argument("--trial", metavar="T", help="the trial, by its register id")
    verb.add_argument("--out", type=Path, metavar="DIR", help="the folder for packages (default: output/)")
    verb.add_argument(
        "--jobs",
        type=_number,
        default=verbs.cores(),
        metavar="N",
        help="processes that render side by side",
    )
    verb.add_argument("--cold", action="store_true", help="render everything, though it was rendered before")
    verb.set_defaults(run=verbs.bundle)

    verb = kinds.add_parser("verify", parents=[pinned], help=told["verify"], allow_abbrev=False)
    verb.add_argument("path", type=Path, metavar="PATH", help="the package's folder or ZIP")
    verb.add_argument(
        "--registers", type=int, default=0, metavar="N", help="the lowest register change the package may stand on"
    )
    verb.add_argument("--rebuild", action="store_true", help="also make every PDF again and compare the bytes")
    verb.set_defaults(run=verbs.verify)

    verb = kinds.add_parser("doctor", help=told["doctor"], allow_abbrev=False)
    verb.set_defaults(run=verbs.doctor)
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    if not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("give a number from 1 to 64")
    return int(text)


def _format(text: str) -> str:
    if text.partition(":")[0] not in ("text", "json"):
        raise argparse.ArgumentTypeError("give text or json, and :FILE behind it for a file")
    return text
