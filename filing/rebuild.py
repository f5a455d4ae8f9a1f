"""Makes every PDF of a verified package again, from its own records and this checkout's templates.

A checksum and a sign-off cannot tell whether a page shows what its records say; the same bytes can. Another render
environment or a missing template decides nothing: INDETERMINATE, naming the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace

from filing import documents, package
from filing.contents import subject_in
from filing.model import CannotRun
from filing.provenance import PROVENANCE, read_statement
from filing.render.cache import Cache
from filing.repository import Repository
from filing.verify import NOT_MADE_AGAIN, Verdict


def rebuilt(
    verdict: Verdict, templates: Mapping[str, bytes], environment: Mapping[str, str], executor: Executor
) -> Verdict:
    """The verdict with the result of making the PDFs again; a package that did not pass is not looked at.

    `templates` are the checkout's ("templates/..."), `environment` the facts `package.environment` states here.
    """
    read = verdict.package
    if read is None:
        return verdict
    try:
        made = _made_again(replace(read, files={**read.files, **templates}), executor)
    except CannotRun as reason:
        return _with(verdict, "INDETERMINATE", (f"  The documents cannot be made again here: {reason}",))
    others = tuple(f"data/{name}" for name, pdf in sorted(made.items()) if read.files.get(name) != pdf)
    if not others:
        return _with(verdict, "PASS", (f"  {len(made)} PDFs made again, the same to the byte",))
    differences = tuple(_differences(read, environment))
    if differences:
        lines = [f"  {name}  comes out otherwise here, where it is made with other means" for name in others]
        return _with(verdict, "INDETERMINATE", (*lines, *differences))
    reasons = tuple(f"{name}  is not what its records and the approved templates give" for name in others)
    return replace(_with(verdict, "FAIL", tuple(f"  {reason}" for reason in reasons)), reasons_to_fail=reasons)


def _made_again(read: Repository, executor: Executor) -> dict[str, bytes]:
    subject = subject_in(read)
    assert subject is not None  # the package has passed
    planned = documents.plan(subject)
    pages = package.render(planned, read.files, executor, Cache(None, ""), lambda _: None)
    made = {f"documents/{part.document.name}.pdf": part.pdf for part in pages.parts}
    return {**made, f"compiled/{package.stem_of(subject, planned.issue)}.pdf": pages.compiled}


def _differences(read: Repository, environment: Mapping[str, str]) -> Iterator[str]:
    """What the package was made with and what is here, where they differ."""
    making = read_statement(read.files[PROVENANCE])
    then = making.environment if making else {}
    for name in sorted({*then, *environment}):
        if then.get(name) != environment.get(name):
            yield f"  {name} is {environment.get(name, 'absent')} here; it was {then.get(name, 'absent')}"


def _with(verdict: Verdict, word: str, lines: tuple[str, ...]) -> Verdict:
    rest = tuple(line.removesuffix(NOT_MADE_AGAIN) for line in verdict.lines[3:])
    return replace(verdict, word=word, lines=(word, *verdict.lines[1:3], *lines, *rest))
