"""verify: re-reads a package and trusts nothing but the pinned root; the verdict comes first."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin, progress
from filing.place import TOOL, cores

if TYPE_CHECKING:
    from filing.verify import Verdict


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("path", type=Path, metavar="PATH", help="the package's folder or ZIP")
    parser.add_argument(
        "--registers", type=int, default=0, metavar="N", help="the lowest register change the package may stand on"
    )
    parser.add_argument("--rebuild", action="store_true", help="also make every PDF again and compare the bytes")


def run(options: Namespace) -> int:
    from filing import verify

    pinned, _ = pin.of(options.root, options.root_fingerprint)
    verdict = verify.verify(options.path, pinned, verify.checkout_registers(options.root), options.registers)
    if options.rebuild:
        verdict = _rebuilt(verdict, options)
    progress.wipe()
    print("\n".join(verdict.lines))
    return {"PASS": 0, "FAIL": 1, "INDETERMINATE": 3}[verdict.word]


def _rebuilt(verdict: Verdict, options: Namespace) -> Verdict:
    """The verdict after every PDF was made again from the package's records with this checkout's templates."""
    from filing import load, package
    from filing.rebuild import rebuilt
    from filing.render import fonts, workers

    build = TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    templates, _ = load.read_tree(options.root, ("templates",))
    environment = package.environment((TOOL / "requirements.lock").read_text(), accepted)
    with workers.renderers(cores(), accepted, build) as executor:
        return rebuilt(verdict, templates, environment, executor)
