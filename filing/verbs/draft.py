"""draft: previews of a batch's documents as its records stand now, each page marked; nothing of it is ever packaged."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin
from filing.place import TOOL, cores
from filing.terminal import say

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from filing.checkout import Checkout
    from filing.drafts.plan import Draft, NotShown
    from filing.model import Rendered
    from filing.render.cache import Cache


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="the batch, such as B2025-01 (default: every batch)")


def run(options: Namespace) -> int:
    from filing import checkout
    from filing.render import fonts, workers

    checkout.require_records(options.root)
    build = TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    with workers.renderers(cores(), accepted, build) as executor:
        # The renderer loads while everything else is imported and checked.
        from filing import package
        from filing.drafts import plan
        from filing.render.cache import Cache
        from filing.render.environment import environment_digest
        from filing.signoffs import utc_text

        say("Checking the records as they stand")
        read = checkout.examined(options.root, options.root_fingerprint)
        names = (options.batch,) if options.batch else plan.batches(read.repository)
        drafts = [plan.drafted(read.repository, name, utc_text(read.now)) for name in names]
        environment = package.environment((TOOL / "requirements.lock").read_text(), accepted)
        cache = Cache(None if os.environ.get("CI") else build / "documents", environment_digest(environment))
        missing = [thing for draft in drafts for thing in _made(draft, read, options.root, executor, cache)]
    return 1 if missing else 0


def _made(draft: Draft, read: Checkout, root: Path, executor: Executor, cache: Cache) -> tuple[NotShown, ...]:
    """Renders and keeps one batch's previews; what of it cannot be shown."""
    from filing.drafts.keep import kept
    from filing.drafts.plan import NotShown
    from filing.model import CannotRun

    templates = {path: data for path, data in read.files.items() if path.startswith("templates/")}
    say(f"Rendering {draft.batch}: {', '.join(document.label for document in draft.documents)}")
    begun = [(document, cache.submit(executor, document, templates)) for document in draft.documents]
    rendered: list[Rendered] = []
    missing = list(draft.not_shown)
    for document, future in begun:
        try:
            rendered.append(future.result())
        except CannotRun as why:
            missing.append(NotShown(document.label, str(why)))
    for path in kept(root, draft.batch, rendered):
        print(path)
    for thing in missing:
        say(f"Not shown  {thing.what}: {thing.why}")
    return tuple(missing)
