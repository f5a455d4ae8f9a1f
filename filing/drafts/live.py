"""Previews that follow the records while they are being written: what changed is judged, laid out and shown anew.

The history is not asked, since it takes longer than a person waits; check asks it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from filing import gate, load
from filing.checkout import TOPS
from filing.drafts.pictures import pages
from filing.drafts.plan import Draft, batch_of, drafted
from filing.drafts.screen import Screen, Shown, View
from filing.journal import Journal
from filing.model import CannotRun, Document, Finding, Rendered
from filing.render.workers import render_document
from filing.repository import Repository, read, root_cause_first
from filing.rules import examine
from filing.signoffs import utc_text
from filing.subject import Subject


@dataclass
class Preview:
    """The previews of one batch below `root`; what it remembers is what was last good."""

    root: Path
    batch: str
    pin: str
    screen: Screen
    _made: dict[str, tuple[Document, Shown, bytes]] = field(default_factory=dict)
    _broken: frozenset[str] = frozenset()
    """The records that what is shown now lacks, since they could not be read."""

    def refresh(self, executor: Executor) -> None:
        """Brings what is shown up to the records as they stand."""
        now = utc_text(datetime.now(UTC))
        try:
            files, unreadable = load.read_tree(self.root, TOPS)
            repository = read(files, pin=self.pin, latest=lambda path: now)
            draft = drafted(repository, self.batch, now)
        except CannotRun as why:
            self.still(str(why))
            return
        broken = frozenset(item.what for item in draft.not_shown if item.what in files)
        if self._made and broken - self._broken:
            trouble = _about(broken - self._broken, [*unreadable, *repository.findings])
            self.still(*trouble, findings=_findings(repository, unreadable, self.batch, now))
            return
        self._broken = broken
        templates = {path: data for path, data in files.items() if path.startswith("templates/")}
        begun = self._begin(draft, templates, executor)
        with ThreadPoolExecutor(1) as aside:  # judged while the pages are laid out, and shown when it is done
            self._finish(draft, begun, aside.submit(_findings, repository, unreadable, self.batch, now))

    def still(self, *trouble: Finding | str, findings: tuple[Finding, ...] | None = None) -> None:
        """What was last good stays, with what is wrong above it."""
        last = self.screen.view
        self.screen.show(replace(last, trouble=trouble, findings=findings or last.findings), {})

    def _begin(
        self, draft: Draft, templates: Mapping[str, bytes], executor: Executor
    ) -> Mapping[Future[Rendered], Document]:
        """Only what changed is rendered."""
        known = {name: document for name, (document, _, _) in self._made.items()}
        changed = [document for document in draft.documents if known.get(document.name) != document]
        return {executor.submit(render_document, document, templates): document for document in changed}

    def _finish(
        self, draft: Draft, begun: Mapping[Future[Rendered], Document], judged: Future[tuple[Finding, ...]]
    ) -> None:
        """Each document is shown as soon as it is ready; one that cannot be rendered stays as it was last good."""
        trouble: list[str] = []
        for future in as_completed(begun):
            document = begun[future]
            try:
                self._made[document.name] = _shown(document, future.result().pdf)
            except CannotRun as why:
                trouble.append(str(why))
            self._show(draft, trouble, judged.result() if judged.done() else self.screen.view.findings)
        self._show(draft, trouble, judged.result(), complete=True)

    def _show(
        self, draft: Draft, trouble: Iterable[str], findings: tuple[Finding, ...] | None, complete: bool = False
    ) -> None:
        ready = [self._made[document.name] for document in draft.documents if document.name in self._made]
        shown = tuple(shown for _, shown, _ in ready)
        view = View(self.batch, shown, tuple(trouble), draft.not_shown, findings, complete)
        self.screen.show(view, {shown.version: pdf for _, shown, pdf in ready})


def _shown(document: Document, pdf: bytes) -> tuple[Document, Shown, bytes]:
    version = hashlib.sha256(pdf).hexdigest()[:16]
    return document, Shown(document.name, document.label, document.title, version, pages(pdf)), pdf


def _about(paths: Iterable[str], findings: Iterable[Finding]) -> tuple[Finding, ...]:
    wanted = frozenset(paths)
    return root_cause_first(finding for finding in findings if finding.path in wanted)


def _findings(repository: Repository, unreadable: Iterable[Finding], name: str, now: str) -> tuple[Finding, ...]:
    """Those that bear on the batch, as check words them."""
    journal = Journal(repository, as_of=now)
    batch = batch_of(journal, name)
    subject = Subject(name, (batch,), batch, journal)
    found = [*examine(journal).findings, *unreadable]
    return root_cause_first(finding for finding in found if gate.bears_on(subject, finding))
