"""What `next` says is right at every step of the sample's way: what its people signed next is among what it proposes,
and what it proposes to sign would stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from filing import steps
from filing.checkout import Checkout
from filing.journal import Journal
from filing.relations import batch_of
from filing.repository import read
from filing.rules import examine
from filing.signing.rehearsal import rehearsed
from filing.signing.request import requested, statement
from filing.signoffs import fingerprint, utc_text
from filing.steps import Desk, Road
from filing.steps.desk import Package
from tests import terminal
from tests.casebook import files_of
from tests.repositories import as_shipped, build, commit, founded, key_of
from tests.second import founding
from tools.founding import PLAN, Signing
from tools.refound import public_text

START = 7
"""Registers, forms and the SOP are signed before anything of a batch is."""
BATCHES = ("B2025-01", "B2025-02", "B2025-03")
UNFORESEEN = ("report.yaml", "capa.02.yaml", "qa-audit")
"""What nobody can know will be written: a deviation, a further CAPA."""


def batches_of(record: str) -> tuple[str, ...]:
    batch = batch_of(record)
    return (batch,) if batch else ("B2025-02",) if "/deviations/" in record else ()


@cache
def checkout(signed: int, written: bool) -> Checkout:
    """The sample as it was when so many sign-offs of its plan had been made; `written` says that what is signed later
    lies there already."""
    plan, sample = PLAN[:signed], as_shipped()
    present = {signing.record for signing in plan}
    later = {signing.record for signing in PLAN[START:]} - present
    changed = {} if written else dict.fromkeys(later)
    files = founded(changed, plan, base=sample)
    now = datetime.fromisoformat(PLAN[signed].time if signed < len(PLAN) else "2025-11-19T12:00:00+00:00")
    repository = read(files, pin="")
    journal = Journal(repository, as_of=utc_text(now - timedelta(seconds=1)))
    examination = examine(journal)
    return Checkout(Path("."), files, journal, examination.findings, examination.results, "", "", None, now)


def desk_at(signed: int, written: bool) -> Desk:
    read_then = checkout(signed, written)
    return Desk(read_then.journal, read_then.findings, read_then.now.date().isoformat(), ())


def next_of(batch: str, signed: int) -> Signing | None:
    return next((signing for signing in PLAN[signed:] if batch in batches_of(signing.record)), None)


@pytest.mark.parametrize("signed", range(START, len(PLAN)))
def test_what_was_signed_next_is_among_what_is_proposed_where_everything_is_written(signed: int) -> None:
    following = PLAN[signed]
    desk = desk_at(signed, written=True)
    for batch in batches_of(following.record):
        road = steps.road(desk, steps.batch_named(desk.journal, batch))
        commands = [command for step in road.steps for command in step.commands]
        assert f"sign {following.record} --as {following.signer} --role {following.role}" in commands


@pytest.mark.parametrize("signed", range(START, len(PLAN)))
def test_what_was_signed_next_is_among_what_is_proposed_where_it_is_still_to_be_written(signed: int) -> None:
    desk = desk_at(signed, written=False)
    for batch in BATCHES:
        following = next_of(batch, signed)
        if following and not following.record.endswith(UNFORESEEN):
            road = steps.road(desk, steps.batch_named(desk.journal, batch))
            fitting = [step for step in road.steps if step.record == following.record]
            assert fitting, (following, road.steps)
            there = following.record in desk.repository.records
            people = {person for step in fitting for person in step.people}
            assert (following.signer, following.role) in people or (not there and following.slot == "qa")
            assert all(step.commands[0].startswith("sign " if there else ("new ", "issue ")) for step in fitting)


def proposed_signings(signed: int, written: bool) -> Iterator[tuple[str, str, str]]:
    """Where everything is written, of the batch that is next: what is signed later has not happened yet."""
    desk = desk_at(signed, written)
    for name in batches_of(PLAN[signed].record) if written else desk.journal.batches:
        batch = steps.batch_named(desk.journal, name)
        for step in steps.road(desk, batch).steps:
            for command in step.commands:
                if command.startswith("sign "):
                    _, record, _, person, _, role = command.split()
                    yield record, person, role


@pytest.mark.parametrize("written", [True, False], ids=["written", "to be written"])
@pytest.mark.parametrize("signed", range(START, len(PLAN)))
def test_what_is_proposed_to_be_signed_would_stand(signed: int, written: bool) -> None:
    read_then = checkout(signed, written)
    repository, day = read_then.repository, read_then.now.date().isoformat()
    for record, person, role in dict.fromkeys(proposed_signings(signed, written)):
        asked = requested(repository, repository.records[record], person, role, day)
        public = public_text(key_of(person))
        tried = statement(asked, repository, fingerprint(public), read_then.now, "DE", False)
        assert rehearsed(read_then, asked, tried, public).against == ()


SECOND_START = 7


@pytest.mark.parametrize("written", [True, False], ids=["written", "to be written"])
@pytest.mark.parametrize("signed", range(SECOND_START, len(founding.PLAN)))
def test_a_repository_with_a_seventh_log_is_led_through_it_by_its_forms_alone(signed: int, written: bool) -> None:
    plan, following = founding.PLAN[:signed], founding.PLAN[signed]
    sample = founding.written()
    later = {signing.record for signing in founding.PLAN[SECOND_START:]} - {signing.record for signing in plan}
    files = founding.founded({path: data for path, data in sample.items() if written or path not in later}, plan)
    now = datetime.fromisoformat(following.time)
    journal = Journal(read(files, pin=""), as_of=utc_text(now - timedelta(seconds=1)))
    desk = Desk(journal, examine(journal).findings, now.date().isoformat(), ())
    road = steps.road(desk, steps.batch_named(journal, "LX-2207-A"))
    if written or following.record != founding.RECALL:  # nobody can know that there will be a recall
        fitting = [step for step in road.steps if step.record == following.record]
        assert any((following.signer, following.role) in step.people for step in fitting), road.steps


def road_of(files: dict[str, bytes], batch: str, now: str = "2025-11-19T12:00:00+00:00", **known: object) -> Road:
    moment = datetime.fromisoformat(now)
    journal = Journal(read(files, pin=""), as_of=utc_text(moment))
    desk = replace(Desk(journal, examine(journal).findings, now[:10], ()), **known)  # type: ignore[arg-type]
    return steps.road(desk, steps.batch_named(journal, batch))


def whole(changed: dict[str, str | bytes | None] | None = None, *more: Signing) -> dict[str, bytes]:
    return founded(changed, (*PLAN, *more), base=as_shipped())


def commands_of(road: Road) -> list[str]:
    return [command for step in road.steps for command in step.commands]


def kinds_of(road: Road) -> set[str]:
    return {step.kind for step in road.steps}


B3 = "records/batches/B2025-03"
DELIVERY, RECEIPT = f"{B3}/documentation.01.yaml", f"{B3}/documentation.01.receipt.yaml"


def test_a_batch_that_is_not_there_yet_is_registered_first() -> None:
    road = road_of(whole(), "B2026-07")
    assert (road.stands, road.gate) == ("not registered", "registered")
    assert commands_of(road) == ["new batch B2026-07"]


@pytest.mark.parametrize("signed", range(START, len(PLAN), 3))
def test_a_rejected_batch_is_never_to_be_released_or_dispatched(signed: int) -> None:
    desk = desk_at(signed, written=False)
    road = steps.road(desk, steps.batch_named(desk.journal, "B2025-02"))
    assert not kinds_of(road) & {"release", "distribution"}


def test_a_rejection_is_handed_off_all_the_same() -> None:
    rejected = next(at for at, s in enumerate(PLAN) if s.record.endswith("B2025-02/certification.yaml")) + 1
    desk = desk_at(rejected, written=False)
    road = steps.road(desk, steps.batch_named(desk.journal, "B2025-02"))
    assert (road.stands, road.gate) == ("rejected", "handed off")
    assert "new handoff B2025-02 recipient=sponsor" in commands_of(road)
    assert "new handoff B2025-02 recipient=cro" in commands_of(road)


def test_a_suspended_batch_waits_for_the_qp_and_goes_nowhere() -> None:
    road = road_of(dict(files_of("R25-holds-suspended-after-the-dispatch")), "B2025-01")
    assert "new certification B2025-01" in commands_of(road)
    assert not kinds_of(road) & {"release", "distribution", "package"}


def test_a_forbidding_disposition_leaves_only_the_rejection() -> None:
    disposed = next(at for at, s in enumerate(PLAN) if "/disposition." in s.record) + 1
    desk = desk_at(disposed, written=False)
    road = steps.road(desk, steps.batch_named(desk.journal, "B2025-02"))
    assert "new certification B2025-02 decision=rejected" in commands_of(road)
    assert "new certification B2025-02" not in commands_of(road)


def test_an_error_on_a_signed_record_comes_before_everything_else() -> None:
    road = road_of(dict(files_of("R09-document-under-query")), "B2025-01")
    assert [step.kind for step in road.steps] == ["mend"]
    assert "under query in documentation.01: IMPD" in road.steps[0].what
    assert commands_of(road) == ["revise records/batches/B2025-01/certification.yaml"]


def test_a_record_that_cannot_be_read_is_mended_first() -> None:
    path = f"{B3}/documentation.02.yaml"
    road = road_of({**whole(), path: b"form: documentation@1\nbatch: [\n"}, "B2025-03")
    assert commands_of(road) == [f"check {path}"]
    assert not kinds_of(road) & {"documentation", "certification"}


def test_a_hold_is_opened_by_a_justification_and_keeps_the_package_back() -> None:
    road = road_of(dict(files_of("R14-handoff-signed-two-working-days-later")), "B2025-01", "2025-11-26T12:00:00+00:00")
    holding = next(step for step in road.steps if step.kind == "hold")
    assert holding.commands == ("justify R14 records/batches/B2025-01/handoff.depot.yaml",)
    assert {role for _, role in holding.people} == {"qa"}
    assert "package" not in kinds_of(road)


def test_a_query_asks_for_a_further_delivery_and_for_no_certification() -> None:
    receipt = as_shipped()[RECEIPT].decode()
    queried = receipt.replace("outcome: received", "outcome: under_query").replace(
        "result: accepted", "result: under_query", 1
    )
    queried = queried.replace("result: under_query\n", 'result: under_query\n    remark: "Page 3 cannot be read"\n', 1)
    road = road_of(whole({RECEIPT: queried}), "B2025-03")
    assert commands_of(road)[0] == "new documentation B2025-03"
    assert "certification" not in kinds_of(road)


def test_a_correction_that_nobody_signed_is_signed_first() -> None:
    files = whole()
    digest = hashlib.sha256(files[DELIVERY]).hexdigest()
    text = files[DELIVERY].decode() + f'corrects: "{digest}"\nreason_class: typo\nreason: A letter was missing.\n'
    road = road_of({**files, f"{B3}/documentation.01.r1.yaml": text.encode()}, "B2025-03")
    assert road.steps[0].commands[0] == f"sign {B3}/documentation.01.r1.yaml --as i-larsen --role qa"


def test_what_a_void_took_back_is_delivered_under_the_next_number() -> None:
    void = f"{B3}/documentation.01.receipt.void.yaml"
    digest = hashlib.sha256(as_shipped()[RECEIPT]).hexdigest()
    text = f'form: void@1\nvoids: "{digest}"\nreason: The receipt was meant for another batch.\n'
    signing = Signing(void, "received", "m-keller", "qp", "2025-11-18T12:00:00+01:00")
    road = road_of(whole({void: text}, signing), "B2025-03")
    fitting = [step for step in road.steps if step.kind == "documentation"]
    assert [step.record for step in fitting] == [f"{B3}/documentation.02.yaml"]
    assert not any(RECEIPT in command for command in commands_of(road))


def test_a_batch_whose_master_was_taken_back_is_done_with() -> None:
    master, void = "records/batches/B2025-09/batch.yaml", "records/batches/B2025-09/batch.void.yaml"
    text = as_shipped()[f"{B3}/batch.yaml"].decode().replace("B2025-03", "B2025-09")
    digest = hashlib.sha256(text.encode()).hexdigest()
    said = f'form: void@1\nvoids: "{digest}"\nreason: It was never made.\n'
    signings = (
        Signing(master, "author", "i-larsen", "qa", "2025-11-18T12:00:00+01:00"),
        Signing(void, "author", "i-larsen", "qa", "2025-11-18T13:00:00+01:00"),
    )
    road = road_of(whole({master: text, void: said}, *signings), "B2025-09")
    assert (road.steps, road.later) == ((), "The batch master was taken back; nothing more is done.")


def test_what_is_not_committed_is_handed_in_before_the_package_is_made() -> None:
    road = road_of(whole(), "B2025-01", uncommitted=("records/batches/B2025-01/issue.2.yaml",))
    assert commands_of(road) == [
        "new filing.qc B2025-01 nn=01",
        "git add records", 'git commit -m "Records of B2025-01 as of issue 2"', "bundle --batch B2025-01",
    ]  # fmt: skip


def test_no_package_is_proposed_where_there_is_no_history() -> None:
    assert "package" not in kinds_of(road_of(whole(), "B2025-01", uncommitted=None))


def test_a_package_of_the_newest_issue_is_made_once() -> None:
    files = whole()
    held = {path: data for path, data in files.items() if "B2025-01/issue.2." in path}
    road = road_of(files, "B2025-01", packages={"p": Package("output/p", held)})
    assert road.package == "output/p"
    assert "package" not in kinds_of(road)
    other = {path: data + b" " for path, data in held.items()}
    assert "package" in kinds_of(road_of(files, "B2025-01", packages={"p": Package("output/p", other)}))


def test_nobody_checks_the_filing_that_they_made() -> None:
    check = next(step for step in road_of(whole(), "B2025-01").steps if step.kind == "filing.qc")
    assert check.people == (("i-larsen", "qa"), ("sunita-reddy", "qa"))


def test_a_tampered_root_is_the_only_thing_to_look_at() -> None:
    files = {**whole(), "records/root.allowed_signers": b"nobody\n"}
    road = road_of(files, "B2025-01")
    assert commands_of(road) == ["check"]


@pytest.mark.parametrize("name", ["b2025-03", "B2025-03/..", "B 1", "r1"])
def test_what_is_no_batch_number_is_refused(name: str) -> None:
    answer = build("next", name)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert f'"{name}" is no batch number: capital letters, digits and hyphens, such as B2025-03.' in answer.stderr


def test_a_command_stands_alone_and_whole_at_any_width(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    commit(folder, whole())
    _, shown = terminal.build("next", "B2025-03", root=folder, columns=60)
    assert f"    ./build.py --root {folder} new documentation B2025-03" in shown.splitlines()


def test_without_a_batch_each_has_one_line_with_its_first_thing(tmp_path: Path) -> None:
    commit(tmp_path / "r", whole())
    answer = build("next", root=tmp_path / "r")
    assert answer.returncode == 0
    lines = answer.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["B2025-01", "B2025-02", "B2025-03"]
    qc = "filing.01.qc: record the check of the filing by another person   SOP 6.2"
    assert lines[0] == f"B2025-01  issued -> QC passed       {qc}"


def test_records_without_a_root_are_led_to_the_check(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    answer = build("next", root=tmp_path)
    assert "The root of trust is not accepted, so that nothing else can be judged." in answer.stdout
    assert f"    ./build.py --root {tmp_path} check" in answer.stdout.splitlines()


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    answer = build("next", root=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
