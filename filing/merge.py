"""Joins tagged PDFs into one without losing tags, links, bookmarks, language or claims.

A plain append drops the structure tree, the metadata and the output intent and leaves a claim of accessibility
that is no longer true; here every part brings its tree along. It stamps nothing on pages and reads no clock.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, String

from filing.parts import MergeFault, Part, listed, make_ready, name_tree, named, opened

__all__ = ["MergeFault", "Part", "merge"]

PART_LINK = "part:"


@dataclass(frozen=True)
class Placed:
    """A part whose pages and cargo have been copied into the merged file."""

    part: Part
    first: int
    cargo: Object


def merge(parts: Sequence[Part], *, title: str, created: str, language: str = "en") -> bytes:
    """Join the parts in order; the same parts, title, time and language give the same bytes."""
    _require_unique_names(parts)
    with ExitStack() as sources, Pdf.new() as merged:
        placed, base = [], 0
        for part in parts:
            # A copied page still reads its bytes from its source, which must stay open until the end.
            source = sources.enter_context(opened(part))
            base = make_ready(part, source, base)
            placed.append(_placed(part, source, merged))
        _write_catalog(merged, placed, language)
        _write_structure(merged, placed, base, language)
        _write_places(merged, placed)
        _write_outline(merged, placed)
        _lead_part_links(merged, placed)
        _write_metadata(merged, placed, title, created)
        return _saved(merged)


def _require_unique_names(parts: Sequence[Part]) -> None:
    for earlier, later in pairwise(sorted(part.name for part in parts)):
        if earlier == later:
            raise MergeFault(f"Two parts are named {later}; each part needs a name of its own.")


def _placed(part: Part, source: Pdf, merged: Pdf) -> Placed:
    """Copy the pages, then all that points at pages in one go.

    Links travel with the cargo: copied with its page, a link to a later page would lead nowhere.
    """
    first, root, links = len(merged.pages), source.Root, Array()
    originals = [page.obj for page in source.pages]
    for original in originals:
        links.append(original.get("/Annots", Array()))
        if "/Annots" in original:
            del original["/Annots"]
    cargo = Dictionary(
        Links=links,
        Tree=root.StructTreeRoot,
        Places=root.Names.Dests,
        Intent=root.OutputIntents[0],
        Outlines=root.get("/Outlines", Dictionary()),
        Language=root.get("/Lang", String("")),
        Producer=source.docinfo.get("/Producer", String("")),
    )
    merged.pages.extend(source.pages)
    copy = merged.copy_foreign(source.make_indirect(cargo))
    for page, original, own in zip(merged.pages[first:], originals, copy.Links, strict=True):
        page.obj.StructParents = original.StructParents
        if len(own):
            page.obj.Annots = own
    return Placed(part, first, copy)


def _write_catalog(merged: Pdf, placed: Sequence[Placed], language: str) -> None:
    profiles = {p.cargo.Intent.DestOutputProfile.read_bytes() for p in placed}
    if len(profiles) > 1:
        raise MergeFault("The parts were made for different colours (their output intents differ).")
    root = merged.Root
    root.OutputIntents = Array([placed[0].cargo.Intent])
    root.Lang = String(language)
    root.MarkInfo = Dictionary(Marked=True)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.PageMode = Name.UseOutlines
    labels = Array()
    for p in placed:
        labels.append(p.first)
        labels.append(Dictionary(S=Name.D, P=String(f"{p.part.label}, page ")))
    root.PageLabels = Dictionary(Nums=labels)


def _write_structure(merged: Pdf, placed: Sequence[Placed], next_key: int, language: str) -> None:
    """Hang the tree of each part, its Document element now a Sect, under one Document element."""
    root = merged.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = merged.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    leaves, sections = Array(), Array()
    ids: dict[str, Object] = {}
    for p in placed:
        [section] = listed(p.cargo.Tree.K)
        section.S, section.P, section.T = Name.Sect, document, String(p.part.heading)
        if str(p.cargo.Language) not in ("", language):
            section.Lang = p.cargo.Language
        sections.append(section)
        leaves.extend(p.cargo.Tree.ParentTree.Nums)
        ids |= named(p.cargo.Tree.IDTree)
    document.K = sections
    root.K = Array([document])
    root.ParentTree = merged.make_indirect(Dictionary(Nums=leaves))
    root.ParentTreeNextKey = next_key
    if ids:
        root.IDTree = merged.make_indirect(name_tree(ids))
    for key in ("/RoleMap", "/ClassMap"):
        shared = _shared_map(placed, key)
        if shared:
            root[key] = shared
    merged.Root.StructTreeRoot = root


def _shared_map(placed: Sequence[Placed], key: str) -> Dictionary:
    shared = Dictionary()
    for p in placed:
        for name, meaning in p.cargo.Tree.get(key, Dictionary()).items():
            if shared.get(name, meaning) != meaning:
                raise MergeFault(f"{p.part.name}: the tag {name} means something else there than in an earlier part.")
            shared[name] = meaning
    return shared


def _write_places(merged: Pdf, placed: Sequence[Placed]) -> None:
    places: dict[str, Object] = {}
    for p in placed:
        places |= named(p.cargo.Places)
    if places:
        merged.Root.Names = Dictionary(Dests=merged.make_indirect(name_tree(places)))


def _top_of(merged: Pdf, p: Placed) -> Array:
    """The top of a part's first page, at the magnification the reader has chosen."""
    page = merged.pages[p.first]
    return Array([page.obj, Name.XYZ, 0, page.mediabox[3], 0])


def _write_outline(merged: Pdf, placed: Sequence[Placed]) -> None:
    outlines = merged.make_indirect(Dictionary(Type=Name.Outlines, Count=len(placed)))
    entries = []
    for p in placed:
        entry = merged.make_indirect(Dictionary(Title=String(p.part.heading), Parent=outlines, Dest=_top_of(merged, p)))
        own = p.cargo.Outlines
        if "/First" in own:
            entry.First, entry.Last = own.First, own.Last
            # Negative: shown closed, so that the reader first sees the list of parts.
            entry.Count = -abs(int(own.Count))
            child: Object | None = own.First
            while child is not None:
                child.Parent = entry
                child = child.get("/Next")
        entries.append(entry)
    for earlier, later in pairwise(entries):
        earlier.Next, later.Prev = later, earlier
    outlines.First, outlines.Last = entries[0], entries[-1]
    merged.Root.Outlines = outlines


def _lead_part_links(merged: Pdf, placed: Sequence[Placed]) -> None:
    targets = {p.part.name: p for p in placed}
    for p in placed:
        for link in (link for page in p.cargo.Links for link in page):
            address = str(link.get("/A", Dictionary()).get("/URI", ""))
            if not address.startswith(PART_LINK):
                continue
            target = targets.get(address.removeprefix(PART_LINK))
            if target is None:
                raise MergeFault(f"{p.part.name}: a link leads to {address}, but there is no part of that name.")
            del link["/A"]
            link.Dest = _top_of(merged, target)
            link.Contents = String(target.part.heading)


def _write_metadata(merged: Pdf, placed: Sequence[Placed], title: str, created: str) -> None:
    producer = str(placed[0].cargo.Producer)
    moment = String(datetime.fromisoformat(created).strftime("D:%Y%m%d%H%M%SZ"))
    merged.docinfo = merged.make_indirect(
        Dictionary(Title=String(title), Producer=String(producer), CreationDate=moment, ModDate=moment)
    )
    packet = XMP.format(title=escape(title), producer=escape(producer), created=created)
    merged.Root.Metadata = merged.make_stream(packet.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _saved(merged: Pdf) -> bytes:
    target = io.BytesIO()
    merged.save(
        target,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=ObjectStreamMode.generate,
    )
    return target.getvalue()


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreateDate>{created}</xmp:CreateDate><xmp:ModifyDate>{created}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 this file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
"""PDF/A-2 knows no PDF/UA identification: the extension schema (ISO 19005-2, 6.6.2.3) declares it."""
