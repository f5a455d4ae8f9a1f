"""The verbs: what each does, told in a screenful, and the little that only they know: the clock, the environment
variables, where findings are delivered. `build.py` calls them and turns what they return into an exit code.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filing.model import CannotRun

if TYPE_CHECKING:
    from filing.history import History
    from filing.journal import Journal
    from filing.model import Finding
    from filing.rules import RuleResult
    from filing.subject import Subject
    from filing.verify import Verdict

TOOL = Path(__file__).resolve().parent.parent
TOPS = ("records", "schemas", "templates")


def check(options: Namespace) -> int:
    """Reads the working tree, judges it, and reports every finding."""
    from filing import load, report
    from filing.history import inside_git, is_shallow
    from filing.repository import root_cause_first

    _require_records(options.root)
    records = Path(os.path.abspath(options.root))
    for item in options.paths:
        if not os.path.lexists(item):
            raise CannotRun(f"There is no {item} here. Name a file or folder to report on, or none for all.")
        if not Path(os.path.abspath(item)).is_relative_to(records):
            raise CannotRun(f"{item} does not lie in {records}, whose records are checked. Name one that does.")
    started = _clock()
    files, unreadable = load.read_tree(options.root, TOPS)
    pin, origin = _pin(options)
    with_history = inside_git(options.root) and not is_shallow(options.root)
    history = _history(options.root, files) if with_history else None
    journal, findings, results = _examined(files, pin, history, now=started)
    findings = list(
        root_cause_first([*findings, *unreadable, *_about_pin_and_history(options.root, pin, with_history)])
    )
    findings = [finding for finding in findings if _under(finding.path, options)]
    as_of = started.isoformat(timespec="seconds")
    for wanted in options.format or ["text"]:
        kind, _, target = wanted.partition(":")
        if kind == "json":
            from filing import __version__

            text = report.as_json(__version__, as_of, findings, results)
        else:
            colour = not target and sys.stdout.isatty() and "NO_COLOR" not in os.environ
            text = report.as_text(findings, results, files, colour=colour, why=options.verbose)
            text = "\n".join([text, *report.left_to_do(journal.repository)])
            root = journal.repository.judgement.root
            if root:
                text += f"\nRoot {root.digest}, {origin}"
        _deliver(text, target)
    return 1 if any(finding.severity != "warning" for finding in findings) else 0


def bundle(options: Namespace) -> int:
    """Reads the commit, judges it, and only then renders, merges, packs, re-reads and publishes."""

    from filing.render import fonts, workers

    _require_records(options.root)
    build = TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    kept = None if options.cold or os.environ.get("CI") else build / "documents"
    with workers.renderers(options.jobs, accepted, build, warm=kept is None or not kept.exists()) as executor:
        # The renderer loads while everything else is imported and checked.
        from filing import documents, gate, package, publish
        from filing.history import clean_head
        from filing.render.cache import Cache
        from filing.render.environment import environment_digest
        from filing.subject import of_batch, of_trial
        from filing.trust import PIN_FILE

        commit = clean_head(options.root)
        pin, _ = _pin(options, commit.files.get(PIN_FILE, b""))
        if not pin:
            raise CannotRun("No root of trust is pinned. Give its fingerprint with --root-fingerprint or FILING_ROOT.")
        _say(f"Checking the records of commit {commit.id[:12]}")
        journal, findings, results = _examined(
            commit.files, pin, _history(options.root, commit.files), commit.committed
        )
        subject = of_trial(journal, options.trial) if options.trial else of_batch(journal, options.batch)
        refused = gate.refusals(subject, findings)
        if refused:
            from filing import report

            _say(report.as_text(refused, results, commit.files, colour=sys.stderr.isatty(), why=False))
            _say(f"No package was made: {len(refused)} findings stand against it.{_elsewhere(subject, findings)}")
            return 1
        for warning in gate.warnings(subject, findings):
            _say(f"warning  {warning.rule}  {warning.path}: {warning.found}")
        if lying := _elsewhere(subject, findings):
            _say(lying.strip())
        planned = documents.plan(subject)
        environment = package.environment((TOOL / "requirements.lock").read_text(), accepted)
        cache = Cache(kept, environment_digest(environment))
        rendered = package.render(planned, commit.files, executor, cache, _say)
    contents = package.assemble(planned, rendered, commit, environment)
    from filing import verify

    def sound(folder: Path) -> tuple[str, ...]:
        return verify.verify(folder, pin, cover=rendered.cover.pdf).reasons_to_fail

    _say("Writing and verifying the package")
    print(publish.publish(contents.name, contents.files, options.out or options.root / "output", sound))
    return 0


def verify(options: Namespace) -> int:
    """Re-reads a package and trusts nothing but the pinned root; the verdict comes first."""
    from filing import verify

    pin, _ = _pin(options)
    verdict = verify.verify(options.path, pin, verify.checkout_registers(options.root), options.registers)
    if options.rebuild:
        verdict = _rebuilt(verdict, options)
    print("\n".join(verdict.lines))
    return {"PASS": 0, "FAIL": 1, "INDETERMINATE": 3}[verdict.word]


def _rebuilt(verdict: Verdict, options: Namespace) -> Verdict:
    """The verdict after every PDF was made again from the package's records with this checkout's templates."""

    from filing import load, package
    from filing.rebuild import rebuilt
    from filing.render import fonts, workers

    build = TOOL / ".build"
    accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), build)
    templates, _ = load.read_tree(options.root, ("templates",))
    environment = package.environment((TOOL / "requirements.lock").read_text(), accepted)
    with workers.renderers(cores(), accepted, build) as executor:
        return rebuilt(verdict, templates, environment, executor)


def doctor(options: Namespace) -> int:
    """Works before anything is installed."""

    from filing import doctor

    return doctor.main(TOOL)


def _elsewhere(subject: Subject, findings: list[Finding]) -> str:
    from filing import gate

    count = gate.elsewhere(subject, findings)
    return f" {count} more {'lies' if count == 1 else 'lie'} elsewhere in the repository." if count else ""


def _require_records(root: Path) -> None:
    if not (root / "records").is_dir():
        raise CannotRun(f"{root} holds no folder records/. Name the right folder with --root.")


def _examined(
    files: Mapping[str, bytes], pin: str, history: History | None, now: datetime
) -> tuple[Journal, list[Finding], tuple[RuleResult, ...]]:
    """Everything that stands before the gate: load, validate, judge sign-offs, check rules."""
    from filing import repository
    from filing.journal import Journal
    from filing.rules import examine
    from filing.signoffs import utc_text

    def latest(path: str) -> str:
        return history.latest(path, files[path], utc_text(now)) if history else utc_text(now)

    breaks = history.breaks if history else ()
    journal = Journal(repository.read(files, pin=pin, latest=latest, breaks=breaks), as_of=utc_text(now))
    examined = examine(journal)
    return journal, list(examined.findings), examined.results


def _history(root: Path, files: Mapping[str, bytes]) -> History:
    from filing.history import read_history
    from filing.trust import listed_entries

    return read_history(root, files, listed_entries(files))


def _pin(options: Namespace, committed: bytes | None = None) -> tuple[str, str]:
    """The pinned fingerprint and who pinned it: the command line, the environment, git's settings, the repository.

    The repository's own pin is the committed one where a commit is judged, else that of the working tree.
    """
    from filing.history import pinned_in_config
    from filing.trust import PIN_FILE

    own = options.root / PIN_FILE
    written = committed if committed is not None else own.read_bytes() if own.is_file() else b""
    compare = "compare it with the fingerprint you were given"
    given = (
        (options.root_fingerprint or "", "pinned on the command line"),
        (os.environ.get("FILING_ROOT", ""), "pinned by FILING_ROOT"),
        (pinned_in_config(options.root), "pinned by your git setting filing.root"),
        (written.decode(errors="replace"), f"pinned by the repository itself; {compare}"),
    )  # fmt: skip
    if options.root_fingerprint == "":
        raise CannotRun("--root-fingerprint was given without a fingerprint. Give its 64 digits.")
    for pin, origin in given:
        if pin.strip():
            if len(pin.strip()) != 64 or set(pin.strip()) - set("0123456789abcdef"):
                raise CannotRun(f'"{pin.strip()[:80]}" is no root fingerprint: it has 64 digits of 0-9 and a-f.')
            return pin.strip(), origin
    return "", f"NOT PINNED; {compare}"


def _about_pin_and_history(root: Path, pin: str, with_history: bool) -> list[Finding]:
    from filing import requirements
    from filing.trust import ROOT_FILE

    found = []
    if not pin:
        found.append(
            requirements.warning(
                "T01",
                ROOT_FILE,
                "root not pinned",
                "no fingerprint was given",
                "Give it with --root-fingerprint, FILING_ROOT or: git config filing.root FINGERPRINT",
            )
        )
    if not with_history:
        found.append(
            requirements.warning(
                "T05",
                "records",
                "history not seen",
                "this is no git checkout with its full history, so files removed or replaced cannot be noticed",
                "In a shallow clone, type: git fetch --unshallow",
            )
        )
    return found  # fmt: skip


def _under(path: str, options: Namespace) -> bool:

    wanted = [Path(os.path.abspath(item)) for item in options.paths]
    here = Path(os.path.abspath(options.root / path))
    return not wanted or any(here.is_relative_to(item) for item in wanted)


def _deliver(text: str, target: str) -> None:

    if not target:
        print(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as reason:
        raise CannotRun(f"The findings could not be written to {target}: {reason.strerror}.") from reason


def _clock() -> datetime:
    return datetime.now(UTC)


def _say(text: str) -> None:
    shown = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    print(shown, file=sys.stderr, flush=True)


def cores() -> int:
    """The processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
