"""doctor: what this machine lacks, and how to mend it; works before anything is installed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from filing.place import TOOL


def declare(parser: ArgumentParser) -> None:
    """It takes nothing."""


def run(options: Namespace) -> int:
    from filing import doctor

    return doctor.main(TOOL)
