"""Records as they are written: what stands plain and what in quotes, what an unknown kind gets, what is refused."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from filing import load, validate
from filing.drafting.beginning import Drafted, drafted
from filing.drafting.layout import Layout
from filing.drafting.outline import Outline
from filing.drafting.scalars import cannot_stand, scalar
from filing.journal import Journal
from filing.model import CannotRun, Value
from filing.repository import read
from filing.tidying import tidied
from filing.validate import Schemas
from tests import repositories
from tests.repositories import WHOLE_PLAN, as_shipped, founded
from tests.second import founding

DAY = "2026-01-05"
BLNS = Path(__file__).parents[2] / "shared" / "corpora" / "blns.txt"
AWKWARD = (
    "NO", "yes", "null", "~", "0123", "12:30",
    "1e3", "1_000", "0x1F", ".5", "=", "<<", "- a", "? a", "a: b", "a #b", "#a",
    "a:", ": a", "'a'", '"a"', "a\\b", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "2025-09-01",
    "2025-09-01T09:30:00+02:00", "a\nb", "a\n", " a", "a ", "a  b", "---", "...", "--- a", "a, b", "true", "3", "3.0",
    "06.02.01", "0" * 64,
    "\u00a0a", "\u2013", "\u00e9", "word " * 40, "word  " * 40, "-" * 300, "# a " * 60, "a: " * 60,
)  # fmt: skip


@cache
def journal() -> Journal:
    return Journal(read(founded(plan=WHOLE_PLAN, base=as_shipped()), pin=""))


@cache
def second() -> Journal:
    return Journal(read(founding.founded(), pin=""))


def new(kind: str, where: str = "", of: Journal | None = None, **words: str) -> Drafted:
    given = {name.replace("__", "."): text for name, text in words.items()}
    return drafted(of or journal(), kind, where, given, DAY, asks=False)


def refused(kind: str, where: str = "", of: Journal | None = None, **words: str) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(CannotRun) as refusal:
        new(kind, where, of, **words)
    return str(refusal.value), refusal.value.commands


# Texts


def page_of(text: str) -> str:
    outline = Outline(journal().repository.schemas, "filing.qc@1")
    data = {"form": "filing.qc@1", "batch": "B1", "result": "passed", "remarks": text}
    return Layout(outline, data, lambda field: {}).text("records/batches/B1/filing.01.qc.yaml")


def read_back(text: str) -> Value:
    record, findings = load.load_record("records/batches/B1/filing.01.qc.yaml", page_of(text).encode())
    assert record is not None, findings
    assert validate.validate(record, journal().repository.schemas) == ()
    assert yaml.safe_load(page_of(text))["remarks"] == text
    return record.data["remarks"]


@pytest.mark.parametrize("text", AWKWARD)
def test_an_awkward_text_is_read_back_as_it_was(text: str) -> None:
    assert cannot_stand(text) == "" and read_back(text) == text


@settings(max_examples=300, deadline=None)
@for_all(st.text(min_size=1, max_size=400))
def test_every_text_is_read_back_as_it_was_or_refused_with_the_reason(text: str) -> None:
    if cannot_stand(text):
        assert re.match(r"It holds (U\+[0-9A-F]{4,6} |a character that is no Unicode text)", cannot_stand(text))
    else:
        assert read_back(text) == text


@pytest.mark.skipif(not BLNS.exists(), reason="the list of naughty strings is not here")
def test_naughty_strings_are_read_back_as_they_were_or_refused() -> None:
    lines = {line for line in BLNS.read_text(encoding="utf-8", errors="surrogateescape").split("\n") if line}
    assert len(lines) > 400
    for text in lines:
        assert cannot_stand(text) or read_back(text[:400]) == text[:400]


@pytest.mark.parametrize(
    "text", ["a\tb", "a\u200bb", "a\x00b", "a\u202eb", "e\u0301", "\ud800", "a\rb", "\ufeffa", "\x85"]
)
def test_what_paper_does_not_show_or_shows_in_two_ways_cannot_be_written(text: str) -> None:
    assert cannot_stand(text).startswith(("It holds ", "It is "))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Two originals", "Two originals"), ("3", '"3"'), ("06.02.01", '"06.02.01"'), ("NO", '"NO"'),
        ("DEMO-101", "DEMO-101"), ("2–8 °C", "2–8 °C"), ("2025-09-01", '"2025-09-01"'), ("a" * 64, f'"{"a" * 64}"'),
        ("a: b", '"a: b"'), ("a #b", '"a #b"'),
    ],
)  # fmt: skip
def test_quotes_stand_where_a_reader_could_take_a_text_for_something_else(text: str, written: str) -> None:
    assert scalar(text) == written


def test_a_date_stands_plain_where_the_form_asks_for_one() -> None:
    assert scalar("2025-09-01", is_time_text=True) == "2025-09-01"


# Kinds


def test_every_kind_can_be_begun_without_a_terminal_and_lacks_only_what_it_lists() -> None:
    begun = {
        "batch": "B2026-01", "documentation": "B2025-03", "certification": "B2025-03", "filing": "B2025-01",
        "qa-audit": "B2025-01", "distribution": "B2025-01", "person": "x-y", "site": "site-102", "product": "demo-102",
        "organisation": "demo-lab", "trial": "demo-101-303", "policy": "mild", "statement": "ctr-63", "sop": "other",
        "capa": "DEV-2025-001", "filing.qc": "B2025-01", "filing.archive": "B2025-02", "deviation.report": "B2025-03",
    }  # fmt: skip
    for kind, where in begun.items():
        draft = new(kind, where)
        lines = draft.text.splitlines()
        assert lines[0] == f"# yaml-language-server: $schema={'../' * draft.path.count('/')}schemas/{kind}@1.json"
        assert lines[1].startswith("# Form. ") and lines[2] == f"form: {kind}@1"
        empty = [line for line in lines if re.fullmatch(r" *(- )?[a-z_0-9]+:", line)]
        assert bool(empty) == bool(draft.lacking), kind
        record, findings = load.load_record(draft.path, draft.text.encode())
        assert record is not None or {finding.rule for finding in findings} == {"Y05"}, (kind, findings)


def test_every_field_of_a_form_stands_in_the_record_filled_empty_or_commented_out() -> None:
    text = new("certification", "B2025-03").text
    for key in as_keys("certification@1"):
        assert re.search(rf"^ *(# *)?(- )?{key}:", text, re.MULTILINE), key
    assert not re.search(r"^(# )?(corrects|reason|reason_class):", text, re.MULTILINE)


def as_keys(form: str) -> list[str]:
    schema = Schemas(journal().repository.files).root(form)
    return [key for key in schema["properties"] if key not in ("corrects", "reason_class", "reason")]


def test_what_somebody_has_to_judge_is_never_filled_in() -> None:
    text = new("certification", "B2025-03", decision="certified").text
    for name in ("permitted_by_authorisation", "national_duties_met", "entered_in_register", "batch_records_reviewed"):
        assert re.search(rf"^ *{name}:$", text, re.MULTILINE), name
    assert re.search("^decision:$", new("certification", "B2025-03").text, re.MULTILINE)
    archived = new("filing.qc", "B2025-01").text
    assert re.search("^result:$", archived, re.MULTILINE)


def test_the_certificate_is_filled_in_from_the_registers_once_the_qp_certifies() -> None:
    text = new("certification", "B2025-03", decision="certified").text
    assert "  strength: demonib 25 mg/ml; 25 mg per pre-filled syringe\n" in text
    assert '  impd_version: "3"\n' in text and "statement: ctr-62\n" in text
    assert "\ncertificate:" not in new("certification", "B2025-03", decision="rejected").text


@pytest.mark.parametrize(
    ("kind", "where", "path"),
    [
        ("documentation", "B2025-03", "records/batches/B2025-03/documentation.02.yaml"),
        ("certification", "B2025-03", "records/batches/B2025-03/certification.yaml"),
        ("certification", "B2025-01", "records/batches/B2025-01/certification.02.yaml"),
        ("deviation.report", "", "records/deviations/DEV-2026-001/report.yaml"),
        ("deviation.report", "DEV-2026-001", "records/deviations/DEV-2026-001/report.yaml"),
        ("capa", "DEV-2025-001", "records/deviations/DEV-2025-001/capa.03.yaml"),
        ("disposition", "DEV-2025-001", "records/deviations/DEV-2025-001/disposition.B2025-02.02.yaml"),
        ("batch", "B2026-01", "records/batches/B2026-01/batch.yaml"),
        ("person", "x-y", "records/registers/people/x-y.yaml"),
        ("filing.qc", "B2025-01", "records/batches/B2025-01/filing.01.qc.yaml"),
    ],
)
def test_the_next_number_is_taken(kind: str, where: str, path: str) -> None:
    assert new(kind, where).path == path


def test_a_voided_number_is_not_used_again() -> None:
    files = founded(plan=WHOLE_PLAN, base=as_shipped())
    folder = "records/batches/B2025-03"
    of = Journal(read({**files, f"{folder}/documentation.02.void.yaml": b"form: void@1\n"}, pin=""))
    assert new("documentation", "B2025-03", of).path == f"{folder}/documentation.03.yaml"


def test_a_word_of_the_path_and_fields_are_given_by_name() -> None:
    draft = new("handoff", "B2025-02", recipient="depot", recipient__function="depot", channel="email")
    assert draft.path == "records/batches/B2025-02/handoff.depot.yaml"
    assert "\nchannel: email\n" in draft.text and "\n  function: depot\n" in draft.text


def test_what_is_given_is_never_dropped_in_favour_of_what_is_known() -> None:
    text = new("certification", "B2025-03", decision="certified", certificate__strength="25 mg").text
    assert "\n  strength: 25 mg\n" in text
    lines = new("documentation", "B2025-03", documents__0__type="IMPD", documents__1__type="protocol").text
    assert lines.count("\n  - type: ") == 2


def complete_delivery() -> Drafted:
    first = {"type": "IMPD", "number": "I-1", "version": "3", "date": "2025-05-12", "source": "sponsor"}
    words = {f"documents__{at}__{name}": text for at in (0, 1) for name, text in first.items()}
    words |= {"documents__1__number": "I-2", "remarks": "Two originals and " + "a copy " * 20 + "each"}
    return new("documentation", "B2025-03", **words)


def test_what_is_written_is_tidy_already() -> None:
    certified = {
        "decision": "certified", "register_number": "R-1", "quantity__amount": "10",
        "documents_seen": "documentation.01",
        "batch_records_reviewed": "BMR-L0262", "certificate__comments": "None",
        "certificate__additional_information": "None",
        **{f"attestations__{name}": "yes" for name in (
            "permitted_by_authorisation", "national_duties_met", "entered_in_register",
        )},
    }  # fmt: skip
    for draft in (
        complete_delivery(),
        new("certification", "B2025-03", **certified),
        new("filing.qc", "B2025-01", result="passed"),
    ):
        assert draft.lacking == ()
        assert tidied(draft.path, draft.text.encode(), lambda at: (), "").decode() == draft.text


def test_a_line_that_is_commented_out_fits_where_it_stands_once_it_is_a_line_again() -> None:
    text = tidied("x.yaml", complete_delivery().text.encode(), lambda at: (), "").decode()
    changed = text.replace("# sha256:", f'sha256: "{"a" * 64}"')
    record, findings = load.load_record("records/batches/B2025-03/documentation.02.yaml", changed.encode())
    assert record is not None and findings == () and changed != text
    assert validate.validate(record, journal().repository.schemas) == ()


# An unknown kind


def test_an_unknown_kind_is_begun_from_its_schema_alone() -> None:
    draft = new("recall", "LX-2207-A", second(), grounds="Wrong label")
    assert draft.path == "records/batches/LX-2207-A/recall.02.yaml"
    assert "\ncertification: certification\n" in draft.text and "\ngrounds: Wrong label\n" in draft.text
    assert [".".join(map(str, pointer)) for pointer, _ in draft.lacking] == [
        "recalled_from", "quantity.amount", "quantity.unit",
    ]  # fmt: skip


def test_the_answer_to_an_unknown_kind_is_answered_already() -> None:
    why, commands = refused("recall.reply", "LX-2207-A", second())
    assert "Every one has its answer already: records/batches/LX-2207-A/recall.01.reply.yaml." in why
    assert commands == ("revise records/batches/LX-2207-A/recall.01.reply.yaml",)


# Refusals


@pytest.mark.parametrize(
    ("kind", "where", "why", "commands"),
    [
        ("certifcation", "B2025-03", 'no kind of record called "certifcation". Did you mean certification? There', ()),
        ("receipt", "B2025-03", "Did you mean distribution.receipt or documentation.receipt? There are:\n", ()),
        ("nothing-alike", "B2025-03", 'There is no kind of record called "nothing-alike". There are:\n', ()),
        ("documentation", "B2025-99", 'There is no batch "B2025-99". There are: B2025-01, B2025-02, B2025-03.', ()),
        ("documentation", "../../x", 'There is no batch "../../x". ', ()),
        ("documentation", "", "Which batch is it for? Give it with the command; nobody can be asked here.", ()),
        ("capa", "DEV-2026-001", 'There is no deviation "DEV-2026-001". There are: DEV-2025-001.', ()),
        ("deviation.report", "DEV-2026-004", "The next deviation is DEV-2026-001, and numbers are used in turn.", ()),
        ("deviation.report", "B2025-99", 'There is no batch "B2025-99".', ()),
        ("batch", "B2025-01", "records/batches/B2025-01/batch.yaml is there already. Correct it where it is wrong.",
         ("revise records/batches/B2025-01/batch.yaml",)),
        ("batch", "b2026", "records/batches/b2026/batch.yaml is no name for a record. ", ()),
        ("batch", "../B1", "records/batches/../B1/batch.yaml is no name for a record. ", ()),
        ("person", "../x", "records/registers/people/../x.yaml is no name for a record. ", ()),
        ("person", "r1", "records/registers/people/r1.yaml is no name for a record. ", ()),
        ("person", "void", "records/registers/people/void.yaml is no name for a record. ", ()),
        ("person", "", "What is its id? Give it with the command; nobody can be asked here.", ()),
        ("site", "site-101", "records/registers/sites/site-101.yaml is there already. ",
         ("revise records/registers/sites/site-101.yaml",)),
        ("documentation.receipt", "B2025-03", "Every one has its answer already: records/batches/B2025-03/",
         ("revise records/batches/B2025-03/documentation.01.receipt.yaml",)),
        ("distribution.receipt", "B2025-03", "There is no distribution here that this could follow. Write that first.",
         ("new distribution B2025-03",)),
        ("deviation.closure", "DEV-2025-001", "Every one has its answer already: ",
         ("revise records/deviations/DEV-2025-001/closure.yaml",)),
        ("handoff", "B2025-03", "Which recipient? Give it with the command; nobody can be asked here. There are: ",
         ()),
        ("release", "B2025-03", "This record names a signed record (certification), and there is none that fits.",
         ("new certification B2025-03",)),
        ("release", "B2025-01", "records/batches/B2025-01/release.site-101.yaml is there already. ",
         ("revise records/batches/B2025-01/release.site-101.yaml",)),
        ("change", "", "A register change is drafted from the entries that were edited.", ("change",)),
        ("issue", "B2025-01", "An issue lists what the logs of a batch contain; it is drafted as a whole.",
         ("issue --batch B2025-01",)),
        ("trial-issue", "", "An issue lists what the logs of a trial contain; it is drafted as a whole.", ()),
        ("justification", "B2025-01", "A justification answers a finding that is on hold.", ("justify",)),
        ("void", "x.yaml", "A record is taken back by naming its file.", ("void x.yaml",)),
        ("forms", "", "records/registers/forms.yaml is there already. ", ("revise records/registers/forms.yaml",)),
    ],
)  # fmt: skip
def test_what_cannot_be_begun_is_refused_with_what_to_do_first(
    kind: str, where: str, why: str, commands: tuple[str, ...]
) -> None:
    said, typed = refused(kind, where)
    assert why in said and typed == commands


def test_a_form_that_is_not_in_force_yet_is_refused() -> None:
    with pytest.raises(CannotRun, match="The form documentation is not in force on 2025-08-31"):
        drafted(journal(), "documentation", "B2025-03", {}, "2025-08-31", asks=False)


@pytest.mark.parametrize("kind", ["documentation", "documentation.receipt"])
def test_nothing_is_begun_in_a_folder_without_a_batch_master(kind: str) -> None:
    files = dict(founded(plan=WHOLE_PLAN, base=as_shipped()))
    for path in [path for path in files if path.startswith("records/batches/B2025-03/batch.")]:
        del files[path]
    of = Journal(read(files, pin=""))
    said, typed = refused(kind, "B2025-03", of)
    assert "B2025-03 has no batch master yet. Write that first." in said or kind == "documentation.receipt"
    assert typed[0].startswith(("new batch B2025-03", "revise"))


def test_what_follows_waits_for_the_sign_off_of_what_it_follows() -> None:
    unsigned = tuple(s for s in WHOLE_PLAN if "B2025-03/documentation" not in s.record and "trials/" not in s.record)
    files = dict(founded(plan=unsigned, base=as_shipped()))
    del files["records/batches/B2025-03/documentation.01.receipt.yaml"]
    said, typed = refused("documentation.receipt", "B2025-03", Journal(read(files, pin="")))
    path = "records/batches/B2025-03/documentation.01.yaml"
    assert said == f"{path} is not signed yet, and what follows it rests on its sign-off. Sign it first."
    assert typed == (f"sign {path}",)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("remark", "x", 'The form documentation@1 has no field "remark". Did you mean remarks? '),
        ("documents.0.nummer", "x", 'The form documentation@1 has no field "documents.0.nummer".'),
        ("documents", "x", "documents is a list of groups. Give their parts, such as documents.0.type=..."),
        ("documents.1.type", "IMPD", "Number the items of documents from 0: documents.0 is not given."),
        ("documents.x.type", "IMPD", 'The form documentation@1 has no field "documents.x.type".'),
        ("documents.0.type", "foo", 'documents.0.type=foo: Not one of the choices: "foo".'),
        ("documents.0.date", "1 May", 'documents.0.date=1 May: Date or time not as asked: "1 May".'),
        ("documents.0.number", "a*", 'documents.0.number=a*: Written differently: "a*".'),
        ("remarks", "", 'remarks=: Too short: "", which has 0 characters.'),
        ("corrects", "a" * 64, 'The form documentation@1 has no field "corrects".'),
        ("form", "documentation@2", 'The form documentation@1 has no field "form".'),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, value: str, why: str) -> None:
    assert why in refused("documentation", "B2025-03", **{name.replace(".", "__"): value})[0]


@pytest.mark.parametrize("word", ["remarks", "=x", "remarks=a\tb", "remarks=\udcff"])
def test_words_that_are_no_values_are_refused(word: str) -> None:
    from filing.drafting.given import split

    with pytest.raises(CannotRun):
        split([word])


def test_an_entry_that_is_not_in_force_is_not_named() -> None:
    said, _ = refused("batch", "B2026-01", product="demo-999")
    assert "product=demo-999: There is no demo-999 to name here. There are: demo-101." in said


def test_no_record_is_refused_for_the_sample_as_it_is_shipped() -> None:
    assert repositories.errors(journal().repository.files) == []
