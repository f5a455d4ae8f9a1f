"""The rule that what people write says something (PI 041)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import Act
from filing.journal import Folder
from filing.model import Pointer
from filing.rules.rule import Breach, Outcome
from filing.rules.wording import NOTHING_TO_SAY, letters, says_nothing, texts
from filing.validate import schema_at

_CHOSEN = ("pattern", "enum", "const", "format")
"""What marks a text that is written as its form prescribes, and not in one's own words."""
_JUDGED_BY_OTHERS: Mapping[str, tuple[str, ...]] = {
    "certification": ("certificate", "not_applicable"),  # R18, R09
    "issue": ("logs",),  # R64
    "trial-issue": ("logs",),
}


def texts_say_something(folder: Folder) -> Iterator[Outcome]:
    """What is written in words says something; what does not apply is said not to apply with the reason.

    A dash, "tbd", "see above" or a bare "n/a" fills the line and leaves the reader without the fact. "None" is an
    answer only where the form offers it.
    """
    taken_back = (act.voided_by for act in folder.void)
    for act in (*folder.acts, *(void for void in taken_back if void)):
        for pointer, text in texts(act.record.data, ()):
            if pointer[0] not in _JUDGED_BY_OTHERS.get(act.form.id, ()):
                yield from _empty(act, pointer, text)


def _empty(act: Act, pointer: Pointer, text: str) -> Iterator[Breach]:
    form = schema_at(act.repository.schemas, act.form.name, pointer)
    if "minLength" not in form or any(mark in form for mark in _CHOSEN):
        return
    none_allowed = "None" in str(form.get("description", ""))
    if says_nothing(text) or (letters(text) in NOTHING_TO_SAY and not none_allowed):
        remedy = 'Write what is so, or "None" where there is nothing.' if none_allowed else "Write what is so."
        found = f'"{text}", which says nothing'
        yield Breach(act.record, pointer, found, f"{remedy} What does not apply needs the reason.")
