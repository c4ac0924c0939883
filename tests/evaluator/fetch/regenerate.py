#!/usr/bin/env python3
"""Records what C++ Nix gives for the expressions in these fixtures, over the trees in flakes/.

    ./regenerate.py [FILE.txt...]            # with the Nix of this machine; makes /flakes
    CHROOT=/some/root ./regenerate.py        # with the one inside a chroot; needs root

Also writes the flake.lock of the flake `locked`. Blocks with a line `@ours` keep what they say. The
format is told in ../fixtures.hpp. Recorded with Nix 2.26.3.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = os.environ.get("CHROOT", "")
FLAKES = pathlib.Path(ROOT + "/flakes")
MARKS = ("= ", "! ", "~ ")
OPTIONS = ["--option", "experimental-features", "nix-command flakes", "--option", "flake-registry", "",
           "--option", "substituters", ""]


def nix(*command):
    command = (["chroot", ROOT] if ROOT else []) + list(command) + OPTIONS
    done = subprocess.run(command, capture_output=True, text=True)
    text = re.sub("\x1b\\[[0-9;]*m", "", done.stderr)
    lines = [line for line in text.split("\n") if "build-users-group" not in line]
    return done.returncode, done.stdout, lines


def install():
    shutil.rmtree(FLAKES, ignore_errors=True)
    shutil.copytree(HERE / "flakes", FLAKES, symlinks=True)
    # The unit test's files are from 1970, too: the time is part of what a flake knows of itself.
    for path in [FLAKES, *FLAKES.rglob("*")]:
        os.utime(path, (0, 0), follow_symlinks=False)


def ask(expression, pure):
    mode = ["--pure-eval"] if pure else []
    code, out, log = nix("nix-instantiate", "--eval", "--strict", "--read-write-mode", *mode, "-E", expression)
    shown = ["~ " + line for line in log]
    if code == 0:
        return [line for line in shown if line != "~ "] + ["= " + out.removesuffix("\n")]
    text = "\n".join(log)
    if "error: " not in text:
        sys.exit(f"no answer for {expression}: {text}")
    message = text[text.rindex("error: ") + len("error: "):]
    message = message.split("\n       at ")[0]
    shown = shown[:next(i for i, line in enumerate(log) if line.startswith("error"))]
    lines = [re.sub("^ {7}", "", line) for line in message.strip().split("\n")]
    return [line for line in shown if line != "~ "] + ["! " + line for line in lines]


def regenerate(path):
    blocks = path.read_text().strip("\n").split("\n\n")
    result = []
    for block in blocks:
        lines = block.split("\n")
        written = [line for line in lines if not line.startswith(MARKS)]
        code = [line for line in written if not line.startswith(("#", "@"))]
        if code and not any(line.startswith("@ours") for line in lines):
            lines = written + ask("\n".join(code), path.stem.startswith("pure"))
        result.append("\n".join(lines))
    path.write_text("\n\n".join(result) + "\n")


install()
top = FLAKES / "top"
locked = HERE / "flakes" / "locked"
shutil.copytree(HERE / "flakes" / "top", locked, dirs_exist_ok=True)
shutil.copytree(locked, FLAKES / "locked", dirs_exist_ok=True)
(FLAKES / "locked" / "flake.lock").unlink(missing_ok=True)
code, _, log = nix("nix", "flake", "lock", "path:/flakes/locked")
assert code == 0, log
shutil.copy(FLAKES / "locked" / "flake.lock", locked / "flake.lock")
install()
for name in sys.argv[1:] or sorted(HERE.glob("*.txt")):
    regenerate(pathlib.Path(name))
