"""One row of a log while it is read: its cells by heading, and what is known of the entry so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from filing.forms import Form
from filing.model import Pointer
from filing.spreadsheets import lines
from filing.spreadsheets.drafts import Desk, Made, Remark
from filing.spreadsheets.grid import NOTHING, Cell, tidied
from filing.spreadsheets.logs import Found
from filing.spreadsheets.terms import Unknown

Values = dict[Pointer, object]


@dataclass
class Row:
    """`several` are the entries that one cell names, `values` what is known of the entry, `later` the acts that follow
    it with what the row says of them."""

    desk: Desk
    found: Found
    number: int
    order: str
    made: Made
    several: list[Values] = field(default_factory=list)
    values: Values = field(default_factory=dict)
    later: list[tuple[Form, Values]] = field(default_factory=list)
    listed: str = ""
    """The column that lists things."""

    @property
    def form(self) -> Form:
        return self.found.log.form

    @property
    def batch_heading(self) -> str:
        return self._heading("{/batch}", "{#batch}")

    @property
    def status_heading(self) -> str:
        return self._heading("{#status}")

    @property
    def day_heading(self) -> str:
        """The column of the day on which the entry was signed."""
        days = (str(column["heading"]) for column in self.found.log.columns if first_line(column).endswith(".date}"))
        return next(days, "")

    def _heading(self, *wanted: str) -> str:
        fitting = (str(column["heading"]) for column in self.found.log.columns if first_line(column) in wanted)
        return next(fitting, "")

    def cell(self, heading: str) -> Cell:
        column = self.found.columns.get(heading)
        return self.found.table.at(self.number, column) if column else NOTHING

    def text(self, heading: str) -> str:
        return tidied(self.cell(heading).text)

    def place(self, heading: str = "") -> str:
        return self.found.table.place(self.number, self.found.columns.get(heading, 0))

    def say(self, heading: str, required: str, found: str, remedy: str, note: bool = False) -> None:
        column = self.found.columns.get(heading, 0)
        self.made.say(Remark(self.place(heading), required, found, remedy, note, column))

    def unknown(self, heading: str, text: str, why: Unknown) -> None:
        self.say(heading, why.required, quoted(text), why.remedy)


def first_line(column: Mapping[str, object]) -> str:
    """What the form prints first in a column; "" where only acts that follow fill it."""
    declared = column.get("lines")
    return str(declared[0]["text"]) if isinstance(declared, list) and declared else ""


def line_in_ink(form: Form, heading: str) -> str:
    """The first line in ink that an act which follows prints in a column; "" where it prints none."""
    fills = form.annexure.get("fills")
    declared = fills.get(heading, ()) if isinstance(fills, Mapping) else ()
    return next((str(line["text"]) for line in declared if line["style"] != "secondary"), "")


def slots_of(line: str) -> list[str]:
    """The places to sign whose signer a line names."""
    return [token.slot for token in lines.tokens(line) if token.slot]


def quoted(text: str, longest: int = 80) -> str:
    """A text as one line in quotes, shortened."""
    line = text.replace("\n", " / ")
    return f'"{line if len(line) <= longest else line[: longest - 3] + "..."}"'
