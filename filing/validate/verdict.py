"""Whether a record is as its form asks; both checkers must say so. The reasons come from `reasons`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from filing.model import Finding, Record
from filing.validate.said import said, schema_at
from filing.validate.schemas import FORMATS, Schemas
from filing.validate.words import spoken


def validate(record: Record, schemas: Schemas) -> tuple[Finding, ...]:
    """Everything in which a record differs from the form it names; none if it is as the form asks."""
    findings: set[Finding] = set()
    if not schemas.deciding(record.form).is_valid(record.data):
        # What it takes to explain is loaded for records that need it; most do not.
        from filing.validate.reasons import explained

        findings.update(explained(record, schemas))
        if not findings:
            findings.add(_disagreement(record, schemas))
    taken = {(finding.line, finding.column) for finding in findings}
    findings.update(one for one in _unquoted(record, schemas) if (one.line, one.column) not in taken)
    return tuple(sorted(findings))


def _unquoted(record: Record, schemas: Schemas) -> Iterator[Finding]:
    """Dates and times without quotes where the form asks for text: another reader would take them for dates."""
    for pointer in record.plain_times:
        schema = schema_at(schemas, record.form, pointer)
        if schema and schema.get("format") not in FORMATS:
            place = record.at(pointer)
            value: Any = record.data
            for step in pointer:
                value = value[step]
            requirement = said(schemas, record.form, pointer, "description")
            clause = said(schemas, record.form, pointer, "x-clause")
            remedy = f"Type {spoken(value)} with the quotes, or the text that was meant."
            words = ("date in place of text", requirement, f"{value} without quotes", remedy, clause)
            yield Finding(record.path, place.line, place.column, "S02", "error", *words)


def _disagreement(record: Record, schemas: Schemas) -> Finding:
    error = next(schemas.deciding(record.form).iter_errors(record.data))
    place = record.at(tuple(error.instance_path))
    return Finding(
        record.path,
        place.line,
        place.column,
        "S01",
        "error",
        "checkers disagree",
        "A record is accepted only if both checkers of forms accept it.",
        "one checker refuses this place, the other gives no reason",
        "Send this record to those who maintain the program; until then type the value in another way.",
        said(schemas, record.form, tuple(error.instance_path), "x-clause"),
    )
