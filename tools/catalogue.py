"""Writes the pages of docs/reference/ about rules, records and messages from what the program holds.

Nothing is said here that does not stand there: a rule is described by its own docstring, a field by its form.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from filing.act import mappings  # noqa: E402
from filing.explaining import EXAMPLES, SEVERITIES  # noqa: E402
from filing.forms import load_forms  # noqa: E402
from filing.gate import NO_ISSUE  # noqa: E402
from filing.load import load_record  # noqa: E402
from filing.load.words import FAULTS  # noqa: E402
from filing.model import Finding  # noqa: E402
from filing.repository import read  # noqa: E402
from filing.requirements import REQUIREMENTS  # noqa: E402
from filing.rules import RULES, RuleResult  # noqa: E402
from filing.rules.rule import Rule  # noqa: E402
from filing.validate import Schemas  # noqa: E402
from tests.casebook import BREAKING, files_of, findings_of, simplest  # noqa: E402
from tests.repositories import as_shipped  # noqa: E402
from tools import messages  # noqa: E402
from tools.kinds import kinds_of_records  # noqa: E402

SOP = "records/sop/cr-ops-142-2025.yaml"
CLOCKED = ("R13", "R28", "R36", "R45", "R49", "R54")
"""The rules that ask what day it is; every other rule gives the same answer for ever."""
GENERATED = "\n<!-- Written by `make catalogue`; what stands here is changed where it comes from. -->\n"
RULES_HEAD = f"""\
# What the records are held to
{GENERATED}
`./build.py check` tells every place where one of these requirements is not met. What it says there bears one of three
words:

- **error**: no package is built from the records concerned until it is mended.
- **hold**: no package either, unless somebody in the role named with the rule signs a justification for this very
  record (`justification.01.yaml`) and has not signed the record itself.
- **warning**: told, and nothing is refused.

A finding names the rule by its number. Numbers that are missing here belong to requirements that other rules cover, and
are not used again.
"""
FORM_RULES = """\
### <a id="s01"></a>S01, S02, S03: the record's form

A record is as its form asks ([records](records.md)): every field that is needed, no other, each written as described
there. S01 names the field, says in the form's own words what is asked, and what to type. S02 asks for the quotes of a
text that looks like a date. S03 names a field that the form does not have, or has for another case only. Severity:
error.

"""


def clauses_of_the_sop() -> Mapping[str, str]:
    """The clauses of the SOP's procedure and what each requires."""
    record, _ = load_record(SOP, as_shipped()[SOP])
    assert record is not None
    return {str(item["clause"]): str(item["requirement"]) for item in mappings(record.data["procedure"])}


def rules_page(examples: bool = True) -> str:
    """docs/reference/rules.md; the examples have to be tried, which takes most of the time."""
    own = {rule.id for rule in RULES}
    parts = [RULES_HEAD, "\n## By clause of the SOP\n\n", *_index(), "\n## Rules of the records\n\n"]
    parts += [rule_section(rule, examples) for rule in RULES]
    parts.append("## Sign-offs, registers and forms\n\n")
    parts += [requirement_section(name, examples) for name in sorted(REQUIREMENTS) if name not in own]
    name, title, requirement, authority = NO_ISSUE
    facts = [("Authority", authority), ("Severity", "error, told where a package is to be built")]
    parts += [_head(name, title, requirement), _facts(facts)]
    parts += ["## Files and forms\n\n", FORM_RULES, *_reading()]
    return "".join(parts).rstrip("\n") + "\n"


def rule_section(rule: Rule, example: bool = True) -> str:
    """What the page says about one rule."""
    severity = f"{rule.severity}"
    if rule.opened_by:
        severity += f"; a hold is opened by a justification that somebody signs as `{rule.opened_by}`"
    clock = "yes: what it says may change from one day to the next" if rule.id in CLOCKED else "no"
    facts = [("Authority", rule.clause), ("Severity", severity), ("Reads the clock", clock)]
    paragraphs = inspect.cleandoc(rule.check.__doc__ or "").split("\n\n")[1:]
    reasons = "".join(f"{' '.join(paragraph.split())}\n\n" for paragraph in paragraphs)
    head = _head(rule.id, rule.title, rule.requirement)
    return head + reasons + _facts(facts) + (_example(rule.id) if example else "")


def requirement_section(name: str, example: bool = True) -> str:
    """What the page says about a requirement of sign-offs, registers or forms."""
    words = REQUIREMENTS[name]
    facts = _facts([("Authority", words.clause), ("Severity", SEVERITIES.get(name, "error"))])
    return _head(name, words.title, words.requirement) + facts + (_example(name) if example else "")


def clauses_cited(rule: str, clause: str) -> tuple[str, ...]:
    """The clauses of the SOP that a rule is cited for."""
    return RuleResult(rule, "", "", clause, "", "").sop_clauses


def example_of(rule: str) -> Finding | None:
    """A finding of the rule in the simplest of its cases."""
    if not any(name.startswith(f"{rule}-") for name in BREAKING):
        return None
    found = (finding for finding in findings_of(simplest(rule)) if finding.rule == rule)
    return min(found, key=lambda finding: (finding.severity == "warning", finding))


SPOILT: Mapping[str, tuple[str, str]] = {
    "S01": ("decision: certified", "decision: approved"),
    "S02": ("register_number: DEMO-QPR-2025-0117", "register_number: 2025-01-17"),
    "S03": ("decision: certified", "decision: certified\nstatus: Certified"),
    "Y01": ("decision: certified", "decision: certified\u200b"),
    "Y02": ("decision: certified", "decision: [certified"),
    "Y03": ("decision: certified", "decision: &word certified"),
    "Y04": ("decision: certified", "decision: certified\ndecision: rejected"),
    "Y05": ("decision: certified", "decision:"),
    "T04": ("form: certification@1", "form: certification@9"),
}
"""What is told while a file is read: each in a certification with one thing written otherwise."""
SPOILT_RECORD = "records/batches/B2025-01/certification.yaml"


def examples() -> str:
    """filing/examples.json: of each rule a record that breaks it, the line that was written, and what is said to it."""
    found = {name: entry for name in sorted({*_ids(), *SPOILT}) if (entry := _shown(name))}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _ids() -> set[str]:
    return {rule.id for rule in RULES} | set(REQUIREMENTS)


def _shown(name: str) -> Mapping[str, str] | None:
    finding = None if name in SPOILT else example_of(name)
    files = files_of(simplest(name)) if finding else {}
    if name in SPOILT:
        old, new = SPOILT[name]
        files = {**as_shipped(), SPOILT_RECORD: as_shipped()[SPOILT_RECORD].replace(old.encode(), new.encode(), 1)}
        told = (*read(files, pin="").findings,)
        finding = next((each for each in told if each.rule == name and each.path == SPOILT_RECORD), None)
    if finding is None:
        return None
    lines = files.get(finding.path, b"").decode("utf-8", "replace").split("\n")
    whole = (finding.line, finding.column) in ((1, 1), (0, 0)) or finding.line > len(lines)
    wrote = "" if whole else lines[finding.line - 1].strip()
    return {"path": finding.path, "wrote": wrote, "found": finding.found, "remedy": finding.remedy}


def _index() -> Iterator[str]:
    cited = [(rule.id, clauses_cited(rule.id, rule.clause)) for rule in RULES]
    cited += [(name, clauses_cited(name, words.clause)) for name, words in REQUIREMENTS.items()]
    yield "| Clause | What the SOP says | Rules |\n|---|---|---|\n"
    for clause, words in clauses_of_the_sop().items():
        rules = sorted({name for name, clauses in cited if clause in clauses})
        yield f"| {clause} | {words} | {', '.join(f'[{name}](#{name.lower()})' for name in rules)} |\n"


def _head(name: str, title: str, requirement: str) -> str:
    return f'### <a id="{name.lower()}"></a>{name}: {title}\n\n**{requirement}**\n\n'


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "".join(f"- {label}: {value}\n" for label, value in facts) + "\n"


def _example(rule: str) -> str:
    finding = example_of(rule)
    if finding is None:
        return ""
    return f"For example, in `{finding.path}`:\n\n> Found: {finding.found}\n>\n> Do: {finding.remedy}\n\n"


def _reading() -> Iterator[str]:
    """What a file has to be like before it is a record at all, told while it is read."""
    by_id: dict[str, list[tuple[str, str, str]]] = {}
    for name, *words in FAULTS.values():
        by_id.setdefault(name, []).append((words[0], words[1], words[2]))
    for name, faults in sorted(by_id.items()):
        if name.startswith("Y"):
            yield f'### <a id="{name.lower()}"></a>{name}: while a file is read\n\n'
            for title, requirement, authority in faults:
                yield f"- *{title}*: {requirement}{f' ({authority})' if authority else ''}\n"
            yield "\nSeverity: error.\n\n"


def pages() -> Mapping[str, str]:
    """The pages by their paths."""
    files = as_shipped()
    return {
        "docs/reference/rules.md": rules_page(),
        "docs/reference/records.md": kinds_of_records(load_forms(files), Schemas(files), GENERATED),
        "docs/reference/messages.md": messages.page(),
        EXAMPLES.relative_to(ROOT).as_posix(): examples(),
    }


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for path, page in pages().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(page, encoding="utf-8")
        print(f"{path}: {page.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
