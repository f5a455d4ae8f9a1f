"""Pins the fonts a document is set in, by SHA-256, and shuts out every other font of the machine.

The accepted files are copied into a folder of the build, and the font library is told to look nowhere else: the
same records must not print in another face on another machine. Installs nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filing.model import CannotRun

PLACES = (
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/noto"),
    Path("/usr/share/fonts/google-noto"),
    Path("/usr/local/share/fonts"),
    Path("/usr/local/share/fonts/noto"),
)
_MEND = "install the Debian packages fonts-noto-core and fonts-noto-mono (apt install fonts-noto-core fonts-noto-mono)"
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9-]+\.(?:ttf|otf))")
_FOREIGN = ("FONTCONFIG_PATH", "FONTCONFIG_SYSROOT", "FC_LANG", "FREETYPE_PROPERTIES", "PANGO_LANGUAGE")
"""Variables by which a machine could still change how a line is set."""


@dataclass(frozen=True)
class FontSet:
    """One accepted set: its name, and file names with their SHA-256."""

    name: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fonts:
    """An accepted set of fonts, copied where the renderer reads them."""

    chosen: FontSet
    configuration: str
    """Path of the configuration file that names this folder and no other."""

    @property
    def faces(self) -> Path:
        """The folder of the font files."""
        return Path(self.configuration).parent / "faces"


def read_lock(lock: str) -> tuple[FontSet, ...]:
    """The accepted sets: each a line "set NAME" and below it lines in the format of sha256sum."""
    sets: list[FontSet] = []
    for line in lock.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("set "):
            sets.append(FontSet(line.removeprefix("set "), ()))
            continue
        match = _LINE.fullmatch(line)
        if match is None or not sets:
            raise CannotRun(f'fonts.lock has a line that is neither "set NAME" nor a SHA-256 and a file name: {line}')
        sets[-1] = FontSet(sets[-1].name, (*sets[-1].files, (match[2], match[1])))
    return tuple(sets)


def prepare(lock: str, work_folder: Path, places: Iterable[Path] = PLACES) -> Fonts:
    """Copies the first accepted set this machine has into a folder of its own below `work_folder`."""
    sets = read_lock(lock)
    places = tuple(places)
    for candidate in sets:
        found = [_find(name, digest, places) for name, digest in candidate.files]
        fonts = [font for font in found if font is not None]
        if fonts and len(fonts) == len(found):
            return _copy(candidate, fonts, work_folder)
    missing = [name for name, digest in sets[0].files if _find(name, digest, places) is None] if sets else ["any font"]
    raise CannotRun(
        f"The fonts that fonts.lock accepts are not on this machine ({', '.join(missing)} not found with the accepted "
        f"content): {_MEND}."
    )


def use(fonts: Fonts) -> None:
    """Points the font library of this process at the pinned fonts; must come before the renderer is loaded."""
    for variable in [name for name in os.environ if name in _FOREIGN or name.startswith("HB_")]:
        del os.environ[variable]
    os.environ["FONTCONFIG_FILE"] = fonts.configuration


def _find(name: str, digest: str, places: Iterable[Path]) -> bytes | None:
    for place in places:
        if (place / name).is_file():
            data = (place / name).read_bytes()
            if hashlib.sha256(data).hexdigest() == digest:
                return data
    return None


def _copy(chosen: FontSet, data: list[bytes], work_folder: Path) -> Fonts:
    """The folder is named after what is in it, so builds side by side share it; foreign files in it are removed."""
    digest = hashlib.sha256("".join(f"{sha256}  {name}\n" for name, sha256 in chosen.files).encode()).hexdigest()
    folder = work_folder.resolve() / "fonts" / digest[:16]
    configuration = folder / "fonts.conf"
    fonts = Fonts(chosen, str(configuration))
    faces = fonts.faces
    faces.mkdir(parents=True, exist_ok=True)
    expected = dict(zip((name for name, _ in chosen.files), data, strict=True))
    for stray in sorted(faces.iterdir()):
        if stray.name not in expected:
            stray.unlink()
    for name, content in expected.items():
        _write(faces / name, content, folder)
    _write(configuration, _CONFIGURATION.format(faces=faces, cache=folder / "cache").encode(), folder)
    return fonts


def _write(path: Path, content: bytes, folder: Path) -> None:
    """Replaced at one stroke, and only if it differs: another build may be reading it."""
    if path.is_file() and path.read_bytes() == content:
        return
    new = folder / f"{path.name}.{os.getpid()}"
    new.write_bytes(content)
    new.replace(path)


_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{faces}</dir>
  <cachedir>{cache}</cachedir>
  <config><rescan><int>0</int></rescan></config>
</fontconfig>
"""
