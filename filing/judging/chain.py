"""Steps 5 and 6: the founders, then each register change under the state before it."""

from __future__ import annotations

from collections.abc import Mapping

from filing.judging.court import Court, state_number
from filing.judging.faults import Cause, fault
from filing.judging.times import implausible
from filing.model import Record
from filing.people import NotTrusted
from filing.signoffs import key_point
from filing.trust import (
    NotSigned,
    Root,
    State,
    change_number,
    founding_state,
    next_state,
    why_not_entitled,
)

UNFINISHED = "register change lacks sign-offs"
"""The title of a change with which nothing else is wrong: it is not in force, and can still be signed."""


def walk_chain(court: Court, root: Root) -> tuple[State, ...]:
    """State 0, then the state after each change; the first failure ends the chain: later states do not exist."""
    states = [founding_state(root)]
    numbers = [number for path in court.evidence.files if (number := change_number(path)) is not None]
    owners = {key_point(key): person for person, key in root.founders.items()}
    fit = {path: r for path, r in court.evidence.records.items() if path not in court.evidence.unfit}
    for number in range(1, max(numbers, default=1) + 1):
        path = f"records/registers/change.{number:03}.yaml"
        try:
            states.append(_change(court, root, states[-1], path, fit, owners))
        except NotTrusted as error:
            cause = _root_cause(court, path, error)
            _strike_after(court, number - 1, cause, path if cause.title == UNFINISHED else "")
            break
        owners.update((key_point(key.text), p.id) for p in states[-1].people.values() for key in p.keys)
    return tuple(states)


def _change(
    court: Court, root: Root, before: State, path: str, fit: Mapping[str, Record], owners: Mapping[bytes, str]
) -> State:
    if path not in fit:
        found = "this register change is missing, unreadable or not as its form asks"
        raise NotTrusted(path, found, "Restore it: changes form one chain without gaps, begun by the founders.")
    for signoff in court.of(path):
        reason = why_not_entitled(before, fit[path], signoff)
        cause = fault("not entitled to this change", signoff.path, reason) if reason else implausible(court, signoff)
        if cause:
            court.strike(signoff.path, cause)
    return next_state(root, before, fit[path], tuple(court.of(path)), fit, owners, court.evidence.inside)


def _root_cause(court: Court, change: str, error: NotTrusted) -> Cause:
    """A change that lacks signers because its sign-offs are void fails for what made them void."""
    void = [court.struck[path] for path in court.paths_of.get(change, ()) if path in court.struck]
    if isinstance(error, NotSigned) and void:
        return void[0]
    title = UNFINISHED if isinstance(error, NotSigned) else "register change not accepted"
    return Cause(error.path, "T02", title, error.found, error.remedy)


def _strike_after(court: Court, last: int, cause: Cause, waiting: str) -> None:
    """Neither sign-offs given in states that do not exist stand, nor those of the changes themselves; but on a change
    that only waits for more signers, those that were given keep."""
    court.blame(cause)
    for signoff in court.each():
        if signoff.statement.record == waiting:
            continue
        number = change_number(signoff.statement.record)
        if (number if number is not None else state_number(signoff)) > last:
            court.strike(signoff.path, cause)
