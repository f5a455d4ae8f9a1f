"""Corrections, voids and later decisions over time: what waits for the QP, and who has to be told until when.

The cases in `cases/` break a rule as gravely as it can be broken; here are its lesser findings and those of the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import pytest

from filing.journal import Journal
from filing.repository import read
from filing.rules import examine
from tests.forging import change, revision
from tests.repositories import BATCH, ISSUE, PLAN, as_shipped, founded, replaced, short_sample
from tools.refound import PLAN as WHOLE_PLAN
from tools.refound import Signing

Files = Mapping[str, str | None]
SHORT, WHOLE = short_sample(), as_shipped()
MASTER, CERTIFICATION = f"{BATCH}/batch.yaml", f"{BATCH}/certification.yaml"
MASTER_R1, MASTER_R2 = f"{BATCH}/batch.r1.yaml", f"{BATCH}/batch.r2.yaml"
CERTIFICATION_R1, SECOND = f"{BATCH}/certification.r1.yaml", f"{BATCH}/certification.02.yaml"
DELIVERY, VOID = f"{BATCH}/documentation.02.yaml", f"{BATCH}/documentation.02.void.yaml"
TRIAL = "records/registers/trials/demo-101-302"
LOGS = dict.fromkeys(
    (f"{BATCH}/filing.01.yaml", ISSUE, f"{BATCH}/issue.2.yaml", "records/trials/demo-101-302/issue.1.yaml")
)
SURPLUS = """\
form: documentation@1
batch: B2025-01
documents:
  - type: stability
    number: STAB-L0231
    version: "2"
    date: 2025-08-29
    source: manufacturer
"""
SUSPENDED = """\
form: certification@1
batch: B2025-01
decision: suspended
mia: DEMO-MIA-0001
register_number: DEMO-QPR-2025-0121
suspension_reason: An out-of-specification result of the stability study is being investigated.
"""


def digest(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def correction(text: str, kind: str, old: str, new: str) -> str:
    """A record's text as corrected, naming what it corrects."""
    assert text.count(old) == 1
    return text.replace(old, new) + f'corrects: "{digest(text)}"\nreason_class: {kind}\nreason: It was wrong.\n'


def of_sample(path: str, old: str, new: str, kind: str) -> str:
    return correction(WHOLE[path].decode(), kind, old, new)


def by_qa(path: str, time: str, slot: str = "author") -> Signing:
    return Signing(path, slot, "i-larsen", "qa", time)


def by_qp(path: str, time: str, slot: str = "qp") -> Signing:
    return Signing(path, slot, "m-keller", "qp", time)


def provided(path: str, time: str) -> Signing:
    return Signing(path, "provided", "j-weber", "sponsor-supply", time, "IE")


def said(rule: str, files: Mapping[str, bytes], clock: str = "") -> list[tuple[str, str]]:
    """Severity and place of what a rule finds, by place."""
    findings = examine(Journal(read(files, pin=""), clock)).findings
    return sorted({(f.severity, f.path) for f in findings if f.rule == rule}, key=lambda pair: pair[::-1])


def in_turn(plan: Iterable[Signing]) -> list[Signing]:
    return sorted(plan, key=lambda signing: datetime.fromisoformat(signing.time))


def short(changed: Files, *signings: Signing) -> dict[str, bytes]:
    """The short sample, not issued, with further acts in the order of their times."""
    return founded({ISSUE: None, **changed}, in_turn((*PLAN, *signings)))


def whole(changed: Files, *signings: Signing, without: tuple[tuple[str, str], ...] = ()) -> dict[str, bytes]:
    """The whole sample, with nothing of B2025-01 issued or filed, with further acts."""
    given = {(signing.record, signing.slot) for signing in signings}
    plan = [s for s in WHOLE_PLAN if (s.record, s.slot) not in given and (s.record, s.slot) not in without]
    return founded({**LOGS, **changed}, in_turn((*plan, *signings)), base=WHOLE)


STORAGE = ("storage: 2–8 °C", "storage: 2–8 °C, protected from light")
ERROR, TYPO = of_sample(MASTER, *STORAGE, "error_of_fact"), of_sample(MASTER, *STORAGE, "typo")
AFTER, LATER = "2025-09-08T09:14:55+02:00", "2025-09-09T10:31:02+02:00"


@pytest.mark.parametrize(("text", "severity"), [(ERROR, "hold"), (TYPO, "warning")])
def test_a_correction_of_what_a_certification_saw_waits_for_the_qp_unless_it_is_a_typing_error(
    text: str, severity: str
) -> None:
    assert said("R45", short({MASTER_R1: text}, by_qa(MASTER_R1, AFTER))) == [(severity, MASTER_R1)]


def test_the_correction_is_told_while_it_is_still_being_written() -> None:
    assert said("R45", short({MASTER_R1: ERROR})) == [("hold", MASTER_R1)]


def test_a_typing_error_corrected_after_an_error_of_fact_does_not_make_it_harmless() -> None:
    second = ERROR.replace(digest(SHORT[MASTER]), digest(ERROR)).replace("error_of_fact", "typo")
    files = short({MASTER_R1: ERROR, MASTER_R2: second}, by_qa(MASTER_R1, AFTER), by_qa(MASTER_R2, LATER))
    assert said("R45", files) == [("hold", MASTER_R2)]


def test_a_corrected_certification_that_did_not_see_the_correction_does_not_end_the_hold() -> None:
    corrected = of_sample(CERTIFICATION, "comments: None", "comments: Kept in cold store 1", "typo")
    early = by_qp(CERTIFICATION_R1, "2025-09-05T10:22:40+02:00")
    files = short({MASTER_R1: ERROR, CERTIFICATION_R1: corrected}, by_qa(MASTER_R1, AFTER), early)
    assert said("R45", files) == [("hold", MASTER_R1)]


def test_the_correction_of_a_parent_batch_waits_for_the_qp_of_the_batch_made_from_it() -> None:
    parent = "records/batches/B2025-02/batch.yaml"
    parents = "origin: EU_EEA\nparents:\n  - batch: B2025-02\n    quantity:\n      amount: 480\n      unit: kits\n"
    text = WHOLE[parent].decode()
    files = short(
        {
            MASTER: replaced(SHORT, MASTER, "origin: EU_EEA\n", parents),
            parent: text,
            parent.replace(".yaml", ".r1.yaml"): correction(text, "error_of_fact", *STORAGE),
        },
        by_qa(parent, "2025-09-01T07:40:12+02:00"),
        by_qa(parent.replace(".yaml", ".r1.yaml"), AFTER),
    )
    assert said("R45", files) == [("hold", parent.replace(".yaml", ".r1.yaml"))]


def test_once_the_certification_was_suspended_nothing_waits_for_it() -> None:
    files = short({MASTER_R1: ERROR, SECOND: SUSPENDED}, by_qp(SECOND, AFTER), by_qa(MASTER_R1, LATER))
    assert said("R45", files) == []


def justified(text: str, signing: Signing) -> dict[str, bytes]:
    justification = (
        "form: justification@1\nbatch: B2025-01\nrule: R45\n"
        f'record: {MASTER_R1}\nsha256: "{digest(text)}"\ngrounds: The label carries the same words.\n'
    )
    return short({MASTER_R1: ERROR, signing.record: justification}, by_qa(MASTER_R1, AFTER), signing)


JUSTIFICATION = f"{BATCH}/justification.01.yaml"


def test_the_qp_opens_the_hold_by_a_justification() -> None:
    assert said("R45", justified(ERROR, by_qp(JUSTIFICATION, LATER, "justified"))) == [("warning", MASTER_R1)]


@pytest.mark.parametrize(
    ("text", "signing"),
    [
        (ERROR, by_qa(JUSTIFICATION, LATER, "justified")),
        (TYPO, by_qp(JUSTIFICATION, LATER, "justified")),
    ],
    ids=["signed by quality assurance", "for another text"],
)
def test_no_other_justification_opens_it(text: str, signing: Signing) -> None:
    assert said("R45", justified(text, signing)) == [("hold", MASTER_R1)]


def test_a_delivery_taken_back_after_the_certification_saw_it_waits_for_the_qp() -> None:
    files = {DELIVERY: SURPLUS, VOID: f'form: void@1\nvoids: "{digest(SURPLUS)}"\nreason: It is of another batch.\n'}
    given = provided(DELIVERY, "2025-09-01T10:02:19+01:00")
    assert said("R45", short(files, given)) == [("hold", VOID)], "nobody has signed it yet"
    assert said("R45", short(files, given, provided(VOID, AFTER))) == [("hold", VOID)]
    assert said("R45", short(files, given, provided(VOID, "2025-09-01T11:00:00+01:00"))) == []


def test_a_void_that_names_another_record_is_an_error() -> None:
    files = {DELIVERY: SURPLUS, VOID: f'form: void@1\nvoids: "{digest(ERROR)}"\nreason: It is of another batch.\n'}
    signings = provided(DELIVERY, "2025-09-01T10:02:19+01:00"), provided(VOID, "2025-09-01T11:00:00+01:00")
    assert said("R45", short(files, *signings)) == [("error", VOID)]


def test_the_number_of_a_decision_that_was_taken_back_stays_used() -> None:
    void = f"{BATCH}/certification.void.yaml"
    again = replaced(SHORT, CERTIFICATION, "comments: None", "comments: Kept in cold store 1")
    files = short(
        {void: f'form: void@1\nvoids: "{digest(SHORT[CERTIFICATION])}"\nreason: Wrong batch.\n', SECOND: again},
        by_qp(void, AFTER),
        by_qp(SECOND, LATER),
    )
    assert said("R47", files) == [("error", SECOND)]


CORRECTED = of_sample(CERTIFICATION, "comments: None", "comments: Protect from light", "error_of_fact")
DECIDED = "2025-09-08T10:22:40+02:00"


@pytest.mark.parametrize(
    ("clock", "severity"), [("", "warning"), ("20250913120000Z", "warning"), ("20250914120000Z", "error")]
)
def test_who_was_told_of_a_certificate_is_told_of_the_next_within_the_days_of_the_policy(
    clock: str, severity: str
) -> None:
    files = whole({CERTIFICATION_R1: CORRECTED}, by_qp(CERTIFICATION_R1, DECIDED))
    assert said("R45", files, clock) == [(severity, CERTIFICATION_R1)], "sponsor and CRO, at one place"
    assert who_was_not_told(files) == {"Demo Clinical Research B.V.", "Demo Sponsor Ltd"}
    assert said("R28", files, clock) == [], "it is told once"


@pytest.mark.parametrize("clock", ["", "20250908120000Z", "20250914120000Z"])
def test_who_holds_product_that_the_qp_took_back_is_told_at_once(clock: str) -> None:
    files = whole({SECOND: SUSPENDED}, by_qp(SECOND, DECIDED))
    assert said("R45", files, clock) == [("error", SECOND)], "sponsor and CRO, at one place"
    assert who_was_not_told(files) == {"Demo Clinical Research B.V.", "Demo Sponsor Ltd"}
    assert said("R28", files, clock) == [], "it is told once"


def test_a_notice_of_the_earlier_decision_tells_nobody_of_the_next() -> None:
    notice = f"{BATCH}/handoff.cro-2.yaml"
    old = WHOLE[f"{BATCH}/handoff.cro.yaml"].decode()
    files = whole({SECOND: SUSPENDED, notice: old}, by_qp(SECOND, DECIDED), by_qp(notice, LATER, "notified"))
    assert len(who_was_not_told(files)) == 2
    new = old.replace("decision: certification", "decision: certification.02").replace("2025-09-03T09", "2025-09-09T09")
    new = new.replace("certificate: CERT-B2025-01 revision 0\n", "")
    files = whole({SECOND: SUSPENDED, notice: new}, by_qp(SECOND, DECIDED), by_qp(notice, LATER, "notified"))
    assert who_was_not_told(files) == {"Demo Sponsor Ltd"}
    assert said("R28", files, "20250914120000Z") == []
    assert said("R28", files, "20250915120000Z") == [("error", notice)], "not acknowledged, and the batch is in use"


def who_was_not_told(files: Mapping[str, bytes]) -> set[str]:
    findings = examine(Journal(read(files, pin=""))).findings
    return {f.found.partition(" was told ")[0] for f in findings if f.rule == "R45"}


@pytest.mark.parametrize(
    ("clock", "expected"), [("", []), ("20250907120000Z", []), ("20250908120000Z", [("warning", CERTIFICATION)])]
)
def test_before_a_dispatch_a_missing_handoff_is_a_warning_once_it_is_overdue(
    clock: str, expected: list[tuple[str, str]]
) -> None:
    assert said("R28", short({}), clock) == expected


@pytest.mark.parametrize(
    ("clock", "expected"), [("20250908120000Z", False), ("20250909120000Z", True)], ids=["in time", "overdue"]
)
def test_the_days_for_an_acknowledgement_run_from_the_handoff(clock: str, expected: bool) -> None:
    notices = [f"{BATCH}/handoff.{name}.yaml" for name in ("cro", "sponsor")]
    texts = {path: WHOLE[path].decode() for path in notices}
    files = short(texts, *(by_qp(path, "2025-09-03T09:15:00+02:00", "notified") for path in notices))
    assert said("R28", files, clock) == [("warning", path) for path in notices if expected]


def test_a_belated_acceptance_of_the_earlier_decision_does_not_settle_that_a_later_one_was_rejected() -> None:
    first, notice = f"{BATCH}/handoff.cro.acknowledgement.yaml", f"{BATCH}/handoff.cro-2.yaml"
    rejection = notice.replace(".yaml", ".acknowledgement.yaml")
    text = WHOLE[f"{BATCH}/handoff.cro.yaml"].decode().replace("decision: certification", "decision: certification.02")
    text = text.replace("2025-09-03T09", "2025-09-09T09").replace("certificate: CERT-B2025-01 revision 0\n", "")
    rejected = WHOLE[first].decode().replace("accepted", "rejected\nrejection_reason: Which batch is meant?")
    files = whole(
        {SECOND: SUSPENDED, notice: text, rejection: rejected},
        by_qp(SECOND, DECIDED),
        by_qp(notice, LATER, "notified"),
        Signing(rejection, "acknowledged", "t-vermeer", "cro", "2025-09-09T13:00:00+02:00", "NL"),
        Signing(first, "acknowledged", "t-vermeer", "cro", "2025-09-09T14:00:00+02:00", "NL"),
    )
    assert ("error", rejection) in said("R28", files)


ANSWER = f"{BATCH}/handoff.sponsor.acknowledgement.yaml"


def acknowledged(time: str, path: str = ANSWER) -> Signing:
    return Signing(path, "acknowledged", "j-weber", "sponsor-supply", time, "IE")


def test_a_sponsor_that_acknowledges_only_after_its_release_is_warned() -> None:
    assert said("R11", whole({}, acknowledged("2025-09-04T07:55:12+01:00"))) == [("warning", ANSWER)]
    assert said("R11", whole({}, without=((ANSWER, "acknowledged"),))) == [("warning", ANSWER)], "not signed yet"


def test_a_further_notice_acknowledged_after_the_release_is_in_order() -> None:
    notice, answer = f"{BATCH}/handoff.sponsor-2.yaml", f"{BATCH}/handoff.sponsor-2.acknowledgement.yaml"
    again = replaced(WHOLE, f"{BATCH}/handoff.sponsor.yaml", "2025-09-03T09:05", "2025-09-05T09:05")
    files = whole(
        {notice: again, answer: WHOLE[ANSWER].decode()},
        by_qp(notice, "2025-09-05T09:10:00+02:00", "notified"),
        acknowledged("2025-09-05T10:00:00+01:00", answer),
    )
    assert said("R11", files) == []


def test_an_approval_counts_against_a_certification_even_if_it_was_registered_later() -> None:
    files = short({})
    approved = "    decided_on: 2025-07-21\n    modifications:\n      - number: DEMO-SM-01\n        date: {}\n"
    for day, expected in (("2025-09-02", [("hold", CERTIFICATION)]), ("2025-09-03", [])):
        revised = dict(files)
        entry = revision(revised, TRIAL, "    decided_on: 2025-07-21\n", approved.format(day))
        change(revised, 2, [entry], time="2025-09-15T09:00:00+01:00")
        assert said("R10", revised) == expected
