"""What a void must not do, whom a justification does not bind, and forms and folders that nobody should have made."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from filing import documents, gate
from filing.forms import load_forms
from filing.model import CannotRun
from filing.rules import examine
from tests import packages
from tests.repositories import BATCH, WHOLE_PLAN, as_shipped, examined, founded
from tests.test_revisions_shown import certified, decided, delivery_corrected, findings, issued, with_record
from tools.refound import Signing

__all__ = ["certified", "delivery_corrected"]
Files = dict[str, bytes]


def voided(files: Files, path: str, *signing: str) -> Files:
    """The act at `path` taken back: slot, signer, role, time."""
    void = path.removesuffix(".yaml") + ".void.yaml"
    digest = hashlib.sha256(files[path]).hexdigest()
    text = f'form: void@1\nvoids: "{digest}"\nreason: Recorded by mistake.\n'
    return packages.signed({**files, void: text.encode()}, Signing(void, *signing))


def test_a_suspension_is_not_lifted_by_a_void(certified: Files) -> None:
    files = decided(certified, "suspended", "2025-09-10T15:00:00+02:00")
    lifted = voided(files, f"{BATCH}/certification.02.yaml", "qp", "m-keller", "qp", "2025-09-11T15:00:00+02:00")
    verdict = gate.verdict(packages.batch_of(lifted))
    assert not verdict.certified and "taken back by a void only" in verdict.reason


def test_a_certification_taken_back_after_the_issue_stops_the_package(certified: Files) -> None:
    files = issued(certified, ("handoff.sponsor",))
    later = voided(files, f"{BATCH}/certification.yaml", "qp", "m-keller", "qp", "2025-09-28T15:00:00+02:00")
    assert ("G01", f"{BATCH}/issue.1.yaml") in packages.refused(later)


def test_a_batch_master_is_not_taken_back_under_what_was_recorded_on_it(certified: Files) -> None:
    files = voided(certified, f"{BATCH}/batch.yaml", "author", "i-larsen", "qa", "2025-09-04T15:00:00+02:00")
    assert ("error", "R02", "batch.void.yaml") in findings(files)


def test_a_disposition_that_forbids_is_not_lifted_by_a_void() -> None:
    files = founded(base=as_shipped(), plan=WHOLE_PLAN)
    path = "records/deviations/DEV-2025-001/disposition.B2025-02.yaml"
    lifted = voided(files, path, "qp", "m-keller", "qp", "2025-11-20T15:00:00+01:00")
    deviation = packages.journal_of(lifted).deviations["DEV-2025-001"]
    assert deviation.disposition("B2025-02") is None and deviation.forbidding("B2025-02") is not None


def test_a_justification_of_another_batch_opens_nothing(delivery_corrected: Files) -> None:
    record = f"{BATCH}/documentation.01.r1.yaml"
    digest = hashlib.sha256(delivery_corrected[record]).hexdigest()
    other = "records/batches/B2025-09"
    master = delivery_corrected[f"{BATCH}/batch.yaml"].replace(b"B2025-01", b"B2025-09")
    files = packages.signed(
        {**delivery_corrected, f"{other}/batch.yaml": master},
        Signing(f"{other}/batch.yaml", "author", "i-larsen", "qa", "2025-09-05T09:00:00+02:00"),
    )
    text = (
        f'form: justification@1\nbatch: B2025-09\nrule: R45\nrecord: {record}\nsha256: "{digest}"\ngrounds: So it is.\n'
    )
    path = f"{other}/justification.01.yaml"
    signing = Signing(path, "justified", "m-keller", "qp", "2025-09-05T10:00:00+02:00")
    files = packages.signed({**files, path: text.encode()}, signing)
    assert ("hold", "R45", "documentation.01.r1.yaml") in findings(files)
    own = with_record(
        files, "justification.01", text.replace("B2025-09", "B2025-01"),
        ("justified", "m-keller", "qp", "2025-09-05T11:00:00+02:00"),
    )  # fmt: skip
    assert ("warning", "R45", "documentation.01.r1.yaml") in findings(own)


def test_the_role_of_a_signer_covers_the_trials_that_a_corrected_batch_master_names(certified: Files) -> None:
    """Who is limited to one trial cannot sign for a batch that was turned over to another."""
    text = certified[f"{BATCH}/batch.yaml"].decode().replace("trials: [demo-101-302]", "trials: [demo-999]")
    digest = hashlib.sha256(certified[f"{BATCH}/batch.yaml"]).hexdigest()
    text += f'corrects: "{digest}"\nreason_class: error_of_fact\nreason: Another trial.\n'
    files = with_record(certified, "batch.r1", text, ("author", "sunita-reddy", "qa", "2025-09-04T09:00:00+01:00"))
    late = "form: qa-audit@1\nbatch: B2025-01\naudited_on: 2025-09-05\nscope: Batch master\nchecked: [batch]\n"
    late += "observations: []\nconclusion: In order.\n"
    files = with_record(files, "qa-audit.01", late, ("audited", "i-larsen", "qa", "2025-09-05T12:00:00+02:00"))
    assert ("error", "R06", "qa-audit.01.audited.signoff") in findings(files)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("path", "batches/{batch}/note["), ("path", 7), ("path", "batches/{batch}/[a][a][a]a"),
        ("path", "batches/{batch}{nn}"),
        ("path", "batches/{batch}/{a}-{b}-{c}"), ("path", "../{batch}/note"), ("follows", "batches/{other}/batch"),
        ("follows", "batches/{batch:>1000000000}/batch"), ("follows", "batches/{batch.__class__}/batch"),
        ("slots", [{"name": "a", "roles": [5], "meaning": "x", "required": True}]),
        ("slots", [{"name": "a", "roles": ["qa"], "meaning": [], "required": True}]),
        ("slots", [{"name": "a", "roles": ["qa"], "meaning": "x", "required": True, "scope": []}]),
    ],
)  # fmt: skip
def test_a_form_that_is_not_declared_as_forms_are_is_refused(part: str, value: Any) -> None:
    files = as_shipped()
    schema = json.loads(files["schemas/qa-audit@1.json"])
    schema["x-form"][part] = value
    with pytest.raises(CannotRun, match=r"schemas/qa-audit@1\.json"):
        load_forms({**files, "schemas/qa-audit@1.json": json.dumps(schema).encode()})


@pytest.mark.parametrize("number", ["7", 1.5, True])
def test_a_log_has_a_whole_number(number: object) -> None:
    files = as_shipped()
    schema = json.loads(files["schemas/handoff@1.json"])
    schema["x-annexure"]["number"] = number
    with pytest.raises(CannotRun):
        load_forms({**files, "schemas/handoff@1.json": json.dumps(schema).encode()})


@pytest.mark.parametrize("name", ["certificate", "annexure-2", "report", "sop", "cover"])
def test_no_form_gives_its_document_the_name_of_one_of_ours(name: str) -> None:
    files = as_shipped()
    schema = json.loads(files["schemas/batch@1.json"])
    schema["x-document"]["name"] = name
    changed = founded({"schemas/batch@1.json": json.dumps(schema).encode()})
    subject = packages.subject_of(changed)
    issue = subject.newest_issue()
    assert issue is not None
    with pytest.raises(CannotRun, match=f"Two documents would be called {name}"):
        documents.parts(subject, issue)


@pytest.mark.parametrize("folder", ["x", "DEV-2025-99999999", "DEV-2025", "dev-2025-001"])
def test_a_folder_that_is_no_deviation_is_a_finding_and_no_crash(sample: Files, folder: str) -> None:
    path = f"records/deviations/{folder}/report.yaml"
    files = {**sample, path: as_shipped()["records/deviations/DEV-2025-001/report.yaml"]}
    assert any(finding.path == path and finding.severity == "error" for finding in examined(files)[1])
    assert examine(packages.journal_of(files)).results


def test_a_long_path_that_no_form_could_have_is_refused_at_once() -> None:
    files = as_shipped()
    schema = json.loads(files["schemas/qa-audit@1.json"])
    schema["x-form"]["path"] = "batches/" + "a" * 5000 + "["
    with pytest.raises(CannotRun):
        load_forms({**files, "schemas/qa-audit@1.json": json.dumps(schema).encode()})
