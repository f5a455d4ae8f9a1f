"""check: reads the working tree, judges it, and reports every finding."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from filing import pin, progress
from filing.model import CannotRun


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="report only findings under these files or folders")
    parser.add_argument(
        "--format",
        action="append",
        metavar="F[:FILE]",
        type=_format,
        help="text or json, on the terminal or into FILE; may be repeated",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="also say why rules did not apply")


def run(options: Namespace) -> int:
    from filing import checkout, report

    checkout.require_records(options.root)
    wanted = [_place(options.root, item) for item in options.paths]
    read = checkout.examined(options.root, options.root_fingerprint)
    findings = [finding for finding in read.findings if _under(options.root / finding.path, wanted)]
    as_of = read.now.isoformat(timespec="seconds")
    for wanted in options.format or ["text"]:
        kind, _, target = wanted.partition(":")
        if kind == "json":
            from filing import __version__

            text = report.as_json(__version__, as_of, findings, read.results)
        else:
            colour = not target and sys.stdout.isatty() and "NO_COLOR" not in os.environ
            text = report.as_text(findings, read.results, read.files, colour=colour, why=options.verbose)
            text = "\n".join([text, *report.left_to_do(read.repository)])
            root = read.repository.judgement.root
            if root:
                text += f"\nRoot {root.digest}, {read.pinned_by}"
        _deliver(text, target)
    return 1 if any(finding.severity != "warning" for finding in findings) else 0


def _format(text: str) -> str:
    if text.partition(":")[0] not in ("text", "json"):
        raise ArgumentTypeError("give text or json, and :FILE behind it for a file")
    return text


def _place(root: Path, item: str) -> Path:
    """What a person names, from here or from the repository's root."""
    records = Path(os.path.abspath(root))
    there = [Path(os.path.abspath(place)) for place in (item, root / item) if os.path.lexists(place)]
    if not there:
        raise CannotRun(f"There is no {item} here. Name a file or folder to report on, or none for all.")
    inside = next((place for place in there if place.is_relative_to(records)), None)
    if inside is None:
        raise CannotRun(f"{item} does not lie in {records}, whose records are checked. Name one that does.")
    return inside


def _under(path: Path, wanted: list[Path]) -> bool:
    here = Path(os.path.abspath(path))
    return not wanted or any(here.is_relative_to(place) for place in wanted)


def _deliver(text: str, target: str) -> None:
    if not target:
        progress.wipe()
        print(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as reason:
        raise CannotRun(f"The findings could not be written to {target}: {reason.strerror}.") from reason
