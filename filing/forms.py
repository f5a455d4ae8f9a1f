"""Forms: what each kind of record is, where it lives, who signs it and as what.

A form is a JSON Schema (`schemas/<id>@<version>.json`) with an `x-form` block. Its digest covers the schema and every
schema it uses, so a sign-off that names the digest binds the exact form (model: forms as controlled documents).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from filing.model import CannotRun

_PLACEHOLDERS = {
    "deviation": r"DEV-[0-9]{4}-[0-9]{3}",
    "batch": r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*",
    "nn": r"[0-9]{2}",
    "nnn": r"[0-9]{3}",
    "n": r"[1-9][0-9]*",
}
# No id may read as a revision or a void: "r1" and "void" are what follows the last dot of a record's name.
_WORD = r"(?!(?:r[0-9]+|void)(?:[.]|$))[a-z][a-z0-9-]*"
_REVISION = re.compile(r"(.+)\.r([1-9][0-9]*)")
FACTS = ("name", "position", "organisation", "date", "clock", "place", "mode")
"""What a form may print of a sign-off."""
_SHOWN_FACT = re.compile(r"\{(/[^}:]*:)?@([^.}]*)\.([^}?]*)\??\}")
_PATTERN = re.compile(r"(?!.*[.][.])(?:[a-z0-9./-]|(?<=[./])\{[a-z]+\}(?=[./[]|$))+(?:\[\.\{nn\}\])?")
"""A form's place: literal words, variables each alone between dots or slashes, so that a name is read in one way only,
and one number at the end that may be missing."""
_VARIABLE = re.compile(r"\{([a-z]+)\}")
_VOID = ".void.yaml"
_VOIDED = "I void this entry for the reason given in this record."


@dataclass(frozen=True)
class Slot:
    """A place for a sign-off: the roles it admits and what signing there means."""

    name: str
    roles: tuple[str, ...]
    meaning: str | Mapping[str, str]
    required: bool
    scope: Mapping[str, str]
    """What the signer's role must cover (mia, trial, country) -> where the record says it."""

    def means(self, decision: str) -> str | None:
        """The line a signer signs here, or None where this decision is not for this slot."""
        return self.meaning if isinstance(self.meaning, str) else self.meaning.get(decision)


@dataclass(frozen=True)
class Form:
    id: str
    version: int
    title: str
    pattern: str
    follows: str
    revisions: bool
    closure: bool
    """Whether its signers must see every signed act of the batch, or only what the act follows."""
    slots: tuple[Slot, ...]
    annexure: Mapping[str, object]
    """The log's block of an opening act, what a follow-up fills in, or nothing."""
    document: Mapping[str, object]
    """How the act is shown as a document of its own, or nothing."""
    clauses: tuple[str, ...]
    """The clauses of the SOP its acts carry."""
    digest: str
    voids: str = ""
    """The id of the form whose act a void takes back; "" for every other form."""

    @property
    def kind(self) -> str:
        """The kind of act whose places to sign these are: a void is signed like the act it takes back."""
        return self.voids or self.id

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"

    @cached_property
    def _path(self) -> re.Pattern[str]:
        return _compiled(self.pattern, self.revisions)

    def match(self, path: str) -> Mapping[str, str] | None:
        """The variables of a record's path (batch, nn, ...) if records of this form live there."""
        found = self._path.fullmatch((voided(path) or "") if self.voids else path)
        return None if found is None else {k: v for k, v in found.groupdict().items() if v is not None}

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)

    def followed(self, path: str) -> str | None:
        """The path of the act that a follow-up at `path` follows, or that a void takes back; of its first revision."""
        if self.voids:
            return voided(path)
        variables = self.match(path)
        if not self.follows or variables is None:
            return None
        return with_variables(self.follows, variables)


@dataclass(frozen=True)
class Forms:
    by_name: Mapping[str, Form]

    def of_path(self, path: str) -> tuple[Form, ...]:
        """The forms whose records live at this path: versions of one form, or none."""
        if voided(path):
            voids = (self.of(path, name) for name, form in self.by_name.items() if not form.pattern)
            return tuple(form for form in voids if form)
        return tuple(form for form in self.by_name.values() if form.pattern and form.match(path) is not None)

    def of(self, path: str, name: str) -> Form | None:
        """The form `name`, if records of it live at this path; that of a void with the places to sign of its act."""
        form, act = self.by_name.get(name), voided(path)
        if form and not form.pattern:
            acts = [other for other in self.of_path(act) if other.slots and other.revisions] if act else []
            # Where forms of two kinds claim one place, nobody can say whose act is taken back.
            single = len({other.id for other in acts}) == 1
            return _void_of(form, max(acts, key=lambda other: other.version)) if single else None
        return form if form and form.match(path) is not None else None

    def latest(self, form_id: str) -> Form | None:
        """The highest version of a form."""
        return max((f for f in self.by_name.values() if f.id == form_id), key=lambda f: f.version, default=None)

    def annexures(self) -> tuple[Form, ...]:
        """The opening acts that make up a log, by annexure number."""
        return tuple(sorted((f for f in self.by_name.values() if "number" in f.annexure), key=_annexure_order))


def load_forms(files: Mapping[str, bytes]) -> Forms:
    """Every form among the schema files ("schemas/<id>@<version>.json"); raises CannotRun for one that is unusable."""
    forms = {}
    for path in sorted(files):
        if not path.startswith("schemas/") or not path.endswith(".json"):
            continue
        try:
            schema = json.loads(files[path])
            if "x-form" in schema:
                form = _form(path, schema, files)
                if path != f"schemas/{form.name}.json":  # "certification@01" would pass for "certification@1"
                    raise ValueError(path)
                forms[form.name] = form
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError) as error:
            raise CannotRun(f"{path} is not a usable form. Restore it from the approved version.") from error
    for form in forms.values():
        unknown = next(_shows_unknown(form, forms.values()), "")
        if unknown:
            raise CannotRun(f"schemas/{form.name}.json shows {unknown}, which there is not. Correct the form.")
    return Forms(forms)


def _shows_unknown(form: Form, forms: Iterable[Form]) -> Iterator[str]:
    """What a form wants to print and never could: a mistyped fact, a place to sign it has not, a column of no log."""
    for text in (*_line_texts(form.annexure), *_line_texts(form.document)):
        for through, slot, fact in _SHOWN_FACT.findall(text):
            if fact not in FACTS or not (through or form.slot(slot)):
                yield f'"@{slot}.{fact}"'
    fills, opening = form.annexure.get("fills", {}), form
    while opening.follows and "columns" not in opening.annexure:
        opening = next((other for other in forms if other.pattern == opening.follows), opening)
        if opening is form:
            return
    columns = opening.annexure.get("columns", ())
    headings = {column["heading"] for column in columns} if isinstance(columns, list) else set()
    for heading in fills if isinstance(fills, Mapping) else ():
        if heading not in headings:
            yield f'the column "{heading}"'


def _line_texts(block: object) -> Iterator[str]:
    for key, item in block.items() if isinstance(block, Mapping) else ():
        if key == "text" and isinstance(item, str):
            yield item
        else:
            yield from _line_texts(item)
    for item in block if isinstance(block, list) else ():
        yield from _line_texts(item)


def closure(files: Mapping[str, bytes], path: str) -> tuple[str, ...]:
    """The paths of a schema and every schema it uses, sorted; KeyError where one is missing."""
    wanted, found = [path], set()
    while wanted:
        current = wanted.pop()
        if current not in found:
            found.add(current)
            wanted += _schemas_used(files[current])
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def _schemas_used(schema: bytes) -> tuple[str, ...]:
    """The paths of the other schemas a schema refers to."""
    return tuple(f"schemas/{name}" for name in _references(json.loads(schema)))


def _references(schema: object) -> Iterator[str]:
    """The names of other schemas a schema refers to, however its text is spelt."""
    if isinstance(schema, dict):
        reference = schema.get("$ref", "")
        if isinstance(reference, str) and (name := reference.partition("#")[0]):
            yield name
    for item in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _references(item)


def digest_of(files: Mapping[str, bytes], paths: Iterable[str]) -> str:
    """SHA-256 of the sorted sha256sum list of these files."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(paths))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def revision_of(path: str) -> tuple[str, int]:
    """The path's stem without its revision, and the revision's number (0 for the first)."""
    stem = path.removesuffix(".yaml")
    match = _REVISION.fullmatch(stem)
    return (match[1], int(match[2])) if match else (stem, 0)


def corrected(path: str) -> str | None:
    """The path of the revision before this one; None for what is no revision."""
    base, revision = revision_of(path)
    if not revision:
        return None
    return f"{base}.r{revision - 1}.yaml" if revision > 1 else f"{base}.yaml"


def voided(path: str) -> str | None:
    """The path of the act that a void at `path` takes back; None for what is no void."""
    return path.removesuffix(_VOID) + ".yaml" if path.endswith(_VOID) else None


def is_batch(text: str) -> bool:
    """Whether a batch may be called so."""
    return re.fullmatch(_PLACEHOLDERS["batch"], text) is not None


def base_of(path: str) -> str:
    """The stem an act keeps through its revisions and its void."""
    return revision_of(voided(path) or path)[0]


def _void_of(form: Form, act: Form) -> Form:
    slots = tuple(replace(slot, meaning=_VOIDED) for slot in act.slots)
    return replace(form, pattern=act.pattern, slots=slots, voids=act.id, document={})


def _form(path: str, schema: Mapping[str, object], files: Mapping[str, bytes]) -> Form:
    form_id, _, version = path.removeprefix("schemas/").removesuffix(".json").partition("@")
    block = schema["x-form"]
    annexure, document = schema.get("x-annexure", {}), schema.get("x-document", {})
    assert isinstance(block, dict) and isinstance(annexure, dict) and isinstance(document, dict)
    assert block["path"] == "" or _PATTERN.fullmatch(block["path"])
    follows = block.get("follows", "")
    assert follows == "" or (_PATTERN.fullmatch(follows) and "[" not in follows)
    assert set(_VARIABLE.findall(follows)) <= set(_VARIABLE.findall(block["path"]))
    assert type(annexure.get("number", 0)) is int and all(map(_is_slot, block["slots"]))
    assert "number" not in annexure or (isinstance(annexure["columns"], list) and isinstance(annexure["prefix"], str))
    return Form(
        id=form_id,
        version=int(version),
        title=str(schema["title"]),
        pattern=block["path"],
        follows=block.get("follows", ""),
        revisions=block.get("revisions", False),
        closure=block.get("sees") == "closure",
        slots=tuple(
            Slot(s["name"], tuple(s["roles"]), s["meaning"], s["required"], s.get("scope", {})) for s in block["slots"]
        ),
        annexure=annexure,
        document=document,
        clauses=tuple(block.get("clauses", ())),
        digest=digest_of(files, closure(files, path)),
    )


def with_variables(pattern: str, variables: Mapping[str, str]) -> str:
    """The record's path for these variables; the optional part of a pattern only where its variable is given."""
    before, bracket, rest = pattern.partition("[")
    optional, _, after = rest.partition("]")
    if bracket and all(name in variables for name in re.findall(r"\{([a-z]+)\}", optional)):
        before += optional
    return f"records/{(before + after).format(**variables)}.yaml"


def _is_slot(slot: Mapping[str, object]) -> bool:
    """Whether a place to sign is declared as one: hostile values must not get further."""
    meaning, roles, scope = slot["meaning"], slot["roles"], slot.get("scope", {})
    lines = meaning.values() if isinstance(meaning, dict) else [meaning]
    limits = scope.values() if isinstance(scope, dict) else [scope]
    return (
        isinstance(roles, list)
        and all(isinstance(text, str) for text in (slot["name"], *roles, *lines, *limits))
        and isinstance(slot["required"], bool)
    )


def placeholder(name: str) -> str:
    """What a variable of a form's path can be, as a pattern."""
    return _PLACEHOLDERS.get(name, _WORD)


def _compiled(pattern: str, revisions: bool) -> re.Pattern[str]:
    parts = re.split(r"\{([a-z]+)\}", pattern)
    seen: set[str] = set()
    expression = "records/"
    for index, part in enumerate(parts):
        if index % 2 == 0:
            expression += re.escape(part).replace(r"\[", "(?:").replace(r"\]", ")?")
        elif part in seen:
            expression += f"(?P={part})"
        else:
            seen.add(part)
            expression += f"(?P<{part}>{placeholder(part)})"
    return re.compile(expression + (r"(?:\.r[1-9][0-9]*)?" if revisions else "") + r"\.yaml")


def _annexure_order(form: Form) -> tuple[int, int]:
    number = form.annexure["number"]
    assert isinstance(number, int)
    return number, form.version
