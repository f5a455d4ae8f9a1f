"""The second repository: written by its own people, founded by its own three, with a seventh log among its forms.

What lies in records/ here is what its people write; keys, root, register change, forms list and sign-offs are added.
Of the demonstration repository it shares the printed forms only: schemas/ and templates/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from filing import signoffs
from filing.forms import load_forms
from filing.people import ADMINISTRATOR
from filing.trust import PIN_FILE, ROOT_FILE, root_bytes
from tests import repositories
from tools.refound import Signing, forms_list, public_text, sign

NAMESPACE = signoffs.REAL
FOUNDERS = ("eeva-salo", "marta-nunes", "rui-brito")
BATCH = "records/batches/LX-2207-A"
CHANGE = "records/registers/change.001.yaml"
FORMS_LIST = "records/registers/forms.yaml"
RECALL, REPLY = f"{BATCH}/recall.01.yaml", f"{BATCH}/recall.01.reply.yaml"
CERTIFICATION, ISSUE = f"{BATCH}/certification.yaml", f"{BATCH}/issue.1.yaml"
STATEMENT = "records/registers/statements/art-62.yaml"
_DELIVERY = f"{BATCH}/documentation.01"
_SOP = "records/sop/interface.yaml"
_HERE = Path(__file__).resolve().parent

RECALL_FORMS = (("recall@1", "2025-09-22", "log@1"), ("recall.reply@1", "2025-09-22", ""))
FORMS = (
    *((f"{name}@1", "2025-09-11", "") for name in (
        "change", "forms", "organisation", "person", "policy", "product", "statement", "trial",
    )),
    ("sop@1", "2025-09-11", "sop@1"),
    ("batch@1", "2025-09-22", "sheet@1"),
    ("certificate@1", "2025-09-22", "certificate@1"),
    *((f"{name}@1", "2025-09-22", "log@1") for name in (
        "certification", "deviation.report", "distribution", "documentation", "filing", "handoff",
    )),
    *((f"{name}@1", "2025-09-22", "") for name in (
        "documentation.receipt", "handoff.acknowledgement", "issue", "void",
    )),
    ("cover@1", "2025-09-22", "cover@1"),
    ("report@1", "2025-09-22", "report@1"),
    *RECALL_FORMS,
)  # fmt: skip
PLAN = (
    Signing(CHANGE, "administrator-1", "eeva-salo", ADMINISTRATOR, "2025-09-09T09:00:11+03:00", "FI"),
    Signing(CHANGE, "administrator-2", "marta-nunes", ADMINISTRATOR, "2025-09-09T10:31:40+01:00", "PT"),
    Signing(CHANGE, "administrator-3", "rui-brito", ADMINISTRATOR, "2025-09-09T11:02:05+01:00", "PT"),
    Signing(FORMS_LIST, "approved", "ines-prata", "qa", "2025-09-11T09:45:00+01:00", "PT"),
    Signing(_SOP, "prepared", "clara-dinis", "log-keeper", "2025-09-12T10:15:20+01:00", "PT"),
    Signing(_SOP, "checked", "ines-prata", "qa", "2025-09-12T14:40:51+01:00", "PT"),
    Signing(_SOP, "approved", "marta-nunes", "sop-owner", "2025-09-15T09:05:33+01:00", "PT"),
    Signing(f"{BATCH}/batch.yaml", "author", "olli-rask", "qa", "2025-09-29T08:20:00+03:00", "FI"),
    Signing(f"{_DELIVERY}.yaml", "provided", "vasco-leal", "sponsor-supply", "2025-09-30T09:12:44+01:00", "PT"),
    Signing(f"{_DELIVERY}.receipt.yaml", "received", "aino-kettunen", "qp", "2025-10-01T13:00:09+03:00", "FI"),
    Signing(CERTIFICATION, "qp", "aino-kettunen", "qp", "2025-10-06T15:27:18+03:00", "FI"),
    Signing(f"{BATCH}/handoff.sponsor.yaml", "notified", "aino-kettunen", "qp", "2025-10-07T12:11:02+03:00", "FI"),
    Signing(
        f"{BATCH}/handoff.sponsor.acknowledgement.yaml", "acknowledged", "vasco-leal", "sponsor-supply",
        "2025-10-07T15:30:00+01:00", "PT",
    ),
    Signing(RECALL, "recalled", "vasco-leal", "sponsor-supply", "2025-10-13T09:04:27+01:00", "PT"),
    Signing(REPLY, "replied", "nuno-faria", "depot", "2025-10-15T16:48:13+01:00", "PT"),
    Signing(ISSUE, "prepared", "clara-dinis", "log-keeper", "2025-10-16T10:00:05+01:00", "PT"),
    Signing(ISSUE, "checked", "ines-prata", "qa", "2025-10-16T11:21:36+01:00", "PT"),
)  # fmt: skip

Files = dict[str, bytes]


def written() -> Files:
    """What its people wrote, with the forms and templates; nothing of it is signed."""
    shared = {path: data for path, data in repositories.as_shipped().items() if not path.startswith("records/")}
    paths = [path for top in ("records", "schemas") for path in (_HERE / top).rglob("*.*") if path.is_file()]
    return shared | {path.relative_to(_HERE).as_posix(): path.read_bytes() for path in paths}


def founded(
    changed: Mapping[str, bytes | None] | None = None,
    plan: Iterable[Signing] = PLAN,
    forms: Iterable[tuple[str, str, str]] = FORMS,
    namespace: str = NAMESPACE,
) -> Files:
    """The second repository with files replaced (None leaves one out), founded and signed as planned."""
    wanted = {**written(), **(changed or {})}
    files = {path: data for path, data in wanted.items() if data is not None}
    for path in files:
        if path.startswith("records/registers/people/"):
            files[path] += _key_entry(path.rpartition("/")[2].removesuffix(".yaml"))
    founders = {person: public_text(repositories.key_of(person)) for person in FOUNDERS}
    files[ROOT_FILE] = root_bytes(founders, namespace)
    files[PIN_FILE] = f"{hashlib.sha256(files[ROOT_FILE]).hexdigest()}\n".encode()
    files[CHANGE] += _entries(files)
    files[FORMS_LIST] = forms_list(files, forms)
    return signed(files, plan, namespace)


def signed(files: Mapping[str, bytes], plan: Iterable[Signing], namespace: str = NAMESPACE) -> Files:
    """The repository with further sign-offs."""
    found = dict(files)
    forms = load_forms(found)
    for signing in plan:
        if signing.record in found:
            sign(found, signing, repositories.key_of(signing.signer), namespace, forms)
    return found


def _key_entry(person: str) -> bytes:
    return f"keys:\n  - key: {public_text(repositories.key_of(person))}\n    from: 2025-09-01\n".encode()


def _entries(files: Mapping[str, bytes]) -> bytes:
    """The lines of the first register change: every entry of every register."""
    entries = sorted(path for path in files if path.startswith("records/registers/") and path.count("/") == 3)
    lines = [f'  - path: {path}\n    sha256: "{hashlib.sha256(files[path]).hexdigest()}"\n' for path in entries]
    return ("entries:\n" + "".join(lines)).encode()
