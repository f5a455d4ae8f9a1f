"""Writes what VS Code needs to help with records: settings, extensions, the task `check`, and a schema per form.

The approved forms cannot serve the editor as they are: its settings take no file name with an @, its calendar knows a
30 February, and it is silent where another program would read a text as something else (`NO`, `12:30`). So each form
has an editor's version beside it, made from it by this program and never by hand. What an editor accepts, `check`
accepts; where it is stricter or cannot see, docs/how-to/edit-records.md says so.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from filing import load  # noqa: E402  only after the path is set
from filing.forms import Form, Forms, load_forms  # noqa: E402
from filing.load import values  # noqa: E402
from filing.load.characters import HIDDEN_CATEGORIES, HIDDEN_LETTERS  # noqa: E402
from filing.modeline import FOLDER, editor_schema  # noqa: E402
from filing.repository import read  # noqa: E402
from filing.validate import Schemas  # noqa: E402
from filing.validate.schemas import Schema  # noqa: E402
from filing.validate.words import FORMAT_TO_TYPE, TO_TYPE  # noqa: E402

TOPS = ("records", "schemas", "templates")
GLOBS = {
    "batch": "+([A-Z0-9-])",
    "deviation": "DEV-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9]",
    "nn": "[0-9][0-9]",
    "nnn": "[0-9][0-9][0-9]",
}
GLOBS |= {"n": "+([0-9])"}
WORD = "+([a-z0-9-])"
"""What stands for every other variable of a path: no dot, so that no follow-up, revision or void is meant."""
REVISED = "?(.r+([0-9]))"
VOIDS = "records/**/*.void.yaml"

_DAY = (
    r"(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?!0000)(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29"
)
_CLOCK = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
FORMATS = {"date": f"^(?:{_DAY})$", "date-time": f"^(?:{_DAY}){_CLOCK}$"}
"""The days and times that the reader of records accepts, as one pattern each."""
_WORDS = "|".join((*values.SWITCHES, "null"))
_READ_BY_EDITOR = (
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"
)
"""Numbers of YAML 1.2: without quotes they are no text to the editor either."""
_HIDDEN = "".join(rf"\p{{{name}}}" for name in sorted(HIDDEN_CATEGORIES)) + "".join(
    rf"\u{ord(letter):04x}" for letter in sorted(HIDDEN_LETTERS)
)
_TO_TYPE = {**TO_TYPE, "string": 'Type text; what is only a number, true or false stands in quotes, such as "3".'}
_STAY = "In quotes it is right, and this mark may stay."


def _any_case(text: str) -> str:
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in text)


_NUMBERS = "|".join(
    _any_case(shape[4:-1].replace("\\", "")).replace(".", r"\.") if shape.startswith("(?i:") else f"(?:{shape})"
    for shape, _ in values.RETYPED
)
TEXTS = {
    "word": (
        f"^(?!(?:{_any_case(_WORDS)})$)",
        ("NO", "no"),
        f"Other programs read this word as true, false or nothing: type it in quotes. {_STAY}",
    ),
    "number": (
        f"^(?:(?!(?:{_NUMBERS})$)|(?=(?:{_READ_BY_EDITOR})$))",
        ("12:30", "1_000", "0b1", "="),
        f"Other programs read this as a number: type it in quotes. {_STAY}",
    ),
    "day": (
        f"^(?!(?:{values.LOOSE_DATE}|{values.LOOSE_TIME})$)",
        ("2025-09-01", "2025-9-1", "2025-09-01 10:00"),
        f"A date or time where the form asks for text: type it in quotes, or the text that was meant. {_STAY}",
    ),
    "strokes": (
        f"^(?!(?:{values.SLASH_DATE})$)",
        ("01/09/2025", "1.9.2025"),
        "Dates are typed YYYY-MM-DD; day and month look alike otherwise.",
    ),
    "hidden": (
        rf"^(?:[^{_HIDDEN}]|[\n\u200c\u200d])*$",
        ("\t", "\u200b"),
        "A hidden character stands here: type it again.",
    ),
}
"""What no text may be as a whole: pattern, examples, what is said of it."""


def editor_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The editor's files for a record repository, by path; only forms that QA approved have a part in them."""
    forms, schemas = load_forms(files), Schemas(files)
    approved = [form for form in _approved(files, forms) if form.name + ".json" in schemas.documents]
    made = {editor_schema(form.name): _json(edited(schemas, form)) for form in approved}
    newest = {form.id: form for form in sorted(approved, key=lambda form: form.version)}
    made[".vscode/settings.json"] = _json(_settings(sorted(newest.values(), key=lambda form: form.name)))
    made[".vscode/extensions.json"] = _json({"recommendations": ["redhat.vscode-yaml"]})
    made[".vscode/tasks.json"] = _json(TASKS)
    return dict(sorted(made.items()))


def _approved(files: Mapping[str, bytes], forms: Forms) -> Iterator[Form]:
    for line in read(files, pin="").judgement.forms:
        form = forms.by_name.get(f"{line.id}@{line.version}")
        if form and line.schema == form.digest:
            yield form


def globs(form: Form) -> list[str]:
    """Which files hold records of a form, in the language of the editor's settings."""
    if not form.pattern:
        return [VOIDS]
    pattern = form.pattern.replace("[", "?(").replace("]", ")")
    named = re.sub(r"\{([a-z]+)\}", lambda variable: GLOBS.get(variable[1], WORD), pattern)
    return [f"records/{named}{REVISED if form.revisions else ''}.yaml"]


def edited(schemas: Schemas, form: Form) -> Schema:
    """The form as the editor needs it: in one file, in the same dialect, with what to type where something is wrong."""
    root = schemas.root(form.name)
    authority = f" SOP {', '.join(form.clauses)}." if form.clauses else ""
    made = _value(schemas, f"{form.name}.json", root)
    made["description"] = f"{root['description']}{authority}"
    texts = {
        name: {"pattern": pattern, "patternErrorMessage": said} for name, (pattern, _, said) in sorted(TEXTS.items())
    }
    return {"$schema": root["$schema"], **made, "$defs": texts}


def _value(schemas: Schemas, base: str, schema: Schema) -> Schema:
    """A schema of a value, references written out."""
    whole, base = _written_out(schemas, base, schema)
    made = {key: item for key, item in whole.items() if key in _KEPT}
    for key, part in whole.items():
        if key == "properties":
            made[key] = {name: _value(schemas, base, inner) for name, inner in part.items()}
        elif key in ("items", "then", "else"):
            made[key] = _value(schemas, base, part)
        elif key in ("allOf", "prefixItems"):
            made[key] = [_value(schemas, base, inner) for inner in part]
        elif key in ("if", "contains"):
            made[key] = _condition(schemas, base, part)
    return _with_help(whole, made)


_KEPT = frozenset(
    "title description type enum const required additionalProperties unevaluatedProperties pattern minLength maxLength"
    " minimum maximum minItems maxItems uniqueItems minContains".split()
)


def _condition(schemas: Schemas, base: str, schema: Schema) -> Schema:
    """A schema that only asks whether a value is of some kind, references written out."""
    whole, base = _written_out(schemas, base, schema)
    made = {key: item for key, item in whole.items() if not key.startswith("x-") and key != "properties"}
    if "properties" in whole:
        made["properties"] = {name: _condition(schemas, base, part) for name, part in whole["properties"].items()}
    return made


def _written_out(schemas: Schemas, base: str, schema: Schema) -> tuple[Schema, str]:
    while "$ref" in schema:
        target, base = schemas.target(base, schema["$ref"])
        own = {key: item for key, item in schema.items() if key != "$ref"}
        schema = {**target, "x-written": target.get("description", ""), **own}
    return schema, base


def _with_help(whole: Schema, made: Schema) -> Schema:
    """With what the editor says where a value is wrong, what the choices mean, and where a name comes from."""
    if "x-register" in whole:
        made["description"] += f" It names a file in records/registers/{whole['x-register']}/, without .yaml."
    if "x-words" in whole and "enum" in whole:
        made["enumDescriptions"] = [whole["x-words"][choice] for choice in whole["enum"]]
    if whole.get("type") in ("boolean", "integer", "string") and "description" in whole:
        made["errorMessage"] = _TO_TYPE[whole["type"]]
    if whole.get("type") == "string" and not {"enum", "const"} & set(whole):
        _only_plain_text(whole, made)
    return made


def _only_plain_text(whole: Schema, made: Schema) -> None:
    wanted = whole.get("format")
    if wanted in FORMATS:
        made["pattern"], made["patternErrorMessage"] = FORMATS[wanted], FORMAT_TO_TYPE[wanted]
        return
    if "pattern" in made:
        made["patternErrorMessage"] = f"It is to be: {whole.get('x-written') or whole.get('description', '')}"
    own = re.compile(whole.get("pattern", ""))
    doubts = [
        {"$ref": f"#/$defs/{name}"}
        for name, (_, examples, _) in TEXTS.items()
        if any(own.search(example) for example in examples)
    ]
    if doubts:
        made["allOf"] = [*made.get("allOf", ()), *doubts]


def _settings(forms: Iterable[Form]) -> dict[str, Any]:
    return {
        "yaml.schemas": {editor_schema(form.name): globs(form) for form in forms},
        "yaml.yamlVersion": "1.2",
        "yaml.customTags": [],
        "yaml.format.enable": False,
        "yaml.hoverSchemaSource": False,
        "yaml.schemaStore.enable": False,
        "yaml.kubernetesCRDStore.enable": False,
        "redhat.telemetry.enabled": False,
        "files.encoding": "utf8",
        "files.readonlyInclude": {
            "records/**/*.signoff": True,
            "records/**/*.signoff.sig": True,
            "records/root.*": True,
            f"{FOLDER}/**": True,
        },
        "[yaml]": {
            "editor.formatOnSave": False,
            "editor.formatOnType": False,
            "editor.formatOnPaste": False,
            "editor.insertSpaces": True,
            "editor.tabSize": 2,
            "editor.detectIndentation": False,
            "editor.quickSuggestions": {"comments": False, "strings": True, "other": True},
            "editor.rulers": [120],
            "editor.wordWrap": "on",
            "files.eol": "\n",
            "files.insertFinalNewline": True,
        },
    }


TASKS = {
    "version": "2.0.0",
    "tasks": [
        {
            "label": "check",
            "detail": "What check finds in all records, underlined in them",
            "type": "shell",
            "command": "./build.py check",
            "windows": {"command": "py build.py check"},
            "group": {"kind": "build", "isDefault": True},
            "presentation": {"reveal": "silent", "clear": True, "showReuseMessage": False},
            "problemMatcher": {
                "owner": "filing",
                "source": "check",
                "fileLocation": ["relative", "${workspaceFolder}"],
                "pattern": {
                    "regexp": r"^(records/\S+?):([0-9]+):([0-9]+)\s+(error|hold|warning)\s+(\S+)\s+(.*)$",
                    "file": 1,
                    "line": 2,
                    "column": 3,
                    "severity": 4,
                    "code": 5,
                    "message": 6,
                },
            },
        }
    ],
}


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else ROOT
    files, _ = load.read_tree(root, TOPS)
    made = editor_files(files)
    for old in (root / FOLDER).glob("*.json"):
        if old.relative_to(root).as_posix() not in made:
            old.unlink()
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    for path, data in made.items():
        (root / path).write_bytes(data)
    print(f"{len(made)} files in {root / '.vscode'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
