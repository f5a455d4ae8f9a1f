"""From what is missing to what is typed: a record to write, to mend, to sign or to correct.

This room knows no kind of record: who signs what comes from the forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from filing import paper
from filing.act import Act
from filing.forms import Form, with_variables
from filing.journal import Batch, Trial
from filing.judging import UNFINISHED
from filing.model import Finding, Record, Value
from filing.steps.desk import Desk, stub
from filing.steps.sop import clause_of, in_role, what_is_done
from filing.steps.step import Step

_MOST = 3
"""How many people, at most, a command is printed for."""


@dataclass(frozen=True)
class Proposals:
    """Proposes steps for one batch, or for the issue of a trial's logs."""

    desk: Desk
    folder: Batch | Trial | None

    def wanted(self, form_id: str, variables: Mapping[str, str], what: str = "", **given: str) -> tuple[Step, ...]:
        """What has to be done so that this act is there and validly signed; `given` are values for a new record.

        Where it is signed already and still wanted, it is to be corrected. Nothing for a kind that there is no form of.
        """
        form = self._form(form_id)
        if form is None:
            return ()
        path = with_variables(form.pattern, variables)
        if path in self._taken_back:
            return ()  # its number stays, and nothing is written there again
        act = self.desk.journal.by_base.get(path)
        if act is None or not act.signed:
            return self.of_record(self.desk.repository.records.get(path), form, path, variables, what, given)
        draft = next((each for each in self._drafts(act) if each.revision), None)
        if draft:
            return self.to_sign(draft.record, draft.form)
        return (self.to_correct(act, what),)

    def of_record(
        self,
        record: Record | None,
        form: Form,
        path: str,
        variables: Mapping[str, str],
        what: str = "",
        given: Mapping[str, str] | None = None,
    ) -> tuple[Step, ...]:
        if record is not None:
            return self.to_sign(record, form)
        return (self.to_write(form, path, variables, what, given or {}),)

    def to_write(
        self,
        form: Form,
        path: str,
        variables: Mapping[str, str],
        what: str = "",
        given: Mapping[str, str] | None = None,
    ) -> Step:
        """A record that there is not yet."""
        slot = next((slot for slot in form.slots if slot.required), None)
        record = stub(form, path, {**self._known(path), **variables, **(given or {})})
        where, *others = _variables(form, variables)
        words = [variables[where], *(f"{name}={variables[name]}" for name in others)]
        words += [f"{name}={value}" for name, value in (given or {}).items()]
        return Step(
            path, form.id, _name(path), what or what_is_done(form), clause_of(form),
            (" ".join(("new", form.id, *words)),), slot.roles if slot else (),
            self.desk.entitled(self.folder, record, form, slot) if slot else (),
        )  # fmt: skip

    def to_sign(self, record: Record, form: Form) -> tuple[Step, ...]:
        """The open places of a record, the next one first; what has to be mended in it before that."""
        against = [f for f in self.desk.against_record(record.path) if f.severity == "error" and f.title != UNFINISHED]
        if against:
            return (self.to_mend_draft(record, form, against[0]),)
        return tuple(self._before(record, form)) or tuple(self._signings(record, form))

    def _before(self, record: Record, form: Form) -> Iterator[Step]:
        """What the record names and has to be signed before it, such as the master of a batch it was made from."""
        repository = self.desk.repository
        for named in repository.references.acts(record) if not form.closure else ():
            act = self.desk.journal.by_base.get(named.path)
            if act and not act.signed and act.path != record.path:
                yield from self._signings(act.record, act.form)

    def _signings(self, record: Record, form: Form) -> Iterator[Step]:
        for slot in self.desk.open_slots(record):
            people = self.desk.entitled(self.folder, record, form, slot)
            for_whom = " or ".join(self.called(person) for person, _ in people[:_MOST])
            more = f" or {len(people) - _MOST} more" if len(people) > _MOST else ""
            roles = " or ".join(in_role(role) for role in slot.roles)
            nobody = f"sign as {roles}: nobody in the registers may today; a register change names somebody"
            yield Step(
                record.path, form.kind, _name(record.path),
                f"sign ({slot.name}): {for_whom}{more}" if people else nobody, clause_of(form),
                tuple(f"sign {record.path} --as {person} --role {role}" for person, role in people[:_MOST]),
                slot.roles, people, not slot.required,
            )  # fmt: skip
            if slot.required:
                return  # the places are signed one after the other

    def to_mend_draft(self, record: Record, form: Form | None, finding: Finding) -> Step:
        what = f"mend line {finding.line}: {finding.found}. {finding.remedy}"
        return Step(record.path, form.kind if form else "mend", _name(record.path), what, finding.clause,
                    (f"check {record.path}",))  # fmt: skip

    def to_correct(self, act: Act, what: str = "") -> Step:
        """A signed act that has to be replaced by a revision of it."""
        slot = next((slot for slot in act.form.slots if slot.required), None)
        people = self.desk.entitled(self.folder, act.record, act.form, slot) if slot else ()
        said = what or f"{what_is_done(act.form)} anew, in a correction: it speaks of an earlier revision"
        return Step(act.path, act.form.id, act.name, said, clause_of(act.form), (f"revise {act.path}",),
                    slot.roles if slot else (), people)  # fmt: skip

    def called(self, person: str) -> str:
        return paper.entry_name(self.desk.repository.judgement.states[-1], "people", person)

    def _form(self, form_id: str) -> Form | None:
        return self.desk.form_in_force(form_id)

    @cached_property
    def _taken_back(self) -> frozenset[str]:
        folders = (self.folder, *(self.folder.deviations if isinstance(self.folder, Batch) else ()))
        return frozenset(act.base for folder in folders if folder for act in folder.void)

    def _drafts(self, act: Act) -> tuple[Act, ...]:
        folders = (self.folder, *(self.folder.deviations if isinstance(self.folder, Batch) else ()))
        return tuple(draft for folder in folders if folder for draft in folder.drafts if draft.base == act.base)

    def _known(self, path: str) -> Mapping[str, Value]:
        """What a record that is still to be written will say of authorisation and trials, by its batch master."""
        master = self.folder.master if isinstance(self.folder, Batch) else None
        found = {name: value for name in ("mia", "trials") if master and (value := master.value(name)) is not None}
        trials = found.get("trials")
        return {**found, "trial": trials[0]} if isinstance(trials, tuple) and len(trials) == 1 else found


def of_registers(desk: Desk) -> tuple[Step, ...]:
    """What waits for a sign-off among register changes, the forms list and the SOPs."""
    propose, repository = Proposals(desk, None), desk.repository
    paths = [path for path in repository.records if path.startswith(("records/registers/", "records/sop/"))]
    found: list[Step] = []
    for path in sorted(paths):
        record = repository.records[path]
        form = repository.form_of(record)
        if form and form.slots and path not in repository.unfit and path not in repository.judgement.acts:
            found += propose.to_sign(record, form)
    return tuple(found)


def _variables(form: Form, variables: Mapping[str, str]) -> list[str]:
    """The variables of the form's place in their order there; a number of its own is given by `new`."""
    names = [name for name in dict.fromkeys(re.findall(r"\{([a-z]+)\}", form.pattern)) if name in variables]
    counted = ("nn", "n", "nnn")
    return [name for name in names if name not in counted or "{" + name + "}" in form.follows]


def _name(path: str) -> str:
    """What people call a record: its name in its folder, with the folder where that says more than the batch."""
    stem = path.removesuffix(".yaml").rpartition("/")[2]
    return f"{path.split('/')[2]} {stem}" if path.startswith(("records/deviations/", "records/trials/")) else stem
