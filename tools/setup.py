"""Brings what this machine lacks: Debian packages through apt-get, Python packages from a lock into `.venv/`.

Run by the Makefile with whatever `python3` there is: it imports the standard library only, and down to `doctor` it
keeps to what a Python of ten years ago can read. It changes nothing where nothing is missing. Everything it says
goes to stderr.
"""

import contextlib
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = tuple("python3." + str(minor) for minor in range(11, 31))


def say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)


def run_with_newer_python() -> int:
    """Start this program again under a newer Python, if one is on the PATH."""
    question = "import sys; sys.exit(sys.version_info < (3, 11))"
    for name in NEWER_PYTHONS:
        python = shutil.which(name)
        if python and subprocess.call([python, "-c", question], stdout=2, stderr=subprocess.DEVNULL) == 0:
            return subprocess.call([python, str(Path(__file__).resolve()), *sys.argv[1:]])
    say(
        "This needs Python 3.11 or newer; python3 is " + sys.version.split()[0] + " here, and no newer one was found.",
        "Install one, then run the same command again.",
    )
    return 2


if sys.version_info[:2] < OLDEST_PYTHON:
    sys.exit(run_with_newer_python())

sys.path.insert(0, str(ROOT))

from collections.abc import Iterator  # noqa: E402  only after the check above

from filing import doctor  # noqa: E402


def main(arguments: list[str]) -> int:
    tests = "--tests" in arguments
    purposes = (*doctor.REQUIRED, doctor.TESTS) if tests else doctor.REQUIRED
    locks = ("requirements.lock", "requirements-test.lock") if tests else ("requirements.lock",)
    missing = bring_system_packages(ROOT, purposes)
    try:
        if doctor.venv_module(ROOT).found:
            bring_python_packages(ROOT, locks)
            if tests:
                bring_node_packages(ROOT)
    except subprocess.CalledProcessError:
        say("The packages could not be installed; the lines above say why. Then run the same command again.")
        return 2
    except PermissionError as refused:
        say(f"You may not write {refused.filename}. Make this folder yours, then run the same command again.")
        return 2
    if missing:
        say(*plea(missing))
        return 2
    return 0


@contextlib.contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Two set-ups at once (two terminals, `make -j`) would tear down each other's half-made `.venv/`."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    (root / ".build").mkdir(exist_ok=True)
    with (root / ".build" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def bring_system_packages(root: Path, purposes: tuple[doctor.Purpose, ...]) -> list[doctor.Diagnosis]:
    """Install what is missing where that is allowed; give back what is missing still."""
    missing = missing_from_system(root, purposes)
    as_root = way_to_root()
    if not missing or as_root is None or shutil.which("apt-get") is None:
        return missing
    packages = doctor.debian_packages(one.need for one in missing)
    say("Installing system packages: " + " ".join(packages))
    apt_get = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    # A broken list of somebody else's packages fails the update; what is needed here may still install.
    subprocess.call([*apt_get, "update"], stdout=2)
    subprocess.call([*apt_get, "install", "-y", "--no-install-recommends", *packages], stdout=2)
    importlib.invalidate_caches()
    return missing_from_system(root, purposes)


def missing_from_system(root: Path, purposes: tuple[doctor.Purpose, ...]) -> list[doctor.Diagnosis]:
    needs = [need for need in doctor.NEEDS if need.packages and need.purpose in purposes]
    return [one for one in doctor.diagnose(root, needs) if not one.found]


def way_to_root() -> "list[str] | None":
    """The words to put before a command that needs root; None where there is no way, or none without asking."""
    if os.name == "nt":
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if subprocess.call(["sudo", "-n", "true"], stdout=2, stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None


def bring_python_packages(root: Path, locks: tuple[str, ...]) -> None:
    """Install the last of `locks`, which holds all of the others, unless the stamp says that it was."""
    with one_at_a_time(root):
        install_python_packages(root, locks)


def install_python_packages(root: Path, locks: tuple[str, ...]) -> None:
    environment, stamp = root / ".venv", root / ".venv" / doctor.STAMP
    runs = doctor.environment_runs(root)
    if runs and all(doctor.is_installed(root, lock) for lock in locks):
        return
    if not runs or (stamp.is_file() and stamp.read_text("ascii") == doctor.UNFINISHED):
        say("Making .venv")
        if environment.exists():
            shutil.rmtree(environment)
        environment.mkdir()
        write_stamp(stamp, doctor.UNFINISHED)
        run([base_python(), "-m", "venv", str(environment)])
    write_stamp(stamp, doctor.UNFINISHED)
    say(f"Installing the Python packages of {locks[-1]} into .venv")
    pip = [str(doctor.environment_python(root)), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run([*pip, "install", "-q", "--require-hashes", "--only-binary", ":all:", "-r", str(root / locks[-1])])
    write_stamp(stamp, "".join(doctor.stamp_line(root, lock) + "\n" for lock in locks))


def bring_node_packages(root: Path) -> None:
    """The judges of editor and pages, by their lock; npm itself came with the Python test packages."""
    with one_at_a_time(root):
        if not doctor.node_packages(root).found:
            say(f"Installing the packages of {doctor.NODE_LOCK}")
            scripts = str(doctor.environment_python(root).parent)
            path = scripts + os.pathsep + os.environ.get("PATH", "")
            npm = shutil.which("npm", path=scripts) or "npm"
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            folder = (root / doctor.NODE_LOCK).parent
            subprocess.run(
                command, cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=2, env={**os.environ, "PATH": path}
            )
            write_stamp(folder / "node_modules" / doctor.STAMP, doctor.stamp_line(root, doctor.NODE_LOCK) + "\n")


def base_python() -> str:
    """The Python itself, also when this runs inside the very `.venv/` that is about to be replaced."""
    base: str = vars(sys)["_base_executable"]
    return base


def write_stamp(stamp: Path, text: str) -> None:
    new = stamp.with_suffix(".new")
    new.write_text(text, "ascii")
    new.replace(stamp)


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=2)


def plea(missing: list[doctor.Diagnosis]) -> list[str]:
    width = max(len(one.need.name) for one in missing)
    return [
        "This machine lacks what set-up may not, or could not, install by itself:",
        *(doctor.line_of(one, width) for one in missing),
        "To mend it:",
        *doctor.remedy(one.need for one in missing),
        "Then run the same command again.",
        *doctor.hints(one.need for one in missing),
        *only_for_pdfs(missing),
    ]


def only_for_pdfs(missing: list[doctor.Diagnosis]) -> list[str]:
    """What somebody needs to know who writes and signs records and builds no package."""
    if not all(one.need.name in doctor.RENDERING for one in missing):
        return []
    return ["", "This is for making PDFs only: checking, writing and signing records works without it."]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
