"""The first line of a record, by which any editor with a YAML language server finds what helps with the record's form.

It is a comment: no meaning depends on it.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = ".vscode/schemas"
MODELINE = re.compile(r"#\s+(?:yaml-language-server\s*:.*\$schema=|\$schema:)\s*(\S+)\s*")


def editor_schema(form: str) -> str:
    """The path of the editor's version of a form such as certification@1."""
    return f"{FOLDER}/{form.replace('@', '-')}.json"


def modeline(root: Path, path: str, form: str) -> str:
    """The line for a record at `path` on a form; it leads to the editor's version of the form where there is one.

    The approved form itself serves in a record repository without `.vscode/`; an editor checks a little less by it.
    """
    wanted = editor_schema(form)
    target = wanted if (root / wanted).is_file() else f"schemas/{form}.json"
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{target}"
