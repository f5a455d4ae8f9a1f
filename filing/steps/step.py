"""One thing to do: on which record, by whom, on whose authority, and what to type for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """`record` is the path of the record it is about, "" where it is about none; `kind` is the id of its form, or one
    of "mend", "hold", "hand-in", "package". `name` is what people call the record; `what` says what is done.

    `people` may do it, each in a role; `roles` are the roles that may. `commands` begin without the program's name, or
    with "git". What is `optional` may be left out.
    """

    record: str
    kind: str
    name: str
    what: str
    clause: str
    commands: tuple[str, ...]
    roles: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Road:
    """Where a batch stands, the gate it comes to next, and what is missing before it, in order.

    `stands` and `gate` are in the SOP's words; `gate` is "" where nothing is missing any more. `later` says what can
    only be done another day; `package` is where the package of its newest issue lies.
    """

    batch: str
    about: str
    stands: str
    gate: str
    steps: tuple[Step, ...]
    later: str = ""
    package: str = ""

    @property
    def first(self) -> Step | None:
        return next((step for step in self.steps if not step.optional), next(iter(self.steps), None))
