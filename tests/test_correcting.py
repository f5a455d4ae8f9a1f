"""Corrections, voids, issues and justifications as they are drafted, and what is refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from filing import load
from filing.act import mappings
from filing.drafting import correcting, issuing, justifying
from filing.drafting.beginning import Drafted
from filing.forms import revision_of
from filing.journal import Journal
from filing.model import CannotRun
from filing.repository import read
from filing.rules import examine
from filing.subject import of_batch, of_trial
from tests import casebook, repositories
from tests.desk import Desk, desk
from tests.repositories import WHOLE_PLAN, as_shipped, build, founded, key_of
from tools.refound import Signing, sign

DAY = "2026-01-05"
CERTIFICATION = "records/batches/B2025-01/certification.yaml"
DELIVERY = "records/batches/B2025-01/documentation.01.yaml"
SITE = "records/registers/sites/site-101.yaml"
REASON = {"reason_class": "error_of_fact", "reason": "Ten kits were taken as samples"}


@cache
def sample() -> dict[str, bytes]:
    return founded(plan=WHOLE_PLAN, base=as_shipped())


def journal_of(files: dict[str, bytes]) -> Journal:
    return Journal(read(files, pin=""))


@cache
def journal() -> Journal:
    return journal_of(sample())


def revised(path: str, of: Journal | None = None, **words: str) -> Drafted:
    at = of or journal()
    given = {name.replace("__", "."): text for name, text in words.items()}
    return correcting.corrected(at, at.repository.records[path], given, DAY, asks=False)


def refused(path: str, of: Journal | None = None, **words: str) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(CannotRun) as refusal:
        revised(path, of, **words)
    return str(refusal.value), refusal.value.commands


# Corrections


def test_a_correction_is_the_record_with_its_comments_and_the_reason() -> None:
    draft = revised(CERTIFICATION, quantity__amount="470", **REASON)
    text = sample()[CERTIFICATION].decode()
    assert draft.path == "records/batches/B2025-01/certification.r1.yaml" and draft.lacking == ()
    assert draft.text == text.replace("amount: 480", "amount: 470") + (
        "# Corrects. A revision names the record it replaces by that file's SHA-256.\n"
        f'corrects: "{journal().repository.records[CERTIFICATION].sha256}"\n'
        "# Kind of reason. A revision says what kind of reason it has.\n"
        "reason_class: error_of_fact\n"
        "# Reason for the revision. A revision says why the record changes.\n"
        "reason: Ten kits were taken as samples\n"
    )


def test_a_correction_has_nothing_against_it_but_its_sign_off() -> None:
    files = dict(sample())
    draft = revised(DELIVERY, documents__0__version="4", remarks="Version as printed", **REASON)
    files[draft.path] = draft.text.encode()
    assert [f for f in repositories.examined(files)[1] if f.path == draft.path and f.severity == "error"] == []
    assert '    version: "4"\n' in draft.text and "\nremarks: Version as printed\n" in draft.text


def test_a_correction_of_a_correction_follows_the_newest_and_names_its_own_reason_only() -> None:
    files = dict(sample())
    first = revised(DELIVERY, documents__0__version="4", **REASON)
    files[first.path] = first.text.encode()
    sign(files, Signing(first.path, "provided", "j-weber", "sponsor-supply", "2025-12-01T09:00:00+01:00", "IE"),
         key_of("j-weber"), repositories.NAMESPACE)  # fmt: skip
    at = journal_of(files)
    again = revised(DELIVERY, at, reason_class="typo", reason="The number was right before")
    assert again.path.endswith("documentation.01.r2.yaml") and revision_of(again.path)[1] == 2
    assert again.text.count("\ncorrects:") == again.text.count("\nreason:") == again.text.count("# Corrects.") == 1
    assert "Ten kits" not in again.text and f'"{at.repository.records[first.path].sha256}"' in again.text


def test_without_a_terminal_the_reason_stands_empty_and_is_listed() -> None:
    draft = revised(DELIVERY)
    assert draft.text.endswith("\nreason:\n") and [title for _, title in draft.lacking] == [
        "Kind of reason", "Reason for the revision",
    ]  # fmt: skip


def test_a_register_entry_in_force_is_revised_with_its_reason() -> None:
    draft = revised(SITE, pharmacy="Dr. Nora Ahrens", reason="New pharmacist")
    assert draft.path == "records/registers/sites/site-101.r1.yaml" and draft.lacking == ()
    assert "\npharmacy: Dr. Nora Ahrens\n" in draft.text and "reason_class" not in draft.text


def test_a_folded_text_and_a_list_are_exchanged_whole() -> None:
    report = "records/deviations/DEV-2025-001/report.yaml"
    draft = revised(report, description="A short one", batches="B2025-02,B2025-03", **REASON)
    record, findings = load.load_record(draft.path, draft.text.encode())
    assert record is not None and findings == ()
    assert record.data["description"] == "A short one" and record.data["batches"] == ("B2025-02", "B2025-03")
    assert record.data["immediate_action"] == journal().repository.records[report].data["immediate_action"]


@pytest.mark.parametrize(
    ("path", "words", "why", "commands"),
    [
        ("records/batches/B2025-01/issue.2.yaml", {}, "An issue is never corrected; the next number stands in its",
         ("issue --batch B2025-01",)),
        ("records/trials/demo-101-302/issue.1.yaml", {}, "An issue is never corrected",
         ("issue --trial demo-101-302",)),
        ("records/registers/change.001.yaml", {}, "A record of this kind (register change) is never corrected.", ()),
        (DELIVERY, {"remark": "x"}, 'has no field "remark". Did you mean remarks?', ()),
        (DELIVERY, {"documents.0.type": "x"}, 'documents.0.type=x: Not one of the choices: "x".', ()),
        (DELIVERY, {"documents.0.sha256": "0" * 64}, "documents.0.sha256 does not stand on a line of its own", ()),
        (DELIVERY, {"reason_class": "whim"}, 'reason_class=whim: Not one of the choices: "whim".', ()),
    ],
)  # fmt: skip
def test_what_cannot_be_corrected_is_refused(
    path: str, words: dict[str, str], why: str, commands: tuple[str, ...]
) -> None:
    said, typed = refused(path, None, **{name.replace(".", "__"): text for name, text in words.items()})
    assert why in said and typed == commands


def test_what_nobody_signed_is_changed_in_its_own_file() -> None:
    path = "records/batches/B2025-03/documentation.02.yaml"
    at = journal_of({**sample(), path: sample()[DELIVERY].replace(b"batch: B2025-01", b"batch: B2025-03")})
    assert refused(path, at) == (f"Nobody signed {path} yet: change the file itself.", (f"check {path}",))


def test_an_entry_that_no_change_put_into_force_is_changed_in_its_own_file() -> None:
    path = "records/registers/sites/site-102.yaml"
    at = journal_of({**sample(), path: sample()[SITE]})
    assert refused(path, at) == (f"No register change has put {path} into force yet: change the file itself.", ())


def test_what_is_signed_in_one_place_only_is_signed_first() -> None:
    plan = tuple(s for s in WHOLE_PLAN if (s.record, s.slot) != ("records/sop/cr-ops-142-2025.yaml", "approved"))
    path = "records/batches/B2025-03/documentation.01.receipt.yaml"
    files = founded(plan=tuple(s for s in plan if s.record != path and "trials/" not in s.record), base=as_shipped())
    files = {**files, path.replace(".yaml", ".received.signoff"): b"signoff 1\n"}
    said, typed = refused(path, journal_of(files))
    assert said == f"{path} is not signed in every place yet. Have it signed, then correct it."
    assert typed == (f"sign {path}",)


def test_what_was_taken_back_is_not_corrected() -> None:
    files = dict(sample())
    void = voided(DELIVERY, reason="Delivered twice")
    files[void.path] = void.text.encode()
    sign(files, Signing(void.path, "provided", "j-weber", "sponsor-supply", "2025-12-01T09:00:00+01:00", "IE"),
         key_of("j-weber"), repositories.NAMESPACE)  # fmt: skip
    said, _ = refused(DELIVERY, journal_of(files))
    assert said == f"{DELIVERY} was taken back by {void.path}. Write a new record instead of correcting it."


# Voids


def voided(path: str, of: Journal | None = None, **words: str) -> Drafted:
    at = of or journal()
    return correcting.taken_back(at, at.repository.records[path], words, DAY, asks=False)


def test_a_void_names_the_revision_in_force_and_the_reason() -> None:
    draft = voided(DELIVERY, reason="Delivered twice")
    assert draft.path == "records/batches/B2025-01/documentation.01.void.yaml" and draft.lacking == ()
    assert f'\nvoids: "{journal().repository.records[DELIVERY].sha256}"\n' in draft.text
    assert draft.text.endswith("\nreason: Delivered twice\n")
    found = repositories.examined({**sample(), draft.path: draft.text.encode()})[1]
    assert [f for f in found if f.path == draft.path and f.severity == "error"] == []


@pytest.mark.parametrize(
    ("path", "words", "why"),
    [
        ("records/batches/B2025-01/issue.1.yaml", {}, "A record of this kind (issue of the logs) is never taken back."),
        (SITE, {}, "A record of this kind (clinical site) is never taken back."),
        (DELIVERY, {"voids": "x"}, "The record that is taken back is named by itself"),
        (DELIVERY, {"why": "x"}, 'The form void@1 has no field "why".'),
    ],
)
def test_what_cannot_be_taken_back_is_refused(path: str, words: dict[str, str], why: str) -> None:
    with pytest.raises(CannotRun) as refusal:
        voided(path, None, **words)
    assert why in str(refusal.value)


def test_what_nobody_signed_and_what_is_taken_back_already_is_not_taken_back() -> None:
    path = "records/batches/B2025-03/documentation.02.yaml"
    draft = sample()[DELIVERY].replace(b"batch: B2025-01", b"batch: B2025-03")
    with pytest.raises(CannotRun, match=rf"Nobody signed {path}: delete the file, or change it\."):
        voided(path, journal_of({**sample(), path: draft}))
    there = DELIVERY.replace(".yaml", ".void.yaml")
    with pytest.raises(CannotRun, match=rf"{there} is there already"):
        voided(DELIVERY, journal_of({**sample(), there: b"form: void@1\n"}))


# Issues


def test_an_issue_lists_exactly_what_the_rule_demands() -> None:
    plan = tuple(s for s in WHOLE_PLAN if not ("B2025-01/issue.2" in s.record or "trials/" in s.record))
    files = founded({"records/batches/B2025-01/issue.2.yaml": None}, plan, base=as_shipped())
    at = journal_of(files)
    draft = issuing.issued(
        of_batch(at, "B2025-01"), {"logs.4.nil_return": "No deviation up to 10 SEP 2025"}, DAY, False
    )
    assert draft.path == "records/batches/B2025-01/issue.2.yaml" and draft.lacking == ()
    found = repositories.examined({**files, draft.path: draft.text.encode()})[1]
    assert [f for f in found if f.path == draft.path and f.severity == "error"] == []
    written, _ = load.load_record(draft.path, draft.text.encode())
    assert written and [(log["annexure"], len(log["entries"])) for log in mappings(written.data["logs"])] == [
        (1, 1), (2, 1), (3, 2), (4, 1), (5, 0), (6, 1),
    ]  # type: ignore[arg-type]  # fmt: skip


def test_without_a_terminal_each_nil_return_stands_empty_and_is_listed() -> None:
    draft = issuing.issued(of_batch(journal(), "B2025-03"), {}, DAY, False)
    assert [".".join(map(str, at)) for at, _ in draft.lacking] == [f"logs.{log}.nil_return" for log in range(1, 6)]
    assert draft.text.count("    entries: []\n    nil_return:\n") == 5


def test_a_trials_issue_lists_the_entries_of_all_its_batches() -> None:
    files = founded({"records/trials/demo-101-302/issue.1.yaml": None},
                    tuple(s for s in WHOLE_PLAN if "trials/" not in s.record), base=as_shipped())  # fmt: skip
    draft = issuing.issued(of_trial(journal_of(files), "demo-101-302"), {}, DAY, False)
    shipped, _ = load.load_record("x", sample()["records/trials/demo-101-302/issue.1.yaml"])
    written, findings = load.load_record(draft.path, draft.text.encode())
    assert written and shipped and findings == () and draft.path == "records/trials/demo-101-302/issue.1.yaml"
    for mine, theirs in zip(mappings(written.data["logs"]), mappings(shipped.data["logs"]), strict=True):
        assert mine["annexure"] == theirs["annexure"]
        assert set(mine["entries"]) == set(theirs["entries"])  # type: ignore[arg-type]  # lists of paths


@pytest.mark.parametrize("whose", ["B2025-01", "B2025-02"])
def test_an_issue_that_would_say_the_same_is_refused(whose: str) -> None:
    with pytest.raises(CannotRun, match=r"Nothing was signed since records/batches/B2025-0[12]/issue\.[12]\.yaml"):
        issuing.issued(of_batch(journal(), whose), {}, DAY, False)


def test_an_issue_that_is_not_signed_yet_is_signed_first() -> None:
    plan = tuple(s for s in WHOLE_PLAN if not ("B2025-01/issue.2" in s.record or "trials/" in s.record))
    with pytest.raises(CannotRun, match="is there and not signed yet") as refusal:
        issuing.issued(of_batch(journal_of(founded(plan=plan, base=as_shipped())), "B2025-01"), {}, DAY, False)
    assert refusal.value.commands == ("sign records/batches/B2025-01/issue.2.yaml",)


@pytest.mark.parametrize("name", ["logs.0.nil_return", "logs.9.nil_return", "logs.0.annexure"])
def test_of_an_issue_only_the_nil_returns_are_given(name: str) -> None:
    with pytest.raises(CannotRun, match=f"{name} follows by itself. Nil returns can be given: logs.1.nil_return, "):
        issuing.issued(of_batch(journal(), "B2025-03"), {name: "3"}, DAY, False)


# Justifications

CASE = "R14-handoff-signed-two-working-days-later"


@cache
def on_hold() -> tuple[Journal, tuple[justifying.Hold, ...]]:
    folder = casebook.CASES[CASE]
    base = repositories.short_sample() if casebook.is_short(folder) else as_shipped()
    files = founded({p: d for p, d in casebook.overlay(folder, base).items() if base.get(p) != d},
                    casebook.planned(folder), base=base)  # fmt: skip
    at = journal_of(files)
    return at, justifying.open_holds(at, examine(at).findings, DAY)


def test_what_is_on_hold_is_listed_with_who_may_open_it() -> None:
    holds = on_hold()[1]
    assert [hold.finding.rule for hold in holds] == ["R14"]
    assert holds[0].role == "qa" and {"Sunita Reddy"} <= set(holds[0].people)


def test_a_justification_names_the_record_in_its_version_and_asks_for_the_grounds_only() -> None:
    at, holds = on_hold()
    path = holds[0].finding.path
    draft = justifying.justified(at, holds, "R14", path, {"grounds": "The portal was down for two days"}, DAY, False)
    assert draft.path.endswith("/justification.01.yaml") and draft.lacking == ()
    assert "\nrule: R14\n" in draft.text.replace("# ", "") and f"\nrecord: {path}\n" in draft.text
    assert at.repository.records[path].sha256 in draft.text
    empty = justifying.justified(at, holds, "R14", path, {}, DAY, False)
    assert [title for _, title in empty.lacking] == ["Grounds"]


@pytest.mark.parametrize(("rule", "own"), [("R10", True), ("R14", False), ("R99", True)])
def test_what_is_not_on_hold_is_not_justified(rule: str, own: bool) -> None:
    at, holds = on_hold()
    path = holds[0].finding.path if own else "records/batches/B2025-01/batch.yaml"
    with pytest.raises(CannotRun, match=f"{rule} has no open hold on {path}. Open are: R14 on ") as refusal:
        justifying.justified(at, holds, rule, path, {}, DAY, False)
    assert refusal.value.commands == ("justify",)


def test_a_hold_is_justified_once() -> None:
    at, holds = on_hold()
    path = holds[0].finding.path
    draft = justifying.justified(at, holds, "R14", path, {"grounds": "The portal was down for two days"}, DAY, False)
    again = journal_of({**at.repository.files, draft.path: draft.text.encode()})
    with pytest.raises(CannotRun, match="justifies it, once it is signed") as refusal:
        justifying.justified(again, holds, "R14", path, {}, DAY, False)
    assert refusal.value.commands == (f"sign {draft.path}",)


def test_only_the_grounds_are_given() -> None:
    at, holds = on_hold()
    with pytest.raises(CannotRun, match="Only the grounds are given here"):
        justifying.justified(at, holds, "R14", holds[0].finding.path, {"rule": "R1"}, DAY, False)


# At the front door


@pytest.fixture
def at_desk(tmp_path: Path) -> Desk:
    return desk(tmp_path)


def test_the_verbs_write_beside_the_record_and_say_what_comes_next(at_desk: Desk) -> None:
    before = {path: (at_desk.root / path).read_bytes() for path in at_desk.files()}
    door = f"./build.py --root '{at_desk.root}'"
    for line, path in (
        (["revise", CERTIFICATION, "reason=x y", "reason_class=typo"], CERTIFICATION.replace(".yaml", ".r1.yaml")),
        (["void", DELIVERY, "reason=Delivered twice"], DELIVERY.replace(".yaml", ".void.yaml")),
        (["issue", "--batch", "B2025-03"], "records/batches/B2025-03/issue.1.yaml"),
    ):
        answer = build(*line, root=at_desk.root)
        assert (answer.returncode, answer.stdout) == (0, f"{path}\n"), answer.stderr
        assert f"Next\n    {door} check {path}\n" in answer.stderr
        lacks = "Still to be filled in" in answer.stderr  # what lacks a nil return is not signed yet
        assert (f"    {door} sign {path} --as " in answer.stderr) != lacks
        assert (at_desk.root / path).exists()
    assert all((at_desk.root / path).read_bytes() == data for path, data in before.items())
    assert len(at_desk.files()) == len(before) + 3


def test_reasons_are_asked_at_a_terminal(at_desk: Desk) -> None:
    answers = {"Kind of reason": "typo", "Reason for the revision": "A letter was missing"}
    status, seen = at_desk.types("revise", CERTIFICATION, "register_number=DEMO-QPR-2025-0118", answers=answers)
    assert status == 0, seen
    text = (at_desk.root / CERTIFICATION.replace(".yaml", ".r1.yaml")).read_text()
    assert "\nregister_number: DEMO-QPR-2025-0118\n" in text and text.endswith("\nreason: A letter was missing\n")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (["revise", "records/nothing.yaml"], "There is no record records/nothing.yaml."),
        (["void", "records/nothing.yaml"], "There is no record records/nothing.yaml."),
        (["issue", "--batch", "B2025-99"], 'There is no batch "B2025-99". There are: B2025-01, B2025-02, B2025-03.'),
        (["issue", "--trial", "nothing"], "There is no trial nothing in force"),
        (["justify", "R14"], "Name the rule and the record, or nothing, for a list of what is on hold."),
        (["justify", "R14", CERTIFICATION], f"R14 has no open hold on {CERTIFICATION}."),
        (["new", "documentation", "B2025-03", "remarks"], '"remarks" is not understood. Give a value as NAME=VALUE'),
    ],
)
def test_what_is_refused_writes_nothing_and_exits_2(at_desk: Desk, line: list[str], why: str) -> None:
    before = at_desk.files()
    answer = build(*line, root=at_desk.root)
    assert answer.returncode == 2 and why in answer.stderr and answer.stdout == ""
    assert at_desk.files() == before
