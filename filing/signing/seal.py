"""The signature over a statement, made by `ssh-keygen -Y sign` with the signer's own key (OpenSSH, PROTOCOL.sshsig).

`ssh-keygen` itself asks for the passphrase or for a touch of the hardware key, at the signer's terminal; neither passes
through this program.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filing import progress
from filing.interruptions import ended_in_order
from filing.model import CannotRun, Refused
from filing.signing.keys import SigningKey
from filing.signoffs import NotASignOff, key_of


def signing_program() -> str:
    """Where ssh-keygen is; CannotRun where it is missing, before anybody is asked anything."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise CannotRun("ssh-keygen is missing, which makes signatures. How to bring it, says:", "doctor")
    return program


def seal(statement: bytes, key: SigningKey, namespace: str) -> bytes:
    """The signature file's bytes; nothing stays on disk. Raises Refused where the key did not sign."""
    program = signing_program()
    with ended_in_order(), _echo_kept(), tempfile.TemporaryDirectory(prefix="signing-") as folder:
        text, public = Path(folder, "statement"), Path(folder, "key.pub")
        text.write_bytes(statement)
        public.write_text(key.public + "\n")
        environment = {**os.environ, "SSH_ASKPASS_REQUIRE": "never"}
        if key.file:  # a key file is used by its passphrase, also where an agent holds the key unlocked
            environment.pop("SSH_AUTH_SOCK", None)
        progress.wipe()
        command = [program, "-q", "-Y", "sign", "-n", namespace, "-f", str(key.file or public), str(text)]
        answer = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
        made = Path(f"{text}.sig")
        if answer.returncode or not made.is_file():
            raise Refused(
                "ssh-keygen did not sign: the passphrase was wrong, or the key could not be used. Nothing was written."
            )
        signature = made.read_bytes().replace(b"\r\n", b"\n")
    try:
        by = key_of(signature, statement, namespace)
    except NotASignOff as error:
        raise Refused(f"What ssh-keygen made is no sign-off: {error}.") from error
    if by != key.public:
        raise Refused("ssh-keygen signed with another key than the registers name. Nothing was written.")
    return signature


@contextmanager
def _echo_kept() -> Iterator[None]:
    """A ssh-keygen that is ended while it asks for a passphrase must not leave a terminal that shows nothing typed."""
    try:
        import termios
    except ImportError:  # Windows, where it is not needed
        yield
        return
    before = termios.tcgetattr(0)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(0, termios.TCSADRAIN, before)
