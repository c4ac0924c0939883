#!/usr/bin/env python3
"""Writes what C++ Nix says below each expression of data/*.txt.

  ./expect.py                                           # nix-instantiate of this machine
  ./expect.py --nix 'chroot /srv/nix nix-instantiate'   # any other
  ./expect.py data/let.txt                              # some files only

The expectations in the repository are from Nix 2.26.3. fixtures.hpp tells what the lines mean;
comments, expressions, FIXME and OURS lines stay as they are.
"""

import argparse
import concurrent.futures
import pathlib
import re
import shlex
import subprocess

HERE = pathlib.Path(__file__).parent
MARKS = ("=> ", "!> ", "!  ", "!? ")
KNOWN = ("FIXME ", "OURS ")


def run(nix, expression):
    command = shlex.split(nix) + ["--eval", "--strict", "--readonly-mode", "-"]
    return subprocess.run(
        command, input=expression, capture_output=True, text=True, timeout=120, check=False
    )


def error_lines(stderr):
    """The innermost error: position, message, suggestions."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", stderr)
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"\s*error: ", line)]
    if not starts:
        raise ValueError("no error in: " + stderr)
    message, position = [re.sub(r"^\s*error: ", "", lines[starts[-1]])], ""
    for line in lines[starts[-1] + 1 :]:
        at = re.match(r"\s*at «stdin»:(\d+):(\d+):$", line)
        if at:
            position = at[1] + ":" + at[2]
            break
        if re.match(r"\s*at .*:\d+:\d+:$", line) or not line.strip():
            break
        message.append(line.strip())
    result = [f"!> {position or '-'} {message[0]}"] + ["!  " + line for line in message[1:]]
    suggestion = re.search(r"Did you mean (?:one of )?(.*)\?", text)
    if suggestion:
        result.append("!? " + re.sub(r",? or ", ", ", suggestion[1]))
    return result


def expectation(nix, expression):
    answer = run(nix, expression)
    if answer.returncode == 0:
        return ["=> " + answer.stdout.rstrip("\n")]
    return error_lines(answer.stderr)


def rewrite(nix, path):
    blocks = re.split(r"\n\n+", path.read_text().strip("\n"))

    def one(block):
        lines = [line for line in block.split("\n") if not line.startswith(MARKS)]
        known = [line for line in lines if line.startswith(KNOWN)]
        kept = [line for line in lines if not line.startswith(KNOWN)]
        expression = "\n".join(line for line in kept if not line.startswith("# "))
        return "\n".join(kept + (expectation(nix, expression) if expression else []) + known)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        path.write_text("\n\n".join(pool.map(one, blocks)) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nix", default="nix-instantiate")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    for path in arguments.files or sorted((HERE / "data").glob("*.txt")):
        rewrite(arguments.nix, path)


if __name__ == "__main__":
    main()
