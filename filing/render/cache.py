"""Finished PDFs kept by the digest of everything that went into them: the document, its template, and the environment,
which covers this program. A convenience between two builds on one machine, never an input to a filing: where CI is set
or --cold is given, everything is rendered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import asdict
from pathlib import Path

from filing.model import Document, Rendered
from filing.render.closure import closure_digest
from filing.render.workers import render_document


class Cache:
    """PDFs below a folder; without a folder nothing is found or kept."""

    def __init__(self, folder: Path | None, environment: str) -> None:
        """`environment` is the digest of everything but document and template that the bytes of a PDF depend on."""
        self._folder, self._environment = folder, environment

    def submit(self, executor: Executor, document: Document, templates: Mapping[str, bytes]) -> Future[Rendered]:
        """The document as it was rendered before, else as a worker will render it now."""
        if self._folder is None:
            return executor.submit(render_document, document, templates)
        key = self._key(document, templates)
        found = self._find(self._folder, key, document)
        if found:
            done: Future[Rendered] = Future()
            done.set_result(found)
            return done
        made = executor.submit(render_document, document, templates)
        folder = self._folder
        made.add_done_callback(lambda future: _keep_if_made(folder, key, future))
        return made

    def _find(self, folder: Path, key: str, document: Document) -> Rendered | None:
        for path in folder.glob(f"{key}-*.pdf"):
            pdf, (_, pages, digest) = path.read_bytes(), path.stem.split("-")
            if hashlib.sha256(pdf).hexdigest() == digest:
                return Rendered(document, pdf, int(pages))
        return None

    def _key(self, document: Document, templates: Mapping[str, bytes]) -> str:
        template = closure_digest(templates, document.template)
        parts = json.dumps([template, self._environment, asdict(document)], sort_keys=True)
        return hashlib.sha256(parts.encode()).hexdigest()


def _keep_if_made(folder: Path, key: str, future: Future[Rendered]) -> None:
    if not future.cancelled() and future.exception() is None:
        _keep(folder, key, future.result())


def _keep(folder: Path, key: str, rendered: Rendered) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key}-{rendered.pages}-{hashlib.sha256(rendered.pdf).hexdigest()}.pdf"
    half = path.with_suffix(".half")
    half.write_bytes(rendered.pdf)
    half.replace(path)
