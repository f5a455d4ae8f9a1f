"""A batch from an empty folder to its first issue, written with nothing but the answers to what is asked.

Between the records each is signed with the tests' keys, now; after each record `check` has nothing against it but the
sign-offs that are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from tests import repositories
from tests.desk import Desk, desk
from tests.repositories import key_of
from tools.refound import Signing, sign

NAME = "B2026-01"
BATCH = f"records/batches/{NAME}"
NO = {"another one?": "no", "is there any?": "no"}


def now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


@pytest.fixture
def at_desk(tmp_path: Path) -> Desk:
    return desk(tmp_path)


def typed(place: Desk, arguments: str, answers: Mapping[str, str]) -> str:
    """Writes a record at the terminal; its path. Nothing but missing sign-offs may stand against it."""
    status, seen = place.types(*arguments.split(), answers={**answers, **NO})
    assert status == 0, seen
    path = next(line for line in seen.splitlines() if line.startswith("records/") and line.endswith(".yaml"))
    assert against(place, path) == [], (place.root / path).read_text()
    return path


def against(place: Desk, path: str) -> list[str]:
    findings = repositories.examined(files_of(place))[1]
    return [f"{f.rule} {f.line} {f.found}" for f in findings if f.path == path and f.severity != "warning"]


def files_of(place: Desk) -> dict[str, bytes]:
    return {
        path.relative_to(place.root).as_posix(): path.read_bytes()
        for top in repositories.TOPS
        for path in sorted((place.root / top).rglob("*"))
        if path.is_file()
    }


def signed(place: Desk, path: str, *signings: tuple[str, str, str, str]) -> None:
    """Signs with (slot, person, role, country)."""
    files = files_of(place)
    before = set(files)
    for slot, person, role, country in signings:
        sign(files, Signing(path, slot, person, role, now(), country), key_of(person), repositories.NAMESPACE)
    repositories.write(place.root, {new: files[new] for new in set(files) - before} | files)
    assert against(place, path) == []


MASTER = {
    "Kind of batch": "kit", "Order number": "ORD-2026-001", "Order date": "2026-01-12", "Manufactured on": "2026-02-10",
    "Packaged on": "2026-02-17", "date, Kind": "expiry", "date, Date": "2028-12-31", "Amount": "200", "Unit": "kits",
    "Origin": "EU_EEA",
}  # fmt: skip
DOCUMENTS = (
    ("batch_manufacturing_record", "BMR-L0301", "1", "2026-02-10", "manufacturer"),
    ("batch_packaging_record", "BPR-B2026-01", "0", "2026-02-17", "manufacturer"),
    ("CoA_DP", "CoA-L0301-01", "1", "2026-02-20", "laboratory"),
)
CERTIFIED = {
    "Decision": "certified", "Register number": "DEMO-QPR-2026-0201", "Documents seen": "1", "Batch records": "1, 2",
    "attestations,": "yes",
}  # fmt: skip


def test_a_batch_goes_from_nothing_to_its_first_issue(at_desk: Desk) -> None:
    master = typed(at_desk, f"new batch {NAME}", MASTER)
    assert master == f"{BATCH}/batch.yaml"
    signed(at_desk, master, ("author", "i-larsen", "qa", "DE"))

    delivery = delivered(at_desk)
    signed(at_desk, delivery, ("provided", "j-weber", "sponsor-supply", "IE"))
    receipt = typed(
        at_desk, f"new documentation.receipt {NAME}", {"Result": "accepted", "How": "portal", "Outcome": "received"}
    )
    signed(at_desk, receipt, ("received", "m-keller", "qp", "DE"))

    certification = typed(at_desk, f"new certification {NAME}", CERTIFIED)
    signed(at_desk, certification, ("qa", "i-larsen", "qa", "DE"), ("qp", "m-keller", "qp", "DE"))

    for recipient, person, role in (("sponsor", "j-weber", "sponsor-supply"), ("cro", "t-vermeer", "cro")):
        sent = {"Which recipient": recipient, "Sent by": "portal", "Sent at": now(), "Person": person}
        handoff = typed(at_desk, f"new handoff {NAME}", sent)
        assert handoff == f"{BATCH}/handoff.{recipient}.yaml"
        signed(at_desk, handoff, ("notified", "m-keller", "qp", "DE"))
        answer = typed(at_desk, f"new handoff.acknowledgement {NAME}", {"Outcome": "accepted"})
        assert answer == f"{BATCH}/handoff.{recipient}.acknowledgement.yaml"
        signed(at_desk, answer, ("acknowledged", person, role, "IE"))

    checked = {"Result": "met", "Evidence": "Seen in the file on the day of release", "Amount": "50"}
    release = typed(at_desk, f"new release {NAME}", {**checked, "Decision": "released", "Valid from": now()[:10]})
    signed(at_desk, release, ("released", "c-moreau", "release-officer", "IE"))

    dispatch = {
        "Movement": "initial", "Shipping order": "SO-2026-001", "Amount": "2", "Transport temperature": "cold_2_8",
        "Kit numbers: is": "yes",
        "First": "K0501", "Last": "K0502", "loggers: is": "yes", "Logger": "LOG-9", "Carrier": "Demo Cold Chain",
        "Dispatched at": now(),
    }  # fmt: skip
    consignment = typed(at_desk, f"new distribution {NAME}", dispatch)
    signed(at_desk, consignment, ("dispatched", "l-hansen", "depot", "DK"))
    arrived = {
        "Received at": now(), "Condition": "ok", "Amount": "2", "eviewed by": "Stefan Brandt", "eviewed at": now(),
        "utcome": "within", "Acceptance": "accepted",
    }  # fmt: skip
    arrival = typed(at_desk, f"new distribution.receipt {NAME}", arrived)
    signed(at_desk, arrival, ("received", "s-brandt", "site", "DE"))

    filing = typed(at_desk, f"new filing {NAME}", {"Place": "DEMO-101-302, trial level"})
    signed(at_desk, filing, ("filed", "ravi-kumar", "filer", "IE"))
    check = typed(at_desk, f"new filing.qc {NAME}", {"Result": "passed"})
    signed(at_desk, check, ("checked", "sunita-reddy", "qa", "IE"))

    issue = typed(at_desk, f"issue --batch {NAME}", {})
    assert issue == f"{BATCH}/issue.1.yaml"
    signed(at_desk, issue, ("prepared", "ravi-kumar", "log-keeper", "IE"), ("checked", "sunita-reddy", "qa", "IE"))
    assert [each for each in at_desk.findings() if NAME in each[1]] == []


def delivered(place: Desk) -> str:
    """A delivery: what the sponsor delivers for every batch is proposed, the batch's own records are typed."""
    answering = place.begins("new", "documentation", NAME)
    own = {kind: dict(zip(("Number", "Version", "Date", "From"), rest, strict=True)) for kind, *rest in DOCUMENTS}
    kind, lines = "", 0
    while (question := answering.question()) is not None:
        asked = question.rpartition("\n")[2]
        if "Document type" in asked:
            kind, lines = asked.partition("[")[2].partition("]")[0], lines + 1
        answering.answer(next((text for part, text in own.get(kind, {}).items() if part in asked), ""))
    assert answering.end() == 0 and lines == 8, answering.seen
    assert against(place, f"{BATCH}/documentation.01.yaml") == []
    return f"{BATCH}/documentation.01.yaml"


REPORTED = {
    "Deviation": "Label torn on five kits",
    "Detected by": "Packer at the line clearance", "Location": "Packaging line 2",
    "Country": "DE", "Category": "GMP_labelling", "Reason for the classification": "Five kits, all still on the line",
    "Classification": "minor", "Description": "Labels were to be whole; five kits had torn labels, none of them left.",
    "Immediate action": "The five kits were taken off the line.", "Hold set": "no",
}  # fmt: skip
INVESTIGATED = {
    "Root cause": "A worn roller of the labelling machine.", "Method": "Inspection of the machine and its log.",
    "Unexpected": "yes", "Registered specifications": "met", "Risk assessment": "No kit with a torn label was used.",
    "quality": "None", "safety": "None", "data": "None", "Assessment": "not_serious", "Decided by": "sunita-reddy",
    "Further batches": "No other batch was on the line on that day.",
}  # fmt: skip
PLANNED = {
    "Decision": "planned", "Type": "corrective", "CAPA": "New roller", "Action": "Fit a new roller and log its hours.",
    "Owner": "h-richter", "Due": "2030-01-31", "riterion": "No torn label in the next three batches.",
}  # fmt: skip


def test_a_deviation_goes_from_its_report_to_its_closure(at_desk: Desk) -> None:
    number = f"DEV-{now()[:4]}-001"
    folder = f"records/deviations/{number}"
    report = typed(at_desk, "new deviation.report B2025-03", {"Detected at": now(), "Batches": "B2025-03", **REPORTED})
    assert report == f"{folder}/report.yaml"
    signed(at_desk, report, ("reported", "h-richter", "depot", "DE"))
    found = typed(at_desk, f"new deviation.investigation {number}", {"aware at": now(), **INVESTIGATED})
    signed(at_desk, found, ("investigated", "i-larsen", "qa", "DE"))
    decided = {
        "Decision": "certifiable",
        "Registered": "met",
        "Rationale": "The five kits are destroyed; the rest is whole.",
    }
    disposition = typed(at_desk, f"new disposition {number}", decided)
    assert disposition == f"{folder}/disposition.B2025-03.yaml"
    signed(at_desk, disposition, ("qp", "m-keller", "qp", "DE"))
    capa = typed(at_desk, f"new capa {number}", PLANNED)
    assert capa == f"{folder}/capa.01.yaml"
    signed(at_desk, capa, ("approved", "i-larsen", "qa", "DE"))
    done = {"Done on": now()[:10], "Evidence": "Acceptance record of the roller.", "Result": "effective"}
    effect = typed(at_desk, f"new capa.effectiveness {number}", done)
    signed(at_desk, effect, ("verified", "i-larsen", "qa", "DE"))
    why = {
        "Reason for closing": "All that was to be done is done and checked.",
        "Summary": "A worn roller tore five labels.",
    }
    closure = typed(at_desk, f"new deviation.closure {number}", why)
    text = (at_desk.root / closure).read_text()
    assert "\ndispositions: [disposition.B2025-03]\ncapas" in text.replace(comments(text), "")
    assert "\ncapas: [capa.01, capa.01.effectiveness]\n" in text
    signed(at_desk, closure, ("closed", "sunita-reddy", "qa", "IE"))


def comments(text: str) -> str:
    """The comment between the two lists of a closure."""
    lines = [line for line in text.splitlines() if line.startswith("# CAPA")]
    start = text.index(lines[0])
    return text[start : text.index("capas:")]


def test_a_decision_after_the_first_is_numbered_and_says_what_it_is_about(at_desk: Desk) -> None:
    suspended = {
        "Decision": "suspended",
        "Register number": "DEMO-QPR-2026-0301",
        "suspension": "Doubt about the loggers.",
    }
    path = typed(at_desk, "new certification B2025-01", suspended)
    assert path == "records/batches/B2025-01/certification.02.yaml"
    assert "\ncertificate:" not in (at_desk.root / path).read_text()


def test_a_new_site_is_asked_for_and_waits_for_a_register_change(at_desk: Desk) -> None:
    asked = {
        "number": "102", "Trial": "demo-101-302", "Name": "Klinik Zwei", "Line 1": "Weg 2", "Line 2": "10115 Berlin",
        "Country": "DE", "Investigator": "Dr. Ida Blum", "Pharmacy": "Jan Roth", "Activated": "2026-01-12",
    }  # fmt: skip
    status, seen = at_desk.types("new", "site", "site-102", answers={**asked, **NO})
    assert status == 0, seen
    assert "A register change puts it into force.\n" in seen and " change\n" in seen
    text = (at_desk.root / "records/registers/sites/site-102.yaml").read_text()
    assert '\nnumber: "102"\n' in text and "\ntrial: demo-101-302\n" in text and "\n# closed_on: " in text
