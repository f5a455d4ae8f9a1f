"""Measures what the design promises, each figure as a ratio to a baseline of the same run.

Nothing here passes or fails: a machine is not a requirement. Medians of several runs, after one that is not counted.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from filing import load  # noqa: E402
from filing.signoffs import DEMONSTRATION  # noqa: E402
from tools.refound import PLAN, Signing, refound, sign  # noqa: E402

BATCH = "B2025-01"
PLAIN_SCRIPT = """
import glob, io, sys
import weasyprint, pypdf
merged = pypdf.PdfWriter()
for page in sorted(glob.glob(sys.argv[1] + "/*.html")):
    merged.append(io.BytesIO(weasyprint.HTML(page).write_pdf(pdf_variant="pdf/a-2a")))
merged.write(io.BytesIO())
"""
SEEN = """word => new Promise(done => {
    const look = () => {
        const there = [...document.querySelectorAll("#sheets img[src]")].some(page => page.alt.includes(word));
        requestAnimationFrame(there ? () => done(Date.now() / 1000) : look);
    };
    look();
})"""
"""When the browser first paints a page with this word, looked for at every picture it draws."""


def seconds(command: list[str], runs: int = 5, before: Callable[[], object] = lambda: None) -> float:
    """Median wall-clock seconds of a command that must succeed."""
    times = []
    for _ in range(runs + 1):
        before()
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def repository(folder: Path, batches: int) -> int:
    """The sample with its batch copied under other numbers, all signed; returns the number of records."""
    files, _ = load.read_tree(ROOT, ("records", "schemas", "templates"))
    people = {signing.signer for signing in PLAN} | {p.stem for p in (ROOT / "records/registers/people").glob("*.yaml")}
    keys = {person: Ed25519PrivateKey.generate() for person in sorted(people)}
    new = refound(files, keys)
    sample = {path: data for path, data in new.items() if f"/{BATCH}/" in path and path.endswith(".yaml")}
    base = {path: data for path, data in new.items() if "/batches/" not in path}
    for number in range(1, batches + 1):
        name = f"B3025-{number:05}"
        copy = {path.replace(BATCH, name): data.replace(BATCH.encode(), name.encode()) for path, data in sample.items()}
        batch = {**base, **copy}
        for planned in PLAN:
            if BATCH in planned.record:
                again = Signing(**{**vars(planned), "record": planned.record.replace(BATCH, name)})
                sign(batch, again, keys[planned.signer], DEMONSTRATION)
        new |= {path: data for path, data in batch.items() if f"/{name}/" in path}
    for path, data in new.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return sum(path.endswith(".yaml") for path in new)


def committed(folder: Path) -> None:
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "records"]):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def plain_pages(folder: Path) -> None:
    """The HTML that the documents of the sample are made of, for the plain script."""
    from filing import documents
    from filing.journal import Journal
    from filing.render.html import to_html
    from filing.repository import read
    from filing.subject import of_batch

    files, _ = load.read_tree(ROOT, ("records", "schemas", "templates"))
    planned = documents.plan(of_batch(Journal(read(files, pin="")), BATCH))
    for number, document in enumerate(planned.documents):
        (folder / f"{number}.html").write_text(to_html(document, files))


def seen_after_saving(folder: Path, edits: int = 20) -> tuple[int, list[float]]:
    """The pages of a log of eight entries, and the seconds from saving one of its records until Chromium shows it."""
    from playwright.sync_api import sync_playwright

    files, _ = load.read_tree(ROOT, ("records", "schemas", "templates"))
    record = f"records/batches/{BATCH}/distribution"
    first, waybill = files[f"{record}.01.yaml"], b"DCX-771204"
    files |= {f"{record}.{number:02}.yaml": first for number in range(2, 9)}
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    command = [sys.executable, str(ROOT / "build.py"), "--root", str(folder), "draft", BATCH, "--watch"]
    times = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout
        address = child.stdout.readline().strip()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.goto(f"{address}#annexure-4")
            for number in range(edits + 1):
                page.locator("#state", has_text="Up to date").wait_for()
                word = f"DCX-{900000 + number}"
                started = time.time()
                (folder / f"{record}.02.yaml").write_bytes(first.replace(waybill, word.encode()))
                times.append(page.evaluate(SEEN, word) - started)
                time.sleep(0.3)
            pages = page.locator("#sheets img").count()
            browser.close()
        child.send_signal(signal.SIGINT)
    return pages, times[1:]


def main() -> int:
    front, python = str(ROOT / "build.py"), sys.executable
    rows: list[tuple[str, float, str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        bare = seconds([python, "-c", "pass"], 15)
        rows.append(("--help", seconds([python, front, "--help"], 15), "the bare interpreter", bare))
        small, large = work / "small", work / "large"
        few, many = repository(small, 190), repository(large, 1990)
        for folder in (small, large):
            committed(folder)
        first = seconds([python, front, "--root", str(small), "check"], 3)
        rows.append((f"check of {few} records", first, "the bare interpreter", bare))
        rows.append(
            (
                f"check of {many} records",
                seconds([python, front, "--root", str(large), "check"], 3),
                f"{few} records",
                first,
            )
        )
        pages = work / "pages"
        pages.mkdir()
        plain_pages(pages)
        plain = seconds([python, "-c", PLAIN_SCRIPT, str(pages)], 3)
        clone = work / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True, capture_output=True)
        cold = seconds(
            [python, front, "--root", str(clone), "bundle", "--cold", "--batch", BATCH],
            3,
            lambda: shutil.rmtree(clone / "output", ignore_errors=True),
        )
        rows.append((f"cold bundle of {BATCH}", cold, "a plain script: render and append", plain))
        drafted = work / "drafted"
        pages_shown, seen = seen_after_saving(drafted)
    print(f"{len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}")
    for what, took, baseline, against in rows:
        print(f"{what:28} {took:7.3f} s   {took / against:6.2f} x {baseline} ({against:.3f} s)")
    what = f"saved until seen, {pages_shown} pages"
    print(f"{what:28} {statistics.median(seen):7.3f} s   at most {max(seen):.3f} s of {len(seen)} edits")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
