"""The SOP's own sample rows as records: what is wrong with them is told, in words that a specialist can act on.

First as somebody types them who has only the SOP before him; then as near to them as the forms allow, with dates that
have one reading and persons of the registers, so that the rules about several records speak, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from filing.model import Finding
from tests import packages
from tests.repositories import as_shipped, examined, founded, replaced
from tools.refound import PLAN as WHOLE_PLAN
from tools.refound import Signing

B1, B2, DEV = "records/batches/B2025-01", "records/batches/B2025-02", "records/deviations/DEV-2025-001"
DOCUMENTATION, RECEIPT = f"{B1}/documentation.01.yaml", f"{B1}/documentation.01.receipt.yaml"
CERTIFICATION, HANDOFF = f"{B1}/certification.yaml", f"{B1}/handoff.sponsor.yaml"
RELEASE, DISTRIBUTION = f"{B1}/release.site-101.yaml", f"{B1}/distribution.01.yaml"
REPORT, CAPA, CLOSURE = f"{DEV}/report.yaml", f"{DEV}/capa.01.yaml", f"{DEV}/closure.yaml"
FILING, ARCHIVE = f"{B1}/filing.01.yaml", f"{B1}/filing.01.archive.yaml"
ROWS = {
    DOCUMENTATION: """\
form: documentation@1
batch: B2025-01
date: 01/09/2025
documents: IMPD, CoA, Protocol
provided_by: Sponsor
status: Received
""",
    CERTIFICATION: """\
form: certification@1
batch: B2025-01
date: 02/09/2025
certified_by: QP
statement: Compliant
decision: Released
""",
    HANDOFF: """\
form: handoff@1
batch: B2025-01
sent_at: 03/09/2025
decision: certification
recipient: Sponsor/CRO
certified_by: QP
status: Completed
""",
    DISTRIBUTION: """\
form: distribution@1
batch: B2025-01
dispatched_at: 04/09/2025
site: Site 101
release: certification
released_by: Sponsor
status: Delivered
""",
    REPORT: """\
form: deviation.report@1
deviation: DEV-2025-001
batches: [B2025-02]
detected_at: 05/09/2025
title: Temperature Excursion
capa: Retraining + Storage Upgrade
status: Closed
""",
    FILING: """\
form: filing@1
batch: B2025-01
date: 10/09/2025
archived_by: QA Officer
location: TMF
status: Archived
""",
}
"""One record for each annexure, in the words of its sample row."""

DATES = {
    DOCUMENTATION: ("01/09/2025", "1 September 2025 or 9 January 2025", "2025-09-01 for 1 September or 2025-01-09"),
    CERTIFICATION: ("02/09/2025", "2 September 2025 or 9 February 2025", "2025-09-02 for 2 September or 2025-02-09"),
    HANDOFF: ("03/09/2025", "3 September 2025 or 9 March 2025", "2025-09-03 for 3 September or 2025-03-09"),
    DISTRIBUTION: ("04/09/2025", "4 September 2025 or 9 April 2025", "2025-09-04 for 4 September or 2025-04-09"),
    REPORT: ("05/09/2025", "5 September 2025 or 9 May 2025", "2025-09-05 for 5 September or 2025-05-09"),
    FILING: ("10/09/2025", "10 September 2025 or 9 October 2025", "2025-09-10 for 10 September or 2025-10-09"),
}
SIGNED_ELSEWHERE = (
    "Delete the line: who did it and when come from the sign-offs, and the status follows from them."
)  # fmt: skip
A_TIME = "Type date, time and offset like 2025-09-10T09:02:40+02:00."
TYPED: tuple[tuple[str, str, str], ...] = (
    (
        DOCUMENTATION, '"IMPD, CoA, Protocol"',
        'Type each entry on a line of its own below the key, beginning with "- ". '
        "The keys are: type, number, version, date, source, sha256.",
    ),
    (DOCUMENTATION, 'the key "date"', SIGNED_ELSEWHERE),
    (DOCUMENTATION, 'the key "provided_by"', SIGNED_ELSEWHERE),
    (DOCUMENTATION, 'the key "status"', SIGNED_ELSEWHERE),
    (CERTIFICATION, '"Released"', 'Possible: "certified", "rejected", "suspended", "reinstated".'),
    (
        CERTIFICATION, '"Compliant"',
        "Type the name of a file in records/registers/statements/ without .yaml; it has no capitals and no spaces.",
    ),
    (CERTIFICATION, 'the key "date"', SIGNED_ELSEWHERE),
    (CERTIFICATION, 'the key "certified_by"', SIGNED_ELSEWHERE),
    (CERTIFICATION, 'no "register_number"', 'Add a line "register_number: ..." here.'),
    (
        HANDOFF, '"Sponsor/CRO"',
        'Type each fact on a line of its own below the key, as "key: value". '
        "The keys are: organisation, person, function.",
    ),
    (HANDOFF, 'the key "certified_by"', SIGNED_ELSEWHERE),
    (HANDOFF, 'the key "status"', SIGNED_ELSEWHERE),
    (HANDOFF, '"2025-09-03"', A_TIME),
    (
        DISTRIBUTION, '"certification"',
        "It is to be: The release under which the consignment goes to the site, such as release.site-101.",
    ),
    (
        DISTRIBUTION, '"Site 101"',
        "Type the name of a file in records/registers/sites/ without .yaml; it has no capitals and no spaces.",
    ),
    (DISTRIBUTION, 'the key "released_by"', SIGNED_ELSEWHERE),
    (DISTRIBUTION, 'the key "status"', SIGNED_ELSEWHERE),
    (DISTRIBUTION, 'no "quantity"', 'Add a line "quantity: ..." here.'),
    (DISTRIBUTION, 'no "temperature"', 'Add a line "temperature: ..." here.'),
    (REPORT, 'the key "status"', SIGNED_ELSEWHERE),
    (REPORT, 'the key "capa"', "Delete the line."),
    (REPORT, 'no "classification"', 'Add a line "classification: ..." here.'),
    (REPORT, 'no "category"', 'Add a line "category: ..." here.'),
    (REPORT, '"2025-09-05"', A_TIME),
    (FILING, 'the key "archived_by"', SIGNED_ELSEWHERE),
    (FILING, 'the key "status"', SIGNED_ELSEWHERE),
    (FILING, 'no "records"', 'Add a line "records: ..." here.'),
    (
        FILING, '"TMF"',
        'Type each fact on a line of its own below the key, as "key: value". The keys are: system, path.',
    ),
)  # fmt: skip
"""Record, what was found, what to do."""


def without_acts() -> dict[str, bytes]:
    """Registers, SOP and forms as shipped."""
    acts = ("records/batches/", "records/deviations/", "records/trials/")
    return {path: data for path, data in as_shipped().items() if not path.startswith(acts)}


def told(rows: dict[str, str], plan: Iterable[Signing] = (), further: Iterable[str] = ()) -> tuple[Finding, ...]:
    """The findings on these records, beside which stand those of the shipped repository that are named."""
    base = without_acts() | {path: as_shipped()[path] for path in further}
    standing = [signing for signing in WHOLE_PLAN if signing.record in base]
    return examined(founded(dict(rows), [*standing, *plan], base=base))[1]


@pytest.fixture(scope="module")
def as_typed() -> tuple[Finding, ...]:
    return told(ROWS)


@pytest.fixture(scope="module")
def with_one_reading() -> tuple[Finding, ...]:
    """The rows typed again with the dates that were asked for."""
    return told({path: re.sub(r"(\d\d)/(\d\d)/(\d{4})", r"\3-\2-\1", text) for path, text in ROWS.items()})


# --------------------------------------------------------------------------------------------------- as first typed


@pytest.mark.parametrize("path", ROWS)
def test_a_date_of_the_sop_is_refused_with_both_its_readings(as_typed: tuple[Finding, ...], path: str) -> None:
    typed, readings, remedy = DATES[path]
    (finding,) = (finding for finding in as_typed if finding.path == path)
    assert (finding.rule, finding.severity, finding.title) == ("R56", "error", "ambiguous date")
    assert finding.found == f'"{typed}", which can mean {readings}'
    assert finding.remedy.startswith(f"Type {remedy}")
    assert finding.requirement == "Dates are typed YYYY-MM-DD; DD/MM and MM/DD look alike."


@pytest.mark.parametrize(("path", "found", "remedy"), TYPED, ids=[f"{p.rpartition('/')[2]} {f}" for p, f, _ in TYPED])
def test_what_a_form_does_not_take_is_told_with_what_to_type(
    with_one_reading: tuple[Finding, ...], path: str, found: str, remedy: str
) -> None:
    (finding,) = (finding for finding in with_one_reading if (finding.path, finding.found) == (path, found))
    assert finding.severity == "error"
    assert finding.remedy == remedy


def test_no_row_passes_its_form(with_one_reading: tuple[Finding, ...]) -> None:
    assert {finding.path for finding in with_one_reading} == set(ROWS)
    assert {finding.rule for finding in with_one_reading} == {"S01", "S03"}


def test_nobody_who_typed_released_is_told_to_type_rejected(with_one_reading: tuple[Finding, ...]) -> None:
    assert not any('Type "rejected"' in finding.remedy for finding in with_one_reading)


@pytest.mark.parametrize(
    "word", ["not certified", "Not Certified", "uncertified", "decertified", "rejected or certified"]
)
def test_nobody_who_typed_the_opposite_is_told_to_type_certified(word: str) -> None:
    text = replaced(as_shipped(), CERTIFICATION, "decision: certified", f"decision: {word}")
    findings = [finding for finding in told({CERTIFICATION: text}) if finding.found == f'"{word}"']
    assert [finding.remedy for finding in findings] == ['Possible: "certified", "rejected", "suspended", "reinstated".']


def test_what_is_told_of_the_rows_needs_no_programmer(
    as_typed: tuple[Finding, ...], with_one_reading: tuple[Finding, ...]
) -> None:
    for finding in (*as_typed, *with_one_reading):
        said = f"{finding.title} {finding.requirement} {finding.found} {finding.remedy}"
        assert not re.search(r"[{}<>]|schema|string|boolean|object|array|null|regex|\bindex\b|instance", said)


# ------------------------------------------------------------------------------------------ as near as the forms allow

_CERTIFIED = replaced(as_shipped(), CERTIFICATION, "statement: ctr-62", "statement: compliant")
SPONSOR_CRO = f"{B1}/handoff.sponsor-cro.yaml"
NEAR = {
    DOCUMENTATION: """\
form: documentation@1
batch: B2025-01
documents:
  - type: IMPD
    number: DEMO-101-IMPD
    version: "3"
    date: 2025-05-12
    source: sponsor
  - type: CoA_DP
    number: CoA-L0231-01
    version: "1"
    date: 2025-08-28
    source: sponsor
  - type: protocol
    number: DEMO-101-302
    version: "2.0"
    date: 2025-04-03
    source: sponsor
""",
    RECEIPT: """\
form: documentation.receipt@1
batch: B2025-01
method: portal
outcome: received
documents:
  - number: DEMO-101-IMPD
    result: accepted
  - number: CoA-L0231-01
    result: accepted
  - number: DEMO-101-302
    result: accepted
""",
    CERTIFICATION: _CERTIFIED,
    SPONSOR_CRO: """\
form: handoff@1
batch: B2025-01
decision: certification
recipient:
  organisation: sponsor-cro
  person: sponsor
  function: sponsor
channel: portal
sent_at: 2025-09-03T09:05:00+02:00
content:
  - what: Certification of B2025-01
restrictions: None
""",
    DISTRIBUTION: replaced(as_shipped(), DISTRIBUTION, "release: release.site-101", "release: release.sponsor"),
    f"{B1}/distribution.01.receipt.yaml": as_shipped()[f"{B1}/distribution.01.receipt.yaml"].decode(),
    REPORT: as_shipped()[REPORT].decode(),
    CAPA: """\
form: capa@1
deviation: DEV-2025-001
decision: planned
type: corrective
title: Retraining + Storage Upgrade
action: Retraining + Storage Upgrade
owner: qp
due: 2025-09-05
effectiveness_criterion: Retraining + Storage Upgrade
""",
    CLOSURE: """\
form: deviation.closure@1
deviation: DEV-2025-001
summary: Temperature Excursion
closed_reason: Retraining + Storage Upgrade
dispositions: []
capas: [capa.01]
""",
    FILING: f"""\
form: filing@1
batch: B2025-01
records:
  - record: {CERTIFICATION}
    sha256: "{hashlib.sha256(_CERTIFIED.encode()).hexdigest()}"
    title: QP certification of B2025-01
    document_date: 2025-09-02
    artifact: "06.02.01"
    copy_type: original
tmf:
  part: sponsor_TMF
  model: trm
  version: "3.3.1"
  level: trial
location:
  system: TMF
  path: TMF
blind_partition: open
retention_basis: CTR58_25y
""",
    ARCHIVE: """\
form: filing.archive@1
batch: B2025-01
archived_on: 2025-09-10
trigger:
  end_of_trial: 2025-09-10
location:
  system: TMF
  path: TMF
""",
}


def signing(record: str, slot: str, signer: str, role: str, time: str) -> Signing:
    return Signing(record, slot, signer, role, f"2025-09-{time}:00+02:00")


NEAR_PLAN = (
    signing(DOCUMENTATION, "provided", "j-weber", "sponsor-supply", "01T10:00"),
    signing(RECEIPT, "received", "m-keller", "qp", "01T15:00"),
    signing(CERTIFICATION, "qp", "m-keller", "qp", "02T14:00"),
    signing(SPONSOR_CRO, "notified", "m-keller", "qp", "03T14:00"),
    signing(DISTRIBUTION, "dispatched", "l-hansen", "depot", "04T10:00"),
    signing(f"{B1}/distribution.01.receipt.yaml", "received", "s-brandt", "site", "04T17:00"),
    signing(REPORT, "reported", "h-richter", "depot", "05T12:00"),
    signing(CAPA, "approved", "i-larsen", "qa", "05T13:00"),
    signing(CLOSURE, "closed", "sunita-reddy", "qa", "05T14:00"),
    signing(FILING, "filed", "ravi-kumar", "filer", "10T10:00"),
    signing(ARCHIVE, "archived", "sunita-reddy", "qa", "10T11:00"),
)
MASTER = f"{B1}/batch.yaml"


@pytest.fixture(scope="module")
def near() -> tuple[Finding, ...]:
    return told(NEAR, NEAR_PLAN, [MASTER])


DEFECTS: dict[str, tuple[str, str, str]] = {
    "batch records and trial authorisation are missing": (
        "R09", CERTIFICATION,
        "missing: Clinical trial authorisation; Part II or ethics opinion; Investigator and site list; Executed batch "
        "manufacturing record; Executed batch packaging record. Received, accepted and seen by the QP: CoA, drug "
        "product; IMPD; Protocol",
    ),
    "the manufacturing record was never received": (
        "R62", CERTIFICATION, "BMR-L0231 is no executed batch record that was received and accepted",
    ),
    "the packaging record was never received": (
        "R62", CERTIFICATION, "BPR-B2025-01 is no executed batch record that was received and accepted",
    ),
    "compliant is no statement": ("R01", CERTIFICATION, 'there is no entry "compliant" among the statements'),
    "sponsor and CRO are no organisation": (
        "R01", SPONSOR_CRO, 'there is no entry "sponsor-cro" among the organisations',
    ),
    "the sponsor is no person": ("R01", SPONSOR_CRO, 'there is no entry "sponsor" among the people'),
    "sponsor and CRO are told apart": (
        "R28", SPONSOR_CRO, "the batch's trials name Demo Sponsor Ltd as Sponsor, and sponsor-cro is notified",
    ),
    "nobody released what was dispatched": (
        "R01", DISTRIBUTION, '"release.sponsor" is named, and there is no record ' + f"{B1}/release.sponsor.yaml",
    ),
    "B2025-02 appears out of nowhere": (
        "R01", REPORT, f"B2025-02 has no batch master, {B2}/batch.yaml",
    ),
    "the QP is no person": ("R01", CAPA, 'there is no entry "qp" among the people'),
    "closed without the QP's disposition": (
        "R41", CLOSURE, "there is no disposition of B2025-02 that is validly signed by a QP",
    ),
    "archived while the trial runs": (
        "R50", ARCHIVE, "the register gives no end of trial for DEMO-101-302; nothing can be archived yet",
    ),
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_of_the_sample_rows_is_told_in_plain_words(near: tuple[Finding, ...], defect: str) -> None:
    rule, path, found = DEFECTS[defect]
    assert [f.severity for f in near if (f.rule, f.path, f.found) == (rule, path, found)] == ["error"]


def test_a_quality_officer_who_archives_is_no_archivist(near: tuple[Finding, ...]) -> None:
    (finding,) = (f for f in near if f.path == ARCHIVE.replace(".yaml", ".archived.signoff"))
    assert finding.rule == "R06"
    assert '"qa" may not sign as "archived"' in finding.found and "archivist" in finding.found


def test_a_sign_off_by_qp_is_nobodys() -> None:
    plan = [replace(each, signer="qp") if each.record == CERTIFICATION else each for each in NEAR_PLAN]
    (finding,) = (f for f in told(NEAR, plan, [MASTER]) if f.rule == "R07")
    assert finding.path == CERTIFICATION.replace(".yaml", ".qp.signoff")
    assert finding.found.startswith('"qp" is not in the registers')
    assert finding.requirement.startswith("Only a Qualified Person named on the stated manufacturing authorisation")


def test_released_by_the_sponsor_needs_the_sponsors_release_officer() -> None:
    rows = {**NEAR, RELEASE: as_shipped()[RELEASE].decode(), DISTRIBUTION: as_shipped()[DISTRIBUTION].decode()}
    by_supply = signing(RELEASE, "released", "j-weber", "sponsor-supply", "04T08:00")
    findings = told(rows, sorted((*NEAR_PLAN, by_supply), key=lambda each: each.time), [MASTER])
    (finding,) = (f for f in findings if f.path == RELEASE.replace(".yaml", ".released.signoff"))
    assert finding.rule == "R06" and '"sponsor-supply" may not sign as "released"' in finding.found
    assert any(f.rule == "R29" and f.path == DISTRIBUTION for f in findings)


def test_a_deviation_closed_on_the_day_it_was_found_is_doubted_and_not_closed() -> None:
    findings = told(NEAR, NEAR_PLAN, [MASTER, f"{B2}/batch.yaml"])
    assert [(f.severity, f.found, f.remedy) for f in findings if f.rule == "R42"] == [(
        "warning",
        "DEV-2025-001 was reported on 2025-09-05 and is closed on the same date, with capa.01",
        "See that each record was signed when it says. If the dates are right, say in the closure why.",
    )]  # fmt: skip
    assert [f.found for f in findings if f.rule == "R41"] == [
        "there is no disposition of B2025-02 that is validly signed by a QP", "capa.01 has no check of its effect",
    ]  # fmt: skip


@pytest.mark.parametrize("batch", ["B2025-01", "B2025-02"])
def test_no_package_is_made_of_the_sample_rows(batch: str) -> None:
    further = [MASTER, f"{B2}/batch.yaml"]
    base = without_acts() | {path: as_shipped()[path] for path in further}
    plan = [each for each in WHOLE_PLAN if each.record in base]
    refused = packages.refused(founded(dict(NEAR), [*plan, *NEAR_PLAN], base=base), batch)
    assert "G01" in {rule for rule, _ in refused} and len(refused) > 3
