"""fmt: what a record says, how each value is typed and every comment stay; nothing signed is touched."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filing.load import load_record
from filing.place import TOOL
from filing.tidying import LOST, NotTidied, tidied
from filing.validate import schema_at
from tests import repositories
from tests.misfilled import FILES, FORMS, SCHEMAS, specimens

PATH = "records/batches/B2025-03/note.yaml"
ORDER = {(): ["form", "first", "second", "list"], ("second",): ["one", "two"], ("list", 0): ["name", "kind"]}
SPECIMENS = [record.path for records in specimens().values() for record in records[:1] if record.path in FILES]
DRAFT = "records/batches/B2025-03/certification.yaml"


def tidy(text: str | bytes, first_line: str = "") -> str:
    data = text.encode() if isinstance(text, str) else text
    return tidied(PATH, data, lambda at: ORDER.get(at, []), first_line).decode()


TIDIED = {
    "keys go as the form has them, with their comments": (
        "second:\n  two: 2\n  # about one\n  one: 1\n# about the form\nform: x@1\n",
        "# about the form\nform: x@1\nsecond:\n  # about one\n  one: 1\n  two: 2\n",
    ),
    "unknown keys stay behind the known ones": ("other: 1\nform: x@1\nfirst: 2\n", "form: x@1\nfirst: 2\nother: 1\n"),
    "two spaces a level": (
        "form: x@1\nlist:\n- name: a\n  kind: b\n-   kind: d\n    name: c\n",
        "form: x@1\nlist:\n  - name: a\n    kind: b\n  - kind: d\n    name: c\n",
    ),
    "trailing blanks, blank lines, line ends": (
        "\n\nform: x@1   \r\n\r\n\r\n\r\nfirst: 1\r\n\r\n",
        "form: x@1\n\nfirst: 1\n",
    ),
    "a last line is ended": ("form: x@1\nfirst: 1", "form: x@1\nfirst: 1\n"),
    "lists between brackets": ("form: x@1\nlist: [ a,b ,  'c' ]  # three\n", "form: x@1\nlist: [a, b, 'c'] # three\n"),
    "brackets over lines": ("form: x@1\nlist: [\n  a,\n  b\n]\n", "form: x@1\nlist: [a, b]\n"),
    "a value below its key": ("form:\n    x@1\nfirst:\n  # why\n  'a'\n", "form: x@1\n# why\nfirst: 'a'\n"),
    "text over lines": ("form: x@1\nfirst: a\n     b\n\n     c\n", "form: x@1\nfirst: a\n  b\n\n  c\n"),
    "a block of text": (
        "form: x@1\nsecond:\n      one: |\n          a\n            b  \n\n          # no comment\n\n\n      two: 1\n",
        "form: x@1\nsecond:\n  one: |\n    a\n      b  \n\n    # no comment\n\n  two: 1\n",
    ),
    "a block that keeps its end": ("form: x@1\nfirst: |+\n  a\n\n\n", "form: x@1\nfirst: |+\n  a\n\n\n"),
    "comments behind keys, quotes and dashes": (
        "form: x@1\nsecond:   # group\n   one: 'a'   # quoted\nlist:\n  - # dash\n    b\n",
        "form: x@1\nsecond: # group\n  one: 'a' # quoted\nlist:\n  # dash\n  - b\n",
    ),
    "comments at the end": (
        "form: x@1\nsecond:\n  one: 1\n  # in it\n# after\n",
        "form: x@1\nsecond:\n  one: 1\n  # in it\n# after\n",
    ),
    "a list in a list": (
        "form: x@1\nlist:\n  -   - a\n      - b\n  - - c\n",
        "form: x@1\nlist:\n  - - a\n    - b\n  - - c\n",
    ),
    "a mark before the record": ("# head\n---\nform: x@1\n", "# head\nform: x@1\n"),
    "empty lists and groups": ("form: x@1\nlist: [ ]\nsecond: { }\n", "form: x@1\nsecond: {}\nlist: []\n"),
}


@pytest.mark.parametrize("what", TIDIED)
def test_a_record_is_laid_out_as_the_sample_is(what: str) -> None:
    messy, wanted = TIDIED[what]
    assert tidy(messy) == wanted
    assert tidy(wanted) == wanted


def test_the_modeline_is_put_right_and_is_the_first_line() -> None:
    line = "# yaml-language-server: $schema=../../../schemas/x@1.json"
    for before in (
        "",
        "# yaml-language-server: $schema=wrong.json\n",
        "# head\n# $schema: wrong.json\n",
        f"\n{line}\n",
    ):
        kept = "# head\n" if "head" in before else ""
        assert tidy(f"{before}form: x@1\n", line) == f"{line}\n{kept}form: x@1\n"


REFUSED = {
    "a name for a value": "form: x@1\nfirst: &a 1\n",
    "a key twice": "form: x@1\nfirst: 1\nfirst: 1\n",
    "a word that others read as false": "form: x@1\nfirst: NO\n",
    "a tab": "form: x@1\n\tfirst: 1\n",
    "a bare carriage return": "form: x@1\rfirst: 1\n",
    "nothing": "",
    "a list": "- a\n",
    "text": "a\n",
    "two records": "form: x@1\n---\nform: x@1\n",
    "no value": "form: x@1\nfirst:\n",
    "a comment behind a plain value": "form: x@1\nfirst: 1 # one\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_left_with_the_words_of_check(what: str) -> None:
    with pytest.raises(NotTidied) as left:
        tidy(REFUSED[what])
    assert left.value.findings == load_record(PATH, REFUSED[what].encode())[1] != ()


def test_a_last_line_that_belongs_to_a_text_is_not_ended() -> None:
    """The line end would become a part of the text."""
    with pytest.raises(NotTidied, match=re.escape(LOST)):
        tidy("form: x@1\nfirst: |\n  a")


@pytest.mark.parametrize(
    "text", ["form: x@1\nfirst: |2\n    a\n", "form: x@1\nlist: [a, # one\n  b]\n", "? form\n# a\n: x@1\n"]
)
def test_what_has_no_place_of_its_own_is_left_or_kept(text: str) -> None:
    with contextlib.suppress(NotTidied):
        assert said(tidy(text)) == said(text)


def test_only_the_order_of_keys_differs_in_the_records_of_the_sample() -> None:
    """They are the style: three of them were typed in another order than their form has."""
    otherwise = []
    for path, data in FILES.items():
        if path.startswith("records/") and path.endswith(".yaml"):
            new = tidied(path, data, _order_of(path, data), "")
            assert sorted(new.split(b"\n")) == sorted(data.split(b"\n"))
            otherwise += [path] if new != data else []
    assert otherwise == [f"records/batches/B2025-0{n}/documentation.01.receipt.yaml" for n in (1, 2, 3)]


def _order_of(path: str, data: bytes) -> Any:
    record, _ = load_record(path, data)
    assert record is not None
    form = FORMS.of(path, record.form)
    assert form is not None
    return lambda at: list(schema_at(SCHEMAS, form.name, at).get("properties", {}))


# What hypothesis writes: records of every layout that people and programs produce, and text of no layout at all.

WORD = st.sampled_from(["alpha", "b c", "Ω 4", "a-b", "x: y".replace(": ", ":"), "DEMO-101", "2–8 °C", "日本", "Ünder"])
PLAIN = st.one_of(WORD, st.integers(-99, 99).map(str), st.sampled_from(["true", "false", "2025-09-01"]))
TEXT = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" #:-[]{},'\"\\|>&*!%@`"), max_size=12)
SINGLE = TEXT.map(lambda text: "'" + text.replace("'", "''") + "'")
DOUBLE = TEXT.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
SCALAR = st.one_of(PLAIN, SINGLE, DOUBLE)
FLOW = st.recursive(
    SINGLE | DOUBLE | WORD.filter(lambda word: ":" not in word),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ",  ".join(items) + " ]")
        | st.dictionaries(st.sampled_from(["one", "two"]), inner, max_size=2).map(
            lambda pairs: "{" + ", ".join(f"{key}:  {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=4,
)
KEYS = ["first", "second", "list", "one", "two", "name", "kind", "zeta"]


@st.composite
def lines_of(draw: Any, depth: int = 0, column: int = 0) -> list[str]:
    """The lines of a group, laid out somehow."""
    pad = " " * column
    made: list[str] = []
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)):
        made += draw(
            st.lists(st.sampled_from(["", "  ", f"{pad}# note", f"{pad}   # further in", "# at the left"]), max_size=2)
        )
        kind = draw(st.sampled_from(["scalar", "scalar", "flow", "block", "folded", "group", "list"]))
        if kind in ("group", "list") and depth > 2:
            kind = "scalar"
        step = draw(st.integers(1, 4))
        inner = " " * (column + step)
        blank = draw(st.sampled_from(["", "", " ", "   "]))
        if kind == "scalar":
            value = draw(SCALAR)
            comment = draw(st.sampled_from(["", "  # behind"])) if value[0] in "'\"" else ""
            made.append(f"{pad}{key}: {value}{comment}{blank}")
        elif kind == "flow":
            made.append(f"{pad}{key}:   {draw(FLOW)}{blank}")
        elif kind == "block":
            head = draw(st.sampled_from(["|", ">", "|-", ">-", "|+", "| # head"]))
            made += [f"{pad}{key}: {head}", *(f"{inner}{line}" if line else "" for line in draw(BLOCK))]
        elif kind == "folded":
            made += [f"{pad}{key}: 'over", f"{inner}lines'{blank}"]
        elif kind == "group":
            made += [f"{pad}{key}:{draw(st.sampled_from(['', ' # group']))}", *draw(lines_of(depth + 1, column + step))]
        else:
            made.append(f"{pad}{key}:")
            dash = " " * (column + draw(st.integers(0, 3)))
            for _ in range(draw(st.integers(1, 3))):
                made += draw(st.lists(st.sampled_from(["", f"{dash}# item"]), max_size=1))
                if draw(st.booleans()):
                    made.append(f"{dash}- {draw(SCALAR)}{blank}")
                else:
                    first, *rest = draw(
                        lines_of(depth + 1, len(dash) + 2).filter(lambda lines: ":" in lines[0] and "#" not in lines[0])
                    )
                    made += [f"{dash}- {first.lstrip()}", *rest]
    return made


BLOCK = st.lists(
    st.sampled_from(["a", "# no comment", "  more", "", "b  ", "key: value", "- item"]), min_size=1, max_size=4
).map(lambda lines: ["text", *lines])


@st.composite
def records(draw: Any) -> bytes:
    lines = ["form: x@1", *draw(lines_of())]
    text = (
        draw(st.sampled_from(["", "# head\n", "---\n"]))
        + "\n".join(lines)
        + draw(st.sampled_from(["\n", "\n\n\n", ""]))
    )
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"]))).encode()


def said(text: str | bytes) -> object:
    """What another reader, which knows nothing of ours, takes from a record: each value as text, with its style."""
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    return _said(root)


def _said(node: Any) -> object:
    if isinstance(node, yaml.ScalarNode):
        return node.value, node.style
    if isinstance(node, yaml.SequenceNode):
        return [_said(item) for item in node.value]
    return {key.value: _said(value) for key, value in node.value}


def notes(text: str) -> list[str]:
    return sorted(re.findall("# (?:note|further in|at the left|behind|group|item|head)", text))


def holds(data: bytes) -> bool:
    """Whether it was tidied; then nothing of it is lost, and a second time nothing changes."""
    try:
        new = tidy(data)
    except NotTidied as left:
        assert left.findings or str(left) == LOST
        return False
    assert said(new) == said(data)
    assert notes(new) == notes(data.decode())
    assert tidy(new) == new
    assert new.endswith("\n")
    assert "\r" not in new
    assert load_record(PATH, new.encode())[0] is not None
    return True


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(records())
def test_meaning_and_comments_never_change(data: bytes) -> None:
    holds(data)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(st.characters(max_codepoint=0x2FF) | st.sampled_from("\n\n  :-#'\"|>[]{}"), max_size=60))
def test_hostile_text_is_left_or_kept(text: str) -> None:
    with contextlib.suppress(UnicodeEncodeError):
        holds(f"form: x@1\n{text}".encode())


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_records_of_every_form_with_a_line_more_or_less(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(SPECIMENS))
    lines = FILES[path].decode().split("\n")
    place = data.draw(st.integers(1, len(lines) - 1))
    lines[place:place] = [data.draw(st.sampled_from(["", "   ", "# note", "     # note", "x: 1", "  - a", "'"]))]
    holds("\n".join(lines).encode())


def test_most_of_what_hypothesis_writes_is_tidied() -> None:
    """Else the properties above would say little."""
    tried: list[bool] = []

    @settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(records())
    def count(data: bytes) -> None:
        tried.append(holds(data))

    count()
    assert sum(tried) > len(tried) * 0.6


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The sample as it is shipped, with one draft that is not tidy yet."""
    root = tmp_path / "records of trial"
    draft = FILES["records/batches/B2025-01/certification.yaml"].decode().split("\n")[1:]
    draft[1], draft[2] = draft[2], f"# the batch\n{draft[1]}   "
    repositories.write(root, FILES | {DRAFT: "\n".join(draft).replace("B2025-01   ", "B2025-03   ").encode()})
    return root


def test_all_unsigned_records_are_tidied_and_no_other(desk: Path) -> None:
    shown = repositories.build("fmt", root=desk)
    assert (shown.returncode, shown.stdout) == (0, f"{DRAFT}\n")
    assert shown.stderr == "1 record tidied.\n"
    assert {path: (desk / path).read_bytes() for path in FILES} == FILES
    lines = (desk / DRAFT).read_text(encoding="utf-8").split("\n")
    assert lines[:5] == [
        "# yaml-language-server: $schema=../../../schemas/certification@1.json",
        "form: certification@1", "# the batch", "batch: B2025-03", "decision: certified",
    ]  # fmt: skip
    again = repositories.build("fmt", "--check", root=desk)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "0 records would be tidied.\n")


def test_the_modeline_leads_to_the_editor_s_version_where_there_is_one(desk: Path) -> None:
    (desk / ".vscode/schemas").mkdir(parents=True)
    (desk / ".vscode/schemas/certification-1.json").write_text("{}")
    repositories.build("fmt", root=desk)
    first = (desk / DRAFT).read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../../../.vscode/schemas/certification-1.json"


def test_check_writes_nothing_and_shows_the_difference(desk: Path) -> None:
    before = (desk / DRAFT).read_bytes()
    shown = repositories.build("fmt", "--check", root=desk)
    assert shown.returncode == 1
    assert shown.stdout.splitlines()[:4] == [
        DRAFT, f"    --- {DRAFT}", f"    +++ {DRAFT}, tidied", "    @@ -1,5 +1,6 @@",
    ]  # fmt: skip
    assert "    -batch: B2025-03   " in shown.stdout.splitlines()
    assert "    +batch: B2025-03" in shown.stdout.splitlines()
    assert shown.stderr == "1 record would be tidied.\n"
    assert (desk / DRAFT).read_bytes() == before


def test_what_is_signed_or_in_force_is_said_to_stay(desk: Path) -> None:
    signed, entry = "records/batches/B2025-01/batch.yaml", "records/registers/people/m-keller.yaml"
    shown = repositories.build("fmt", desk / signed, desk / entry, root=desk)
    assert shown.returncode == 0
    assert shown.stderr.splitlines() == [
        f"{signed} stays as it is: it is signed.",
        f"{entry} stays as it is: records/registers/change.001.yaml names it, byte for byte.",
        "0 records tidied.",
    ]


@pytest.mark.parametrize("sign_off", ["qp.signoff", "qp.signoff.sig", "administrator-1.signoff"])
def test_half_a_sign_off_is_one(desk: Path, sign_off: str) -> None:
    (desk / DRAFT.replace("yaml", sign_off)).write_text("anything")
    assert repositories.build("fmt", root=desk).stdout == ""


def test_a_record_that_cannot_be_read_is_told_in_the_words_of_check(desk: Path) -> None:
    (desk / DRAFT).write_text("form: certification@1\nbatch: NO\n")
    shown = repositories.build("fmt", root=desk)
    assert shown.returncode == 1
    assert shown.stderr.splitlines()[:2] == [
        f"{DRAFT} is not tidied: it cannot be read.", f"{DRAFT}:2:8  error  Y05  quote this value",
    ]  # fmt: skip
    assert shown.stderr.endswith("0 records tidied, 1 left as it is.\n")


def test_a_record_without_a_form_is_tidied_as_it_is(desk: Path) -> None:
    (desk / "records/batches/B2025-03/notes.yaml").write_text("# mine\nform:   none\nb: 1\na: 2\n")
    repositories.build("fmt", root=desk)
    assert (desk / "records/batches/B2025-03/notes.yaml").read_text() == "# mine\nform: none\nb: 1\na: 2\n"


@pytest.mark.parametrize("named", ["records/batches/B2025-03", DRAFT, "records"])
def test_a_folder_or_file_can_be_named(desk: Path, named: str) -> None:
    assert repositories.build("fmt", desk / named, root=desk).stdout == f"{DRAFT}\n"
    assert repositories.build("fmt", desk / "records/batches/B2025-01", root=desk).stdout == ""


def test_other_places_are_refused(desk: Path) -> None:
    shown = repositories.build("fmt", desk / "schemas", root=desk)
    assert shown.returncode == 2
    assert shown.stderr.startswith(f"{desk / 'schemas'} does not lie in {desk / 'records'}. Name a record or folder")
    nothing = repositories.build("fmt", desk / "records/none.yaml", root=desk)
    assert nothing.returncode == 2
    assert nothing.stderr.startswith(f"There is no {desk / 'records/none.yaml'} here. Name a record or folder")


def test_what_new_writes_where_an_editor_is_set_up_is_tidy_already(tmp_path: Path) -> None:
    """Its first line leads to the editor's own version of the form, as that of a tidied record does."""
    files = repositories.founded()
    editor = {path.relative_to(TOOL).as_posix(): path.read_bytes() for path in (TOOL / ".vscode").rglob("*.json")}
    repositories.write(tmp_path, files)
    for path, data in editor.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    written = repositories.build("new", "documentation", "B2025-01", root=tmp_path)
    assert written.returncode == 0, written.stderr
    record = tmp_path / written.stdout.strip()
    first = "# yaml-language-server: $schema=../../../.vscode/schemas/documentation-1.json"
    assert record.read_text().split("\n")[0] == first
