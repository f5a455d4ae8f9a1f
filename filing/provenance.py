"""How a package was made: the commit, the program, the templates and the render environment.

They stand in an in-toto statement and in bag-info.txt and nowhere else; no page ever carries them. No key vouches for
them: each is written in one way only, and what they say of the same thing must agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

PROVENANCE = "provenance/build.json"


@dataclass(frozen=True)
class Making:
    """What a package was made from and with; `templates` and `environment` hold digests and facts by name.

    `kind` is "batch" or "trial", and `subject` which of them.
    """

    kind: str
    subject: str
    commit: str
    as_of: str
    """The commit's time, e.g. "2026-01-05T12:00:00Z"."""
    program: str
    templates: Mapping[str, str]
    environment: Mapping[str, str]


def statement(making: Making, payload: Mapping[str, bytes]) -> bytes:
    """The in-toto statement about every PDF of the payload."""
    pdfs = sorted(path for path in payload if path.endswith(".pdf"))
    templates = sorted(making.templates.items())
    return canonical_json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": path, "digest": {"sha256": _sha256(payload[path])}} for path in pdfs],
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {
                "buildDefinition": {
                    "buildType": f"filing package of one {making.kind}",
                    "externalParameters": {making.kind: making.subject, "as_of": making.as_of},
                    "resolvedDependencies": [
                        {"name": "commit", "digest": {"gitCommit": making.commit}},
                        *({"name": f"templates/{name}", "digest": {"sha256": digest}} for name, digest in templates),
                    ],
                },
                "runDetails": {
                    "builder": {"id": making.program},
                    "environment": {
                        "sha256": _sha256(canonical_json(dict(making.environment))),
                        "facts": dict(making.environment),
                    },
                },
            },
        }
    )


def read_statement(data: bytes) -> Making | None:
    """What a statement of ours says; None for anything else."""
    try:
        predicate = json.loads(data)["predicate"]
        definition, details = predicate["buildDefinition"], predicate["runDetails"]
        commit, *templates = definition["resolvedDependencies"]
        kind = "trial" if "trial" in definition["externalParameters"] else "batch"
        return Making(
            kind,
            str(definition["externalParameters"][kind]),
            str(commit["digest"]["gitCommit"]),
            str(definition["externalParameters"]["as_of"]),
            str(details["builder"]["id"]),
            {str(t["name"]).removeprefix("templates/"): str(t["digest"]["sha256"]) for t in templates},
            {str(name): str(fact) for name, fact in details["environment"]["facts"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def bag_info(making: Making, root: str, sponsors: str, verdict: str, access: str) -> tuple[tuple[str, str], ...]:
    """What bag-info.txt says; the size of the payload is added by the bag."""
    return (
        ("Source-Organization", sponsors),
        ("External-Identifier", making.subject),
        ("External-Description", f"QP certification of {making.kind} {making.subject}: {verdict}"),
        ("Bagging-Date", making.as_of[:10]),
        ("Bag-Software-Agent", making.program),
        ("Git-Commit", making.commit),
        ("Root-Fingerprint", root),
        ("Access", access),
    )


def canonical_json(value: object) -> bytes:
    """One spelling: sorted keys, two spaces, one final line feed."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
