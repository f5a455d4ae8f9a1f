"""Parts rendered as in a build are merged; then everything that could be lost is taken away, piece by piece."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from filing.merge import MergeFault, Part, merge
from filing.model import Document
from filing.render.fonts import prepare
from filing.render.workers import renderers
from filing.reread import inspect, reread

ROOT = Path(__file__).parent.parent
CREATED = "2025-09-10T09:02:40Z"
TITLE = "Compiled view <B2025-01> & more"
ROWS = (30, 6, 6, 6, 6, 6)
"""Of the six logs; the first runs over several pages."""

STYLE = """
@page { size: A4 landscape; margin: 20mm; @bottom-right { content: element(foot) } }
#foot { position: running(foot) }
body { font: 9pt "Noto Sans" } table { width: 100%; table-layout: fixed; border-collapse: collapse }
th, td { border: 0.5pt solid #888; padding: 1mm; overflow-wrap: anywhere } section { break-before: page }
"""


FOOT = '<div id="foot">in the margin of every page</div>'


def page(title: str, body: str, lang: str) -> str:
    head = f"<head><title>{title}</title><style>{STYLE}</style></head>"
    return f'<html lang="{lang}">{head}<body>{FOOT}{body}</body></html>'


def log(number: int, rows: int, lang: str = "en") -> str:
    heads = "".join(f'<th scope="col">Heading {column}</th>' for column in range(5))
    lines = "".join(
        f'<tr id="row-{row}"><th scope="row">{row}</th>'
        + "".join(f"<td>cell {number}.{row}.{column} µg</td>" for column in range(4))
        + "</tr>"
        for row in range(rows)
    )
    body = (
        f'<h1>Log {number}</h1><p><a href="#sign-offs">sign-offs</a> <a href="https://example.org/sop">outside</a></p>'
        f'<h2 id="übergabe">Entries</h2><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'
        f'<section><h2 id="sign-offs">Sign-offs</h2><p><a href="#übergabe">back to the entries</a></p></section>'
    )
    return page(f"Log {number}", body, lang)


def cover(names: list[str]) -> str:
    lines = "".join(f'<tr><th scope="row"><a href="part:{name}">{name}</a></th><td>1</td></tr>' for name in names)
    heads = '<th scope="col">Document</th><th scope="col">Version</th>'
    return page(
        "Compiled view",
        f"<h1>Compiled view</h1><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>",
        "en",
    )


def to_pdf(html: str, title: str) -> bytes:
    from filing.render import pdf

    return pdf.to_pdf(html, Document(title, title, title, "log@1", CREATED, {}))[0]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Six logs with a cover, a short set with another cover, and one log in German."""
    names = [f"annexure-{n}" for n in range(1, 7)]
    pages = {name: log(n, rows) for n, (name, rows) in enumerate(zip(names, ROWS, strict=True), 1)}
    pages |= {f"short-{n}": log(n, 3) for n in (1, 2)} | {"german": log(7, 3, "de")}
    pages |= {"cover": cover(names), "short-cover": cover(["short-1", "short-2"])}
    folder = tmp_path_factory.mktemp("fonts")
    fonts = prepare((ROOT / "fonts.lock").read_text(), folder)
    with renderers(2, fonts, folder) as workers:
        jobs = {name: workers.submit(to_pdf, html, f"Title of {name}") for name, html in pages.items()}
        return {name: job.result() for name, job in jobs.items()}


def part(printed: dict[str, bytes], name: str) -> Part:
    return Part(name, name.capitalize(), f"Title of {name}", printed[name])


@pytest.fixture(scope="module")
def six(printed: dict[str, bytes]) -> list[Part]:
    return [part(printed, name) for name in ("cover", *(f"annexure-{n}" for n in range(1, 7)))]


@pytest.fixture(scope="module")
def short(printed: dict[str, bytes]) -> list[Part]:
    return [part(printed, name) for name in ("short-cover", "short-1", "short-2")]


@pytest.fixture(scope="module")
def merged_six(six: list[Part]) -> bytes:
    return merge(six, title=TITLE, created=CREATED)


@pytest.fixture(scope="module")
def merged_short(short: list[Part]) -> bytes:
    return merge(short, title=TITLE, created=CREATED)


def triples(parts: list[Part]) -> list[tuple[str, str, bytes]]:
    return [(part.name, part.label, part.pdf) for part in parts]


def changed(pdf: bytes, change: Callable[[Pdf], object], **saving: Any) -> bytes:
    with Pdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        target = io.BytesIO()
        opened.save(target, deterministic_id=not saving, **saving)
        return target.getvalue()


def elements(pdf: Pdf, kind: str = "") -> list[Any]:
    found = [thing for thing in pdf.objects if isinstance(thing, Dictionary) and thing.get("/Type") == Name.StructElem]
    return [element for element in found if not kind or str(element.S) == f"/{kind}"]


def kinds(pdf: bytes) -> Counter[str]:
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return Counter(str(element.get("/S")) for element in elements(opened) if element.get("/S") is not None)


# What a merge keeps


def test_every_tag_of_six_parts_is_kept(six: list[Part], merged_six: bytes) -> None:
    before = sum((kinds(part.pdf) for part in six), Counter())
    sections = before.pop("/Document")
    assert kinds(merged_six) == before + Counter({"/Document": 1, "/Sect": sections})
    assert before["/TD"] == sum(ROWS) * 4 + 6


def test_a_merge_of_six_parts_reads_back_without_loss(six: list[Part], merged_six: bytes) -> None:
    assert reread(merged_six, triples(six)) == ()
    assert [inspect(part.pdf) for part in six] == [()] * 7


def test_a_merge_reads_back_without_its_cover_at_hand(short: list[Part], merged_short: bytes) -> None:
    assert reread(merged_short, [("short-cover", "Short-cover", None), *triples(short)[1:]]) == ()


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler's pdfinfo is not installed")
def test_the_structure_that_a_third_program_reads_holds_every_cell(merged_short: bytes, tmp_path: Path) -> None:
    (tmp_path / "merged.pdf").write_bytes(merged_short)
    read = subprocess.run(["pdfinfo", "-struct-text", tmp_path / "merged.pdf"], capture_output=True, check=True)
    found = re.findall(r'"(cell \d\.\d\.\d µg)"', read.stdout.decode())
    assert found == [f"cell {n}.{row}.{column} µg" for n in (1, 2) for row in range(3) for column in range(4)]


def test_qpdf_finds_no_fault_in_the_file(merged_six: bytes) -> None:
    with Pdf.open(io.BytesIO(merged_six), attempt_recovery=False) as opened:
        assert opened.check_pdf_syntax() == []


def test_the_same_parts_give_the_same_bytes(short: list[Part], merged_short: bytes) -> None:
    assert merge(short, title=TITLE, created=CREATED) == merged_short


def test_the_file_identifier_is_that_of_the_content(short: list[Part], merged_short: bytes) -> None:
    other = merge(short, title=TITLE + ".", created=CREATED)
    with Pdf.open(io.BytesIO(merged_short)) as a, Pdf.open(io.BytesIO(other)) as b:
        assert a.trailer.ID[0] == a.trailer.ID[1]
        assert b.trailer.ID[0] != a.trailer.ID[0]


def test_each_page_keeps_its_content_byte_by_byte(six: list[Part], merged_six: bytes) -> None:
    before = []
    for one in six:
        with Pdf.open(io.BytesIO(one.pdf)) as opened:
            before += [page.Contents.read_raw_bytes() for page in opened.pages]
    with Pdf.open(io.BytesIO(merged_six)) as opened:
        assert [page.Contents.read_raw_bytes() for page in opened.pages] == before


def test_the_links_of_the_cover_lead_to_the_first_pages_of_the_parts(six: list[Part], merged_six: bytes) -> None:
    with Pdf.open(io.BytesIO(merged_six)) as opened:
        labels = [page.label for page in opened.pages]
        links = list(opened.pages[0].Annots)
        targets = [labels[pikepdf.Page(link.Dest[0]).index] for link in links]
        assert targets == [f"Annexure-{n}, page 1" for n in range(1, 7)]
        assert [str(link.Contents) for link in links] == [part.heading for part in six[1:]]
        assert not any("/A" in link for link in links)


def test_links_inside_a_part_stay_inside_it(merged_short: bytes) -> None:
    with Pdf.open(io.BytesIO(merged_short)) as opened:
        places = pikepdf.NameTree(opened.Root.Names.Dests)
        leads = {
            page.label: [pikepdf.Page(places[str(link.Dest)][0]).label for link in page.Annots if "/A" not in link]
            for page in list(opened.pages)[1:]
        }
    assert leads == {
        "Short-1, page 1": ["Short-1, page 2"],
        "Short-1, page 2": ["Short-1, page 1"],
        "Short-2, page 1": ["Short-2, page 2"],
        "Short-2, page 2": ["Short-2, page 1"],
    }


def test_bookmarks_are_the_parts_with_their_own_below(merged_short: bytes) -> None:
    with Pdf.open(io.BytesIO(merged_short)) as opened, opened.open_outline() as outline:
        found = [
            (top.title, [(h1.title, [h2.title for h2 in h1.children]) for h1 in top.children]) for top in outline.root
        ]
    assert found == [
        ("Short-cover: Title of short-cover", [("Compiled view", [])]),
        ("Short-1: Title of short-1", [("Log 1", ["Entries", "Sign-offs"])]),
        ("Short-2: Title of short-2", [("Log 2", ["Entries", "Sign-offs"])]),
    ]


def test_metadata_and_properties_say_the_same(merged_short: bytes) -> None:
    with Pdf.open(io.BytesIO(merged_short)) as opened:
        said = opened.open_metadata()
        assert (said.pdfa_status, said["{http://www.aiim.org/pdfua/ns/id/}part"]) == ("2A", "1")
        assert (said["dc:title"], said["xmp:CreateDate"], said["xmp:ModifyDate"]) == (TITLE, CREATED, CREATED)
        assert str(opened.docinfo.Title) == TITLE
        assert str(opened.docinfo.CreationDate) == str(opened.docinfo.ModDate) == "D:20250910090240Z"
        assert str(opened.docinfo.Producer) == said["pdf:Producer"]
        assert opened.Root.PageMode == Name.UseOutlines
        assert str(opened.Root.Lang) == "en"


def test_headings_of_tables_keep_ids_of_their_own(six: list[Part], merged_six: bytes) -> None:
    before = [identity for part in six for identity in heading_ids(part.pdf)]
    after = heading_ids(merged_six)
    assert len(set(before)) < len(before)
    assert len(set(after)) == len(after) == len(before)


def heading_ids(pdf: bytes) -> list[str]:
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return [str(element.ID) for element in elements(opened, "TH")]


def test_a_part_in_another_language_is_still_read_out_in_it(printed: dict[str, bytes]) -> None:
    parts = [part(printed, "short-1"), part(printed, "german")]
    merged = merge(parts, title=TITLE, created=CREATED)
    assert reread(merged, triples(parts)) == ()
    with Pdf.open(io.BytesIO(merged)) as opened:
        [document] = opened.Root.StructTreeRoot.K
        assert [str(section.get("/Lang", "")) for section in document.K] == ["", "de"]


def test_names_of_places_in_the_old_way_are_kept(short: list[Part]) -> None:
    def old_way(pdf: Pdf) -> None:
        pdf.Root.Dests = Dictionary(Old=Array([pdf.pages[1].obj, Name.Fit]))
        pdf.pages[0].Annots[0].Dest = Name.Old

    parts = [short[0], replace(short[1], pdf=changed(short[1].pdf, old_way)), short[2]]
    merged = merge(parts, title=TITLE, created=CREATED)
    with Pdf.open(io.BytesIO(merged)) as opened:
        link = opened.pages[1].Annots[0]
        [*_, page_label] = [page.label for page in opened.pages if page.obj == _place(opened, link)[0]]
        assert (str(link.Dest), page_label) == ("short-1.Old", "Short-1, page 2")


def _place(pdf: Pdf, link: Any) -> Any:
    return pikepdf.NameTree(pdf.Root.Names.Dests)[str(link.Dest)]


def test_tags_of_a_parts_own_making_keep_their_meaning(short: list[Part]) -> None:
    def mapped(pdf: Pdf) -> None:
        pdf.Root.StructTreeRoot.RoleMap = Dictionary(Entry=Name.P)

    parts = [short[0], *(replace(part, pdf=changed(part.pdf, mapped)) for part in short[1:])]
    with Pdf.open(io.BytesIO(merge(parts, title=TITLE, created=CREATED))) as opened:
        assert dict(opened.Root.StructTreeRoot.RoleMap.items()) == {"/Entry": Name.P}


# What a merge refuses


def refusal(parts: list[Part]) -> str:
    with pytest.raises(MergeFault) as fault:
        merge(parts, title=TITLE, created=CREATED)
    return str(fault.value)


def test_two_parts_of_one_name_are_refused(short: list[Part]) -> None:
    assert refusal([*short, short[1]]) == "Two parts are named short-1; each part needs a name of its own."


def test_a_link_to_a_part_that_is_not_there_is_refused(short: list[Part]) -> None:
    assert refusal(short[:2]) == ("short-cover: a link leads to part:short-2, but there is no part of that name.")


def test_an_encrypted_part_is_refused(short: list[Part]) -> None:
    locked = changed(short[1].pdf, lambda pdf: None, encryption=pikepdf.Encryption(owner="a", user="b"))
    held = changed(short[1].pdf, lambda pdf: None, encryption=pikepdf.Encryption(owner="a", user=""))
    assert refusal([replace(short[1], pdf=locked)]) == (
        "short-1: the PDF is encrypted; a part must open without a password."
    )
    assert refusal([replace(short[1], pdf=held)]) == "short-1: the PDF is encrypted; a part must be free of encryption."


def test_a_part_that_is_no_whole_pdf_is_refused(short: list[Part]) -> None:
    for damaged in (b"", b"no PDF at all", short[1].pdf[:-400], short[1].pdf[: len(short[1].pdf) // 2]):
        assert refusal([replace(short[1], pdf=damaged)]) == "short-1: the file is not a readable PDF."


def _javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _edit_xmp(old: bytes, new: bytes) -> Callable[[Pdf], None]:
    def edit(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert old in packet
        pdf.Root.Metadata.write(packet.replace(old, new))

    return edit


def _attach(pdf: Pdf) -> None:
    pdf.attachments["record.yaml"] = b"entry: 1"


def _set(path: str, value: Any) -> Callable[[Pdf], None]:
    """Set, or with None delete, what stands at a path such as "Root/Lang"."""

    def set_it(pdf: Pdf) -> None:
        [*way, last] = path.split("/")
        thing: Any = pdf
        for step in way:
            thing = thing[int(step)] if step.isdigit() else getattr(thing, step)
        if value is None:
            del thing[f"/{last}"]
        elif last.isdigit():
            thing[int(last)] = value
        else:
            thing[f"/{last}"] = value

    return set_it


def _wrap_document(pdf: Pdf) -> None:
    tree = pdf.Root.StructTreeRoot
    tree.K[0].S = Name.Part


def _two_intents(pdf: Pdf) -> None:
    pdf.Root.OutputIntents.append(pdf.Root.OutputIntents[0])


def cannot(what: str) -> str:
    return f"the PDF holds {what}, which cannot be part of a merged file."


UNTAGGED = "the PDF is not tagged; a part must carry its structure for screen readers."
UNCLAIMED = "the PDF does not claim both PDF/A-2a and PDF/UA-1."
UNCOLOURED = "the PDF must name one output intent, the colours it was made for."
REFUSED = {
    "untagged": (_set("Root/MarkInfo", None), UNTAGGED),
    "no tree": (_set("Root/StructTreeRoot", None), UNTAGGED),
    "no ParentTree": (_set("Root/StructTreeRoot/ParentTree", None), UNTAGGED),
    "other top": (_wrap_document, "the tags of the PDF do not begin with one Document element."),
    "untagged page": (_set("pages/1/obj/StructParents", None), "a page of the PDF is not tagged."),
    "no metadata": (_set("Root/Metadata", None), UNCLAIMED),
    "PDF/A only": (_edit_xmp(b"<pdfuaid:part>1", b"<pdfuaid:part>2"), UNCLAIMED),
    "PDF/A-2b": (_edit_xmp(b'conformance="A"', b'conformance="B"'), UNCLAIMED),
    "no intent": (_set("Root/OutputIntents", None), UNCOLOURED),
    "two intents": (_two_intents, UNCOLOURED),
    "attachment": (_attach, cannot("an attached file")),
    "associated file": (_set("Root/AF", Array()), cannot("an attached file")),
    "opening script": (_set("Root/OpenAction", _javascript()), cannot("an action that runs when the file is opened")),
    "named script": (_set("Root/Names/JavaScript", Dictionary()), cannot("a script")),
    "page action": (_set("pages/0/obj/AA", Dictionary(O=_javascript())), cannot("an action that runs by itself")),
    "link script": (_set("pages/0/Annots/0/A", _javascript()), cannot("a script")),
    "link program": (
        _set("pages/0/Annots/0/A", Dictionary(S=Name.Launch, F=String("x"))),
        cannot("the entry /F in its link's action"),
    ),
    "file note": (_set("pages/0/Annots/0/FS", Dictionary()), cannot("an attached file")),
    "bookmark script": (
        _set("Root/Outlines/First/A", _javascript()),
        cannot("a bookmark that does something other than lead to a page"),
    ),
    "form": (_set("Root/AcroForm", Dictionary(Fields=Array())), cannot("form fields or a seal")),
    "layers": (_set("Root/OCProperties", Dictionary()), cannot("layers")),
    "unknown": (_set("Root/Threads", Array()), cannot("the entry /Threads in its catalog")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_part_that_cannot_be_carried_whole_is_refused(case: str, short: list[Part]) -> None:
    change, sentence = REFUSED[case]
    assert refusal([replace(short[1], pdf=changed(short[1].pdf, change))]) == f"short-1: {sentence}"


def test_parts_made_for_different_colours_are_refused(short: list[Part]) -> None:
    def recolour(pdf: Pdf) -> None:
        profile = pdf.Root.OutputIntents[0].DestOutputProfile
        profile.write(profile.read_bytes() + b"\0")

    other = replace(short[2], pdf=changed(short[2].pdf, recolour))
    assert refusal([short[0], short[1], other]) == (
        "The parts were made for different colours (their output intents differ)."
    )


def test_two_headings_of_one_id_are_refused(short: list[Part]) -> None:
    twice = replace(short[1], pdf=changed(short[1].pdf, _double_id))
    assert refusal([twice]) == "short-1: two headings of tables in the PDF share an id."


def test_a_tag_that_means_two_things_is_refused(short: list[Part]) -> None:
    def meaning(kind: Name) -> Callable[[Pdf], None]:
        return _set("Root/StructTreeRoot/RoleMap", Dictionary(Entry=kind))

    parts = [replace(short[n], pdf=changed(short[n].pdf, meaning(kind))) for n, kind in ((1, Name.P), (2, Name.Span))]
    assert refusal([short[0], *parts]) == "short-2: the tag /Entry means something else there than in an earlier part."


# What the second reader finds


def _swap_pages(pdf: Pdf) -> None:
    kids = pdf.Root.Pages.Kids
    kids[2], kids[4] = kids[4], kids[2]


def _parent_leaves(pdf: Pdf) -> Any:
    return pdf.Root.StructTreeRoot.ParentTree.Nums


def _empty_leaf(pdf: Pdf) -> None:
    leaves = _parent_leaves(pdf)
    number = int(pdf.pages[1].StructParents)
    [at] = [i for i in range(0, len(leaves), 2) if int(leaves[i]) == number]
    leaves[at + 1] = Array()


def _lose_link(pdf: Pdf) -> None:
    del pdf.pages[1].Annots[1]


def _lead_elsewhere(pdf: Pdf) -> None:
    pdf.pages[0].Annots[0].Dest[0] = pdf.pages[3].obj


def _lead_into_other_part(pdf: Pdf) -> None:
    pdf.pages[1].Annots[0].Dest = pdf.pages[3].Annots[0].Dest


def _lose_cell(pdf: Pdf) -> None:
    cell = elements(pdf, "TD")[3]
    row = cell.P
    row.K = Array([kid for kid in row.K if kid != cell])


def _other_kind(pdf: Pdf) -> None:
    elements(pdf, "TD")[3].S = Name.TH


def _lose_headers(pdf: Pdf) -> None:
    del elements(pdf, "TD")[3].A["/Headers"]


def _lose_id(pdf: Pdf) -> None:
    del elements(pdf, "TH")[-1]["/ID"]


def _double_id(pdf: Pdf) -> None:
    heads = elements(pdf, "TH")
    heads[-1].ID = heads[-2].ID


def _swap_sections(pdf: Pdf) -> None:
    sections = pdf.Root.StructTreeRoot.K[0].K
    sections[1], sections[2] = sections[2], sections[1]


def _other_text(pdf: Pdf) -> None:
    """The first letter of the page becomes its second."""
    stream = pdf.pages[1].Contents
    data = stream.read_bytes()
    letters = re.search(rb"\[<(....)>0<(....)>", data)
    assert letters
    stream.write(data.replace(letters[0], b"[<%b>0<%b>" % (letters[2], letters[2]), 1))


def _other_line(pdf: Pdf) -> None:
    stream = pdf.pages[1].Contents
    stream.write(stream.read_bytes() + b"\n/Artifact BMC 0 0 m 9 9 l S EMC")


def _unembedded_font(pdf: Pdf) -> None:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and "/FontFile2" in thing:
            del thing["/FontFile2"]


def _launch(pdf: Pdf) -> None:
    pdf.pages[1].Annots[1].A = Dictionary(S=Name.Launch, F=String("x"))


def _forget_nested(pdf: Pdf) -> None:
    entry = pdf.Root.Outlines.First.Next.First.First
    del entry["/Next"]


CLAIM = "The PDF does not claim both PDF/A-2a and PDF/UA-1."


def each(sentence: str) -> tuple[str, ...]:
    return tuple(f"{label}: {sentence}" for label in ("Short-cover", "Short-1", "Short-2"))


TITLES = "The titles of the sections in the tags are not those of the bookmarks."
IDS = "The list of ids in the tags is not the list of the ids that are used."
ORDER = "the tags are not the part's: as many of each kind, but in another order or with other content."
DAMAGES: dict[str, tuple[Callable[[Pdf], object], tuple[str, ...]]] = {
    "emptied ParentTree": (_empty_leaf, ("Page 2: pieces of text that have lost their tags: 25.",)),
    "no StructParents": (
        _set("pages/2/obj/StructParents", None),
        ("Page 3: pieces of text that have lost their tags: 2.",),
    ),
    "StructParents of another page": (
        _set("pages/2/obj/StructParents", 0),
        ("Page 3: pieces of text that have lost their tags: 2.",),
    ),
    "no StructParent": (_set("pages/1/Annots/0/StructParent", None), ("Page 2: a link has lost its tag.",)),
    "lost page": (
        lambda pdf: pdf.pages.remove(p=3),
        (
            "Page 2: a link leads nowhere.",
            "The number of pages is 4, that of its parts together 5.",
        ),
    ),
    "added page": (lambda pdf: pdf.add_blank_page(), ("The number of pages is 6, that of its parts together 5.",)),
    "other text": (_other_text, ("Short-1, page 1: the text is not the part's.",)),
    "other drawing": (_other_line, ("Short-1, page 1: the page is drawn differently.",)),
    "lost link": (_lose_link, ("Short-1, page 1: the number of links is 1 instead of 2, or they stand elsewhere.",)),
    "link of the cover led elsewhere": (
        _lead_elsewhere,
        ('Short-cover, page 1: the link "Short-1: Title of short-1" leads elsewhere.',),
    ),
    "link led into another part": (_lead_into_other_part, ('Short-1, page 1: the link "sign-offs" leads elsewhere.',)),
    "link led nowhere": (
        _set("pages/1/Annots/0/Dest", String("nowhere")),
        (
            "Page 2: a link leads nowhere.",
            'Short-1, page 1: the link "sign-offs" leads elsewhere.',
        ),
    ),
    "other address": (
        _set("pages/1/Annots/1/A/URI", String("https://example.org/other")),
        ('Short-1, page 1: the link "https://example.org/sop" leads elsewhere.',),
    ),
    "link without description": (_set("pages/0/Annots/0/Contents", None), ("Page 1: a link has no description.",)),
    "other label": (
        _set("Root/PageLabels/Nums/3/P", String("Annexure-9, page ")),
        (
            'Page 2 is labelled "Annexure-9, page 1", not "Short-1, page 1".',
            'Page 3 is labelled "Annexure-9, page 2", not "Short-1, page 2".',
        ),
    ),
    "no bookmarks": (
        _set("Root/Outlines", None),
        (
            "The number of bookmarks of parts is 0, not 3.",
            TITLES,
        ),
    ),
    "renamed bookmark": (
        _set("Root/Outlines/First/Next/Title", String("Short-9: Title")),
        (
            'Short-1: its bookmark "Short-9: Title" does not name it or leads to another page.',
            TITLES,
        ),
    ),
    "retitled bookmark": (_set("Root/Outlines/First/Next/Title", String("Short-1: Another")), (TITLES,)),
    "bookmark led elsewhere": (
        _set("Root/Outlines/First/Dest/0", Dictionary()),
        ('Short-cover: its bookmark "Short-cover: Title of short-cover" does not name it or leads to another page.',),
    ),
    "lost bookmark": (_forget_nested, ("Short-1: its own bookmarks are not the same, or lead elsewhere.",)),
    "lost cell": (_lose_cell, ("Short-1: the tags are not the part's: 23 Span instead of 24, 11 TD instead of 12.",)),
    "other kind of cell": (
        _other_kind,
        ("Short-1: the tags are not the part's: 11 TD instead of 12, 9 TH instead of 8.",),
    ),
    "cell without headings": (_lose_headers, (f"Short-1: {ORDER}",)),
    "heading without id": (
        _lose_id,
        (
            f"Short-2: {ORDER}",
            "Cells of tables name a heading that is not in their table: 4 times.",
            IDS,
        ),
    ),
    "two headings of one id": (
        _double_id,
        (
            f"Short-2: {ORDER}",
            "Cells of tables name a heading that is not in their table: 4 times.",
            "Headings of tables that share an id with another: 1.",
            IDS,
        ),
    ),
    "no IDTree": (_set("Root/StructTreeRoot/IDTree", None), (IDS,)),
    "swapped sections": (
        _swap_sections,
        (
            TITLES,
            f"Short-1: {ORDER}",
            f"Short-2: {ORDER}",
        ),
    ),
    "renamed section": (_set("Root/StructTreeRoot/K/0/K/1/T", String("Other")), (TITLES,)),
    "no Document": (
        _set("Root/StructTreeRoot/K/0/S", Name.Part),
        ("The tags are not one Document with one section for each part.",),
    ),
    "not marked": (_set("Root/MarkInfo/Marked", False), ("The PDF is not tagged.",)),
    "no language": (
        _set("Root/Lang", None),
        ("The PDF does not name its language.", *each("the language is not the part's.")),
    ),
    "other language": (_set("Root/Lang", String("fr")), each("the language is not the part's.")),
    "title not shown": (
        _set("Root/ViewerPreferences/DisplayDocTitle", False),
        ("The PDF does not ask viewers to show its title.",),
    ),
    "other title": (
        _set("docinfo/Title", String("Other")),
        ('The title is "Other" in the file\'s properties and "Compiled view <B2025-01> & more" in its metadata.',),
    ),
    "other date": (
        _set("docinfo/CreationDate", String("D:20250910090241Z")),
        ("The date of creation differs between the file's properties and its metadata.",),
    ),
    "no output intent": (
        _set("Root/OutputIntents", None),
        (
            "The PDF must define its colours by one output intent; it has 0.",
            *each("the output intent is not the part's."),
        ),
    ),
    "two output intents": (
        _two_intents,
        (
            "The PDF must define its colours by one output intent; it has 2.",
            *each("the output intent is not the part's."),
        ),
    ),
    "no metadata": (
        _set("Root/Metadata", None),
        ("The PDF has no metadata, so it claims neither PDF/A-2a nor PDF/UA-1.",),
    ),
    "no PDF/UA claim": (_edit_xmp(b"<pdfuaid:part>1</pdfuaid:part>", b""), (CLAIM,)),
    "no PDF/A claim": (_edit_xmp(b"<pdfaid:part>2", b"<pdfaid:part>1"), (CLAIM,)),
    "undeclared claim": (
        _edit_xmp(b"pdfaSchema:namespaceURI", b"pdfaSchema:other"),
        ("The metadata does not declare the PDF/UA claim, as PDF/A demands.",),
    ),
    "script": (
        _set("Root/OpenAction", _javascript()),
        (
            "The PDF holds a script.",
            "The PDF holds an action that runs when the file is opened.",
        ),
    ),
    "program": (
        _launch,
        (
            "The PDF holds a link that starts a program.",
            'Short-1, page 1: the link "https://example.org/sop" leads elsewhere.',
        ),
    ),
    "attachment": (_attach, ("The PDF holds an attached file.",)),
    "form": (_set("Root/AcroForm", Dictionary(Fields=Array())), ("The PDF holds form fields.",)),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_the_second_reader_finds_every_damage(case: str, short: list[Part], merged_short: bytes) -> None:
    change, sentences = DAMAGES[case]
    assert reread(changed(merged_short, change), triples(short)) == sentences


def test_without_a_parent_tree_every_page_is_reported(short: list[Part], merged_short: bytes) -> None:
    lost = reread(changed(merged_short, _set("Root/StructTreeRoot/ParentTree", None)), triples(short))
    assert [sentence for sentence in lost if "text" in sentence] == [
        f"Page {page}: pieces of text that have lost their tags: {count}."
        for page, count in enumerate((7, 25, 2, 25, 2), 1)
    ]


def test_two_swapped_pages_that_read_alike_are_found(short: list[Part], merged_short: bytes) -> None:
    lost = reread(changed(merged_short, _swap_pages), triples(short))
    assert f"Short-1: {ORDER}" in lost
    assert 'Short-2, page 1: the link "sign-offs" leads elsewhere.' in lost


def test_a_font_that_is_not_embedded_is_named(short: list[Part]) -> None:
    found = inspect(changed(short[1].pdf, _unembedded_font))
    assert len(found) == 2
    for sentence, name in zip(found, ("Noto-Sans", "Noto-Sans-Bold"), strict=True):
        assert re.fullmatch(rf"The PDF holds the font [A-Z]{{6}}\+{name} without its font file\.", sentence)


def test_parts_in_another_order_are_not_the_parts(short: list[Part], merged_short: bytes) -> None:
    assert f"Short-2: {ORDER}" in reread(merged_short, triples([short[0], short[2], short[1]]))


def test_another_edition_of_a_part_is_not_the_part(
    short: list[Part], merged_short: bytes, printed: dict[str, bytes]
) -> None:
    other = [*triples(short)[:2], ("short-2", "Short-2", printed["german"])]
    lost = reread(merged_short, other)
    assert "Short-2, page 1: the text is not the part's." in lost
    assert "Short-2: the language is not the part's." in lost


# What becomes of hostile bytes

UNREADABLE = ("The file is not a PDF that can be read to the end; it is damaged or was not made here.",)
UNREADABLE_MERGE = ("The merged PDF, or a part of it, cannot be read to the end; it is damaged or was not made here.",)


@pytest.mark.parametrize("hostile", [b"", b"%PDF-1.7\n", b"PK\x03\x04" * 100, bytes(5000)])
def test_bytes_that_are_no_pdf_become_a_sentence(hostile: bytes) -> None:
    assert inspect(hostile) == UNREADABLE
    assert reread(hostile, []) == UNREADABLE_MERGE


def test_a_pdf_cut_short_becomes_a_sentence(merged_short: bytes) -> None:
    for end in range(0, len(merged_short) - 10, len(merged_short) // 10):
        assert inspect(merged_short[:end]) == UNREADABLE


def test_no_flipped_byte_makes_the_inspection_fail(merged_short: bytes) -> None:
    for place in range(0, len(merged_short), len(merged_short) // 20):
        flipped = bytearray(merged_short)
        flipped[place] ^= 0xFF
        assert all(sentence.endswith(".") for sentence in inspect(bytes(flipped)))


def _loop_bookmarks(pdf: Pdf) -> None:
    first = pdf.Root.Outlines.First
    first.Next.Next = first


def _loop_tags(pdf: Pdf) -> None:
    document = pdf.Root.StructTreeRoot.K[0]
    document.K[0].K.append(document)


@pytest.mark.parametrize("loop", [_loop_bookmarks, _loop_tags])
def test_a_file_that_runs_in_a_circle_is_unreadable(
    loop: Callable[[Pdf], None], short: list[Part], merged_short: bytes
) -> None:
    looping = changed(merged_short, loop)
    assert inspect(looping) == UNREADABLE
    assert reread(looping, triples(short)) == UNREADABLE_MERGE


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_called_encrypted(password: str, merged_short: bytes) -> None:
    locked = changed(merged_short, lambda pdf: None, encryption=pikepdf.Encryption(owner="owner", user=password))
    assert inspect(locked) == ("The PDF is encrypted.",)


def test_a_pdf_without_an_identifier_is_found(merged_short: bytes) -> None:
    # In the trailer of a file with object streams the identifier is plain text.
    assert merged_short.count(b"/ID [<") == 1
    assert inspect(merged_short.replace(b"/ID [<", b"/IX [<")) == ("The PDF has no file identifier (/ID).",)
