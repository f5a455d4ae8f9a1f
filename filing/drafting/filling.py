"""A record filled in, field by field in the order of its form: what was given, what is known, what has to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filing.drafting import given, questions
from filing.drafting.known import Knowledge
from filing.drafting.outline import Field, Outline
from filing.drafting.values import Data, value_in, with_value
from filing.model import CannotRun, Pointer, Value

_UNKNOWN_LEFT = 200
"""How many further questions may follow from the answers, at most: a form cannot ask without end."""


class Filling:
    """The record so far in `data`; with `asks` somebody sits at the terminal."""

    def __init__(
        self,
        outline: Outline,
        knowledge: Knowledge,
        texts: given.Texts,
        path: str,
        asks: bool,
        data: Data | None = None,
    ) -> None:
        self.outline, self.knowledge, self.path, self.asks = outline, knowledge, path, asks
        self.texts, self.taken = dict(texts), set[Pointer]()
        self.data: Data = data or {"form": outline.form}

    def filled(self) -> Data:
        self._group(())
        self.with_texts(pointer for pointer in self.texts if pointer not in self.taken)
        for _ in range(_UNKNOWN_LEFT):  # an answer may bring fields about that stand before it
            left = [at for at in self.outline.missing(self.data) if self.asks]
            if not left:
                break
            self._fill(left[0], required=True)
        return self.data

    def with_texts(self, pointers: Iterable[Pointer]) -> Data:
        """The record with the values that were given for these places."""
        for pointer in pointers:
            self._take(self.outline.field(self.data, pointer))
        return self.data

    def one(self, at: Pointer, data: Data, proposed: str = "", about: str = "") -> Data:
        """The data with one value more, given or asked; without it where nobody can be asked."""
        self.data = data
        field = self.outline.field(data, at)
        if at in self.texts:
            self._take(field)
        elif self.asks:
            self._ask(field, True, proposed, about)
        return self.data

    def _group(self, at: Pointer) -> None:
        for key in self.outline.field(self.data, at).keys:
            place = (*at, key)
            if value_in(self.data, place) is not None and not self._is_partial(place):
                continue
            required = key in self.outline.field(self.data, at).required
            field = self.outline.field(self.data, place)
            if self._given(place) or required or self.knowledge.asked(field, self.data):
                self._fill(place, required)
            else:
                self._write_fact(field, required=False)

    def _is_partial(self, at: Pointer) -> bool:
        return isinstance(value_in(self.data, at), Mapping)

    def _given(self, at: Pointer) -> bool:
        return any(pointer[: len(at)] == at for pointer in self.texts)

    def _fill(self, at: Pointer, required: bool) -> None:
        field = self.outline.field(self.data, at)
        if at in self.texts:
            self._take(field)
        elif field.kind == "object":
            if not self._write_fact(field, required) and value_in(self.data, at) is None:
                self._put(at, {})
            self._group(at)
        elif field.kind == "array":
            self._list(field, required)
        elif not self._write_fact(field, required):
            if required and field.names_act and not self.knowledge.choices(field, self.data):
                self.knowledge.require_named(field)
            if self.asks:
                self._ask(field, required)

    def _take(self, field: Field) -> None:
        self.taken.add(field.pointer)
        value = given.value_of(self.outline, self.data, field.pointer, self.texts[field.pointer])
        fault = self._fault(field.pointer, value) or self._not_there(field, value)
        if fault:
            raise CannotRun(f"{field.name}={self.texts[field.pointer]}: {fault}")
        self._put(field.pointer, value)

    def _write_fact(self, field: Field, required: bool) -> bool:
        fact = self.knowledge.fact(field, self.data, required)
        if fact is None:
            return False
        self._put(field.pointer, fact)
        self._complete(field.pointer, fact)
        return True

    def _complete(self, at: Pointer, fact: Value) -> None:
        """What a fact leaves open in its groups."""
        if isinstance(fact, Mapping):
            self._group(at)
        for index, item in enumerate(fact if isinstance(fact, tuple) else ()):
            self._complete((*at, index), item)

    def _ask(self, field: Field, required: bool, given_proposal: str = "", about: str = "") -> None:
        choices = self.knowledge.choices(field, self.data)
        proposed = given_proposal or self.knowledge.proposed(field, self.data)
        if about:
            questions.explain(about)

        def fault(value: Value) -> str:
            return self._fault(field.pointer, value)

        fits = proposed is not None and (not choices or str(proposed) in choices)
        shown = str(proposed) if fits else ""
        answer = questions.asked(field, self._label(field), choices, shown, fault, optional=not required)
        if answer is not None:
            self._put(field.pointer, answer)

    def _list(self, field: Field, required: bool) -> None:
        if self._write_fact(field, required):
            return
        items = self.outline.field(self.data, (*field.pointer, 0))
        if self._given(field.pointer):  # its items, by their numbers
            self._listed(field)
            return
        choices = {} if items.kind == "object" else self.knowledge.choices(items, self.data)
        known = bool(items.register or items.names_act)
        if known and required and len(choices) == field.fewest <= 1:
            self._put(field.pointer, tuple(choices))
        elif self.asks and choices:
            self._put(field.pointer, self._several(field, choices))
        elif self.asks:
            self._one_by_one(field, required)

    def _several(self, field: Field, choices: Mapping[str, str]) -> tuple[Value, ...]:
        told = self.knowledge.proposed(field, self.data)
        proposed = [str(item) for item in told] if isinstance(told, tuple) else []
        return questions.several(
            field, self._label(field), choices, proposed, lambda value: self._fault(field.pointer, value), field.fewest
        )

    def _listed(self, field: Field) -> None:
        """The items that were given by their numbers."""
        depth = len(field.pointer)
        numbers = sorted({p[depth] for p in self.texts if p[:depth] == field.pointer and len(p) > depth})
        for index, number in enumerate(numbers):
            if index != number:
                raise CannotRun(f"Number the items of {field.name} from 0: {field.name}.{index} is not given.")
            self._fill((*field.pointer, index), required=True)

    def _one_by_one(self, field: Field, required: bool) -> None:
        there = value_in(self.data, field.pointer)
        count = len(there) if isinstance(there, tuple) else 0
        may_be_none = not required or not field.fewest
        if not count and may_be_none and not questions.yes(f"{field.title}: is there any?", field.description):
            if required:
                self._put(field.pointer, ())
            return
        while not count or self._goes_on(field):
            self._fill((*field.pointer, count), required=True)
            count += 1

    def _goes_on(self, field: Field) -> bool:
        hint, proposed = self.knowledge.further(field, self.data)
        return questions.yes(f"{field.title}: another one?", hint, proposed)

    def _label(self, field: Field) -> str:
        """The titles on the way to a field, such as "Document 2 (IMPD), Version"."""
        words = []
        for depth in range(1, len(field.pointer) + 1):
            step, here = field.pointer[depth - 1], self.outline.field(self.data, field.pointer[:depth])
            if isinstance(step, int):
                words.append(f"{here.title} {step + 1}{self._named(here)}")
            elif depth == len(field.pointer) or not isinstance(field.pointer[depth], int):
                words.append(here.title)
        return ", ".join(words)

    def _named(self, item: Field) -> str:
        """What is written first of an item, by which it is known."""
        value = value_in(self.data, item.pointer)
        key, first = next(iter(value.items()), ("", "")) if isinstance(value, Mapping) else ("", "")
        words = self.outline.field(self.data, (*item.pointer, key)).choices if isinstance(first, str) and first else {}
        return f" ({words.get(str(first), first)})" if isinstance(first, str) and first else ""

    def _put(self, at: Pointer, value: Value) -> None:
        self.data = with_value(self.data, at, value)

    def _not_there(self, field: Field, value: Value) -> str:
        """What a value names that is not there to be named."""
        items = self.outline.field(self.data, (*field.pointer, 0)) if isinstance(value, tuple) else field
        there = self.knowledge.choices(items, self.data)
        unknown = [str(each) for each in (value if isinstance(value, tuple) else (value,)) if str(each) not in there]
        return f"There is no {unknown[0]} to name here. There are: {', '.join(there)}." if there and unknown else ""

    def _fault(self, at: Pointer, value: Value) -> str:
        """What the form has against a value that it had not before."""
        before: Mapping[Pointer, Any] = self.outline.faults(self.data, self.path)
        after = self.outline.faults(with_value(self.data, at, value), self.path)
        return next((words for place, words in after.items() if before.get(place) != words), "")
