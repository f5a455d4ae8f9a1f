"""Attacks on the judgement: forms, the QP's decision, what must be seen, times; each refused in its own plain words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from filing import repository
from filing.forms import closure, digest_of, load_forms
from filing.journal import Journal
from filing.judging.faults import FAULTS
from filing.model import CannotRun
from filing.rules import examine
from tests.forging import (
    CERTIFICATION,
    FORMS_LIST,
    PEOPLE,
    Files,
    another_batch,
    causes,
    certified_by,
    change,
    digest,
    drop,
    form,
    judged,
    list_forms,
    on_form,
    person,
    refused,
    revision,
    role,
    sample,
    signed,
    signed_again,
    slots,
)
from tests.forging import repository as read_again
from tests.repositories import BATCH, examined, key_of, pin_of, short_sample
from tools.refound import FORMS, forms_list, public_text

QA, QP = f"{CERTIFICATION}.qa.signoff", f"{CERTIFICATION}.qp.signoff"
CERTIFIED = f"{CERTIFICATION}.yaml"
LIST_1 = f"{FORMS_LIST}.r1.yaml"
CERTIFICATION_2 = ("certification@2", "2025-09-01", "")
EVERYBODY = sorted(p.rpartition("/")[2].removesuffix(".yaml") for p in short_sample() if p.startswith(PEOPLE))


def seen_by(files: Files, path: str, *left_out: str) -> tuple[tuple[str, str], ...]:
    """What a sign-off saw, less some of it."""
    statement = judged(files).standing[path].statement
    return tuple((d, p) for d, p in statement.saw if not p.startswith(left_out))


# ---- the QP decides -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "m-keller"])
def test_a_certification_by_anybody_of_the_sample_who_is_not_the_qp_is_refused(name: str) -> None:
    files = sample()
    certified_by(files, name)
    words = f'{name} did not hold the role "qp" on 2025-09-02'
    refused(files, "R07", "role not held", QP, words, void=[QP])
    assert CERTIFIED not in judged(files).acts


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "m-keller"])
def test_a_certification_signed_in_a_role_that_the_person_does_hold_is_refused(name: str) -> None:
    files = sample()
    own = judged(files).states[1].people[name].roles[0].role
    certified_by(files, name, role=own)
    refused(files, "R06", "role not admitted", QP, f'"{own}" may not sign as "qp"', void=[QP])


def certified_by_new(roles: str) -> Files:
    files = sample()
    change(files, 2, [person(files, "x-qp", roles)])
    drop(files, QP)
    certified_by(files, "x-qp")
    return files


@pytest.mark.parametrize(
    ("roles", "title", "words"),
    [
        (role("qp", mia="DEMO-MIA-0002"), "role limited", "only for mia DEMO-MIA-0002"),
        (role("qp", mia="DEMO-MIA-00011"), "role limited", "only for mia DEMO-MIA-00011"),
        (role("qp", mia="DEMO-MIA-0001", since="2025-09-03"), "role not held", "on 2025-09-02"),
        (role("qp", mia="DEMO-MIA-0001") + "    until: 2025-09-01\n", "role not held", "on 2025-09-02"),
        (role("qp", mia="DEMO-MIA-0001", trial="demo-999"), "role limited", "trial demo-999"),
        (role("qp", mia="DEMO-MIA-0001", country="DE"), "role limited", "country DE"),
        (role("qp-delegate"), "role not held", '"qp"'),
        (role("qa"), "role not held", '"qp"'),
        ("", "role not held", '"qp"'),
    ],
)
def test_a_certification_by_a_qp_of_something_else_is_refused(roles: str, title: str, words: str) -> None:
    refused(certified_by_new(roles), "R07", title, QP, words, void=[QP])


@pytest.mark.parametrize(
    "roles",
    [
        role("qp", mia="DEMO-MIA-0001"),
        role("qp", mia="DEMO-MIA-0001", trial="demo-101-302"),
        role("qp", mia="DEMO-MIA-0001", since="2025-09-02") + "    until: 2025-09-02\n",
        role("qp", mia="DEMO-MIA-0002") + role("qp", mia="DEMO-MIA-0001"),
    ],
)
def test_a_certification_by_another_qp_of_that_authorisation_stands(roles: str) -> None:
    assert causes(certified_by_new(roles)) == []


def test_a_qp_limited_to_one_trial_of_the_batch_is_refused() -> None:
    files = sample()
    trial = "records/registers/trials/demo-102-001.yaml"
    files[trial] = files["records/registers/trials/demo-101-302.yaml"].replace(b"DEMO-101-302", b"DEMO-102-001")
    change(files, 2, [trial, person(files, "x-qp", role("qp", mia="DEMO-MIA-0001", trial="demo-101-302"))])
    both = files[f"{BATCH}/batch.yaml"].replace(b"[demo-101-302]", b"[demo-101-302, demo-102-001]")
    files[f"{BATCH}/batch.yaml"] = both
    for stem in ("batch", "documentation.01", "documentation.01.receipt", "certification"):
        for path in [p for p in files if p.startswith(f"{BATCH}/{stem}.") and "signoff" in p]:
            del files[path]
    signed(files, f"{BATCH}/batch", "author")
    certified_by(files, "x-qp")
    assert judged(files).struck[QP].title == "role limited"


def test_the_optional_check_before_the_decision_is_not_needed() -> None:
    files = sample()
    drop(files, QA, QP)
    certified_by(files)
    assert causes(files) == [] and CERTIFIED in judged(files).acts


def test_a_check_added_after_the_decision_is_refused_and_the_decision_stands() -> None:
    files = sample()
    drop(files, QA, QP)
    certified_by(files)
    signed(files, CERTIFICATION, "qa", time="2025-09-02T15:00:00+02:00")
    refused(files, "R07", "not seen by the one who decided", QA, "m-keller decided without having seen", void=[QA])
    assert QP in judged(files).standing and CERTIFIED in judged(files).acts


def test_a_check_added_after_the_decision_with_an_earlier_time_is_refused_too() -> None:
    files = sample()
    drop(files, QA, QP)
    certified_by(files)
    seen = seen_by(files, QP)
    signed(files, CERTIFICATION, "qa", saw=seen)
    refused(files, "R07", "not seen by the one who decided", QA, void=[QA])
    assert CERTIFIED in judged(files).acts


def test_a_check_alone_certifies_nothing() -> None:
    files = sample()
    drop(files, QP)
    assert causes(files) == [] and CERTIFIED not in judged(files).acts


def test_the_authorisation_is_the_one_the_record_states() -> None:
    files = sample()
    text = files[CERTIFIED].replace(b"\nmia: DEMO-MIA-0001\nregister", b"\nmia: DEMO-MIA-0002\nregister")
    assert text != files[CERTIFIED]
    files[CERTIFIED] = text
    signed_again(files)
    refused(files, "R07", "role limited", QP, "only for mia DEMO-MIA-0001", void=[QP])


# ---- forms that let others sign -----------------------------------------------------------------------------------


def qp_slot(files: Files, **changed: object) -> list[dict[str, object]]:
    places = slots(files, "certification@1")
    next(place for place in places if place["name"] == "qp").update(changed)
    return places


def on_second_form(listed: bool, certify: Callable[[Files], object], **changed: object) -> Files:
    """A certification on certification@2, whose place for the QP was changed; the list approves it or not."""
    files = sample()
    form(files, "certification@2", slots=qp_slot(files, **changed))
    if listed:
        list_forms(files, CERTIFICATION_2)
    on_form(files, CERTIFICATION, "certification@2")
    drop(files, QA, QP)
    certify(files)
    return files


def by_qa(files: Files) -> None:
    certified_by(files, "i-larsen", role="qa")


def by_qp_of_another(files: Files) -> None:
    change(files, 2, [person(files, "x-qp", role("qp", mia="DEMO-MIA-0002"))])
    certified_by(files, "x-qp")


@pytest.mark.parametrize("roles", [["qp", "qa"], ["qa"]])
def test_a_form_that_lets_qa_certify_is_refused_though_approved(roles: list[str]) -> None:
    files = on_second_form(True, by_qa, roles=roles)
    refused(files, "R07", "role fixed by the SOP", QP, 'a form lets "qa" sign here', void=[QP])
    assert CERTIFIED not in judged(files).acts


def test_a_form_that_lets_qa_certify_is_refused_unapproved() -> None:
    files = on_second_form(False, by_qa, roles=["qp", "qa"])
    refused(files, "T04", "form not approved", "schemas/certification@2.json", "not in the forms list", void=[QP])


def test_a_form_whose_deciding_place_is_optional_or_gone_certifies_nothing() -> None:
    optional = on_second_form(True, lambda files: signed(files, CERTIFICATION, "qa"), required=False)
    assert causes(optional) == [] and CERTIFIED not in judged(optional).acts
    gone = on_second_form(True, lambda files: None, name="decider", roles=["qa"], required=False)
    signed(gone, CERTIFICATION, "decider", "i-larsen", role="qa", time="2025-09-02T14:20:05+02:00")
    assert causes(gone) == [] and CERTIFIED not in judged(gone).acts


@pytest.mark.parametrize(
    "scope", [{}, {"trial": "batch:/trials"}, {"mia": "/batch"}, {"mia": "/certificate/mia"}, {"mia": "/statement"}]
)
def test_a_form_without_the_authorisation_as_limit_lets_no_other_qp_certify(scope: dict[str, str]) -> None:
    files = on_second_form(True, by_qp_of_another, scope=scope)
    cause = judged(files).struck[QP]
    assert (cause.rule, cause.path) == ("R07", QP) and "DEMO-MIA-0002" in cause.found


def test_a_form_whose_limit_points_at_a_field_of_the_signer_s_choice_lets_no_other_qp_certify() -> None:
    """The bulk batch of the record reads like the other authorisation: the form's limit holds, the SOP's does not."""
    files = sample()
    form(files, "certification@2", slots=qp_slot(files, scope={"mia": "/register_number", "trial": "batch:/trials"}))
    list_forms(files, CERTIFICATION_2)
    on_form(files, CERTIFICATION, "certification@2")
    files[CERTIFIED] = files[CERTIFIED].replace(
        b"register_number: DEMO-QPR-2025-0117", b"register_number: DEMO-MIA-0002"
    )
    drop(files, QA, QP)
    by_qp_of_another(files)
    words = "x-qp is not named as Qualified Person on DEMO-MIA-0001 for demo-101-302"
    refused(files, "R07", "QP of another authorisation", QP, words, void=[QP])


def test_a_form_without_the_trial_as_limit_lets_no_qp_of_another_trial_certify() -> None:
    def by_qp_of_another_trial(files: Files) -> None:
        entry = person(files, "x-qp", role("qp", mia="DEMO-MIA-0001", trial="demo-999"))
        change(files, 2, [entry])
        certified_by(files, "x-qp")

    files = on_second_form(True, by_qp_of_another_trial, scope={"mia": "/mia"})
    assert judged(files).struck[QP].rule == "R07" and CERTIFIED not in judged(files).acts


def test_a_form_with_a_place_after_the_qp_s_is_refused_there_and_the_qp_s_stands() -> None:
    files = sample()
    places = [
        *slots(files, "certification@1"),
        {"name": "sponsor", "roles": ["sponsor-qa"], "meaning": "I agree.", "required": False},
    ]
    form(files, "certification@2", slots=places)
    list_forms(files, CERTIFICATION_2)
    on_form(files, CERTIFICATION, "certification@2")
    change(files, 2, [person(files, "s-new", role("sponsor-qa"))])
    signed_again(files)
    after = signed(files, CERTIFICATION, "sponsor", "s-new", role="sponsor-qa", time="2025-09-02T15:00:00+02:00")
    refused(files, "R07", "not seen by the one who decided", after, "m-keller decided", void=[after])
    assert CERTIFIED in judged(files).acts


def test_a_certification_on_a_form_of_another_kind_is_no_certification() -> None:
    """A form that claims the certification's path under a name that no constant knows."""
    files = sample()
    schema = json.loads(files["schemas/certification@1.json"])
    schema["x-form"]["slots"] = [{"name": "qp", "roles": ["qa"], "meaning": "I certify.", "required": True}]
    del schema["x-annexure"]
    files["schemas/attestation@1.json"] = json.dumps(schema).replace("certification@1", "attestation@1").encode()
    list_forms(files, ("attestation@1", "2025-09-01", ""))
    on_form(files, CERTIFICATION, "attestation@1")
    drop(files, QA, QP)
    certified_by(files, "sunita-reddy", role="qa")
    assert Journal(read_again(files)).batches["B2025-01"].certification is None


# ---- forms as controlled documents --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["certification@1", "types@1", "batch@1"])
def test_a_form_or_a_shared_part_edited_voids_every_sign_off_made_on_it(name: str) -> None:
    files = sample()
    files[f"schemas/{name}.json"] += b"\n"
    judgement = judged(files)
    assert QP in judgement.struck and CERTIFIED not in judgement.acts
    cause = judgement.struck[QP]
    assert (cause.rule, cause.title) == ("T04", "form changed after use") and "was edited" in cause.found
    assert (cause.path.startswith("schemas/") and name == "types@1") or cause.path == f"schemas/{name}.json"


def test_one_edited_form_is_one_finding_however_many_sign_offs_it_voids() -> None:
    files = sample(without_issue=False)
    files["schemas/batch@1.json"] += b"\n"
    judgement = judged(files)
    assert [(c.title, c.path) for c in judgement.causes] == [("form changed after use", "schemas/batch@1.json")]
    assert len(judgement.voided[judgement.causes[0]]) == 7


def test_the_form_of_the_registers_edited_ends_the_chain() -> None:
    files = sample()
    files["schemas/change@1.json"] += b"\n"
    judgement = judged(files)
    assert judgement.causes[0].path == "schemas/change@1.json" and len(judgement.states) == 1 and not judgement.acts


def test_a_shared_part_is_part_of_the_form_however_the_reference_is_spelt() -> None:
    spellings = [
        '{"$ref": "types@1.json#/x"}',
        '{"$ref" : "types@1.json"}',
        '{"\\u0024ref":"types@1.json"}',
        '{"$ref":\n"types@1.json"}',
    ]
    for spelling in spellings:
        files = {"schemas/a@1.json": spelling.encode(), "schemas/types@1.json": b"{}"}
        assert closure(files, "schemas/a@1.json") == ("schemas/a@1.json", "schemas/types@1.json"), spelling


def test_a_form_s_digest_is_that_of_the_sorted_sha256sum_list_of_its_closure() -> None:
    files = sample()
    lines = "".join(f"{digest(files[p])}  {p}\n" for p in ("schemas/certification@1.json", "schemas/types@1.json"))
    assert load_forms(files).by_name["certification@1"].digest == digest(lines.encode())
    assert digest_of(files, ["schemas/types@1.json", "schemas/certification@1.json"]) == digest(lines.encode())


@pytest.mark.parametrize(
    "name", ["certification@01", "certification@１", "certification@1_0", "certification@x", "certification"]
)
def test_a_form_file_that_would_pass_for_another_is_refused(name: str) -> None:
    files = sample()
    files[f"schemas/{name}.json"] = files["schemas/certification@1.json"]
    with pytest.raises(CannotRun, match="not a usable form"):
        read_again(files)


def test_a_form_that_is_not_listed_is_refused() -> None:
    files = sample()
    form(files, "certification@2")
    on_form(files, CERTIFICATION, "certification@2")
    signed_again(files)
    words = "certification@2 is not in the forms list"
    refused(files, "T04", "form not approved", "schemas/certification@2.json", words, void=[QA, QP])


def test_a_form_listed_with_another_digest_is_refused() -> None:
    files = sample()
    form(files, "certification@2")
    list_forms(files, CERTIFICATION_2)
    files["schemas/certification@2.json"] += b"\n"
    on_form(files, CERTIFICATION, "certification@2")
    signed_again(files)
    words = "not the form that the forms list approves"
    refused(files, "T04", "form not approved", "schemas/certification@2.json", words, void=[QA, QP])


def test_a_listed_form_may_be_used_from_its_first_day() -> None:
    files = sample()
    form(files, "certification@2")
    list_forms(files, ("certification@2", "2025-09-02", ""))
    on_form(files, CERTIFICATION, "certification@2")
    signed_again(files)
    assert causes(files) == [] and CERTIFIED in judged(files).acts


def test_a_form_used_before_its_first_day_is_refused() -> None:
    files = sample()
    form(files, "certification@2")
    list_forms(files, ("certification@2", "2025-09-03", ""))
    on_form(files, CERTIFICATION, "certification@2")
    signed_again(files)
    refused(
        files, "T04", "form not in force", QA, "effective from 2025-09-03; it was signed on 2025-09-02", void=[QA, QP]
    )


def test_a_replaced_form_is_refused_from_the_new_one_s_first_day() -> None:
    files = sample()
    form(files, "certification@2")
    list_forms(files, CERTIFICATION_2)
    refused(files, "T04", "form not in force", QA, "certification@1 is replaced by version 2", void=[QA, QP])


# ---- the forms list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signer", "own_role"),
    [
        ("m-keller", "qp"),
        ("a-lindqvist", "register-administrator"),
        ("anil-sharma", "sop-owner"),
        ("j-weber", "sponsor-supply"),
    ],
)
def test_a_forms_list_approved_by_somebody_who_is_not_qa_is_refused(signer: str, own_role: str) -> None:
    files = sample()
    form(files, "certification@2")
    path = list_forms(files, CERTIFICATION_2, signer=signer, role=own_role)
    refused(files, "R06", "role not admitted", path, f'"{own_role}" may not sign as "approved"', void=[path])
    assert QP in judged(files).standing and all(line.version == 1 for line in judged(files).forms)


def test_a_forms_list_approved_by_somebody_who_claims_to_be_qa_is_refused() -> None:
    files = sample()
    path = list_forms(files, signer="m-keller")
    refused(files, "R06", "role not held", path, 'm-keller did not hold the role "qa"', void=[path])


def test_a_forms_list_approved_by_qa_of_one_trial_is_refused() -> None:
    files = sample()
    path = list_forms(files, signer="i-larsen")
    refused(files, "R06", "role limited", path, "trial demo-101-302", void=[path])


def test_a_form_that_approves_itself_is_refused() -> None:
    """forms@2 admits administrators; a list on it, which lists it, is approved by one of them."""
    files = sample()
    admitted = [
        {"name": "approved", "roles": ["register-administrator", "qa"], "meaning": "I approve.", "required": True}
    ]
    form(files, "forms@2", slots=admitted)
    form(files, "certification@2", slots=qp_slot(files, roles=["qp", "qa"]))
    lines = forms_list(files, [*FORMS, ("forms@2", "2025-08-28", ""), CERTIFICATION_2]).replace(
        b"form: forms@1", b"form: forms@2"
    )
    path = list_forms(files, signer="a-lindqvist", role="register-administrator", lines=lines)
    cause = judged(files).causes[0]
    assert (cause.rule, cause.title, cause.path) == ("T03", "forms list not accepted", LIST_1)
    assert cause.found == "it is not signed by QA" and path in judged(files).struck


def test_a_forms_list_signed_by_nobody_is_refused_and_the_one_before_stays_in_force() -> None:
    files = sample()
    form(files, "certification@2")
    drop(files, list_forms(files, CERTIFICATION_2))
    refused(files, "T03", "forms list not accepted", LIST_1, "not signed by QA")
    assert QP in judged(files).standing


def test_no_forms_list_no_sign_off() -> None:
    files = sample()
    drop(files, FORMS_LIST)
    refused(files, "T03", "forms list not accepted", f"{FORMS_LIST}.yaml", "missing", void=[QP])


def test_an_unsigned_forms_list_is_the_one_root_cause() -> None:
    files = sample()
    drop(files, f"{FORMS_LIST}.approved.signoff")
    refused(files, "T03", "forms list not accepted", f"{FORMS_LIST}.yaml", "not signed by QA", void=[QP])


def lines_of(files: Files, *forms: tuple[str, str, str]) -> bytes:
    return forms_list(files, forms)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda forms: forms[1:],
        lambda forms: forms[:-1],
        lambda forms: [forms[1], forms[0], *forms[2:]],
        lambda forms: [(forms[0][0], "2025-08-25", ""), *forms[1:]],
        lambda forms: [*forms, forms[0]],
        lambda forms: [*forms, (forms[0][0], "2025-10-01", "")],
        lambda forms: [],
    ],
)
def test_a_forms_list_that_changes_moves_drops_or_repeats_a_line_is_refused(
    spoil: Callable[[list[tuple[str, str, str]]], list[tuple[str, str, str]]],
) -> None:
    files = sample()
    list_forms(
        files, lines=lines_of(files, *spoil(list(FORMS))) if spoil(list(FORMS)) else b"form: forms@1\nforms: []\n"
    )
    cause = judged(files).causes[0]
    assert (cause.rule, cause.title, cause.path) == ("T03", "forms list not accepted", LIST_1)
    assert QP in judged(files).standing


def test_a_forms_list_that_changes_a_digest_of_an_earlier_line_is_refused() -> None:
    files = sample()
    old = load_forms(files).by_name["certification@1"].digest.encode()
    list_forms(files, lines=lines_of(files, *FORMS).replace(old, b"0" * 64))
    refused(files, "T03", "forms list not accepted", LIST_1, "does not keep every earlier line")


def test_a_forms_list_with_a_line_effective_before_its_approval_is_refused() -> None:
    files = sample()
    form(files, "certification@2")
    list_forms(files, ("certification@2", "2025-08-27", ""))
    words = "certification@2 is to be effective on 2025-08-27, before its approval on 2025-08-28"
    refused(files, "T03", "forms list not accepted", LIST_1, words)


def test_a_forms_list_that_names_another_under_corrects_is_refused() -> None:
    files = sample()
    list_forms(files)
    drop(files, f"{FORMS_LIST}.r1.approved.signoff")
    files[LIST_1] = files[LIST_1].replace(digest(files[f"{FORMS_LIST}.yaml"]).encode(), b"0" * 64)
    signed(files, f"{FORMS_LIST}.r1", "approved", "sunita-reddy", role="qa", time="2025-08-28T10:00:00+01:00")
    refused(files, "T03", "forms list not accepted", LIST_1, "under corrects")


def test_a_forms_list_with_a_gap_is_refused() -> None:
    files = sample()
    list_forms(files)
    for path in [p for p in files if p.startswith(f"{FORMS_LIST}.r1")]:
        files[path.replace(".r1", ".r2")] = files.pop(path)
    assert ("T03", "forms list not accepted", LIST_1) in causes(files)


def test_a_forms_list_revised_without_having_seen_the_one_before_is_refused() -> None:
    files = sample()
    path = list_forms(files)
    seen = seen_by(files, path, FORMS_LIST)
    list_forms(files, saw=seen)
    refused(files, "R04", "not seen", path, f"did not see {FORMS_LIST}.approved.signoff", void=[path])


def test_a_forms_list_edited_after_its_approval_is_refused() -> None:
    files = sample()
    files[f"{FORMS_LIST}.yaml"] += b"# harmless\n"
    path = f"{FORMS_LIST}.yaml"
    refused(files, "R05", "changed after it was signed", path, void=[f"{FORMS_LIST}.approved.signoff", QP])


def test_a_forms_list_on_a_form_without_its_own_constraints_is_refused_and_nothing_breaks() -> None:
    files = sample()
    schema = json.loads(files["schemas/forms@1.json"])
    schema["properties"]["forms"]["items"] = {"type": "object"}
    files["schemas/forms@2.json"] = json.dumps(schema).replace("forms@1", "forms@2").encode()
    lines = files[f"{FORMS_LIST}.yaml"].replace(b"form: forms@1", b"form: forms@2").replace(b"    version: 1\n", b"", 1)
    list_forms(files, lines=lines)
    refused(files, "T03", "forms list not accepted", LIST_1, "a line does not give")


def test_registers_do_not_depend_on_the_forms_list() -> None:
    """Without any forms list the register changes are what they are: trust never goes through forms."""
    files = sample()
    drop(files, FORMS_LIST)
    assert len(judged(files).states) == 2 and "m-keller" in judged(files).states[1].people


# ---- what must have been seen -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "slot", "left_out"),
    [
        ("documentation.01", "provided", "batch.author"),
        ("documentation.01.receipt", "received", "batch.author"),
        ("documentation.01.receipt", "received", "documentation.01.provided"),
        ("certification", "qp", "batch.author"),
        ("issue.1", "prepared", "batch.author"),
        ("issue.1", "checked", "batch.author"),
        ("issue.1", "checked", "issue.1.prepared"),
    ],
)
def test_a_sign_off_that_did_not_see_what_it_must_is_refused(stem: str, slot: str, left_out: str) -> None:
    files = sample(without_issue=False)
    path = f"{BATCH}/{stem}.{slot}.signoff"
    seen = seen_by(files, path, f"{BATCH}/{left_out}.signoff")
    signed(files, f"{BATCH}/{stem}", slot, saw=seen)
    cause = judged(files).struck[path]
    assert (cause.rule, cause.title, cause.path) == ("R04", "not seen", path)
    assert cause.found == f"the signer did not see {BATCH}/{left_out}.signoff"


@pytest.mark.parametrize(
    ("slot", "left_out"), [("checked", "prepared"), ("approved", "prepared"), ("approved", "checked")]
)
def test_a_sign_off_of_the_sop_that_did_not_see_the_earlier_ones_is_refused(slot: str, left_out: str) -> None:
    files = sample()
    stem = "records/sop/cr-ops-142-2025"
    path = f"{stem}.{slot}.signoff"
    signed(files, stem, slot, saw=seen_by(files, path, f"{stem}.{left_out}"))
    assert judged(files).struck[path].found == f"the signer did not see {stem}.{left_out}.signoff"


def test_a_sign_off_that_saw_something_else_in_its_place_is_refused() -> None:
    files = sample()
    seen = tuple((("0" * 64 if "batch.author" in p else d), p) for d, p in seen_by(files, QP))
    certified_by(files, saw=seen)
    refused(files, "R05", "replaced after it was seen", f"{BATCH}/batch.author.signoff", "saw another", void=[QP])


def test_a_sign_off_that_saw_what_is_not_there_is_refused_in_a_repository() -> None:
    files = sample()
    ghost = f"{BATCH}/deviation.signoff"
    certified_by(files, saw=tuple(sorted([*seen_by(files, QP), ("0" * 64, ghost)], key=lambda seen: seen[1])))
    refused(files, "R44", "signed file gone", ghost, "missing", void=[QP])


def test_in_a_package_what_was_seen_outside_it_may_be_absent_and_is_listed() -> None:
    files = sample()
    ghost = "records/deviations/1/report.reported.signoff"
    certified_by(files, saw=tuple(sorted([*seen_by(files, QP), ("0" * 64, ghost)], key=lambda seen: seen[1])))
    read = repository.read(files, pin=pin_of(files), inside=lambda path: not path.startswith("records/deviations/"))
    assert not read.judgement.causes and read.judgement.absent == (ghost,)
    inside = repository.read(files, pin=pin_of(files))
    assert QP in inside.judgement.struck


def test_a_signed_record_that_cannot_be_read_is_refused_even_if_it_is_the_signed_one() -> None:
    files = sample()
    drop(files, QA)
    certified_by(files, sha256=digest(files[CERTIFIED] + b"decision: rejected\n"))
    files[CERTIFIED] += b"decision: rejected\n"
    refused(files, "R05", "signed record unreadable", CERTIFIED, "cannot be read", void=[QP])


def test_a_follow_up_of_an_act_that_is_gone_is_refused() -> None:
    files = sample()
    drop(files, f"{BATCH}/documentation.01.yaml", f"{BATCH}/documentation.01.provided.signoff")
    receipt = f"{BATCH}/documentation.01.receipt.received.signoff"
    signed(files, f"{BATCH}/documentation.01.receipt", "received")
    drop(files, QA, QP)
    refused(files, "R04", "act followed is missing", receipt, "it follows", "documentation.01.yaml", void=[receipt])


def test_an_act_of_a_batch_without_its_master_is_refused() -> None:
    files = sample()
    drop(files, f"{BATCH}/batch", f"{BATCH}/documentation", QA, QP)
    certified_by(files)
    refused(files, "R04", "act followed is missing", QP, "batch.yaml", void=[QP])


def test_striking_one_sign_off_strikes_the_whole_line_that_rests_on_it() -> None:
    files = sample(without_issue=False)
    author = f"{BATCH}/batch.author.signoff"
    files[author + ".sig"] = files[QP + ".sig"]
    judgement = judged(files)
    assert [(c.title, c.path) for c in judgement.causes] == [("sign-off damaged", author)]
    assert len(judgement.voided[judgement.causes[0]]) == 7
    assert not any(path.startswith(BATCH) for path in judgement.acts)


# ---- times --------------------------------------------------------------------------------------------------------


def test_a_time_claimed_before_what_was_seen_is_refused() -> None:
    files = sample()
    certified_by(files, time="2025-09-02T11:05:36+02:00")
    refused(files, "R13", "time not plausible", QP, "but saw", "certification.qa.signoff", "signed later", void=[QP])


def test_a_time_claimed_at_the_second_of_what_was_seen_stands() -> None:
    files = sample()
    certified_by(files, time="2025-09-02T11:05:37+02:00")
    assert causes(files) == []


def test_times_are_compared_as_instants_and_not_as_text() -> None:
    files = sample()
    certified_by(files, time="2025-09-02T10:30:00+01:00")
    assert causes(files) == []
    certified_by(files, time="2025-09-02T11:30:00+03:00")
    refused(files, "R13", "time not plausible", QP, void=[QP])


def test_a_time_claimed_after_its_commit_is_refused_and_the_very_second_is_not() -> None:
    files = sample()
    for limit, expected in (("20250902122005Z", []), ("20250902122004Z", [("R13", QP)])):
        read = repository.read(files, pin=pin_of(files), latest=lambda path, limit=limit: limit if path == QP else "")
        assert [(c.rule, c.path) for c in read.judgement.causes] == expected
    assert "which is after it was committed (20250902122004Z)" in read.judgement.causes[0].found


# ---- the whole repository -----------------------------------------------------------------------------------------


def test_a_qp_key_role_and_certification_planted_without_the_administrators_certify_nothing() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "  - role: depot", "  - role: qp\n    mia: DEMO-MIA-0001")
    change(files, 2, [entry], signers=("l-hansen", "m-keller"))
    drop(files, QP)
    certified_by(files, "l-hansen")
    assert QP in judged(files).struck and CERTIFIED not in judged(files).acts
    assert causes(files)[0][:2] == ("T02", "not entitled to this change")


def test_an_old_register_state_gives_no_key_back() -> None:
    files = sample()
    old, new = public_text(key_of("m-keller")), public_text(key_of("m-keller second"))
    stands = [digest(files[f"{BATCH}/documentation.01.receipt.received.signoff"])]
    change(files, 2, [revision(files, f"{PEOPLE}/m-keller", old, new, made=stands)], time="2025-09-02T13:00:00+01:00")
    cause = judged(files).struck[QP]
    assert cause.title == "sign-off withdrawn" and CERTIFIED not in judged(files).acts


def test_two_batches_are_judged_each_by_itself() -> None:
    files = sample()
    folder = another_batch(files, "B2025-02")
    files[f"{folder}/batch.yaml"] += b"#"
    refused(
        files, "R05", "changed after it was signed", f"{folder}/batch.yaml", void=[f"{folder}/certification.qp.signoff"]
    )
    assert CERTIFIED in judged(files).acts


def test_root_causes_come_first_and_name_every_sign_off_they_void() -> None:
    files = sample(without_issue=False)
    files[f"{BATCH}/batch.yaml"] += b"\n"
    found = examined(files, pin_of(files))[0].findings
    first = found[0]
    assert (first.rule, first.path, first.title) == ("R05", f"{BATCH}/batch.yaml", "changed after it was signed")
    for path in (p for p in files if p.startswith(BATCH) and p.endswith(".signoff")):
        assert path in first.found


def test_findings_are_mended_from_the_root_outwards() -> None:
    read = read_again(sample())
    findings = [f for f in examine(Journal(read)).findings if f not in read.findings]
    base = findings[0]
    rules = ["R09", "R04", "R07", "R06", "R13", "R05", "T04", "T03", "T02", "R44", "T01"]
    mixed = [replace(base, rule=rule) for rule in rules]
    assert [f.rule for f in repository.root_cause_first(mixed)] == list(reversed(rules))


def test_every_remedy_is_a_sentence() -> None:
    for title, (rule, remedy) in FAULTS.items():
        assert title[0].islower() or title.startswith("QP"), title
        assert rule[0] in "RT" and remedy[0].isupper() and remedy.endswith("."), title


def test_the_judgement_does_not_depend_on_the_order_of_the_files() -> None:
    files = sample()
    files[f"{BATCH}/batch.yaml"] += b"#"
    backwards = dict(reversed(files.items()))
    one, other = judged(files), judged(backwards)
    assert (one.causes, one.struck, one.standing) == (other.causes, other.struck, other.standing)


def test_every_fault_the_judgement_knows_is_met_by_a_test() -> None:
    here = Path(__file__).parent
    told = "".join((here / f"test_{name}.py").read_text() for name in ("attacks", "signoffs", "trust", "history"))
    assert [title for title in FAULTS if f'"{title}"' not in told] == []
