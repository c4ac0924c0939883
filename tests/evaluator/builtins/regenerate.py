#!/usr/bin/env python3
"""Records what C++ Nix gives for the expressions in these fixtures.

    ./regenerate.py [FILE.txt...]            # with the nix-instantiate of this machine
    CHROOT=/some/root ./regenerate.py        # with the one inside a chroot; needs root

Blocks with a line `@ours` keep what they say: Nix's newer behaviour, or a difference that is meant.
The format is told in ../fixtures.hpp. Recorded with Nix 2.26.3.
"""

import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
MARKS = ("= ", "! ", "~ ")
# On here from the start.
FEATURES = ("--extra-experimental-features", "flakes fetch-tree")


def ask_nix(expression):
    # With a space in front, a minus is no flag.
    command = ["nix-instantiate", "--eval", "--strict", *FEATURES, "-E", " " + expression]
    if root := os.environ.get("CHROOT"):
        command = ["chroot", root, *command]
    done = subprocess.run(command, capture_output=True, text=True, errors="surrogateescape")
    log = [line for line in done.stderr.split("\n") if "build-users-group" not in line]
    if done.returncode == 0:
        shown = ["~ " + line for line in log if line]
        return shown + ["= " + line for line in done.stdout.removesuffix("\n").split("\n")]
    text = "\n".join(log)
    message = text[text.rindex("error: ") + len("error: "):]
    message = message.split("\n       at ")[0].split("\nTry 'nix-instantiate")[0]
    shown = []
    for line in log:
        if line.startswith("error"):
            break
        if line:
            shown.append("~ " + line)
    lines = [re.sub("^ {7}", "", line) for line in message.strip().split("\n")]
    return shown + ["! " + line for line in lines]


def regenerate(path):
    blocks = path.read_text(errors="surrogateescape").strip("\n").split("\n\n")
    result = []
    for block in blocks:
        lines = block.split("\n")
        written = [line for line in lines if not line.startswith(MARKS)]
        code = [line for line in written if not line.startswith(("#", "@"))]
        if code and not any(line.startswith("@ours") for line in lines):
            lines = written + ask_nix("\n".join(code))
        result.append("\n".join(lines))
    path.write_text("\n\n".join(result) + "\n", errors="surrogateescape")


for name in sys.argv[1:] or sorted(HERE.glob("*.txt")):
    regenerate(pathlib.Path(name))
