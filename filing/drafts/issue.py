"""The issue that would be made now: what a draft of the logs is laid out by in its place."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from filing.act import Act
from filing.model import CannotRun, Record, Value
from filing.subject import Subject

_FORMS = {False: "issue", True: "trial-issue"}
_NOTHING_YET = "Nothing recorded yet."


@dataclass(frozen=True)
class Unissued(Act):
    """An issue that nobody has made: it sees every act, signed or not, and is signed by nobody.

    `today` is the day on which it would be made.
    """

    today: str = ""

    @property
    def day(self) -> str:
        return self.today

    def saw(self, other: Act) -> bool:
        return True


def unissued(subject: Subject, today: str) -> Unissued:
    """Lists every entry of every log; CannotRun where no form of an issue is in force."""
    repository = subject.repository
    line = repository.judgement.form_in_force(_FORMS[subject.of_trial], today)
    form = repository.forms.by_name.get(f"{line.id}@{line.version}") if line else None
    if form is None:
        raise CannotRun(f"No form of an issue was in force on {today}. Have QA approve it in the forms list.")
    number = max((act.number for act in subject.all_issues if act.signed), default=0) + 1
    logs: list[Value] = []
    for annexure in sorted({form.annexure["number"] for form in repository.forms.annexures()}, key=str):
        assert isinstance(annexure, int)
        entries = tuple(entry.act.base for entry in subject.entries(annexure, unsigned=True))
        listed: dict[str, Value] = {"annexure": annexure, "entries": entries}
        logs.append(listed if entries else {**listed, "nil_return": _NOTHING_YET})
    path = f"{subject.folder}issue.{number}.yaml"
    record = Record(path, "", MappingProxyType({"form": form.name, "logs": tuple(logs)}), {}, {})
    return Unissued(record, form, form.match(path) or {}, (), repository, today=today)
