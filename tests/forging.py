"""Forgeries for the attack tests: anything signed as anybody, register changes, forms lists, hardware keys.

Everything works on a dictionary of files (path -> bytes) in memory and changes it in place.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import json
import re
import struct
from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from filing import signoffs
from filing.judging import Cause, Judgement
from filing.repository import Repository, read
from tests.repositories import BATCH, NAMESPACE, PLAN, founded, key_of, pin_of
from tools.refound import FORMS, Signing, forms_list, public_text, sign

Files = dict[str, bytes]
PEOPLE = "records/registers/people"
CHANGE_1 = "records/registers/change.001.yaml"
FORMS_LIST = "records/registers/forms"
CERTIFICATION = f"{BATCH}/certification"
ADMINISTRATORS = ("a-lindqvist", "b-okafor")
SK = b"sk-ssh-ed25519@openssh.com"


@functools.cache
def _founded() -> Mapping[str, bytes]:
    return founded()


def sample(without_issue: bool = True) -> Files:
    """The sample as founded; without the issue, which would repeat every fault of the certification."""
    files = dict(_founded())
    if without_issue:
        drop(files, f"{BATCH}/issue.1")
    return files


def drop(files: Files, *stems: str) -> None:
    """Removes records with their sign-offs, or one sign-off, by the beginning of their paths."""
    for stem in stems:
        gone = [path for path in files if path.startswith(stem + ".") or path == stem]
        assert gone, stem
        for path in gone:
            del files[path]


def planned(record: str, slot: str) -> Signing:
    """How the sample's plan signs this place; `record` is the stem."""
    return next(s for s in PLAN if (s.record, s.slot) == (record + ".yaml", slot))


def signed(
    files: Files, stem: str, slot: str, signer: str = "", secret: Ed25519PrivateKey | None = None,
    namespace: str = NAMESPACE, role: str = "", time: str = "", **claims: object,
) -> str:  # fmt: skip
    """Signs a place anew, as the plan has it but for what is given; the signer's own key is used unless another is."""
    signing = planned(stem, slot) if any(s.record == stem + ".yaml" and s.slot == slot for s in PLAN) else None
    signing = signing or Signing(stem + ".yaml", slot, signer, role, time)
    given = {"signer": signer, "role": role, "time": time}
    signing = dataclasses.replace(signing, **{name: value for name, value in given.items() if value})
    return sign(files, signing, secret or key_of(signing.signer), namespace, **claims)


def certified_by(files: Files, signer: str = "", **claims: object) -> str:
    """The QP's place of the certification signed anew; returns the sign-off's path."""
    return signed(files, CERTIFICATION, "qp", signer, **claims)  # type: ignore[arg-type]  # claims are of every type


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def revision(files: Files, entry: str, old: str, new: str, number: int = 1, made: Iterable[str] | None = None) -> str:
    """Adds the next revision of a register entry with one thing changed; returns its path."""
    former = f"{entry}.r{number - 1}.yaml" if number > 1 else f"{entry}.yaml"
    text = files[former].decode()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {former}"
    text = re.sub(r"(?ms)^(made|corrects|reason):.*?(?=^\S|\Z)", "", text.replace(old, new))
    if made is not None:
        text += "made: [" + ", ".join(f'"{item}"' for item in made) + "]\n"
    text += f'corrects: "{digest(files[former])}"\nreason: Change of responsibilities\n'
    files[f"{entry}.r{number}.yaml"] = text.encode()
    return f"{entry}.r{number}.yaml"


def person(files: Files, name: str, roles: str = "", key: str = "", since: str = "2025-08-01") -> str:
    """Adds the first entry of a new person; returns its path."""
    path = f"{PEOPLE}/{name}.yaml"
    files[path] = (
        f"form: person@1\nname: {name}\nposition: Tester\norganisation: demo-sponsor\n"
        f"identity_verified:\n  by: b-okafor\n  date: 2025-08-14\n"
        f"keys:\n  - key: {key or public_text(key_of(name))}\n    from: {since}\n"
        + (f"roles:\n{roles}" if roles else "roles: []\n")
    ).encode()
    return path


def role(name: str, since: str = "2025-08-01", **limits: str) -> str:
    """One role of a person's entry."""
    return f"  - role: {name}\n    from: {since}\n" + "".join(f"    {k}: {v}\n" for k, v in limits.items())


def change(
    files: Files, number: int, entries: Iterable[str], signers: Iterable[str] = ADMINISTRATORS,
    time: str = "2025-09-01T07:00:00+01:00", secret: Ed25519PrivateKey | None = None, **claims: object,
) -> str:  # fmt: skip
    """Adds a register change for these entries as they are, signed by these people in turn; returns its path."""
    stem = f"records/registers/change.{number:03}"
    listed = "".join(f'  - path: {path}\n    sha256: "{digest(files[path])}"\n' for path in sorted(entries))
    files[f"{stem}.yaml"] = f"form: change@1\nsummary: A change for a test.\nentries:\n{listed}".encode()
    for place, signer in enumerate(signers, 1):
        signed(
            files, stem, f"administrator-{place}", signer, secret, role="register-administrator", time=time, **claims
        )
    return f"{stem}.yaml"


def signed_again(files: Files, time: str = "") -> None:
    """The certification's two places signed anew in the present state of the registers."""
    drop(files, f"{CERTIFICATION}.qa.signoff", f"{CERTIFICATION}.qp.signoff")
    signed(files, CERTIFICATION, "qa", time=time)
    certified_by(files, time=time)


def form(files: Files, name: str, **block: object) -> str:
    """Adds a form: the version before it with parts of its x-form block replaced; returns its path."""
    form_id, _, version = name.partition("@")
    former = f"{form_id}@{int(version) - 1}"
    schema = json.loads(files[f"schemas/{former}.json"].decode().replace(former, name))
    schema["x-form"].update(block)
    if "slots" in block:
        schema.pop("x-annexure", None)  # it may print a place to sign that is gone
    files[f"schemas/{name}.json"] = (json.dumps(schema, indent=2) + "\n").encode()
    return f"schemas/{name}.json"


def slots(files: Files, name: str) -> list[dict[str, object]]:
    """The places of a form, to be changed and given back to `form`."""
    found = json.loads(files[f"schemas/{name}.json"])["x-form"]["slots"]
    assert isinstance(found, list)
    return found


def list_forms(
    files: Files, *added: tuple[str, str, str], signer: str = "sunita-reddy", role: str = "qa",
    time: str = "2025-08-28T10:00:00+01:00", number: int = 1, lines: bytes | None = None, **claims: object,
) -> str:  # fmt: skip
    """Adds the next revision of the forms list with lines added (or the `lines` given), and has it approved."""
    former = f"{FORMS_LIST}.r{number - 1}" if number > 1 else FORMS_LIST
    text = forms_list(files, [*FORMS, *added]) if lines is None else lines
    text += f'corrects: "{digest(files[former + ".yaml"])}"\nreason: New versions\n'.encode()
    stem = f"{FORMS_LIST}.r{number}"
    files[f"{stem}.yaml"] = text
    return signed(files, stem, "approved", signer, role=role, time=time, **claims)


def on_form(files: Files, record: str, name: str) -> None:
    """Writes a record on another version of its form."""
    text = files[f"{record}.yaml"].decode()
    files[f"{record}.yaml"] = re.sub(r"(?m)^form: .*$", f"form: {name}", text).encode()


def another_batch(files: Files, name: str, old: str = "", new: str = "") -> str:
    """Adds a batch copied from the sample, signed by the same people; returns its folder."""
    folder = f"records/batches/{name}"
    for path in [path for path in files if path.startswith(BATCH + "/") and path.endswith(".yaml")]:
        text = files[path].decode().replace("B2025-01", name)
        files[path.replace("B2025-01", name)] = (text.replace(old, new) if old else text).encode()
    for signing in PLAN:
        record = signing.record.replace("B2025-01", name)
        if signing.record.startswith(BATCH + "/") and record in files:
            sign(files, dataclasses.replace(signing, record=record), key_of(signing.signer), NAMESPACE)
    return folder


def hardware_key(secret: Ed25519PrivateKey, application: bytes = b"ssh:") -> str:
    """The public key "type base64" of a hardware key that is none."""
    point = base64.b64decode(public_text(secret).split()[1])[-32:]
    blob = _string(SK) + _string(point) + _string(application)
    return f"{SK.decode()} {base64.b64encode(blob).decode()}"


def hardware_seal(
    text: bytes, secret: Ed25519PrivateKey, flags: int = 0x01, counter: int = 7, application: bytes = b"ssh:",
    namespace: str = NAMESPACE,
) -> bytes:  # fmt: skip
    """The signature file a hardware key would make."""
    message = hashlib.sha256(signoffs.to_be_signed(text, namespace)).digest()
    state = bytes([flags]) + struct.pack(">I", counter)
    raw = secret.sign(hashlib.sha256(application).digest() + state + message)
    public = base64.b64decode(hardware_key(secret, application).split()[1])
    return signoffs.armour(public, _string(SK) + _string(raw) + state, namespace)


def judged(files: Mapping[str, bytes], pin: str = "") -> Judgement:
    return repository(files, pin).judgement


def repository(files: Mapping[str, bytes], pin: str = "") -> Repository:
    return _read(tuple(files.items()), pin or pin_of(_founded()))


@functools.lru_cache(maxsize=2)
def _read(files: tuple[tuple[str, bytes], ...], pin: str) -> Repository:
    return read(dict(files), pin=pin)


def causes(files: Mapping[str, bytes], pin: str = "") -> list[tuple[str, str, str]]:
    """(rule, title, path) of every cause the judgement gives, in its order."""
    return [(cause.rule, cause.title, cause.path) for cause in judged(files, pin).causes]


def refused(
    files: Mapping[str, bytes], rule: str, title: str, path: str, *words: str, void: Iterable[str] = (), pin: str = ""
) -> Cause:
    """Asserts that the judgement gives exactly this one cause, in these words, and that it voids these sign-offs."""
    judgement = judged(files, pin)
    assert [(c.rule, c.title, c.path) for c in judgement.causes] == [(rule, title, path)]
    cause = judgement.causes[0]
    for word in words:
        assert word in cause.found, cause.found
    for signoff in void:
        assert judgement.struck.get(signoff) == cause, signoff
        assert signoff not in judgement.standing
    return cause


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
