"""The pinned fingerprint of the root of trust, and who pinned it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path

from filing.model import CannotRun


def declare(parser: ArgumentParser) -> None:
    """The option by which every verb that judges takes the fingerprint."""
    parser.add_argument("--root-fingerprint", metavar="FINGERPRINT", help="the 64 digits the root of trust must have")


def of(root: Path, fingerprint: str | None, committed: bytes | None = None) -> tuple[str, str]:
    """The pinned fingerprint and who pinned it: the command line, the environment, git's settings, the repository.

    The repository's own pin is the committed one where a commit is judged, else that of the working tree.
    """
    from filing.history import setting
    from filing.trust import PIN_FILE

    own = root / PIN_FILE
    written = committed if committed is not None else own.read_bytes() if own.is_file() else b""
    compare = "compare it with the fingerprint you were given"
    given = (
        (fingerprint or "", "pinned on the command line"),
        (os.environ.get("FILING_ROOT", ""), "pinned by FILING_ROOT"),
        (setting(root, "filing.root"), "pinned by your git setting filing.root"),
        (written.decode(errors="replace"), f"pinned by the repository itself; {compare}"),
    )
    if fingerprint == "":
        raise CannotRun("--root-fingerprint was given without a fingerprint. Give its 64 digits.")
    for pin, origin in given:
        if pin.strip():
            if len(pin.strip()) != 64 or set(pin.strip()) - set("0123456789abcdef"):
                raise CannotRun(f'"{pin.strip()[:80]}" is no root fingerprint: it has 64 digits of 0-9 and a-f.')
            return pin.strip(), origin
    return "", f"NOT PINNED; {compare}"
