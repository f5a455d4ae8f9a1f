"""What may not change when a record is laid out anew: each value as typed, and every comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filing.modeline import MODELINE
from filing.tidying.tree import Group, Items, Mark, Node, Scalar

_COMMENT = re.compile(r"(?:^|(?<=[\s,\[\]{}:?-]))#.*")


def meaning(node: Node) -> object:
    """A value with how it is typed; the order of keys means nothing, that of a list does."""
    if isinstance(node, Scalar):
        return node.value, node.style
    if isinstance(node, Items):
        return [meaning(item) for item in node.entries]
    return {key.value: meaning(value) for key, value in node.entries}


def comments(text: str, root: Group) -> list[str]:
    """The comments of a record, sorted; the line that names the schema is none."""
    lines = text.split("\n")
    for start, end in _typed(root):
        _blank(lines, start, end)
    found = (match[0].rstrip() for line in lines if (match := _COMMENT.search(line)))
    return sorted(comment for comment in found if not MODELINE.fullmatch(comment))


def _typed(node: Node) -> Iterator[tuple[Mark, Mark]]:
    """From where to where values stand; of a block of text the lines below its first."""
    if isinstance(node, Scalar):
        yield ((node.start[0] + 1, 0), node.end) if node.is_block else (node.start, node.end)
    elif isinstance(node, Items):
        for item in node.entries:
            yield from _typed(item)
    else:
        for key, value in node.entries:
            yield from _typed(key)
            yield from _typed(value)


def _blank(lines: list[str], start: Mark, end: Mark) -> None:
    for number in range(start[0], min(end[0], len(lines) - 1) + 1):
        line = lines[number]
        begin = start[1] if number == start[0] else 0
        until = end[1] if number == end[0] else len(line)
        if begin < until:
            lines[number] = line[:begin] + "x" * (until - begin) + line[until:]
