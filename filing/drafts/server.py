"""Serves the page to a browser on this machine, and to nobody else.

It answers GET alone, under its own name alone, and behind a secret part of the address, since others may use this
machine, too. No part of an address ever becomes the name of a file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from filing.drafts.pictures import picture
from filing.drafts.screen import Screen

_HERE = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_FACES = {
    "regular.ttf": "NotoSans-Regular.ttf",
    "bold.ttf": "NotoSans-Bold.ttf",
    "mono.ttf": "NotoSansMono-Regular.ttf",
}
_PICTURE = re.compile(r"page/([0-9a-f]{16})/([0-9]{1,4})/([0-9]{2,4})\.png")
_DOCUMENT = re.compile(r"pdf/([0-9a-f]{16})\.pdf")
_SMALLEST, _LARGEST = 100, 4000
_BEAT = 10.0
"""Seconds after which a silent connection is tried, so that one that was closed is noticed."""
_PLAIN = "text/plain; charset=utf-8"


@contextmanager
def serving(screen: Screen, faces: Path) -> Iterator[str]:
    """The address of the page while the block lasts; `faces` is the folder of the accepted font files."""
    secret, page = secrets.token_urlsafe(18), _page()
    fonts = {name: (faces / file).read_bytes() for name, file in _FACES.items() if (faces / file).is_file()}
    server = ThreadingHTTPServer((_HERE, 0), partial(_Answer, screen, secret, page, fonts))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{_HERE}:{server.server_port}/{secret}/"
    finally:
        screen.end()
        server.shutdown()
        thread.join()
        server.socket.close()


def _page() -> tuple[bytes, str]:
    """The page with its style and script inside, and the policy that lets a browser run these alone."""
    style, script = ((_PAGE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    page = (_PAGE / "page.html").read_text(encoding="utf-8")
    page = page.replace("<style></style>", f"<style>{style}</style>").replace(
        "<script></script>", f"<script>{script}</script>"
    )
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page.encode(), policy


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Answer(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: ThreadingHTTPServer

    def __init__(
        self, screen: Screen, secret: str, page: tuple[bytes, str], fonts: Mapping[str, bytes], *connection: object
    ) -> None:
        self._screen, self._secret, self._page, self._fonts = screen, secret, page, fonts
        super().__init__(*connection)  # type: ignore[arg-type]  # the three values the server gives

    def do_GET(self) -> None:
        given, _, rest = self.path.removeprefix("/").partition("/")
        if not self._for_us():
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "This preview answers under its own address only.")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return self._refuse(HTTPStatus.NOT_FOUND, "Open the address that the terminal shows.")
        answer = self._answer_to(rest)
        return answer() if answer else self._refuse(HTTPStatus.NOT_FOUND, "There is nothing of this name.")

    def _for_us(self) -> bool:
        """A page elsewhere that was given our address under another name must not read what stands here."""
        own = f"{_HERE}:{self.server.server_port}"
        site = self.headers.get("Sec-Fetch-Site", "none")
        return self.headers.get_all("Host") == [own] and site in ("none", "same-origin")

    def _answer_to(self, rest: str) -> Callable[[], None] | None:
        if rest == "":
            page, policy = self._page
            return partial(self._send, page, "text/html; charset=utf-8", {"Content-Security-Policy": policy})
        if rest == "events":
            return self._tell
        if rest.startswith("font/") and rest.removeprefix("font/") in self._fonts:
            return partial(self._send, self._fonts[rest.removeprefix("font/")], "font/ttf")
        if match := _PICTURE.fullmatch(rest):
            return self._picture(match[1], int(match[2]), int(match[3]))
        if match := _DOCUMENT.fullmatch(rest):
            pdf = self._screen.pdf(match[1])
            return partial(self._send, pdf, "application/pdf") if pdf else None
        return None

    def _picture(self, version: str, number: int, pixels: int) -> Callable[[], None] | None:
        pdf = self._screen.pdf(version)
        if pdf is None or not _SMALLEST <= pixels <= _LARGEST:
            return None
        try:
            return partial(self._send, picture(pdf, number, pixels), "image/png")
        except IndexError:
            return None

    def _tell(self) -> None:
        """Server-sent events: the whole view, and again whenever it changes."""
        self.close_connection = True
        self._head(HTTPStatus.OK, "text/event-stream", {"Connection": "close"})
        number = 0
        try:
            while True:
                newest, view, ended = self._screen.after(number, _BEAT)
                if ended:
                    self.wfile.write(b"event: ended\ndata: {}\n\n")
                    return
                told = f"data: {view.as_json()}\n\n" if newest != number else ": still here\n\n"
                self.wfile.write(told.encode())
                number = newest
        except OSError:
            return  # the browser has gone

    def _send(self, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._head(HTTPStatus.OK, kind, {"Content-Length": str(len(body)), **(headers or {})})
        self._write(body)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        body = f"{why}\n".encode()
        self.close_connection = True
        self._head(status, _PLAIN, {"Content-Length": str(len(body)), "Connection": "close"})
        self._write(body)

    def _write(self, body: bytes) -> None:
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def _head(self, status: HTTPStatus, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Type": kind, **_ALWAYS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no GET, or no request at all: nothing that was sent is repeated."""
        self.close_connection = True
        status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus.BAD_REQUEST
        self.requestline, self.request_version, self.command = "", "HTTP/1.1", "GET"
        body = b"This preview can only be read.\n"
        self._head(status, _PLAIN, {"Content-Length": str(len(body)), "Allow": "GET", "Connection": "close"})
        self._write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The terminal tells of records, not of connections."""


_ALWAYS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""A preview may unblind: no page of another origin sees it, and nothing of it stays in a browser's store."""
