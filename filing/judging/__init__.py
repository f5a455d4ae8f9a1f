"""Validly signed: the one order in which sign-offs, registers and forms are judged, from the root outwards.

The numbered steps are those of the record model, section 5. Registers are decided first, then the list of forms,
then every other sign-off; nothing decided later can change what was decided before. Every other room asks only
"validly signed by whom, as what, having seen what?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from filing.judging.alone import match_forms, read_alone
from filing.judging.approved import CONSTANTS, QP_SCOPE, forms_in_force, forms_list, keep_constants
from filing.judging.chain import UNFINISHED, walk_chain
from filing.judging.court import FORMS_LIST, SUFFIX, Court, Evidence, FormLine, record_of, state_number
from filing.judging.entitled import hold_in_state, not_taken_away
from filing.judging.faults import Cause, fault
from filing.judging.scopes import Scopes
from filing.judging.times import times_are_plausible
from filing.people import NotTrusted
from filing.signoffs import SignOff
from filing.trust import PIN_FILE, ROOT_FILE, Root, State, change_number, read_root

__all__ = [
    "CONSTANTS", "FORMS_LIST", "QP_SCOPE", "SUFFIX", "UNFINISHED", "Cause", "Evidence", "FormLine", "Judgement",
    "Scopes", "judge", "record_of",
]  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """What stands.

    `struck` maps each void sign-off to the cause of it; `acts` each validly signed record to its sign-offs in the
    order of the form's slots; `absent` is what was seen but is not in this package.
    """

    root: Root | None
    states: tuple[State, ...]
    standing: Mapping[str, SignOff]
    struck: Mapping[str, Cause]
    causes: tuple[Cause, ...]
    acts: Mapping[str, tuple[SignOff, ...]]
    forms: tuple[FormLine, ...]
    absent: tuple[str, ...] = ()

    @cached_property
    def voided(self) -> Mapping[Cause, tuple[str, ...]]:
        """Each cause with the sign-offs it voids, directly and through what others saw."""
        voided: dict[Cause, list[str]] = {}
        for path, cause in sorted(self.struck.items()):
            voided.setdefault(cause, []).append(path)
        return {cause: tuple(paths) for cause, paths in voided.items()}

    def state_seen(self, signoff: SignOff) -> State:
        """The registers as the signer saw them."""
        return self.states[state_number(signoff)]

    def form_in_force(self, form_id: str, day: str) -> FormLine | None:
        """The newest approved version of a form or document that is effective on a day."""
        lines = [line for line in self.forms if line.id == form_id and line.effective <= day]
        return max(lines, key=lambda line: line.version, default=None)


def judge(evidence: Evidence) -> Judgement:
    court = Court(evidence)
    try:
        root = _pinned_root(court)  # step 1
    except NotTrusted as error:
        court.strike_all(Cause(error.path, "T01", "root of trust not accepted", error.found, error.remedy))
        return _judgement(court, None, (), ())
    read_alone(court, root)  # 2
    match_forms(court)  # 3
    court.strike_unseen()  # 4; from here on, whoever saw what is struck is struck with it
    states = walk_chain(court, root)  # 5, 6
    hold_in_state(court, states)  # 7
    not_taken_away(court, states)  # 8
    times_are_plausible(court)  # 9
    lines, refused = forms_list(court)  # 10
    forms_in_force(court, lines, refused)  # 11
    keep_constants(court, states)  # 12
    return _judgement(court, root, states, lines)  # 13


def _pinned_root(court: Court) -> Root:
    evidence = court.evidence
    root = read_root(evidence.files.get(ROOT_FILE))
    if evidence.pin and evidence.pin != root.digest:
        raise NotTrusted(
            ROOT_FILE,
            f"its fingerprint is {root.digest}, but the pinned one is {evidence.pin}",
            "Use the repository whose root you were given; ask the founders themselves about any other.",
        )
    if evidence.files.get(PIN_FILE, root.pin) != root.pin:
        found = f"it does not hold exactly the fingerprint of this repository's root, {root.digest}"
        court.blame(fault("pin differs from the root", PIN_FILE, found))
    return root


def _judgement(court: Court, root: Root | None, states: tuple[State, ...], lines: tuple[FormLine, ...]) -> Judgement:
    """Step 13: acts whose required slots are all validly signed."""
    acts = {}
    for path, record in sorted(court.evidence.records.items()):
        form = court.evidence.forms.of(path, record.form)
        if form is None or not form.slots or path in court.evidence.unfit:
            continue
        if (change_number(path) or 0) >= max(len(states), 1):  # no change beyond the last state is in force
            continue
        signed = {signoff.slot: signoff for signoff in court.of(path)}
        needed = {slot.name for slot in form.slots if slot.required}
        if form.kind in CONSTANTS:
            needed.add(CONSTANTS[form.kind][0])
        if needed <= set(signed):
            acts[path] = tuple(signed[slot.name] for slot in form.slots if slot.name in signed)
    absent = tuple(sorted(court.absent))
    return Judgement(root, states, dict(court.standing), dict(court.struck), tuple(court.causes), acts, lines, absent)
