"""Where this program stands, and what it may use there."""

from __future__ import annotations

import os
from pathlib import Path

TOOL = Path(__file__).resolve().parent.parent
"""The checkout of this program."""


def cores() -> int:
    """The processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
