"""Pages that would not show all their text are refused before they are written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import render_samples as samples

from filing.render import RenderFault, fonts

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")
"""The renderer forgets to close the colour profile it ships with."""

TOKEN = "X9f3Kq7" * 30
PAGE = "<style>@page { size: 400px 300px; margin: 50px; %s } body { margin: 0; font: 12px 'Noto Sans'; %s } %s</style>"


@pytest.fixture(scope="module")
def lay_out(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., int]:
    fonts.use(fonts.prepare(samples.LOCK, tmp_path_factory.mktemp("fonts")))
    from filing.render.pdf import to_pdf

    def lay_out(body: str, page: str = "", html: str = "", style: str = "") -> int:
        head = f'<html lang="en"><title>Sample</title>{PAGE % (page, html, style)}'
        return to_pdf(head + body, samples.log())[1]

    return lay_out


def test_plain_text_over_several_pages_is_accepted(lay_out: Callable[..., int]) -> None:
    assert lay_out("".join(f"<p>line {n} and a <b>bold</b> word in it" for n in range(20))) == 3


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (f"<p>{TOKEN}</p>", "reaches outside the margins"),
        ('<p style="position: relative; left: 290px">shifted</p>', "reaches outside the margins"),
        ('<p style="margin-left: -30px">out to the left</p>', "reaches outside the margins"),
        (
            '<div style="display: inline-block">' + "<p>kept in one piece</p>" * 20 + "</div>",
            "reaches outside the margins",
        ),
        ('<p style="position: absolute; top: 190px; height: 5px">one<br>two<br>three</p>', "reaches outside"),
        ('<p style="overflow: hidden; height: 8px">cut off below</p>', "reaches outside the box that cuts it off"),
        (
            '<table style="table-layout: fixed; width: 200px"><tr><td>' + TOKEN[:40] + "<td>next</table>",
            "reaches outside its table cell",
        ),
        ('<p style="visibility: hidden">unseen</p>', "cannot be seen"),
        ('<p style="font-size: 3px">tiny</p>', "cannot be seen"),
        ('<p style="color: rgba(0, 0, 0, 0.01)">pale</p>', "cannot be seen"),
        ('<p style="opacity: 0">see-through</p>', "cannot be seen"),
        ('<p style="color: white">white on white</p>', "cannot be seen"),
        ('<p style="display: none">gone</p>', 'loses text between its pages: "gone"'),
        ("<table><thead><tr><th>" + "tall<br>" * 20 + "</thead><tbody><tr><td>row</table>", "loses"),
        ('<p style="text-transform: uppercase">Straße</p>', "loses text"),
    ],
)
def test_text_that_would_not_be_shown_is_refused(lay_out: Callable[..., int], body: str, where: str) -> None:
    with pytest.raises(RenderFault, match=where) as refusal:
        lay_out(body)
    assert "Annexure-2" in str(refusal.value)


def test_a_header_taller_than_the_space_kept_for_it_is_refused(lay_out: Callable[..., int]) -> None:
    header = '<header style="position: running(h)">' + "line<br>" * 5 + "</header><p>text</p>"
    with pytest.raises(RenderFault, match=r"page 1.*outside the space kept for header and footer"):
        lay_out(header, page="@top-left { content: element(h); width: 100% }")


def test_a_line_lost_between_two_pages_is_named(lay_out: Callable[..., int]) -> None:
    lines = "".join(f"<p>entry number {n}</p>" for n in range(40))
    with pytest.raises(RenderFault, match="Annexure-2"):
        lay_out(f'<div style="position: absolute; top: 0">{lines}</div>')


def test_a_token_of_any_length_stays_inside_its_cell() -> None:
    from filing.render.html import to_html
    from filing.render.pdf import to_pdf

    rows = copy.deepcopy(samples.LOG["rows"])
    for cell in rows[0]["cells"]:
        cell[0]["text"] = TOKEN
    document = samples.log(rows=rows)
    _, pages = to_pdf(to_html(document, samples.TEMPLATES), document)
    assert pages == 1


def test_the_checked_sample_is_refused_when_its_tokens_may_not_break() -> None:
    from filing.render.html import to_html
    from filing.render.pdf import to_pdf

    rows = copy.deepcopy(samples.LOG["rows"])
    rows[0]["cells"][0][0]["text"] = TOKEN
    document = samples.log(rows=rows)
    html = to_html(document, samples.TEMPLATES).replace("overflow-wrap: anywhere", "")
    with pytest.raises(RenderFault, match=r"Annexure-2, page 1: the text .* outside its table cell"):
        to_pdf(html, document)


def test_every_sample_folder_has_a_template() -> None:
    names = {Path(path).parent.name for path in samples.TEMPLATES}
    assert names == {"base@1", "log@1", "certificate@1", "cover@1", "sheet@1", "sop@1", "report@1"}
