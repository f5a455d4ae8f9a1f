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
