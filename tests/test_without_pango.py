"""Where Pango is missing, or on Windows: every verb that renders nothing works, and loads nothing that renders."""

from __future__ import annotations

from pathlib import Path

import pytest

from filing.command_line import VERBS
from tests import repositories
from tests.desk import FOLDER, PASSPHRASE, RECEIPT, Desk, desk
from tests.repositories import BATCH, ISSUE

RENDERING = ("bundle", "verify", "draft")
"""Verbs that make PDFs or read them."""
_NOTE = "this renders:"
_REFUSING = f'''
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ("weasyprint", "pydyf", "pypdf", "pikepdf", "pypdfium2"):
            print("{_NOTE}", name, file=sys.stderr)
            raise ImportError("there is no Pango here")
        if top in ("fcntl", "termios", "pty", "resource", "grp", "pwd"):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None

sys.meta_path.insert(0, Refusing())
for name in ("fcntl", "termios", "pty", "resource", "grp", "pwd"):
    sys.modules.pop(name, None)
'''
CALLS = {
    "check": ((), 0),
    "fmt": (("--check",), 0),
    "sign": ((), 0),
    "next": (("B2025-01",), 0),
    "status": ((), 0),
    "explain": (("R22",), 0),
    "new": (("documentation", "B2025-01", "documents.0.number=BMR-1"), None),
    "revise": ((f"{BATCH}/certification.yaml",), None),
    "void": ((f"{BATCH}/certification.yaml", "reason=none"), None),
    "issue": (("--batch", "B2025-01"), None),
    "change": ((), None),
    "justify": ((), None),
}
"""What is typed, and the exit code where it is known: None where the verb may have a reason to refuse."""


@pytest.fixture(scope="module")
def without_pango(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables under which Python finds neither what renders nor what Windows has not."""
    folder = tmp_path_factory.mktemp("without")
    (folder / "sitecustomize.py").write_text(_REFUSING)
    return {"PYTHONPATH": str(folder)}


def test_a_rendering_verb_does_notice(checkout: Path, without_pango: dict[str, str]) -> None:
    """Else the tests below would show nothing."""
    shown = repositories.build("bundle", "--batch", "B2025-01", "--cold", root=checkout, **without_pango)
    assert shown.returncode != 0


@pytest.mark.parametrize("verb", VERBS)
def test_help_needs_nothing_that_renders(verb: str, without_pango: dict[str, str]) -> None:
    shown = repositories.build(verb, "--help", **without_pango)
    assert (shown.returncode, shown.stderr) == (0, "")


@pytest.mark.parametrize("verb", [verb for verb in CALLS if verb in VERBS])
def test_a_verb_that_renders_nothing_works(
    verb: str, sample: dict[str, bytes], tmp_path: Path, without_pango: dict[str, str]
) -> None:
    root = tmp_path / "records of trial"
    repositories.commit(root, {path: data for path, data in sample.items() if not path.startswith(f"{ISSUE[:-5]}.")})
    arguments, status = CALLS[verb]
    shown = repositories.build(verb, *arguments, root=root, **without_pango)
    assert _NOTE not in shown.stderr
    assert "is not set up here" not in shown.stderr
    assert shown.returncode == status if status is not None else shown.returncode in (0, 1, 2), shown.stderr


def test_a_record_is_signed(tmp_path: Path, without_pango: dict[str, str]) -> None:
    place: Desk = desk(tmp_path, without=(RECEIPT, "trials/demo-101-302/issue.1.yaml"))
    place.with_key("m-keller", PASSPHRASE)
    place = Desk(place.root, place.home, place.scratch, without_pango)
    answers = {"Type B2025-03": "B2025-03", "passphrase": PASSPHRASE}
    status, seen = place.types("sign", RECEIPT, "--as", "m-keller", answers=answers)
    assert status == 0, seen
    assert _NOTE not in seen
    assert (place.root / FOLDER / "documentation.01.receipt.received.signoff.sig").is_file()
