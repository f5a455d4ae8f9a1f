"""A record against its form: the verdict in microseconds, the reasons in words.

One checker (jsonschema-rs) decides, a second (jsonschema) explains, and where they differ the record is refused.
This room knows no clause of the SOP and no kind of record: titles, requirements and clauses come from the form's own
schema. It never fetches anything: a form may refer only to the files it was given.

`schemas` holds the forms and makes the checkers, `said` looks up what a form says about a place of a record, `verdict`
decides. Only for a record that differs from its form does `reasons` find out in what, in the words of `words`.
"""

from filing.validate.said import schema_at
from filing.validate.schemas import Schemas
from filing.validate.verdict import validate
from filing.validate.words import spoken

__all__ = ["Schemas", "schema_at", "spoken", "validate"]
