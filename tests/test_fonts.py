"""Documents are set in pinned fonts only, and the environment that set them can be named."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
import render_samples as samples

from filing.model import CannotRun
from filing.render import environment, fonts

FACES = {"Sans.ttf": b"regular", "Mono.ttf": b"mono"}


def lock(faces: dict[str, bytes], name: str = "one") -> str:
    return f"# accepted\n\nset {name}\n" + "".join(
        f"{hashlib.sha256(data).hexdigest()}  {file}\n" for file, data in faces.items()
    )


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    place = tmp_path / "machine"
    place.mkdir()
    for file, data in FACES.items():
        (place / file).write_bytes(data)
    (place / "Foreign.ttf").write_bytes(b"foreign")
    return place


def test_exactly_the_pinned_files_are_copied_where_the_renderer_looks(machine: Path, tmp_path: Path) -> None:
    prepared = fonts.prepare(lock(FACES), tmp_path / "work", [tmp_path / "absent", machine])
    faces = Path(prepared.configuration).parent / "faces"
    assert {path.name: path.read_bytes() for path in faces.iterdir()} == FACES
    assert Path(prepared.configuration).read_text().count("<dir>") == 1
    assert str(faces) in Path(prepared.configuration).read_text()


def test_a_font_slipped_into_the_folder_is_removed_and_a_changed_one_restored(machine: Path, tmp_path: Path) -> None:
    faces = Path(fonts.prepare(lock(FACES), tmp_path / "work", [machine]).configuration).parent / "faces"
    (faces / "Slipped.ttf").write_bytes(b"slipped")
    (faces / "Sans.ttf").write_bytes(b"changed")
    fonts.prepare(lock(FACES), tmp_path / "work", [machine])
    assert {path.name: path.read_bytes() for path in faces.iterdir()} == FACES


def test_a_font_file_with_other_content_is_refused_naming_the_package(machine: Path, tmp_path: Path) -> None:
    (machine / "Sans.ttf").write_bytes(b"regular, another version")
    with pytest.raises(CannotRun, match=r"Sans\.ttf not found with the accepted content.*fonts-noto-core"):
        fonts.prepare(lock(FACES), tmp_path / "work", [machine])


def test_a_machine_without_fonts_is_refused_naming_the_packages(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="fonts-noto-core and fonts-noto-mono"):
        fonts.prepare(samples.LOCK, tmp_path / "work", [tmp_path])


def test_the_second_accepted_set_is_taken_when_the_first_is_not_complete(machine: Path, tmp_path: Path) -> None:
    both = lock({"Sans.ttf": b"newer", "Mono.ttf": b"mono"}, "newer") + lock(FACES, "older")
    assert fonts.prepare(both, tmp_path / "work", [machine]).chosen.name == "older"


@pytest.mark.parametrize(
    "line",
    ["0123  Sans.ttf", "a" * 64 + "  ../Sans.ttf", "a" * 64 + " Sans.ttf", "A" * 64 + "  Sans.ttf", "Sans.ttf", "sets"],
)
def test_a_lock_line_that_is_neither_a_set_nor_a_digest_is_refused(line: str) -> None:
    with pytest.raises(CannotRun, match="neither"):
        fonts.read_lock(f"set one\n{line}\n")


@pytest.mark.parametrize("text", ["a" * 64 + "  Sans.ttf\n", "# nothing\n"])
def test_a_lock_that_names_no_set_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(CannotRun):
        fonts.prepare(text, tmp_path / "work", [tmp_path])


def test_variables_that_could_change_a_line_are_taken_away(machine: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "FREETYPE_PROPERTIES", "HB_SHAPER_LIST", "PANGO_LANGUAGE"):
            patch.setenv(name, "elsewhere")
        prepared = fonts.prepare(lock(FACES), tmp_path / "work", [machine])
        fonts.use(prepared)
        left = {name for name, value in os.environ.items() if value == "elsewhere"}
        assert (left, os.environ["FONTCONFIG_FILE"]) == (set(), prepared.configuration)


# The environment


@pytest.fixture
def prepared(machine: Path, tmp_path: Path) -> fonts.Fonts:
    return fonts.prepare(lock(FACES), tmp_path / "work", [machine])


def test_the_environment_names_everything_that_could_change_a_byte(prepared: fonts.Fonts) -> None:
    facts = environment.environment("weasyprint==70.0 \\\n    --hash=sha256:00\nnot-here==1\n# a==1\n", prepared)
    assert list(facts) == [
        "python", "machine", "not-here", "weasyprint", "pango", "harfbuzz", "harfbuzz-subset", "fontconfig", "freetype",
        "zlib", "font Mono.ttf", "font Sans.ttf",
    ]  # fmt: skip
    assert (facts["weasyprint"], facts["not-here"]) == ("70.0", "absent")
    assert all(facts[name][0].isdigit() for name in ("pango", "harfbuzz", "harfbuzz-subset", "fontconfig", "freetype"))


def test_another_fact_is_another_digest(prepared: fonts.Fonts) -> None:
    facts = environment.environment("weasyprint==70.0\n", prepared)
    digest = environment.environment_digest(facts)
    assert all(environment.environment_digest({**facts, name: "other"}) != digest for name in facts)
    assert environment.environment_digest(dict(facts)) == digest


@pytest.mark.parametrize("name", ["pango", "harfbuzz-subset"])
def test_a_missing_system_library_is_refused_naming_the_packages(name: str) -> None:
    with pytest.raises(
        CannotRun, match=f"system library {name} .*libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-sub"
    ):
        environment.require_libraries({name: "libabsent.so.99"})
