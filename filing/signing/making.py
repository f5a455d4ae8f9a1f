"""A new key, made by `ssh-keygen`, which asks for its passphrase at the terminal itself; no key without one is kept.

The key is made in a folder of its own beside its place and laid there once it is found to be right, so that nothing is
left of one that is not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filing import progress
from filing.model import CannotRun, Refused
from filing.place import TOOL
from filing.signing.keys import read_key_file
from filing.signoffs import is_key

_ROUNDS = "100"
"""Rounds of the derivation that guards the file: a second's work, also for whoever guesses."""
_KINDS = {False: "ed25519", True: "ed25519-sk"}


def place_of_key(person: str, given: Path | None, root: Path) -> Path:
    """Where the private key goes. Raises CannotRun where something is there, or where others would read it."""
    path = given.expanduser().absolute() if given else Path.home() / ".ssh" / f"filing-{person}"
    for file in (path, _public(path)):
        if os.path.lexists(file):
            raise CannotRun(
                f"{file} is there already, and nothing is written over a key. Name another file with --file FILE."
            )
    for records in (root, TOOL):
        if path.resolve().is_relative_to(records.resolve()):
            raise CannotRun(f"{path} lies inside {records}, which is shared. Keep the key in your own folder.")
    if given and not path.parent.is_dir():
        raise CannotRun(f"There is no folder {path.parent}. Make it, or leave out --file.")
    return path


@contextmanager
def made(path: Path, person: str, hardware: bool) -> Iterator[str]:
    """The public key ("type base64") of a new private key that lies at `path`; taken away again if the block fails."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise CannotRun("ssh-keygen is missing, which makes keys. ./build.py doctor says how to bring it.")
    with _folder(path.parent), tempfile.TemporaryDirectory(prefix=".filing-", dir=path.parent) as name:
        draft = Path(name, path.name)
        public = _generated(program, draft, person, hardware)
        laid: list[Path] = []
        try:
            for source, target in ((draft, path), (_public(draft), _public(path))):
                _lay(source, target)
                laid.append(target)
            yield public
        except BaseException:
            for target in laid:
                target.unlink()
            raise


def _public(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def _generated(program: str, draft: Path, person: str, hardware: bool) -> str:
    environment = {**os.environ, "SSH_ASKPASS_REQUIRE": "never"}
    command = [program, "-q", "-t", _KINDS[hardware], "-a", _ROUNDS, "-C", person, "-f", str(draft)]
    progress.wipe()
    answer = subprocess.run(command, check=False, env=environment)
    file = read_key_file(draft)
    if answer.returncode or file is None:
        raise Refused("ssh-keygen made no key. Nothing was kept.")
    if not file.guarded:
        raise Refused(
            "The key has no passphrase, so whoever finds the file could sign in your name (21 CFR 11.200). It was "
            "taken away again. Type the command anew, and choose a passphrase."
        )
    if not is_key(file.public):
        raise Refused("ssh-keygen made a key of another type than ed25519. Nothing was kept.")
    return file.public


def _lay(source: Path, target: Path) -> None:
    """Links the file to its place, which fails where one is there; where there are no links, copies it."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise Refused(f"{target} was made by somebody else meanwhile. Nothing was written over it.") from None
    except OSError:
        with target.open("xb") as out:
            os.chmod(target, 0o600)
            out.write(source.read_bytes())


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """The folder for keys, made for its owner alone where it is missing, and taken away again if nothing was laid."""
    missing = not path.exists()
    if missing:
        path.mkdir(mode=0o700, parents=True)
    try:
        yield
    finally:
        if missing and not any(path.iterdir()):
            path.rmdir()
