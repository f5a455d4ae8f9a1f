"""What the parser tells of a record, kept with its places; only records that the reader accepts are brought here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from filing.load.events import events
from filing.load.words import Unreadable

Mark = tuple[int, int]
"""Line and column, from 0."""


class Unclear(Exception):
    """The text holds something that has no place of its own here."""


@dataclass(frozen=True)
class Scalar:
    start: Mark
    end: Mark
    value: str
    style: str
    """One of "", ', ", | and >."""

    @property
    def is_block(self) -> bool:
        return self.style in ("|", ">")


@dataclass(frozen=True)
class Group:
    start: Mark
    end: Mark
    entries: tuple[tuple[Scalar, Node], ...]
    flow: bool


@dataclass(frozen=True)
class Items:
    start: Mark
    end: Mark
    entries: tuple[Node, ...]
    flow: bool


Node = Scalar | Group | Items


def tree(data: bytes) -> Group:
    """The whole record; raises Unclear where it is no group of keys."""
    try:
        told = iter([event for event in events(data) if event.start_mark is not None])
        root = next((event for event in told if isinstance(event, MappingStartEvent)), None)
        if root is None:
            raise Unclear
        return _group(root, told)
    except Unreadable:
        raise Unclear from None


def _node(event: Any, told: Iterator[Any]) -> Node:
    if isinstance(event, ScalarEvent):
        return Scalar(_mark(event.start_mark), _mark(event.end_mark), event.value, event.style or "")
    if isinstance(event, MappingStartEvent):
        return _group(event, told)
    if isinstance(event, SequenceStartEvent):
        return _items(event, told)
    raise Unclear


def _group(begin: Any, told: Iterator[Any]) -> Group:
    entries = []
    while not isinstance(event := next(told), MappingEndEvent):
        key = _node(event, told)
        if not isinstance(key, Scalar):
            raise Unclear
        entries.append((key, _node(next(told), told)))
    return Group(_mark(begin.start_mark), _mark(event.end_mark), tuple(entries), bool(begin.flow_style))


def _items(begin: Any, told: Iterator[Any]) -> Items:
    entries = []
    while not isinstance(event := next(told), SequenceEndEvent):
        entries.append(_node(event, told))
    return Items(_mark(begin.start_mark), _mark(event.end_mark), tuple(entries), bool(begin.flow_style))


def _mark(mark: Any) -> Mark:
    return mark.line, mark.column
