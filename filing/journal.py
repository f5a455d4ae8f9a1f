"""Acts joined to batches, deviations, trials and log entries, with the status that follows from them.

Nothing here is stored. An act counts as evidence only if it is validly signed and, where a decision is judged, if the
signer of that decision saw it; an act that speaks against a batch counts either way. Of the revisions of an act the
newest signed one is in force; a void takes the act out of force, and its number stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from filing.act import QUALITY, Act, forbids
from filing.forms import base_of, voided
from filing.model import Record
from filing.relations import BATCHES, DEVIATIONS, TRIALS, batch_of
from filing.repository import Repository
from filing.signoffs import SignOff


@dataclass(frozen=True)
class Entry:
    """A row of a log: the opening act and the acts that follow it, at whatever remove, in the order of their times;
    those taken back among them, since an issue may be older than the void."""

    number: str
    act: Act
    follow_ups: tuple[Act, ...]
    batch: Batch = field(compare=False, repr=False)


@dataclass(frozen=True)
class Folder:
    """The acts of one folder by path, as far as they keep to their forms: those in force, and those taken back.

    `drafts` are unsigned revisions of acts that are in force.
    """

    id: str
    acts: tuple[Act, ...]
    void: tuple[Act, ...]
    drafts: tuple[Act, ...]
    journal: Journal = field(compare=False, repr=False)

    @property
    def repository(self) -> Repository:
        return self.journal.repository

    @property
    def all_acts(self) -> tuple[Act, ...]:
        """Every act, in force or taken back, with the revisions before it."""
        return tuple(each for act in (*self.acts, *self.void) for each in (*act.earlier, act))

    def of(self, form_id: str) -> tuple[Act, ...]:
        return tuple(act for act in self.acts if act.form.id == form_id)

    def one(self, form_id: str) -> Act | None:
        return next(iter(self.of(form_id)), None)

    def named(self, name: str) -> Act | None:
        """The act in force that neighbours call so."""
        return next((act for act in self.acts if act.name == name), None)

    def following(self, act: Act) -> tuple[Act, ...]:
        """The acts in force that follow this one directly."""
        return tuple(other for other in self.acts if other.form.followed(other.path) == act.base)

    def answer(self, act: Act, form_id: str) -> Act | None:
        """The act of that form that follows this one; None, too, where its signer saw only an earlier revision."""
        found = (other for other in self.following(act) if other.form.id == form_id)
        return next((other for other in found if not act.earlier or not other.signed or other.saw(act)), None)


@dataclass(frozen=True)
class Deviation(Folder):
    """A deviation: its report, investigation, dispositions, CAPAs and closure."""

    @property
    def report(self) -> Act | None:
        return self.one("deviation.report")

    @property
    def batches(self) -> frozenset[str]:
        """The batches it concerns, by any revision of its report, signed or not, and by its dispositions."""
        return self.repository.relations.named_by_deviation.get(self.id, frozenset())

    @property
    def needs_disposition(self) -> bool:
        """Whether it is a GMP or GDP deviation; one whose category cannot be read is taken for one."""
        reports = [act for act in (*self.all_acts, *self.drafts) if act.form.id == "deviation.report"]
        return not reports or any(str(act.value("category")).startswith(QUALITY) for act in reports)

    def dispositions(self, batch: str) -> tuple[Act, ...]:
        """The dispositions of a batch by number, signed or not."""
        found = (act for act in self.of("disposition") if act.variables["batch"] == batch)
        return tuple(sorted(found, key=lambda act: act.number))

    def disposition(self, batch: str) -> Act | None:
        """The newest disposition of a batch that a QP validly signed."""
        return next((act for act in reversed(self.dispositions(batch)) if act.signed), None)

    def forbidding(self, batch: str) -> Act | None:
        """A signed disposition that forbids certification, and that no later one which saw it has lifted; neither a
        correction nor a void lifts one."""
        taken_back = (act for act in self.void if act.form.id == "disposition" and act.variables["batch"] == batch)
        signed = [act for act in (*self.dispositions(batch), *taken_back) if act.signed]
        for act in signed:
            lifting = (other for other in signed if not other.voided_by and not forbids(other))
            later = (other for other in lifting if other.number > act.number)
            if forbids(act) and not any(other.saw(act) for other in later):
                return act
        return None


@dataclass(frozen=True)
class Batch(Folder):
    """The acts of one batch, with the deviations that concern it."""

    @property
    def master(self) -> Act | None:
        return self.one("batch")

    @property
    def decisions(self) -> tuple[Act, ...]:
        """The QP's decisions by number, signed or not."""
        return tuple(sorted(self.of("certification"), key=lambda act: act.number))

    @property
    def certification(self) -> Act | None:
        """The decision that stands: the newest that is signed; the newest draft where none is, or drafts are judged."""
        signed = [act for act in self.decisions if act.signed and not self.journal.drafts]
        decisions = signed or list(self.decisions)
        return decisions[-1] if decisions else None

    @property
    def folder(self) -> str:
        return f"{BATCHES}{self.id}/"

    @cached_property
    def family(self) -> frozenset[str]:
        """This batch and every batch it was made from."""
        return self.repository.relations.family([self.id])

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """The deviations that concern the batch or one it was made from."""
        numbers = self.repository.relations.deviations(self.family)
        known = self.journal.deviations
        return tuple(known[number] for number in numbers if number in known)

    @property
    def standing_blocks(self) -> tuple[Act, ...]:
        """The dispositions that forbid certification, release and dispatch, of the batch or one it was made from."""
        pairs = ((deviation, batch) for deviation in self.deviations for batch in sorted(self.family))
        found = (deviation.forbidding(batch) for deviation, batch in pairs)
        return tuple(act for act in found if act)

    def newest_issue(self) -> Act | None:
        """The validly signed issue with the highest number."""
        return newest_issue(self.of("issue"))

    def trials(self, act: Act) -> tuple[Record, ...]:
        """The trials of the batch, as the act's signer saw them."""
        names = self.master.record.data.get("trials", ()) if self.master else ()
        found = [act.register("trials", name) for name in names] if isinstance(names, tuple) else []
        return tuple(record for record in found if record is not None)

    def entries(self, annexure: int, unsigned: bool = False) -> tuple[Entry, ...]:
        """The signed entries of a log by number, where they have none by time: those of this batch, and the deviations
        that concern it. With `unsigned`, for a draft, also those that nobody has signed, after the others."""
        rows = []
        own = [(self, act) for act in (*self.acts, *self.void)]
        shared = [
            (each, act) for each in self.deviations for act in (*each.acts, *each.void) if self.id in each.batches
        ]
        for folder, act in (*own, *shared):
            if (act.signed or unsigned) and act.form.annexure.get("number") == annexure:
                rows.append(Entry(self._number(act), act, tuple(self._all_following(folder, act, unsigned)), self))
        return tuple(sorted(rows, key=lambda row: (row.act.variables.get("nn", ""), _when(row.act), row.number)))

    def _number(self, act: Act) -> str:
        """The entry's number, which is its path in short."""
        given = {**act.variables, "batch": ""}
        own = given.get("nn") or next((word for word in given.values() if word), "01")
        return f"{act.form.annexure['prefix']}-{self.id}-{own}"

    def _all_following(self, folder: Folder, act: Act, unsigned: bool) -> list[Act]:
        found: list[Act] = []
        for other in (*folder.acts, *folder.void):
            about = batch_of(other.path)
            if not (other.signed or unsigned) or about not in (None, self.id):
                continue
            if other.form.followed(other.path) == act.base:
                found += [other, *self._all_following(folder, other, unsigned)]
        return sorted(found, key=lambda follow_up: (_when(follow_up), follow_up.path))


@dataclass(frozen=True)
class Trial(Folder):
    """The issues of a trial's logs, and its batches."""

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        names = self.repository.relations.batches_of_trial.get(self.id, frozenset())
        return tuple(batch for name, batch in self.journal.batches.items() if name in names)

    @property
    def folder(self) -> str:
        return f"{TRIALS}{self.id}/"

    def newest_issue(self) -> Act | None:
        """The validly signed issue of the trial's logs with the highest number."""
        return newest_issue(self.of("trial-issue"))


@dataclass(frozen=True)
class Journal:
    """Every folder of acts.

    `as_of` is the moment of judging as YYYYMMDDhhmmssZ, "" where no clock is asked; with `drafts` the newest revision
    is in force even where nobody has signed it yet. `within` limits the journal to signed records of a package.
    """

    repository: Repository
    as_of: str = ""
    drafts: bool = False
    within: Callable[[str], bool] | None = None

    @cached_property
    def batches(self) -> Mapping[str, Batch]:
        """Every batch that has a folder, by id."""
        return {name: Batch(name, *self._in_force(acts), self) for name, acts in self._folders(BATCHES)}

    @cached_property
    def deviations(self) -> Mapping[str, Deviation]:
        """Every deviation that has a folder, by number."""
        return {name: Deviation(name, *self._in_force(acts), self) for name, acts in self._folders(DEVIATIONS)}

    @cached_property
    def trials(self) -> Mapping[str, Trial]:
        """Every trial that has a folder or a batch, by id."""
        found = dict(self._folders(TRIALS))
        names = {*found, *(self.repository.relations.batches_of_trial if self.within is None else ())}
        return {name: Trial(name, *self._in_force(found.get(name, [])), self) for name in sorted(names)}

    @property
    def folders(self) -> tuple[Folder, ...]:
        return (*self.batches.values(), *self.deviations.values(), *self.trials.values())

    @cached_property
    def sops(self) -> tuple[Act, ...]:
        """The SOPs in every revision, by path."""
        acts, signed = self.repository.judgement.acts, self.repository.records.items()
        found = (self._act(record, acts.get(path, ())) for path, record in signed if path.startswith("records/sop/"))
        return tuple(act for act in found if act)

    @cached_property
    def by_base(self) -> Mapping[str, Act]:
        """Every act in force by the path of its first revision."""
        return {act.base: act for folder in self.folders for act in folder.acts}

    def _folders(self, top: str) -> list[tuple[str, list[Act]]]:
        folders: dict[str, list[Act]] = {}
        repository = self.repository
        for path, record in repository.records.items():
            if path.startswith(top) and path.count("/") == 3:
                signoffs = repository.judgement.acts.get(path, ())
                if self.within and not (signoffs and self.within(path)):
                    continue
                acts = folders.setdefault(path.split("/")[2], [])
                act = self._act(record, signoffs)
                acts += [act] if act else []
        return sorted(folders.items())

    def _act(self, record: Record, signoffs: tuple[SignOff, ...]) -> Act | None:
        form = self.repository.form_of(record)
        if form is None or record.path in self.repository.unfit:
            return None
        return Act(record, form, form.match(record.path) or {}, signoffs, self.repository)

    def _in_force(self, acts: Iterable[Act]) -> tuple[tuple[Act, ...], tuple[Act, ...], tuple[Act, ...]]:
        """Of one folder's records: the acts in force, those taken back, and drafts of revisions and voids."""
        revisions: dict[str, list[Act]] = {}
        for act in acts:
            revisions.setdefault(base_of(act.path), []).append(act)
        valid: list[Act] = []
        void: list[Act] = []
        drafts: list[Act] = []
        for found in revisions.values():
            voids = [act for act in found if voided(act.path)]
            chain = sorted((act for act in found if not voided(act.path)), key=lambda act: act.revision)
            signed = [act for act in chain if act.signed]
            drafts += [act for act in voids if not act.signed]
            if not chain:
                continue
            newest = chain[-1] if self.drafts or not signed else signed[-1]
            drafts += [act for act in chain if act.revision > newest.revision]
            taken_back = next((act for act in voids if act.signed), None)
            earlier = tuple(act for act in signed if act.revision < newest.revision)
            now = replace(newest, earlier=earlier, voided_by=taken_back)
            (void if taken_back else valid).append(now)
        return tuple(_by_path(valid)), tuple(_by_path(void)), tuple(_by_path(drafts))


def _when(act: Act) -> str:
    """What acts are sorted by: the time of an act; an unsigned one, which has none yet, comes last."""
    return act.utc or "unsigned"


def newest_issue(issues: Iterable[Act]) -> Act | None:
    """The validly signed issue with the highest number."""
    return max((act for act in issues if act.signed), key=lambda act: act.number, default=None)


def _by_path(acts: Iterable[Act]) -> Iterator[Act]:
    return iter(sorted(acts, key=lambda act: act.path))
