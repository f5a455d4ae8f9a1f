"""The sign-off alone: one spelling of the statement, one form of the signature, and ssh-keygen as the judge of both."""

from __future__ import annotations

import base64
import hashlib
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from filing import signoffs
from filing.signoffs import NotASignOff, fingerprint, is_key, key_of, parse, serialise
from tests.forging import (
    CERTIFICATION,
    SK,
    Files,
    certified_by,
    drop,
    hardware_key,
    hardware_seal,
    judged,
    person,
    refused,
    role,
    sample,
    signed,
)
from tests.forging import change as register_change
from tests.repositories import BATCH, NAMESPACE, founded, pin_of
from tests.repositories import key_of as secret_of
from tools.refound import public_text, seal

QP = f"{CERTIFICATION}.qp.signoff"
STATEMENT, SIGNATURE = sample()[QP], sample()[QP + ".sig"]
LINES = STATEMENT.decode().split("\n")


def swapped(lines: list[str], one: int, other: int) -> list[str]:
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def resigned(text: bytes, person: str = "m-keller") -> Files:
    """The sample with the QP's statement replaced by this text, validly signed: only its spelling is at fault."""
    return sample() | {QP: text, QP + ".sig": seal(text, secret_of(person), NAMESPACE)}


# ---- the statement ------------------------------------------------------------------------------------------------


FIELDS = "root record revision sha256 form signer key role meaning time utc place mode".split()


def test_the_lines_of_a_statement_stand_in_the_one_order() -> None:
    assert LINES[0] == "signoff 1" and LINES[-1] == ""
    assert [line.split(" ")[0] for line in LINES[1:14]] == FIELDS
    saw = LINES[14:-1]
    assert all(line.startswith("saw ") for line in saw) and [s[70:] for s in saw] == sorted(s[70:] for s in saw)


def test_a_statement_reads_back_as_written() -> None:
    assert serialise(parse(STATEMENT)) == STATEMENT


@pytest.mark.parametrize("number", range(len(LINES) - 2))
def test_any_two_lines_of_a_statement_re_ordered_are_refused(number: int) -> None:
    text = "\n".join(swapped(LINES, number, number + 1)).encode()
    with pytest.raises(NotASignOff):
        parse(text)


@pytest.mark.parametrize("number", range(len(LINES) - 1))
def test_a_repeated_line_of_a_statement_is_refused(number: int) -> None:
    with pytest.raises(NotASignOff):
        parse("\n".join([*LINES[: number + 1], *LINES[number:]]).encode())


@pytest.mark.parametrize("number", range(14))
def test_a_missing_field_of_a_statement_is_refused(number: int) -> None:
    with pytest.raises(NotASignOff):
        parse("\n".join([*LINES[:number], *LINES[number + 1 :]]).encode())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t + b"\n",
        lambda t: t + b" ",
        lambda t: t[:-1],
        lambda t: b"\n" + t,
        lambda t: b"\xef\xbb\xbf" + t,
        lambda t: t.replace(b"\n", b"\r\n"),
        lambda t: t.replace(b"\n", b"\r"),
        lambda t: t.replace(b"role qp", b"role  qp"),
        lambda t: t.replace(b"role qp\n", b"role qp \n"),
        lambda t: t.replace(b"role qp", b"role\tqp"),
        lambda t: t.replace(b"role qp", b"role QP"),
        lambda t: t.replace(b"signoff 1", b"signoff 2"),
        lambda t: t.replace(b"revision 0", b"revision 00"),
        lambda t: t.replace(b"revision 0", b"revision -0"),
        lambda t: t.replace(b"revision 0", "revision ٠".encode()),
        lambda t: t.replace(b"place DE", b"place de"),
        lambda t: t.replace(b"place DE", b"place DEU"),
        lambda t: t.replace(b"mode on-site", b"mode elsewhere"),
        lambda t: t.replace(b"2025-09-02T14", b"2025-09-02 14"),
        lambda t: t.replace(b"+02:00\n", b"Z\n"),
        lambda t: t.replace(b"+02:00\n", b"\n"),
        lambda t: t.replace(b"14:20:05+", b"14:20:05.0+"),
        lambda t: t.replace(b"2025-09-02T", b"2025-02-30T"),
        lambda t: t.replace(b"T14:", b"T24:"),
        lambda t: t.replace(b"T14:20:05", b"T14:20:60"),
        lambda t: t.replace(b"utc 2025", b"utc 2024"),
        lambda t: t.replace(b"2025-09-02T14", b"0001-01-01T00"),
        lambda t: t.replace(b"+02:00\n", b"+25:00\n"),
        lambda t: t.replace(b"meaning I", b"meaning \x07I"),
        lambda t: t.replace(b"meaning I", "meaning \u2028I".encode()),
        lambda t: t.replace(b"meaning I", b"meaning \xff"),
        lambda t: t.replace(b"signer m-keller", b"signer *"),
        lambda t: t.replace(b"signer m-keller", b"signer m-keller,a-lindqvist"),
        lambda t: t.replace(b"signer m-keller", "signer m‑keller".encode()),
        lambda t: t.replace(b"key SHA256:", b"key MD5:"),
        lambda t: t.replace(b"record records/", b"record ../records/"),
        lambda t: t.replace(b"saw ", b"saw  ", 1),
        lambda t: t.replace(b"  records/", b" records/", 1),
        lambda t: t.replace(b"  records/batches/B2025-01/batch.author.signoff", b"  records/../x.signoff\n" * 2, 1),
        lambda t: t.upper(),
        lambda t: b"",
    ],
)
def test_a_padded_or_malformed_statement_is_refused_even_validly_signed(spoil: Callable[[bytes], bytes]) -> None:
    text = spoil(STATEMENT)
    assert text != STATEMENT
    with pytest.raises(NotASignOff):
        parse(text)
    refused(resigned(text), "R05", "sign-off damaged", QP, void=[QP])


def test_a_thing_seen_twice_is_refused() -> None:
    line = LINES[14]
    other = line.replace(line[4:68], "0" * 64)
    text = "\n".join([*LINES[:15], other, *LINES[15:]]).encode()
    refused(resigned(text), "R05", "sign-off damaged", QP, "re-ordered, repeated, padded", void=[QP])


def test_the_day_of_a_sign_off_is_the_date_as_written() -> None:
    files = sample()
    certified_by(files, time="2025-09-03T00:30:00+02:00")
    statement = judged(files).standing[QP].statement
    assert (statement.day, statement.utc) == ("2025-09-03", "20250902223000Z")


# ---- what the statement binds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "rule", "title", "path", "words"),
    [
        ({"root": "0" * 64}, "R05", "sign-off of another repository", QP, "another root of trust"),
        ({"record": f"{BATCH}/batch.yaml"}, "R05", "sign-off in the wrong place", QP, "made for records/batches"),
        (
            {"record": "records/batches/B2025-02/certification.yaml"},
            "R05",
            "sign-off in the wrong place",
            QP,
            "B2025-02",
        ),
        ({"revision": 1}, "R05", "sign-off in the wrong place", QP, "revision 1"),
        (
            {"sha256": "0" * 64},
            "R05",
            "changed after it was signed",
            f"{CERTIFICATION}.yaml",
            "not the one that was signed",
        ),
        ({"form": "batch@1"}, "R04", "no form for this act", QP, "signed on the form batch@1"),
        ({"form": "certification@9"}, "R04", "no form for this act", QP, "certification@9"),
        ({"form_digest": "0" * 64}, "T04", "form changed after use", "schemas/certification@1.json", "was edited"),
        ({"signer": "n-nobody"}, "R07", "signer unknown", QP, '"n-nobody" is not in the registers'),
        (
            {"signer": "i-larsen", "secret": secret_of("m-keller")},
            "R07",
            "key not valid",
            QP,
            "was not a key of i-larsen on 2025-09-02",
        ),
        ({"role": "qa"}, "R06", "role not admitted", QP, '"qa" may not sign as "qp"'),
        ({"role": "emperor"}, "R06", "role not admitted", QP, '"emperor" may not sign as "qp"'),
        ({"meaning": "I agree."}, "R04", "meaning not as the form says", QP, 'it says "I agree."'),
        (
            {"meaning": "I reject this batch for the reason given in this record."},
            "R04",
            "meaning not as the form says",
            QP,
            "I reject",
        ),
    ],
)
def test_a_claim_that_is_not_so_is_refused(
    claims: dict[str, object], rule: str, title: str, path: str, words: str
) -> None:
    files = sample()
    certified_by(files, **claims)
    refused(files, rule, title, path, words, void=[QP])


def test_the_meaning_of_a_rejection_cannot_stand_under_a_certification() -> None:
    """The record's decision is changed; the QP's signature is anew but with the meaning of the other decision."""
    files = sample()
    files[f"{CERTIFICATION}.yaml"] = files[f"{CERTIFICATION}.yaml"].replace(
        b"decision: certified", b"decision: rejected"
    )
    drop(files, f"{CERTIFICATION}.qa.signoff", QP)
    certified_by(files, meaning="I certify this batch with the statement of this record.")
    refused(files, "R04", "meaning not as the form says", QP, "I certify", "I reject this batch", void=[QP])


def test_a_decision_the_form_does_not_know_cannot_be_signed() -> None:
    files = sample()
    files[f"{CERTIFICATION}.yaml"] = files[f"{CERTIFICATION}.yaml"].replace(b"decision: certified", b"decision: maybe")
    drop(files, f"{CERTIFICATION}.qa.signoff", QP)
    certified_by(files, meaning="I certify this batch with the statement of this record.")
    refused(files, "R04", "meaning not as the form says", QP, "none for this decision", void=[QP])


@pytest.mark.parametrize(
    "path", sorted(p for p in sample() if p.startswith((BATCH, "records/sop")) and p.endswith(".yaml"))
)
def test_a_character_appended_to_a_signed_record_voids_its_sign_offs_and_what_saw_them(path: str) -> None:
    files = sample()
    files[path] += b"#"
    own = [
        p
        for p in files
        if p.startswith(path.removesuffix("yaml")) and p.endswith(".signoff") and p.count(".") == path.count(".") + 1
    ]
    assert own
    seeing = [QP] if path.startswith(BATCH) else []
    cause = refused(
        files, "R05", "changed after it was signed", path, "not the one that was signed", void=[*own, *seeing]
    )
    assert set(judged(files).voided[cause]) >= {*own, *seeing}


@pytest.mark.parametrize(
    "path", sorted(p for p in sample() if p.startswith("records") and p.endswith((".signoff", ".signoff.sig")))
)
def test_a_character_appended_to_a_sign_off_or_its_signature_voids_it(path: str) -> None:
    files = sample()
    files[path] += b"\n"
    signoff = path.removesuffix(".sig")
    judgement = judged(files)
    assert judgement.struck[signoff].title == "sign-off damaged" and judgement.struck[signoff].path == signoff
    assert judgement.causes[0] == judgement.struck[signoff]


@pytest.mark.parametrize("path", sorted(p for p in sample() if p.startswith(BATCH) and p.endswith(".signoff")))
def test_a_sign_off_deleted_voids_what_saw_it(path: str) -> None:
    files = sample()
    drop(files, path)
    judgement = judged(files)
    if path != QP:
        assert (judgement.struck[QP].title, judgement.struck[QP].path) == ("signed file gone", path)
    assert path.rpartition(".")[0].rpartition(".")[0] + ".yaml" not in judgement.acts or path.endswith(
        "certification.qa.signoff"
    )


@pytest.mark.parametrize("path", sorted(p for p in sample() if p.startswith(BATCH) and p.endswith(".signoff")))
def test_a_sign_off_without_its_signature_is_void(path: str) -> None:
    files = sample()
    del files[path + ".sig"]
    refused(files, "R05", "signature missing", path + ".sig", "no signature beside it", void={path, QP})


@pytest.mark.parametrize("path", sorted(p for p in sample() if p.startswith(BATCH) and p.endswith(".signoff")))
def test_a_signature_without_its_sign_off_is_named(path: str) -> None:
    files = sample()
    del files[path]
    cause = judged(files).causes[0]
    assert (cause.rule, cause.title, cause.path) == ("R44", "signed file gone", path)


@pytest.mark.parametrize("record", sorted(p for p in sample() if p.startswith(BATCH) and p.endswith(".yaml")))
def test_a_signed_record_deleted_is_named(record: str) -> None:
    files = sample()
    del files[record]
    assert ("R44", "signed file gone", record) in [(c.rule, c.title, c.path) for c in judged(files).causes]
    assert QP in judged(files).struck


def test_a_sign_off_copied_to_another_record_is_refused() -> None:
    files = sample()
    other = "records/batches/B2025-02/certification"
    for suffix in (".yaml", ".qp.signoff", ".qp.signoff.sig"):
        files[other + suffix] = files[CERTIFICATION + suffix]
    refused(
        files,
        "R05",
        "sign-off in the wrong place",
        f"{other}.qp.signoff",
        "certification.yaml",
        void=[f"{other}.qp.signoff"],
    )
    assert QP in judged(files).standing


def test_a_sign_off_moved_to_another_place_of_its_record_is_refused() -> None:
    files = sample()
    for suffix in ("", ".sig"):
        files[f"{CERTIFICATION}.qp.signoff{suffix}"] = files[f"{CERTIFICATION}.qa.signoff{suffix}"]
    refused(files, "R06", "role not admitted", QP, '"qa" may not sign as "qp"', void=[QP])


def test_a_sign_off_in_a_place_the_form_does_not_have_is_refused() -> None:
    files = sample()
    for suffix in ("", ".sig"):
        files[f"{CERTIFICATION}.qp2.signoff{suffix}"] = files[f"{CERTIFICATION}.qp.signoff{suffix}"]
    path = f"{CERTIFICATION}.qp2.signoff"
    refused(files, "R04", "no such place to sign", path, 'no place "qp2"', void=[path])


def test_a_sign_off_replaced_by_an_older_one_voids_what_saw_it() -> None:
    files = sample(without_issue=False)
    certified_by(files, time="2025-09-02T14:00:00+02:00")
    issue = f"{BATCH}/issue.1.prepared.signoff"
    refused(files, "R05", "replaced after it was seen", QP, "saw another sign-off", void=[issue])


def test_sign_offs_of_another_founding_are_refused() -> None:
    theirs = founded(namespace=signoffs.REAL)
    refused(sample() | {QP: theirs[QP], QP + ".sig": theirs[QP + ".sig"]}, "R05", "sign-off damaged", QP, void=[QP])


@pytest.mark.parametrize("namespace", ["git", "file", "", signoffs.REAL, NAMESPACE.upper(), NAMESPACE + " "])
def test_a_signature_made_for_another_purpose_is_refused(namespace: str) -> None:
    files = sample()
    certified_by(files, namespace=namespace)
    refused(files, "R05", "sign-off damaged", QP, "made for another purpose", void=[QP])


def test_a_demonstration_s_signature_is_refused_in_a_real_repository() -> None:
    files = founded(namespace=signoffs.REAL)
    path = signed(files, f"{BATCH}/issue.1", "checked", namespace=signoffs.DEMONSTRATION)
    refused(files, "R05", "sign-off damaged", path, "another purpose", pin=pin_of(files), void=[path])


@pytest.mark.parametrize("other", ["i-larsen", "a-lindqvist", "nobody-at-all"])
def test_a_signature_by_another_person_s_key_is_refused(other: str) -> None:
    files = sample()
    files[QP + ".sig"] = seal(files[QP], secret_of(other), NAMESPACE)
    refused(files, "R05", "sign-off damaged", QP, "another key than the sign-off names", void=[QP])


@pytest.mark.parametrize(
    ("days", "words"), [("from: 2025-09-03", "not a key"), ("from: 2025-08-01\n    until: 2025-09-01", "not a key")]
)
def test_a_key_not_yet_or_no_longer_valid_on_the_day_is_refused(days: str, words: str) -> None:
    files = sample()
    entry = person(files, "n-new", role("qp", mia="DEMO-MIA-0001"))
    text = files[entry].decode()
    at = text.index("    from: 2025-08-01")
    files[entry] = (text[:at] + "    " + days + text[at + len("    from: 2025-08-01") :]).encode()
    register_change(files, 2, [entry])
    drop(files, QP)
    certified_by(files, "n-new")
    refused(files, "R07", "key not valid", QP, "n-new on 2025-09-02", words, void=[QP])


@pytest.mark.parametrize("days", ["from: 2025-09-02\n    until: 2025-09-02", "from: 2025-08-01\n    until: 2025-09-02"])
def test_a_key_is_valid_on_its_first_and_on_its_last_day(days: str) -> None:
    files = sample()
    entry = person(files, "n-new", role("qp", mia="DEMO-MIA-0001"))
    text = files[entry].decode()
    at = text.index("    from: 2025-08-01")
    files[entry] = (text[:at] + "    " + days + text[at + len("    from: 2025-08-01") :]).encode()
    register_change(files, 2, [entry])
    drop(files, QP)
    certified_by(files, "n-new")
    assert not judged(files).causes


# ---- the signature ------------------------------------------------------------------------------------------------


def blob_of(signature: bytes) -> bytes:
    return base64.b64decode(b"".join(signature.split(b"\n")[1:-2]))


def armoured(blob: bytes, columns: int = 70, end: str = "\n", last: str = "\n") -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + columns] for at in range(0, len(text), columns)]
    whole = end.join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----"])
    return (whole + last).encode()


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


PUBLIC = base64.b64decode(public_text(secret_of("m-keller")).split()[1])


def signature(
    statement: bytes,
    version: int = 1,
    reserved: bytes = b"",
    algorithm: bytes = b"sha512",
    kind: bytes = b"ssh-ed25519",
    public: bytes = PUBLIC,
    extra: bytes = b"",
    magic: bytes = b"SSHSIG",
    signed_magic: bytes = b"SSHSIG",
) -> bytes:
    """A signature that is right in itself for what it says it is."""
    hashed = (hashlib.sha256 if algorithm == b"sha256" else hashlib.sha512)(statement).digest()
    namespace = NAMESPACE.encode()
    message = signed_magic + b"".join(map(string, (namespace, reserved, algorithm, hashed)))
    made = string(kind) + string(secret_of("m-keller").sign(message))
    parts = b"".join(map(string, (public, namespace, reserved, algorithm, made)))
    return armoured(magic + struct.pack(">I", version) + parts + extra)


def test_the_hand_made_signature_is_the_real_one() -> None:
    assert signature(STATEMENT) == SIGNATURE


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (armoured(blob_of(SIGNATURE), 64), "not in its one exact form"),
        (armoured(blob_of(SIGNATURE), 76), "not in its one exact form"),
        (armoured(blob_of(SIGNATURE), 9999), "not in its one exact form"),
        (armoured(blob_of(SIGNATURE), end="\r\n"), "damaged"),
        (armoured(blob_of(SIGNATURE), last=""), "damaged"),
        (armoured(blob_of(SIGNATURE), last="\n\n"), "damaged"),
        (b"junk\n" + SIGNATURE, "damaged"),
        (SIGNATURE + b"junk\n", "damaged"),
        (SIGNATURE + SIGNATURE, "damaged"),
        (SIGNATURE.replace(b"-----BEGIN", b" -----BEGIN"), "not in its one exact form"),
        (SIGNATURE.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"), "not in its one exact form"),
        (SIGNATURE.replace(b"\n-----END", b"=\n-----END"), "not in its one exact form"),
        (b"", "not in its one exact form"),
        (b"\xff" * 300, "not in its one exact form"),
        (signature(STATEMENT, version=0), "unknown kind"),
        (signature(STATEMENT, version=2), "unknown kind"),
        (signature(STATEMENT, magic=b"SSHSIX"), "unknown kind"),
        (signature(STATEMENT, reserved=b"x"), "digest other than sha512"),
        (signature(STATEMENT, algorithm=b"sha256"), "digest other than sha512"),
        (signature(STATEMENT, algorithm=b"sha512 "), "digest other than sha512"),
        (signature(STATEMENT, extra=b"x"), "something added at its end"),
        (signature(STATEMENT, kind=b"ssh-rsa"), "different kinds"),
        (signature(STATEMENT, public=PUBLIC + b"x"), "something added at its end"),
        (signature(STATEMENT, public=string(b"ssh-rsa") + PUBLIC[15:], kind=b"ssh-rsa"), "not of an admitted type"),
        (signature(STATEMENT, signed_magic=b"SSHSIX"), "does not belong to this statement"),
        (armoured(blob_of(SIGNATURE)[:-1]), "cut short"),
        (armoured(blob_of(SIGNATURE)[:20]), "cut short"),
        (seal(STATEMENT + b"x", secret_of("m-keller"), NAMESPACE), "does not belong to this statement"),
    ],
)
def test_a_signature_in_any_other_form_is_refused(spoiled: bytes, words: str) -> None:
    with pytest.raises(NotASignOff, match=words):
        key_of(spoiled, STATEMENT, NAMESPACE)
    refused(sample() | {QP + ".sig": spoiled}, "R05", "sign-off damaged", QP, words, void=[QP])


def test_padding_inside_the_last_base64_character_is_refused() -> None:
    """Base64 leaves bits unused at the end; another spelling of the same bytes is another file."""
    signature = hardware_seal(STATEMENT, secret_of("m-keller"), application=b"ssh:x")
    body = signature.split(b"\n")
    assert body[-3].endswith(b"=")
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = body[-3].rstrip(b"=")
    other = alphabet[alphabet.index(last[-1]) + 1 :][:1]
    body[-3] = last[:-1] + other + body[-3][len(last) :]
    assert blob_of(b"\n".join(body)) == blob_of(signature)
    with pytest.raises(NotASignOff, match="one exact form"):
        key_of(b"\n".join(body), STATEMENT, NAMESPACE)


def with_hardware_qp(flags: int = 0x01, registered: bytes = b"ssh:", used: bytes = b"ssh:") -> Files:
    files = sample()
    secret = secret_of("n-new")
    register_change(
        files, 2, [person(files, "n-new", role("qp", mia="DEMO-MIA-0001"), hardware_key(secret, registered))]
    )
    drop(files, QP)
    certified_by(files, "n-new", secret=secret)
    text = files[QP].decode().split("\n")
    text[7] = "key " + fingerprint(hardware_key(secret, used))
    files[QP] = "\n".join(text).encode()
    files[QP + ".sig"] = hardware_seal(files[QP], secret, flags, application=used)
    return files


def test_a_hardware_key_that_was_touched_signs() -> None:
    files = with_hardware_qp()
    assert not judged(files).causes and judged(files).standing[QP].key.startswith(SK.decode())


@pytest.mark.parametrize("flags", [0x00, 0x04, 0x80, 0xFE])
def test_a_hardware_key_that_nobody_touched_is_refused(flags: int) -> None:
    refused(with_hardware_qp(flags), "R05", "sign-off damaged", QP, "without anybody touching it", void=[QP])


def test_a_hardware_key_of_another_application_is_another_key() -> None:
    refused(with_hardware_qp(used=b"ssh:other"), "R07", "key not valid", QP, void=[QP])


def test_a_plain_signature_does_not_pass_for_a_hardware_key_s() -> None:
    files = with_hardware_qp()
    files[QP + ".sig"] = seal(files[QP], secret_of("n-new"), NAMESPACE)
    refused(files, "R05", "sign-off damaged", QP, "another key than the sign-off names", void=[QP])


@pytest.mark.parametrize("change", [(0x01, 8), (0x05, 7)])
def test_flags_and_counter_of_a_hardware_key_are_signed(change: tuple[int, int]) -> None:
    made = hardware_seal(STATEMENT, secret_of("n-new"))
    blob = blob_of(made)
    altered = blob[:-5] + bytes([change[0]]) + struct.pack(">I", change[1])
    with pytest.raises(NotASignOff, match="does not belong"):
        key_of(armoured(altered), STATEMENT, NAMESPACE)


# ---- one flipped bit ----------------------------------------------------------------------------------------------


def accepted(statement: bytes, signature: bytes) -> bool:
    """Whether the pair would pass for the QP's sign-off by itself."""
    try:
        return fingerprint(key_of(signature, statement, NAMESPACE)) == parse(statement).key
    except NotASignOff:
        return False


def test_no_flipped_bit_of_a_statement_survives() -> None:
    assert accepted(STATEMENT, SIGNATURE)
    assert [
        (at, bit)
        for at in range(len(STATEMENT))
        for bit in range(8)
        if accepted(flipped(STATEMENT, at, bit), SIGNATURE)
    ] == []


def test_no_flipped_bit_of_a_validly_signed_statement_gives_a_second_spelling() -> None:
    """Whoever holds the key still cannot write the same statement in two ways."""
    twins = []
    for at in range(len(STATEMENT)):
        text = flipped(STATEMENT, at, at % 8)
        try:
            if serialise(parse(text)) != text:
                twins.append(at)
        except NotASignOff:
            continue
    assert twins == []


@pytest.mark.parametrize("hardware", [False, True])
def test_no_flipped_bit_of_a_signature_survives(hardware: bool) -> None:
    text = with_hardware_qp()[QP] if hardware else STATEMENT
    whole = with_hardware_qp()[QP + ".sig"] if hardware else SIGNATURE
    assert accepted(text, whole)
    survivors = [(at, bit) for at in range(len(whole)) for bit in range(8) if accepted(text, flipped(whole, at, bit))]
    assert survivors == []


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


# ---- keys ---------------------------------------------------------------------------------------------------------


GOOD = public_text(secret_of("m-keller"))


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "\n",
        "\n" + GOOD,
        GOOD + " ",
        " " + GOOD,
        GOOD + " comment",
        GOOD + "\n* " + GOOD,
        GOOD + "=",
        GOOD + "A",
        GOOD[:-1],
        GOOD.replace(" ", "\t"),
        GOOD.replace(" ", "  "),
        GOOD.upper(),
        "*",
        "",
        "ssh-ed25519 ",
        "ssh-ed25519 AAAA",
        "sk-" + GOOD,
        "ssh-rsa " + GOOD.split()[1],
        GOOD.replace("ssh-ed25519 ", "ssh-ed25519-cert-v01@openssh.com "),
        "cert-authority " + GOOD,
        'namespaces="*" ' + GOOD,
        GOOD.replace("=", "").replace("AAAA", "AAAB", 1),
        "ssh-ed25519 " + base64.b64encode(PUBLIC + b"\0").decode(),
        "ssh-ed25519 " + base64.b64encode(PUBLIC[:-1]).decode(),
        "ssh-ed25519 " + base64.b64encode(string(b"ssh-ed25519") + string(b"\1" * 31)).decode(),
    ],
)
def test_a_key_text_that_is_not_exactly_one_key_is_no_key(text: str) -> None:
    assert not is_key(text)


def test_both_admitted_kinds_of_key_are_keys() -> None:
    assert is_key(GOOD) and is_key(hardware_key(secret_of("m-keller")))


# ---- ssh-keygen judges --------------------------------------------------------------------------------------------


def ssh_keygen(folder: Path, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ssh-keygen", *arguments], input=data, capture_output=True, check=False, cwd=folder)


def allowed_signers(files: Files) -> str:
    """The lines for ssh-keygen: exact principal, namespace, and days as times ending in Z."""
    lines = []
    for one in judged(files).states[-1].people.values():
        for key in one.keys:
            until = f',valid-before="{key.until.replace("-", "")}235959Z"' if key.until else ""
            after = f'valid-after="{key.since.replace("-", "")}000000Z"'
            lines.append(f'{one.id} namespaces="{NAMESPACE}",{after}{until} {key.text}')
    return "\n".join(sorted(lines)) + "\n"


def keygen_accepts(folder: Path, signer: str, utc: str, statement: bytes, signature: bytes) -> bool:
    (folder / "sig").write_bytes(signature)
    answer = ssh_keygen(
        folder,
        "-Y",
        "verify",
        "-f",
        "allowed",
        "-I",
        signer,
        "-n",
        NAMESPACE,
        "-O",
        f"verify-time={utc}",
        "-s",
        "sig",
        data=statement,
    )
    return answer.returncode == 0


def test_ssh_keygen_verifies_every_sign_off_of_the_sample(tmp_path: Path) -> None:
    files = sample(without_issue=False)
    (tmp_path / "allowed").write_text(allowed_signers(files))
    standing = judged(files).standing
    assert len(standing) == 14
    for path, signoff in standing.items():
        statement = signoff.statement
        assert keygen_accepts(tmp_path, statement.signer, statement.utc, files[path], files[path + ".sig"]), path
        assert not keygen_accepts(tmp_path, statement.signer, statement.utc, files[path] + b"\n", files[path + ".sig"])
        assert not keygen_accepts(tmp_path, "c-moreau", statement.utc, files[path], files[path + ".sig"])
        assert not keygen_accepts(tmp_path, statement.signer, "20250731235959Z", files[path], files[path + ".sig"])


def test_whatever_we_accept_ssh_keygen_accepts_too(tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(allowed_signers(sample()))
    mutants = [flipped(SIGNATURE, at, at % 8) for at in range(0, len(SIGNATURE), 4)]
    mutants += [
        signature(STATEMENT, algorithm=b"sha256"),
        signature(STATEMENT, version=2),
        signature(STATEMENT),
        SIGNATURE,
    ]
    mutants += [armoured(blob_of(SIGNATURE), 64), SIGNATURE + b"\n", b"x\n" + SIGNATURE]
    verdicts = [
        (accepted(STATEMENT, mutant), keygen_accepts(tmp_path, "m-keller", "20250902122005Z", STATEMENT, mutant))
        for mutant in mutants
    ]
    assert (True, False) not in verdicts
    assert verdicts.count((True, True)) == 2
    assert (False, True) in verdicts, "ssh-keygen takes re-wrapped armour and sha256; we are the stricter one"


def test_ssh_keygen_verifies_a_hardware_key_s_sign_off(tmp_path: Path) -> None:
    files = with_hardware_qp()
    (tmp_path / "allowed").write_text(allowed_signers(files))
    assert keygen_accepts(tmp_path, "n-new", "20250902122005Z", files[QP], files[QP + ".sig"])


def test_we_verify_what_ssh_keygen_signs(tmp_path: Path) -> None:
    ssh_keygen(tmp_path, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "key")
    (tmp_path / "text").write_bytes(STATEMENT)
    ssh_keygen(tmp_path, "-Y", "sign", "-f", "key", "-n", NAMESPACE, "text")
    public = (tmp_path / "key.pub").read_text().strip()
    assert key_of((tmp_path / "text.sig").read_bytes(), STATEMENT, NAMESPACE) == public
    listed = ssh_keygen(tmp_path, "-lf", "key.pub").stdout.decode().split()[1]
    assert fingerprint(public) == listed


def test_our_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    keys = [public_text(secret_of(name)) for name in ("m-keller", "i-larsen", "a-lindqvist")]
    keys.append(hardware_key(secret_of("m-keller")))
    (tmp_path / "keys.pub").write_text("".join(f"{key}\n" for key in keys))
    listed = [line.split()[1] for line in ssh_keygen(tmp_path, "-lf", "keys.pub").stdout.decode().splitlines()]
    assert listed == [fingerprint(key) for key in keys]


def test_our_signatures_are_byte_for_byte_those_of_ssh_keygen(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s

    secret: Ed25519PrivateKey = secret_of("m-keller")
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_bytes(secret.private_bytes(s.Encoding.PEM, s.PrivateFormat.OpenSSH, s.NoEncryption()))
    (tmp_path / "text").write_bytes(STATEMENT)
    ssh_keygen(tmp_path, "-Y", "sign", "-f", "key", "-n", NAMESPACE, "text")
    assert (tmp_path / "text.sig").read_bytes() == SIGNATURE
