"""The key a person signs with: found by what the registers say is theirs, in a file, an agent or a hardware key.

An OpenSSH private key file says in clear which public key it holds and whether a passphrase guards it (OpenSSH,
PROTOCOL.key); nothing else of it is looked at.
"""

from __future__ import annotations

import base64
import binascii
import os
import shlex
import shutil
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from filing.model import CannotRun, Refused
from filing.people import Person
from filing.signoffs import fingerprint, is_key

_MAGIC = b"openssh-key-v1\0"
_BEGIN, _END = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
_LARGEST = 64 * 1024
_PATIENCE = 15
"""Seconds for an agent to say which keys it holds."""


@dataclass(frozen=True)
class KeyFile:
    """A private key's file: its public key ("type base64"), and whether a passphrase guards it."""

    path: Path
    public: str
    guarded: bool


@dataclass(frozen=True)
class SigningKey:
    """What ssh-keygen is to sign with: a private key's file, or a public key whose private one an agent holds."""

    public: str
    file: Path | None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)


def signing_key(person: Person, day: str, given: Path | None, demonstration: bool) -> SigningKey:
    """The person's key: in the file given, else in the agent, else in ~/.ssh. Raises Refused or CannotRun."""
    own = frozenset(key.text for key in person.keys if person.holds_key(fingerprint(key.text), day))
    if not own:
        raise Refused(
            f"The registers in force hold no key of {person.id} for {day}. A register administrator enters it."
        )
    if given:
        return _of_file(_given(given, person.id), own, person.id, demonstration)
    found = [file for file in _files_at_home() if file.public in own]
    for public in _in_agent(own):
        for copy in found:
            if copy.public == public:
                _require_guard(copy, demonstration)
        return SigningKey(public, None)
    for file in sorted(found, key=lambda file: not file.guarded):  # of two keys of a person, one with a passphrase
        return _of_file(file, own, person.id, demonstration)
    fingerprints = ", ".join(sorted(map(fingerprint, own)))
    raise Refused(
        f"No key of {person.id} was found in ~/.ssh or in an agent; the registers name {fingerprints}. "
        "Name its file with --key FILE, or make a key and have it entered.",
        f"key new --as {person.id}",
    )


def read_key_file(path: Path) -> KeyFile | None:
    """What a private key's file says in clear; None for what is no such file."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        data = path.read_bytes()
        if b"\r" in data:  # ssh-keygen cannot read it
            return None
        text = " ".join(data.decode("ascii").split())
        if not text.startswith(_BEGIN) or not text.endswith(_END):
            return None
        body = base64.b64decode(text.removeprefix(_BEGIN).removesuffix(_END).replace(" ", ""), validate=True)
    except (OSError, ValueError, binascii.Error):
        return None
    return _unlocked_part(path, body)


def _unlocked_part(path: Path, body: bytes) -> KeyFile | None:
    if not body.startswith(_MAGIC):
        return None
    parts, at = [], len(_MAGIC)
    for index in range(5):  # cipher, key derivation, its options, how many keys, the public key
        size = 4 if index == 3 else int.from_bytes(body[at : at + 4], "big")
        start = at if index == 3 else at + 4
        parts.append(body[start : start + size])
        at = start + size
    if at + 4 + int.from_bytes(body[at : at + 4], "big") > len(body):  # the private part is cut off
        return None
    cipher, public = parts[0], parts[4]
    kind = public[4 : 4 + int.from_bytes(public[:4], "big")].decode("ascii", "replace")
    return KeyFile(path, f"{kind} {base64.b64encode(public).decode()}", cipher != b"none")


def _given(path: Path, person: str) -> KeyFile:
    if path.suffix == ".pub":
        raise CannotRun(f"{path} is the public half of a key. Name the file of the private one: {path.with_suffix('')}")
    if not path.exists():
        raise CannotRun(f"There is no key file {path}. Name another with --key, or leave it out to look in ~/.ssh.")
    found = read_key_file(path)
    if found is None:
        odd_ends = path.is_file() and b"\r" in path.read_bytes()[:_LARGEST]
        why = ": its lines end in CR LF, as Windows ends them. Save it with LF alone" if odd_ends else ""
        raise CannotRun(
            f"{path} is not a private key as ssh-keygen writes it{why}. Who has none makes one.",
            f"key new --as {person}",
        )
    return found


def _of_file(file: KeyFile, own: Collection[str], person: str, demonstration: bool) -> SigningKey:
    if file.public not in own:
        shown = fingerprint(file.public) if is_key(file.public) else "a key of another type"
        raise Refused(
            f"{file.path} holds {shown}, which is not a key of {person} in the registers in force. "
            "Sign with your own key, or have a register administrator enter this one."
        )
    _require_guard(file, demonstration)
    return SigningKey(file.public, file.path)


def _require_guard(file: KeyFile, demonstration: bool) -> None:
    """A signature takes two things: the key and what only its owner knows (21 CFR 11.200(a)(1))."""
    if not file.guarded and not demonstration:
        raise Refused(
            f"{file.path} has no passphrase, so whoever finds the file could sign in your name "
            f"(21 CFR 11.200). Give it one, then sign:\n    ssh-keygen -p -f {shlex.quote(str(file.path))}"
        )


def _files_at_home() -> Iterator[KeyFile]:
    try:
        home = Path.home() / ".ssh"
        paths = sorted(home.iterdir()) if home.is_dir() else []
    except (OSError, RuntimeError):  # not ours to look into, or nobody's home: --key names the file
        return
    for path in paths:
        found = read_key_file(path)
        if found:
            yield found


def _in_agent(own: Collection[str]) -> Iterator[str]:
    """Those of the keys that a running agent holds, hardware keys among them."""
    if "SSH_AUTH_SOCK" not in os.environ or not shutil.which("ssh-add"):
        return
    try:
        answer = subprocess.run(
            ["ssh-add", "-L"], capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):  # an agent that does not answer holds no key for us
        return
    for line in answer.stdout.splitlines() if answer.returncode == 0 else ():
        public = b" ".join(line.split()[:2]).decode("ascii", "replace")  # behind it stands whatever its owner noted
        if public in own:
            yield public
