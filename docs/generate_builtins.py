#!/usr/bin/env python3
"""Writes docs/builtins.md from the table of builtins (evaluator/builtins.def and what it includes).

    docs/generate_builtins.py            # writes the page
    docs/generate_builtins.py --check    # exits 1 if the page is not what it would write
"""

import ast
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "builtins.md"

HEAD = """# Builtins

Made by `docs/generate_builtins.py` from the tables beside the code (`evaluator/builtins.def`): change the texts there.

Functions whose name stands alone, such as `map`, are in scope everywhere; the others are attributes of `builtins`.
Arguments in *italics* are evaluated only as far as the text says; the others before the function runs.
"""

ROW = re.compile(r"\b(?:LEAF|TASK|BOTH)\(\s*\w+\s*,(.*?)\)\s*(?=\n\s*(?:LEAF|TASK|BOTH|//|#)|\Z)", re.S)
LITERAL = re.compile(r'R"(\w*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"', re.S)


def literals(text):
    """The string literals of a row; adjacent ones are joined, a comma separates."""
    values, position, current = [], 0, None
    for match in LITERAL.finditer(text):
        between = text[position:match.start()]
        if "," in between and current is not None:
            values.append(current)
            current = None
        part = match[2] if match[2] is not None else ast.literal_eval('"' + match[3] + '"')
        current = part if current is None else current + part
        position = match.end()
    return values + [current]


def rows():
    table = (ROOT / "evaluator" / "builtins.def").read_text()
    for file in re.findall(r'#include "(.*?)"', table):
        for row in ROW.finditer((ROOT / file).read_text()):
            yield literals(row[1])


def section(registered, strictness, arguments, doc):
    name = registered.removeprefix("__")
    names = [a if s != "l" else f"*{a}*" for a, s in zip(arguments.split(), strictness)]
    heading = f"## {name if registered == name else 'builtins.' + name} {' '.join(names)}"
    return heading.strip() + "\n\n" + textwrap.dedent(doc).strip() + "\n"


def page():
    sections = {row[0].removeprefix("__").lower(): section(*row) for row in rows()}
    return "\n".join([HEAD] + [sections[name] for name in sorted(sections)])


if "--check" in sys.argv[1:]:
    if not PAGE.exists() or PAGE.read_text() != page():
        sys.exit("docs/builtins.md is not up to date: run docs/generate_builtins.py")
else:
    PAGE.write_text(page())
