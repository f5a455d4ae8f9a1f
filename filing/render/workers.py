"""Renders documents in warm worker processes, each render within limits of time and memory.

A layout can run for ever or die in a C library (the renderer's own documentation says so), so it never runs in the
process that builds a package. The workers stand behind concurrent.futures.Executor: any other executor will do.
Retries nothing: a document that cannot be rendered once cannot be filed.
"""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import FrameType

from filing.model import Document, Rendered
from filing.render import RenderFault
from filing.render.environment import require_libraries
from filing.render.fonts import Fonts, use

_GARBAGE = 200_000
"""New objects after which a worker cleans up: rarely enough to cost nothing, often enough to stay small."""
_LONGEST_FOLDER, _SHORT_FOLDER = 60, "/tmp"
"""Bytes of a temporary folder's path that leave room for the socket's own name; and where it lies otherwise."""


@dataclass(frozen=True)
class Limits:
    """Of one render: seconds of wall-clock time, and of one worker: bytes of address space."""

    seconds: float = 60
    grace: float = 5
    """How long after `seconds` a worker that hangs in a C library is ended."""
    memory: int = 4 * 1024**3


@contextmanager
def renderers(
    jobs: int, fonts: Fonts, work_folder: Path, limits: Limits = Limits(), *, warm: bool = True
) -> Iterator[Executor]:
    """Worker processes that, if `warm`, begin to load the renderer at once, while the caller does other work.

    Submit `render_document` with a document and the template files. A worker that dies ends all of them and raises
    RenderFault naming its document.
    """
    require_libraries()
    with _room_for_a_socket():
        yield from _running(jobs, fonts, work_folder, limits, warm)


def _running(jobs: int, fonts: Fonts, work_folder: Path, limits: Limits, warm: bool) -> Iterator[Executor]:
    begun = work_folder.resolve() / f"rendering-{os.getpid()}"
    begun.mkdir(parents=True, exist_ok=True)
    # One process loads the renderer, once, and every worker is forked from it.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["filing.render.html", "filing.render.pdf"])
    workers = ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(fonts, begun, limits))
    starting = Thread(target=lambda: [workers.submit(_load) for _ in range(jobs if warm else 0)])
    starting.start()
    try:
        yield workers
    except BrokenProcessPool as error:
        workers.shutdown()
        names = " or ".join(sorted(path.read_text() for path in begun.iterdir())) or "a document"
        raise RenderFault(
            f"The process that rendered {names} was ended (it crashed, or used more time or memory than it may)."
        ) from error
    finally:
        starting.join()
        workers.shutdown(cancel_futures=True)
        for path in begun.iterdir():
            path.unlink()
        begun.rmdir()


@contextmanager
def _room_for_a_socket() -> Iterator[None]:
    """The processes meet at a socket in the temporary folder, and its path may have about a hundred bytes only."""
    given = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_FOLDER and os.access(_SHORT_FOLDER, os.W_OK):
        tempfile.tempdir = _SHORT_FOLDER
    try:
        yield
    finally:
        tempfile.tempdir = given


def render_document(document: Document, templates: Mapping[str, bytes]) -> Rendered:
    """Runs in a worker."""
    from filing.render.html import to_html
    from filing.render.pdf import to_pdf

    with _within_limits(document.label):
        pdf, pages = to_pdf(to_html(document, templates), document)
    return Rendered(document, pdf, pages)


class _TooLong(BaseException):
    """No Exception, so that no part of the renderer takes it for a fault of its own and goes on."""


class _Worker:
    """What a worker knows of itself; each process has its own."""

    begun: Path | None = None
    limits = Limits()


def _start(fonts: Fonts, begun: Path, limits: Limits) -> None:
    import resource

    use(fonts)
    _Worker.begun, _Worker.limits = begun, limits
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY or most > limits.memory:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, most))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGALRM, _interrupt)
    gc.disable()


def _load() -> None:
    """Garbage collection is off while laying out, and never looks at what was loaded here."""
    import filing.render.html
    import filing.render.pdf  # noqa: F401

    gc.freeze()


@contextmanager
def _within_limits(label: str) -> Iterator[None]:
    """Says which document is being rendered, should this process not live to say so itself."""
    limits = _Worker.limits
    mark = _Worker.begun / str(os.getpid()) if _Worker.begun else None
    if mark:
        mark.write_text(label)
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(limits.seconds + limits.grace, exit=True, file=nowhere)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        try:
            yield
        except _TooLong:
            raise RenderFault(f"{label} took longer than {limits.seconds:g} seconds to render.") from None
        except MemoryError:
            raise RenderFault(f"{label} needs more memory to render than it may use.") from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
            if mark:
                mark.unlink()
            if gc.get_count()[0] > _GARBAGE:
                gc.collect()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _TooLong


def _leave(number: int, frame: FrameType | None) -> None:
    """The others end too when one dies; their documents are not to blame."""
    raise SystemExit(1)
