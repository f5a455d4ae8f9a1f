"""What git knows: signed files changed or lost on the first-parent line, and which bytes a package is made from."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from filing.history import clean_head, inside_git, read_history, setting
from filing.model import CannotRun
from filing.trust import listed_entries
from tests.forging import (
    CERTIFICATION,
    PEOPLE,
    Files,
    certified_by,
    change,
    drop,
    person,
    revision,
    role,
    sample,
)
from tests.repositories import BATCH, PLAN, build, commit, founded, git, key_of, pin_of, short_sample, write
from tools.refound import FOUNDERS, refound

SOP = "records/sop/cr-ops-142-2025.yaml"
QP = f"{CERTIFICATION}.qp.signoff"
TRIAL = "records/registers/trials/demo-101-302.yaml"


def broken(folder: Path) -> list[tuple[str, str, str]]:
    """(path, what, commit or "") of every break the history shows against the working tree."""
    files = read_tree(folder)
    return [(item.path, item.what, item.commit) for item in read_history(folder, files, listed_entries(files)).breaks]


def read_tree(folder: Path) -> Files:
    found = {}
    for top in ("records", "schemas", "templates"):
        for path in sorted((folder / top).rglob("*")):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def edited(files: Files, path: str, added: bytes = b"# edited\n") -> Files:
    return files | {path: files[path] + added}


def lost(files: Files, *paths: str) -> Files:
    return {path: data for path, data in files.items() if path not in paths}


# ---- changed, lost, restored --------------------------------------------------------------------------------------


def test_a_repository_in_which_nothing_signed_was_touched_has_no_breaks(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, files)
    commit(tmp_path, files | {"records/batches/B2025-02/batch.yaml": b"form: batch@1\n"})
    assert broken(tmp_path) == []


@pytest.mark.parametrize(
    "path",
    [
        SOP,
        f"{CERTIFICATION}.yaml",
        QP,
        QP + ".sig",
        TRIAL,
        "records/registers/forms.yaml",
        "records/registers/change.001.yaml",
    ],
)
def test_a_signed_file_that_was_changed_is_named_with_its_commit(tmp_path: Path, path: str) -> None:
    files = sample()
    commit(tmp_path, files)
    guilty = commit(tmp_path, edited(files, path))
    commit(tmp_path, edited(files, path) | {"records/note.txt": b"x\n"})
    assert broken(tmp_path) == [(path, "changed", guilty)]


@pytest.mark.parametrize("path", [SOP, f"{CERTIFICATION}.yaml", QP, QP + ".sig", TRIAL, "records/root.allowed_signers"])
def test_a_signed_file_that_was_removed_is_named_with_its_commit(tmp_path: Path, path: str) -> None:
    files = sample()
    commit(tmp_path, files)
    guilty = commit(tmp_path, lost(files, path))
    assert broken(tmp_path) == [(path, "removed", guilty)]


def test_a_whole_act_removed_with_its_sign_offs_is_named_file_by_file(tmp_path: Path) -> None:
    files = sample()
    gone = [path for path in files if path.startswith(CERTIFICATION + ".")]
    commit(tmp_path, files)
    guilty = commit(tmp_path, lost(files, *gone))
    assert broken(tmp_path) == [(path, "removed", guilty) for path in sorted(gone)]


def test_a_signed_act_removed_in_two_commits_is_named_with_the_first(tmp_path: Path) -> None:
    """First the sign-offs, so that the record is no longer signed; then the record."""
    files = sample()
    signoffs = [path for path in files if path.startswith(CERTIFICATION + ".") and "signoff" in path]
    commit(tmp_path, files)
    first = commit(tmp_path, lost(files, *signoffs))
    commit(tmp_path, lost(files, *signoffs, f"{CERTIFICATION}.yaml"))
    assert broken(tmp_path) == [(path, "removed", first) for path in sorted(signoffs)]


def test_a_signed_file_that_was_renamed_is_named_as_removed(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, files)
    moved = {path.replace("B2025-01", "B2025-09"): data for path, data in files.items()}
    guilty = commit(tmp_path, moved)
    assert broken(tmp_path) == [(path, "removed", guilty) for path in sorted(files) if path.startswith(BATCH)]


def test_a_signed_file_replaced_by_an_older_one_is_named(tmp_path: Path) -> None:
    """An entry of the register is rolled back to what it was, with its change."""
    files = sample()
    commit(tmp_path, files)
    later = sample()
    change(later, 2, [revision(later, f"{PEOPLE}/l-hansen", "Depot Manager", "Head")])
    commit(tmp_path, later)
    guilty = commit(tmp_path, files)
    assert {(what, where) for _, what, where in broken(tmp_path)} == {("removed", guilty)}
    assert f"{PEOPLE}/l-hansen.r1.yaml" not in {path for path, *_ in broken(tmp_path)}, "its change is gone: root cause"
    assert "records/registers/change.002.yaml" in {path for path, *_ in broken(tmp_path)}


def test_a_signed_file_that_was_put_back_as_it_was_is_no_break(tmp_path: Path) -> None:
    files = sample()
    for version in (files, edited(files, SOP), lost(files, SOP), files):
        commit(tmp_path, version)
    assert broken(tmp_path) == []


def test_a_signed_file_put_back_differently_is_named_with_the_first_commit(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, files)
    guilty = commit(tmp_path, lost(files, SOP))
    commit(tmp_path, edited(files, SOP))
    assert broken(tmp_path) == [(SOP, "removed", guilty)]


def test_a_draft_may_change_until_it_is_signed(tmp_path: Path) -> None:
    files = sample()
    unsigned = {path: data for path, data in files.items() if not path.startswith(CERTIFICATION + ".")}
    commit(tmp_path, unsigned | {f"{CERTIFICATION}.yaml": b"form: certification@1\n"})
    commit(tmp_path, unsigned | {f"{CERTIFICATION}.yaml": b"form: certification@1\nbatch: B2025-01\n"})
    commit(tmp_path, files)
    assert broken(tmp_path) == []


def test_a_register_entry_may_change_until_a_change_puts_it_into_force(tmp_path: Path) -> None:
    files = sample()
    entry = person(files, "n-new", role("qa"))
    commit(tmp_path, edited(files, entry))
    commit(tmp_path, files)
    change(files, 2, [entry])
    commit(tmp_path, files)
    assert broken(tmp_path) == []
    guilty = commit(tmp_path, edited(files, entry))
    assert broken(tmp_path) == [(entry, "changed", guilty)]


def test_what_is_signed_in_the_commit_that_changes_it_is_no_break(tmp_path: Path) -> None:
    files = sample()
    commit(
        tmp_path,
        {
            path: data
            for path, data in edited(files, SOP).items()
            if not path.startswith("records/sop/cr-ops-142-2025.a")
            and not path.startswith("records/sop/cr-ops-142-2025.c")
            and not path.startswith("records/sop/cr-ops-142-2025.p")
        },
    )
    commit(tmp_path, files)
    assert broken(tmp_path) == []


@pytest.mark.parametrize("path", [SOP, QP, TRIAL])
def test_a_signed_file_deleted_or_edited_and_not_committed_is_named(tmp_path: Path, path: str) -> None:
    files = sample()
    commit(tmp_path, files)
    (tmp_path / path).unlink()
    assert broken(tmp_path) == [(path, "removed", "")]
    (tmp_path / path).write_bytes(files[path] + b"#\n")
    assert broken(tmp_path) == [(path, "changed", "")]


def test_a_file_made_executable_is_no_break(tmp_path: Path) -> None:
    commit(tmp_path, sample())
    (tmp_path / SOP).chmod(0o755)
    git(tmp_path, "commit", "-qam", "mode")
    assert broken(tmp_path) == []


def test_a_name_with_control_characters_deceives_nobody(tmp_path: Path) -> None:
    """A file's name that reads like git's own answer."""
    files = sample()
    commit(tmp_path, files)
    fake = f"records/\x01{'0' * 40} 0\n:100644 100644 {'1' * 40} {'2' * 40} M"
    guilty = commit(tmp_path, edited(files, SOP) | {fake: b"x"})
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


# ---- merges, pull requests ----------------------------------------------------------------------------------------


def branched(folder: Path, ours: Files, theirs: Files) -> None:
    """main goes on with `ours` while a branch has `theirs`, both from the sample."""
    commit(folder, sample())
    git(folder, "checkout", "-q", "-b", "theirs")
    commit(folder, theirs, "theirs")
    git(folder, "checkout", "-q", "main")
    commit(folder, ours, "ours")


def merged(folder: Path, result: Files) -> str:
    """The merge commit on main whose files are exactly these."""
    git(folder, "merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "theirs")
    write(folder, result)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "merge")
    return git(folder, "rev-parse", "HEAD").strip()


def test_a_break_inside_a_branch_is_told_by_the_merge_that_brings_it(tmp_path: Path) -> None:
    files = sample()
    branched(tmp_path, files, edited(files, SOP))
    guilty = merged(tmp_path, edited(files, SOP))
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


def test_what_a_branch_broke_and_mended_is_no_break_after_the_merge(tmp_path: Path) -> None:
    files = sample()
    branched(tmp_path, files, edited(files, SOP))
    git(tmp_path, "checkout", "-q", "theirs")
    commit(tmp_path, files, "mended")
    git(tmp_path, "checkout", "-q", "main")
    merged(tmp_path, files)
    assert broken(tmp_path) == []


def test_an_evil_merge_that_drops_what_main_had_signed_is_named(tmp_path: Path) -> None:
    files = sample()
    branched(tmp_path, files, files | {"records/note.txt": b"x\n"})
    guilty = merged(tmp_path, lost(files, QP, QP + ".sig"))
    assert broken(tmp_path) == [(QP, "removed", guilty), (QP + ".sig", "removed", guilty)]


def test_an_evil_merge_that_changes_what_neither_side_changed_is_named(tmp_path: Path) -> None:
    files = sample()
    branched(tmp_path, files | {"records/a.txt": b"x\n"}, files | {"records/b.txt": b"x\n"})
    guilty = merged(tmp_path, edited(files, TRIAL))
    assert broken(tmp_path) == [(TRIAL, "changed", guilty)]


def test_two_branches_that_each_sign_their_own_acts_merge_without_a_break(tmp_path: Path) -> None:
    files = sample()
    mine = {path.replace("B2025-01", "B2025-02"): data for path, data in files.items() if path.startswith(BATCH)}
    branched(tmp_path, files | {"records/a.txt": b"x\n"}, files | mine)
    merged(tmp_path, files | mine | {"records/a.txt": b"x\n"})
    assert broken(tmp_path) == []


def test_the_earliest_commit_on_the_first_parent_line_bounds_the_time(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, lost(files, QP, QP + ".sig"), date="2025-09-02T10:00:00Z")
    git(tmp_path, "checkout", "-q", "-b", "theirs")
    commit(tmp_path, files, date="2025-09-02T11:00:00Z")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "merge", "theirs", date="2025-09-05T12:00:00+02:00")
    history = read_history(tmp_path, files, listed_entries(files))
    assert history.latest(QP, files[QP], "now") == "20250905100000Z"
    assert history.latest(QP, files[QP] + b"x", "now") == "now"
    assert history.latest(f"{BATCH}/batch.yaml", files[f"{BATCH}/batch.yaml"], "now") == "20250902100000Z"


def test_the_first_commit_counts_when_a_file_was_removed_and_put_back(tmp_path: Path) -> None:
    files = sample()
    for day, version in enumerate((files, lost(files, QP), files), 3):
        commit(tmp_path, version, date=f"2025-09-0{day}T10:00:00Z")
    history = read_history(tmp_path, files, listed_entries(files))
    assert history.latest(QP, files[QP], "now") == "20250903100000Z"


# ---- where the history begins -------------------------------------------------------------------------------------


def refounded(name: str) -> Files:
    """The sample under another root."""
    keys = {p: key_of(f"{name} {p}") for p in {s.signer for s in PLAN} | {*FOUNDERS}}
    return refound(short_sample(), keys)


def test_what_happened_under_an_earlier_root_is_not_told(tmp_path: Path) -> None:
    commit(tmp_path, refounded("first"))
    commit(tmp_path, sample())
    assert broken(tmp_path) == []


def test_what_happened_since_the_present_root_is_told(tmp_path: Path) -> None:
    commit(tmp_path, refounded("first"))
    commit(tmp_path, sample())
    guilty = commit(tmp_path, edited(sample(), SOP))
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


@pytest.mark.parametrize("pin", [b"0" * 64 + b"\n", b"", None])
def test_a_pin_changed_for_a_moment_hides_nothing(tmp_path: Path, pin: bytes | None) -> None:
    """The pin goes and comes back; what happened meanwhile, and in the commits of the dance, is still told."""
    files = sample()
    commit(tmp_path, files)
    moment = edited(files, SOP)
    guilty = commit(
        tmp_path, moment | {"records/root.pin": pin} if pin is not None else lost(moment, "records/root.pin")
    )
    commit(tmp_path, moment)
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


def test_a_pin_spelt_anew_hides_nothing(tmp_path: Path) -> None:
    """The same fingerprint without its newline is another file: the history must not begin there."""
    files = sample()
    commit(tmp_path, files)
    spelt = edited(files, SOP) | {"records/root.pin": files["records/root.pin"].strip()}
    guilty = commit(tmp_path, spelt)
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


def test_a_root_changed_for_a_moment_hides_nothing(tmp_path: Path) -> None:
    files = founded()
    commit(tmp_path, files)
    guilty = commit(tmp_path, edited(refounded("thief"), SOP))
    commit(tmp_path, edited(files, SOP))
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


def test_a_repository_founded_anew_and_not_yet_committed_has_no_breaks(tmp_path: Path) -> None:
    commit(tmp_path, sample())
    write(tmp_path, refounded("anew"))
    assert broken(tmp_path) == []


def test_without_any_root_the_whole_history_is_told(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, files)
    guilty = commit(tmp_path, lost(edited(files, SOP), "records/root.allowed_signers", "records/root.pin"))
    assert (SOP, "changed", guilty) in broken(tmp_path)


# ---- kinds of checkouts -------------------------------------------------------------------------------------------


def test_records_in_a_subfolder_of_a_git_repository_have_their_history(tmp_path: Path) -> None:
    files, folder = sample(), tmp_path / "quality/records of trials"
    git(tmp_path, "init", "-q", "-b", "main")
    for version in (files, edited(files, SOP)):
        write(folder, version)
        (tmp_path / "records").mkdir(exist_ok=True)
        (tmp_path / "records/other.txt").write_text("elsewhere\n")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", "all")
    assert broken(folder) == [(SOP, "changed", git(tmp_path, "rev-parse", "HEAD").strip())]
    assert clean_head(folder).files[SOP] == edited(files, SOP)[SOP]
    assert "records/other.txt" not in clean_head(folder).files


def test_a_repository_with_sha256_objects_has_its_history(tmp_path: Path) -> None:
    files = sample()
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(tmp_path, files)
    guilty = commit(tmp_path, edited(files, SOP))
    assert len(guilty) == 64 and broken(tmp_path) == [(SOP, "changed", guilty)]
    assert clean_head(tmp_path).files == read_tree(tmp_path)


@pytest.mark.parametrize(
    "setting",
    [
        "log.follow=true",
        "log.showSignature=true",
        "diff.renames=copies",
        "log.diffMerges=off",
        "diff.relative=true",
        "core.quotePath=true",
        "log.showRoot=false",
        "diff.noprefix=true",
        "log.date=iso",
        "format.pretty=oneline",
    ],
)
def test_no_setting_of_git_changes_what_the_history_says(tmp_path: Path, setting: str) -> None:
    files = sample()
    branched(tmp_path, files, edited(files, SOP))
    guilty = merged(tmp_path, edited(files, SOP))
    git(tmp_path, "config", *setting.split("="))
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


def test_a_replaced_commit_does_not_change_what_the_history_says(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, files)
    guilty = commit(tmp_path, edited(files, SOP))
    other = git(tmp_path, "commit-tree", f"{guilty}^{{tree}}", "-m", "as if it had always been so").strip()
    git(tmp_path, "replace", guilty, other)
    assert broken(tmp_path) == [(SOP, "changed", guilty)]


def test_variables_of_a_git_hook_do_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sample()
    commit(tmp_path / "a", files)
    guilty = commit(tmp_path / "a", edited(files, SOP))
    commit(tmp_path / "b", sample())
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "b/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "b/.git/index"))
    assert broken(tmp_path / "a") == [(SOP, "changed", guilty)]


def test_a_folder_outside_git_has_no_history(tmp_path: Path) -> None:
    write(tmp_path, sample())
    assert not inside_git(tmp_path)
    with pytest.raises(CannotRun, match="no git checkout"):
        clean_head(tmp_path)


def test_a_repository_without_a_commit_has_no_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert not inside_git(tmp_path)


def shallow(folder: Path) -> Path:
    commit(folder / "full", sample())
    commit(folder / "full", edited(sample(), SOP))
    git(folder, "clone", "-q", "--depth", "1", f"file://{folder / 'full'}", "clone")
    return folder / "clone"


def test_a_shallow_clone_makes_no_package(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="git fetch --unshallow"):
        clean_head(shallow(tmp_path))


# ---- the bytes a package is made from -----------------------------------------------------------------------------


def test_a_package_is_made_from_the_commit_and_not_from_the_working_tree(tmp_path: Path) -> None:
    """An edit that git was told to overlook, and a file that is excluded, do not slip in."""
    files = sample()
    commit(tmp_path, files)
    git(tmp_path, "update-index", "--skip-worktree", SOP)
    (tmp_path / SOP).write_bytes(b"form: sop@1\n")
    (tmp_path / ".git/info/exclude").write_text("records/batches/hidden*\n")
    (tmp_path / "records/batches/hidden.yaml").write_text("x\n")
    assert clean_head(tmp_path).files == files


@pytest.mark.parametrize("path", [SOP, "records/new file.yaml", "schemas/new.json"])
def test_changes_that_are_not_committed_make_no_package(tmp_path: Path, path: str) -> None:
    commit(tmp_path, sample())
    (tmp_path / path).write_bytes(b"x\n")
    with pytest.raises(CannotRun, match=r"not committed.*git stash -u"):
        clean_head(tmp_path)


def test_a_change_that_is_staged_makes_no_package(tmp_path: Path) -> None:
    commit(tmp_path, sample())
    (tmp_path / SOP).write_bytes(b"x\n")
    git(tmp_path, "add", "-A")
    with pytest.raises(CannotRun, match="not committed"):
        clean_head(tmp_path)


def test_a_link_among_the_records_makes_no_package(tmp_path: Path) -> None:
    commit(tmp_path, sample())
    (tmp_path / "records/link.yaml").symlink_to("sop/cr-ops-142-2025.yaml")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "link")
    with pytest.raises(CannotRun, match=r"records/link.yaml is a link"):
        clean_head(tmp_path)


# ---- through the front door ---------------------------------------------------------------------------------------


def findings(folder: Path, *arguments: str, **environment: str) -> tuple[int, list[dict[str, str]]]:
    answer = build("check", "--format", "json", *arguments, root=folder, **environment)
    assert answer.returncode in (0, 1), answer.stderr
    return answer.returncode, json.loads(answer.stdout)["findings"]


def errors_of(found: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(f["rule"], f["path"]) for f in found if f["severity"] == "error"]


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which the root was replaced together with its pin, and everything signed anew by the intruder."""
    folder = tmp_path_factory.mktemp("replaced")
    commit(folder, founded())
    commit(folder, refounded("thief"))
    return folder


OLD = pin_of(founded())


@pytest.mark.parametrize("how", ["--root-fingerprint", "FILING_ROOT", "filing.root"])
def test_a_root_replaced_together_with_its_pin_is_refused_under_a_pin_from_outside(replaced: Path, how: str) -> None:
    arguments, environment = [], {}
    if how == "--root-fingerprint":
        arguments = ["--root-fingerprint", OLD]
    elif how == "FILING_ROOT":
        environment = {"FILING_ROOT": OLD}
    else:
        git(replaced, "config", "filing.root", OLD)
    code, found = findings(replaced, *arguments, **environment)
    if how == "filing.root":
        assert setting(replaced, "filing.root") == OLD
        git(replaced, "config", "--unset", "filing.root")
    root = next(f for f in found if f["rule"] == "T01")
    assert code == 1 and root["path"] == "records/root.allowed_signers" and OLD in root["found"]


def test_without_a_pin_from_outside_the_pin_is_called_the_repository_s_own(replaced: Path) -> None:
    answer = build("check", root=replaced)
    assert answer.returncode == 0
    last = answer.stdout.strip().splitlines()[-1]
    assert last.startswith(f"Root {pin_of(refounded('thief'))}, pinned by the repository itself; compare it")


def test_the_pin_of_the_command_line_comes_before_that_of_the_environment(replaced: Path) -> None:
    new = pin_of(refounded("thief"))
    assert findings(replaced, "--root-fingerprint", new, FILING_ROOT=OLD)[0] == 0
    assert findings(replaced, "--root-fingerprint", OLD, FILING_ROOT=new)[0] == 1


def test_the_name_of_the_build_server_does_not_change_where_the_pin_comes_from(replaced: Path) -> None:
    assert findings(replaced, CI="true")[0] == 0
    assert findings(replaced, CI="true", FILING_ROOT=OLD)[0] == 1


def test_a_time_claimed_after_its_commit_is_refused(tmp_path: Path) -> None:
    files = sample()
    certified_by(files, time="2026-01-05T13:00:01+01:00")
    commit(tmp_path, files, date="2026-01-05T12:00:00Z")
    code, found = findings(tmp_path)
    assert code == 1 and ("R13", QP) in errors_of(found)
    assert "2026-01-05T13:00:01+01:00, which is after it was committed (20260105120000Z)" in found[0]["found"]


def test_a_time_in_the_future_is_refused_before_it_is_committed(tmp_path: Path) -> None:
    files = sample()
    commit(tmp_path, lost(files, QP, QP + ".sig"))
    certified_by(files, time="2999-01-05T13:00:01+01:00")
    write(tmp_path, files)
    assert ("R13", QP) in errors_of(findings(tmp_path)[1])


def test_check_names_the_commit_and_what_puts_the_file_back(tmp_path: Path) -> None:
    files = founded()
    commit(tmp_path, files)
    guilty = commit(tmp_path, edited(files, SOP))
    code, found = findings(tmp_path)
    told = next(f for f in found if f["rule"] == "R44")
    assert code == 1 and told["path"] == SOP
    assert told["found"].startswith(
        f"after it had been signed, the file was changed in commit {guilty[:12]}. Void are: "
    )
    assert told["remedy"] == f"Put it back: git checkout {guilty[:12]}~1 -- {SOP}"
    subprocess.run(told["remedy"].removeprefix("Put it back: ").split(), cwd=tmp_path, check=True, capture_output=True)
    assert findings(tmp_path)[0] == 0


def test_check_names_what_is_missing_from_the_working_tree(tmp_path: Path) -> None:
    commit(tmp_path, founded())
    (tmp_path / QP).unlink()
    found = findings(tmp_path)[1]
    told = next(f for f in found if f["rule"] == "R44" and "working tree" in f["found"])
    assert told["path"] == QP and told["remedy"] == f"Put it back: git checkout HEAD -- {QP}"


@pytest.mark.parametrize("kind", ["shallow", "no git"])
def test_check_without_history_says_that_it_did_not_see_it(tmp_path: Path, kind: str) -> None:
    folder = shallow(tmp_path) if kind == "shallow" else write(tmp_path, sample())
    told = [f for f in findings(folder)[1] if f["rule"] == "T05"]
    assert [f["severity"] for f in told] == ["warning"] and "git fetch --unshallow" in told[0]["remedy"]


def test_check_without_history_judges_everything_else(tmp_path: Path) -> None:
    write(tmp_path, edited(sample(), SOP))
    assert ("R05", SOP) in errors_of(findings(tmp_path)[1])


def test_a_pull_request_is_judged_on_its_merge_result(tmp_path: Path) -> None:
    """The branch brings a sign-off back that it had lost itself: its own history does not matter, the result does."""
    files = founded()
    commit(tmp_path, files)
    git(tmp_path, "checkout", "-q", "-b", "theirs")
    commit(tmp_path, lost(files, QP), "lost")
    commit(tmp_path, files | {"records/batches/note.txt": b"x\n"}, "back")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "-m", "merge", "theirs")
    assert not [e for e in errors_of(findings(tmp_path)[1]) if e[0] == "R44"]


def test_a_foreign_owned_checkout_makes_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, sample())
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with pytest.raises(CannotRun, match=r"git config --global --add safe\.directory"):
        clean_head(tmp_path)


def test_a_machine_without_git_has_no_history_and_makes_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(tmp_path / "records", sample())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not inside_git(tmp_path / "records") and setting(tmp_path / "records", "filing.root") == ""
    with pytest.raises(CannotRun):
        clean_head(tmp_path / "records")


def test_dropping_a_batch_from_the_commit_leaves_the_sign_offs_of_others_alone(tmp_path: Path) -> None:
    files = founded()
    commit(tmp_path, files)
    drop(files, f"{BATCH}/issue.1")
    commit(tmp_path, files)
    assert {rule for rule, _ in errors_of(findings(tmp_path)[1])} >= {"R44"}
