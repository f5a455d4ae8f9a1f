"""In what a record differs from its form, each difference with its place; that it differs is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from filing.model import Finding, Pointer, Record, Value
from filing.validate.said import parts_at, said, schema_at
from filing.validate.schemas import Schema, Schemas
from filing.validate.words import FEW, FROM_SIGN_OFFS, KEYWORDS, TO_TYPE, WORDS, closest, derived, measured, spoken


class _Problem(NamedTuple):
    """One thing that is wrong: `about` is the place whose requirement is quoted, `place` the place to look at."""

    about: Pointer
    place: Pointer
    title: str
    found: str
    remedy: str


def _finding(record: Record, schemas: Schemas, problem: _Problem, because: str = "") -> Finding:
    place = record.at(problem.place)
    requirement = said(schemas, record.form, problem.about, "description") + because
    clause = said(schemas, record.form, problem.about, "x-clause")
    words = (problem.title, requirement, problem.found, problem.remedy, clause)
    return Finding(record.path, place.line, place.column, "S01", "error", *words)


def explained(record: Record, schemas: Schemas) -> Iterator[Finding]:
    validator = schemas.explaining(record.form)
    errors = list(validator.iter_errors(with_lists(record.data)))
    errors.sort(key=lambda error: KEYWORDS.index(error.validator))
    wrong = {pointer for error in errors for pointer in _wrong_values(error)}
    explained: set[Pointer] = set()
    for error in errors:
        pointer: Pointer = tuple(error.absolute_path)
        if error.validator in ("additionalProperties", "unevaluatedProperties"):
            yield from _unknown_keys(record, schemas, pointer, error, validator)
            continue
        because, keys = _because(schemas, record.form, error.absolute_schema_path)
        misled = any((*pointer[:depth], key) in wrong for depth in range(len(pointer) + 1) for key in keys)
        if misled or (error.validator != "required" and pointer in explained):
            continue
        explained.add(pointer)
        for problem in _problems(record, schemas, pointer, error):
            yield _finding(record, schemas, problem, because)


def _wrong_values(error: Any) -> Iterator[Pointer]:
    """Places whose value cannot be relied on to tell which case a record is."""
    pointer = tuple(error.absolute_path)
    if error.validator == "required":
        yield from ((*pointer, key) for key in error.validator_value if key not in error.instance)
    elif error.validator in ("type", "enum", "const"):
        yield pointer


def with_lists(value: Value) -> Any:
    """A value with its lists as the checkers know them."""
    if isinstance(value, dict):
        return {key: with_lists(inner) for key, inner in value.items()}
    return [with_lists(inner) for inner in value] if isinstance(value, tuple) else value


def _problems(record: Record, schemas: Schemas, pointer: Pointer, error: Any) -> Iterator[_Problem]:
    value, limit = error.instance, error.validator_value
    if error.validator == "required":
        for key in (key for key in limit if key not in value):
            yield _Problem((*pointer, key), pointer, "missing", f'no "{key}"', f'Add a line "{key}: ..." here.')
    elif error.validator == "uniqueItems":
        for number, entry in enumerate(value):
            if entry in value[:number]:
                first = record.at((*pointer, value.index(entry)))
                found = f"{spoken(entry)}, which stands at line {first.line} already"
                yield _Problem(pointer, (*pointer, number), "stands twice", found, "Delete one of the two.")
    elif error.validator in ("contains", "minContains"):
        wanted = error.schema["contains"]
        what = wanted.get("title") or ", ".join(map(spoken, wanted.get("enum", [wanted.get("const", "")])))
        count = error.schema.get("minContains", 1)
        yield _Problem(pointer, pointer, "entry missing", spoken(value), f"Give at least {count} of: {what}.")
    else:
        title, words = WORDS[error.validator]
        remedy = _remedy(schemas, record.form, pointer, error) or words(limit, value)
        yield _Problem(pointer, pointer, title, measured(error.validator, value), remedy)


def _remedy(schemas: Schemas, form: str, pointer: Pointer, error: Any) -> str:
    """What the form itself says about how to write a place; "" where the keyword's own words must do."""
    here = schema_at(schemas, form, pointer)
    if error.validator == "pattern" and "x-register" in here:
        folder = f"records/registers/{here['x-register']}/"
        return f"Type the name of a file in {folder} without .yaml; it has no capitals and no spaces."
    if error.validator == "pattern" and "description" in error.schema:
        return f"It is to be: {error.schema['description']}"
    if error.validator == "type" and error.validator_value in ("array", "object"):
        below = here if error.validator_value == "object" else schema_at(schemas, form, (*pointer, 0))
        keys = below.get("properties")
        return f"{TO_TYPE[error.validator_value]} The keys are: {', '.join(keys)}." if isinstance(keys, dict) else ""
    return ""


def _because(schemas: Schemas, form: str, path: Iterable[str | int]) -> tuple[str, set[str]]:
    """Which condition of the form brought a requirement about, and its keys; the path leaves references out."""
    here: Any = schemas.root(form)
    base, because, keys = f"{form}.json", "", set[str]()
    for step in path:
        while isinstance(here, dict) and step not in here and "$ref" in here:
            here, base = schemas.target(base, here["$ref"])
        if step in ("then", "else") and "if" in here:
            because = f" It applies because {condition_in_words(here['if'], step == 'then')}."
            keys.update(here["if"].get("properties", {}), here["if"].get("required", ()))
        here = here[step]
    return because, keys


def condition_in_words(condition: Schema, holds: bool) -> str:
    """A condition of a form as people say it, such as "decision is certified or reinstated"."""
    words = []
    for key, wanted in condition.get("properties", {}).items():
        choices = wanted.get("enum", [wanted["const"]] if "const" in wanted else [])
        if choices:
            words.append(f"{key} is {'' if holds else 'not '}{' or '.join(map(spoken, choices))}")
    if not words:
        words = [f"{key} is {'given' if holds else 'not given'}" for key in condition.get("required", ())]
    return (" and " if holds else " or ").join(words) or "of what else the record says"


def _unknown_keys(record: Record, schemas: Schemas, pointer: Pointer, error: Any, validator: Any) -> Iterator[Finding]:
    """The keys that the form does not know here, or knows for another case only."""
    parts = parts_at(schemas, record.form, pointer)
    usable: list[str] = []
    elsewhere: dict[str, str] = {}
    for part in parts:
        unmet = [
            test for test in part.conditions if validator.evolve(schema=test[0]).is_valid(error.instance) != test[1]
        ]
        if unmet:
            elsewhere.update(dict.fromkeys(part.schema.get("properties", {}), condition_in_words(*unmet[0])))
        else:
            usable += part.schema.get("properties", {})
    for key in error.instance:
        if key not in usable:
            place = record.keys[(*pointer, key)]
            title, remedy = "unknown key", _instead(key, [name for name in usable if name not in error.instance])
            if key in elsewhere:
                title, remedy = "key of another case", f"Delete the line; it is for the case that {elsewhere[key]}."
            requirement = "Only the keys of the form may be used, and each only in the case it is meant for."
            clause = said(schemas, record.form, pointer, "x-clause")
            words = (title, requirement, f'the key "{key}"', remedy, clause)
            yield Finding(record.path, place.line, place.column, "S03", "error", *words)


def _instead(key: str, known: list[str]) -> str:
    near = closest(key, known)
    if derived(key) and not (near and derived(near)):
        return FROM_SIGN_OFFS
    remedy = f'Type "{near}" if that is meant, else delete the line.' if near else "Delete the line."
    return f"{remedy} Keys not used here so far: {', '.join(known)}." if 0 < len(known) <= FEW else remedy
