"""Which register entries wait to be put into force, and the register change that is to do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filing.judging import SUFFIX, UNFINISHED
from filing.model import Refused
from filing.repository import Repository
from filing.trust import change_number, entries_of
from filing.waiting import Office

REGISTERS = "records/registers/"


@dataclass(frozen=True)
class Pending:
    """`path` is the change's; `summary` what a draft of it says that nobody has signed yet, "" where there is none."""

    number: int
    path: str
    entries: tuple[str, ...]
    summary: str


def pending(repository: Repository, day: str) -> Pending:
    """Every entry that no change in force lists. Raises Refused where the next change is signed already, in part."""
    number = repository.judgement.states[-1].number + 1
    path = f"{REGISTERS}change.{number:03}.yaml"
    _require_next(repository, number, path, day)
    listed = _listed(repository, number)
    entries = tuple(p for p in sorted(repository.files) if is_entry(p) and p not in listed)
    draft = repository.records.get(path)
    summary = draft.data.get("summary", "") if draft else ""
    return Pending(number, path, entries, summary if isinstance(summary, str) else "")


def is_entry(path: str) -> bool:
    """Whether a file lies where register entries lie, whatever it holds."""
    return path.startswith(REGISTERS) and path.count("/") > REGISTERS.count("/") and path.endswith(".yaml")


def signed_changes(repository: Repository) -> Mapping[str, int]:
    """The register changes that carry a sign-off, valid or not, each with its number."""
    stems = {path.removeprefix(REGISTERS).split(".")[1] for path in repository.files if _is_signoff_of_change(path)}
    paths = sorted(f"{REGISTERS}change.{stem}.yaml" for stem in stems)
    return {path: number for path in paths if (number := change_number(path)) is not None}


def _is_signoff_of_change(path: str) -> bool:
    return path.startswith(f"{REGISTERS}change.") and path.endswith(SUFFIX)


def _require_next(repository: Repository, number: int, path: str, day: str) -> None:
    later = sorted(p for p in repository.files if (change_number(p) or 0) > number)
    if later:
        raise Refused(
            f"{later[0]} is there, but the next register change is {path}: changes form one chain without gaps. "
            "Take the later one away, unless it is signed.",
            "check",
        )
    if path in signed_changes(repository):
        raise _signed_already(repository, path, day)


def _signed_already(repository: Repository, path: str, day: str) -> Refused:
    """A change that somebody signed is never drafted anew: it is signed to its end, or mended."""
    causes = [cause for cause in repository.judgement.causes if (cause.path, cause.title) == (path, UNFINISHED)]
    if not causes:
        return Refused(f"{path} is signed, and yet not in force. What is wrong is told by:", "check")
    change = repository.records[path]
    left = dict.fromkeys(pair for item in Office(repository, day).waiting(change) for pair in item.people)
    told = f"{path} is signed in part, so that it is never changed. Have it signed to its end before the next one"
    commands = (f"sign {path} --as {person} --role {role}" for person, role in left)
    return Refused(f"{told}: {'by one of these' if left else 'nobody in the registers may sign it today'}.", *commands)


def _listed(repository: Repository, number: int) -> frozenset[str]:
    changes = (record for path, record in repository.records.items() if 0 < (change_number(path) or 0) < number)
    return frozenset(path for record in changes for path in entries_of(record))
