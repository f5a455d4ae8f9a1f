"""Whoever waits longer than a second sees what is being worked on; nobody else sees anything of it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.repositories import ROOT, build, commit, founded
from tests.terminal import Terminal

_SLOW = """
import sys, time
from filing import progress, terminal
def until_shown():
    while not progress._teller._shown:
        time.sleep(0.01)
with progress.told():
    progress.at("Reading records/batches/B2025-01/batch.yaml")
    until_shown()
    terminal.say("Merging")
    progress.at("Rendering " + "Annexure-1 " * 40)
    until_shown()
terminal.tell("done")
"""
_QUICK = "from filing import progress\nwith progress.told():\n    progress.at('Reading')\nprint('done')\n"


def at_terminal(program: str, columns: int = 80) -> str:
    running = Terminal([sys.executable, "-c", program], {"PYTHONPATH": str(ROOT)}, columns=columns)
    assert running.end() == 0, running.seen
    return running.ever_seen


def test_after_a_second_the_current_item_is_named_and_wiped_before_anything_is_said() -> None:
    seen = at_terminal(_SLOW)
    assert "\rReading records/batches/B2025-01/batch.yaml\rMerging\n" in seen
    assert seen.endswith("\rdone\n")


def test_an_item_never_takes_more_than_one_line() -> None:
    told = at_terminal(_SLOW, columns=40).split("Merging\n")[1].split("\r")
    assert "Rendering Annexure-1 Annexure-1 Anne..." in told and all(len(line) < 40 for line in told)


def test_what_is_quick_says_nothing() -> None:
    assert at_terminal(_QUICK) == "done\n"


def test_nothing_of_it_reaches_a_pipe(tmp_path: Path) -> None:
    commit(tmp_path / "r", founded())
    answer = build("check", root=tmp_path / "r")
    assert "\r" not in answer.stdout + answer.stderr and answer.stderr == ""
