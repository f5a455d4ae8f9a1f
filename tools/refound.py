"""Founds the demonstration repository anew: fresh keys, root, pin, register change, forms list and every sign-off.

For development only, where a form, template or sample record changes: a real repository is founded once and never
signs for anybody. The private keys are dropped unless a folder for them is given.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from filing import load, signoffs  # noqa: E402
from filing.forms import Forms, closure, digest_of, load_forms, revision_of  # noqa: E402
from filing.render.closure import closure_digest as template_digest  # noqa: E402
from filing.seeing import what_is_seen  # noqa: E402
from filing.trust import root_bytes  # noqa: E402
from tools.founding import FORMS, FOUNDERS, PLAN, Signing  # noqa: E402

__all__ = ["FORMS", "FOUNDERS", "PLAN", "Signing", "forms_list", "keep", "public_text", "refound", "seal", "sign"]


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key as "type base64"."""
    form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return key.public_key().public_bytes(*form).decode()


def sign(
    files: dict[str, bytes],
    signing: Signing,
    key: Ed25519PrivateKey,
    namespace: str,
    forms: Forms | None = None,
    **claims: object,
) -> str:
    """Adds the sign-off and its signature to the files; returns the sign-off's path. `claims` replace fields."""
    record, _ = load.load_record(signing.record, files[signing.record])
    if record is None:
        raise SystemExit(f"{signing.record} cannot be read")
    form = (forms or load_forms(files)).of(signing.record, record.form)
    if form is None:
        raise SystemExit(f"{signing.record} is no place for a record of the form {record.form}")
    slot = form.slot(signing.slot)
    decision = record.data.get("decision", "")
    meaning = slot.means(str(decision)) if slot else ""
    fields: dict[str, object] = {
        "root": hashlib.sha256(files["records/root.allowed_signers"]).hexdigest(),
        "record": signing.record,
        "revision": revision_of(signing.record)[1],
        "sha256": record.sha256,
        "form": form.name,
        "form_digest": form.digest,
        "signer": signing.signer,
        "key": signoffs.fingerprint(public_text(key)),
        "role": signing.role,
        "meaning": meaning or "none",
        "time": signing.time,
        "place": signing.place,
        "mode": signing.mode,
        "saw": what_is_seen(form, signing.record, signing.slot, files),
        **claims,
    }
    text = signoffs.serialise(signoffs.Statement(**fields))  # type: ignore[arg-type]  # the fields are the statement's own
    path = f"{signing.record.removesuffix('.yaml')}.{signing.slot}.signoff"
    files[path] = text
    files[path + ".sig"] = seal(text, key, namespace)
    return path


def seal(text: bytes, key: Ed25519PrivateKey, namespace: str) -> bytes:
    """The armoured signature over a statement."""
    public = base64.b64decode(public_text(key).split()[1])
    raw = key.sign(signoffs.to_be_signed(text, namespace))
    kind = b"ssh-ed25519"
    signature = len(kind).to_bytes(4, "big") + kind + len(raw).to_bytes(4, "big") + raw
    return signoffs.armour(public, signature, namespace)


def refound(
    files: Mapping[str, bytes],
    keys: Mapping[str, Ed25519PrivateKey],
    plan: Iterable[Signing] = PLAN,
    namespace: str = signoffs.DEMONSTRATION,
) -> dict[str, bytes]:
    """The files of a repository founded anew with these keys (person id -> key), signed as planned."""
    new = {path: data for path, data in files.items() if not path.endswith((".signoff", ".signoff.sig"))}
    for person, key in keys.items():
        path = f"records/registers/people/{person}.yaml"
        if path in new:
            text = re.sub(rb"key: (?:sk-)?ssh-ed25519[^\n]*", b"key: " + public_text(key).encode(), new[path])
            new[path] = text
    founders = {person: public_text(keys[person]) for person in FOUNDERS}
    new["records/root.allowed_signers"] = root_bytes(founders, namespace)
    new["records/root.pin"] = hashlib.sha256(new["records/root.allowed_signers"]).hexdigest().encode() + b"\n"
    new["records/registers/change.001.yaml"] = _first_change(new)
    new["records/registers/forms.yaml"] = forms_list(new)
    forms = load_forms(new)
    for signing in plan:
        if signing.record in new:
            sign(new, signing, keys[signing.signer], namespace, forms)
    return new


def forms_list(files: Mapping[str, bytes], forms: Iterable[tuple[str, str, str]] = FORMS) -> bytes:
    """The forms list with the digests of the forms and templates as they are."""
    lines = ["# yaml-language-server: $schema=../../schemas/forms@1.json", "form: forms@1", "forms:"]
    for name, effective, template in forms:
        form_id, _, version = name.partition("@")
        lines += [f"  - id: {form_id}", f"    version: {version}", f"    effective: {effective}"]
        if f"schemas/{name}.json" in files:
            lines.append(f'    schema: "{digest_of(files, closure(files, f"schemas/{name}.json"))}"')
        if template:
            lines.append(f'    template: "{template_digest(files, template)}"')
    return ("\n".join(lines) + "\n").encode()


def _first_change(files: Mapping[str, bytes]) -> bytes:
    head = files["records/registers/change.001.yaml"].decode().split("entries:")[0]
    entries = sorted(p for p in files if re.fullmatch(r"records/registers/[a-z]+/[a-z0-9-]+\.yaml", p))
    lines = [f'  - path: {path}\n    sha256: "{hashlib.sha256(files[path]).hexdigest()}"\n' for path in entries]
    return (head + "entries:\n" + "".join(lines)).encode()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keys", type=Path, help="keep each person's private key in this folder")
    chosen = arguments.parse_args()
    files, findings = load.read_tree(ROOT, ("records", "schemas", "templates"))
    if findings:
        raise SystemExit(f"{findings[0].path}: {findings[0].found}")
    people = sorted(
        {signing.signer for signing in PLAN}
        | {p.stem for p in (ROOT / "records/registers/people").glob("*.yaml") if "." not in p.stem}
    )
    keys = {person: Ed25519PrivateKey.generate() for person in people}
    new = refound(files, keys)
    for path in files:
        if path not in new:
            (ROOT / path).unlink()
    for path, data in new.items():
        if files.get(path) != data:
            (ROOT / path).write_bytes(data)
    if chosen.keys:
        chosen.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        for person, key in keys.items():
            keep(chosen.keys / person, key)
    print(f"Founded anew: {len(people)} people, {len(PLAN)} sign-offs. Commit records/ as one commit.")
    return 0


def keep(path: Path, key: Ed25519PrivateKey) -> None:
    """Writes a private key without a passphrase, and its public one beside it."""
    form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(*form))
    path.with_name(path.name + ".pub").write_text(public_text(key) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
