"""Register changes: drafted from edited entries, told in words, signed by two, and in force."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filing import load
from filing.command_line import VERBS, parsed
from tests import forging, repositories
from tests.desk import Desk, desk
from tests.forging import PEOPLE, person, revision, role
from tests.repositories import PLAN, build, git

CHANGE = "records/registers/change.002.yaml"
KELLER = f"{PEOPLE}/m-keller"
QP = "records/batches/B2025-01/certification.qp.signoff"
SUMMARY = ("--summary", "Responsibilities have changed.")
ADMINISTRATORS = ("a-lindqvist", "b-okafor")


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    """The short sample, and an administrator's home without keys."""
    return desk(tmp_path, plan=PLAN)


def files_of(place: Desk) -> dict[str, bytes]:
    return load.read_tree(place.root, repositories.TOPS)[0]


def lay(place: Desk, files: Mapping[str, bytes], *paths: str) -> None:
    for path in paths:
        place.write(path, files[path].decode())


def new_person(place: Desk, name: str = "l-vogt", roles: str = "", **given: str) -> str:
    files = files_of(place)
    path = person(files, name, roles or role("qa", trial="demo-101-302"), **given)
    lay(place, files, path)
    return path


def revised(place: Desk, entry: str, old: str, new: str, made: Iterable[str] | None = None, number: int = 1) -> str:
    files = files_of(place)
    path = revision(files, entry, old, new, number, made)
    lay(place, files, path)
    return path


def put_into_force(place: Desk, path: str = CHANGE, signers: Iterable[str] = ADMINISTRATORS) -> None:
    """Signed by two with the front door, and committed."""
    name = path.rpartition("/")[2].removesuffix(".yaml")
    for signer in signers:
        place.with_key(signer)
        line = ("sign", path, "--as", signer, "--role", "register-administrator", "--place", "IE")
        status, seen = place.types(*line, answers={f"Type {name}": name})
        assert status == 0, seen
    git(place.root, "add", "-A")
    git(place.root, "commit", "-q", "-m", "change", date=datetime.now(UTC).isoformat())


def spoken(text: str) -> str:
    return " ".join(text.split())


# What is drafted


def test_a_new_person_is_drafted_signed_by_two_and_in_force(office: Desk) -> None:
    path = new_person(office)
    status, seen = office.types("change", answers={"Summary": "Lea Vogt joins quality assurance."})
    assert status == 0, seen
    digest = hashlib.sha256((office.root / path).read_bytes()).hexdigest()
    assert (office.root / CHANGE).read_text() == (
        "# yaml-language-server: $schema=../../schemas/change@1.json\n"
        "form: change@1\n"
        "summary: Lea Vogt joins quality assurance.\n"
        f'entries:\n  - path: {path}\n    sha256: "{digest}"\n'
    )
    put_into_force(office)
    assert office.findings() == []
    judgement = forging.repository(files_of(office)).judgement
    assert judgement.states[-1].people["l-vogt"].roles[0].role == "qa"


def test_what_a_new_person_gets_is_told_in_words(office: Desk) -> None:
    new_person(office, roles=role("qp", mia="DEMO-MIA-0001"))
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.returncode == 0 and answer.stdout == f"{CHANGE}\n"
    told = spoken(answer.stderr)
    assert "Register change 002 gives and takes away: New person: l-vogt Entry records/registers/people/l-vogt" in told
    assert (
        " Organisation Demo Sponsor Ltd Identity verified By Benjamin Okafor On 14 AUG 2025 Key given SHA256:" in told
    )
    assert " Role given qp, on the authorisation DEMO-MIA-0001, from 01 AUG 2025, without an end" in told


def test_who_may_sign_is_told_with_commands_as_they_are_typed(office: Desk) -> None:
    new_person(office)
    answer = build("change", *SUMMARY, root=office.root)
    door = f"./build.py --root '{office.root}'"
    lines = [
        f"    {door} sign {CHANGE} --as {name} --role register-administrator"
        for name in (*ADMINISTRATORS, "d-ferreira")
    ]
    assert "Two of these sign, one after the other: Astrid Lindqvist (a-lindqvist), " in answer.stderr
    assert answer.stderr.endswith("\n".join(["Next", *lines, ""]))


def test_commands_are_whole_at_every_width(office: Desk) -> None:
    new_person(office)
    status, seen = office.types("change", *SUMMARY, columns=60)
    door = f"./build.py --root '{office.root}'"
    assert status == 0 and f"    {door} sign {CHANGE} --as b-okafor --role register-administrator\n" in seen


def test_a_summary_is_proposed_and_enter_takes_it(office: Desk) -> None:
    new_person(office)
    status, seen = office.types("change")
    assert status == 0 and "Summary of the change, in a sentence [New person: l-vogt]: " in seen
    assert '\nsummary: "New person: l-vogt"\n' in (office.root / CHANGE).read_text()


def test_changed_facts_of_a_site_are_told_field_by_field(office: Desk) -> None:
    site = "records/registers/sites/site-101"
    text = (office.root / f"{site}.yaml").read_text()
    name = next(line for line in text.splitlines() if line.startswith("name: ")).removeprefix("name: ")
    revised(office, site, f"name: {name}", "name: Another Hospital")
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.returncode == 0
    assert f"Revision 1 of the clinical site Another Hospital (site-101) Entry {site}.r1.yaml" in spoken(answer.stderr)
    assert f" {name} -> Another Hospital" in spoken(answer.stderr)
    assert "Something is taken" not in answer.stderr


def test_a_key_that_is_replaced_leaves_what_was_signed_with_it(office: Desk) -> None:
    key = forging.public_text(repositories.key_of("new key of m-keller"))
    added = f"until: 2026-11-30\n  - key: {key}\n    from: 2026-11-30\nroles:"
    path = revised(office, KELLER, "from: 2025-08-01\nroles:", "from: 2025-08-01\n    " + added)
    office.write(path, (office.root / path).read_text().replace("date: 2025-08-14", "date: 2026-11-30"))
    answer = build("change", *SUMMARY, root=office.root)
    told = spoken(answer.stderr)
    assert answer.returncode == 0, told
    assert "Identity verified, On 14 AUG 2025 -> 30 NOV 2026" in told
    assert (
        "Key cut short SHA256:" in told and ": from 01 AUG 2025, without an end -> from 01 AUG 2025 to 30 NOV" in told
    )
    assert "Key given SHA256:" in told
    assert "Something is taken away from m-keller. Of the sign-offs given so far 2 stand." in told
    assert '02 SEP 2025 records/batches/B2025-01/certification.yaml, qp: "I certify this batch' in told
    assert f"They are listed under made in {path}." in told
    digest = hashlib.sha256((office.root / QP).read_bytes()).hexdigest()
    listed = (office.root / path).read_text()
    assert f'  # records/batches/B2025-01/certification.yaml, qp, 2025-09-02\n  - "{digest}"\n' in listed
    put_into_force(office)
    assert office.findings() == []


def test_a_role_that_is_taken_away_leaves_what_was_signed_in_it(office: Desk) -> None:
    limited = "  - role: qp\n    from: 2025-08-01\n    mia: DEMO-MIA-0001\n"
    revised(office, KELLER, "roles:\n" + limited, "roles: []\n")
    answer = build("change", *SUMMARY, root=office.root)
    assert "Role taken away qp, on the authorisation DEMO-MIA-0001, from 01 AUG 2025" in spoken(answer.stderr)
    put_into_force(office)
    assert office.findings() == []


def test_after_a_compromise_what_is_in_doubt_falls_with_everything_that_saw_it(office: Desk) -> None:
    receipt = "records/batches/B2025-01/documentation.01.receipt.received.signoff"
    kept = hashlib.sha256((office.root / receipt).read_bytes()).hexdigest()
    path = revised(
        office, KELLER, "    mia: DEMO-MIA-0001\n", "    mia: DEMO-MIA-0001\n    until: 2025-09-01\n", [kept]
    )
    before = (office.root / path).read_bytes()
    answer = build("change", *SUMMARY, root=office.root)
    told = spoken(answer.stderr)
    assert answer.returncode == 0, told
    assert (office.root / path).read_bytes() == before
    assert "Of the sign-offs given so far one stands." in told
    assert "The list is left as it was written, and what it leaves out becomes void." in told
    assert (
        'These sign-offs become void: 02 SEP 2025 records/batches/B2025-01/certification.yaml, qp: "I certify' in told
    )
    assert "register change 002 took away a key, a role or a limit of m-keller and does not list this sign-off" in told
    assert "records/batches/B2025-01/issue.1.yaml, prepared" in told
    put_into_force(office)
    assert ("R06", QP) in office.findings()


def test_a_list_copied_from_the_revision_before_is_left_and_said_to_be_so(office: Desk) -> None:
    revised(office, KELLER, "    mia: DEMO-MIA-0001\n", "    mia: DEMO-MIA-0001\n    until: 2026-11-30\n")
    build("change", *SUMMARY, root=office.root)
    put_into_force(office)
    made = (office.root / f"{KELLER}.r1.yaml").read_text().partition("made:")[2]
    path = revised(office, KELLER, "until: 2026-11-30", "until: 2026-10-30", number=2)
    office.write(path, (office.root / path).read_text() + "made:" + made)
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.returncode == 0
    assert "It is the list of the revision before. Delete made: to have all that stand filled in." in spoken(
        answer.stderr
    )


def test_two_changes_in_a_row(office: Desk) -> None:
    new_person(office)
    build("change", *SUMMARY, root=office.root)
    put_into_force(office)
    revised(office, f"{PEOPLE}/l-vogt", "Tester", "Head of Quality")
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.stdout == "records/registers/change.003.yaml\n", answer.stderr
    assert "Position Tester -> Head of Quality" in spoken(answer.stderr)
    put_into_force(office, "records/registers/change.003.yaml", ("b-okafor", "d-ferreira"))
    assert office.findings() == []


def test_a_draft_that_nobody_signed_is_drafted_anew_with_its_number_and_summary(office: Desk) -> None:
    new_person(office)
    build("change", *SUMMARY, root=office.root)
    git(office.root, "add", "-A")
    git(office.root, "commit", "-q", "-m", "drafted")
    path = new_person(office, "n-new")
    office.write(path, (office.root / path).read_text().replace("Tester", "Trainee"))
    answer = build("change", root=office.root)
    assert answer.returncode == 0 and answer.stdout == f"{CHANGE}\n", answer.stderr
    text = (office.root / CHANGE).read_text()
    assert "summary: Responsibilities have changed.\n" in text and text.count("  - path: ") == 2
    put_into_force(office)
    assert office.findings() == []


def test_an_entry_edited_after_its_draft_was_committed_is_drafted_anew(office: Desk) -> None:
    path = new_person(office)
    build("change", *SUMMARY, root=office.root)
    git(office.root, "add", "-A")
    git(office.root, "commit", "-q", "-m", "drafted")
    office.write(path, (office.root / path).read_text().replace("Tester", "Trainee"))
    assert build("change", root=office.root).returncode == 0
    put_into_force(office)
    assert office.findings() == []


def test_only_the_entries_that_are_named_go_into_the_change(office: Desk) -> None:
    path, other = new_person(office), new_person(office, "n-new")
    answer = build("change", path, *SUMMARY, root=office.root)
    assert answer.returncode == 0
    assert path in (office.root / CHANGE).read_text() and other not in (office.root / CHANGE).read_text()


def test_an_administrator_sees_at_signing_what_the_change_gives(office: Desk) -> None:
    new_person(office)
    build("change", *SUMMARY, root=office.root)
    office.with_key("b-okafor")
    status, seen = office.types("sign", CHANGE, "--as", "b-okafor", "--place", "IE", answers={"Type": "no"})
    assert status == 1 and "It gives and takes away: New person: l-vogt Entry" in spoken(seen)
    assert "Role given qa, for the trial demo-101-302, from 01 AUG 2025, without an end" in spoken(seen)


def test_an_administrator_sees_at_signing_what_was_signed_since_the_draft_and_would_fall(tmp_path: Path) -> None:
    office = desk(tmp_path, ("issue.1.yaml",), plan=PLAN)
    revised(
        office,
        f"{PEOPLE}/ravi-kumar",
        "    from: 2025-08-01\nroles:",
        "    from: 2025-08-01\n    until: 2026-11-30\nroles:",
    )
    assert build("change", *SUMMARY, root=office.root).returncode == 0
    files = files_of(office)
    signed = forging.signed(files, "records/batches/B2025-01/issue.1", "prepared")
    for path in (signed, f"{signed}.sig"):
        office.write(path, files[path].decode())
    office.with_key("b-okafor")
    status, seen = office.types("sign", CHANGE, "--as", "b-okafor", "--place", "IE", answers={"Type": "no"})
    assert status == 1, seen
    words = "These sign-offs become void, with everything that was signed having seen them:"
    assert f"{words} 2025-09-10 {signed}, by ravi-kumar You have seen" in spoken(seen)


# What is refused, and left as it was


def refused(place: Desk, *words: str, arguments: Iterable[str] = SUMMARY, status: int = 1) -> str:
    before = {path: (place.root / path).read_bytes() for path in place.files()}
    answer = build("change", *arguments, root=place.root)
    told = spoken(answer.stderr)
    assert answer.returncode == status and answer.stdout == "", told
    for word in words:
        assert word in told
    assert {path: (place.root / path).read_bytes() for path in place.files()} == before
    return answer.stderr


def test_with_nothing_edited_there_is_nothing_to_put_into_force(office: Desk) -> None:
    told = refused(office, "Nothing waits to be put into force: every register entry is in force as it is.")
    assert told.endswith(f"    ./build.py --root '{office.root}' revise records/registers/people/a-lindqvist.yaml\n")


def test_an_entry_in_force_that_was_edited_is_put_back(office: Desk) -> None:
    path = f"{KELLER}.yaml"
    office.write(path, (office.root / path).read_text().replace("Qualified Person", "Head"))
    told = refused(
        office, f"{path}:1:1 error T02", "records/registers/change.001.yaml lists this entry, and it was edited"
    )
    door = f"./build.py --root '{office.root}'"
    assert told.endswith(f"Next\n    git -C '{office.root}' checkout HEAD -- {path}\n    {door} revise {path}\n")


def test_an_edit_that_was_committed_is_put_back_from_before_it(office: Desk) -> None:
    path = f"{KELLER}.yaml"
    office.write(path, (office.root / path).read_text().replace("Qualified Person", "Head"))
    git(office.root, "commit", "-qam", "edited")
    told = refused(office, "it was edited")
    command = next(line for line in told.splitlines() if " checkout " in line)
    git(office.root, "checkout", command.split()[-3], "--", path)
    refused(office, "Nothing waits")


def test_an_entry_in_force_that_is_gone_is_put_back(office: Desk) -> None:
    (office.root / f"{KELLER}.yaml").unlink()
    refused(office, "records/registers/change.001.yaml lists this entry, and it is missing")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"corrects": None},
            "under corrects it does not name the entry in force, records/registers/people/m-keller.yaml",
        ),
        ({"corrects": "0" * 64}, "under corrects it does not name the entry in force"),
        ({"reason": None}, "it does not say why the entry changes"),
    ],
)
def test_a_revision_that_does_not_follow_is_told_the_right_digest(
    office: Desk, change: Mapping[str, str | None], words: str
) -> None:
    path = revised(office, KELLER, "position: Qualified Person", "position: Head")
    lines = (office.root / path).read_text().splitlines()
    for name, value in change.items():
        lines = [line for line in lines if not line.startswith(f"{name}:")] + ([f'{name}: "{value}"'] if value else [])
    office.write(path, "\n".join(lines) + "\n")
    told = refused(office, words)
    if "corrects" in change:
        digest = hashlib.sha256((office.root / f"{KELLER}.yaml").read_bytes()).hexdigest()
        assert f'Write corrects: "{digest}"' in spoken(told)
        assert told.endswith(f"    ./build.py --root '{office.root}' revise {KELLER}.yaml\n")


def test_a_gap_between_revisions_is_refused(office: Desk) -> None:
    path = revised(office, KELLER, "position: Qualified Person", "position: Head")
    (office.root / path).rename(office.root / f"{KELLER}.r2.yaml")
    refused(office, f"it does not follow: in force is {KELLER}.yaml", f"Name it {KELLER}.r1.yaml.")


def test_two_revisions_at_once_are_refused(office: Desk) -> None:
    path = revised(office, KELLER, "position: Qualified Person", "position: Head")
    revised(office, KELLER, "position: Head", "position: Director", number=2)
    refused(office, f"{path} waits, too, and one change puts one revision of an entry into force")


def test_a_revision_of_what_was_never_in_force_is_refused(office: Desk) -> None:
    path = new_person(office)
    (office.root / path).rename(office.root / f"{PEOPLE}/l-vogt.r1.yaml")
    refused(office, "it does not follow: no earlier revision of it was ever in force", f"Name it {path}.")


def test_a_new_entry_that_corrects_something_is_refused(office: Desk) -> None:
    path = new_person(office)
    office.write(path, (office.root / path).read_text() + f'corrects: "{"0" * 64}"\n')
    refused(office, "it is new, and names an entry that it corrects")


def test_a_revision_that_says_the_same_is_refused(office: Desk) -> None:
    revised(office, KELLER, "position: Qualified Person", "position: Qualified Person")
    refused(office, f"it says the same as {KELLER}.yaml", "Change what is to change, or take it away.")


@pytest.mark.parametrize("owner", ["m-keller", "a-lindqvist"])
def test_a_key_of_somebody_else_is_refused(office: Desk, owner: str) -> None:
    key = forging.public_text(repositories.key_of(owner))
    new_person(office, key=key)
    told = refused(office, f"is the key of {owner}; one key belongs to one person, for ever")
    assert told.endswith(f"    ./build.py --root '{office.root}' key new --as l-vogt\n")


def test_a_new_key_that_nobody_compared_is_refused(office: Desk) -> None:
    key = forging.public_text(repositories.key_of("new key of m-keller"))
    added = f"from: 2025-08-01\n  - key: {key}\n    from: 2026-11-30\nroles:"
    revised(office, KELLER, "from: 2025-08-01\nroles:", added)
    words = "it has a new key, and who verified the identity is as before"
    refused(office, words, "Compare the new key's fingerprint with the person, then write who did it and when.")


def test_nobody_vouches_for_themselves(office: Desk) -> None:
    path = new_person(office)
    office.write(path, (office.root / path).read_text().replace("by: b-okafor", "by: l-vogt"))
    refused(office, "l-vogt is said to have verified the own identity", "Have somebody else compare the fingerprint")


def test_one_key_for_two_new_people_is_refused(office: Desk) -> None:
    new_person(office)
    new_person(office, "n-new", key=forging.public_text(repositories.key_of("l-vogt")))
    refused(office, "is the key of l-vogt; one key belongs to one person, for ever")


def test_a_role_that_there_is_not_is_refused(office: Desk) -> None:
    new_person(office, roles=role("wizard"))
    refused(office, "A role from the SOP's list.", "wizard")


def test_a_qp_without_an_authorisation_is_refused(office: Desk) -> None:
    new_person(office, roles=role("qp"))
    refused(office, "a QP's role names no manufacturing authorisation", "Add the authorisation under mia.")


def test_an_entry_that_is_not_as_its_form_asks_is_refused_in_the_words_of_check(office: Desk) -> None:
    path = new_person(office)
    office.write(path, (office.root / path).read_text().replace("position: Tester\n", ""))
    told = refused(office, "The person's position, as printed beside a sign-off.")
    assert spoken(told).endswith("Nothing was drafted. One thing has to be mended first.")


def test_an_entry_that_names_what_there_is_not_is_refused(office: Desk) -> None:
    path = new_person(office)
    office.write(path, (office.root / path).read_text().replace("demo-sponsor", "no-such"))
    refused(office, 'there is no entry "no-such" among the organisations')


def test_an_entry_may_name_one_of_the_same_change(office: Desk) -> None:
    files = files_of(office)
    text = files["records/registers/organisations/demo-sponsor.yaml"].decode().replace("Demo Sponsor", "Next Sponsor")
    office.write("records/registers/organisations/next-sponsor.yaml", text)
    path = new_person(office)
    office.write(path, (office.root / path).read_text().replace("demo-sponsor", "next-sponsor"))
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.returncode == 0, answer.stderr
    assert "Organisation Next Sponsor Ltd Identity" in spoken(answer.stderr)


def test_several_wrong_turns_are_told_at_once(office: Desk) -> None:
    new_person(office, roles=role("qp"))
    revised(office, KELLER, "position: Qualified Person", "position: Qualified Person")
    refused(office, "a QP's role names no", "it says the same as", "2 things have to be mended first.")


def test_too_few_administrators_whom_it_does_not_concern(office: Desk) -> None:
    for name in ("a-lindqvist", "b-okafor"):
        revised(office, f"{PEOPLE}/{name}", "position: Register Administrator", "position: Head")
    told = refused(
        office,
        "has to be signed by 2 register administrators whom it does not concern. Who may sign it today: d-ferreira.",
        "Put the administrators' own entries into a change of their own, one after the other",
    )
    assert "Next" not in told
    answer = build("change", f"{PEOPLE}/a-lindqvist.r1.yaml", *SUMMARY, root=office.root)
    assert answer.returncode == 0 and "--as a-lindqvist" not in answer.stderr, answer.stderr


def test_without_a_terminal_a_summary_is_needed(office: Desk) -> None:
    new_person(office)
    refused(
        office, "Say in a sentence what the change gives and takes away, with --summary TEXT.", arguments=(), status=2
    )


@pytest.mark.parametrize("summary", ["", "x" * 601, "a\u200bb"])
def test_a_summary_that_cannot_be_written_is_refused(office: Desk, summary: str) -> None:
    new_person(office)
    refused(office, "The summary cannot be written so:", arguments=("--summary", summary))


@pytest.mark.parametrize(
    "summary", ["yes", "a: b", "# none", "'", '"', "[", "- a", "2026", "Ends with:", "null", "é ü"]
)
def test_any_other_summary_is_written_as_it_was_typed(office: Desk, summary: str) -> None:
    new_person(office)
    answer = build("change", "--summary", summary, root=office.root)
    assert answer.returncode == 0, answer.stderr
    record, faults = load.load_record(CHANGE, (office.root / CHANGE).read_bytes())
    assert record and not faults and record.data["summary"] == summary


def test_a_change_that_somebody_signed_is_never_touched(office: Desk) -> None:
    new_person(office)
    build("change", *SUMMARY, root=office.root)
    office.with_key("a-lindqvist")
    line = ("sign", CHANGE, "--as", "a-lindqvist", "--place", "IE")
    assert office.types(*line, answers={"Type": "change.002"})[0] == 0
    new_person(office, "n-new")
    told = refused(office, f"{CHANGE} is signed in part, so that it is never changed.")
    door = f"./build.py --root '{office.root}'"
    assert f"    {door} sign {CHANGE} --as b-okafor --role register-administrator\n" in told
    assert "--as a-lindqvist" not in told


def test_an_entry_edited_under_a_change_signed_in_part_is_put_back(office: Desk) -> None:
    path = new_person(office)
    build("change", *SUMMARY, root=office.root)
    office.with_key("a-lindqvist")
    assert office.types("sign", CHANGE, "--as", "a-lindqvist", "--place", "IE", answers={"Type": "change.002"})[0] == 0
    office.write(path, (office.root / path).read_text().replace("Tester", "Trainee"))
    refused(office, f"{CHANGE} lists this entry, and it was edited")


def test_a_change_whose_sign_offs_are_void_is_not_said_to_wait(office: Desk) -> None:
    new_person(office)
    build("change", *SUMMARY, root=office.root)
    put_into_force(office)
    signature = office.root / CHANGE.replace(".yaml", ".administrator-1.signoff.sig")
    signature.write_bytes(signature.read_bytes().replace(b"A", b"B", 1))
    told = refused(office, f"{CHANGE} is signed, and yet not in force. What is wrong is told by:")
    assert told.endswith(f"    ./build.py --root '{office.root}' check\n")


def test_a_later_draft_out_of_line_is_refused(office: Desk) -> None:
    new_person(office)
    office.write("records/registers/change.004.yaml", "form: change@1\nsummary: x\nentries: []\n")
    refused(office, "records/registers/change.004.yaml is there, but the next register change is " + CHANGE)


def test_a_name_that_does_not_wait_is_refused(office: Desk) -> None:
    path = new_person(office)
    refused(office, f"{KELLER}.yaml is in force already. What waits", path, arguments=(f"{KELLER}.yaml", *SUMMARY))
    refused(office, "nobody.yaml is no register entry that is there.", arguments=("nobody.yaml", *SUMMARY))


def test_a_root_that_is_not_accepted_is_refused(office: Desk) -> None:
    new_person(office)
    refused(office, "The root of trust is not accepted", arguments=(*SUMMARY, "--root-fingerprint", "0" * 64))


def test_ctrl_c_at_the_summary_leaves_nothing(office: Desk) -> None:
    revised(office, KELLER, "    mia: DEMO-MIA-0001\n", "    mia: DEMO-MIA-0001\n    until: 2026-11-30\n")
    before = {path: (office.root / path).read_bytes() for path in office.files()}
    running = office.begins("change")
    assert "Summary of the change" in str(running.question())
    running.press(b"\x03")
    assert running.end() == 2 and "nothing was left half done" in running.seen
    assert {path: (office.root / path).read_bytes() for path in office.files()} == before


def test_an_entry_edited_while_the_summary_is_typed_is_not_written_over(office: Desk) -> None:
    path = new_person(office)
    running = office.begins("change")
    running.question()
    office.write(path, (office.root / path).read_text().replace("Tester", "Trainee"))
    before = office.files()
    running.answer("")
    assert running.end() == 1 and f"{path} was changed meanwhile. Nothing was written" in running.seen
    assert office.files() == before


_HOSTILE = {
    "empty": b"",
    "no mapping": b"- a\n",
    "binary": b"\x00\xff\n",
    "deep": b"form: person@1\nkeys: " + b"[" * 60_000 + b"\n",
    "keys are text": b"form: person@1\nkeys: none\nroles: none\n",
    "key is a list": b"form: person@1\nkeys: [[a]]\nroles: [[b]]\n",
    "no form": b"name: x\n",
    "unknown form": b"form: wizard@9\n",
    "flow": b"{form: person@1, name: x}\n",
}


@pytest.mark.parametrize("kind", _HOSTILE)
@pytest.mark.parametrize("path", [f"{PEOPLE}/x-x.yaml", f"{KELLER}.r1.yaml", "records/registers/wizards/x-x.yaml"])
def test_a_hostile_entry_is_refused_without_a_traceback(office: Desk, kind: str, path: str) -> None:
    (office.root / path).parent.mkdir(exist_ok=True)
    (office.root / path).write_bytes(_HOSTILE[kind])
    assert "Traceback" not in refused(office, "mended first")


@pytest.mark.parametrize("kind", _HOSTILE)
def test_a_hostile_draft_that_nobody_signed_is_drafted_anew(office: Desk, kind: str) -> None:
    new_person(office)
    (office.root / CHANGE).write_bytes(_HOSTILE[kind])
    answer = build("change", *SUMMARY, root=office.root)
    assert answer.returncode == 0 and "Traceback" not in answer.stderr, answer.stderr


# Founding


def test_the_first_change_is_drafted_for_all_founders_and_founds_the_repository(tmp_path: Path) -> None:
    kept = {p: d for p, d in repositories.founded(plan=()).items() if "/batches/" not in p and "change.001" not in p}
    repositories.commit(tmp_path / "records", kept)
    (tmp_path / "home/.ssh").mkdir(parents=True)
    (tmp_path / "scratch").mkdir()
    new = Desk(tmp_path / "records", tmp_path / "home", tmp_path / "scratch")
    answer = build("change", "--summary", "The founding entries.", root=new.root)
    first = "records/registers/change.001.yaml"
    assert answer.returncode == 0 and answer.stdout == f"{first}\n", answer.stderr
    assert "All of these sign: a-lindqvist (a-lindqvist), " in answer.stderr
    assert "Something is taken away" not in answer.stderr
    put_into_force(new, first, (*ADMINISTRATORS, "d-ferreira"))
    assert len(forging.repository(files_of(new), repositories.pin_of(kept)).judgement.states) == 2


def test_a_founder_whose_entry_holds_another_key_is_refused(tmp_path: Path) -> None:
    kept = {p: d for p, d in repositories.founded(plan=()).items() if "/batches/" not in p and "change.001" not in p}
    path, old, new = f"{PEOPLE}/b-okafor.yaml", repositories.key_of("b-okafor"), repositories.key_of("another")
    kept[path] = kept[path].replace(forging.public_text(old).encode(), forging.public_text(new).encode())
    repositories.commit(tmp_path / "records", kept)
    answer = build("change", "--summary", "The founding entries.", root=tmp_path / "records")
    assert answer.returncode == 1
    assert "the entry of the founder b-okafor does not hold exactly the root's key" in spoken(answer.stderr)


# The page that tells it


def test_the_commands_of_the_how_to_are_accepted() -> None:
    page = (repositories.ROOT / "docs/how-to/keep-the-registers.md").read_text(encoding="utf-8")
    lines = [shlex.split(line)[1:] for line in page.splitlines() if line.startswith("    ./build.py ")]
    known = [line for line in lines if line[0] in VERBS]
    assert len(known) >= 6
    for line in known:
        assert parsed(line, dict.fromkeys(VERBS, "")).run


# Between the first signature and the second


def half_signed(place: Desk) -> None:
    new_person(place)
    assert build("change", *SUMMARY, root=place.root).returncode == 0
    put_into_force(place, signers=ADMINISTRATORS[:1])


def test_the_next_thing_to_do_is_the_second_signature(office: Desk) -> None:
    half_signed(office)
    told = build("next", root=office.root).stdout
    assert f"sign {CHANGE} --as {ADMINISTRATORS[1]} --role register-administrator\n" in told, told
    assert f"--as {ADMINISTRATORS[0]} " not in told and "mend" not in told, told


def test_everybody_else_goes_on_signing_under_the_registers_in_force(tmp_path: Path) -> None:
    record = "records/batches/B2025-03/documentation.01.receipt.yaml"
    place = desk(tmp_path, without=(record, "trials/demo-101-302/issue.1.yaml"))
    half_signed(place)
    place.with_key("m-keller")
    status, seen = place.types("sign", record, "--as", "m-keller", answers={"Type B2025-03": "B2025-03"})
    assert status == 0, seen
    put_into_force(place, signers=ADMINISTRATORS[1:2])
    assert place.findings() == []
