#!/usr/bin/env python3
"""The VS Code extension offers exactly the settings that lsp/settings.def defines, with the same
types, defaults and texts; only server.* and trace.* are the extension's own."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TYPES = {"Flag": "boolean", "Number": "integer", "Text": "string", "Texts": "array",
         "Levels": "object"}
SETTING = re.compile(
    r'SETTING\(\w+,\s*"(?P<key>[^"]+)",\s*(?P<type>\w+),\s*(?P<default>.*?),\s*'
    r'(?P<text>"(?:[^"\\]|\\.)*")\)',
    re.DOTALL,
)


def server_settings() -> dict[str, tuple]:
    table = re.sub(r"^\s*//.*$", "", (ROOT / "lsp/settings.def").read_text(), flags=re.MULTILINE)
    rows = list(SETTING.finditer(table))
    assert len(rows) == table.count("SETTING("), "a row of settings.def was not understood"
    return {
        row["key"]: (
            TYPES[row["type"]],
            json.loads(re.sub(r"^{(.*)}$", r"[\1]", row["default"]) if row["type"] == "Texts" else row["default"]),
            json.loads(row["text"]),
        )
        for row in rows
    }


def extension_settings() -> dict[str, tuple]:
    manifest = json.loads((ROOT / "editors/vscode/package.json").read_text())
    properties = manifest["contributes"]["configuration"]["properties"]
    return {
        key.removeprefix("nilas."): (row["type"], row["default"], row["markdownDescription"])
        for key, row in properties.items()
        if not key.startswith(("nilas.server.", "nilas.trace."))
    }


def main() -> int:
    server, extension = server_settings(), extension_settings()
    wrong = 0
    for key in sorted(server.keys() | extension.keys()):
        if server.get(key) != extension.get(key):
            wrong += 1
            print(f"{key}:\n  settings.def: {server.get(key)}\n  package.json: {extension.get(key)}")
    print(f"{len(server)} settings, {wrong} differ")
    return 1 if wrong or not server else 0


if __name__ == "__main__":
    sys.exit(main())
