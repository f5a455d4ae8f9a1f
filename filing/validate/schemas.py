"""The forms by file name, and the two checkers made from each; which record is checked is not known here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from filing.load import is_date, is_time
from filing.model import CannotRun, Pointer

if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs

Schema = dict[str, Any]
FORM_FILE = re.compile(r"schemas/([^/]+\.json)")
FORMATS: Mapping[str, Callable[[str], bool]] = {"date": is_date, "date-time": is_time}
LOCAL = "json-schema:///"
"""How jsonschema-rs begins the address of a schema that was given without one."""


class Schemas:
    """The forms and their shared parts, by file name ("certification@1.json"); each is compiled when first used."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.documents: dict[str, Schema] = {}
        for path, data in sorted(files.items()):
            if name := FORM_FILE.fullmatch(path):
                self.documents[name[1]] = _parsed(path, name[1], data)
        self._deciding: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._described: dict[tuple[str, Pointer], Mapping[str, object]] = {}

    def root(self, form: str) -> Schema:
        return self.documents[f"{form}.json"]

    def target(self, base: str, reference: str) -> tuple[Schema, str]:
        """What a reference inside the file `base` points to, and the file that is in."""
        name, _, fragment = reference.partition("#")
        found: Any = self.documents[name or base]
        for step in fragment.split("/")[1:]:
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return found, name or base

    def deciding(self, form: str) -> jsonschema_rs.Draft202012Validator:
        if form not in self._deciding:
            self._deciding[form] = self._compiled(form)
        return self._deciding[form]

    def explaining(self, form: str) -> jsonschema.Draft202012Validator:
        import jsonschema

        checker = jsonschema.FormatChecker(formats=())
        for name, holds in FORMATS.items():
            checker.checks(name)(lambda text, holds=holds: not isinstance(text, str) or holds(text))
        return jsonschema.Draft202012Validator(self.root(form), registry=self._registry, format_checker=checker)

    @cached_property
    def _registry(self) -> Any:
        from referencing import jsonschema as drafts

        parts = [(name, drafts.DRAFT202012.create_resource(schema)) for name, schema in self.documents.items()]
        return drafts.EMPTY_REGISTRY.with_resources(parts)

    def _given(self, uri: str) -> Schema:
        name = uri.removeprefix(LOCAL)
        if name not in self.documents:
            raise ValueError(f"{name} is not among the forms")
        return self.documents[name]

    def _compiled(self, form: str) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        root = self.root(form)
        try:
            return jsonschema_rs.Draft202012Validator(
                root,
                retriever=self._given,
                formats=dict(FORMATS),
                validate_formats=True,
                ignore_unknown_formats=False,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except ValueError as trouble:
            reason = str(trouble).partition("\n")[0]
            message = f"The form schemas/{form}.json cannot be used ({reason}); restore it from the repository."
            raise CannotRun(message) from None


def _parsed(path: str, name: str, data: bytes) -> Schema:
    try:
        schema = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as trouble:
        raise CannotRun(f"The form {path} cannot be read ({trouble}); restore it from the repository.") from None
    if not isinstance(schema, dict) or schema.get("$id") != name:
        raise CannotRun(f'The form {path} does not carry its own name in "$id"; restore it from the repository.')
    return schema


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key stands twice")
    return members
