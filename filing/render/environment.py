"""States what rendered a document: whatever could change a byte of a PDF without changing a record.

Two builds with the same digest give the same bytes; a differing fact names the reason when they do not. Loads the
system libraries only to ask for their versions, and never the renderer.
"""

from __future__ import annotations

import ctypes
import hashlib
import platform
import re
import zlib
from collections.abc import Mapping
from importlib import metadata

from filing.model import CannotRun
from filing.render.fonts import Fonts

_MEND = (
    "install the Debian packages libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0 "
    "(apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)"
)
_LIBRARIES = {
    "pango": "libpango-1.0.so.0",
    "pangoft2": "libpangoft2-1.0.so.0",
    "harfbuzz": "libharfbuzz.so.0",
    "harfbuzz-subset": "libharfbuzz-subset.so.0",
    "fontconfig": "libfontconfig.so.1",
    "freetype": "libfreetype.so.6",
}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==", re.MULTILINE)


def environment(requirements: str, fonts: Fonts) -> dict[str, str]:
    """Every fact by its name, in a fixed order; `requirements` is the text of the lock file."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": platform.machine(),
        **_packages(requirements),
        **_library_versions(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{f"font {name}": f"sha256:{digest}" for name, digest in sorted(fonts.chosen.files)},
    }


def environment_digest(facts: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(f"{name}: {fact}\n" for name, fact in facts.items()).encode()).hexdigest()


def require_libraries(libraries: Mapping[str, str] = _LIBRARIES) -> dict[str, ctypes.CDLL]:
    """The system libraries by name. Without harfbuzz-subset fonts would be cut down by other code, into other bytes."""
    loaded = {}
    for name, file in libraries.items():
        try:
            loaded[name] = ctypes.CDLL(file)
        except OSError as error:
            raise CannotRun(f"The system library {name} ({file}), needed to make PDFs, is missing: {_MEND}.") from error
    return loaded


def _packages(requirements: str) -> dict[str, str]:
    """A package that the lock names for another system only is stated as absent."""
    facts = {}
    for name in sorted({name.lower() for name in _REQUIREMENT.findall(requirements)}):
        try:
            facts[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            facts[name] = "absent"
    return facts


def _library_versions() -> dict[str, str]:
    libraries = require_libraries()
    return {
        "pango": _text(libraries["pango"].pango_version_string),
        "harfbuzz": _text(libraries["harfbuzz"].hb_version_string),
        "harfbuzz-subset": _text(libraries["harfbuzz-subset"].hb_version_string),
        "fontconfig": _fontconfig(libraries["fontconfig"].FcGetVersion()),
        "freetype": _freetype(libraries["freetype"]),
    }


def _text(function: ctypes._NamedFuncPointer) -> str:
    function.restype = ctypes.c_char_p
    return str(function().decode())


def _fontconfig(number: int) -> str:
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _freetype(library: ctypes.CDLL) -> str:
    handle = ctypes.c_void_p()
    if library.FT_Init_FreeType(ctypes.byref(handle)):
        raise CannotRun(f"The system library freetype does not start: {_MEND}.")
    parts = [ctypes.c_int() for _ in range(3)]
    library.FT_Library_Version(handle, *(ctypes.byref(part) for part in parts))
    library.FT_Done_FreeType(handle)
    return ".".join(str(part.value) for part in parts)
