"""A record while it is being written: values put at their places, without changing what was there before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from filing.model import Place, Pointer, Record, Value

Data = Mapping[str, Value]


def value_in(data: Value, pointer: Pointer) -> Value | None:
    """What stands at a place, or None."""
    value: Any = data
    for step in pointer:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, tuple) and step < len(value) else None
        if value is None:
            return None
    return value  # type: ignore[no-any-return]  # what a record holds is made of values only


def with_value(data: Value | None, pointer: Pointer, value: Value) -> Any:
    """The same with one value put at its place; what has to be around it is made, a list grows by one at most."""
    if not pointer:
        return value
    step, rest = pointer[0], pointer[1:]
    if isinstance(step, str):
        around = dict(data) if isinstance(data, Mapping) else {}
        return {**around, step: with_value(around.get(step), rest, value)}
    items = list(data) if isinstance(data, tuple) else []
    items[step : step + 1] = [with_value(items[step] if step < len(items) else None, rest, value)]
    return tuple(items)


def without(data: Data, pointer: Pointer) -> Data:
    """The same without what stands at a place."""
    around = value_in(data, pointer[:-1])
    if isinstance(around, Mapping):
        return with_value(data, pointer[:-1], {key: item for key, item in around.items() if key != pointer[-1]})  # type: ignore[no-any-return]
    if isinstance(around, tuple):
        kept = tuple(item for index, item in enumerate(around) if index != pointer[-1])
        return with_value(data, pointer[:-1], kept)  # type: ignore[no-any-return]
    return data


def places(value: Value, at: Pointer = ()) -> Iterator[Pointer]:
    """Every place of a value, the value itself first."""
    yield at
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, tuple) else ()
    for step, item in parts:
        yield from places(item, (*at, step))


def as_record(path: str, data: Data) -> tuple[Record, tuple[Pointer, ...]]:
    """The data as a record of which each place has a line of its own; the place of line n is the n-th of the answer."""
    every = tuple(places(dict(data)))
    lines = {pointer: Place(number, 1) for number, pointer in enumerate(every)}
    return Record(path, "", dict(data), lines, lines), every
