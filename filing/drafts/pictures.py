"""The pages of a PDF as pictures, sharp at any resolution, with the text that stands on each."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import pypdfium2  # type: ignore[import-untyped]  # it ships without types

_ONE_AT_A_TIME = Lock()
"""The library does not work in two threads at once."""
_PNG = b"\x89PNG\r\n\x1a\n"
_FAST = 1
_KEPT = 64


@dataclass(frozen=True)
class Page:
    """A page's size in points, and its words in the order of reading."""

    width: float
    height: float
    text: str


def pages(pdf: bytes) -> tuple[Page, ...]:
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            found = [(*page.get_size(), page.get_textpage().get_text_range()) for page in document]
        finally:
            document.close()
    return tuple(Page(round(width, 2), round(height, 2), _words(text)) for width, height, text in found)


@lru_cache(maxsize=_KEPT)
def picture(pdf: bytes, number: int, pixels: int) -> bytes:
    """Page `number` (from 0) as a PNG that is `pixels` wide; IndexError where there is no such page."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 0 <= number < len(document):
                raise IndexError(number)
            page = document[number]
            bitmap = page.render(scale=pixels / page.get_width(), rev_byteorder=True)
            size, stride, raw = (bitmap.width, bitmap.height), bitmap.stride, bytes(bitmap.buffer)
        finally:
            document.close()
    return _png(size, stride, raw)


def _png(size: tuple[int, int], stride: int, raw: bytes) -> bytes:
    """Written here, since mostly white pages need no search for the smallest form: twice as fast as a library's."""
    width, height = size
    rows = b"".join(b"\0" + raw[line * stride : line * stride + width * 3] for line in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, _FAST)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _words(text: str) -> str:
    """One line after the other; what no reader can speak is left out."""
    lines = (" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
