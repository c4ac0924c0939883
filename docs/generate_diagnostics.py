#!/usr/bin/env python3
"""Writes docs/diagnostics.md from the table of diagnostics (syntax/diagnostics.def).

    docs/generate_diagnostics.py            # writes the page
    docs/generate_diagnostics.py --check    # exits 1 if the page is not what it would write
"""

import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "diagnostics.md"

HEAD = """# Diagnostics

Made by `docs/generate_diagnostics.py` from `syntax/diagnostics.def`: change the texts there.

Errors are what C++ Nix rejects too. Warnings are certain: what they say is true wherever they stand. Matters of style are
hints, and what may be meant is off. A text with errors is given no warnings.

Severities can be changed, and diagnostics switched off or on, by name: in editors with the settings
`diagnostics.severity` and `diagnostics.ignored` (`docs/settings.md`), for `nilas check` with `--severity NAME=LEVEL`.

## On the command line

`nilas check PATH...` prints what an editor would show: of files, evaluation included; of directories, what the text of
all `.nix` files below them tells (`--evaluate`: and evaluation). Files are checked in parallel and reported in order.

| option | meaning |
|---|---|
| `--level LEVEL` | the least severe diagnostics to look for: `error`, `warning` (default), `information`, `hint` |
| `--severity NAME=LEVEL` | another severity for a diagnostic; `off`, or `on` |
| `--fix` | apply the fixes that keep the meaning, then report what is left |
| `--format human\|json\|sarif\|github` | for people, for programs, for code scanning (SARIF 2.1.0), for annotations in GitHub Actions |
| `--write-baseline FILE`, `--baseline FILE` | write what is found; do not report what was found then. A finding is known by its file, its name and the text of its line, so it may move |
| `--fail-on LEVEL` | the least severe diagnostics for which the exit status is 1; `error` by default. They are looked for and printed whatever `--level` says |

Exit status: 0, nothing so severe was found; 1, something was; 2, a file could not be read or written, or an argument not
be understood.

## Comments that suppress

| comment | suppresses |
|---|---|
| `# nilas: ignore[name, name]` | these, in the line it stands in; in a line of its own, in the next one with code |
| `# nilas: ignore` | all, likewise |
| `# nilas: ignore-file[name]`, `# nilas: ignore-file` | these, or all, in the whole file |
| `# deadnix: skip` | what deadnix would report |
| `# nixf-ignore: name, name` | by the names of libnixf; without names, all that libnixf reports |
| `# statix: ignore W04` | by the codes of statix; without codes, all that statix reports |

A diagnostic belongs to the line in which it begins. Block comments do as well. Comments of the first three forms that
suppress nothing are reported.

## Fixes

*The tree stays the same*: C++ Nix parses the text to the same expression as before. *The value stays the same*: wherever
the old text has a value, the new one has the same. Both kinds are applied by "fix all" and `nilas check --fix`. *A
repair* changes broken or doubtful code; it is offered, never applied unasked.
"""

CLAIMS = {"Tree": "the tree stays the same", "Value": "the value stays the same", "Repair": "a repair"}
TOOLS = {"nixf": "nixd", "nil": "nil", "statix": "statix", "deadnix": "deadnix"}
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def rows(table):
    """The arguments of each DIAGNOSTIC(...); adjacent strings are joined."""
    table = re.sub(r"^//.*$", lambda m: m[0] if m[0].startswith("// ---") else "", table, flags=re.M)
    for match in re.finditer(r"^// --- (.*?) -+$|^DIAGNOSTIC\(", table, re.M):
        if match[1]:
            yield match[1]
            continue
        fields, current, position = [], None, match.end()
        while table[position] != ")":
            if string := STRING.match(table, position):
                current = (current or "") + ast.literal_eval('"' + string[1] + '"')
                position = string.end()
            elif word := re.compile(r"\w+").match(table, position):
                current = word[0]
                position = word.end()
            else:
                if table[position] == ",":
                    fields.append(current)
                    current = None
                position += 1
        yield fields + [current]


def section(row):
    _, name, severity, preset, tag, claim, fix, others, message, documentation = row
    facts = [f"{severity.lower()}" + (", off by default" if preset == "Off" else "")]
    if tag != "None":
        facts.append(f"tagged *{tag.lower()}*")
    lines = [f"### {name}", "", "; ".join(facts) + ".", "", documentation]
    if message not in ("", "{}"):
        shown = message.replace("{{", "{").replace("}}", "}").replace("{}", "…") if "{{" in message else message.replace("{}", "…")
        lines += ["", f"Message: {shown}."]
    if fix:
        lines += ["", f"Fix: {fix} ({CLAIMS[claim]})."]
    if others:
        names = [other.split(":") for other in others.split()]
        by_tool = {}
        for tool, other in names:
            by_tool.setdefault(TOOLS[tool], []).append(f"`{other}`")
        lines += ["", "Elsewhere: " + "; ".join(f"{tool} {', '.join(known)}" for tool, known in by_tool.items()) + "."]
    return "\n".join(lines) + "\n"


def page():
    parts = [HEAD]
    for row in rows((ROOT / "syntax" / "diagnostics.def").read_text()):
        parts.append(f"## {row}\n" if isinstance(row, str) else section(row))
    return "\n".join(parts)


if "--check" in sys.argv[1:]:
    if not PAGE.exists() or PAGE.read_text() != page():
        sys.exit("docs/diagnostics.md is not up to date: run docs/generate_diagnostics.py")
else:
    PAGE.write_text(page())
