"""change: drafts the next register change from the entries that wait, and tells what it gives and takes away."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun, Refused
from filing.terminal import ask, is_real, say, say_next, tell

if TYPE_CHECKING:
    from filing.checkout import Checkout
    from filing.registers.pending import Pending
    from filing.registers.trial import Drafted
    from filing.registers.turns import Turn

_NOT_YET = "Summary"
"""Stands for the summary until the administrator has read what it has to say."""


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument("entries", nargs="*", metavar="ENTRY", help="only these entries; without any, all that wait")
    parser.add_argument("--summary", metavar="TEXT", help="what the change gives and takes away, in a sentence")


def run(options: Namespace) -> int:
    from filing import checkout
    from filing.registers import drafting, turns

    read = checkout.examined(options.root, options.root_fingerprint)
    if not read.repository.judgement.states:
        raise Refused("The root of trust is not accepted, so that nothing can be put into force.", "check")
    wrong = tuple(turns.edited_in_force(read))
    if wrong:
        return _refuse(wrong, read, options)
    pending = drafting.chosen(read, options.root, options.entries)
    wrong = tuple(turns.turns(read, pending.entries))
    if wrong:
        return _refuse(wrong, read, options)
    return _draft(read, pending, options)


def _draft(read: Checkout, pending: Pending, options: Namespace) -> int:
    from filing.registers import account, drafting, trial
    from filing.registers.turns import Turn

    state = read.repository.judgement.states[-1]
    texts, kept = drafting.with_sign_offs_kept(read, pending)
    trial_files = {**texts, pending.path: drafting.change_text(read, pending, texts, _NOT_YET)}
    drafted = trial.tried(read, trial_files, pending.path)
    if drafted.refused:
        return _refuse(tuple(Turn(finding) for finding in drafted.refused), read, options)
    say(f"Register change {pending.number:03} gives and takes away:\n")
    say("\n".join([*account.account(drafted.after, state, pending.entries), *drafting.told(drafted, kept)]))
    proposed = pending.summary or account.summary(drafted.after, state, pending.entries)
    summary = _summary(options.summary, pending.summary, proposed)
    text = drafting.change_text(read, pending, texts, summary)
    trial.require_readable(read, pending.path, text)
    drafting.write(read, pending, {**texts, pending.path: text})
    tell(pending.path)
    _tell_next(drafted, read, options)
    return 0


def _summary(given: str | None, earlier: str, proposed: str) -> str:
    """What was given, else what is answered; without a terminal that of the draft before."""
    if given is None and earlier and not is_real():
        return earlier
    if given is None and not is_real():
        raise CannotRun("Say in a sentence what the change gives and takes away, with --summary TEXT.")
    summary = given if given is not None else ask("Summary of the change, in a sentence", proposed)
    return " ".join(summary.split())


def _refuse(wrong: tuple[Turn, ...], read: Checkout, options: Namespace) -> int:
    from filing import report

    say(report.blocks((turn.finding for turn in wrong), read.files))
    count = "One thing has" if len(wrong) == 1 else f"{len(wrong)} things have"
    say(f"Nothing was drafted. {count} to be mended first.")
    commands = dict.fromkeys(command for turn in wrong for command in turn.commands)
    if commands:
        say_next(*(c if c.startswith("git ") else f"{_door(options)} {c}" for c in commands))
    return 1


def _tell_next(drafted: Drafted, read: Checkout, options: Namespace) -> None:
    """Who may sign now, one after the other."""
    from filing import paper
    from filing.people import ADMINISTRATOR
    from filing.registers.trial import needed

    state = drafted.repository.judgement.states[-1]
    count = needed(drafted.repository)
    names = ", ".join(f"{paper.entry_name(state, 'people', person)} ({person})" for person in drafted.signers)
    who = (
        "All of these sign"
        if count == len(drafted.signers)
        else f"{'Two' if count == 2 else count} of these sign, one after the other"
    )
    say(f"{who}: {names}.")
    sign = f"{_door(options)} sign {drafted.path} --as"
    say_next(*(f"{sign} {person} --role {ADMINISTRATOR}" for person in drafted.signers))


def _door(options: Namespace) -> str:
    from filing.place import front_door

    return front_door(options.root)
