"""What a record may look like, and where exactly it is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from filing.load import events, is_date, is_time, load_record, read_tree
from filing.model import Finding, Place, Record

SHIPPED = Path(__file__).parents[1] / "records"
BLNS = Path(__file__).parents[2] / "shared" / "corpora" / "blns.txt"


def refused(source: str | bytes) -> tuple[Finding, ...]:
    data = source if isinstance(source, bytes) else source.encode()
    record, findings = load_record("records/r.yaml", data)
    assert record is None
    assert findings == tuple(sorted(findings))
    assert all(one.path == "records/r.yaml" and one.severity == "error" for one in findings)
    assert all(one.title and one.requirement and one.found and one.remedy for one in findings)
    return findings


def places(source: str | bytes) -> list[tuple[str, int, int]]:
    return [(one.rule, one.line, one.column) for one in refused(source)]


def accepted(source: str) -> Record:
    record, findings = load_record("records/r.yaml", source.encode())
    assert findings == ()
    assert record is not None
    return record


@pytest.fixture(params=["C", "Python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PARSER", {"C": yaml.CSafeLoader, "Python": yaml.SafeLoader}[request.param])


# --- what is accepted -----------------------------------------------------------------------------------------------


def test_values_are_stored_as_typed(either_parser: None) -> None:
    record = accepted(
        "# a remark\nform: certification@1\nyes_no: true\ncount: 42\nbelow: -7\nday: 2025-09-01\n"
        'at: 2025-09-10T09:02:40+02:00\ncountry: "NO"\nlot: "0123"\nlist: [a, 2, false]\nnone: []\n'
        "text: |\n  two\n  lines\nname: Łukasz Żółć\nday_text: '2025-09-01'\nversion: 1.2.3\nsop: CR/OPS/142/2025\n"
    )
    assert record.data == {
        "form": "certification@1",
        "yes_no": True,
        "count": 42,
        "below": -7,
        "day": "2025-09-01",
        "at": "2025-09-10T09:02:40+02:00",
        "country": "NO",
        "lot": "0123",
        "list": ("a", 2, False),
        "none": (),
        "text": "two\nlines\n",
        "name": "Łukasz Żółć",
        "day_text": "2025-09-01",
        "version": "1.2.3",
        "sop": "CR/OPS/142/2025",
    }
    assert record.plain_times == {("day",), ("at",)}
    assert record.form == "certification@1"


def test_every_value_and_key_has_its_place(either_parser: None) -> None:
    record = accepted('a: "😀"\nlong: {e: 1}\nitems:\n  - id: X\n    n_o: 2\n  - "ż"\nb: [1,  2]\n')
    assert record.places == {
        (): Place(1, 1),
        ("a",): Place(1, 4),
        ("long",): Place(2, 7),
        ("long", "e"): Place(2, 11),
        ("items",): Place(4, 3),
        ("items", 0): Place(4, 5),
        ("items", 0, "id"): Place(4, 9),
        ("items", 0, "n_o"): Place(5, 10),
        ("items", 1): Place(6, 5),
        ("b",): Place(7, 4),
        ("b", 0): Place(7, 5),
        ("b", 1): Place(7, 9),
    }
    assert record.keys[("items", 0, "n_o")] == Place(5, 5)
    assert record.keys[("b",)] == Place(7, 1)


def test_a_place_behind_wide_characters_counts_characters(either_parser: None) -> None:
    assert places('a: {b: "😀ż", c: 012}\n') == [("Y05", 1, 17)]


def test_joiners_stand_inside_words_of_scripts_that_need_them() -> None:
    assert accepted('persian: "می\u200cخواهم"\nhindi: क्\u200dष\n').data["persian"] == "می\u200cخواهم"


@pytest.mark.parametrize(
    "text", ["No.", "yes please", "nullable", "B2025-01", "1.2.3", "12-30", "45.99.2025", "2025-09"]
)
def test_text_that_no_reader_changes_needs_no_quotes(text: str) -> None:
    assert accepted(f"a: {text}\n").data == {"a": text}


# --- values that readers read differently ---------------------------------------------------------------------------

RETYPED = """NO No no yes YES Yes on On OFF off y Y n N True TRUE FALSE False null Null NULL ~ 0123 0128 00 -0 +1 1e3
12e03 2025E01 2025_01 5.10 .5 5. 1_000 0x1F 0X1f 0o17 0b101 -0x1F 12:30 1:10 09:02 12:30:45 190:20:30.15 .nan .NaN .inf
-.INF +.inf 1.0e+400 0.1000000000000000055 1234567890123456 = << -.5 1e-3""".split()


@pytest.mark.parametrize("text", RETYPED)
def test_what_some_reader_changes_needs_quotes(text: str, either_parser: None) -> None:
    (finding,) = refused(f"form: x@1\nfield: {text}\n")
    assert (finding.rule, finding.line, finding.column, finding.title) == ("Y05", 2, 8, "quote this value")
    assert f'Type "{text}" with the quotes' in finding.remedy
    assert accepted(f'field: "{text}"\n').data == {"field": text}


@pytest.mark.parametrize("text", sorted({*RETYPED, "2025-9-1", "2025-09-01 10:00:00", "2001-12-14t21:59:43.10-05:00"}))
def test_no_accepted_plain_text_is_one_that_pyyaml_changes(text: str) -> None:
    record, findings = load_record("r.yaml", f"field: {text}\n".encode())
    assert record is None and findings


@pytest.mark.parametrize(
    ("text", "title", "to_type"),
    [
        ("2025-9-1", "not a calendar date", "2025-09-01"),
        ("2025-02-30", "not a calendar date", "the day that was meant"),
        ("0000-01-01", "not a calendar date", "the day that was meant"),
        ("2025-09-01 10:00:00", "not a full time", "2025-09-10T09:02:40+02:00"),
        ("2025-09-01T10:00:00", "not a full time", "2025-09-10T09:02:40+02:00"),
        ("2025-09-01T10:00+02:00", "not a full time", "2025-09-10T09:02:40+02:00"),
        ("2025-09-01T25:00:00Z", "not a full time", "2025-09-10T09:02:40+02:00"),
        ("2025-02-30T10:00:00Z", "not a full time", "2025-09-10T09:02:40+02:00"),
        ("2025-09-01t10:00:00z", "not a full time", "2025-09-10T09:02:40+02:00"),
    ],
)
def test_a_plain_date_or_time_is_whole_and_real(text: str, title: str, to_type: str) -> None:
    (finding,) = refused(f"field: {text}\n")
    assert (finding.rule, finding.line, finding.column, finding.title) == ("Y05", 1, 8, title)
    assert to_type in finding.remedy and f'"{text}"' in finding.remedy


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("text", ["01/09/2025", "01.09.2025", "1/9/2025", "01/09/25"])
def test_a_slash_date_is_refused_with_both_readings(text: str, quote: str) -> None:
    (finding,) = refused(f"field: {quote}{text}{quote}\n")
    assert (finding.rule, finding.line, finding.column, finding.clause) == ("R56", 1, 8, "PI 041")
    assert "1 September 2025 or 9 January 2025" in finding.found
    assert finding.remedy == "Type 2025-09-01 for 1 September or 2025-01-09 for 9 January."


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("31/12/2025", "Type 2025-12-31 for 31 December."),
        ("2025/9/1", "Type 2025-09-01 for 1 September."),
        ("09.09.2025", "Type 2025-09-09 for 9 September."),
    ],
)
def test_a_slash_date_with_one_reading_is_refused_with_that(text: str, remedy: str) -> None:
    (finding,) = refused(f"field: {text}\n")
    assert (finding.rule, finding.remedy) == ("R56", remedy)


def test_all_doubtful_values_are_told_in_one_round() -> None:
    assert places("a: NO\nb: 0123\nc: 01/09/2025\nd: [12:30, ok, 1e3]\ne:\nf: x\nf: z\n") == [
        ("Y05", 1, 4),
        ("Y05", 2, 4),
        ("R56", 3, 4),
        ("Y05", 4, 5),
        ("Y05", 4, 16),
        ("Y05", 5, 3),
        ("Y04", 7, 1),
    ]


@pytest.mark.parametrize(
    ("source", "where", "value", "comment"),
    [
        ("name: Lot #5\n", (1, 7), 'only "Lot"', '"#5"'),
        ("lot: #5\n", (1, 5), "nothing", '"#5"'),
        ("count: 5 # kits\n", (1, 8), 'only "5"', '"# kits"'),
        ("done: true   # or not\n", (1, 7), 'only "true"', '"# or not"'),
        ("day: 2025-09-01 #2\n", (1, 6), 'only "2025-09-01"', '"#2"'),
        ("list:\n  - ż 😀 #5\n", (2, 5), 'only "ż 😀"', '"#5"'),
        ("list:\n  - #5\n", (2, 4), "nothing", '"#5"'),
        ("list: [a, Lot #5\n  ]\n", (1, 11), 'only "Lot"', '"#5"'),
        ("group: {a: Lot #5\n  }\n", (1, 12), 'only "Lot"', '"#5"'),
        ("a: one\n  two #5\n", (1, 4), 'only "one two"', '"#5"'),
    ],
)
def test_a_comment_behind_a_value_without_quotes_is_refused(
    source: str, where: tuple[int, int], value: str, comment: str, either_parser: None
) -> None:
    (finding,) = refused(source)
    assert (finding.rule, finding.title, finding.line, finding.column) == ("Y05", "hidden by a comment", *where)
    assert finding.found == f"{value}; {comment} behind it is a comment"
    assert finding.remedy == "Put the value in quotes together with that, or move a comment to a line of its own."


def test_a_doubtful_value_with_a_comment_is_told_both() -> None:
    assert [one.title for one in refused("a: NO # yes\n")] == ["hidden by a comment", "quote this value"]


def test_a_comment_on_its_own_line_below_a_key_is_not_what_is_missing_there(either_parser: None) -> None:
    assert [one.title for one in refused("a:\n  # later\nb: 1\n")] == ["value missing"]


def test_a_comment_that_hides_nothing_is_allowed(either_parser: None) -> None:
    record = accepted(
        '# first\na: Lot#5\n  # moved in\nb: "Lot #5" # quoted\nc: # behind a key\n  - [x, z] # behind a list\n'
        "  - 'it #5'\nd: | # behind a sign\n  Lot #5\ne: >-\n  Lot #6\nf: {g: h} # behind a group\n# last\n"
    )
    assert record.data == {
        "a": "Lot#5",
        "b": "Lot #5",
        "c": (("x", "z"), "it #5"),
        "d": "Lot #5\n",
        "e": "Lot #6",
        "f": {"g": "h"},
    }


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.yaml")), ids=lambda path: path.relative_to(SHIPPED).as_posix())
def test_each_shipped_record_is_accepted(path: Path) -> None:
    assert load_record("records/r.yaml", path.read_bytes())[1] == ()


@pytest.mark.parametrize("source", ["a:\n", "a: \n", "a:\nb: 1\n", "a:\n  -\n"])
def test_a_key_without_a_value_is_refused(source: str) -> None:
    assert {one.title for one in refused(source)} == {"value missing"}


@pytest.mark.parametrize(
    "text", ["2025-9-01", "2025-02-29", "20250901", "2025-09-01\n", "٢٠٢٥-٠٩-٠١", "2025-13-01", "0000-01-01", ""]
)
def test_only_calendar_days_are_dates(text: str) -> None:
    assert not is_date(text)
    assert is_date("2024-02-29")


@pytest.mark.parametrize(
    "end",
    ["", "z", "+0200", "+02", "+24:00", "+02:60", ".Z", ".0123456789Z", " Z", "Z\n"],
)
def test_only_full_times_with_offset_are_times(end: str) -> None:
    assert not is_time(f"2025-09-10T09:02:40{end}")
    assert is_time("2025-09-10T09:02:40.123Z")


@pytest.mark.parametrize("clock", ["24:00:00", "23:60:00", "23:59:60", "9:00:00", "09:00"])
def test_no_impossible_clock_is_a_time(clock: str) -> None:
    assert not is_time(f"2025-09-10T{clock}Z")


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_that_stands_twice_is_refused_naming_both_places(either_parser: None) -> None:
    (finding,) = refused("form: x@1\nlist:\n  - status: rejected\n    other: 1\n    status: released\n")
    assert (finding.rule, finding.line, finding.column) == ("Y04", 5, 5)
    assert finding.found == '"status" here and at line 3, column 5'


@pytest.mark.parametrize(
    "key",
    [
        "Batch",
        "no",
        "y",
        "on",
        "null",
        "true",
        '"batch"',
        "'batch'",
        "1",
        "1.0",
        "é",
        "a-b",
        "a b",
        "_a",
        "<<",
        "=",
        "~",
    ],
)
def test_a_key_is_a_plain_word(key: str, either_parser: None) -> None:
    assert places(f"form: x@1\n{key}: value\n") == [("Y04", 2, 1)]


@pytest.mark.parametrize("source", ["[a]: b\n", "{a: b}: c\n", "? [a]\n: b\n", "form: x\n? {a: b}\n: c\n"])
def test_a_list_or_group_as_key_is_refused(source: str, either_parser: None) -> None:
    (finding,) = refused(source)
    assert finding.rule == "Y04"


def test_composed_and_decomposed_spelling_are_no_two_keys() -> None:
    assert ("Y01", 2, 1) in places("é: 1\ne\u0301: 2\n")


# --- features of YAML that records do without -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("a: &x 1\n", ("Y03", 1, 4)),
        ("a: &x [1]\n", ("Y03", 1, 4)),
        ("a: &x {b: 1}\n", ("Y03", 1, 4)),
        ("&x a: 1\n", ("Y03", 1, 1)),
        ("a: !!str 1\n", ("Y03", 1, 4)),
        ("a: ! word\n", ("Y03", 1, 4)),
        ("a: !foo [1]\n", ("Y03", 1, 4)),
        ('a: !!python/object/apply:os.system ["id"]\n', ("Y03", 1, 4)),
        ("*x\n", ("Y03", 1, 1)),
        ("%YAML 1.2\n---\na: 1\n", ("Y03", 1, 1)),
        ("%YAML 1.3\n---\na: 1\n", ("Y03", 1, 1)),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", ("Y03", 1, 1)),
        ("%FOO\n---\na: 1\n", ("Y03", 1, 1)),
        ("a: 1\n---\nb: 2\n", ("Y03", 2, 1)),
    ],
)
def test_a_feature_that_hides_what_is_meant_is_refused(
    source: str, where: tuple[str, int, int], either_parser: None
) -> None:
    assert places(source) == [where]


def test_a_reference_is_refused_together_with_what_it_refers_to(either_parser: None) -> None:
    assert places("a: &x word\nb: *x\nlist:\n  - *x\n") == [("Y03", 1, 4), ("Y03", 2, 4), ("Y03", 4, 5)]


def test_a_merge_key_is_refused(either_parser: None) -> None:
    assert places("a: &x {b: word}\nc:\n  <<: *x\n") == [("Y03", 1, 4), ("Y04", 3, 3), ("Y03", 3, 7)]


def test_a_billion_laughs_are_refused_at_each_reference(either_parser: None) -> None:
    source = "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert len(refused(source)) == 10 + 81


@pytest.mark.parametrize("opening", ["[", "{a: ", "[{a: "])
@pytest.mark.parametrize("times", [33, 30_000])
def test_deep_nesting_is_refused_with_a_place(opening: str, times: int, either_parser: None) -> None:
    (finding,) = refused(f"a: {opening * times}\n"[:250_000] + "\n")
    assert (finding.rule, finding.title, finding.line) == ("Y03", "too many levels", 1)


def test_deep_nesting_of_indented_lists_is_refused(either_parser: None) -> None:
    (finding,) = refused("a:\n  " + "- " * 30_000 + "x\n")
    assert (finding.rule, finding.line, finding.column) == ("Y03", 2, 3 + 2 * 31)


def test_thirty_two_levels_are_allowed() -> None:
    assert accepted("a: " + "[" * 31 + "]" * 31 + "\n").data["a"]


def test_three_million_levels_are_refused_by_size_before_any_parser_sees_them() -> None:
    assert places("a: " + "[" * 3_000_000 + "\n") == [("Y03", 1, 1)]


def test_no_hostile_nesting_ends_the_process_by_a_signal() -> None:
    program = (
        "from filing.load import load_record\n"
        "for levels in (12_000, 30_000, 200_000):\n"
        "    for opening in ('[', '{a: ', '- ', '? '):\n"
        "        data = ('a: ' if opening in '[{a: ' else '') + opening * levels\n"
        "        record, findings = load_record('r.yaml', (data[:260_000] + '\\n').encode())\n"
        "        assert record is None and findings, opening\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_too_many_parts_are_refused() -> None:
    (finding,) = refused("a: [" + "1, " * 21_000 + "1]\n")
    assert (finding.rule, finding.title) == ("Y03", "too large")


def test_a_record_above_256_kib_is_refused() -> None:
    assert places("a: " + "x" * (256 * 1024) + "\n") == [("Y03", 1, 1)]


# --- bytes and characters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"\xef\xbb\xbfa: b\n", (1, 1)),
        ("a: b\n".encode("utf-16"), (1, 1)),
        (b"\xfe\xff" + "a: b\n".encode("utf-16-be"), (1, 1)),
        ("form: x\nname: é\n".encode("latin-1"), (2, 7)),
        (b"a: \xc0\xaf\n", (1, 4)),
        (b"a: \xed\xa0\x80\n", (1, 4)),
        ("ż: ".encode() + b"\xff\n", (1, 4)),
        (b"a: x\r\nb: y\r\n", (1, 5)),
        (b"a: x\nb: y\rc: z\n", (2, 5)),
        (b"a: x\nb: y", (2, 5)),
    ],
)
def test_bytes_that_are_no_plain_utf8_lines_are_refused(data: bytes, where: tuple[int, int]) -> None:
    assert places(data) == [("Y01", *where)]


def test_a_carriage_return_is_refused_naming_the_git_setting() -> None:
    (finding,) = refused(b"a: x\r\n")
    assert "core.autocrlf" in finding.remedy


def test_utf16_without_a_mark_is_refused() -> None:
    assert {rule for rule, _, _ in places("a: b\n".encode("utf-16-le"))} == {"Y01"}


HIDDEN = {
    "NUL": 0x00,
    "BEL": 0x07,
    "TAB": 0x09,
    "ESC": 0x1B,
    "DEL": 0x7F,
    "C1": 0x9B,
    "NEL": 0x85,
    "LS": 0x2028,
    "PS": 0x2029,
    "bidi override": 0x202E,
    "bidi isolate": 0x2066,
    "right-to-left mark": 0x200F,
    "zero width space": 0x200B,
    "joiner": 0x200D,
    "non-joiner": 0x200C,
    "word joiner": 0x2060,
    "soft hyphen": 0xAD,
    "byte order mark": 0xFEFF,
    "tags plane": 0xE0041,
    "private use": 0xE000,
    "not a character": 0xFFFF,
    "unassigned": 0x0378,
    "Hangul filler": 0x3164,
    "Braille blank": 0x2800,
}


@pytest.mark.parametrize("code", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_character_is_refused_where_it_stands(code: int) -> None:
    (finding,) = refused(f'form: x\nname: "żab{chr(code)}cd"\n')
    assert (finding.rule, finding.line, finding.column, finding.title) == ("Y01", 2, 11, "hidden character")
    assert f"U+{code:04X}" in finding.found


@pytest.mark.parametrize("code", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_character_is_refused_when_typed_as_an_escape(code: int, either_parser: None) -> None:
    (finding,) = refused(f'form: x\nname: "ab\\U{code:08X}cd"\n')
    assert (finding.rule, finding.line, finding.column, finding.title) == ("Y01", 2, 7, "hidden character")
    assert f"U+{code:04X}" in finding.found


@pytest.mark.parametrize("escape", [r"\ud800", r"\UFFFFFFFF", r"\U00110000", r"\ud83d\ude00", r"\0", r"\e[31m", r"\q"])
def test_an_escape_that_is_no_visible_character_is_refused(escape: str, either_parser: None) -> None:
    (finding, *_) = refused(f'form: x\nname: "{escape}"\n')
    assert finding.rule in ("Y01", "Y02")
    assert finding.line == 2 or escape == r"\UFFFFFFFF"


def test_an_escaped_line_end_is_text(either_parser: None) -> None:
    assert accepted('a: "x\\ny"\n').data == {"a": "x\ny"}


@pytest.mark.parametrize("text", ["Zoe\u0308", "A\u030angstro\u0308m", "\u212b"])
def test_a_letter_in_pieces_is_refused_raw_and_escaped(text: str) -> None:
    (raw,) = refused(f"name: x {text}\n")
    assert (raw.rule, raw.title, raw.line) == ("Y01", "letter in pieces", 1)
    escaped = "".join(f"\\u{ord(character):04x}" for character in text)
    assert places(f'name: "x {escaped}"\n') == [("Y01", 1, 7)]


def test_the_first_letter_in_pieces_is_pointed_at() -> None:
    assert places("a: ż\nname: x Zoe\u0308\n") == [("Y01", 2, 11)]


@pytest.mark.parametrize("text", ["a\u200db", "می\u200c", "\u200cخ", "خ\u200cक", "1\u200c2", "ж\u200dж", "👩\u200d🔬"])
def test_a_joiner_elsewhere_is_refused(text: str) -> None:
    assert [rule for rule, _, _ in places(f'name: "{text}"\n')] == ["Y01"]


# --- lines that are no record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "where", "words"),
    [
        ("", (1, 1), "an empty file"),
        ("# only a remark\n", (1, 1), "an empty file"),
        ("just text\n", (1, 1), "text without a key"),
        ("- a\n- b\n", (1, 1), "a list as the whole record"),
        ("a: x: y\n", (1, 5), "a second colon"),
        ("a: 'x\nb: y\n", (1, 4), "a quote that is never closed"),
        ("a: [x\nb: y\n", (1, 4), "a list that is never closed"),
        ("a: {x: z\nb: y\n", (1, 4), "a group that is never closed"),
        ("a: x\nfoo\nb: y\n", (2, 1), "a line without a key and colon"),
        ("a: @x\n", (1, 4), "a sign that no value may begin with"),
        ("a: 'it's'\n", (1, 8), "text behind the end of a value"),
        ("a: - b\n", (1, 4), "a dash behind a colon"),
        ("  a: 1\nb: 2\n", (2, 1), "a line that does not fit"),
    ],
)
def test_what_is_no_record_is_refused_in_plain_words(source: str, where: tuple[int, int], words: str) -> None:
    (finding,) = refused(source)
    assert (finding.rule, finding.line, finding.column) == ("Y02", *where)
    assert words in finding.found


def test_a_message_is_one_printable_line() -> None:
    for finding in refused('"\\u202e\\n\\x07key": 1\nb: "01/09/2025"\n'):
        assert all(text.isprintable() for text in (finding.found, finding.remedy, finding.requirement))


# --- properties -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not BLNS.exists(), reason="the list of naughty strings lies beside the repository, not in it")
def test_each_naughty_string_is_loaded_exactly_or_refused_with_a_place() -> None:
    lines = BLNS.read_text("utf-8").split("\n")
    naughty = [line for line in lines if line and not line.startswith("#")]
    loaded = 0
    for text in naughty:
        record, findings = load_record("r.yaml", f"form: x\nname: {json.dumps(text, ensure_ascii=False)}\n".encode())
        if record is None:
            assert findings and all(one.line == 2 and one.column >= 7 for one in findings), text
        else:
            loaded += 1
            assert record.data["name"] == text
    assert loaded > 300


KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
WORDS = st.one_of(
    st.text("aenosyNOYES0123456789.:-+_eExX~=<>/ TZ", min_size=1, max_size=12).map(str.strip).filter(bool),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8).map(lambda text: json.dumps(text)),
    st.integers().map(str),
    st.dates().map(str),
    st.sampled_from([*RETYPED, "true", "false", "2025-09-10T09:02:40+02:00", "'it''s'", "a # b", "a: b", "|\n  x"]),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = []
    for key in draw(st.lists(KEYS, min_size=1, max_size=5)):
        shape = draw(st.sampled_from(["scalar", "block list", "flow list", "group"]))
        words = draw(st.lists(WORDS, min_size=1, max_size=3))
        if shape == "scalar":
            lines.append(f"{key}: {words[0]}")
        elif shape == "block list":
            lines += [f"{key}:", *(f"  - {word}" for word in words)]
        elif shape == "flow list":
            lines.append(f"{key}: [{', '.join(words)}]")
        else:
            lines += [f"{key}:", *(f"  k{number}: {word}" for number, word in enumerate(words))]
    return "\n".join(lines) + "\n"


class Plain(yaml.SafeLoader):
    """PyYAML as others use it, except that dates stay the text they are in the file."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def with_tuples(value: object) -> object:
    if isinstance(value, dict):
        return {key: with_tuples(inner) for key, inner in value.items()}
    return tuple(map(with_tuples, value)) if isinstance(value, list) else value


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(documents())
def test_what_is_accepted_other_readers_read_alike(source: str) -> None:
    record, findings = load_record("r.yaml", source.encode())
    assert (record is None) == bool(findings)
    if record is not None:
        there = with_tuples(Plain(source).get_single_data())
        assert there == record.data
        assert repr(there) == repr(record.data)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=60) | st.text("a: []{}&*!|>'\"%@`#-?,\n\t\\x0", max_size=40).map(str.encode))
def test_no_bytes_bring_the_reader_down(data: bytes) -> None:
    for parser in (yaml.CSafeLoader, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(events, "PARSER", parser)
            record, findings = load_record("r.yaml", data)
            assert (record is None) == bool(findings)
            assert all(one.line >= 1 and one.column >= 1 for one in findings)


# --- the tree -------------------------------------------------------------------------------------------------------


def tree(root: Path, **files: bytes) -> Path:
    for path, data in files.items():
        target = root / path.replace("__", "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return root


def test_a_tree_is_read_by_sorted_posix_paths(tmp_path: Path) -> None:
    tree(
        tmp_path, **{"schemas__x@1.json": b"{}", "records__b__a.yaml": b"1", "records__a.yaml": b"2", "other__x": b"3"}
    )
    files, findings = read_tree(tmp_path, ["schemas", "records", "templates"])
    assert findings == ()
    assert list(files.items()) == [("records/a.yaml", b"2"), ("records/b/a.yaml", b"1"), ("schemas/x@1.json", b"{}")]


@pytest.mark.parametrize("name", [".a.yaml.swp", "a.yaml~", ".DS_Store", "#a.yaml#", "._a.yaml"])
def test_droppings_of_editors_are_passed_over(tmp_path: Path, name: str) -> None:
    tree(tmp_path, **{f"records__{name}": b"x"})
    assert read_tree(tmp_path, ["records"]) == ({}, ())


@pytest.mark.parametrize("name", [".hidden", "-a", "a b.yaml", "ż.yaml", "a\nb", "a\u202eb", "a;b", "_a"])
def test_a_name_with_other_characters_is_refused_unread(tmp_path: Path, name: str) -> None:
    tree(tmp_path, **{f"records__{name}": b"x"})
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert files == {}
    assert (finding.rule, finding.title, finding.line, finding.column) == ("Y03", "name not allowed", 0, 0)
    assert finding.path == "records/" + ascii(name)[1:-1]


def test_a_folder_with_an_odd_name_is_not_entered(tmp_path: Path) -> None:
    tree(tmp_path, **{"records__.git__config": b"x"})
    files, findings = read_tree(tmp_path, ["records"])
    assert (files, [one.path for one in findings]) == ({}, ["records/.git"])


@pytest.mark.parametrize("names", [("A.yaml", "a.yaml"), ("BATCH", "Batch", "bAtch"), ("B-1.signoff", "b-1.signoff")])
def test_names_that_differ_only_in_capitals_are_refused_unread(tmp_path: Path, names: tuple[str, ...]) -> None:
    tree(tmp_path, **{f"records__{name}": b"1" for name in names}, records__other__A=b"2")
    if len(os.listdir(tmp_path / "records")) <= len(names):
        pytest.skip("this file system keeps one of them only")
    files, findings = read_tree(tmp_path, ["records"])
    assert files == {"records/other/A": b"2"}
    assert [(one.path, one.rule, one.title, one.found) for one in findings] == [
        (f"records/{name}", "Y03", "two names alike", f"beside it stands {names[name == names[0]]}") for name in names
    ]


def test_a_folder_whose_name_stands_twice_is_not_entered(tmp_path: Path) -> None:
    tree(tmp_path, **{"records__B1__a.yaml": b"1", "records__b1__c.yaml": b"2"})
    if len(os.listdir(tmp_path / "records")) < 2:
        pytest.skip("this file system keeps one of them only")
    files, findings = read_tree(tmp_path, ["records"])
    assert (files, [one.path for one in findings]) == ({}, ["records/B1", "records/b1"])


def test_the_same_name_in_two_folders_is_no_twin(tmp_path: Path) -> None:
    tree(tmp_path, **{"records__a__x.yaml": b"1", "records__b__X.yaml": b"2"})
    files, findings = read_tree(tmp_path, ["records"])
    assert (list(files), findings) == (["records/a/x.yaml", "records/b/X.yaml"], ())


def test_names_that_differ_only_in_unicode_form_are_refused_unread(tmp_path: Path) -> None:
    tree(tmp_path, **{"records__caf\u00e9.yaml": b"1", "records__cafe\u0301.yaml": b"2"})
    files, findings = read_tree(tmp_path, ["records"])
    assert files == {}
    assert {one.title for one in findings} == {"name not allowed"}
    assert {one.path for one in findings} <= {"records/caf\\xe9.yaml", "records/cafe\\u0301.yaml"}


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, records__a=b"four", records__b=b"1")
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, size)[:3] if size == 5 else read(file, size))
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert files == {"records/b": b"1"}
    assert (finding.path, finding.title, finding.found) == (
        "records/a",
        "file cannot be read",
        "it changed while it was read",
    )


def test_a_file_without_the_right_to_read_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, records__a=b"1", records__b=b"2")
    opened = os.open

    def guarded(path: str, *arguments: int) -> int:
        if path.endswith("/records/a"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    monkeypatch.setattr(os, "open", guarded)
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert files == {"records/b": b"2"}
    assert (finding.path, finding.title, finding.found) == ("records/a", "file cannot be read", "Permission denied")


def test_a_link_put_in_the_place_of_a_file_since_the_look_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, secret=b"secret", records__a=b"1")
    opened = os.open

    def late(path: str, *arguments: int) -> int:
        if path.endswith("/records/a"):
            os.unlink(path)
            os.symlink(tmp_path / "secret", path)
        return opened(path, *arguments)

    monkeypatch.setattr(os, "open", late)
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert (files, finding.path, finding.title) == ({}, "records/a", "file cannot be read")


@pytest.mark.parametrize("target", ["../secret.yaml", "a.yaml", "nowhere", "../outside"])
def test_no_link_is_followed(tmp_path: Path, target: str) -> None:
    tree(tmp_path, **{"secret.yaml": b"secret", "outside__x.yaml": b"secret", "records__a.yaml": b"1"})
    (tmp_path / "records" / "link.yaml").symlink_to(target)
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert files == {"records/a.yaml": b"1"}
    assert (finding.path, finding.rule, finding.title) == ("records/link.yaml", "Y03", "not a plain file")


def test_a_top_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    tree(tmp_path, **{"outside__x.yaml": b"secret"})
    (tmp_path / "records").symlink_to("outside")
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert (files, finding.path, finding.title) == ({}, "records", "not a plain file")


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    os.mkfifo(tmp_path / "records" / "pipe.yaml")
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert (files, finding.found) == ({}, "a device or pipe")


def test_a_file_above_256_kib_is_refused(tmp_path: Path) -> None:
    tree(tmp_path, **{"records__large.yaml": b"x" * (256 * 1024 + 1), "records__fits.yaml": b"x" * (256 * 1024)})
    files, (finding,) = read_tree(tmp_path, ["records"])
    assert list(files) == ["records/fits.yaml"]
    assert (finding.path, finding.rule, finding.title) == ("records/large.yaml", "Y03", "too large")


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder with 1,100 levels, taken away level by level: shutil.rmtree would run out of recursion."""
    levels = [tmp_path / "records" / "/".join("d" * depth) for depth in range(1_100)]
    for level in levels:
        level.mkdir()
    (levels[-1] / "x").write_bytes(b"1")
    yield tmp_path
    (levels[-1] / "x").unlink()
    for level in reversed(levels):
        level.rmdir()


def test_folders_nested_a_thousand_deep_are_read(deep: Path) -> None:
    files, findings = read_tree(deep, ["records"])
    assert len(files) == 1 and findings == ()
