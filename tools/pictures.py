"""Makes the pictures in docs/pictures: every page of the packages of two batches, and the page that shows them.

The packages are those of the records as they lie in the working tree, committed in a folder of their own, so that
pictures can be made before a commit. Needs poppler's pdftoppm.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from pypdf import PdfReader  # noqa: E402

from tests.repositories import as_shipped, build, commit  # noqa: E402

BATCHES = {
    "B2025-01": "certified, released to a site and filed",
    "B2025-02": "rejected after a deviation",
}
SHOWN_ELSEWHERE = {"certificate.png": "B2025-01/certificate-1.png"}
"""Names that other pages of the documentation use."""
RESOLUTION, COLOURS = 80, 48
LARGEST = 120_000
HEAD = """\
# The pages of two packages

<!-- Written by `make pictures`; what stands here is changed where it comes from. -->

Every page of the documents in the filing packages of two demonstration batches, and the cover of the merged copy.
"""


def packages(work: Path) -> Mapping[str, Path]:
    """The finished package of each batch."""
    commit(work / "checkout", as_shipped())
    found = {}
    for batch in BATCHES:
        answer = build("bundle", "--batch", batch, "--out", work / "output", root=work / "checkout")
        if answer.returncode:
            raise SystemExit(answer.stderr)
        found[batch] = Path(answer.stdout.splitlines()[-1])
    return found


def pages(package: Path) -> Iterator[tuple[str, Path, int, str]]:
    """The name of each page's picture, the PDF and its page, and what it shows; the merged copy's cover first."""
    merged = next((package / "data/compiled").glob("*.pdf"))
    yield "cover-1.png", merged, 1, f"`{merged.name}`: cover of the merged copy"
    for pdf in sorted((package / "data/documents").glob("*.pdf")):
        reader = PdfReader(pdf)
        title, count = str(reader.metadata.title if reader.metadata else pdf.stem), len(reader.pages)
        for page in range(1, count + 1):
            yield f"{pdf.stem}-{page}.png", pdf, page, f"`{pdf.name}`: {title}, page {page} of {count}"


def picture(pdf: Path, page: int) -> bytes:
    """A page as PNG in few colours; the same page gives the same bytes."""
    command = ["pdftoppm", "-png", "-r", str(RESOLUTION), "-f", str(page), "-l", str(page), "-singlefile", str(pdf)]
    drawn = subprocess.run(command, check=True, capture_output=True).stdout
    image = Image.open(io.BytesIO(drawn)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    assert len(out.getvalue()) <= LARGEST, f"{pdf.name}, page {page}: {len(out.getvalue()):,} bytes"
    return out.getvalue()


def made(found: Mapping[str, Path]) -> tuple[dict[str, bytes], str]:
    """The pictures by their names below docs/pictures, and the page that shows them; a page that both packages hold is
    shown once."""
    pictures: dict[str, bytes] = {}
    parts = [HEAD]
    for batch, package in found.items():
        parts.append(f"\n## {batch}: {BATCHES[batch]}\n")
        for name, pdf, page, shows in pages(package):
            drawn = picture(pdf, page)
            if drawn in pictures.values():
                continue
            pictures[f"{batch}/{name}"] = drawn
            parts.append(f"\n![{shows.replace('`', '')}](../pictures/{batch}/{name})\n\n{shows}\n")
    return pictures | {name: pictures[of] for name, of in SHOWN_ELSEWHERE.items()}, "".join(parts)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=ROOT / "docs", help="write below this folder instead of docs")
    out = arguments.parse_args().out
    if shutil.which("pdftoppm") is None:
        raise SystemExit("pdftoppm is missing. Install poppler-utils; ./build.py doctor says how.")
    with tempfile.TemporaryDirectory() as work:
        pictures, page = made(packages(Path(work)))
    for batch in BATCHES:
        shutil.rmtree(out / "pictures" / batch, ignore_errors=True)
    for name, drawn in pictures.items():
        (out / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        (out / "pictures" / name).write_bytes(drawn)
    (out / "reference").mkdir(parents=True, exist_ok=True)
    (out / "reference/pages.md").write_text(page, encoding="utf-8")
    print(f"{len(pictures)} pictures, {sum(map(len, pictures.values())):,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
