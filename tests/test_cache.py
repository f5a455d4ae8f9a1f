"""The cache of rendered documents: the same bytes as rendering, or nothing."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from filing.model import Document, Rendered
from filing.render.cache import Cache
from tests import render_samples as samples


class Counting(Executor):
    """An executor that renders nothing but a number, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        future.set_result(Rendered(args[0], b"%PDF rendered " + str(self.calls).encode(), 3))
        return future


def rendered(folder: Path | None, executor: Counting, document: Document, environment: str = "here") -> Rendered:
    return Cache(folder, environment).submit(executor, document, samples.TEMPLATES).result()


def test_a_document_is_rendered_once(tmp_path: Path) -> None:
    executor = Counting()
    first = rendered(tmp_path, executor, samples.log())
    assert rendered(tmp_path, executor, samples.log()) == first
    assert executor.calls == 1


@pytest.mark.parametrize(
    "other",
    [
        lambda: samples.log(end="End of extract · something else"),
        lambda: samples.certificate(),
        lambda: Document(**{**vars(samples.log()), "created": "2025-09-11T09:02:40Z"}),
    ],
)
def test_anything_else_that_is_shown_is_rendered_anew(tmp_path: Path, other: Any) -> None:
    executor = Counting()
    rendered(tmp_path, executor, samples.log())
    rendered(tmp_path, executor, other())
    assert executor.calls == 2


def test_another_environment_is_another_document(tmp_path: Path) -> None:
    executor = Counting()
    rendered(tmp_path, executor, samples.log())
    rendered(tmp_path, executor, samples.log(), environment="elsewhere")
    assert executor.calls == 2


def test_another_template_is_another_document(tmp_path: Path) -> None:
    executor = Counting()
    rendered(tmp_path, executor, samples.log())
    edited = {**samples.TEMPLATES, "templates/base@1/style.css": b"/* other */"}
    Cache(tmp_path, "here").submit(executor, samples.log(), edited).result()
    assert executor.calls == 2


@pytest.mark.parametrize("damage", [b"", b"%PDF rendered 9", b"x" * 40])
def test_a_damaged_copy_is_not_used(tmp_path: Path, damage: bytes) -> None:
    executor = Counting()
    rendered(tmp_path, executor, samples.log())
    (kept,) = tmp_path.glob("*.pdf")
    kept.write_bytes(damage)
    assert rendered(tmp_path, executor, samples.log()).pdf == b"%PDF rendered 2"


def test_without_a_folder_everything_is_rendered(tmp_path: Path) -> None:
    executor = Counting()
    rendered(None, executor, samples.log())
    rendered(None, executor, samples.log())
    assert executor.calls == 2
    assert not list(tmp_path.iterdir())


def test_a_document_that_fails_is_not_kept(tmp_path: Path) -> None:
    class Failing(Counting):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(ValueError("no glyph"))
            return future

    with pytest.raises(ValueError, match="no glyph"):
        rendered(tmp_path, Failing(), samples.log())
    assert not list(tmp_path.glob("*.pdf"))
