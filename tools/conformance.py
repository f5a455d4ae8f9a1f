#!/usr/bin/env python3
"""Has veraPDF judge finished PDFs against PDF/A-2a and PDF/UA-1.

    tools/conformance.py [FILE_OR_FOLDER ...]        default: output

Fetches one pinned veraPDF through Maven, once, into .build/verapdf/. Writes nothing else and repairs nothing.
Exit 0: every PDF conforms to both. 1: some do not, or cannot be read. 2: cannot run here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
ARTIFACT = "org.verapdf.apps:cli:1.30.2"
SHA256 = "287cc9c9757f99dcff4a2d39b68268245b48103fb6af443162d5a29df2afa332"
JAR = ROOT / ".build" / "verapdf" / "cli-1.30.2.jar"
FLAVOURS = {"2a": "PDF/A-2a", "ua1": "PDF/UA-1"}
AT_ONCE = 200
"""Files per call: starting Java costs more than judging a page, and a command line has an end."""


class CannotRun(Exception):
    """What is missing, and what mends it."""


def main(arguments: Sequence[str]) -> int:
    try:
        pdfs = _pdfs([Path(argument) for argument in arguments or ["output"]])
        java, jar = _java(), _verapdf()
        conforms = True
        for flavour in FLAVOURS:
            for start in range(0, len(pdfs), AT_ONCE):
                for line, good in _verdicts(java, jar, flavour, pdfs[start : start + AT_ONCE]):
                    print(line)
                    conforms &= good
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0 if conforms else 1


def _pdfs(places: Sequence[Path]) -> list[Path]:
    missing = [str(place) for place in places if not place.exists()]
    if missing:
        raise CannotRun(f"There is no {', '.join(missing)}. Build a package first, or name a PDF or a folder.")
    found = {pdf for place in places for pdf in (place.rglob("*.pdf") if place.is_dir() else [place])}
    if not found:
        raise CannotRun(f"There is no PDF in {', '.join(map(str, places))}. Build a package first.")
    return sorted(found)


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise CannotRun("Java is not installed; veraPDF needs it. Install a Java runtime, version 11 or newer.")
    return java


def _verapdf() -> Path:
    if not JAR.exists():
        _fetch()
    if hashlib.sha256(JAR.read_bytes()).hexdigest() != SHA256:
        raise CannotRun(f"{JAR.relative_to(ROOT)} is not the veraPDF that is pinned here. Delete it and run again.")
    return JAR


def _fetch() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotRun("Maven is not installed; veraPDF is fetched with it. Install Maven, the command mvn.")
    goal = ["dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={JAR.parent}"]
    # In .build/, where there is no pom.xml of anybody that could change what the command does.
    JAR.parent.mkdir(parents=True, exist_ok=True)
    run = subprocess.run([maven, "-q", "-B", *goal], cwd=JAR.parent, capture_output=True, text=True, check=False)
    if run.returncode or not JAR.exists():
        raise CannotRun(f"Maven could not fetch {ARTIFACT}; is there a network? It said:\n{run.stdout}{run.stderr}")


def _verdicts(java: str, jar: Path, flavour: str, pdfs: Sequence[Path]) -> Iterator[tuple[str, bool]]:
    """For each PDF a line, with the rules it breaks below, and whether it conforms."""
    command = [java, "-jar", str(jar), "--flavour", flavour, "--format", "xml", "--maxfailuresdisplayed", "1"]
    run = subprocess.run([*command, *map(str, pdfs)], capture_output=True, check=False)
    try:
        report = ElementTree.fromstring(run.stdout)
    except ElementTree.ParseError:
        raise CannotRun(f"veraPDF gave no report. It said:\n{run.stderr.decode(errors='replace')}") from None
    jobs = {job.findtext("item/name"): job for job in report.iter("job")}
    for pdf in pdfs:
        job = jobs.get(str(pdf.resolve()), jobs.get(str(pdf.absolute())))
        verdict = None if job is None else job.find("validationReport")
        if verdict is None:
            reason = "not judged" if job is None else job.findtext("taskException/exceptionMessage", "not judged")
            yield f"UNREADABLE     {FLAVOURS[flavour]}  {pdf}\n    {reason}", False
        elif verdict.get("isCompliant") == "true":
            yield f"compliant      {FLAVOURS[flavour]}  {pdf}", True
        else:
            broken = "".join(f"\n    {_broken(rule)}" for rule in verdict.iter("rule"))
            yield f"NOT COMPLIANT  {FLAVOURS[flavour]}  {pdf}{broken}", False


def _broken(rule: ElementTree.Element) -> str:
    times = rule.get("failedChecks")
    description = " ".join(rule.findtext("description", "").split())
    return f"{rule.get('specification')}, {rule.get('clause')}, test {rule.get('testNumber')}, {times} x: {description}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
