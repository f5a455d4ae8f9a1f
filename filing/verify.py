"""A package on disk -> PASS, FAIL or INDETERMINATE. Trusts nothing but the pinned root.

Completeness before fixity, every file of ours canonical, every sign-off judged anew under the root, every document
tied to its sources. It writes nothing, follows no link, and any doubt is FAIL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filing import archive, bag, contents, load, paper, progress, repository
from filing.closure import in_every_package, revisions_in_force
from filing.contents import DATA
from filing.forms import closure as schema_closure
from filing.forms import revision_of
from filing.judging import SUFFIX, record_of
from filing.model import CannotRun
from filing.relations import BATCHES, DEVIATIONS, TRIALS, Relations, batch_of
from filing.repository import Repository
from filing.trust import ROOT_FILE, change_number

_SEEN_BATCH = re.compile(rb"^saw [0-9a-f]{64}  records/batches/([A-Z0-9-]+)/", re.MULTILINE)
NOT_MADE_AGAIN = "; pages not made again (--rebuild does)"


@dataclass(frozen=True)
class Verdict:
    """`lines` as printed: the word, the root, the registers, then the reasons or what was found intact.

    `package` is the package as read and judged, where the word is PASS.
    """

    word: str
    lines: tuple[str, ...]
    reasons_to_fail: tuple[str, ...]
    package: Repository | None = None


def checkout_registers(root: Path) -> Mapping[str, bytes]:
    """What the checkout beside the package knows for certain: its root, every register change in force there, and the
    entries those put into force with their forms. Nothing where there is no checkout."""
    if not (root / ROOT_FILE).is_file():
        return {}
    files, _ = load.read_tree(root, ("records", "schemas"))
    files = {p: d for p, d in files.items() if p == ROOT_FILE or p.startswith(("records/registers/", "schemas/"))}
    read = repository.read(files, pin="")
    newest = len(read.judgement.states) - 1
    known = {path for paths in revisions_in_force(read).values() for path in paths}
    known |= {path for path in files if 0 < _change_of(path) <= newest}
    for form in {read.records[path].form for path in known if path in read.records}:
        known |= set(schema_closure(files, f"schemas/{form}.json"))
    return {path: files[path] for path in sorted({ROOT_FILE, *known})}


def verify(
    path: Path,
    pin: str,
    checkout: Mapping[str, bytes] | None = None,
    least_change: int = 0,
    cover: bytes | None = None,
) -> Verdict:
    """Judges the package at `path`, a folder or a ZIP, under the pinned root ("" for none).

    `checkout` are a checkout's registers: the package is judged by itself and under the longer of both chains, and a
    fork between them is FAIL. `cover` is the cover's own PDF, which only the build that made the package has. Nothing
    found wrong with the package ever leaves here as an exception.
    """
    try:
        return _verdict(path, pin, checkout or {}, least_change, cover)
    except ImportError:  # this installation lacks a package: that says nothing about what lies at PATH
        raise
    except Exception as fault:  # whatever is wrong with what lies at PATH is a reason to fail, never a crash
        reason = str(fault) if isinstance(fault, CannotRun) else f"the package cannot be read: {type(fault).__name__}"
        return _failed(pin, {}, (reason,), None)


def _verdict(path: Path, pin: str, checkout: Mapping[str, bytes], least_change: int, cover: bytes | None) -> Verdict:
    if not path.exists():
        return _failed(pin, {}, (f"{path}  does not exist",), None)
    progress.at(f"Reading {path.name}")
    files, problems = archive.read_folder(path) if path.is_dir() else archive.read_zip(path)
    if files:
        named = {problem.partition("  ")[0] for problem in problems}
        progress.at("Comparing the checksums")
        problems += tuple(flaw for flaw in bag.fixity(files) if flaw.partition("  ")[0] not in named)
    if problems:
        return _failed(pin, files, problems, _readable(files, pin))
    payload = {name.removeprefix(DATA): data for name, data in files.items() if name.startswith(DATA)}
    own = read = _read(payload, pin)
    problems = _judged(own) or _forked(payload, checkout)
    further = {} if problems else _further(payload, checkout)
    if further:
        read = _read({**payload, **further}, pin, payload)
        problems = _judged(read)
    if _newest(read) < least_change:
        problems += (f"it stands on register change {_newest(read):03}; at least {least_change:03} is required",)
    problems = problems or tuple(contents.flaws(files, own, cover))
    if problems:
        return _failed(pin, files, problems, read)
    beyond = f", known to this checkout; the package holds {_newest(own):03}" if further else ""
    intact = f"  {len(files)} files intact, {_signed(read)}{NOT_MADE_AGAIN}"
    absent = tuple(f"  seen, not in this package: {name}" for name in read.judgement.absent)
    return Verdict("PASS", ("PASS", _root_line(files, pin), _registers_line(read) + beyond, intact, *absent), (), own)


def _failed(pin: str, files: Mapping[str, bytes], reasons: tuple[str, ...], read: Repository | None) -> Verdict:
    lines = ["FAIL", _root_line(files, pin)]
    if read:
        lines.append(_registers_line(read))
    lines += [f"  {reason}" for reason in reasons]
    if read:
        intact = len(files) - sum(any(reason.startswith(f"{name}  ") for reason in reasons) for name in files)
        lines.append(f"  {intact} other files intact, {_signed(read)}")
    return Verdict("FAIL", tuple(lines), reasons)


def _root_line(files: Mapping[str, bytes], pin: str) -> str:
    if DATA + ROOT_FILE not in files:
        return "Root unknown"
    root = hashlib.sha256(files[DATA + ROOT_FILE]).hexdigest()
    if not pin:
        return f"Root {root} NOT PINNED, compare it with the fingerprint you were given"
    return f"Root {root} pinned" if root == pin else f"Root {root} is not the pinned {pin}"


def _registers_line(read: Repository) -> str:
    if _newest(read) < 1:
        return "Registers none"
    day = paper.day(paper.utc_iso(read.judgement.states[-1].utc)).replace(paper.NO_BREAK, " ")
    return f"Registers change {_newest(read):03} of {day}"


def _signed(read: Repository) -> str:
    return f"{len(read.judgement.standing)} sign-offs valid"


def _newest(read: Repository) -> int:
    """The number of the newest register change in force; 0 for none."""
    return max((state.number for state in read.judgement.states), default=0)


def _read(files: Mapping[str, bytes], pin: str, payload: Mapping[str, bytes] | None = None) -> Repository:
    return repository.read(files, pin=pin, inside=_inside(payload or files))


def _readable(files: Mapping[str, bytes], pin: str) -> Repository | None:
    """What can still be said of the sign-offs in a damaged package."""
    if DATA + ROOT_FILE not in files:
        return None
    try:
        return _read({name.removeprefix(DATA): data for name, data in files.items() if name.startswith(DATA)}, pin)
    except Exception:  # the damage is named already
        return None


def _inside(payload: Mapping[str, bytes]) -> Callable[[str], bool]:
    """What belongs to the package's closure: its batches and all they were made from, the register changes, the forms
    list, the SOP, the entries it has, and every deviation that anybody saw, save the dispositions of other batches. A
    trial's issues are seen by that trial's later issues only."""
    masters = {name: data for name, data in payload.items() if name.startswith(BATCHES) and name.endswith(".yaml")}
    read = {name: load.load_record(name, data)[0] for name, data in masters.items() if "/batch." in name}
    own = {name.split("/")[2] for name in payload if name.startswith(BATCHES)}
    # What the issue of a trial's logs saw of batches is that trial's: no batch can be left out of its package whole.
    issues = (data for name, data in payload.items() if name.startswith(TRIALS) and name.endswith(SUFFIX))
    own |= {found.decode() for data in issues for found in _SEEN_BATCH.findall(data)}
    batches = Relations({name: record for name, record in read.items() if record}).family(own)
    bases = {revision_of(name)[0] for name in payload if name.startswith("records/registers/")}

    def inside(name: str) -> bool:
        record = record_of(name)[0] if name.endswith(SUFFIX) else name
        if in_every_package(name) or revision_of(record)[0] in bases:
            return True
        batch = batch_of(record)
        return batch in batches if batch else record.startswith((DEVIATIONS, TRIALS))

    return inside


def _change_of(path: str) -> int:
    """The number of the register change that this file is, or signs; 0 for any other file."""
    signoff = path.removesuffix(".sig")
    return change_number(record_of(signoff)[0] if signoff.endswith(SUFFIX) else path) or 0


def _forked(payload: Mapping[str, bytes], checkout: Mapping[str, bytes]) -> tuple[str, ...]:
    """The register changes of the package that are not this checkout's, both being of the same root."""
    if payload.get(ROOT_FILE) != checkout.get(ROOT_FILE):
        return ()
    said = "is another register change than this checkout's: the registers have been forked"
    other = [name for name in payload if _change_of(name) and checkout.get(name, payload[name]) != payload[name]]
    return tuple(f"{DATA}{name}  {said}" for name in sorted(other))


def _further(payload: Mapping[str, bytes], checkout: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a checkout under the same root knows beyond the package: later changes, later revisions of its entries."""
    if payload.get(ROOT_FILE) != checkout.get(ROOT_FILE):
        return {}
    last, bases = max(map(_change_of, payload), default=0), {revision_of(name)[0] for name in payload}
    if all(_change_of(name) <= last for name in checkout):
        return {}
    return {
        name: data
        for name, data in checkout.items()
        if name not in payload
        and (_change_of(name) > last or revision_of(name)[0] in bases or name.startswith("schemas/"))
    }


def _judged(read: Repository) -> tuple[str, ...]:
    """Every finding of reading and judging, as one line each."""
    return tuple(f"{DATA}{finding.path}  {finding.title}: {finding.found}" for finding in read.findings)
