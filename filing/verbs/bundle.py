"""bundle: reads the commit, judges it, and only then renders, merges, packs, re-reads and publishes."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun
from filing.place import TOOL, cores
from filing.terminal import say, tell

if TYPE_CHECKING:
    from filing.model import Finding
    from filing.subject import Subject


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--batch", metavar="B", help="the batch, such as B2025-01")
    what.add_argument("--trial", metavar="T", help="the trial, by its register id")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder for packages (default: output/)")
    parser.add_argument("--jobs", type=_number, default=cores(), metavar="N", help="processes that render side by side")
    parser.add_argument("--cold", action="store_true", help="render everything, though it was rendered before")


def run(options: Namespace) -> int:
    from filing import checkout
    from filing.render import fonts, workers

    checkout.require_records(options.root)
    build = TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    kept = None if options.cold or os.environ.get("CI") else build / "documents"
    with workers.renderers(options.jobs, accepted, build, warm=kept is None or not kept.exists()) as executor:
        # The renderer loads while everything else is imported and checked.
        from filing import documents, gate, package, publish
        from filing.history import clean_head
        from filing.render.cache import Cache
        from filing.render.environment import environment_digest
        from filing.subject import of_batch, of_trial
        from filing.trust import PIN_FILE

        commit = clean_head(options.root)
        pinned, _ = pin.of(options.root, options.root_fingerprint, commit.files.get(PIN_FILE, b""))
        if not pinned:
            raise CannotRun("No root of trust is pinned. Give its fingerprint with --root-fingerprint or FILING_ROOT.")
        say(f"Checking the records of commit {commit.id[:12]}")
        history = checkout.history_of(options.root, commit.files)
        journal, findings, results = checkout.judged(commit.files, pinned, history, commit.committed)
        subject = of_trial(journal, options.trial) if options.trial else of_batch(journal, options.batch)
        refused = gate.refusals(subject, findings)
        if refused:
            from filing import report

            say(report.as_text(refused, results, commit.files, colour=sys.stderr.isatty(), why=False))
            say(f"No package was made: {len(refused)} findings stand against it.{_elsewhere(subject, findings)}")
            return 1
        for warning in gate.warnings(subject, findings):
            say(f"warning  {warning.rule}  {warning.path}: {warning.found}")
        if lying := _elsewhere(subject, findings):
            say(lying.strip())
        planned = documents.plan(subject)
        environment = package.environment((TOOL / "requirements.lock").read_text(), accepted)
        cache = Cache(kept, environment_digest(environment))
        rendered = package.render(planned, commit.files, executor, cache, say)
    contents = package.assemble(planned, rendered, commit, environment)
    from filing import verify

    def sound(folder: Path) -> tuple[str, ...]:
        return verify.verify(folder, pinned, cover=rendered.cover.pdf).reasons_to_fail

    say("Writing and verifying the package")
    tell(str(publish.publish(contents.name, contents.files, options.out or options.root / "output", sound)))
    return 0


def _elsewhere(subject: Subject, findings: list[Finding]) -> str:
    from filing import gate

    count = gate.elsewhere(subject, findings)
    return f" {count} more {'lies' if count == 1 else 'lie'} elsewhere in the repository." if count else ""


def _number(text: str) -> int:
    if not 1 <= int(text) <= 64:
        raise ArgumentTypeError("give a number from 1 to 64")
    return int(text)
