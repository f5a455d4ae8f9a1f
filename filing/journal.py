"""Acts joined to batches, deviations, trials and log entries, with the status that follows from them.

Nothing here is stored. An act counts as evidence only if it is validly signed and, where a decision is judged, if the
signer of that decision saw it; an act that speaks against a batch counts either way. Of the revisions of an act the
newest signed one is in force; a void takes the act out of force, and its number stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from filing.forms import Form, base_of, revision_of, voided
from filing.model import Pointer, Record, Value
from filing.relations import BATCHES, DEVIATIONS, TRIALS, batch_of
from filing.repository import Repository
from filing.signoffs import SignOff
from filing.trust import State

CERTIFYING = ("certified", "reinstated")
PERMITTING = ("certifiable", "certifiable_annex16_s3", "continue_use")
QUALITY = ("GMP_", "GDP_")
"""How the categories of deviations begin that need the QP's disposition (model: R22)."""


@dataclass(frozen=True)
class Act:
    """One act in one revision, with its form, and its sign-offs if it is validly signed.

    `earlier` are its signed revisions before this one, oldest first; `voided_by` is the signed void that took it back.
    """

    record: Record
    form: Form
    variables: Mapping[str, str]
    signoffs: tuple[SignOff, ...]
    repository: Repository = field(compare=False, repr=False)
    earlier: tuple[Act, ...] = ()
    voided_by: Act | None = None

    @property
    def signed(self) -> bool:
        return bool(self.signoffs)

    @property
    def path(self) -> str:
        return self.record.path

    @property
    def base(self) -> str:
        """The path of its first revision: what names the act."""
        return f"{base_of(self.path)}.yaml"

    @property
    def name(self) -> str:
        """What neighbours call it, such as documentation.01."""
        return base_of(self.path).rpartition("/")[2]

    @property
    def revision(self) -> int:
        return revision_of(self.path)[1]

    @property
    def number(self) -> int:
        """Its number among acts of its kind; 1 for the first, whose path has none."""
        return int(self.variables.get("nn") or self.variables.get("n") or 1)

    @property
    def state(self) -> State:
        """The registers as the act's last signer saw them; the newest for an unsigned act."""
        judgement = self.repository.judgement
        return judgement.state_seen(self.last()) if self.signed else judgement.states[-1]

    @property
    def day(self) -> str:
        """The day on which it was completed; "" while it is not."""
        return self.last().statement.day if self.signed else ""

    @property
    def utc(self) -> str:
        """When it was completed, as YYYYMMDDhhmmssZ; "" while it is not."""
        return self.last().statement.utc if self.signed else ""

    def signoff(self, slot: str) -> SignOff | None:
        return next((signoff for signoff in self.signoffs if signoff.slot == slot), None)

    def last(self) -> SignOff:
        """The sign-off that completed the act."""
        return self.signoffs[-1]

    def saw(self, other: Act) -> bool:
        """Whether the signer who completed this act saw every sign-off of the other, in this very revision."""
        seen = set(self.last().statement.saw) if self.signed else set()
        return other.signed and all((s.sha256, s.path) in seen for s in other.signoffs)

    def counts_for(self, decision: Act) -> bool:
        """Whether this act is evidence for a decision: validly signed and, once the decision is signed, seen by it."""
        return self.signed and (not decision.signed or decision.saw(self))

    def as_seen_by(self, other: Act) -> Act | None:
        """The newest revision that the other's signer saw, with the void if that was seen; None if none was."""
        seen = [act for act in (*self.earlier, self) if other.saw(act)]
        if not seen:
            return None
        void = self.voided_by if self.voided_by and other.saw(self.voided_by) else None
        return replace(seen[-1], earlier=tuple(seen[:-1]), voided_by=void)

    def value(self, *pointer: str | int) -> Value | None:
        """What stands at a place of the record, or None."""
        return value_at(self.record, pointer)

    def register(self, kind: str, entry_id: object) -> Record | None:
        """A register entry as the act's signer saw it."""
        return self.state.entries.get(f"records/registers/{kind}/{entry_id}")


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
        """A signed disposition that forbids certification, and that no later one which saw it has lifted; a
        correction never lifts one."""
        signed = [act for act in self.dispositions(batch) if act.signed]
        for act in signed:
            later = (other for other in signed if other.number > act.number and not forbids(other))
            if forbids(act) and not any(other.saw(act) for other in later):
                return act
        return None


def forbids(disposition: Act) -> bool:
    """Whether a disposition, in any of its revisions, does not permit certification."""
    return any(act.value("decision") not in PERMITTING for act in (*disposition.earlier, disposition))


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

    def state_for(self, act: Act) -> State:
        """The registers as the act's last signer saw them; the newest for an unsigned act."""
        return act.state

    def register(self, act: Act, kind: str, entry_id: object) -> Record | None:
        """A register entry as the act's signer saw it."""
        return act.register(kind, entry_id)

    def trials(self, act: Act) -> tuple[Record, ...]:
        """The trials of the batch, as the act's signer saw them."""
        names = self.master.record.data.get("trials", ()) if self.master else ()
        found = [act.register("trials", name) for name in names] if isinstance(names, tuple) else []
        return tuple(record for record in found if record is not None)

    def entries(self, annexure: int) -> tuple[Entry, ...]:
        """The signed entries of a log by number, where they have none by time: those of this batch, and the deviations
        that concern it."""
        rows = []
        own = [(self, act) for act in (*self.acts, *self.void)]
        shared = [
            (each, act) for each in self.deviations for act in (*each.acts, *each.void) if self.id in each.batches
        ]
        for folder, act in (*own, *shared):
            if act.signed and act.form.annexure.get("number") == annexure:
                rows.append(Entry(self._number(act), act, tuple(self._all_following(folder, act)), self))
        return tuple(sorted(rows, key=lambda entry: (entry.act.variables.get("nn", ""), entry.act.utc, entry.number)))

    def _number(self, act: Act) -> str:
        """The entry's number, which is its path in short."""
        given = {**act.variables, "batch": ""}
        own = given.get("nn") or next((word for word in given.values() if word), "01")
        return f"{act.form.annexure['prefix']}-{self.id}-{own}"

    def _all_following(self, folder: Folder, act: Act) -> list[Act]:
        found: list[Act] = []
        for other in (*folder.acts, *folder.void):
            about = batch_of(other.path)
            if other.form.followed(other.path) == act.base and other.signed and about in (None, self.id):
                found += [other, *self._all_following(folder, other)]
        return sorted(found, key=lambda follow_up: (follow_up.utc, follow_up.path))


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


def newest_issue(issues: Iterable[Act]) -> Act | None:
    """The validly signed issue with the highest number."""
    return max((act for act in issues if act.signed), key=lambda act: act.number, default=None)


def _by_path(acts: Iterable[Act]) -> Iterator[Act]:
    return iter(sorted(acts, key=lambda act: act.path))


def value_at(record: Record, pointer: Pointer) -> Value | None:
    value: Value = record.data
    for step in pointer:
        named = isinstance(value, Mapping) and isinstance(step, str) and step in value
        placed = isinstance(value, tuple) and isinstance(step, int) and step < len(value)
        if not (named or placed):
            return None
        value = value[step]  # type: ignore[index]  # one of the two has just been seen to hold
    return value


def mappings(value: object) -> tuple[Mapping[str, Value], ...]:
    """The mappings of a list; none where it is no list."""
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, tuple) else ()
