"""Follows the files of a record repository and keeps the preview of one batch up to them, until it is ended."""

from __future__ import annotations

import signal
from pathlib import Path

from watchfiles import watch

from filing import progress
from filing.checkout import TOPS
from filing.drafts.live import Preview
from filing.place import cores
from filing.render import RenderFault
from filing.render.fonts import Fonts
from filing.render.workers import renderers

_SETTLED, _AT_LAST, _AWAKE = 20, 200, 250
"""Milliseconds: without a further change a save is taken for whole; it is however many follow; the loop looks up."""


def follow(preview: Preview, fonts: Fonts, work_folder: Path) -> None:
    """Ends with KeyboardInterrupt, which closing the terminal raises, too."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    folders = [preview.root / top for top in TOPS if (preview.root / top).is_dir()]
    changes = watch(*folders, step=_SETTLED, debounce=_AT_LAST, rust_timeout=_AWAKE, yield_on_timeout=True)
    begun = False
    while True:
        try:
            with renderers(cores(), fonts, work_folder) as executor:
                for changed in changes:  # the first time it only says that from here on no change is missed
                    if changed or not begun:
                        begun = True
                        preview.refresh(executor)
                        progress.wipe()  # nothing is being worked on until the next change
        except RenderFault as fault:  # the processes that render are started anew, and wait for the next change
            preview.still(str(fault))
