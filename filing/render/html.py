"""Fills a template with a document's fields.

A field is hostile text: it is escaped everywhere, read by its key only, and never reaches a style sheet. A field
the template asks for and the document lacks is a fault, never an empty space. Templates are read from a mapping,
never from disk, and may load only the files of their own closure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from jinja2 import BaseLoader, StrictUndefined, TemplateError, TemplateNotFound, Undefined
from jinja2.environment import Environment, TemplateModule
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from filing.model import Document
from filing.render import RenderFault
from filing.render.closure import FOLDER, closure

_FILTERS = ("batch", "join", "length")
_PERCENT = re.compile(r"[1-9][0-9]?(\.[0-9]{1,2})?|100")


def to_html(document: Document, templates: Mapping[str, bytes]) -> str:
    environment = _environment(tuple(closure(templates, document.template).items()))
    name = document.template.partition("@")[0]
    try:
        return environment.get_template(f"{document.template}/{name}.html.j2").render(document.context)
    except (TemplateError, TypeError) as error:
        raise RenderFault(f"{document.label} does not fit its template {document.template}: {error}") from error


@lru_cache(maxsize=16)
def _environment(files: tuple[tuple[str, bytes], ...]) -> Environment:
    """Kept per closure: compiling a template takes as long as laying out a small page."""
    return _FieldsByKey(_Closure(dict(files)))


def _percent(width: str) -> str:
    """The one text that may stand in a style sheet: a column's width."""
    if not _PERCENT.fullmatch(width):
        raise RenderFault(f'A column width must be a percentage such as "14", not "{width}".')
    return width


class _Closure(BaseLoader):
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if FOLDER + template not in self._files:
            raise TemplateNotFound(template)
        return self._files[FOLDER + template].decode(), FOLDER + template, lambda: True


class _FieldsByKey(ImmutableSandboxedEnvironment):
    """Attributes exist only on a loop and on imported macros: `row.items` would print a method, not a field."""

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.globals = {"range": self.globals["range"]}
        self.filters = {**{name: self.filters[name] for name in _FILTERS}, "percent": _percent}
        self.tests = {}

    def getattr(self, obj: object, attribute: str) -> object:
        if isinstance(obj, LoopContext | TemplateModule):
            return super().getattr(obj, attribute)
        return self._missing(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        if isinstance(obj, Mapping) and argument in obj:
            return obj[argument]
        if isinstance(obj, Sequence) and isinstance(argument, int) and argument < len(obj):
            return obj[argument]
        return self._missing(obj, str(argument))

    def _missing(self, obj: object, name: str) -> Undefined:
        return self.undefined(f'there is no field "{name}" here', obj=obj, name=name)
