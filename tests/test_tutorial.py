"""The tutorial, typed line by line at a terminal by somebody who has only what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from filing.load import read_tree
from filing.people import ADMINISTRATOR
from tests import repositories
from tests.desk import PASSPHRASE
from tests.repositories import ROOT, TOPS, WHOLE_PLAN, git, key_of
from tests.terminal import Terminal
from tools.refound import Signing, sign

PAGE = (ROOT / "docs" / "tutorial" / "first-batch.md").read_text(encoding="utf-8")
STEP = re.compile(r"^```console\n(?P<block>.*?)^```$|^<!-- (?P<others>.*?) -->$", re.MULTILINE | re.DOTALL)
PERSON = "e-muster"
ENTRY = f"records/registers/people/{PERSON}.yaml"
CHANGE = "records/registers/change.002.yaml"
ADMINISTRATORS = ("a-lindqvist", "b-okafor")
ANSWERS = {
    "assphrase": PASSPHRASE,
    "Type B2025-03": "B2025-03",
    "country": "DE",
    "ame": "Erika Muster",
    "osition": "Supply Manager",
    "rganisation": "demo-sponsor",
}
"""A part of a question -> what is typed; any other question is answered with Enter."""
TAKEN = ("filing", "tools", "schemas", "templates", ".vscode")
NOT_SIGNED = ("trials/demo-101-302/issue.1.yaml",)


def steps() -> list[str]:
    """What is typed, in order; "<!--" for what others do meanwhile."""
    found: list[str] = []
    for step in STEP.finditer(PAGE):
        if step["others"]:
            found.append("<!--")
        else:
            found += [line.removeprefix("$ ") for line in step["block"].splitlines() if line.startswith("$ ")]
    return found


COMMANDS = steps()


@dataclass(frozen=True)
class Newcomer:
    """Somebody with an empty home and the address of the records."""

    home: Path
    address: Path

    @property
    def checkout(self) -> Path:
        return self.home / "records-of-trial"

    def types(self, command: str) -> tuple[int, str]:
        command = command.replace("ADDRESS", str(self.address))
        folder = self.checkout if self.checkout.exists() else self.home
        terminal = Terminal(["bash", "-c", command], self._variables(), folder)
        for _ in range(60):
            question = terminal.question(120)
            if question is None:
                return terminal.end(), terminal.seen
            asked = question.rstrip("\n").rpartition("\n")[2]
            terminal.answer(next((text for part, text in ANSWERS.items() if part in asked), ""))
        raise AssertionError(f"it asks without end; the terminal shows:\n{terminal.seen}")

    def _variables(self) -> Mapping[str, str]:
        python = Path(sys.executable).parent
        return {
            "HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": str(self.home / ".gitconfig"),
            "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        }


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """The program and the founded sample at one address, as an organisation keeps them."""
    folder = tmp_path_factory.mktemp("tutorial")
    origin, address = folder / "origin", folder / "address.git"
    plan = tuple(s for s in WHOLE_PLAN if not s.record.endswith(NOT_SIGNED))
    files = repositories.founded(None, plan, base=repositories.as_shipped())
    repositories.commit(origin, files)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in [*filter(None, listed.split("\0"))]:
        if name.startswith(tuple(f"{top}/" for top in TAKEN)) or "/" not in name:
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            (origin / name).write_bytes((ROOT / name).read_bytes())
            (origin / name).chmod((ROOT / name).stat().st_mode)
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "The program")
    git(folder, "clone", "-q", "--bare", str(origin), str(address))
    (folder / "home").mkdir()
    return Newcomer(folder / "home", address)


def administrators(newcomer: Newcomer) -> None:
    """An administrator has compared the fingerprint and gives the role; the change is drafted and signed by two."""
    root = newcomer.checkout
    entry = root / ENTRY
    text = re.sub(
        r"^# (identity_verified:|  by: |  date: ).*\n", "", entry.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    text = text.replace(
        "roles: []\n", "roles:\n  - role: sponsor-supply\n    from: 2025-08-01\n    trial: demo-101-302\n"
    )
    entry.write_text(f"{text}identity_verified:\n  by: b-okafor\n  date: 2025-11-03\n", encoding="utf-8")
    status, seen = newcomer.types('./build.py change --summary "A new colleague."')
    assert status == 0, seen
    files, _ = read_tree(root, TOPS)
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    for number, person in enumerate(ADMINISTRATORS, 1):
        signing = Signing(CHANGE, f"administrator-{number}", person, ADMINISTRATOR, now, "DE")
        sign(files, signing, key_of(person), repositories.NAMESPACE)
    for path, data in files.items():
        if path.startswith("records/registers/change.002."):
            (root / path).write_bytes(data)


def test_every_command_of_the_tutorial_is_one_a_person_can_type() -> None:
    assert len(COMMANDS) > 20
    for command in COMMANDS:
        assert command == "<!--" or shlex.split(command)[0] in ("./build.py", "git", "make", "cd"), command


def test_the_tutorial_says_once_what_is_typed_on_windows() -> None:
    assert PAGE.count("`py build.py`") == 1
    assert PAGE.count(r"`py tools\setup.py`") == 1


def test_the_tutorial_works_line_by_line(newcomer: Newcomer) -> None:
    for command in COMMANDS:
        if command == "<!--":
            administrators(newcomer)
        elif not command.startswith("cd "):
            _set_up(newcomer)
            status, seen = newcomer.types(command)
            assert status == 0, f"{command}\n{seen}"
            assert "Traceback" not in seen


def _set_up(newcomer: Newcomer) -> None:
    """The packages are those of the tests: nothing is fetched."""
    environment = newcomer.checkout / ".venv"
    if newcomer.checkout.exists() and not environment.exists():
        environment.symlink_to(Path(sys.prefix), target_is_directory=True)


def test_what_the_tutorial_says_of_an_error_is_what_check_says(tmp_path: Path) -> None:
    """The example of a finding is a real one."""
    path = "records/batches/B2025-03/documentation.02.yaml"
    record = (
        "# yaml-language-server: $schema=../../../schemas/documentation@1.json\n"
        "form: documentation@1\nbatch: B2025-03\n"
        "documents:\n  - type: batch_manufacturing_record\n    number: BMR-L0262\n    version: \"2\"\n"
        "    source: manufacturer\n    date: 2025-10-32\n"
    )  # fmt: skip
    repositories.write(tmp_path, repositories.as_shipped() | {path: record.encode()})
    shown = repositories.build("check", tmp_path / path, root=tmp_path).stdout
    example = PAGE[PAGE.index(f"    {path}:9:11") :].partition("\n\n")[0]
    for line in example.split("\n"):
        assert line.removeprefix("    ").rstrip(".") in shown, shown
