"""Reads one finished PDF with a second, independent program and says in plain words what is wrong with it.

It judges what can be judged without the renderer: claims, tags, language, fonts, and that nothing in the file acts,
hides or locks. It trusts no byte: whatever a hostile file does to it becomes a sentence. It is no validator of
PDF/A or PDF/UA; veraPDF is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, IndirectObject

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
CLAIMS = {
    "{http://www.aiim.org/pdfa/ns/id/}part": "2",
    "{http://www.aiim.org/pdfa/ns/id/}conformance": "A",
    "{http://www.aiim.org/pdfua/ns/id/}part": "1",
}
TITLE = "{http://purl.org/dc/elements/1.1/}title"
CREATED = "{http://ns.adobe.com/xap/1.0/}CreateDate"
UA_SCHEMA = b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"

FORBIDDEN_KEYS = {
    "/AA": "an action that runs by itself",
    "/AcroForm": "form fields",
    "/AF": "an attached file",
    "/EF": "an attached file",
    "/EmbeddedFiles": "an attached file",
    "/JS": "a script",
    "/JavaScript": "a script",
    "/OCProperties": "layers that can be hidden",
    "/OpenAction": "an action that runs when the file is opened",
    "/XFA": "a form program",
}
FORBIDDEN_ACTIONS = {
    "/JavaScript": "a script",
    "/Launch": "a link that starts a program",
    "/GoToE": "a link into an attached file",
    "/GoToR": "a link into another file",
    "/ImportData": "a link that takes in data",
    "/SubmitForm": "a link that sends data",
}
FONT_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}
MARKED = re.compile(rb"/MCID\s+(\d+)")


@dataclass(frozen=True)
class Opened:
    """A PDF as the second reader sees it."""

    reader: PdfReader
    root: DictionaryObject
    pages: tuple[DictionaryObject, ...]
    numbers: dict[int, int]
    """Object number of a page -> its position, from 0."""
    tags: dict[int, Any]
    """What the ParentTree holds: for a page its list of elements, for a link its element."""
    places: dict[str, Any]
    """The destinations that have names."""

    def position(self, page: object) -> int | None:
        return self.numbers.get(page.idnum) if isinstance(page, IndirectObject) else None


@dataclass(frozen=True)
class Bookmark:
    depth: int
    title: str
    page: int | None
    spot: tuple[str, ...]


@lru_cache(maxsize=64)
def opened(pdf: bytes) -> Opened:
    """The PDF as read, which takes long: once for all that is asked of it."""
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    root = reader.root_object
    pages = tuple(reader.pages)
    tree = resolved(root.get("/StructTreeRoot", DictionaryObject()))
    names = resolved(root.get("/Names", DictionaryObject()))
    _require_trees(root)
    return Opened(
        reader,
        root,
        pages,
        {page.indirect_reference.idnum: i for i, page in enumerate(pages) if page.indirect_reference is not None},
        dict(_pairs(tree.get("/ParentTree", DictionaryObject()), "/Nums")),
        {str(name): resolved(place) for name, place in _pairs(names.get("/Dests", DictionaryObject()), "/Names")},
    )


def resolved(thing: Any) -> Any:
    """The thing itself where a reference to it stands. Untyped on purpose: a hostile file may hold anything."""
    return thing.get_object() if isinstance(thing, IndirectObject) else thing


def listed(thing: Any) -> list[Any]:
    """What PDF writes as nothing, one thing or a list of things."""
    thing = resolved(thing)
    if thing is None:
        return []
    return list(thing) if isinstance(thing, ArrayObject) else [thing]


def _pairs(tree: Any, key: str) -> Iterator[tuple[Any, Any]]:
    seen: set[int] = set()
    pending = [resolved(tree)]
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            flat = listed(node.get(key))
            yield from zip(flat[::2], flat[1::2], strict=True)
            pending.extend(resolved(kid) for kid in listed(node.get("/Kids")))


def bookmarks(file: Opened, parent: Any, depth: int) -> Iterator[Bookmark]:
    entry = resolved(resolved(parent or DictionaryObject()).get("/First"))
    while entry is not None:
        yield Bookmark(depth, str(resolved(entry.get("/Title"))), *place(file, entry.get("/Dest")))
        yield from bookmarks(file, entry, depth + 1)
        entry = resolved(entry.get("/Next"))


def place(file: Opened, destination: Any) -> tuple[int | None, tuple[str, ...]]:
    """The page, from 0, and the spot on it to which something leads; None where it leads nowhere."""
    destination = resolved(destination)
    if isinstance(destination, (str, bytes)):
        destination = file.places.get(str(destination).removeprefix("/"))
    if isinstance(destination, DictionaryObject):
        destination = resolved(destination.get("/D"))
    if not isinstance(destination, ArrayObject) or not destination:
        return None, ()
    return file.position(list.__getitem__(destination, 0)), tuple(str(resolved(value)) for value in destination[1:])


def inspect(pdf: bytes) -> tuple[str, ...]:
    """Everything wrong with one PDF of ours, in plain sentences; empty where all is well. Never raises."""
    try:
        return tuple(flaws(opened(pdf)))
    except FileNotDecryptedError:
        return ("The PDF is encrypted.",)
    # Any damage at all ends here: the reader of hostile bytes may fail in any way.
    except Exception:
        return ("The file is not a PDF that can be read to the end; it is damaged or was not made here.",)


def flaws(file: Opened) -> Iterator[str]:
    if file.reader.is_encrypted:
        yield "The PDF is encrypted."
        return
    yield from _catalog_flaws(file)
    yield from _metadata_flaws(file)
    yield from _forbidden_things(file)
    yield from _tag_flaws(file)


def _require_trees(root: DictionaryObject) -> None:
    """Bookmarks or tags that run in a circle, or meet again, would keep any reader busy for ever."""
    seen: set[int] = set()
    pending = [root.get("/StructTreeRoot"), root.get("/Outlines")]
    while pending:
        thing = resolved(pending.pop())
        if isinstance(thing, DictionaryObject):
            if id(thing) in seen:
                raise ValueError("not a tree")
            seen.add(id(thing))
            pending.extend([*listed(thing.get("/K")), thing.get("/First"), thing.get("/Next")])


def _catalog_flaws(file: Opened) -> Iterator[str]:
    root = file.root
    if not _true(root, "/MarkInfo", "/Marked") or "/StructTreeRoot" not in root:
        yield "The PDF is not tagged."
    if not root.get("/Lang"):
        yield "The PDF does not name its language."
    if not _true(root, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "The PDF does not ask viewers to show its title."
    intents = listed(root.get("/OutputIntents"))
    if len(intents) != 1 or "/DestOutputProfile" not in resolved(intents[0]):
        yield f"The PDF must define its colours by one output intent; it has {len(intents)}."
    identity = listed(file.reader.trailer.get("/ID"))
    if len(identity) != 2 or not all(identity):
        yield "The PDF has no file identifier (/ID)."


def _true(root: DictionaryObject, group: str, key: str) -> bool:
    # pypdf's own false counts as true wherever Python asks for a truth.
    return bool(resolved(resolved(root.get(group, {})).get(key)) == BooleanObject(True))


def _metadata_flaws(file: Opened) -> Iterator[str]:
    stream = resolved(file.root.get("/Metadata"))
    if stream is None:
        yield "The PDF has no metadata, so it claims neither PDF/A-2a nor PDF/UA-1."
        return
    packet = stream.get_data()
    told = properties(packet)
    if any(told.get(name) != value for name, value in CLAIMS.items()):
        yield "The PDF does not claim both PDF/A-2a and PDF/UA-1."
    if UA_SCHEMA not in packet:
        yield "The metadata does not declare the PDF/UA claim, as PDF/A demands."
    info = resolved(file.reader.trailer.get("/Info", DictionaryObject()))
    title = resolved(info.get("/Title"))
    if not title or told.get(TITLE) != title:
        yield f'The title is "{title}" in the file\'s properties and "{told.get(TITLE)}" in its metadata.'
    if _digits(resolved(info.get("/CreationDate", ""))) != _digits(told.get(CREATED, "")):
        yield "The date of creation differs between the file's properties and its metadata."


def properties(packet: bytes) -> dict[str, str]:
    """What an XMP packet says of its document, whichever of the two ways of writing it uses."""
    told: dict[str, str] = {}
    for description in ElementTree.fromstring(packet).iter(f"{RDF}Description"):
        told |= dict(description.attrib)
        told |= {child.tag: "".join(child.itertext()).strip() for child in description}
    return told


def _digits(moment: object) -> str:
    return re.sub(r"\D", "", str(moment))[:14]


def _forbidden_things(file: Opened) -> Iterator[str]:
    """Look at every object that can be reached, whatever refers to it."""
    found: set[str] = set()
    seen: set[int] = set()
    pending: list[Any] = [file.reader.trailer]
    while pending:
        thing = pending.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            found |= {FORBIDDEN_KEYS[key] for key in FORBIDDEN_KEYS.keys() & thing.keys()}
            found |= {FORBIDDEN_ACTIONS[action] for action in FORBIDDEN_ACTIONS if thing.get("/S") == action}
            if thing.get("/Type") == "/Font" and not _embedded(thing):
                found.add(f"the font {str(thing.get('/BaseFont', '')).removeprefix('/')} without its font file")
            pending.extend(thing.values())
        elif isinstance(thing, ArrayObject):
            pending.extend(thing)
    yield from (f"The PDF holds {what}." for what in sorted(found))


def _embedded(font: DictionaryObject) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        return all(_embedded(resolved(descendant)) for descendant in listed(font.get("/DescendantFonts")))
    return bool(FONT_FILES & resolved(font.get("/FontDescriptor", {})).keys())


def marked(page: DictionaryObject) -> set[int]:
    """The numbers of the pieces of text that a page's content marks for the tags."""
    data = b"\n".join(resolved(stream).get_data() for stream in listed(page.get("/Contents")))
    return {int(number) for number in MARKED.findall(data)}


def _tag_flaws(file: Opened) -> Iterator[str]:
    for i, page in enumerate(file.pages):
        elements = listed(file.tags.get(page.get("/StructParents", -1)))
        lost = [n for n in sorted(marked(page)) if n >= len(elements) or not _holds(file, elements[n], i, n)]
        if lost:
            yield f"Page {i + 1}: pieces of text that have lost their tags: {len(lost)}."
        for link in listed(page.get("/Annots")):
            element = resolved(file.tags.get(resolved(link).get("/StructParent", -1)))
            if element is None or not _holds_link(element, link):
                yield f"Page {i + 1}: a link has lost its tag."
            if not resolved(link).get("/Contents"):
                yield f"Page {i + 1}: a link has no description."
            if "/A" not in resolved(link) and place(file, resolved(link).get("/Dest"))[0] is None:
                yield f"Page {i + 1}: a link leads nowhere."


def _holds(file: Opened, element: Any, page: int, number: int) -> bool:
    element = resolved(element)
    if not isinstance(element, DictionaryObject):
        return False
    return number in listed(element.get("/K")) and file.position(element.raw_get("/Pg")) == page


def _holds_link(element: Any, link: Any) -> bool:
    kids = [resolved(kid) for kid in listed(element.get("/K"))]
    return any(isinstance(kid, DictionaryObject) and resolved(kid.get("/Obj")) is resolved(link) for kid in kids)


def text_of(pdf: bytes, pages: int | None = None) -> str:
    """The text of the pages, or of the first ones, as a reader that did not write it finds it."""
    return "\n".join(page.extract_text() for page in opened(pdf).reader.pages[:pages])


def pages_of(pdf: bytes) -> int:
    return len(opened(pdf).pages)
