"""A record's text in its usual form: what it says, how each value is typed and every comment stay as they are.

`tree` keeps what the parser tells with its place, `layout` lays it out anew, `meaning` holds both against each other.
Where anything would be lost the record is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from filing.load import load_record
from filing.model import Finding, Pointer
from filing.tidying.layout import laid_out
from filing.tidying.meaning import comments, meaning
from filing.tidying.tree import Unclear, tree

KeyOrder = Callable[[Pointer], Sequence[str]]
"""The keys of a group of the form, by the group's place in the record."""


class NotTidied(Exception):
    """A record is left as it is; `findings` say why in the words of `check`, where it cannot be read at all."""

    def __init__(self, reason: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(reason)
        self.findings = findings


LOST = "it cannot be laid out anew without changing what it says; write it more plainly, or leave it"


def tidied(path: str, data: bytes, order: KeyOrder, first_line: str) -> bytes:
    """The record as it is usually laid out, with `first_line` on top ("" keeps what is there); raises NotTidied."""
    ended = data.replace(b"\r\n", b"\n")
    ended += b"" if ended.endswith(b"\n") or not ended else b"\n"
    record, findings = load_record(path, ended)
    if record is None:
        raise NotTidied("it cannot be read", findings)
    try:
        before = tree(ended)
        text = laid_out(ended.decode(), before, order, first_line)
        after = tree(text.encode())
        kept = meaning(tree(data)) == meaning(after) and comments(ended.decode(), before) == comments(text, after)
    except Unclear:
        raise NotTidied(LOST) from None
    again, _ = load_record(path, text.encode())
    if not kept or again is None or (again.data, again.plain_times) != (record.data, record.plain_times):
        raise NotTidied(LOST)
    return text.encode()
