"""An editor's side of the language server protocol: the real yaml-language-server, spoken to as an editor would.

The settings are those of `.vscode/settings.json`. A text need not be on the disk: an editor sends what it shows.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from filing import doctor
from tests.repositories import ROOT

SERVER = ROOT / "tests" / "node" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
_PATIENCE = 60
"""Seconds after which an answer is not coming any more."""
_CAPABILITIES = {
    "workspace": {"configuration": True, "workspaceFolders": True},
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
    },
}


class LanguageServer:
    """One server for one folder, with its settings."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._folder, self._settings = folder, settings
        node = doctor.environment_python(ROOT).parent / ("node.exe" if os.name == "nt" else "node")
        self._child = subprocess.Popen(
            [node, SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._told: dict[str, list[dict[str, Any]]] = {}
        self._versions: dict[str, int] = {}
        self._asked: set[str] = set()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        uri = folder.as_uri()
        begin = {"processId": os.getpid(), "rootUri": uri, "capabilities": _CAPABILITIES}
        self._ask("initialize", {**begin, "workspaceFolders": [{"uri": uri, "name": folder.name}]})
        self._send("initialized", {})
        # It asks for the settings now; texts opened before it has them would be looked at twice.
        while self._receive().get("method") != "workspace/configuration":
            pass

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()

    def problems(self, texts: Mapping[str, str]) -> dict[str, list[str]]:
        """What is underlined in each text, by path: `line:column what`, both counted from 1."""
        assert not self._asked & set(texts), "what is told of a text that was asked about may still be on its way"
        for path, text in texts.items():
            self._show(path, text)
        return {path: self._diagnostics(path) for path in texts}

    def hover(self, path: str, text: str, line: int, column: int) -> str:
        """What is shown while the mouse is over a place (counted from 1)."""
        answer = self._at("textDocument/hover", path, text, line, column)
        return str(answer["contents"]["value"]) if answer else ""

    def completion(self, path: str, text: str, line: int, column: int) -> dict[str, str]:
        """What is offered at a place, with the help for each."""
        answer = self._at("textDocument/completion", path, text, line, column)
        items = answer["items"] if isinstance(answer, dict) else answer
        return {item["label"]: _text(item.get("documentation", "")) for item in items}

    def _at(self, what: str, path: str, text: str, line: int, column: int) -> Any:
        self._asked.add(path)
        self._show(path, text)
        place = {"line": line - 1, "character": column - 1}
        answer = self._ask(what, {"textDocument": {"uri": self._uri(path)}, "position": place})
        return answer

    def _show(self, path: str, text: str) -> None:
        """Opens a text, or types another in its place; the server then tells of it once."""
        uri = self._uri(path)
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        document = {"uri": uri, "version": version}
        if version == 1:
            self._send("textDocument/didOpen", {"textDocument": {**document, "languageId": "yaml", "text": text}})
        else:
            self._send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def _uri(self, path: str) -> str:
        return (self._folder / path).as_uri()

    def _diagnostics(self, path: str) -> list[str]:
        uri = self._uri(path)
        while uri not in self._told:
            self._receive()
        found = self._told.pop(uri)
        return sorted(
            f"{one['range']['start']['line'] + 1}:{one['range']['start']['character'] + 1} {one['message']}"
            for one in found
        )

    def _ask(self, method: str, parameters: Mapping[str, Any]) -> Any:
        self._number += 1
        number = self._number
        self._write({"id": number, "method": method, "params": parameters})
        while (message := self._receive()).get("id") != number or "method" in message:
            pass
        return message.get("result")

    def _send(self, method: str, parameters: Mapping[str, Any]) -> None:
        self._write({"method": method, "params": parameters})

    def _write(self, message: Mapping[str, Any]) -> None:
        assert self._child.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._child.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._child.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message; what the server asks is answered, what it tells of a text is kept."""
        message = self._answers.get(timeout=_PATIENCE)
        method = message.get("method", "")
        if method == "textDocument/publishDiagnostics":
            self._told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif method == "workspace/configuration":
            wanted = [self._section(item.get("section", "")) for item in message["params"]["items"]]
            self._write({"id": message["id"], "result": wanted})
        elif method and "id" in message:
            self._write({"id": message["id"], "result": None})
        return message

    def _section(self, name: str) -> Any:
        """A part of the settings as VS Code hands it out: dots in names become levels."""
        if name in self._settings:
            return self._settings[name]
        inside: dict[str, Any] = {}
        for key, value in self._settings.items():
            if key.startswith(f"{name}."):
                *groups, last = key.removeprefix(f"{name}.").split(".")
                here = inside
                for group in groups:
                    here = here.setdefault(group, {})
                here[last] = value
        return inside

    def _listen(self) -> None:
        assert self._child.stdout is not None
        while header := self._child.stdout.readline():
            length = int(header.split(b":")[1])
            self._child.stdout.readline()
            self._answers.put(json.loads(self._child.stdout.read(length)))


def _text(documentation: str | Mapping[str, str]) -> str:
    return documentation if isinstance(documentation, str) else documentation["value"]


def place(text: str, words: str) -> tuple[int, int]:
    """Line and column, from 1, at which these words stand for the first time at the beginning of a line."""
    begin = f"\n{text}".index(f"\n{words}")
    return text.count("\n", 0, begin) + 1, 1
