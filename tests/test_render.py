"""A document becomes the same archival PDF every time, with every field printed as typed, or it is refused."""

from __future__ import annotations

import copy
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pytest
import render_samples as samples

from filing.model import Document
from filing.place import TOOL
from filing.render import RenderFault, fonts, workers
from filing.render.closure import closure, closure_digest
from filing.render.workers import Limits, render_document, renderers

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")
"""The renderer forgets to close the colour profile it ships with."""

PAYLOADS = [
    "<script>alert(1)</script><b>bold</b>",
    '"><img src="file:///etc/passwd">',
    "{{ 7 * 7 }} {% include 'x' %}",
    "</style></title><link rel=attachment href='file:///etc/hostname'>",
    "&lt;kept as typed&gt; &amp;amp;",
]


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> fonts.Fonts:
    return fonts.prepare(samples.LOCK, tmp_path_factory.mktemp("fonts"))


@pytest.fixture(scope="module")
def to_pdf(pinned: fonts.Fonts) -> Callable[[Document], bytes]:
    fonts.use(pinned)
    from filing.render import html, pdf

    return lambda document: pdf.to_pdf(html.to_html(document, samples.TEMPLATES), document)[0]


def to_html(document: Document, templates: dict[str, bytes] | None = None) -> str:
    from filing.render.html import to_html

    return to_html(document, templates or samples.TEMPLATES)


def filled(template: str, **context: Any) -> str:
    document = Document("x", "Sample", "Sample", "x@1", "2025-09-10T09:02:40Z", context)
    return to_html(document, {"templates/x@1/x.html.j2": template.encode()})


# Templates


@pytest.mark.parametrize("document", [samples.log(), samples.certificate(), samples.cover()], ids=lambda d: d.name)
def test_a_template_that_misses_any_of_its_fields_is_refused(document: Document) -> None:
    for field in document.context:
        missing = {name: value for name, value in document.context.items() if name != field}
        with pytest.raises(RenderFault, match=document.label):
            to_html(Document(**{**vars(document), "context": missing}))


@pytest.mark.parametrize(
    "path",
    [
        ("header", "left"), ("header", "facts", 0, "value"), ("footer", "form"), ("columns", 0, "heading"),
        ("rows", 0, "cells", 0, 0, "text"), ("rows", 0, "superseded"), ("signoffs", 0, "state"),
        ("signoffs", 0, "meaning"), ("signoffs", 1, "binds"), ("document", "subtitle"),
    ],
    ids=str,
)  # fmt: skip
def test_a_missing_field_inside_a_mapping_is_named(path: tuple[str | int, ...]) -> None:
    context: Any = copy.deepcopy(samples.LOG)
    target = context
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    with pytest.raises(RenderFault, match=f'there is no field "{path[-1]}"'):
        to_html(samples.log(**context) if path[0] != "document" else samples.log(document=context["document"]))


@pytest.mark.parametrize(
    "template",
    [
        "{{ row.items }}", "{{ row.text }}", "{{ row['items'] }}", "{{ row['__class__'] }}", "{{ row.__class__ }}",
        "{{ text.upper() }}", "{{ text['format'] }}", "{{ text|attr('upper') }}", "{{ text|safe }}",
        "{{ text|default('') }}", "{{ nothing is defined }}", "{{ row['nothing']|default('x') }}",
        "{{ cycler }}", "{{ lipsum() }}", "{{ self.__init__ }}", "{{ ().__class__.__base__ }}",
        "{{ range.__globals__ }}", "{{ width|percent }}", "{{ nothing }}", "{% if nothing %}{% endif %}",
    ],
)  # fmt: skip
def test_a_template_reads_fields_by_key_and_nothing_else(template: str) -> None:
    with pytest.raises(RenderFault):
        filled(template, row={"text": "x"}, text="x", width="14; background: url(x)")


def test_a_field_read_by_its_key_is_printed() -> None:
    assert filled("{{ row['items'] }}", row={"items": "<5 vials"}) == "&lt;5 vials"


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {' '.join(name for name, _ in attrs)}")


def _replaced(value: Any, payload: str, name: str = "") -> Any:
    """Every text of a context replaced, but for those that a schema limits to a few values."""
    if isinstance(value, dict):
        return {key: _replaced(inner, payload, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, payload, name) for inner in value]
    return payload if isinstance(value, str) and value and name not in ("style", "state", "width", "sources") else value


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("document", [samples.log(), samples.certificate(), samples.cover()], ids=lambda d: d.name)
def test_a_field_adds_no_element_and_no_attribute(document: Document, payload: str) -> None:
    hostile = Document(**{**vars(document), "context": _replaced(document.context, payload)})
    html = to_html(hostile)
    assert _Elements(html).found == _Elements(to_html(document)).found
    assert payload not in html or payload.startswith("{{")


def test_a_hostile_field_is_printed_as_typed(to_pdf: Callable[[Document], bytes]) -> None:
    document = samples.certificate(items=[{"number": "1", "label": "Name", "lines": PAYLOADS}])
    text = pypdf.PdfReader(io.BytesIO(to_pdf(document))).pages[0].extract_text()
    for payload in PAYLOADS:
        assert payload in text


# References between templates


def test_the_closure_of_a_log_is_its_folder_and_the_base() -> None:
    assert sorted({Path(path).parent.name for path in closure(samples.TEMPLATES, "log@1")}) == ["base@1", "log@1"]


def test_the_closure_digest_is_that_of_a_sorted_sha256sum_list() -> None:
    files = {
        "templates/b@1/b.html.j2": b'{% include "a@1/a.css" %}',
        "templates/a@1/a.css": b"x",
        "templates/c@1/c": b"",
    }
    listed = [f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files) if "/c@1/" not in path]
    assert closure_digest(files, "b@1") == hashlib.sha256("".join(listed).encode()).hexdigest()


def test_a_shared_part_that_changes_changes_the_digest() -> None:
    changed = {**samples.TEMPLATES, "templates/base@1/style.css": b"body { }"}
    assert closure_digest(changed, "log@1") != closure_digest(samples.TEMPLATES, "log@1")


def test_a_seventh_log_needs_one_line() -> None:
    templates = {**samples.TEMPLATES, "templates/recalls@1/recalls.html.j2": b'{% extends "log@1/log.html.j2" %}'}
    document = samples.log()
    seventh = Document(**{**vars(document), "template": "recalls@1"})
    assert to_html(seventh, templates) == to_html(document)


@pytest.mark.parametrize(
    "reference",
    [
        "{% include name %}", "{% extends 'base@1/' ~ name %}", "{% include ['base@1/style.css'] %}",
        "{% include '../base@1/style.css' %}", "{% include '/etc/passwd' %}", "{% include 'base@1/../log@1/log.css' %}",
        "{% include 'base@1/style.css' ignore missing %}", "{% include 'base@1/absent.css' %}",
        "{%- import\n name as s %}", "{% from name import s %}", "{% include 'style.css' %}", "{% include 'base/x' %}",
        "{% extends 'base@1/page.html.j2' if draft else 'log@1/log.html.j2' %}",
    ],
)  # fmt: skip
def test_a_reference_that_is_not_a_constant_name_of_a_listed_file_is_refused(reference: str) -> None:
    with pytest.raises(RenderFault, match=r"templates/x@1/x\.html\.j2"):
        closure({**samples.TEMPLATES, "templates/x@1/x.html.j2": reference.encode()}, "x@1")


@pytest.mark.parametrize("template", ["absent@1", "log", "../log@1", ""])
def test_a_template_folder_that_does_not_exist_is_refused(template: str) -> None:
    with pytest.raises(RenderFault, match="no template folder"):
        closure(samples.TEMPLATES, template)


# The PDF


@pytest.fixture(scope="module")
def cover(to_pdf: Callable[[Document], bytes]) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(to_pdf(samples.cover())))


def test_a_pdf_says_what_it_is_and_takes_its_dates_from_the_document(cover: pypdf.PdfReader) -> None:
    root = cover.trailer["/Root"]
    assert dict(cover.metadata or {}) == {
        "/Title": "Filing package of batch B2025-01, batch B2025-01",
        "/CreationDate": "D:20250910090240Z",
        "/ModDate": "D:20250910090240Z",
        "/Producer": "WeasyPrint 70.0",
    }
    assert (root["/Lang"], root["/ViewerPreferences"]["/DisplayDocTitle"].value) == ("en", True)
    assert not {"/Names", "/AF", "/AcroForm", "/OpenAction", "/AA"} & set(root)
    xmp = root["/Metadata"].get_data().decode()
    for claim in ('pdfaid:part="2"', 'pdfaid:conformance="A"', "<pdfuaid:part>1</pdfuaid:part>"):
        assert claim in xmp


def test_a_contents_line_links_to_the_place_of_its_part(cover: pypdf.PdfReader) -> None:
    links = [note.get_object() for note in cover.pages[0]["/Annots"]]
    assert [link["/A"]["/URI"] for link in links] == ["part:annexure-1", "part:annexure-2", "part:annexure-3"]
    assert all("/StructParent" in link for link in links)


def _elements(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, dict) and "/S" in node:
        yield node
    kids = node.get("/K", []) if isinstance(node, dict) else []
    for kid in kids if isinstance(kids, list) else [kids]:
        if not isinstance(kid, int):
            yield from _elements(kid)


def test_header_footer_and_draft_mark_are_no_part_of_what_is_read_aloud(to_pdf: Callable[[Document], bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(samples.log(draft=samples.DRAFT))))
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    elements = list(_elements(tree))
    marks = sorted(kid for element in elements for kid in element["/K"] if isinstance(kid, int))
    parents = tree["/ParentTree"]["/Nums"][1].get_object()
    assert marks == list(range(len(parents)))
    drawn = reader.pages[0].get_contents().get_data()
    assert drawn.count(b"/MCID") == len(marks)
    assert not any(element["/S"] == "/Figure" for element in elements)


def test_every_header_cell_says_what_it_heads(cover: pypdf.PdfReader) -> None:
    headers = [e for e in _elements(cover.trailer["/Root"]["/StructTreeRoot"]) if e["/S"] == "/TH"]
    assert [header["/A"]["/Scope"] for header in headers] == ["/Row"] * 4 + ["/Column"] * 7


def test_only_the_pinned_fonts_are_embedded(cover: pypdf.PdfReader) -> None:
    resources = cover.pages[0]["/Resources"]["/Font"]
    names = sorted(font.get_object()["/BaseFont"].partition("+")[2] for font in resources.values())
    assert names == ["Noto-Sans", "Noto-Sans-Bold", "Noto-Sans-Mono"]


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (samples.log(rows=[], empty="No certification was recorded.", signoffs=[samples.OPEN]), "not signed"),
        (samples.log(signoffs=[samples.VOID]), "Void: the list of entries changed after this sign-off"),
        (samples.log(draft=samples.DRAFT, notices=[]), samples.DRAFT),
        (samples.certificate(statement=False, proposed="NOT CERTIFIED – wording proposed"), "NOT CERTIFIED"),
    ],
)
def test_what_is_not_final_says_so(to_pdf: Callable[[Document], bytes], document: Document, title: str) -> None:
    assert title in pypdf.PdfReader(io.BytesIO(to_pdf(document))).pages[0].extract_text()


@pytest.mark.parametrize("text", ["王", "กำ", "😀", "\ue000"])
def test_a_character_no_pinned_font_has_is_refused(to_pdf: Callable[[Document], bytes], text: str) -> None:
    with pytest.raises(RenderFault, match=f"Batch certificate cannot be printed.*U\\+{ord(text[0]):04X}"):
        to_pdf(samples.certificate(letterhead={"name": text, "lines": []}))


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://example.invalid/x.png" alt="x">', '<img src="file:///etc/hostname" alt="x">',
        '<img src="data:image/png;base64,AA" alt="x">', '<link rel="stylesheet" href="file:///etc/hostname">',
        "<style>@import 'http://example.invalid/x.css'</style>", "<link rel=attachment href='file:///etc/hostname'>",
        "<a rel=attachment href='file:///etc/hostname'>x</a>", '<object data="file:///etc/hostname">x</object>',
        "<style>p { background: url(file:///etc/hostname) }</style><p>x",
        "<style>p { background: url(x.png) }</style><p>x",
        "<style>@font-face { font-family: x; src: url(file:///etc/hostname) } p { font-family: x }</style><p>x",
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname"/></svg>',
    ],
)  # fmt: skip
def test_a_reference_to_anything_outside_aborts_the_render(to_pdf: Callable[[Document], bytes], body: str) -> None:
    from filing.render import pdf

    with pytest.raises(
        RenderFault, match=r"may not load anything from outside|Relative URI reference|Failed to render SVG"
    ):
        pdf.to_pdf(f'<html lang="en"><title>x</title>{body}', samples.log())


def test_what_the_renderer_only_warns_about_is_refused_each_time(to_pdf: Callable[[Document], bytes]) -> None:
    from filing.render import pdf

    for _ in range(2):
        with pytest.raises(RenderFault, match="unknown property"):
            pdf.to_pdf('<html lang="en"><title>x</title><style>p { colour: red }</style><p>x', samples.log())


# Sheet, SOP, report, and what a log, a certificate and a cover may say besides


VARIANTS = {
    "sheet": lambda: samples.sheet(changes=samples.CHANGES, signoffs=[samples.RELEASED, samples.OPEN, samples.VOID]),
    "sop": lambda: samples.sop(),
    "report": lambda: samples.report(),
    "log": lambda: samples.log(rows=_marked("Void"), changes=samples.CHANGES, notes=samples.NOTES),
    "certificate": lambda: samples.certificate(supersedes=samples.SUPERSEDES),
    "cover": lambda: samples.cover(verdicts=samples.VERDICTS),
}


def _marked(mark: str) -> list[dict[str, Any]]:
    return [{**samples.LOG["rows"][0], "superseded": True, "mark": mark}]


def _pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def _words(html: str) -> str:
    """What a document says, one piece a line."""
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "\n", html, flags=re.DOTALL))


def _without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("document", [samples.sheet(), samples.sop(), samples.report()], ids=lambda d: d.name)
def test_a_new_template_that_misses_any_of_its_fields_is_refused(document: Document) -> None:
    for field in document.context:
        missing = {name: value for name, value in document.context.items() if name != field}
        with pytest.raises(RenderFault, match=document.label):
            to_html(Document(**{**vars(document), "context": missing}))


@pytest.mark.parametrize(
    ("variant", "path"),
    [
        ("sheet", ("outcome", "word")), ("sheet", ("sections", 0, "rows", 0, "label")),
        ("sheet", ("sections", 0, "rows", 0, "lines")), ("sheet", ("changes", 0, "rows", 0, "why")),
        ("sop", ("control", 0, "value")), ("sop", ("contents", 0, "number")), ("sop", ("sections", 0, "blocks")),
        ("sop", ("sections", 1, "blocks", 0, "terms", 0, "text")),
        ("sop", ("sections", 2, "blocks", 0, "clauses", 0, "items")),
        ("sop", ("sections", 5, "blocks", 0, "table", "headings")),
        ("report", ("facts", 0, "label")), ("report", ("findings", 0, "clause")), ("report", ("opened", 0, "who")),
        ("report", ("clauses", 0, "rules", 0, "result")), ("report", ("rules", 0, "reason")),
        ("log", ("rows", 0, "mark")), ("log", ("notes", 0, "lines")), ("log", ("notes", 0, "caption")),
        ("certificate", ("supersedes", "text")), ("certificate", ("supersedes", "recipients", 0, "what")),
        ("cover", ("verdicts", 0, "batch")), ("cover", ("verdicts", 1, "reason")),
    ],
    ids=str,
)  # fmt: skip
def test_a_missing_field_of_what_is_said_besides_is_named(variant: str, path: tuple[str | int, ...]) -> None:
    document = VARIANTS[variant]()
    context: Any = copy.deepcopy(document.context)
    target = context
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    with pytest.raises(RenderFault, match=f'there is no field "{path[-1]}"'):
        to_html(Document(**{**vars(document), "context": context}))


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_no_field_of_any_document_adds_an_element(variant: str, payload: str) -> None:
    document = VARIANTS[variant]()
    hostile = Document(**{**vars(document), "context": _replaced(document.context, payload)})
    html = to_html(hostile)
    assert _Elements(html).found == _Elements(to_html(document)).found
    assert payload not in html or payload.startswith("{{")


def test_a_kind_of_block_that_an_sop_does_not_know_is_refused() -> None:
    section = {**samples.SOP["sections"][0], "blocks": [{"pictures": []}]}
    with pytest.raises(RenderFault, match="SOP does not fit its template"):
        to_html(samples.sop(sections=[section]))


def test_contents_that_name_a_section_the_sop_lacks_are_refused(to_pdf: Callable[[Document], bytes]) -> None:
    with pytest.raises(RenderFault, match=r"SOP cannot be printed.*section-6"):
        to_pdf(samples.sop(sections=samples.SOP["sections"][:5]))


def test_a_word_too_long_for_a_table_of_the_sop_is_refused(to_pdf: Callable[[Document], bytes]) -> None:
    table = {"table": {"headings": ["Log"], "rows": [["X9f3Kq7" * 30]]}}
    section = {**samples.SOP["sections"][0], "blocks": [table]}
    with pytest.raises(RenderFault, match=r"SOP, page 1: the text .* outside"):
        to_pdf(samples.sop(sections=[section], contents=[]))


def test_the_contents_of_an_sop_lead_to_their_sections_and_say_on_which_page(
    to_pdf: Callable[[Document], bytes],
) -> None:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(samples.sop())))
    links = [note.get_object()["/Dest"] for note in reader.pages[0]["/Annots"]]
    assert links == [f"section-{number}" for number in range(1, 7)]
    places = reader.named_destinations
    printed = [_without_spaces(page.extract_text()) for page in reader.pages]
    for line, link in zip(samples.SOP["contents"], links, strict=True):
        page = reader.get_destination_page_number(places[link]) or 0
        title = _without_spaces(line["number"] + line["heading"])
        assert f"{title}{page + 1}" in printed[0]
        assert title in printed[page].replace(f"{title}{page + 1}", "")


@pytest.mark.parametrize("variant", VARIANTS)
def test_headings_leave_out_no_level_and_header_cells_say_what_they_head(variant: str) -> None:
    html = to_html(VARIANTS[variant]())
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    assert levels[0] == 1
    assert all(1 < later <= earlier + 1 for earlier, later in pairwise(levels))
    scopes = re.findall(r"<th\b([^>]*)>", html)
    assert scopes
    assert all('scope="row"' in scope or 'scope="col"' in scope for scope in scopes)


def test_every_row_of_a_sheet_is_headed_by_its_label(to_pdf: Callable[[Document], bytes]) -> None:
    tree = pypdf.PdfReader(io.BytesIO(to_pdf(samples.sheet()))).trailer["/Root"]["/StructTreeRoot"]
    headers = [e["/A"]["/Scope"] for e in _elements(tree) if e["/S"] == "/TH"]
    assert headers == ["/Row"] * sum(len(section["rows"]) for section in samples.SHEET["sections"])


def test_a_table_without_rows_is_no_table(to_pdf: Callable[[Document], bytes]) -> None:
    document = samples.sheet(
        sections=[{"heading": "Nothing to say", "rows": []}], changes=[{"caption": "Nothing changed", "rows": []}]
    )
    tree = pypdf.PdfReader(io.BytesIO(to_pdf(document))).trailer["/Root"]["/StructTreeRoot"]
    assert not [e for e in _elements(tree) if e["/S"] in ("/Table", "/TBody")]


@pytest.mark.parametrize(
    ("document", "shown", "absent"),
    [
        (samples.sheet(), "Released", "Refused"),
        (samples.sheet(outcome={"word": "Refused", "style": "bad"}), "Refused", "\nReleased\n"),
        (samples.report(), "Opened by a justification", "No findings."),
        (samples.report(findings=[], opened=[]), "No findings.", "Opened by a justification"),
        (samples.log(), "ANX2-B2025-01-01", "Superseded"),
        (samples.log(rows=_marked("Void")), "Void", "Superseded"),
        (samples.log(rows=_marked("Superseded")), "Superseded", "Void"),
        (samples.log(rows=_marked("")), "ANX2-B2025-01-01", "Superseded"),
        (samples.log(notes=samples.NOTES), "Justification of ANX2-B2025-01-01", "Correction"),
        (samples.certificate(), "1", "Replaces"),
        (samples.certificate(supersedes={"text": "Replaces 0", "recipients": []}), "Replaces 0", "Recipient"),
        (samples.cover(verdicts=samples.VERDICTS, verdict={"word": "Elsewhere"}), "NOT CERTIFIED", "Elsewhere"),
        (samples.cover(), "Certified", "NOT CERTIFIED"),
    ],
    ids=lambda value: value.name if isinstance(value, Document) else value.strip(),
)
def test_a_document_says_what_its_fields_say_and_nothing_of_its_own(
    document: Document, shown: str, absent: str
) -> None:
    words = _words(to_html(document))
    assert f"\n{shown}\n" in words
    assert absent not in words


def test_a_certificate_names_the_one_it_replaces_between_its_items_and_its_statement(
    to_pdf: Callable[[Document], bytes],
) -> None:
    [text] = _pages(to_pdf(samples.certificate(supersedes=samples.SUPERSEDES)))
    marks = ["Additional information", "Replaces CERT-B2025-01", "Demo CRO GmbH", "To be notified", "I hereby certify"]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_cover_of_a_trial_gives_each_batch_its_own_verdict(to_pdf: Callable[[Document], bytes]) -> None:
    [text] = _pages(to_pdf(samples.cover(verdicts=samples.VERDICTS, verdict=False)))
    for verdict in samples.VERDICTS:
        assert _without_spaces("".join(verdict[key] for key in ("batch", "word", "reason"))) in _without_spaces(text)


@pytest.mark.parametrize(
    ("document", "heading"),
    [
        (samples.report(findings=samples.REPORT["findings"] * 5, opened=[], rules=[]), "Finding Where Required Found"),
        (samples.cover(contents=samples.COVER["contents"] * 9), "Document Title Version Pages Page"),
    ],
    ids=["findings", "contents"],
)
def test_a_long_list_goes_on_below_the_same_headings(
    to_pdf: Callable[[Document], bytes], document: Document, heading: str
) -> None:
    pages = _pages(to_pdf(document))
    headed = [page for page in pages if _without_spaces(heading) in _without_spaces(page)]
    assert len(headed) == 2


@pytest.mark.parametrize("batches", [3, 12])
@pytest.mark.parametrize("make", [samples.log, samples.cover], ids=["landscape", "portrait"])
def test_a_header_has_room_for_all_its_facts(
    to_pdf: Callable[[Document], bytes], make: Callable[..., Document], batches: int
) -> None:
    header = copy.deepcopy(make().context["header"])
    header["facts"][1]["value"] = ", ".join(f"B2025-{number:02}" for number in range(1, batches + 1))
    for page in _pages(to_pdf(make(header=header, draft=samples.DRAFT))):
        for fact in header["facts"]:
            assert _without_spaces(fact["label"] + fact["value"]) in _without_spaces(page)


SIGNED = [samples.PREPARED, samples.CHECKED, samples.RELEASED]


@pytest.mark.parametrize(
    "document",
    [
        samples.log(signoffs=SIGNED),
        samples.sheet(signoffs=SIGNED[:2]),
        samples.sop(),
        samples.certificate(),
    ],
    ids=lambda document: document.name,
)
def test_no_digest_is_broken_inside_a_group_and_no_key_anywhere(
    to_pdf: Callable[[Document], bytes], document: Document
) -> None:
    text = "\n".join(_pages(to_pdf(document)))
    groups = (samples.SOURCES[start : start + 8] for start in range(0, 64, 8))
    assert all(group in text for group in groups)
    assert samples.PREPARED["key"] in text


# Workers


def test_the_same_document_gives_the_same_bytes_in_any_process(
    to_pdf: Callable[[Document], bytes], pinned: fonts.Fonts, tmp_path: Path
) -> None:
    documents = [samples.log(), samples.certificate(), samples.log()]
    here = [to_pdf(document) for document in documents]
    assert here[0] == here[2]
    for jobs in (1, 2):
        with renderers(jobs, pinned, tmp_path) as executor:
            futures = [executor.submit(render_document, document, samples.TEMPLATES) for document in documents]
            assert [future.result().pdf for future in futures] == here
    assert list(tmp_path.iterdir()) == []


def test_a_fault_in_a_worker_reaches_the_caller_and_the_worker_goes_on(pinned: fonts.Fonts, tmp_path: Path) -> None:
    with renderers(1, pinned, tmp_path) as executor:
        bad = executor.submit(render_document, samples.log(end=["王"]), samples.TEMPLATES)
        good = executor.submit(render_document, samples.cover(), samples.TEMPLATES)
        with pytest.raises(RenderFault, match="Annexure-2"):
            bad.result()
        assert good.result().pages == 1


def test_a_render_that_takes_too_long_is_ended_and_named(pinned: fonts.Fonts, tmp_path: Path) -> None:
    with renderers(1, pinned, tmp_path, Limits(seconds=0.02)) as executor:
        future = executor.submit(render_document, samples.log(), samples.TEMPLATES)
        with pytest.raises(RenderFault, match=r"Annexure-2 took longer than 0\.02 seconds"):
            future.result()


def _die(document: Document) -> None:
    with workers._within_limits(document.label):
        os.kill(os.getpid(), signal.SIGKILL)


def _hang_out_of_reach(document: Document) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    with workers._within_limits(document.label):
        time.sleep(30)


@pytest.mark.parametrize("fate", [_die, _hang_out_of_reach])
def test_a_worker_that_dies_names_its_document_and_leaves_nothing(
    pinned: fonts.Fonts, tmp_path: Path, fate: Callable[[Document], None]
) -> None:
    with (
        pytest.raises(RenderFault, match="rendered Batch certificate was ended"),
        renderers(2, pinned, tmp_path, Limits(seconds=0.1, grace=0.2)) as executor,
    ):
        executor.submit(fate, samples.certificate()).result()
    assert list(tmp_path.iterdir()) == []


def test_importing_the_rooms_loads_no_renderer_and_no_template_engine() -> None:
    names = ("closure", "environment", "fonts", "workers")
    program = "import sys, filing.render\n" + "".join(f"import filing.render.{name}\n" for name in names)
    program += "print(sorted({'weasyprint', 'jinja2', 'fontTools', 'pydyf'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], cwd=samples.ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


_MEETING = """
import os, sys
from pathlib import Path
from filing.place import TOOL
from filing.render import fonts
from filing.render.workers import renderers
work = Path(sys.argv[1])
accepted = fonts.prepare((TOOL / "fonts.lock").read_text(), work)
with renderers(1, accepted, work, warm=False) as executor:
    assert executor.submit(os.getpid).result() != os.getpid()
"""


def test_workers_are_met_however_long_the_path_of_the_temporary_folder_is(tmp_path: Path) -> None:
    folder = tmp_path / "long" / ("t" * 120)
    folder.mkdir(parents=True)
    answer = subprocess.run(
        [sys.executable, "-c", _MEETING, str(tmp_path)], cwd=TOOL, capture_output=True, text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
