"""From an empty batch folder to a filed, packaged and verified batch, by nothing but what the terminal says.

The person at the terminal knows the facts of the batch (FACTS) and who does what (SIGNERS), and types the first command
that `next` names, over and over. Before each command a wrong turn is taken, which has to be refused and explained.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from tests import repositories, terminal
from tests.desk import PASSPHRASE, Desk, desk

BATCH = "B2026-01"
MOST = 40
NO_SUCH = "There is no record records/batches/B2026-01/"
FOLLOWS_NOTHING = "here that this could follow. Write that first. Next ./build.py"
WRONG_TURNS: dict[str, tuple[str, str]] = {
    "new batch": (
        "new documentation {batch}",
        'There is no batch "B2026-01". There are: B2025-01, B2025-02, B2025-03.',
    ),
    "new documentation": ("new documentation.receipt {batch}", f"There is no documentation {FOLLOWS_NOTHING}"),
    "new documentation.receipt": (
        "sign records/batches/{batch}/documentation.01.receipt.yaml --as m-keller",
        f"{NO_SUCH}documentation.01.receipt.yaml.",
    ),
    "new certification": (
        "new handoff {batch} recipient=cro",
        "This record names a signed record (certification), and there is none that fits. Write that first.",
    ),
    "new handoff": ("new handoff.acknowledgement {batch} recipient=depot", f"There is no handoff {FOLLOWS_NOTHING}"),
    "new handoff.acknowledgement": (
        "new handoff.acknowledgement {batch} recipient=nobody",
        f"There is no handoff {FOLLOWS_NOTHING}",
    ),
    "new release": (
        "new distribution {batch}",
        "This record names a signed record (regulatory release), and there is none that fits. Write that first.",
    ),
    "new distribution": ("new distribution.receipt {batch} nn=01", f"There is no distribution {FOLLOWS_NOTHING}"),
    "new distribution.receipt": (
        "sign records/batches/{batch}/distribution.01.receipt.yaml --as s-brandt",
        f"{NO_SUCH}distribution.01.receipt.yaml.",
    ),
    "new filing": ("new filing.qc {batch} nn=01", f"There is no filing {FOLLOWS_NOTHING}"),
    "new filing.qc": (
        "sign records/batches/{batch}/filing.01.qc.yaml --as sunita-reddy",
        f"{NO_SUCH}filing.01.qc.yaml.",
    ),
    "issue": ("bundle --batch {batch}", "A package is made from a commit, and there are changes not committed:"),
    "git": ("bundle --batch {batch}", "A package is made from a commit, and there are changes not committed:"),
    "bundle": ("bundle --batch B2026-99", "There is no batch B2026-99 in this commit; there are:"),
    "verify": ("verify no-such-package", "FAIL"),
}
"""What is typed instead, before each command, and what the terminal answers; before a sign-off the wrong batch is."""
NOW, TODAY = "now", "today"
SIGNERS = {
    "batch.yaml": "i-larsen", "documentation": "j-weber", "certification": "m-keller", "handoff.cro.yaml": "m-keller",
    "handoff.sponsor.yaml": "m-keller", "handoff.cro.ack": "t-vermeer", "handoff.sponsor.ack": "j-weber",
    "distribution.01.receipt": "s-brandt", "distribution": "l-hansen", "filing.01.qc": "sunita-reddy",
}  # fmt: skip
"""Who signs, where several may; else the first that is named."""
FACTS: dict[str, dict[str, str]] = {
    "batch": {
        "Order, Order number": "ORD-2026-101", "Order, .*[Dd]ate": "2026-08-30", "PSF version": "5",
        "Manufactured": "2026-09-23", "Packaged": "2026-10-07", "Bulk batch": "L0301", "Expiry.*Date": "2028-09-30",
        "Amount": "480",
    },
    "documentation": {
        r"manufacturing record\), Number": "BMR-L0301", r"packaging record\), Number": "BPR-B2026-01",
        r"CoA, drug product\), Number": "CoA-L0301-01", r"(?:record|product)\), Version": "1",
        r"(?:record|product)\), Date": "2026-10-12",
        r"record\), From": "manufacturer", r"product\), From": "laboratory",
    },
    "documentation.receipt": {"Result": "accepted", "Outcome": "received"},
    "certification": {
        "Decision": "certified", "Register number": "DEMO-QPR-2026-0201", "Permitted": "yes", "National duties": "yes",
        "Register": "yes", "Documents seen": "documentation.01", "Batch records reviewed": "BMR-L0301, BPR-B2026-01",
        "Amount": "480",
    },
    "handoff": {"Sent at": NOW, r"Handoff to, Person: ": "j-weber"},
    "handoff.acknowledgement": {"Outcome": "accepted"},
    "release": {
        "Amount": "120", "Decision": "released", "Result": "met", "Valid from": TODAY,
        "Evidence: ": "Sponsor's release file DEMO-RF-2026-101",
    },
    "distribution": {
        "Amount": "40", "any": "yes", "another": "no", "First": "K0001", "Last": "K0040",
        "[Ss]hipping order": "SO-2026-0401",
        "Waybill": "DCX-880001", "Carrier": "Demo Cold Chain Express",
        "Logger": "LOG-50001", "Dispatched": NOW,
    },
    "distribution.receipt": {
        "Received": NOW, "Condition": "ok", "Amount": "40", "Reviewed by": "Stefan Brandt", "Reviewed": NOW,
        "Outcome": "within", "Evidence": "LOG-50001-R1", "Acceptance": "accepted",
    },
    "filing": {"Path": "DEMO-101-302, trial level, batch B2026-01"},
    "filing.qc": {"Outcome": "passed", "Result": "passed"},
}  # fmt: skip
"""What is typed where the terminal asks, by the kind of record and a part of the question; elsewhere Enter alone."""


@dataclass
class Journey:
    """One person after the other at the desk; `typed` are the commands that were carried out, in order."""

    place: Desk
    typed: list[str] = field(default_factory=list)
    columns: int = 80

    def next(self) -> list[str]:
        """The commands that `next` names, the first thing to do first."""
        told = repositories.build("next", BATCH, root=self.place.root).stdout
        lines = [line.strip() for line in told.splitlines() if line.startswith("    ")]
        return [line for line in lines if line.startswith(("./build.py", "git "))]

    def types(self, command: str, **answers: str) -> tuple[int, str]:
        """A command as it stands on the terminal, answered by the facts."""
        words = shlex.split(command)
        if words[0] == "git":
            return 0, repositories.git(self.place.root, *words[1:], date=datetime.now().astimezone().isoformat())
        kind = words[words.index("new") + 1] if "new" in words else ""
        facts = {"^Type ": BATCH, "passphrase": PASSPHRASE, **FACTS.get(kind, {}), **answers}
        running = terminal.started(*words[1:], columns=self.columns, **self.place.variables())
        asked = ""
        while (question := running.question()) is not None:
            before, asked = asked, question.rpartition("\n")[2]
            assert asked != before, f"nobody knows the answer:\n{running.seen}"
            answer = next((text for part, text in facts.items() if re.search(part, asked)), "")
            moment = datetime.now().astimezone().isoformat(timespec="seconds")
            running.answer({NOW: moment, TODAY: moment[:10]}.get(answer, answer))
        return running.end(), running.seen

    def does(self, command: str) -> str:
        self.typed.append(command)
        status, seen = self.types(command)
        assert status == 0, f"{command}\n{seen}"
        return seen


def chosen(commands: list[str]) -> str:
    """The first command; of several that sign one record, that of the person whose work it is."""
    first = commands[0]
    wanted = next((person for part, person in SIGNERS.items() if f"/{part}" in first), "")
    same = [line for line in commands if line.split(" --as ")[0] == first.split(" --as ")[0]]
    return next((line for line in same if f"--as {wanted} " in line), first)


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    place = desk(tmp_path)
    people = set(SIGNERS.values()) | {"ravi-kumar", "c-moreau", "sunita-reddy", "h-richter"}
    for person in people:
        place.with_key(person, PASSPHRASE)
    return Journey(place)


def wrong_turn(journey: Journey, right: str) -> None:
    """Something else is typed first: it is refused and explained, and no file is written or changed."""
    before = contents(journey.place.root)
    words = shlex.split(right.replace(f" --root '{journey.place.root}'", ""))
    if "sign" in words:
        status, seen = journey.types(right, **{"^Type ": "B2025-01"})
        said = '"B2026-01" was not what you typed. Nothing was written.'
    else:
        kind = " ".join(words[1:3]) if words[1:2] == ["new"] else "git" if words[0] == "git" else words[1]
        wrong, said = WRONG_TURNS[kind]
        status, seen = journey.types(f"./build.py --root '{journey.place.root}' {wrong.format(batch=BATCH)}")
    assert status in (1, 2)
    assert said in " ".join(seen.split()), seen
    assert contents(journey.place.root) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {p.as_posix(): p.read_bytes() for p in (folder / "records").rglob("*") if p.is_file()}


def test_an_empty_folder_becomes_a_filed_and_verified_batch(journey: Journey) -> None:
    verified = ""
    while not verified:
        commands = journey.next()
        step = [line for line in commands if line.startswith("git ")] or [chosen(commands)]
        assert step[0] not in journey.typed[-1:], f"next names {step[0]} again"
        wrong_turn(journey, step[0])
        seen = "".join(map(journey.does, step))
        verified = seen if " verify " in step[0] else ""
    assert verified.startswith("PASS\n")
    assert len(journey.typed) < MOST
    told = repositories.build("next", BATCH, root=journey.place.root).stdout
    assert "Nothing is missing. It is archived after the end of the trial." in told
    assert journey.place.findings() == []
