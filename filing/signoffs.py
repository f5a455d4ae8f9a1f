"""A sign-off: the statement somebody signed, and the signature over it.

A statement (`<stem>.<slot>.signoff`) is canonical text that binds the record's bytes, the root of trust, the form,
the signer, key, role, meaning, time and place, and every sign-off the signer saw. Beside it lies an OpenSSH
signature (`.signoff.sig`, PROTOCOL.sshsig). This room reads and writes both and says whether the signature is by the
key it names; whether that key may sign is decided in `trust`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loading it takes 30 ms, which a command that reads no signature should not spend
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

REAL = "signoff@cr-ops-142-2025"
DEMONSTRATION = "signoff-demonstration@cr-ops-142-2025"

KEY_TEXT = re.compile(r"(ssh-ed25519|sk-ssh-ed25519@openssh\.com) ([A-Za-z0-9+/]+={0,2})")
_WITHOUT_SIGNS = str.maketrans("", "", "-:T")
_BEGIN, _END, _COLUMNS = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----", 70
_MAGIC = b"SSHSIG"
_USER_PRESENT = 0x01

_HEX = r"[0-9a-f]{64}"
_RECORD = r"records/[A-Za-z0-9][A-Za-z0-9.@/_-]*"
_FIELDS: tuple[tuple[str, str], ...] = (
    ("root", _HEX),
    ("record", _RECORD + r"\.yaml"),
    ("revision", r"0|[1-9][0-9]{0,3}"),
    ("sha256", _HEX),
    ("form", r"[a-z][a-z.-]*@[1-9][0-9]{0,3} " + _HEX),
    ("signer", r"[a-z][a-z0-9-]*"),
    ("key", r"SHA256:[A-Za-z0-9+/]{43}"),
    ("role", r"[a-z][a-z-]*"),
    ("meaning", r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,300}"),
    ("time", r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"),
    ("utc", r"[0-9]{14}Z"),
    ("place", r"[A-Z]{2}"),
    ("mode", r"on-site|remote"),
)
_LINES = tuple((name, re.compile(f"{name} (?:{pattern})")) for name, pattern in _FIELDS)
_SAW = re.compile(f"saw ({_HEX})  ({_RECORD}\\.signoff)")


class NotASignOff(Exception):
    """The message says in plain words why this is no sign-off of ours."""


@dataclass(frozen=True)
class Statement:
    """What a signer signed. `sha256` is of the record's bytes; `saw` holds (SHA-256, path) of statements, by path."""

    root: str
    record: str
    revision: int
    sha256: str
    form: str
    form_digest: str
    signer: str
    key: str
    role: str
    meaning: str
    time: str
    place: str
    mode: str
    saw: tuple[tuple[str, str], ...]

    @cached_property
    def utc(self) -> str:
        """The time as YYYYMMDDhhmmssZ: comparable as text."""
        return utc_text(datetime.fromisoformat(self.time))

    @property
    def day(self) -> str:
        """The date as written in `time`: the day on which key and role must hold."""
        return self.time[:10]


@dataclass(frozen=True)
class SignOff:
    """A statement whose signature is by the key it names."""

    path: str
    slot: str
    sha256: str
    """Of the statement file's bytes: what others saw."""
    statement: Statement
    key: str
    """The public key, "type base64"."""


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()[:19].translate(_WITHOUT_SIGNS) + "Z"


def serialise(statement: Statement) -> bytes:
    """The canonical text: one line per field in fixed order, then what was seen, sorted by path; LF, UTF-8."""
    values = {
        "root": statement.root,
        "record": statement.record,
        "revision": str(statement.revision),
        "sha256": statement.sha256,
        "form": f"{statement.form} {statement.form_digest}",
        "signer": statement.signer,
        "key": statement.key,
        "role": statement.role,
        "meaning": statement.meaning,
        "time": statement.time,
        "utc": statement.utc,
        "place": statement.place,
        "mode": statement.mode,
    }
    lines = ["signoff 1", *(f"{name} {values[name]}" for name, _ in _FIELDS)]
    lines += [f"saw {sha256}  {path}" for sha256, path in sorted(statement.saw, key=lambda seen: seen[1])]
    return ("\n".join(lines) + "\n").encode()


@lru_cache(maxsize=2**15)
def parse(data: bytes) -> Statement:
    """The statement in these bytes; re-serialised and compared, so that there is one spelling only.

    Raises NotASignOff."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotASignOff("it is not readable text") from error
    lines = text.split("\n")
    if lines[0] != "signoff 1" or len(lines) < len(_FIELDS) + 2:
        raise NotASignOff("it does not begin like a sign-off, or is cut short")
    found: dict[str, str] = {}
    for (name, pattern), line in zip(_LINES, lines[1:], strict=False):
        if not pattern.fullmatch(line):
            raise NotASignOff(f'the line "{name}" is missing, out of order or malformed')
        found[name] = line[len(name) + 1 :]
    saw = []
    for line in lines[1 + len(_FIELDS) : -1]:
        match = _SAW.fullmatch(line)
        if not match:
            raise NotASignOff("a line of what was seen is malformed")
        saw.append((match[1], match[2]))
    form, _, form_digest = found["form"].partition(" ")
    statement = Statement(
        root=found["root"],
        record=found["record"],
        revision=int(found["revision"]),
        sha256=found["sha256"],
        form=form,
        form_digest=form_digest,
        signer=found["signer"],
        key=found["key"],
        role=found["role"],
        meaning=found["meaning"],
        time=_real_time(found["time"]),
        place=found["place"],
        mode=found["mode"],
        saw=tuple(saw),
    )
    if len({path for _, path in saw}) != len(saw) or serialise(statement) != data:
        raise NotASignOff("its lines are re-ordered, repeated, padded or contradict each other")
    return statement


def _real_time(text: str) -> str:
    try:
        utc_text(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise NotASignOff("its time is no real time") from error
    return text


@lru_cache(maxsize=2**15)
def key_of(armour: bytes, statement: bytes, namespace: str) -> str:
    """The public key ("type base64") that made this signature over the statement; raises NotASignOff."""
    blob = _unarmour(armour)
    reader = _Reader(blob)
    if reader.take(len(_MAGIC)) != _MAGIC or reader.number() != 1:
        raise NotASignOff("the signature is of an unknown kind")
    public, made_for, reserved, algorithm, signature = (reader.string() for _ in range(5))
    reader.end()
    if made_for != namespace.encode():
        raise NotASignOff(f'the signature was made for another purpose than "{namespace}"')
    if reserved or algorithm != b"sha512":
        raise NotASignOff("the signature uses a digest other than sha512")
    digest = hashlib.sha512(statement).digest()
    message = _MAGIC + b"".join(map(_string, (made_for, reserved, algorithm, digest)))
    _verify(public, signature, message)
    kind = _Reader(public).string().decode("ascii", "replace")
    return f"{kind} {base64.b64encode(public).decode()}"


@lru_cache(maxsize=4096)
def fingerprint(key: str) -> str:
    """ "SHA256:..." of a public key "type base64", as ssh-keygen prints it."""
    blob = base64.b64decode(key.split(" ")[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def key_point(key: str) -> bytes:
    """What makes two keys the same key: the 32 bytes of the curve's point, whatever type or label stands around it."""
    reader = _Reader(base64.b64decode(key.split(" ")[1]))
    reader.string()
    return reader.string()


def is_key(text: str) -> bool:
    """Whether the text is exactly one public key of an admitted type, re-encoded and compared."""
    match = KEY_TEXT.fullmatch(text)
    if not match:
        return False
    try:
        blob = base64.b64decode(match[2], validate=True)
        reader = _Reader(blob)
        kind, point = reader.string(), reader.string()
        if kind == b"sk-ssh-ed25519@openssh.com":
            reader.string()
        reader.end()
    except (NotASignOff, binascii.Error):
        return False
    return kind == match[1].encode() and len(point) == 32 and base64.b64encode(blob).decode() == match[2]


def armour(public: bytes, signature: bytes, namespace: str) -> bytes:
    """The signature file: SSHSIG in its armour of 70 columns."""
    blob = (
        _MAGIC + struct.pack(">I", 1) + b"".join(map(_string, (public, namespace.encode(), b"", b"sha512", signature)))
    )
    return _armoured(blob)


def to_be_signed(statement: bytes, namespace: str) -> bytes:
    """The bytes a plain key signs for a statement (PROTOCOL.sshsig)."""
    digest = hashlib.sha512(statement).digest()
    return _MAGIC + b"".join(map(_string, (namespace.encode(), b"", b"sha512", digest)))


def _armoured(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode()


def _unarmour(data: bytes) -> bytes:
    lines = data.decode("ascii", "replace").split("\n")
    try:
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
    except ValueError as error:  # no base64, or not even ASCII
        raise NotASignOff("the signature file is damaged") from error
    if _armoured(blob) != data:
        raise NotASignOff("the signature file is not in its one exact form: something was added or re-wrapped")
    return blob


@lru_cache(maxsize=4096)
def _point(raw: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw)


def _verify(public: bytes, signature: bytes, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    key, made = _Reader(public), _Reader(signature)
    kind, point = key.string(), key.string()
    if made.string() != kind or len(point) != 32:
        raise NotASignOff("the signature and its key are of different kinds")
    raw = made.string()
    if kind == b"sk-ssh-ed25519@openssh.com":
        application, flags, counter = key.string(), made.take(1), made.take(4)
        if not flags[0] & _USER_PRESENT:
            raise NotASignOff("the hardware key signed without anybody touching it")
        message = hashlib.sha256(application).digest() + flags + counter + hashlib.sha256(message).digest()
    elif kind != b"ssh-ed25519":
        raise NotASignOff("the key is not of an admitted type (ed25519)")
    key.end()
    made.end()
    try:
        _point(point).verify(raw, message)
    except (InvalidSignature, ValueError) as error:
        raise NotASignOff("the signature does not belong to this statement") from error


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


class _Reader:
    """Reads the length-prefixed strings of RFC 4251 section 5."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise NotASignOff("the signature is cut short")
        self._at += count
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        return self.take(self.number())

    def end(self) -> None:
        if self._at != len(self._data):
            raise NotASignOff("the signature has something added at its end")
