"""The first line of a record, by which any editor with a YAML language server finds what helps with the record's form.

It is a comment: no meaning depends on it.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = ".vscode/schemas"
MODELINE = re.compile(r"#\s+(?:yaml-language-server\s*:.*\$schema=|\$schema:)\s*(\S+)\s*")
_TO_FORM = re.compile(r"# yaml-language-server: \$schema=(?:\.\./)*schemas/([^/]+)\.json")


def editor_schema(form: str) -> str:
    """The path of the editor's version of a form such as certification@1."""
    return f"{FOLDER}/{form.replace('@', '-')}.json"


def modeline(root: Path, path: str, form: str) -> str:
    """The line for a record at `path` on a form; it leads to the editor's version of the form where there is one.

    The approved form itself serves in a record repository without `.vscode/`; an editor checks a little less by it.
    """
    wanted = editor_schema(form)
    return _line(path, wanted) if (root / wanted).is_file() else to_form(path, form)


def to_form(path: str, form: str) -> str:
    """The line that leads to the approved form itself."""
    return _line(path, f"schemas/{form}.json")


def for_editor(root: Path, path: str, text: bytes) -> bytes:
    """A new record as it is written into a repository: its first line leads to what the editor there knows best."""
    first, _, rest = text.partition(b"\n")
    led = _TO_FORM.fullmatch(first.decode("utf-8", "replace"))
    return modeline(root, path, led[1]).encode() + b"\n" + rest if led else text


def _line(path: str, target: str) -> str:
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{target}"
