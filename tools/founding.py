"""Who founds the demonstration repository, which forms it approves, and who signs what when: facts, in order of time.

Nothing is signed here; `tools.refound` does that.
"""

from __future__ import annotations

from dataclasses import dataclass

from filing.people import ADMINISTRATOR


@dataclass(frozen=True)
class Signing:
    """Who signs which record in which place, as what, when and where."""

    record: str
    slot: str
    signer: str
    role: str
    time: str
    place: str = "DE"
    mode: str = "on-site"


FOUNDERS = ("a-lindqvist", "b-okafor", "d-ferreira")
FORMS: tuple[tuple[str, str, str], ...] = (
    # id@version, first day, template of its document
    ("batch@1", "2025-09-01", "sheet@1"),
    ("capa.effectiveness@1", "2025-09-01", ""),
    ("capa@1", "2025-09-01", ""),
    ("certificate@1", "2025-09-01", "certificate@1"),
    ("certification@1", "2025-09-01", "log@1"),
    ("change@1", "2025-08-20", ""),
    ("cover@1", "2025-09-01", "cover@1"),
    ("deviation.closure@1", "2025-09-01", ""),
    ("deviation.investigation@1", "2025-09-01", ""),
    ("deviation.report@1", "2025-09-01", "log@1"),
    ("disposition@1", "2025-09-01", ""),
    ("distribution.receipt@1", "2025-09-01", ""),
    ("distribution@1", "2025-09-01", "log@1"),
    ("documentation.receipt@1", "2025-09-01", ""),
    ("documentation@1", "2025-09-01", "log@1"),
    ("filing.archive@1", "2025-09-01", ""),
    ("filing.qc@1", "2025-09-01", ""),
    ("filing@1", "2025-09-01", "log@1"),
    ("forms@1", "2025-08-20", ""),
    ("handoff.acknowledgement@1", "2025-09-01", ""),
    ("handoff@1", "2025-09-01", "log@1"),
    ("issue@1", "2025-09-01", ""),
    ("justification@1", "2025-09-01", ""),
    ("organisation@1", "2025-08-20", ""),
    ("person@1", "2025-08-20", ""),
    ("policy@1", "2025-08-20", ""),
    ("product@1", "2025-08-20", ""),
    ("qa-audit@1", "2025-09-01", "sheet@1"),
    ("release@1", "2025-09-01", "sheet@1"),
    ("report@1", "2025-09-01", "report@1"),
    ("site@1", "2025-08-20", ""),
    ("sop@1", "2025-08-20", "sop@1"),
    ("statement@1", "2025-08-20", ""),
    ("trial-issue@1", "2025-09-01", ""),
    ("trial@1", "2025-08-20", ""),
    ("void@1", "2025-09-01", ""),
)
_B1 = "records/batches/B2025-01"
_B2 = "records/batches/B2025-02"
_B3 = "records/batches/B2025-03"
_CHANGE = "records/registers/change.001.yaml"
_D1 = "records/deviations/DEV-2025-001"
_SOP = "records/sop/cr-ops-142-2025.yaml"
_TRIAL = "records/trials/demo-101-302"
PLAN: tuple[Signing, ...] = (
    Signing(_CHANGE, "administrator-1", "a-lindqvist", ADMINISTRATOR, "2025-08-18T09:12:40+01:00", "IE"),
    Signing(_CHANGE, "administrator-2", "b-okafor", ADMINISTRATOR, "2025-08-18T10:05:03+01:00", "IE"),
    Signing(_CHANGE, "administrator-3", "d-ferreira", ADMINISTRATOR, "2025-08-18T14:31:55+02:00"),
    Signing("records/registers/forms.yaml", "approved", "sunita-reddy", "qa", "2025-08-20T10:02:17+01:00", "IE"),
    Signing(_SOP, "prepared", "ravi-kumar", "log-keeper", "2025-08-25T16:20:08+01:00", "IE"),
    Signing(_SOP, "checked", "sunita-reddy", "qa", "2025-08-26T09:44:31+01:00", "IE"),
    Signing(_SOP, "approved", "anil-sharma", "sop-owner", "2025-08-26T15:10:26+01:00", "IE"),
    Signing(f"{_B1}/batch.yaml", "author", "i-larsen", "qa", "2025-09-01T08:05:12+02:00"),
    Signing(f"{_B1}/documentation.01.yaml", "provided", "j-weber", "sponsor-supply", "2025-09-01T09:10:44+01:00", "IE"),
    Signing(f"{_B1}/documentation.01.receipt.yaml", "received", "m-keller", "qp", "2025-09-01T15:42:09+02:00"),
    Signing(f"{_B2}/batch.yaml", "author", "i-larsen", "qa", "2025-09-02T08:12:31+02:00"),
    Signing(f"{_B1}/certification.yaml", "qa", "i-larsen", "qa", "2025-09-02T11:05:37+02:00"),
    Signing(f"{_B2}/documentation.01.yaml", "provided", "j-weber", "sponsor-supply", "2025-09-02T10:26:50+01:00", "IE"),
    Signing(f"{_B1}/certification.yaml", "qp", "m-keller", "qp", "2025-09-02T14:20:05+02:00"),
    Signing(f"{_B1}/handoff.sponsor.yaml", "notified", "m-keller", "qp", "2025-09-03T09:06:21+02:00"),
    Signing(f"{_B1}/handoff.cro.yaml", "notified", "m-keller", "qp", "2025-09-03T09:11:48+02:00"),
    Signing(f"{_B2}/documentation.01.receipt.yaml", "received", "m-keller", "qp", "2025-09-03T09:15:22+02:00"),
    Signing(
        f"{_B1}/handoff.cro.acknowledgement.yaml", "acknowledged", "t-vermeer", "cro",
        "2025-09-03T11:18:40+02:00", "NL",
    ),
    Signing(
        f"{_B1}/handoff.sponsor.acknowledgement.yaml", "acknowledged", "j-weber", "sponsor-supply",
        "2025-09-03T10:32:05+01:00", "IE",
    ),
    Signing(
        f"{_B1}/release.site-101.yaml", "released", "c-moreau", "release-officer",
        "2025-09-04T07:48:16+01:00", "IE",
    ),
    Signing(f"{_B1}/distribution.01.yaml", "dispatched", "l-hansen", "depot", "2025-09-04T09:24:33+02:00", "DK"),
    Signing(f"{_B1}/distribution.01.receipt.yaml", "received", "s-brandt", "site", "2025-09-04T16:58:12+02:00"),
    Signing(f"{_B1}/issue.1.yaml", "prepared", "ravi-kumar", "log-keeper", "2025-09-05T09:31:12+01:00", "IE"),
    Signing(f"{_D1}/report.yaml", "reported", "h-richter", "depot", "2025-09-05T11:48:07+02:00"),
    Signing(f"{_B1}/issue.1.yaml", "checked", "sunita-reddy", "qa", "2025-09-05T11:02:40+01:00", "IE"),
    Signing(f"{_D1}/investigation.yaml", "investigated", "i-larsen", "qa", "2025-09-09T16:05:44+02:00"),
    Signing(f"{_D1}/disposition.B2025-02.yaml", "qp", "m-keller", "qp", "2025-09-10T10:22:18+02:00"),
    Signing(f"{_B1}/filing.01.yaml", "filed", "ravi-kumar", "filer", "2025-09-10T11:34:09+01:00", "IE"),
    Signing(f"{_B1}/issue.2.yaml", "prepared", "ravi-kumar", "log-keeper", "2025-09-10T16:12:37+01:00", "IE"),
    Signing(f"{_B1}/issue.2.yaml", "checked", "sunita-reddy", "qa", "2025-09-10T16:48:20+01:00", "IE"),
    Signing(f"{_D1}/capa.01.yaml", "approved", "i-larsen", "qa", "2025-09-12T09:10:20+02:00"),
    Signing(f"{_D1}/capa.02.yaml", "approved", "i-larsen", "qa", "2025-09-12T09:18:46+02:00"),
    Signing(f"{_B2}/certification.yaml", "qp", "m-keller", "qp", "2025-09-12T14:05:33+02:00"),
    Signing(f"{_B2}/handoff.sponsor.yaml", "notified", "m-keller", "qp", "2025-09-15T09:04:12+02:00"),
    Signing(f"{_B2}/handoff.cro.yaml", "notified", "m-keller", "qp", "2025-09-15T09:09:40+02:00"),
    Signing(
        f"{_B2}/handoff.sponsor.acknowledgement.yaml", "acknowledged", "j-weber", "sponsor-supply",
        "2025-09-15T11:30:25+01:00", "IE",
    ),
    Signing(
        f"{_B2}/handoff.cro.acknowledgement.yaml", "acknowledged", "t-vermeer", "cro",
        "2025-09-15T14:12:51+02:00", "NL",
    ),
    Signing(f"{_D1}/capa.01.effectiveness.yaml", "verified", "i-larsen", "qa", "2025-10-06T13:25:10+02:00"),
    Signing(f"{_B3}/batch.yaml", "author", "i-larsen", "qa", "2025-10-14T08:32:50+02:00"),
    Signing(f"{_B3}/documentation.01.yaml", "provided", "j-weber", "sponsor-supply", "2025-10-14T13:20:17+01:00", "IE"),
    Signing(f"{_B3}/documentation.01.receipt.yaml", "received", "m-keller", "qp", "2025-10-15T10:05:44+02:00"),
    Signing(f"{_D1}/capa.02.effectiveness.yaml", "verified", "i-larsen", "qa", "2025-11-10T10:02:55+01:00"),
    Signing(f"{_D1}/closure.yaml", "closed", "sunita-reddy", "qa", "2025-11-14T11:37:29+00:00", "IE"),
    Signing(f"{_B2}/filing.01.yaml", "filed", "ravi-kumar", "filer", "2025-11-17T09:20:16+00:00", "IE"),
    Signing(f"{_B2}/issue.1.yaml", "prepared", "ravi-kumar", "log-keeper", "2025-11-17T10:41:05+00:00", "IE"),
    Signing(f"{_B2}/issue.1.yaml", "checked", "sunita-reddy", "qa", "2025-11-17T15:03:48+00:00", "IE"),
    Signing(f"{_TRIAL}/issue.1.yaml", "prepared", "ravi-kumar", "log-keeper", "2025-11-18T10:14:52+00:00", "IE"),
    Signing(f"{_TRIAL}/issue.1.yaml", "checked", "sunita-reddy", "qa", "2025-11-18T11:37:06+00:00", "IE"),
)  # fmt: skip
