"""Looks at the laid-out pages before they are written, and refuses a page that would not show all its text.

The renderer is silent about text that runs off the paper, is cut at a cell's edge, is painted over, or is lost
between two pages, and text extraction finds such text as if nothing were wrong. So every piece of text must lie
inside its page area, its margin box and its cell, be large enough to be seen, and every word of the document must
stand on some page. Judges positions only: whether a glyph exists is known when the page is painted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from filing.render import RenderFault

_TOLERANCE = 0.5
_SMALLEST = 6.0
"""CSS pixels (4.5 pt); smaller text is as good as none."""
_PALEST = 4.5
"""Contrast of text with what is behind it, WCAG 2.1, level AA."""


@dataclass(frozen=True)
class _Area:
    left: float
    top: float
    right: float
    bottom: float
    name: str

    def holds(self, box: Any) -> bool:
        return bool(
            box.position_x >= self.left - _TOLERANCE
            and box.position_y >= self.top - _TOLERANCE
            and box.position_x + box.width <= self.right + _TOLERANCE
            and box.position_y + box.height <= self.bottom + _TOLERANCE
        )


@dataclass(frozen=True)
class _Setting:
    """What surrounds a piece of text: the areas it must stay in, outermost first, and the colour behind it."""

    areas: tuple[_Area, ...]
    background: Any = None
    opaque: bool = True

    def within(self, box: Any) -> _Setting:
        setting = self
        if hasattr(box, "colspan") and "table-cell" in box.style["display"]:
            setting = replace(setting, areas=(*setting.areas, _area(box, "its table cell")))
        if box.style["overflow"] != "visible":
            setting = replace(setting, areas=(*setting.areas, _area(box, "the box that cuts it off")))
        if box.style["background_color"].alpha > 0:
            setting = replace(setting, background=box.style["background_color"])
        return replace(setting, opaque=setting.opaque and box.style["opacity"] == 1)


def require_everything_shown(root: Any, pages: Sequence[Any], label: str) -> None:
    shown: dict[Any, list[str]] = defaultdict(list)
    for number, page in enumerate(pages, start=1):
        for box, setting in _texts(page._page_box):
            _require_in_sight(box, setting, f"{label}, page {number}")
            if "::" not in box.element_tag:
                shown[box.element].append(_squeezed(box.text))
    for element in root.find("body").iter():
        own = _squeezed("".join(_own_text(element)))
        found = "".join(shown[element])
        if own and found != own * max(1, len(found) // len(own)):
            raise RenderFault(f'{label} loses text between its pages: "{_short(own)}" is not printed in full.')


def boxes(box: Any) -> Iterator[Any]:
    """A box and all boxes within it, in the order of the document."""
    yield box
    for child in box.all_children():
        yield from boxes(child)


def _texts(page: Any) -> Iterator[tuple[Any, _Setting]]:
    paper = _Area(0, 0, page.margin_width(), page.margin_height(), "the paper")
    for child in page.all_children():
        margin = hasattr(child, "at_keyword")
        area = _area(child if margin else page, "the space kept for header and footer" if margin else "the margins")
        yield from _within(child, _Setting((paper, area)))


def _within(box: Any, setting: _Setting) -> Iterator[tuple[Any, _Setting]]:
    if hasattr(box, "pango_layout"):
        yield box, setting
        return
    setting = setting.within(box)
    for child in box.all_children():
        yield from _within(child, setting)


def _area(box: Any, name: str) -> _Area:
    left, top = box.content_box_x(), box.content_box_y()
    return _Area(left, top, left + box.width, top + box.height, name)


def _require_in_sight(box: Any, setting: _Setting, place: str) -> None:
    text = box.text.strip()
    if not text:
        return
    for area in reversed(setting.areas):
        if not area.holds(box):
            raise RenderFault(f'{place}: the text "{_short(text)}" reaches outside {area.name}.')
    ink = box.style["color"]
    painted = box.style["visibility"] == "visible" and setting.opaque and ink.alpha == 1
    if not painted or box.style["font_size"] < _SMALLEST or _contrast(ink, setting.background) < _PALEST:
        raise RenderFault(f'{place}: the text "{_short(text)}" cannot be seen.')


def _contrast(ink: Any, background: Any) -> float:
    """The contrast ratio of WCAG 2.1; paper is white."""
    paper = 1.0 if background is None else _luminance(background)
    darker, lighter = sorted((_luminance(ink), paper))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Any) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.to("srgb").coordinates
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _own_text(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag.startswith("{"):
        return
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
