"""Every sentence the program can say, by the room that says it: the page by which its language is reviewed.

Read from the source: a text of several words is a message unless it describes the code. What a place fills in stands as
‹name›.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("build.py", "filing/**/*.py")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_NO_SENTENCE = re.compile(
    r"[{}<>\\^$|]{2}|\(\.\*\)|\(\?|^\s*[.#@]?[a-z-]+\s*\{|^[a-z_ ]+$|\.py\b|^[A-Z0-9_ ]+$|://|^-\w|\.\w+\("
)
"""Patterns, style sheets, lists of words, names of settings and of files of ours."""
_FEWEST = 3
HEAD = """\
# What the program says

<!-- Written by `make catalogue`; what stands here is changed where it comes from. -->

Every message, question, help text and remedy, by the room that says it, in the order of its source. ‹...› is filled in
when it is said. The requirements of the rules stand in [rules](rules.md), the words of the forms in
[records](records.md). A message says where, what is required, what was found, on whose authority and what to do,
without names of the code and without blame; a command stands alone on its line.

"""


def page() -> str:
    """docs/reference/messages.md."""
    parts = [HEAD]
    for path, (about, messages) in by_room().items():
        parts += [f"## `{path}`\n\n{about}\n\n", *(f"- {_marked(message)}\n" for message in messages), "\n"]
    return "".join(parts).rstrip("\n") + "\n"


def by_room() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Source file -> what the room is about, and what it says; rooms that say nothing are left out."""
    found = {}
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            messages = tuple(dict.fromkeys(messages_of(tree)))
            about = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
            if messages:
                found[path.relative_to(ROOT).as_posix()] = about, messages
    return found


def messages_of(tree: ast.AST) -> Iterator[str]:
    """The sentences of a module in the order of its text."""
    described = set(_not_said(tree))
    for node in _in_order(tree, described):
        text = _text(node)
        if text is not None and _is_sentence(text):
            yield " ".join(text.split())


def _in_order(node: ast.AST, left_out: set[int]) -> Iterator[ast.AST]:
    """The outermost texts; what stands inside a formatted text is a part of it."""
    if id(node) in left_out:
        return
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        yield node
        inner = (
            [value.value for value in node.values if isinstance(value, ast.FormattedValue)]
            if isinstance(node, ast.JoinedStr)
            else []
        )
        for part in inner:
            yield from _in_order(part, left_out)
        return
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child, left_out)


def _not_said(tree: ast.AST) -> Iterator[int]:
    """Docstrings, notes below a name, patterns, assertions and annotations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and getattr(node.func.value, "id", "") == "re"
        ):
            yield id(node)
        if isinstance(node, ast.Assert):
            yield id(node)
        if isinstance(node, ast.AnnAssign):
            yield id(node.annotation)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(value) for value in node.values)
    return None


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.FormattedValue):
        return f"‹{_name(value.value)}›"
    return str(value.value) if isinstance(value, ast.Constant) else ""


def _name(value: ast.expr) -> str:
    """What fills a place: the name of the value, or of what a call is about."""
    if isinstance(value, ast.Attribute):
        return value.attr.strip("_").replace("_", " ")
    if isinstance(value, ast.Name):
        return value.id.strip("_").replace("_", " ").lower()
    if isinstance(value, ast.Call):
        return _name(value.args[0]) if value.args else _name(value.func)
    below = next((part for part in ast.walk(value) if isinstance(part, (ast.Attribute, ast.Name))), None)
    return _name(below) if below else "..."


def _is_sentence(text: str) -> bool:
    plain = re.sub(r"‹[^›]*›", " x ", text)
    return len(_WORDS.findall(plain)) >= _FEWEST and " " in text.strip() and not _NO_SENTENCE.search(plain)


def _marked(message: str) -> str:
    """The text so that Markdown shows it as it is."""
    return re.sub(r"([*_`<>\[\]|])", r"\\\1", message)
