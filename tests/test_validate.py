"""A record against its form: exact place, plain words, and nothing fetched."""

from __future__ import annotations

import copy
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filing.load import load_record
from filing.model import CannotRun, Finding, Record
from filing.validate import Schemas, reasons, schema_at, validate

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHIPPED = Path(__file__).parents[1] / "schemas"

TYPES: dict[str, Any] = {
    "$schema": DIALECT,
    "$id": "types@1.json",
    "$defs": {
        "date": {"type": "string", "format": "date", "maxLength": 10, "title": "Date", "description": "A day."},
        "batch": {
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9-]*$",
            "maxLength": 8,
            "title": "Batch number",
            "description": "Capitals, digits and hyphens, such as B2025-01.",
        },
        "expiry": {
            "type": "object",
            "title": "Expiry",
            "description": "Until when it may be used.",
            "additionalProperties": False,
            "required": ["date"],
            "properties": {"date": {"$ref": "#/$defs/date", "title": "Last day"}},
        },
    },
}
DECISION: dict[str, Any] = {
    "$schema": DIALECT,
    "$id": "decision@1.json",
    "type": "object",
    "title": "Decision",
    "description": "A decision on a batch.",
    "x-clause": "SOP 2.1",
    "unevaluatedProperties": False,
    "required": ["form", "decision"],
    "properties": {
        "form": {"const": "decision@1", "title": "Form", "description": "The form."},
        "decision": {
            "enum": ["certified", "rejected"],
            "title": "Decision",
            "description": "What the QP decides.",
            "x-clause": "SOP 2.2",
        },
        "batch": {"$ref": "types@1.json#/$defs/batch", "title": "Batch"},
        "expiry": {"$ref": "types@1.json#/$defs/expiry"},
        "made": {"$ref": "types@1.json#/$defs/date", "description": "The day it was made."},
        "at": {"type": "string", "format": "date-time", "maxLength": 35, "title": "At", "description": "When."},
        "note": {"type": "string", "minLength": 2, "maxLength": 12, "title": "Note", "description": "A remark."},
        "count": {"type": "integer", "minimum": 1, "maximum": 9, "title": "Count", "description": "How many."},
        "blinded": {"type": "boolean", "title": "Blinded", "description": "Whether it is blinded."},
        "seen": {
            "type": "array",
            "title": "Seen",
            "description": "The documents seen.",
            "minItems": 1,
            "maxItems": 3,
            "uniqueItems": True,
            "contains": {"const": "IMPD"},
            "items": {"type": "string", "maxLength": 8, "title": "Document", "description": "One document."},
        },
        "roles": {
            "type": "array",
            "title": "Roles",
            "description": "Who took part.",
            "maxItems": 4,
            "contains": {"enum": ["qp", "qa"]},
            "minContains": 2,
            "items": {"enum": ["qp", "qa", "site"], "title": "Role", "description": "A role."},
        },
    },
    "allOf": [{"properties": {"site": {"type": "string", "maxLength": 5, "title": "Site", "description": "Where."}}}],
    "if": {"properties": {"decision": {"const": "rejected"}}, "required": ["decision"]},
    "then": {
        "required": ["reason"],
        "properties": {
            "reason": {"type": "string", "minLength": 3, "maxLength": 20, "title": "Reason", "description": "Why."}
        },
    },
}


def files(*schemas: dict[str, Any]) -> dict[str, bytes]:
    return {f"schemas/{schema['$id']}": json.dumps(schema).encode() for schema in schemas}


SCHEMAS = Schemas(files(TYPES, DECISION))
HEAD = "form: decision@1\ndecision: certified\n"


def loaded(source: str) -> Record:
    record, findings = load_record("records/r.yaml", source.encode())
    assert record is not None, findings
    return record


def told(source: str) -> tuple[Finding, ...]:
    return validate(loaded(source), SCHEMAS)


# --- words and places -----------------------------------------------------------------------------------------------


def test_a_record_as_the_form_asks_has_no_findings() -> None:
    source = (
        "form: decision@1\ndecision: rejected\nreason: broken seal\nbatch: B2025-01\nexpiry:\n  date: 2026-01-31\n"
        "made: '2025-09-01'\nat: 2025-09-01T10:00:00Z\nnote: fine\ncount: 9\nblinded: false\nseen: [IMPD, CoA]\n"
        "roles: [qp, site, qa]\nsite: DE-01\n"
    )
    assert told(source) == ()


CASES: dict[str, tuple[str, str, tuple[int, int], str, str, str]] = {
    "type text": ("note: 15", "S01", (3, 7), "A remark.", "the number 15", 'Type "15" with the quotes.'),
    "type text for a switch": ("note: true", "S01", (3, 7), "A remark.", "true", 'Type "true" with the quotes.'),
    "type text for a list": ("note: [a]", "S01", (3, 7), "A remark.", "a list of 1", "Type text in its place."),
    "type number": ('count: "3"', "S01", (3, 8), "How many.", '"3"', "Type a whole number without quotes."),
    "type switch": ("blinded: maybe", "S01", (3, 10), "Whether it is blinded.", '"maybe"', "Type true or false"),
    "type list": ("seen: IMPD", "S01", (3, 7), "The documents seen.", '"IMPD"', 'beginning with "- "'),
    "type group": ("expiry: soon", "S01", (3, 9), "Until when it may be used.", '"soon"', 'as "key: value"'),
    "pattern": (
        "batch: b2025",
        "S01",
        (3, 8),
        "Capitals, digits and hyphens, such as B2025-01.",
        '"b2025"',
        "It is to be: Capitals, digits and hyphens, such as B2025-01.",
    ),
    "format date": ("made: soon", "S01", (3, 7), "The day it was made.", '"soon"', "like 2025-09-01"),
    "format of a day that is none": (
        'made: "2025-02-30"',
        "S01",
        (3, 7),
        "The day it was made.",
        '"2025-02-30"',
        "day",
    ),
    "format time": ("at: 2025-09-01", "S01", (3, 5), "When.", '"2025-09-01"', "like 2025-09-10T09:02:40+02:00"),
    "format leap second": ('at: "2016-12-31T23:59:60Z"', "S01", (3, 5), "When.", '"2016-12-31T23:59:60Z"', "offset"),
    "minLength": ("note: x", "S01", (3, 7), "A remark.", '"x", which has 1 characters', "at least 2 characters"),
    "maxLength": ("note: 1234567890abc", "S01", (3, 7), "A remark.", "13 characters", "at most 12 characters"),
    "minimum": ("count: 0", "S01", (3, 8), "How many.", "the number 0", "a number not below 1"),
    "maximum": ("count: 10", "S01", (3, 8), "How many.", "the number 10", "a number not above 9"),
    "minItems": ("seen: []", "S01", (3, 7), "The documents seen.", "an empty list", "Give at least 1."),
    "maxItems": ("seen: [IMPD, b, c, d]", "S01", (3, 7), "The documents seen.", "a list of 4", "Give at most 3."),
    "uniqueItems": (
        "seen: [IMPD, CoA, CoA]",
        "S01",
        (3, 19),
        "The documents seen.",
        '"CoA", which stands at line 3 already',
        "Delete one of the two.",
    ),
    "contains": ("seen: [CoA]", "S01", (3, 7), "The documents seen.", "a list of 1", 'at least 1 of: "IMPD".'),
    "minContains": ("roles: [qp, site]", "S01", (3, 8), "Who took part.", "a list of 2", 'at least 2 of: "qp", "qa".'),
    "enum in a list": ("roles: [qp, qa, sit]", "S01", (3, 17), "A role.", '"sit"', 'Type "site" if that is meant.'),
    "required within": ("expiry: {}", "S01", (3, 9), "A day.", 'no "date"', 'Add a line "date: ..." here.'),
    "additional key": (
        "expiry: {date: 2026-01-31, dat: x}",
        "S03",
        (3, 28),
        "Only the keys",
        'the key "dat"',
        "Delete",
    ),
    "unevaluated key": ("nota: fine", "S03", (3, 1), "Only the keys", 'the key "nota"', 'Type "note" if that is meant'),
    "key of another case": ("reason: broken", "S03", (3, 1), "only in the case", 'the key "reason"', 'is "rejected"'),
    "plain date as text": ("note: 2025-09-01", "S02", (3, 7), "A remark.", "2025-09-01 without quotes", '"2025-09-01"'),
    "plain date in a list": ("seen: [IMPD, 2025-09-01]", "S01", (3, 14), "One document.", "10 characters", "Shorten"),
    "part of a combination": ("site: Berlin", "S01", (3, 7), "Where.", "6 characters", "at most 5 characters"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_difference_is_told_at_its_place(case: tuple[str, str, tuple[int, int], str, str, str]) -> None:
    line, rule, place, requirement, found, remedy = case
    (finding,) = told(f"{HEAD}{line}\n")
    assert (finding.path, finding.rule, finding.severity) == ("records/r.yaml", rule, "error")
    assert (finding.line, finding.column) == place
    assert requirement in finding.requirement
    assert found in finding.found
    assert remedy in finding.remedy


def test_a_missing_key_is_told_at_the_mapping_that_lacks_it() -> None:
    (finding,) = told("form: decision@1\n")
    assert (finding.line, finding.column, finding.title, finding.found) == (1, 1, "missing", 'no "decision"')
    assert (finding.requirement, finding.clause) == ("What the QP decides.", "SOP 2.2")


def test_each_missing_key_is_told_once() -> None:
    group = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a", "b"]}
    schemas = Schemas(files({"$schema": DIALECT, "$id": "x@1.json", "properties": {"group": group}}))
    findings = validate(loaded("form: x@1\ngroup: {c: 1}\n"), schemas)
    assert [(one.found, one.line, one.column) for one in findings] == [('no "a"', 2, 8), ('no "b"', 2, 8)]


def test_a_requirement_under_a_condition_names_the_condition() -> None:
    (finding,) = told("form: decision@1\ndecision: rejected\n")
    assert finding.found == 'no "reason"'
    assert finding.requirement == 'Why. It applies because decision is "rejected".'


def test_a_wrong_choice_names_the_nearest_and_all() -> None:
    (finding,) = told("form: decision@1\ndecision: certifed\n")
    assert finding.remedy == 'Type "certified" if that is meant. Possible: "certified", "rejected".'
    assert finding.clause == "SOP 2.2"


@pytest.mark.parametrize("decision", ["decision: certifed\n", "decision: true\n", ""])
def test_what_depends_on_a_wrong_value_is_not_asked_for(decision: str) -> None:
    form = {
        **DECISION,
        "$id": "x@1.json",
        "properties": {**DECISION["properties"], "form": {"const": "x@1"}},
        "else": {"required": ["note"]},
    }
    (finding,) = validate(loaded(f"form: x@1\n{decision}"), Schemas(files(TYPES, form)))
    assert finding.requirement == "What the QP decides."


def test_the_clause_is_the_nearest_one_around_the_place() -> None:
    (finding,) = told(f"{HEAD}expiry:\n  date: soon\n")
    assert finding.clause == "SOP 2.1"


def test_one_value_has_one_finding_even_if_it_fails_twice() -> None:
    (finding,) = told(f"{HEAD}batch: much too long and small\n")
    assert finding.title == "written differently"


def test_all_differences_are_told_in_one_round_by_place() -> None:
    findings = told("form: decision@1\ndecision: no such\nbatch: b\ncount: 0\nother: 1\nnote: 2025-09-01\n")
    assert [(one.rule, one.line) for one in findings] == [("S01", 2), ("S01", 3), ("S01", 4), ("S03", 5), ("S02", 6)]


def test_a_known_key_is_not_called_unknown_because_its_value_is_wrong() -> None:
    (finding,) = told(f"{HEAD}count: 0\n")
    assert finding.rule == "S01"


JARGON = re.compile(
    "propert|instance|schema|regex|pattern|does not match|not of type|valid under|array|object|string|boolean|None|[{}]"
)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_message_speaks_of_schemas(case: tuple[str, str, tuple[int, int], str, str, str]) -> None:
    for finding in told(f"{HEAD}{case[0]}\n"):
        for text in (finding.title, finding.requirement, finding.found, finding.remedy):
            assert text and not JARGON.search(text)


def test_a_text_ending_in_a_line_end_does_not_pass_a_pattern() -> None:
    assert [one.rule for one in told(HEAD + 'batch: "B1\\n"\n')] == ["S01"]


def test_digits_of_other_scripts_do_not_pass_a_pattern() -> None:
    assert [one.rule for one in told(HEAD + 'batch: "B٣"\n')] == ["S01"]


def test_a_record_that_the_checkers_judge_differently_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "explained", lambda record, schemas: ())
    (finding,) = told(f"{HEAD}count: 0\n")
    assert (finding.rule, finding.title, finding.line, finding.column) == ("S01", "checkers disagree", 3, 8)


def test_only_a_refused_record_makes_the_program_load_what_explains() -> None:
    program = (
        "import sys\n"
        "from filing.load import load_record\n"
        "from filing.validate import Schemas, validate\n"
        'schemas = Schemas({\'schemas/a@1.json\': b\'{"$id": "a@1.json", "required": ["b"]}\'})\n'
        "for source in ('b: 1', 'c: 1'):\n"
        "    record, _ = load_record('records/r.yaml', f'form: a@1\\n{source}\\n'.encode())\n"
        "    print(len(validate(record, schemas)), 'jsonschema' in sys.modules)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0 False\n1 True\n", "")


# --- forms that cannot be used --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"true",
        b'{"$id": "other@1.json"}',
        b'{"$id": "x@1.json", "$id": "x@1.json"}',
        b"[" * 100_000,
    ],
)
def test_an_unreadable_form_stops_the_program_naming_it(data: bytes) -> None:
    with pytest.raises(CannotRun, match=r"schemas/x@1\.json"):
        Schemas({"schemas/x@1.json": data})


@pytest.mark.parametrize(
    "content",
    [
        {"type": "strin"},
        {"properties": {"a": {"$ref": "types@1.json#/$defs/none"}}},
        {"properties": {"a": {"$ref": "missing@1.json"}}},
        {"properties": {"a": {"pattern": "(", "type": "string"}}},
        {"properties": {"a": {"format": "no-such-format", "type": "string"}}},
    ],
)
def test_a_faulty_form_stops_the_program_naming_it(content: dict[str, Any]) -> None:
    schemas = Schemas(files(TYPES, {"$schema": DIALECT, "$id": "x@1.json", **content}))
    with pytest.raises(CannotRun, match=r"schemas/x@1\.json"):
        validate(loaded("form: x@1\n"), schemas)


def test_a_faulty_form_does_not_disturb_the_others() -> None:
    faulty = {"$schema": DIALECT, "$id": "x@1.json", "$ref": "http://localhost/x.json"}
    assert validate(loaded(HEAD), Schemas(files(TYPES, DECISION, faulty))) == ()


def test_an_unknown_form_is_another_room_s_business() -> None:
    with pytest.raises(KeyError):
        validate(loaded("form: unheard@1\n"), SCHEMAS)


def test_files_that_are_no_forms_are_passed_over() -> None:
    assert Schemas({"schemas/tmf/model@3.yaml": b"x: 1\n", "records/x.json": b"no"}).documents == {}


def test_nothing_is_ever_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        local = tmp_path / "local.json"
        local.write_text('{"type": "object"}', encoding="utf-8")
        references = [f"http://127.0.0.1:{port}/x.json", local.as_uri(), "../local.json", "//127.0.0.1/x.json"]
        for reference in references:
            schemas = Schemas(files({"$schema": DIALECT, "$id": "x@1.json", "allOf": [{"$ref": reference}]}))
            with pytest.raises(CannotRun):
                validate(loaded("form: x@1\n"), schemas)
            with pytest.raises(Exception, match=r"Unresolvable|NoSuchResource"):
                list(schemas.explaining("x@1").iter_errors({}))
        schemas = Schemas(files({"$schema": f"http://127.0.0.1:{port}/dialect", "$id": "x@1.json", "type": "object"}))
        assert validate(loaded("form: x@1\n"), schemas) == ()
        with pytest.raises(TimeoutError):
            server.accept()


# --- what a form says about a place ---------------------------------------------------------------------------------


def test_the_nearest_words_win_over_those_of_the_shared_part() -> None:
    made = schema_at(SCHEMAS, "decision@1", ("made",))
    assert (made["title"], made["description"], made["format"]) == ("Date", "The day it was made.", "date")
    assert schema_at(SCHEMAS, "decision@1", ("expiry", "date"))["title"] == "Last day"


@pytest.mark.parametrize(
    ("pointer", "title"),
    [((), "Decision"), (("site",), "Site"), (("reason",), "Reason"), (("seen", 7), "Document"), (("batch",), "Batch")],
)
def test_a_place_is_found_through_references_combinations_and_conditions(pointer: tuple[str, ...], title: str) -> None:
    assert schema_at(SCHEMAS, "decision@1", pointer)["title"] == title


def test_a_whole_form_lists_the_keys_of_all_branches_in_order() -> None:
    keys = schema_at(SCHEMAS, "decision@1", ())["properties"]
    assert isinstance(keys, dict)
    assert [*keys] == [*DECISION["properties"], "site", "reason"]


@pytest.mark.parametrize("pointer", [("none",), ("note", "x"), ("note", 0), ("seen", 0, "x"), (0,)])
def test_a_place_that_a_form_does_not_know_has_no_words(pointer: tuple[str | int, ...]) -> None:
    assert schema_at(SCHEMAS, "decision@1", pointer) == {}


def test_entries_of_a_fixed_row_have_their_own_words() -> None:
    row = {"prefixItems": [{"title": "First"}, {"title": "Second"}], "items": {"title": "Other"}}
    schemas = Schemas(files({"$schema": DIALECT, "$id": "x@1.json", "properties": {"row": row}}))
    assert [schema_at(schemas, "x@1", ("row", place))["title"] for place in range(3)] == ["First", "Second", "Other"]


# --- two checkers ---------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "form": "decision@1",
    "decision": "rejected",
    "reason": "broken seal",
    "batch": "B2025-01",
    "expiry": {"date": "2026-01-31"},
    "made": "2025-09-01",
    "at": "2025-09-01T10:00:00Z",
    "note": "fine",
    "count": 9,
    "blinded": False,
    "seen": ["IMPD", "CoA"],
    "roles": ["qp", "site", "qa"],
    "site": "DE-01",
}
VALUES = st.one_of(
    st.booleans(),
    st.integers(-1, 11),
    st.sampled_from(
        ["", "x", "certified", "rejected", "B1", "b1", "2025-02-30", "2025-09-01", "qp", "long " * 5, "IMPD"]
    ),
    st.sampled_from(
        ["2025-09-01T10:00:00", "2025-09-01T10:00:00.5+01:00", "2016-12-31T23:59:60Z", "2025-09-01T24:00:00Z"]
    ),
    st.lists(st.sampled_from(["IMPD", "CoA", "qp", "qa", 1]), max_size=5),
    st.dictionaries(st.sampled_from(["date", "dat"]), st.sampled_from(["2026-01-31", "soon", 3]), max_size=2),
)
MUTATIONS = st.lists(st.tuples(st.sampled_from([*GOOD, "other"][1:]), st.none() | VALUES), min_size=1, max_size=4)


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(MUTATIONS)
def test_both_checkers_judge_a_mutated_record_alike(mutations: list[tuple[str, Any]]) -> None:
    record = copy.deepcopy(GOOD)
    for key, value in mutations:
        if value is None:
            record.pop(key, None)
        else:
            record[key] = value
    there = not list(SCHEMAS.explaining("decision@1").iter_errors(record))
    assert SCHEMAS.deciding("decision@1").is_valid(record) is there


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(MUTATIONS)
def test_a_refused_record_has_findings_with_places_and_words(mutations: list[tuple[str, Any]]) -> None:
    content = copy.deepcopy(GOOD)
    for key, value in mutations:
        if value is None:
            content.pop(key, None)
        else:
            content[key] = value
    source = "".join(f"{key}: {json.dumps(value)}\n" for key, value in content.items())
    findings = told(re.sub('"(date?)":', r"\1:", source))
    plain = jsonschema_rs.Draft202012Validator(DECISION, registry=jsonschema_rs.Registry([("types@1.json", TYPES)]))
    if not plain.is_valid(content):
        assert findings
    assert all(one.line >= 1 and one.column >= 1 and one.found and one.remedy and one.requirement for one in findings)
    assert all(one.title != "checkers disagree" for one in findings)


def test_every_shipped_form_can_be_used() -> None:
    schemas = Schemas({f"schemas/{path.name}": path.read_bytes() for path in sorted(SHIPPED.glob("*.json"))})
    for name in schemas.documents:
        form = name.removesuffix(".json")
        assert schemas.deciding(form).is_valid({}) is (not list(schemas.explaining(form).iter_errors({})))
