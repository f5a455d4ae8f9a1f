"""Bytes of one record in, the record as it was typed out; and the files of a record repository.

A record is a small subset of YAML in which every reader, in any year, sees the same values. What one reader takes for
something else (`NO`, `0123`, `12:30`) and what a reader of a diff cannot see (anchors, merge keys, hidden characters)
is refused with its line and column. Nothing is repaired, normalised or guessed here, no link is followed, and whether
a value fits its form is for `filing.validate` to say.

`tree` reads the files. `characters` looks at the bytes of one, `events` brings it to the parser, `reader` keeps what
the parser tells, with its place, and `values` says what a value without quotes is. `words` holds the limits and the
message for each fault.
"""

from filing.load.reader import load_record
from filing.load.tree import read_tree
from filing.load.values import is_date, is_time, shown

__all__ = ["is_date", "is_time", "load_record", "read_tree", "shown"]
