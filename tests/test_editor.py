"""What an editor shows of records, by the real yaml-language-server: completion, help, and what is underlined."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from filing.forms import Form, load_forms, with_variables
from filing.load import load_record
from filing.model import Record
from filing.modeline import modeline
from filing.validate import Schemas, validate
from tests.language_server import LanguageServer, places
from tests.repositories import ROOT, as_shipped
from tools.editor import editor_files

FILES = as_shipped()
FORMS, SCHEMAS = load_forms(FILES), Schemas(FILES)
EDITOR = ROOT / ".vscode"
SETTINGS: dict[str, Any] = json.loads((EDITOR / "settings.json").read_text())


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


def test_the_editor_s_files_are_as_the_forms_make_them() -> None:
    made = editor_files(FILES)
    there = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in EDITOR.rglob("*") if p.is_file()}
    assert sorted(made) == sorted(there)
    assert [path for path in made if made[path] != there[path]] == [], "type: make editor"
