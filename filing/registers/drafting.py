"""A register change drafted: the entries chosen, what stands filled in, the text of the change, and its writing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from filing import paper, writing
from filing.checkout import Checkout
from filing.forms import base_of
from filing.judging.court import SUFFIX, record_of, sha256
from filing.model import CannotRun, Refused
from filing.modeline import for_editor, to_form
from filing.registers import keeping, text
from filing.registers.pending import Pending, is_entry, pending
from filing.registers.trial import Drafted
from filing.signing.shown import labelled
from filing.signoffs import SignOff
from filing.terminal import wrapped

_CHANGE = "change"


@dataclass(frozen=True)
class Kept:
    """What a revision that takes something away keeps: `filled` where this program lists the sign-offs that stand."""

    person: str
    signoffs: tuple[SignOff, ...]
    filled: bool
    same_as_before: bool = False
    """The list is the one of the revision in force: it may have been copied, and leaves out everything since."""


def chosen(read: Checkout, root: Path, names: Sequence[str]) -> Pending:
    """The entries that wait, or those of them that were named. Raises Refused where there is none."""
    waits = pending(read.repository, read.now.astimezone().date().isoformat())
    if not waits.entries:
        raise Refused(
            "Nothing waits to be put into force: every register entry is in force as it is. Write a new entry, or the "
            "next revision of one, such as:",
            f"revise {_example(read)}",
        )
    if not names:
        return waits
    return replace(waits, entries=tuple(sorted({_named(root, waits, name) for name in names})))


def with_sign_offs_kept(read: Checkout, waits: Pending) -> tuple[dict[str, bytes], dict[str, Kept]]:
    """The text of each entry, with what stands filled in where something is taken away and nothing is listed yet."""
    repository, state = read.repository, read.repository.judgement.states[-1]
    texts, kept = {}, {}
    for path in waits.entries:
        entry, texts[path] = repository.records[path], repository.files[path]
        person = keeping.taken_from(state, entry, base_of(path))
        if person is None:
            continue
        standing = keeping.given_by(repository, person.id)
        if "made" in entry.data:
            former = state.entries[base_of(path)].data.get("made")
            listed = entry.data["made"]
            kept_now = tuple(s for s in standing if isinstance(listed, tuple) and s.sha256 in listed)
            kept[path] = Kept(person.id, kept_now, False, former == listed)
        else:
            texts[path] = keeping.with_made(texts[path], standing)
            kept[path] = Kept(person.id, standing, True)
    return texts, kept


def change_text(read: Checkout, waits: Pending, entries: Mapping[str, bytes], summary: str) -> bytes:
    form = read.repository.forms.latest(_CHANGE)
    if form is None:
        raise CannotRun("There is no form for register changes below schemas/. Restore it from the approved version.")
    listed = tuple({"path": path, "sha256": sha256(entries[path])} for path in waits.entries)
    lines = [to_form(waits.path, form.name)]
    lines += text.lines({"form": form.name, "summary": summary, "entries": listed})
    return ("\n".join(lines) + "\n").encode()


def told(drafted: Drafted, kept: Mapping[str, Kept]) -> Iterator[str]:
    """Which sign-offs stand although something is taken away, which fall, and what else would be set off."""
    for path, keeps in kept.items():
        yield from _told_kept(path, keeps)
    if drafted.void:
        yield from ("These sign-offs become void:", "")
        for signoff, cause in drafted.void:
            yield from _signoff(signoff)
            yield from labelled("", f"{cause.found} ({cause.path})")
        yield ""
    if drafted.set_off:
        yield from ("Once the change is in force, check will say besides:", "")
        for finding in drafted.set_off:
            yield from labelled(f"  {finding.rule} {finding.severity}", f"{finding.path}: {finding.found}")
        yield ""


def write(read: Checkout, waits: Pending, files: Mapping[str, bytes]) -> None:
    """Writes the change, and the entries that were filled in, unless anything changed since it was read."""
    for path in waits.entries:
        place = read.root / path
        if not place.is_file() or place.read_bytes() != read.files[path]:
            raise Refused(f"{path} was changed meanwhile. Nothing was written; look at it again.", _CHANGE)
    signed = frozenset(record_of(path)[0] for path in read.files if path.endswith(SUFFIX))
    if any((read.root / waits.path).parent.glob(f"{Path(waits.path).stem}.*{SUFFIX}")):
        raise Refused(f"{waits.path} was signed meanwhile. Nothing was written.")
    changed = {path: data for path, data in files.items() if read.files.get(path) != data}
    changed[waits.path] = for_editor(read.root, waits.path, files[waits.path])
    writing.put_all(read.root, changed, signed)


def _example(read: Checkout) -> str:
    entries = read.repository.judgement.states[-1].entries
    people = [base for base in sorted(entries) if base.startswith("records/registers/people/")]
    return f"{next(iter(people or sorted(entries)), 'records/registers/people/ID')}.yaml"


def _named(root: Path, waits: Pending, name: str) -> str:
    here = Path(os.path.abspath(name))
    inside = here.relative_to(root.resolve()).as_posix() if here.is_relative_to(root.resolve()) else name
    wanted = [f"{path.removesuffix('.yaml')}.yaml" for path in (name.replace(os.sep, "/"), inside)]
    found = next((path for path in wanted if path in waits.entries), None)
    if found is None:
        there = any(is_entry(path) and (root / path).exists() for path in wanted)
        why = "is in force already" if there else "is no register entry that is there"
        raise Refused(f"{name} {why}. What waits to be put into force: {', '.join(waits.entries)}.")
    return found


def _told_kept(path: str, keeps: Kept) -> Iterator[str]:
    count = {0: "none stands", 1: "one stands"}.get(len(keeps.signoffs), f"{len(keeps.signoffs)} stand")
    yield f"Something is taken away from {keeps.person}. Of the sign-offs given so far {count}."
    yield ""
    for signoff in keeps.signoffs:
        yield from _signoff(signoff)
    if keeps.signoffs:
        yield ""
    where = f"They are listed under made in {path}."
    if keeps.filled and keeps.signoffs:
        doubt = "Where one is in doubt, as after a lost key, delete its line there and type the command again."
        yield from wrapped(f"{where} {doubt}")
    elif not keeps.filled:
        yield from wrapped(f"{where} The list is left as it was written, and what it leaves out becomes void.")
    if keeps.same_as_before and not keeps.filled:
        yield from wrapped("It is the list of the revision before. Delete made: to have all that stand filled in.")
    yield ""


def _signoff(signoff: SignOff) -> Iterator[str]:
    said = signoff.statement
    day = paper.day(said.time).replace(paper.NO_BREAK, " ")
    yield from labelled(f"  {day}", f'{said.record}, {signoff.slot}: "{said.meaning}"')
