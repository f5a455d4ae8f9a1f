"""Reads a merged PDF back and compares it with its parts, piece by piece, with a program that did not write it.

Knows nothing of how the merge works, only what must be true afterwards: every page, text, tag, link and bookmark of
each part is there and leads where it led. A part that is not at hand (the cover, in a package) is given as None.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from filing.inspection import Bookmark, Opened, bookmarks, flaws, inspect, listed, marked, opened, place, resolved

__all__ = ["inspect", "reread"]

PART_LINK = "part:"


@dataclass(frozen=True)
class Stretch:
    """The pages of the merged file that stand for one part."""

    name: str
    label: str
    own: Opened | None
    first: int
    pages: int


def reread(merged: bytes, parts: Sequence[tuple[str, str, bytes | None]]) -> tuple[str, ...]:
    """Everything lost or wrong, in plain sentences, with every flaw of the merged file and of each part.

    `parts` are (name, label, PDF) in order. Never raises.
    """
    try:
        own = [(name, label, None if pdf is None else opened(pdf)) for name, label, pdf in parts]
        return tuple(_losses(opened(merged), own))
    # Any damage at all ends here: the reader of hostile bytes may fail in any way.
    except Exception:
        return ("The merged PDF, or a part of it, cannot be read to the end; it is damaged or was not made here.",)


def _losses(whole: Opened, parts: list[tuple[str, str, Opened | None]]) -> Iterator[str]:
    yield from flaws(whole)
    for _, label, own in parts:
        yield from (f"{label}: {flaw}" for flaw in (flaws(own) if own else ()))
    known = sum(len(own.pages) for _, _, own in parts if own)
    unknown = sum(own is None for _, _, own in parts)
    if len(whole.pages) != known and not (unknown == 1 and len(whole.pages) > known):
        yield f"The number of pages is {len(whole.pages)}, that of its parts together {known}."
        return
    stretches = _stretches(parts, len(whole.pages) - known)
    yield from _label_losses(whole, stretches)
    yield from _bookmark_losses(whole, stretches)
    yield from _tag_losses(whole, stretches)
    yield from _id_losses(whole)
    for stretch in stretches:
        if stretch.own:
            yield from _page_losses(whole, stretch, stretch.own)
            yield from _link_losses(whole, stretch, stretch.own, {s.name: s.first for s in stretches})
            if _colours(stretch.own) != _colours(whole):
                yield f"{stretch.label}: the output intent is not the part's."


def _stretches(parts: list[tuple[str, str, Opened | None]], rest: int) -> list[Stretch]:
    stretches, first = [], 0
    for name, label, own in parts:
        pages = len(own.pages) if own else rest
        stretches.append(Stretch(name, label, own, first, pages))
        first += pages
    return stretches


def _label_losses(whole: Opened, stretches: list[Stretch]) -> Iterator[str]:
    expected = [f"{s.label}, page {n + 1}" for s in stretches for n in range(s.pages)]
    for i, (found, label) in enumerate(zip(whole.reader.page_labels, expected, strict=True)):
        if found != label:
            yield f'Page {i + 1} is labelled "{found}", not "{label}".'


def _bookmark_losses(whole: Opened, stretches: list[Stretch]) -> Iterator[str]:
    groups: list[list[Bookmark]] = []
    for bookmark in bookmarks(whole, whole.root.get("/Outlines"), 0):
        if bookmark.depth == 0:
            groups.append([])
        groups[-1].append(bookmark)
    if len(groups) != len(stretches):
        yield f"The number of bookmarks of parts is {len(groups)}, not {len(stretches)}."
        return
    for stretch, (top, *nested) in zip(stretches, groups, strict=True):
        if not top.title.startswith(f"{stretch.label}: ") or top.page != stretch.first:
            yield f'{stretch.label}: its bookmark "{top.title}" does not name it or leads to another page.'
        if stretch.own is None:
            continue
        own = [
            Bookmark(b.depth + 1, b.title, None if b.page is None else b.page + stretch.first, b.spot)
            for b in bookmarks(stretch.own, stretch.own.root.get("/Outlines"), 0)
        ]
        if nested != own:
            yield f"{stretch.label}: its own bookmarks are not the same, or lead elsewhere."


def _tag_losses(whole: Opened, stretches: list[Stretch]) -> Iterator[str]:
    tops = listed(resolved(whole.root["/StructTreeRoot"]).get("/K"))
    document = resolved(tops[0])
    sections = [resolved(section) for section in listed(document.get("/K"))]
    titles = [b.title for b in bookmarks(whole, whole.root.get("/Outlines"), 0) if b.depth == 0]
    kinds = [element.get("/S") for element in (document, *sections)]
    if len(tops) != 1 or kinds != ["/Document"] + ["/Sect"] * len(stretches):
        yield "The tags are not one Document with one section for each part."
        return
    if [str(section.get("/T")) for section in sections] != titles:
        yield "The titles of the sections in the tags are not those of the bookmarks."
    for stretch, section in zip(stretches, sections, strict=True):
        if stretch.own is None:
            continue
        if _spoken(stretch.own.root) != _spoken(section, whole.root):
            yield f"{stretch.label}: the language is not the part's."
        [top] = listed(resolved(stretch.own.root["/StructTreeRoot"]).get("/K"))
        before = list(_elements(stretch.own, resolved(top), 0, ""))
        after = list(_elements(whole, section, stretch.first, f"{stretch.name}."))
        if before != after:
            yield f"{stretch.label}: the tags are not the part's: {_difference(before, after)}."


def _spoken(*holders: DictionaryObject) -> str:
    return next((str(holder["/Lang"]) for holder in holders if "/Lang" in holder), "")


Element = tuple[str, int | None, tuple[str, ...], str]


def _elements(file: Opened, parent: DictionaryObject, first: int, prefix: str) -> Iterator[Element]:
    """Each element below: its type, page within the part, what it holds, and what it says of itself."""
    for kid in listed(parent.get("/K")):
        element = resolved(kid)
        if not isinstance(element, DictionaryObject) or "/S" not in element:
            continue
        page = file.position(element.get("/Pg"))
        holds = tuple(_held(resolved(inner)) for inner in listed(element.get("/K")))
        yield str(element["/S"]), None if page is None else page - first, holds, _said(element, prefix)
        yield from _elements(file, element, first, prefix)


def _held(inner: Any) -> str:
    if isinstance(inner, DictionaryObject):
        return str(inner.get("/S", inner.get("/Type")))
    return str(inner)


def _said(element: DictionaryObject, prefix: str) -> str:
    """Alternative text, language, id, spans, scope and headings; ids without what the merge puts before them."""
    said = {key: str(element[key]) for key in ("/Alt", "/ActualText", "/E", "/Lang") if key in element}
    said["/ID"] = str(element.get("/ID", "")).removeprefix(prefix)
    said["/Headers"] = " ".join(heading.removeprefix(prefix) for heading in _headings(element))
    for attributes in listed(element.get("/A")):
        said |= {key: str(value) for key, value in resolved(attributes).items() if key != "/Headers"}
    return str(sorted(said.items()))


def _difference(before: list[Element], after: list[Element]) -> str:
    counts = Counter(kind for kind, *_ in before), Counter(kind for kind, *_ in after)
    wrong = [
        f"{counts[1][kind]} {kind.removeprefix('/')} instead of {counts[0][kind]}"
        for kind in sorted(counts[0] | counts[1])
        if counts[0][kind] != counts[1][kind]
    ]
    return ", ".join(wrong) or "as many of each kind, but in another order or with other content"


def _id_losses(whole: Opened) -> Iterator[str]:
    """A cell is read out with the headings it names: each must exist, once, in the same table."""
    tree = resolved(whole.root["/StructTreeRoot"])
    cells = list(_with_tables(tree, 0))
    homes = {str(cell["/ID"]): table for cell, table in cells if "/ID" in cell}
    strays = sum(homes.get(heading) != table for cell, table in cells for heading in _headings(cell))
    doubles = sum("/ID" in cell for cell, _ in cells) - len(homes)
    if strays:
        yield f"Cells of tables name a heading that is not in their table: {strays} times."
    if doubles:
        yield f"Headings of tables that share an id with another: {doubles}."
    listing = resolved(tree.get("/IDTree", DictionaryObject()))
    if sorted(str(name) for name in listed(listing.get("/Names"))[::2]) != sorted(homes):
        yield "The list of ids in the tags is not the list of the ids that are used."


def _with_tables(element: DictionaryObject, table: int) -> Iterator[tuple[DictionaryObject, int]]:
    """Each element with the identity of the table around it."""
    table = id(element) if element.get("/S") == "/Table" else table
    yield element, table
    for kid in listed(element.get("/K")):
        inner = resolved(kid)
        if isinstance(inner, DictionaryObject):
            yield from _with_tables(inner, table)


def _headings(cell: DictionaryObject) -> list[str]:
    return [str(heading) for said in listed(cell.get("/A")) for heading in listed(resolved(said).get("/Headers"))]


def _page_losses(whole: Opened, stretch: Stretch, own: Opened) -> Iterator[str]:
    for n, before in enumerate(own.pages):
        after = whole.pages[stretch.first + n]
        where = f"{stretch.label}, page {n + 1}"
        # Extracting text takes most of a second a dozen pages; the same drawing from the same fonts is the same text.
        if _drawn(before) != _drawn(after):
            same = before.extract_text() == after.extract_text()  # type: ignore[attr-defined]  # pages are PageObjects
            yield f"{where}: the page is drawn differently." if same else f"{where}: the text is not the part's."
        if marked(before) != marked(after):
            yield f"{where}: other pieces of text are marked for the tags."


def _drawn(page: DictionaryObject) -> str:
    return _drawing([page.get(key) for key in ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate")])


def _colours(file: Opened) -> str:
    return _drawing(listed(file.root.get("/OutputIntents")))


def _drawing(things: list[Any]) -> str:
    """A digest of things and all they refer to; streams by what they hold, not by how they are packed."""
    digest = hashlib.sha256()
    numbers: dict[int, int] = {}
    pending: list[Any] = list(reversed(things))
    while pending:
        thing = pending.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in numbers:
                digest.update(b"again %d\n" % numbers[thing.idnum])
                continue
            numbers[thing.idnum] = len(numbers)
            thing = thing.get_object()
        if isinstance(thing, StreamObject):
            digest.update(b"stream %s\n" % hashlib.sha256(thing.get_data()).digest())
        if isinstance(thing, DictionaryObject):
            keys = sorted(thing.keys() - {"/Length", "/Filter", "/DecodeParms", "/StructParents"})
            digest.update(f"{keys}\n".encode())
            pending.extend(thing.raw_get(key) for key in reversed(keys))
        elif isinstance(thing, ArrayObject):
            digest.update(b"list of %d\n" % len(thing))
            pending.extend(list.__getitem__(thing, i) for i in reversed(range(len(thing))))
        else:
            digest.update(f"{thing}\n".encode())
    return digest.hexdigest()


def _link_losses(whole: Opened, stretch: Stretch, own: Opened, firsts: dict[str, int]) -> Iterator[str]:
    for n, page in enumerate(own.pages):
        where = f"{stretch.label}, page {n + 1}"
        before = [resolved(link) for link in listed(page.get("/Annots"))]
        after = [resolved(link) for link in listed(whole.pages[stretch.first + n].get("/Annots"))]
        if [_frame(link) for link in before] != [_frame(link) for link in after]:
            yield f"{where}: the number of links is {len(after)} instead of {len(before)}, or they stand elsewhere."
            continue
        for old, new in zip(before, after, strict=True):
            expected, found = _leads(own, old, stretch.first), _leads(whole, new, 0)
            if expected[0].startswith(PART_LINK):
                expected, found = ("", firsts.get(expected[0].removeprefix(PART_LINK)), ()), (*found[:2], ())
            if expected != found:
                yield f'{where}: the link "{new.get("/Contents", "")}" leads elsewhere.'


def _frame(link: DictionaryObject) -> str:
    return f"{link.get('/Subtype')} {listed(link.get('/Rect'))}"


Lead = tuple[str, int | None, tuple[str, ...]]


def _leads(file: Opened, link: DictionaryObject, first: int) -> Lead:
    """The address to which a link leads, or the page and the spot on it."""
    address = str(resolved(resolved(link.get("/A", DictionaryObject())).get("/URI", "")))
    page, spot = place(file, link.get("/Dest"))
    return address, None if page is None else page + first, spot
