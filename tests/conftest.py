"""The founded sample and its package, made once; no test sees the machine's own pin, CI flag or git settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import pytest

from filing.render import fonts
from filing.render.workers import renderers
from tests import packages, repositories


@pytest.fixture(autouse=True)
def of_no_particular_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILING_ROOT", raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


@pytest.fixture(scope="session")
def sample() -> dict[str, bytes]:
    """The repository's files, founded anew with the tests' keys."""
    return repositories.founded()


@pytest.fixture(scope="session")
def checkout(sample: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as one commit. Tests that change it work on a copy."""
    folder = tmp_path_factory.mktemp("sample") / "checkout"
    repositories.commit(folder, sample)
    return folder


@pytest.fixture(scope="session")
def bundled(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of B2025-01, from the front door; ZIP and checksum lie beside it. Nobody writes here."""
    out = tmp_path_factory.mktemp("packages") / "output"
    answer = repositories.build("bundle", "--batch", "B2025-01", "--cold", "--out", out, root=checkout)
    assert answer.returncode == 0, answer.stderr
    return Path(answer.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def packed(bundled: Path) -> dict[str, bytes]:
    """The files of the package of B2025-01, by path."""
    return packages.contents(bundled)


@pytest.fixture(scope="session")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """One warm process that renders."""
    work = tmp_path_factory.mktemp("render")
    accepted = fonts.prepare((repositories.ROOT / "fonts.lock").read_text(), work)
    with renderers(1, accepted, work) as executor:
        yield executor


@pytest.fixture(scope="session")
def first(sample: dict[str, bytes], renderer: Executor) -> dict[str, bytes]:
    """The files of the same package, made without the front door."""
    return dict(packages.packed(sample, renderer).files)
