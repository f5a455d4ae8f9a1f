"""Finds the files a template is made of, and their digest.

A form pins its template by this digest, so a reference that only shows itself while rendering is refused, and so
is one that leads outside the template folders. Needs no template engine: checking records uses it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from filing.render import RenderFault

FOLDER = "templates/"
_REFERENCE = re.compile(r"\{%[-+]?\s*(extends|import|include|from)\b(.*?)[-+]?%\}", re.DOTALL)
_CONSTANT = re.compile(r"""\s*(["'])([A-Za-z0-9_-]+@[0-9]+)/([A-Za-z0-9_-][A-Za-z0-9._-]*)\1\s*(.*)""", re.DOTALL)
_REST = {
    "extends": re.compile(r""),
    "include": re.compile(r""),
    "import": re.compile(r"as\s+\w+\s*"),
    "from": re.compile(r"import\s+\w[\w\s,]*"),
}


def closure(files: Mapping[str, bytes], template: str) -> dict[str, bytes]:
    """The files of the folder `template` (e.g. "log@1") and of every folder it refers to, sorted by path."""
    found: dict[str, bytes] = {}
    waiting = [template]
    seen: set[str] = set()
    while waiting:
        folder = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        inside = {path: data for path, data in files.items() if path.startswith(f"{FOLDER}{folder}/")}
        if not inside:
            raise RenderFault(f"There is no template folder {FOLDER}{folder}.")
        for path, data in inside.items():
            for name in _references(path, data):
                if FOLDER + name not in files:
                    raise RenderFault(f"{path} refers to {FOLDER}{name}, which does not exist.")
                waiting.append(name.partition("/")[0])
        found.update(inside)
    return dict(sorted(found.items()))


def closure_digest(files: Mapping[str, bytes], template: str) -> str:
    """SHA-256 of the closure's list in the format of sha256sum, sorted by path."""
    lines = [f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in closure(files, template).items()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _references(path: str, data: bytes) -> Iterator[str]:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RenderFault(f"{path} is not UTF-8 text.") from error
    for tag, argument in _REFERENCE.findall(text):
        constant = _CONSTANT.fullmatch(argument)
        if constant is None or not _REST[tag].fullmatch(constant[4]):
            raise RenderFault(
                f'{path} has "{tag}{argument.rstrip()}": a template may refer to another only by a constant name '
                'such as "base@1/page.html.j2".'
            )
        yield f"{constant[2]}/{constant[3]}"
