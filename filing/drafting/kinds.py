"""The kinds of record that can be written: the forms in force today, by the forms list that QA signed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from filing.forms import Form
from filing.model import CannotRun
from filing.repository import Repository

ELSEWHERE = {
    "change": ("A register change is drafted from the entries that were edited.", "change"),
    "void": ("A record is taken back by naming its file.", "void {where}"),
    "issue": ("An issue lists what the logs of a batch contain; it is drafted as a whole.", "issue --batch {where}"),
    "trial-issue": (
        "An issue lists what the logs of a trial contain; it is drafted as a whole.",
        "issue --trial {where}",
    ),
    "justification": ("A justification answers a finding that is on hold.", "justify"),
}
"""Kinds that have a verb of their own: why, and how it is called."""
_REGISTERS = "registers/"
_ANY_DAY = "9999-12-31"


@dataclass(frozen=True)
class Kinds:
    repository: Repository
    day: str

    def known(self) -> tuple[Form, ...]:
        """Every kind of record that may be written today, in its newest version, by id."""
        found = (self.in_force(form_id) for form_id in sorted({f.id for f in self.repository.forms.by_name.values()}))
        return tuple(form for form in found if form)

    def in_force(self, form_id: str) -> Form | None:
        """The newest version in force; register entries need no effective date (model: forms)."""
        newest = self.repository.forms.latest(form_id)
        of_register = newest is not None and newest.pattern.startswith(_REGISTERS)
        line = self.repository.judgement.form_in_force(form_id, _ANY_DAY if of_register else self.day)
        return self.repository.forms.by_name.get(f"{form_id}@{line.version}") if line else None

    def named(self, form_id: str) -> Form:
        """The kind that was asked for; CannotRun, with the kinds there are, where there is none."""
        form = self.in_force(form_id)
        if form:
            return form
        if self.repository.forms.latest(form_id):
            raise CannotRun(f"The form {form_id} is not in force on {self.day}. QA puts it into force in forms.yaml.")
        return self._refuse(form_id)

    def to_begin(self, form_id: str, where: str) -> Form:
        """The kind that was asked for, unless it has a verb of its own."""
        if form_id in ELSEWHERE:
            why, command = ELSEWHERE[form_id]
            raise CannotRun(why, *([command.format(where=where)] if where or "{" not in command else []))
        return self.named(form_id)

    def _refuse(self, form_id: str) -> Form:
        kinds = self.known()
        ids = [form.id for form in kinds if form.id not in ELSEWHERE]
        near = [name for name in ids if form_id in name.split(".")] or get_close_matches(form_id, ids, 1)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        longest = max((len(form.id) for form in kinds), default=0)
        told = "\n".join(f"    {form.id:{longest}}  {form.title}" for form in kinds if form.id not in ELSEWHERE)
        raise CannotRun(f'There is no kind of record called "{form_id}".{meant} There are:\n{told}')
