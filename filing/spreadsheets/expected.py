"""Documents that every policy wants before a batch is certified, and that a log as kept does not list.

The words of the policies are looked for in the lists of the logs, whatever these are called: where a list knows such
words it is the list of documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from filing.act import mappings
from filing.forms import Form
from filing.model import Record
from filing.relations import batch_of, texts_of
from filing.repository import Repository
from filing.spreadsheets import lines, terms
from filing.spreadsheets.drafts import Desk, Remark
from filing.spreadsheets.kept.row import first_line
from filing.spreadsheets.layout import Log
from filing.validate import schema_at


def lacking(desk: Desk, log: Log) -> Iterator[Remark]:
    """For each batch whose documents were read, which of those that are always wanted no entry lists."""
    wanted = _wanted(desk.repository)
    words = _words(desk.repository, log.form)
    for (form_id, batch), delivered in desk.delivered.items():
        if form_id == log.form.id and wanted and set(wanted) <= set(words):
            known = delivered.kinds | _recorded(desk.repository, log.form, batch)
            missing = [str(words[kind]) for kind in wanted if kind not in known]
            if missing:
                required = f"Before {batch or 'a batch'} is certified, its documents are complete (policy, SOP 1.1)."
                remedy = "Provide them, and record it in an entry of its own."
                yield Remark(delivered.place, required, f"not listed: {'; '.join(missing)}", remedy)


def _wanted(repository: Repository) -> list[str]:
    """The kinds of documents that every policy in force wants, in the order of the first."""
    lists = [texts_of(record.data.get("required_documents")) for _, record in terms.entries_of(repository, "policies")]
    return [kind for kind in lists[0] if all(kind in each for each in lists)] if lists else []


def _words(repository: Repository, form: Form) -> Mapping[str, object]:
    """The terms that the first listed field of a log's columns knows, in words."""
    columns = form.annexure["columns"]
    assert isinstance(columns, list)
    for column in columns:
        for token in lines.tokens(first_line(column)):
            if token.many:
                words = schema_at(repository.schemas, form.name, token.at(0).pointer).get("x-words", {})
                return words if isinstance(words, Mapping) else {}
    return {}


def _recorded(repository: Repository, form: Form, batch: str) -> set[str]:
    """What records of the batch list already."""
    records = (record for path, record in repository.records.items() if batch_of(path) == batch and form.match(path))
    return {str(value) for record in records for value in _listed(record)}


def _listed(record: Record) -> Iterator[object]:
    for value in record.data.values():
        for item in mappings(value):
            yield from item.values()
