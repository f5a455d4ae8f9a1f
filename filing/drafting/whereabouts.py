"""Where a new record goes: its folder, what it follows and its number, all told by the path of its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from filing.act import Act
from filing.forms import Form, base_of, with_variables
from filing.journal import Folder, Journal
from filing.model import CannotRun
from filing.relations import BATCHES, DEVIATION, DEVIATIONS, batch_of, master_of
from filing.repository import Repository

_VARIABLE = re.compile(r"\{([a-z]+)\}")
_MASTER, _REPORT = "batches/{batch}/batch", "deviations/{deviation}/report"
_FOLDERS = ("batch", "deviation", "trial")
_COUNTERS = {"n": 1, "nn": 2, "nnn": 3}
Choose = Callable[[str, Mapping[str, str]], str]
"""Asks which of several (what it is called -> in words) is meant; raises CannotRun where nobody can be asked."""


@dataclass(frozen=True)
class Spot:
    """The place of a new record. `followed` is the act it follows, if it follows one; `batch` the batch it is about."""

    path: str
    form: Form
    variables: Mapping[str, str]
    followed: Act | None = None
    batch: str | None = None


@dataclass(frozen=True)
class Whereabouts:
    """Finds the spot; `day` is today."""

    journal: Journal
    day: str
    choose: Choose

    @property
    def _repository(self) -> Repository:
        return self.journal.repository

    def spot(self, form: Form, where: str, given: Mapping[str, str]) -> Spot:
        """The spot of a record of this form; `where` and `given` are what was said about it."""
        variables = self._folder(form, where, dict(given))
        followed = self._followed(form, variables) if form.follows else None
        variables = {**variables, **(followed.variables if followed else {})}
        self._require_documented(form, variables)
        for name in self._open(form, variables):
            variables[name] = self._asked(form, name, variables)
        variables = {**variables, **self._number(form, variables)}
        known = {name: variables[name] for name in _VARIABLE.findall(form.pattern) if name in variables}
        path = with_variables(form.pattern, known)
        self._refuse_taken(form, path, known)
        return Spot(path, form, known, followed, variables.get("batch") or batch_of(path))

    def variables_of(self, form: Form) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_VARIABLE.findall(form.pattern)))

    def _folder(self, form: Form, where: str, given: dict[str, str]) -> dict[str, str]:
        """The variable of the folder, which is the first of the path."""
        first = next(iter(self.variables_of(form)), "")
        if not first:
            return given
        if form.pattern == _REPORT:
            return {**given, **self._new_deviation(where or given.get(first, ""))}
        given |= {first: where} if where else {}
        known = () if _founds(form) else self._known(first)
        if first not in given:
            given[first] = self.choose(
                f"Which {first} is it for?" if known else f"What is its {first}?", dict.fromkeys(known, "")
            )
        if first in _FOLDERS and given[first] not in known and not _founds(form):
            listed = ", ".join(known) or "none yet"
            raise CannotRun(f'There is no {first} "{given[first]}". There are: {listed}.')
        return given

    def _new_deviation(self, where: str) -> dict[str, str]:
        """The next number of the year, over the whole repository: a deviation's number is never used twice."""
        year = self.day[:4]
        taken = {path.split("/")[2] for path in self._repository.files if path.startswith(DEVIATIONS)}
        numbers = [int(name[9:12]) for name in taken if re.fullmatch(rf"DEV-{year}-[0-9]{{3}}", name)]
        number = f"DEV-{year}-{max(numbers, default=0) + 1:03}"
        if where == number or not where:
            return {"deviation": number}
        if DEVIATION.fullmatch(where):
            raise CannotRun(f"The next deviation is {number}, and numbers are used in turn. Leave {where} out.")
        if where not in self.journal.batches:
            raise CannotRun(f'There is no batch "{where}". There are: {", ".join(self.journal.batches) or "none yet"}.')
        return {"deviation": number, "batch": where}

    def _known(self, name: str) -> tuple[str, ...]:
        states = self._repository.judgement.states
        entries = states[-1].entries if states else {}
        if name == "trial":
            return tuple(
                path.rpartition("/")[2] for path in sorted(entries) if path.startswith("records/registers/trials/")
            )
        return tuple({"batch": self.journal.batches, "deviation": self.journal.deviations}.get(name, {}))

    def _require_documented(self, form: Form, variables: Mapping[str, str]) -> None:
        """A batch is opened by its batch master, a deviation by its report (R02)."""
        if _founds(form):
            return
        batch = variables.get("batch")
        if form.pattern.startswith("batches/") and batch and master_of(f"{BATCHES}{batch}/x.yaml") not in self._base:
            raise CannotRun(f"{batch} has no batch master yet. Write that first.", f"new batch {batch}")

    @property
    def _base(self) -> frozenset[str]:
        return frozenset(f"{base_of(path)}.yaml" for path in self._repository.files if path.endswith(".yaml"))

    def _followed(self, form: Form, variables: dict[str, str]) -> Act | None:
        """The act that the new one follows: the only one that it can follow, or the one that was named."""
        folder = self._folder_of(form, variables)
        acts = [act for act in folder.acts if act.form.pattern == form.follows] if folder else []
        first = next((f for f in self._repository.forms.by_name.values() if f.pattern == form.follows), None)
        acts = [act for act in acts if all(variables.get(k, v) == v for k, v in act.variables.items())]
        if not acts:
            what = first.title.lower() if first else "record"
            command = [f"new {first.id} {_where(form, variables)}"] if first else []
            raise CannotRun(f"There is no {what} here that this could follow. Write that first.", *command)
        own = [name for name in self.variables_of(form) if name not in _VARIABLE.findall(form.follows)]
        open_acts = acts if own else [act for act in acts if self._follow_up(form, act) not in self._base]
        if not open_acts:
            answers = ", ".join(self._follow_up(form, act) for act in acts)
            again = f"revise {self._follow_up(form, acts[-1])}"
            raise CannotRun(f"Every one has its answer already: {answers}. Correct that one where it is wrong.", again)
        signed = [act for act in open_acts if act.signed]
        if not signed:
            first_of_all = open_acts[0].path
            raise CannotRun(
                f"{first_of_all} is not signed yet, and what follows it rests on its sign-off. Sign it first.",
                f"sign {first_of_all}",
            )
        if len(signed) == 1:
            return signed[0]
        name = self.choose(
            f"Which does it follow ({form.title.lower()})?", {act.name: act.form.title for act in signed}
        )
        return next(act for act in signed if act.name == name)

    def _follow_up(self, form: Form, act: Act) -> str:
        return with_variables(form.pattern, act.variables)

    def _folder_of(self, form: Form, variables: Mapping[str, str]) -> Folder | None:
        folders: Mapping[str, Mapping[str, Folder]] = {
            "batches": self.journal.batches, "deviations": self.journal.deviations, "trials": self.journal.trials
        }  # fmt: skip
        top = form.pattern.partition("/")[0]
        return folders.get(top, {}).get(next((variables[n] for n in self.variables_of(form) if n in variables), ""))

    def _open(self, form: Form, variables: Mapping[str, str]) -> list[str]:
        return [name for name in self.variables_of(form) if name not in variables and name not in _COUNTERS]

    def _asked(self, form: Form, name: str, variables: Mapping[str, str]) -> str:
        """A word of the path that nothing tells, such as to whom a notice goes."""
        from filing.drafting.known.paths import likely

        found = likely(self.journal, form, name, variables)
        paths = {word: with_variables(form.pattern, {**variables, name: word}) for word in found}
        taken = [word for word, path in paths.items() if path in self._base and "[" not in form.pattern]
        left = {word: said for word, said in found.items() if word not in taken}
        if len(left) == 1:
            return next(iter(left))
        if found and not left:
            path = paths[taken[-1]]
            raise CannotRun(f"{path} is there already. Correct it where it is wrong.", f"revise {path}")
        return self.choose(f"Which {name}?", left)

    def _number(self, form: Form, variables: Mapping[str, str]) -> dict[str, str]:
        """The next number of its kind in the folder; voids keep theirs. A number that may be missing begins with 02."""
        counter = next((name for name in self.variables_of(form) if name in _COUNTERS), "")
        if not counter or counter in variables:
            return {}
        taken = [0]
        for path in self._base:
            found = form.match(path)
            if found is not None and all(
                found.get(name) == word for name, word in variables.items() if name != counter and name in found
            ):
                taken.append(int(found.get(counter, 1)))
        number = max(taken) + 1
        if "[" in form.pattern and number == 1:
            return {}
        return {counter: f"{number:0{_COUNTERS[counter]}}"}

    def _refuse_taken(self, form: Form, path: str, variables: Mapping[str, str]) -> None:
        if form.match(path) is None:
            raise CannotRun(
                f"{path} is no name for a record. A batch has capitals, digits and single hyphens; every other name "
                "begins with a small letter, has small letters, digits and hyphens, and is not like r1 or void."
            )
        if path in self._base:
            raise CannotRun(f"{path} is there already. Correct it where it is wrong.", f"revise {path}")


def _founds(form: Form) -> bool:
    """Whether a record of this form is the first of its folder."""
    return form.pattern in (_MASTER, _REPORT) or not form.pattern.startswith(("batches/", "deviations/", "trials/"))


def _where(form: Form, variables: Mapping[str, str]) -> str:
    first = _VARIABLE.findall(form.pattern)
    return variables.get(first[0], "") if first else ""
