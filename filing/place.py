"""Where this program stands, and what it may use there."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

TOOL = Path(__file__).resolve().parent.parent
"""The checkout of this program."""


def front_door(root: Path) -> str:
    """How a command for this record repository begins, as it is typed on this system."""
    door = "py build.py" if os.name == "nt" else "./build.py"
    return door if root.resolve() == TOOL else f"{door} --root {shlex.quote(str(root))}"


def cores() -> int:
    """The processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
