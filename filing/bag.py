"""What a package is, as bytes: a bag of BagIt 1.0 (RFC 8493) with SHA-256 and SHA-512, each file in one possible form.

It makes the files of a bag and says what is wrong with one. It touches no disk and refuses every liberty the standard
leaves: other algorithms, fetch.txt, folded lines, folders outside data/, names that some file system cannot hold.
A bag whose manifests were rewritten together with its contents is a correct bag: only sign-offs can tell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_FILES = 20_000

_ALGORITHMS = ("sha256", "sha512")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_PAYLOAD_MANIFESTS = tuple(f"manifest-{algorithm}.txt" for algorithm in _ALGORITHMS)
_TAG_MANIFESTS = tuple(f"tagmanifest-{algorithm}.txt" for algorithm in _ALGORITHMS)
_REQUIRED = ("bagit.txt", "bag-info.txt", *_PAYLOAD_MANIFESTS, *_TAG_MANIFESTS)

_LONGEST_PATH = 180
_LONGEST_SHOWN = 200
_LONGEST_LIST = MOST_FILES * (128 + 2 + _LONGEST_PATH + 1)
_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}"
_PATH = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\..*)?", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_OTHER_MANIFEST = re.compile(r"(?:tag)?manifest-.*|fetch\.txt", re.IGNORECASE)

_OXUM = "Payload-Oxum"
_BEFORE_OXUM = (
    "Source-Organization", "Organization-Address", "Contact-Name", "Contact-Phone", "Contact-Email",
    "External-Description", "Bagging-Date", "External-Identifier", "Bag-Size",
)  # fmt: skip


def bag_files(
    payload: Mapping[str, bytes], info: Sequence[tuple[str, str]], tags: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Every file of the bag by its path, sorted; payload paths are those below data/, tags lie at the bag's root."""
    contents = {f"data/{path}": content for path, content in payload.items()}
    further = dict(tags or {})
    _refuse_faults(contents, info, further)
    bag = {**contents, **further, "bagit.txt": _DECLARATION, "bag-info.txt": _info(info, contents)}
    bag |= _manifests(_PAYLOAD_MANIFESTS, contents)
    bag |= _manifests(_TAG_MANIFESTS, {path: bag[path] for path in bag if path not in contents})
    return dict(sorted(bag.items()))


def fixity(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Everything wrong with the bag, as plain lines: first what is missing or too much, then what was changed.

    Manifests rewritten together with the payload are not found here; the sign-offs find them.
    """
    named = {path: files[path] for path in sorted(files) if not path_problem(path)}
    lists: dict[str, Mapping[str, str]] = {}
    unreadable: list[str] = []
    for name in (*_PAYLOAD_MANIFESTS, *_TAG_MANIFESTS):
        if name in named:
            lists[name], problems = _read_manifest(name, named[name])
            unreadable.extend(problems)
    return (
        *name_problems(files),
        *_composition(named),
        *unreadable,
        *_completeness(named, lists),
        *_description(named),
        *_changes(named, lists),
    )


def path_problem(path: str) -> str:
    """Why no package may hold a file or folder of this path; "" where it may."""
    if len(path) > _LONGEST_PATH:
        return f"{shown(path)}  name not allowed: longer than {_LONGEST_PATH} characters"
    if not _PATH.fullmatch(path):
        return (
            f"{shown(path)}  name not allowed: each part begins with a letter A-Z or a digit, goes on with letters A-Z,"
            " digits or . _ @ - and has at most 100 of them"
        )
    for segment in path.split("/"):
        if segment.endswith("."):
            return f"{path}  name not allowed: Windows drops the dot at the end of {segment}"
        if _DEVICE.fullmatch(segment):
            return f"{path}  name not allowed: {segment} is a device on Windows"
    return ""


def name_problems(paths: Iterable[str]) -> tuple[str, ...]:
    """Names no package may hold, and names that a file system blind to capitals would take for one another."""
    spellings: dict[str, str] = {}
    problems = []
    ordered = sorted(paths)
    for path in ordered:
        if problem := path_problem(path):
            problems.append(problem)
            continue
        for name in _with_folders(path):
            known = spellings.setdefault(name.casefold(), name)
            if known != name:
                problems.append(f"{path}  name not allowed: {name} and {known} differ in capitals only")
                break
    folders = {folder for path in ordered for folder in _with_folders(path)[:-1]}
    problems.extend(f"{shown(path)}  is both a file and a folder" for path in ordered if path in folders)
    return tuple(problems)


def shown(name: str) -> str:
    """A name from outside, safe to print: a line break or an accent in it becomes visible, and it ends somewhere."""
    escaped = name.encode("unicode_escape").decode("ascii")
    return escaped if len(escaped) <= _LONGEST_SHOWN else escaped[:_LONGEST_SHOWN] + ".."


def _with_folders(path: str) -> list[str]:
    segments = path.split("/")
    return ["/".join(segments[: depth + 1]) for depth in range(len(segments))]


def _refuse_faults(contents: Mapping[str, bytes], info: Sequence[tuple[str, str]], tags: Mapping[str, bytes]) -> None:
    faults = list(name_problems([*contents, *tags, *_REQUIRED]))
    faults.extend(problem for tag in tags if (problem := _misplaced(tag)))
    faults.extend(f"{tag}  is written by the bag itself" for tag in tags if tag in _REQUIRED)
    faults.extend(problem for label, value in info if (problem := _line_problem(label, value)))
    faults.extend(f"{_OXUM}  is counted, never given" for label, _ in info if label.casefold() == _OXUM.casefold())
    if not contents:
        faults.append("data  missing: a package without contents")
    if faults:
        raise ValueError("; ".join(faults))


def _info(info: Sequence[tuple[str, str]], contents: Mapping[str, bytes]) -> bytes:
    """Payload-Oxum stands where RFC 8493 s.2.2.2 lists it: after the last of the elements named before it there."""
    place = max((number for number, (label, _) in enumerate(info, 1) if label in _BEFORE_OXUM), default=0)
    lines = [*info[:place], (_OXUM, _oxum(contents)), *info[place:]]
    return "".join(f"{label}: {value}\n" for label, value in lines).encode()


def _oxum(contents: Mapping[str, bytes]) -> str:
    return f"{sum(map(len, contents.values()))}.{len(contents)}"


def _manifests(names: tuple[str, ...], files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name: _manifest({path: _digest(algorithm, content) for path, content in files.items()})
        for name, algorithm in zip(names, _ALGORITHMS, strict=True)
    }


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def _digest(algorithm: str, content: bytes) -> str:
    return hashlib.new(algorithm, content).hexdigest()


def _misplaced(path: str) -> str:
    """Why a file outside data/ has no business in a package; "" where it has."""
    if path not in _REQUIRED and _OTHER_MANIFEST.fullmatch(path):
        return f"{path}  not allowed: a package lists its files in sha256 and sha512 manifests only and fetches nothing"
    if "/" in path:
        return f"{path}  not allowed: folders lie below data/ only"
    return ""


def _composition(files: Mapping[str, bytes]) -> Iterator[str]:
    yield from (f"{name}  missing: every package has it" for name in _REQUIRED if name not in files)
    if not any(map(_is_payload, files)):
        yield "data  missing: the package is without contents"
    yield from (problem for path in files if not _is_payload(path) and (problem := _misplaced(path)))
    if files.get("bagit.txt", _DECLARATION) != _DECLARATION:
        yield 'bagit.txt  changed: it reads "BagIt-Version: 1.0" and "Tag-File-Character-Encoding: UTF-8", nothing else'


def _is_payload(path: str) -> bool:
    return path.startswith("data/")


def _read_manifest(name: str, content: bytes) -> tuple[dict[str, str], list[str]]:
    """What a manifest lists, and what is wrong with its form: re-written from what was read it must be the same."""
    if len(content) > _LONGEST_LIST:
        return {}, [f"{name}  not readable: longer than any list of {MOST_FILES:,} files"]
    digits = 128 if "sha512" in name else 64
    row = re.compile(rf"([0-9a-f]{{{digits}}})  ({_PATH.pattern})")
    listed: dict[str, str] = {}
    odd: list[int] = []
    problems: list[str] = []
    # Latin-1 reads any byte, and what is not ASCII fits no row.
    *lines, rest = content.decode("latin-1").split("\n")
    for number, line in enumerate(lines, 1):
        found = row.fullmatch(line)
        if not found:
            odd.append(number)
        elif found[2] in listed:
            problems.append(f"{name}  line {number} lists {shown(found[2])} a second time")
        else:
            listed[found[2]] = found[1]
    if odd:
        others = f", nor are {len(odd) - 1} further lines" if odd[1:] else ""
        problems.append(f"{name}  line {odd[0]} is not a checksum of {digits} digits, two spaces and a name{others}")
    if rest:
        problems.append(f"{name}  its last line is cut off")
    if not problems and _manifest(listed) != content:
        problems.append(f"{name}  its lines are not in the order of their names")
    return listed, problems


def _completeness(files: Mapping[str, bytes], lists: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    payload = {path for path in files if _is_payload(path)}
    tags = {path for path in files if path not in payload and path not in _TAG_MANIFESTS}
    for names, due in ((_PAYLOAD_MANIFESTS, payload), (_TAG_MANIFESTS, tags)):
        present = [name for name in names if name in lists]
        for path in sorted(due.union(*(lists[name] for name in present))):
            listing = [name for name in present if path in lists[name]]
            silent = [name for name in present if path not in lists[name]]
            if path in due and silent:
                yield f"{path}  not listed in {' and '.join(silent)}"
            elif path in files and path not in due:
                yield f"{path}  does not belong in {' and '.join(listing)}"
            elif path not in files:
                yield f"{shown(path)}  missing: listed in {' and '.join(listing)}"


def _description(files: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with bag-info.txt: its lines, and the size and number of files it states."""
    content = files.get("bag-info.txt")
    if content is None:
        return
    if len(content) > _LONGEST_LIST:
        yield "bag-info.txt  not readable: far longer than a description of a package"
        return
    *lines, _ = content.decode("utf-8", "replace").split("\n")
    pairs = [(label, value) for label, _, value in (line.partition(": ") for line in lines)]
    odd = [number for number, (label, value) in enumerate(pairs, 1) if _line_problem(label, value)]
    if odd or "".join(f"{label}: {value}\n" for label, value in pairs).encode() != content:
        place = f"line {odd[0]}" if odd else "its end or an accented letter"
        yield f'bag-info.txt  {place} is not as written: each line reads "Label: value" in plain UTF-8 text'
    stated = [value for label, value in pairs if label.casefold() == _OXUM.casefold()]
    actual = _oxum({path: files[path] for path in files if _is_payload(path)})
    if stated != [actual]:
        said = " and ".join(map(shown, stated[:2])) or "nothing"
        yield f"bag-info.txt  {_OXUM} says {said} where data/ holds {actual} (bytes, then files)"


def _line_problem(label: str, value: str) -> str:
    if not _LABEL.fullmatch(label):
        return f"{shown(label)}  is no label of bag-info.txt: letters, digits and single hyphens"
    # RFC 8493 s.2.2.2 would fold a long line and strip blanks: a value that cannot be folded has one form only.
    if not value or not value.isprintable() or value != value.strip():
        return f"{label}  has a value that bag-info.txt cannot hold in one line: {shown(value)}"
    return ""


def _changes(files: Mapping[str, bytes], lists: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for path in files:
        names = _PAYLOAD_MANIFESTS if _is_payload(path) else _TAG_MANIFESTS
        for name, algorithm in zip(names, _ALGORITHMS, strict=True):
            listed = lists.get(name, {}).get(path)
            if listed is None:
                continue
            actual = _digest(algorithm, files[path])
            if actual != listed:
                first = next(place for place, digit in enumerate(actual) if digit != listed[place])
                digits = max(6, first + 1)
                yield (
                    f"{path}  changed: {algorithm} is {actual[:digits]}.. where the manifest says {listed[:digits]}.."
                )
                break
