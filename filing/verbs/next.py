"""next: what is missing before a batch's next gate, who does it, on whose authority, and what to type."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun
from filing.terminal import say, say_next, tell

if TYPE_CHECKING:
    from filing.steps import Desk


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="the batch; without it, the first thing of each")


def run(options: Namespace) -> int:
    from filing import checkout, steps
    from filing.forms import is_batch

    if options.batch and not is_batch(options.batch):
        raise CannotRun(f'"{options.batch}" is no batch number: capital letters, digits and hyphens, such as B2025-03.')
    read = checkout.examined(options.root, options.root_fingerprint)
    desk = steps.desk_of(read)
    return _one(desk, options) if options.batch else _all(desk, options)


def _one(desk: Desk, options: Namespace) -> int:
    from filing import steps
    from filing.steps import told

    road = steps.road(desk, steps.batch_named(desk.journal, options.batch))
    tell("\n".join(told.road(desk, road, options.root)))
    if options.batch not in desk.journal.batches and desk.journal.batches:
        say(f"There is no record of {options.batch} yet. Batches here: {', '.join(desk.journal.batches)}")
    return 0


def _all(desk: Desk, options: Namespace) -> int:
    from filing import steps
    from filing.steps import told

    roads = steps.roads(desk)
    open_roads = [road for road in roads if road.steps]
    for line in (*told.repository_lines(desk, options.root), *told.overview(open_roads)):
        tell(line)
    if not roads:
        tell("No batch is registered yet.")
    elif not open_roads:
        tell(f"Nothing is missing for any batch ({len(roads)}).")
    for road in open_roads[:1]:
        say_next(told.command(options.root, f"next {road.batch}"))
    return 0
