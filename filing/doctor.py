"""What this machine needs, what it lacks of that, and how to mend it.

Runs on the bare interpreter, before `.venv/` exists and where Pango is missing, so it imports the standard library
only. It looks and reports; installing is the work of `tools/setup.py`, which reads the same table.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

Purpose = Literal["building and verifying", "signing", "the tests", "make conformance"]
BUILD: Purpose = "building and verifying"
SIGN: Purpose = "signing"
TESTS: Purpose = "the tests"
CONFORMANCE: Purpose = "make conformance"
REQUIRED = (BUILD, SIGN)
SET_UP = "py tools\\setup.py" if os.name == "nt" else "make setup"
"""How set-up is begun on this system; Windows has no make."""

OLDEST_PYTHON = (3, 11)
STAMP = "filing.lock.sha256"
UNFINISHED = "unfinished\n"
NODE_LOCK = "tests/node/package-lock.json"

LIBRARIES = (
    ("gobject-2.0", 0),
    ("pango-1.0", 0),
    ("pangoft2-1.0", 0),
    ("harfbuzz", 0),
    ("fontconfig", 1),
)
"""What WeasyPrint loads when it is imported, with the number of each library's interface."""
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0")

RENDERING = ("Pango", "HarfBuzz subset", "Noto Sans", "Noto Sans Mono")
"""What only those need who make PDFs."""

FONT_FOLDERS = (
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "/opt/homebrew/share/fonts",
    "C:/Windows/Fonts",
    "~/AppData/Local/Microsoft/Windows/Fonts",
)


class Probed(NamedTuple):
    found: bool
    detail: str
    """What was found, or which part of it is not there."""


@dataclass(frozen=True)
class Need:
    name: str
    why: str
    purpose: Purpose
    packages: tuple[str, ...]
    """The Debian packages that bring it."""
    probe: Callable[[Path], Probed]
    command: str = ""
    """What brings it where no Debian package does."""


@dataclass(frozen=True)
class Diagnosis:
    need: Need
    found: bool
    detail: str

    @property
    def required(self) -> bool:
        return self.need.purpose in REQUIRED


def python_version(_root: Path) -> Probed:
    return Probed(sys.version_info[:2] >= OLDEST_PYTHON, "this is Python " + sys.version.split()[0])


def venv_module(_root: Path) -> Probed:
    missing = [name for name in ("venv", "ensurepip") if not is_module(name)]
    return Probed(not missing, "without " + " and ".join(missing) if missing else "venv, ensurepip")


def is_module(name: str) -> bool:
    """An empty folder of that name, left behind by a removed package, is found too, but without an origin."""
    found = importlib.util.find_spec(name)
    return found is not None and found.origin is not None


def programs(*names: str) -> Callable[[Path], Probed]:
    def probe(_root: Path) -> Probed:
        missing = [name for name in names if shutil.which(name) is None]
        return Probed(not missing, "not on the PATH: " + ", ".join(missing) if missing else ", ".join(names))

    return probe


def libraries(*wanted: tuple[str, int]) -> Callable[[Path], Probed]:
    def probe(_root: Path) -> Probed:
        missing = [name for name, number in wanted if not loads(name, number)]
        return Probed(not missing, "cannot be loaded: " + ", ".join(missing) if missing else "loads")

    return probe


def loads(name: str, number: int) -> bool:
    """True if the library loads under the name it has on Linux, macOS or Windows."""
    for file_name in (f"lib{name}.so.{number}", f"lib{name}.{number}.dylib", f"lib{name}-{number}.dll"):
        try:
            ctypes.CDLL(file_name)
        except OSError:
            continue
        return True
    return False


def fonts(*files: str) -> Callable[[Path], Probed]:
    def probe(_root: Path) -> Probed:
        folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
        missing = [file for file in files if not any(True for folder in folders for _ in folder.rglob(file))]
        return Probed(not missing, "no font file " + ", ".join(missing) if missing else ", ".join(files))

    return probe


def locked_packages(lock: str) -> Callable[[Path], Probed]:
    def probe(root: Path) -> Probed:
        if not environment_runs(root):
            return Probed(False, ".venv is not there, or the Python it was made with is gone")
        if not is_installed(root, lock):
            return Probed(False, f".venv does not hold what {lock} lists")
        return Probed(True, f".venv holds what {lock} lists")

    return probe


def node_packages(root: Path) -> Probed:
    stamp = (root / NODE_LOCK).parent / "node_modules" / STAMP
    held = stamp.is_file() and stamp.read_text("ascii") == stamp_line(root, NODE_LOCK) + "\n"
    return Probed(held, f"{'what' if held else 'not what'} {NODE_LOCK} lists")


def environment_python(root: Path) -> Path:
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment_runs(root: Path) -> bool:
    """False also where the system's Python was upgraded under the .venv: it then finds none of its packages."""
    question = (
        "import importlib.util, sys; "
        f"sys.exit(sys.version_info < {OLDEST_PYTHON} or sys.prefix == sys.base_prefix"
        " or importlib.util.find_spec('pip') is None)"
    )
    try:
        return subprocess.run([environment_python(root), "-I", "-c", question], capture_output=True).returncode == 0
    except OSError:
        return False


def is_installed(root: Path, lock: str) -> bool:
    stamp = root / ".venv" / STAMP
    return stamp.is_file() and stamp_line(root, lock) in stamp.read_text("ascii").splitlines()


def stamp_line(root: Path, lock: str) -> str:
    return f"{hashlib.sha256((root / lock).read_bytes()).hexdigest()}  {lock}"


def venv_package() -> str:
    """`python3-venv` serves the distribution's own Python 3 only; any other is served by the package of its number."""
    numbered = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return "python3-venv" if Path("/usr/bin/python3").resolve().name == numbered else f"{numbered}-venv"


NEEDS = (
    Need("Python 3.11 or newer", "runs everything here", BUILD, ("python3",), python_version),
    Need("Python venv", "keeps the Python packages inside this folder", BUILD, (venv_package(),), venv_module),
    Need("git", "tells which commit the records are in, and their history", BUILD, ("git",), programs("git")),
    Need("Pango", "lays out the text of every PDF", BUILD, PANGO_PACKAGES, libraries(*LIBRARIES)),
    Need(
        "HarfBuzz subset",
        "puts only the letters used into a PDF, and fast",
        BUILD,
        ("libharfbuzz-subset0",),
        libraries(("harfbuzz-subset", 0)),
    ),
    Need(
        "Noto Sans",
        "the typeface of every document",
        BUILD,
        ("fonts-noto-core",),
        fonts("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ),
    Need(
        "Noto Sans Mono",
        "the typeface of digests and record paths",
        BUILD,
        ("fonts-noto-mono",),
        fonts("NotoSansMono-Regular.ttf"),
    ),
    Need(
        "Python packages",
        "read records, write and check PDFs",
        BUILD,
        (),
        locked_packages("requirements.lock"),
        SET_UP,
    ),
    Need("OpenSSH", "makes keys and signatures", SIGN, ("openssh-client",), programs("ssh-keygen")),
    Need("qpdf", "a second opinion on the structure of PDFs", TESTS, ("qpdf",), programs("qpdf")),
    Need(
        "Poppler",
        "reads text, fonts and pictures back from PDFs",
        TESTS,
        ("poppler-utils",),
        programs("pdftoppm", "pdffonts", "pdfinfo", "pdftotext"),
    ),
    Need("Chromium", "opens the web pages as people see them", TESTS, ("chromium",), programs("chromium")),
    Need(
        "Python test packages",
        "run the tests, the linter and the type checker",
        TESTS,
        (),
        locked_packages("requirements-test.lock"),
        "make test",
    ),
    Need(
        "Node packages",
        "the language server of editors, and the judge of accessible pages",
        TESTS,
        (),
        node_packages,
        "make test",
    ),
    Need("Java", "runs the PDF/A validator", CONFORMANCE, ("default-jre-headless",), programs("java")),
    Need("Maven", "fetches the PDF/A validator", CONFORMANCE, ("maven",), programs("mvn")),
)


def diagnose(root: Path, needs: Iterable[Need] = NEEDS) -> tuple[Diagnosis, ...]:
    return tuple(Diagnosis(need, *need.probe(root)) for need in needs)


def main(root: Path, needs: Iterable[Need] = NEEDS) -> int:
    """Print what was found; exit code 1 if something is missing without which no package can be built or signed."""
    diagnoses = diagnose(root, needs)
    print(report(diagnoses))
    return 1 if any(one.required and not one.found for one in diagnoses) else 0


def report(diagnoses: tuple[Diagnosis, ...]) -> str:
    width = max(len(one.need.name) for one in diagnoses)
    lines: list[str] = []
    for purpose in (BUILD, SIGN, TESTS, CONFORMANCE):
        concerned = [one for one in diagnoses if one.need.purpose == purpose]
        if concerned:
            lines += ["", f"For {purpose}" + ("" if purpose in REQUIRED else " (not needed otherwise)")]
            lines += [line_of(one, width) for one in concerned]
    required = [one.need for one in diagnoses if one.required and not one.found]
    optional = [one.need for one in diagnoses if not one.required and not one.found]
    if required:
        lines += ["", "To mend it:", *remedy(required)]
    else:
        lines += ["", "Nothing is missing for building, verifying and signing."]
    if optional:
        lines += ["", "For the rest, if you want it:", *remedy(optional)]
    return "\n".join([*lines[1:], *hints([*required, *optional])])


def line_of(one: Diagnosis, width: int) -> str:
    state, detail = ("found  ", "") if one.found else ("MISSING", f"   ({one.detail})")
    return f"  {state}  {one.need.name:<{width}}  {one.need.why}{detail}"


def remedy(missing: Iterable[Need]) -> list[str]:
    """The commands to type, or on a machine without apt-get the things to install by the names people know."""
    missing = list(missing)
    system = [need for need in missing if need.packages]
    commands = [f"  {need.command}" for need in missing if need.command]
    if not system:
        return commands
    if not shutil.which("apt-get"):
        return ["  install " + ", ".join(need.name for need in system), *commands]
    as_root = "" if os.geteuid() == 0 else "sudo "
    install = f"apt-get install --no-install-recommends {' '.join(debian_packages(system))}"
    return [f"  {as_root}apt-get update", f"  {as_root}{install}", *commands]


def hints(missing: Iterable[Need]) -> list[str]:
    """How other systems install these things."""
    if shutil.which("apt-get") or not debian_packages(missing):
        return []
    return [
        "",
        "On macOS    brew install python git openssh pango harfbuzz qpdf poppler openjdk maven",
        "            brew install --cask font-noto-sans font-noto-sans-mono",
        "On Windows  check and sign need only Python, git and OpenSSH; build PDFs on Debian or Ubuntu under WSL",
    ]


def debian_packages(needs: Iterable[Need]) -> list[str]:
    return [package for need in needs for package in need.packages]
