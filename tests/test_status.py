"""Where the batches stand: derived from signed records, in the SOP's words, and shown so that everybody can read it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from filing import frame, status
from filing.journal import Journal
from filing.repository import read
from filing.rules import examine
from filing.signoffs import utc_text
from filing.status import Standing, board, shown
from filing.steps import Desk
from tests.casebook import files_of
from tests.repositories import ROOT, as_shipped, build, commit, founded, without
from tools.founding import PLAN

NOW = "2025-11-19T12:00:00+00:00"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def desk_of(files: dict[str, bytes], now: str = NOW) -> Desk:
    journal = Journal(read(files, pin=""), as_of=utc_text(datetime.fromisoformat(now)))
    return Desk(journal, examine(journal).findings, now[:10], ())


def standing(files: dict[str, bytes], batch: str, now: str = NOW) -> Standing:
    return next(each for each in status.standings(desk_of(files, now)) if each.batch.id == batch)


def words(files: dict[str, bytes], batch: str, now: str = NOW) -> list[str]:
    return [axis.word for _, axis in standing(files, batch, now).axes]


def whole() -> dict[str, bytes]:
    return founded(plan=PLAN, base=as_shipped())


def page_of(files: dict[str, bytes], root: Path = ROOT) -> str:
    desk = desk_of(files)
    return board.page(desk, root, NOW, tuple(status.standings(desk)), status.trial_standings(desk))


@pytest.mark.parametrize(
    ("batch", "axes"),
    [
        ("B2025-01", ["Certified", "Delivered", "14 signed", "None", "Filed"]),
        ("B2025-02", ["Rejected", "Not released", "10 signed", "Closed", "Filed"]),
        ("B2025-03", ["Under review", "Not released", "3 signed", "None", "Not filed"]),
    ],
)
def test_the_sample_stands_on_its_five_axes(batch: str, axes: list[str]) -> None:
    assert words(whole(), batch) == axes


def test_a_certification_without_the_qp_certifies_nothing() -> None:
    later = [s.record.rpartition("/")[2].removesuffix(".yaml") for s in PLAN if "/B2025-01/" in s.record]
    plan = without(PLAN, *(f"B2025-01/{name}" for name in later if not name.startswith(("batch", "documentation"))))
    assert words(founded(plan=plan, base=as_shipped()), "B2025-01")[:2] == ["Under review", "Not released"]


def test_a_batch_of_which_nothing_is_received_is_in_quarantine() -> None:
    plan = without(PLAN, "B2025-03/documentation.01.receipt")
    assert words(founded(plan=plan, base=as_shipped()), "B2025-03")[0] == "Quarantine"


def test_a_suspended_batch_is_not_called_certified() -> None:
    assert words(dict(files_of("R25-holds-suspended-after-the-dispatch")), "B2025-01")[0] == "Suspended"


def test_a_batch_past_its_expiry_is_called_expired() -> None:
    assert words(whole(), "B2025-01", "2027-09-01T12:00:00+00:00")[0] == "Expired"


def test_a_deviation_that_nobody_signed_counts_as_a_draft() -> None:
    plan = without(PLAN[:23], "DEV-2025-001/report")
    assert words(founded(plan=plan, base=as_shipped()), "B2025-02")[3] == "Draft"


def test_what_is_signed_after_the_filing_is_filed_in_part() -> None:
    files = dict(files_of("R14-handoff-signed-two-working-days-later"))
    assert words(files, "B2025-01", "2025-11-26T12:00:00+00:00")[4] == "Filed, in part"


def test_no_status_of_a_certification_is_the_word_released() -> None:
    for name in ("R25-holds-suspended-after-the-dispatch", "R25-released-while-suspended"):
        for each in status.standings(desk_of(dict(files_of(name)))):
            assert "released" not in each.quality.word.lower()


def test_the_trial_has_its_newest_issue() -> None:
    (trial,) = status.trial_standings(desk_of(whole()))
    assert (trial.name, trial.issue.word) == ("DEMO-101-302", "Issue 1")


def test_a_trial_whose_batch_was_decided_on_since_is_to_be_issued_again() -> None:
    (trial,) = status.trial_standings(desk_of(dict(files_of("R25-holds-suspended-after-the-dispatch"))))
    assert trial.issue.word in ("Issue 1, to be issued again", "Not issued")
    assert trial.issue.style != "good"


def test_the_json_says_its_version_and_keeps_its_keys() -> None:
    desk = desk_of(whole())
    told = json.loads(shown.as_json("1", NOW, desk, tuple(status.standings(desk)), status.trial_standings(desk)))
    assert told["format"] == "status@1"
    assert list(told) == ["format", "version", "as_of", "demonstration", "root", "batches", "trials"]
    assert list(told["batches"][0]) == [
        "batch", "about", "restricted", "quality", "release", "entries", "deviations", "tmf", "stands", "gate",
        "package", "later", "next",
    ]  # fmt: skip
    assert list(told["batches"][2]["next"][0]) == [
        "record", "kind", "name", "what", "clause", "optional", "roles", "people", "commands",
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [70, 80, 140])
def test_the_table_fits_the_terminal(columns: int) -> None:
    desk = desk_of(whole())
    text = shown.as_text(columns, NOW, tuple(status.standings(desk)), status.trial_standings(desk))
    assert max(map(len, text.splitlines())) <= columns
    assert text.splitlines()[0].split() == "Batch Quality Release Records Deviations TMF".split()


def test_a_repository_without_a_root_has_a_status_all_the_same() -> None:
    desk = desk_of({**whole(), "records/root.allowed_signers": b"nobody\n"})
    text = shown.as_text(80, NOW, tuple(status.standings(desk)), status.trial_standings(desk))
    assert "root of trust" in text
    assert "Certified" not in text


def test_a_repository_without_a_batch_says_so() -> None:
    files = {path: data for path, data in whole().items() if "/batches/" not in path and "/deviations/" not in path}
    desk = desk_of(files)
    assert list(status.standings(desk)) == []
    assert shown.as_text(80, NOW, (), ()).startswith("No batch is registered yet.")
    assert "No batch is registered yet." in board.page(desk, ROOT, NOW, (), ())


def test_what_a_record_says_stays_text_on_the_board() -> None:
    path = "records/registers/products/demo-101.yaml"
    hostile = as_shipped()[path].decode().replace("DEMO-101", '"<script>alert(1)</script>\\"><img src=x>"', 1)
    page = page_of(founded({path: hostile}, PLAN[:10], base=as_shipped()))
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_board_says_what_it_is_made_of_and_admits_nothing_else() -> None:
    page = page_of(whole())
    assert frame.DEMONSTRATION.replace("–", "–") in page
    assert frame.RESTRICTED not in page
    assert "As of 19 NOV 2025 12:00:00 +00:00" in page.replace("\u00a0", " ")
    assert re.search(r"default-src &#39;none&#39;; style-src &#39;sha256-", page)
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert " style=" not in page


def test_the_board_of_a_blinded_trial_is_restricted() -> None:
    path = "records/registers/trials/demo-101-302.yaml"
    blinded = as_shipped()[path].decode().replace("blinding: open_label", "blinding: double_blind")
    assert frame.RESTRICTED in page_of(founded({path: blinded}, PLAN[:10], base=as_shipped()))


def test_signed_acts_stand_in_the_order_of_their_times_and_open_steps_behind_them() -> None:
    section = page_of(whole()).partition('id="batch-B2025-03"')[2].partition("</section>")[0]
    items = re.findall(r'<li class="([a-z ]*)">', section)
    assert [name.strip() for name in items] == ["", "", "last", "open"]
    assert (
        section.index("Batch master") < section.index("documentation.01.receipt") < section.index("new documentation")
    )


@pytest.mark.parametrize("width", [360, 1600])
def test_axe_finds_nothing_serious_and_no_line_is_cut(width: int, tmp_path: Path) -> None:
    (tmp_path / "board.html").write_text(page_of(dict(files_of("R25-holds-suspended-after-the-dispatch"))), "utf-8")
    axe = (ROOT / "tests/node/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "board.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.fill("#filter", "b2025-03")
        assert page.locator("tr[data-batch]:visible").count() == 1
        assert page.locator("section.batch:visible").count() == 1
        page.fill("#filter", "")
        page.evaluate(axe)
        found = page.evaluate("axe.run()")["violations"]
        browser.close()
    assert [(each["id"], each["impact"]) for each in found if each["impact"] in ("serious", "critical")] == []
    assert said == []
    assert asked == [(tmp_path / "board.html").as_uri()]


def test_the_board_is_read_where_no_script_runs(tmp_path: Path) -> None:
    (tmp_path / "board.html").write_text(page_of(whole()), "utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto((tmp_path / "board.html").as_uri())
        assert page.locator("tr[data-batch]:visible").count() == 3
        assert not page.locator("#filter").is_visible()
        browser.close()


def test_the_front_door_writes_the_board_into_a_file(tmp_path: Path) -> None:
    commit(tmp_path / "r", whole())
    answer = build("status", "--format", f"html:{tmp_path}/board.html", "--format", "json", root=tmp_path / "r")
    assert answer.returncode == 0
    assert answer.stderr == f"Written: {tmp_path}/board.html\n"
    assert json.loads(answer.stdout)["batches"][0]["batch"] == "B2025-01"
    assert (tmp_path / "board.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("wanted", ["pdf", "html5:x", ""])
def test_another_format_is_refused(wanted: str) -> None:
    answer = build("status", "--format", wanted)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "give text, json or html, and :FILE behind it for a file" in answer.stderr


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    commit(tmp_path / "r", whole())
    answer = build("status", "--format", f"html:{tmp_path}/no/board.html", root=tmp_path / "r")
    assert answer.returncode == 2
    assert f"The status could not be written to {tmp_path}/no/board.html: No such file or directory." in answer.stderr
