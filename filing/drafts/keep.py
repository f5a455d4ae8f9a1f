"""The finished previews of a batch in their folder, replaced together or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from filing.frame import is_draft
from filing.model import Rendered

FOLDER = ".build/drafts"


def kept(root: Path, batch: str, rendered: Iterable[Rendered]) -> tuple[Path, ...]:
    """The PDFs, written below `root` in the place of the batch's earlier ones; nothing but drafts gets there."""
    rendered = tuple(rendered)
    assert all(is_draft(item.document) for item in rendered)
    drafts = root / FOLDER
    drafts.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=drafts, prefix=".writing-", ignore_cleanup_errors=True) as name:
        new, old = Path(name) / "new", Path(name) / "old"
        new.mkdir()
        for item in rendered:
            (new / f"{item.document.name}.pdf").write_bytes(item.pdf)
        _replace(drafts / batch, new, old)
    return tuple(drafts / batch / f"{item.document.name}.pdf" for item in rendered)


def _replace(place: Path, new: Path, old: Path) -> None:
    """The earlier folder is put back where the new one cannot take its place."""
    if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
        place.unlink()
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            shutil.move(old, place)
        raise
