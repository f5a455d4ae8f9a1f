"""The forms themselves: closed, bounded, readable, and safe to check hostile text with."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser
from typing import Any

import jsonschema
import pytest

from filing.forms import FACTS, load_forms
from filing.model import CannotRun
from filing.paper import signer_facts
from filing.validate import Schemas
from filing.validate.schemas import FORMATS
from filing.validate.words import KEYWORDS
from tests.repositories import as_shipped, examined, founded

SHIPPED = Path(__file__).parents[1] / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
STRUCTURE = {"$schema", "$id", "$defs", "$ref", "$comment", "title", "description", "examples", "properties", "items"}
STRUCTURE |= {"prefixItems", "allOf", "if", "then", "else"}
OURS = {"x-form", "x-annexure", "x-document", "x-words", "x-register", "x-act"}
KNOWN = STRUCTURE | OURS | set(KEYWORDS)
TYPES = {"string", "integer", "boolean", "array", "object"}
CLOSING = ("additionalProperties", "unevaluatedProperties")
MANY = 16
"""A repeat of more than this counts as endless."""

Documents = dict[str, Any]


def complaints(documents: Documents) -> list[str]:
    """Everything that keeps these forms from being shipped, by file and place."""
    found = []
    for name, schema in documents.items():
        found += [f"{name}: {text}" for text in _about_file(name, schema)]
        found += [f"{name}{where}: {text}" for where, text in _about(documents, name, "", schema, "whole")]
    return found


def _about_file(name: str, schema: Any) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9]*([.-][a-z0-9]+)*@[1-9][0-9]*\.json", name):
        yield "the name is not <id>@<version>.json"
    if schema.get("$schema") != DIALECT:
        yield "$schema is not draft 2020-12"
    if schema.get("$id") != name:
        yield "$id is not the file's name"
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        yield f"not a schema of draft 2020-12: {error.message}"


def _about(documents: Documents, file: str, where: str, schema: Any, role: str) -> Iterator[tuple[str, str]]:
    """`role`: a whole value, a property (which needs words), a part of a value, or a test of one."""
    if not isinstance(schema, dict):
        yield where, "neither true nor false may stand for a schema"
        return
    yield from ((where, text) for text in _about_one(documents, file, schema, role))
    own = schema.get("properties", {})
    for key, inner in own.items():
        yield from _about(documents, file, f"{where}/properties/{key}", inner, "test" if role == "test" else "property")
    for key, inner in schema.get("$defs", {}).items():
        yield from _about(documents, file, f"{where}/$defs/{key}", inner, "property")
    for keyword in ("if", "contains"):
        if keyword in schema:
            yield from _about(documents, file, f"{where}/{keyword}", schema[keyword], "test")
    if "items" in schema:
        yield from _about(documents, file, f"{where}/items", schema["items"], "property")
    for number, inner in enumerate(schema.get("prefixItems", [])):
        yield from _about(documents, file, f"{where}/prefixItems/{number}", inner, "property")
    for number, inner in enumerate(schema.get("allOf", [])):
        yield from _about(documents, file, f"{where}/allOf/{number}", inner, "part")
    for keyword in ("then", "else"):
        if keyword in schema:
            yield from _about(documents, file, f"{where}/{keyword}", schema[keyword], "part")


def _about_one(documents: Documents, file: str, schema: dict[str, Any], role: str) -> Iterator[str]:
    yield from (f"unknown keyword {keyword}" for keyword in sorted(set(schema) - KNOWN))
    target = _target(documents, file, schema.get("$ref", "#"))
    if target is None:
        yield f"$ref {schema['$ref']} leads nowhere among the forms"
        target = {}
    if role == "test":
        if "$ref" in schema:
            yield "a condition uses $ref"
        return
    if role == "property":
        described = {**target, **schema} if "$ref" in schema else schema
        yield from (f"no {words}" for words in ("title", "description") if not described.get(words))
        if not {"type", "enum", "const", "$ref"} & set(schema):
            yield "no type, enum, const or $ref"
    if schema.get("type", "string") not in TYPES:
        yield f"type {schema['type']}, which no record holds"
    if schema.get("format", "date") not in FORMATS:
        yield f"format {schema['format']} is not checked"
    yield from _about_bounds(schema, role)
    yield from _about_keys(documents, file, schema, role)
    if "pattern" in schema:
        yield from about_pattern(schema["pattern"])
    if "x-words" in schema and "enum" in schema and list(schema["x-words"]) != schema["enum"]:
        yield "x-words does not name the choices in their order"


def _about_bounds(schema: dict[str, Any], role: str) -> Iterator[str]:
    if schema.get("type") == "string" and not {"maxLength", "enum", "const"} & set(schema):
        yield "text without maxLength"
    if schema.get("type") == "array" and "maxItems" not in schema:
        yield "list without maxItems"
    if schema.get("type") == "array" and not {"items", "prefixItems"} & set(schema):
        yield "list without items"
    for keyword, wanted in (
        ("pattern", "string"),
        ("maxLength", "string"),
        ("maxItems", "array"),
        ("minimum", "integer"),
    ):
        if keyword in schema and schema.get("type") != wanted and role != "part":
            yield f"{keyword} without type {wanted}"


def _about_keys(documents: Documents, file: str, schema: dict[str, Any], role: str) -> Iterator[str]:
    is_object = schema.get("type") == "object" or "properties" in schema
    if is_object and role != "part" and not any(schema.get(keyword) is False for keyword in CLOSING):
        yield "not closed to unknown keys"
    if is_object and role != "part" and schema.get("type") != "object":
        yield "properties without type object"
    if any(schema.get(keyword, False) is not False for keyword in CLOSING):
        yield "closed with something else than false"
    own, all_keys = set(schema.get("properties", {})), set(_keys(documents, file, schema))
    if schema.get("additionalProperties") is False and all_keys - own:
        yield f"additionalProperties refuses its own {', '.join(sorted(all_keys - own))}"
    if role != "part":
        required = {key for part in _parts(documents, file, schema) for key in part[1].get("required", [])}
        yield from (f"requires the unknown key {key}" for key in sorted(required - all_keys))


def _target(documents: Documents, file: str, reference: str) -> Any:
    name, _, fragment = reference.partition("#")
    here: Any = documents.get(name or file)
    for step in fragment.split("/")[1:]:
        here = here.get(step) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else None


def _parts(documents: Documents, file: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield file, schema
    if "$ref" in schema and (target := _target(documents, file, schema["$ref"])):
        yield from _parts(documents, schema["$ref"].partition("#")[0] or file, target)
    inner = [*schema.get("allOf", []), *(schema[branch] for branch in ("then", "else") if branch in schema)]
    for part in inner:
        if isinstance(part, dict):
            yield from _parts(documents, file, part)


def _keys(documents: Documents, file: str, schema: dict[str, Any]) -> Iterator[str]:
    for _, part in _parts(documents, file, schema):
        yield from part.get("properties", {})


# --- patterns -------------------------------------------------------------------------------------------------------


def about_pattern(pattern: str) -> Iterator[str]:
    """Anchored, of ASCII classes, and unambiguous: at every character only one way to go on, so no blow-up."""
    try:
        items = list(_parser.parse(pattern))
    except re.error as error:
        yield f"pattern {pattern}: {error}"
        return
    ends = [(_constants.AT, _constants.AT_BEGINNING), (_constants.AT, _constants.AT_END)]
    if len(items) < 2 or [items[0], items[-1]] != ends:
        yield f"pattern {pattern} is not anchored with ^ and $"
        return
    try:
        yield from (f"pattern {pattern}: {text}" for text in _ambiguities(items[1:-1], [[]]))
    except ValueError as error:
        yield f"pattern {pattern}: {error}"


def _ambiguities(items: list[Any], continuations: list[list[Any]], looped: bool = False) -> Iterator[str]:
    """`continuations`: what may come behind the items; within a repeat its own beginning is one of them."""
    for number, item in enumerate(items):
        behind = [items[number + 1 :] + continuation for continuation in continuations]
        shared = any(_characters([item]) & _first(rest) for rest in behind)
        if looped and item[0] is _constants.BRANCH:
            yield "a choice within a repeat"
        if looped and _varies(item) and shared:
            yield "a repeat within a repeat without a sign that divides them"
        elif _endless(item) and shared and any(_contains_endless(later) for rest in behind for later in rest):
            yield "two repeats that can share characters"
        for inner in _inside(item):
            around = [inner, *behind] if _endless(item) else behind
            yield from _ambiguities(inner, around, looped or _endless(item))


def _varies(item: Any) -> bool:
    return item[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and item[1][0] != item[1][1]


def _endless(item: Any) -> bool:
    return item[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and item[1][1] > MANY


def _inside(item: Any) -> list[list[Any]]:
    operation, detail = item
    if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        return [list(detail[2])]
    if operation is _constants.SUBPATTERN:
        return [list(detail[3])]
    if operation is _constants.BRANCH:
        return [list(branch) for branch in detail[1]]
    return []


def _contains_endless(item: Any) -> bool:
    return _endless(item) or any(_contains_endless(inner) for inside in _inside(item) for inner in inside)


def _may_be_empty(item: Any) -> bool:
    if item[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        return item[1][0] == 0 or all(map(_may_be_empty, item[1][2]))
    inside = _inside(item)
    return bool(inside) and any(all(map(_may_be_empty, inner)) for inner in inside)


def _characters(items: list[Any]) -> set[int]:
    found: set[int] = set()
    for item in items:
        operation, detail = item
        if operation is _constants.LITERAL:
            found.add(detail)
        elif operation is _constants.IN:
            found |= _class(detail)
        elif inside := _inside(item):
            for inner in inside:
                found |= _characters(inner)
        else:
            raise ValueError(f"{str(operation).lower()} is no explicit class")
    if any(code > 0x7F for code in found):
        raise ValueError("a character beyond ASCII")
    return found


def _class(members: list[Any]) -> set[int]:
    found: set[int] = set()
    for operation, detail in members:
        if operation is _constants.LITERAL:
            found.add(detail)
        elif operation is _constants.RANGE:
            found |= set(range(detail[0], detail[1] + 1))
        else:
            raise ValueError(f"{str(operation).lower()} is no explicit class")
    return found


def _first(items: list[Any]) -> set[int]:
    found: set[int] = set()
    for item in items:
        inside = _inside(item)
        for inner in inside:
            found |= _first(inner)
        if not inside:
            found |= _characters([item])
        if not _may_be_empty(item):
            break
    return found


# --- the shipped forms ----------------------------------------------------------------------------------------------


def shipped() -> Documents:
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.json"))}


def test_the_shipped_forms_keep_the_conventions() -> None:
    documents = shipped()
    assert documents, "no forms were found"
    found = complaints(documents)
    assert not found, "\n" + "\n".join(found)


def test_the_shipped_forms_are_read_and_compiled_as_the_program_does() -> None:
    schemas = Schemas({f"schemas/{path.name}": path.read_bytes() for path in sorted(SHIPPED.glob("*.json"))})
    for name in schemas.documents:
        assert not schemas.deciding(name.removesuffix(".json")).is_valid(["not a record"]) or name.startswith("types")


# --- the conventions themselves -------------------------------------------------------------------------------------

GOOD: Documents = {
    "types@1.json": {
        "$schema": DIALECT,
        "$id": "types@1.json",
        "$defs": {
            "day": {"type": "string", "format": "date", "maxLength": 10, "title": "Day", "description": "A day."}
        },
    },
    "good@1.json": {
        "$schema": DIALECT,
        "$id": "good@1.json",
        "type": "object",
        "title": "Good",
        "description": "A form as it is to be.",
        "unevaluatedProperties": False,
        "required": ["form", "why"],
        "properties": {
            "form": {"const": "good@1", "title": "Form", "description": "The form."},
            "day": {"$ref": "types@1.json#/$defs/day"},
            "batch": {
                "type": "string",
                "pattern": "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$",
                "maxLength": 40,
                "title": "Batch",
                "description": "The batch.",
            },
            "list": {
                "type": "array",
                "maxItems": 9,
                "title": "List",
                "description": "A list.",
                "items": {"enum": ["a", "b"], "title": "Entry", "description": "An entry."},
            },
        },
        "if": {"properties": {"batch": {"const": "B1"}}, "required": ["batch"]},
        "then": {
            "properties": {"why": {"type": "string", "maxLength": 9, "title": "Why", "description": "The reason."}}
        },
    },
}


def changed(place: str, value: Any) -> list[str]:
    """What is said about the good form when one place in it is changed; None takes the place away."""
    documents = copy.deepcopy(GOOD)
    *around, last = place.split("/")
    here = documents["good@1.json"]
    for step in around:
        here = here[step]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return complaints(documents)


def test_a_good_form_has_no_complaints() -> None:
    assert complaints(GOOD) == []


WORDED = {"title": "X", "description": "X."}


@pytest.mark.parametrize(
    ("place", "value", "complaint"),
    [
        ("$schema", "http://json-schema.org/draft-07/schema#", "$schema is not draft 2020-12"),
        ("$id", "other@1.json", "$id is not the file's name"),
        ("propertise", {}, "unknown keyword propertise"),
        ("oneOf", [{"type": "object"}], "unknown keyword oneOf"),
        ("anyOf", [{"type": "object"}], "unknown keyword anyOf"),
        ("patternProperties", {"^x": {"type": "string"}}, "unknown keyword patternProperties"),
        ("required", "form", "not a schema of draft 2020-12"),
        ("required", ["from"], "requires the unknown key from"),
        ("unevaluatedProperties", None, "not closed to unknown keys"),
        ("unevaluatedProperties", True, "closed with something else than false"),
        ("unevaluatedProperties", {"type": "string", "maxLength": 3}, "closed with something else than false"),
        ("additionalProperties", False, "additionalProperties refuses its own why"),
        ("type", None, "properties without type object"),
        ("properties/form/title", None, "no title"),
        ("properties/form/description", "", "no description"),
        ("properties/list/items/title", None, "no title"),
        ("then/properties/why/description", None, "no description"),
        ("properties/new", {**WORDED, "type": "object", "properties": {}}, "not closed to unknown keys"),
        ("properties/new", {**WORDED, "type": "object"}, "not closed to unknown keys"),
        ("properties/new", dict(WORDED), "no type, enum, const or $ref"),
        ("properties/new", True, "neither true nor false"),
        ("properties/new", {**WORDED, "type": "number"}, "type number, which no record holds"),
        ("properties/new", {**WORDED, "type": "null"}, "type null, which no record holds"),
        ("properties/new", {**WORDED, "type": "string"}, "text without maxLength"),
        ("properties/new", {**WORDED, "type": "string", "maxLength": 9, "format": "uri"}, "format uri is not checked"),
        ("properties/new", {**WORDED, "maxLength": 9, "const": "x"}, "maxLength without type string"),
        ("properties/new", {**WORDED, "enum": ["a"], "x-words": {"b": "B"}}, "x-words does not name the choices"),
        ("properties/new", {**WORDED, "$ref": "http://localhost/x.json"}, "leads nowhere among the forms"),
        ("properties/new", {**WORDED, "$ref": "types@1.json#/$defs/none"}, "leads nowhere among the forms"),
        ("properties/new", {**WORDED, "$ref": "../types@1.json"}, "leads nowhere among the forms"),
        ("properties/list/maxItems", None, "list without maxItems"),
        ("properties/list/items", None, "list without items"),
        ("properties/list/items", False, "neither true nor false"),
        ("if/properties/batch", {"$ref": "types@1.json#/$defs/day"}, "a condition uses $ref"),
        ("then/properties/why/maxLength", None, "text without maxLength"),
    ],
)
def test_a_form_against_the_conventions_is_complained_about(place: str, value: Any, complaint: str) -> None:
    assert any(complaint in text for text in changed(place, value))


def test_a_file_name_without_version_is_complained_about() -> None:
    assert any("<id>@<version>" in text for text in complaints({"good.json": GOOD["good@1.json"]}))


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("[0-9]{4}", "not anchored"),
        ("^[0-9]{4}", "not anchored"),
        ("[0-9]{4}$", "not anchored"),
        (r"^a\$", "not anchored"),
        ("^a|b$", "not anchored"),
        ("", "not anchored"),
        ("^$|^a$", "not anchored"),
        (r"^\d+$", "no explicit class"),
        (r"^[\d]+$", "no explicit class"),
        (r"^\w$", "no explicit class"),
        ("^.$", "no explicit class"),
        ("^[^a]+$", "no explicit class"),
        (r"^\p{L}+$", "bad escape"),
        ("^[À-ž]+$", "beyond ASCII"),
        (r"^(a)\1$", "no explicit class"),
        ("^(?=a)a$", "no explicit class"),
        ("^(a+)+$", "a repeat within a repeat"),
        ("^(a*)*$", "a repeat within a repeat"),
        ("^([a-z]+-?)+$", "a repeat within a repeat"),
        ("^(-?[a-z]+)*$", "a repeat within a repeat"),
        ("^(a|b+)*$", "a choice within a repeat"),
        ("^(-(a|ab)b?)*$", "a choice within a repeat"),
        ("^(a{1,3})*$", "a repeat within a repeat"),
        ("^(a?b?)*$", "a repeat within a repeat"),
        ("^((-a*)*-?)*$", "a repeat within a repeat"),
        ("^([a-z][a-z]*)*$", "a repeat within a repeat"),
        ("^(-[a-z-]+)*$", "a repeat within a repeat"),
        ("^[a-z]*[a-z0-9]*$", "two repeats that can share"),
        ("^[a-z]+b[a-z]+$", "two repeats that can share"),
        ("^[a-z]{1,60}[a-z]{1,60}$", "two repeats that can share"),
        ("^[a-z]*(-?[a-z]+)$", "two repeats that can share"),
        ("^([a-z]{1,40}){1,40}$", "a repeat within a repeat"),
        ("^(", "missing )"),
    ],
)
def test_an_unsafe_pattern_is_complained_about(pattern: str, complaint: str) -> None:
    assert any(complaint in text for text in about_pattern(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$",
        "^[0-9a-f]{64}$",
        "^records/[a-z]+/[a-z][a-z0-9-]*([.]r[1-9][0-9]*)?[.]yaml$",
        "^(ssh-ed25519|sk-ssh-ed25519) [A-Za-z0-9+/]+={0,2}$",
        "^[A-Za-z0-9][A-Za-z0-9 ./_-]*$",
    ],
)
def test_an_unambiguous_pattern_is_allowed(pattern: str) -> None:
    assert list(about_pattern(pattern)) == []


@pytest.mark.parametrize(
    ("form", "typed", "mistyped"),
    [
        ("documentation@1", "{@provided.date}", "{@provided.dat}"),
        ("documentation@1", "{@provided.name}", "{@given.name}"),
        ("handoff@1", "{/decision:@qp.name}", "{/decision:@qp.nam}"),
        ("release@1", "{/certification:@qp.date}", "{/certification:@qp.}"),
        ("documentation.receipt@1", '"Status": [', '"Statu": ['),
        ("capa.effectiveness@1", '"CAPA": [', '"Capa": ['),
    ],
)
def test_a_form_that_would_print_what_there_is_not_is_refused(form: str, typed: str, mistyped: str) -> None:
    path = f"schemas/{form}.json"
    files = as_shipped()
    assert typed.encode() in files[path]
    with pytest.raises(CannotRun, match=rf"{re.escape(path)} shows .*, which there is not"):
        load_forms({**files, path: files[path].replace(typed.encode(), mistyped.encode())})


def test_what_a_form_may_print_of_a_sign_off_is_what_paper_knows_of_it() -> None:
    files = founded()
    repository, _ = examined(files)
    signoff = next(iter(repository.judgement.standing.values()))
    assert tuple(signer_facts(repository, signoff)) == FACTS
