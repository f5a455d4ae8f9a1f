"""Step 9: a claimed time is not before anything it saw, and not after the commit that brought it."""

from __future__ import annotations

from filing.judging.court import Court
from filing.judging.faults import Cause, fault
from filing.signoffs import SignOff


def times_are_plausible(court: Court) -> None:
    for signoff in court.each():
        cause = implausible(court, signoff)
        if cause:
            court.strike(signoff.path, cause)


def implausible(court: Court, signoff: SignOff) -> Cause | None:
    """Why the time a sign-off claims cannot be, or None: a plausibility check, no proof."""
    statement = signoff.statement
    for _, path in statement.saw:
        seen = court.standing.get(path)
        if seen and seen.statement.utc > statement.utc:
            found = f"it claims {statement.time}, but saw {path}, which was signed later"
            return fault("time not plausible", signoff.path, found)
    latest = court.evidence.latest(signoff.path)
    if latest and statement.utc > latest:
        found = f"it claims {statement.time}, which is after it was committed ({latest})"
        return fault("time not plausible", signoff.path, found)
    return None
