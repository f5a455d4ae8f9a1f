#!/usr/bin/env python3
"""The front door: one command line, and the story of each verb in a screenful.

It alone knows the command line, the environment, the clock and exit codes: 0 clean, 1 findings or FAIL, 2 cannot run,
3 INDETERMINATE, 70 a fault of the tool. Data goes to stdout, progress and messages to stderr; nothing prompts.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from filing.history import History
    from filing.journal import Journal
    from filing.model import Finding
    from filing.rules import RuleResult
    from filing.verify import Verdict

HERE = os.path.dirname(os.path.abspath(__file__))
VERBS = (
    ("check [PATH...]", "findings of all records, or of those under PATH"),
    ("bundle --batch B", "the filing package of a batch; its path is the last line"),
    ("verify PATH", "PASS, FAIL or INDETERMINATE for a package, folder or ZIP"),
    ("doctor", "what this machine lacks, and how to mend it"),
)
HELP = "\n".join(
    [
        "From signed batch records in git to a filing package for the Trial Master File.",
        "",
        "    ./build.py [--root DIR] VERB ...",
        "",
        *(f"    {verb:20}{what}" for verb, what in VERBS),
        "",
        "DIR holds records/, schemas/ and templates/; without it, this checkout. ./build.py VERB --help tells more.",
        "Exit codes: 0 clean, 1 findings or FAIL, 2 cannot run, 3 INDETERMINATE, 70 a fault of this program.",
    ]
)
TOPS = ("records", "schemas", "templates")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        print(HELP)
        return 0 if arguments else 2
    if arguments != ["doctor"]:
        _enter_environment(arguments)
    options = _parsed(arguments)
    from filing.model import CannotRun

    try:
        if options.run in (check, bundle) and not (options.root / "records").is_dir():
            raise CannotRun(f"{options.root} holds no folder records/. Name the right folder with --root.")
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except CannotRun as reason:
        _say(str(reason))
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _say("Stopped; nothing was left half done.")
        return 2
    except Exception:
        _say("This is a fault of the program, not of your records. Please report what follows.")
        import traceback

        traceback.print_exc()
        return 70


def check(options: Namespace) -> int:
    """Reads the working tree, judges it, and reports every finding."""
    from filing import load, report
    from filing.history import inside_git, is_shallow
    from filing.model import CannotRun
    from filing.repository import root_cause_first

    missing = [item for item in options.paths if not os.path.lexists(item)]
    if missing:
        raise CannotRun(f"There is no {missing[0]} here. Name a file or folder to report on, or none for all.")
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
            root = journal.repository.judgement.root
            if root:
                text += f"\nRoot {root.digest}, {origin}"
        _deliver(text, target)
    return 1 if any(finding.severity != "warning" for finding in findings) else 0


def bundle(options: Namespace) -> int:
    """Reads the commit, judges it, and only then renders, merges, packs, re-reads and publishes."""
    from pathlib import Path

    from filing.render import fonts, workers

    build = Path(HERE, ".build")
    accepted = fonts.prepare(Path(HERE, "fonts.lock").read_text(), build)
    kept = None if options.cold or os.environ.get("CI") else build / "documents"
    with workers.renderers(options.jobs, accepted, build, warm=kept is None or not kept.exists()) as executor:
        # The renderer loads while everything else is imported and checked.
        from filing import documents, gate, package, publish
        from filing.history import clean_head
        from filing.model import CannotRun
        from filing.render.cache import Cache
        from filing.render.environment import environment_digest
        from filing.trust import PIN_FILE

        commit = clean_head(options.root)
        pin, _ = _pin(options, commit.files.get(PIN_FILE, b""))
        if not pin:
            raise CannotRun("No root of trust is pinned. Give its fingerprint with --root-fingerprint or FILING_ROOT.")
        _say(f"Checking the records of commit {commit.id[:12]}")
        journal, findings, results = _examined(
            commit.files, pin, _history(options.root, commit.files), commit.committed
        )
        refused = gate.refusals(journal, options.batch, options.trial, findings)
        if refused:
            from filing import report

            _say(report.as_text(refused, results, commit.files, colour=sys.stderr.isatty(), why=False))
            _say(f"No package was made: {len(refused)} findings stand against it.")
            return 1
        planned = documents.plan(journal.batches[options.batch])
        environment = package.environment(Path(HERE, "requirements.lock").read_text(), accepted)
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
    from pathlib import Path

    from filing import load, package
    from filing.rebuild import rebuilt
    from filing.render import fonts, workers

    build = Path(HERE, ".build")
    accepted = fonts.prepare(Path(HERE, "fonts.lock").read_text(), build)
    templates, _ = load.read_tree(options.root, ("templates",))
    environment = package.environment(Path(HERE, "requirements.lock").read_text(), accepted)
    with workers.renderers(len(os.sched_getaffinity(0)), accepted, build) as executor:
        return rebuilt(verdict, templates, environment, executor)


def doctor(options: Namespace) -> int:
    """Works before anything is installed."""
    from pathlib import Path

    from filing import doctor

    return doctor.main(Path(HERE))


def _examined(
    files: Mapping[str, bytes], pin: str, history: History | None, now: datetime
) -> tuple[Journal, list[Finding], tuple[RuleResult, ...]]:
    """Everything that stands before the gate: load, validate, judge sign-offs, check rules."""
    from filing import repository
    from filing.journal import Journal
    from filing.rules import check_rules
    from filing.signoffs import utc_text

    def latest(path: str) -> str:
        return history.latest(path, files[path], utc_text(now)) if history else utc_text(now)

    breaks = history.breaks if history else ()
    journal = Journal(repository.read(files, pin=pin, latest=latest, breaks=breaks))
    broken, results = check_rules(journal)
    return journal, [*journal.repository.findings, *broken], results


def _history(root: Path, files: Mapping[str, bytes]) -> History:
    from filing.history import read_history
    from filing.trust import listed_entries

    return read_history(root, files, listed_entries(files))


def _pin(options: Namespace, committed: bytes | None = None) -> tuple[str, str]:
    """The pinned fingerprint and who pinned it: the command line, the environment, git's settings, the repository.

    The repository's own pin is the committed one where a commit is judged, else that of the working tree.
    """
    from filing.history import pinned_in_config
    from filing.model import CannotRun
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
    from pathlib import Path

    wanted = [Path(os.path.abspath(item)) for item in options.paths]
    here = Path(os.path.abspath(options.root / path))
    return not wanted or any(here.is_relative_to(item) for item in wanted)


def _deliver(text: str, target: str) -> None:
    from pathlib import Path

    from filing.model import CannotRun

    if not target:
        print(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as reason:
        raise CannotRun(f"The findings could not be written to {target}: {reason.strerror}.") from reason


def _clock() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parsed(arguments: list[str]) -> Namespace:
    import argparse
    from pathlib import Path

    parser = argparse.ArgumentParser("build.py", description=HELP.splitlines()[0], allow_abbrev=False)
    parser.add_argument(
        "--root", type=Path, default=Path(HERE), help="the folder that holds records/, schemas/ and templates/"
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    pinned = argparse.ArgumentParser(add_help=False)
    pinned.add_argument("--root-fingerprint", metavar="FINGERPRINT", help="the 64 digits the root of trust must have")

    verb = verbs.add_parser("check", parents=[pinned], help=VERBS[0][1], allow_abbrev=False)
    verb.add_argument("paths", nargs="*", metavar="PATH", help="report only findings under these files or folders")
    verb.add_argument(
        "--format",
        action="append",
        metavar="F[:FILE]",
        type=_format,
        help="text or json, on the terminal or into FILE; may be repeated",
    )
    verb.add_argument("-v", "--verbose", action="store_true", help="also say why rules did not apply")
    verb.set_defaults(run=check)

    verb = verbs.add_parser("bundle", parents=[pinned], help=VERBS[1][1], allow_abbrev=False)
    what = verb.add_mutually_exclusive_group(required=True)
    what.add_argument("--batch", metavar="B", help="the batch, such as B2025-01")
    what.add_argument("--trial", metavar="T", help="the trial, by its register id")
    verb.add_argument("--out", type=Path, metavar="DIR", help="the folder for packages (default: output/)")
    verb.add_argument(
        "--jobs",
        type=int,
        default=len(os.sched_getaffinity(0)),
        choices=range(1, 65),
        metavar="N",
        help="processes that render side by side",
    )
    verb.add_argument("--cold", action="store_true", help="render everything, though it was rendered before")
    verb.set_defaults(run=bundle)

    verb = verbs.add_parser("verify", parents=[pinned], help=VERBS[2][1], allow_abbrev=False)
    verb.add_argument("path", type=Path, metavar="PATH", help="the package's folder or ZIP")
    verb.add_argument(
        "--registers", type=int, default=0, metavar="N", help="the lowest register change the package may stand on"
    )
    verb.add_argument("--rebuild", action="store_true", help="also make every PDF again and compare the bytes")
    verb.set_defaults(run=verify)

    verb = verbs.add_parser("doctor", help=VERBS[3][1], allow_abbrev=False)
    verb.set_defaults(run=doctor)
    return parser.parse_args(arguments)  # fmt: skip


def _format(text: str) -> str:
    if text.partition(":")[0] not in ("text", "json"):
        raise ValueError(text)
    return text


def _enter_environment(arguments: list[str]) -> None:
    """Goes on in the locked environment that `make` set up, if this is another Python."""
    environment = os.path.join(HERE, ".venv")
    python = os.path.join(environment, "bin", "python")
    if os.path.exists(python) and os.path.realpath(sys.prefix) != os.path.realpath(environment):
        os.execv(python, [python, os.path.join(HERE, "build.py"), *arguments])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
