"""A document becomes the same archival PDF every time, with every field printed as typed, or it is refused."""

from __future__ import annotations

import copy
import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
import pytest
import render_samples as samples

from filing.model import Document
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
