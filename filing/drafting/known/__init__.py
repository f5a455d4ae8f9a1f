"""What the tool knows of a record that is begun: from its form, its path, the registers in force and earlier acts.

Nothing here judges for anybody: decisions, attestations, results and the days of events are never known. Every kind of
record is served from its schema alone; the table only adds comfort.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from filing.drafting.known.batches import BATCH, DOCUMENTATION, RECEIPT, still_required
from filing.drafting.known.case import NOTHING, Case, Comfort, Tell
from filing.drafting.known.decisions import CERTIFICATION, HANDOFF
from filing.drafting.known.deviations import CLOSURE, INVESTIGATION, REPORT
from filing.drafting.known.files import ARCHIVE, FILING
from filing.drafting.known.onward import ARRIVAL, DISTRIBUTION, RELEASE
from filing.drafting.outline import Field
from filing.drafting.values import Data
from filing.forms import Form
from filing.model import CannotRun, Pointer, Value
from filing.validate import schema_at

__all__ = ["Case", "Knowledge", "still_required"]

COMFORT: Mapping[str, Comfort] = {
    "batch": BATCH,
    "documentation": DOCUMENTATION,
    "documentation.receipt": RECEIPT,
    "certification": CERTIFICATION,
    "handoff": HANDOFF,
    "release": RELEASE,
    "distribution": DISTRIBUTION,
    "distribution.receipt": ARRIVAL,
    "deviation.report": REPORT,
    "deviation.investigation": INVESTIGATION,
    "deviation.closure": CLOSURE,
    "filing": FILING,
    "filing.archive": ARCHIVE,
}
_JUDGED = re.compile(
    r"decision|outcome|results?|acceptance|condition|classification|conclusion|grade|assessment|reason_class|attest.*"
)
"""Fields that somebody has to judge: never proposed from an earlier record."""
_NO_NEIGHBOUR = ("^records", "^[A-Z]", "^DEV-")
"""How the patterns begin of fields that name a record by its path, a batch or a deviation, and no act beside it."""


@dataclass(frozen=True)
class Knowledge:
    case: Case

    @property
    def _comfort(self) -> Comfort:
        return COMFORT.get(self.case.spot.form.id, NOTHING)

    def fact(self, field: Field, data: Data, required: bool) -> Value | None:
        """What is written without a question; what need not be written only where a rule of the house tells it."""
        if "const" in field.facts:
            return field.facts["const"]  # type: ignore[no-any-return]
        if field.kind == "string" and len(field.pointer) == 1 and field.name in self.case.spot.variables:
            return self.case.spot.variables[field.name]
        told = self._told(self._comfort.facts, field, data)
        if told is not None or not required:
            return told
        choices = self.choices(field, data)
        if len(choices) == 1 and (field.register or field.names_act or self._narrowed(field)):
            return next(iter(choices))
        return None if choices else self._of_master(field)

    def proposed(self, field: Field, data: Data) -> Value | None:
        told = self._told(self._comfort.proposed, field, data)
        if told is not None:
            return told
        before = self.case.before
        judged = any(isinstance(step, int) or _JUDGED.fullmatch(step) for step in field.pointer)
        repeated = bool(field.register or field.choices) and not judged and self.case.deviation is None
        return before.value(*field.pointer) if before and repeated else None

    def asked(self, field: Field, data: Data) -> bool:
        """Whether a field that the form calls optional is asked for, because a rule needs it."""
        needed = self._comfort.asked.get(_place(field.pointer))
        return needed is not None and needed(self.case, data, field.pointer)

    def choices(self, field: Field, data: Data) -> Mapping[str, str]:
        """The values there are to choose from, each in words; none for what is typed freely."""
        only = self._told(self._comfort.only, field, data)
        found = self._all_choices(field)
        if isinstance(only, tuple):
            return {str(value): found.get(str(value), "") for value in only}
        return found

    def further(self, field: Field, data: Data) -> tuple[str, str]:
        """What a list still lacks, in words, and whether one more is proposed."""
        lacking = still_required(self.case, data) if self._lists_documents(field) else ()
        return (f"Still required: {', '.join(lacking)}.", "yes") if lacking else ("", "no")

    def _lists_documents(self, field: Field) -> bool:
        return (self.case.spot.form.id, field.name) == ("documentation", "documents")

    def _narrowed(self, field: Field) -> bool:
        return _place(field.pointer) in self._comfort.only

    def _all_choices(self, field: Field) -> Mapping[str, str]:
        if field.choices:
            return field.choices
        if field.register:
            return {name: self.case.called(field.register, name) for name in self.case.entries(field.register)}
        return self._acts(field) if field.names_act else {}

    def _acts(self, field: Field) -> Mapping[str, str]:
        """The signed neighbours, deviations or batches that a field may name, by the form's own pattern."""
        pattern = str(field.facts.get("pattern", ""))
        if pattern.startswith("^DEV-"):
            found = self.case.journal.deviations.items()
            return {name: str(each.report.value("title")) if each.report else "" for name, each in found}
        folder = self.case.deviation or self.case.batch
        acts = [act for act in (folder.acts if folder else ()) if act.signed]
        names = {act.name: act.form.title for act in sorted(acts, key=lambda act: act.name)} | dict.fromkeys(
            self.case.journal.batches, "Batch"
        )
        return {name: said for name, said in names.items() if re.search(pattern, name)}

    def require_named(self, field: Field) -> None:
        """What a field has to name must be there, and signed; else what comes first is said."""
        pattern, spot = str(field.facts.get("pattern", "")), self.case.spot
        folder = self.case.deviation or self.case.batch
        if folder is None or not pattern or pattern.startswith(_NO_NEIGHBOUR):
            return
        draft = next((act for act in folder.acts if not act.signed and re.search(pattern, act.name)), None)
        if draft:
            raise CannotRun(
                f"{draft.path} is not signed yet, and this record names it. Sign it first.", f"sign {draft.path}"
            )
        forms = sorted(self.case.journal.repository.forms.by_name.values(), key=lambda form: form.id)
        kind = next((form for form in forms if re.search(pattern, _named_by(form))), None)
        what = kind.title.lower() if kind else field.title.lower()
        commands = [f"new {kind.id} {next(iter(spot.variables.values()))}"] if kind else []
        raise CannotRun(
            f"This record names a signed record ({what}), and there is none that fits. Write that first.", *commands
        )

    def _of_master(self, field: Field) -> Value | None:
        """What the batch master says in a field of the same name and make, such as the authorisation."""
        master = self.case.master
        if master is None or len(field.pointer) != 1 or master.form.id == self.case.spot.form.id:
            return None
        theirs = schema_at(self.case.journal.repository.schemas, master.form.name, field.pointer)
        same = theirs.get("pattern") and theirs.get("pattern") == field.facts.get("pattern")
        return master.value(*field.pointer) if same and not field.is_time_text else None

    def _told(self, table: Mapping[str, Tell], field: Field, data: Data) -> Value | None:
        tell = table.get(_place(field.pointer))
        return tell(self.case, data, field.pointer) if tell else None


def _place(pointer: Pointer) -> str:
    return ".".join("*" if isinstance(step, int) else step for step in pointer)


def _named_by(form: Form) -> str:
    """How a record of a form might be called, such as release.x."""
    last = re.sub(r"\[.*?\]", "", form.pattern).rpartition("/")[2]
    return re.sub(r"\{[a-z]+\}", "x", last.replace("{nn}", "01"))
