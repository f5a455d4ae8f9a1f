"""What the page in the browser shows now, and whoever waits for the next thing to show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Condition

from filing.drafts.pictures import Page
from filing.drafts.plan import NotShown
from filing.model import Finding

_REMEMBERED = 200
"""PDFs that a browser may still ask for while it changes over to newer ones."""


@dataclass(frozen=True)
class Shown:
    """One document as it was rendered last; `version` tells its bytes."""

    name: str
    label: str
    title: str
    version: str
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class View:
    """Everything on the page. `trouble` stands above the documents, which are then the last good ones: findings of
    records that cannot be read, or a plain sentence."""

    batch: str
    documents: tuple[Shown, ...] = ()
    trouble: tuple[Finding | str, ...] = ()
    not_shown: tuple[NotShown, ...] = ()
    findings: tuple[Finding, ...] | None = None
    """None while they are being looked for."""
    complete: bool = False
    """Whether every document and finding is as the records stand."""

    def as_json(self) -> str:
        return json.dumps({
            "batch": self.batch,
            "complete": self.complete,
            "documents": [
                {
                    "name": shown.name, "label": shown.label, "title": shown.title, "version": shown.version,
                    "pages": [{"width": p.width, "height": p.height, "text": p.text} for p in shown.pages],
                }
                for shown in self.documents
            ],
            "trouble": [{"text": item} if isinstance(item, str) else _told(item) for item in self.trouble],
            "not_shown": [{"what": item.what, "why": item.why} for item in self.not_shown],
            "findings": None if self.findings is None else [_told(finding) for finding in self.findings],
        })  # fmt: skip


@dataclass
class Screen:
    """Shared by the thread that makes previews and those that serve browsers."""

    view: View
    number: int = 1
    ended: bool = False
    _pdfs: dict[str, bytes] = field(default_factory=dict)
    _changed: Condition = field(default_factory=Condition)

    def show(self, view: View, pdfs: Mapping[str, bytes]) -> None:
        """`pdfs` are those of its documents by version."""
        with self._changed:
            if view == self.view:
                return
            for version, pdf in pdfs.items():
                self._pdfs.pop(version, None)
                self._pdfs[version] = pdf
            for old in list(self._pdfs)[:-_REMEMBERED]:
                del self._pdfs[old]
            self.view, self.number = view, self.number + 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.ended, self.number = True, self.number + 1
            self._changed.notify_all()

    def after(self, number: int, seconds: float) -> tuple[int, View, bool]:
        """Waits for something newer than `number`, but no longer than that; the last is whether the preview ended."""
        with self._changed:
            self._changed.wait_for(lambda: self.number != number, seconds)
            return self.number, self.view, self.ended

    def pdf(self, version: str) -> bytes | None:
        with self._changed:
            return self._pdfs.get(version)


def _told(finding: Finding) -> dict[str, object]:
    """A finding in the words of check."""
    return {
        "place": f"{finding.path}:{finding.line}:{finding.column}",
        "severity": finding.severity,
        "rule": finding.rule,
        "title": finding.title,
        "requirement": finding.requirement,
        "clause": finding.clause,
        "found": finding.found,
        "remedy": finding.remedy,
    }
