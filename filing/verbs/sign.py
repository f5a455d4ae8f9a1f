"""sign: shows exactly what is signed, and signs it with the signer's own key; without a record, what waits for whom."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from filing import pin
from filing.model import CannotRun, Refused
from filing.terminal import ask, is_real, say, say_next, tell

if TYPE_CHECKING:
    from filing.checkout import Checkout
    from filing.model import Finding
    from filing.signing.keys import SigningKey
    from filing.signing.request import Request
    from filing.signoffs import Statement

_LONGEST = timedelta(minutes=15)
"""How long what was shown may stand before it is signed: the time in a statement is when it was signed."""

_ANY = "ZZ"
"""Stands for the country until the signer has said it; no rule looks at it."""


def declare(parser: ArgumentParser) -> None:
    pin.declare(parser)
    parser.add_argument(
        "record", nargs="?", metavar="RECORD", help="the record's file; without it, what waits is listed"
    )
    parser.add_argument("--as", dest="person", metavar="PERSON", help="who signs, by the id in the registers")
    parser.add_argument("--role", metavar="ROLE", help="in which role, where more than one fits")
    parser.add_argument("--place", metavar="CC", help="the country in which you sign, such as DE")
    parser.add_argument("--remote", action="store_true", help="you are not on the site that you sign for")
    parser.add_argument("--key", type=Path, metavar="FILE", help="your private key (default: looked for in ~/.ssh)")


def run(options: Namespace) -> int:
    from filing import checkout

    read = checkout.examined(options.root, options.root_fingerprint)
    if not read.repository.judgement.states:
        say("The root of trust is not accepted, so that nobody can sign. Type:")
        say_next(f"{_door(options)} check")
        return 1
    person = options.person if options.person is not None else _remembered(options.root)
    if not options.record:
        return _list(read, person, options)
    if not is_real():
        raise CannotRun("Signing needs somebody at a terminal who reads what is signed; this is none.")
    if not person:
        raise _nobody_named(read, options)
    return _sign(read, person, options)


def _nobody_named(read: Checkout, options: Namespace) -> CannotRun:
    """The command for each person who may sign the record today."""
    from filing.signing import request

    record = request.record_named(read.repository, options.root, options.record)
    items = request.for_person(read.repository, "", _local(read.now).date().isoformat())
    people = [pair for item in items if item.path == record.path for pair in item.people]
    commands = (f"sign {record.path} --as {person} --role {role}" for person, role in people)
    return CannotRun("Say who signs, with --as and your id in the registers.", *dict.fromkeys(commands))


def _sign(read: Checkout, person: str, options: Namespace) -> int:
    from filing.signing import keys, rehearsal, request, seal, shown
    from filing.signoffs import serialise

    repository = read.repository
    now = _local(read.now)
    record = request.record_named(repository, options.root, options.record)
    asked = request.requested(repository, record, person, options.role, now.date().isoformat())
    root, known = repository.judgement.root, repository.judgement.states[-1].people[person]
    assert root is not None
    request.require_free(read, asked)
    seal.signing_program()
    key = keys.signing_key(known, now.date().isoformat(), options.key, root.demonstration)
    tried = request.statement(
        asked, repository, key.fingerprint, now, _checked(options.place) if options.place else _ANY, options.remote
    )
    rehearsed = rehearsal.rehearsed(read, asked, tried, key.public)
    if rehearsed.against:
        return _refuse(rehearsed.against, asked, read, options)
    place = _place(options.place, shown.place_proposed(repository, person))
    statement = replace(tried, place=place)
    for hold in rehearsed.open_holds:
        say(f"Open, and stays open after you signed: {hold.rule}, {hold.found} ({hold.path})")
    say(shown.shown(asked, repository, statement))
    say()
    if ask(f"Type {asked.to_type} to sign, or anything else to leave") != asked.to_type:
        raise Refused(f'"{asked.to_type}" was not what you typed. Nothing was written.')
    _require_fresh(statement, datetime.now(UTC))
    signature = seal.seal(serialise(statement), key, root.namespace)
    _write(options, asked, statement, key, signature)
    tell(asked.path)
    _tell_next(options, person, asked.record.path)
    return 0


def _write(options: Namespace, asked: Request, statement: Statement, key: SigningKey, signature: bytes) -> None:
    """Writes both files, unless anything changed since it was shown: another edit, another sign-off, a long while."""
    from filing import checkout, writing
    from filing.seeing import what_is_seen
    from filing.signing import request
    from filing.signing.rehearsal import rehearsed
    from filing.signoffs import serialise

    again = checkout.examined(options.root, options.root_fingerprint)
    record = again.repository.records.get(asked.record.path)
    if record is None or record.sha256 != statement.sha256:
        raise Refused(f"{asked.record.path} was changed while you were reading it. Look at it again, then sign.")
    if what_is_seen(asked.form, record.path, asked.slot.name, again.files) != statement.saw:
        raise Refused("Somebody signed or took back what you have seen meanwhile. Look at it again, then sign.")
    _require_fresh(statement, again.now)
    request.require_free(again, asked)
    against = rehearsed(again, asked, statement, key.public).against
    if against:
        raise Refused(f"Meanwhile this stands against it: {against[0].found} ({against[0].path}).")
    writing.add(options.root, {asked.path: serialise(statement), f"{asked.path}.sig": signature})


def _local(now: datetime) -> datetime:
    """The time as this computer's clock on the wall has it; a sign-off names its distance from UTC in whole minutes."""
    try:
        local = now.astimezone().replace(microsecond=0)
    except ValueError:  # a day or more
        local = now.replace(tzinfo=None)
    offset = local.utcoffset()
    if offset is None or offset % timedelta(minutes=1):
        raise CannotRun("This computer's time zone is none that there is. Set it right, in its settings or in TZ.")
    return local


def _require_fresh(statement: Statement, now: datetime) -> None:
    if now - datetime.fromisoformat(statement.time) > _LONGEST:
        raise Refused("More than 15 minutes have passed since this was shown. Look at it again, then sign.")


def _place(given: str | None, proposed: str) -> str:
    place = given if given is not None else ask("In which country do you sign? Two letters, such as DE", proposed)
    return _checked(place)


def _checked(place: str) -> str:
    from filing.signing.request import COUNTRY

    if not COUNTRY.fullmatch(place):
        raise CannotRun(f'"{place}" is no country in two capital letters, such as DE.')
    return place


def _refuse(against: tuple[Finding, ...], asked: Request, read: Checkout, options: Namespace) -> int:
    """Next comes the mending of what `check` tells, too; where only this sign-off is at fault, what can be signed."""
    from filing import report

    say(report.blocks(against, read.files))
    say(f"Not signed: {'this stands' if len(against) == 1 else f'{len(against)} findings stand'} against it.")
    own = all(finding.path == asked.path for finding in against)
    say_next(f"{_door(options)} {f'sign --as {asked.person}' if own else 'check'}")
    return 1


def _list(read: Checkout, person: str, options: Namespace) -> int:
    """What waits, in order, each with the command that signs it."""
    from filing import paper
    from filing.signing import request

    repository = read.repository
    if person and person not in repository.judgement.states[-1].people:
        raise CannotRun(
            f'"{person}" is not in the registers in force. Who may sign what, lists:',
            "sign" if options.person else 'sign --as ""',
        )
    items = request.for_person(repository, person, _local(read.now).date().isoformat())
    tell(f"{len(items)} {'place waits' if len(items) == 1 else 'places wait'} for {person or 'a sign-off'}")
    if any(finding.severity == "error" for finding in read.findings):
        say("Errors stand. What they concern cannot be signed before they are mended; they are told by:")
        say(f"    {_door(options)} check")
    for item in items:
        form = repository.form_of(repository.records[item.path])
        tell(f"\n{form.title if form else ''}, {item.slot}   {item.path}")
        first = item.after or request.places_before(repository, item)
        if first:
            tell(f"    first to be signed: {', '.join(first)}")
            continue
        for name, role in item.people:
            called = paper.entry_name(repository.judgement.states[-1], "people", name)
            tell(f"    {called}\n    {_door(options)} sign {item.path} --as {name} --role {role}")
        if not item.people:
            tell(f"    nobody in the registers may sign it today; admitted: {', '.join(item.roles)}")
    return 0


def _tell_next(options: Namespace, person: str, path: str) -> None:
    from filing import checkout, steps
    from filing.steps import told

    commands = steps.commands_after(checkout.examined(options.root, options.root_fingerprint), path)
    say_next(*(told.command(options.root, each) for each in commands or (f"sign --as {person}",)))


def _remembered(root: Path) -> str:
    """Who works here, as `key new` noted it in git's settings."""
    from filing.history import setting

    return setting(root, "filing.person")


def _door(options: Namespace) -> str:
    from filing.place import front_door

    return front_door(options.root)
