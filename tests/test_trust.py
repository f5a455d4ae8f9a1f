"""Root of trust and register changes: who may put what into force, and what a later change takes away."""

from __future__ import annotations

import hashlib

import pytest

from filing.signoffs import DEMONSTRATION, REAL, parse
from filing.trust import root_bytes
from tests.forging import (
    CERTIFICATION,
    CHANGE_1,
    PEOPLE,
    Files,
    another_batch,
    causes,
    certified_by,
    change,
    digest,
    drop,
    hardware_key,
    judged,
    person,
    refused,
    revision,
    role,
    sample,
    signed,
    signed_again,
)
from tests.repositories import BATCH, NAMESPACE, PLAN, examined, founded, key_of, pin_of, short_sample
from tools.refound import FOUNDERS, public_text, refound

ROOT_FILE, PIN_FILE = "records/root.allowed_signers", "records/root.pin"
CHANGE_2, CHANGE_3 = "records/registers/change.002.yaml", "records/registers/change.003.yaml"
QA, QP = f"{CERTIFICATION}.qa.signoff", f"{CERTIFICATION}.qp.signoff"
KELLER = f"{PEOPLE}/m-keller"
QP_ROLE = "  - role: qp\n    from: 2025-08-01\n    mia: DEMO-MIA-0001\n"
ADMINISTRATOR_ROLE = "  - role: register-administrator\n    from: 2025-08-01\n"
EVENING = "2025-09-02T18:00:00+01:00"


def put_in_force(files: Files, number: int, *entries: str, **claims: object) -> None:
    """A correct change after everything in the sample was signed."""
    change(files, number, entries, **{"time": EVENING, **claims})  # type: ignore[arg-type]


def with_root(data: bytes) -> Files:
    """The sample with another root file and the pin that fits it, so that only its form is at fault."""
    return sample() | {ROOT_FILE: data, PIN_FILE: hashlib.sha256(data).hexdigest().encode() + b"\n"}


# ---- the root -----------------------------------------------------------------------------------------------------


ROOT = sample()[ROOT_FILE]
LINES = ROOT.decode().splitlines()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ROOT[:-1] + b" \n", "one founder with one key"),
        (ROOT.replace(b"\n", b"\r\n"), "not exactly as they must be written"),
        (ROOT[:-1], "not exactly as they must be written"),
        (ROOT + b"\n", "one founder with one key"),
        ("\n".join([*reversed(LINES), ""]).encode(), "not sorted"),
        ("\n".join([*LINES, LINES[0], ""]).encode(), "one founder with one key"),
        ("\n".join([*LINES, LINES[0].replace("a-lindqvist", "z-other"), ""]).encode(), "one key of their own"),
        ("\n".join([*LINES[:2], ""]).encode(), "names 2 founders; at least three"),
        (b"", "names 0 founders"),
        (ROOT.replace(DEMONSTRATION.encode(), REAL.encode(), 1), "not all for the one purpose"),
        (ROOT.replace(DEMONSTRATION.encode(), b"git"), "not all for the one purpose"),
        (ROOT.replace(DEMONSTRATION.encode(), b"*"), "not all for the one purpose"),
        (ROOT.replace(b"a-lindqvist", b"*"), "one founder with one key"),
        (ROOT.replace(b"a-lindqvist", b"A-Lindqvist"), "one founder with one key"),
        (ROOT.replace(b"a-lindqvist ", b"a-lindqvist  "), "one founder with one key"),
        (ROOT[:-1] + b" a comment\n", "one founder with one key"),
        (ROOT.replace(b" namespaces=", b' valid-after="20250101" namespaces='), "one founder with one key"),
        (ROOT.replace(b" namespaces=", b' cert-authority,namespaces='), "one founder with one key"),
        (b"# founders\n" + ROOT, "one founder with one key"),
    ],
)  # fmt: skip
def test_a_root_that_is_not_exact_is_refused_and_voids_everything(data: bytes, words: str) -> None:
    files = with_root(data)
    judgement = judged(files, pin_of(files))
    assert [(c.rule, c.title, c.path) for c in judgement.causes] == [("T01", "root of trust not accepted", ROOT_FILE)]
    assert words in judgement.causes[0].found
    assert not judgement.standing and not judgement.acts and QP in judgement.struck


def test_one_private_key_behind_two_founders_is_refused() -> None:
    keys = {
        "a-lindqvist": public_text(key_of("x")),
        "b-okafor": hardware_key(key_of("x")),
        "c-other": public_text(key_of("y")),
    }
    files = with_root(root_bytes(keys, NAMESPACE))
    refused(files, "T01", "root of trust not accepted", ROOT_FILE, "one key of their own", pin=pin_of(files))


def test_a_missing_root_is_refused() -> None:
    files = sample()
    del files[ROOT_FILE]
    refused(files, "T01", "root of trust not accepted", ROOT_FILE, "not there", void=[QP])


def test_a_root_replaced_with_its_pin_is_refused_under_the_old_pin() -> None:
    theirs = refound(short_sample(), {p: key_of(f"thief {p}") for p in {s.signer for s in PLAN} | {*FOUNDERS}})
    old = pin_of(sample())
    assert causes(theirs, pin_of(theirs)) == []
    refused(theirs, "T01", "root of trust not accepted", ROOT_FILE, old, pin_of(theirs), void=[QP], pin=old)


def test_a_root_replaced_without_its_pin_is_refused() -> None:
    theirs = founded(namespace=REAL)
    refused(sample() | {ROOT_FILE: theirs[ROOT_FILE]}, "T01", "root of trust not accepted", ROOT_FILE, "the pinned one")


@pytest.mark.parametrize(
    "change_pin", [bytes.upper, lambda pin: pin + b"\n", lambda pin: pin[:-1], lambda pin: pin[:-1] + b" \n"]
)
def test_a_pin_file_with_anything_but_the_root_s_fingerprint_is_an_error(change_pin) -> None:  # type: ignore[no-untyped-def]
    files = sample()
    files[PIN_FILE] = change_pin(files[PIN_FILE])
    refused(files, "T01", "pin differs from the root", PIN_FILE, pin_of(sample()), pin=pin_of(sample()))


def test_no_pin_at_all_judges_by_the_root_that_is_there() -> None:
    assert judged(sample(), "").root is not None


def test_the_namespace_of_the_root_makes_the_whole_repository_real_or_demonstration() -> None:
    real = founded(namespace=REAL)
    judgement = judged(real, pin_of(real))
    assert judgement.root and not judgement.root.demonstration and not judgement.causes
    assert judged(sample()).root.demonstration  # type: ignore[union-attr]


# ---- the first change ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("founder", range(3))
def test_change_001_without_one_founder_is_refused(founder: int) -> None:
    files = sample()
    drop(files, f"records/registers/change.001.administrator-{founder + 1}.signoff")
    keep = [name for name in FOUNDERS if name != FOUNDERS[founder]]
    for place in (1, 2, 3):
        if f"records/registers/change.001.administrator-{place}.signoff" in files:
            drop(files, f"records/registers/change.001.administrator-{place}.signoff")
    for place, name in enumerate(keep, 1):
        signed(files, "records/registers/change.001", f"administrator-{place}", name)
    found = judged(files).causes
    assert ("T02", "register change lacks sign-offs", CHANGE_1) in [(c.rule, c.title, c.path) for c in found]
    cause = next(c for c in found if c.path == CHANGE_1)
    assert "every founder" in cause.found and f"missing: {FOUNDERS[founder]}" in cause.found
    assert len(judged(files).states) == 1 and not judged(files).acts


def test_a_founder_who_signs_change_001_with_another_key_is_refused() -> None:
    files = sample()
    signed(files, "records/registers/change.001", "administrator-3", "d-ferreira", key_of("thief"))
    path = "records/registers/change.001.administrator-3.signoff"
    judgement = judged(files)
    assert ("was not a key of d-ferreira" in judgement.struck[path].found) and judgement.struck[path].rule == "T02"
    assert len(judgement.states) == 1 and not judgement.acts


def test_a_founder_s_entry_with_another_key_is_refused() -> None:
    files, entry = sample(), f"{PEOPLE}/d-ferreira.yaml"
    before = digest(files[entry])
    own, other = (public_text(key_of(name)).encode() for name in ("d-ferreira", "thief"))
    files[entry] = files[entry].replace(own, other)
    files[CHANGE_1] = files[CHANGE_1].replace(before.encode(), digest(files[entry]).encode())
    for place, founder in enumerate(FOUNDERS, 1):
        signed(files, "records/registers/change.001", f"administrator-{place}", founder)
    judgement = judged(files)
    found = "the entry of the founder d-ferreira does not hold exactly the root's key"
    assert (CHANGE_1, "T02", found) in [(c.path, c.rule, c.found) for c in judgement.causes]
    assert len(judgement.states) == 1 and not judgement.acts


def test_a_founder_without_an_entry_is_refused() -> None:
    files = founded({f"{PEOPLE}/d-ferreira.yaml": None})
    refused(
        files, "T02", "register change not accepted", CHANGE_1, "founder d-ferreira does not hold", pin=pin_of(files)
    )


def test_the_founders_need_no_stranger_to_sign_their_own_entries() -> None:
    assert {f"{PEOPLE}/{founder}" for founder in FOUNDERS} <= set(judged(sample()).states[1].revised)


def test_a_signer_of_change_001_who_is_no_founder_is_refused_by_name() -> None:
    files = sample()
    path = signed(
        files,
        "records/registers/change.001",
        "administrator-4",
        "m-keller",
        role="register-administrator",
        time="2025-08-18T16:00:00+02:00",
    )
    refused(files, "T02", "not entitled to this change", path, "m-keller was not in the registers before", void=[path])
    assert QP in judged(files).standing


def test_the_root_has_no_force_after_the_first_change() -> None:
    """A founder whose role has ended changes the registers no more."""
    files = sample()
    ended = revision(
        files,
        f"{PEOPLE}/d-ferreira",
        ADMINISTRATOR_ROLE,
        ADMINISTRATOR_ROLE + "    until: 2025-08-31\n",
        made=_made(files, "d-ferreira"),
    )
    put_in_force(files, 2, ended)
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head")
    put_in_force(files, 3, entry, signers=("a-lindqvist", "d-ferreira"), time="2025-09-03T09:00:00+01:00")
    path = "records/registers/change.003.administrator-2.signoff"
    refused(files, "T02", "not entitled to this change", path, "d-ferreira was no register administrator on 2025-09-03")


def _made(files: Files, signer: str) -> list[str]:
    """The digests of all sign-offs of a person."""
    return [s.sha256 for s in judged(files).standing.values() if s.statement.signer == signer]


# ---- who may change registers -------------------------------------------------------------------------------------


def test_a_revision_signed_by_two_administrators_comes_into_force() -> None:
    files = sample()
    put_in_force(files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head"))
    judgement = judged(files)
    assert not judgement.causes and len(judgement.states) == 3
    assert judgement.states[2].entries[f"{PEOPLE}/l-hansen"].path.endswith("l-hansen.r1.yaml")
    assert judgement.states[1].entries[f"{PEOPLE}/l-hansen"].path.endswith("l-hansen.yaml")


def test_one_administrator_in_both_places_is_refused() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head")
    put_in_force(files, 2, entry, signers=("a-lindqvist", "a-lindqvist"))
    refused(
        files,
        "T02",
        "register change not accepted",
        CHANGE_2,
        "a-lindqvist signed it in both administrator-1 and administrator-2",
    )


def test_one_administrator_in_both_first_places_is_refused_even_with_a_third() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head")
    put_in_force(files, 2, entry, signers=("a-lindqvist", "a-lindqvist", "b-okafor"))
    refused(files, "T02", "register change not accepted", CHANGE_2, "in both administrator-1 and administrator-2")


def test_one_administrator_alone_is_refused() -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head"), signers=("a-lindqvist",)
    )
    refused(files, "T02", "register change lacks sign-offs", CHANGE_2, "two register administrators")


def test_on_a_change_that_waits_what_was_signed_keeps_but_it_is_no_signed_act_and_not_in_force() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head")
    put_in_force(files, 2, entry, signers=("a-lindqvist",))
    judgement = judged(files)
    assert CHANGE_2.replace(".yaml", ".administrator-1.signoff") in judgement.standing
    assert CHANGE_2 not in judgement.acts and CHANGE_1 in judgement.acts
    assert len(judgement.states) == 2


def test_a_change_whose_entries_are_wrong_is_told_so_before_it_is_signed() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head")
    put_in_force(files, 2, entry, signers=())
    files[entry] += b"# edited\n"
    refused(files, "T02", "register change not accepted", entry, "changed afterwards")


@pytest.mark.parametrize("other", ["m-keller", "sunita-reddy", "anil-sharma", "i-larsen", "ravi-kumar", "j-weber"])
def test_a_register_change_signed_by_somebody_else_is_refused(other: str) -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head"), signers=("a-lindqvist", other)
    )
    path = "records/registers/change.002.administrator-2.signoff"
    refused(files, "T02", "not entitled to this change", path, f"{other} was no register administrator", void=[path])


def test_a_new_administrator_qp_key_and_certification_in_one_commit_are_refused() -> None:
    """The whole attack: every file is there, and everything the intruder needs is signed by the intruder."""
    files = sample()
    entries = [
        person(files, "mallory", role("register-administrator")),
        person(files, "malory-two", role("register-administrator")),
        person(files, "x-qp", role("qp", mia="DEMO-MIA-0001")),
    ]
    put_in_force(files, 2, *entries, signers=("mallory", "malory-two"), time="2025-09-01T08:00:00+01:00")
    drop(files, QP)
    certified_by(files, "x-qp")
    path = "records/registers/change.002.administrator-1.signoff"
    judgement = judged(files)
    assert [(c.rule, c.title, c.path, c.found) for c in judgement.causes] == [
        ("T02", "not entitled to this change", path, "mallory was not in the registers before this change"),
        (
            "T02",
            "not entitled to this change",
            path.replace("-1", "-2"),
            "malory-two was not in the registers before this change",
        ),
    ]
    assert QP in judgement.struck and CERTIFICATION + ".yaml" not in judgement.acts and len(judgement.states) == 2


def test_a_new_administrator_cannot_sign_the_change_that_appoints_them() -> None:
    files = sample()
    entry = person(files, "mallory", role("register-administrator"))
    put_in_force(files, 2, entry, signers=("a-lindqvist", "mallory"))
    path = "records/registers/change.002.administrator-2.signoff"
    refused(files, "T02", "not entitled to this change", path, "mallory was not in the registers before")


def test_a_new_administrator_may_sign_the_next_change() -> None:
    files = sample()
    put_in_force(files, 2, person(files, "n-new", role("register-administrator")))
    put_in_force(
        files,
        3,
        revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head"),
        signers=("n-new", "b-okafor"),
        time="2025-09-03T09:00:00+01:00",
    )
    assert causes(files) == [] and len(judged(files).states) == 4


@pytest.mark.parametrize("place", [1, 2])
def test_an_administrator_concerned_by_the_change_is_refused(place: int) -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/a-lindqvist", "position: Register Administrator", "position: Head")
    signers = ("a-lindqvist", "b-okafor") if place == 1 else ("b-okafor", "a-lindqvist")
    put_in_force(files, 2, entry, signers=signers)
    path = f"records/registers/change.002.administrator-{place}.signoff"
    refused(files, "T02", "not entitled to this change", path, "concerns the own entry of a-lindqvist", void=[path])


def test_a_qp_who_is_administrator_cannot_extend_their_own_role() -> None:
    files = sample()
    both = revision(files, KELLER, QP_ROLE, QP_ROLE + ADMINISTRATOR_ROLE)
    put_in_force(files, 2, both)
    longer = revision(files, KELLER, QP_ROLE, QP_ROLE + QP_ROLE.replace("0001", "0002"), number=2)
    put_in_force(files, 3, longer, signers=("m-keller", "a-lindqvist"), time="2025-09-03T09:00:00+01:00")
    path = "records/registers/change.003.administrator-1.signoff"
    refused(files, "T02", "not entitled to this change", path, "concerns the own entry of m-keller")
    assert len(judged(files).states) == 3


def test_a_concerned_administrator_in_a_third_place_is_refused_and_the_change_stands() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/d-ferreira", "position: Register Administrator", "position: Head")
    put_in_force(files, 2, entry, signers=("a-lindqvist", "b-okafor", "d-ferreira"))
    path = "records/registers/change.002.administrator-3.signoff"
    refused(files, "T02", "not entitled to this change", path, "own entry of d-ferreira", void=[path])
    assert len(judged(files).states) == 3


def test_an_administrator_s_sign_off_added_later_voids_nothing_that_was_signed_before() -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head"), time="2025-09-01T07:00:00+01:00"
    )
    signed_again(files)
    signed(
        files,
        "records/registers/change.002",
        "administrator-3",
        "d-ferreira",
        role="register-administrator",
        time=EVENING,
    )
    assert causes(files) == [] and QP in judged(files).standing


def test_an_administrator_with_a_key_of_another_day_is_refused() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head")
    put_in_force(files, 2, entry, secret=key_of("thief"))
    path = "records/registers/change.002.administrator-1.signoff"
    assert causes(files)[0] == ("T02", "not entitled to this change", path)
    assert len(judged(files).states) == 2


# ---- one chain ----------------------------------------------------------------------------------------------------


def two_changes() -> Files:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head"), time="2025-09-02T08:00:00+01:00"
    )
    put_in_force(
        files,
        3,
        revision(files, f"{PEOPLE}/l-hansen", "Depot Head", "Depot Chief", number=2),
        time="2025-09-02T09:00:00+01:00",
    )
    signed_again(files)
    return files


def test_a_chain_of_three_changes_stands() -> None:
    assert causes(two_changes()) == [] and len(judged(two_changes()).states) == 4


def test_a_chain_with_its_end_cut_off_is_refused_by_those_who_saw_it() -> None:
    files = two_changes()
    drop(files, "records/registers/change.003", f"{PEOPLE}/l-hansen.r2.yaml")
    path = "records/registers/change.003.administrator-1.signoff"
    refused(files, "R44", "signed file gone", path, "a sign-off that others saw is missing", void=[QA, QP])


def test_a_chain_with_a_gap_is_refused() -> None:
    files = two_changes()
    drop(files, "records/registers/change.002")
    found = causes(files)
    assert ("R44", "signed file gone", "records/registers/change.002.administrator-1.signoff") in found
    assert ("T02", "register change not accepted", CHANGE_2) in found
    assert len(judged(files).states) == 2 and QP in judged(files).struck


def test_a_chain_that_skips_a_number_is_refused() -> None:
    files = sample()
    put_in_force(files, 3, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head"))
    refused(files, "T02", "register change not accepted", CHANGE_2, "this register change is missing")


def test_a_chain_rolled_back_to_an_older_entry_is_refused() -> None:
    files = two_changes()
    files[f"{PEOPLE}/l-hansen.r2.yaml"] = files[f"{PEOPLE}/l-hansen.r1.yaml"]
    path = f"{PEOPLE}/l-hansen.r2.yaml"
    refused(
        files,
        "T02",
        "register change not accepted",
        path,
        "is not the one that records/registers/change.003.yaml put into force",
        void=[QP],
    )


def test_a_forked_chain_is_refused() -> None:
    """Change 003 was made beside another change 002: its signers saw a sign-off that is not the one here."""
    ours, theirs = two_changes(), sample()
    put_in_force(
        theirs,
        2,
        revision(theirs, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Thief"),
        time="2025-09-02T08:30:00+01:00",
    )
    for path in theirs:
        if path.startswith(("records/registers/change.002", f"{PEOPLE}/l-hansen.r1")):
            ours[path] = theirs[path]
    found = judged(ours)
    titles = [(c.title, c.path) for c in found.causes]
    assert ("replaced after it was seen", "records/registers/change.002.administrator-1.signoff") in titles
    assert len(found.states) == 3 and QP in found.struck


def test_a_change_whose_signers_did_not_see_the_change_before_is_refused() -> None:
    files = two_changes()
    drop(files, QA, QP, "records/registers/change.003")
    old = tuple(
        (digest(files[p]), p)
        for p in sorted(files)
        if p.startswith("records/registers/change.001.") and p.endswith(".signoff")
    )
    change(files, 3, [f"{PEOPLE}/l-hansen.r2.yaml"], time=EVENING, saw=old)
    path = "records/registers/change.003.administrator-1.signoff"
    assert causes(files)[0] == ("T02", "not entitled to this change", path)
    assert "did not see the sign-offs of the register change before" in judged(files).causes[0].found


def test_a_sign_off_made_in_a_state_that_does_not_exist_is_refused() -> None:
    """The change that appoints the QP lacks a signer: who signed having seen it does not stand either."""
    files = sample()
    put_in_force(
        files,
        2,
        person(files, "x-qp", role("qp", mia="DEMO-MIA-0001")),
        signers=("a-lindqvist",),
        time="2025-09-01T07:00:00+01:00",
    )
    drop(files, QP)
    certified_by(files, "x-qp")
    half = CHANGE_2.replace(".yaml", ".administrator-1.signoff")
    certified_by(files, "x-qp", saw=(*parse(files[QP]).saw, (digest(files[half]), half)))
    refused(files, "T02", "register change lacks sign-offs", CHANGE_2, "two register administrators", void=[QP])


def test_a_broken_change_leaves_standing_what_was_signed_before_it() -> None:
    files = sample()
    put_in_force(files, 2, person(files, "x", role("qa")), signers=("a-lindqvist",))
    assert QP in judged(files).standing and CERTIFICATION + ".yaml" in judged(files).acts


def test_a_change_after_a_broken_one_has_no_force() -> None:
    files = two_changes()
    drop(files, "records/registers/change.002.administrator-2.signoff", QA, QP)
    assert len(judged(files).states) == 2


def test_a_change_with_an_implausible_time_is_no_change_and_neither_is_the_next() -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Depot Head"), time="2025-08-17T08:00:00+01:00"
    )
    put_in_force(
        files,
        3,
        revision(files, f"{PEOPLE}/l-hansen", "Depot Head", "Depot Chief", number=2),
        time="2025-09-02T09:00:00+01:00",
    )
    found = judged(files)
    assert found.causes[0].title == "time not plausible" and len(found.states) == 2
    assert "records/registers/change.003.administrator-1.signoff" in found.struck


# ---- entries ------------------------------------------------------------------------------------------------------


def test_a_person_s_key_swapped_in_the_entry_is_refused() -> None:
    files = sample()
    files[f"{KELLER}.yaml"] = files[f"{KELLER}.yaml"].replace(
        public_text(key_of("m-keller")).encode(), public_text(key_of("thief")).encode()
    )
    drop(files, QP)
    certified_by(files, secret=key_of("thief"))
    refused(files, "T02", "register change not accepted", f"{KELLER}.yaml", "changed afterwards", void=[QP])


def test_an_entry_edited_after_it_came_into_force_is_refused() -> None:
    files = sample()
    files["records/registers/trials/demo-101-302.yaml"] += b"# harmless\n"
    path = "records/registers/trials/demo-101-302.yaml"
    refused(files, "T02", "register change not accepted", path, "changed afterwards", CHANGE_1, void=[QP])


def test_an_entry_removed_after_it_came_into_force_is_refused() -> None:
    files = sample()
    del files["records/registers/trials/demo-101-302.yaml"]
    refused(files, "T02", "register change not accepted", "records/registers/trials/demo-101-302.yaml", "missing")


def test_a_revision_that_skips_a_number_is_refused() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head")
    files[entry.replace("r1", "r2")] = files.pop(entry)
    put_in_force(files, 2, entry.replace("r1", "r2"))
    refused(files, "T02", "register change not accepted", entry.replace("r1", "r2"), "does not follow the one in force")


def test_a_revision_that_names_another_entry_under_corrects_is_refused() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head")
    files[entry] = files[entry].replace(
        digest(files[f"{PEOPLE}/l-hansen.yaml"]).encode(), digest(files[f"{KELLER}.yaml"]).encode()
    )
    put_in_force(files, 2, entry)
    refused(files, "T02", "register change not accepted", entry, "does not follow the one in force")


def test_a_first_entry_that_claims_to_correct_one_is_refused() -> None:
    files = sample()
    entry = person(files, "n-new", role("qa"))
    files[entry] += f'corrects: "{"0" * 64}"\nreason: none\n'.encode()
    put_in_force(files, 2, entry)
    refused(files, "T02", "register change not accepted", entry, "does not follow the one in force")


def test_an_entry_cannot_come_into_force_twice() -> None:
    files = sample()
    put_in_force(files, 2, f"{PEOPLE}/l-hansen.yaml")
    refused(files, "T02", "register change not accepted", f"{PEOPLE}/l-hansen.yaml", "does not follow the one in force")


def test_a_change_that_lists_an_entry_twice_is_refused() -> None:
    files = sample()
    entry = revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head")
    change(files, 2, [entry, entry], time=EVENING)
    refused(files, "T02", "register change not accepted", CHANGE_2, "listed twice")


@pytest.mark.parametrize("path", ["records/registers/forms.yaml", f"{BATCH}/certification.yaml", "records/root.pin"])
def test_a_change_puts_nothing_into_force_but_register_entries(path: str) -> None:
    files = sample()
    change(files, 2, [path], time=EVENING)
    assert len(judged(files).states) == 2 and causes(files)


def test_an_entry_that_no_change_put_into_force_gives_nobody_anything() -> None:
    files = sample()
    person(files, "x-qp", role("qp", mia="DEMO-MIA-0001"))
    drop(files, QP)
    certified_by(files, "x-qp")
    refused(files, "R07", "signer unknown", QP, '"x-qp" is not in the registers the signer saw', void=[QP])


@pytest.mark.parametrize(
    "key",
    [
        public_text(key_of("n")) + " comment",
        "ssh-ed25519  " + public_text(key_of("n")).split()[1],
        public_text(key_of("n")) + "=",
        public_text(key_of("n"))[:-4],
        "ssh-rsa " + public_text(key_of("n")).split()[1],
        "sk-ssh-ed25519@openssh.com " + public_text(key_of("n")).split()[1],
        '"' + public_text(key_of("n")) + "\\n* " + public_text(key_of("thief")) + '"',
        "*",
    ],
)
def test_a_key_that_is_not_exactly_one_key_is_refused(key: str) -> None:
    files = sample()
    put_in_force(files, 2, person(files, "n-new", role("qa"), key))
    found = judged(files)
    assert len(found.states) == 2
    assert [(c.rule, c.title, c.path) for c in found.causes] == [
        ("T02", "register change not accepted", f"{PEOPLE}/n-new.yaml")
    ]


def test_the_same_key_for_two_people_is_refused() -> None:
    files = sample()
    put_in_force(files, 2, person(files, "n-new", role("qa"), public_text(key_of("m-keller"))))
    refused(files, "T02", "register change not accepted", CHANGE_2, "one key is entered for m-keller and for n-new")


def test_the_same_key_for_two_people_is_refused_over_time_too() -> None:
    """A key that one person gave up never becomes another's."""
    files = sample()
    old, new = public_text(key_of("l-hansen")), public_text(key_of("l-hansen second"))
    put_in_force(files, 2, revision(files, f"{PEOPLE}/l-hansen", old, new, made=()))
    put_in_force(files, 3, person(files, "n-new", role("qa"), old), time="2025-09-03T09:00:00+01:00")
    refused(files, "T02", "register change not accepted", CHANGE_3, "one key is entered for l-hansen and for n-new")


def test_the_same_key_in_another_dress_for_two_people_is_refused() -> None:
    """The private key behind a hardware key's label may be one that is known already."""
    files = sample()
    put_in_force(files, 2, person(files, "n-new", role("qa"), hardware_key(key_of("m-keller"))))
    refused(files, "T02", "register change not accepted", CHANGE_2, "one key is entered for m-keller and for n-new")


def test_a_qp_role_without_an_authorisation_is_refused() -> None:
    files = sample()
    put_in_force(files, 2, person(files, "n-new", role("qp")))
    found = judged(files)
    assert len(found.states) == 2 and [c.path for c in found.causes] == [f"{PEOPLE}/n-new.yaml"]


@pytest.mark.parametrize("name", ["founder", "root", "administrator", "qp ", "*"])
def test_a_role_outside_the_list_is_refused(name: str) -> None:
    files = sample()
    put_in_force(files, 2, person(files, "n-new", role(f'"{name}"')))
    found = judged(files)
    assert len(found.states) == 2 and [c.path for c in found.causes] == [f"{PEOPLE}/n-new.yaml"]


# ---- what a later change takes away -------------------------------------------------------------------------------


KEY_LINES = f"  - key: {public_text(key_of('m-keller'))}\n    from: 2025-08-01\n"
TAKEN = [
    (QP_ROLE, QP_ROLE + "    until: 2025-12-31\n"),
    (QP_ROLE, QP_ROLE + "    trial: demo-101-302\n"),
    (QP_ROLE, QP_ROLE.replace("0001", "0002")),
    (QP_ROLE, QP_ROLE.replace("2025-08-01", "2025-08-15")),
    (QP_ROLE, "  - role: qa\n    from: 2025-08-01\n"),
    (public_text(key_of("m-keller")), public_text(key_of("m-keller second"))),
    (KEY_LINES, KEY_LINES + "    until: 2025-12-31\n"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), TAKEN)
def test_a_sign_off_left_out_when_something_is_taken_away_is_refused(old: str, new: str) -> None:
    files = sample()
    receipt = f"{BATCH}/documentation.01.receipt.received.signoff"
    put_in_force(files, 2, revision(files, KELLER, old, new, made=[digest(files[receipt])]))
    refused(files, "R06", "sign-off withdrawn", QP, "register change 002 took away", "m-keller", void=[QP])
    assert receipt in judged(files).standing


@pytest.mark.parametrize(("old", "new"), TAKEN)
def test_the_sign_offs_listed_when_something_is_taken_away_stand(old: str, new: str) -> None:
    files = sample()
    put_in_force(files, 2, revision(files, KELLER, old, new, made=_made(files, "m-keller")))
    assert causes(files) == [] and QP in judged(files).standing


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Qualified Person", "Senior Qualified Person"),
        (QP_ROLE, QP_ROLE + "  - role: qa\n    from: 2025-09-02\n"),
        (QP_ROLE, QP_ROLE.replace("2025-08-01", "2025-07-01")),
    ],
)
def test_a_revision_that_takes_nothing_away_needs_no_list(old: str, new: str) -> None:
    files = sample()
    put_in_force(files, 2, revision(files, KELLER, old, new))
    assert causes(files) == [] and QP in judged(files).standing


def test_a_role_ended_and_then_used_with_an_earlier_claimed_time_is_refused() -> None:
    """The QP left on 1 September; a certification in their name appears afterwards and claims the day before."""
    files = sample()
    drop(files, QP)
    made = _made(files, "m-keller")
    entry = revision(files, KELLER, QP_ROLE, QP_ROLE + "    until: 2025-09-02\n", made=made)
    seen = tuple(
        (digest(files[p]), p)
        for p in sorted(files)
        if p.endswith(".signoff") and (p.startswith(BATCH) or "change.001" in p)
    )
    put_in_force(files, 2, entry)
    certified_by(files, saw=seen)
    refused(files, "R06", "sign-off withdrawn", QP, "does not list this sign-off", void=[QP])


def test_a_key_reported_lost_and_then_used_with_an_earlier_claimed_time_is_refused() -> None:
    files = sample()
    drop(files, QP)
    old, new = public_text(key_of("m-keller")), public_text(key_of("m-keller second"))
    entry = revision(files, KELLER, old, new, made=_made(files, "m-keller"))
    seen = tuple(
        (digest(files[p]), p)
        for p in sorted(files)
        if p.endswith(".signoff") and (p.startswith(BATCH) or "change.001" in p)
    )
    put_in_force(files, 2, entry)
    certified_by(files, saw=seen)
    refused(files, "R06", "sign-off withdrawn", QP, "does not list this sign-off", void=[QP])


def test_a_register_sign_off_left_out_is_an_error_until_every_entry_it_put_into_force_is_revised() -> None:
    files = sample()
    hansen, novotna = f"{PEOPLE}/l-hansen", f"{PEOPLE}/p-novotna"
    doubtful = [
        revision(files, hansen, "Depot Manager", "Depot Head"),
        revision(files, novotna, "name: ", "name: Dr. "),
    ]
    put_in_force(files, 2, *doubtful, signers=("b-okafor", "d-ferreira"), time="2025-09-03T08:00:00+01:00")
    founding = digest(files["records/registers/change.001.administrator-3.signoff"])
    gone = revision(
        files,
        f"{PEOPLE}/d-ferreira",
        ADMINISTRATOR_ROLE,
        ADMINISTRATOR_ROLE + "    until: 2025-09-03\n",
        made=[founding],
    )
    put_in_force(files, 3, gone, time="2025-09-04T08:00:00+01:00")
    left_out = "records/registers/change.002.administrator-2.signoff"
    refused(files, "R06", "sign-off withdrawn", left_out, "register change 003 took away", "d-ferreira")
    assert left_out in judged(files).standing and len(judged(files).states) == 4

    put_in_force(
        files, 4, revision(files, hansen, "Depot Head", "Depot Manager", number=2), time="2025-09-05T08:00:00+01:00"
    )
    refused(files, "R06", "sign-off withdrawn", left_out)
    put_in_force(files, 5, revision(files, novotna, "name: Dr. ", "name: ", number=2), time="2025-09-06T08:00:00+01:00")
    assert causes(files) == []


# ---- older registers ----------------------------------------------------------------------------------------------


REVISED = [
    (KELLER, "position: Qualified Person", "position: Senior Qualified Person"),
    ("records/registers/statements/ctr-62", "version: ", "version: "),
    ("records/registers/trials/demo-101-302", "decision: pending", "decision: tacit"),
    ("records/registers/products/demo-101", "name: ", "name: "),
    ("records/registers/organisations/demo-manufacturing", "name: ", "name: "),
    ("records/registers/organisations/demo-sponsor", "name: ", "name: "),
    ("records/registers/policies/strict", "form: policy@1", "form: policy@1"),
]  # fmt: skip


def with_older_registers(entry: str, old: str, new: str, time: str) -> Files:
    files = sample()
    text = files[f"{entry}.yaml"].decode()
    if old == new or text.count(old) != 1:
        old = new = next(line for line in text.splitlines() if text.count(line) == 1)
    put_in_force(files, 2, revision(files, entry, old, new), time=time)
    return files


@pytest.mark.parametrize(("entry", "old", "new"), REVISED)
def test_a_qp_who_chose_older_registers_than_were_in_force_is_refused(entry: str, old: str, new: str) -> None:
    """Of the signer, of what the certification or its batch names, and of what those name in turn."""
    files = with_older_registers(entry, old, new, "2025-09-02T10:30:00+01:00")
    signed_after = {QP, QA}
    cause = judged(files).causes[0]
    assert (cause.rule, cause.title) == ("R06", "older registers used")
    assert cause.path in signed_after and f"register change 002 had already revised {entry}" in cause.found
    assert QP in judged(files).struck and CERTIFICATION + ".yaml" not in judged(files).acts


@pytest.mark.parametrize(("entry", "old", "new"), REVISED)
def test_registers_revised_afterwards_void_no_certification(entry: str, old: str, new: str) -> None:
    assert causes(with_older_registers(entry, old, new, EVENING)) == []


def test_registers_revised_in_the_same_second_must_have_been_seen() -> None:
    files = with_older_registers(KELLER, "position: Qualified Person", "position: Senior", "2025-09-02T13:20:05+01:00")
    refused(files, "R06", "older registers used", QP, void=[QP])


def test_a_register_change_counts_from_its_earliest_sign_off() -> None:
    files = sample()
    entry = revision(files, KELLER, "position: Qualified Person", "position: Senior")
    put_in_force(files, 2, entry, time="2025-09-02T13:00:00+01:00")
    second = "records/registers/change.002"
    signed(
        files, second, "administrator-2", "b-okafor", role="register-administrator", time="2025-09-02T18:00:00+01:00"
    )
    refused(files, "R06", "older registers used", QP, void=[QP])


def test_registers_revised_for_others_need_not_have_been_seen() -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head"), time="2025-09-01T07:00:00+01:00"
    )
    assert causes(files) == []


def test_what_was_signed_in_an_older_state_is_shown_in_that_state() -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, "records/registers/trials/demo-101-302", "decision: pending", "decision: tacit")
    )
    judgement = judged(files)
    state = judgement.state_seen(judgement.standing[QP])
    assert state.number == 1 and state.entries["records/registers/trials/demo-101-302"].path.endswith("302.yaml")


def test_nobody_signs_without_having_seen_a_register_change() -> None:
    files = sample()
    seen = tuple(
        (digest(files[p]), p) for p in sorted(files) if p.endswith(".signoff") and p.startswith(BATCH) and p != QP
    )
    certified_by(files, saw=seen)
    refused(files, "R06", "registers not seen", QP, void=[QP])


def test_nobody_signs_having_seen_only_one_sign_off_of_a_register_change() -> None:
    files = sample()
    put_in_force(
        files, 2, revision(files, f"{PEOPLE}/l-hansen", "Depot Manager", "Head"), time="2025-09-01T07:00:00+01:00"
    )
    drop(files, QP, QA)
    seen = tuple(
        (digest(files[p]), p) for p in sorted(files)
        if p.endswith(".signoff") and (p.startswith(BATCH) or p.endswith("change.002.administrator-1.signoff"))
    )  # fmt: skip
    certified_by(files, saw=seen)
    refused(files, "R06", "registers not seen", QP, void=[QP])


def test_every_sign_off_left_out_of_the_list_is_refused_wherever_it_is() -> None:
    files = sample()
    other = another_batch(files, "B2025-02")
    receipt = "documentation.01.receipt.received.signoff"
    stand = [digest(files[QP]), digest(files[f"{BATCH}/{receipt}"]), digest(files[f"{other}/certification.qp.signoff"])]
    put_in_force(files, 2, revision(files, KELLER, QP_ROLE, QP_ROLE + "    until: 2025-09-02\n", made=stand))
    void = [f"{other}/{receipt}", f"{other}/certification.qp.signoff"]
    refused(files, "R06", "sign-off withdrawn", f"{other}/{receipt}", "does not list this sign-off", void=void)
    assert QP in judged(files).standing


def test_every_finding_about_trust_says_what_to_do() -> None:
    files = sample()
    put_in_force(files, 2, person(files, "x", role("qa")), signers=("a-lindqvist",))
    finding = next(f for f in examined(files, pin_of(files))[1] if f.rule == "T02")
    assert finding.remedy.startswith("Have it signed by administrators") and finding.requirement.endswith(".")
