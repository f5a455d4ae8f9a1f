"""Lays out one HTML document and writes it as PDF/A-2a and PDF/UA-1.

Fetches nothing, attaches nothing, runs nothing, and takes every date from the document. Whatever the renderer
would only warn about - a glyph no font has, a style it does not know - is a fault here. The fonts must have been
pinned in this process before this room is first used (fonts.use).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from typing import Any

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from filing.model import Document
from filing.render import RenderFault
from filing.render.layout import require_everything_shown
from filing.render.tags import finish_tags

_LOGGERS = ("weasyprint", "fontTools")


def to_pdf(html: str, document: Document) -> tuple[bytes, int]:
    """The PDF's bytes and its number of pages."""
    with _warnings_are_faults(document.label), _crashes_are_faults(document.label):
        source = weasyprint.HTML(string=html, url_fetcher=_Refusing())
        layout = source.render(
            font_config=_font_configuration(),
            pdf_variant="pdf/a-2a",
            stylesheets=_take_stylesheets(source.etree_element),
        )
        require_everything_shown(source.etree_element, layout.pages, document.label)
        metadata = layout.metadata
        metadata.title = document.title
        metadata.created = metadata.modified = document.created
        metadata.generate_rdf_metadata = partial(_both_standards, metadata.generate_rdf_metadata)
        pdf: bytes = layout.write_pdf(pdf_variant="pdf/a-2a", finisher=finish_tags)
        return pdf, len(layout.pages)


@cache
def _font_configuration() -> Any:
    """One for the life of the process: the pinned fonts never change in it."""
    return FontConfiguration()


def _take_stylesheets(root: Any) -> list[Any]:
    """Parsing the same style sheet anew for every document would take a sixth of the time."""
    head = root.find("head")
    styles = head.findall("style")
    for style in styles:
        head.remove(style)
    return [_stylesheet(style.text) for style in styles]


@lru_cache(maxsize=16)
def _stylesheet(text: str) -> Any:
    """Refused here if anything is wrong with it: what is kept would not warn a second time."""
    with _warnings_are_faults("A style sheet"):
        return weasyprint.CSS(string=text, url_fetcher=_Refusing(), font_config=_font_configuration())


class _Refusing(URLFetcher):  # type: ignore[misc]  # the renderer ships without types
    def fetch(self, url: str, headers: object = None) -> object:
        """Anything softer than this error makes the renderer go on without the resource."""
        raise FatalURLFetchingError(url)


_MISSING_GLYPH = re.compile(r'(?<=unsupported by fonts: )".+" \(U\+[0-9A-F]+\)')


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        glyph = _MISSING_GLYPH.search(message)
        self.messages.append(f"the fonts have no sign for {glyph[0]}" if glyph else message)


@contextmanager
def _warnings_are_faults(label: str) -> Iterator[None]:
    warnings = _Warnings()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(warnings)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(warnings)
    if warnings.messages:
        shown = "; ".join(dict.fromkeys(warnings.messages))
        raise RenderFault(f"{label} cannot be printed as it stands: {shown}")


@contextmanager
def _crashes_are_faults(label: str) -> Iterator[None]:
    try:
        yield
    except (RenderFault, MemoryError):
        raise
    except FatalURLFetchingError as error:
        raise RenderFault(f"{label} refers to {error}: a document may not load anything from outside.") from error
    except Exception as error:
        raise RenderFault(f"{label} cannot be laid out ({type(error).__name__}: {error}).") from error


def _both_standards(rdf: partial[bytes], variant: str, version: int, conformance: str) -> bytes:
    """PDF/A-2 admits a property outside its own list only with a description of its schema (ISO 19005-2, 6.6.2.3)."""
    written = rdf(variant, version, conformance)
    return written.replace(b"</rdf:RDF>", _UNIVERSAL_ACCESS + b"</rdf:RDF>")


_UNIVERSAL_ACCESS = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
