"""The page in the browser follows what is saved, says in plain words what stops it, and answers nobody else."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from filing.drafts.pictures import Page as PageShown
from filing.drafts.pictures import picture
from filing.drafts.screen import Screen, Shown, View
from filing.drafts.server import serving
from filing.model import Finding
from tests import repositories
from tests.repositories import ROOT, replaced
from tests.terminal import Terminal

DELIVERY = "records/batches/B2025-01/documentation.02.yaml"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
AXE = ROOT / "tests/node/node_modules/axe-core/axe.min.js"
SECONDS = 30_000
"""Milliseconds a browser is waited for; nothing here measures how long it takes."""
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'

Files = dict[str, bytes]


@contextmanager
def watching(root: Path, *arguments: str) -> Iterator[str]:
    """The address of a preview that runs meanwhile."""
    command = [sys.executable, str(ROOT / "build.py"), "--root", str(root), "draft", "--watch", *arguments]
    # Where the tests themselves run in the background, Ctrl-C is ignored, and a child would inherit that.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as child:  # fmt: skip
        try:
            assert child.stdout
            yield child.stdout.readline().strip()
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=60)
            assert child.returncode == 0, said
        finally:
            child.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def root(sample: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a second delivery that nobody has signed; each test puts back what it changes."""
    delivery = sample["records/batches/B2025-01/documentation.01.yaml"]
    return repositories.write(tmp_path_factory.mktemp("preview"), {**sample, DELIVERY: delivery})


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with watching(root, "B2025-01") as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str, root: Path) -> Iterator[Page]:
    """The log of deliveries, complete, in a window of a usual size."""
    before = (root / DELIVERY).read_bytes()
    page = opened(browser, address, 1400)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    page.context.close()
    (root / DELIVERY).write_bytes(before)


def opened(browser: Browser, address: str, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True).new_page()
    page.set_default_timeout(SECONDS)
    page.goto(f"{address}#annexure-1")
    expect(page.locator("#state")).to_contain_text("Up to date", timeout=SECONDS)
    expect(page.locator("nav a")).to_have_count(8, timeout=SECONDS)
    expect(page.locator("#sheets img[src]").first).to_be_visible(timeout=SECONDS)
    return page


def shows(page: Page, text: str) -> None:
    """One of the pages, as a picture that is there, has this text."""
    expect(page.locator(f"#sheets img[src][alt*='{text}']").first).to_be_visible(timeout=SECONDS)


def save(root: Path, old: str, new: str) -> None:
    (root / DELIVERY).write_text(replaced({DELIVERY: (root / DELIVERY).read_bytes()}, DELIVERY, old, new))


def test_what_is_saved_is_shown_without_loading_the_page_again(page: Page, root: Path) -> None:
    page.evaluate("window.untouched = true")
    save(root, "number: CoA-L0231-01", "number: CoA-L0231-77")
    shows(page, "CoA-L0231-77 of 26 AUG 2025")
    assert page.evaluate("window.untouched") is True
    assert page.locator("#sheets img").first.evaluate("image => image.naturalWidth > 600")


def test_the_place_on_the_page_stays_when_it_changes(page: Page, root: Path) -> None:
    page.set_viewport_size({"width": 1400, "height": 300})
    page.evaluate("window.scrollTo(0, 150)")
    save(root, "number: CoA-L0231-01", "number: CoA-L0231-78")
    shows(page, "CoA-L0231-78")
    assert page.evaluate("window.scrollY") == 150


def test_an_unreadable_record_is_told_above_the_last_good_page_until_it_is_mended(page: Page, root: Path) -> None:
    before = (root / DELIVERY).read_bytes()
    (root / DELIVERY).write_bytes(before + b"documents: [\n")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("They follow again as soon as this is mended", timeout=SECONDS)
    expect(trouble).to_contain_text(f"{DELIVERY}:")
    expect(trouble.locator("dt").first).to_have_text("Found")
    expect(page.locator("#state")).to_have_text("Not up to date")
    shows(page, "ANX1-B2025-01-02")
    (root / DELIVERY).write_bytes(before.replace(b"CoA-L0231-01", b"CoA-L0231-79"))
    shows(page, "CoA-L0231-79")
    expect(trouble).to_be_empty()
    expect(page.locator("#state")).to_contain_text("Up to date")


def test_a_form_that_cannot_be_used_is_told_in_a_sentence_and_recovers(page: Page, root: Path) -> None:
    form = root / "schemas/documentation@1.json"
    before = form.read_bytes()
    form.write_bytes(before[:-20])
    try:
        expect(page.locator("#trouble")).to_contain_text("schemas/documentation@1.json", timeout=SECONDS)
        shows(page, "ANX1-B2025-01-02")
    finally:
        form.write_bytes(before)
    expect(page.locator("#trouble")).to_be_empty(timeout=SECONDS)


def test_what_is_wrong_is_told_in_the_words_of_check(page: Page, root: Path) -> None:
    save(root, "form: documentation@1", "form: documentation@1\ncolour: red")
    trouble = page.locator("#trouble .finding")
    expect(trouble).to_have_count(1, timeout=SECONDS)
    told = " ".join(repositories.build("check", root=root).stdout.split())
    for part in (".place", "p:last-of-type", "dd:first-of-type", "dd:last-of-type"):
        words = " ".join(trouble.locator(part).inner_text().removeprefix("error").split())
        assert words and words in told


def test_a_hostile_text_is_shown_and_not_obeyed(page: Page, root: Path) -> None:
    save(root, "number: CoA-L0231-01", f"number: '{HOSTILE}'")
    expect(page.locator("#trouble dd").first).to_contain_text("<img src=x onerror=", timeout=SECONDS)
    assert page.evaluate("window.pwned") is None
    assert page.locator("main script, aside script, [onerror]").count() == 0


def test_another_document_is_chosen_with_the_keyboard(page: Page) -> None:
    page.locator("nav a", has_text="Annexure-2").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text("QP Certification Log")
    shows(page, "I hereby certify")
    assert page.locator("nav a[aria-current]").inner_text().startswith("Annexure-2")


@pytest.mark.parametrize("width", [360, 900, 1600])
def test_the_page_has_no_serious_fault_for_those_who_hear_it_and_fits_the_screen(
    browser: Browser, address: str, width: int
) -> None:
    page = opened(browser, address, width)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = page.evaluate("axe.run().then(found => found.violations)")
    assert [(fault["id"], fault["impact"]) for fault in faults] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.context.close()


# ------------------------------------------------------------------------------------------------ who is answered


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server alone, with a page that holds hostile text."""
    finding = Finding("records/x.yaml", 1, 1, "R01", "error", HOSTILE, "\n\ndata: {}\n\n", HOSTILE, "Mend.", "SOP 1.1")
    page = PageShown(842, 595, HOSTILE)
    shown = Shown("annexure-1", "Annexure-1", "Log", "0" * 16, (page,))
    with serving(Screen(View("B1", (shown,), (finding,), (), (finding,))), tmp_path_factory.mktemp("faces")) as address:
        yield address


def answer(address: str, path: str = "", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    where = urlsplit(address)
    assert where.hostname and where.port
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    connection.putrequest(method, path or where.path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    kept = {name.lower(): value for name, value in response.getheaders()}
    body = b"" if kept.get("content-type") == "text/event-stream" else response.read()
    connection.close()
    return response.status, kept, body


def test_the_page_comes_with_a_policy_that_lets_nothing_else_in(served: str) -> None:
    status, headers, body = answer(served)
    policy = headers["content-security-policy"]
    assert status == 200 and b"<title>Draft preview</title>" in body
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    assert b"http://" not in body and b"https://" not in body
    assert headers["cache-control"] == "no-store" and headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost", "127.0.0.1", "127.0.0.1:1"])
def test_another_name_for_the_same_machine_is_not_answered(served: str, host: str) -> None:
    assert answer(served, Host=host)[0] == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_origin_is_not_answered(served: str, site: str) -> None:
    assert answer(served, Sec_Fetch_Site=site)[0] == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"])
def test_nothing_but_reading_is_answered(served: str, method: str) -> None:
    status, headers, _ = answer(served, method=method)
    assert status == 405 and headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/../../etc/passwd",
        "/wrong-secret/",
        "{own}../",
        "{own}../../etc/passwd",
        "{own}..%2f..%2fetc%2fpasswd",
        "{own}font/../page.css",
        "{own}font//etc/passwd",
        "{own}pdf/0000000000000000.pdf",
        "{own}page/0000000000000000/0/800.png",
        "{own}page/0000000000000000/0/99999.png",
        "{own}page/-1/0/800.png",
        "{own}records/root.pin",
        "{own}?x",
        "{own}events/more",
    ],
)
def test_no_address_leads_to_a_file(served: str, path: str) -> None:
    status, headers, body = answer(served, path.replace("{own}", urlsplit(served).path))
    assert status == 404 and headers["content-security-policy"].startswith("default-src 'none'")
    assert b"root:" not in body


def test_a_request_that_is_none_is_refused_without_repeating_it(served: str) -> None:
    import socket

    where = urlsplit(served)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        connection.sendall(b"<script>alert(1)</script>\r\n\r\n")
        told = connection.recv(65536)
    assert told.startswith(b"HTTP/1.1 400 ") and b"script" not in told


def test_what_a_record_says_cannot_end_an_event(served: str) -> None:
    where = urlsplit(served)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    connection.request("GET", f"{where.path}events")
    response = connection.getresponse()
    assert response.readline().startswith(b'data: {"batch": "B1"') and response.readline() == b"\n"
    connection.close()


def test_every_start_has_an_address_of_its_own(tmp_path: Path) -> None:
    with serving(Screen(View("B1")), tmp_path) as first, serving(Screen(View("B1")), tmp_path) as second:
        assert urlsplit(first).path != urlsplit(second).path and len(urlsplit(first).path) > 20
        assert urlsplit(first).hostname == "127.0.0.1"


def test_a_picture_has_the_width_asked_for_and_there_is_none_of_a_missing_page(bundled: Path) -> None:
    pdf = (bundled / "data/documents/annexure-1.pdf").read_bytes()
    png = picture(pdf, 0, 700)
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and int.from_bytes(png[16:20], "big") == 700
    for number in (-1, 99):
        with pytest.raises(IndexError):
            picture(pdf, number, 700)


# ------------------------------------------------------------------------------------------------ beginning and end


def test_ctrl_c_ends_it_with_everything_it_started(root: Path) -> None:
    command = [sys.executable, str(ROOT / "build.py"), "--root", str(root), "draft", "B2025-01", "--watch"]
    terminal = Terminal(command, {"DISPLAY": "", "WAYLAND_DISPLAY": ""})
    _wait_for(terminal, "Ctrl-C ends it.")
    terminal.press(b"\x03")
    assert terminal.end() == 0
    assert "The preview has ended." in terminal.seen and "Traceback" not in terminal.seen
    group = terminal._child.pid
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def _wait_for(terminal: Terminal, text: str) -> None:
    while text not in terminal.seen:
        assert terminal._read(0.05) is not None, terminal.seen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("B2025-09",), "There is no batch B2025-09 here; there are: B2025-01."),
        (("../batches/B2025-01",), "There is no batch ../batches/B2025-01 here; there are: B2025-01."),
    ],
)
def test_only_a_batch_there_is_can_be_watched(root: Path, arguments: tuple[str, ...], said: str) -> None:
    answer = repositories.build("draft", "--watch", *arguments, root=root)
    assert answer.returncode == 2 and answer.stdout == "" and said in answer.stderr


def test_among_several_batches_one_must_be_named(root: Path, tmp_path: Path, sample: Files) -> None:
    folder = repositories.write(tmp_path, {**sample, "records/batches/B2025-02/batch.yaml": b"form: batch@1\n"})
    answer = repositories.build("draft", "--watch", root=folder)
    assert answer.returncode == 2
    assert "Name the batch to watch; there are: B2025-01, B2025-02." in answer.stderr
