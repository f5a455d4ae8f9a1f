"""status: every batch on the five axes with its next step, at the terminal, for programs, or as a page."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from filing import pin
from filing.model import CannotRun
from filing.terminal import printable, say, tell, width

_FORMATS = ("text", "json", "html")


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument(
        "--format",
        action="append",
        metavar="F[:FILE]",
        type=_format,
        help="text, json or html, on the terminal or into FILE; may be repeated",
    )


def run(options: Namespace) -> int:
    from filing import __version__, checkout, status, steps
    from filing.status import board, shown

    read = checkout.examined(options.root, options.root_fingerprint)
    desk, as_of = steps.desk_of(read), read.now.isoformat(timespec="seconds")
    batches, trials = tuple(status.standings(desk)), status.trial_standings(desk)
    for wanted in options.format or ["text"]:
        kind, _, target = wanted.partition(":")
        if kind == "json":
            text = shown.as_json(__version__, as_of, desk, batches, trials)
        elif kind == "html":
            text = board.page(desk, options.root, as_of, batches, trials)
        else:
            text = printable(shown.as_text(width(), as_of, batches, trials))
        _deliver(text, target)
    return 0


def _format(text: str) -> str:
    if text.partition(":")[0] not in _FORMATS:
        raise ArgumentTypeError("give text, json or html, and :FILE behind it for a file")
    return text


def _deliver(text: str, target: str) -> None:
    if not target:
        tell(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as reason:
        raise CannotRun(f"The status could not be written to {target}: {reason.strerror}.") from reason
    say(f"Written: {target}")
