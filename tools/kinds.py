"""The page about the kinds of records, from their forms: where each lies, who signs it, where it is shown, its fields.

A form's own words are given, not explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from filing.forms import Form, Forms, Slot, with_variables
from filing.model import Pointer
from filing.rules.wording import in_words
from filing.validate import Schemas, schema_at
from filing.validate.said import Condition, parts_at
from filing.validate.schemas import Schema

GROUPS = (
    ("batches", "Acts of a batch"),
    ("deviations", "Acts of a deviation"),
    ("trials", "Acts of a trial"),
    ("", "For acts of every kind"),
    ("registers", "Registers"),
    ("sop", "The procedure"),
)
EXAMPLES = {
    "batch": "B2025-01", "deviation": "DEV-2025-001", "trial": "demo-101-302", "scope": "site-101",
    "recipient": "sponsor", "nn": "01", "nnn": "001", "n": "1", "id": "name",
}  # fmt: skip
CORRECTIONS = ("corrects", "reason_class", "reason")
SHOWN_BESIDES = {
    "certification": "the Batch Certificate, while the batch is certified",
    "issue": "the approval of the batch's logs, which hold the entries it lists",
    "trial-issue": "the approval of the trial's logs, which hold the entries it lists",
    "sop": "the SOP, a document of its own",
}
SCOPES = {"mia": "the manufacturing authorisation", "trial": "the trial", "country": "the country"}
SOURCES = {"": "in this record", "batch": "in the batch master", "batches": "in the batch masters of its batches"}
HEAD = """\
# Kinds of records
{generated}
One act is one file, written on the form of its kind and signed by those who did it. The second line of the file names
the form, such as `form: certification@1`. This page lists what each form asks for. Where *needed* is empty the field is
left out if there is nothing to say.

A record that is signed is never edited. Where a kind of record is corrected *by a revision*, the correction lies beside
it under the same name with `.r1`, `.r2`, ... before `.yaml`, is written out in full, and has three fields more, which
are needed together and only there:

| Field | Name | Value | What it says |
|---|---|---|---|
"""


def kinds_of_records(forms: Forms, schemas: Schemas, generated: str) -> str:
    """The page; every kind by its newest form."""
    parts = [HEAD.format(generated=generated)]
    parts += [_row(_cells(schemas, "release@1", (key,))) for key in CORRECTIONS] + ["\n"]
    for top, heading in GROUPS:
        kinds = sorted(_newest(forms, top), key=_order)
        parts.append(f"## {heading}\n\n")
        parts += [_kind(forms, schemas, form) for form in kinds]
    parts += ["## Kinds of value\n\n| Value | How it is written |\n|---|---|\n", *_shared(schemas)]
    return "".join(parts)


def _newest(forms: Forms, top: str) -> Iterator[Form]:
    for form in forms.by_name.values():
        if form.pattern.partition("/")[0] == top and form is forms.latest(form.id):
            yield form


def _order(form: Form) -> tuple[str, bool, str]:
    """As the SOP's clauses go, the opening acts before those that follow them."""
    return form.clauses[-1] if form.clauses else "9", bool(form.follows), form.pattern


def _kind(forms: Forms, schemas: Schemas, form: Form) -> str:
    said = schema_at(schemas, form.name, ())
    facts = [("Lies in", _place(form)), ("Form", f"`{form.name}`")]
    if form.clauses:
        facts.append(("SOP", f"clause{'s' if len(form.clauses) > 1 else ''} {', '.join(form.clauses)}"))
    if form.follows:
        links = (f"[{other.title}](#{_anchor(other)})" for other in _followed(forms, form))
        facts.append(("Follows", " or ".join(links)))
    if form.pattern.startswith(("batches/", "deviations/", "trials/")):
        facts.append(("Its signers see", _seen(form)))
    facts.append(("Corrected", "by a revision" if form.revisions else _not_corrected(form)))
    facts += [("Shown in", shown) for shown in _shown(forms, form)]
    lines = "".join(f"- {label}: {value}\n" for label, value in facts)
    parts = [f'### <a id="{_anchor(form)}"></a>{form.title}\n\n{said.get("description", "")}\n\n{lines}']
    if not form.slots:
        parts.append(f"- Signed: {_not_signed_by_itself(forms, form)}\n")
    if form.slots:
        parts += ["\n| Sign-off | Who signs it | Meaning |\n|---|---|---|\n"]
        parts += [_row(_slot(schemas, form, slot)) for slot in form.slots]
    parts += ["\n| Field | Name | Needed | Value | What it says |\n|---|---|---|---|---|\n"]
    parts += [_row(cells) for cells in _fields(schemas, form.name, ())]
    return "".join([*parts, "\n"])


def _anchor(form: Form) -> str:
    return form.id.replace(".", "-")


def _place(form: Form) -> str:
    if not form.pattern:
        return "the folder of the record that becomes void, under its name with `.void` before `.yaml`"
    optional = re.search(r"\[.*\]", form.pattern)
    first = {name: word for name, word in EXAMPLES.items() if not (optional and name == "nn")}
    place = f"`{with_variables(form.pattern, first)}`"
    if optional:
        later = with_variables(form.pattern, {**EXAMPLES, "nn": "02"}).rpartition("/")[2]
        place += f", the next one in `{later}`"
    return place


def _followed(forms: Forms, form: Form) -> list[Form]:
    return [other for other in forms.by_name.values() if other.pattern == form.follows]


def _seen(form: Form) -> str:
    if form.closure:
        return "every signed record of the batch, of the batches it was made from and of their deviations"
    return "the batch master, and what the record follows, corrects or names"


def _not_signed_by_itself(forms: Forms, form: Form) -> str:
    if form.pattern:
        return "not by itself; a [register change](#change) puts it into force"
    void = forms.of("records/batches/B2025-01/documentation.01.void.yaml", form.name)
    assert void is not None
    return f"where the record that becomes void is signed, and by the same roles, meaning: {void.slots[0].meaning}"


def _not_corrected(form: Form) -> str:
    if not form.pattern:
        return "never"
    return "never; the next one takes its place"


def _shown(forms: Forms, form: Form) -> Iterator[str]:
    if "number" in form.annexure:
        headings = ", ".join(str(column["heading"]) for column in _listed(form.annexure.get("columns")))
        yield f"Annexure-{form.annexure['number']}, {form.annexure['title']}, as a row of its own: {headings}"
    fills = form.annexure.get("fills")
    if isinstance(fills, Mapping):
        opening = _opening(forms, form)
        yield f"Annexure-{opening.annexure['number']}, in the row that it follows: {', '.join(map(str, fills))}"
    if form.document:
        yield f"a document of its own: {form.document['title']}"
    if form.id in SHOWN_BESIDES:
        yield SHOWN_BESIDES[form.id]


def _opening(forms: Forms, form: Form) -> Form:
    """The form whose acts open the row that this one's acts add to."""
    while "number" not in form.annexure:
        form = _followed(forms, form)[0]
    return form


def _listed(value: object) -> Iterable[Mapping[str, object]]:
    return value if isinstance(value, list) else ()


def _slot(schemas: Schemas, form: Form, slot: Slot) -> list[str]:
    roles = ", ".join(f"`{role}`" for role in slot.roles)
    if slot.scope:
        limits = (f"{SCOPES[what]} {SOURCES[where.rpartition(':')[0]]}" for what, where in slot.scope.items())
        roles += f"; if the role is limited, it covers {' and '.join(limits)}"
    if isinstance(slot.meaning, str):
        meaning = slot.meaning
    else:
        words = ((in_words(schemas, form.name, ("decision",), each), line) for each, line in slot.meaning.items())
        meaning = "<br>".join(f"*{word}*: {line}" for word, line in words)
    return [f"`{slot.name}`{'' if slot.required else ' (optional)'}", roles, meaning]


def _fields(schemas: Schemas, form: str, at: Pointer) -> Iterator[list[str]]:
    """A line for every field, those of a group or list after it."""
    properties = schema_at(schemas, form, at).get("properties", {})
    assert isinstance(properties, Mapping)
    for key in properties:
        if at or not (key == "form" or ("corrects" in properties and key in CORRECTIONS)):
            place = (*at, key)
            name, title, *rest = _cells(schemas, form, place)
            yield [name, title, _needed(schemas, form, place), *rest]
            for below in (place, (*place, 0)):
                if not _shared_part(schemas, form, below):
                    yield from _fields(schemas, form, below)


def _cells(schemas: Schemas, form: str, place: Pointer) -> list[str]:
    """A field's name as typed, its title, how its value is written, and what it says."""
    said = schema_at(schemas, form, place)
    name = " › ".join(str(step) for step in place if step != 0)
    return [f"`{name}`", str(said["title"]), _value(schemas, form, place), str(said["description"])]


def _needed(schemas: Schemas, form: str, place: Pointer) -> str:
    """Whether a field has to be filled in: "yes", in which case, or nothing."""
    cases = []
    for part in parts_at(schemas, form, place[:-1]):
        if place[-1] in part.schema.get("required", ()):
            if not part.conditions:
                return "yes"
            cases.append(" and ".join(_case(schemas, form, place[:-1], condition) for condition in part.conditions))
    return f"if {' or '.join(dict.fromkeys(cases))}" if cases else ""


def _case(schemas: Schemas, form: str, at: Pointer, condition: Condition) -> str:
    """A case in words, such as: *Decision* is Certified or Reinstated."""
    schema, holds = condition
    said = []
    for key, wanted in schema.get("properties", {}).items():
        choices = wanted.get("enum", [wanted["const"]] if "const" in wanted else [])
        words = " or ".join(in_words(schemas, form, (*at, key), choice) for choice in choices)
        said.append(f"*{_title(schemas, form, (*at, key))}* is {'' if holds else 'not '}{words or 'given'}")
    if not said:
        given = "given" if holds else "not given"
        said = [f"*{_title(schemas, form, (*at, key))}* is {given}" for key in schema.get("required", ())]
    return " and ".join(said)


def _title(schemas: Schemas, form: str, place: Pointer) -> str:
    return str(schema_at(schemas, form, place)["title"])


def _value(schemas: Schemas, form: str, place: Pointer) -> str:
    """How a value is written."""
    said = schema_at(schemas, form, place)
    shared = _shared_part(schemas, form, place)
    if "x-register" in said:
        return f"the name of an entry in `registers/{said['x-register']}`"
    if said.get("type") == "array":
        return f"a list; each: {_value(schemas, form, (*place, 0))}"
    if shared:
        title = str(_definitions(schemas)[shared]["title"])
        return f"[{title if title.isupper() else title[0].lower() + title[1:]}](#value-{shared})"
    if isinstance(said.get("enum"), list):
        return _choices(said)
    if "const" in said:
        return f"`{said['const']}`"
    if said.get("type") == "string":
        return "as described" if "pattern" in said else f"text, at most {said.get('maxLength')} characters"
    return _OTHER_VALUES[str(said["type"])]


_OTHER_VALUES = {"object": "a group of fields", "boolean": "`true` or `false`", "integer": "a whole number"}


def _shared_part(schemas: Schemas, form: str, place: Pointer) -> str:
    """The name of the kind of value that several forms ask for; "" for a field's own."""
    references = (str(part.schema.get("$ref", "")) for part in parts_at(schemas, form, place))
    return next((name.rpartition("/")[2] for name in references if name.startswith("types@1.json#")), "")


def _choices(schema: Mapping[str, object]) -> str:
    choices, words = schema["enum"], schema.get("x-words", {})
    assert isinstance(choices, list) and isinstance(words, Mapping)
    return ", ".join(f"`{choice}`" + (f" ({words[choice]})" if choice in words else "") for choice in choices)


def _shared(schemas: Schemas) -> Iterator[str]:
    """The kinds of value that several forms ask for."""
    for name, schema in _definitions(schemas).items():
        words = [str(schema["description"])]
        if "enum" in schema and "x-words" in schema:
            words.append(_choices(schema))
        for key, part in schema.get("properties", {}).items():
            words.append(f"`{key}`: {part['description']}")
        yield _row([f'<a id="value-{name}"></a>{schema["title"]}', "<br>".join(words)])


def _definitions(schemas: Schemas) -> Mapping[str, Schema]:
    definitions: Mapping[str, Schema] = schemas.root("types@1")["$defs"]
    return definitions


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"
