"""fmt: tidies records that nobody has signed; what they say stays, to the letter."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from filing.model import CannotRun
from filing.terminal import say, tell

if TYPE_CHECKING:
    from filing.forms import Forms
    from filing.validate import Schemas

_SHORT = 24
"""How many lines of a difference are shown."""


def declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="records or folders; without one, all unsigned records"
    )
    parser.add_argument("--check", action="store_true", help="change nothing, and show what would be changed")


def run(options: Namespace) -> int:
    from filing import checkout, load, writing
    from filing.forms import load_forms
    from filing.tidying import NotTidied
    from filing.tidying.unsigned import why_kept
    from filing.validate import Schemas

    checkout.require_records(options.root)
    wanted = _named(options)
    files, _ = load.read_tree(options.root, ("records", "schemas"))
    forms, schemas = load_forms(files), Schemas(files)
    kept = why_kept(files)
    changed, left = 0, 0
    for path in _records(files, wanted):
        if path in kept:
            if path in wanted:
                say(f"{path} stays as it is: {kept[path]}.")
            continue
        try:
            new = _tidied(options.root, path, files[path], forms, schemas)
        except NotTidied as reason:
            left += 1
            _say_why(path, reason, files)
            continue
        if new != files[path]:
            changed += 1
            tell(path)
            if options.check:
                _show(path, files[path], new)
            else:
                writing.put(options.root, path, new, frozenset(kept))
    say(_summary(changed, left, options.check))
    return 1 if left or (options.check and changed) else 0


def _named(options: Namespace) -> frozenset[str]:
    """The paths that were named, as they are called in the records."""
    base = Path(os.path.abspath(options.root))
    found = set()
    for item in options.paths:
        if not os.path.lexists(item):
            raise CannotRun(f"There is no {item} here. Name a record or folder, or none for all unsigned records.")
        here = Path(os.path.abspath(item))
        if not here.is_relative_to(base / "records"):
            raise CannotRun(f"{item} does not lie in {base / 'records'}. Name a record or folder that does.")
        found.add(here.relative_to(base).as_posix())
    return frozenset(found)


def _records(files: Mapping[str, bytes], wanted: frozenset[str]) -> Iterator[str]:
    for path in files:
        if path.startswith("records/") and path.endswith(".yaml"):
            around = {path, *(parent.as_posix() for parent in Path(path).parents)}
            if not wanted or wanted & around:
                yield path


def _tidied(root: Path, path: str, data: bytes, forms: Forms, schemas: Schemas) -> bytes:
    from filing import tidying
    from filing.load import load_record
    from filing.model import Pointer
    from filing.modeline import modeline
    from filing.validate import schema_at

    ended = data.replace(b"\r\n", b"\n")
    record, _ = load_record(path, ended if ended.endswith(b"\n") else ended + b"\n")
    form = forms.of(path, record.form) if record else None

    def order(at: Pointer) -> list[str]:
        properties = schema_at(schemas, form.name, at).get("properties", {}) if form else {}
        return list(properties) if isinstance(properties, Mapping) else []

    return tidying.tidied(path, data, order, modeline(root, path, form.name) if form else "")


def _say_why(path: str, reason: Exception, files: Mapping[str, bytes]) -> None:
    from filing import report

    say(f"{path} is not tidied: {reason}.")
    findings = getattr(reason, "findings", ())
    if findings:
        say(report.blocks(findings, files))


def _show(path: str, old: bytes, new: bytes) -> None:
    from difflib import unified_diff

    before, after = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    lines = list(unified_diff(before, after, path, f"{path}, tidied", "", "", 1, ""))
    for line in lines[:_SHORT]:
        tell(f"    {line}")
    if len(lines) > _SHORT:
        tell(f"    ... and {len(lines) - _SHORT} lines more")


def _summary(changed: int, left: int, only_check: bool) -> str:
    said = f"{changed} {'record' if changed == 1 else 'records'} {'would be ' if only_check else ''}tidied"
    return f"{said}, {left} left as {'it is' if left == 1 else 'they are'}." if left else f"{said}."
