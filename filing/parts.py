"""Opens one part of a merged PDF, refuses what a merge cannot carry, and makes its numbers and names its own.

Whatever a part may hold is listed here; anything else is refused in plain words, so that nothing is lost in silence
and neither scripts nor attachments come through. It joins nothing and repairs nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, Object, Pdf, String

from filing.model import CannotRun

PDFUA_PART = "{http://www.aiim.org/pdfua/ns/id/}part"

CARRIED = {
    "catalog": {
        "/Type", "/Pages", "/Metadata", "/StructTreeRoot", "/MarkInfo", "/Lang", "/ViewerPreferences", "/OutputIntents",
        "/Outlines", "/Names", "/Dests", "/PageMode", "/PageLayout", "/PageLabels", "/Version",
    },
    "list of names": {"/Dests"},
    "tree of tags": {"/Type", "/K", "/ParentTree", "/ParentTreeNextKey", "/RoleMap", "/ClassMap", "/IDTree"},
    "page": {
        "/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/Resources",
        "/Contents", "/Group", "/StructParents", "/Tabs", "/Annots",
    },
    "link": {"/Type", "/Subtype", "/Rect", "/BS", "/Border", "/F", "/P", "/Contents", "/Dest", "/A", "/StructParent"},
    "link's action": {"/Type", "/S", "/URI"},
    "bookmark": {"/Title", "/Parent", "/Prev", "/Next", "/First", "/Last", "/Count", "/Dest", "/C", "/F"},
}  # fmt: skip
"""What each kind of thing in a part may hold. Scripts, attachments, form fields and layers all need other entries."""

IN_WORDS = {
    "/A": "a bookmark that does something other than lead to a page",
    "/AA": "an action that runs by itself",
    "/AF": "an attached file",
    "/AcroForm": "form fields or a seal",
    "/Collection": "a collection of files",
    "/EmbeddedFiles": "an attached file",
    "/FS": "an attached file",
    "/JS": "a script",
    "/JavaScript": "a script",
    "/OCProperties": "layers",
    "/OpenAction": "an action that runs when the file is opened",
}


class MergeFault(CannotRun):
    """The parts cannot be joined without loss; the message is plain words."""


@dataclass(frozen=True)
class Part:
    name: str
    """Unique among the parts, e.g. "annexure-1"; a link to "part:annexure-1" leads to its first page."""
    label: str
    """What people call it, e.g. "Annexure-1": opens its bookmark and its page labels."""
    title: str
    pdf: bytes

    @property
    def heading(self) -> str:
        return f"{self.label}: {self.title}"


def opened(part: Part) -> Pdf:
    """The part's PDF, found fit to be merged; the caller closes it."""
    try:
        source = Pdf.open(io.BytesIO(part.pdf), attempt_recovery=False)
    except pikepdf.PasswordError:
        raise MergeFault(f"{part.name}: the PDF is encrypted; a part must open without a password.") from None
    except pikepdf.PdfError:
        raise MergeFault(f"{part.name}: the file is not a readable PDF.") from None
    if source.is_encrypted:
        raise MergeFault(f"{part.name}: the PDF is encrypted; a part must be free of encryption.")
    _require_claims(part, source)
    _require_carriable(part, source)
    return source


def _require_claims(part: Part, source: Pdf) -> None:
    """The merged file claims PDF/A-2a and PDF/UA-1, which is true only where every part does and is tagged."""
    root = source.Root
    tree = root.get("/StructTreeRoot", Dictionary())
    tops = listed(tree.get("/K", Array()))
    metadata = source.open_metadata()
    if not root.get("/MarkInfo", Dictionary()).get("/Marked", False) or "/ParentTree" not in tree:
        raise MergeFault(f"{part.name}: the PDF is not tagged; a part must carry its structure for screen readers.")
    if [top.get("/S") for top in tops] != [Name.Document]:
        raise MergeFault(f"{part.name}: the tags of the PDF do not begin with one Document element.")
    if any("/StructParents" not in page.obj for page in source.pages):
        raise MergeFault(f"{part.name}: a page of the PDF is not tagged.")
    if (metadata.pdfa_status, metadata.get(PDFUA_PART)) != ("2A", "1"):
        raise MergeFault(f"{part.name}: the PDF does not claim both PDF/A-2a and PDF/UA-1.")
    if len(root.get("/OutputIntents", Array())) != 1:
        raise MergeFault(f"{part.name}: the PDF must name one output intent, the colours it was made for.")


def _require_carriable(part: Part, source: Pdf) -> None:
    for kind, thing in _inventory(source):
        for key in sorted(set(thing.keys()) - CARRIED[kind]):
            what = IN_WORDS.get(key, f"the entry {key} in its {kind}")
            raise MergeFault(f"{part.name}: the PDF holds {what}, which cannot be part of a merged file.")


def _inventory(source: Pdf) -> Iterator[tuple[str, Object]]:
    root = source.Root
    yield "catalog", root
    yield "list of names", root.get("/Names", Dictionary())
    yield "tree of tags", root.StructTreeRoot
    for page in source.pages:
        yield "page", page.obj
    for link in _links(source):
        yield "link", link
        yield "link's action", link.get("/A", Dictionary())
    for bookmark in _bookmarks(root.get("/Outlines", Dictionary())):
        yield "bookmark", bookmark


def _links(source: Pdf) -> Iterator[Object]:
    for page in source.pages:
        yield from page.obj.get("/Annots", Array())


def _bookmarks(parent: Object) -> Iterator[Object]:
    entry = parent.get("/First")
    while entry is not None:
        yield entry
        yield from _bookmarks(entry)
        entry = entry.get("/Next")


def make_ready(part: Part, source: Pdf, base: int) -> int:
    """Give the part numbers from `base` on and names nobody else has; the next free number."""
    tree = source.Root.StructTreeRoot
    leaves = sorted(NumberTree(tree.ParentTree).items())
    _renumber(source, leaves, base)
    _prefix_ids(part, source)
    _prefix_places(part, source)
    return base + max([number + 1 for number, _ in leaves], default=0)


def _renumber(source: Pdf, leaves: list[tuple[int, Object]], base: int) -> None:
    """Shift the numbers by which pages and links find their tags, so that no two parts share one."""
    for thing in source.objects:
        if isinstance(thing, (Dictionary, pikepdf.Stream)):
            for key in ("/StructParents", "/StructParent"):
                if key in thing:
                    thing[key] = int(thing[key]) + base
    shifted = Array()
    for number, leaf in leaves:
        shifted.append(number + base)
        shifted.append(leaf)
    source.Root.StructTreeRoot.ParentTree = source.make_indirect(Dictionary(Nums=shifted))


def _prefix_ids(part: Part, source: Pdf) -> None:
    """Make the ids of table headings, which cells refer to, unique among all parts."""
    ids: dict[str, Object] = {}
    for element in _elements(source):
        if "/ID" in element:
            element.ID = String(f"{part.name}.{element.ID}")
            if str(element.ID) in ids:
                raise MergeFault(f"{part.name}: two headings of tables in the PDF share an id.")
            ids[str(element.ID)] = element
        attributes = element.get("/A")
        if isinstance(attributes, Dictionary) and "/Headers" in attributes:
            attributes.Headers = Array([String(f"{part.name}.{heading}") for heading in attributes.Headers.as_list()])
    source.Root.StructTreeRoot.IDTree = source.make_indirect(name_tree(ids))


def _elements(source: Pdf) -> Iterator[Object]:
    # By object, not from the top of the tree: what stands in page margins hangs on the ParentTree only.
    for thing in source.objects:
        if isinstance(thing, Dictionary) and thing.get("/Type") == Name.StructElem:
            yield thing


def _prefix_places(part: Part, source: Pdf) -> None:
    """Names of places inside a part, to which its own links lead, are unique within the part only."""
    root = source.Root
    known = root.get("/Names", Dictionary()).get("/Dests")
    places = (
        {} if known is None else {f"{part.name}.{String(text)}": to for text, to in pikepdf.NameTree(known).items()}
    )
    # The old way of naming a place, which becomes the new way here.
    places |= {f"{part.name}.{name.removeprefix('/')}": to for name, to in root.get("/Dests", Dictionary()).items()}
    root.Names = Dictionary(Dests=source.make_indirect(name_tree(places)))
    for leading in [*_links(source), *_bookmarks(root.get("/Outlines", Dictionary()))]:
        if isinstance(leading.get("/Dest"), (Name, String)):
            leading.Dest = String(f"{part.name}.{str(leading.Dest).removeprefix('/')}")


def listed(thing: Object) -> list[Object]:
    """What PDF writes as one thing or a list of things."""
    return list(thing.as_list()) if isinstance(thing, Array) else [thing]


def name_tree(entries: Mapping[str, Object]) -> Dictionary:
    """A name tree of one node, in the order in which a reader searches it: by the bytes of the names."""
    names = Array()
    for key, entry in sorted(
        ((bytes(String(text)), entry) for text, entry in entries.items()), key=lambda pair: pair[0]
    ):
        names.extend([String(key), entry])
    return Dictionary(Names=names)


def named(tree: Object) -> dict[str, Object]:
    """What stands in a tree made by `name_tree`."""
    return {str(tree.Names[i]): tree.Names[i + 1] for i in range(0, len(tree.Names), 2)}
