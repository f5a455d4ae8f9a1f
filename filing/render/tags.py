"""Finishes the structure tree the renderer has built, for readers who hear a document instead of seeing it.

What stands in the page margins (header, footer, draft mark) becomes an artifact, so that it is not read out on
each page; header cells say whether they head a row or a column. Changes nothing that is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from filing.render.layout import boxes


def finish_tags(layout: Any, pdf: Any) -> None:
    """Called by the renderer with the pages and the PDF, after tagging and before writing."""
    for page in layout.pages:
        for box in boxes(page._page_box):
            if box.element_tag == "th" and "mark" in vars(box):
                scope = "/Row" if box.element.attrib["scope"] == "row" else "/Column"
                box.mark["A"]["Scope"] = scope
    _make_artifacts(pdf)


def _make_artifacts(pdf: Any) -> None:
    """The renderer tags margin boxes too but leaves them out of the tree: what cannot be reached is an artifact."""
    elements = {item.reference: item for item in pdf.objects if _is_element(item)}
    root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    reached = set(_reach(root["K"], elements))
    page_streams = [pdf.objects[_number(_page(pdf, reference)["Contents"])] for reference in pdf.page_references]
    numbers = pdf.objects[_number(root["ParentTree"])]["Nums"]
    for stream, parents in zip(page_streams, numbers[1::2], strict=False):
        kept = [mark for mark, reference in enumerate(parents) if reference in reached]
        new_marks = {old: new for new, old in enumerate(kept)}
        _mark_anew(stream.stream, new_marks)
        for reference in dict.fromkeys(parents[mark] for mark in kept):
            kids = elements[reference]["K"]
            kids[:] = [new_marks[kid] if isinstance(kid, int) else kid for kid in kids]
        parents[:] = [parents[mark] for mark in kept]
    for reference, element in elements.items():
        if reference not in reached:
            element.clear()


def _is_element(item: Any) -> bool:
    return isinstance(item, dict) and item.get("Type") == "/StructElem"


def _reach(kids: Any, elements: dict[bytes, Any]) -> Iterator[bytes]:
    for kid in kids:
        if kid in elements:
            yield kid
            yield from _reach(elements[kid]["K"], elements)


def _mark_anew(operators: list[Any], new_marks: dict[int, int]) -> None:
    """Each marked piece of a page begins with a tag, a property list with its mark, and BDC."""
    for i in range(2, len(operators)):
        if operators[i] == b"BDC":
            properties = operators[i - 1]
            if properties["MCID"] in new_marks:
                properties["MCID"] = new_marks[properties["MCID"]]
            else:
                operators[i - 2 : i + 1] = ["/Artifact", b"", b"BMC"]


def _page(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[_number(reference)]


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
