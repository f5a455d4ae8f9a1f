"""The columns of a log's sheet: the SOP's own first, then those of its records.

They follow from the forms alone, so that what is given out and what is taken in agree, and a further log needs nothing
but its form. To the right of the SOP's columns each form of the log - the one that opens an entry, those that follow -
has the path of its record, its state, who signed it, and its fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from filing.forms import Form
from filing.repository import Repository
from filing.spreadsheets.fields import Field, fields_of

SIGNED, DRAFT, VOID, SUPERSEDED = "Signed", "Draft", "Void", "Superseded"


@dataclass(frozen=True)
class Part:
    """The columns of one kind of act: `versions` are its forms by name, with their fields; the newest comes first."""

    form: Form
    versions: Mapping[str, tuple[Field, ...]]

    @property
    def record(self) -> str:
        return f"{self.form.title}: Record"

    @property
    def state(self) -> str:
        return f"{self.form.title}: State"

    @property
    def signed_by(self) -> str:
        return f"{self.form.title}: Signed by"

    @property
    def headings(self) -> tuple[str, ...]:
        fields = (field.heading for version in self.versions.values() for field in version)
        return tuple(dict.fromkeys((self.record, self.state, self.signed_by, *fields)))


@dataclass(frozen=True)
class Log:
    """A log: the newest form that opens its entries, and the parts of its sheet, the opening one first."""

    form: Form
    parts: tuple[Part, ...]

    @property
    def number(self) -> int:
        number = self.form.annexure["number"]
        assert isinstance(number, int)
        return number

    @property
    def name(self) -> str:
        return f"Annexure-{self.number}"

    @property
    def columns(self) -> tuple[Mapping[str, object], ...]:
        """The SOP's columns, with what stands in them."""
        columns = self.form.annexure["columns"]
        assert isinstance(columns, list)
        return tuple(columns)

    @property
    def sop_headings(self) -> tuple[str, ...]:
        return tuple(str(column["heading"]) for column in self.columns)

    @property
    def headings(self) -> tuple[str, ...]:
        return (*self.sop_headings, *(heading for part in self.parts for heading in part.headings))


def logs_of(repository: Repository) -> tuple[Log, ...]:
    """The logs by number."""
    newest = {form.annexure["number"]: form for form in repository.forms.annexures()}
    return tuple(
        Log(form, tuple(_part(repository, each) for each in following(repository, form))) for form in newest.values()
    )


def following(repository: Repository, form: Form) -> Iterator[Form]:
    """A form and, at whatever remove, the forms whose acts follow it, each in its newest version."""
    yield form
    ids = dict.fromkeys(each.id for each in repository.forms.by_name.values() if each.pattern)
    for form_id in ids:
        other = repository.forms.latest(form_id)
        if other and other.follows == form.pattern and other.pattern != form.pattern:
            yield from following(repository, other)


def _part(repository: Repository, form: Form) -> Part:
    versions = sorted(
        (each for each in repository.forms.by_name.values() if each.id == form.id), key=lambda each: -each.version
    )
    return Part(form, {each.name: fields_of(repository.schemas, each) for each in versions})
