"""Which log a sheet is, and where its columns are: by the SOP's headings, in any order and wherever the rows begin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filing.spreadsheets.grid import Table, same
from filing.spreadsheets.layout import Log

_LOOKED_AT = 60
"""As many rows as may stand above the headings."""
_NEEDED = 3
"""As many of the SOP's headings as make a row the heading row."""
_NAMED = re.compile(r"annexure[ _-]*([0-9]+)")


@dataclass(frozen=True)
class Found:
    """A sheet with the log it is; `columns` are by heading, as the log spells it; `ours` says that we gave it out."""

    table: Table
    log: Log
    heading_row: int
    columns: Mapping[str, int]
    twice: tuple[int, ...]
    """Columns whose heading stood further left already."""
    strange: tuple[int, ...]
    """Columns whose heading is none of the log's."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The SOP's own headings that the sheet lacks: those up to Status."""
        return tuple(heading for heading in sop_own(self.log) if heading not in self.columns)


def sop_own(log: Log) -> tuple[str, ...]:
    """The headings of the SOP; those to the right of its last one, Status, are ours."""
    headings = log.sop_headings
    return headings[: headings.index("Status") + 1] if "Status" in headings else headings


def recognised(table: Table, logs: Sequence[Log]) -> Found | str:
    """The log of a sheet, or why it is none."""
    candidates = [(score, row, log) for row in range(1, min(len(table.rows), _LOOKED_AT) + 1) for log in logs
                  if (score := _score(table, row, log)) >= _NEEDED]  # fmt: skip
    if not candidates:
        known = "; ".join(f"{log.name}: {', '.join(sop_own(log))}" for log in logs)
        return f"no row has the headings of a log ({known})"
    best = max(score for score, _, _ in candidates)
    chosen = [(row, log) for score, row, log in candidates if score == best]
    row = min(row for row, _ in chosen)
    fitting = [log for at, log in chosen if at == row]
    named = _NAMED.search(same(table.sheet or table.file))
    by_name = [log for log in fitting if named and log.number == int(named[1])]
    if len(fitting) > 1 and len(by_name) != 1:
        return f"its headings fit {' and '.join(log.name for log in fitting)}"
    log = (by_name or fitting)[0]
    return _found(table, log, row)


def _score(table: Table, row: int, log: Log) -> int:
    texts = {same(cell.text) for cell in table.rows[row - 1]}
    return sum(same(heading) in texts for heading in sop_own(log))


def _found(table: Table, log: Log, row: int) -> Found:
    known = {same(heading): heading for heading in log.headings}
    columns: dict[str, int] = {}
    twice, strange = [], []
    for column, cell in enumerate(table.rows[row - 1], 1):
        heading = known.get(same(cell.text))
        if heading is None:
            strange += [column] if cell.text.strip() else []
        elif heading in columns:
            twice.append(column)
        else:
            columns[heading] = column
    return Found(table, log, row, columns, tuple(twice), tuple(strange))
