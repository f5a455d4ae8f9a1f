"""What an editor shows of records, by the real yaml-language-server: completion, help, and what is underlined."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filing.forms import Form, with_variables
from filing.load import load_record
from filing.modeline import modeline
from filing.validate import schema_at, validate
from tests import repositories
from tests.language_server import LanguageServer, place
from tests.misfilled import FILES, FORMS, OTHER_SPELLINGS, SCHEMAS, misfilled, specimens, written
from tests.repositories import ROOT
from tests.second import founding
from tools.editor import TASKS, editor_files

EDITOR = ROOT / ".vscode"
SETTINGS: dict[str, Any] = json.loads((EDITOR / "settings.json").read_text())
GUIDE = (ROOT / "docs" / "how-to" / "edit-records.md").read_text(encoding="utf-8")
SPECIMENS = specimens()
NAMES = sorted(SPECIMENS)
CERTIFICATION = f"{repositories.BATCH}/certification.yaml"
FEWEST_REFUSED, FEWEST_RIGHT = 200, 20


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an editor opens it."""
    folder = tmp_path_factory.mktemp("editor") / "records of trial"
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    shutil.copytree(EDITOR, folder / ".vscode")
    return folder


@pytest.fixture(scope="session")
def editor(desk: Path) -> Iterator[LanguageServer]:
    with LanguageServer(desk, SETTINGS) as server:
        yield server


def path_of(form: Form, number: int) -> str:
    """A path at which a record of a form can lie, another for each number."""
    if not form.pattern:
        return f"records/batches/M{number}/batch.void.yaml"
    if "{" not in form.pattern:
        return f"records/{form.pattern}.r{number + 1}.yaml"
    named = dict.fromkeys(re.findall(r"\{([a-z]+)\}", form.pattern), f"m{number}")
    numbers = {"batch": f"M{number}", "deviation": f"DEV-2026-{number:03}", "nn": "01"}
    numbers |= {"nnn": f"{number:03}", "n": f"{number + 1}"}
    return with_variables(form.pattern, {**named, **{key: numbers[key] for key in named if key in numbers}})


def text_of(name: str) -> str:
    """A right record on a form, without a modeline."""
    record = SPECIMENS[name][0]
    return written(record, record.data)


def refused(path: str, text: str) -> bool:
    """Whether reading the record or comparing it with its form finds anything."""
    record, findings = load_record(path, text.encode())
    return bool(findings) or record is None or not FORMS.of(path, record.form) or bool(validate(record, SCHEMAS))


def test_the_editor_s_files_are_as_the_forms_make_them() -> None:
    made = editor_files(FILES)
    there = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in EDITOR.rglob("*") if p.is_file()}
    assert sorted(made) == sorted(there)
    assert [path for path in made if made[path] != there[path]] == [], "type: make editor"


def test_every_kind_of_record_is_tried() -> None:
    assert sorted(FORMS.by_name) == NAMES


def test_nothing_is_underlined_in_the_records_of_the_sample(editor: LanguageServer) -> None:
    texts = {path: data.decode() for path, data in FILES.items() if path.endswith(".yaml") and "records/" in path}
    assert len(texts) > 60
    assert {path: found for path, found in editor.problems(texts).items() if found} == {}


def test_every_modeline_of_the_sample_leads_to_the_record_s_own_form() -> None:
    for path, data in FILES.items():
        if path.startswith("records/") and path.endswith(".yaml"):
            first, form, *_ = data.decode().split("\n")
            name = form.removeprefix("form: ")
            up = "../" * path.count("/")
            assert first == f"# yaml-language-server: $schema={up}schemas/{name}.json", path
            assert (ROOT / path).parent.joinpath(first.partition("=")[2]).is_file()


@pytest.mark.parametrize("name", NAMES)
def test_the_keys_of_the_form_are_offered_with_their_meaning(editor: LanguageServer, name: str) -> None:
    path = path_of(FORMS.by_name[name], 1)
    offered = editor.completion(path, f"form: {name}\n\n", 2, 1)
    wanted = {key: schema_at(SCHEMAS, name, (key,)) for key in SCHEMAS.root(name)["properties"] if key != "form"}
    # Under the form's title all keys are offered at once that it requires.
    assert set(offered) == {SCHEMAS.root(name)["title"], *wanted}
    for key, schema in wanted.items():
        assert offered[key].startswith(str(schema["description"]))


@pytest.mark.parametrize("name", NAMES)
def test_the_choices_of_the_form_are_offered_with_what_they_mean(editor: LanguageServer, name: str) -> None:
    form = FORMS.by_name[name]
    text = text_of(name)
    choices = [key for key in SPECIMENS[name][0].data if "enum" in schema_at(SCHEMAS, name, (key,))]
    for number, key in enumerate(["form", *choices]):
        schema = schema_at(SCHEMAS, name, (key,))
        wanted = schema.get("enum", [schema.get("const")])
        lines = [f"{key}: " if line.startswith(f"{key}:") else line for line in text.split("\n")]
        line = lines.index(f"{key}: ") + 1
        offered = editor.completion(path_of(form, 10 + number), "\n".join(lines), line, len(key) + 3)
        assert set(offered) == set(wanted)
        assert all(offered.values())


def test_a_choice_is_offered_with_the_words_that_are_printed_for_it(editor: LanguageServer) -> None:
    offered = editor.completion(
        path_of(FORMS.by_name["certification@1"], 20), "form: certification@1\ndecision: \n", 2, 11
    )
    assert offered == {
        "certified": "Certified", "rejected": "Rejected", "suspended": "Suspended", "reinstated": "Reinstated",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_mouse_over_a_key_shows_its_title_and_what_is_required(editor: LanguageServer, name: str) -> None:
    path, text = path_of(FORMS.by_name[name], 2), text_of(name)
    for key in SPECIMENS[name][0].data:
        line, column = place(text, f"{key}:")
        shown = editor.hover(path, text, line, column + 1)
        schema = schema_at(SCHEMAS, name, (key,))
        assert str(schema["title"]) in shown
        assert _plain(str(schema["description"])) in _plain(shown)


def _plain(text: str) -> str:
    """Words without the signs that lay them out."""
    return re.sub(r"[^A-Za-z0-9]+", " ", text.replace("&nbsp;", " ")).strip()


@pytest.mark.parametrize("name", NAMES)
def test_wrong_values_and_keys_are_underlined_where_they_stand(editor: LanguageServer, name: str) -> None:
    paths, text = [path_of(FORMS.by_name[name], 40 + number) for number in range(4)], text_of(name)
    last = text.count("\n") + 1
    first_key = next(key for key in SCHEMAS.root(name)["required"] if key != "form")
    without = "\n".join(_without(text.split("\n"), first_key))
    other = text.replace(f'form: "{name}"', "form: other@1")
    texts = [text, f"{text}remark: none\n", without, other]
    right, unknown, missing, wrong = editor.problems(dict(zip(paths, texts, strict=True))).values()
    assert right == []
    assert unknown == [f"{last}:1 Property remark is not allowed."]
    assert f'1:1 Missing property "{first_key}".' in missing
    assert wrong == [f'1:7 Value must be "{name}".']


def _without(lines: list[str], key: str) -> Iterator[str]:
    inside = False
    for line in lines:
        inside = line.startswith(f"{key}:") or (inside and line.startswith(" "))
        if not inside:
            yield line


@pytest.mark.parametrize("name", NAMES)
def test_each_path_of_a_form_gets_this_form_alone(editor: LanguageServer, name: str) -> None:
    """The form's own name is asked for at each of its paths, and no other one."""
    form = FORMS.by_name[name]
    paths = [path_of(form, 4), path_of(form, 5)]
    if form.revisions and "{" in form.pattern:
        paths += [paths[0].replace(".yaml", ".r1.yaml"), paths[0].replace(".yaml", ".r12.yaml")]
    if "[.{nn}]" in form.pattern:
        paths.append(paths[0].replace(".01.yaml", ".yaml"))
    found = editor.problems(dict.fromkeys(paths, "form: none\n"))
    for path in paths:
        assert [line for line in found[path] if "must be" in line] == [f'1:7 Value must be "{name}".'], path
    if form.pattern:
        void = paths[0].replace(".yaml", ".void.yaml")
        asked = editor.problems({void: "form: none\n"})[void]
        assert [line for line in asked if "must be" in line] == ['1:7 Value must be "void@1".']


@pytest.mark.parametrize("path", ["records/notes.yaml", "records/batches/M1/note.yaml", "docs/batch.yaml"])
def test_other_files_get_no_form(editor: LanguageServer, path: str) -> None:
    assert editor.problems({path: "form: none\n"})[path] == []


@pytest.mark.parametrize("by", ["settings", "modeline"])
def test_what_the_editor_accepts_check_accepts(editor: LanguageServer, desk: Path, by: str) -> None:
    """300 records of every form with one slip each."""
    slips = misfilled(300)
    assert {one.form.name for one in slips} == set(NAMES)
    base = 100 if by == "settings" else 500
    texts = {}
    for number, one in enumerate(slips, base):
        path = path_of(one.form, number)
        first = f"{modeline(desk, path, one.form.name)}\n" if by == "modeline" else ""
        texts[path] = first + one.text
    assert len(texts) == 300
    quiet = [path for path, found in editor.problems(texts).items() if not found]
    assert [(path, texts[path]) for path in quiet if refused(path, texts[path])] == []
    assert sum(refused(path, text) for path, text in texts.items()) >= FEWEST_REFUSED
    assert len(quiet) >= FEWEST_RIGHT


UNSEEN = {
    "true or false in another spelling": ("national_duties_met: true", "national_duties_met: True"),
    "a whole number in another spelling": ("amount: 480", "amount: 0480"),
    "a comment behind a value without quotes": ("batch: B2025-01\n", "batch: B2025-01 # ours\n"),
    "a value with a name (`&`) that is used again (`*`)": (
        "comments: None\n  additional_information: ",
        "comments: &none None\n  additional_information: *none\n  # ",
    ),
    "a type before a value (`!!str`)": ("comments: None", "comments: !!str None"),
    "a key in quotes": ("batch: B2025-01\n", '"batch": B2025-01\n'),
    "a line that begins with `%`": ("form: certification@1", "%YAML 1.2\n---\nform: certification@1"),
    "a hidden character in a comment": ("form: certification@1", "# a\u200bb\nform: certification@1"),
    "a letter put together from pieces": ("comments: None", "comments: Mu\u0308ller"),
    "a last line that does not end": ("2–8 °C\n", "2–8 °C"),
}
"""What the editor cannot see of what `check` refuses; the guide lists it."""


@pytest.mark.parametrize("what", UNSEEN)
def test_what_the_editor_cannot_see_is_in_the_guide(editor: LanguageServer, what: str) -> None:
    path, (old, new) = CERTIFICATION, UNSEEN[what]
    text = "\n".join(FILES[path].decode().split("\n")[1:])
    assert text.count(old) == 1
    changed = text.replace(old, new)
    assert editor.problems({path: changed})[path] == []
    assert refused(path, changed)
    assert f"| {what} |" in GUIDE


@pytest.mark.parametrize("kind", OTHER_SPELLINGS)
def test_other_spellings_are_all_that_is_left_out_of_the_300(editor: LanguageServer, kind: str) -> None:
    place_of = {"boolean": "national_duties_met: true", "integer": "amount: 480"}[kind]
    text = "\n".join(FILES[CERTIFICATION].decode().split("\n")[1:])
    for number, spelling in enumerate(OTHER_SPELLINGS[kind]):
        path = f"records/batches/S{number}/certification.yaml"
        changed = text.replace(place_of, f"{place_of.split()[0]} {spelling}")
        assert editor.problems({path: changed})[path] == []
        assert refused(path, changed)
        assert f"`{spelling}`" in GUIDE


@pytest.mark.parametrize("value", ['"NO"', '"null"', '"12:30"', '"1_000"', '"2025-09-01"', '"2025-09-01 10:00"'])
def test_where_the_editor_is_stricter_than_check_it_says_what_is_right(editor: LanguageServer, value: str) -> None:
    path = CERTIFICATION
    text = FILES[path].decode().replace("comments: None", f"comments: {value}")
    changed = "\n".join(text.split("\n")[1:])
    [found] = editor.problems({path: changed})[path]
    assert found.startswith(f"{place(changed, '  comments:')[0]}:13 ")
    assert found.endswith(" In quotes it is right, and this mark may stay.")
    assert not refused(path, changed)
    assert refused(path, changed.replace(value, value.strip('"')))


def test_no_setting_changes_a_record_by_itself_or_asks_the_network() -> None:
    yaml = SETTINGS["[yaml]"]
    assert not any(yaml[f"editor.format{when}"] for when in ("OnSave", "OnType", "OnPaste"))
    assert not any(SETTINGS[key] for key in ("yaml.format.enable", "yaml.schemaStore.enable", "yaml.customTags"))
    assert not SETTINGS["yaml.kubernetesCRDStore.enable"]
    assert not SETTINGS["redhat.telemetry.enabled"]
    assert all(key.startswith(".vscode/schemas/") for key in SETTINGS["yaml.schemas"])
    assert "files.trimTrailingWhitespace" not in {**SETTINGS, **yaml}


def test_a_seventh_log_gets_its_help_without_a_line_of_the_program() -> None:
    made = editor_files(founding.founded())
    settings = json.loads(made[".vscode/settings.json"])
    assert settings["yaml.schemas"][".vscode/schemas/recall-1.json"] == [
        "records/batches/+([A-Z0-9-])/recall.[0-9][0-9]?(.r+([0-9])).yaml"
    ]
    assert ".vscode/schemas/recall.reply-1.json" in made
    assert ".vscode/schemas/qa-audit-1.json" not in made  # its QA did not approve that form


def test_the_task_underlines_what_check_finds(tmp_path: Path) -> None:
    repositories.commit(tmp_path, repositories.short_sample() | {CERTIFICATION: b"form: certification@1\n"})
    shown = repositories.build("check", root=tmp_path).stdout
    pattern = re.compile(TASKS["tasks"][0]["problemMatcher"]["pattern"]["regexp"])  # type: ignore[index]  # as JSON
    found = [match.groups() for line in shown.splitlines() if (match := pattern.match(line))]
    assert (CERTIFICATION, "1", "1", "error", "S01", "missing") in found
