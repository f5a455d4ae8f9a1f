#!/usr/bin/env python3
"""The front door: one command line. `filing.verbs` tells what each verb does.

Exit codes: 0 clean, 1 findings or FAIL, 2 cannot run, 3 INDETERMINATE, 70 a fault of this program. Data goes to stdout,
progress and messages to stderr; nothing asks without a terminal. Kept small: `--help` loads nothing else.
"""

from __future__ import annotations

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
VERBS = (
    ("check [PATH...]", "findings of all records, or of those under PATH"),
    ("next [BATCH]", "what is missing before the next gate, who does it, what to type"),
    ("status", "where every batch stands, at the terminal, as JSON or as a page"),
    ("explain [RULE]", "what a rule asks and why, with an example"),
    ("sign [RECORD]", "shows a record and signs it; without one, lists what waits"),
    ("new KIND [WHERE]", "begins a record, filled in with all that is known"),
    ("revise RECORD", "a correction beside a signed record, with the reason"),
    ("void RECORD", "takes a signed record back, with the reason"),
    ("issue --batch B", "lists what the logs contain, to be signed off"),
    ("justify [RULE ...]", "why a hold does not stand; without a rule, what is on hold"),
    ("draft [BATCH]", "marked previews of a batch as it stands; --watch follows what you save"),
    ("fmt [PATH...]", "tidies records that nobody has signed; what they say stays"),
    ("key new --as P", "a key of your own, its fingerprint, and your register entry"),
    ("change [ENTRY...]", "drafts the next register change from edited entries"),
    ("bundle --batch B", "the filing package of a batch; its path is the last line"),
    ("verify PATH", "PASS, FAIL or INDETERMINATE for a package, folder or ZIP"),
    ("import FILE", "drafts from logs kept in a spreadsheet, and what they leave open"),
    ("export --to FILE", "the logs as a workbook, or as CSV files in a folder"),
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


def main(arguments: list[str]) -> int:
    _open_what_is_closed()
    if not arguments or arguments[0] in ("-h", "--help"):
        print(HELP)
        return 0 if arguments else 2
    if arguments != ["doctor"]:
        _enter_environment(arguments)
    sys.path.insert(0, HERE)
    from filing import place, progress, terminal
    from filing.command_line import parsed
    from filing.model import CannotRun, Refused

    root = place.TOOL
    try:
        options = parsed(arguments, {verb.split()[0]: what for verb, what in VERBS})
        root = options.root
        with progress.told():
            status: int = options.run(options)
        sys.stdout.flush()
        return status
    except CannotRun as reason:
        _stopped(str(reason))
        if reason.commands:
            terminal.say_next(*(f"{place.front_door(root)} {command}" for command in reason.commands))
        return 1 if isinstance(reason, Refused) else 2
    except ModuleNotFoundError as missing:
        set_up = f'py "{HERE}\\tools\\setup.py"' if os.name == "nt" else f"make -C {HERE} setup"
        return _stopped(f"The Python package {missing.name} is not set up here. Type: {set_up}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as reason:
        return _stopped(f"This could not be done: {reason.strerror or reason} ({reason.filename or 'output'}).")
    except KeyboardInterrupt:
        after_the_key = "\n" if sys.stderr.isatty() else ""  # a terminal shows ^C
        return _stopped(f"{after_the_key}Stopped; nothing was left half done.")
    except Exception:
        import traceback

        traceback.print_exc()
        return _stopped("This is a fault of the program, not of your records. Please report the lines above.", 70)


def _stopped(why: str, status: int = 2) -> int:
    from filing import terminal

    try:
        terminal.say(why)
    except OSError:  # the terminal is gone
        return status
    return status


def _open_what_is_closed() -> None:
    """Whoever closes stdin, stdout or stderr (`2>&-`) gets the same answers as with /dev/null there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # kept to the end


def _enter_environment(arguments: list[str]) -> None:
    """Goes on in the locked environment that `make` set up, if this is another Python."""
    environment = os.path.join(HERE, ".venv")
    python = os.path.join(environment, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
    if not os.path.exists(python) or os.path.realpath(sys.prefix) == os.path.realpath(environment):
        return
    command = [python, os.path.join(HERE, "build.py"), *arguments]
    if os.name == "nt":  # there exec would give the terminal back before the program has ended
        import subprocess

        raise SystemExit(subprocess.call(command))
    os.execv(python, command)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
