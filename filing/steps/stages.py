"""What is missing before each gate of a batch, in the order of the SOP: one function for each gate.

A gate is passed where its function finds nothing missing. Whether what was written is right is for the rules to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from filing.act import CERTIFYING, Act, mappings
from filing.forms import Form, with_variables
from filing.journal import Batch, Deviation
from filing.model import Value
from filing.relations import batch_of
from filing.rules.consignments import TO_SITE
from filing.rules.documentation import missing_documents
from filing.rules.filing import unfiled
from filing.rules.handoff import recipient_of, recipients_of
from filing.rules.wording import kind_in_words
from filing.steps.desk import Desk, stub
from filing.steps.proposals import Proposals
from filing.steps.step import Step

Found = Iterator[Step]
_AUTHORISED = ("authorised", "with_conditions", "tacit")
_NOT_SENT = ("bulk", "primary_packed", "labelled")
"""The kinds of batches from which others are made; nothing of them goes to a site."""
_UNDECIDED = ("retest", "quarantine")
_REGISTERS = "records/registers/"


@dataclass(frozen=True)
class Case:
    """A batch on its way; `batch` may have no record yet."""

    desk: Desk
    batch: Batch

    @cached_property
    def propose(self) -> Proposals:
        return Proposals(self.desk, self.batch)

    @property
    def decision(self) -> Act | None:
        """The QP's decision that stands: the newest that is signed."""
        return next((act for act in reversed(self.batch.decisions) if act.signed), None)

    @property
    def certified(self) -> bool:
        return self.decision is not None and self.decision.value("decision") in CERTIFYING

    @property
    def goes_to_sites(self) -> bool:
        """Whether the batch is certified and made to be sent to sites."""
        kind = self.batch.master.value("kind") if self.batch.master else None
        only_for_others = self.batch.id in self.desk.parents and not self.batch.of("release")
        return self.certified and kind not in _NOT_SENT and not only_for_others

    @property
    def refused(self) -> bool:
        """Whether the sponsor refused the release, or withdrew it, and gave no other."""
        releases = [act for act in self.batch.of("release") if act.signed]
        return bool(releases) and not any(act.value("decision") == "released" for act in releases)

    def wanted(
        self,
        form_id: str,
        variables: Mapping[str, str] | None = None,
        what: str = "",
        given: Mapping[str, str] | None = None,
    ) -> Found:
        yield from self.propose.wanted(form_id, {"batch": self.batch.id, **(variables or {})}, what, **(given or {}))

    def next_number(
        self, form_id: str, variables: Mapping[str, str] | None = None, width: int = 2
    ) -> Mapping[str, str]:
        """The variables of the next record of a kind that is numbered; the first of some has no number."""
        form = self.desk.repository.forms.latest(form_id)
        counter = "nn" if width == 2 else "n"
        fixed = {"batch": self.batch.id, **(variables or {})}
        for number in range(1, 100):
            tried = {**fixed, counter: f"{number:0{width}}"}
            if form and number == 1 and "[" in form.pattern:
                del tried[counter]
            if form is None or with_variables(form.pattern, tried) not in self.desk.repository.files:
                return tried
        return fixed

    def unsigned(self, form_id: str) -> Found:
        """What the unsigned records of a kind still need; one that follows another waits until that is signed."""
        for act in self.batch.of(form_id):
            followed = self.desk.journal.by_base.get(act.form.followed(act.path) or "")
            if not act.signed and (followed is None or followed.signed):
                yield from self.propose.to_sign(act.record, act.form)

    def follow_up(self, act: Act, form_id: str, what: str = "") -> Found:
        """What is missing until an act is answered by a signed one that saw it."""
        answer = self.batch.answer(act, form_id)
        if answer is None or not answer.signed:
            yield from self.wanted(form_id, act.variables, what)


def registered(case: Case) -> Found:
    if case.batch.master is None:
        yield from case.wanted("batch")
    elif not case.batch.master.signed:
        yield from case.propose.to_sign(case.batch.master.record, case.batch.master.form)


def documented(case: Case) -> Found:
    """The documents that the policies require are received and accepted; a batch that is being rejected needs none."""
    batch = case.batch
    if case.decision or batch.standing_blocks or any(act.value("decision") == "rejected" for act in batch.decisions):
        return
    open_deliveries = list(deliveries(case))
    yield from open_deliveries
    missing = _missing_kinds(case)
    if missing and not open_deliveries:
        kinds = "; ".join(kind_in_words(batch.repository.schemas, kind) for kind in missing)
        yield from case.wanted("documentation", case.next_number("documentation"), f"deliver to the QP: {kinds}")
    yield from _trial_not_authorised(case)


def deliveries(case: Case) -> Found:
    """Deliveries that nobody signed yet, or that are not received."""
    for delivery in case.batch.of("documentation"):
        if not delivery.signed:
            yield from case.propose.to_sign(delivery.record, delivery.form)
        else:
            yield from case.follow_up(delivery, "documentation.receipt")


def _missing_kinds(case: Case) -> tuple[str, ...]:
    """What a certification today would lack: of the one being written, or of one that names every delivery."""
    batch = case.batch
    drafted = batch.certification
    form = case.desk.repository.forms.latest("certification")
    if form is None:
        return ()
    names: Value = tuple(act.name for act in batch.of("documentation"))
    known: dict[str, Value] = {"decision": "certified", "documents_seen": names}
    if drafted and not drafted.signed and drafted.value("not_applicable") is not None:
        known["not_applicable"] = drafted.value("not_applicable") or ()
    act = Act(stub(form, f"{batch.folder}certification.yaml", known), form, {"batch": batch.id}, (), batch.repository)
    return missing_documents(batch, act)


def _trial_not_authorised(case: Case) -> Found:
    state = case.desk.repository.judgement.states[-1]
    names = case.batch.master.value("trials") if case.batch.master else ()
    for name in names if isinstance(names, tuple) else ():
        trial = state.entries.get(f"{_REGISTERS}trials/{name}")
        countries = mappings(trial.data.get("member_states")) if trial else ()
        if trial and not any(country.get("decision") in _AUTHORISED for country in countries):
            what = "enter the Member State's authorisation in the trial's entry, and put it into force"
            yield _in_registers(trial.path, what, "CTR Art. 8")


def _in_registers(path: str, what: str, clause: str) -> Step:
    name = path.removeprefix(_REGISTERS).removesuffix(".yaml")
    return Step(path, "change", name, what, clause, (f"revise {path}", "change"), ("register-administrator",))


def permitted(case: Case) -> Found:
    """The QP decided on the batch in view of each deviation; nothing more where the batch is decided on already."""
    for deviation in case.batch.deviations:
        yield from until_disposed(case, deviation)


def until_disposed(case: Case, deviation: Deviation) -> Found:
    """What is missing before the QP has decided on the batch in view of a deviation."""
    propose, own = case.propose, {"deviation": deviation.id}
    report = deviation.report
    if report is None or not report.signed:
        yield from propose.wanted("deviation.report", own)
        return
    investigation = deviation.one("deviation.investigation")
    disposed = [name for name in sorted(deviation.batches & case.batch.family) if deviation.disposition(name)]
    if investigation is None or not investigation.signed:
        yield from propose.wanted("deviation.investigation", own)
        return
    for name in sorted(deviation.batches & case.batch.family) if deviation.needs_disposition else ():
        drafts = [act for act in deviation.dispositions(name) if not act.signed]
        if drafts:
            yield from propose.to_sign(drafts[0].record, drafts[0].form)
        elif name not in disposed:
            yield from propose.wanted("disposition", _own_disposition(case, deviation, name))
        else:
            block = deviation.forbidding(name)
            if block and block.value("decision") in _UNDECIDED and not case.decision:
                words = f"record the QP's later decision: {block.name} does not permit the batch"
                yield from propose.wanted("disposition", _own_disposition(case, deviation, name), words)


def _own_disposition(case: Case, deviation: Deviation, name: str) -> Mapping[str, str]:
    return case.next_number("disposition", {"deviation": deviation.id, "batch": name})


def decided(case: Case) -> Found:
    """The QP certified or rejected the batch."""
    drafts = [act for act in case.batch.decisions if not act.signed]
    decision = case.decision
    if drafts:
        yield from case.propose.to_sign(drafts[-1].record, drafts[-1].form)
    elif decision is None:
        number = case.next_number("certification")
        blocks = case.batch.standing_blocks
        final = [act for act in blocks if act.value("decision") not in _UNDECIDED]
        if final:
            why = f"reject the batch: {final[0].variables['deviation']} forbids to certify it"
            yield from case.wanted("certification", number, why, {"decision": "rejected"})
        elif not blocks:
            yield from case.wanted("certification", number)


def decided_after_suspension(case: Case) -> Found:
    """A suspension ends by the QP reinstating or rejecting."""
    decision = case.decision
    if decision and decision.value("decision") == "suspended":
        words = "reinstate the certification, or reject the batch"
        yield from case.wanted("certification", case.next_number("certification"), words)


def handed_off(case: Case) -> Found:
    """Sponsor and CRO are notified of the decision that stands, and accepted the notice."""
    decision, batch = case.decision, case.batch
    for recipient in sorted(recipients_of(batch, decision)) if decision else ():
        notices = [act for act in batch.of("handoff") if recipient_of(act) == recipient]
        drafts = [act for act in notices if not act.signed]
        told = [act for act in notices if act.signed and decision and act.saw(decision)]
        answers = [batch.answer(act, "handoff.acknowledgement") for act in told]
        if any(answer and answer.signed and answer.value("outcome") == "accepted" for answer in answers):
            continue
        rejected = [answer for answer in answers if answer and answer.value("outcome") == "rejected" and answer.signed]
        if drafts:
            yield from case.propose.to_sign(drafts[0].record, drafts[0].form)
        elif not told or len(rejected) == len(told) or _answer_taken_back(case, told[-1]):
            organisation = decision.register("organisations", recipient.organisation) if decision else None
            called = str(organisation.data["name"]) if organisation else recipient.organisation
            what = f"notify {called} of the QP's decision"
            yield from case.wanted("handoff", {"recipient": _free_name(case, recipient.function)}, what)
        else:
            yield from case.follow_up(told[-1], "handoff.acknowledgement")


def _answer_taken_back(case: Case, handoff: Act) -> bool:
    return any(act.form.followed(act.path) == handoff.base for act in case.batch.void)


def _free_name(case: Case, function: str) -> str:
    """A name under which this recipient has no handoff yet: sponsor, then sponsor-02."""
    names = (function, *(f"{function}-{number:02}" for number in range(2, 100)))
    files = case.desk.repository.files
    return next(name for name in names if f"{case.batch.folder}handoff.{name}.yaml" not in files)


def released(case: Case) -> Found:
    """The sponsor released the batch for a site, or refused to."""
    if not case.goes_to_sites or case.refused or case.desk.form_in_force("release") is None:
        return
    signed = [act for act in case.batch.of("release") if act.signed and act.value("decision") == "released"]
    if signed:
        return
    drafts = list(case.unsigned("release"))
    yield from drafts
    if drafts:
        return
    sites = list(_open_sites(case))
    for site, country in sites:
        what = f"record the sponsor's regulatory release for {site}"
        yield from case.propose.wanted(
            "release", {"batch": case.batch.id, "scope": site}, what, country=country, **{"sites.0": site}
        )
    if not sites:
        trials = case.batch.master.value("trials") if case.batch.master else ()
        name = str(trials[0]) if isinstance(trials, tuple) and trials else "trial"
        what = "enter an activated site in a country that authorised the trial; none is open"
        yield _in_registers(f"{_REGISTERS}trials/{name}.yaml", what, "SOP 4.1")


def _open_sites(case: Case) -> Iterator[tuple[str, str]]:
    """The sites of the batch's trials that are open today, in a country that authorised the trial."""
    entries = case.desk.repository.judgement.states[-1].entries
    trials = case.batch.master.value("trials") if case.batch.master else ()
    for path, entry in sorted(entries.items()):
        if path.startswith(f"{_REGISTERS}sites/") and isinstance(trials, tuple) and entry.data.get("trial") in trials:
            trial = entries.get(f"{_REGISTERS}trials/{entry.data['trial']}")
            countries = mappings(trial.data.get("member_states")) if trial else ()
            allowed = {c.get("country") for c in countries if c.get("decision") in _AUTHORISED}
            since, until = str(entry.data.get("activated_on", "9")), str(entry.data.get("closed_on", "9"))
            if entry.data.get("country") in allowed and since <= case.desk.day <= until:
                yield path.rpartition("/")[2], str(entry.data["country"])


def delivered(case: Case) -> Found:
    """Under each release something was sent, and all that was sent was received."""
    sent = [act for act in case.batch.of("distribution") if act.signed]
    drafts = list(case.unsigned("distribution"))
    yield from drafts if case.goes_to_sites else ()
    for consignment in sent:
        if consignment.value("movement") != "destruction":
            yield from case.follow_up(consignment, "distribution.receipt")
    if case.goes_to_sites and not drafts:
        used = {act.value("release") for act in sent if act.value("movement") in TO_SITE}
        for release in case.batch.of("release"):
            if release.signed and release.value("decision") == "released" and release.name not in used:
                number = case.next_number("distribution")
                yield from case.wanted("distribution", number, given={"release": release.name})


def issued(case: Case) -> Found:
    """The logs are issued for the first time."""
    yield from _issue(case) if case.batch.newest_issue() is None else ()


def issued_again(case: Case) -> Found:
    """The newest issue shows everything that was signed."""
    newest = case.batch.newest_issue()
    unseen = [act for act in _issuable(case) if newest and not newest.saw(act)]
    if unseen:
        yield from _issue(case, f"issue the logs again: the newest issue does not show {unseen[0].name}")


def _issuable(case: Case) -> Iterator[Act]:
    """The signed acts that an issue of the batch's logs shows."""
    folders = (case.batch, *(each for each in case.batch.deviations if case.batch.id in each.batches))
    for act in (act for folder in folders for act in (*folder.acts, *folder.void)):
        if act.signed and act.form.id != "issue" and batch_of(act.path) in (None, case.batch.id):
            yield act


def _issue(case: Case, what: str = "") -> Found:
    drafts = sorted((act for act in case.batch.of("issue") if not act.signed), key=lambda act: act.number)
    if drafts:
        yield from case.propose.to_sign(drafts[0].record, drafts[0].form)
        return
    for step in case.wanted("issue", case.next_number("issue", width=1), what):
        yield Step(step.record, step.kind, step.name, step.what, step.clause, (f"issue --batch {case.batch.id}",),
                   step.roles, step.people)  # fmt: skip


def packaged(case: Case) -> Found:
    """From the newest issue, where it shows everything, to a package that was made of it: the commit comes first."""
    issue, changed = case.batch.newest_issue(), case.desk.uncommitted
    if issue is None or package_of(case) or list(issued_again(case)):
        return
    if changed is None:
        what = "bring the records into git, with their whole history: a package is made from a commit"
        yield Step("", "hand-in", "records", what, "", ("doctor",))
        return
    if changed:
        what, records_only = "hand in what was written and signed", all("records/" in path for path in changed)
        commit = f'git commit -m "Records of {case.batch.id} as of issue {issue.number}"'
        yield Step("", "hand-in", "records", what, "", (f"git add {'records' if records_only else '.'}", commit))
    command = f"bundle --batch {case.batch.id}"
    yield Step("", "package", "package", "make the filing package", "SOP 6.1", (command,))


def package_of(case: Case) -> str:
    """Where the package lies that shows the newest issue; "" where there is none."""
    issue, packages = case.batch.newest_issue(), case.desk.packages.values()
    return next((package.path for package in packages if issue and package.shows(issue)), "")


def filed(case: Case) -> Found:
    """Every signed record of Annexures 2 to 5 stands in a filing."""
    drafts = list(case.unsigned("filing"))
    yield from drafts
    waiting = [act for act, _ in unfiled(case.batch)]
    if waiting and not drafts:
        names = f"{waiting[0].name}{f' and {len(waiting) - 1} more' if len(waiting) > 1 else ''}"
        yield from case.wanted("filing", case.next_number("filing"), f"record the filing of {names} in the TMF")


def quality_checked(case: Case) -> Found:
    for filing in case.batch.of("filing"):
        if filing.signed:
            yield from case.follow_up(filing, "filing.qc")


def archived(case: Case) -> Found:
    """Once every trial of the batch has ended: the archivist took over what passed its check."""
    if trials_run(case):
        return
    for filing in case.batch.of("filing"):
        check = case.batch.answer(filing, "filing.qc")
        if filing.signed and check and check.signed and check.value("result") == "passed":
            yield from case.follow_up(filing, "filing.archive")


def trials_run(case: Case) -> bool:
    """Whether a trial of the batch has not ended, by the registers in force."""
    entries = case.desk.repository.judgement.states[-1].entries
    names = case.batch.master.value("trials") if case.batch.master else ()
    trials = [entries.get(f"{_REGISTERS}trials/{name}") for name in names] if isinstance(names, tuple) else []
    return not trials or any(
        trial is None or str(trial.data.get("end_of_trial", "9999")) > case.desk.day for trial in trials
    )


def other_forms(case: Case, known: frozenset[str]) -> Found:
    """Whatever else is open: records of kinds that no gate asks for, and follow-ups that a form declares."""
    for act in case.batch.acts:
        if act.form.id not in known and not act.signed:
            yield from case.propose.to_sign(act.record, act.form)
        elif act.signed and act.form.id not in known and not act.form.follows:
            yield from _generic_follow_ups(case, act)


def _generic_follow_ups(case: Case, act: Act) -> Found:
    forms: dict[str, Form] = {}
    for form in case.desk.repository.forms.by_name.values():
        if form.follows == act.form.pattern and form.slots:
            forms[form.id] = form
    for form_id in sorted(forms):
        yield from case.follow_up(act, form_id)


@dataclass(frozen=True)
class Gate:
    """`kinds` are the kinds of records of which one, signed, shows that there was something to pass."""

    name: str
    missing: Callable[[Case], Found]
    kinds: tuple[str, ...]


GATES: tuple[Gate, ...] = (
    Gate("registered", registered, ("batch",)),
    Gate("documented", documented, ("documentation", "documentation.receipt")),
    Gate("deviations decided", permitted, ("disposition",)),
    Gate("certified", decided, ("certification",)),
    Gate("handed off", handed_off, ("handoff", "handoff.acknowledgement")),
    Gate("released by the sponsor", released, ("release",)),
    Gate("delivered", delivered, ("distribution", "distribution.receipt")),
    Gate("filed", filed, ("filing",)),
    Gate("QC passed", quality_checked, ("filing.qc",)),
    Gate("issued", issued, ("issue",)),
    Gate("issued again", issued_again, ()),
    Gate("packaged", packaged, ()),
    Gate("archived", archived, ("filing.archive",)),
)
CLOSING = "filed"
"""From this gate on, what is missing before the later ones can be done beside it."""
