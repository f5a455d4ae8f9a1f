"""Where each value of a record begins and ends in its text, so that one value can be exchanged and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from filing.load.events import events
from filing.model import Pointer

Span = tuple[int, int]


def spans(text: str) -> Mapping[Pointer, Span]:
    """The span of each single value and of each list between brackets; `text` is a record that was read before."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    kinds = (ScalarEvent, MappingStartEvent, SequenceStartEvent, MappingEndEvent, SequenceEndEvent)
    stream: Iterator[Any] = (event for event in events(text.encode()) if isinstance(event, kinds))

    def at(mark: Any) -> int:
        return int(starts[mark.line] + mark.column)

    def walk(event: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Span]]:
        if isinstance(event, ScalarEvent):
            yield pointer, (at(event.start_mark), at(event.end_mark))
        elif isinstance(event, MappingStartEvent):
            while not isinstance(key := next(stream), MappingEndEvent):
                yield from walk(next(stream), (*pointer, str(key.value)))
        else:
            index = 0
            while not isinstance(item := next(stream), SequenceEndEvent):
                yield from walk(item, (*pointer, index))
                index += 1
            if event.flow_style:
                yield pointer, (at(event.start_mark), at(item.end_mark))

    return dict(walk(next(stream), ()))
