"""draft: previews of a batch's documents as its records stand now, each page marked; nothing of it is ever packaged."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin, progress
from filing.model import CannotRun
from filing.place import TOOL, cores, front_door
from filing.terminal import is_real, say, say_next, tell

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from filing.checkout import Checkout
    from filing.drafts.plan import Draft, NotShown
    from filing.model import Rendered


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="the batch, such as B2025-01 (default: every batch)")
    parser.add_argument("--watch", action="store_true", help="show the pages in a browser, as the records are written")


def run(options: Namespace) -> int:
    from filing import checkout

    checkout.require_records(options.root)
    return _watched(options) if options.watch else _kept(options)


def _kept(options: Namespace) -> int:
    from filing import checkout
    from filing.render import fonts, workers

    build = TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    with workers.renderers(cores(), accepted, build) as executor:
        # The renderer loads while everything else is imported and checked.
        from filing.drafts import plan
        from filing.signoffs import utc_text

        say("Checking the records as they stand")
        read = checkout.examined(options.root, options.root_fingerprint)
        names = (options.batch,) if options.batch else plan.batches(read.repository)
        drafts = [plan.drafted(read.repository, name, utc_text(read.now)) for name in names]
        missing = [thing for draft in drafts for thing in _made(draft, read, executor)]
    for thing in missing:
        say(f"Not shown  {thing.what}: {thing.why}")
    if missing:
        say_next(f"{front_door(options.root)} check")
    return 1 if missing else 0


def _made(draft: Draft, read: Checkout, executor: Executor) -> list[NotShown]:
    """Renders and keeps one batch's previews; what of it cannot be shown."""
    from filing.drafts.keep import kept
    from filing.drafts.plan import NotShown
    from filing.render.workers import render_document

    templates = {path: data for path, data in read.files.items() if path.startswith("templates/")}
    begun = [(document, executor.submit(render_document, document, templates)) for document in draft.documents]
    rendered: list[Rendered] = []
    missing = list(draft.not_shown)
    for document, future in begun:
        progress.at(f"Rendering {document.label} of {draft.batch}")
        try:
            rendered.append(future.result())
        except CannotRun as why:
            missing.append(NotShown(document.label, str(why)))
    for path in kept(read.root, draft.batch, rendered):
        tell(str(path))
    return missing


def _watched(options: Namespace) -> int:
    """Until Ctrl-C; what is shown is written nowhere."""
    from filing.drafts.live import Preview
    from filing.drafts.screen import Screen, View
    from filing.drafts.server import serving
    from filing.drafts.watch import follow
    from filing.render import fonts

    batch, build = _batch_to_watch(options), TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    pinned, _ = pin.of(options.root, options.root_fingerprint)
    screen = Screen(View(batch))
    try:
        with serving(screen, accepted.faces) as address:
            tell(address)
            say(f"The pages of {batch} follow what you save, at this address. Ctrl-C ends it.")
            _open(address)
            follow(Preview(options.root, batch, pinned, screen), accepted, build)
    except KeyboardInterrupt:
        say("The preview has ended.")
    return 0


def _batch_to_watch(options: Namespace) -> str:
    folder: Path = options.root / "records" / "batches"
    known = sorted(item.name for item in folder.iterdir() if item.is_dir()) if folder.is_dir() else []
    if options.batch in known:
        return str(options.batch)
    there_are = f"there are: {', '.join(known) or 'none'}"
    if options.batch:
        raise CannotRun(f"There is no batch {options.batch} here; {there_are}.")
    if len(known) != 1:
        raise CannotRun(f"Name the batch to watch; {there_are}.")
    return known[0]


def _open(address: str) -> None:
    """In a browser that has a window of its own, where somebody sits at a terminal."""
    has_windows = os.name == "nt" or sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    if is_real() and has_windows:
        import webbrowser

        webbrowser.open(address)
