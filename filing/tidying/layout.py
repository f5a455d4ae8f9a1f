"""Lays a record out: two spaces a level, keys as the form has them, comments with what they stand at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from filing.model import Pointer
from filing.modeline import MODELINE
from filing.tidying.tree import Group, Items, Mark, Node, Scalar, Unclear

STEP = 2
LONGEST = 80
"""How long a list between brackets may be that is put into one line."""
_GAP = re.compile(r"(?:[-?:]\s*)*(?:---)?\s*(#.*)?")
"""What may stand between values: signs of structure, and a comment."""

Line = str | None
"""A line, or a blank one of which several are as good as one."""


@dataclass(frozen=True)
class _Note:
    """A comment, or a blank line (no text), and how far it is moved in."""

    column: int
    text: str


def laid_out(text: str, root: Group, order: Callable[[Pointer], Sequence[str]], first_line: str) -> str:
    page = _Page(text.split("\n"), order)
    end = len(page.source) - 1
    head, tail = page.notes(-1, root.start[0]), page.notes(page.last(root), end)
    modeline = first_line or next((note.text for note in head if MODELINE.fullmatch(note.text)), "")
    head = [note for note in head if not MODELINE.fullmatch(note.text)]
    deeper, after = _split(tail, 0)
    body = [*_at(0, head), *page.block(root, 0, (), root.start[0] - 1), *_below(root.entries[-1], deeper, 0)]
    body += _at(0, after)
    lines = list(_collapsed(body))
    return "\n".join([modeline, *lines] if modeline else lines) + "\n"


def _collapsed(lines: Iterable[Line]) -> Iterator[str]:
    """Blank lines of which several stand together as one; none at the top and at the end."""
    waiting, begun = False, False
    for line in lines:
        if line is None:
            waiting = begun
            continue
        if waiting:
            yield ""
        waiting, begun = False, True
        yield line


def _at(indent: int, notes: Iterable[_Note]) -> list[Line]:
    return [" " * indent + note.text if note.text else None for note in notes]


def _split(notes: list[_Note], column: int) -> tuple[list[_Note], list[_Note]]:
    """Comments that are moved in further than what they follow belong to it; the others to what comes next."""
    for place, note in enumerate(notes):
        if note.text and note.column <= column:
            begin = place - 1 if place and not notes[place - 1].text else place
            return notes[:begin], notes[begin:]
    return (notes, []) if any(note.text for note in notes) else ([], notes)


def _below(entry: tuple[Scalar, Node] | Node, notes: Iterable[_Note], indent: int) -> list[Line]:
    """Comments behind the last line of an entry, each in the group it is moved in to: a line that is commented out
    still fits there once it is a line again."""
    return [line for note in notes for line in _at(_level(entry, note.column, indent), [note])]


def _level(entry: tuple[Scalar, Node] | Node, column: int, indent: int) -> int:
    level, node = indent + STEP, _value_of(entry)
    while not isinstance(node, Scalar) and not node.flow:
        node = _value_of(node.entries[-1])
        if isinstance(node, Scalar) or node.flow or node.start[1] > column:
            break
        level += STEP
    return level


def _value_of(entry: tuple[Scalar, Node] | Node) -> Node:
    return entry[1] if isinstance(entry, tuple) else entry


class _Page:
    """The lines of one record as they were typed; each method lays out what it is named after."""

    def __init__(self, source: list[str], order: Callable[[Pointer], Sequence[str]]) -> None:
        self.source, self._order = source, order

    def notes(self, after: int, before: int) -> list[_Note]:
        """The comments and blank lines between two lines."""
        found = []
        for line in self.source[after + 1 : before]:
            match = _GAP.fullmatch(line.strip())
            if match is None:
                raise Unclear
            if match[1] or not line.strip():
                found.append(_Note(len(line) - len(line.lstrip()), (match[1] or "").rstrip()))
        return found

    def last(self, node: Node) -> int:
        """The last line of a value; blank lines behind it count only where they are a part of it."""
        if not isinstance(node, Scalar):
            if node.flow:
                return node.end[0]
            entry = node.entries[-1]
            return self.last(entry[1] if isinstance(entry, tuple) else entry)
        last = node.end[0] - 1 if node.is_block and node.end[1] == 0 else node.end[0]
        while node.is_block and last > node.start[0] and not self.source[last].strip() and not self._keeps(node):
            last -= 1
        return last

    def _keeps(self, value: Scalar) -> bool:
        """Whether a block of text takes the blank lines behind it for its own."""
        return "+" in self.source[value.start[0]][value.start[1] :].partition("#")[0]

    def block(self, node: Group | Items, indent: int, at: Pointer, above: int) -> list[Line]:
        """The entries of a group or list, each with its comments; `above` is the last line before them."""
        chunks: list[list[Line]] = []
        column = node.start[1]
        for place, entry in enumerate(node.entries):
            begin = entry[0] if isinstance(entry, tuple) else entry
            notes = self.notes(above, begin.start[0])
            if chunks:
                deeper, notes = _split(notes, column)
                chunks[-1] += _below(node.entries[place - 1], deeper, indent)
            lines = (
                self._keyed(*entry, indent, at) if isinstance(entry, tuple) else self._item(entry, indent, (*at, place))
            )
            chunks.append([*_at(indent, notes), *lines])
            above = self.last(entry[1] if isinstance(entry, tuple) else entry)
        if isinstance(node, Group):
            known = {key: place for place, key in enumerate(self._order(at))}
            ranks = [known.get(key.value, len(known)) for key, _ in node.entries]
            chunks = [chunk for _, _, chunk in sorted(zip(ranks, range(len(chunks)), chunks, strict=True))]
        return [line for chunk in chunks for line in chunk]

    def _keyed(self, key: Scalar, value: Node, indent: int, at: Pointer) -> list[Line]:
        begin = f"{' ' * indent}{key.value}:"
        if key.style or key.start[0] != key.end[0]:
            raise Unclear
        if isinstance(value, Group | Items) and not value.flow:
            behind = self._behind_key(key)
            inner = self.block(value, indent + STEP, (*at, key.value), key.end[0])
            return [f"{begin} {behind}" if behind else begin, *inner]
        before: list[Line] = []
        if value.start[0] != key.end[0]:
            notes = self.notes(key.end[0], value.start[0])
            behind = self._behind_key(key)
            before = _at(indent, ([_Note(0, behind)] if behind else []) + [note for note in notes if note.text])
        first, *rest = self._value(value, indent)
        return [*before, f"{begin} {first}", *rest]

    def _item(self, item: Node, indent: int, at: Pointer) -> list[Line]:
        pad = " " * indent
        if isinstance(item, Scalar) or item.flow:
            begin, *rest = self._value(item, indent)
            return [f"{pad}- {begin}", *rest]
        lines = self.block(item, indent + STEP, at, item.start[0] - 1)
        start = next(
            place for place, line in enumerate(lines) if line is not None and not line.lstrip().startswith("#")
        )
        first = lines[start]
        assert first is not None
        above = [None if line is None else pad + line.lstrip() for line in lines[:start]]
        return [*above, f"{pad}- {first[indent + STEP :]}", *lines[start + 1 :]]

    def _value(self, value: Node, indent: int) -> list[str]:
        """A value that begins behind its key or dash; the first line without what stands before it."""
        if isinstance(value, Scalar) and value.is_block:
            return self._block_text(value, indent)
        behind = self._behind(value.end)
        if value.start[0] == value.end[0]:
            text = self.source[value.start[0]][value.start[1] : value.end[1]]
            if not isinstance(value, Scalar):
                text = self._in_one_line(value)
            return [f"{text} {behind}" if behind else text]
        lines = self.source[value.start[0] : value.end[0] + 1]
        lines[-1] = lines[-1][: value.end[1]]
        lines[0] = lines[0][value.start[1] :]
        if not isinstance(value, Scalar) and not any("#" in line for line in lines):
            text = self._in_one_line(value)
            if len(text) <= LONGEST:
                return [f"{text} {behind}" if behind else text]
        moved = [f"{' ' * (indent + STEP)}{line.lstrip()}" if line.strip() else "" for line in lines[1:]]
        moved = [line if line.rstrip().endswith("\\") else line.rstrip() for line in [lines[0], *moved]]
        return [*moved[:-1], f"{moved[-1]} {behind}" if behind else moved[-1]]

    def _in_one_line(self, node: Node) -> str:
        """A list or group between brackets."""
        if isinstance(node, Scalar):
            if node.start[0] != node.end[0]:
                raise Unclear
            return self.source[node.start[0]][node.start[1] : node.end[1]]
        if isinstance(node, Items):
            return f"[{', '.join(map(self._in_one_line, node.entries))}]"
        pairs = (f"{self._in_one_line(key)}: {self._in_one_line(value)}" for key, value in node.entries)
        return f"{{{', '.join(pairs)}}}"

    def _block_text(self, value: Scalar, indent: int) -> list[str]:
        head = self.source[value.start[0]][value.start[1] :].rstrip()
        lines = self.source[value.start[0] + 1 : self.last(value) + 1]
        if re.search("[0-9]", head.partition("#")[0]):
            raise Unclear  # how far it is moved in is said in the head, and would have to be said anew
        depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
        pad = " " * (indent + STEP)
        return [head, *(pad + line[depth:] if len(line) > depth else "" for line in lines)]

    def _behind(self, end: Mark) -> str:
        """The comment behind a value on its line."""
        rest = self.source[end[0]][end[1] :].strip()
        if rest and not rest.startswith("#"):
            raise Unclear
        return rest

    def _behind_key(self, key: Scalar) -> str:
        rest = self.source[key.end[0]][key.end[1] :].strip().removeprefix(":").strip()
        return rest if rest.startswith("#") else ""
